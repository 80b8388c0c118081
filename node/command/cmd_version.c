/* cmd_version.c - coopair version */
#include "node/command/command.h"
#include "node/tongue/tongue.h"

#define VERSION "0.1.0"

int cmd_version(int argc, char **argv)
{
    struct cli cli = { .usage = "coopair version [OPTIONS]", .summary = N_("Prints the version.") };
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    if (cli.json)
        return cli_json(json_pack("{s:i, s:s}", "v", 1, "version", VERSION));
    puts("coopair " VERSION);
    return EXIT_DONE;
}
