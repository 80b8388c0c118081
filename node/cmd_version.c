/* cmd_version.c - coopair version */
#include "node/command.h"

int cmd_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    puts("coopair 0.1.0");
    return EXIT_DONE;
}
