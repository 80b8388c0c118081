/* Whatever allocation or disk call fails while a home looks at its own figures, the answer is whole or a
 * refusal in words: half a bill is worse than none. */
#include "tests/support/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "node/advice/calendar.h"
#include "tests/support/advice_home.h"

enum { HOUR_S = 3600, HOURS = 40 * 24, JANUARY = 20089 /* the day 2025-01-01 */ };

static void fill(void)
{
    static const struct series_name power = { "power", QUANTITY_ELECTRICITY_IN },
                                    gas = { "gas", QUANTITY_GAS };
    static struct reading readings[HOURS];

    for (int i = 0; i < HOURS; i++)
        readings[i] = (struct reading){ utc_of_local((int64_t)JANUARY * CALENDAR_DAY_S) + (int64_t)i * HOUR_S,
                                        HOUR_S, i < 36 * 24 ? 100000 : 1000000 };
    home_keep(&power, readings, HOURS);
    home_keep(&gas, readings, 24);
}

static void each_call_fails_in_turn(const char *verb, const char *args)
{
    json_t *request = json_pack("{s:i, s:s, s:o}", "v", 1, "verb", verb, "args", json_loads(args, 0, NULL));
    json_t *whole = serve(home.nodes.list[0].node, request);
    bool fired = true;
    long k;

    assert_true(field_flag(whole, "ok"));
    for (k = 1; fired; k++) {
        json_t *reply;

        assert_true(k < 100000);
        fault_arm(FAULT_MEMORY | FAULT_DISK, k, false);
        reply = serve(home.nodes.list[0].node, request);
        fired = fault_disarm();
        if (field_flag(reply, "ok"))
            assert_true(json_equal(reply, whole));
        else
            assert_true(fired && (!reply || field_text(reply, "error")[0] != '\0'));
        json_decref(reply);
    }
    assert_true(k > 20); /* something was made to fail */
    json_decref(whole);
    json_decref(request);
}

static void an_answer_is_whole_or_a_refusal(void **unused)
{
    (void)unused;
    fill();
    each_call_fails_in_turn("usage.show", "{\"by\":\"day\"}");
    each_call_fails_in_turn("usage.show", "{\"by\":\"month\", \"quantity\":\"gas\"}");
    each_call_fails_in_turn("cost.show",
                            "{\"tariff\":\"hphc\", \"kva\":9, \"tempo\":{\"2025-01-01\":\"red\"}}");
    each_call_fails_in_turn("compare.show", "{}");
    each_call_fails_in_turn("carbon.show", "{}");
    each_call_fails_in_turn("alerts.show", "{}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_answer_is_whole_or_a_refusal, home_up, home_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
