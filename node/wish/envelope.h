/* envelope.h - the head of a replicated record as its bytes say it (WIRE 5.1), for those who hold one and do
 * not judge it: nothing is verified here, the fold does that. */
#ifndef COOP_NODE_ENVELOPE_H
#define COOP_NODE_ENVELOPE_H

#include "proto/proto.h"

struct envelope {
    enum record_kind kind;
    enum box_index box;
    uint8_t topic[ID_SIZE], author[KEY_SIZE];
    struct bytes body;   /* borrowed from the record, as the next */
    struct bytes fields; /* the first seven, borrowed from the record */
};
bool envelope_read(struct envelope *out, struct bytes record); /* false: not a record of this version */
void envelope_id(uint8_t out[ID_SIZE], const struct envelope *envelope);
/* Deals of one author in one box: how often a home has spoken there. */
size_t envelope_deals(const struct topic *topic, enum box_index box, const uint8_t author[KEY_SIZE]);

#endif
