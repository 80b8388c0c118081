/* groups.c - the list of groups as one small setting, written whole. Its secrets are sealed by the store like
 * everything else. */
#include "node/home/groups.h"
#include "node/tongue/tongue.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define GROUPS_SETTING "groups"
enum { GROUPS_BYTES_MAX = 8 + GROUPS_MAX * (GROUP_SECRET_SIZE + ADDRESS_MAX + 8) };

static bool groups_decode(struct group_entry out[GROUPS_MAX], size_t *count, struct bytes bytes)
{
    struct reader r = reader_from(bytes);

    *count = reader_array(&r, 0, GROUPS_MAX);
    for (size_t i = 0; i < *count; i++) {
        reader_array(&r, 2, 2);
        reader_fixed(&r, out[i].secret, GROUP_SECRET_SIZE);
        reader_text(&r, out[i].address, ADDRESS_MAX);
    }
    if (reader_done(&r))
        return true;
    *count = 0;
    return false;
}

bool groups_read(struct group_entry out[GROUPS_MAX], size_t *count, struct store_txn *txn)
{
    struct bytes bytes;

    *count = 0;
    return !store_setting_get(txn, &bytes, NULL, GROUPS_SETTING) || groups_decode(out, count, bytes);
}

static enum status groups_refuse(struct failure *why)
{
    return failure_say(why, STATUS_VERSION, _("the list of groups was written by another version of coopair"));
}

enum status groups_list(struct group_entry out[GROUPS_MAX], size_t *count, struct store *store,
                        struct failure *why)
{
    struct store_txn *txn = store_begin(store, STORE_READ);
    bool known = groups_read(out, count, txn);
    enum status status = store_commit(txn, why);

    return status || known ? status : groups_refuse(why);
}

static void groups_write(struct store_txn *txn, const struct group_entry *groups, size_t count)
{
    uint8_t bytes[GROUPS_BYTES_MAX];
    struct writer w = writer_to(bytes, sizeof bytes);

    writer_array(&w, count);
    for (size_t i = 0; i < count; i++) {
        writer_array(&w, 2);
        writer_bin(&w, BYTES(groups[i].secret));
        writer_text(&w, groups[i].address);
    }
    store_setting_put(txn, NULL, GROUPS_SETTING, (struct bytes){ bytes, writer_done(&w) });
    sodium_memzero(bytes, sizeof bytes);
}

/* Puts the entry into the list. */
static enum status groups_place(struct group_entry groups[GROUPS_MAX], size_t *count,
                                const struct group_entry *entry, struct failure *why)
{
    size_t at = 0;

    while (at < *count && sodium_memcmp(groups[at].secret, entry->secret, GROUP_SECRET_SIZE) != 0)
        at++;
    if (at < *count && (entry->address[0] == '\0' || strcmp(groups[at].address, entry->address) == 0))
        return failure_say(why, STATUS_EXISTS, _("this home belongs to that group already"));
    if (at == GROUPS_MAX)
        return failure_say(why, STATUS_FULL, _("this home belongs to %d groups, and that is the most"),
                           GROUPS_MAX);
    groups[at] = *entry;
    if (at == *count)
        ++*count;
    return STATUS_OK;
}

enum status groups_add(struct store *store, const struct group_entry *entry, struct failure *why)
{
    struct group_entry groups[GROUPS_MAX];
    struct store_txn *txn = store_begin(store, STORE_WRITE);
    size_t count;
    enum status status = groups_read(groups, &count, txn) ? STATUS_OK : groups_refuse(why);

    if (!status)
        status = groups_place(groups, &count, entry, why);
    if (status) {
        store_abort(txn);
    } else {
        groups_write(txn, groups, count);
        status = store_commit(txn, why);
    }
    sodium_memzero(groups, sizeof groups);
    return status;
}

enum status groups_join(struct node *node, const struct group_entry *entry, struct failure *why)
{
    struct event event = { .now_ms = node_now_ms(node),
                           .type = EVENT_GROUP,
                           .bytes = BYTES(entry->secret),
                           .address = entry->address };
    enum status status = groups_add(node_store(node), entry, why);

    return status ? status : node_command(node, &event, why);
}
