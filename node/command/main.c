/* main.c - coopair COMMAND: the table of commands. */
#include "node/command/command.h"
#include "node/tongue/tongue.h"

#include <sodium.h>

int main(int argc, char **argv)
{
    static const struct command commands[] = {
        { "init", cmd_init, N_("make the keys of this home, once") },
        { "run", cmd_run, N_("start the node and stay in the foreground") },
        { "import", cmd_import, N_("read meter, bank and health files into the store") },
        { "config", cmd_config, N_("what can be set: watched folder, backups, language") },
        { "profile", cmd_profile, N_("what the readings say, and exactly what of it may leave") },
        { "usage", cmd_usage, N_("what this home used, this year beside last year") },
        { "cost", cmd_cost, N_("what it cost, by dated tariffs and fixed charges") },
        { "compare", cmd_compare, N_("what each option would have cost") },
        { "carbon", cmd_carbon, N_("the greenhouse gas of it, with the source of each factor") },
        { "alerts", cmd_alerts, N_("what is unusual, with the rule that found it") },
        { "budget", cmd_budget, N_("where the money went, by post and month; your own rules") },
        { "forecast", cmd_forecast, N_("the next months of your money, in three classes") },
        { "whatif", cmd_whatif, N_("the same with another rent, less electricity or a heat pump") },
        { "health", cmd_health, N_("what was paid for care, what came back, what is late") },
        { "suppliers", cmd_suppliers, N_("whom you pay, how much, when next, until when") },
        { "share", cmd_share, N_("what may leave this home: list, preview, allow, revoke") },
        { "group", cmd_group, N_("who buys together: create, join, invite, list, show") },
        { "round", cmd_round, N_("a buying round: list, show, join, leave") },
        { "tender", cmd_tender, N_("what companies read: show, export") },
        { "bid", cmd_bid, N_("a company's sealed offer: seal, send, open") },
        { "offer", cmd_offer, N_("your own bill under every bid: show, accept, decline") },
        { "status", cmd_status, N_("how this home is doing: node, neighbours, rounds, disk") },
        { "doctor", cmd_doctor, N_("check clock, disk, store, key, backup, recovery sheet and readings") },
        { "backup", cmd_backup, N_("everything this home holds, in one encrypted file") },
        { "restore", cmd_restore, N_("make a home from a backup") },
        { "identity", cmd_identity, N_("the recovery sheet: print it, prove it, recover from it") },
        { "export", cmd_export, N_("your data in open formats: CSV and JSON") },
        { "erase", cmd_erase, N_("one source, or everything, and it is gone from the file") },
        { "peers", cmd_peers, N_("list the neighbours") },
        { "journal", cmd_journal, N_("list what left this house, to whom and why") },
        { "demo", cmd_demo, N_("a whole street on this machine, as a story") },
        { "version", cmd_version, N_("print the version") },
    };

    tongue_set(tongue_of_locale());
    if (sodium_init() < 0) {
        fputs(_("coopair: the cryptographic library does not start\n"), stderr);
        return EXIT_FAILED;
    }
    return cli_family("coopair", commands, ARRAY_SIZE(commands), argc, argv);
}
