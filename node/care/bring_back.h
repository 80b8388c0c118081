/* bring_back.h - makes a home again: with its key, what was kept of it, and the mark that keeps it from
 * voting in rounds that it may have voted in (WIRE 6.6). */
#ifndef COOP_NODE_BRING_BACK_H
#define COOP_NODE_BRING_BACK_H

#include "crypto/crypto.h"
#include "store/store.h"

/* STATUS_EXISTS: the folder holds something, nothing is touched. The same check is part of bring_back. */
enum status bring_back_free(const char *home, struct failure *why);

struct bring_back {
    const uint8_t *secret; /* of the key file */
    uint64_t now_ms;       /* what was said before it is not known */
    uint64_t backup_ms;    /* 0: there is none */
    /* Fills the new, empty store; NULL: nothing to fill. */
    enum status (*fill)(void *arg, struct store *store, struct failure *why);
    void *arg;
};
/* The home appears whole, under its name, when everything is on the disk; killed before, it leaves a folder
 * HOME.restoring, which the next try clears. */
enum status bring_back(const char *home, const struct bring_back *what, struct failure *why);

#endif
