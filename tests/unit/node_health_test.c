/* What was paid for care and what came back: every refund of the synthetic account finds its payment, and
 * what did not come is due, then late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "node/advice/health.h"
#include "tests/support/truth.h"

struct account {
    struct entry entries[TRUTH_MAX];
    char folded[TRUTH_MAX][LABEL_WORDS_MAX];
    const char *labels[TRUTH_MAX];
    struct act acts[HEALTH_ACTS_MAX];
    struct health_line lines[100];
    size_t count, line_count;
    struct health health;
};

static int64_t day(const char *text)
{
    int64_t out = 0;

    assert_true(day_read(&out, text));
    return out;
}

static void add(struct account *account, int64_t booked, int64_t cents, const char *label)
{
    size_t i = account->count++;

    label_fold(account->folded[i], LABEL_WORDS_MAX, label);
    account->labels[i] = account->folded[i];
    entry_of_label(&account->entries[i], booked, cents, label, NULL, 0);
}

static void find(struct account *account, const char *today)
{
    health_find(&account->health, account->acts, account->entries, account->labels, account->count,
                account->lines, account->line_count, day(today));
}

/* false: not there. */
static bool truth_read(struct account *account)
{
    struct truth *truth = truth_load();

    *account = (struct account){ .count = 0 };
    for (size_t i = 0; truth && i < truth->count; i++)
        add(account, truth->entries[i].day, truth->entries[i].cents, truth->labels[i]);
    free(truth);
    return account->count > 0;
}

static int64_t cents_of(const char *text)
{
    int64_t out = 0;

    for (; *text; text++)
        if (*text >= '0' && *text <= '9')
            out = out * 10 + *text - '0';
    return out;
}

static int64_t french_day(const char *text)
{
    char iso[16];

    snprintf(iso, sizeof iso, "%.4s-%.2s-%.2s", text + 6, text + 3, text);
    return day(iso);
}

static void read_statement(struct account *account, const char *path, enum payer payer, const int columns[4])
{
    struct bytes file = file_load(path);
    char *text = strndup((const char *)file.data, file.size), *rest = text, *line;

    strsep(&rest, "\n");
    while ((line = strsep(&rest, "\r\n"))) {
        char *fields[16] = { NULL };

        if (!line[0])
            continue;
        for (size_t i = 0; i < 16; i++)
            fields[i] = strsep(&line, ";");
        account->lines[account->line_count++] =
            (struct health_line){ payer, french_day(fields[columns[0]]), french_day(fields[columns[1]]),
                                  cents_of(fields[columns[2]]), cents_of(fields[columns[3]]) };
    }
    free(text);
    file_free(file);
}

static void every_refund_of_the_account_finds_its_payment(void **unused)
{
    static struct account account;
    const int basic[] = { 4, 0, 6, 10 }, extra[] = { 0, 8, 3, 6 };

    (void)unused;
    if (!truth_read(&account))
        return;
    find(&account, "2025-06-30");
    assert_int_equal(account.health.count, 24);
    assert_int_equal(account.health.unmatched, 0);
    for (size_t i = 0; i < account.health.count; i++) {
        assert_int_not_equal(account.acts[i].refund_day[PAYER_BASIC], 0);
        assert_int_not_equal(account.acts[i].refund_day[PAYER_EXTRA], 0);
        assert_int_equal(account.acts[i].state, ACT_SETTLED);
    }
    read_statement(&account, SHARED("foyer_fictif_A/sante_ameli_paiements.csv"), PAYER_BASIC, basic);
    read_statement(&account, SHARED("foyer_fictif_A/sante_mutuelle_prestations.csv"), PAYER_EXTRA, extra);
    assert_int_equal(account.line_count, 48);
    find(&account, "2025-06-30");
    assert_int_equal(account.health.count, 24);
    assert_int_equal(account.health.unmatched, 0);
    assert_int_equal(account.health.due_cents, 0);
    for (size_t i = 0; i < account.health.count; i++)
        for (size_t k = 0; k < account.line_count; k++)
            if (account.lines[k].care_day == account.acts[i].care_day &&
                account.lines[k].spent_cents == account.acts[i].spent_cents)
                assert_int_equal(account.lines[k].refund_cents,
                                 account.acts[i].refund_cents[account.lines[k].payer]);
}

static void what_does_not_come_is_due_then_late(void **unused)
{
    static struct account account;

    (void)unused;
    account = (struct account){ .count = 0 };
    add(&account, day("2024-01-02"), -6000, "CARTE 01/01 CENTRE OPHTALMO");
    add(&account, day("2024-01-08"), 2100, "VIR CPAM 123540530282 DU 010124");
    add(&account, day("2024-01-11"), 2500, "VIR MUTUELLE PREST 01012024");
    add(&account, day("2024-05-02"), -12000, "CARTE 01/05 CENTRE OPHTALMO");
    find(&account, "2024-05-20");
    assert_int_equal(account.health.count, 2);
    assert_int_equal(account.acts[1].state, ACT_WAITING);
    assert_int_equal(account.acts[1].expected_cents[PAYER_BASIC], 4200); /* as before: 35 % */
    assert_int_equal(account.health.due_cents, 9200);
    assert_int_equal(account.health.late, 0);
    add(&account, day("2024-05-21"), 4200, "VIR CPAM 123540530282 DU 010524");
    find(&account, "2024-06-20");
    assert_int_equal(account.acts[1].state, ACT_LATE);
    assert_int_equal(account.health.late_cents, 5000);
    /* The statement knows better than the last time. */
    account.lines[account.line_count++] =
        (struct health_line){ PAYER_EXTRA, day("2024-05-01"), day("2024-06-01"), 12000, 7000 };
    find(&account, "2024-06-20");
    assert_int_equal(account.health.late_cents, 7000);
}

/* Banks that cut labels leave no day of care: the oldest payment that fits is meant, and never one that is
 * smaller. */
static void refunds_without_a_date_go_to_the_oldest_that_fits(void **unused)
{
    static struct account account;

    (void)unused;
    account = (struct account){ .count = 0 };
    add(&account, day("2024-03-01"), -1000, "PHARMACIE");
    add(&account, day("2024-03-02"), -6000, "OPHTALMO");
    add(&account, day("2024-03-03"), -6000, "OPHTALMO");
    add(&account, day("2024-03-10"), 2100, "VIR CPAM");
    add(&account, day("2024-03-11"), 2100, "VIR CPAM");
    add(&account, day("2024-03-12"), 9900, "VIR CPAM");
    add(&account, day("2024-06-12"), 500, "VIR CPAM");
    find(&account, "2024-06-20");
    assert_int_equal(account.acts[0].refund_day[PAYER_BASIC], 0);
    assert_int_equal(account.acts[1].refund_cents[PAYER_BASIC], 2100);
    assert_int_equal(account.acts[2].refund_day[PAYER_BASIC], day("2024-03-11"));
    assert_int_equal(account.health.unmatched, 2);
    assert_int_equal(account.health.unmatched_cents, 10400);
}

/* What went straight to the practitioner is known from a statement only, and each statement names an act
 * once. */
static void an_act_without_a_payment_is_told_by_the_statements(void **unused)
{
    static struct account account;

    (void)unused;
    account = (struct account){ .count = 0 };
    account.lines[account.line_count++] =
        (struct health_line){ PAYER_EXTRA, day("2024-05-01"), day("2024-05-09"), 3000, 900 };
    account.lines[account.line_count++] =
        (struct health_line){ PAYER_BASIC, day("2024-05-01"), day("2024-05-05"), 3000, 1900 };
    account.lines[account.line_count++] =
        (struct health_line){ PAYER_BASIC, day("2024-05-01"), day("2024-05-05"), 3000, 1900 };
    find(&account, "2024-05-02");
    assert_int_equal(account.health.count, 2);
    assert_string_equal(account.acts[0].payee, "");
    assert_int_equal(account.health.due_cents, 2 * 1900 + 900);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_refund_of_the_account_finds_its_payment),
        cmocka_unit_test(what_does_not_come_is_due_then_late),
        cmocka_unit_test(refunds_without_a_date_go_to_the_oldest_that_fits),
        cmocka_unit_test(an_act_without_a_payment_is_told_by_the_statements),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
