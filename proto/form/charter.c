/* charter.c - a charter to bytes and back. The order of the fields is the table of WIRE 4.1; the rules of 4.2
 * are in charter_check.c.
 *
 * Happy path: a plain list of fields, each with its own bound, then the rules. Failure modes: whatever breaks
 * a bound or a rule is refused, both ways: what charter_write has written charter_read takes, and the bytes
 * are the same again. */
#include "proto/proto.h"

#include "crypto/labels.h"

#include <string.h>

enum { CHARTER_VERSION = 1, CHARTER_FIELDS = 28, TEXT_HEAD = 3, INT_MAX_SIZE = 9 };

/* The longest charter: every text full, every list full, every number of nine bytes. So `room` of CHARTER_MAX
 * always does. */
_Static_assert(5 * (NAME_MAX_SIZE + TEXT_HEAD) + 128 + TEXT_HEAD + (11 + 2 * BOXES + 5) * INT_MAX_SIZE +
                       8 * TEXT_HEAD +
                       DEAL_VALUES_MAX * (NAME_MAX_SIZE + 16 + 2 * INT_MAX_SIZE + 3 * TEXT_HEAD) +
                       LOTS_MAX * (NAME_MAX_SIZE + 256 + 3 * TEXT_HEAD) + 3 * (KEY_SIZE + TEXT_HEAD) +
                       2 * COMMITTEE_MAX * (KEY_SIZE + TEXT_HEAD) <=
                   CHARTER_MAX,
               "every charter fits");

static void write_uints(struct writer *w, const uint32_t *values, size_t count)
{
    writer_array(w, count);
    for (size_t i = 0; i < count; i++)
        writer_uint(w, values[i]);
}

static void write_items(struct writer *w, const struct charter *charter)
{
    writer_array(w, charter->item_count);
    for (size_t i = 0; i < charter->item_count; i++) {
        const struct item *item = &charter->items[i];

        writer_array(w, 6);
        writer_text(w, item->name);
        writer_text(w, item->unit);
        writer_uint(w, item->use);
        writer_uint(w, item->ladder);
        writer_uint(w, item->low);
        writer_uint(w, item->high);
    }
}

static void write_lots(struct writer *w, const struct charter *charter)
{
    writer_array(w, charter->lot_count);
    for (size_t i = 0; i < charter->lot_count; i++) {
        writer_array(w, 2);
        writer_text(w, charter->lots[i].name);
        writer_text(w, charter->lots[i].terms);
    }
}

static void write_genesis(struct writer *w, const struct charter *charter)
{
    const struct committee_key *genesis = &charter->genesis;

    writer_array(w, genesis->count);
    for (size_t i = 0; i < genesis->count; i++)
        writer_bin(w, BYTES(charter->genesis_key[i]));
    writer_array(w, 3);
    writer_uint(w, genesis->threshold);
    writer_bin(w, BYTES(genesis->joint.b));
    writer_array(w, genesis->count);
    for (size_t i = 0; i < genesis->count; i++)
        writer_bin(w, BYTES(genesis->share[i].b));
}

size_t charter_write(uint8_t *out, size_t room, const struct charter *charter)
{
    struct writer w = writer_to(out, room < CHARTER_MAX ? room : CHARTER_MAX);

    if (charter_check(charter, NULL) != STATUS_OK)
        return 0;
    writer_array(&w, CHARTER_FIELDS);
    writer_uint(&w, CHARTER_VERSION);
    writer_text(&w, charter->network);
    writer_bin(&w, BYTES(charter->group));
    writer_text(&w, charter->title);
    writer_text(&w, charter->category);
    writer_text(&w, charter->zone);
    writer_text(&w, charter->season);
    writer_text(&w, charter->contact);
    writer_uint(&w, charter->opens_s);
    writer_uint(&w, charter->floor);
    write_uints(&w, charter->window_s, BOXES);
    write_uints(&w, charter->grace_s, BOXES);
    writer_uint(&w, charter->round_s);
    writer_uint(&w, charter->grow_s);
    writer_uint(&w, charter->slot_s);
    writer_uint(&w, charter->slack_s);
    writer_uint(&w, charter->tick_s);
    writer_uint(&w, charter->value_bits);
    writer_uint(&w, charter->min_saving_percent);
    writer_uint(&w, charter->min_bids);
    write_uints(&w, charter->cell_share, ARRAY_SIZE(charter->cell_share));
    writer_uint(&w, charter->expires_s);
    write_items(&w, charter);
    write_lots(&w, charter);
    writer_bin(&w, BYTES(charter->invite_key));
    writer_uint(&w, charter->invite_count);
    write_genesis(&w, charter);
    return writer_done(&w);
}

/* ---- Reading. */

static uint32_t read_u32(struct reader *r)
{
    return (uint32_t)reader_uint(r, UINT32_MAX);
}

static void read_uints(struct reader *r, uint32_t *out, size_t count)
{
    reader_array(r, count, count);
    for (size_t i = 0; i < count; i++)
        out[i] = read_u32(r);
}

static void read_items(struct reader *r, struct charter *out)
{
    out->item_count = reader_array(r, 1, DEAL_VALUES_MAX);
    for (size_t i = 0; i < out->item_count; i++) {
        struct item *item = &out->items[i];

        reader_array(r, 6, 6);
        reader_text(r, item->name, sizeof item->name);
        reader_text(r, item->unit, sizeof item->unit);
        item->use = (enum item_use)reader_uint(r, ITEM_USES - 1);
        item->ladder = read_u32(r);
        item->low = read_u32(r);
        item->high = read_u32(r);
    }
}

static void read_lots(struct reader *r, struct charter *out)
{
    out->lot_count = reader_array(r, 1, LOTS_MAX);
    for (size_t i = 0; i < out->lot_count; i++) {
        reader_array(r, 2, 2);
        reader_text(r, out->lots[i].name, sizeof out->lots[i].name);
        reader_text(r, out->lots[i].terms, sizeof out->lots[i].terms);
    }
}

static void read_point(struct reader *r, struct point *out)
{
    uint8_t encoded[POINT_SIZE] = { 0 };

    reader_fixed(r, encoded, sizeof encoded);
    if (!point_read_nonzero(out, encoded))
        reader_fail(r);
}

static void read_genesis(struct reader *r, struct charter *out)
{
    struct committee_key *genesis = &out->genesis;

    genesis->count = (unsigned)reader_array(r, 1, COMMITTEE_MAX);
    for (size_t i = 0; i < genesis->count; i++)
        reader_fixed(r, out->genesis_key[i], KEY_SIZE);
    reader_array(r, 3, 3);
    genesis->threshold = (unsigned)reader_uint(r, COMMITTEE_MAX);
    read_point(r, &genesis->joint);
    reader_array(r, genesis->count, genesis->count);
    for (size_t i = 0; i < genesis->count && !r->failed; i++)
        read_point(r, &genesis->share[i]);
}

static void read_head(struct reader *r, struct charter *out)
{
    reader_array(r, CHARTER_FIELDS, CHARTER_FIELDS);
    if (reader_uint(r, CHARTER_VERSION) != CHARTER_VERSION)
        reader_fail(r);
    reader_text(r, out->network, sizeof out->network);
    reader_fixed(r, out->group, sizeof out->group);
    reader_text(r, out->title, sizeof out->title);
    reader_text(r, out->category, sizeof out->category);
    reader_text(r, out->zone, sizeof out->zone);
    reader_text(r, out->season, sizeof out->season);
    reader_text(r, out->contact, sizeof out->contact);
}

enum status charter_read(struct charter *out, struct bytes in)
{
    struct charter found = { .opens_s = 0 };
    struct reader r = reader_from(in);

    if (in.size > CHARTER_MAX)
        return STATUS_MALFORMED;
    read_head(&r, &found);
    found.opens_s = reader_uint(&r, UINT64_MAX);
    found.floor = read_u32(&r);
    read_uints(&r, found.window_s, BOXES);
    read_uints(&r, found.grace_s, BOXES);
    found.round_s = read_u32(&r);
    found.grow_s = read_u32(&r);
    found.slot_s = read_u32(&r);
    found.slack_s = read_u32(&r);
    found.tick_s = read_u32(&r);
    found.value_bits = (unsigned)reader_uint(&r, 32);
    found.min_saving_percent = read_u32(&r);
    found.min_bids = read_u32(&r);
    read_uints(&r, found.cell_share, ARRAY_SIZE(found.cell_share));
    found.expires_s = read_u32(&r);
    read_items(&r, &found);
    read_lots(&r, &found);
    reader_fixed(&r, found.invite_key, sizeof found.invite_key);
    found.invite_count = read_u32(&r);
    read_genesis(&r, &found);
    if (!reader_done(&r) || charter_check(&found, NULL) != STATUS_OK)
        return STATUS_MALFORMED;
    *out = found;
    return STATUS_OK;
}

void charter_id(uint8_t out[ID_SIZE], struct bytes charter)
{
    hash_parts(out, LABEL_TOPIC_ID, &charter, 1);
}
