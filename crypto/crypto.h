/* crypto.h - the whole face of the room: pure functions over bytes.
 *
 * No clock, no I/O, no heap; randomness is handed in as a struct rng. Everything that depends on a secret runs on
 * libsodium in constant time; sums over public points only may use libdecaf. Outputs come first; a function that returns
 * false (or a status other than STATUS_OK) has left its outputs wiped or untouched, never half written.
 *
 * Strict decoding (RFC 9496, and libsodium 1.0.18 which accepts too much): point_read and scalar_read are the only
 * doors for bytes that came from outside; a verifier in here may leave the points to the sum that decodes them, as strictly (msm.h). A struct
 * point or struct scalar that leaves the room is therefore always canonical. */
#ifndef COOP_CRYPTO_CRYPTO_H
#define COOP_CRYPTO_CRYPTO_H

#include "crypto/base.h"

enum {
    HASH_SIZE = 32,
    KEY_SIZE = 32,        /* symmetric keys, seeds, Curve25519 and Ed25519 public keys */
    SIGNATURE_SIZE = 64,
    POINT_SIZE = 32,
    SCALAR_SIZE = 32,
    TAG_SIZE = 16,        /* Poly1305 */
    COMMITTEE_MAX = 31,   /* mechanism 2.2 */
    DEAL_VALUES_MAX = 16, /* coordinates of one demand */
};

/* ---- rng.c: a source of randomness handed in by the caller; seeded, so that a test can replay it.
 * ChaCha20 with fast key erasure: a stolen state does not reveal what was drawn before. */
struct rng {
    uint8_t key[KEY_SIZE];
};
void rng_init(struct rng *rng, const uint8_t seed[KEY_SIZE]);
void rng_fill(struct rng *rng, uint8_t *out, size_t size);
uint64_t rng_below(struct rng *rng, uint64_t bound); /* uniform in [0, bound), bound > 0 */
void rng_clear(struct rng *rng);

/* ---- identity.c: hashing, keys from one seed, signatures. */

/* BLAKE2b-256 over the label (from labels.h, with its length) and then each part in turn, each part preceded by its
 * length as 8 bytes big-endian: no two different lists hash alike. */
void hash_parts(uint8_t out[HASH_SIZE], const char *label, const struct bytes *parts, size_t count);

/* Key derivation: keyed BLAKE2b of the label and the parts as above. The seed is the household's 32 secret bytes, or a secret
 * derived from it; two labels or two contexts give independent keys. */
void derive_key(uint8_t out[KEY_SIZE], const uint8_t secret[KEY_SIZE], const char *label, const struct bytes *parts,
                size_t count);

/* SipHash-2-4, read as a little-endian number: a keyed fingerprint for tables and sets that a stranger must not be able to crowd. Short, so
 * never a commitment to anything. */
enum { SHORT_KEY_SIZE = 16 };
uint64_t short_hash(const uint8_t key[SHORT_KEY_SIZE], struct bytes message);

struct sign_key {
    uint8_t public_key[KEY_SIZE]; /* Ed25519 */
    uint8_t secret_key[64];       /* libsodium's form: seed and public key */
};
void sign_key_init(struct sign_key *key, const uint8_t seed[KEY_SIZE]);
void sign_key_clear(struct sign_key *key);
void sign_make(uint8_t out[SIGNATURE_SIZE], const struct sign_key *key, struct bytes message);
/* RFC 8032 with libsodium's strictness: canonical S, canonical key, no small-order key. */
bool sign_check(const uint8_t signature[SIGNATURE_SIZE], const uint8_t public_key[KEY_SIZE], struct bytes message);

/* A Curve25519 key pair for links (RFC 7748). */
struct link_key {
    uint8_t public_key[KEY_SIZE];
    uint8_t secret_key[KEY_SIZE];
};
void link_key_init(struct link_key *key, const uint8_t seed[KEY_SIZE]);
void link_key_clear(struct link_key *key);

/* ---- noise.c: the Noise Protocol Framework, revision 34, with 25519, ChaChaPoly and BLAKE2b. */
enum noise_pattern { NOISE_NN, NOISE_XX, NOISE_IK, NOISE_XK, NOISE_PATTERNS };
enum { NOISE_HASH_SIZE = 64, NOISE_MESSAGE_MAX = 65535, NOISE_PSK_NONE = -1 };

/* One direction of a finished handshake. */
struct noise_cipher {
    uint8_t key[KEY_SIZE];
    uint64_t nonce;
};

/* Everything a side brings. Borrowed by noise_begin only for the call. */
struct noise_setup {
    enum noise_pattern pattern;
    int psk_place;                        /* 0..3 as in the modifiers psk0..psk3, or NOISE_PSK_NONE */
    bool initiator;
    struct bytes prologue;
    const uint8_t *psk;                   /* 32 bytes, or NULL */
    const struct link_key *local_static;  /* NULL where the pattern has none */
    const uint8_t *remote_static;         /* 32 bytes where the pattern knows it beforehand (IK, XK initiator), else NULL */
    const struct link_key *fixed_ephemeral; /* tests with published vectors only; NULL: drawn from the rng */
};

struct noise_handshake {
    uint8_t hash[NOISE_HASH_SIZE], chain[NOISE_HASH_SIZE];
    struct noise_cipher cipher;
    bool keyed;                           /* a key has been mixed in */
    bool initiator, has_remote_static, fixed;
    enum noise_pattern pattern;
    int psk_place;
    unsigned message;                     /* index of the next message */
    uint8_t psk[KEY_SIZE];
    struct link_key s, e;
    uint8_t rs[KEY_SIZE], re[KEY_SIZE];
};

enum status noise_begin(struct noise_handshake *state, const struct noise_setup *setup);
bool noise_finished(const struct noise_handshake *state);
bool noise_my_turn(const struct noise_handshake *state);
/* Writes the next message with its payload; *size in: room, out: bytes written. STATUS_FULL when the room is too small. */
enum status noise_write(struct noise_handshake *state, uint8_t *out, size_t *size, struct bytes payload, struct rng *rng);
/* Reads the other side's next message; *size in: room for the payload, out: its length. Any failure ends the handshake:
 * STATUS_MALFORMED (too short), STATUS_FORGED (tag or an all-zero Diffie-Hellman result). The state is worked on as a copy and
 * replaced only on success, so a failed read may be tried again with another psk. */
enum status noise_read(struct noise_handshake *state, uint8_t *payload, size_t *size, struct bytes message);
/* After noise_finished: the two transport ciphers and the channel-binding hash (may be NULL). Wipes the state. */
void noise_split(struct noise_handshake *state, struct noise_cipher *sending, struct noise_cipher *receiving,
                 uint8_t hash[NOISE_HASH_SIZE]);
void noise_clear(struct noise_handshake *state);
/* out holds plain.size + TAG_SIZE; sealing in place (out == plain.data) is allowed. The nonce must not pass 2^64 - 2 (asserted). */
void noise_seal(struct noise_cipher *cipher, uint8_t *out, struct bytes plain);
/* out holds sealed.size - TAG_SIZE; in place allowed. false: forged, and the nonce has not moved. */
bool noise_open(struct noise_cipher *cipher, uint8_t *out, struct bytes sealed);
void noise_rekey(struct noise_cipher *cipher); /* REKEY of section 4.2 */

/* ---- group.c: ristretto255 (RFC 9496). Points are public unless a comment says otherwise. */
struct point {
    uint8_t b[POINT_SIZE];
};
struct scalar {
    uint8_t b[SCALAR_SIZE];
};
extern const struct point POINT_BASE, POINT_IDENTITY;

bool point_read(struct point *out, const uint8_t in[POINT_SIZE]);        /* canonical; the identity is accepted */
bool point_read_nonzero(struct point *out, const uint8_t in[POINT_SIZE]); /* canonical and not the identity */
bool point_equal(const struct point *a, const struct point *b);
bool point_is_identity(const struct point *p);
void point_add(struct point *out, const struct point *a, const struct point *b);
void point_sub(struct point *out, const struct point *a, const struct point *b);
void point_times(struct point *out, const struct point *p, const struct scalar *secret); /* constant time; zero gives the identity */
void point_base_times(struct point *out, const struct scalar *secret);                  /* constant time */
void point_from_hash(struct point *out, const uint8_t uniform[64]);                     /* RFC 9496, 4.3.4 */

bool scalar_read(struct scalar *out, const uint8_t in[SCALAR_SIZE]); /* below the group order */
void scalar_reduce(struct scalar *out, const uint8_t wide[64]);
void scalar_random(struct scalar *out, struct rng *rng);             /* never zero */
void scalar_from_u64(struct scalar *out, uint64_t n);
void scalar_add(struct scalar *out, const struct scalar *a, const struct scalar *b);
void scalar_sub(struct scalar *out, const struct scalar *a, const struct scalar *b);
void scalar_mul(struct scalar *out, const struct scalar *a, const struct scalar *b);
void scalar_negate(struct scalar *out, const struct scalar *a);
bool scalar_invert(struct scalar *out, const struct scalar *a); /* false for zero */
bool scalar_is_zero(const struct scalar *a);                    /* constant time */
void scalar_clear(struct scalar *a);

/* A key pair in the group: secret x, public X = x*B. */
struct group_key {
    struct scalar secret;
    struct point public_point;
};
void group_key_init(struct group_key *key, const uint8_t seed[KEY_SIZE]); /* deterministic; never the identity */
void group_key_clear(struct group_key *key);

/* ---- transcript.c: Merlin 1.0 (STROBE-128 over Keccak-f[1600]), the only Fiat-Shamir transcript of the project.
 * All context is absorbed before the first challenge. */
struct transcript {
    uint8_t state[200];
    uint8_t pos, pos_begin, flags;
};
void transcript_init(struct transcript *t, const char *label);
void transcript_append(struct transcript *t, const char *label, struct bytes message);
void transcript_append_u64(struct transcript *t, const char *label, uint64_t n); /* little-endian, as in Merlin */
void transcript_append_point(struct transcript *t, const char *label, const struct point *p);
void transcript_challenge(struct transcript *t, const char *label, uint8_t *out, size_t size);
void transcript_challenge_scalar(struct transcript *t, const char *label, struct scalar *out); /* 64 bytes reduced */
/* The prover's nonces (Merlin's TranscriptRng): bound to everything absorbed, to the secret witness and to fresh randomness. */
void transcript_nonce(const struct transcript *t, struct scalar *out, const char *label, struct bytes witness,
                      struct rng *rng);

/* ---- seal.c: bytes for the holder of a group key: ephemeral R = r*B, key from r*X, XChaCha20-Poly1305.
 * The context is bound, so a sealed body copied elsewhere does not open. A proof of knowledge of r over the whole body goes with it:
 * a committee opens what is sealed to its key, and must not be made to raise a point taken out of somebody's deal to its key
 * (signed ElGamal, Schnorr and Jakobsson 2000). */
enum { SEAL_OVERHEAD = POINT_SIZE + 64 + TAG_SIZE };
/* out holds plain.size + SEAL_OVERHEAD. `to` is not the identity (asserted). */
void seal_make(uint8_t *out, const struct point *to, struct bytes context, struct bytes plain, struct rng *rng);
/* The point R at the head of a sealed body; false when malformed or when the proof does not hold. */
bool seal_ephemeral(struct point *out, const struct point *to, struct bytes context, struct bytes sealed);
/* Opens with shared = x*R, however it was come by (one key, or decryption shares combined). out holds sealed.size - SEAL_OVERHEAD.
 * The proof is checked again. */
bool seal_open_shared(uint8_t *out, const struct point *shared, const struct point *to, struct bytes context,
                      struct bytes sealed);
bool seal_open(uint8_t *out, const struct group_key *key, struct bytes context, struct bytes sealed);

/* ---- elgamal.c: sums in the exponent (CGS97), with publicly checkable openings. */
struct ciphertext {
    struct point r; /* r*B */
    struct point c; /* x*B + r*Y */
};
void ciphertext_add(struct ciphertext *out, const struct ciphertext *a, const struct ciphertext *b);

/* The logarithm of p to the base B in [0, bound], by baby steps and giant steps. The table is the caller's (no heap here):
 * build it once for all coordinates. steps: number of baby steps, a power of two up to 2^20. */
struct log_table {
    uint32_t steps;
    uint64_t *slots;  /* 2 * steps entries, the caller's memory */
};
void log_table_init(struct log_table *table, uint64_t *slots, uint32_t steps);
bool log_find(uint64_t *out, const struct log_table *table, const struct point *p, uint64_t bound);

/* ---- dkg.c: the season key, made by n members so that nobody ever holds it and nobody, not even the last to speak, can steer it (Gennaro,
 * Jarecki, Krawczyk and Rabin 1999, in two phases: deals that commit, then reveals; complaints carry evidence anybody can check). Members
 * are numbered 1..n. */
struct committee_key {
    struct point joint;                /* Y */
    struct point share[COMMITTEE_MAX]; /* Y_j = y_j*B, of member j + 1 */
    unsigned count, threshold;         /* thr shares open */
};
struct dkg_share { /* secret: what a member holds of one deal, or of all */
    struct scalar value, blind;
};
void dkg_share_add(struct dkg_share *sum, const struct dkg_share *share);
void dkg_share_clear(struct dkg_share *share);
enum {
    DKG_DEAL_MAX = POINT_SIZE * COMMITTEE_MAX + 96 + POINT_SIZE + COMMITTEE_MAX * (2 * SCALAR_SIZE + TAG_SIZE),
    DKG_COMPLAINT_SIZE = POINT_SIZE + 64,
    DKG_REVEAL_SIZE = POINT_SIZE + 3 * SCALAR_SIZE,
};
size_t dkg_deal_size(unsigned count, unsigned threshold);
/* One dealer's contribution: thr hiding commitments, proof of knowledge of what is in them, one pair of shares sealed to each member.
 * secret: 32 bytes from which the polynomials are derived (same secret and context: same deal, so a restart repeats itself). */
bool dkg_deal_make(uint8_t *out, size_t *size, struct bytes context, const struct point *members, unsigned count,
                   unsigned threshold, const uint8_t secret[KEY_SIZE]);
/* What anybody can check: encodings, number of commitments, proof of knowledge. */
bool dkg_deal_check(struct bytes context, const struct point *members, unsigned count, unsigned threshold,
                    struct bytes deal);
/* The pair meant for member `index` (1..count). false: it does not match the commitments, a reason to complain. */
bool dkg_share_open(struct dkg_share *out, struct bytes context, const struct point *members, unsigned count,
                    unsigned threshold, struct bytes deal, unsigned index, const struct group_key *own);
/* Evidence that the share sealed to `index` is bad: the shared point with a proof that it is the right one. */
void dkg_complaint_make(uint8_t out[DKG_COMPLAINT_SIZE], struct bytes context, struct bytes deal, unsigned threshold,
                        unsigned index, const struct group_key *own, struct rng *rng);
/* true: the evidence holds, the dealer cheated. false: the complaint is itself false. */
bool dkg_complaint_check(struct bytes context, const struct point *members, unsigned count, unsigned threshold,
                         struct bytes deal, unsigned index, const uint8_t complaint[DKG_COMPLAINT_SIZE]);
/* What a set of deals commits every member to; out[j - 1] for member j. All have passed dkg_deal_check. */
void dkg_commitments(struct point out[COMMITTEE_MAX], const struct bytes *deals, size_t deal_count, unsigned count,
                     unsigned threshold);
/* Member j's public share Y_j, with a proof that it is what its commitment holds. share: the sum of its pairs of all deals of the set. */
void dkg_reveal_make(uint8_t out[DKG_REVEAL_SIZE], struct bytes context, const struct point *commitment,
                     const struct dkg_share *share, struct rng *rng);
bool dkg_reveal_check(struct bytes context, const struct point *commitment, const uint8_t reveal[DKG_REVEAL_SIZE]);
/* The key, from the checked public shares of `threshold` members: any will do. false: one is named twice. */
bool dkg_combine(struct committee_key *out, const unsigned *members, const struct point *revealed, unsigned count,
                 unsigned threshold);
/* A committee of one with a key of its own (the founder of a group). */
void committee_key_single(struct committee_key *out, const struct point *key);

/* ---- admission.c, deal.c, beacon.c: the one small interface behind which a home deals (mechanism 2.3). */

/* One home, one voice. The roster is the registry's sorted list of ring keys; the nullifier is the same for every
 * admission of one home in one scope (a box of a topic) and tells nothing else by itself. The message is what is being admitted.
 * out holds ADMISSION_MAX, *size is what was written; false when the roster does not have this key at this index. */
enum { ADMISSION_MAX = 1280 };
bool admission_make(uint8_t *out, size_t *size, uint8_t nullifier[POINT_SIZE], const struct point *roster, size_t count,
                    size_t index, const struct group_key *own, struct bytes scope, struct bytes message, struct rng *rng);
bool admission_check(uint8_t nullifier[POINT_SIZE], const struct point *roster, size_t count, struct bytes scope,
                     struct bytes message, struct bytes proof);
/* Where many proofs are added up: 12 MB, aligned to DEAL_BASES_ALIGNMENT, the caller's and its contents nobody's. Without it (NULL) the verdicts
 * are the same and cost half as much again. */
struct batch_room;
size_t batch_room_size(void);

/* Many over one roster, for little more than one: sets good and, where good, nullifier. A bad one among them is found by halving. */
struct admission_item {
    struct bytes message, proof;
    uint8_t nullifier[POINT_SIZE];
    bool good;
};
void admissions_check(struct admission_item *items, size_t count, const struct point *roster, size_t roster_count,
                      struct bytes scope, struct batch_room *room);

/* What the values of a deal are held to: value k is below 2^bits[k], and of each predicate low <= sum of coefficient[k] * value k <= high.
 * low == high fixes the sum (points to give away); bits of 1 are a yes or no; a coefficient of -1 compares two values. Bounds beyond what the
 * values can come to are as good as none. */
enum { DEAL_PREDICATES_MAX = 16, DEAL_BITS_MAX = 32 };
struct deal_predicate {
    int32_t coefficient[DEAL_VALUES_MAX]; /* zero behind the last value */
    int64_t low, high;
};
struct deal_shape {
    size_t count, predicate_count;
    uint8_t bits[DEAL_VALUES_MAX]; /* 1 to DEAL_BITS_MAX */
    struct deal_predicate predicates[DEAL_PREDICATES_MAX];
};
size_t deal_size(const struct deal_shape *shape); /* bytes of every deal of the shape, at most DEAL_MAX; 0: no such shape, or no values fit it */
bool deal_fits(const struct deal_shape *shape, const uint64_t *values); /* of a shape that there is */

/* The public bases of range proofs for deals of one shape, in the caller's memory: working them out costs as much as two verifications, so it
 * is done once. Size 0: as above. The memory is aligned to DEAL_BASES_ALIGNMENT. */
struct deal_bases;
enum { DEAL_BASES_ALIGNMENT = 64 };
size_t deal_bases_size(const struct deal_shape *shape);
const struct deal_bases *deal_bases_init(void *memory, const struct deal_shape *shape);

/* A sum deal: values encrypted to the committee key, with a proof that they are of the shape and that the maker knows them, bound to the
 * context (topic, box, parent, author). Nothing else about them is told. out holds DEAL_MAX, *size is what was written; false: values that do
 * not fit, or a joint key that is the identity. Checking uses about 400 KiB of stack. */
enum { DEAL_MAX = 4096 };
bool deal_make(uint8_t *out, size_t *size, const struct deal_bases *bases, const struct point *joint, struct bytes context,
               const uint64_t *values, struct rng *rng);
bool deal_check(struct ciphertext *out, const struct deal_bases *bases, const struct point *joint, struct bytes context,
                struct bytes deal); /* out: the ciphertexts; NULL to check only */
struct deal_item {
    struct bytes context, deal;
    struct ciphertext *out; /* where good: the ciphertexts; NULL to check only */
    bool good;
};
void deals_check(struct deal_item *items, size_t count, const struct deal_bases *bases, const struct point *joint,
                 struct batch_room *room);
/* A deal of one uniformly random group element, for the beacon: only the product of many is ever opened. */
bool beacon_make(uint8_t *out, size_t *size, const struct point *joint, struct bytes context, struct rng *rng);
bool beacon_check(struct ciphertext *out, const struct point *joint, struct bytes context, struct bytes deal);

/* ---- share.c: opening. Member j publishes y_j*R for each of `count` points R, with one batched proof of equal logarithms. With no points it is
 * a proof of possession of the key. */
enum { SHARE_PROOF_SIZE = 64 };
static inline size_t share_size(size_t count)
{
    return count * POINT_SIZE + SHARE_PROOF_SIZE;
}
void share_make(uint8_t *out, const struct scalar *secret, struct bytes context, const struct point *points,
                size_t count, struct rng *rng); /* out: share_size(count) */
bool share_check(const struct point *public_share, struct bytes context, const struct point *points, size_t count,
                 struct bytes share);
/* shared[i] = y*R_i from the checked shares of `threshold` distinct members, numbered members[] in 1..count. */
bool combine(struct point *shared, size_t count, const unsigned *members, const struct bytes *shares,
             unsigned threshold);

#endif
