/* own.h - what this home itself does in a round: its keys, its place, its deals (dealer.c, keeper.c) and its
 * duty on the committee (voter.c, clerk.c, opener.c). Private to the room.
 *
 * Nothing here changes a topic and nothing remembers what it did: each function looks at the fold and at this
 * home's own records in it, and writes at most one record that is due. The caller adds it to the topic, has
 * it on disk before it is sent, and asks again until nothing is due; it stops asking when the topic does not
 * take the record. So a restart repeats itself instead of contradicting itself (WIRE 6.6), as long as
 * everything that was on disk is in the topic before the first question. */
#ifndef COOP_PROTO_OWN_H
#define COOP_PROTO_OWN_H

#include "proto/duty/history.h"

enum { KEY_DEALS_MAX = COMMITTEE_MAX * (DEAL_SEQ_MAX + 1) };

struct own {
    /* Of this topic, random, kept on disk: gives the key for sealed shares and the key deal's polynomial. */
    uint8_t secret[KEY_SIZE];
    bool secret_known;
    struct sign_key member;
    /* Three names that nobody can link: who learns from a letter whose the pseudonym is learns no report, and
     * not whose bids it handed in. */
    struct sign_key pseudonym, interest, introducer;
    struct group_key ring, box; /* box: from the secret */
    const struct history *history; /* the caller's: totals opened so far; NULL: none are known */
    /* It may have voted here and lost its own votes: brought back from a backup or a sheet. The registry by itself:
     * a founder brought back before its end cannot have voted there, and may be the only one who can close it. */
    bool abstains, abstains_registry;
    uint64_t awake_ms;          /* since when it has been awake; 0: always */
    struct sign_key genesis;    /* set when genesis_index > 0: this home closes the registry box */
    struct scalar genesis_share;
    unsigned genesis_index;
    bool season_share_sought; /* the key box is closed and its deals were opened */
    bool season_share_known;  /* false after that: an included deal's share is bad, this home opens nothing */
    struct dkg_share season_share;
    /* Work done once, not memory of what was said: the key deals whose share for this home was opened, the
     * oldest overwritten when there are too many. */
    struct key_share {
        uint8_t deal[ID_SIZE];
        bool fine;
        struct dkg_share share; /* when fine */
    } key_shares[KEY_DEALS_MAX];
    size_t key_share_count;
};
/* Everything derived from the household seed; secret NULL: not known yet. */
void own_init(struct own *own, const uint8_t seed[KEY_SIZE], struct topic *topic, const uint8_t *secret);
void own_clear(struct own *own); /* wipes */
/* Its place, as the fold has it now. */
bool own_in_registry(const struct own *own, struct topic *topic, size_t *index); /* index may be NULL */
/* Member 1..n who closes this box; 0: no duty. A home that has lost the secret it enrolled with has none: it
 * cannot know what it said; neither has one that abstains. */
unsigned own_seat(const struct own *own, struct topic *topic, enum box_index box);

struct deal_out {
    uint8_t bytes[RECORD_MAX];
    size_t size;
};
/* One record of this home for a box that is not waiting. false: does not fit, or out of memory. */
bool own_write(struct deal_out *out, struct topic *topic, enum record_kind kind, enum box_index box,
               const struct sign_key *key, const struct writer *body);

/* dealer.c: deals on command. Each writes one record; refusals say why in words a user can act on
 * (STATUS_EARLY: the phase is not there or is over; STATUS_EXISTS: already dealt the same; STATUS_DENIED: not
 * in the registry, or another invitation; STATUS_FULL: changed its mind too often; STATUS_MALFORMED: a choice
 * or value the charter does not allow; STATUS_MISSING: nothing to withdraw). */
enum status deal_enrol(struct deal_out *out, struct topic *topic, const struct own *own,
                       const struct sign_key *invite, struct rng *rng, struct failure *why);
enum status deal_interest(struct deal_out *out, struct topic *topic, const struct own *own, int report,
                          struct rng *rng, struct failure *why); /* report 0..3, or -1: presence only */
struct lot_choice {
    uint32_t lot, minimum; /* minimum 0: the charter's K */
};
/* choice_count 0 withdraws. */
enum status deal_join(struct deal_out *out, struct topic *topic, const struct own *own,
                      const struct lot_choice *choices, size_t choice_count, const uint64_t *values,
                      size_t value_count, struct rng *rng, struct failure *why);
/* bid: a company's, sealed and signed, as bid_seal writes it. STATUS_EXISTS: this home has introduced it;
 * whether another has is not asked, since that one could take it back. STATUS_FULL: no number is left. */
enum status deal_bid(struct deal_out *out, struct topic *topic, const struct own *own, struct bytes bid,
                     struct rng *rng, struct failure *why);
/* keeper.c: what a committee member owes to the key box without being asked: its key deal, and a flag for
 * each share that is bad. Also learns its share of the season key when the box is closed. true: out holds a
 * record that is due now. */
bool deal_due(struct deal_out *out, struct topic *topic, struct own *own, struct rng *rng);

/* voter.c: seen, cut, vote, open (WIRE 6.3 to 6.7). true: out holds a record that is due now. */
bool voter_due(struct deal_out *out, struct topic *topic, struct own *own, uint64_t now_ms, struct rng *rng);
/* When voter_due could have something new by the clock alone; UINT64_MAX: never. */
uint64_t voter_deadline_ms(struct topic *topic, const struct own *own, uint64_t now_ms);
/* When the round's whole record set is dropped (WIRE 4.3): the last deadline known and the charter's expiry.
 * From then on nothing is due. */
uint64_t round_expiry_ms(struct topic *topic);

#endif
