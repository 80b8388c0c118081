/* store_home.h - an open store in a folder of its own, for a test and gone after it. Include after cmocka. */
#ifndef COOP_TESTS_STORE_HOME_H
#define COOP_TESTS_STORE_HOME_H

#include "store/store.h"
#include "tests/support/folder.h"

#include <stdlib.h>

static const uint8_t KEY[STORE_KEY_SIZE] = { 7 };

struct home {
    char dir[FOLDER_PATH];
    struct store *store;
    struct failure why;
};

static inline int home_up(void **state)
{
    struct home *home = calloc(1, sizeof *home);

    folder_new(home->dir);
    *state = home;
    return store_open(&home->store, home->dir, KEY, STORE_WRITE, &home->why);
}

static inline int home_down(void **state)
{
    struct home *home = *state;

    store_close(home->store);
    folder_remove(home->dir);
    free(home);
    return 0;
}

#endif
