/* passphrase.h - where the passphrase of a sealed key file comes from: a file of the household's, a systemd
 * credential, or a person at the terminal. */
#ifndef COOP_NODE_PASSPHRASE_H
#define COOP_NODE_PASSPHRASE_H

#include "node/home/typed.h"

enum {
    /* bytes: below, argon2id only delays who guesses; as for backups */
    PASSPHRASE_LEAST = 12
};
/* In this order: the first line of the file that COOPAIR_PASSPHRASE_FILE names; the systemd credential
 * "coopair.passphrase" (LoadCredential=); typed unseen, if passphrase_may_ask allowed it. What was typed is asked
 * for once: the process keeps it in memory, and hands it to its children by COOPAIR_PASSPHRASE_FILE.
 * STATUS_DENIED: none of them, and *why says which there are; wipe it. */
enum status passphrase_find(struct typed *out, const char *home, struct failure *why);
void passphrase_may_ask(bool may); /* this process, from now on; false until said */

#endif
