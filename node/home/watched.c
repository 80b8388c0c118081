/* watched.c - see watched.h. Failure mode: an entry that does not read any more is as none, and the files are read again. */
#include "node/home/watched.h"

#include "node/tongue/tongue.h"

#include <stdlib.h>
#include <string.h>

#define KEPT "watched files"

json_t *watched_read(struct store *store)
{
    struct store_txn *txn = store_begin(store, STORE_READ);
    struct bytes value;
    json_t *list = NULL;

    if (store_setting_get(txn, &value, NULL, KEPT))
        list = json_loadb((const char *)value.data, value.size, JSON_REJECT_DUPLICATES, NULL);
    store_abort(txn);
    if (json_is_array(list))
        return list;
    json_decref(list);
    return NULL;
}

enum status watched_keep(struct store *store, json_t *list, struct failure *why)
{
    char *text = json_dumps(list, JSON_COMPACT);
    struct store_txn *txn;
    enum status status;

    if (!text)
        return failure_say(why, STATUS_NOMEM, _("out of memory"));
    txn = store_begin(store, STORE_WRITE);
    store_setting_put(txn, NULL, KEPT, (struct bytes){ (const uint8_t *)text, strlen(text) });
    status = store_commit(txn, why);
    free(text);
    return status;
}
