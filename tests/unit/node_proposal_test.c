/* What a round would get from a home: the figures of its meter, rounded down, or a sentence that names what
 * is missing. */
#include "node/profile/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

/* 7 302.599 kWh: 4 175.9 in winter, 1 853 at night. */
static struct profile year(void)
{
    return (struct profile){ .days = 365,
                             .total_mwh = UINT64_C(7302599000),
                             .period_mwh = { 3109999999, 1065900000, 2340000000, 786699001 },
                             .cell_known = true };
}

static struct charter charter_of(const char *good)
{
    struct charter charter;
    struct failure why;

    memset(&charter, 0, sizeof charter);
    assert_int_equal(charter_from_template(&charter, good, "demo", &why), STATUS_OK);
    return charter;
}

static void expect_values(const char *good, const struct wallet *wallet, const uint64_t *expected)
{
    struct charter charter = charter_of(good);
    struct profile profile = year();
    uint64_t values[DEAL_VALUES_MAX] = { 0 };
    struct failure why = { .text = "" };

    if (!proposal_make(values, &charter, &profile, wallet, &why))
        fail_msg("%s", why.text);
    assert_memory_equal(values, expected, charter.item_count * sizeof *values);
}

static void electricity_is_the_metered_kwh_by_period(void **unused)
{
    (void)unused;
    expect_values("electricity", &(struct wallet){ 0, 90 },
                  (const uint64_t[]){ 3109, 1065, 2340, 786, 7302 * 1940 / 10000, 0, 1 });
    expect_values("electricity", &(struct wallet){ 2516, 94 },
                  (const uint64_t[]){ 3109, 1065, 2340, 786, 1837, 0, 1 }); /* 7302 kWh at 0.2516 */
}

static void pellets_are_the_same_heat_in_kilograms(void **unused)
{
    (void)unused;
    expect_values("pellets", &(struct wallet){ 0, 95 }, (const uint64_t[]){ 1521, 152, 608, 1, 1 });
    expect_values("pellets", &(struct wallet){ 1000, 80 }, (const uint64_t[]){ 1521, 152, 730, 0, 0 });
}

static void limits_are_in_at_this_price_or_less(void **unused)
{
    static const struct {
        unsigned limit_percent;
        uint64_t at_95, at_85;
    } limits[] = { { 0, 0, 0 }, { 84, 0, 0 }, { 85, 0, 1 }, { 94, 0, 1 }, { 95, 1, 1 }, { 100, 1, 1 } };
    struct charter charter = charter_of("pellets");
    struct profile profile = year();

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
        uint64_t values[DEAL_VALUES_MAX];

        assert_true(
            proposal_make(values, &charter, &profile, &(struct wallet){ 0, limits[i].limit_percent }, NULL));
        assert_int_equal(values[3], limits[i].at_95);
        assert_int_equal(values[4], limits[i].at_85);
    }
}

static void expect_refused(const struct charter *charter, const struct profile *profile, const char *said)
{
    uint64_t values[DEAL_VALUES_MAX];
    struct failure why = { .text = "" };

    assert_false(proposal_make(values, charter, profile, &(struct wallet){ 0, 90 }, &why));
    if (!strstr(why.text, said))
        fail_msg("%s", why.text);
}

static void what_a_meter_cannot_say_is_refused_by_name(void **unused)
{
    struct charter charter = charter_of("electricity"), pellets = charter_of("pellets");
    struct profile profile = year(), none = { .days = 0 };

    (void)unused;
    expect_refused(&charter, &none, "Electricity: no meter readings yet; see: coopair import");
    profile.coarse_mwh = profile.total_mwh / 10 + 1;
    expect_refused(&charter, &profile, "Winter peak: the readings are by the day");
    assert_true(
        proposal_make((uint64_t[DEAL_VALUES_MAX]){ 0 }, &pellets, &profile, &(struct wallet){ 0, 0 }, NULL));
    profile = year();
    profile.period_mwh[2] = UINT64_C(65536000000);
    expect_refused(&charter, &profile, "Summer peak: 65536 is more than this round can carry");
    profile.period_mwh[2] = UINT64_C(65535999999);
    assert_true(
        proposal_make((uint64_t[DEAL_VALUES_MAX]){ 0 }, &charter, &profile, &(struct wallet){ 0, 0 }, NULL));
    strcpy(charter.items[3].unit, "MWH");
    expect_refused(&charter, &profile, "Summer off-peak: a meter cannot say it in this unit");
    charter = charter_of("electricity");
    charter.items[1].use = ITEM_TOLERANCE;
    expect_refused(&charter, &profile, "Winter peak: the round divides the demand");
    strcpy(charter.category, "telecom");
    expect_refused(&charter, &profile, "telecom: a meter does not say how much");
}

static void a_single_quantity_of_electricity_is_the_total(void **unused)
{
    struct charter charter = charter_of("electricity");
    struct profile profile = year();
    uint64_t values[DEAL_VALUES_MAX];

    (void)unused;
    charter.item_count = 1;
    assert_true(proposal_make(values, &charter, &profile, &(struct wallet){ 0, 0 }, NULL));
    assert_int_equal(values[0], 7302);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(electricity_is_the_metered_kwh_by_period),
        cmocka_unit_test(pellets_are_the_same_heat_in_kilograms),
        cmocka_unit_test(limits_are_in_at_this_price_or_less),
        cmocka_unit_test(what_a_meter_cannot_say_is_refused_by_name),
        cmocka_unit_test(a_single_quantity_of_electricity_is_the_total),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
