/* cmd_config.c - coopair config: the few things that a household sets, each with its meaning and its default.
 */
#include "node/command/command.h"
#include "node/home/config.h"
#include "node/home/home.h"
#include "node/tongue/failure_words.h"
#include "node/tongue/tongue.h"

#include <string.h>
#include <unistd.h>

/* STATUS_MISSING: no home, or nothing is called so. A file that a person spoiled is said, and mended by the
 * next set. */
static enum status begin(struct config *config, enum config_key *key, char home[HOME_PATH_MAX],
                         const struct cli *cli, struct failure *why)
{
    enum status status = home_path(home, cli->home, why);

    if (!status)
        status = home_check(home, why);
    if (!status && cli->arg_count > 0 && !config_key_of(key, cli->args[0]))
        status = failure_say(why, STATUS_MISSING, _("nothing is called %.60s; see: coopair config list"),
                             cli->args[0]);
    if (!status)
        status = config_read(config, home, why);
    if (status == STATUS_MALFORMED && !cli->json) {
        fprintf(stderr, _("coopair: %s\n"), failure_words(why).text);
        status = STATUS_OK;
    }
    return status;
}

static json_t *as_json(const struct config *config, enum config_key key)
{
    return json_pack("{s:s, s:s, s:b, s:s, s:s}", "name", config_name(key), "value",
                     config_value(config, key), "set", config->values[key][0] != '\0', "default",
                     config_default(key), "meaning", config_meaning(key));
}

static void say_one(const struct config *config, enum config_key key)
{
    const char *value = config_value(config, key);

    printf("%-14s %s%s\n", config_name(key), value[0] ? value : _("(not set)"),
           value[0] && !config->values[key][0] ? _(" (default)") : "");
    printf("               %s\n", _(config_meaning(key)));
}

static int cmd_list(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair config list [OPTIONS]",
        .summary = N_("Lists everything that can be set, with its value, its default and what it means."),
    };
    char home[HOME_PATH_MAX];
    struct failure why = { .text = "" };
    struct config config;
    enum config_key key;
    enum status status;
    json_t *list;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    status = begin(&config, &key, home, &cli, &why);
    if (status)
        return cli_fail(&cli, status, &why);
    list = json_array();
    for (int i = 0; i < CONFIG_KEYS; i++)
        json_array_append_new(list, as_json(&config, (enum config_key)i));
    if (cli.json)
        return cli_json(json_pack("{s:i, s:b, s:o}", "v", 1, "ok", 1, "settings", list));
    json_decref(list);
    for (int i = 0; i < CONFIG_KEYS; i++)
        say_one(&config, (enum config_key)i);
    return EXIT_DONE;
}

static int cmd_get(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair config get [OPTIONS] NAME",
        .summary = N_("Prints one value, the default when none is set; nothing when it is off."),
        .least = 1,
        .most = 1,
    };
    char home[HOME_PATH_MAX];
    struct failure why = { .text = "" };
    struct config config;
    enum config_key key = CONFIG_KEYS;
    enum status status;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    status = begin(&config, &key, home, &cli, &why);
    if (status)
        return cli_fail(&cli, status, &why);
    if (cli.json)
        return cli_json(json_pack("{s:i, s:b, s:o}", "v", 1, "ok", 1, "setting", as_json(&config, key)));
    puts(config_value(&config, key));
    return EXIT_DONE;
}

/* value NULL: unset. */
static int change(const struct cli *cli, const char *value)
{
    char home[HOME_PATH_MAX];
    struct failure why = { .text = "" };
    struct config config;
    enum config_key key = CONFIG_KEYS;
    enum status status = begin(&config, &key, home, cli, &why);

    if (!status && value)
        status = config_check(key, value, &why);
    if (!status) {
        snprintf(config.values[key], CONFIG_VALUE_MAX, "%s", value ? value : "");
        status = config_write(&config, home, &why);
    }
    if (status)
        return cli_fail(cli, status, &why);
    if (cli->json)
        return cli_json(json_pack("{s:i, s:b, s:o}", "v", 1, "ok", 1, "setting", as_json(&config, key)));
    say_one(&config, key);
    if (value && (key == CONFIG_IMPORT_FOLDER || key == CONFIG_BACKUP_FOLDER) && access(value, F_OK) != 0)
        puts(_("There is no such folder yet; the node looks for it again and again."));
    if (key != CONFIG_LANGUAGE)
        puts(_("A running node follows within half a minute."));
    return EXIT_DONE;
}

static int cmd_set(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair config set [OPTIONS] NAME VALUE",
        .summary = N_("Sets one value. A node that runs reads it again by itself."),
        .least = 2,
        .most = 2,
    };
    int code;

    return cli_parse(&cli, argc, argv, &code) ? change(&cli, cli.args[1]) : code;
}

static int cmd_unset(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair config unset [OPTIONS] NAME",
        .summary = N_("Goes back to the default of one value."),
        .least = 1,
        .most = 1,
    };
    int code;

    return cli_parse(&cli, argc, argv, &code) ? change(&cli, NULL) : code;
}

int cmd_config(int argc, char **argv)
{
    static const struct command commands[] = {
        { "list", cmd_list, N_("everything that can be set, and what it means") },
        { "get", cmd_get, N_("one value") },
        { "set", cmd_set, N_("change one: config set import.folder /home/me/meter") },
        { "unset", cmd_unset, N_("go back to the default") },
    };

    return cli_family("coopair config", commands, ARRAY_SIZE(commands), argc, argv);
}
