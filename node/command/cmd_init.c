/* cmd_init.c - coopair init: the keys of this home, once. */
#include "node/command/command.h"
#include "node/home/home.h"
#include "node/home/passphrase.h"
#include "node/home/typed.h"
#include "node/tongue/tongue.h"

static enum status make(const struct cli *cli, char home[HOME_PATH_MAX], bool sealed, const char *file,
                        struct failure *why)
{
    struct typed typed = { .size = 0 };
    enum status status = home_path(home, cli->home, why);

    if (!status && sealed)
        status = typed_passphrase(&typed, !cli->no_input, _("this home"), file, PASSPHRASE_LEAST, true, why);
    if (!status)
        status = home_init(home, (struct bytes){ (const uint8_t *)typed.text, typed.size }, why);
    typed_clear(&typed);
    return status;
}

int cmd_init(int argc, char **argv)
{
    const char *file = NULL;
    bool sealed = false;
    const struct cli_option options[] = {
        { "passphrase", OPTION_FLAG, &sealed,
          N_("seal the key file under a passphrase, which is asked whenever the home is opened") },
        { "passphrase-file", OPTION_TEXT, &file,
          N_("FILE  the same, taken from its first line (only you may read it)") },
    };
    struct cli cli = {
        .usage = "coopair init [OPTIONS]",
        .summary = N_("Makes the home: its folder (only you may enter), its key file and an empty store. Done "
                      "once; a home that is there is\n"
                      "never touched. Whoever has the key file has the home: keep a copy where you keep your "
                      "papers. Next: coopair run"),
        .options = options,
        .option_count = ARRAY_SIZE(options),
    };
    char home[HOME_PATH_MAX];
    struct failure why = { .text = "" };
    enum status status;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    sealed = sealed || file;
    status = make(&cli, home, sealed, file, &why);
    if (status)
        return cli_fail(&cli, status, &why);
    if (cli.json)
        return cli_json(json_pack("{s:i, s:b, s:s, s:b}", "v", 1, "ok", 1, "home", home, "sealed", sealed));
    printf(sealed ? _("Made a home in %s: a key file sealed under your passphrase, and an empty store.\n"
                      "Nobody can give a forgotten passphrase back, but the words can: coopair identity sheet\n")
                  : _("Made a home in %s: a key file only you may read, and an empty store.\n"
                      "The key file is the home: print it as words for your papers: coopair identity sheet\n"),
           home);
    puts(_("Next, start the node:     coopair run\n"
           "then read your meter file: coopair import FILE"));
    return EXIT_DONE;
}
