/* group_view.h - one group of this home, as requests name it and replies show it. */
#ifndef COOP_NODE_GROUP_VIEW_H
#define COOP_NODE_GROUP_VIEW_H

#include "node/home/groups.h"
#include "node/serve/answer.h"

/* By "group": the beginning of its id (4 digits or more), or the title of a round of it; absent or "": the only one.
 * Wipe it. */
enum status arg_group(struct group_entry *out, struct node *node, json_t *args, struct failure *why);
/* Its id, invitation code, and the address in that: the one given, or "" for where this node listens. */
void code_view(struct answer *a, json_t *out, struct node *node, const struct group_entry *group, const char *address);
void known_rounds(struct answer *a, json_t *list, struct node *node, const uint8_t group[ID_SIZE]);

#endif
