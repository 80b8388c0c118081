/* cmd_tender.c - coopair tender show|export: what companies read.
 *
 * export fetches the proof from the node in portions, and writes the folder from the proof alone, as a
 * company will check it. Failure modes: no demand yet; records that arrive between two portions, so that the
 * whole is another: begun again a few times; a disk that refuses. */
#include "node/command/command.h"
#include "node/tender/proof.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { EXPORT_TRIES = 5 };

struct tender_options {
    bool french;
    const char *ocid_prefix;
};

static json_t *tender_args(const char *round, const struct tender_options *options)
{
    return json_pack("{s:s, s:b, s:s}", "round", round, "french", options->french, "ocid_prefix",
                     options->ocid_prefix == NULL ? "" : options->ocid_prefix);
}

/* ---- show */

static int show(int argc, char **argv)
{
    struct tender_options chosen = { false, NULL };
    const struct cli_option options[] = {
        { "french", OPTION_FLAG, &chosen.french, N_("headings and sentences in French") },
        { "ocid-prefix", OPTION_TEXT, &chosen.ocid_prefix,
          N_("PREFIX  your own, given by the OCDS helpdesk, for real publication") },
    };
    struct cli cli = {
        .usage = "coopair tender show [ROUND] [OPTIONS]",
        .summary =
            N_("Prints the tender as companies read it; with --json as an OCDS 1.1.5 release package too.\n\n"
            "  coopair tender show 3fa2"),
        .options = options,
        .option_count = ARRAY_SIZE(options),
        .most = 1,
    };
    json_t *reply, *args;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    args = tender_args(cli.arg_count == 0 ? "" : cli.args[0], &chosen);
    json_object_set_new(args, "release", json_boolean(cli.json));
    code = cli_ask(&cli, "tender.show", args, &reply);
    if (code != EXIT_DONE)
        return code;
    if (cli.json)
        return cli_json(reply);
    fputs(field_text(reply, "text"), stdout);
    json_decref(reply);
    return EXIT_DONE;
}

/* ---- export */

struct whole {
    uint8_t *data;
    size_t size, used;
    char name[2 * HASH_SIZE + 1];
};

/* STATUS_BUSY: another whole than the portions before. */
static enum status portion_take(struct whole *whole, json_t *reply, struct failure *why)
{
    uint64_t size = field_uint(reply, "size");
    size_t got;

    if (whole->data == NULL) {
        if (size == 0 || size > PACKAGE_PROOF_MAX)
            return failure_say(why, STATUS_MALFORMED, _("the node's answer is not a proof"));
        whole->size = (size_t)size;
        whole->data = malloc(whole->size);
        snprintf(whole->name, sizeof whole->name, "%s", field_text(reply, "whole"));
        if (whole->data == NULL)
            return failure_say(why, STATUS_NOMEM, _("out of memory"));
    }
    if (size != whole->size || strcmp(whole->name, field_text(reply, "whole")) != 0)
        return failure_say(why, STATUS_BUSY, _("records keep arriving; try again in a moment"));
    if (!base64_read(whole->data + whole->used, whole->size - whole->used, &got, field_text(reply, "data")) ||
        got == 0)
        return failure_say(why, STATUS_MALFORMED, _("the node's answer is not a proof"));
    whole->used += got;
    return STATUS_OK;
}

/* One attempt at the whole. *code: the exit code when it is not STATUS_OK, already said unless STATUS_BUSY.
 */
static enum status proof_fetch(struct whole *whole, const struct cli *cli,
                               const struct tender_options *chosen, int *code, struct failure *why)
{
    *whole = (struct whole){ .data = NULL };
    do {
        json_t *reply, *args = tender_args(cli->args[0], chosen);
        enum status status;

        json_object_set_new(args, "offset", json_integer((json_int_t)whole->used));
        *code = cli_ask(cli, "tender.export", args, &reply);
        if (*code != EXIT_DONE)
            return STATUS_MISSING;
        status = portion_take(whole, reply, why);
        json_decref(reply);
        if (status == STATUS_OK)
            continue;
        *code = status == STATUS_BUSY ? EXIT_TRY_AGAIN : cli_fail(cli, status, why);
        return status;
    } while (whole->used < whole->size);
    return STATUS_OK;
}

static enum status folder_write(const char *dir, struct bytes proof, struct failure *why)
{
    struct package_options options;
    struct topic *topic;
    enum status status = proof_keep(&topic, &options, proof, why);

    if (status != STATUS_OK)
        return status;
    status = package_write(dir, topic, &options, why);
    topic_free(topic);
    return status;
}

static int exported(const struct cli *cli, const char *dir, size_t size)
{
    if (cli->json)
        return cli_json(json_pack("{s:i, s:b, s:s, s:I}", "v", 1, "ok", 1, "folder", dir, "proof_bytes",
                                  (json_int_t)size));
    printf(_("Written to %s: %s, %s, %s, %s.\n"), dir, PACKAGE_TEXT, PACKAGE_JSON, PACKAGE_PROOF,
           PACKAGE_PRICES);
    printf(_("Anybody can check it, without a network: coopair-verify %s\n"), dir);
    printf(_("A company answers with: coopair bid seal --tender %s --prices prices.csv --company NAME "
           "--contact MAIL\n"),
           dir);
    return EXIT_DONE;
}

static int export(int argc, char **argv)
{
    struct tender_options chosen = { false, NULL };
    const struct cli_option options[] = {
        { "french", OPTION_FLAG, &chosen.french, N_("headings and sentences in French") },
        { "ocid-prefix", OPTION_TEXT, &chosen.ocid_prefix,
          N_("PREFIX  your own, given by the OCDS helpdesk, for real publication") },
    };
    struct cli cli = {
        .usage = "coopair tender export ROUND FOLDER [OPTIONS]",
        .summary = N_("Writes the tender into a folder: a page to read, OCDS 1.1.5 JSON, the proof behind both, "
                   "a table for prices. It holds no\n"
                   "pseudonym's figures, so it may be published. Export again after the award: the same "
                   "files then say what came of it.\n\n"
                   "  coopair tender export 3fa2 tender/"),
        .options = options,
        .option_count = ARRAY_SIZE(options),
        .least = 2,
        .most = 2,
    };
    struct failure why = { .text = "" };
    struct whole whole;
    enum status status = STATUS_BUSY;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    for (unsigned i = 0; i < EXPORT_TRIES && status == STATUS_BUSY; i++) {
        status = proof_fetch(&whole, &cli, &chosen, &code, &why);
        if (status != STATUS_OK)
            free(whole.data);
    }
    if (status != STATUS_OK)
        return status == STATUS_BUSY ? cli_fail(&cli, status, &why) : code;
    status = folder_write(cli.args[1], (struct bytes){ whole.data, whole.size }, &why);
    free(whole.data);
    return status == STATUS_OK ? exported(&cli, cli.args[1], whole.size) : cli_fail(&cli, status, &why);
}

int cmd_tender(int argc, char **argv)
{
    static const struct command table[] = {
        { "show", show, N_("print it as companies read it") },
        { "export", export, N_("write it into a folder, with its proof") },
    };

    return cli_family("coopair tender", table, ARRAY_SIZE(table), argc, argv);
}
