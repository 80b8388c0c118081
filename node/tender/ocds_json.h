/* ocds_json.h - the pieces ocds.c and ocds_bids.c are built from. Every step is sticky: each takes over the
 * references it is given, and one missing piece (memory) marks the whole as failed, so the callers read as
 * plain lists of fields. */
#ifndef COOP_NODE_OCDS_JSON_H
#define COOP_NODE_OCDS_JSON_H

#include "node/tender/tender.h"

#include <jansson.h>

enum { OCDS_TEXT_MAX = 4096, OCDS_ID_MAX = 48 };

struct ocds {
    const struct tender *tender;
    char topic[2 * ID_SIZE + 1], proof[2 * HASH_SIZE + 1];
    char ocid[OCID_PREFIX_MAX + 40], buyer[OCDS_ID_MAX];
    bool failed;
};
struct words {
    char text[OCDS_TEXT_MAX]; /* what does not fit is cut */
    size_t used;
};

void ocds_put(struct ocds *o, json_t *object, const char *key, json_t *value);
void ocds_put_text(struct ocds *o, json_t *object, const char *key,
                   const char *text); /* cleaned of what harms */
void ocds_put_date(struct ocds *o, json_t *object, const char *key, uint64_t time_s);
void ocds_add(struct ocds *o, json_t *array, json_t *value);
json_t *ocds_list(struct ocds *o, const char *text);
json_t *ocds_object(struct ocds *o, const char *id);
json_t *ocds_reference(struct ocds *o, const char *id, const char *name);
json_t *ocds_euro(struct ocds *o, uint64_t value, unsigned decimals); /* 2: cents; 4: 1/10 000 euro */
json_t *ocds_unit(struct ocds *o, const char *code);
json_t *ocds_release(struct ocds *o, const char *id, const char *tag, uint64_t date_s);
void ocds_lot_id(char out[OCDS_ID_MAX], size_t lot);
void ocds_item_id(char out[OCDS_ID_MAX], size_t lot, size_t item);

void words_add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *ocds_say(const struct ocds *o, const char *english, const char *french)
    __attribute__((format_arg(2), format_arg(3)));

/* ocds_bids.c: what is told once the bids are open. */
json_t *ocds_bids_release(struct ocds *o, uint64_t date_s);
json_t *ocds_award_release(struct ocds *o, uint64_t date_s);

#endif
