/* main.c - coopair COMMAND: the table of commands. */
#include "node/command.h"

int main(int argc, char **argv)
{
    static const struct command commands[] = {
        { "init", cmd_init, "make the keys of this home, once" },
        { "version", cmd_version, "print the version" },
    };

    return cli_family("coopair", commands, ARRAY_SIZE(commands), argc, argv);
}
