/* memo.h - checks a signature or a proof once and remembers the verdict. For tests that fold the same records
 * a thousand times: what they test is the order of the records, not the curve.
 *
 * The functions below are pure, so remembering what they said changes nothing but the time. The linker gives
 * the calls that proto makes to the __wrap_ functions (tests/CMakeLists.txt, for every test that includes
 * this file). Include it in one source file of the program. */
#ifndef COOP_TESTS_MEMO_H
#define COOP_TESTS_MEMO_H

#include "crypto/crypto.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { MEMO_SLOTS = 1 << 16 };

struct memo {
    uint8_t key[HASH_SIZE];
    bool used, verdict;
    size_t size;
    uint8_t *out;
};
static struct memo memos[MEMO_SLOTS];
static size_t memo_count, memo_hits;
static size_t memo_deal_values; /* of the shape whose bases were last asked for */

static inline void memo_add(crypto_generichash_state *state, const void *data, size_t size)
{
    crypto_generichash_update(state, (const uint8_t *)&size, sizeof size);
    if (size > 0)
        crypto_generichash_update(state, data, size);
}

/* The slot of these arguments: already answered, or free to be. */
static inline struct memo *memo_find(const char *name, const struct bytes *parts, size_t count)
{
    crypto_generichash_state state;
    uint8_t key[HASH_SIZE];
    size_t at;

    crypto_generichash_init(&state, NULL, 0, sizeof key);
    memo_add(&state, name, strlen(name));
    for (size_t i = 0; i < count; i++)
        memo_add(&state, parts[i].data, parts[i].size);
    crypto_generichash_final(&state, key, sizeof key);
    for (at = be32_read(key) % MEMO_SLOTS; memos[at].used; at = (at + 1) % MEMO_SLOTS)
        if (memcmp(memos[at].key, key, sizeof key) == 0) {
            memo_hits++;
            return &memos[at];
        }
    assert(++memo_count < MEMO_SLOTS / 2);
    memcpy(memos[at].key, key, sizeof key);
    return &memos[at];
}

static inline bool memo_keep(struct memo *memo, bool verdict, const void *out, size_t size)
{
    memo->used = true;
    memo->verdict = verdict;
    memo->size = size;
    if (size > 0) {
        memo->out = malloc(size);
        assert(memo->out != NULL);
        memcpy(memo->out, out, size);
    }
    return verdict;
}

static inline bool memo_tell(const struct memo *memo, void *out)
{
    if (out != NULL && memo->size > 0)
        memcpy(out, memo->out, memo->size);
    return memo->verdict;
}

bool __real_sign_check(const uint8_t signature[SIGNATURE_SIZE], const uint8_t public_key[KEY_SIZE],
                       struct bytes message);
bool __wrap_sign_check(const uint8_t signature[SIGNATURE_SIZE], const uint8_t public_key[KEY_SIZE],
                       struct bytes message);
bool __wrap_sign_check(const uint8_t signature[SIGNATURE_SIZE], const uint8_t public_key[KEY_SIZE],
                       struct bytes message)
{
    const struct bytes parts[] = { { signature, SIGNATURE_SIZE }, { public_key, KEY_SIZE }, message };
    struct memo *memo = memo_find("sign_check", parts, ARRAY_SIZE(parts));

    if (memo->used)
        return memo_tell(memo, NULL);
    return memo_keep(memo, __real_sign_check(signature, public_key, message), NULL, 0);
}

bool __real_admission_check(uint8_t nullifier[POINT_SIZE], const struct point *roster, size_t count,
                            struct bytes topic, struct bytes message, struct bytes proof);
bool __wrap_admission_check(uint8_t nullifier[POINT_SIZE], const struct point *roster, size_t count,
                            struct bytes topic, struct bytes message, struct bytes proof);
bool __wrap_admission_check(uint8_t nullifier[POINT_SIZE], const struct point *roster, size_t count,
                            struct bytes topic, struct bytes message, struct bytes proof)
{
    const struct bytes parts[] = { { roster->b, count * sizeof *roster }, topic, message, proof };
    struct memo *memo = memo_find("admission_check", parts, ARRAY_SIZE(parts));

    if (memo->used)
        return memo_tell(memo, nullifier);
    bool verdict = __real_admission_check(nullifier, roster, count, topic, message, proof);

    return memo_keep(memo, verdict, nullifier, verdict ? POINT_SIZE : 0);
}

bool __real_deal_check(struct ciphertext *out, const struct deal_bases *bases, const struct point *joint,
                       struct bytes context, struct bytes deal);
bool __wrap_deal_check(struct ciphertext *out, const struct deal_bases *bases, const struct point *joint,
                       struct bytes context, struct bytes deal);
bool __wrap_deal_check(struct ciphertext *out, const struct deal_bases *bases, const struct point *joint,
                       struct bytes context, struct bytes deal)
{
    const struct bytes parts[] = { BYTES(joint->b), context, deal };
    struct memo *memo = memo_find("deal_check", parts, ARRAY_SIZE(parts));

    if (memo->used)
        return memo_tell(memo, out);
    bool verdict = __real_deal_check(out, bases, joint, context, deal);

    return memo_keep(memo, verdict, out, verdict ? memo_deal_values * sizeof *out : 0);
}

/* Together or one by one, the verdicts are the same (crypto_batch_test.c). */
void __wrap_admissions_check(struct admission_item *items, size_t count, const struct point *roster,
                             size_t roster_count, struct bytes topic, struct batch_room *room);
void __wrap_admissions_check(struct admission_item *items, size_t count, const struct point *roster,
                             size_t roster_count, struct bytes topic, struct batch_room *room)
{
    (void)room;
    for (size_t i = 0; i < count; i++)
        items[i].good = __wrap_admission_check(items[i].nullifier, roster, roster_count, topic,
                                               items[i].message, items[i].proof);
}

void __wrap_deals_check(struct deal_item *items, size_t count, const struct deal_bases *bases,
                        const struct point *joint, struct batch_room *room);
void __wrap_deals_check(struct deal_item *items, size_t count, const struct deal_bases *bases,
                        const struct point *joint, struct batch_room *room)
{
    (void)room;
    for (size_t i = 0; i < count; i++)
        items[i].good = __wrap_deal_check(items[i].out, bases, joint, items[i].context, items[i].deal);
}

bool __real_beacon_check(struct ciphertext *out, const struct point *joint, struct bytes context,
                         struct bytes deal);
bool __wrap_beacon_check(struct ciphertext *out, const struct point *joint, struct bytes context,
                         struct bytes deal);
bool __wrap_beacon_check(struct ciphertext *out, const struct point *joint, struct bytes context,
                         struct bytes deal)
{
    const struct bytes parts[] = { BYTES(joint->b), context, deal };
    struct memo *memo = memo_find("beacon_check", parts, ARRAY_SIZE(parts));

    if (memo->used)
        return memo_tell(memo, out);
    bool verdict = __real_beacon_check(out, joint, context, deal);

    return memo_keep(memo, verdict, out, verdict ? sizeof *out : 0);
}

bool __real_share_check(const struct point *public_share, struct bytes context, const struct point *points,
                        size_t count, struct bytes share);
bool __wrap_share_check(const struct point *public_share, struct bytes context, const struct point *points,
                        size_t count, struct bytes share);
bool __wrap_share_check(const struct point *public_share, struct bytes context, const struct point *points,
                        size_t count, struct bytes share)
{
    const struct bytes parts[] = {
        BYTES(public_share->b), context, { (const uint8_t *)points, count * sizeof *points }, share
    };
    struct memo *memo = memo_find("share_check", parts, ARRAY_SIZE(parts));

    if (memo->used)
        return memo_tell(memo, NULL);
    return memo_keep(memo, __real_share_check(public_share, context, points, count, share), NULL, 0);
}

bool __real_dkg_deal_check(struct bytes context, const struct point *members, unsigned count,
                           unsigned threshold, struct bytes deal);
bool __wrap_dkg_deal_check(struct bytes context, const struct point *members, unsigned count,
                           unsigned threshold, struct bytes deal);
bool __wrap_dkg_deal_check(struct bytes context, const struct point *members, unsigned count,
                           unsigned threshold, struct bytes deal)
{
    const struct bytes parts[] = { context, { members->b, count * sizeof *members }, deal };
    struct memo *memo = memo_find("dkg_deal_check", parts, ARRAY_SIZE(parts));

    if (memo->used)
        return memo_tell(memo, NULL);
    return memo_keep(memo, __real_dkg_deal_check(context, members, count, threshold, deal), NULL, 0);
}

bool __real_dkg_complaint_check(struct bytes context, const struct point *members, unsigned count,
                                unsigned threshold, struct bytes deal, unsigned index,
                                const uint8_t complaint[DKG_COMPLAINT_SIZE]);
bool __wrap_dkg_complaint_check(struct bytes context, const struct point *members, unsigned count,
                                unsigned threshold, struct bytes deal, unsigned index,
                                const uint8_t complaint[DKG_COMPLAINT_SIZE]);
bool __wrap_dkg_complaint_check(struct bytes context, const struct point *members, unsigned count,
                                unsigned threshold, struct bytes deal, unsigned index,
                                const uint8_t complaint[DKG_COMPLAINT_SIZE])
{
    const struct bytes parts[] = { context,
                                   { members->b, count * sizeof *members },
                                   deal,
                                   { (const uint8_t *)&index, sizeof index },
                                   { complaint, DKG_COMPLAINT_SIZE } };
    struct memo *memo = memo_find("dkg_complaint_check", parts, ARRAY_SIZE(parts));

    if (memo->used)
        return memo_tell(memo, NULL);
    return memo_keep(memo,
                     __real_dkg_complaint_check(context, members, count, threshold, deal, index, complaint),
                     NULL, 0);
}

bool __real_seal_ephemeral(struct point *out, const struct point *to, struct bytes context,
                           struct bytes sealed);
bool __wrap_seal_ephemeral(struct point *out, const struct point *to, struct bytes context,
                           struct bytes sealed);
bool __wrap_seal_ephemeral(struct point *out, const struct point *to, struct bytes context,
                           struct bytes sealed)
{
    const struct bytes parts[] = { BYTES(to->b), context, sealed };
    struct memo *memo = memo_find("seal_ephemeral", parts, ARRAY_SIZE(parts));

    if (memo->used)
        return memo_tell(memo, out);
    bool verdict = __real_seal_ephemeral(out, to, context, sealed);

    return memo_keep(memo, verdict, out, verdict ? sizeof *out : 0);
}

bool __real_seal_open_shared(uint8_t *out, const struct point *shared, const struct point *to,
                             struct bytes context, struct bytes sealed);
bool __wrap_seal_open_shared(uint8_t *out, const struct point *shared, const struct point *to,
                             struct bytes context, struct bytes sealed);
bool __wrap_seal_open_shared(uint8_t *out, const struct point *shared, const struct point *to,
                             struct bytes context, struct bytes sealed)
{
    const struct bytes parts[] = { BYTES(shared->b), BYTES(to->b), context, sealed };
    struct memo *memo = memo_find("seal_open_shared", parts, ARRAY_SIZE(parts));

    if (memo->used)
        return memo_tell(memo, out);
    bool verdict = __real_seal_open_shared(out, shared, to, context, sealed);

    return memo_keep(memo, verdict, out, verdict ? sealed.size - SEAL_OVERHEAD : 0);
}

bool __real_combine(struct point *shared, size_t count, const unsigned *members, const struct bytes *shares,
                    unsigned threshold);
bool __wrap_combine(struct point *shared, size_t count, const unsigned *members, const struct bytes *shares,
                    unsigned threshold);
bool __wrap_combine(struct point *shared, size_t count, const unsigned *members, const struct bytes *shares,
                    unsigned threshold)
{
    struct bytes parts[COMMITTEE_MAX + 1] = { { (const uint8_t *)members, threshold * sizeof *members } };
    struct memo *memo;

    memcpy(parts + 1, shares, threshold * sizeof *shares);
    memo = memo_find("combine", parts, threshold + 1);
    if (memo->used)
        return memo_tell(memo, shared);
    bool verdict = __real_combine(shared, count, members, shares, threshold);

    return memo_keep(memo, verdict, shared, verdict ? count * sizeof *shared : 0);
}

void __real_dkg_commitments(struct point *out, const struct bytes *deals, size_t deal_count, unsigned count,
                            unsigned threshold);
void __wrap_dkg_commitments(struct point *out, const struct bytes *deals, size_t deal_count, unsigned count,
                            unsigned threshold);
void __wrap_dkg_commitments(struct point *out, const struct bytes *deals, size_t deal_count, unsigned count,
                            unsigned threshold)
{
    struct memo *memo = memo_find("dkg_commitments", deals, deal_count);

    (void)threshold; /* the deals have its size */
    if (memo->used) {
        memo_tell(memo, out);
        return;
    }
    __real_dkg_commitments(out, deals, deal_count, count, threshold);
    memo_keep(memo, true, out, count * sizeof *out);
}

bool __real_dkg_reveal_check(struct bytes context, const struct point *commitment,
                             const uint8_t reveal[DKG_REVEAL_SIZE]);
bool __wrap_dkg_reveal_check(struct bytes context, const struct point *commitment,
                             const uint8_t reveal[DKG_REVEAL_SIZE]);
bool __wrap_dkg_reveal_check(struct bytes context, const struct point *commitment,
                             const uint8_t reveal[DKG_REVEAL_SIZE])
{
    const struct bytes parts[] = { context, BYTES(commitment->b), { reveal, DKG_REVEAL_SIZE } };
    struct memo *memo = memo_find("dkg_reveal_check", parts, ARRAY_SIZE(parts));

    if (memo->used)
        return memo_tell(memo, NULL);
    return memo_keep(memo, __real_dkg_reveal_check(context, commitment, reveal), NULL, 0);
}

bool __real_dkg_combine(struct committee_key *out, const unsigned *members, const struct point *revealed,
                        unsigned count, unsigned threshold);
bool __wrap_dkg_combine(struct committee_key *out, const unsigned *members, const struct point *revealed,
                        unsigned count, unsigned threshold);
bool __wrap_dkg_combine(struct committee_key *out, const unsigned *members, const struct point *revealed,
                        unsigned count, unsigned threshold)
{
    const struct bytes parts[] = { { (const uint8_t *)members, threshold * sizeof *members },
                                   { (const uint8_t *)revealed, threshold * sizeof *revealed },
                                   { (const uint8_t *)&count, sizeof count } };
    struct memo *memo = memo_find("dkg_combine", parts, ARRAY_SIZE(parts));

    if (memo->used)
        return memo_tell(memo, out);
    bool verdict = __real_dkg_combine(out, members, revealed, count, threshold);

    return memo_keep(memo, verdict, out, verdict ? sizeof *out : 0);
}

/* The table is only filled when a search is not answered from memory. */
void __real_log_table_init(struct log_table *table, uint64_t *slots, uint32_t steps);
void __wrap_log_table_init(struct log_table *table, uint64_t *slots, uint32_t steps);
void __wrap_log_table_init(struct log_table *table, uint64_t *slots, uint32_t steps)
{
    table->slots = slots;
    table->steps = steps;
}

static struct log_table memo_logs; /* the caller's is not filled */

static inline void memo_table(uint32_t steps)
{
    if (memo_logs.steps == steps)
        return;
    free(memo_logs.slots);
    memo_logs.slots = malloc(2 * (size_t)steps * sizeof *memo_logs.slots);
    assert(memo_logs.slots != NULL);
    __real_log_table_init(&memo_logs, memo_logs.slots, steps);
}

bool __real_log_find(uint64_t *out, const struct log_table *table, const struct point *p, uint64_t bound);
bool __wrap_log_find(uint64_t *out, const struct log_table *table, const struct point *p, uint64_t bound);
bool __wrap_log_find(uint64_t *out, const struct log_table *table, const struct point *p, uint64_t bound)
{
    const struct bytes parts[] = { BYTES(p->b), { (const uint8_t *)&bound, sizeof bound } };
    struct memo *memo = memo_find("log_find", parts, ARRAY_SIZE(parts));

    if (memo->used)
        return memo_tell(memo, out);
    memo_table(table->steps);
    bool verdict = __real_log_find(out, &memo_logs, p, bound);

    return memo_keep(memo, verdict, out, verdict ? sizeof *out : 0);
}

/* The bases of each shape, once. */
const struct deal_bases *__wrap_deal_bases_init(void *memory, const struct deal_shape *shape);
const struct deal_bases *__real_deal_bases_init(void *memory, const struct deal_shape *shape);
const struct deal_bases *__wrap_deal_bases_init(void *memory, const struct deal_shape *shape)
{
    static struct {
        struct deal_shape shape;
        const struct deal_bases *bases;
    } known[32];
    size_t i = 0;

    (void)memory;
    while (known[i].bases != NULL && memcmp(&known[i].shape, shape, sizeof *shape) != 0)
        i++;
    assert(i + 1 < ARRAY_SIZE(known));
    if (known[i].bases == NULL) {
        known[i].shape = *shape;
        known[i].bases = __real_deal_bases_init(aligned_alloc(DEAL_BASES_ALIGNMENT, deal_bases_size(shape)), shape);
    }
    memo_deal_values = shape->count;
    return known[i].bases;
}

#endif
