/* key_file.h - HOME/key as bytes on the disk: the household's secret as it is (32 bytes), or sealed under a
 * passphrase. Used by home.c alone; what it promises is in home.h.
 *
 * Sealed: "coopkey1", passes and KiB of argon2id (RFC 9106), salt, nonce, and the secret under
 * XChaCha20-Poly1305 with all before it as associated data: 104 bytes, by which it is told from the other. */
#ifndef COOP_NODE_KEY_FILE_H
#define COOP_NODE_KEY_FILE_H

#include "node/home/home.h"

enum { FILE_PATH_MAX = HOME_PATH_MAX + 32 };
void home_file_path(char out[FILE_PATH_MAX], const char *home, const char *name);
enum status home_explain(struct failure *why, const char *doing, const char *path, int code);
int home_folder_sync(const char *home); /* an errno */

/* Of two programs that make a home at once one wins and neither overwrites. STATUS_EXISTS. */
enum status key_file_make(const char *home, const uint8_t secret[KEY_SIZE], struct bytes passphrase,
                          struct failure *why);
int key_file_wipe(const char *home); /* an errno */

#endif
