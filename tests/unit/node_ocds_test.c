/* What a company reads is exact, ordered, complete, the same for everybody, and names no home. */
#include "node/tender/ocds_json.h"
#include "tests/support/sample_season.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const enum phase phases[] = { PHASE_TENDER,   PHASE_BIDS_CLOSED, PHASE_AWARDED,
                                     PHASE_NO_AWARD, PHASE_TOO_FEW,     PHASE_NO_LOT };

static json_t *rendered(const struct tender *tender)
{
    char *text = ocds_render(tender);
    json_t *package;

    assert_non_null(text);
    package = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(package);
    free(text);
    return package;
}

static json_t *release_at(json_t *package, size_t i)
{
    return json_array_get(json_object_get(package, "releases"), i);
}

static const char *text_at(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    assert_non_null(text);
    return text;
}

static void same_round_same_bytes(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(phases); i++) {
        struct sample a, b;
        sample_init(&a, phases[i]);
        sample_init(&b, phases[i]);
        char *first = ocds_render(&a.tender), *second = ocds_render(&b.tender);
        assert_string_equal(first, second);
        free(first);
        free(second);
        first = tender_text_render(&a.tender);
        second = tender_text_render(&b.tender);
        assert_string_equal(first, second);
        free(first);
        free(second);
    }
}

static void releases_ascend_and_end_with_the_proof(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(phases); i++) {
        struct sample sample;
        const char *last = "";
        size_t count, at;
        json_t *release;

        sample_init(&sample, phases[i]);
        json_t *package = rendered(&sample.tender);
        count = json_array_size(json_object_get(package, "releases"));
        assert_int_equal(count, phases[i] == PHASE_AWARDED || phases[i] == PHASE_NO_AWARD ? 4 : 2);
        json_array_foreach (json_object_get(package, "releases"), at, release) {
            assert_true(strcmp(last, text_at(release, "date")) < 0);
            last = text_at(release, "date");
        }
        assert_string_equal(last, text_at(package, "publishedDate"));
        json_t *document = json_array_get(
            json_object_get(json_object_get(release_at(package, count - 1), "tender"), "documents"), 0);
        assert_non_null(strstr(text_at(document, "description"), "c2c2c2c2c2c2c2c2"));
        json_decref(package);
    }
}

static void a_published_release_never_changes(void **unused)
{
    struct sample early, late;

    (void)unused;
    sample_init(&early, PHASE_TENDER);
    sample_init(&late, PHASE_AWARDED);
    memset(late.tender.proof, 0x55, HASH_SIZE);
    json_t *before = rendered(&early.tender), *after = rendered(&late.tender);
    assert_true(json_equal(release_at(before, 0), release_at(after, 0)));
    assert_string_not_equal(text_at(release_at(before, 1), "id"), text_at(release_at(after, 3), "id"));
    json_decref(before);
    json_decref(after);
}

static void demand_is_the_opened_total(void **unused)
{
    struct sample sample;

    (void)unused;
    sample_init(&sample, PHASE_TENDER);
    json_t *package = rendered(&sample.tender), *tender = json_object_get(release_at(package, 0), "tender");
    json_t *items = json_object_get(tender, "items"), *item = json_array_get(items, 0);
    assert_int_equal(json_array_size(items), 1);
    assert_int_equal(json_integer_value(json_object_get(item, "quantity")), 34500);
    assert_string_equal(text_at(json_object_get(item, "unit"), "id"), "KGM");
    assert_string_equal(text_at(item, "relatedLot"), "lot-1");
    json_t *lots = json_object_get(tender, "lots");
    assert_string_equal(text_at(json_array_get(lots, 0), "status"), "active");
    assert_string_equal(text_at(json_array_get(lots, 1), "status"), "unsuccessful");
    json_decref(package);
}

static void bid_value_is_the_sum_of_its_items(void **unused)
{
    struct sample sample;
    size_t i;
    json_t *item;
    double sum = 0;

    (void)unused;
    sample_init(&sample, PHASE_AWARDED);
    json_t *package = rendered(&sample.tender), *bids = json_object_get(release_at(package, 1), "bids");
    json_t *bid = json_array_get(json_object_get(bids, "details"), 1);
    json_array_foreach (json_object_get(bid, "items"), i, item)
        sum += json_number_value(json_object_get(item, "quantity")) *
               json_number_value(
                   json_object_get(json_object_get(json_object_get(item, "unit"), "value"), "amount"));
    double value = json_number_value(json_object_get(json_object_get(bid, "value"), "amount"));
    assert_true(sum > value - 0.005 && sum < value + 0.005);
    json_t *award = json_array_get(json_object_get(release_at(package, 2), "awards"), 0);
    assert_true(json_number_value(json_object_get(json_object_get(award, "value"), "amount")) == value);
    assert_string_equal(json_string_value(json_array_get(json_object_get(award, "relatedBids"), 0)),
                        text_at(bid, "id"));
    json_decref(package);
}

static void what_is_too_dear_or_without_a_step_is_disqualified(void **unused)
{
    struct sample sample;
    uint64_t cost_cents;

    (void)unused;
    sample_init(&sample, PHASE_AWARDED);
    struct bid_lot *offer = &sample.bids[0].lots[0];
    assert_int_equal(tender_offer(&cost_cents, &sample.tender, offer),
                     OFFER_ABOVE_RESERVE); /* 10 914 against 10 573 */
    assert_int_equal(cost_cents, 1091400);
    assert_int_equal(tender_offer(&cost_cents, &sample.tender, &sample.bids[1].lots[0]), OFFER_VALID);
    offer->steps[0].from_homes = 13;
    assert_int_equal(tender_offer(&cost_cents, &sample.tender, offer), OFFER_NO_STEP);
    offer->lot = 1;
    assert_int_equal(tender_offer(&cost_cents, &sample.tender, offer), OFFER_NOT_FORMED);
    json_t *package = rendered(&sample.tender);
    json_t *bid = json_array_get(json_object_get(json_object_get(release_at(package, 1), "bids"), "details"),
                                 0);
    assert_string_equal(text_at(bid, "status"), "disqualified");
    json_decref(package);
}

static void no_home_and_no_small_figure_is_named(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(phases); i++) {
        struct sample sample;
        sample_init(&sample, phases[i]);
        for (int french = 0; french < 2; french++) {
            sample.tender.options.french = french;
            char *texts[] = { ocds_render(&sample.tender), tender_text_render(&sample.tender) };
            for (size_t j = 0; j < ARRAY_SIZE(texts); j++) {
                for (size_t home = 0; home < SAMPLE_HOMES; home++) {
                    char name[17];
                    tender_hex(name, sample.homes[home], 8);
                    assert_null(strstr(texts[j], name));
                }
                if (sample.season.lots[0].formed)
                    assert_non_null(
                        strstr(texts[j], french ? "moins de" : "fewer than")); /* two homes at 85 % */
                free(texts[j]);
            }
        }
    }
}

static void words_of_strangers_draw_nothing(void **unused)
{
    struct sample sample;

    (void)unused;
    sample_init(&sample, PHASE_AWARDED);
    strcpy(sample.bids[1].company, "A\nAWARD\n  Lot 1 \xe2\x80\xae"
                                   "me");
    strcpy(sample.bids[1].terms, "broken \xff\xc0\xaf utf-8 \x1b[2J");
    char *text = tender_text_render(&sample.tender);
    assert_null(strstr(text, "\nAWARD\n"));
    assert_null(strstr(text, "\xe2\x80\xae"));
    free(text);
    json_t *package = rendered(&sample.tender);
    json_t *bid = json_array_get(json_object_get(json_object_get(release_at(package, 1), "bids"), "details"),
                                 1);
    assert_non_null(strstr(text_at(bid, "description"), "broken"));
    assert_null(strchr(text_at(bid, "description"), '\x1b'));
    json_decref(package);
}

static void prefix_and_language_are_settings(void **unused)
{
    struct sample sample;

    (void)unused;
    sample_init(&sample, PHASE_TENDER);
    json_t *package = rendered(&sample.tender);
    assert_memory_equal(text_at(release_at(package, 0), "ocid"), PACKAGE_OCID_PREFIX "-a7a7", 16);
    json_decref(package);
    sample.tender.options = (struct package_options){ .ocid_prefix = "ocds-abc123", .french = true };
    package = rendered(&sample.tender);
    assert_memory_equal(text_at(release_at(package, 0), "ocid"), "ocds-abc123-a7a7", 16);
    assert_string_equal(text_at(release_at(package, 0), "language"), "fr");
    json_decref(package);
    char *text = tender_text_render(&sample.tender);
    assert_non_null(strstr(text, "COMMENT RÉPONDRE"));
    free(text);
}

static void numbers_and_dates_are_written_exactly(void **unused)
{
    static const struct {
        uint64_t value;
        unsigned decimals;
        const char *text;
    } numbers[] = {
        { 0, 2, "0.00" },      { 5, 2, "0.05" }, { 1234567, 2, "12345.67" },
        { 2995, 4, "0.2995" }, { 7, 0, "7" },    { UINT64_MAX, 4, "1844674407370955.1615" },
    };
    static const struct {
        uint64_t time_s;
        const char *text;
    } dates[] = {
        { 0, "1970-01-01T00:00:00Z" },
        { 951782400, "2000-02-29T00:00:00Z" },
        { 4102444799, "2099-12-31T23:59:59Z" },
        { UINT64_MAX, "9999-12-31T23:59:59Z" },
    };
    char out[DECIMAL_MAX];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        tender_decimal(out, numbers[i].value, numbers[i].decimals);
        assert_string_equal(out, numbers[i].text);
    }
    for (size_t i = 0; i < ARRAY_SIZE(dates); i++) {
        tender_date(out, dates[i].time_s);
        assert_string_equal(out, dates[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_round_same_bytes),
        cmocka_unit_test(releases_ascend_and_end_with_the_proof),
        cmocka_unit_test(a_published_release_never_changes),
        cmocka_unit_test(demand_is_the_opened_total),
        cmocka_unit_test(bid_value_is_the_sum_of_its_items),
        cmocka_unit_test(what_is_too_dear_or_without_a_step_is_disqualified),
        cmocka_unit_test(no_home_and_no_small_figure_is_named),
        cmocka_unit_test(words_of_strangers_draw_nothing),
        cmocka_unit_test(prefix_and_language_are_settings),
        cmocka_unit_test(numbers_and_dates_are_written_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
