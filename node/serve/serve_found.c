/* serve_found.c - a group made, and rounds in it.
 *
 * Happy path: a group is on disk before the core hears of it, then its round, then the wish to be in its
 * registry. Failure modes: a charter that breaks a rule of WIRE 4.2, too many groups or rounds, the same round twice. */
#include "node/profile/zone.h"
#include "node/serve/group_view.h"
#include "node/serve/round_view.h"
#include "node/serve/serve.h"
#include "node/tender/tender.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"
#include "node/wish/wish.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* ---- The charter. */

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

/* ---- The round. */

/* Typed twice by mistake, a street would be split in two. */
static enum status twin_refuse(struct node *node, const struct charter *charter, struct failure *why)
{
    for (size_t i = 0; i < core_topic_count(node_core(node)); i++) {
        const struct charter *other = topic_charter(core_topic_at(node_core(node), i));

        if (strcmp(other->title, charter->title) == 0 && other->opens_s + other->window_s[0] > charter->opens_s)
            return failure_say(why, STATUS_EXISTS,
                               _("a round called \"%.60s\" takes homes already: its code is shown by coopair group invite; "
                                 "for another one give another --title"),
                               charter->title);
    }
    return STATUS_OK;
}

/* The founder's keys are drawn from the group and the time (WIRE 4.4): no two rounds of a group begin in the same second. */
static void time_own(struct node *node, struct charter *charter)
{
    for (size_t i = 0; i < core_topic_count(node_core(node)); i++) {
        const struct charter *other = topic_charter(core_topic_at(node_core(node), i));

        if (memcmp(other->group, charter->group, ID_SIZE) == 0 && other->opens_s == charter->opens_s) {
            charter->opens_s++;
            i = SIZE_MAX; /* from the first again */
        }
    }
}

/* The group, its round, the enrolment: in this order, each on disk before the next. */
static enum status round_found(struct node *node, const struct group_entry *group, struct charter *charter,
                               uint8_t id[ID_SIZE], struct failure *why)
{
    struct event event = { .type = EVENT_TOPIC, .address = "" };
    uint8_t bytes[CHARTER_MAX];
    enum status status;

    group_id(charter->group, group->secret);
    time_own(node, charter);
    charter_found(charter, node_seed(node), group->secret);
    status = charter_check(charter, why);
    if (status != STATUS_OK)
        return status;
    event.bytes = (struct bytes){ bytes, charter_write(bytes, sizeof bytes, charter) };
    if (event.bytes.size == 0)
        return failure_say(why, STATUS_MALFORMED, _("the texts of this round are too long"));
    charter_id(id, event.bytes);
    status = groups_join(node, group, why);
    if (status == STATUS_OK || status == STATUS_EXISTS)
        status = node_command(node, &event, why);
    if (status == STATUS_OK)
        status = wish_try(node, id, why);
    return status;
}

static enum status found(struct node *node, const struct group_entry *group, struct charter *charter, json_t *reply,
                         struct failure *why)
{
    struct answer a = { false };
    uint8_t id[ID_SIZE];
    enum status status = twin_refuse(node, charter, why);
    struct topic *topic;

    if (status == STATUS_OK)
        status = round_found(node, group, charter, id, why);
    if (status != STATUS_OK)
        return status;
    topic = core_topic_find(node_core(node), id);
    code_view(&a, reply, node, group, "");
    answer_hex(&a, reply, "topic", id, sizeof id);
    if (topic != NULL)
        round_view(&a, answer_object(&a, reply, "round"), node, topic);
    return answer_done(&a, why);
}

static enum status group_create(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct group_entry group = { .address = "" };
    struct charter charter;
    enum status status = charter_take(&charter, args, node_now_ms(node) / 1000, why);

    if (status != STATUS_OK)
        return status;
    rng_fill(node_rng(node), group.secret, sizeof group.secret);
    status = found(node, &group, &charter, reply, why);
    sodium_memzero(&group, sizeof group);
    return status;
}

static enum status round_create(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct group_entry group;
    struct charter charter;
    enum status status = charter_take(&charter, args, node_now_ms(node) / 1000, why);

    if (status == STATUS_OK)
        status = arg_group(&group, node, args, why);
    if (status != STATUS_OK)
        return status;
    status = found(node, &group, &charter, reply, why);
    sodium_memzero(&group, sizeof group);
    return status;
}

const struct served serve_found[] = {
    { "group.create", group_create, false }, { "round.create", round_create, false }, { NULL, NULL, false },
};
