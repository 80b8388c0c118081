/* profile.c - a year of readings in some forty sums, and the two yes/no questions of mechanism 5.
 *
 * Happy path: half hours of a whole year. Failure modes are gaps in what can be said: less than four weeks
 * give no cell; less than 300 days say nothing about the season, so the home answers the night question alone
 * and bit 1 is 0; readings longer than an hour count in the total and the month but in no hour. Nothing is
 * scaled up to a year or filled in: a profile says what was metered. */
#include "node/profile/profile.h"

#include "node/tongue/local_time.h"

#include <string.h>

/* The cut points come from public figures and are never estimated from members (mechanism 5).
 *
 * Night, 22 to 6: a third of the hours. The German standard home (BDEW H25, 2025) has 24 % then, subscribers
 * of the French off-peak option 40 % in their eight hours (Reporterre, February 2023): 35 % parts homes that
 * moved hot water, heat or a car into the night from those that did not.
 * Winter, November to March: 41 % of the days, 40 % of the standard home's year without electric heating:
 * above 62 % the home heats with electricity. */
enum { DAY_S = 86400, HOUR_S = 3600, NIGHT_FROM = 22, NIGHT_TO = 6, SPRING = 4, AUTUMN = 11 };

void profile_begin(struct profile_builder *builder, int64_t last_s)
{
    memset(builder, 0, sizeof *builder);
    builder->from_s = last_s - (int64_t)PROFILE_DAYS * DAY_S + 1;
    builder->last_day = -1;
    if (builder->from_s < 0)
        builder->from_s = 0;
}

static void reading_use(struct profile_builder *builder, const struct reading *r)
{
    struct profile *profile = &builder->profile;
    int64_t local_s = r->start_s + local_offset_s(r->start_s);
    uint64_t energy = (uint64_t)r->energy_mwh;
    struct civil civil;
    bool winter, night;

    civil_of(&civil, local_s);
    winter = civil.month < SPRING || civil.month >= AUTUMN;
    night = civil.hour >= NIGHT_FROM || civil.hour < NIGHT_TO;
    if (profile->days == 0)
        profile->first_s = r->start_s;
    profile->last_s = r->start_s;
    profile->days += local_s / DAY_S != builder->last_day;
    builder->last_day = local_s / DAY_S;
    profile->total_mwh += energy;
    profile->month_mwh[civil.month - 1] += energy;
    if (r->length_s > HOUR_S) {
        profile->coarse_mwh += energy;
        return;
    }
    profile->hour_mwh[civil.hour] += energy;
    profile->period_mwh[2 * !winter + night] += energy;
}

void profile_add(struct profile_builder *builder, const struct reading *readings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (readings[i].start_s < builder->from_s || readings[i].start_s < builder->end_s)
            continue;
        builder->end_s = readings[i].start_s + readings[i].length_s;
        reading_use(builder, &readings[i]);
    }
}

/* A year below the bound of the importer, 240 kW, is 2 * 10^12 mWh: the product fits. */
static uint32_t permille(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : (uint32_t)(part * 1000 / whole);
}

void profile_end(struct profile *out, struct profile_builder *builder)
{
    struct profile *profile = &builder->profile;
    uint64_t by_hour = profile->total_mwh - profile->coarse_mwh, night, winter = 0;

    night = profile->period_mwh[1] + profile->period_mwh[3];
    for (size_t i = 0; i < 12; i++)
        winter += i + 1 < SPRING || i + 1 >= AUTUMN ? profile->month_mwh[i] : 0;
    profile->night_permille = permille(night, by_hour);
    profile->winter_permille = permille(winter, profile->total_mwh);
    profile->winter_known = profile->days >= PROFILE_DAYS_WINTER;
    profile->cell_known = profile->days >= PROFILE_DAYS_LEAST && profile->total_mwh > 0 &&
                          profile->coarse_mwh <= profile->total_mwh / 10;
    if (profile->cell_known)
        profile->cell = (profile->night_permille > PROFILE_NIGHT_PERMILLE) |
                        (profile->winter_known && profile->winter_permille > PROFILE_WINTER_PERMILLE) << 1;
    *out = *profile;
}
