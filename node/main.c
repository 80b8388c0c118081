/* main.c - coopair COMMAND: the table of commands. */
#include "node/command.h"

int main(int argc, char **argv)
{
    static const struct command commands[] = {
        { "version", cmd_version, "print the version" },
    };

    return cli_family("coopair", commands, ARRAY_SIZE(commands), argc, argv);
}
