/* import_case.h - what holds for every file that is imported: a series is in order, without overlaps, nothing
 * negative, its total the sum, of a register the difference; movements are in order, within what the store takes, their texts UTF-8 and their
 * total the sum; a file that is refused is explained. Reading it again says the same. */
#ifndef COOP_TESTS_IMPORT_CASE_H
#define COOP_TESTS_IMPORT_CASE_H

#include "node/import/import.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <string.h>

/* What a counter showed: moments in order, each once, nothing that a counter has no digits for. */
static inline void check_register(const struct import *import)
{
    for (size_t i = 0; i < import->count; i++) {
        const struct reading *r = &import->readings[i];

        PROPERTY(r->length_s == 60 && r->start_s >= 0 && r->start_s < INT64_C(7258118400) && (i == 0 || r[-1].start_s < r->start_s));
        PROPERTY(r->energy_mwh >= 0 && r->energy_mwh <= IMPORT_COUNTER_MAX);
    }
    if (import->count > 0)
        PROPERTY(import->total_mwh == import->readings[import->count - 1].energy_mwh - import->readings[0].energy_mwh);
}

static inline void check_series(const struct import *import)
{
    int64_t total = 0, end_s = 0;

    if (import->series.quantity >= QUANTITY_REGISTER_IN) {
        check_register(import);
        return;
    }
    for (size_t i = 0; i < import->count; i++) {
        const struct reading *r = &import->readings[i];

        PROPERTY(r->start_s >= end_s && r->length_s >= 60 && r->length_s <= 86400);
        PROPERTY(r->energy_mwh >= 0 && r->energy_mwh <= import_energy_max_mwh(r->length_s));
        end_s = r->start_s + r->length_s;
        total += r->energy_mwh;
    }
    PROPERTY(total == import->total_mwh && end_s <= INT64_C(7258118400) + 86400);
}

/* jansson takes UTF-8 and nothing else. */
static inline void check_text(const char *text, size_t room)
{
    json_t *json = json_string(text);

    PROPERTY(json && strlen(text) < room);
    for (const char *c = text; *c != '\0'; c++)
        PROPERTY((unsigned char)*c >= ' ' && *c != 0x7f);
    json_decref(json);
}

static inline void check_movements(const struct import *import)
{
    int64_t total = 0;

    PROPERTY(strlen(import->account.currency) == 3);
    check_text(import->account.name, ACCOUNT_NAME_MAX);
    check_text(import->doubt, sizeof import->doubt);
    for (size_t i = 0; i < import->count; i++) {
        const struct movement *m = &import->movements[i];

        PROPERTY(m->day >= 0 && m->day < STORE_DAY_END && (i == 0 || m[-1].day <= m->day));
        PROPERTY(m->cents <= STORE_CENTS_MAX && m->cents >= -STORE_CENTS_MAX);
        check_text(m->label, MOVEMENT_LABEL_MAX);
        check_text(m->party, MOVEMENT_PARTY_MAX);
        check_text(m->reference, MOVEMENT_REFERENCE_MAX);
        total += m->cents;
    }
    PROPERTY(total == import->total_cents);
}

static inline void check_lines(const struct import *import)
{
    int64_t total = 0;

    for (size_t i = 0; i < import->count; i++) {
        const struct health_line *line = &import->lines[i];

        PROPERTY(line->payer == import->payer && line->care_day >= 0 && line->care_day < STORE_DAY_END);
        PROPERTY(line->paid_day >= 0 && line->paid_day < STORE_DAY_END && line->spent_cents >= 0);
        total += line->refund_cents;
    }
    PROPERTY(total == import->total_cents);
}

static inline void check_rows(const struct import *import)
{
    if (import->kind == IMPORT_ACCOUNT)
        check_movements(import);
    else if (import->kind == IMPORT_HEALTH)
        check_lines(import);
    else
        check_series(import);
}

static inline void check_words(const struct import *import)
{
    PROPERTY(import->reject_count <= import->rejected && import->reject_count <= IMPORT_REJECTS_MAX);
    for (size_t i = 0; i < import->reject_count; i++) {
        const struct import_reject *reject = &import->rejects[i];

        PROPERTY(reject->line > 0 && (i == 0 || reject[-1].line <= reject->line));
        PROPERTY(memchr(reject->reason, '\0', sizeof reject->reason) != NULL && reject->reason[0] != '\0');
        for (const char *c = reject->reason; *c != '\0'; c++)
            PROPERTY(*c >= ' ' && *c <= '~');
    }
    for (const char *c = import->series.meter; *c != '\0'; c++)
        PROPERTY(*c >= ' ' && *c <= '~');
}

static inline void import_case(struct bytes file)
{
    struct import import, again;
    struct failure why = { .text = "" };
    enum status status = import_read(&import, file, &why);
    const struct import *other = &again;
    size_t readings = 0;

    PROPERTY(status == STATUS_OK || (status == STATUS_MALFORMED && why.text[0] != '\0'));
    PROPERTY(import_read(&again, file, NULL) == status);
    for (const struct import *series = &import; series; series = series->next, other = other->next) {
        readings += series->count;
        PROPERTY(status != STATUS_OK || series->kind != IMPORT_SERIES || series->series.meter[0] != '\0');
        check_rows(series);
        check_words(series);
        PROPERTY(other && other->count == series->count && other->total_mwh == series->total_mwh &&
                 other->total_cents == series->total_cents &&
                 other->rejected == series->rejected && other->duplicates == series->duplicates);
    }
    PROPERTY((status == STATUS_OK) == (readings > 0));
    import_clear(&import);
    import_clear(&again);
}

#endif
