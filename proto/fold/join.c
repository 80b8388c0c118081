/* join.c - who buys in which lot, and how much together. WIRE 7.5.
 *
 * Happy path: the closed set elects the lots; the ciphertexts of a lot's homes are summed; thr members open
 * the sums and nothing else. Failure modes: no lot reaches the floor, then the round ends without a figure; a
 * total that is no number, then that lot has no totals. */
#include "proto/fold/fold.h"

#include <stdlib.h>
#include <string.h>

static size_t demand_ciphertexts(const struct charter *charter)
{
    return charter->item_count;
}

static bool named_before(const struct elect_home *home, uint64_t lot)
{
    for (size_t i = 0; i < home->choice_count; i++)
        if (home->choices[i].lot == lot)
            return true;
    return false;
}

static void read_choices(const struct charter *charter, struct elect_home *home, struct reader *r)
{
    size_t count = reader_array(r, 0, LOT_CHOICES_MAX);

    home->choice_count = 0;
    for (size_t i = 0; i < count && !r->failed; i++) {
        uint64_t lot, minimum;

        reader_array(r, 2, 2);
        lot = reader_uint(r, charter->lot_count - 1);
        minimum = reader_uint(r, BOX_DEALS_MAX);
        if (r->failed || minimum < charter->floor || named_before(home, lot)) {
            reader_fail(r);
            return;
        }
        home->choices[home->choice_count].lot = (uint32_t)lot;
        home->choices[home->choice_count++].minimum = (uint32_t)minimum;
    }
}

static void read_join(const struct charter *charter, struct deal *deal, struct reader *r)
{
    read_choices(charter, &deal->home, r);
    deal->sealed = reader_bin(r, 0, DEAL_MAX);
    deal->admission = reader_bin(r, 1, ADMISSION_MAX);
    deal->withdrawn = deal->home.choice_count == 0;
    if (deal->withdrawn != (deal->sealed.size == 0))
        reader_fail(r);
}

static enum status check_join(const struct topic *topic, struct entry *entry)
{
    uint8_t context[HASH_SIZE];

    if (!entry_admitted(topic, entry))
        return STATUS_FORGED;
    if (entry->deal.withdrawn)
        return STATUS_OK;
    if (entry->deal.demanded != PROVED_NOT_YET)
        return entry->deal.demanded == PROVED_TRUE ? STATUS_OK : STATUS_FORGED;
    entry_context(context, topic, entry);
    return deal_check(entry->deal.values, topic->bases, &topic->key.joint, BYTES(context), entry->deal.sealed)
               ? STATUS_OK
               : STATUS_FORGED;
}

/* ---- The closed set: lots. */

static int compare_author(const void *a, const void *b)
{
    return memcmp((*(struct held *const *)a)->record.author, (*(struct held *const *)b)->record.author,
                  KEY_SIZE);
}

/* The homes placed in one lot, in order of pseudonym, and the sums of what they asked for. */
static bool lot_fill(struct lot_state *lot, const struct topic *topic, const uint8_t *placed, size_t index,
                     size_t count)
{
    const struct box *box = &topic->boxes[BOX_JOIN];
    struct held **homes = malloc((count + 1) * sizeof *homes);
    uint8_t(*pseudonyms)[KEY_SIZE] = malloc((count + 1) * sizeof *pseudonyms);
    size_t found = 0;

    if (homes == NULL || pseudonyms == NULL) {
        free(homes);
        free(pseudonyms);
        return false;
    }
    for (size_t i = 0; i < box->set_count; i++)
        if (placed[i] == index)
            homes[found++] = box->set[i];
    qsort(homes, found, sizeof *homes, compare_author);
    for (size_t k = 0; k < topic->charter.item_count; k++)
        lot->sums[k] = (struct ciphertext){ POINT_IDENTITY, POINT_IDENTITY };
    for (size_t i = 0; i < found; i++) {
        memcpy(pseudonyms[i], homes[i]->record.author, KEY_SIZE);
        for (size_t k = 0; k < topic->charter.item_count; k++)
            ciphertext_add(&lot->sums[k], &lot->sums[k], &entry_of(homes[i])->deal.values[k]);
    }
    lot->homes = homes;
    lot->pseudonyms = pseudonyms;
    lot->home_count = found;
    return true;
}

const uint8_t *lot_voice(const struct topic *topic, size_t lot, size_t i)
{
    return entry_of(topic->lots[lot].homes[i])->deal.voice;
}

void lots_clear(struct topic *topic)
{
    for (size_t i = 0; i < LOTS_MAX; i++) {
        free(topic->lots[i].homes);
        free(topic->lots[i].pseudonyms);
        topic->lots[i] = (struct lot_state){ .home_count = 0 };
    }
}

static bool lots_fill(struct topic *topic, const uint8_t *placed, const size_t sizes[LOTS_MAX])
{
    for (size_t i = 0; i < topic->charter.lot_count; i++)
        if (sizes[i] > 0 && !lot_fill(&topic->lots[i], topic, placed, i, sizes[i])) {
            lots_clear(topic);
            return false;
        }
    return true;
}

static bool close_join(struct topic *topic)
{
    const struct box *box = &topic->boxes[BOX_JOIN];
    struct elect_home *homes = malloc((box->set_count + 1) * sizeof *homes);
    uint8_t *placed = malloc(box->set_count + 1);
    size_t sizes[LOTS_MAX] = { 0 }, formed[LOTS_MAX];
    bool fine = homes != NULL && placed != NULL;

    for (size_t i = 0; fine && i < box->set_count; i++)
        homes[i] = entry_of(box->set[i])->deal.home;
    if (fine) {
        elect(placed, sizes, homes, box->set_count, topic->charter.lot_count, topic->charter.floor);
        fine = lots_fill(topic, placed, sizes);
    }
    free(homes);
    free(placed);
    topic->no_lot = fine && lots_formed(topic, formed) == 0;
    return fine;
}

/* ---- The opened sums: totals. */

/* The coordinates of one part of an opening: those that are late, or those that are not. */
enum total lot_totals(struct topic *topic, enum box_index box, size_t part, size_t lot_index, bool late)
{
    struct lot_state *lot = &topic->lots[lot_index];
    struct point shared[OPEN_POINTS_MAX];
    size_t k = 0;

    opening_combine(topic, box, part, shared);
    for (size_t i = 0; i < topic->charter.item_count; i++) {
        enum total found;

        if (item_late(&topic->charter, i) != late)
            continue;
        found = total_find(topic, &lot->totals[i], &lot->sums[i], &shared[k++], lot->home_count);
        if (found != TOTAL_FOUND)
            return found;
    }
    return TOTAL_FOUND;
}

static bool open_join(struct topic *topic)
{
    size_t lots[LOTS_MAX], count = lots_formed(topic, lots);

    for (size_t part = 0; part < count; part++) {
        enum total found = lot_totals(topic, BOX_JOIN, part, lots[part], false);

        if (found == TOTAL_NOMEM)
            return false;
        topic->lots[lots[part]].totals_known = found == TOTAL_FOUND;
    }
    totals_clear(topic);
    return true;
}

const struct box_kind join_kind = {
    .fields = 4,
    .deals_max = BOX_VOICED_MAX,
    .set_max = BOX_DEALS_MAX,
    .ciphertexts = demand_ciphertexts,
    .read = read_join,
    .check = check_join,
    .closed = close_join,
    .opened = open_join,
};
