/* A zone says no more than that a home is one among thousands. */
#include "node/profile/zone.h"
#include "tests/support/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void the_table_is_in_order_and_of_large_communes_only(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < commune_count; i++) {
        assert_int_equal(strlen(communes[i].code), 5);
        assert_true(communes[i].people >= ZONE_PEOPLE_LEAST);
        assert_true(i == 0 || strcmp(communes[i - 1].code, communes[i].code) < 0);
    }
}

static void a_small_commune_is_named_as_its_department(void **unused)
{
    static const struct {
        const char *zone, *said;
    } cases[] = {
        { "fr:insee:44109", "fr:insee:44109" }, /* Nantes */
        { "fr:insee:01002", "fr:dep:01" },      /* L'Abergement-de-Varey, 267 */
        { "fr:insee:2A004", "fr:insee:2A004" }, /* Ajaccio */
        { "fr:insee:2B003", "fr:dep:2B" },
        { "fr:insee:97102", "fr:dep:971" },
        { "fr:insee:75111", "fr:insee:75111" }, /* arrondissements */
        { "fr:insee:13216", "fr:insee:13216" },
        { "fr:insee:99999", "fr:dep:99" }, /* mistyped */
        { "fr:insee:4410", "fr:insee:4410" },
        { "fr:insee:", "fr:insee:" },
        { "ch:gde:5586", "ch:gde:5586" },
        { "", "" },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t people;
        char said[64];
        bool other = zone_coarsen(said, sizeof said, &people, cases[i].zone);

        assert_string_equal(said, cases[i].said);
        assert_int_equal(other, strcmp(cases[i].zone, cases[i].said) != 0);
    }
}

/* Every commune of the reference table that is shipped, and only those large enough. */
static void the_table_is_that_of_the_statistics_office(void **unused)
{
    struct bytes file = file_load(SHARED("reference/communes_fr_2024.csv"));
    char *text, *rest, *line;
    size_t large = 0;

    (void)unused;
    if (!file.data)
        return;
    text = rest = strndup((const char *)file.data, file.size);
    file_free(file);
    while ((line = strsep(&rest, "\n")) != NULL) {
        char *comma = strrchr(line, ','), zone[32], said[32];
        uint32_t people, expected = comma ? (uint32_t)strtoul(comma + 1, NULL, 10) : 0;

        if (!comma || line[5] != ',' || line[0] == 'i') /* the heading */
            continue;
        snprintf(zone, sizeof zone, "fr:insee:%.5s", line);
        assert_int_equal(zone_coarsen(said, sizeof said, &people, zone), expected < ZONE_PEOPLE_LEAST);
        assert_int_equal(people, expected < ZONE_PEOPLE_LEAST ? 0 : expected);
        large += expected >= ZONE_PEOPLE_LEAST;
    }
    assert_int_equal(large, commune_count);
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_in_order_and_of_large_communes_only),
        cmocka_unit_test(a_small_commune_is_named_as_its_department),
        cmocka_unit_test(the_table_is_that_of_the_statistics_office),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
