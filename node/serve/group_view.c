/* group_view.c - see group_view.h. */
#include "node/serve/group_view.h"

#include "node/serve/round_view.h"
#include "node/serve/serve.h"
#include "node/tender/tender.h"
#include "node/tongue/tongue.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

void code_view(struct answer *a, json_t *out, struct node *node, const struct group_entry *group, const char *address)
{
    struct invitation invitation = { .address = "" };
    uint8_t id[ID_SIZE];
    struct node_facts facts;
    char code[CODE_MAX];

    node_facts(node, &facts);
    memcpy(invitation.secret, group->secret, sizeof invitation.secret);
    snprintf(invitation.address, sizeof invitation.address, "%s", address[0] != '\0' ? address : facts.address);
    invitation_write(code, &invitation);
    group_id(id, group->secret);
    answer_hex(a, out, "group", id, sizeof id);
    answer_text(a, out, "code", code);
    answer_text(a, out, "address", invitation.address);
    sodium_memzero(code, sizeof code);
    sodium_memzero(&invitation, sizeof invitation);
}

void known_rounds(struct answer *a, json_t *list, struct node *node, const uint8_t group[ID_SIZE])
{
    for (size_t i = 0; i < core_topic_count(node_core(node)); i++) {
        struct topic *topic = core_topic_at(node_core(node), i);

        if (memcmp(topic_charter(topic)->group, group, ID_SIZE) == 0)
            round_view(a, answer_item(a, list), node, topic);
    }
}

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

enum status arg_group(struct group_entry *out, struct node *node, json_t *args, struct failure *why)
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
    if (wanted[0] == '\0')
        return failure_say(why, STATUS_MISSING, _("this home is in %zu groups: name the one you mean; see: coopair group list"), fits);
    return failure_say(why, STATUS_MISSING, _("%zu groups fit \"%.60s\"; see: coopair group list"), fits,
                       wanted);
}
