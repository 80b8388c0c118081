/* The household's money as its commands tell it: budget and rules, forecast and what if, suppliers, care. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "node/advice/calendar.h"
#include "node/serve/money.h"
#include "tests/support/advice_home.h"
#include "tests/support/truth.h"

#include "node/tongue/tongue.h"

static int64_t day(const char *text)
{
    int64_t out = 0;

    assert_true(day_read(&out, text));
    return out;
}

static void keep(const char *account, const char *currency, const struct movement *movements, size_t count)
{
    struct store_txn *txn = store_begin(node_store(home.nodes.list[0].node), STORE_WRITE);
    struct failure why;

    store_movements_add(txn, account, currency, movements, count, NULL);
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
}

/* A year: rent, electricity, gas, wage on the same days; bread as one likes; a doctor in November. */
static void a_year(void)
{
    static const struct {
        const char *label;
        int64_t cents;
        unsigned day;
    } monthly[] = { { "PRLV SEPA FONCIA LOYER", -90000, 5 },
                    { "PRLV SEPA EDF CLIENTS", -11500, 8 },
                    { "PRLV SEPA ENGIE", -15000, 9 },
                    { "VIR SALAIRE USINE", 250000, 28 } };
    struct movement list[80];
    size_t count = 0;

    for (unsigned month = 1; month <= 12; month++) {
        char date[16];

        for (size_t i = 0; i < ARRAY_SIZE(monthly); i++) {
            snprintf(date, sizeof date, "2024-%02u-%02u", month, monthly[i].day);
            list[count++] = (struct movement){ day(date), monthly[i].cents, monthly[i].label, "", "" };
        }
        snprintf(date, sizeof date, "2024-%02u-%02u", month, 10 + month);
        list[count++] = (struct movement){ day(date), -1000 - 100 * (int64_t)month, "CARTE", "LE FOURNIL DU COIN", "" };
    }
    list[count++] = (struct movement){ day("2024-11-12"), -6000, "CARTE CABINET MEDECIN DUVAL", "", "" };
    list[count++] = (struct movement){ day("2024-11-18"), 1750, "VIR CPAM DE LOIRE ATLANTIQUE", "", "" };
    keep("FR7612345", "EUR", list, count);
}

static json_t *with(json_t *list, const char *key, const char *value)
{
    json_t *item;
    size_t i;

    json_array_foreach (list, i, item)
        if (strcmp(field_text(item, key), value) == 0)
            return item;
    return NULL;
}

static void without_movements_the_next_step_is_said(void **unused)
{
    (void)unused;
    assert_int_equal(TYPE(budget, "--yes"), EXIT_NOT_FOUND);
    WARNED("coopair import FILE");
    assert_int_equal(TYPE(forecast, "--yes"), EXIT_NOT_FOUND);
    assert_int_equal(TYPE(suppliers, "--yes"), EXIT_NOT_FOUND);
    assert_int_equal(TYPE(health, "--yes"), EXIT_NOT_FOUND);
    assert_int_equal(TYPE(whatif, "--kwh", "-20"), EXIT_NOT_FOUND);
}

/* Ten kilowatt-hours a day, up to the end of October 2018. */
static void gas_of(size_t days)
{
    static const struct series_name gas = { "gas", QUANTITY_GAS };
    static struct reading readings[365];

    for (size_t i = 0; i < days; i++)
        readings[i] = (struct reading){ 1540854000 - (int64_t)(days - i) * 86400, 86400, 10000000 };
    home_keep(&gas, readings, days);
}

static void a_budget_is_by_post_and_the_payee_may_stand_beside_the_label(void **unused)
{
    json_t *reply, *item;

    (void)unused;
    a_year();
    assert_int_equal(TYPE(budget, "--json"), EXIT_DONE);
    reply = home_json();
    item = with(json_object_get(reply, "posts"), "code", "04.1");
    assert_int_equal(field_int(item, "sum"), -12 * 90000);
    assert_int_equal(json_array_size(json_object_get(item, "months")), 12);
    assert_string_equal(field_text(json_array_get(json_object_get(reply, "posts"), 0), "code"), "04.1");
    item = with(json_object_get(reply, "unknown"), "payee", "LE FOURNIL DU COIN");
    assert_int_equal(field_int(item, "cents"), -12 * 1000 - 100 * 78);
    json_decref(reply);
    assert_int_equal(TYPE(budget, "--yes"), EXIT_DONE);
    SAID("a month");
    SAID("FOURNIL");
    SAID("##################");
    assert_int_equal(TYPE(budget, "--post", "04.5"), EXIT_DONE);
    SAID("-265.00");
    assert_int_equal(TYPE(budget, "--months", "61"), EXIT_FAILED);
    assert_int_equal(TYPE(budget, "--account", "FR00"), EXIT_NOT_FOUND);
}

static void an_own_rule_holds_for_the_next_import_and_can_be_taken_back(void **unused)
{
    struct movement more = { day("2025-01-11"), -700, "CB Le Fournil", "", "" };
    json_t *reply;

    (void)unused;
    a_year();
    assert_int_equal(TYPE(budget, "rule", "le fournil", "01.1"), EXIT_DONE);
    keep("FR7612345", "EUR", &more, 1);
    a_year(); /* the same file again */
    nodes_kill(&home.nodes, 0);
    nodes_start(&home.nodes, 0);
    assert_int_equal(TYPE(budget, "--months", "13", "--json"), EXIT_DONE);
    reply = home_json();
    assert_int_equal(field_int(with(json_object_get(reply, "posts"), "code", "01.1"), "sum"),
                     -12 * 1000 - 100 * 78 - 700);
    assert_int_equal(json_array_size(json_object_get(reply, "unknown")), 0);
    json_decref(reply);
    assert_int_equal(TYPE(budget, "rules"), EXIT_DONE);
    SAID("LE FOURNIL");
    assert_int_equal(TYPE(budget, "rule", "LE FOURNIL", "11.1"), EXIT_DONE); /* another post, the same rule */
    assert_int_equal(TYPE(budget, "rules", "--json"), EXIT_DONE);
    reply = home_json();
    assert_int_equal(json_array_size(json_object_get(reply, "rules")), 1);
    json_decref(reply);
    assert_int_equal(TYPE(budget, "rule", "X", "04.9"), EXIT_NOT_FOUND);
    WARNED("coopair budget posts");
    assert_int_equal(TYPE(budget, "rule", "...", "01.1"), EXIT_FAILED);
    assert_int_equal(TYPE(budget, "forget", "Le fournil"), EXIT_DONE);
    assert_int_equal(TYPE(budget, "forget", "Le fournil"), EXIT_NOT_FOUND);
}

static void rules_end_at_their_limit_and_damage_counts_as_none(void **unused)
{
    struct store *store = node_store(home.nodes.list[0].node);
    struct rules *rules = calloc(1, sizeof *rules);
    struct store_txn *txn;
    struct failure why;

    (void)unused;
    for (unsigned i = 0; i < RULES_MAX; i += 50) { /* each is one commit: a tenth by hand, the rest at once */
        char words[32];

        snprintf(words, sizeof words, "word %u", i);
        assert_int_equal(rule_set(store, words, "05", &why), STATUS_OK);
    }
    txn = store_begin(store, STORE_READ);
    rules_read(rules, txn);
    store_abort(txn);
    assert_int_equal(rules->count, RULES_MAX / 50);
    txn = store_begin(store, STORE_WRITE);
    store_setting_put(txn, NULL, "budget.rules", (struct bytes){ (const uint8_t *)"\x91\x92\xa1x\xa5xxxx", 9 });
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
    txn = store_begin(store, STORE_READ);
    rules_read(rules, txn);
    store_abort(txn);
    assert_int_equal(rules->count, 0);
    free(rules);
}

static void a_forecast_has_three_classes_and_a_what_if_leaves_the_data_alone(void **unused)
{
    json_t *before, *reply, *month;

    (void)unused;
    a_year();
    assert_int_equal(TYPE(forecast, "--months", "6", "--json"), EXIT_DONE);
    before = home_json();
    month = with(json_object_get(before, "months"), "month", "2025-01");
    assert_int_equal(field_int(json_object_get(month, "in"), "certain"), 250000);
    assert_int_equal(field_int(json_object_get(month, "out"), "certain"), -116500);
    assert_int_equal(json_array_size(json_object_get(before, "months")), 7);
    assert_non_null(with(json_object_get(before, "series"), "payee", "FONCIA LOYER"));
    assert_int_equal(TYPE(whatif, "--rent", "1000,50", "--kwh", "-20", "--months", "6", "--json"), EXIT_DONE);
    reply = home_json();
    month = with(json_object_get(reply, "months"), "month", "2025-01");
    assert_true(field_int(json_object_get(month, "out"), "certain") > -116500 - 10050 &&
                field_int(json_object_get(month, "out"), "certain") < -116500 - 10050 + 2300);
    json_decref(reply);
    assert_int_equal(TYPE(whatif, "--heat-pump", "--months", "12"), EXIT_DONE);
    SAID("heat pump takes");
    SAID("more stays");
    gas_of(300); /* heating is unlike from month to month: nothing is filled in */
    assert_int_equal(TYPE(whatif, "--heat-pump", "--json"), EXIT_DONE);
    reply = home_json();
    assert_false(field_flag(json_object_get(reply, "whatif"), "heat_metered"));
    json_decref(reply);
    gas_of(365);
    assert_int_equal(TYPE(whatif, "--heat-pump", "--yes"), EXIT_DONE);
    SAID("gas meter counted");
    SAID("3 650.0 kWh of heat");
    assert_int_equal(TYPE(forecast, "--months", "6", "--json"), EXIT_DONE);
    reply = home_json();
    assert_true(json_equal(reply, before)); /* as before: nothing was touched */
    json_decref(reply);
    json_decref(before);
    assert_int_equal(TYPE(forecast, "--list"), EXIT_DONE);
    SAID("1 month");
    SAID("#");
    assert_int_equal(TYPE(forecast, "--months", "2"), EXIT_FAILED);
    WARNED("3 to 12");
    assert_int_equal(TYPE(whatif, "--yes"), EXIT_USAGE);
    assert_int_equal(TYPE(whatif, "--rent", "12x"), EXIT_USAGE);
    assert_int_equal(TYPE(whatif, "--kwh", "-101"), EXIT_USAGE);
}

static void too_few_days_make_no_forecast(void **unused)
{
    struct movement few[] = { { day("2025-01-02"), -100, "CARTE X", "", "" },
                              { day("2025-02-02"), -100, "CARTE X", "", "" } };

    (void)unused;
    keep("one", "EUR", few, 2);
    assert_int_equal(TYPE(forecast, "--yes"), EXIT_NOT_FOUND);
    WARNED("60 days");
}

static void suppliers_have_a_next_date_and_the_end_that_was_noted(void **unused)
{
    json_t *reply, *item;

    (void)unused;
    a_year();
    assert_int_equal(TYPE(suppliers, "end", "Foncia Loyer", "2027-03-31"), EXIT_DONE);
    assert_int_equal(TYPE(suppliers, "--json"), EXIT_DONE);
    reply = home_json();
    item = with(json_object_get(reply, "suppliers"), "payee", "FONCIA LOYER");
    assert_int_equal(field_int(item, "year_cents"), -12 * 90000);
    assert_string_equal(field_text(item, "next"), "2025-01-05");
    assert_string_equal(field_text(item, "ends"), "2027-03-31");
    assert_null(with(json_object_get(reply, "suppliers"), "payee", "SALAIRE USINE"));
    json_decref(reply);
    assert_int_equal(TYPE(suppliers, "--yes"), EXIT_DONE);
    SAID("contract until 31 Mar 2027");
    assert_int_equal(TYPE(suppliers, "end", "Foncia Loyer", "soon"), EXIT_FAILED);
    assert_int_equal(TYPE(suppliers, "end", "Foncia Loyer"), EXIT_DONE);
    assert_int_equal(TYPE(suppliers, "end", "Foncia Loyer"), EXIT_NOT_FOUND);
}

static void care_is_matched_with_the_statements(void **unused)
{
    struct health_line line = { PAYER_BASIC, day("2024-11-12"), day("2024-11-17"), 6000, 1750 };
    struct store_txn *txn;
    struct failure why;
    json_t *reply, *act;

    (void)unused;
    a_year();
    txn = store_begin(node_store(home.nodes.list[0].node), STORE_WRITE);
    store_health_add(txn, &line, 1, NULL);
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
    assert_int_equal(TYPE(health, "--json"), EXIT_DONE);
    reply = home_json();
    assert_int_equal(json_array_size(json_object_get(reply, "acts")), 1);
    act = json_array_get(json_object_get(reply, "acts"), 0);
    assert_int_equal(field_int(act, "spent_cents"), 6000);
    assert_int_equal(field_int(json_object_get(act, "basic"), "refund_cents"), 1750);
    json_decref(reply);
    assert_int_equal(TYPE(health, "--all"), EXIT_DONE);
    SAID("60.00");
    SAID("12 Nov 2024");
}

static void another_currency_is_left_out_and_said(void **unused)
{
    struct movement one = { day("2024-06-01"), -5000, "MIGROS", "", "" };
    json_t *reply;

    (void)unused;
    a_year();
    keep("CH93", "CHF", &one, 1);
    assert_int_equal(TYPE(budget, "--json"), EXIT_DONE);
    reply = home_json();
    assert_string_equal(field_text(reply, "currency"), "EUR");
    assert_int_equal(field_uint(reply, "accounts_left_out"), 1);
    json_decref(reply);
    assert_int_equal(TYPE(budget, "--yes"), EXIT_DONE);
    SAID("not in it: 1 account in another currency");
    assert_int_equal(TYPE(budget, "--account", "CH93", "--json"), EXIT_DONE);
    reply = home_json();
    assert_string_equal(field_text(reply, "currency"), "CHF");
    json_decref(reply);
}

/* The synthetic account: what the commands say in total is what the truth says. */
static void the_synthetic_account_adds_up(void **unused)
{
    struct truth *truth = truth_load();
    struct movement *list;
    int64_t sum = 0, said = 0;
    json_t *reply, *item;
    size_t i;

    (void)unused;
    if (!truth)
        return;
    list = calloc(truth->count, sizeof *list);
    for (i = 0; i < truth->count; i++) {
        list[i] = (struct movement){ truth->entries[i].day, truth->entries[i].cents, truth->labels[i], "", "" };
        sum += list[i].cents;
    }
    keep("A", "EUR", list, truth->count);
    assert_int_equal(TYPE(budget, "--months", "60", "--json"), EXIT_DONE);
    reply = home_json();
    assert_int_equal(field_uint(reply, "movements"), truth->count);
    json_array_foreach (json_object_get(reply, "posts"), i, item)
        said += field_int(item, "sum");
    assert_int_equal(said, sum);
    json_decref(reply);
    assert_int_equal(TYPE(suppliers, "--yes"), EXIT_DONE);
    assert_int_equal(TYPE(health, "--yes"), EXIT_DONE);
    assert_int_equal(TYPE(forecast, "--yes"), EXIT_DONE);
    free(list);
    free(truth);
}

#define STORY(test) cmocka_unit_test_setup_teardown(test, home_up, home_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(without_movements_the_next_step_is_said),
        STORY(a_budget_is_by_post_and_the_payee_may_stand_beside_the_label),
        STORY(an_own_rule_holds_for_the_next_import_and_can_be_taken_back),
        STORY(rules_end_at_their_limit_and_damage_counts_as_none),
        STORY(a_forecast_has_three_classes_and_a_what_if_leaves_the_data_alone),
        STORY(too_few_days_make_no_forecast),
        STORY(suppliers_have_a_next_date_and_the_end_that_was_noted),
        STORY(care_is_matched_with_the_statements),
        STORY(another_currency_is_left_out_and_said),
        STORY(the_synthetic_account_adds_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
