/* home.h - where a household's things are: the folder, its key file, its lock on being made. XDG, --home DIR,
 * COOPAIR_HOME. */
#ifndef COOP_NODE_HOME_H
#define COOP_NODE_HOME_H

#include "crypto/crypto.h"

enum { HOME_PATH_MAX = 3072 };
/* --home, else COOPAIR_HOME, else $XDG_DATA_HOME/coopair, else ~/.local/share/coopair. */
enum status home_path(char out[HOME_PATH_MAX], const char *option, struct failure *why);
/* Makes the folder (0700), the key file (0600, a new secret, sealed when there is a passphrase) and an empty
 * store. STATUS_EXISTS: there is one, which is not touched. */
enum status home_init(const char *home, struct bytes passphrase, struct failure *why);
/* The same with a key that was there before: a home is brought back (bring_back.h). */
enum status home_make(const char *home, const uint8_t secret[KEY_SIZE], struct failure *why);
/* Takes away what home_make and an opened store leave in a folder, and the folder when nothing else is in it. */
void home_unmake(const char *home);
/* Overwrites and removes the store and the key file, and the folder when nothing else is in it. STATUS_BUSY: somebody has
 * the store open. What was begun can be repeated until it is done. */
enum status home_erase(const char *home, struct failure *why);
/* Is the key file sealed under a passphrase? Failures as home_check. */
enum status home_sealed(bool *out, const char *home, struct failure *why);
/* The same secret under another passphrase, or, when it is empty, under none. Killed at any point, the key file
 * is the old or the new one, whole. STATUS_BUSY: another program does so at this moment. */
enum status home_reseal(const char *home, struct bytes passphrase, struct failure *why);
/* What the key file holds; wipe it. A sealed one is opened with passphrase_find. Failures as home_keys. */
enum status home_secret(const char *home, uint8_t secret[KEY_SIZE], struct failure *why);
/* The two keys that everything hangs on. */
void home_keys_of(const uint8_t secret[KEY_SIZE], uint8_t seed[KEY_SIZE], uint8_t store_key[KEY_SIZE]);
/* Reads the key file into two independent keys. STATUS_MISSING: no home here; STATUS_DENIED: readable by
 * others, or not by us; no passphrase, or a wrong one. */
enum status home_keys(const char *home, uint8_t seed[KEY_SIZE], uint8_t store_key[KEY_SIZE],
                      struct failure *why);
/* The same question without the keys: is there a home, and is it ours alone? */
enum status home_check(const char *home, struct failure *why);
/* HOME/control, or a short path under $XDG_RUNTIME_DIR when that is too long for a socket address. */
enum status home_socket(char *out, size_t room, const char *home, struct failure *why);

#endif
