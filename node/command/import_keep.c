/* import_keep.c - see import_keep.h. Failure modes: those of the node; a file that does not say which account it is of. */
#include "node/command/import_keep.h"

#include "node/advice/health.h"
#include "node/serve/accounts.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <string.h>

static enum status ask(const struct cli *cli, const char *verb, json_t *args, json_t **reply, struct failure *why)
{
    return args ? cli_try(cli, verb, args, reply, why) : failure_say(why, STATUS_NOMEM, _("out of memory"));
}

static enum status choose(const struct cli *cli, struct import *import, struct failure *why)
{
    json_t *reply;
    enum status status = ask(cli, "data.account",
                             json_pack("{s:s, s:o}", "number", import->account.name, "evidence",
                                       accounts_evidence(import->movements, import->count)),
                             &reply, why);

    if (status)
        return status;
    snprintf(import->account.name, sizeof import->account.name, "%s", field_text(reply, "account"));
    json_decref(reply);
    return STATUS_OK;
}

static enum status portion_keep(const struct cli *cli, const char *verb, json_t *args, struct import_kept *kept, struct failure *why)
{
    json_t *reply;
    enum status status = ask(cli, verb, args, &reply, why);

    if (status)
        return status;
    kept->added += field_uint(reply, "added");
    json_decref(reply);
    return STATUS_OK;
}

enum status import_account_keep(const struct cli *cli, struct import *import, const char *account, struct import_kept *kept,
                                struct failure *why)
{
    enum status status = STATUS_OK;
    size_t taken;

    if (account)
        snprintf(import->account.name, sizeof import->account.name, "%s", account);
    else
        status = choose(cli, import, why);
    for (size_t at = 0; at < import->count && !status; at += taken) {
        json_t *portion;

        taken = import->count - at;
        portion = accounts_portion(import->movements + at, &taken);
        status = portion_keep(cli, "data.movements",
                              json_pack("{s:s, s:s, s:o}", "account", import->account.name, "currency", import->account.currency,
                                        "movements", portion),
                              kept, why);
    }
    return status;
}

enum status import_health_keep(const struct cli *cli, const struct import *import, struct import_kept *kept, struct failure *why)
{
    enum status status = STATUS_OK;
    size_t taken;

    for (size_t at = 0; at < import->count && !status; at += taken) {
        json_t *portion;

        taken = import->count - at;
        portion = health_portion(import->lines + at, &taken);
        status = portion_keep(cli, "data.health",
                              json_pack("{s:s, s:o}", "payer", payer_name(import->payer), "lines", portion), kept, why);
    }
    return status;
}
