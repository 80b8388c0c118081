/* import.h - files of the household as they are found in the world, read into the one internal model of store.h:
 * readings of meters, movements of accounts, lines of health statements. Pure functions over bytes: no files, no clock, no locale. One format is one file; the format is
 * recognised by content, never by name. */
#ifndef COOP_NODE_IMPORT_H
#define COOP_NODE_IMPORT_H

#include "store/store.h"

enum { IMPORT_REJECTS_MAX = 1000, IMPORT_SERIES_MAX = 64, IMPORT_FILE_MAX = 16 << 20 }; /* with what is made of it below 64 MiB */
struct import_reject {
    uint64_t line; /* from 1 */
    char reason[96];
};
enum import_kind { IMPORT_SERIES, IMPORT_ACCOUNT, IMPORT_HEALTH };
/* The account as the file names it: its number; "****4567" when only the end is shown; "" when it is not named. */
struct import_account {
    char name[ACCOUNT_NAME_MAX];
    char currency[4];
};
/* One series, account or statement of a file. Owned; import_clear. Readings in order of start, without repeats; movements by day,
 * of one day in the order of the file; lines in the order of the file. */
struct import {
    const char *format; /* "enedis half-hour csv", ... ; NULL: none recognised */
    enum import_kind kind; /* which of the three pairs that follow is filled in */
    struct series_name series;
    struct reading *readings;
    struct import_account account;
    struct movement *movements; /* their texts live in the first import of the file */
    enum payer payer;
    struct health_line *lines;
    size_t count, room; /* of whichever there are */
    uint64_t duplicates; /* rows that repeat another of the file */
    uint64_t rejected;   /* all of them; the first IMPORT_REJECTS_MAX with their reasons */
    struct import_reject *rejects;
    size_t reject_count;
    bool by_item; /* what "line" counts is an entry of a file without lines */
    bool volume; /* the readings are cubic metres of gas: millilitres instead of mWh */
    int64_t total_mwh, total_cents; /* of movements their sum, of health lines what was refunded */
    char doubt[96]; /* "", or what about the file as a whole does not add up, though its rows are kept */
    struct import_texts *texts;
    struct import *next; /* a further series of the same file; perhaps with rejected rows alone */
};
/* Also of a workbook, as the table of its first sheet; an archive of files is opened by whoever calls
 * (archive.h). STATUS_OK: at least one row, perhaps with rejected rows; STATUS_MALFORMED: no format fits,
 * or the file is of a kind we know but damaged beyond use (*why says which and where); STATUS_NOMEM. */
enum status import_read(struct import *out, struct bytes file, struct failure *why);

/* A table of a layout that is not known: the household says what its columns are, once (mapping.h has the words). */
enum { IMPORT_LAYOUT_SIZE = 25, IMPORT_COLUMNS_MAX = 40 };
struct import_heading {
    char layout[IMPORT_LAYOUT_SIZE]; /* the same for every file with these columns; hexadecimal */
    size_t count;
    char names[IMPORT_COLUMNS_MAX][32]; /* of the columns, to be shown; of a table without headings its first row */
    char guess[200];                    /* a mapping that their words and values make likely, to begin with; "": none */
};
bool import_heading(struct import_heading *out, struct bytes file); /* false: it is no table */
/* As import_read, by a mapping. STATUS_MALFORMED also when the mapping is not understood. */
enum status import_mapped(struct import *out, struct bytes file, const char *map, struct failure *why);
void import_clear(struct import *import); /* with all that follow */
/* A further series behind the last. NULL: out of memory, or more than IMPORT_SERIES_MAX. */
struct import *import_another(struct import *first);

/* A thousand million kWh, or cubic metres: what counters have digits for, and more. */
#define IMPORT_COUNTER_MAX INT64_C(1000000000000000)
/* The most a home's connection can carry in one interval: more is an error in the file. */
int64_t import_energy_max_mwh(uint32_t length_s);

/* What a cubic metre of gas gives, in ten thousandths of a kWh: it differs by place and month, so a home says what its bill
 * says. Poor gas has 8, the richest 13. */
enum { HEAT_UNIT = 10000, HEAT_LEAST = 5 * HEAT_UNIT, HEAT_MOST = 15 * HEAT_UNIT };
int64_t import_gas_mwh(int64_t millilitres, int64_t heat);

struct import_format {
    const char *name;
    bool (*recognise)(struct bytes file);
    enum status (*read)(struct import *out, struct bytes file, struct failure *why);
};
extern const struct import_format import_ch_weeks, import_data_connect, import_dsmr, import_edf, import_enedis_daily,
    import_enedis_half_hour, import_enedis_index, import_enedis_kw, import_enedis_r63, import_grdf_items,
    import_grdf_table, import_ha_statistics, import_n3rgy, import_octopus,
    import_tic, import_green_button;
extern const struct import_format import_bank_csv, import_camt, import_cfonb, import_health_csv, import_mt940, import_ofx,
    import_qif;

#endif
