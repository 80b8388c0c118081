/* reconcile.c - the turns of one comparison. WIRE 12.
 *
 *   begins   OPENED -> OVER                                the digests are equal
 *                \-> ASKED -> ... -> WANTING -> OVER         decoded: it knows both differences
 *                        \-> AWAITING_LIST -> WANTING      the other's list is cheaper, or the stream did not
 * decode
 *                        \-> LISTING -> AWAITING_WANTS     its own list is cheaper: the other side knows both
 *   answers  FRESH -> ANSWERED -> SERVING (answers each ask) -> AWAITING_WANTS, LISTING or WANTING in turn
 *
 * Whoever comes to know both differences gives at once what the other lacks, and says in short ids what it
 * wants itself. Only the side that began chooses how to go on, and what the other can be made to send is
 * bounded by SYNC_SYMBOLS_MAX and one list. Failure modes: reconcile.h. */
#include "proto/overlay/reconcile_state.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/labels.h"
#include "proto/limits.h"
#include "proto/overlay/sync_plan.h"

/* ---- A side, and its keys. */

static struct sync *sync_new(const struct sync_set *set, struct rng *rng, enum sync_state state)
{
    struct sync *sync = calloc(1, sizeof *sync);

    assert(set->count <= SYNC_SET_MAX);
    if (sync == NULL)
        return NULL;
    sync->set = *set;
    sync->state = state;
    rng_fill(rng, sync->salt, sizeof sync->salt);
    return sync;
}

void sync_free(struct sync *sync)
{
    if (sync == NULL)
        return;
    riblt_decoder_clear(&sync->decoder);
    riblt_encoder_clear(&sync->own);
    short_list_clear(&sync->list);
    free(sync->ids);
    free(sync->give);
    free(sync);
}

/* WIRE 12.2. The salt of who began comes first: both sides hash the same. */
static void make_keys(struct sync *sync, const uint8_t first[SALT_SIZE], const uint8_t second[SALT_SIZE])
{
    struct bytes salts[] = { { first, SALT_SIZE }, { second, SALT_SIZE } };
    uint8_t hash[HASH_SIZE];

    hash_parts(hash, LABEL_SHORT_ID, salts, ARRAY_SIZE(salts));
    memcpy(sync->keys.id, hash, sizeof sync->keys.id);
    memcpy(sync->keys.check, hash + sizeof sync->keys.id, sizeof sync->keys.check);
    sodium_memzero(hash, sizeof hash);
}

/* What the parts left out differ by, if they do after all, is for the next comparison: WIRE 12.2. */
static enum status take_up(struct sync *sync, uint64_t parts)
{
    size_t count = sync->set.ids(sync->set.from, sync->set.count, parts, NULL);

    if ((int64_t)count + sync->excess < 0)
        return STATUS_FULL;
    sync->parts = parts;
    sync->count = count;
    sync->peer_count = (size_t)((int64_t)count + sync->excess);
    sync->ids = malloc(count * ID_SIZE + 1);
    if (sync->ids == NULL)
        return STATUS_NOMEM;
    sync->set.ids(sync->set.from, sync->set.count, parts, sync->ids);
    if (!riblt_encoder_init(&sync->own, &sync->keys, (const uint8_t(*)[ID_SIZE])sync->ids, count))
        return STATUS_NOMEM;
    riblt_decoder_init(&sync->decoder, &sync->own);
    return STATUS_OK;
}

/* ---- What the other side lacks. */

/* Gives the records that are in the list, or those that are not. The list keeps what is not held here. */
static enum status give(struct sync *sync, struct short_list *list, bool listed, struct sync_out *out)
{
    size_t room = listed && list->count < sync->count ? list->count : sync->count, given = 0;
    struct short_index index;

    free(sync->give);
    sync->give = malloc(room * ID_SIZE + 1);
    if (sync->give == NULL || !short_index_init(&index, list))
        return STATUS_NOMEM;
    for (size_t i = 0; i < sync->count; i++)
        if (short_index_find(&index, sync->own.items.list[i].id) == listed && given < room)
            memcpy(sync->give[given++], sync->ids[i], ID_SIZE);
    short_index_strike(&index);
    short_index_clear(&index);
    out->give = (const uint8_t(*)[ID_SIZE])sync->give;
    out->give_count = given;
    return STATUS_OK;
}

/* A decoded difference must be one, since the digests were not equal, must fit the counts, and what only we are said to have must
 * be ours. All this holds between honest sides but for a chance far below 2^-60, so this is not called a violation, only the end. */
static enum status conclude_symbols(struct sync *sync, struct sync_out *out)
{
    const struct riblt_items *theirs = &sync->decoder.theirs, *ours = &sync->decoder.ours;
    struct short_list held = { NULL, 0, 0 };
    enum status status = STATUS_NOMEM;

    if (theirs->count + ours->count == 0 || theirs->count + sync->count != ours->count + sync->peer_count)
        return STATUS_FULL;
    if (short_list_of(&held, ours) && short_list_of(&sync->list, theirs))
        status = give(sync, &held, true, out);
    if (status == STATUS_OK)
        status = held.count > 0 ? STATUS_FULL : pieces_begin(sync, SYNC_WANTING, out);
    short_list_clear(&held);
    return status;
}

/* ---- Who began. */

static enum status ask(struct sync *sync, size_t count, struct sync_out *out)
{
    struct writer w = payload_begin(out, 4, KIND_ASK);
    uint8_t parts[8];

    be64_write(parts, sync->parts);
    writer_uint(&w, sync->symbols);
    writer_uint(&w, count);
    writer_bin(&w, BYTES(parts));
    sync->asked = count;
    sync->state = SYNC_ASKED;
    return payload_end(out, &w);
}

/* Who began takes symbols, then concludes or asks for more. */
static enum status take_symbols(struct sync *sync, struct bytes bytes, struct sync_out *out)
{
    struct riblt_symbol symbols[SYNC_SYMBOLS_STEP_MAX];
    size_t count = bytes.size / RIBLT_SYMBOL_SIZE;
    struct sync_plan plan;
    struct writer w;
    int64_t excess;

    for (size_t i = 0; i < count; i++)
        riblt_symbol_read(&symbols[i], bytes.data + i * RIBLT_SYMBOL_SIZE);
    if (!riblt_decoder_add(&sync->decoder, symbols, count))
        return STATUS_NOMEM;
    sync->symbols += count;
    if (riblt_decoded(&sync->decoder))
        return conclude_symbols(sync, out);
    excess = (int64_t)sync->peer_count - (int64_t)sync->count;
    plan =
        sync_plan_next(sync->count, sync->peer_count, sync->symbols, riblt_estimate(&sync->decoder, excess));
    if (plan.symbols > 0)
        return ask(sync, plan.symbols, out);
    if (plan.own_list)
        return list_begin(sync, out);
    sync->state = SYNC_AWAITING_LIST;
    w = payload_begin(out, 1, KIND_ASK_LIST);
    return payload_end(out, &w);
}

/* ---- Payloads in, one function a kind. */

static enum status say_equal(struct sync *sync, struct sync_out *out)
{
    struct writer w = payload_begin(out, 1, KIND_EQUAL);

    sync->state = SYNC_OVER;
    out->done = out->equal = true;
    return payload_end(out, &w);
}

static bool read_open(struct sync_set *out, uint8_t salt[SALT_SIZE], struct reader *r)
{
    reader_fixed(r, salt, SALT_SIZE);
    out->count = reader_uint(r, SYNC_SET_MAX);
    reader_fixed(r, out->digest, HASH_SIZE);
    return reader_done(r);
}

static bool is_same(const struct sync_set *a, const struct sync_set *b)
{
    return a->count == b->count && memcmp(a->digest, b->digest, HASH_SIZE) == 0;
}

static enum status step_open(struct sync *sync, struct reader *r, struct sync_out *out)
{
    uint8_t salt[SALT_SIZE];
    struct sync_set peer;
    struct writer w;

    if (!read_open(&peer, salt, r))
        return STATUS_MALFORMED;
    if (is_same(&peer, &sync->set))
        return say_equal(sync, out);
    sync->excess = (int64_t)peer.count - (int64_t)sync->set.count;
    make_keys(sync, salt, sync->salt);
    w = payload_begin(out, 4, KIND_ANSWER);
    writer_bin(&w, BYTES(sync->salt));
    writer_uint(&w, sync->set.count);
    writer_bin(&w, (struct bytes){ sync->set.marks[0], sizeof sync->set.marks });
    sync->state = SYNC_ANSWERED;
    return payload_end(out, &w);
}

/* The parts whose marks differ, and how many differences it takes on average to hit so many of them (0: all are hit, which tells no
 * more). All the same although the digests are not: whoever made marks collide is found out, since then all are compared. */
static uint64_t parts_differing(const uint8_t a[SET_PARTS][SET_MARK_SIZE], const uint8_t b[SET_PARTS][SET_MARK_SIZE], double *estimate)
{
    uint64_t parts = 0;
    int count;

    for (unsigned i = 0; i < SET_PARTS; i++)
        parts |= (uint64_t)(memcmp(a[i], b[i], SET_MARK_SIZE) != 0) << i;
    count = __builtin_popcountll(parts);
    *estimate = 0;
    for (int hit = 0; hit < count && count < SET_PARTS; hit++)
        *estimate += (double)SET_PARTS / (SET_PARTS - hit);
    return count > 0 ? parts : UINT64_MAX;
}

static enum status step_answer(struct sync *sync, struct reader *r, struct sync_out *out)
{
    uint8_t salt[SALT_SIZE], marks[SET_PARTS][SET_MARK_SIZE];
    struct sync_plan plan;
    enum status status;
    double estimate;

    reader_fixed(r, salt, sizeof salt);
    sync->excess = (int64_t)reader_uint(r, SYNC_SET_MAX) - (int64_t)sync->set.count;
    reader_fixed(r, marks[0], sizeof marks);
    if (!reader_done(r))
        return STATUS_MALFORMED;
    make_keys(sync, sync->salt, salt);
    status = take_up(sync, parts_differing((const uint8_t(*)[SET_MARK_SIZE])sync->set.marks,
                                           (const uint8_t(*)[SET_MARK_SIZE])marks, &estimate));
    if (status != STATUS_OK)
        return status;
    plan = sync_plan_next(sync->count, sync->peer_count, 0, estimate);
    /* The first ask tells the parts. So it is made where a list is cheaper too: few differences are decoded by it, which saves a round trip. */
    return ask(sync, plan.symbols > 0 ? plan.symbols : SYNC_SYMBOLS_FIRST, out);
}

static enum status step_ask(struct sync *sync, struct reader *r, struct sync_out *out)
{
    uint64_t from = reader_uint(r, SYNC_SYMBOLS_MAX), count = reader_uint(r, SYNC_SYMBOLS_STEP_MAX), parts;
    bool first = sync->state == SYNC_ANSWERED;
    enum status status = STATUS_OK;
    const struct riblt_symbol *symbols;
    uint8_t bytes[8];
    struct writer w;

    reader_fixed(r, bytes, sizeof bytes);
    parts = be64_read(bytes);
    if (!reader_done(r) || from != sync->symbols || count == 0 || from + count > SYNC_SYMBOLS_MAX || parts == 0 ||
        (!first && parts != sync->parts))
        return STATUS_MALFORMED;
    if (first)
        status = take_up(sync, parts);
    symbols = status == STATUS_OK ? riblt_encoder_first(&sync->own, from + count) : NULL;
    if (symbols == NULL)
        return status == STATUS_OK ? STATUS_NOMEM : status;
    w = payload_begin(out, 2, KIND_SYMBOLS);
    symbols_write(&w, symbols + from, count);
    sync->symbols += count;
    sync->state = SYNC_SERVING;
    return payload_end(out, &w);
}

static enum status step_symbols(struct sync *sync, struct reader *r, struct sync_out *out)
{
    size_t size = sync->asked * RIBLT_SYMBOL_SIZE;
    struct bytes bytes = reader_bin(r, size, size);

    return reader_done(r) ? take_symbols(sync, bytes, out) : STATUS_MALFORMED;
}

static enum status step_ask_list(struct sync *sync, struct reader *r, struct sync_out *out)
{
    return reader_done(r) ? list_begin(sync, out) : STATUS_MALFORMED;
}

static enum status step_list(struct sync *sync, struct reader *r, struct sync_out *out)
{
    bool last;
    enum status status = piece_read(sync, r, &last);

    if (status != STATUS_OK)
        return status;
    if (sync->list.count > sync->peer_count)
        return STATUS_FULL;
    sync->state = SYNC_AWAITING_LIST;
    if (!last)
        return STATUS_OK;
    status = give(sync, &sync->list, false, out);
    return status == STATUS_OK ? pieces_begin(sync, SYNC_WANTING, out) : status;
}

static enum status step_want(struct sync *sync, struct reader *r, struct sync_out *out)
{
    bool last;
    enum status status;

    sync->list.count = 0;
    sync->state = SYNC_AWAITING_WANTS;
    status = piece_read(sync, r, &last);
    if (status == STATUS_OK)
        status = give(sync, &sync->list, true, out);
    if (status == STATUS_OK && sync->list.count > 0)
        return STATUS_MALFORMED; /* wants what we never said we have */
    if (last)
        sync->state = SYNC_OVER;
    out->done = last;
    return status;
}

static enum status step_equal(struct sync *sync, struct reader *r, struct sync_out *out)
{
    if (!reader_done(r))
        return STATUS_MALFORMED;
    sync->state = SYNC_OVER;
    out->done = out->equal = true;
    return STATUS_OK;
}

/* ---- The entrance. */

#define IN(state) (1u << SYNC_##state)
static const struct {
    size_t fields;
    unsigned states; /* in which the payload may come */
    enum status (*step)(struct sync *sync, struct reader *r, struct sync_out *out);
} kinds[] = {
    [KIND_OPEN] = { 4, IN(FRESH), step_open },
    [KIND_ANSWER] = { 4, IN(OPENED), step_answer },
    [KIND_ASK] = { 4, IN(ANSWERED) | IN(SERVING), step_ask },
    [KIND_SYMBOLS] = { 2, IN(ASKED), step_symbols },
    [KIND_ASK_LIST] = { 1, IN(SERVING), step_ask_list },
    [KIND_LIST] = { 3, IN(SERVING) | IN(AWAITING_LIST), step_list },
    [KIND_WANT] = { 3, IN(SERVING) | IN(AWAITING_WANTS), step_want },
    [KIND_EQUAL] = { 1, IN(OPENED), step_equal },
};

bool sync_goes_on(struct bytes payload)
{
    struct reader r = reader_from(payload);
    size_t fields = reader_array(&r, 1, 4);
    uint64_t kind = reader_uint(&r, ARRAY_SIZE(kinds) - 1);

    return !r.failed && kind != KIND_OPEN && kinds[kind].fields == fields;
}

bool sync_opens_equal(struct bytes payload, const struct sync_set *set)
{
    struct reader r = reader_from(payload);
    bool opens = reader_array(&r, 1, 4) == kinds[KIND_OPEN].fields && reader_uint(&r, ARRAY_SIZE(kinds) - 1) == KIND_OPEN;
    uint8_t salt[SALT_SIZE];
    struct sync_set peer;

    return opens && read_open(&peer, salt, &r) && is_same(&peer, set);
}

static void out_reset(struct sync_out *out)
{
    out->size = out->give_count = 0;
    out->give = NULL;
    out->more = out->done = out->equal = false;
}

static enum status ended(struct sync *sync, enum status status, struct sync_out *out)
{
    if (status != STATUS_OK) {
        sync->state = SYNC_OVER;
        out_reset(out);
    }
    return status;
}

enum status sync_step(struct sync *sync, struct bytes payload, struct sync_out *out)
{
    struct reader r = reader_from(payload);
    size_t fields = reader_array(&r, 1, 4);
    uint64_t kind = reader_uint(&r, ARRAY_SIZE(kinds) - 1);

    out_reset(out);
    if (r.failed || kinds[kind].fields != fields || (kinds[kind].states & 1u << sync->state) == 0)
        return ended(sync, STATUS_MALFORMED, out);
    return ended(sync, kinds[kind].step(sync, &r, out), out);
}

enum status sync_more(struct sync *sync, struct sync_out *out)
{
    out_reset(out);
    assert(sync->state == SYNC_LISTING || sync->state == SYNC_WANTING);
    return piece_write(sync, out);
}

struct sync *sync_begin(const struct sync_set *set, struct rng *rng, struct sync_out *out)
{
    struct sync *sync = sync_new(set, rng, SYNC_OPENED);
    struct writer w;

    out_reset(out);
    if (sync == NULL)
        return NULL;
    w = payload_begin(out, 4, KIND_OPEN);
    writer_bin(&w, BYTES(sync->salt));
    writer_uint(&w, set->count);
    writer_bin(&w, BYTES(set->digest));
    payload_end(out, &w);
    return sync;
}

struct sync *sync_answer(const struct sync_set *set, struct rng *rng)
{
    return sync_new(set, rng, SYNC_FRESH);
}
