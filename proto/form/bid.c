/* bid.c - a company's bid to bytes and back, and what it costs. WIRE 8.2, 8.4.
 *
 * Happy path: fields in order, then the rules that no single field can hold. Failure modes: a lot named
 * twice, steps that do not ascend, steps with different numbers of prices: one bid has one encoding, and a
 * step is found without a tie. Whether it suits the charter is bid_fits. */
#include "proto/proto.h"

#include <string.h>

enum { BID_FIELDS = 5, LOT_FIELDS = 3, STEP_FIELDS = 2, CENT_PARTS = 100 };

/* ---- The rules, the same for who writes and who reads. */

static bool text_fine(const char *text, size_t room)
{
    return memchr(text, '\0', room) != NULL && text_printable(text);
}

static bool steps_fine(const struct bid_lot *lot)
{
    if (lot->step_count < 1 || lot->step_count > BID_STEPS_MAX || lot->steps[0].from_homes == 0)
        return false;
    for (size_t i = 1; i < lot->step_count; i++)
        if (lot->steps[i].from_homes <= lot->steps[i - 1].from_homes)
            return false;
    return true;
}

static bool bid_fine(const struct bid *bid)
{
    struct point inbox;

    if (!text_fine(bid->company, sizeof bid->company) || bid->company[0] == '\0' ||
        !text_fine(bid->contact, sizeof bid->contact) || !text_fine(bid->terms, sizeof bid->terms) ||
        !point_read_nonzero(&inbox, bid->inbox.b))
        return false;
    if (bid->lot_count < 1 || bid->lot_count > LOTS_MAX || bid->price_count < 1 ||
        bid->price_count > DEAL_VALUES_MAX)
        return false;
    for (size_t i = 0; i < bid->lot_count; i++)
        if (bid->lots[i].lot >= LOTS_MAX || (i > 0 && bid->lots[i].lot <= bid->lots[i - 1].lot) ||
            !steps_fine(&bid->lots[i]))
            return false;
    return true;
}

/* ---- Writing. */

static void write_lot(struct writer *w, const struct bid_lot *lot, size_t price_count)
{
    writer_array(w, LOT_FIELDS);
    writer_uint(w, lot->lot);
    writer_uint(w, lot->fixed_cents);
    writer_array(w, lot->step_count);
    for (size_t i = 0; i < lot->step_count; i++) {
        writer_array(w, STEP_FIELDS);
        writer_uint(w, lot->steps[i].from_homes);
        writer_array(w, price_count);
        for (size_t j = 0; j < price_count; j++)
            writer_uint(w, lot->steps[i].price[j]);
    }
}

size_t bid_write(uint8_t *out, size_t room, const struct bid *bid)
{
    enum { PLAIN_MAX = BID_MAX - SEAL_OVERHEAD };
    struct writer w = writer_to(out, room < PLAIN_MAX ? room : PLAIN_MAX);

    if (!bid_fine(bid))
        return 0;
    writer_array(&w, BID_FIELDS);
    writer_text(&w, bid->company);
    writer_text(&w, bid->contact);
    writer_text(&w, bid->terms);
    writer_bin(&w, BYTES(bid->inbox.b));
    writer_array(&w, bid->lot_count);
    for (size_t i = 0; i < bid->lot_count; i++)
        write_lot(&w, &bid->lots[i], bid->price_count);
    return writer_done(&w);
}

/* ---- Reading. */

/* *price_count: of the first step that is read, and then of all. */
static void read_step(struct reader *r, struct bid_step *out, size_t *price_count)
{
    size_t least = *price_count == 0 ? 1 : *price_count,
           most = *price_count == 0 ? DEAL_VALUES_MAX : *price_count;

    reader_array(r, STEP_FIELDS, STEP_FIELDS);
    out->from_homes = (uint32_t)reader_uint(r, UINT32_MAX);
    *price_count = reader_array(r, least, most);
    for (size_t i = 0; i < *price_count; i++)
        out->price[i] = (uint32_t)reader_uint(r, UINT32_MAX);
}

static void read_lot(struct reader *r, struct bid_lot *out, size_t *price_count)
{
    reader_array(r, LOT_FIELDS, LOT_FIELDS);
    out->lot = (uint32_t)reader_uint(r, LOTS_MAX - 1);
    out->fixed_cents = (uint32_t)reader_uint(r, UINT32_MAX);
    out->step_count = reader_array(r, 1, BID_STEPS_MAX);
    for (size_t i = 0; i < out->step_count && !r->failed; i++)
        read_step(r, &out->steps[i], price_count);
}

enum status bid_read(struct bid *out, struct bytes in)
{
    struct bid found = { .lot_count = 0 };
    struct reader r = reader_from(in);

    if (in.size > BID_MAX - SEAL_OVERHEAD)
        return STATUS_MALFORMED;
    reader_array(&r, BID_FIELDS, BID_FIELDS);
    reader_text(&r, found.company, sizeof found.company);
    reader_text(&r, found.contact, sizeof found.contact);
    reader_text(&r, found.terms, sizeof found.terms);
    reader_fixed(&r, found.inbox.b, sizeof found.inbox.b);
    found.lot_count = reader_array(&r, 1, LOTS_MAX);
    for (size_t i = 0; i < found.lot_count && !r.failed; i++)
        read_lot(&r, &found.lots[i], &found.price_count);
    if (!reader_done(&r) || !bid_fine(&found))
        return STATUS_MALFORMED;
    *out = found;
    return STATUS_OK;
}

/* ---- Against a charter. */

size_t charter_quantities(const struct charter *charter)
{
    size_t count = 0;

    for (size_t i = 0; i < charter->item_count; i++)
        count += charter->items[i].use == ITEM_QUANTITY;
    return count;
}

enum status bid_fits(const struct bid *bid, const struct charter *charter, struct failure *why)
{
    if (!bid_fine(bid))
        return failure_say(
            why, STATUS_MALFORMED,
            "a bid needs a company, an inbox, lots in ascending order, and for each one to %d steps that "
            "ascend from one home on",
            BID_STEPS_MAX);
    if (bid->price_count != charter_quantities(charter))
        return failure_say(why, STATUS_MALFORMED, "this bid has %zu prices a step, the tender %zu quantities",
                           bid->price_count, charter_quantities(charter));
    if (bid->lots[bid->lot_count - 1].lot >= charter->lot_count)
        return failure_say(why, STATUS_MALFORMED, "this bid names lot %u, the tender has %zu",
                           (unsigned)bid->lots[bid->lot_count - 1].lot + 1, charter->lot_count);
    return STATUS_OK;
}

static const struct bid_step *step_for(const struct bid_lot *offer, size_t homes)
{
    const struct bid_step *found = NULL;

    for (size_t i = 0; i < offer->step_count; i++)
        if (offer->steps[i].from_homes <= homes)
            found = &offer->steps[i];
    return found;
}

/* In hundredths of a cent until the one rounding. */
uint64_t bid_cost_cents(const struct charter *charter, const struct bid_lot *offer, const uint64_t *values,
                        size_t homes, size_t accepted)
{
    const struct bid_step *step = step_for(offer, accepted);
    uint64_t sum = 0, term, cents;
    size_t quantity = 0;

    if (step == NULL)
        return UINT64_MAX;
    for (size_t i = 0; i < charter->item_count; i++)
        if (charter->items[i].use == ITEM_QUANTITY)
            if (__builtin_mul_overflow(values[i], (uint64_t)step->price[quantity++], &term) ||
                __builtin_add_overflow(sum, term, &sum))
                return UINT64_MAX;
    cents = sum / CENT_PARTS + (sum % CENT_PARTS >= CENT_PARTS / 2);
    if (__builtin_mul_overflow((uint64_t)offer->fixed_cents, (uint64_t)homes, &term) ||
        __builtin_add_overflow(cents, term, &cents))
        return UINT64_MAX;
    return cents;
}
