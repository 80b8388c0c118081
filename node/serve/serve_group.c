/* serve_group.c - the groups of this home: made, joined, invited to, shown.
 *
 * Happy path: a group is on disk before the core hears of it, then its first round, then the wish to be in
 * its registry. To join is to know the code; what leaves then is a link to the members and, for each round
 * whose registry is open, an enrolment that says nothing about the home. Failure modes: a code with a typing
 * error, a charter that breaks a rule of WIRE 4.2, too many groups. */
#include "node/home/groups.h"
#include "node/profile/zone.h"
#include "node/serve/round_view.h"
#include "node/serve/serve.h"
#include "node/tender/tender.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* ---- Making one. */

static enum status text_take(char *out, size_t room, json_t *args, const char *name, const char *otherwise,
                             struct failure *why)
{
    const char *text = arg_text_or(args, name, otherwise);

    if (strlen(text) >= room)
        return failure_say(why, STATUS_MALFORMED, _("--%s takes at most %zu bytes"), name, room - 1);
    if (!text_printable(text))
        return failure_say(why, STATUS_MALFORMED, _("--%s must be printable text"), name);
    memcpy(out, text, strlen(text) + 1);
    return STATUS_OK;
}

static enum status number_take(uint32_t *out, json_t *args, const char *name, struct failure *why)
{
    uint64_t value;

    if (json_object_get(args, name) == NULL)
        return STATUS_OK; /* as the template has it */
    if (!arg_uint(&value, args, name, BOX_DEALS_MAX, why))
        return STATUS_MALFORMED;
    *out = (uint32_t)value;
    return STATUS_OK;
}

/* "2d,1d,1d,2d,3d": one window a box, in order; a number alone is seconds. */
static enum status windows_take(struct charter *charter, json_t *args, struct failure *why)
{
    const char *at = arg_text_or(args, "windows", "");

    for (int box = 0; at[0] != '\0' && box < BOXES; box++) {
        size_t size = strcspn(at, ",");
        uint64_t seconds;
        char one[16];

        if (size == 0 || size >= sizeof one - 1 || (at[size] == ',') != (box + 1 < BOXES))
            return failure_say(why, STATUS_MALFORMED,
                               _("--windows takes %d spans: registry,key,interest,join,bids (4d,1d,1d,4d,3d)"),
                               BOXES);
        memcpy(one, at, size);
        memcpy(one + size, strspn(at, "0123456789") == size ? "s" : "\0", 2);
        if (!words_span_read(&seconds, one, UINT32_MAX))
            return failure_say(why, STATUS_MALFORMED,
                               _("--windows: %.15s is no span of time (90s, 15m, 36h, 3d, 2w)"), one);
        charter->window_s[box] = (uint32_t)seconds;
        at += size + (at[size] == ',');
    }
    return STATUS_OK;
}

/* Nobody may ask for totals of fewer homes than the template allows: its floor is what makes a total
 * harmless. */
static enum status floor_take(struct charter *charter, json_t *args, struct failure *why)
{
    uint32_t least = charter->floor;
    enum status status = number_take(&charter->floor, args, "floor", why);

    if (status == STATUS_OK && charter->floor < least)
        return failure_say(why, STATUS_MALFORMED,
                           _("--floor cannot be below %u for %s: a total of fewer homes tells about each"),
                           (unsigned)least, charter->category);
    return status;
}

/* The season names the year, so that a profile is noised once a year and good, not once a round. */
static void season_name(struct charter *charter)
{
    char date[21];

    tender_date(date, charter->opens_s);
    snprintf(charter->season, sizeof charter->season, "%.4s", date);
}

/* Public like the whole charter: a small commune is named as its department. */
static enum status zone_take(struct charter *charter, json_t *args, struct failure *why)
{
    char zone[sizeof charter->zone];
    enum status status = text_take(zone, sizeof zone, args, "zone", "", why);
    uint32_t people;

    if (status == STATUS_OK)
        zone_coarsen(charter->zone, sizeof charter->zone, &people, zone);
    return status;
}

static enum status charter_take(struct charter *charter, json_t *args, uint64_t now_s, struct failure *why)
{
    enum status status = charter_from_template(charter, arg_text_or(args, "good", ""),
                                               arg_text_or(args, "pace", "street"), why);

    if (status == STATUS_OK)
        status = text_take(charter->title, sizeof charter->title, args, "title", charter->title, why);
    if (status == STATUS_OK)
        status = zone_take(charter, args, why);
    if (status == STATUS_OK)
        status = text_take(charter->contact, sizeof charter->contact, args, "contact", "", why);
    if (status == STATUS_OK)
        status = floor_take(charter, args, why);
    if (status == STATUS_OK)
        status = number_take(&charter->invite_count, args, "homes", why);
    if (status == STATUS_OK)
        status = windows_take(charter, args, why);
    if (status != STATUS_OK)
        return status == STATUS_MISSING ? STATUS_MALFORMED : status;
    snprintf(charter->network, sizeof charter->network, "%s", NODE_NETWORK);
    charter->opens_s = now_s;
    season_name(charter);
    return STATUS_OK;
}

/* The group, its round, the enrolment: in this order, each on disk before the next. */
static enum status group_found(struct node *node, const struct group_entry *group, struct charter *charter,
                               uint8_t id[ID_SIZE], struct failure *why)
{
    struct event event = { .type = EVENT_TOPIC, .address = "" };
    uint8_t bytes[CHARTER_MAX];
    enum status status;

    charter_found(charter, node_seed(node), group->secret);
    status = charter_check(charter, why);
    if (status != STATUS_OK)
        return status;
    event.bytes = (struct bytes){ bytes, charter_write(bytes, sizeof bytes, charter) };
    if (event.bytes.size == 0)
        return failure_say(why, STATUS_MALFORMED, _("the texts of this round are too long"));
    charter_id(id, event.bytes);
    status = groups_join(node, group, why);
    if (status == STATUS_OK)
        status = node_command(node, &event, why);
    if (status == STATUS_OK)
        status = wish_try(node, id, why);
    return status;
}

static void code_view(struct answer *a, json_t *out, struct node *node, const struct group_entry *group)
{
    struct invitation invitation = { .address = "" };
    uint8_t id[ID_SIZE];
    struct node_facts facts;
    char code[CODE_MAX];

    node_facts(node, &facts);
    memcpy(invitation.secret, group->secret, sizeof invitation.secret);
    snprintf(invitation.address, sizeof invitation.address, "%s", facts.listen_address);
    invitation_write(code, &invitation);
    group_id(id, group->secret);
    answer_hex(a, out, "group", id, sizeof id);
    answer_text(a, out, "code", code);
    answer_text(a, out, "address", invitation.address);
    sodium_memzero(code, sizeof code);
    sodium_memzero(&invitation, sizeof invitation);
}

static enum status group_create(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct group_entry group = { .address = "" };
    struct answer a = { false };
    struct charter charter;
    struct topic *topic;
    uint8_t id[ID_SIZE];
    enum status status = charter_take(&charter, args, node_now_ms(node) / 1000, why);

    if (status != STATUS_OK)
        return status;
    rng_fill(node_rng(node), group.secret, sizeof group.secret);
    status = group_found(node, &group, &charter, id, why);
    topic = status == STATUS_OK ? core_topic_find(node_core(node), id) : NULL;
    if (status == STATUS_OK) {
        code_view(&a, reply, node, &group);
        answer_hex(&a, reply, "topic", id, sizeof id);
        if (topic != NULL)
            round_view(&a, answer_object(&a, reply, "round"), node, topic);
        status = answer_done(&a, why);
    }
    sodium_memzero(&group, sizeof group);
    return status;
}

/* ---- Joining one. */

static void known_rounds(struct answer *a, json_t *list, struct node *node, const uint8_t group[ID_SIZE])
{
    for (size_t i = 0; i < core_topic_count(node_core(node)); i++) {
        struct topic *topic = core_topic_at(node_core(node), i);

        if (memcmp(topic_charter(topic)->group, group, ID_SIZE) == 0)
            round_view(a, answer_item(a, list), node, topic);
    }
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
    if (strlen(address) >= sizeof group.address || !text_printable(address))
        return failure_say(why, STATUS_MALFORMED, _("an address is HOST:PORT of at most %zu bytes"),
                           sizeof group.address - 1);
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
static bool group_fits(struct node *node, const struct group_entry *group, const char *wanted)
{
    uint8_t id[ID_SIZE];
    char hex[2 * ID_SIZE + 1];

    group_id(id, group->secret);
    tender_hex(hex, id, sizeof id);
    if (wanted[0] == '\0' ||
        (strlen(wanted) >= 4 && strlen(wanted) < sizeof hex && strncmp(hex, wanted, strlen(wanted)) == 0))
        return true;
    for (size_t i = 0; i < core_topic_count(node_core(node)); i++) {
        const struct charter *charter = topic_charter(core_topic_at(node_core(node), i));

        if (memcmp(charter->group, id, ID_SIZE) == 0 && strcmp(charter->title, wanted) == 0)
            return true;
    }
    return false;
}

static enum status arg_group(struct group_entry *out, struct node *node, json_t *args, struct failure *why)
{
    const char *wanted = arg_text_or(args, "group", "");
    struct group_entry groups[GROUPS_MAX];
    size_t count, fits = 0;
    enum status status = groups_list(groups, &count, node_store(node), why);

    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        if (group_fits(node, &groups[i], wanted)) {
            *out = groups[i];
            fits++;
        }
    sodium_memzero(groups, sizeof groups);
    if (status != STATUS_OK || fits == 1)
        return status;
    if (fits == 0 && wanted[0] == '\0')
        return failure_say(why, STATUS_MISSING,
                           _("this home belongs to no group; see: coopair group join --help"));
    return failure_say(why, STATUS_MISSING, _("%zu groups fit \"%.60s\"; see: coopair group list"), fits,
                       wanted);
}

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
    enum status status = arg_group(&group, node, args, why);

    if (status != STATUS_OK)
        return status;
    code_view(&a, reply, node, &group);
    group_id(id, group.secret);
    known_rounds(&a, answer_array(&a, reply, "rounds"), node,
                 id); /* their registries say until when the code is good */
    sodium_memzero(&group, sizeof group);
    return answer_done(&a, why);
}

const struct served serve_group[] = {
    { "group.create", group_create, false }, { "group.join", group_join, false },
    { "group.list", group_list, false },     { "group.show", group_show, false },
    { "group.invite", group_invite, false }, { NULL, NULL, false },
};
