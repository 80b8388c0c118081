/* command.h - what every cmd_*.c shares: the table, options, exit codes, asking the node, printing. */
#ifndef COOP_NODE_COMMAND_H
#define COOP_NODE_COMMAND_H

#include "crypto/base.h"

#include <jansson.h>
#include <stdio.h>

/* Documented in `coopair --help` and in README.md. */
enum exit_code {
    EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NO_DAEMON = 3, EXIT_NOT_FOUND = 4, EXIT_REFUSED = 5, EXIT_NETWORK = 6,
    EXIT_FORGED = 7, EXIT_PHASE = 8, EXIT_TRY_AGAIN = 75
};
int exit_code_of(enum status status);

struct command {
    const char *name;
    int (*run)(int argc, char **argv); /* argv[0] is the command's name; families ("group") go on with argv[1] */
    const char *summary;
};
int cmd_init(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_peers(int argc, char **argv);
int cmd_journal(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_restore(int argc, char **argv);
int cmd_identity(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_erase(int argc, char **argv);
int cmd_version(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_profile(int argc, char **argv);
int cmd_usage(int argc, char **argv);
int cmd_cost(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_carbon(int argc, char **argv);
int cmd_alerts(int argc, char **argv);
int cmd_budget(int argc, char **argv);
int cmd_forecast(int argc, char **argv);
int cmd_whatif(int argc, char **argv);
int cmd_health(int argc, char **argv);
int cmd_suppliers(int argc, char **argv);
int cmd_share(int argc, char **argv);
int cmd_group(int argc, char **argv);
int cmd_round(int argc, char **argv);
int cmd_tender(int argc, char **argv);
int cmd_bid(int argc, char **argv);
int cmd_offer(int argc, char **argv);
int cmd_demo(int argc, char **argv);
int cmd_group_create(int argc, char **argv); /* coopair group create */
int cmd_round_create(int argc, char **argv); /* coopair round create */

/* ---- Options. Every command has --help, --home DIR, --json, --yes and --no-input besides its own. */
enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_NUMBER, OPTION_MANY };
/* For an option that may be given again: --lot 2 --lot 1. */
struct cli_many {
    const char *texts[16];
    size_t count;
};
struct cli_option {
    const char *name; /* without the dashes */
    enum option_kind kind;
    void *out;        /* bool, const char *, uint64_t, struct cli_many */
    const char *help; /* "DIR  where ..." */
};
struct cli {
    const char *usage;   /* "coopair round join [OPTIONS] ROUND" */
    const char *summary; /* a paragraph: what it does, what changes, what comes next */
    const struct cli_option *options;
    size_t option_count;
    size_t least, most;  /* positional arguments */
    /* filled in */
    const char *home;
    bool json, yes, no_input;
    const char **args;
    size_t arg_count;
};
/* true: go on. false: *code is the exit code (help was printed, or the usage error said on stderr with the next command). */
bool cli_parse(struct cli *cli, int argc, char **argv, int *code);
/* A family: runs table[argv[1]], or prints the table. */
int cli_family(const char *family, const struct command *table, size_t count, int argc, char **argv);

/* ---- Asking the node: the daemon of this home, or, where the verb allows it and none runs, the store itself. Steals args. EXIT_DONE: *reply is the
 * caller's. Otherwise the sentence has been printed on stderr (or as JSON on stdout with --json) and the code is returned. */
int cli_ask(const struct cli *cli, const char *verb, json_t *args, json_t **reply);
/* The same without a word printed: for whoever has more to say than one sentence. */
enum status cli_try(const struct cli *cli, const char *verb, json_t *args, json_t **reply, struct failure *why);
int cli_fail(const struct cli *cli, enum status status, const struct failure *why); /* prints, returns the exit code */
int cli_json(json_t *reply); /* prints one object on stdout, frees it, returns EXIT_DONE */
/* Asks a yes/no question on a terminal; --yes answers yes; without a terminal or with --no-input: no, with a word on stderr how to say yes. */
bool cli_confirm(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
