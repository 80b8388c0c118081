/* riblt.c - coded symbols, made and undone.
 *
 * Happy path of a decoder: some symbol holds a single difference (its count is 1 or -1 and its check is that
 * of its id); the id is recovered and taken out of all its other symbols, which leaves new symbols with a
 * single one, until all are empty. Failure modes: too few symbols yet (riblt_decoded says so; more will
 * come); symbols that are no set's, on which recovering could go round in circles: it stops at one recovered
 * id per symbol, more than which no honest sequence has.
 *
 * Symbols are made by passes over the whole set instead of the authors' queue of next places: a pass reads
 * memory in order and costs a tenth of a millisecond per 100 000 ids, where a queue pays a logarithm for each
 * of the fourteen places an id has in 1 400 symbols. */
#include "proto/overlay/riblt.h"

#include <assert.h>
#include <math.h>
#include <sodium.h>
#include <stdlib.h>

#define RIBLT_MULTIPLIER 0xda942042e4dd58b5u

enum { FIRST_SYMBOLS = 64 }; /* made by the first pass that makes more than one */

uint64_t riblt_short_id(const struct riblt_keys *keys, const uint8_t id[ID_SIZE])
{
    return short_hash(keys->id, (struct bytes){ id, ID_SIZE });
}

static uint64_t check_of(const struct riblt_keys *keys, uint64_t id)
{
    uint8_t bytes[8];

    for (int i = 0; i < 8; i++) /* the hash's own byte order: little-endian */
        bytes[i] = (uint8_t)(id >> 8 * i);
    return short_hash(keys->check, BYTES(bytes));
}

void riblt_symbol_write(uint8_t out[RIBLT_SYMBOL_SIZE], const struct riblt_symbol *symbol)
{
    be64_write(out, symbol->id);
    be32_write(out + 8, (uint32_t)symbol->check);
    out[12] = (uint8_t)symbol->count;
}

void riblt_symbol_read(struct riblt_symbol *out, const uint8_t in[RIBLT_SYMBOL_SIZE])
{
    *out = (struct riblt_symbol){ .id = be64_read(in), .check = be32_read(in + 8), .count = in[12] };
}

/* ---- The mapping. */

/* The compiler's own conversion of a 64-bit unsigned number branches on its top bit, which is random here.
 * Both halves are exact and their sum is rounded once, so the result is the same. */
static double to_double(uint64_t n)
{
    return (double)(int64_t)(n >> 32) * 4294967296.0 + (double)(int64_t)(n & UINT32_MAX);
}

static uint32_t next_place(uint64_t *state, uint32_t at)
{
    double gap;
    int64_t whole;

    *state *= RIBLT_MULTIPLIER;
    gap = ((double)at + 1.5) * (4294967296.0 / sqrt(to_double(*state) + 1) - 1);
    whole = (int64_t)gap;
    whole += (double)whole < gap; /* rounded up, without the call that ceil is on a plain x86-64 */
    return whole >= (int64_t)UINT32_MAX - at ? UINT32_MAX : at + (uint32_t)whole;
}

/* Puts an item into every symbol below `end` that it has not been put into. */
static void item_fold(struct riblt_symbol *symbols, struct riblt_item *item, size_t end, int64_t sign)
{
    while (item->next < end) {
        struct riblt_symbol *symbol = &symbols[item->next];

        symbol->id ^= item->id;
        symbol->check ^= item->check;
        symbol->count += sign;
        item->next = next_place(&item->state, item->next);
    }
}

static bool item_is_in(const struct riblt_item *item, size_t index)
{
    uint64_t state = item->check;
    uint32_t at = 0;

    while (at < index)
        at = next_place(&state, at);
    return at == index;
}

static struct riblt_item item_of(const struct riblt_keys *keys, uint64_t id)
{
    uint64_t check = check_of(keys, id);

    return (struct riblt_item){ .id = id, .check = check, .state = check };
}

/* ---- Encoder. */

bool riblt_encoder_init(struct riblt_encoder *encoder, const struct riblt_keys *keys,
                        const uint8_t (*ids)[ID_SIZE], size_t count)
{
    *encoder = (struct riblt_encoder){ .keys = *keys };
    encoder->items.list = malloc((count > 0 ? count : 1) * sizeof *encoder->items.list);
    if (encoder->items.list == NULL)
        return false;
    encoder->items.count = encoder->items.room = count;
    for (size_t i = 0; i < count; i++)
        encoder->items.list[i] = item_of(keys, riblt_short_id(keys, ids[i]));
    return true;
}

void riblt_encoder_clear(struct riblt_encoder *encoder)
{
    free(encoder->items.list);
    free(encoder->symbols);
    sodium_memzero(encoder, sizeof *encoder);
}

/* The first symbol alone, which is all that equal sets need. Then grown by a quarter at least: a peer that
 * asks for single symbols must not buy a pass with each. */
static size_t stretch(const struct riblt_encoder *encoder, size_t count)
{
    size_t least = encoder->count + encoder->count / 4;

    if (count <= 1)
        return 1;
    least = least < FIRST_SYMBOLS ? FIRST_SYMBOLS : least;
    return count > least ? count : least;
}

const struct riblt_symbol *riblt_encoder_first(struct riblt_encoder *encoder, size_t count)
{
    size_t end = stretch(encoder, count);
    struct riblt_symbol *grown;

    assert(count <= RIBLT_SYMBOLS_MAX);
    if (count <= encoder->count && encoder->symbols != NULL)
        return encoder->symbols;
    grown = realloc(encoder->symbols, end * sizeof *grown);
    if (grown == NULL)
        return NULL;
    encoder->symbols = grown;
    for (size_t i = encoder->count; i < end; i++)
        grown[i] = (struct riblt_symbol){ 0 };
    for (size_t i = 0; i < encoder->items.count; i++)
        item_fold(grown, &encoder->items.list[i], end, 1);
    encoder->count = end;
    return grown;
}

/* ---- Decoder. */

void riblt_decoder_init(struct riblt_decoder *decoder, struct riblt_encoder *own)
{
    *decoder = (struct riblt_decoder){ .own = own };
}

void riblt_decoder_clear(struct riblt_decoder *decoder)
{
    free(decoder->left);
    free(decoder->theirs.list);
    free(decoder->ours.list);
    *decoder = (struct riblt_decoder){ .own = NULL };
}

static bool items_add(struct riblt_items *items, struct riblt_item item)
{
    size_t room = items->room > 0 ? items->room * 2 : 16;
    struct riblt_item *grown = items->list;

    if (items->count == items->room) {
        grown = realloc(items->list, room * sizeof *grown);
        if (grown == NULL)
            return false;
        items->list = grown;
        items->room = room;
    }
    grown[items->count++] = item;
    return true;
}

/* 1: a single id that only they have; -1: that only we have; 0: neither. The place is looked at too: of the
 * ids that fit a symbol by chance, few belong into it. */
static int single(const struct riblt_decoder *decoder, size_t index, struct riblt_item *item)
{
    const struct riblt_symbol *symbol = &decoder->left[index];
    uint8_t count = (uint8_t)symbol->count;

    if (count != 1 && count != UINT8_MAX)
        return 0;
    *item = item_of(&decoder->own->keys, symbol->id);
    if ((uint32_t)(item->check ^ symbol->check) != 0 || !item_is_in(item, index))
        return 0;
    return count == 1 ? 1 : -1;
}

/* Takes the single id of a symbol, if it holds one, out of all its symbols. false: out of memory. */
static bool recover_at(struct riblt_decoder *decoder, size_t index)
{
    struct riblt_item item;
    int side = single(decoder, index, &item);

    if (side == 0 || decoder->theirs.count + decoder->ours.count >= decoder->count)
        return true;
    item_fold(decoder->left, &item, decoder->count, -side);
    return items_add(side > 0 ? &decoder->theirs : &decoder->ours, item);
}

/* The symbols that an id was taken out of, again. */
static bool recover_beside(struct riblt_decoder *decoder, const struct riblt_item *item)
{
    uint64_t state = item->check;
    bool fine = true;

    for (uint32_t at = 0; fine && at < decoder->count; at = next_place(&state, at))
        fine = recover_at(decoder, at);
    return fine;
}

/* Each symbol that came is looked at once, and then only those that something was taken out of: whoever makes symbols that give up one id
 * at a time, the last first, buys no pass over all of them with each. */
static bool recover(struct riblt_decoder *decoder, size_t from)
{
    size_t theirs = decoder->theirs.count, ours = decoder->ours.count;
    bool fine = true;

    for (size_t i = from; fine && i < decoder->count; i++)
        fine = recover_at(decoder, i);
    while (fine && (theirs < decoder->theirs.count || ours < decoder->ours.count)) {
        struct riblt_item item = theirs < decoder->theirs.count ? decoder->theirs.list[theirs++] : decoder->ours.list[ours++];

        fine = recover_beside(decoder, &item);
    }
    return fine;
}

bool riblt_decoder_add(struct riblt_decoder *decoder, const struct riblt_symbol *symbols, size_t count)
{
    size_t from = decoder->count, end = from + count;
    const struct riblt_symbol *own = riblt_encoder_first(decoder->own, end);
    struct riblt_symbol *left = realloc(decoder->left, end * sizeof *left);

    decoder->left = left != NULL ? left : decoder->left;
    if (own == NULL || left == NULL)
        return false;
    for (size_t i = from; i < end; i++)
        left[i] = (struct riblt_symbol){ .id = symbols[i - from].id ^ own[i].id,
                                         .check = symbols[i - from].check ^ own[i].check,
                                         .count = symbols[i - from].count - own[i].count };
    for (size_t i = 0; i < decoder->theirs.count; i++)
        item_fold(left, &decoder->theirs.list[i], end, -1);
    for (size_t i = 0; i < decoder->ours.count; i++)
        item_fold(left, &decoder->ours.list[i], end, 1);
    decoder->count = end;
    return recover(decoder, from);
}

bool riblt_decoded(const struct riblt_decoder *decoder)
{
    for (size_t i = 0; i < decoder->count; i++) {
        const struct riblt_symbol *left = &decoder->left[i];

        if (left->id != 0 || (uint32_t)left->check != 0 || (uint8_t)left->count != 0)
            return false;
    }
    return decoder->count > 0;
}

/* Symbol i holds each of D differences with chance p = 1 / (1 + i/2), theirs with sign 1 and ours with -1:
 * its count lies about excess * p with variance D p (1 - p). */
double riblt_estimate(const struct riblt_decoder *decoder, int64_t excess)
{
    size_t recovered = decoder->theirs.count + decoder->ours.count;
    double off, left = (double)(excess - (int64_t)decoder->theirs.count + (int64_t)decoder->ours.count),
                sum = 0;

    for (size_t i = 1; i < decoder->count; i++) {
        double p = 1 / (1 + (double)i / 2);
        int64_t expected = (int64_t)floor(left * p + 0.5);
        int64_t difference = (decoder->left[i].count - expected) & UINT8_MAX;

        off = (double)(difference < 128 ? difference : difference - 256) + (double)expected - left * p;
        sum += off * off / (p * (1 - p));
    }
    return (double)recovered + (decoder->count > 1 ? sum / (double)(decoder->count - 1) : 0);
}
