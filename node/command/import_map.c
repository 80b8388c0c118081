/* import_map.c - see import_map.h. Failure modes: a node that is not there has kept nothing, so a first table needs --map; what
 * was kept and no longer fits is told as if it had been typed. */
#include "node/command/import_map.h"

#include "node/tender/tender.h"
#include "node/tongue/tongue.h"

#include <stdlib.h>
#include <string.h>

/* The caller's. NULL: nothing. */
static char *map_kept(const struct cli *cli, const char *layout)
{
    struct failure why;
    json_t *reply;
    char *map = NULL;

    if (cli_try(cli, "data.layout", json_pack("{s:s}", "layout", layout), &reply, &why) == STATUS_OK) {
        const char *kept = json_string_value(json_object_get(reply, "map"));

        map = kept ? strdup(kept) : NULL;
        json_decref(reply);
    }
    return map;
}

static enum status map_keep(const struct cli *cli, const char *map, struct bytes content, struct failure *why)
{
    struct import_heading heading;
    json_t *reply;
    enum status status;

    if (!import_heading(&heading, content))
        return STATUS_OK;
    status = cli_try(cli, "data.layout", json_pack("{s:s, s:s}", "layout", heading.layout, "map", map), &reply, why);
    if (!status)
        json_decref(reply);
    return status;
}

enum status import_map_read(const struct cli *cli, const char *map, bool dry_run, struct import *out,
                            struct import_heading *heading, struct bytes content, struct failure *why)
{
    enum status status;
    char *kept;

    heading->count = 0;
    if (map) {
        status = import_mapped(out, content, map, why);
        return status || dry_run ? status : map_keep(cli, map, content, why);
    }
    status = import_read(out, content, why);
    if (status != STATUS_MALFORMED || out->format || !import_heading(heading, content))
        return status;
    kept = map_kept(cli, heading->layout);
    if (kept) {
        import_clear(out);
        heading->count = 0;
        status = import_mapped(out, content, kept, why);
    }
    free(kept);
    return status;
}

void import_map_offer(json_t *said, const char *name, const struct import_heading *heading)
{
    json_t *columns;
    char clean[WORDS_MAX];

    if (heading->guess[0] == '\0') /* a text with commas, not a table */
        return;
    columns = json_array();
    tender_clean(clean, sizeof clean, name);
    for (size_t i = 0; i < heading->count; i++) {
        json_array_append_new(columns, json_string(heading->names[i]));
        if (!said)
            fprintf(stderr, "%s %zu \"%s\"", i == 0 ? _("  its columns:") : ",", i, heading->names[i]);
    }
    if (!said)
        fprintf(stderr, _("\n  if it is of a meter or an account, say once what they are: coopair import --map \"%s\" %s\n"),
                heading->guess, clean);
    json_object_set(said, "columns", columns);
    json_object_set_new(said, "map", json_string(heading->guess));
    json_decref(columns);
}
