/* Alerts: told by a home's own last weeks, each rule on its edge, and how often 288 real homes hear one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "node/advice/alerts.h"
#include "node/advice/calendar.h"
#include "tests/support/advice_home.h"

#include <glob.h>

enum { HOUR_S = 3600, DAYS = 49, JANUARY = 19358 /* the day 2023-01-01 */ };
static const struct series_name METER = { "one", QUANTITY_ELECTRICITY_IN };

/* A quiet home: 100 W at night, 500 W by day, a little more every other day. */
static void fill(struct alert_day *days, size_t count)
{
    for (size_t i = 0; i < count; i++)
        days[i] = (struct alert_day){ true, true, 8000000 + i % 2 * 400000, 100000, 100000 + i % 2 * 10000 };
}

static size_t find(struct alert *out, struct alert_day *days, size_t *watched)
{
    struct alert_watch watch = { .days = days, .count = DAYS, .first_day = JANUARY };

    return alerts_find(out, DAYS, watched, &watch, 0);
}

static void a_quiet_home_hears_nothing(void **unused)
{
    struct alert_day days[DAYS];
    struct alert found[DAYS];
    size_t watched;

    (void)unused;
    fill(days, DAYS);
    assert_int_equal(find(found, days, &watched), 0);
    assert_int_equal(watched, DAYS - ALERT_BEFORE_LEAST);
}

/* Each rule on the last value that says nothing and the first that speaks. */
static void each_rule_speaks_from_its_edge_on(void **unused)
{
    static const struct {
        enum alert_kind kind;
        uint64_t value;
        bool speaks;
    } cases[] = {
        { ALERT_BASE, 139999, false },    { ALERT_BASE, 140000, true },    /* 100 W + 40 W */
        { ALERT_NIGHT, 209999, false },   { ALERT_NIGHT, 210000, true },   /* 110 W + 100 W */
        { ALERT_SPIKE, 13399999, false }, { ALERT_SPIKE, 13400000, true }, /* 8.4 kWh + 5 kWh */
    };
    struct alert_day days[DAYS];
    struct alert found[DAYS];
    size_t watched;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        unsigned length = alert_days(cases[i].kind);

        fill(days, DAYS);
        for (size_t k = 0; k < length; k++) {
            struct alert_day *day = &days[40 - k];

            *(cases[i].kind == ALERT_BASE    ? &day->base_mw
              : cases[i].kind == ALERT_NIGHT ? &day->night_mw
                                             : &day->total_mwh) = cases[i].value;
        }
        assert_int_equal(find(found, days, &watched), cases[i].speaks);
        if (cases[i].speaks) {
            assert_int_equal(found[0].kind, cases[i].kind);
            assert_int_equal(found[0].day, JANUARY + 40);
            assert_int_equal(found[0].value, cases[i].value);
        }
        days[40 - length / 2].hours_known = days[40 - length / 2].total_known = false;
        assert_int_equal(find(found, days, &watched), 0); /* a hole in it: silence */
    }
}

static void a_home_whose_days_differ_much_is_told_less(void **unused)
{
    struct alert_day days[DAYS];
    struct alert found[DAYS];
    size_t watched;

    (void)unused;
    fill(days, DAYS);
    days[40].total_mwh = 30000000;
    assert_int_equal(find(found, days, &watched), 1);
    days[30].total_mwh = 19000000; /* one such day before: itself an alert, and then within the spread */
    assert_int_equal(find(found, days, &watched), 2);
    days[30].total_mwh = 20000000;
    assert_int_equal(find(found, days, &watched), 1);
    assert_int_equal(found[0].day, JANUARY + 30);
}

static void what_goes_on_is_said_once(void **unused)
{
    struct alert_day days[DAYS];
    struct alert found[DAYS];
    size_t watched;

    (void)unused;
    fill(days, DAYS);
    for (size_t i = 33; i < DAYS; i++)
        days[i].base_mw = 200000;
    assert_int_equal(find(found, days, &watched), 1);
    assert_int_equal(found[0].day, JANUARY + 39);
    assert_int_equal(found[0].most_before, 100000);
}

/* ---- From readings. */

static void hours_and_days_are_those_of_the_wall_clock(void **unused)
{
    struct alert_day days[3];
    struct alert_watch watch;
    int64_t start_s = utc_of_local((int64_t)JANUARY * CALENDAR_DAY_S);

    (void)unused;
    alert_watch_begin(&watch, days, 3, JANUARY);
    for (int i = 0; i < 48 + 40; i++) { /* the third day lacks two hours */
        int hour = i / 2 % 24;
        struct reading r = { start_s + (int64_t)i * 1800, 1800,
                             hour == 5    ? 60000
                             : hour == 20 ? 30000
                                          : 90000 };

        alert_watch_add(&watch, &r, 1);
    }
    alert_watch_end(&watch);
    assert_true(days[0].total_known && days[0].hours_known);
    assert_int_equal(days[0].base_mw, 60000); /* 20:00: 2 * 30 000 mWh in an hour */
    assert_int_equal(days[0].night_mw, 120000);
    assert_int_equal(days[0].total_mwh, 44 * 90000 + 2 * 60000 + 2 * 30000);
    assert_false(days[1].total_known || days[1].hours_known);
    assert_false(days[2].total_known || days[2].hours_known);
}

static void a_command_says_rule_and_figures(void **unused)
{
    static struct reading readings[60 * 24];
    json_t *reply, *alert;

    (void)unused;
    assert_int_equal(TYPE(alerts, "--yes"), EXIT_NOT_FOUND);
    WARNED("coopair import FILE");
    for (int i = 0; i < 60 * 24; i++)
        readings[i] =
            (struct reading){ utc_of_local((int64_t)JANUARY * CALENDAR_DAY_S) + (int64_t)i * HOUR_S, HOUR_S,
                              i < 50 * 24 ? 100000 + i % 24 * 10000 : 250000 + i % 24 * 10000 };
    home_keep(&METER, readings, 20 * 24);
    assert_int_equal(TYPE(alerts, "--yes"), EXIT_DONE);
    SAID("nothing can be said yet");
    home_keep(&METER, readings, 50 * 24);
    assert_int_equal(TYPE(alerts, "--yes"), EXIT_DONE);
    SAID("nothing unusual on the 29 days");
    home_keep(&METER, readings, 60 * 24);
    assert_int_equal(TYPE(alerts, "--yes"), EXIT_DONE);
    SAID("26 Feb 2023: base load higher than before");
    SAID("250 W; in the 28 days before at most 100 W on all but 2, usually 100 W");
    SAID("rule: for 7 days");
    SAID("1 314.0 kWh more in a year");
    SAID("22 Feb 2023: something stayed on at night");
    assert_int_equal(TYPE(alerts, "--json", "--from", "2023-02-25"), EXIT_DONE);
    reply = home_json();
    alert = json_array_get(json_object_get(reply, "alerts"), 0);
    assert_string_equal(field_text(alert, "kind"), "base");
    assert_int_equal(field_uint(alert, "value"), 250000);
    json_decref(reply);
}

/* ---- On real homes. */

struct rate {
    unsigned homes, home_days, alerts[ALERT_KINDS], homes_told, found[3];
};

/* Something that comes on 14 days before the end, and stays. */
static bool noticed(const struct alert_day *days, enum alert_kind kind, uint64_t more)
{
    struct alert_day changed[DAYS];
    struct alert found[DAYS];
    size_t watched, count;

    memcpy(changed, days, sizeof changed);
    for (size_t i = DAYS - 14; i < DAYS; i++) {
        changed[i].base_mw += more;
        changed[i].night_mw += more;
        changed[i].total_mwh += 24 * more;
    }
    count = find(found, changed, &watched);
    for (size_t i = 0; i < count; i++)
        if (found[i].kind == kind && found[i].day >= JANUARY + DAYS - 14)
            return true;
    return false;
}

static void home_measure(struct rate *rate, const struct import *import)
{
    struct alert_day days[DAYS];
    struct alert found[DAYS];
    struct alert_watch watch;
    size_t watched, count;

    if (import->total_mwh < DAYS * INT64_C(1000000) || import->total_mwh > DAYS * INT64_C(200000000))
        return; /* under 1 or over 200 kWh a day: an empty home, a building */
    alert_watch_begin(&watch, days, DAYS, day_of(import->readings[0].start_s));
    alert_watch_add(&watch, import->readings, import->count);
    alert_watch_end(&watch);
    count = alerts_find(found, DAYS, &watched, &watch, 0);
    rate->homes++;
    rate->home_days += (unsigned)watched;
    rate->homes_told += count > 0;
    for (size_t i = 0; i < count; i++)
        rate->alerts[found[i].kind]++;
    rate->found[0] += noticed(days, ALERT_BASE, 50000);
    rate->found[1] += noticed(days, ALERT_BASE, 100000);
    rate->found[2] += noticed(days, ALERT_NIGHT, 500000);
}

/* One home: its lines, behind the heading. */
static void lines_measure(struct rate *rate, const char *head, size_t head_size, const char *lines,
                          size_t size)
{
    char *text = malloc(head_size + size);
    struct import import;
    struct failure why;

    memcpy(text, head, head_size);
    memcpy(text + head_size, lines, size);
    assert_int_equal(import_read(&import, (struct bytes){ (uint8_t *)text, head_size + size }, &why),
                     STATUS_OK);
    home_measure(rate, &import);
    import_clear(&import);
    free(text);
}

static unsigned all_alerts(const struct rate *rate)
{
    return rate->alerts[ALERT_BASE] + rate->alerts[ALERT_NIGHT] + rate->alerts[ALERT_SPIKE];
}

static void few_sample_homes_hear_an_alert(void **unused)
{
    struct rate rate = { 0 };
    glob_t files;

    (void)unused;
    assert_int_equal(glob(COOP_SOURCE_DIR "/node/sample/H*.csv", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct bytes file = file_load(files.gl_pathv[i]);
        struct import import;
        struct failure why;

        assert_int_equal(import_read(&import, file, &why), STATUS_OK);
        home_measure(&rate, &import);
        import_clear(&import);
        file_free(file);
    }
    globfree(&files);
    printf("%u homes, %u home-days compared: %u alerts\n", rate.homes, rate.home_days, all_alerts(&rate));
    assert_int_equal(rate.homes, 44);
    assert_int_equal(rate.home_days, 44 * 21);
    assert_true(all_alerts(&rate) * 100 <= rate.home_days); /* at most one in a hundred days of a home */
}

static void few_real_homes_hear_an_alert(void **unused)
{
    struct bytes file = file_load(SHARED("households/ch_15min_kwh.csv"));
    const char *head = (const char *)file.data, *end = head + file.size, *line, *from;
    struct rate rate = { 0 };
    size_t head_size;
    unsigned all;

    (void)unused;
    if (!file.data)
        skip();
    head_size = (size_t)((const char *)memchr(head, '\n', file.size) + 1 - head);
    for (from = line = head + head_size; line < end;) {
        const char *next = (const char *)memchr(line, '\n', (size_t)(end - line)) + 1;

        if (next == end || memcmp(next, line, strcspn(line, ",") + 1) != 0) {
            lines_measure(&rate, head, head_size, from, (size_t)(next - from));
            from = next;
        }
        line = next;
    }
    all = all_alerts(&rate);
    printf(
        "%u homes, %u home-days compared: %u alerts (base %u, night %u, spike %u), one in %u days; %u homes "
        "heard any\n",
        rate.homes, rate.home_days, all, rate.alerts[ALERT_BASE], rate.alerts[ALERT_NIGHT],
        rate.alerts[ALERT_SPIKE], rate.home_days / all, rate.homes_told);
    printf("noticed within two weeks: 50 W always on %u, 100 W always on %u, 500 W all night %u\n",
           rate.found[0], rate.found[1], rate.found[2]);
    /* What coopair alerts --help states. */
    assert_true(rate.homes == 288 && rate.home_days == 8064 && all == 40);
    assert_true(rate.found[1] * 100 / rate.homes >= 36 && rate.found[2] * 100 / rate.homes >= 17);
    file_free(file);
}

static void a_real_french_year_hears_none(void **unused)
{
    json_t *reply;

    (void)unused;
    if (!home_import(SHARED("linky/enedis_courbe_30min_reelle.csv")))
        skip();
    assert_int_equal(TYPE(alerts, "--from", "2022-07-29", "--json"), EXIT_DONE);
    reply = home_json();
    assert_int_equal(field_uint(reply, "watched_days"), 344);
    assert_int_equal(json_array_size(json_object_get(reply, "alerts")), 0);
    json_decref(reply);
}

#define ON_A_HOME(test) cmocka_unit_test_setup_teardown(test, home_up, home_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quiet_home_hears_nothing),
        cmocka_unit_test(each_rule_speaks_from_its_edge_on),
        cmocka_unit_test(a_home_whose_days_differ_much_is_told_less),
        cmocka_unit_test(what_goes_on_is_said_once),
        cmocka_unit_test(hours_and_days_are_those_of_the_wall_clock),
        ON_A_HOME(a_command_says_rule_and_figures),
        cmocka_unit_test(few_sample_homes_hear_an_alert),
        cmocka_unit_test(few_real_homes_hear_an_alert),
        ON_A_HOME(a_real_french_year_hears_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
