/* backup_file.h - the encrypted stream of a backup: bytes in and out of a locked file. Private to backup*.c.
 */
#ifndef COOP_NODE_BACKUP_FILE_H
#define COOP_NODE_BACKUP_FILE_H

#include "node/care/backup.h"

#include <sodium.h>

enum {
    BACKUP_CHECK_SIZE = 32,
    /* magic 16, lock 1, passes 4, KiB 4, salt 16, check 32, nonce 24 */
    BACKUP_KEYED = 16 + 1 + 4 + 4 + crypto_pwhash_SALTBYTES,
    BACKUP_HEAD = BACKUP_KEYED + BACKUP_CHECK_SIZE + crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    BACKUP_CHUNK = 1 << 16,
    BACKUP_SEALED = BACKUP_CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES,
};
/* Sticky: what follows a failure does nothing. On the heap, it is large; free wipes. */
struct backup_file {
    int fd;
    const char *path;
    uint8_t head[BACKUP_HEAD];
    crypto_secretstream_xchacha20poly1305_state state;
    uint8_t plain[BACKUP_CHUNK], sealed[BACKUP_SEALED];
    size_t used, size; /* of plain */
    bool last;         /* reading: the final chunk was opened */
    uint64_t bytes;    /* of the file so far */
    enum status status;
    struct failure why;
};
struct backup_file *backup_file_new(int fd, const char *path); /* NULL: out of memory. Takes fd. */
void backup_file_free(struct backup_file *file);
enum status backup_fail(struct backup_file *file, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void backup_begin(struct backup_file *file, const struct backup_key *key); /* writes the head */
void backup_put(struct backup_file *file, const void *data, size_t size);
void backup_end(struct backup_file *file); /* the last chunk, on the disk */

void backup_open(struct backup_file *file); /* reads the head and looks at its form */
enum backup_lock backup_file_lock(const struct backup_file *file);
void backup_unlock(struct backup_file *file, const struct backup_key *key);
void backup_take(struct backup_file *file, void *out, size_t size);
void backup_closed(struct backup_file *file); /* nothing may follow */

#endif
