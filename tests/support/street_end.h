/* street_end.h - what must be true of a street (street.h) when its round is over. */
#ifndef COOP_TESTS_STREET_END_H
#define COOP_TESTS_STREET_END_H

#include "tests/support/street_life.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { WHOLE_SEASON_D = 40 };

/* Every honest home that is on holds the same total, and it is the sum of what the homes in it gave. */
static inline void assert_total(struct street *s, unsigned homes)
{
    for (unsigned i = 0; i < s->count; i++) {
        const struct lot_view *lot = &street_season(s, i)->lots[0];
        uint64_t totals[DEAL_VALUES_MAX] = { 0 };

        if (s->homes[i].off || s->homes[i].liar)
            continue;
        assert_int_equal(lot->home_count, homes);
        assert_true(lot->formed && lot->totals_known);
        for (unsigned j = 0; j < s->count; j++)
            for (size_t k = 0; k < lot->home_count; k++)
                for (size_t item = 0; item < s->charter.item_count; item++)
                    if (memcmp(lot->homes[k], s->homes[j].own.pseudonym.public_key, KEY_SIZE) == 0)
                        totals[item] += s->homes[j].values[item];
        for (size_t item = 0; item < s->charter.item_count; item++)
            if (s->charter.items[item].use != ITEM_RESERVE || lot->reserve_known)
                assert_true(lot->totals[item] == totals[item]);
    }
}

static inline void assert_phase(struct street *s, enum phase phase)
{
    for (unsigned i = 0; i < s->count; i++)
        if (!s->homes[i].off && !s->homes[i].liar)
            assert_string_equal(phase_name(street_season(s, i)->phase), phase_name(phase));
}

/* Two companies bid, and everybody computes the same award. */
static inline void assert_award(struct street *s, unsigned homes)
{
    s->companies = true;
    assert_true(street_until(s, BOX_BIDS, BOX_OPENED, 20 * STREET_DAY_MS));
    street_run(s, STREET_HOUR_MS);
    assert_phase(s, PHASE_AWARDED);
    assert_total(s, homes);
    for (unsigned i = 0; i < s->count; i++) {
        const struct season *season = street_season(s, i);
        const struct lot_view *lot = &season->lots[0];

        if (s->homes[i].off || s->homes[i].liar)
            continue;
        assert_true(lot->reserve_known && lot->awarded);
        assert_string_equal(season->bids[lot->winner].company, "Company 1");
        assert_int_equal(lot->cost_cents, (lot->totals[0] * 2900 + 50) / 100 + 1000 * lot->home_count);
    }
}

static inline void assert_season(struct street *s, unsigned homes)
{
    s->companies = true;
    assert_true(street_until(s, BOX_JOIN, BOX_OPENED, WHOLE_SEASON_D * STREET_DAY_MS));
    assert_total(s, homes);
    assert_award(s, homes);
}

#endif
