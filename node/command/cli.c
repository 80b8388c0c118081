/* cli.c - options and families of commands, the same rules for all of them.
 *
 * Options and arguments may be mixed; "--" ends the options; "--name value" and "--name=value" are the same.
 * A usage error is one sentence on stderr with the command that shows the options, exit code 2; --help goes
 * to stdout, exit code 0. */
#include "node/command/command.h"
#include "node/home/config.h"
#include "node/home/home.h"
#include "node/home/passphrase.h"
#include "node/tongue/tongue.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char common_help[] = N_("  --home DIR   the folder of this home (default: COOPAIR_HOME, else "
                                     "~/.local/share/coopair)\n"
                                     "  --json       one JSON object on standard output\n"
                                     "  --yes        answer every question with yes\n"
                                     "  --no-input   never ask; a question counts as answered with no\n"
                                     "  --help       this text\n");

/* The words of the usage line that are typed as they stand: "coopair round join". */
static int name_size(const char *usage)
{
    size_t end = 0;

    for (size_t i = 0;
         usage[i] != '\0' && (usage[i] == ' ' || usage[i] == '-' || islower((unsigned char)usage[i])); i++)
        if (usage[i] != ' ')
            end = i + 1;
    return (int)end;
}

static bool usage_error(const struct cli *cli, int *code, const char *what, const char *which)
{
    fprintf(stderr, _("%.*s: %s%s; see: %.*s --help\n"), name_size(cli->usage), cli->usage, _(what), which,
            name_size(cli->usage), cli->usage);
    *code = EXIT_USAGE;
    return false;
}

static void print_help(const struct cli *cli)
{
    printf(_("usage: %s\n\n%s\n\n"), cli->usage, _(cli->summary));
    for (size_t i = 0; i < cli->option_count; i++)
        printf("  --%s%s%s\n", cli->options[i].name, cli->options[i].kind == OPTION_FLAG ? "   " : " ",
               cli->options[i].help[0] ? _(cli->options[i].help) : "");
    fputs(_(common_help), stdout);
}

/* true when text is --name or --name=value. */
static bool option_is(const char *text, const char *name, const char **value)
{
    size_t size = strlen(name);

    if (strncmp(text, "--", 2) != 0 || strncmp(text + 2, name, size) != 0)
        return false;
    *value = text[2 + size] == '=' ? text + 3 + size : NULL;
    return text[2 + size] == '\0' || text[2 + size] == '=';
}

static bool number_read(uint64_t *out, const char *text)
{
    unsigned long long value;
    char *end;

    if (!isdigit((unsigned char)text[0])) /* strtoull takes signs and spaces */
        return false;
    errno = 0;
    value = strtoull(text, &end, 10);
    if (errno || *end != '\0')
        return false;
    *out = value;
    return true;
}

static bool many_add(struct cli_many *many, const char *value)
{
    if (many->count == ARRAY_SIZE(many->texts))
        return false;
    many->texts[many->count++] = value;
    return true;
}

static bool option_set(struct cli *cli, const struct cli_option *option, const char *value, int *code)
{
    switch (option->kind) {
    case OPTION_FLAG:
        *(bool *)option->out = true;
        return true;
    case OPTION_TEXT:
        *(const char **)option->out = value;
        return true;
    case OPTION_NUMBER:
        if (number_read(option->out, value))
            return true;
        return usage_error(cli, code, N_("a whole number must follow --"), option->name);
    case OPTION_MANY:
        if (many_add(option->out, value))
            return true;
        return usage_error(cli, code, N_("given too often: --"), option->name);
    }
    assert(false);
    return false;
}

/* One option at argv[*at]; moves *at over its value. */
static bool option_take(struct cli *cli, const struct cli_option *options, size_t count, int argc,
                        char **argv, int *at, int *code)
{
    const char *value = NULL;

    for (size_t i = 0; i < count; i++) {
        if (!option_is(argv[*at], options[i].name, &value))
            continue;
        if (options[i].kind == OPTION_FLAG && value)
            return usage_error(cli, code, N_("no value goes with --"), options[i].name);
        if (options[i].kind != OPTION_FLAG && !value) {
            if (*at + 1 >= argc)
                return usage_error(cli, code, N_("a value must follow --"), options[i].name);
            value = argv[++*at];
        }
        return option_set(cli, &options[i], value, code);
    }
    return usage_error(cli, code, N_("unknown option "), argv[*at]);
}

/* What is set for this home comes before the terminal's language; JSON is for programs, which know one. */
static void choose_tongue(const struct cli *cli)
{
    char home[HOME_PATH_MAX];
    struct config config;
    struct failure why;
    enum tongue tongue;

    if (cli->json) {
        tongue_set(TONGUE_ENGLISH);
        return;
    }
    if (home_path(home, cli->home, &why) != STATUS_OK)
        return;
    config_read(&config, home, &why); /* what is wrong with it is told by coopair config */
    if (tongue_of_name(&tongue, config_value(&config, CONFIG_LANGUAGE)))
        tongue_set(tongue);
}

static bool args_counted(struct cli *cli, int *code)
{
    if (cli->arg_count < cli->least)
        return usage_error(cli, code, N_("something is missing: "), cli->usage);
    if (cli->arg_count > cli->most)
        return usage_error(cli, code, N_("one argument too many: "), cli->args[cli->most]);
    return true;
}

bool cli_parse(struct cli *cli, int argc, char **argv, int *code)
{
    struct cli_option all[32];
    const struct cli_option common[] = { { "home", OPTION_TEXT, &cli->home, "" },
                                         { "json", OPTION_FLAG, &cli->json, "" },
                                         { "yes", OPTION_FLAG, &cli->yes, "" },
                                         { "no-input", OPTION_FLAG, &cli->no_input, "" } };
    size_t count = cli->option_count;
    bool options_ended = false;
    void *kept = argv + 1; /* arguments move up over the options already read */

    assert(count + ARRAY_SIZE(common) <= ARRAY_SIZE(all));
    if (count > 0)
        memcpy(all, cli->options, count * sizeof all[0]);
    memcpy(all + count, common, sizeof common);
    count += ARRAY_SIZE(common);
    cli->args = kept;
    cli->arg_count = 0;
    for (int i = 1; i < argc; i++) {
        if (options_ended || argv[i][0] != '-' || argv[i][1] == '\0') {
            cli->args[cli->arg_count++] = argv[i];
        } else if (strcmp(argv[i], "--") == 0) {
            options_ended = true;
        } else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help(cli);
            *code = EXIT_DONE;
            return false;
        } else if (!option_take(cli, all, count, argc, argv, &i, code)) {
            return false;
        }
    }
    choose_tongue(cli);
    passphrase_may_ask(!cli->no_input);
    return args_counted(cli, code);
}

static void print_family(FILE *out, const char *family, const struct command *table, size_t count)
{
    fprintf(out, _("usage: %s COMMAND [OPTIONS]\n\n"), family);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "  %-10s %s\n", table[i].name, _(table[i].summary));
    fprintf(out, _("\n%s COMMAND --help says more.\n"), family);
    if (strchr(family, ' ') == NULL)
        fputs(_("Exit codes: 0 done, 1 failed, 2 usage, 3 no node is running, 4 not found, 5 refused, 6 "
                "network unreachable,\n"
                "7 verification failed, 8 too early or too late in the round, 75 in use, try again.\n"),
              out);
}

int cli_family(const char *family, const struct command *table, size_t count, int argc, char **argv)
{
    if (argc >= 2)
        for (size_t i = 0; i < count; i++)
            if (strcmp(argv[1], table[i].name) == 0)
                return table[i].run(argc - 1, argv + 1);
    if (argc >= 2 &&
        (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)) {
        print_family(stdout, family, table, count);
        return EXIT_DONE;
    }
    if (argc >= 2)
        fprintf(stderr, _("%s: unknown command %s; see: %s --help\n"), family, argv[1], family);
    else
        print_family(stderr, family, table, count);
    return EXIT_USAGE;
}
