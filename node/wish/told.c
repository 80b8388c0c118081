/* told.c - see told.h. Failure mode: a disk that cannot keep the report; then nothing is told. */
#include "node/wish/told.h"

#include "crypto/labels.h"

#include <string.h>

enum { CELLS = 4 };

/* Kept like a setting of a round, under a name that no round has. */
static void place(uint8_t out[ID_SIZE], const struct charter *charter)
{
    struct bytes parts[] = { { (const uint8_t *)charter->category, strlen(charter->category) },
                             { (const uint8_t *)charter->season, strlen(charter->season) } };

    hash_parts(out, LABEL_PROFILE_NOISE, parts, ARRAY_SIZE(parts));
}

bool told_before(unsigned *report, struct node *node, const struct charter *charter)
{
    struct store_txn *txn = store_begin(node_store(node), STORE_READ);
    uint8_t at[ID_SIZE];
    struct bytes value;
    bool known;

    place(at, charter);
    known = store_setting_get(txn, &value, at, "told") && value.size == 1 && value.data[0] < CELLS;
    if (known)
        *report = value.data[0];
    store_abort(txn);
    return known;
}

unsigned told_report(struct node *node, const struct charter *charter, unsigned cell)
{
    unsigned report;

    return told_before(&report, node, charter) ? report
                                               : profile_noise(node_seed(node), charter->category, charter->season, cell);
}

bool told_keep(struct node *node, const struct charter *charter, unsigned report)
{
    struct store_txn *txn = store_begin(node_store(node), STORE_WRITE);
    uint8_t at[ID_SIZE], byte = (uint8_t)report;

    place(at, charter);
    store_setting_put(txn, at, "told", (struct bytes){ &byte, 1 });
    return store_commit(txn, NULL) == STATUS_OK;
}
