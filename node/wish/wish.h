/* wish.h - what the household wants done in a round later than now: "enrol me, and when the time comes deal
 * this". The core refuses what is too early; a wish is kept in the store, tried at each change of phase, and
 * survives restarts.
 *
 * A wish is on disk before anything of it is done, and whether it is done is read off the records: nothing
 * has to be ticked off, so a restart at any point deals neither twice nor never. Who belongs to a group and
 * has said nothing about a round wishes to be in its registry. */
#ifndef COOP_NODE_WISH_H
#define COOP_NODE_WISH_H

#include "node/home/node.h"

struct wish {
    bool enrol;    /* be in the registry of the round */
    bool interest; /* deal in the interest box */
    int report;    /* noised cell, or -1; leaves only while PURPOSE_PROFILE is allowed (consent.h) */
    int cell;      /* the true one, which never leaves; -1: not known */
    bool join;     /* deal in the join box; choice_count 0: withdraw */
    uint32_t lots[LOT_CHOICES_MAX], minimums[LOT_CHOICES_MAX];
    size_t choice_count;
    uint64_t values[DEAL_VALUES_MAX];
    size_t value_count;
    uint64_t dealt_before; /* join deals this home had made when it wished this: one more, and it is done */
};
/* false: none kept (or no longer readable); *out is then what a member wishes by itself. Holds the
 * household's figures: wish_clear. */
bool wish_read(struct node *node, const uint8_t topic[ID_SIZE], struct wish *out);
/* What stands in this round: what was wished in it, which says about its interest too; else what is allowed in
 * every round (consent.h). */
void wish_find(struct node *node, const uint8_t topic[ID_SIZE], struct wish *out);
void wish_join_event(struct event *out, const struct wish *wish); /* without the topic; wipe it */
enum status wish_write(struct node *node, const uint8_t topic[ID_SIZE], const struct wish *wish,
                       struct failure *why);
void wish_clear(struct wish *wish);
/* Gives the core whatever of the wish its phase allows now. STATUS_OK: done, or it waits for its time;
 * otherwise why the core refused. What is gathered is on disk with the next node_flush. */
enum status wish_try(struct node *node, const uint8_t topic[ID_SIZE], struct failure *why);
/* The same for every round. */
node_turn wishes_try;

/* The home's own answer to the winner, kept beside the wish. */
enum offer_answer { ANSWER_NONE, ANSWER_ACCEPTED, ANSWER_DECLINED };
enum offer_answer wish_answer_read(struct node *node, const uint8_t topic[ID_SIZE]);
enum status wish_answer_write(struct node *node, const uint8_t topic[ID_SIZE], enum offer_answer answer,
                              struct failure *why);

#endif
