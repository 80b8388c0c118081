/* archive.h - ZIP archives held in memory (APPNOTE.TXT 6.3), as suppliers send them around their tables and as
 * workbooks are made.
 *
 * Read: one volume, stored or deflated, no encryption, no ZIP64. The whole directory is checked before a byte
 * is unpacked: entries that overlap, or that expand beyond what a household's files do, refuse the archive. */
#ifndef COOP_NODE_IMPORT_ARCHIVE_H
#define COOP_NODE_IMPORT_ARCHIVE_H

#include "crypto/base.h"

enum {
    ARCHIVE_FILE_MAX = 4 << 20,   /* a year of anything is far less */
    ARCHIVE_ENTRIES_MAX = 256,
    ARCHIVE_ENTRY_MAX = 16 << 20, /* unpacked; as a file that is not packed, see import.h */
    ARCHIVE_TOTAL_MAX = 64 << 20, /* unpacked, all entries: time, since they are read one after the other */
    ARCHIVE_RATIO_MAX = 300       /* real tables reach 60; deflate ends at 1032, where bombs are */
};
struct archive {
    struct bytes file;
    size_t at;     /* of the next entry in the directory */
    unsigned left; /* entries */
};
struct archive_entry {
    struct bytes name, packed; /* point into the file; a name is whatever its maker wrote */
    uint32_t size, crc;
    bool deflated;
};

bool archive_is(struct bytes file);
/* STATUS_MALFORMED: *why says what is wrong, for a person. */
enum status archive_open(struct archive *out, struct bytes file, struct failure *why);
bool archive_next(struct archive_entry *out, struct archive *archive); /* folders are passed over */
bool archive_is_workbook(struct archive archive); /* .xlsx */
bool archive_find(struct archive_entry *out, struct archive archive, const char *name);
/* *out is the caller's to free; NULL unless STATUS_OK. */
enum status archive_unpack(uint8_t **out, const struct archive_entry *entry, struct failure *why);

#endif
