/* wall.c - see wall.h.
 *
 * Happy path: the rows of one stamp, in the order of time of the file, take its moments in order. Failure
 * modes: a stamp in the hour that March leaves out is refused; a second row of an hour that comes once is
 * left to the rows, which know repeats and contradictions; memory. */
#include "node/import/wall.h"

#include "node/tongue/local_time.h"
#include "node/tongue/tongue.h"

#include <stdlib.h>

void wall_begin(struct wall *wall, struct rows *rows)
{
    *wall = (struct wall){ .rows = rows };
}

void wall_add(struct wall *wall, uint64_t line, int64_t local_end_s, uint32_t length_s, int64_t energy_mwh)
{
    if (wall->rows->status)
        return;
    if (wall->count == wall->room) {
        size_t room = wall->room == 0 ? 4096 : 2 * wall->room;
        struct wall_row *larger = rows_more(wall->rows, wall->list, wall->count, room * sizeof *larger);

        if (!larger)
            return;
        wall->list = larger;
        wall->room = room;
    }
    wall->list[wall->count++] = (struct wall_row){ local_end_s, energy_mwh, line, length_s };
}

static int upwards(const void *left, const void *right)
{
    const struct wall_row *a = left, *b = right;

    if (a->local_s != b->local_s)
        return a->local_s < b->local_s ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

static int downwards(const void *left, const void *right)
{
    const struct wall_row *a = left, *b = right;

    if (a->local_s != b->local_s)
        return a->local_s < b->local_s ? -1 : 1;
    return a->line > b->line ? -1 : a->line < b->line;
}

/* Which way the file runs, by most of its steps: rows are not always sorted. */
static bool runs_backwards(const struct wall *wall)
{
    size_t up = 0, down = 0;

    for (size_t i = 1; i < wall->count; i++) {
        up += wall->list[i].local_s > wall->list[i - 1].local_s;
        down += wall->list[i].local_s < wall->list[i - 1].local_s;
    }
    return down > up;
}

void wall_place(struct wall *wall, void (*each)(void *arg, const struct wall_row *row, int64_t utc_s), void *arg)
{
    size_t which = 0;

    if (wall->count > 0)
        qsort(wall->list, wall->count, sizeof *wall->list, runs_backwards(wall) ? downwards : upwards);
    for (size_t i = 0; i < wall->count; i++) {
        const struct wall_row *row = &wall->list[i];
        int64_t moments[2];
        size_t count = local_moments(moments, row->local_s);

        which = i > 0 && row[-1].local_s == row->local_s ? which + 1 : 0;
        if (count == 0)
            rows_reject(wall->rows, row->line, _("the clock leaves this hour out"));
        else
            each(arg, row, moments[which < count ? which : count - 1]);
    }
    free(wall->list);
    wall->list = NULL;
    wall->count = wall->room = 0;
}

static void reading_add(void *arg, const struct wall_row *row, int64_t utc_s)
{
    rows_add(arg, row->line, utc_s - row->length_s, row->length_s, row->energy_mwh);
}

void wall_end(struct wall *wall)
{
    wall_place(wall, reading_add, wall->rows);
}
