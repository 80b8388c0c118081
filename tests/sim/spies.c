/* spies.c - homes that do their duty and compare notes: of each deal, which neighbour told one of them first? They name that neighbour its
 * author (first-spy estimator; Fanti et al. 2018). What it is worth depends on how a deal travels: enrolments spread from their author at
 * once, deals under a pseudonym walk first (WIRE 10.10). */
#include "tests/sim/sim.h"

void spies_place(struct sim *s)
{
    int left = (int)(s->plan.spies_percent * s->nodes / 100 + 0.5);

    while (left > 0) {
        struct home *home = &s->homes[luck_below(&s->luck, (uint64_t)s->nodes)];

        left -= !home->spy;
        home->spy = true;
    }
}

void spies_note(struct sim *s, int at, size_t record, const struct event *cause)
{
    struct ledger_record *r = &s->records[record];

    if (s->homes[at].spy && cause->type == EVENT_LINK_DATA && r->kind == RECORD_DEAL && r->told_by == SIM_NOBODY)
        r->told_by = home_behind(s, at, cause->link);
}

void spies_count(const struct sim *s, struct spied *out)
{
    for (size_t i = 0; i < s->record_count; i++) {
        const struct ledger_record *r = &s->records[i];
        bool walks = r->box >= BOX_INTEREST;

        if (r->kind != RECORD_DEAL || r->box == BOX_KEY || r->maker == SIM_NOBODY || s->homes[r->maker].spy)
            continue;
        out->deals[walks]++;
        out->named[walks] += r->told_by == r->maker;
    }
}
