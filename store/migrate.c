/* migrate.c - the head entry, the state's number, and the steps from one layout to the next.
 *
 * The head is not sealed: it must be readable before the key is known to be right, to tell another
 * key (head whole, key check differs) from damage (its own sum differs) and from a newer program (schema). A step runs
 * once, in the same transaction as the new number: after a crash it has happened wholly or not at all. */
#include "store/env.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

/* Magic, schema, check of the key, sum of all before. */
enum { MAGIC_SIZE = 8, HEAD_SUMMED = MAGIC_SIZE + 4 + STORE_KEY_SIZE, HEAD_SIZE = HEAD_SUMMED + HEAD_CHECK };
static const uint8_t MAGIC[MAGIC_SIZE] = "coopair";

static void head_sum(uint8_t out[HEAD_CHECK], const uint8_t *head)
{
    crypto_generichash(out, HEAD_CHECK, head, HEAD_SUMMED, NULL, 0);
}

void head_put(struct store_txn *txn, uint32_t schema)
{
    uint8_t head[HEAD_SIZE];
    struct entry_key key;

    memcpy(head, MAGIC, MAGIC_SIZE);
    be32_write(head + MAGIC_SIZE, schema);
    memcpy(head + MAGIC_SIZE + 4, txn->store->keys->check, STORE_KEY_SIZE);
    head_sum(head + HEAD_SUMMED, head);
    key_start(&key, TABLE_HEAD);
    txn_put_bare(txn, &key, BYTES(head));
}

/* Every state says which one it is. LMDB chooses between its two head pages by their numbers alone: one changed bit there
 * would bring back the state before, whole and in order, without what was acknowledged last. */
void state_put(struct store_txn *txn)
{
    struct entry_key key;
    uint8_t number[8];

    if (txn->status)
        return;
    be64_write(number, mdb_txn_id(txn->mdb));
    key_start(&key, TABLE_STATE);
    txn_put_bare(txn, &key, BYTES(number));
}

static bool state_is(struct store_txn *txn)
{
    struct entry_key key;
    struct bytes number;

    key_start(&key, TABLE_STATE);
    return txn_get_bare(txn, &number, &key) && number.size == 8 && be64_read(number.data) == mdb_txn_id(txn->mdb);
}

enum status head_read(const struct store_keys *keys, struct bytes head, const char *file, uint32_t *schema, uint32_t newest,
                      struct failure *why)
{
    uint8_t sum[HEAD_CHECK];

    if (head.size == HEAD_SIZE)
        head_sum(sum, head.data);
    if (head.size != HEAD_SIZE || memcmp(head.data, MAGIC, MAGIC_SIZE) != 0 ||
        memcmp(head.data + HEAD_SUMMED, sum, HEAD_CHECK) != 0)
        return failure_say(why, STATUS_MALFORMED, "the head of %.120s is damaged; restore your latest backup", file);
    *schema = be32_read(head.data + MAGIC_SIZE);
    if (*schema > newest)
        return failure_say(why, STATUS_VERSION,
                           "%.120s was written by a newer coopair (layout %u, this one knows %u); update coopair, "
                           "nothing was changed", file, (unsigned)*schema, (unsigned)newest);
    if (sodium_memcmp(head.data + MAGIC_SIZE + 4, keys->check, STORE_KEY_SIZE) != 0)
        return failure_say(why, STATUS_DENIED, "this key does not open %.120s: it was locked with another key file or passphrase",
                           file);
    return STATUS_OK;
}

enum status head_check(struct store_txn *txn, uint32_t *schema, uint32_t newest, struct failure *why)
{
    const char *file = txn->store->file;
    struct entry_key key;
    struct bytes head;
    enum status status;

    key_start(&key, TABLE_HEAD);
    if (!txn_get_bare(txn, &head, &key))
        return failure_say(why, STATUS_MISSING, "%.120s has no head: it is damaged; restore your latest backup", file);
    status = head_read(txn->store->keys, head, file, schema, newest, why);
    if ((status == STATUS_OK || status == STATUS_VERSION || status == STATUS_DENIED) && !state_is(txn))
        return failure_say(why, STATUS_MALFORMED, "the head of %.120s is damaged; restore your latest backup", file);
    return status;
}

/* Schema 1: nothing but the head. */
static void begin_layout(struct store_txn *txn)
{
    (void)txn;
}

/* Schema 2: accounts, movements and health statements have tables, empty at first. A program that knows only schema 1
 * would keep them out of what it erases and lists, so it must not open the file. */
static void begin_accounts(struct store_txn *txn)
{
    (void)txn;
}

/* Schema 3: a series may be the register of a meter. A program that knows only schema 2 takes such a name for damage. */
static void begin_registers(struct store_txn *txn)
{
    (void)txn;
}

const struct migration store_steps[STORE_SCHEMA] = {
    { "begin", begin_layout },
    { "accounts", begin_accounts },
    { "registers", begin_registers },
};

static enum status schema_read(struct store *store, uint32_t *schema, uint32_t newest, struct failure *why)
{
    struct store_txn *txn = store_begin(store, STORE_READ);
    enum status status = store_status(txn), head;
    struct failure said;

    head = head_check(txn, schema, newest, &said);
    status = store_commit(txn, why); /* a failure to read is told before what was read */
    if (status || !head)
        return status;
    if (why)
        *why = said;
    return head;
}

enum status store_migrate(struct store *store, const struct migration *steps, uint32_t count, struct failure *why)
{
    uint32_t schema = 0;
    struct store_txn *txn;
    enum status status = store->fresh ? STATUS_OK : schema_read(store, &schema, count, why);

    if (status == STATUS_MISSING)
        status = STATUS_MALFORMED; /* a store is renamed into place with its head */
    if (status || schema == count)
        return status;
    if (store->mode == STORE_READ)
        return failure_say(why, STATUS_VERSION, "%.120s has an older layout; start coopair once to bring it up to date",
                           store->file);
    txn = store_begin(store, STORE_WRITE);
    for (; schema < count; schema++)
        steps[schema].run(txn);
    head_put(txn, count);
    status = store_commit(txn, why);
    if (status)
        failure_prefix(why, "bring the store to layout %u: ", (unsigned)count);
    return status;
}
