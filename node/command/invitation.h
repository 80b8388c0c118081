/* invitation.h - what a household is told about the code of its group. To standard output. */
#ifndef COOP_NODE_INVITATION_H
#define COOP_NODE_INVITATION_H

#include <jansson.h>
#include <stdbool.h>

void invitation_print(json_t *reply, bool qr); /* of group.create, round.create and group.invite */
void round_deadline_print(json_t *round);      /* until when homes can enrol; nothing when that is over */

#endif
