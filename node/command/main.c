/* main.c - coopair COMMAND: the table of commands. */
#include "node/command/command.h"

#include <sodium.h>

int main(int argc, char **argv)
{
    static const struct command commands[] = {
        { "init", cmd_init, "make the keys of this home, once" },
        { "run", cmd_run, "start the node and stay in the foreground" },
        { "import", cmd_import, "read meter files into the store" },
        { "profile", cmd_profile, "what the readings say, and exactly what of it may leave" },
        { "usage", cmd_usage, "what this home used, this year beside last year" },
        { "cost", cmd_cost, "what it cost, by dated tariffs and fixed charges" },
        { "compare", cmd_compare, "what each option would have cost" },
        { "carbon", cmd_carbon, "the greenhouse gas of it, with the source of each factor" },
        { "alerts", cmd_alerts, "what is unusual, with the rule that found it" },
        { "group", cmd_group, "who buys together: create, join, invite, list, show" },
        { "round", cmd_round, "a buying round: list, show, join, leave" },
        { "tender", cmd_tender, "what companies read: show, export" },
        { "bid", cmd_bid, "a company's sealed offer: seal, send, open" },
        { "offer", cmd_offer, "your own bill under every bid: show, accept, decline" },
        { "status", cmd_status, "how this home is doing: node, neighbours, rounds, disk" },
        { "doctor", cmd_doctor, "check clock, disk, store, key, backup, recovery sheet and readings" },
        { "backup", cmd_backup, "everything this home holds, in one encrypted file" },
        { "restore", cmd_restore, "make a home from a backup" },
        { "identity", cmd_identity, "the recovery sheet: print it, prove it, recover from it" },
        { "export", cmd_export, "your data in open formats: CSV and JSON" },
        { "erase", cmd_erase, "one meter, or everything, and it is gone from the file" },
        { "peers", cmd_peers, "list the neighbours" },
        { "journal", cmd_journal, "list what left this house, to whom and why" },
        { "demo", cmd_demo, "a whole street on this machine, as a story" },
        { "version", cmd_version, "print the version" },
    };

    if (sodium_init() < 0) {
        fputs("coopair: the cryptographic library does not start\n", stderr);
        return EXIT_FAILED;
    }
    return cli_family("coopair", commands, ARRAY_SIZE(commands), argc, argv);
}
