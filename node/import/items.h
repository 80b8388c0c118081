/* items.h - what the formats in JSON share. Private to import/. */
#ifndef COOP_NODE_IMPORT_ITEMS_H
#define COOP_NODE_IMPORT_ITEMS_H

#include "node/import/rows.h"

#include <jansson.h>

/* A year of half hours in any of the formats is a fifth of either. */
enum { ITEMS_FILE_MAX = 8 << 20, ITEMS_TREE_MAX = 32 << 20, ITEM_TEXT = 64 };
/* Whether it is an object that names these keys near its beginning; the second may be NULL. */
bool items_recognise(struct bytes file, const char *key, const char *other);
/* NULL: *status and *why say why. Files are bounded, because a tree takes many times their size. */
json_t *items_load(enum status *status, struct bytes file, struct failure *why);
/* The text or the number under a key as text, "" if there is none. Points into buffer. */
struct bytes item_text(char buffer[ITEM_TEXT], json_t *item, const char *key);

#endif
