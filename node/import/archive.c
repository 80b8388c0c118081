/* archive.c - see archive.h. The container is read here and only zlib's inflate by a library: what libzip adds
 * (ZIP64, other compressions, encryption) is what an archive of a stranger should not be able to reach.
 *
 * Failure modes: the end of the directory is missing, which is a download cut short; any number that leads
 * outside the file, or two entries that share bytes; sizes that are absurd or not true; a checksum. */
#include "node/import/archive.h"
#include "node/tongue/tongue.h"

#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

enum {
    LOCAL_SIZE = 30,
    ENTRY_SIZE = 46,
    END_SIZE = 22,
    COMMENT_MAX = 65535,
    ENCRYPTED = 1,
    STORED = 0,
    DEFLATED = 8
};
static const uint32_t LOCAL_MARK = 0x04034b50, ENTRY_MARK = 0x02014b50, END_MARK = 0x06054b50;

static uint32_t le16(struct bytes file, size_t at)
{
    return file.data[at] | (uint32_t)file.data[at + 1] << 8;
}

static uint32_t le32(struct bytes file, size_t at)
{
    return le16(file, at) | le16(file, at + 2) << 16;
}

bool archive_is(struct bytes file)
{
    return file.size >= 4 && (le32(file, 0) == LOCAL_MARK || le32(file, 0) == END_MARK);
}

/* The end record, whose comment reaches exactly to the end of the file. */
static bool end_find(size_t *out, struct bytes file)
{
    for (size_t comment = 0; comment <= COMMENT_MAX && END_SIZE + comment <= file.size; comment++) {
        *out = file.size - END_SIZE - comment;
        if (le32(file, *out) == END_MARK && le16(file, *out + 20) == comment)
            return true;
    }
    return false;
}

static enum status bad(struct failure *why, const char *what)
{
    return failure_say(why, STATUS_MALFORMED, _("the archive %s"), what);
}

static size_t entry_end(struct bytes file, size_t at)
{
    return at + ENTRY_SIZE + le16(file, at + 28) + le16(file, at + 30) + le16(file, at + 32);
}

/* Where the bytes of an entry lie; false: not in the file. */
static bool packed_find(struct bytes *out, struct bytes file, size_t at)
{
    size_t local = le32(file, at + 42), packed = le32(file, at + 20), begin;

    if (local + LOCAL_SIZE > file.size || le32(file, local) != LOCAL_MARK)
        return false;
    begin = local + LOCAL_SIZE + le16(file, local + 26) + le16(file, local + 28);
    if (begin > file.size || packed > file.size - begin)
        return false;
    *out = (struct bytes){ file.data + begin, packed };
    return true;
}

static const char *entry_flaw(struct bytes file, size_t at)
{
    uint32_t method = le16(file, at + 10), packed_size = le32(file, at + 20), size = le32(file, at + 24);
    struct bytes packed;

    if (le16(file, at + 8) & ENCRYPTED)
        return _("is locked with a password: unpack it and import the files inside");
    if (method != STORED && method != DEFLATED)
        return _("is packed in a way coopair does not read: unpack it and import the files inside");
    if (!packed_find(&packed, file, at))
        return _("points outside itself: it is damaged, or made to do harm");
    if (size > ARCHIVE_ENTRY_MAX || size / ARCHIVE_RATIO_MAX > packed_size + 16)
        return _("would unpack to far more than it is: it is made to do harm");
    if (method == STORED && size != packed_size)
        return _("says two things about one size: it is damaged");
    return NULL;
}

/* From one entry to the next until the end record; entries that share bytes are together larger than the file.
 */
static enum status directory_check(const struct archive *archive, size_t end, struct failure *why)
{
    struct bytes file = archive->file;
    uint64_t packed = 0, size = 0;
    size_t at = archive->at;

    for (unsigned i = 0; i < archive->left; i++) {
        const char *flaw;

        if (at + ENTRY_SIZE > end || le32(file, at) != ENTRY_MARK || entry_end(file, at) > end)
            return bad(why, _("has a damaged list of contents: download it again"));
        flaw = entry_flaw(file, at);
        if (flaw)
            return bad(why, flaw);
        packed += le32(file, at + 20);
        size += le32(file, at + 24);
        at = entry_end(file, at);
    }
    if (packed > file.size || size > ARCHIVE_TOTAL_MAX)
        return bad(why, _("would unpack to far more than it is: it is made to do harm"));
    return STATUS_OK;
}

enum status archive_open(struct archive *out, struct bytes file, struct failure *why)
{
    size_t end;

    *out = (struct archive){ .file = file };
    if (file.size > ARCHIVE_FILE_MAX)
        return failure_say(why, STATUS_MALFORMED,
                           _("the archive is larger than %d MiB: unpack it and import the files inside"),
                           ARCHIVE_FILE_MAX >> 20);
    if (!end_find(&end, file))
        return bad(why, _("has no end: the download was cut short; download it again"));
    out->left = le16(file, end + 10);
    out->at = le32(file, end + 16);
    if (out->left > ARCHIVE_ENTRIES_MAX)
        return failure_say(why, STATUS_MALFORMED,
                           _("the archive holds more than %d files: unpack it and import those you mean"),
                           ARCHIVE_ENTRIES_MAX);
    if (le16(file, end + 4) != 0 || le16(file, end + 8) != out->left || out->at > end)
        return bad(why, _("is one part of several, or damaged: download it again"));
    return directory_check(out, end, why);
}

bool archive_next(struct archive_entry *out, struct archive *archive)
{
    struct bytes file = archive->file;

    while (archive->left > 0) {
        size_t at = archive->at;

        archive->left--;
        archive->at = entry_end(file, at);
        out->name = (struct bytes){ file.data + at + ENTRY_SIZE, le16(file, at + 28) };
        out->size = le32(file, at + 24);
        out->crc = le32(file, at + 16);
        out->deflated = le16(file, at + 10) == DEFLATED;
        packed_find(&out->packed, file, at); /* archive_open knows that it is there */
        if (out->name.size > 0 && out->name.data[out->name.size - 1] != '/')
            return true;
    }
    return false;
}

bool archive_find(struct archive_entry *out, struct archive archive, const char *name)
{
    while (archive_next(out, &archive)) {
        if (out->name.size == strlen(name) && memcmp(out->name.data, name, out->name.size) == 0)
            return true;
    }
    return false;
}

bool archive_is_workbook(struct archive archive)
{
    struct archive_entry entry;

    return archive_find(&entry, archive, "xl/workbook.xml");
}

/* Exactly `size` bytes or nothing; *no_memory tells the two apart. */
static bool inflate_all(uint8_t *out, const struct archive_entry *entry, bool *no_memory)
{
    z_stream stream = { .next_in = entry->packed.data,
                        .avail_in = (uInt)entry->packed.size,
                        .next_out = out,
                        .avail_out = entry->size };
    int code = inflateInit2(&stream, -MAX_WBITS);

    *no_memory = code == Z_MEM_ERROR;
    if (code != Z_OK)
        return false;
    code = inflate(&stream, Z_FINISH);
    *no_memory = code == Z_MEM_ERROR;
    inflateEnd(&stream);
    return code == Z_STREAM_END && stream.avail_out == 0;
}

enum status archive_unpack(uint8_t **out, const struct archive_entry *entry, struct failure *why)
{
    uint8_t *data = malloc((size_t)entry->size + 1);
    bool no_memory = !data, whole = false;

    *out = NULL;
    if (data && entry->deflated)
        whole = inflate_all(data, entry, &no_memory);
    else if (data) {
        memcpy(data, entry->packed.data, entry->size);
        whole = true;
    }
    if (whole && crc32(0, data, entry->size) == entry->crc) {
        *out = data;
        return STATUS_OK;
    }
    free(data);
    return no_memory ? failure_say(why, STATUS_NOMEM, _("out of memory for the archive"))
                     : bad(why, _("is damaged inside: download it again"));
}
