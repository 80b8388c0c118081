/* labels.h - every domain-separation label of the project, in one list: no two uses share one. */
#ifndef COOP_CRYPTO_LABELS_H
#define COOP_CRYPTO_LABELS_H

/* node/home/home.c: two independent secrets from the key file */
#define LABEL_HOUSEHOLD_SEED "coopair/1 household seed"
#define LABEL_STORE_KEY "coopair/1 store key"

/* node/care/backup.c, node/care/sheet.c: from the key file or a stretched passphrase */
#define LABEL_BACKUP_KEY "coopair/1 backup key"     /* + head of the file */
#define LABEL_BACKUP_CHECK "coopair/1 backup check" /* + head of the file */
#define LABEL_SHEET_CHECK "coopair/1 sheet check"   /* + groups so far */

/* identity.c: keys from the household seed */
#define LABEL_LINK_KEY "coopair/1 link key"
#define LABEL_MEMBER_KEY "coopair/1 member key"       /* + topic */
#define LABEL_RING_KEY "coopair/1 ring key"           /* + series */
#define LABEL_PSEUDONYM "coopair/1 pseudonym"         /* + topic: signs joins and letters */
#define LABEL_INTEREST "coopair/1 interest"           /* + topic: signs interest */
#define LABEL_INTRODUCER "coopair/1 introducer"       /* + topic: signs bids that a home hands in */
#define LABEL_FOUNDER_KEY "coopair/1 founder key"     /* + group, opening time */
#define LABEL_FOUNDER_SHARE "coopair/1 founder share" /* + group, opening time */
#define LABEL_BOX_KEY "coopair/1 box key"             /* from the topic's own random secret */
#define LABEL_DKG_SECRET "coopair/1 dkg secret"
#define LABEL_DEAL_TIME "coopair/1 deal time"         /* + topic, box */
#define LABEL_PROFILE_NOISE "coopair/1 profile noise" /* + category, season */

/* groups and invitations */
#define LABEL_GROUP_PSK "coopair/1 group psk"
#define LABEL_GROUP_ID "coopair/1 group id"
#define LABEL_GROUP_LAN "coopair/1 group lan"
#define LABEL_LAN_PACKET "coopair/1 lan packet" /* + salt of the packet */
#define LABEL_INVITE_KEY "coopair/1 invite key"
#define LABEL_CODE_CHECK "coopair/1 code check"

/* hashes of public things */
#define LABEL_TOPIC_ID "coopair/1 topic id"
#define LABEL_RECORD_ID "coopair/1 record id"
#define LABEL_DIGEST "coopair/1 box digest"
#define LABEL_PARENTS "coopair/1 parents"
#define LABEL_NEXT_LOT "coopair/1 next lot" /* + digest of the registry box */
#define LABEL_BEACON "coopair/1 beacon"
#define LABEL_DRAW "coopair/1 committee draw"
#define LABEL_TIE "coopair/1 award tie"
#define LABEL_AWARD "coopair/1 award" /* node/serve/round_view.c: what nodes compare */
#define LABEL_CONTEXT "coopair/1 proof context"
#define LABEL_VOICE "coopair/1 voice" /* + topic or series, box: where a home has one voice */
#define LABEL_SERIES "coopair/1 series" /* + group, category: rounds whose totals may be subtracted */
#define LABEL_LETTER "coopair/1 letter"
#define LABEL_SHORT_ID "coopair/1 short ids"
#define LABEL_SET_PART "coopair/1 set part"
#define LABEL_SET "coopair/1 set"
#define LABEL_ROSTER "coopair/1 roster"
#define LABEL_LAYOUT "coopair/1 table layout" /* node/import: a table by the names of its columns */

/* what the household keeps: from the storage key */
#define LABEL_STORE_SEAL "coopair/1 store seal"
#define LABEL_STORE_NAME "coopair/1 store name"
#define LABEL_STORE_CHECK "coopair/1 store check"

/* transcripts and sealed bodies */
#define LABEL_SEAL "coopair/1 seal"
#define LABEL_SEAL_PROOF "coopair/1 seal proof"
#define LABEL_DKG_POLYNOMIAL "coopair/1 dkg polynomial" /* from the dkg secret */
#define LABEL_DKG_SHARE "coopair/1 dkg share"
#define LABEL_DKG_PROOF "coopair/1 dkg proof"
#define LABEL_DKG_BLINDING "coopair/1 dkg blinding"
#define LABEL_DKG_REVEAL "coopair/1 dkg reveal"
#define LABEL_COMPLAINT "coopair/1 dkg complaint"
#define LABEL_DEAL "coopair/1 sum deal"
#define LABEL_RANGE_SHAPE "coopair/1 range shape"
#define LABEL_BEACON_DEAL "coopair/1 beacon deal"
#define LABEL_SHARE "coopair/1 opening share"
#define LABEL_WEIGHTS "coopair/1 verifier weights"
#define LABEL_ADMISSION "coopair/1 admission"
#define LABEL_RING_GENERATOR "coopair/1 ring generator "
#define LABEL_NULLIFIER "coopair/1 nullifier" /* + voice: the point U */

#endif
