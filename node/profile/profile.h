/* profile.h - what a household's own readings say about it: its consumption profile, the cell that may leave
 * (noised), and the quantities it would ask for in a round. Pure functions: integers only, no clock, no
 * locale. */
#ifndef COOP_NODE_PROFILE_H
#define COOP_NODE_PROFILE_H

#include "proto/proto.h"
#include "store/store.h"

enum {
    PROFILE_DAYS = 365,
    PROFILE_DAYS_LEAST = 28,   /* four weeks: below them no cell */
    PROFILE_DAYS_WINTER = 300, /* below them the season cannot be told from the year, so bit 1 stays 0 */
    PROFILE_NIGHT_PERMILLE = 350,
    PROFILE_WINTER_PERMILLE = 620
};
struct profile {
    struct series_name meter; /* whose readings they are; filled in by profile_of_store */
    int64_t first_s, last_s; /* of the readings used: the last 365 days that there are */
    uint32_t days;           /* with any reading */
    uint64_t total_mwh;
    uint64_t coarse_mwh;   /* of it in readings longer than an hour, which say nothing about the hour */
    uint64_t hour_mwh[24]; /* by local hour (Europe/Paris rules) */
    uint64_t month_mwh[12];
    uint64_t period_mwh[4]; /* winter peak, winter off-peak, summer peak, summer off-peak; winter: November
                             * to March, off-peak: 22 to 6 */
    uint32_t night_permille, winter_permille;
    unsigned cell;     /* 0..3: bit 0 more at night, bit 1 more in winter than the public cut points */
    bool cell_known;   /* false: less than four weeks, or days instead of hours: presence only */
    bool winter_known; /* false: bit 1 is 0 for want of a year, and says nothing */
};
/* Fed in order of start. What overlaps the reading before it is left out: the same meter imported once by the
 * hour and once by the half hour. */
struct profile_builder {
    struct profile profile;
    int64_t from_s, last_day, end_s;
};
void profile_begin(struct profile_builder *builder, int64_t last_s); /* the last reading that will come */
void profile_add(struct profile_builder *builder, const struct reading *readings, size_t count);
void profile_end(struct profile *out, struct profile_builder *builder);
/* Of the electricity meter in the store whose readings go furthest (profile_store.c). days 0: none. */
enum status profile_of_store(struct profile *out, struct store *store, struct failure *why);

/* The quantities this charter would get from this household, one per item in order: the demand in whole units
 * rounded down, tolerance, what it pays today, limits. false: the charter asks for something the readings
 * cannot say; *why names it. */
struct wallet {
    uint32_t paid_cents_per_kwh_x100; /* today's price, 1/10 000 euro per kWh; 0: the public average */
    unsigned limit_percent;           /* in at this percentage of today's price or less */
};
bool proposal_make(uint64_t *values, const struct charter *charter, const struct profile *profile,
                   const struct wallet *wallet, struct failure *why);

#endif
