/* What electricity cost: every mWh in one register, every cent as computed apart, and nothing guessed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "node/advice/tariff.h"
#include "node/serve/tempo_file.h"
#include "node/home/config.h"
#include "tests/support/advice_home.h"

#define SAMPLE COOP_SOURCE_DIR "/node/sample/enedis_half_hour.csv"
enum { HOUR_S = 3600 };
static const struct series_name METER = { "one", QUANTITY_ELECTRICITY_IN };

static int64_t day(const char *text)
{
    int64_t out = -1;

    assert_true(day_read(&out, text));
    return out;
}

/* The moment of a wall clock in winter. */
static int64_t at(const char *date, int hour, int minute)
{
    return utc_of_local(day(date) * CALENDAR_DAY_S + hour * HOUR_S + minute * 60);
}

static void every_season_has_its_white_and_red_days(void **unused)
{
    static const struct {
        unsigned white, red;
    } seasons[] = { { 43, 22 }, { 43, 22 }, { 43, 22 }, { 43, 22 }, { 43, 22 },
                    { 47, 18 }, { 43, 22 }, { 42, 22 }, { 43, 22 } };
    static struct tempo tempo;
    char first[CALENDAR_TEXT_MAX];

    (void)unused;
    tempo_init(&tempo);
    for (unsigned i = 0; i < ARRAY_SIZE(seasons); i++) {
        unsigned count[4] = { 0 };
        int64_t next;

        snprintf(first, sizeof first, "%u-09-01", 2014 + i);
        next = span_next(SPAN_YEAR, day(first) * CALENDAR_DAY_S) / CALENDAR_DAY_S + 243; /* 31 August or so */
        for (int64_t d = day(first); d < next; d++) {
            enum tempo_colour colour = tempo_colour(&tempo, d);

            count[colour]++;
            if (colour == TEMPO_RED) /* never at a weekend: 1 January 1970 was a Thursday */
                assert_true((d + 3) % 7 < 5);
            if (colour == TEMPO_WHITE) /* never on a Sunday */
                assert_true((d + 3) % 7 < 6);
        }
        assert_int_equal(count[TEMPO_UNKNOWN], 0);
        assert_int_equal(count[TEMPO_WHITE], seasons[i].white);
        assert_int_equal(count[TEMPO_RED], seasons[i].red);
    }
    assert_int_equal(tempo_colour(&tempo, day("2023-09-01")), TEMPO_UNKNOWN);
    assert_int_equal(tempo_colour(&tempo, day("2014-08-31")), TEMPO_UNKNOWN);
    assert_int_equal(tempo_colour(&tempo, INT64_MAX), TEMPO_UNKNOWN);
    assert_false(tempo_set(&tempo, day("2190-01-01"), TEMPO_RED));
}

static void off_peak_hours_are_read_strictly(void **unused)
{
    static const char *const bad[] = { "",
                                       "22:00",
                                       "22:00-24:00",
                                       "22:00-22:00",
                                       "2:00-06:00",
                                       "22:60-06:00",
                                       "22:00-06:00,",
                                       "22h00-06h00",
                                       "22:00-06:00 ",
                                       "00:00-01:00,02:00-03:00,04:00-05:00,06:00-07:00,08:00-09:00" };
    struct off_peak off_peak;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_false(off_peak_read(&off_peak, bad[i]));
    assert_true(off_peak_read(&off_peak, "01:30-07:30,12:15-14:15"));
    assert_int_equal(off_peak.count, 2);
    assert_int_equal(off_peak.windows[1].from, 735);
}

static void a_reading_is_cut_where_the_register_changes(void **unused)
{
    static const struct {
        const char *windows;
        int hour, minute;
        uint32_t length_s;
        uint64_t peak, off;
    } cases[] = {
        { "22:00-06:00", 21, 30, 1800, 3600, 0 },
        { "22:00-06:00", 22, 0, 1800, 0, 3600 },
        { "22:00-06:00", 5, 30, 1800, 0, 3600 },
        { "22:00-06:00", 6, 0, 1800, 3600, 0 },
        { "22:38-06:38", 22, 30, 1800, 960, 2640 },
        { "22:38-06:38", 6, 0, HOUR_S, 1320, 2280 },
        { "12:10-12:20", 12, 0, HOUR_S, 3000, 600 },
        { "12:10-12:20,12:30-12:40", 12, 0, HOUR_S, 2400, 1200 },
        { "23:30-00:30", 23, 0, HOUR_S, 1800, 1800 },
        { "00:00-06:00", 0, 0, HOUR_S, 0, 3600 },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct reading reading = { at("2025-03-03", cases[i].hour, cases[i].minute), cases[i].length_s,
                                   3600 };
        struct tariff_split split;
        struct off_peak off_peak;

        assert_true(off_peak_read(&off_peak, cases[i].windows));
        tariff_split_begin(&split, TARIFF_HPHC, &off_peak, NULL, day("2025-03-03"), day("2025-03-03"));
        tariff_split_add(&split, &reading, 1);
        assert_int_equal(split.energy_mwh[2][0], cases[i].peak);
        assert_int_equal(split.energy_mwh[2][1], cases[i].off);
    }
}

/* 1 January 2025 is made red: its day runs to 06:00 of the second, by the clock that Paris keeps. */
static void a_tempo_day_runs_from_six_to_six(void **unused)
{
    static struct tempo tempo;
    struct tariff_split split;
    struct tariff_cost cost;
    struct reading readings[48];

    (void)unused;
    tempo_init(&tempo);
    tempo_set(&tempo, day("2024-12-31"), TEMPO_BLUE);
    tempo_set(&tempo, day("2025-01-01"), TEMPO_RED);
    for (int i = 0; i < 48; i++)
        readings[i] = (struct reading){ at("2025-01-01", i, 0), HOUR_S, 1000000 }; /* 1 kWh an hour */
    tariff_split_begin(&split, TARIFF_TEMPO, NULL, &tempo, day("2025-01-01"), day("2025-01-02"));
    tariff_split_add(&split, readings, 48);
    assert_int_equal(split.energy_mwh[1][1], 6000000);  /* blue, before six */
    assert_int_equal(split.energy_mwh[1][4], 16000000); /* red, 6 to 22 */
    assert_int_equal(split.energy_mwh[1][5], 8000000);  /* red, the night that follows */
    assert_int_equal(split.no_colour_mwh, 18000000);    /* the second is not known */
    tariff_price(&cost, &split, 9, TARIFF_DATED);
    assert_false(cost.whole);
    assert_int_equal(cost.energy_cents, 6 * 1296 / 100 + (16 * 7564 + 8 * 1568 + 50) / 100);
}

static void each_day_has_the_prices_and_the_fixed_charge_of_its_time(void **unused)
{
    struct reading readings[4] = { { at("2024-01-31", 12, 0), HOUR_S, 10000000 },  /* no sheet yet */
                                   { at("2025-01-31", 23, 0), HOUR_S, 10000000 },  /* 0.2516 */
                                   { at("2025-02-01", 0, 0), HOUR_S, 20000000 },   /* 0.2016 */
                                   { at("2026-02-01", 0, 0), HOUR_S, 40000000 } }; /* 0.1927 */
    struct tariff_split split;
    struct tariff_cost cost;

    (void)unused;
    tariff_split_begin(&split, TARIFF_BASE, NULL, NULL, day("2024-01-31"), day("2026-02-28"));
    tariff_split_add(&split, readings, 4);
    tariff_price(&cost, &split, 9, TARIFF_DATED);
    assert_int_equal(cost.energy_cents, 1426); /* 251.6 + 403.2 + 770.8 = 1425.6 */
    assert_int_equal(cost.fixed_cents, 12 * 1563 + 6 * 1727 + 6 * 1939 + 1956);
    assert_int_equal(cost.no_price_days, 1);
    assert_int_equal(cost.no_price_mwh, 10000000);
    assert_false(cost.whole);
    tariff_price(&cost, &split, 9, 0);
    assert_int_equal(cost.energy_cents, 2013); /* 80 kWh */
    assert_true(cost.whole);
    tariff_price(&cost, &split, 24, 0); /* that sheet has no such power */
    assert_true(cost.priced_mwh == 0 && cost.total_cents == 0 && !cost.whole);
}

static void expect_cost(const char *tariff, const char *grid, const char *kva, const char *off_peak,
                        uint64_t energy, uint64_t fixed)
{
    json_t *reply;

    assert_int_equal(
        TYPE(cost, "--tariff", tariff, "--grid", grid, "--kva", kva, "--off-peak", off_peak, "--json"),
        EXIT_DONE);
    reply = home_json();
    assert_int_equal(field_uint(reply, "energy_cents"), energy);
    assert_int_equal(field_uint(reply, "fixed_cents"), fixed);
    assert_int_equal(field_uint(reply, "total_cents"), energy + fixed);
    assert_true(field_flag(reply, "whole"));
    json_decref(reply);
}

/* Computed apart, by the minute and in fractions, from the same sheets and the calendar of RTE. */
static void six_sample_weeks_cost_what_a_second_program_says(void **unused)
{
    (void)unused;
    assert_true(home_import(SAMPLE));
    expect_cost("base", "2025-08-01", "9", "22:00-06:00", 40972, 2690);
    expect_cost("hphc", "2025-08-01", "9", "22:00-06:00", 39444, 2748);
    expect_cost("tempo", "2025-08-01", "9", "22:00-06:00", 29425, 2703);
    expect_cost("base", "2026-02-01", "9", "22:00-06:00", 40447, 2713);
    expect_cost("hphc", "2026-02-01", "9", "22:00-06:00", 38729, 2713);
    expect_cost("tempo", "2026-02-01", "9", "22:00-06:00", 31718, 2688);
    expect_cost("hphc", "2026-02-01", "12", "22:38-06:38", 38729, 3235);
    expect_cost("base", "2025-08-01", "6", "22:00-06:00", 40972, 2146);
    assert_int_equal(TYPE(cost, "--tariff", "tempo", "--grid", "2026-02-01", "--kva", "9"), EXIT_DONE);
    SAID("white off-peak     124.2 kWh x 0.1499 EUR");
    SAID("total                                           344.06 EUR");
    assert_int_equal(TYPE(compare, "--kva", "9"), EXIT_DONE);
    SAID("1. tempo      344.06 EUR");
    SAID("less than a year");
    SAID("the cheapest option is the same by every price sheet");
}

static uint64_t cents(const char *euros)
{
    char *end;
    uint64_t whole = strtoull(euros, &end, 10);

    assert_true(*end == '.' && strlen(end) >= 3);
    return whole * 100 + (uint64_t)(end[1] - '0') * 10 + (uint64_t)(end[2] - '0');
}

static void a_real_year_costs_what_was_computed_for_it_to_the_cent(void **unused)
{
    struct bytes expected = file_load(SHARED("linky/expected_tariff_cost.csv"));
    char *text, *line, *rest, *fields[6];
    unsigned checked = 0;

    (void)unused;
    if (!expected.data || !home_import(SHARED("linky/enedis_courbe_30min_reelle.csv"))) {
        file_free(expected);
        skip();
    }
    rest = text = strndup((const char *)expected.data, expected.size);
    while ((line = strsep(&rest, "\n"))) {
        if (line[0] != '2')
            continue;
        for (size_t i = 0; i < 6; i++)
            fields[i] = strsep(&line, ",");
        expect_cost(fields[1][0] == 'B'   ? "base"
                    : fields[1][0] == 'H' ? "hphc"
                                          : "tempo",
                    fields[0], fields[2], "22:00-06:00", cents(fields[3]), cents(fields[4]));
        checked++;
    }
    assert_int_equal(checked, 12);
    assert_int_equal(TYPE(compare, "--kva", "9"), EXIT_DONE);
    SAID("the ranking flips: by the prices of 1 Aug 2025 tempo was cheapest, by those of 1 Feb 2026 it is "
         "base");
    free(text);
    file_free(expected);
}

static void an_option_that_would_need_a_guess_gets_no_figure(void **unused)
{
    struct reading reading = { at("2025-03-03", 0, 0), CALENDAR_DAY_S, 10000000 };
    json_t *reply, *options;

    (void)unused;
    home_keep(&METER, &reading, 1); /* a reading of a day */
    assert_int_equal(TYPE(compare, "--json"), EXIT_DONE);
    reply = home_json();
    options = json_object_get(json_array_get(json_object_get(reply, "grids"), 0), "options");
    assert_int_equal(field_uint(json_array_get(options, 0), "rank"), 1);
    assert_true(json_is_null(json_object_get(json_array_get(options, 1), "rank")));
    assert_true(json_is_null(json_object_get(json_array_get(options, 2), "rank")));
    json_decref(reply);
    assert_int_equal(TYPE(compare, "--yes"), EXIT_DONE);
    SAID("hphc        not known");
    SAID("readings longer than an hour");
    SAID("--kva N");
    assert_int_equal(TYPE(cost, "--tariff", "hphc"), EXIT_NOT_FOUND);
    WARNED("import a load curve");
}

/* 29 % off-peak: base is cheaper by the sheet of 2024, peak and off-peak by all later ones. */
static void a_ranking_that_flips_is_said(void **unused)
{
    struct reading readings[24];
    json_t *reply, *flips;

    (void)unused;
    for (int i = 0; i < 24; i++)
        readings[i] =
            (struct reading){ at("2025-03-03", i, 0), HOUR_S, i < 6 || i >= 22 ? 36250000 : 44375000 };
    home_keep(&METER, readings, 24);
    assert_int_equal(TYPE(compare, "--kva", "9", "--json"), EXIT_DONE);
    reply = home_json();
    flips = json_object_get(reply, "flips");
    assert_int_equal(json_array_size(flips), 1);
    assert_string_equal(field_text(json_array_get(flips, 0), "from_grid"), "2024-02-01");
    assert_string_equal(field_text(json_array_get(flips, 0), "from_tariff"), "base");
    assert_string_equal(field_text(json_array_get(flips, 0), "to_grid"), "2025-02-01");
    assert_string_equal(field_text(json_array_get(flips, 0), "to_tariff"), "hphc");
    json_decref(reply);
    assert_int_equal(TYPE(compare, "--kva", "9"), EXIT_DONE);
    SAID("each day by the prices of its time");
    SAID("by the prices of 1 Feb 2024 base was cheapest, by those of 1 Feb 2025 it is hphc");
}

/* Another program of the household may ask in another form. */
static void requests_of_another_form_are_refused(void **unused)
{
    static const char *const bad[] = { "{\"from\":5}",
                                       "{\"to\":\"2025-02-30\"}",
                                       "{\"from\":\"2025-03-04\", \"to\":\"2025-03-03\"}",
                                       "{\"kva\":-1}",
                                       "{\"kva\":\"9\"}",
                                       "{\"tempo\":[]}",
                                       "{\"tempo\":{\"2025-03-03\":4}}",
                                       "{\"tempo\":{\"2013-03-03\":\"red\"}}",
                                       "{\"grid\":\"2025-02-02\"}",
                                       "{\"off_peak\":\"\"}" };
    struct reading reading = { at("2025-03-03", 12, 0), HOUR_S, 10000000 };

    (void)unused;
    home_keep(&METER, &reading, 1);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        json_t *request = json_pack("{s:i, s:s, s:o}", "v", 1, "verb", i % 2 ? "cost.show" : "compare.show",
                                    "args", json_loads(bad[i], 0, NULL));
        json_t *reply = serve(home.nodes.list[0].node, request);

        assert_string_equal(field_text(reply, "status"), "MALFORMED");
        json_decref(request);
        json_decref(reply);
    }
}

static void tempo_days_come_from_a_file(void **unused)
{
    struct reading reading = { at("2025-03-03", 12, 0), HOUR_S, 10000000 };
    char path[FOLDER_PATH + 16];
    FILE *file;

    (void)unused;
    home_keep(&METER, &reading, 1);
    assert_int_equal(TYPE(cost, "--tariff", "tempo"), EXIT_NOT_FOUND);
    WARNED("--tempo-days FILE");
    snprintf(path, sizeof path, "%s/days", home.dir);
    file = fopen(path, "w");
    fputs("date;couleur\r\n2025-03-03;ROUGE\r\n\r\n2025-03-02,2\n", file);
    fclose(file);
    assert_int_equal(TYPE(cost, "--tariff", "tempo", "--tempo-days", path), EXIT_DONE);
    SAID("red peak            10.0 kWh x 0.6586 EUR");
    SAID("6.59 EUR");
    assert_int_equal(TYPE(cost, "--tempo-days", "/nowhere/days"), EXIT_NOT_FOUND);
    WARNED("/nowhere/days");
}

/* Of two days one has a colour: the other is named, with what to do, and is in no amount. */
static void days_without_a_colour_are_named_and_may_be_set_for_good(void **unused)
{
    struct reading readings[] = { { at("2025-03-03", 12, 0), HOUR_S, 10000000 },
                                  { at("2025-03-04", 12, 0), HOUR_S, 20000000 } };
    struct config config = { .values = { "" } };
    struct failure why;
    json_t *reply;
    FILE *file;

    (void)unused;
    home_keep(&METER, readings, 2);
    snprintf(config.values[CONFIG_TEMPO_DAYS], CONFIG_VALUE_MAX, "%s/days", home.dir);
    file = fopen(config.values[CONFIG_TEMPO_DAYS], "w");
    fputs("2025-03-03,red\n", file);
    fclose(file);
    assert_int_equal(config_write(&config, home.nodes.list[0].folder, &why), STATUS_OK);
    assert_int_equal(TYPE(cost, "--tariff", "tempo", "--home", home.nodes.list[0].folder, "--json"), EXIT_DONE);
    reply = home_json();
    assert_int_equal(field_uint(reply, "no_colour_mwh"), 20000000);
    assert_int_equal(field_uint(reply, "no_colour_days"), 1);
    assert_string_equal(field_text(reply, "no_colour_from"), "2025-03-04");
    assert_string_equal(field_text(reply, "no_colour_to"), "2025-03-04");
    json_decref(reply);
    assert_int_equal(TYPE(cost, "--tariff", "tempo", "--home", home.nodes.list[0].folder), EXIT_DONE);
    SAID("20.0 kWh on 1 days whose colour is not known, 4 Mar 2025 to 4 Mar 2025");
    SAID("coopair config set tempo.days FILE");
    config.values[CONFIG_TEMPO_DAYS][0] = '\0';
    config_write(&config, home.nodes.list[0].folder, &why);
}

static void a_bad_calendar_is_refused_with_its_line(void **unused)
{
    static const struct {
        const char *text, *said;
    } cases[] = {
        { "", "no line" },
        { "date,colour\n", "no line" },
        { "2025-01-01,red\n2025-02-30,red\n", "line 2" },
        { "2025-01-01,green\n", "line 1" },
        { "2025-01-01,red\nnonsense\n", "line 2" },
        { "2025-01-01,red\n2025-01-02", "line 2" },
        { "2025-01-01,red\n2025-01-02 red", "line 2" },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *text = strdup(cases[i].text);
        struct failure why;
        json_t *out;

        assert_int_equal(tempo_lines_read(&out, text, &why), STATUS_MALFORMED);
        assert_null(out);
        assert_non_null(strstr(why.text, cases[i].said));
        free(text);
    }
}

static void what_cannot_be_answered_is_said_with_the_next_command(void **unused)
{
    struct reading reading = { at("2020-03-03", 12, 0), HOUR_S, 10000000 };

    (void)unused;
    assert_int_equal(TYPE(compare, "--yes"), EXIT_NOT_FOUND);
    WARNED("coopair import FILE");
    home_keep(&METER, &reading, 1);
    assert_int_equal(TYPE(cost, "--yes"), EXIT_NOT_FOUND);
    WARNED("--grid 2024-02-01");
    assert_int_equal(TYPE(cost, "--tariff", "hphc", "--kva", "3", "--grid", "2026-02-01"), EXIT_NOT_FOUND);
    WARNED("say --kva with one of: 6, 9, 12");
    assert_int_equal(TYPE(cost, "--tariff", "green"), EXIT_FAILED);
    WARNED("base, hphc or tempo");
    assert_int_equal(TYPE(cost, "--grid", "2025-01-01"), EXIT_FAILED);
    WARNED("2025-02-01");
    assert_int_equal(TYPE(cost, "--off-peak", "22-6"), EXIT_FAILED);
    WARNED("22:30-06:30");
    assert_int_equal(TYPE(cost, "--kva", "60"), EXIT_FAILED);
    assert_int_equal(TYPE(cost, "--to", "tomorrow"), EXIT_USAGE);
}

#define ON_A_HOME(test) cmocka_unit_test_setup_teardown(test, home_up, home_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_season_has_its_white_and_red_days),
        cmocka_unit_test(off_peak_hours_are_read_strictly),
        cmocka_unit_test(a_reading_is_cut_where_the_register_changes),
        cmocka_unit_test(a_tempo_day_runs_from_six_to_six),
        cmocka_unit_test(each_day_has_the_prices_and_the_fixed_charge_of_its_time),
        cmocka_unit_test(a_bad_calendar_is_refused_with_its_line),
        ON_A_HOME(six_sample_weeks_cost_what_a_second_program_says),
        ON_A_HOME(a_real_year_costs_what_was_computed_for_it_to_the_cent),
        ON_A_HOME(an_option_that_would_need_a_guess_gets_no_figure),
        ON_A_HOME(a_ranking_that_flips_is_said),
        ON_A_HOME(requests_of_another_form_are_refused),
        ON_A_HOME(tempo_days_come_from_a_file),
        ON_A_HOME(days_without_a_colour_are_named_and_may_be_set_for_good),
        ON_A_HOME(what_cannot_be_answered_is_said_with_the_next_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
