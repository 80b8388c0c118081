/* Tables nobody has described: what the household says of their columns, and what is made of it. */
#include "tests/support/fault.h"
#include "tests/support/import_subject.h"

static void read_mapped(struct subject *subject, const char *text, const char *map)
{
    subject->why.text[0] = '\0';
    subject->status = import_mapped(&subject->import, (struct bytes){ (const uint8_t *)text, strlen(text) }, map,
                                    &subject->why);
}

static void expect_read(struct subject *subject, const char *text, const char *map, size_t count)
{
    read_mapped(subject, text, map);
    if (subject->status != STATUS_OK)
        fail_msg("%s: %s", map, subject->why.text);
    assert_int_equal(subject->import.count, count);
}

/* ---- Readings. */

static void every_way_to_say_a_time(void **unused)
{
    static const struct {
        const char *text, *map;
    } tables[] = { /* two half hours of 1 July 2023, from 08:00 UTC: 0.25 and 0.5 kWh */
        { "Time;Energy (kWh)\n2023-07-01T08:00:00Z;0.25\n2023-07-01T08:30:00Z;0.5\n", "start=0,kwh=1" },
        { "a,b,c\n2023-07-01 10:30,,\"0,25\"\n2023-07-01 11:00,,\"0,5\"\n", "end=a,kwh=c" },
        { "when\tWh\n01.07.2023 10:00\t250\n01.07.2023 10:30\t500\n", "start=when,wh=WH" },
        { "Notes of a meter\n\nJour;Heure;Puissance (kW)\n01/07/2023;10:00;0,5\n01/07/2023;10:30;1\n",
          "date=0,time=1,kw=2,order=dmy" },
        { "v;from;to\n500;7/1/2023 8:00;7/1/2023 8:30\n1000;7/1/2023 8:30;7/1/2023 9:00\n",
          "start=1,end=2,w=0,clock=utc,order=mdy" },
        { "2023-07-01 10:00;0.25\n2023-07-01 10:30;0.5\n", "start=0,kwh=1" },
        { "t;v\n2023-07-01 10:30;0.5\n2023-07-01 10:00;0.25\n", "start=0,kwh=1,minutes=30" },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        struct subject subject;

        expect_read(&subject, tables[i].text, tables[i].map, 2);
        expect_reading(&subject.import, 0, 1688198400, 1800, 250000);
        expect_reading(&subject.import, 1, 1688200200, 1800, 500000);
        assert_string_equal(subject.import.series.meter, "table");
        import_clear(&subject.import);
    }
}

static void days_of_a_table_follow_the_clock(void **unused)
{
    struct subject subject;

    (void)unused;
    expect_read(&subject, "date;kwh\n25/03/2023;1\n26/03/2023;2\n27/03/2023;3\n", "date=0,kwh=1,meter=garage,what=gas", 3);
    assert_string_equal(subject.import.series.meter, "garage");
    assert_int_equal(subject.import.series.quantity, QUANTITY_GAS);
    expect_reading(&subject.import, 1, 1679785200, 82800, 2000000);
    import_clear(&subject.import);
}

static void the_raw_london_layout_by_its_names(void **unused)
{
    struct bytes file = file_load(SHARED("octopus_n3rgy/lcl_raw_dialect.csv"));
    struct subject subject, other;

    (void)unused;
    if (!file.data)
        skip();
    subject.status = import_mapped(&subject.import, file, "start=DateTime,kwh=KWH/hh (per half hour),clock=utc", &subject.why);
    file_free(file);
    assert_int_equal(subject.status, STATUS_OK);
    read_shared(&other, SHARED("octopus_n3rgy/octopus_download.csv"));
    assert_int_equal(subject.import.count, other.import.count);
    assert_int_equal(subject.import.total_mwh, other.import.total_mwh);
    import_clear(&subject.import);
    import_clear(&other.import);
}

/* ---- Movements. */

static void amounts_in_one_column_or_two(void **unused)
{
    static const struct {
        const char *text, *map;
    } tables[] = {
        { "Date;Text;Amount\n31/12/2023;Bread, fresh;-2,50\n01/01/2024;Pay;1 000,00\n", "date=0,amount=2,label=1,account=mine" },
        { "Debit,Credit,Day,What\n2.50,,2023-12-31,Bread\n,1000.00,2024-01-01,Pay\n",
          "date=Day,debit=0,credit=1,label=What,account=mine" },
        { "d\tamount\twho\n12/31/23\t-2.5\tBaker\n01/01/24\t1000\tWork\n", "date=0,amount=1,party=2,order=mdy,account=mine" },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        struct subject subject;

        expect_read(&subject, tables[i].text, tables[i].map, 2);
        assert_int_equal(subject.import.kind, IMPORT_ACCOUNT);
        assert_string_equal(subject.import.account.name, "mine");
        assert_int_equal(subject.import.movements[0].day, 19722);
        assert_int_equal(subject.import.movements[0].cents, -250);
        assert_int_equal(subject.import.movements[1].day, 19723);
        assert_int_equal(subject.import.movements[1].cents, 100000);
        import_clear(&subject.import);
    }
}

/* ---- What is not understood. */

static void a_mapping_that_does_not_fit_says_why(void **unused)
{
    static const char table[] = "Date;Text;Amount\n03/04/2023;Bread;-2,50\n05/06/2023;Milk;-1\n";
    static const struct {
        const char *map, *said;
    } cases[] = {
        { "date=0,amount=2", "day or month first" },
        { "date=0,amount=3", "no column \"3\" for amount" },
        { "date=0,amount=Sum", "no column \"Sum\" for amount" },
        { "date=0,amount=2,colour=1", "\"colour=1\" is not understood" },
        { "date=0,amount=2,order=ymd", "\"order=ymd\" is not understood" },
        { "date=0,amount", "should be NAME=COLUMN" },
        { "=", "should be NAME=COLUMN" },
        { "", "one column must be the value" },
        { "date=0", "one column must be the value" },
        { "amount=2", "one column must be the date" },
        { "date=0,amount=2,kwh=2", "not both" },
        { "date=0,amount=2,debit=2", "not both" },
        { "kwh=2", "one column must be the time" },
        { "start=0,kwh=2,order=dmy", "add minutes=30" },
        { "date=1,amount=2", "\"Bread\" is no date" },
        { "start=1,kwh=2,minutes=30", "\"Bread\" is not a time" },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct subject subject;

        read_mapped(&subject, table, cases[i].map);
        assert_int_equal(subject.status, STATUS_MALFORMED);
        if (!strstr(subject.why.text, cases[i].said))
            fail_msg("%s: %s", cases[i].map, subject.why.text);
        import_clear(&subject.import);
    }
}

static void rows_that_cannot_be_right_are_named(void **unused)
{
    struct subject subject;

    (void)unused;
    expect_read(&subject, "t;v\n2023-03-26 01:30;1\n2023-03-26 02:00;1\n2023-03-26 03:00;x\n2023-03-26 03:30;-1\n"
                          "2023-03-26 04:00;1\n2023-03-26 04:30;1",
                "start=0,kwh=1", 2);
    expect_refused(&subject.import, 0, 3, "the clock leaves this hour out");
    expect_refused(&subject.import, 1, 4, "no number");
    expect_refused(&subject.import, 2, 5, "a negative value");
    expect_refused(&subject.import, 3, 7, "cut short");
    import_clear(&subject.import);
}

/* ---- Headings. */

static void expect_heading(struct import_heading *heading, const char *text)
{
    assert_true(import_heading(heading, (struct bytes){ (const uint8_t *)text, strlen(text) }));
}

static void one_layout_has_one_name(void **unused)
{
    struct import_heading a, b, c;

    (void)unused;
    expect_heading(&a, "My bank\n\nDate;Libell\xc3\xa9;Montant\n31/12/2023;x;1\n");
    expect_heading(&b, "date;libell\xe9;MONTANT;\n01/01/2024;y;2;\n");
    expect_heading(&c, "Date;Montant;Libelle\n31/12/2023;1;x\n");
    assert_int_equal(a.count, 3);
    assert_string_equal(a.guess, "date=0,amount=2,label=1");
    assert_string_equal(c.guess, "date=0,amount=1,label=2");
    assert_string_not_equal(a.layout, c.layout);
    assert_string_not_equal(a.layout, b.layout); /* a column more */
    expect_heading(&b, "date;libell\xe9;MONTANT\n01/01/2024;y;2\n");
    assert_string_equal(a.layout, b.layout);
    expect_heading(&a, "Start,Usage kWh\n2023-01-01 00:00,1\n");
    assert_string_equal(a.guess, "start=0,kwh=1");
    assert_false(import_heading(&a, (struct bytes){ (const uint8_t *)"<html>;</html>", 14 }));
    assert_false(import_heading(&a, (struct bytes){ (const uint8_t *)"bonjour", 7 }));
}

static void without_memory_a_mapping_says_so(void **unused)
{
    static const char *const maps[] = { "start=0,kwh=1", "date=0,amount=1,order=dmy" };
    struct subject subject;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
        long k = 0;

        do {
            fault_arm(FAULT_MEMORY, ++k, false);
            read_mapped(&subject, "t;v\n01/01/2023 00:00;1\n01/01/2023 00:30;1\nx;1\n", maps[i]);
            if (fault.fired && subject.status != STATUS_OK && subject.status != STATUS_NOMEM)
                fail_msg("%s: %s", maps[i], subject.why.text);
            import_clear(&subject.import);
        } while (fault_disarm());
        assert_true(k > 2);
        assert_int_equal(subject.status, STATUS_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_to_say_a_time),
        cmocka_unit_test(days_of_a_table_follow_the_clock),
        cmocka_unit_test(the_raw_london_layout_by_its_names),
        cmocka_unit_test(amounts_in_one_column_or_two),
        cmocka_unit_test(a_mapping_that_does_not_fit_says_why),
        cmocka_unit_test(rows_that_cannot_be_right_are_named),
        cmocka_unit_test(one_layout_has_one_name),
        cmocka_unit_test(without_memory_a_mapping_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
