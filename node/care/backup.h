/* backup.h - everything a home holds, in one encrypted and authenticated file.
 *
 * The file: a head of HEAD bytes (magic and version, how it is locked, cost and salt of argon2id, a check of
 * the key, the nonce), then chunks of libsodium's secretstream (XChaCha20-Poly1305), each bound to the head,
 * so that none can be taken out, changed, put elsewhere or cut off. In the chunks: when it was made, the key
 * file, every entry of the store as it lies there (store.h), and how many there are. */
#ifndef COOP_NODE_BACKUP_H
#define COOP_NODE_BACKUP_H

#include "crypto/crypto.h"

enum {
    BACKUP_PASSPHRASE_LEAST = 12, /* bytes: below, argon2id only delays who guesses */
    BACKUP_PASSPHRASE_MOST = 512,
};
enum backup_lock { BACKUP_PASSPHRASE = 1, BACKUP_RECOVERY = 2 };
struct backup_key {
    enum backup_lock lock;
    struct bytes passphrase; /* BACKUP_PASSPHRASE */
    const uint8_t *secret;   /* BACKUP_RECOVERY: what the recovery sheet holds */
};
struct backup_facts {
    uint64_t made_ms, entries, bytes;
};

/* Beside a running node as well. The file has its name when it is whole and on the disk; one that was there
 * before is replaced if it is a backup, and refused (STATUS_EXISTS) if it is anything else. BACKUP_RECOVERY
 * takes the home's own secret. */
enum status backup_write(struct backup_facts *out, const char *path, const char *home,
                         const struct backup_key *key, uint64_t now_ms, struct failure *why);
/* How the file is locked, without a key. STATUS_MALFORMED: not a backup. */
enum status backup_lock_of(enum backup_lock *out, const char *path, struct failure *why);
/* Reads the whole file first, then makes the home. STATUS_FORGED: the wrong passphrase or sheet, or a file
 * that was cut or altered; STATUS_EXISTS: there is something in the folder. Nothing was made then. */
enum status backup_restore(struct backup_facts *out, const char *path, const char *home,
                           const struct backup_key *key, uint64_t now_ms, struct failure *why);

#endif
