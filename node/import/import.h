/* import.h - meter files as they are found in the world, read into the one internal model (struct reading of
 * store.h). Pure functions over bytes: no files, no clock, no locale. One format is one file; the format is
 * recognised by content, never by name. */
#ifndef COOP_NODE_IMPORT_H
#define COOP_NODE_IMPORT_H

#include "store/store.h"

enum { IMPORT_REJECTS_MAX = 1000, IMPORT_SERIES_MAX = 64, IMPORT_FILE_MAX = 16 << 20 }; /* with what is made of it below 64 MiB */
struct import_reject {
    uint64_t line; /* from 1 */
    char reason[96];
};
/* One series of a file. Owned; import_clear. Readings in order of start, without repeats. */
struct import {
    const char *format; /* "enedis half-hour csv", ... ; NULL: none recognised */
    struct series_name series;
    struct reading *readings;
    size_t count, room;
    uint64_t duplicates; /* rows that repeat another of the file */
    uint64_t rejected;   /* all of them; the first IMPORT_REJECTS_MAX with their reasons */
    struct import_reject *rejects;
    size_t reject_count;
    bool by_item; /* what "line" counts is an entry of a file without lines */
    int64_t total_mwh;
    struct import *next; /* a further series of the same file; perhaps with rejected rows alone */
};
/* Also of a workbook, as the table of its first sheet; an archive of files is opened by whoever calls
 * (archive.h). STATUS_OK: at least one reading, perhaps with rejected rows; STATUS_MALFORMED: no format fits,
 * or the file is of a kind we know but damaged beyond use (*why says which and where); STATUS_NOMEM. */
enum status import_read(struct import *out, struct bytes file, struct failure *why);
void import_clear(struct import *import); /* with all that follow */
/* A further series behind the last. NULL: out of memory, or more than IMPORT_SERIES_MAX. */
struct import *import_another(struct import *first);

/* The most a home's connection can carry in one interval: more is an error in the file. */
int64_t import_energy_max_mwh(uint32_t length_s);

struct import_format {
    const char *name;
    bool (*recognise)(struct bytes file);
    enum status (*read)(struct import *out, struct bytes file, struct failure *why);
};
extern const struct import_format import_ch_weeks, import_data_connect, import_dsmr, import_edf, import_enedis_daily,
    import_enedis_half_hour, import_enedis_index, import_enedis_kw, import_enedis_r63, import_grdf_items,
    import_grdf_table, import_ha_statistics, import_n3rgy, import_octopus,
    import_tic, import_green_button;

#endif
