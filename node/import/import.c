/* import.c - finds the format of a file by its content and reads it.
 *
 * Happy path: one format recognises the file, and its reader fills in the readings. Failure modes: none
 * recognises it, and the sentence says what it looks like instead; it is recognised but nothing of it can be
 * used, and the sentence carries the first reason. */
#include "node/import/import.h"

#include "node/import/rows.h"

#include <inttypes.h>
#include <stdlib.h>

static const struct import_format *const formats[] = {
    &import_enedis_half_hour, &import_enedis_kw, &import_enedis_r63, &import_enedis_index, &import_edf,
    &import_data_connect,     &import_octopus,   &import_ch_weeks,
};

static enum status nothing_kept(const struct import *import, struct failure *why)
{
    if (import->reject_count == 0)
        return failure_say(why, STATUS_MALFORMED, "%s, but without a single reading", import->format);
    return failure_say(why, STATUS_MALFORMED, "%s, but no reading can be used; %s %" PRIu64 ": %s",
                       import->format, import->by_item ? "entry" : "line", import->rejects[0].line,
                       import->rejects[0].reason);
}

static enum status read_as(struct import *out, const struct import_format *format, struct bytes file,
                           struct failure *why)
{
    enum status status;

    out->format = format->name;
    status = format->read(out, file, why);
    if (status == STATUS_MALFORMED)
        failure_prefix(why, "%s: ", format->name);
    if (status == STATUS_OK && out->count == 0)
        status = nothing_kept(out, why);
    if (status != STATUS_OK) { /* what is refused as a whole is not half read; the reasons stay */
        free(out->readings);
        out->readings = NULL;
        out->count = out->room = 0;
        out->total_mwh = 0;
    }
    return status;
}

enum status import_read(struct import *out, struct bytes file, struct failure *why)
{
    char looks[192];

    *out = (struct import){ .format = NULL };
    if (file.size == 0)
        return failure_say(why, STATUS_MALFORMED, "the file is empty: the download may have failed");
    if (file.size > IMPORT_FILE_MAX)
        return failure_say(why, STATUS_MALFORMED,
                           "the file is larger than %d MiB: cut it into years and import each",
                           IMPORT_FILE_MAX >> 20);
    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        if (formats[i]->recognise(file))
            return read_as(out, formats[i], file, why);
    }
    import_looks_like(looks, sizeof looks, file);
    return failure_say(why, STATUS_MALFORMED, "not a meter file coopair knows: %s", looks);
}

void import_clear(struct import *import)
{
    free(import->readings);
    free(import->rejects);
    *import = (struct import){ .format = NULL };
}
