/* fold.h - the inside of a topic, shared by the files of the fold and by nobody else.
 *
 * The box is one thing used five times: deals come in, members list what they saw (seen), a clerk names lists
 * (cut), two votes close the box on the set that the lists stand for, members open it. All of that is taken.c, box.c,
 * list.c, listed.c, set.c and opening.c, and knows nothing of what a deal says. What differs from box to box is one row of
 * box_kinds:
 *
 *   box       read, check: a deal is...        closed: the set gives...        opened: the points give...
 *   registry  ring, box key, beacon            the members, sorted             the beacon, the committee
 *   key       a share of the season key        what members are committed to   the season key
 *   interest  one of four cells, admitted      how many in which cell          (clear)
 *   join      lots and demand, admitted        who is in which lot, the sums   the totals
 *   bids      a sealed bid, introduced         whose heads are to be opened    bids, reserve, award
 *
 * A record is read when it arrives and checked once: at once when its place is known, else when the box
 * before it closes. What follows from a set is computed once, when its box closes or opens. So one more vote
 * costs a tally. */
#ifndef COOP_PROTO_FOLD_H
#define COOP_PROTO_FOLD_H

#include "proto/form/committee.h"
#include "proto/fold/elect.h"
#include "proto/fold/sorted.h"

#define SETTLED_MAX_S (UINT64_C(1) << 40) /* year 36 812: sums of times cannot overflow */

/* Of a proof that may have been checked together with others: together.c. */
enum proved { PROVED_NOT_YET, PROVED_TRUE, PROVED_FALSE };

/* What a deal says. */
struct deal {
    uint8_t voice[KEY_SIZE]; /* one home, one voice: the author, or the nullifier of its admission */
    uint64_t seq;
    bool withdrawn;            /* join: no choices and no demand */
    struct bytes sealed;       /* key: dkg deal; registry: beacon deal; join: sum deal; bids: sealed bid */
    struct bytes admission;    /* interest, join, bids */
    struct point ring, box;    /* registry */
    unsigned report;           /* interest: 0..3, or 4 for presence only */
    struct elect_home home;    /* join */
    struct bytes bid;          /* bids: as the company signed it; introduced by this deal */
    uint8_t company[KEY_SIZE], bid_id[ID_SIZE]; /* bids: its author and its id */
    uint64_t bid_seq;                           /* bids: its number */
    struct point ephemeral;                     /* bids */
    struct ciphertext *values; /* registry: one, join: one per item; once checked */
    enum proved admitted, demanded; /* interest, join and bids; join */
};

/* Prefixes of deals, ascending: all of them, or in what they differ from another list. */
struct listed {
    const uint8_t *base; /* the id of that other one; NULL: all of them */
    struct bytes shared; /* its prefixes, once this list is valid */
    struct bytes gone;   /* which of these are not in this list: places from 0, PLACE_SIZE bytes each */
    struct bytes own;    /* and the others */
};
enum { PLACE_SIZE = 2 };

/* A cut, and the set it stands for once everything it names is here. */
struct cut_set {
    struct cut cut;
    bool computed, hopeless;         /* hopeless: what it names can never be a cut */
    uint8_t waits[SEEN_PREFIX_SIZE]; /* neither: for a record that begins so, seen or deal */
    struct held **deals;             /* cut.set_count, in order of id */
};

/* deal: a bad share; lie: an opening that does not verify; neither: two records that contradict each other */
struct flag {
    const uint8_t *deal;     /* the key deal's id */
    unsigned index;          /* whose share */
    const uint8_t *evidence; /* DKG_COMPLAINT_SIZE bytes */
    struct bytes lie;        /* the whole record */
    bool gives_up;           /* none of these: a member of the next lot (culprit) gives the first up */
    unsigned culprit;        /* member, once valid */
};

/* One record, in one piece of memory with its bytes and, for what has ciphertexts, room for them. */
struct entry {
    struct held held; /* first: every struct held of a topic is the head of one of these */
    unsigned member;  /* who on the committee made it, once valid; deals: 0 */
    union {           /* by kind */
        struct deal deal;
        struct listed listed; /* seen */
        struct cut_set cut;
        struct vote vote;
        struct flag flag;
    };
};
static inline struct entry *entry_of(struct held *held)
{
    return (struct entry *)held;
}

/* Whose votes of one round and step name one digest. */
struct tally {
    struct vote vote;
    uint32_t members; /* bit j - 1: member j */
};

struct box {
    enum box_index index;
    bool ready; /* every box before it is closed and the season goes on: parent and deadline are known */
    uint8_t parent[ID_SIZE];
    uint64_t deadline_s;
    struct sorted records[RECORD_KINDS]; /* valid ones, by id */
    struct sorted by_author;             /* all, pending too */
    struct sorted by_voice;              /* valid deals: voice, then the one that counts first */
    size_t voices;                       /* whose last word is not a withdrawal; bids: companies */
    struct tally *tallies;
    size_t tally_count, tally_room;
    uint32_t heard, openers; /* bit j - 1: a seen record, an opening of member j */
    uint32_t dealt_badly, opened_falsely, contradicted; /* the same: proved against member j */
    uint32_t flagged; /* the same: whose false opening is flagged */
    struct lie {
        uint8_t *record;
        size_t size;
    } lies[COMMITTEE_MAX]; /* by member: a false opening that is not flagged yet */
    bool closed, concluded, opened, forked;
    uint8_t digest[HASH_SIZE];
    uint64_t settled_s;
    struct held **set; /* set_count: the closed set in order of id */
    uint8_t (*set_ids)[ID_SIZE];
    size_t set_count;
};

/* Who closes and opens the boxes after the registry. */
struct drawn_committee {
    unsigned count; /* 0: not drawn yet */
    uint32_t seats[COMMITTEE_MAX];
    uint8_t keys[COMMITTEE_MAX][KEY_SIZE];
    struct point points[COMMITTEE_MAX];
};

struct lot_state {
    struct held **homes; /* the join deals, in order of pseudonym */
    uint8_t (*pseudonyms)[KEY_SIZE];
    size_t home_count; /* 0: not formed */
    struct ciphertext sums[DEAL_VALUES_MAX];
    bool totals_known, reserve_known, awarded;
    uint64_t totals[DEAL_VALUES_MAX], cost_cents;
    size_t winner;
};

/* The valid records in few bytes: digest.c. */
struct set_digest {
    uint8_t parts[SET_PARTS][HASH_SIZE]; /* of nothing: zero */
    uint64_t stale;                      /* bit i: part i is to be hashed again */
    bool known;
    uint8_t whole[HASH_SIZE];
};

struct topic {
    struct charter charter;
    struct bytes charter_bytes;
    uint8_t id[ID_SIZE];
    struct sorted held, valid, pending; /* by id */
    struct sorted risen;                /* valid after waiting, and not told of yet: by id */
    struct set_digest digest;           /* of the valid ones that are not hidden, */
    uint32_t told;                      /* and how many they are */
    size_t bytes;                        /* of memory, all of them */
    size_t pending_bytes, pending_limit; /* the pending ones */
    struct entry *
        *dead; /* found wanting; freed at the next topic_add, since a caller may look at them until then */
    size_t dead_count, dead_room;
    struct box boxes[BOXES];
    bool unsettled; /* a record came that may move a box */
    bool moved;     /* a box moved: what waits is to be judged again */
    bool too_few, no_lot;

    struct member *registry;
    struct point *rings; /* the same ring keys, in one run */
    size_t registry_count;
    struct ciphertext beacon_sum;
    uint8_t beacon[HASH_SIZE];
    struct drawn_committee committee;
    struct drawn_committee next; /* the next lot; count 0: none, or it has taken over */
    uint32_t gave_up;            /* bit j - 1: member j of the next lot has given the first up */
    bool replaced, key_short;    /* key_short: too few deals for a key, and the next lot takes over */
    struct point key_commitments[COMMITTEE_MAX]; /* of each member's share of the key, once its box is closed */
    struct committee_key key;
    bool key_known;
    uint64_t cells[4], cells_estimate[4];
    struct lot_state lots[LOTS_MAX];
    struct bid *bids;
    size_t bid_count, bids_refused;
    struct log_table logs;
    const struct deal_bases *bases; /* of the demand's range proofs */
    void *bases_memory;
    struct season season;
    bool season_known; /* no record has been taken since it was looked at */
};

/* One row per box. The functions about records change nothing but the entry; those about sets return false
 * when memory runs out, have then changed nothing that counts, and are called again. */
struct box_kind {
    size_t fields;                                        /* of a deal's body */
    size_t deals_max, set_max;                            /* deals held; in a set */
    size_t (*ciphertexts)(const struct charter *charter); /* of a deal; NULL: none */
    void (*read)(const struct charter *charter, struct deal *deal,
                 struct reader *r);                                       /* the fields after seq */
    enum status (*check)(const struct topic *topic, struct entry *entry); /* OK, MISSING or FORGED */
    /* Which of the deals that k lists name are the set, the first to have a place first; how many. NULL: of
     * each voice the last word, then of each author the lowest id. */
    size_t (*choose)(struct held **deals, size_t count);
    bool (*closed)(struct topic *topic);
    bool (*opened)(struct topic *topic); /* NULL: a clear box */
};
extern const struct box_kind *const box_kinds[BOXES];
extern const struct box_kind registry_kind, key_kind, interest_kind, join_kind, bids_kind;

/* topic.c */
bool topic_settle(struct topic *topic); /* false: out of memory, try again later */

/* digest.c */
void set_digest_touch(struct set_digest *set, const struct held *held); /* it has become valid */
size_t entry_size(const struct topic *topic, const struct record *record); /* in memory */

/* judge.c: shape when it comes, place and proofs when it can be; both leave the sets alone. */
bool entry_read(const struct topic *topic, struct entry *entry);
enum status entry_judge(struct topic *topic, struct entry *entry);
void entry_context(uint8_t out[HASH_SIZE], const struct topic *topic,
                   const struct entry *entry);                       /* of a deal's proofs */
bool entry_admitted(const struct topic *topic, struct entry *entry); /* and whose voice it is */

/* next_lot.c: WIRE 7.3 */
void next_lot_parent(uint8_t out[ID_SIZE], const struct topic *topic);
bool next_lot_advance(struct topic *topic);
unsigned next_lot_seat(const struct topic *topic, const uint8_t key[KEY_SIZE]); /* 1..n; 0: none */

/* listed.c: WIRE 5.2, 6.3 */
/* A binary of several ids, prefixes or places, each above the one before it: one set has one encoding. */
struct bytes ascending_read(struct reader *r, size_t size, size_t least, size_t most);
bool ascending_has(struct bytes all, size_t size, const uint8_t *one);
bool list_is_whole(struct bytes body); /* of a seen record: it hangs on no other */
void list_read(struct reader *r, struct listed *out);
bool list_resolve(struct listed *list, struct bytes shared); /* false: it is no difference from a list of these */
enum status list_judge(const struct topic *topic, struct entry *entry);
size_t list_count(const struct listed *list);
bool list_has(const struct listed *list, const uint8_t *prefix);
/* From the lowest up. */
struct list_walk {
    struct listed left;
    size_t place;        /* in what is shared, of the first that is left */
    const uint8_t *next; /* NULL: all were shown */
};
void list_walk_begin(struct list_walk *walk, const struct listed *list);
void list_walk_on(struct list_walk *walk);
bool list_waited_for(const struct topic *topic, enum box_index box, const uint8_t id[ID_SIZE]); /* a member's list that waits hangs on it */

/* lie.c */
void lie_note(struct topic *topic, const struct entry *entry); /* an entry found forged */
void lie_flagged(struct topic *topic, const struct entry *flag);
enum status judge_lie(const struct topic *topic, const struct box *box, struct entry *flag);

/* together.c: what waited for interest or join to open, all at once. Out of memory: one by one, later. */
void prove_together(struct topic *topic);

/* quota.c: WIRE 5.5 */
size_t author_first(const struct box *box, const uint8_t author[KEY_SIZE], size_t *end); /* of by_author */
bool author_is_full(const struct topic *topic, const struct record *record);
bool box_is_full(const struct topic *topic, const struct entry *entry);
bool voice_is_full(const struct topic *topic, const struct entry *entry);
bool pending_is_full(const struct topic *topic, const struct entry *entry);

/* box.c */
void box_init(struct box *box, enum box_index index);
void box_clear(struct box *box);
void box_restart(struct topic *topic, enum box_index index, const uint8_t parent[ID_SIZE], uint64_t deadline_s);
struct committee_rule box_rule(const struct topic *topic, enum box_index box);
unsigned box_seat(const struct topic *topic, enum box_index box, const uint8_t key[KEY_SIZE]);
const struct committee_key *box_joint(const struct topic *topic, enum box_index box);
bool box_advance(struct topic *topic, struct box *box);         /* false: out of memory */
bool box_stands(const struct topic *topic, enum box_index box); /* neither it nor what it follows is forked */
void box_look(const struct topic *topic, const struct box *box, struct box_view *out);

/* taken.c */
bool box_reserve(struct box *box, const struct entry *entry);   /* room for one more record */
void box_take(struct topic *topic, struct entry *entry);        /* a record found valid */
struct tally *box_tally(const struct box *box, const struct vote *vote); /* NULL: nobody votes so */
struct held *box_deal(const struct topic *topic, enum box_index box, const uint8_t id[ID_SIZE]);

/* set.c: WIRE 6.4, 6.5 */
bool cut_compute(const struct topic *topic, const struct box *box,
                 struct cut_set *set); /* false: out of memory */
int order_by_voice(const struct held *a, const struct held *b);
/* Sorts, and of those that are the same keeps the first; in place. The number kept. */
size_t keep_first(struct held **deals, size_t count, int (*order)(const void *, const void *),
                  bool (*same)(const struct held *, const struct held *));

/* opening.c: WIRE 6.7 */
size_t opening_parts(const struct topic *topic, enum box_index box);
size_t opening_points(const struct topic *topic, enum box_index box, size_t part,
                      struct point out[OPEN_POINTS_MAX]);
bool opening_check(const struct topic *topic, const struct entry *entry);
bool opening_enough(const struct topic *topic, const struct box *box);
/* One part of the openings of the first thr members who have opened. */
void opening_shares(const struct topic *topic, enum box_index box, size_t part,
                    unsigned members[COMMITTEE_MAX], struct bytes shares[COMMITTEE_MAX]);
/* The points of one part raised to the whole key. */
void opening_combine(const struct topic *topic, enum box_index box, size_t part,
                     struct point out[OPEN_POINTS_MAX]);
bool item_late(const struct charter *charter, size_t item); /* opened with the bids only */
size_t lots_formed(const struct topic *topic, size_t out[LOTS_MAX]);

/* totals.c: the table of logarithms lives while a box is being opened. */
enum total { TOTAL_FOUND, TOTAL_BEYOND, TOTAL_NOMEM };
void totals_clear(struct topic *topic);
enum total total_find(struct topic *topic, uint64_t *out, const struct ciphertext *sum,
                      const struct point *shared, size_t homes);

bool too_few_voices(const struct topic *topic); /* interest.c: interest is closed below K, for good (WIRE 7.4) */

/* join.c */
void lots_clear(struct topic *topic);
enum total lot_totals(struct topic *topic, enum box_index box, size_t part, size_t lot, bool late);

/* bids.c, award.c */
bool company_heard(const struct box *box, const uint8_t company[KEY_SIZE]); /* a bid of it is introduced */
void bid_context(uint8_t out[HASH_SIZE], const struct topic *topic, const struct deal *deal);
bool open_bids(struct topic *topic);

/* season.c: the view, from what the boxes have come to */
void season_look(const struct topic *topic, struct season *out);

#endif
