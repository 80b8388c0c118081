/* peers.c - who was met, so that a home off for a week finds its neighbours again.
 *
 * At most STORE_PEERS_MAX rows, so all are read at once where an order is wanted; no second index. */
#include "store/env.h"

#include <stdlib.h>
#include <string.h>

enum { PEER_FIXED = 2 * STORE_ID_SIZE + 8 + 4 };

static void peer_key(struct entry_key *key, const struct store_txn *txn, const uint8_t *group, const uint8_t *link_key)
{
    key_start(key, TABLE_PEER);
    key_tag(key, txn->store->keys, (struct bytes){ group, STORE_ID_SIZE });
    key_tag(key, txn->store->keys, (struct bytes){ link_key, STORE_ID_SIZE });
}

static bool peer_read(struct store_peer *out, struct bytes in)
{
    size_t size = in.size - PEER_FIXED;

    if (in.size < PEER_FIXED || size >= sizeof out->address)
        return false;
    memset(out, 0, sizeof *out);
    memcpy(out->group, in.data, STORE_ID_SIZE);
    memcpy(out->key, in.data + STORE_ID_SIZE, STORE_ID_SIZE);
    out->seen_ms = be64_read(in.data + 2 * STORE_ID_SIZE);
    out->score = (int32_t)be32_read(in.data + 2 * STORE_ID_SIZE + 8);
    memcpy(out->address, in.data + PEER_FIXED, size);
    return true;
}

/* Last seen first; of equals the better score, then the key: one order on every run. */
static int peer_order(const void *a, const void *b)
{
    const struct store_peer *x = a, *y = b;

    if (x->seen_ms != y->seen_ms)
        return x->seen_ms > y->seen_ms ? -1 : 1;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return memcmp(x->key, y->key, sizeof x->key);
}

/* All rows in order. NULL: none, or the transaction has failed. */
static struct store_peer *peers_load(struct store_txn *txn, size_t *count)
{
    struct store_peer *list = malloc((STORE_PEERS_MAX + 1) * sizeof *list);
    struct entry_key all;
    struct scan scan;
    struct bytes value;
    size_t n = 0;

    *count = 0;
    if (!list) {
        txn_fail(txn, STATUS_NOMEM, "out of memory for the list of peers");
        return NULL;
    }
    key_start(&all, TABLE_PEER);
    scan_start(&scan, &all, all.size);
    while (n <= STORE_PEERS_MAX && scan_next(txn, &scan, &value)) {
        if (peer_read(&list[n], value))
            n++;
        else
            txn_damaged(txn, &scan.key);
    }
    scan_end(&scan);
    qsort(list, n, sizeof *list, peer_order);
    *count = n;
    return list;
}

void store_peer_put(struct store_txn *txn, const struct store_peer *peer)
{
    uint8_t value[PEER_FIXED + sizeof peer->address];
    size_t size = strnlen(peer->address, sizeof peer->address), count;
    struct store_peer *list;
    struct entry_key key, last;

    if (size == sizeof peer->address) {
        txn_fail(txn, STATUS_FULL, "the address of a peer is too long");
        return;
    }
    memcpy(value, peer->group, STORE_ID_SIZE);
    memcpy(value + STORE_ID_SIZE, peer->key, STORE_ID_SIZE);
    be64_write(value + 2 * STORE_ID_SIZE, peer->seen_ms);
    be32_write(value + 2 * STORE_ID_SIZE + 8, (uint32_t)peer->score);
    memcpy(value + PEER_FIXED, peer->address, size);
    peer_key(&key, txn, peer->group, peer->key);
    if (!txn_has(txn, &key) && (list = peers_load(txn, &count)) != NULL) {
        if (count >= STORE_PEERS_MAX) {
            peer_key(&last, txn, list[count - 1].group, list[count - 1].key);
            txn_delete(txn, &last);
        }
        free(list);
    }
    txn_put(txn, &key, (struct bytes){ value, PEER_FIXED + size });
}

void store_peer_delete(struct store_txn *txn, const uint8_t group[STORE_ID_SIZE], const uint8_t key[STORE_ID_SIZE])
{
    struct entry_key place;

    peer_key(&place, txn, group, key);
    txn_delete(txn, &place);
}

void store_peer_scan(struct store_txn *txn, bool (*visit)(void *arg, const struct store_peer *peer), void *arg)
{
    size_t count;
    struct store_peer *list = peers_load(txn, &count);

    for (size_t i = 0; i < count && visit(arg, &list[i]); i++)
        ;
    free(list);
}
