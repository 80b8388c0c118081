/* groups.h - the groups this home belongs to: one setting of the household, "groups": [[secret, address],
 * ...] in canonical MessagePack. */
#ifndef COOP_NODE_GROUPS_H
#define COOP_NODE_GROUPS_H

#include "node/home/node.h"

struct group_entry {
    uint8_t secret[GROUP_SECRET_SIZE];
    char address[ADDRESS_MAX]; /* of one member, to begin with; may be "" */
};

/* out is to be wiped. false: the list is there and says something this program does not understand; nobody
 * may write over it. A failure of the transaction reads as no groups, and is found at its commit. */
bool groups_read(struct group_entry out[GROUPS_MAX], size_t *count, struct store_txn *txn);
/* The same for whoever has no transaction open. */
enum status groups_list(struct group_entry out[GROUPS_MAX], size_t *count, struct store *store,
                        struct failure *why);

/* Adds the group, or another first address for it, to the list. STATUS_EXISTS: it is there as it is;
 * STATUS_FULL. On disk when it returns. */
enum status groups_add(struct store *store, const struct group_entry *entry, struct failure *why);
/* groups_add, and the running node belongs to it from now on. STATUS_EXISTS is for the caller to take as it
 * likes: nothing was changed. */
enum status groups_join(struct node *node, const struct group_entry *entry, struct failure *why);

#endif
