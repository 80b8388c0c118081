/* cmd_init.c - coopair init: the keys of this home, once. */
#include "node/command/command.h"
#include "node/home/home.h"

int cmd_init(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair init [OPTIONS]",
        .summary = "Makes the home: its folder (only you may enter), its key file and an empty store. Done "
                   "once; a home that is there is\n"
                   "never touched. Whoever has the key file has the home: keep a copy where you keep your "
                   "papers. Next: coopair run",
    };
    char home[HOME_PATH_MAX];
    struct failure why = { "" };
    enum status status;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    status = home_path(home, cli.home, &why);
    if (!status)
        status = home_init(home, &why);
    if (status)
        return cli_fail(&cli, status, &why);
    if (cli.json)
        return cli_json(json_pack("{s:i, s:b, s:s}", "v", 1, "ok", 1, "home", home));
    printf("Made a home in %s: a key file only you may read, and an empty store.\n"
           "The key file is the home: print it as words for your papers: coopair identity sheet\n"
           "Next, start the node:     coopair run\n"
           "then read your meter file: coopair import FILE\n",
           home);
    return EXIT_DONE;
}
