/* cmd_peers.c - coopair peers: who this home is linked to, whom it knows. */
#include "node/command/command.h"
#include "node/tongue/tongue.h"

static const char *state_of(json_t *peer)
{
    if (json_is_true(json_object_get(peer, "discouraged")))
        return _("kept away: it broke the protocol, forgotten after a day");
    if (!json_is_true(json_object_get(peer, "linked")))
        return _("known, not linked; tried again by itself");
    return json_is_true(json_object_get(peer, "incoming")) ? _("linked, it called") : _("linked, we called");
}

static void say_peer(json_t *peer)
{
    const char *key = json_string_value(json_object_get(peer, "key"));
    const char *address = json_string_value(json_object_get(peer, "address"));

    printf("%-8.8s  %-24s  %8lld  %8lld  %s\n", key ? key : "?", address && address[0] ? address : "-",
           (long long)json_integer_value(json_object_get(peer, "bytes_in")),
           (long long)json_integer_value(json_object_get(peer, "bytes_out")), state_of(peer));
}

int cmd_peers(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair peers [OPTIONS]",
        .summary = N_("Lists the neighbours of the running node: the beginning of their link key, address, "
                   "bytes received and\n"
                   "sent, and how it stands with them."),
    };
    json_t *reply, *peers, *peer;
    size_t i;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    code = cli_ask(&cli, "peers", NULL, &reply);
    if (code)
        return code;
    if (cli.json)
        return cli_json(reply);
    peers = json_object_get(reply, "peers");
    if (json_array_size(peers) == 0)
        puts(_("No neighbour yet. They find this home by a common group: coopair group create, or coopair "
             "group join CODE"));
    else
        printf("%-8s  %-24s  %8s  %8s\n", _("key"), _("address"), "in", _("out"));
    json_array_foreach(peers, i, peer) say_peer(peer);
    json_decref(reply);
    return EXIT_DONE;
}
