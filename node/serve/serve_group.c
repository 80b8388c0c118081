/* serve_group.c - the groups of this home: joined, invited to, shown.
 *
 * To join is to know the code; what leaves then is a link to the members and, for each round whose registry is
 * open, an enrolment that says nothing about the home. Failure modes: a code with a typing error, too many groups. */
#include "node/home/address.h"
#include "node/home/groups.h"
#include "node/serve/group_view.h"
#include "node/serve/round_view.h"
#include "node/serve/serve.h"
#include "node/tender/tender.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* ---- Joining one. */

/* A name would make every home that gets the code ask a name server: numbers only. */
static enum status address_fit(const char *text, struct failure *why)
{
    struct sockaddr_storage address;

    if (strlen(text) < ADDRESS_MAX && address_read(&address, text) && address_dialable(&address))
        return STATUS_OK;
    return failure_say(why, STATUS_MALFORMED, _("\"%.60s\" cannot be dialled: an address is written as 192.0.2.7:4711 or [2001:db8::7]:4711"),
                       text);
}

static enum status group_join(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    const char *code = arg_text(args, "code", 4 * CODE_MAX, why), *address = arg_text_or(args, "address", "");
    struct invitation invitation;
    struct group_entry group;
    struct answer a = { false };
    uint8_t id[ID_SIZE];
    enum status status = code == NULL ? STATUS_MALFORMED : invitation_read(&invitation, code, why);

    if (status != STATUS_OK)
        return status;
    if (address[0] != '\0')
        status = address_fit(address, why);
    if (status != STATUS_OK)
        return status;
    memcpy(group.secret, invitation.secret, sizeof group.secret);
    snprintf(group.address, sizeof group.address, "%s", address[0] != '\0' ? address : invitation.address);
    status = groups_join(node, &group, why);
    if (status == STATUS_OK || status == STATUS_EXISTS) {
        group_id(id, group.secret);
        answer_hex(&a, reply, "group", id, sizeof id);
        answer_flag(&a, reply, "known_before", status == STATUS_EXISTS);
        answer_text(&a, reply, "address", group.address);
        known_rounds(&a, answer_array(&a, reply, "rounds"), node, id);
        status = answer_done(&a, why);
    }
    sodium_memzero(&invitation, sizeof invitation);
    sodium_memzero(&group, sizeof group);
    return status;
}

/* ---- Showing them. */

struct met {
    uint8_t group[ID_SIZE];
    size_t count;
};

static bool count_met(void *arg, const struct store_peer *peer)
{
    struct met *met = arg;

    met->count += memcmp(peer->group, met->group, ID_SIZE) == 0;
    return true;
}

static void group_view(struct answer *a, json_t *out, struct node *node, const struct group_entry *group)
{
    struct met met = { .count = 0 };
    struct store_txn *txn;

    group_id(met.group, group->secret);
    txn = store_begin(node_store(node), STORE_READ);
    store_peer_scan(txn, count_met, &met);
    store_abort(txn);
    answer_hex(a, out, "group", met.group, sizeof met.group);
    answer_text(a, out, "address", group->address);
    answer_uint(a, out, "met", met.count);
    known_rounds(a, answer_array(a, out, "rounds"), node, met.group);
}

static enum status group_list(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct group_entry groups[GROUPS_MAX];
    struct answer a = { false };
    json_t *list = answer_array(&a, reply, "groups");
    size_t count;
    enum status status = groups_list(groups, &count, node_store(node), why);

    (void)args;
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        group_view(&a, answer_item(&a, list), node, &groups[i]);
    sodium_memzero(groups, sizeof groups);
    return status != STATUS_OK ? status : answer_done(&a, why);
}

/* A group is meant by the beginning of its id (4 digits or more), or by the title of a round of it. */
static enum status group_show(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct group_entry group;
    struct answer a = { false };
    enum status status = arg_group(&group, node, args, why);

    if (status != STATUS_OK)
        return status;
    group_view(&a, reply, node, &group);
    sodium_memzero(&group, sizeof group);
    return answer_done(&a, why);
}

static enum status group_invite(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct group_entry group;
    struct answer a = { false };
    uint8_t id[ID_SIZE];
    const char *address = arg_text_or(args, "address", "");
    enum status status = address[0] == '\0' ? STATUS_OK : address_fit(address, why);

    if (status == STATUS_OK)
        status = arg_group(&group, node, args, why);
    if (status != STATUS_OK)
        return status;
    code_view(&a, reply, node, &group, address);
    group_id(id, group.secret);
    known_rounds(&a, answer_array(&a, reply, "rounds"), node,
                 id); /* their registries say until when the code is good */
    sodium_memzero(&group, sizeof group);
    return answer_done(&a, why);
}

const struct served serve_group[] = {
    { "group.join", group_join, false }, { "group.list", group_list, false }, { "group.show", group_show, false },
    { "group.invite", group_invite, false }, { NULL, NULL, false },
};
