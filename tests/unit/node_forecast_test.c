/* What comes back is found, its class is right, and the next months are what they turn out to be: scored
 * against the labels of the synthetic account. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "node/advice/forecast.h"
#include "tests/support/truth.h"

static int64_t day(const char *text)
{
    int64_t out = 0;

    assert_true(day_read(&out, text));
    return out;
}

/* ---- Labels and posts. */

static void a_label_becomes_a_payee_a_way_of_paying_and_a_post(void **unused)
{
    static const struct {
        const char *label;
        int64_t cents;
        const char *payee;
        enum pay_kind kind;
        const char *post;
    } table[] = {
        { "PRLV SEPA EDF CLIENTS PARTICULIERS NUM 8650273285", -11400, "EDF CLIENTS PARTICULIERS", PAY_DEBIT,
          "04.5.1" },
        { "CARTE 05/01 BIOCOOP NANTES", -534, "BIOCOOP NANTES", PAY_CARD, "01.1" },
        { "VIR SEPA C.P.A.M. LOIRE-ATLANTIQUE 123540530282 DU 010124", 1735, "CPAM LOIRE ATLANTIQUE DU",
          PAY_TRANSFER, "06" },
        { "VIR SEPA MUTUELLE FICTIVE PREST 01012024", 5000, "MUTUELLE FICTIVE PREST", PAY_TRANSFER, "06" },
        { "PRLV SEPA MUTUELLE FICTIVE", -11890, "MUTUELLE FICTIVE", PAY_DEBIT, "12.1" },
        { "Prélèvement Électricité de Strasbourg", -5000, "ELECTRICITE DE STRASBOURG", PAY_DEBIT, "04.5.1" },
        { "CARTE 09/02 LECLERC CARBURANT", -5000, "LECLERC CARBURANT", PAY_CARD, "07.2.2" },
        { "CARTE 09/02 E.LECLERC", -5000, "ELECLERC", PAY_CARD, "other" },
        { "CHEQUE 1234567", -12000, "CHEQUE 1234567", PAY_CHEQUE, "cheque" },
        { "Zażółć \xff\xc3", -1, "ZA", PAY_OTHER, "other" },
        { "", -1, "", PAY_OTHER, "other" },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct entry entry;

        entry_of_label(&entry, 0, table[i].cents, table[i].label, NULL, 0);
        if (i + 2 < sizeof table / sizeof *table)
            assert_string_equal(entry.payee, table[i].payee);
        assert_int_equal(entry.kind, table[i].kind);
        assert_string_equal(posts[entry.post].code, table[i].post);
    }
}

static void own_rules_come_first_and_the_longest_of_them(void **unused)
{
    struct rule own[] = { { "BIOCOOP", -1, 0 }, { "BIOCOOP NANTES", 0, 0 }, { "NANTES", 0, 0 } };
    struct entry entry;

    (void)unused;
    assert_true(post_of_code(&own[0].post, "05"));
    assert_true(post_of_code(&own[1].post, "13"));
    assert_true(post_of_code(&own[2].post, "03"));
    entry_of_label(&entry, 0, -1, "CARTE 05/01 Biocoop Nantes", own, 3);
    assert_string_equal(posts[entry.post].code, "13");
    entry_of_label(&entry, 0, -1, "CARTE 05/01 Biocoop Rezé", own, 3);
    assert_string_equal(posts[entry.post].code, "05");
    entry_of_label(&entry, 0, 1, "Biocoop Rezé", own, 3); /* the rule is for what is paid */
    assert_string_equal(posts[entry.post].code, "other");
    entry_of_label(&entry, 0, -1, "BIOCOOPS", own, 3); /* whole words */
    assert_string_equal(posts[entry.post].code, "other");
    assert_false(post_of_code(&own[0].post, "04.9"));
}

/* ---- Rhythms. */

struct list {
    struct entry entries[200];
    struct series series[SERIES_MAX];
    size_t count, found;
};

static void add(struct list *list, const char *date, int64_t cents, const char *label)
{
    entry_of_label(&list->entries[list->count++], day(date), cents, label, NULL, 0);
}

static void find(struct list *list)
{
    ledger_sort(list->entries, list->count);
    list->found = recurring_find(list->series, list->entries, list->count);
}

static void a_monthly_payment_is_found_through_week_ends_a_step_and_a_month_left_out(void **unused)
{
    static struct list list;

    (void)unused;
    list = (struct list){ .count = 0 };
    for (unsigned month = 1; month <= 10; month++) {
        static const unsigned days[] = { 0, 5, 5, 5, 5, 7, 5, 5, 0, 7, 5 };
        char date[16];

        snprintf(date, sizeof date, "2024-%02u-%02u", month, days[month]);
        if (month != 8)
            add(&list, date, month < 7 ? -90000 : -93000, "PRLV LOYER FONCIA");
    }
    find(&list);
    assert_int_equal(list.found, 1);
    assert_int_equal(list.series[0].months, 1);
    assert_int_equal(list.series[0].cents, -93000);
    assert_int_equal(list.series[0].month_day, 5);
    assert_int_equal(list.series[0].next_day, day("2024-11-05"));
    assert_false(list.series[0].ended);
    assert_int_equal(list.series[0].sureness, SURE_CERTAIN);
    assert_int_equal(series_yearly_cents(&list.series[0]), -93000 * 12);
}

static void two_contracts_of_one_payee_are_two(void **unused)
{
    static struct list list;

    (void)unused;
    list = (struct list){ .count = 0 };
    for (unsigned month = 1; month <= 6; month++) {
        char date[16];

        snprintf(date, sizeof date, "2024-%02u-09", month);
        add(&list, date, -1999, "PRLV FREE MOBILE");
        add(&list, date, -999, "PRLV FREE MOBILE");
    }
    find(&list);
    assert_int_equal(list.found, 2);
    assert_int_equal(list.series[0].count + list.series[1].count, 12);
    assert_int_equal(list.series[0].cents + list.series[1].cents, -2998);
}

static void what_stopped_has_ended_and_what_is_irregular_is_none(void **unused)
{
    static const char *const dates[] = { "2024-01-03", "2024-01-17", "2024-02-26", "2024-03-04",
                                         "2024-05-20", "2024-06-02", "2024-07-29", "2024-12-20" };
    static struct list list;

    (void)unused;
    list = (struct list){ .count = 0 };
    for (unsigned i = 0; i < 8; i++)
        add(&list, dates[i], -4000 - 700 * (int64_t)i, "CARTE ESSO");
    add(&list, "2024-01-15", -1349, "PRLV NETFLIX");
    add(&list, "2024-02-15", -1349, "PRLV NETFLIX");
    add(&list, "2024-03-15", -1349, "PRLV NETFLIX");
    find(&list);
    assert_int_equal(list.found, 1);
    assert_true(list.series[0].ended);
    for (size_t i = 0; i < list.count; i++)
        assert_int_equal(entry_sureness(&list.entries[i], list.series),
                         list.entries[i].kind == PAY_CARD ? SURE_PREDICTABLE : SURE_CERTAIN);
}

/* A due day at the end of the month survives February; nothing is due before the day after the last movement.
 */
static void the_end_of_the_month_and_half_years_are_kept(void **unused)
{
    static struct list list;

    (void)unused;
    list = (struct list){ .count = 0 };
    add(&list, "2023-10-31", 200000, "VIR SALAIRE");
    add(&list, "2023-11-30", 200000, "VIR SALAIRE");
    add(&list, "2023-12-29", 200000, "VIR SALAIRE");
    add(&list, "2024-01-31", 200000, "VIR SALAIRE");
    add(&list, "2023-07-20", -9630, "PRLV VEOLIA EAU");
    add(&list, "2024-01-20", -9630, "PRLV VEOLIA EAU");
    find(&list);
    assert_int_equal(list.found, 2);
    assert_int_equal(list.series[0].months, 6);
    assert_int_equal(list.series[0].next_day, day("2024-07-20"));
    assert_in_range(list.series[1].next_day, day("2024-02-28"), day("2024-02-29"));
    assert_in_range(series_due(&list.series[1], 1), day("2024-03-29"), day("2024-03-31"));
    assert_int_equal(day_plus_months(day("2024-01-31"), 1, 31), day("2024-02-29"));
}

/* ---- Against the labels. */

struct score {
    size_t right, said, there; /* precision: right of those said; recall: right of those there */
};

static void score_say(const char *what, const struct score *score, unsigned least_percent)
{
    size_t precision = score->said ? 100 * score->right / score->said : 0;
    size_t recall = score->there ? 100 * score->right / score->there : 0;

    printf("%s: precision %zu %% (%zu of %zu), recall %zu %% (%zu of %zu)\n", what, precision, score->right,
           score->said, recall, score->right, score->there);
    assert_true(precision >= least_percent && recall >= least_percent);
}

static void every_movement_of_the_account_gets_its_class(void **unused)
{
    struct truth *truth = truth_load();
    struct series *series = calloc(SERIES_MAX, sizeof *series);

    (void)unused;
    if (!truth) {
        free(series);
        return;
    }
    recurring_find(series, truth->entries, truth->count);
    for (int class = 0; class < SURENESSES; class ++) {
        struct score score = { 0, 0, 0 };

        for (size_t i = 0; i < truth->count; i++) {
            bool said = entry_sureness(&truth->entries[i], series) == (enum sureness) class;

            score.said += said;
            score.there += truth->sureness[i] == (enum sureness) class;
            score.right += said && truth->sureness[i] == (enum sureness) class;
        }
        score_say(sureness_name((enum sureness) class), &score, 98);
    }
    free(series);
    free(truth);
}

static void the_posts_are_those_of_the_labels(void **unused)
{
    struct truth *truth = truth_load();
    size_t right = 0, there = 0;

    (void)unused;
    if (!truth)
        return;
    for (size_t i = 0; i < truth->count; i++)
        if (truth->coicop[i][0] != '-') {
            there++;
            right += post_is(truth->entries[i].post, truth->coicop[i]);
        }
    printf("posts: %zu of %zu as labelled (%zu %%)\n", right, there, 100 * right / there);
    assert_true(100 * right >= 90 * there);
    free(truth);
}

/* The first movement that this forecast of a series says, and nobody else has said. */
static bool came_true(const struct truth *truth, const struct forecast_item *item, bool *taken,
                      enum sureness class, size_t from)
{
    for (size_t i = from; i < truth->count; i++) {
        int64_t apart = truth->entries[i].day - item->day, cents = truth->entries[i].cents,
                off = cents - item->cents;

        if (!taken[i] && truth->sureness[i] == class && (cents < 0) == (item->cents < 0) && apart >= -4 &&
            apart <= 4 && (off < 0 ? -off : off) * 10 <= (cents < 0 ? -cents : cents))
            return taken[i] = true;
    }
    return false;
}

/* Half a year that the program has not seen: a movement counts as foreseen when one within four days and a
 * tenth of its amount was forecast. Of what is spread over months, only the sum can be compared. */
static void half_a_year_that_was_not_seen_comes_true(void **unused)
{
    struct truth *truth = truth_load();
    struct series *series = calloc(SERIES_MAX, sizeof *series);
    struct forecast_item *items = calloc(FORECAST_ITEMS_MAX, sizeof *items);
    bool *taken = calloc(TRUTH_MAX, sizeof *taken);
    struct forecast forecast;
    size_t seen = 0, found;
    int64_t said = 0, there = 0;

    (void)unused;
    if (!truth)
        goto out;
    while (truth->entries[seen].day < day("2025-01-01"))
        seen++;
    found = recurring_find(series, truth->entries, seen);
    assert_true(forecast_make(&forecast, items, series, found, truth->entries, seen, 6));
    for (int class = SURE_CERTAIN; class <= SURE_PREDICTABLE; class ++) {
        struct score score = { 0, 0, 0 };

        for (size_t i = 0; i < forecast.count; i++)
            if (items[i].series >= 0 && items[i].sureness == (enum sureness) class &&
                items[i].day < day("2025-07-01")) {
                score.said++;
                score.right += came_true(truth, &items[i], taken, (enum sureness) class, seen);
            }
        for (size_t i = seen; i < truth->count; i++) /* fuel and refunds have no day of their own */
            score.there += truth->sureness[i] == (enum sureness) class &&
                           strcmp(truth->series[i], "carburant") != 0 &&
                           strcmp(truth->series[i], "sante") != 0;
        score_say(class == SURE_CERTAIN ? "half a year ahead, certain"
                                        : "half a year ahead, predictable with a date",
                  &score, 90);
    }
    for (size_t i = 0; i < forecast.count; i++)
        said += items[i].day < day("2025-07-01") ? items[i].cents : 0;
    for (size_t i = seen; i < truth->count; i++)
        there += truth->entries[i].cents;
    printf("half a year ahead, all: %lld cents forecast, %lld came\n", (long long)said, (long long)there);
out:
    free(taken);
    free(items);
    free(series);
    free(truth);
}

/* ---- What if. */

struct home {
    struct list list;
    struct forecast_item items[FORECAST_ITEMS_MAX];
    struct forecast forecast;
};

static void home_make(struct home *home)
{
    memset(home, 0, sizeof *home);
    for (unsigned month = 1; month <= 12; month++) {
        char date[16];

        snprintf(date, sizeof date, "2024-%02u-05", month);
        add(&home->list, date, -90000, "PRLV LOYER");
        add(&home->list, date, -11500, "PRLV EDF");
        add(&home->list, date, -15000, "PRLV ENGIE");
        add(&home->list, date, 250000, "VIR SALAIRE");
    }
    find(&home->list);
    assert_true(forecast_make(&home->forecast, home->items, home->list.series, home->list.found,
                              home->list.entries, home->list.count, 12));
}

static int64_t total(const struct forecast *forecast, const char *post)
{
    int64_t sum = 0;

    for (size_t i = 0; i < forecast->count; i++)
        sum += post_is(forecast->items[i].post, post) ? forecast->items[i].cents : 0;
    return sum;
}

static void a_forecast_has_each_month_in_classes(void **unused)
{
    static struct home home;
    struct forecast_month months[FORECAST_MONTHS_MOST + 1];
    size_t count;

    (void)unused;
    home_make(&home);
    count = forecast_months(months, &home.forecast);
    assert_int_equal(count, 13); /* the rest of December, and twelve */
    assert_int_equal(forecast_month_cents(&months[0]), 0);
    assert_int_equal(months[1].in[SURE_CERTAIN], 250000);
    assert_int_equal(months[1].out[SURE_CERTAIN], -116500);
    assert_int_equal(forecast_month_cents(&months[12]), 250000 - 116500);
    assert_false(forecast_make(&home.forecast, home.items, home.list.series, home.list.found,
                               home.list.entries, 4, 12));
}

static void a_what_if_redraws_and_touches_nothing_else(void **unused)
{
    static struct home home;
    struct whatif_said said;
    struct entry before[48];

    (void)unused;
    home_make(&home);
    memcpy(before, home.list.entries, sizeof before);
    whatif_apply(&said, &home.forecast, &(struct whatif){ .rent_cents = 100000 }, home.list.series);
    assert_int_equal(said.rent_before_cents, 90000);
    assert_int_equal(total(&home.forecast, "04.1"), -1200000);

    home_make(&home);
    whatif_apply(&said, &home.forecast, &(struct whatif){ .kwh_percent = -20 }, home.list.series);
    assert_int_equal(said.electricity_before_cents, 138000);
    assert_in_range(said.electricity_after_cents, 138000 * 8 / 10 + 1,
                    138000 - 1); /* the fixed charge stays */
    assert_int_equal(total(&home.forecast, "04.5.2"), -180000);

    home_make(&home);
    whatif_apply(&said, &home.forecast, &(struct whatif){ .heat_pump = true }, home.list.series);
    assert_int_equal(total(&home.forecast, "04.5.2"), 0);
    assert_in_range(said.heat_mwh / 1000000, 14000, 15500); /* 1 800 EUR at 0.12 */
    assert_int_equal(said.pump_mwh, said.heat_mwh / 83 * 23);
    assert_int_equal(total(&home.forecast, "04.5.1"), -said.electricity_after_cents);
    assert_in_range(said.electricity_after_cents - said.electricity_before_cents, 70000, 90000);
    assert_false(said.heat_metered);
    assert_memory_equal(before, home.list.entries, sizeof before);
}

static void the_gas_meter_says_what_heat_is_and_the_household_says_it_better(void **unused)
{
    static const int64_t KWH = 1000000;
    static struct home home;
    struct whatif_said said;

    (void)unused;
    home_make(&home);
    whatif_apply(&said, &home.forecast, &(struct whatif){ .heat_pump = true, .gas_mwh = 8300 * KWH }, home.list.series);
    assert_true(said.heat_metered);
    assert_int_equal(said.pump_mwh, 2300 * KWH);

    home_make(&home);
    whatif_apply(&said, &home.forecast,
                 &(struct whatif){ .heat_pump = true, .gas_mwh = 8300 * KWH, .heating_mwh = 4150 * KWH },
                 home.list.series);
    assert_false(said.heat_metered);
    assert_int_equal(said.pump_mwh, 1150 * KWH);
}

static void a_what_if_about_what_is_not_there_says_so(void **unused)
{
    static struct home home;
    struct whatif_said said;

    (void)unused;
    home_make(&home);
    home.forecast.count = 0;
    whatif_apply(&said, &home.forecast,
                 &(struct whatif){ .rent_cents = 1, .kwh_percent = -20, .heat_pump = true },
                 home.list.series);
    assert_true(said.no_rent && said.no_electricity && said.no_fuel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_label_becomes_a_payee_a_way_of_paying_and_a_post),
        cmocka_unit_test(own_rules_come_first_and_the_longest_of_them),
        cmocka_unit_test(a_monthly_payment_is_found_through_week_ends_a_step_and_a_month_left_out),
        cmocka_unit_test(two_contracts_of_one_payee_are_two),
        cmocka_unit_test(what_stopped_has_ended_and_what_is_irregular_is_none),
        cmocka_unit_test(the_end_of_the_month_and_half_years_are_kept),
        cmocka_unit_test(every_movement_of_the_account_gets_its_class),
        cmocka_unit_test(the_posts_are_those_of_the_labels),
        cmocka_unit_test(half_a_year_that_was_not_seen_comes_true),
        cmocka_unit_test(a_forecast_has_each_month_in_classes),
        cmocka_unit_test(a_what_if_redraws_and_touches_nothing_else),
        cmocka_unit_test(the_gas_meter_says_what_heat_is_and_the_household_says_it_better),
        cmocka_unit_test(a_what_if_about_what_is_not_there_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
