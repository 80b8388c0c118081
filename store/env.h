/* env.h - the environment and the sticky transaction, as the files of this room use them. Private to the room. */
#ifndef COOP_STORE_ENV_H
#define COOP_STORE_ENV_H

#include "store/layout.h"

#include <lmdb.h>

/* Growing memory that is wiped when it moves and when it goes: it holds what was unsealed. */
struct buffer {
    uint8_t *data;
    size_t size, room;
};
bool buffer_room(struct buffer *buffer, size_t room); /* false: out of memory, buffer as before */
void buffer_clear(struct buffer *buffer);

struct scan;
struct store_txn {
    struct store *store;
    MDB_txn *mdb; /* NULL once something failed */
    MDB_cursor *cursor;
    const struct scan *cursor_of; /* whose position the cursor holds */
    bool open, writing;
    enum status status;
    struct failure why;
    struct buffer plain; /* what the last txn_get found */
    struct buffer log;   /* sealed writes in order, to repeat them when the map had to grow */
    uint64_t changes;
};

struct store {
    char dir[3072], file[3328];
    enum store_mode mode;
    bool fresh; /* being made under another name */
    MDB_env *env; /* NULL after a failure that LMDB does not survive; the next begin tries again */
    MDB_dbi dbi;
    size_t map_bytes;
    int owner_fd;
    struct store_keys *keys;
    struct store_txn txn;
};

/* txn.c. All do nothing once the transaction has failed. */
void txn_put(struct store_txn *txn, const struct entry_key *key, struct bytes plain);
void txn_put_bare(struct store_txn *txn, const struct entry_key *key, struct bytes value); /* unsealed: head and state only */
void txn_delete(struct store_txn *txn, const struct entry_key *key);
bool txn_get(struct store_txn *txn, struct bytes *out, const struct entry_key *key);      /* out lasts until the next get */
bool txn_get_bare(struct store_txn *txn, struct bytes *out, const struct entry_key *key); /* out lasts until the next write */
bool txn_has(struct store_txn *txn, const struct entry_key *key);
void txn_fail(struct store_txn *txn, enum status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
void txn_damaged(struct store_txn *txn, const struct entry_key *key); /* an entry that does not read back */

/* A walk over the keys that begin as `from` does up to prefix bytes, starting at `from`. The transaction may write between two steps. */
struct scan {
    struct entry_key key; /* where it stands */
    size_t prefix;
    bool begun;
    uint64_t changes;
    struct buffer plain;
};
void scan_start(struct scan *scan, const struct entry_key *from, size_t prefix);
bool scan_next(struct store_txn *txn, struct scan *scan, struct bytes *value); /* value lasts until the next step */
bool scan_next_key(struct store_txn *txn, struct scan *scan, struct bytes *sealed); /* without unsealing */
/* The greatest key at `at` or before it that begins as `at` does up to prefix bytes. */
bool key_floor(struct store_txn *txn, struct entry_key *out, const struct entry_key *at, size_t prefix);
void scan_end(struct scan *scan);

/* env.c */
enum { STORE_SCHEMA = 3 };
enum status store_open_sized(struct store **out, const char *dir, const uint8_t key[STORE_KEY_SIZE], enum store_mode mode,
                             size_t map_bytes, struct failure *why);
enum status env_start(struct store *store, struct failure *why);
void env_stop(struct store *store);
/* Makes a store under another name, has it filled, and gives it the name store->file when it is whole. fill may be NULL. */
enum status env_create(struct store *store, enum status (*fill)(void *arg, struct store *fresh, struct failure *why), void *arg,
                       struct failure *why);
/* owner.lock for this process. */
enum status env_own(struct store *store, struct failure *why);
enum status env_explain_errno(const struct store *store, int code, const char *doing, struct failure *why);
/* Both return an LMDB code; env is NULL afterwards where LMDB could not keep its map. */
int env_begin(struct store *store, MDB_txn **out, bool writing); /* *out is NULL on failure */
int env_grow(struct store *store);                               /* no transaction may be open */
enum status env_explain(const struct store *store, int code, const char *doing, struct failure *why);

/* erase.c: overwrites what an erasure that was killed has left. */
enum status erase_finish(struct store *store, struct failure *why);
/* series_rows.c: the row of a series, and what the keys of its blocks begin with. false: no such series, or the transaction failed. */
bool series_places(struct store_txn *txn, struct entry_key *row, struct entry_key *blocks, const struct series_name *name);
/* accounts.c: the same of an account. health.c: all lines of a payer begin so. */
bool account_places(struct store_txn *txn, struct entry_key *row, struct entry_key *blocks, const char *name);
void health_place(struct entry_key *key, enum payer payer);

/* check.c: is the file fit to be mapped and walked by LMDB, which trusts every byte of it? */
enum status check_metas(const struct store *store, struct failure *why);
enum status check_tree(const struct store *store, uint64_t txn_id, struct failure *why); /* STATUS_EARLY: the writer went on, try again */

/* migrate.c */
struct migration {
    const char *what;
    void (*run)(struct store_txn *txn);
};
void state_put(struct store_txn *txn); /* the last entry of every commit */
void head_put(struct store_txn *txn, uint32_t schema);
/* Reads the head: STATUS_MISSING when there is none. */
enum status head_check(struct store_txn *txn, uint32_t *schema, uint32_t newest, struct failure *why);
/* The same of the bytes of a head alone. */
enum status head_read(const struct store_keys *keys, struct bytes head, const char *file, uint32_t *schema, uint32_t newest,
                      struct failure *why);
/* Brings the store from its schema to `count`: steps[i] leads from schema i to i + 1, all in one transaction. */
enum status store_migrate(struct store *store, const struct migration *steps, uint32_t count, struct failure *why);
extern const struct migration store_steps[STORE_SCHEMA];

#endif
