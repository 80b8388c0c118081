/* folder.h - a folder of its own for a test, and its removal with all that is in it. */
#ifndef COOP_TESTS_FOLDER_H
#define COOP_TESTS_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FOLDER_PATH = 96 };

/* Returns path, or ends the program: without a disk no test means anything. */
static inline char *folder_new(char path[FOLDER_PATH])
{
    const char *base = getenv("TMPDIR");

    if (snprintf(path, FOLDER_PATH, "%s/coopair-test-XXXXXX", base ? base : "/tmp") >= FOLDER_PATH || !mkdtemp(path)) {
        perror("a folder for the test");
        exit(99);
    }
    return path;
}

static inline int folder_remove_one(const char *path, const struct stat *found, int kind, struct FTW *where)
{
    (void)found, (void)kind, (void)where;
    return remove(path);
}

static inline void folder_remove(const char *path)
{
    nftw(path, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
