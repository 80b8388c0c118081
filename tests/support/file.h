/* file.h - a whole file for a test, and what is skipped where the shared data is not at hand. */
#ifndef COOP_TESTS_FILE_H
#define COOP_TESTS_FILE_H

#include "crypto/base.h"

#include <stdio.h>
#include <stdlib.h>

/* Real files that the project may read but not pass on lie beside it, not in it. */
#define SHARED(name) COOP_SOURCE_DIR "/../shared/data/" name

/* .data NULL: not there, which is said once for each. The caller frees .data. */
static inline struct bytes file_load(const char *path)
{
    FILE *in = fopen(path, "rb");
    uint8_t *data = NULL;
    long size = in && fseek(in, 0, SEEK_END) == 0 ? ftell(in) : -1;

    if (size >= 0 && fseek(in, 0, SEEK_SET) == 0 && (data = malloc((size_t)size + 1)) &&
        fread(data, 1, (size_t)size, in) != (size_t)size) {
        free(data);
        data = NULL;
    }
    if (in)
        fclose(in);
    if (!data)
        printf("skipped: %s is not there\n", path);
    return (struct bytes){ data, data ? (size_t)size : 0 };
}

static inline void file_free(struct bytes file)
{
    free((void *)(uintptr_t)file.data);
}

#endif
