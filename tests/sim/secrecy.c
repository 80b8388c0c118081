/* secrecy.c - what a home gives away, and whom it punishes, as somebody sees it who has every record and every home's memory.
 *
 * A home speaks under four names: as a member, in its interest, in its join, when it hands in a bid. Twelve bytes in a row that stand in what it
 * said under two of them, and in nothing that another home said, link the two. What two homes have said is public: the round, a parent, a form. */
#include "proto/core/core_state.h"
#include "tests/sim/sim.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 12, WATCHED = 48, NAMES = 4 };

struct window {
    uint8_t bytes[WINDOW];
    uint16_t home;
    uint8_t name;
};

static int name_of(const struct ledger_record *r)
{
    if (r->kind != RECORD_DEAL)
        return 0;
    return r->box == BOX_INTEREST ? 1 : r->box == BOX_JOIN ? 2 : r->box == BOX_BIDS ? 3 : 0;
}

static bool watched(const struct ledger_record *r)
{
    return r->honest && r->synced && r->maker < WATCHED;
}

/* Behind the round and the parent: the last bytes of these and one byte more would be alike by chance. */
static size_t begins(const struct ledger_record *r)
{
    const uint8_t *author = memmem(r->bytes, r->size, r->author, KEY_SIZE);

    return author == NULL ? 0 : (size_t)(author - r->bytes);
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, WINDOW);
}

static size_t windows_of(struct window **out, const struct sim *s)
{
    size_t count = 0, room = 1;

    for (size_t i = 0; i < s->record_count; i++)
        room += watched(&s->records[i]) ? s->records[i].size : 0;
    *out = malloc(room * sizeof **out);
    assert(*out != NULL);
    for (size_t i = 0; i < s->record_count; i++) {
        const struct ledger_record *r = &s->records[i];

        for (size_t at = watched(r) ? begins(r) : r->size; at + WINDOW <= r->size; at++) {
            struct window *w = &(*out)[count++];

            memcpy(w->bytes, r->bytes + at, WINDOW);
            w->home = (uint16_t)r->maker;
            w->name = (uint8_t)name_of(r);
        }
    }
    qsort(*out, count, sizeof **out, compare);
    return count;
}

static void check_names_apart(struct sim *s)
{
    static const char *const names[NAMES] = { "membership", "interest", "join", "introduction" };
    struct window *list;
    size_t count = windows_of(&list, s);

    for (size_t i = 0, end; i < count; i = end) {
        bool of_one = true;
        uint8_t other = list[i].name;

        for (end = i; end < count && compare(&list[i], &list[end]) == 0; end++) {
            of_one = of_one && list[end].home == list[i].home;
            other = list[end].name != list[i].name ? list[end].name : other;
        }
        if (of_one && other != list[i].name)
            sim_fail(s, "home %d's %s and its %s have bytes in common", list[i].home, names[list[i].name], names[other]);
    }
    free(list);
}

/* What it tells of itself in clear: one of four cells or nothing, and the same whenever it speaks again. */
static void check_reports(struct sim *s)
{
    int *said = malloc((size_t)s->nodes * sizeof *said);

    assert(said != NULL);
    for (int i = 0; i < s->nodes; i++)
        said[i] = -1;
    for (size_t i = 0; i < s->record_count; i++) {
        const struct ledger_record *r = &s->records[i];
        struct record record;
        struct reader body;
        int report;

        if (!r->honest || name_of(r) != 1 || !record_read(&record, (struct bytes){ r->bytes, r->size }))
            continue;
        body = reader_from(record.body);
        reader_array(&body, 3, 3);
        reader_uint(&body, DEAL_SEQ_MAX);
        report = (int)reader_uint(&body, 4);
        if (body.failed || (said[r->maker] >= 0 && said[r->maker] != report))
            sim_fail(s, "home %d reports another cell than before", r->maker);
        said[r->maker] = report;
    }
    free(said);
}

void check_secrecy(struct sim *s)
{
    check_reports(s);
    check_names_apart(s);
}

/* Nobody who keeps the rules is ever kept away by another who does. */
void check_sanctions(struct sim *s)
{
    for (int i = 0; i < s->nodes; i++) {
        const struct core *core = s->homes[i].core;

        for (size_t d = 0; core != NULL && d < core->discouraged_count; d++) {
            const struct discouraged *entry = &core->discouraged[d];

            for (int j = 0; j < s->nodes && !entry->is_host; j++) {
                if (s->homes[i].character == HONEST && s->homes[j].character == HONEST &&
                    memcmp(entry->key, s->homes[j].link_key, KEY_SIZE) == 0)
                    sim_fail(s, "home %d punishes home %d, which is honest", i, j);
            }
        }
    }
}
