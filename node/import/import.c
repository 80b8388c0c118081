/* import.c - finds the format of a file by its content and reads it.
 *
 * Happy path: one format recognises the file, and its reader fills in the readings. Failure modes: none
 * recognises it, and the sentence says what it looks like instead; it is recognised but nothing of it can be
 * used, and the sentence carries the first reason. */
#include "node/import/import.h"

#include "node/import/mapping.h"
#include "node/import/statement.h"
#include "node/import/workbook.h"
#include "node/tongue/tongue.h"

#include <inttypes.h>
#include <stdlib.h>

static const struct import_format *const formats[] = {
    &import_enedis_half_hour, &import_enedis_kw,    &import_enedis_r63,  &import_enedis_index,
    &import_enedis_daily,     &import_edf,          &import_grdf_table,  &import_grdf_items,
    &import_data_connect,     &import_octopus,      &import_n3rgy,       &import_ha_statistics,
    &import_dsmr,             &import_tic,          &import_green_button, &import_ch_weeks,
    &import_ofx,              &import_camt,         &import_mt940,       &import_cfonb,
    &import_qif,              &import_bank_csv,     &import_health_csv,
};

/* The first reason is that of the first series that has one. */
static enum status nothing_kept(const struct import *import, struct failure *why)
{
    static const char *const without[] = { [IMPORT_SERIES] = N_("but without a single reading"),
                                           [IMPORT_ACCOUNT] = N_("but without a single movement"),
                                           [IMPORT_HEALTH] = N_("but without a single act") };
    static const char *const unusable[] = { [IMPORT_SERIES] = N_("but no reading can be used"),
                                            [IMPORT_ACCOUNT] = N_("but no movement can be used"),
                                            [IMPORT_HEALTH] = N_("but no act can be used") };
    const char *format = _(import->format);
    enum import_kind kind = import->kind;

    while (import->reject_count == 0 && import->next)
        import = import->next;
    if (import->reject_count == 0)
        return failure_say(why, STATUS_MALFORMED, "%s, %s", format, _(without[kind]));
    return failure_say(why, STATUS_MALFORMED, _("%s, %s; %s %llu: %s"), format, _(unusable[kind]), import->by_item ? _("entry") : _("line"),
                       (unsigned long long)import->rejects[0].line, import->rejects[0].reason);
}

static bool holds_rows(const struct import *import)
{
    for (; import; import = import->next) {
        if (import->count > 0)
            return true;
    }
    return false;
}

/* What is refused as a whole is not half read; the reasons stay. */
static void drop_rows(struct import *import)
{
    for (; import; import = import->next) {
        free(import->readings);
        free(import->movements);
        free(import->lines);
        import->readings = NULL;
        import->movements = NULL;
        import->lines = NULL;
        import->count = import->room = 0;
        import->total_mwh = import->total_cents = 0;
    }
}

static enum status read_ended(struct import *out, enum status status, struct failure *why)
{
    if (status == STATUS_OK && !holds_rows(out))
        status = nothing_kept(out, why);
    if (status != STATUS_OK)
        drop_rows(out);
    return status;
}

static enum status read_as(struct import *out, const struct import_format *format, struct bytes file,
                           struct failure *why)
{
    enum status status;

    out->format = format->name;
    status = format->read(out, file, why);
    if (status == STATUS_MALFORMED)
        failure_prefix(why, _("%s: "), _(format->name));
    return read_ended(out, status, why);
}

static enum status read_content(struct import *out, struct bytes file, struct failure *why)
{
    char looks[192];

    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        if (formats[i]->recognise(file))
            return read_as(out, formats[i], file, why);
    }
    import_looks_like(looks, sizeof looks, file);
    return failure_say(why, STATUS_MALFORMED, _("not a file coopair knows: %s"), looks);
}

/* What a file holds: its own bytes, or, of a workbook, the table of its first sheet, which is then *owned. */
static enum status unwrap(struct bytes *out, uint8_t **owned, struct bytes file, struct failure *why)
{
    struct archive archive;
    enum status status;

    *owned = NULL;
    *out = file;
    if (file.size == 0)
        return failure_say(why, STATUS_MALFORMED, _("the file is empty: the download may have failed"));
    if (file.size > IMPORT_FILE_MAX)
        return failure_say(why, STATUS_MALFORMED,
                           _("the file is larger than %d MiB: cut it into years and import each"),
                           IMPORT_FILE_MAX >> 20);
    if (!archive_is(file))
        return STATUS_OK;
    status = archive_open(&archive, file, why);
    if (!status && archive_is_workbook(archive)) {
        status = workbook_table(owned, &out->size, archive, why);
        out->data = *owned;
    }
    return status;
}

enum status import_read(struct import *out, struct bytes file, struct failure *why)
{
    struct bytes content;
    uint8_t *owned;
    enum status status = unwrap(&content, &owned, file, why);

    *out = (struct import){ .format = NULL };
    if (!status)
        status = read_content(out, content, why);
    free(owned);
    return status;
}

/* ---- By a mapping. */

bool import_heading(struct import_heading *out, struct bytes file)
{
    struct bytes content;
    uint8_t *owned;
    bool told = !unwrap(&content, &owned, file, NULL) && layout_tell(out, content);

    free(owned);
    return told;
}

static enum status read_mapped(struct import *out, struct bytes file, const char *map, struct failure *why)
{
    struct mapping mapping;
    struct layout layout;
    enum status status;

    if (!layout_find(&layout, file))
        return failure_say(why, STATUS_MALFORMED, _("no table of several columns, so that --map says nothing of it"));
    status = mapping_read(&mapping, map, &layout, why);
    if (!status && !mapping_order(&mapping, layout, why))
        status = STATUS_MALFORMED;
    if (status)
        return status;
    status = mapping_is_money(&mapping) ? mapped_movements(out, &mapping, &layout, file, why)
                                        : mapped_readings(out, &mapping, &layout, why);
    return read_ended(out, status, why);
}

enum status import_mapped(struct import *out, struct bytes file, const char *map, struct failure *why)
{
    struct bytes content;
    uint8_t *owned;
    enum status status = unwrap(&content, &owned, file, why);

    *out = (struct import){ .format = N_("table with a mapping") };
    if (!status)
        status = read_mapped(out, content, map, why);
    free(owned);
    return status;
}

struct import *import_another(struct import *first)
{
    struct import *last = first;
    size_t count = 1;

    for (; last->next; last = last->next)
        count++;
    if (count == IMPORT_SERIES_MAX)
        return NULL;
    last->next = calloc(1, sizeof *last->next);
    if (last->next) {
        last->next->format = first->format;
        last->next->by_item = first->by_item;
    }
    return last->next;
}

void import_clear(struct import *import)
{
    struct import *next;

    drop_rows(import);
    import_texts_free(import->texts);
    for (struct import *one = import->next; one; one = next) {
        next = one->next;
        free(one->rejects);
        free(one);
    }
    free(import->rejects);
    *import = (struct import){ .format = NULL };
}
