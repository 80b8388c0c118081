/* letter.h - a letter without its round: sealing, form and signature. WIRE 9.1. Private to the room. */
#ifndef COOP_PROTO_LETTER_H
#define COOP_PROTO_LETTER_H

#include "proto/proto.h"

/* Opens with the inbox, in the context of this topic, and checks form and signature; whether the pseudonym is
 * a home of the lot is letter_open's question. out is untouched on failure. */
enum status letter_unseal(struct letter *out, struct bytes in, const struct group_key *inbox,
                          const uint8_t topic[ID_SIZE], struct failure *why);

#endif
