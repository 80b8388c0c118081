/* What a program that listens to a meter has written down: registers at moments, turned into the same intervals
 * whatever the moments were. */
#include "node/import/registers.h"
#include "tests/support/import_subject.h"

enum { FIRST_S = 1700000100 }; /* 14 November 2023, 22:15 UTC: 23:15 by the meters */

struct text {
    char bytes[1 << 18];
    size_t size;
};
static struct text capture;

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    capture.size += (size_t)vsnprintf(capture.bytes + capture.size, sizeof capture.bytes - capture.size, format,
                                      args);
    va_end(args);
    assert_true(capture.size < sizeof capture.bytes);
}

static void read_capture(struct subject *subject)
{
    read_bytes(subject, (struct bytes){ (const uint8_t *)capture.bytes, capture.size });
    capture.size = 0;
}

/* The time of that evening, `seconds` after 23:15:00. */
static const char *clock_of(char out[16], unsigned seconds)
{
    unsigned day = 14, at = 23 * 3600 + 15 * 60 + seconds;

    for (; at >= 86400; at -= 86400)
        day++;
    snprintf(out, 16, "2311%02u%02u%02u%02u", day, at / 3600, at / 60 % 60, at % 60);
    return out;
}

static void telegram(unsigned seconds, unsigned wh1, unsigned wh2, unsigned out_wh)
{
    char clock[16];

    say("/ISk5\\2MT382-1000\n\n0-0:1.0.0(%sW)\n0-0:96.1.1(4142)\n1-0:1.8.1(%06u.%03u*kWh)\n"
        "1-0:1.8.2(%06u.%03u*kWh)\n1-0:2.8.1(%06u.%03u*kWh)\n!\n",
        clock_of(clock, seconds), wh1 / 1000, wh1 % 1000, wh2 / 1000, wh2 % 1000, out_wh / 1000, out_wh % 1000);
}

static void telegrams_give_quarter_hours(void **unused)
{
    struct subject subject;

    (void)unused;
    for (unsigned s = 10; s <= 3700; s += 10) /* a tariff each, together 0.1 Wh a second */
        telegram(s, 5000 + s / 10, 7000, 0);
    read_capture(&subject);
    assert_int_equal(subject.status, STATUS_OK);
    assert_string_equal(subject.import.series.meter, "AB");
    assert_int_equal(subject.import.count, 3); /* the first quarter has no beginning */
    for (size_t i = 0; i < 3; i++)
        expect_reading(&subject.import, i, FIRST_S + 900 * (int64_t)(i + 1), 900, 90000);
    assert_null(subject.import.next); /* nothing was ever fed in */
    import_clear(&subject.import);
}

static void two_captures_of_one_evening_agree(void **unused)
{
    struct subject dense, sparse;

    (void)unused;
    for (unsigned s = 0; s <= 7200; s += 10)
        telegram(s, 5000, 7000 + s / 10, s / 100);
    read_capture(&dense);
    for (unsigned s = 140; s <= 7300; s += 600)
        telegram(s, 5000, 7000 + s / 10, s / 100);
    read_capture(&sparse);
    assert_int_equal(dense.import.count, 8);
    assert_int_equal(sparse.import.count, 6);
    for (size_t i = 0; i < sparse.import.count; i++)
        assert_memory_equal(&sparse.import.readings[i], &dense.import.readings[i + 1], sizeof(struct reading));
    assert_non_null(dense.import.next);
    assert_int_equal(dense.import.next->series.quantity, QUANTITY_ELECTRICITY_OUT);
    expect_reading(dense.import.next, 0, FIRST_S, 900, 9000);
    import_clear(&dense.import);
    import_clear(&sparse.import);
}

static void hours_and_days_where_telegrams_are_rare(void **unused)
{
    struct subject subject;
    struct import days = { .format = NULL };

    (void)unused;
    for (unsigned i = 0; i < 5; i++)
        telegram(45 * 60 + 3600 * i, 1000 + 100 * i, 0, 0);
    read_capture(&subject);
    assert_int_equal(subject.import.count, 4);
    expect_reading(&subject.import, 0, FIRST_S + 2700, 3600, 100000);
    import_clear(&subject.import);
    for (unsigned i = 0; i < 4; i++)
        telegram(45 * 60 + 86400 * i, 1000 + 2400 * i, 0, 0);
    read_capture(&subject);
    assert_int_equal(subject.import.count, 4);
    assert_string_equal(subject.import.series.meter, "AB daily");
    assert_int_equal(subject.import.series.quantity, QUANTITY_REGISTER_IN);
    expect_reading(&subject.import, 1, FIRST_S + 2700 + 86400, 60, 3400000); /* what the counter showed */
    assert_int_equal(registers_days(&days, subject.import.readings, 4, &subject.why), STATUS_OK);
    assert_int_equal(days.count, 3);
    expect_reading(&days, 0, FIRST_S + 2700, 86400, 2400000); /* from midnight */
    import_clear(&days);
    import_clear(&subject.import);
}

static void of_a_day_the_first_and_the_last_telegram_are_kept(void **unused)
{
    struct subject subject;

    (void)unused;
    telegram(0, 1000, 0, 0);
    for (unsigned s = 86400; s <= 86400 + 60; s += 10) /* a burst, too short for an interval */
        telegram(s, 1000 + s / 36, 0, 0);
    telegram(86400, 1000 + 2400, 0, 0);
    telegram(3 * 86400, 1000 + 7200, 0, 0);
    telegram(4 * 86400, 900, 0, 0);
    read_capture(&subject);
    assert_int_equal(subject.import.series.quantity, QUANTITY_REGISTER_IN);
    assert_int_equal(subject.import.count, 5);
    assert_int_equal(subject.import.rejected, 0);
    assert_int_equal(subject.import.duplicates, 1);
    expect_reading(&subject.import, 1, FIRST_S + 86400, 60, 3400000);
    expect_reading(&subject.import, 2, FIRST_S + 86460, 60, 3401000);
    assert_non_null(strstr(subject.import.doubt, "runs backwards"));
    import_clear(&subject.import);
}

static void days_lie_between_telegrams_of_any_hour(void **unused)
{
    static const int64_t DAY_S = 86400;
    struct reading marks[] = { /* a steady 100 W, read at 18:00, 20:00, then not for three days */
        { FIRST_S - 900 - 18000, 60, 0 },
        { FIRST_S - 900 - 10800 + DAY_S, 60, 2600000 },
        { FIRST_S - 900 - 18000 + 2 * DAY_S, 60, 4800000 },
        { FIRST_S - 900 - 18000 + 5 * DAY_S, 60, 12000000 },
        { FIRST_S - 900 - 18000 + 6 * DAY_S, 60, 14400000 },
        { FIRST_S - 900 - 18000 + 7 * DAY_S, 60, 16800000 },
        { FIRST_S - 900 - 18000 + 8 * DAY_S, 60, 16700000 }, /* another meter */
        { FIRST_S - 900 - 18000 + 9 * DAY_S, 60, 19100000 },
    };
    struct import days = { .format = NULL };
    struct failure why = { .text = "" };

    (void)unused;
    assert_int_equal(registers_days(&days, marks, ARRAY_SIZE(marks), &why), STATUS_OK);
    assert_int_equal(days.count, 2);
    expect_reading(&days, 0, FIRST_S + 2700, 86400, 2400000);
    expect_reading(&days, 1, FIRST_S + 2700 + 5 * DAY_S, 86400, 2400000);
    import_clear(&days);
}

static void gas_of_telegrams_is_a_register_in_litres(void **unused)
{
    struct subject subject;
    char clock[16];

    (void)unused;
    for (unsigned s = 0; s <= 1800; s += 10)
        say("/ISk5\\2MT382-1000\n\n0-0:1.0.0(%sW)\n0-0:96.1.1(4142)\n1-0:1.8.1(%06u.000*kWh)\n"
            "0-2:24.2.1(231114230000W)(00016.713*m3)\n!\n",
            clock_of(clock, s), s / 10);
    read_capture(&subject);
    assert_int_equal(subject.import.count, 2);
    assert_non_null(subject.import.next);
    assert_string_equal(subject.import.next->series.meter, "AB daily");
    assert_int_equal(subject.import.next->series.quantity, QUANTITY_REGISTER_GAS);
    assert_int_equal(subject.import.next->count, 1);
    expect_reading(subject.import.next, 0, FIRST_S - 900, 60, 16713000);
    assert_int_equal(subject.import.rejected, 0);
    import_clear(&subject.import);
}

static void what_is_wrong_with_telegrams_is_said(void **unused)
{
    struct subject subject;

    (void)unused;
    for (unsigned s = 0; s <= 1800; s += 300)
        telegram(s, 1000 + s, 0, 0);
    say("/ISk5\\2MT382-1000\n\n0-0:1.0.0(231114234700W)\n0-0:96.1.1(4143)\n1-0:1.8.1(000009.000*kWh)\n!\n");
    say("/ISk5\\2MT382-1000\n\n0-0:1.0.0(231114234800W)\n0-0:96.1.1(4142)\n1-0:1.8.1(000000.001*kWh)\n!\n");
    say("/ISk5\\2MT382-1000\n\n0-0:1.0.0(231314234800W)\n0-0:96.1.1(4142)\n1-0:1.8.1(000000.001*kWh)\n!\n");
    say("/ISk5\\2MT382-1000\n\n0-0:1.0.0(231114234800W)\n0-0:96.1.1(4142)\n!ABCD\n");
    say("/ISk5\\2MT382-1000\n\n0-0:1.0.0(231114234800W)\n0-0:96.1.1(4142)\n!\n");
    say("/ISk5\\2MT382-1000\n\n0-0:1.0.0(231114");
    read_capture(&subject);
    assert_int_equal(subject.import.count, 2);
    expect_refused(&subject.import, 0, 57, "another meter, AC");
    expect_refused(&subject.import, 1, 63, "runs backwards");
    expect_refused(&subject.import, 2, 69, "has no time");
    expect_refused(&subject.import, 3, 75, "its checksum is another");
    expect_refused(&subject.import, 4, 80, "no register 1.8");
    expect_refused(&subject.import, 5, 85, "cut short");
    import_clear(&subject.import);
}

static void a_real_telegram_is_believed_until_a_byte_is_altered(void **unused)
{
    struct bytes file = file_load(SHARED("dsmr_p1/TELEGRAM_V5.txt"));
    struct subject subject;
    size_t altered = 0;

    (void)unused;
    if (!file.data)
        skip();
    read_bytes(&subject, file);
    assert_int_equal(subject.status, STATUS_OK);
    assert_string_equal(subject.import.series.meter, "K8EG004046395507 daily");
    expect_reading(&subject.import, 0, 1483381202, 60, 6825000);
    assert_int_equal(subject.import.next->series.quantity, QUANTITY_REGISTER_OUT);
    expect_reading(subject.import.next->next, 0, 1483369805, 60, 107000);
    import_clear(&subject.import);
    for (size_t i = 30; i + 8 < file.size; i += 7) {
        uint8_t *copy = malloc(file.size);

        memcpy(copy, file.data, file.size);
        copy[i] ^= 1;
        read_bytes(&subject, (struct bytes){ copy, file.size });
        altered += strstr(subject.why.text, "its checksum is another") != NULL;
        import_clear(&subject.import);
        free(copy);
    }
    assert_true(altered > 110); /* all but what makes another line of it */
    file_free(file);
}

/* ---- TIC. */

static void group(const char *prefix, const char *text, char separator)
{
    unsigned sum = separator == '\t' ? '\t' : 0;

    for (const char *c = text; *c; c++)
        sum += (unsigned char)*c;
    say("%s%s%c%c\r\n", prefix, text, separator, (char)((sum & 0x3f) + 0x20));
}

static void standard_frame(unsigned seconds, unsigned in_wh, unsigned out_wh, const char *season)
{
    char clock[16], line[64];

    say("\x02\n");
    group("", "ADSC\t031664001115", '\t');
    snprintf(line, sizeof line, "DATE\t%s%s\t", season, clock_of(clock, seconds));
    group("", line, '\t');
    snprintf(line, sizeof line, "EAST\t%09u", in_wh);
    group("", line, '\t');
    snprintf(line, sizeof line, "EAIT\t%09u", out_wh);
    group("", line, '\t');
    group("", "PRM\t12345678901234", '\t');
    say("\x03");
}

static void standard_frames_give_quarter_hours(void **unused)
{
    struct subject subject;

    (void)unused;
    for (unsigned s = 0; s <= 1800; s += 60)
        standard_frame(s, 100000 + s, s / 2, "H");
    standard_frame(1860, 100000 + 1860, 930, "h"); /* the clock is unsure */
    read_capture(&subject);
    assert_int_equal(subject.status, STATUS_OK);
    assert_string_equal(subject.import.series.meter, "12345678901234");
    assert_int_equal(subject.import.count, 2);
    expect_reading(&subject.import, 0, FIRST_S, 900, 900000);
    expect_reading(&subject.import, 1, FIRST_S + 900, 900, 900000);
    assert_non_null(strstr(subject.import.rejects[0].reason, "is not sure of it"));
    expect_reading(subject.import.next, 0, FIRST_S, 900, 450000);
    import_clear(&subject.import);
}

static void historic_frames_need_a_time_in_front(void **unused)
{
    struct subject subject;
    char prefix[40], line[32];

    (void)unused;
    for (unsigned s = 0; s <= 3600; s += 300) {
        unsigned at = 23 * 3600 + s - 1800;

        snprintf(prefix, sizeof prefix, "2023-11-14T%02u:%02u:%02u+0100 ", at / 3600, at / 60 % 60, at % 60);
        group(prefix, "ADCO 812164417227", ' ');
        snprintf(line, sizeof line, "HCHC %09u", 5000 + s / 3);
        group(prefix, line, ' ');
        snprintf(line, sizeof line, "HCHP %09u", 7000 + s / 6);
        group(prefix, line, ' ');
        group(prefix, "PTEC HP..", ' ');
    }
    read_capture(&subject);
    assert_int_equal(subject.status, STATUS_OK);
    assert_string_equal(subject.import.series.meter, "812164417227");
    assert_int_equal(subject.import.count, 4);
    expect_reading(&subject.import, 0, FIRST_S - 2700, 900, 450000);
    import_clear(&subject.import);

    group("", "ADCO 812164417227", ' ');
    group("", "BASE 000000104", ' ');
    read_capture(&subject);
    assert_int_equal(subject.status, STATUS_MALFORMED);
    assert_non_null(strstr(subject.why.text, "the historic mode sends no time"));
    import_clear(&subject.import);
}

static void a_group_with_another_checksum_is_not_believed(void **unused)
{
    struct subject subject;

    (void)unused;
    for (unsigned s = 0; s <= 1800; s += 450)
        standard_frame(s, 100000 + s, 0, "H");
    *strstr(capture.bytes, "000100450") = '9';
    read_capture(&subject);
    assert_int_equal(subject.import.count, 2);
    assert_int_equal(subject.import.rejected, 2);
    expect_refused(&subject.import, 0, 8, "no register");
    expect_refused(&subject.import, 1, 10, "the checksum of the group is another");
    import_clear(&subject.import);
}

static void real_frames_have_right_checksums(void **unused)
{
    static const char *const paths[] = { SHARED("teleinfo/ticFrameHistoric.txt"),
                                         SHARED("teleinfo/ticFrameStandard.txt") };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        struct bytes file = file_load(paths[i]);
        struct subject subject;

        if (!file.data)
            skip();
        read_bytes(&subject, file);
        assert_int_equal(subject.status, i == 0 ? STATUS_MALFORMED : STATUS_OK); /* the historic mode has no time */
        assert_string_equal(subject.import.format, "TIC frames");
        assert_int_equal(subject.import.rejected, i == 0); /* the frame, and no group of it */
        assert_null(strstr(subject.why.text, "checksum"));
        import_clear(&subject.import);
        file_free(file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(telegrams_give_quarter_hours),
        cmocka_unit_test(two_captures_of_one_evening_agree),
        cmocka_unit_test(hours_and_days_where_telegrams_are_rare),
        cmocka_unit_test(of_a_day_the_first_and_the_last_telegram_are_kept),
        cmocka_unit_test(days_lie_between_telegrams_of_any_hour),
        cmocka_unit_test(gas_of_telegrams_is_a_register_in_litres),
        cmocka_unit_test(what_is_wrong_with_telegrams_is_said),
        cmocka_unit_test(a_real_telegram_is_believed_until_a_byte_is_altered),
        cmocka_unit_test(standard_frames_give_quarter_hours),
        cmocka_unit_test(historic_frames_need_a_time_in_front),
        cmocka_unit_test(a_group_with_another_checksum_is_not_believed),
        cmocka_unit_test(real_frames_have_right_checksums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
