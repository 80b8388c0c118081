/* cmd_status.c - coopair status: what is well, what is not, and what to do, in words. */
#include "node/command/advice_say.h"
#include "node/command/command.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

#include <string.h>
#include <time.h>

static const char *text_of(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static long long number_of(json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

static const char *plural(long long n)
{
    return n == 1 ? "" : "s";
}

static void say_age(long long seconds)
{
    if (seconds < 120)
        printf("%lld s", seconds);
    else if (seconds < 7200)
        printf(_("%lld min"), seconds / 60);
    else if (seconds < 172800)
        printf("%lld h", seconds / 3600);
    else
        printf(_("%lld days"), seconds / 86400);
}

static void say_node(json_t *reply, bool running)
{
    printf(_("home     %s\n"), text_of(reply, "home"));
    if (!running) {
        puts(_("node     not running; start it with: coopair run"));
        return;
    }
    printf(_("node     running since "));
    say_age(number_of(reply, "uptime_s"));
    printf(_(", reached at %s, %lld KiB of memory\n"), text_of(reply, "listen"), number_of(reply, "rss_kib"));
}

/* Neighbours: how many, and what to do when there are none. */
static void say_neighbours(json_t *reply)
{
    size_t groups = json_array_size(json_object_get(reply, "groups"));
    long long links = number_of(reply, "links"), peers = number_of(reply, "peers");

    if (groups == 0)
        puts(_("group    none yet: coopair group create, or coopair group join CODE with a neighbour's code"));
    else
        printf(_("groups   %zu\n"), groups);
    if (groups == 0 || !json_is_true(json_object_get(reply, "running")))
        return;
    if (links > 0)
        printf(_("links    %lld neighbour%s linked, %lld known; %lld B received, %lld B sent\n"), links,
               plural(links), peers, number_of(reply, "bytes_in"), number_of(reply, "bytes_out"));
    else if (peers > 0)
        printf(_("links    none at the moment; %lld neighbour%s known and tried again by itself, see: coopair "
               "peers\n"),
               peers, plural(peers));
    else
        puts(_("links    none, and no neighbour heard: is another home of the group running? A new invitation "
             "of a home that\n"
             "         runs brings its address: coopair group invite there, coopair group join CODE here"));
}

static void say_rounds(json_t *reply)
{
    json_t *rounds = json_object_get(reply, "rounds"), *round;
    size_t i;

    if (json_array_size(rounds) == 0)
        puts(_("rounds   none yet"));
    json_array_foreach (rounds, i, round)
        printf(_("round    %.8s  %s: %s, %lld home%s%s%s\n"), text_of(round, "round"), text_of(round, "title"),
               advice_word(text_of(round, "phase")), number_of(round, "homes"), plural(number_of(round, "homes")),
               json_is_true(json_object_get(round, "joined")) ? _(", joined") : "",
               json_is_true(json_object_get(round, "in_committee")) ? _(", in its committee") : "");
}

static void say_health(json_t *reply)
{
    const char *trouble = text_of(reply, "trouble"), *clock = text_of(reply, "clock_warning");
    char when[SAID_MAX];

    printf(_("store    %lld KiB on disk, %lld records of rounds\n"), number_of(reply, "store_bytes") / 1024,
           number_of(reply, "records"));
    if (clock[0])
        printf(_("clock    WARNING: %s\n"), clock);
    if (json_is_integer(json_object_get(reply, "backup_s"))) {
        words_when(when, (uint64_t)number_of(reply, "backup_s"), (uint64_t)time(NULL));
        printf(_("backup   made %s\n"), when);
    } else {
        puts(_("backup   never made: coopair backup FILE, on another disk"));
    }
    printf(_("disk     %s%s\n"), trouble[0] ? _("TROUBLE: ") : _("well"), trouble);
}

/* What became of the files in the watched folder; of those that are no good, why. */
static void say_watched(json_t *reply)
{
    json_t *files = json_object_get(reply, "watched"), *file;
    size_t good = 0, i;

    if (json_array_size(files) == 0)
        return;
    json_array_foreach (files, i, file)
        good += json_is_true(json_object_get(file, "ok"));
    printf(_("folder   %zu files taken in by themselves, %zu not\n"), good, json_array_size(files) - good);
    json_array_foreach (files, i, file)
        if (!json_is_true(json_object_get(file, "ok")))
            printf("         %s: %s\n", text_of(file, "name"), text_of(file, "said"));
}

int cmd_status(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair status [OPTIONS]",
        .summary = N_("Says how this home is doing: node, neighbours, rounds, disk. Exit code 0: the node runs "
                   "and all is well;\n"
                   "1: it runs and something is wrong; 3: it does not run (what the store knows is shown all "
                   "the same)."),
    };
    json_t *reply;
    bool running;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    code = cli_ask(&cli, "status", NULL, &reply);
    if (code)
        return code;
    running = json_is_true(json_object_get(reply, "running"));
    code = !running ? EXIT_NO_DAEMON : text_of(reply, "trouble")[0] ? EXIT_FAILED : EXIT_DONE;
    if (cli.json)
        return cli_json(reply) ? EXIT_FAILED : code;
    say_node(reply, running);
    say_neighbours(reply);
    say_rounds(reply);
    say_health(reply);
    say_watched(reply);
    json_decref(reply);
    return code;
}
