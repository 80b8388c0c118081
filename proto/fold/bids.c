/* bids.c - what comes into the bids box: a company's bid, inside the deal of a home that introduces it. WIRE
 * 6.4, 8.1.
 *
 * A company is nobody the registry knows, and a key costs nothing: so a place is given to a home, which has a
 * few, and the bid in it is signed by the company. Happy path: the bid holds, the home is admitted. Failure
 * modes: a home that says one number twice has one of the two; a bid that several homes hand in, one of them
 * by copying it, is one bid, whoever's deal stays; more places than are read are filled turn by turn, so that
 * the first of every home comes before the second of any. */
#include "proto/fold/fold.h"

#include <stdlib.h>
#include <string.h>

static void read_bids(const struct charter *charter, struct deal *deal, struct reader *r)
{
    struct sealed_bid bid;

    (void)charter;
    deal->bid = reader_bin(r, 1, RECORD_MAX);
    deal->admission = reader_bin(r, 1, ADMISSION_MAX);
    if (r->failed || deal->seq >= INTRODUCTIONS_MAX || !sealed_bid_read(&bid, deal->bid)) {
        reader_fail(r);
        return;
    }
    deal->sealed = bid.sealed;
    deal->bid_seq = bid.seq;
    memcpy(deal->company, bid.record.author, KEY_SIZE);
    memcpy(deal->bid_id, bid.record.id, ID_SIZE);
}

/* Of the company, not of the home: the same bid is the same through whichever home it comes. */
void bid_context(uint8_t out[HASH_SIZE], const struct topic *topic, const struct deal *deal)
{
    deal_context(out, topic->id, BOX_BIDS, topic->boxes[BOX_BIDS].parent, deal->company, deal->bid_seq);
}

static bool bid_holds(const struct topic *topic, struct deal *deal)
{
    uint8_t context[HASH_SIZE];
    struct sealed_bid bid;

    bid_context(context, topic, deal);
    return sealed_bid_read(&bid, deal->bid) && memcmp(bid.record.topic, topic->id, ID_SIZE) == 0 &&
           memcmp(bid.record.parent, topic->boxes[BOX_BIDS].parent, ID_SIZE) == 0 &&
           record_signed(&bid.record) &&
           seal_ephemeral(&deal->ephemeral, &topic->key.joint, BYTES(context), deal->sealed);
}

static enum status check_bids(const struct topic *topic, struct entry *entry)
{
    return bid_holds(topic, &entry->deal) && entry_admitted(topic, entry) ? STATUS_OK : STATUS_FORGED;
}

bool company_heard(const struct box *box, const uint8_t company[KEY_SIZE])
{
    for (size_t i = 0; i < box->by_voice.count; i++)
        if (memcmp(entry_of(box->by_voice.list[i])->deal.company, company, KEY_SIZE) == 0)
            return true;
    return false;
}

/* ---- The set. */

static const struct deal *deal_at(const void *place)
{
    return &entry_of(*(struct held *const *)place)->deal;
}

static int order_of(const void *a, const void *b)
{
    return order_by_id(*(struct held *const *)a, *(struct held *const *)b);
}

static int compare_place(const void *a, const void *b)
{
    return order_by_voice(*(struct held *const *)a, *(struct held *const *)b);
}

static bool same_place(const struct held *a, const struct held *b)
{
    const struct deal *one = &((const struct entry *)a)->deal, *other = &((const struct entry *)b)->deal;

    return one->seq == other->seq && memcmp(one->voice, other->voice, KEY_SIZE) == 0;
}

/* The first turn first: nobody can be cut off by a copy that stands further behind. */
static int compare_turn(const void *a, const void *b)
{
    const struct deal *one = deal_at(a), *other = deal_at(b);

    if (one->seq != other->seq)
        return one->seq < other->seq ? -1 : 1;
    return order_of(a, b);
}

/* A company's last word first, and of the same word the deal with the best place. */
static int compare_company(const void *a, const void *b)
{
    const struct deal *one = deal_at(a), *other = deal_at(b);
    int order = memcmp(one->company, other->company, KEY_SIZE);

    if (order == 0 && one->bid_seq != other->bid_seq)
        order = one->bid_seq > other->bid_seq ? -1 : 1;
    if (order == 0)
        order = memcmp(one->bid_id, other->bid_id, ID_SIZE);
    return order != 0 ? order : compare_turn(a, b);
}

static bool same_company(const struct held *a, const struct held *b)
{
    return memcmp(((const struct entry *)a)->deal.company, ((const struct entry *)b)->deal.company,
                  KEY_SIZE) == 0;
}

static size_t choose_bids(struct held **deals, size_t count)
{
    count = keep_first(deals, count, compare_place, same_place);
    count = keep_first(deals, count, compare_company, same_company);
    qsort(deals, count, sizeof *deals, compare_turn);
    return count;
}

/* What the bids are is not known before they are opened. */
static bool close_bids(struct topic *topic)
{
    (void)topic;
    return true;
}

const struct box_kind bids_kind = {
    .fields = 3,
    .deals_max = BOX_VOICED_MAX,
    .set_max = BIDS_MAX,
    .read = read_bids,
    .check = check_bids,
    .choose = choose_bids,
    .closed = close_bids,
    .opened = open_bids,
};
