/* cmd_health.c - coopair health: what was paid for care, what came back, what is still due. */
#include "node/command/money_say.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <inttypes.h>
#include <string.h>

static int64_t refund(json_t *item, const char *payer)
{
    return field_int(json_object_get(item, payer), "refund_cents");
}

static int64_t expected(json_t *act)
{
    return field_int(json_object_get(act, "basic"), "expected_cents") +
           field_int(json_object_get(act, "extra"), "expected_cents");
}

static void say_act(json_t *act)
{
    const char *payee = field_text(act, "payee"), *state = field_text(act, "state");
    char date[SAY_MAX], spent[SAY_MAX], basic[SAY_MAX], extra[SAY_MAX], due[SAY_MAX];

    advice_date(date, field_text(act, "care"));
    printf("%-*s %-32.32s %10s %10s %10s", tongue_width(13, date), date, payee[0] ? payee : _("(statement only)"),
           money_say(spent, field_int(act, "spent_cents")), money_say(basic, refund(act, "basic")),
           money_say(extra, refund(act, "extra")));
    if (strcmp(state, "settled") == 0)
        puts("");
    else if (expected(act) > 0)
        printf(_("  %s, %s to come\n"), _(state), money_say(due, expected(act)));
    else
        printf("  %s\n", advice_word(state));
}

static void say_sums(json_t *reply)
{
    char spent[SAY_MAX], basic[SAY_MAX], extra[SAY_MAX], own[SAY_MAX], due[SAY_MAX];
    int64_t paid = field_int(reply, "spent_cents"), back = refund(reply, "basic") + refund(reply, "extra");

    printf(_("paid %s, back from the social insurance %s, from the complementary insurance %s; own share so far %s\n"),
           money_say(spent, paid), money_say(basic, refund(reply, "basic")),
           money_say(extra, refund(reply, "extra")), money_say(own, paid - back));
    printf(_("still to come %s"), money_say(due, field_int(reply, "due_cents")));
    if (field_uint(reply, "late") > 0)
        printf(_(", of it late, more than %" PRIu64 " days: %s; ask the insurance about the acts marked late"),
               field_uint(reply, "late_days"), money_say(due, field_int(reply, "late_cents")));
    putchar('\n');
    if (field_uint(reply, "unmatched") > 0)
        printf(NN_("%" PRIu64 " refund that no payment explains, %s\n",
                   "%" PRIu64 " refunds that no payment explains, %s together\n", field_uint(reply, "unmatched")),
               field_uint(reply, "unmatched"),
               money_say(due, field_int(reply, "unmatched_cents")));
}

static void say_health(json_t *reply, const void *all)
{
    json_t *acts = json_object_get(reply, "acts"), *act;
    size_t shown = 0, i;
    char date[SAY_MAX];

    printf(_("care up to %s, in %s\n"), advice_date(date, field_text(reply, "to")), field_text(reply, "currency"));
    if (field_uint(reply, "statement_lines") == 0)
        puts(_("no statement of an insurance was imported: what is due can only be judged from the account; their "
               "files say more"));
    json_array_foreach (acts, i, act)
        shown += *(const bool *)all || strcmp(field_text(act, "state"), "settled") != 0;
    if (shown > 0)
        printf("%-13s %-32s %*s %*s %*s\n", _("care"), "", tongue_width(10, _("paid")), _("paid"),
               tongue_width(10, _("social")), _("social"), tongue_width(10, _("compl.")), _("compl."));
    json_array_foreach (acts, i, act)
        if (*(const bool *)all || strcmp(field_text(act, "state"), "settled") != 0)
            say_act(act);
    if (json_array_size(acts) == 0)
        puts(_("no payment for care was found"));
    else
        say_sums(reply);
    if (!*(const bool *)all && json_array_size(acts) > shown)
        printf(NN_("%zu act is settled; see it with --all\n", "%zu acts are settled; see them with --all\n",
                   json_array_size(acts) - shown),
               json_array_size(acts) - shown);
}

int cmd_health(int argc, char **argv)
{
    const char *account = NULL;
    bool all = false;
    const struct cli_option options[] = {
        { "all", OPTION_FLAG, &all, N_("settled acts too") },
        MONEY_ACCOUNT_OPTION(account),
    };
    struct cli cli = {
        .usage = "coopair health [OPTIONS]",
        .summary = N_("Matches what was paid for care with what the social insurance and the complementary insurance sent back, "
                      "from\n"
                      "the account and from their statements: what is settled, still to come, or late. Changes nothing and "
                      "sends nothing."),
        .options = options,
        .option_count = ARRAY_SIZE(options),
    };
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    return advice_show(&cli, "health.show", money_args(account, UINT64_MAX), say_health, &all);
}
