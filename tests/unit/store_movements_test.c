/* Account movements and lines of health statements: exact, idempotent in any order, sealed. Random statements of one life are
 * compared with that life. */
#include "store/env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "tests/support/store_home.h"

enum { DAY = 19724 /* 2 January 2024 */, LIFE = 3000, LIFE_DAYS = 900 };

static uint64_t draw_state = 1;
static uint64_t draw(uint64_t below)
{
    draw_state = draw_state * 6364136223846793005u + 1442695040888963407u;
    return (draw_state >> 33) % below;
}

static enum status try_add(struct home *home, const char *account, const char *currency, const struct movement *list, size_t count,
                           size_t *added)
{
    struct store_txn *txn = store_begin(home->store, STORE_WRITE);

    store_movements_add(txn, account, currency, list, count, added);
    return store_commit(txn, &home->why);
}

static void add(struct home *home, const char *account, const struct movement *list, size_t count, size_t expected)
{
    size_t added;

    assert_int_equal(try_add(home, account, "EUR", list, count, &added), STATUS_OK);
    assert_int_equal(added, expected);
}

static struct movement of(int64_t day, int64_t cents, const char *label)
{
    return (struct movement){ day, cents, label, "", "" };
}

struct seen {
    size_t count;
    int64_t last_day, cents;
    char words[200]; /* labels of the first few, in order */
};

static bool see(void *arg, const struct store_account *account, const struct movement *m)
{
    struct seen *seen = arg;
    size_t used = strlen(seen->words);

    assert_true(m->day >= seen->last_day && account->name[0] != '\0');
    seen->last_day = m->day;
    seen->count++;
    seen->cents += m->cents;
    if (used + strlen(m->label) + 2 < sizeof seen->words)
        snprintf(seen->words + used, sizeof seen->words - used, "%s ", m->label);
    return true;
}

static struct seen scan(struct home *home, const char *account, int64_t from, int64_t to)
{
    struct store_txn *txn = store_begin(home->store, STORE_READ);
    struct seen seen = { .count = 0 };

    store_movements(txn, account, from, to, see, &seen);
    assert_int_equal(store_commit(txn, &home->why), STATUS_OK);
    return seen;
}

static struct store_account found(struct home *home, const char *name)
{
    struct store_txn *txn = store_begin(home->store, STORE_READ);
    struct store_account account = { .count = 0 };

    store_account_find(txn, &account, name);
    assert_int_equal(store_commit(txn, &home->why), STATUS_OK);
    return account;
}

/* ---- */

static void two_equal_coffees_are_two_and_reading_again_adds_none(void **state)
{
    const struct movement day[] = { of(DAY, -250, "COFFEE"), of(DAY, -250, "COFFEE"), of(DAY, -8000, "DENTIST") };

    add(*state, "A", day, 3, 3);
    add(*state, "A", day, 3, 0);
    add(*state, "A", day, 1, 0);
    assert_int_equal(scan(*state, "A", 0, INT64_MAX).count, 3);
    assert_int_equal(found(*state, "A").cents, -8500);
}

static void another_format_words_it_differently_and_adds_none(void **state)
{
    const struct movement ofx[] = { of(DAY, -2000, "CARTE 01/01 BIOCOO"), of(DAY, -2000, "CARTE 01/01 SNCF") };
    const struct movement csv[] = { of(DAY, -2000, "PAIEMENT SNCF"), of(DAY, -2000, "PAIEMENT BIOCOOP") };

    add(*state, "A", ofx, 2, 2);
    add(*state, "A", csv, 2, 0);
    assert_string_equal(scan(*state, "A", 0, INT64_MAX).words, "CARTE 01/01 BIOCOO CARTE 01/01 SNCF ");
}

static void the_rest_of_a_day_comes_later(void **state)
{
    const struct movement noon[] = { of(DAY, -2000, "BIOCOOP") };
    const struct movement evening[] = { of(DAY, -2000, "SNCF"), of(DAY, -2000, "BIOCOOP") };

    add(*state, "A", noon, 1, 1);
    add(*state, "A", evening, 2, 1);
    assert_string_equal(scan(*state, "A", 0, INT64_MAX).words, "BIOCOOP SNCF ");
}

static void life_make(struct movement life[LIFE])
{
    static const char *const labels[] = { "COFFEE", "BREAD", "TRAIN", "RENT" };

    for (size_t i = 0; i < LIFE; i++)
        life[i] = of(DAY + (int64_t)(i * LIFE_DAYS / LIFE), 5 - (int64_t)draw(12), labels[draw(4)]);
}

/* A statement: all of the life between two days, in its order or backwards. */
static size_t statement(struct movement out[LIFE], const struct movement *life, int64_t from, int64_t to, bool backwards)
{
    size_t count = 0;

    for (size_t i = 0; i < LIFE; i++) {
        const struct movement *m = &life[backwards ? LIFE - 1 - i : i];

        if (m->day >= from && m->day < to)
            out[count++] = *m;
    }
    return count;
}

static void overlapping_statements_in_any_order_come_to_the_life(void **state)
{
    static struct movement life[LIFE], part[LIFE];
    struct home *home = *state;
    int64_t sum = 0;

    life_make(life);
    for (size_t i = 0; i < LIFE; i++)
        sum += life[i].cents;
    for (int round = 0; round < 60; round++) {
        int64_t from = DAY + (int64_t)draw(LIFE_DAYS), days = (int64_t)draw(120);

        assert_int_equal(try_add(home, "A", "EUR", part, statement(part, life, from, from + days, draw(2)), NULL), STATUS_OK);
    }
    assert_int_equal(try_add(home, "A", "EUR", life, LIFE, NULL), STATUS_OK);
    assert_int_equal(scan(home, "A", 0, INT64_MAX).count, LIFE);
    assert_int_equal(scan(home, "A", 0, INT64_MAX).cents, sum);
    assert_int_equal(found(home, "A").count, LIFE);
    assert_int_equal(found(home, "A").cents, sum);
    assert_int_equal(scan(home, "A", DAY + 31, DAY + 67).count, statement(part, life, DAY + 31, DAY + 67, false));
}

static void all_accounts_are_read_by_day(void **state)
{
    const struct movement a[] = { of(DAY, -1, "a0"), of(DAY + 40, -1, "a40"), of(DAY + 2, -1, "a2") };
    const struct movement b[] = { of(DAY + 1, -1, "b1"), of(DAY + 40, -1, "b40"), of(DAY + 400, -1, "b400") };

    add(*state, "A", a, 3, 3);
    add(*state, "B", b, 3, 3);
    assert_string_equal(scan(*state, NULL, 0, INT64_MAX).words, "a0 b1 a2 a40 b40 b400 ");
    assert_string_equal(scan(*state, NULL, DAY + 1, DAY + 40).words, "b1 a2 ");
    assert_string_equal(scan(*state, "B", 0, INT64_MAX).words, "b1 b40 b400 ");
    assert_int_equal(scan(*state, "C", 0, INT64_MAX).count, 0);
}

static void what_cannot_be_is_refused_whole(void **state)
{
    static char long_label[MOVEMENT_LABEL_MAX + 1];
    struct movement list[] = { of(DAY, -1, "fine"), of(DAY, -1, "") };
    struct home *home = *state;

    memset(long_label, 'x', sizeof long_label - 1);
    const struct movement bad[] = { of(-1, -1, ""),          of(STORE_DAY_END, -1, ""),      of(DAY, STORE_CENTS_MAX + 1, ""),
                                    of(DAY, -1, long_label), of(DAY, -1, "two\nlines") };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        list[1] = bad[i];
        assert_int_equal(try_add(home, "A", "EUR", list, 2, NULL), STATUS_MALFORMED);
    }
    assert_int_equal(try_add(home, "", "EUR", list, 1, NULL), STATUS_MALFORMED);
    assert_int_equal(try_add(home, "A", "EURO", list, 1, NULL), STATUS_MALFORMED);
    assert_int_equal(found(home, "A").count, 0);
    add(home, "A", list, 1, 1);
    assert_int_equal(try_add(home, "A", "CHF", list, 1, NULL), STATUS_EXISTS);
}

static bool none(void *arg, const struct store_entry *entry)
{
    assert_true(!memmem(entry->value.data, entry->value.size, arg, strlen(arg)) &&
                !memmem(entry->key.data, entry->key.size, arg, strlen(arg)));
    return true;
}

static void a_stolen_file_shows_no_word_of_them(void **state)
{
    struct home *home = *state;
    const struct movement list[] = { of(DAY, -1, "SECRET") };
    static char word[] = "SECRET";
    struct store_txn *txn;

    add(home, word, list, 1, 1);
    txn = store_begin(home->store, STORE_READ);
    store_entry_scan(txn, none, word);
    assert_int_equal(store_commit(txn, &home->why), STATUS_OK);
}

static void an_erased_account_is_gone_and_the_others_stay(void **state)
{
    struct home *home = *state;
    const struct movement list[] = { of(DAY, -1, "x"), of(DAY + 100, -1, "y") };
    const struct health_line line = { PAYER_BASIC, DAY, DAY + 9, 8000, 1735 };
    struct store_txn *txn;

    add(home, "A", list, 2, 2);
    add(home, "B", list, 2, 2);
    txn = store_begin(home->store, STORE_WRITE);
    store_health_add(txn, &line, 1, NULL);
    assert_int_equal(store_commit(txn, &home->why), STATUS_OK);
    assert_int_equal(store_account_erase(home->store, "A", &home->why), STATUS_OK);
    assert_int_equal(store_account_erase(home->store, "A", &home->why), STATUS_MISSING);
    assert_int_equal(store_health_erase(home->store, PAYER_EXTRA, &home->why), STATUS_OK);
    assert_int_equal(scan(home, NULL, 0, INT64_MAX).count, 2);
    add(home, "A", list, 2, 2); /* its number is not that of another */
    assert_int_equal(scan(home, "B", 0, INT64_MAX).count, 2);
}

struct lines {
    struct health_line list[8];
    size_t count;
};

static bool keep_line(void *arg, const struct health_line *line)
{
    struct lines *lines = arg;

    assert_true(lines->count < ARRAY_SIZE(lines->list));
    lines->list[lines->count++] = *line;
    return true;
}

static void health_lines_are_kept_once_and_by_payer_and_day(void **state)
{
    struct home *home = *state;
    const struct health_line file[] = { { PAYER_EXTRA, DAY, DAY + 12, 8000, 5000 },
                                        { PAYER_BASIC, DAY + 5, DAY + 9, 3000, 1900 },
                                        { PAYER_BASIC, DAY, DAY + 9, 8000, 1735 },
                                        { PAYER_BASIC, DAY, DAY + 9, 8000, 1735 } };
    const size_t order[] = { 2, 3, 1, 0 };
    struct lines lines = { .count = 0 };

    for (int i = 0; i < 3; i++) {
        struct store_txn *txn = store_begin(home->store, STORE_WRITE);
        size_t added;

        store_health_add(txn, file, i == 0 ? 3 : 4, &added);
        assert_int_equal(store_commit(txn, &home->why), STATUS_OK);
        assert_int_equal(added, i == 0 ? 3 : i == 1 ? 1 : 0);
    }
    struct store_txn *txn = store_begin(home->store, STORE_READ);
    store_health_scan(txn, keep_line, &lines);
    assert_int_equal(store_commit(txn, &home->why), STATUS_OK);
    assert_int_equal(lines.count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct health_line *line = &lines.list[i], *put = &file[order[i]];

        assert_true(line->payer == put->payer && line->care_day == put->care_day && line->paid_day == put->paid_day);
        assert_true(line->spent_cents == put->spent_cents && line->refund_cents == put->refund_cents);
    }
}

/* The layout before accounts had tables is the same tree with a smaller number in its head. */
static void a_store_without_accounts_is_brought_up_to_date(void **state)
{
    const struct movement list[] = { of(DAY, -1, "x") };
    struct home *home = *state;
    struct store_txn *txn = store_begin(home->store, STORE_WRITE);
    struct bytes value;

    store_setting_put(txn, NULL, "colour", (struct bytes){ (const uint8_t *)"red", 3 });
    head_put(txn, 1);
    assert_int_equal(store_commit(txn, &home->why), STATUS_OK);
    store_close(home->store);
    assert_int_equal(store_open(&home->store, home->dir, KEY, STORE_READ, &home->why), STATUS_VERSION);
    assert_int_equal(store_open(&home->store, home->dir, KEY, STORE_WRITE, &home->why), STATUS_OK);
    txn = store_begin(home->store, STORE_READ);
    assert_true(store_setting_get(txn, &value, NULL, "colour"));
    store_abort(txn);
    add(home, "A", list, 1, 1);
    store_close(home->store);
    assert_int_equal(store_open(&home->store, home->dir, KEY, STORE_READ, &home->why), STATUS_OK);
}

int main(void)
{
#define HOME(test) cmocka_unit_test_setup_teardown(test, home_up, home_down)
    const struct CMUnitTest tests[] = {
        HOME(two_equal_coffees_are_two_and_reading_again_adds_none),
        HOME(another_format_words_it_differently_and_adds_none),
        HOME(the_rest_of_a_day_comes_later),
        HOME(overlapping_statements_in_any_order_come_to_the_life),
        HOME(all_accounts_are_read_by_day),
        HOME(what_cannot_be_is_refused_whole),
        HOME(a_stolen_file_shows_no_word_of_them),
        HOME(an_erased_account_is_gone_and_the_others_stay),
        HOME(health_lines_are_kept_once_and_by_payer_and_day),
        HOME(a_store_without_accounts_is_brought_up_to_date),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
