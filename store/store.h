/* store.h - what the household keeps, in one LMDB file opened once per process.
 *
 * One writer at a time. Values are sealed (XChaCha20-Poly1305) under the storage key, each bound to its own place, and names
 * in keys are keyed hashes: a stolen file shows sizes, counts, the dates of meter readings and of care, the months of
 * movements, and nothing else. A file put back whole to an older state is not noticed.
 *
 * A transaction remembers its first failure; later calls do nothing and commit returns it, so a caller checks once.
 * Bytes handed to a visitor are valid until it returns, bytes from a get until the next get or the end of the
 * transaction: copy what must live longer. Visitors return false to stop; inside a writing transaction they may call
 * anything on it.
 *
 * Promised: what commit acknowledged survives kill -9 and a power cut (LMDB syncs the data before the page that refers
 * to it; the disk must honour fdatasync). A failed commit leaves the state before it. The file grows by itself; a
 * full disk is reported and repaired by freeing space. At open, the whole tree is walked before a byte of it is used, so a
 * truncated or scribbled file is refused in words. A flipped bit inside an entry is reported when that entry is read.
 * Not promised: damage done to the file while it is open, and bringing damaged bytes back; that is what backups are for. */
#ifndef COOP_STORE_STORE_H
#define COOP_STORE_STORE_H

#include "crypto/base.h"

enum {
    STORE_KEY_SIZE = 32,
    STORE_ID_SIZE = 32,       /* topics, records, groups, link keys */
    STORE_VALUE_MAX = 1 << 20,
    STORE_SETTING_NAME_MAX = 32, /* with its NUL */
    STORE_ADDRESS_MAX = 64,      /* with its NUL */
    STORE_PEERS_MAX = 256,       /* a home never needs more to find its neighbours again */
    STORE_JOURNAL_TEXT_MAX = 1024,
    STORE_SERIES_MAX = 1000,
    STORE_ACCOUNTS_MAX = 100,
    ACCOUNT_NAME_MAX = 40, /* each with its NUL */
    MOVEMENT_LABEL_MAX = 256,
    MOVEMENT_PARTY_MAX = 96,
    MOVEMENT_REFERENCE_MAX = 64,
    STORE_DAY_END = 84006, /* days since 1970 up to the year 2200: a date beyond it is an error in a file */
};
/* Ten thousand million of a currency: more than any household moves, and sums of a lifetime stay far from overflow. */
#define STORE_CENTS_MAX INT64_C(1000000000000)

struct store;
enum store_mode { STORE_READ, STORE_WRITE };

/* Opens the store of a folder. STORE_WRITE creates what is missing (folder 0700, files 0600; the parent must exist), takes the
 * folder for this process and brings an older layout up to date. STORE_READ changes nothing and works beside the writer.
 * STATUS_BUSY: another process has it; STATUS_DENIED: no right to the folder, or the wrong key; STATUS_MALFORMED: damaged;
 * STATUS_VERSION: written by a newer program; STATUS_MISSING: nothing there (reading); STATUS_DISK, STATUS_NOMEM.
 * On failure *out is NULL and *why says what to do. The key is copied into locked memory. */
enum status store_open(struct store **out, const char *dir, const uint8_t key[STORE_KEY_SIZE], enum store_mode mode,
                       struct failure *why);
void store_close(struct store *store); /* NULL is fine; no transaction may be open */

/* Reads every entry back. *why names the first damaged one; STATUS_MALFORMED when there is any. */
struct store_health {
    uint64_t entries, damaged, file_bytes;
};
enum status store_check(struct store *store, struct store_health *out, struct failure *why);

/* ---- Transactions: one at a time per store (asserted). Never NULL: a failed begin is found at commit. */
struct store_txn;
struct store_txn *store_begin(struct store *store, enum store_mode mode);
/* Ends both kinds. STATUS_OK of a writing one means: on the disk. */
enum status store_commit(struct store_txn *txn, struct failure *why);
void store_abort(struct store_txn *txn);
enum status store_status(const struct store_txn *txn); /* the first failure so far, to stop long work early */

/* ---- Topics: a charter by the id of its topic. */
void store_topic_put(struct store_txn *txn, const uint8_t id[STORE_ID_SIZE], struct bytes charter);
void store_topic_scan(struct store_txn *txn, bool (*visit)(void *arg, const uint8_t id[STORE_ID_SIZE], struct bytes charter),
                      void *arg);
void store_topic_erase(struct store_txn *txn, const uint8_t id[STORE_ID_SIZE]); /* with its records and settings */

/* ---- Replicated records of a topic. */
struct store_record {
    uint8_t id[STORE_ID_SIZE];
    uint64_t arrival_ms; /* as it was put */
    uint64_t place;      /* 1, 2, 3... in order of being put: the clock may jump, this does not */
    struct bytes bytes;
};
struct store_topic_size {
    uint64_t records, bytes;
};
/* true: new. A record already there is left alone, with its first arrival. */
bool store_record_put(struct store_txn *txn, const uint8_t topic[STORE_ID_SIZE], const uint8_t id[STORE_ID_SIZE],
                      uint64_t arrival_ms, struct bytes bytes);
bool store_record_has(struct store_txn *txn, const uint8_t topic[STORE_ID_SIZE], const uint8_t id[STORE_ID_SIZE]);
bool store_record_get(struct store_txn *txn, struct store_record *out, const uint8_t topic[STORE_ID_SIZE],
                      const uint8_t id[STORE_ID_SIZE]);
/* In order of place. To stop on a budget and go on in another transaction: from_place = last place seen + 1. */
void store_record_scan(struct store_txn *txn, const uint8_t topic[STORE_ID_SIZE], uint64_t from_place,
                       bool (*visit)(void *arg, const struct store_record *record), void *arg);
void store_topic_size(struct store_txn *txn, struct store_topic_size *out, const uint8_t topic[STORE_ID_SIZE]);

/* ---- Secrets and small settings: by topic (NULL: the household's own) and a short ASCII name. */
void store_setting_put(struct store_txn *txn, const uint8_t *topic, const char *name, struct bytes value);
bool store_setting_get(struct store_txn *txn, struct bytes *out, const uint8_t *topic, const char *name);
void store_setting_delete(struct store_txn *txn, const uint8_t *topic, const char *name); /* absent is fine */

/* ---- Known peers, by group and link key (one home may be met in two groups). */
struct store_peer {
    uint8_t group[STORE_ID_SIZE], key[STORE_ID_SIZE];
    char address[STORE_ADDRESS_MAX];
    uint64_t seen_ms;
    int32_t score;
};
/* Adds or replaces. Beyond STORE_PEERS_MAX the one seen longest ago gives way (of equals the lower score). */
void store_peer_put(struct store_txn *txn, const struct store_peer *peer);
void store_peer_delete(struct store_txn *txn, const uint8_t group[STORE_ID_SIZE], const uint8_t key[STORE_ID_SIZE]);
void store_peer_scan(struct store_txn *txn, bool (*visit)(void *arg, const struct store_peer *peer),
                     void *arg); /* last seen first */

/* ---- The journal: what left this house, to whom and why. Only ever added to. */
struct store_line {
    uint64_t place, time_ms;
    const char *text;
};
void store_journal_add(struct store_txn *txn, uint64_t time_ms, const char *text); /* cut at STORE_JOURNAL_TEXT_MAX */
void store_journal_scan(struct store_txn *txn, uint64_t from_place, bool (*visit)(void *arg, const struct store_line *line),
                        void *arg);

/* ---- Meter series. */

/* One meter interval, in the one internal model of every format (design: start in UTC, length, quantity). */
struct reading {
    int64_t start_s;     /* seconds since 1970, UTC, start of the interval; before the year 2200 */
    uint32_t length_s;   /* 60..86400 */
    int64_t energy_mwh;  /* milliwatt-hours; negative never */
};

/* What a series measures. Part of its name in the store. Of a REGISTER each reading is what the meter's counter showed at start_s: mWh, of
 * gas millilitres; its length says nothing. They come in the order of what they count. */
enum quantity {
    QUANTITY_ELECTRICITY_IN,
    QUANTITY_ELECTRICITY_OUT,
    QUANTITY_GAS,
    QUANTITY_REGISTER_IN,
    QUANTITY_REGISTER_OUT,
    QUANTITY_REGISTER_GAS,
    QUANTITIES
};
struct series_name {
    char meter[40]; /* printable ASCII, NUL-terminated: the meter's own number or a name the user gave */
    enum quantity quantity;
};
struct store_series {
    struct series_name name;
    int64_t first_s, last_s; /* starts of the first and the last interval */
    uint64_t count;
};

/* Readings may come in any order, overlap what is there and repeat themselves. An interval is known by its start: one not
 * there yet is added, one there with another length or energy is replaced (of repeats in one call the last counts), and
 * what is the same changes nothing on disk. *added and *replaced (either may be NULL) count intervals. A reading out of
 * the bounds above fails the transaction with STATUS_MALFORMED. */
void store_series_add(struct store_txn *txn, const struct series_name *name, const struct reading *readings, size_t count,
                      size_t *added, size_t *replaced);
/* Intervals whose start is in [from_s, to_s), in order, some hundreds or thousands at a time. */
void store_series_scan(struct store_txn *txn, const struct series_name *name, int64_t from_s, int64_t to_s,
                       bool (*visit)(void *arg, const struct reading *readings, size_t count), void *arg);
void store_series_list(struct store_txn *txn, bool (*visit)(void *arg, const struct store_series *series), void *arg);
bool store_series_find(struct store_txn *txn, struct store_series *out, const struct series_name *name);

/* ---- Money: accounts and their movements. */

/* One line of an account statement, in the one internal model of every bank's format. Texts are UTF-8 without control
 * characters, "" where the bank says nothing, never NULL. */
struct movement {
    int64_t day;   /* booked, in days since 1970; before STORE_DAY_END */
    int64_t cents; /* hundredths of the account's currency; negative: paid; within STORE_CENTS_MAX */
    const char *label, *party, *reference; /* the bank's words, whom they name, the bank's number of it */
};
struct store_account {
    char name[ACCOUNT_NAME_MAX]; /* printable ASCII: the account's number, or a name the user gave */
    char currency[4];            /* ISO 4217 */
    int64_t first_day, last_day;
    uint64_t count;
    int64_t cents; /* sum of all movements */
};

/* A movement is known by its day, its amount, and its place among those of one day and amount: banks word the same movement
 * differently from format to format and number it anew, but book it once, on one day. So a call brings all of a day that the
 * file has; where it holds more of a day and amount than the store, those whose label the store lacks are added until both
 * hold as many, and nothing else changes. Thus repeats, overlaps, other formats and any order come to the same; two equal
 * coffees of one file stay two. Not promised: two equal amounts of one day told apart that no file holds together.
 * *added (may be NULL) counts. A new account takes the currency; STATUS_EXISTS: the account is there with another one;
 * STATUS_MALFORMED: a movement out of bounds. */
void store_movements_add(struct store_txn *txn, const char *account, const char currency[4], const struct movement *movements,
                         size_t count, size_t *added);
/* Movements of an account (NULL: of all) booked from from_day up to and without to_day, by day. */
void store_movements(struct store_txn *txn, const char *account, int64_t from_day, int64_t to_day,
                     bool (*visit)(void *arg, const struct store_account *account, const struct movement *movement), void *arg);
void store_account_list(struct store_txn *txn, bool (*visit)(void *arg, const struct store_account *account), void *arg);
bool store_account_find(struct store_txn *txn, struct store_account *out, const char *name);

/* ---- Statements of those who refund care. */
enum payer { PAYER_BASIC, PAYER_EXTRA, PAYERS }; /* social insurance, complementary insurance */
/* One line of a statement: an act, and what this payer sent for it. */
struct health_line {
    enum payer payer;
    int64_t care_day, paid_day; /* of the act; when the payer paid */
    int64_t spent_cents, refund_cents;
};
/* A line is known by all it says and by its place among equal ones: as with movements, the greater number of equal lines in
 * file and store stays. A call brings all lines that the file has of a day of care. */
void store_health_add(struct store_txn *txn, const struct health_line *lines, size_t count, size_t *added);
void store_health_scan(struct store_txn *txn, bool (*visit)(void *arg, const struct health_line *line),
                       void *arg); /* by payer, then day of care */

/* ---- Everything, entry by entry, for a backup. An entry is opaque and sealed as it lies in the tree: it is good for a
 * store of the same key and for no other. */
struct store_entry {
    struct bytes key, value;
};
/* Each is opened on the way: a damaged one fails the transaction, so that what was copied is known to be whole. */
void store_entry_scan(struct store_txn *txn, bool (*visit)(void *arg, const struct store_entry *entry), void *arg);
/* Would a store of this key take the entry, and read it back? STATUS_VERSION: it was written by a newer program. */
enum status store_entry_check(const uint8_t key[STORE_KEY_SIZE], const struct store_entry *entry, struct failure *why);
/* For an entry that was checked, into a store that holds nothing else. What an older program wrote is brought up to date
 * when the store is opened the next time. */
void store_entry_put(struct store_txn *txn, const struct store_entry *entry);

/* ---- Gone: not only from the tree. */

/* A series with all its readings. The file is made anew from what stays, and what was the file is overwritten before its name goes,
 * so that no byte of an entry of the series is in either; killed on the way, the erasure has happened wholly or not at all, and what is
 * left to overwrite is overwritten at the next opening. What a disk itself keeps of overwritten blocks is beyond a program's reach.
 * STATUS_MISSING: no such series; STATUS_BUSY: another program reads the store. No transaction may be open. */
enum status store_series_erase(struct store *store, const struct series_name *name, struct failure *why);
/* The same of an account with its movements, and of all lines of a payer's statements (none is fine). */
enum status store_account_erase(struct store *store, const char *name, struct failure *why);
enum status store_health_erase(struct store *store, enum payer payer, struct failure *why);
/* What was replaced or deleted before: LMDB leaves it on pages not used any more. The file is made anew in the same way, from the entries
 * there are. STATUS_BUSY as above. No transaction may be open. */
enum status store_forget(struct store *store, struct failure *why);
/* The whole store of a folder, also a damaged one, that nobody has open: overwritten, then removed. One that is not there is fine.
 * STATUS_BUSY. */
enum status store_destroy(const char *dir, struct failure *why);

#endif
