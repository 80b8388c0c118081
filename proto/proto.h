/* proto.h - what peers say and what it means. The bytes are specified in proto/WIRE.md; the numbered sections are its.
 *
 * The core is one function: core_step takes an event and the time, and writes effects. It reads no clock, does no I/O and
 * draws randomness only from the source it was given, so that the same events give the same effects, byte for byte.
 * Whoever runs it carries the effects out in order; every KEEP effect of a step is on disk before any later SEND leaves.
 *
 * Two kinds of logic, never mixed. The fold (topic_*, struct season) is a pure function of a charter and a set of
 * records: no clock, no order of arrival, integers only, ties broken by id. The voter and the dealer (inside the core)
 * produce this home's own records. Everything shown to a user is a view of the fold. */
#ifndef COOP_PROTO_PROTO_H
#define COOP_PROTO_PROTO_H

#include "crypto/base.h"
#include "crypto/crypto.h"
#include "proto/limits.h"
#include "proto/wire.h"

enum { ID_SIZE = 32, NAME_MAX_SIZE = 64, GROUP_SECRET_SIZE = 16 };

/* ---- The charter of a round: everything fixed in advance. WIRE 4. ---- */

enum box_index { BOX_REGISTRY, BOX_KEY, BOX_INTEREST, BOX_JOIN, BOX_BIDS, BOXES };
/* What a coordinate of the encrypted demand is for. */
enum item_use {
    ITEM_QUANTITY,  /* bought and priced per unit */
    ITEM_TOLERANCE, /* by how much the quantity may move */
    ITEM_RESERVE,   /* what the homes pay today, whole euros: opened only after the bids are closed */
    ITEM_LIMIT,     /* 1 if this home is in at `ladder` or less, else 0 */
    ITEM_USES
};
struct item {
    char name[NAME_MAX_SIZE];
    char unit[16]; /* UN/CEFACT Recommendation 20: KGM, KWH, C62, or EUR */
    enum item_use use;
    uint32_t ladder; /* ITEM_LIMIT: percent of today's price, else 0 */
    uint32_t low, high; /* what one home asks for, proved by its deal; both 0: anything below 2^value_bits. WIRE 7.5 */
};
struct lot {
    char name[NAME_MAX_SIZE];
    char terms[256]; /* one paragraph a company can price */
};
struct charter {
    char network[NAME_MAX_SIZE];
    uint8_t group[ID_SIZE];
    char title[NAME_MAX_SIZE], category[NAME_MAX_SIZE], zone[NAME_MAX_SIZE], season[NAME_MAX_SIZE], contact[128];
    uint64_t opens_s; /* seconds since 1970; the registry's deadline is opens_s + window_s[BOX_REGISTRY] */
    uint32_t floor;   /* K: no total of fewer homes is ever opened */
    uint32_t window_s[BOXES], grace_s[BOXES];
    uint32_t round_s, grow_s, slot_s, slack_s, tick_s; /* mechanism 2.4 C1 and D1 */
    unsigned value_bits;                               /* every coordinate is below 2^value_bits */
    uint32_t min_saving_percent, min_bids;             /* award: WIRE 8.4 */
    uint32_t cell_share[4];                            /* public shares of the four profile cells, per 10 000 */
    uint32_t expires_s;                                /* after the last deadline: the set is dropped whole */
    struct item items[DEAL_VALUES_MAX];
    size_t item_count;
    struct lot lots[LOTS_MAX];
    size_t lot_count;
    uint8_t invite_key[KEY_SIZE]; /* Ed25519: who signs an enrolment */
    uint32_t invite_count;        /* enrolments one code is good for */
    /* The committee that closes the registry box: the founder alone, or the last season's committee. */
    uint8_t genesis_key[COMMITTEE_MAX][KEY_SIZE]; /* Ed25519 */
    struct committee_key genesis;
};
/* Fills in everything a shipped template fixes ("pellets", "electricity"; pace "demo", "street", "season") and clears the rest: the caller sets
 * network, zone, season, contact and opens_s (and another title), then founds it. */
enum status charter_from_template(struct charter *out, const char *good, const char *pace, struct failure *why);
/* Makes this home the founder of a round: group, invitation key, and a committee of one whose keys come from the household seed, the group
 * and opens_s, which must be set. The same call finds out later that it was. */
void charter_found(struct charter *charter, const uint8_t seed[KEY_SIZE], const uint8_t secret[GROUP_SECRET_SIZE]);
void founder_keys(struct sign_key *sign, struct group_key *share, const uint8_t seed[KEY_SIZE], const struct charter *charter);
enum status charter_check(const struct charter *charter, struct failure *why); /* the rules of WIRE 4.2, which both calls below apply */
enum status charter_read(struct charter *out, struct bytes in);              /* strict, WIRE 4 */
size_t charter_write(uint8_t *out, size_t room, const struct charter *charter); /* 0: does not fit, or breaks a rule */
void charter_id(uint8_t out[ID_SIZE], struct bytes charter);

/* ---- The fold of one round. WIRE 5 to 8. ---- */

enum record_kind { RECORD_DEAL, RECORD_SEEN, RECORD_CUT, RECORD_VOTE, RECORD_OPEN, RECORD_FLAG, RECORD_KINDS };
enum box_state { BOX_WAITING, BOX_OPEN, BOX_CLOSED, BOX_OPENED }; /* waiting: a parent is not closed yet */
enum phase {
    PHASE_REGISTRY, PHASE_KEY, PHASE_JOIN, PHASE_TENDER, PHASE_BIDS_CLOSED, PHASE_AWARDED,
    PHASE_TOO_FEW, PHASE_NO_LOT, PHASE_NO_AWARD, PHASE_FORK, PHASES
};
const char *phase_name(enum phase phase);

struct box_view {
    enum box_state state;
    uint64_t deadline_s, settled_s; /* valid once not waiting, once closed */
    uint8_t parent[ID_SIZE], digest[ID_SIZE];
    size_t dealt;                   /* valid deals known so far */
    size_t set_count;               /* deals in the closed set */
    const uint8_t (*set)[ID_SIZE];  /* their record ids, sorted */
    unsigned members, quorum, listing, threshold; /* n, q, k = f + 1, thr of the committee that closes it */
    unsigned seen, votes, opens;    /* progress: members heard, best step-2 count, valid openings */
    uint32_t dealt_badly, opened_falsely, contradicted; /* bit j - 1: proved against member j; what they did has no effect */
};
struct member {
    uint8_t key[KEY_SIZE];  /* Ed25519: committee records */
    struct point ring, box; /* admission; sealed shares */
};
struct bid_step {
    uint32_t from_homes;
    uint32_t price[DEAL_VALUES_MAX]; /* per unit of each ITEM_QUANTITY in order, 1/10 000 euro */
};
struct bid_lot {
    uint32_t lot, fixed_cents; /* yearly or delivery fee per home */
    struct bid_step steps[BID_STEPS_MAX];
    size_t step_count;
};
struct bid {
    char company[NAME_MAX_SIZE], contact[128], terms[1024];
    struct point inbox; /* where accepting homes seal their letters */
    struct bid_lot lots[LOTS_MAX];
    size_t lot_count;
    size_t price_count;                        /* prices in every step: as many as the charter has quantities */
    uint8_t author[KEY_SIZE], record[ID_SIZE]; /* filled by the fold: the company and its own record */
};
/* The encoding of WIRE 8.2, which author and record are no part of. */
enum status bid_read(struct bid *out, struct bytes in);
size_t bid_write(uint8_t *out, size_t room, const struct bid *bid); /* 0: does not fit, or breaks a rule */
/* Can this bid be one for this charter: a price for each quantity, only lots that there are? STATUS_MALFORMED: *why says what is not. */
enum status bid_fits(const struct bid *bid, const struct charter *charter, struct failure *why);
/* Rounds of one group about one good: their totals may be subtracted from each other. WIRE 6.12 */
void charter_series(uint8_t out[HASH_SIZE], const struct charter *charter);
size_t charter_quantities(const struct charter *charter);
/* What the demand of a home is held to: WIRE 7.5. In values: STATUS_MALFORMED, and *why says which and what would fit. */
void charter_shape(struct deal_shape *out, const struct charter *charter);
enum status charter_demand_check(const struct charter *charter, const uint64_t *values, size_t count, struct failure *why);

struct lot_view {
    bool formed;                      /* at least K homes, elected */
    size_t home_count;
    const uint8_t (*homes)[KEY_SIZE]; /* pseudonyms, sorted */
    bool totals_known, reserve_known;
    uint64_t totals[DEAL_VALUES_MAX]; /* late items are 0 until reserve_known */
    bool awarded;
    size_t winner;                    /* index into season.bids */
    uint64_t cost_cents;              /* of the winner on the exact total */
};
struct season {
    enum phase phase;
    struct box_view boxes[BOXES];
    const struct member *registry;    /* sorted by ring key */
    size_t registry_count;
    uint8_t beacon[HASH_SIZE];
    bool beacon_known, key_known;
    unsigned committee_count;
    bool replaced;                     /* this is the next lot: the first committee did not finish the key in its time */
    uint32_t committee[COMMITTEE_MAX]; /* indexes into registry, in drawn order: member j is committee[j - 1] */
    struct committee_key key;
    uint64_t cells[4];                 /* raw interest reports per cell */
    uint64_t cells_estimate[4];        /* homes per cell, estimated: mechanism 5 */
    struct lot_view lots[LOTS_MAX];
    const struct bid *bids;            /* valid opened bids, one of each company, in the order of the set */
    size_t bid_count, bids_sealed, bids_refused;
};

struct topic; /* a charter and its records */
struct topic *topic_new(struct bytes charter); /* NULL: malformed or out of memory */
void topic_free(struct topic *topic);
const uint8_t *topic_id(const struct topic *topic);
const struct charter *topic_charter(const struct topic *topic);
struct bytes topic_charter_bytes(const struct topic *topic);
/* Takes one record as found on the wire or on disk. STATUS_OK: new and kept; STATUS_EXISTS: known; STATUS_MALFORMED and
 * STATUS_FORGED: the sender's fault; STATUS_FULL: a quota, nobody's fault; STATUS_MISSING: kept, waiting for a reference. */
enum status topic_add(struct topic *topic, struct bytes record, uint64_t arrival_ms);
size_t topic_record_count(const struct topic *topic);
/* The i-th record in order of id, borrowed until the next topic_add. */
struct bytes topic_record_at(const struct topic *topic, size_t i);
struct bytes topic_record_find(const struct topic *topic, const uint8_t id[ID_SIZE]); /* .data NULL: unknown */
/* The state this set of records stands for, brought up to date; borrowed until the next topic_add. NULL: out of memory. */
const struct season *topic_season(struct topic *topic);
/* Cost in cents of `values` (one home's or a lot's exact total, one per item) under one lot of a bid: the step is chosen by the `accepted` homes of
 * the lot, `homes` of them pay the fixed fee. UINT64_MAX: no step fits, or the sum is beyond 64 bits. */
uint64_t bid_cost_cents(const struct charter *charter, const struct bid_lot *offer, const uint64_t *values, size_t homes,
                        size_t accepted);
/* A company's sealed bid as one signed record, which a home of the registry introduces (EVENT_BID). 0: *why says why (the phase, the bid, the room). */
size_t bid_seal(uint8_t *out, size_t room, struct topic *topic, const struct bid *bid, const struct sign_key *company,
                struct rng *rng, struct failure *why);

/* ---- Invitations: a short code that a street can share. WIRE 3. ---- */
struct invitation {
    uint8_t secret[GROUP_SECRET_SIZE]; /* from it: group id, link psk, LAN key, enrolment key */
    char address[ADDRESS_MAX];         /* "host:port" of one member, or empty */
};
enum { CODE_MAX = 160 };
size_t invitation_write(char out[CODE_MAX], const struct invitation *invitation); /* 0, and an empty code: the address is not one */
enum status invitation_read(struct invitation *out, const char *code, struct failure *why); /* forgiving about case, spaces, 0/O */
void group_id(uint8_t out[ID_SIZE], const uint8_t secret[GROUP_SECRET_SIZE]);
void group_psk(uint8_t out[KEY_SIZE], const uint8_t secret[GROUP_SECRET_SIZE]);
void group_lan_key(uint8_t out[KEY_SIZE], const uint8_t secret[GROUP_SECRET_SIZE]);
void group_invite_key(struct sign_key *out, const uint8_t secret[GROUP_SECRET_SIZE]);

/* What a home says of itself on its own network, so that members of the same group find it; to others it is noise. WIRE 3.5. */
enum { ANNOUNCE_MAX = 192 };
struct announcement {
    uint8_t link_key[KEY_SIZE];
    uint16_t port; /* the host is where the packet came from */
};
size_t announce_write(uint8_t out[ANNOUNCE_MAX], const uint8_t lan_key[KEY_SIZE], const struct announcement *announcement,
                      struct rng *rng);
bool announce_read(struct announcement *out, const uint8_t lan_key[KEY_SIZE], struct bytes in); /* false: not of this group */

/* ---- What leaves a profile: one of four cells, noised once and for all per category and season (mechanism 5). ---- */

/* k-ary randomised response with k = 4, eps = 1 in exact integer arithmetic: the true cell with probability e/(e + 3), else one of the
 * others. The draw is a function of seed, category and season: asking again gives the same answer, so repeating tells nothing more. */
unsigned profile_noise(const uint8_t seed[KEY_SIZE], const char *category, const char *season, unsigned cell);

/* ---- Handover: a letter only the winner opens. WIRE 9. ---- */
struct letter {
    uint8_t topic[ID_SIZE], pseudonym[KEY_SIZE];
    uint32_t lot;
    char name[128], address[256], meter[64], note[256];
    uint64_t values[DEAL_VALUES_MAX];
    size_t value_count;
};
enum { LETTER_MAX = 2048 };
size_t letter_seal(uint8_t *out, size_t room, const struct letter *letter, const struct sign_key *pseudonym,
                   const struct point *inbox, struct rng *rng);
/* Opens, and checks that the author is a home of that lot in that season. */
enum status letter_open(struct letter *out, struct bytes in, const struct group_key *inbox, struct topic *topic,
                        struct failure *why);

/* ---- The core. ---- */
struct core;
struct core_config {
    uint8_t seed[KEY_SIZE];     /* the household's secret */
    uint8_t randomness[KEY_SIZE];
    char network[NAME_MAX_SIZE];
    char listen_address[ADDRESS_MAX]; /* told to peers so that they can dial back; empty: cannot be dialled */
};

enum event_type {
    EVENT_TOPIC,     /* from disk, or made here: follow this charter */
    EVENT_RECORD,    /* from disk, with its arrival */
    EVENT_SECRET,    /* from disk: this topic's own secret */
    EVENT_TOTALS,    /* from disk: which totals this home has helped to open or has seen opened. WIRE 6.12 */
    EVENT_RESTORED,  /* from disk: this home was brought back at arrival_ms, and may not know all it had said. WIRE 6.6 */
    EVENT_GROUP,     /* belong to this group (secret, and an address to begin with, or "") */
    EVENT_STARTED,   /* everything on disk has been told */
    EVENT_HEARD,     /* somebody of a group announced itself (LAN, rendezvous, a saved peer) */
    EVENT_LINK_UP,   /* a dial succeeded, or somebody called */
    EVENT_LINK_DATA, /* bytes of a stream, in order */
    EVENT_LINK_DOWN, /* a link or a dial is over */
    EVENT_TIMEOUT,   /* the deadline asked for has come */
    EVENT_ENROL,     /* join this topic's registry */
    EVENT_INTEREST,  /* deal in the interest box */
    EVENT_JOIN,      /* deal in the join box, again to change; lot_count 0 withdraws */
    EVENT_BID,       /* a company's sealed record, handed to this home, which introduces it */
};
enum { LINK_INCOMING = 1u << 31 }; /* ids of incoming links are the caller's choice and have this bit; ids of dials are the core's */

struct event {
    uint64_t now_ms; /* since 1970: the only clock the core ever sees; it may jump */
    enum event_type type;
    uint8_t topic[ID_SIZE]; /* RECORD, SECRET, ENROL, INTEREST, JOIN, BID */
    uint8_t group[ID_SIZE]; /* HEARD */
    uint32_t link;          /* LINK_* */
    uint64_t arrival_ms;    /* RECORD, RESTORED */
    struct bytes bytes;     /* TOPIC, RECORD, SECRET, LINK_DATA, BID; GROUP: the secret. Borrowed for the call */
    const char *address;    /* GROUP, HEARD, LINK_UP */
    int report;             /* INTEREST: 0..3, or -1 for presence only */
    struct { uint32_t lot, minimum; } choices[LOT_CHOICES_MAX]; /* JOIN */
    size_t choice_count;
    uint64_t values[DEAL_VALUES_MAX]; /* JOIN */
    size_t value_count;
};

enum effect_type {
    EFFECT_KEEP_TOPIC,  /* id, bytes = charter */
    EFFECT_KEEP_RECORD, /* topic, id, arrival_ms, bytes */
    EFFECT_KEEP_SECRET, /* topic, bytes */
    EFFECT_KEEP_TOTALS, /* bytes: what EVENT_TOTALS tells, whole */
    EFFECT_DROP_TOPIC,  /* the round has expired: forget it whole */
    EFFECT_KEEP_PEER,   /* group, address, id = link key */
    EFFECT_DIAL,        /* link, address */
    EFFECT_SEND,        /* link, bytes */
    EFFECT_CLOSE,       /* link, why */
    EFFECT_TELL,        /* topic, phase: something a user would like to know */
};
struct effect {
    enum effect_type type;
    uint32_t link;
    uint8_t topic[ID_SIZE], id[ID_SIZE], group[ID_SIZE];
    uint64_t arrival_ms;
    char address[ADDRESS_MAX];
    size_t offset, size; /* into effects.arena */
    enum status why;
    enum phase phase;
};
/* Grows as needed; effects_reset keeps the memory. Owned by the caller. */
struct effects {
    struct effect *list;
    size_t count, room;
    uint8_t *arena;
    size_t used, arena_room;
};
void effects_reset(struct effects *effects);
void effects_clear(struct effects *effects);
struct bytes effect_bytes(const struct effects *effects, const struct effect *effect);

struct core *core_new(const struct core_config *config); /* NULL: out of memory */
void core_free(struct core *core);
/* Effects are appended. STATUS_OK unless a command is refused (the command's fault, in words in *why) or memory ran out, in
 * which case what was appended is still to be carried out and the state is consistent. */
enum status core_step(struct core *core, const struct event *event, struct effects *out, struct failure *why);
uint64_t core_deadline(const struct core *core); /* when to send EVENT_TIMEOUT; UINT64_MAX: never */

/* Read-only views, borrowed until the next core_step. */
size_t core_topic_count(const struct core *core);
struct topic *core_topic_at(const struct core *core, size_t i);
struct topic *core_topic_find(const struct core *core, const uint8_t id[ID_SIZE]);
/* What this home is in a round. */
struct own_view {
    bool enrolled, in_registry, in_committee, interested, joined;
    uint8_t member_key[KEY_SIZE];
    bool withheld;                   /* it does not open: subtracted from another total, this one would give away a few homes */
    uint8_t withheld_for[ID_SIZE];   /* of this round; itself: without memory nothing is opened */
    uint8_t pseudonym[KEY_SIZE], interest_key[KEY_SIZE]; /* author of its joins; of its interest: nobody can link the two */
};
void core_own(const struct core *core, struct topic *topic, struct own_view *out);
/* The record in which this home last spoke in the registry, interest or join box; empty: it has not. */
struct bytes core_own_deal(const struct core *core, struct topic *topic, enum box_index box, uint8_t id[ID_SIZE]);
/* The record that EVENT_ENROL, EVENT_INTEREST or EVENT_JOIN would make at this moment: nothing is taken, kept or sent. What the
 * event itself would send has other random numbers in its proofs and is otherwise the same. Refused as the event would be. */
enum status core_draft(struct core *core, const struct event *event, uint8_t out[RECORD_MAX], size_t *size,
                       struct failure *why);
void core_pseudonym(const struct core *core, struct sign_key *out, const uint8_t topic[ID_SIZE]); /* for letters; clear it */
struct peer_view {
    uint8_t key[KEY_SIZE]; /* zero while the handshake runs */
    char address[ADDRESS_MAX];
    bool linked, eager, discouraged, incoming;
    int64_t clock_offset_ms; /* theirs minus ours, as they said it; never used to set anything */
    uint64_t bytes_in, bytes_out;
};
size_t core_peers(const struct core *core, struct peer_view *out, size_t room);
const uint8_t *core_link_key(const struct core *core);

#endif
