/* fictional_home.h - the files of a fictional household's account, from the archive in tests/data (CC0; its README is within). */
#ifndef COOP_TESTS_FICTIONAL_HOME_H
#define COOP_TESTS_FICTIONAL_HOME_H

#include "node/import/archive.h"
#include "tests/support/file.h"

#include <string.h>

/* An entry of an archive in memory, to be freed; data NULL: there is none of this name. name NULL: the first. */
static inline struct bytes archive_file(struct bytes zip, const char *name)
{
    struct archive archive;
    struct archive_entry entry;
    struct failure why = { .text = "" };
    uint8_t *data = NULL;

    if (zip.data && archive_open(&archive, zip, &why) == STATUS_OK &&
        (name ? archive_find(&entry, archive, name) : archive_next(&entry, &archive)))
        archive_unpack(&data, &entry, &why);
    if (!data)
        fprintf(stderr, "%s: %s\n", name ? name : "archive", why.text);
    return (struct bytes){ data, data ? entry.size : 0 };
}

static inline struct bytes fictional_file(const char *name)
{
    struct bytes zip = file_load(COOP_SOURCE_DIR "/tests/data/foyer_fictif_A.zip"), file = archive_file(zip, name);

    file_free(zip);
    if (file.data && archive_is(file)) { /* one bank sends its table in an archive */
        zip = file;
        file = archive_file(zip, NULL);
        file_free(zip);
    }
    return file;
}

#endif
