/* core_state.h - what the core holds, and what its files ask of each other. Private to the room.
 *
 * core.c dispatches; every concern has its own file, named below. Two times: now_ms is the wall clock of the
 * last event, used for rounds and never for links; `ms` is how long this core has run, which only grows, and
 * by at most CLOCK_STEP_MAX_MS more than a step was waited for, so that a clock set forward or back neither
 * closes every link nor keeps dead ones. Nothing is sent while an event is handled: what a link has to say
 * gathers in its buffer, and SEND and CLOSE come last in a step. So a KEEP effect always precedes the frames
 * that mention it. */
#ifndef COOP_PROTO_CORE_STATE_H
#define COOP_PROTO_CORE_STATE_H

#include "proto/core/effects.h"
#include "proto/overlay/message.h"
#include "proto/duty/own.h"
#include "proto/overlay/reconcile.h"
#include "proto/overlay/session.h"

enum {
    PEERS_MAX = PASSIVE_VIEW + LINKS_MAX,
    ROUNDS_HELD_MAX = GROUPS_MAX * TOPICS_MAX,
    NO_HANDLE = TOPICS_MAX
};

/* ---- What grows. */

struct id_list {
    uint8_t (*ids)[ID_SIZE];
    size_t count, room;
};
bool id_list_add(struct id_list *list, const uint8_t id[ID_SIZE],
                 size_t most); /* false: full, or out of memory */
bool id_list_has(const struct id_list *list, const uint8_t id[ID_SIZE]);
void id_list_remove(struct id_list *list, const uint8_t id[ID_SIZE]);
void id_list_clear(struct id_list *list);

/* ---- What must not be too much in too short a time. */

struct bucket {
    uint64_t used, at; /* tokens missing from a full bucket, at that time */
};

/* Of one key, over all the links it makes: hanging up fills no bucket. */
struct allowance {
    struct bucket records, bytes, addresses, charters, score;
    struct bucket given, given_bytes; /* records that were asked for */
};
struct debt {
    uint8_t key[KEY_SIZE];
    bool shares;
    struct allowance own;
};

/* ---- A round that is followed. */

struct hidden { /* a deal on its way under the stem */
    uint8_t id[ID_SIZE];
    uint64_t spread_at; /* by this home, if nobody has by then */
    uint32_t brought_by[LINKS_MAX]; /* links, the oldest overwritten: what one of them brings again is known to it */
    size_t brought;
};
struct group;
struct round {
    struct topic *topic;
    struct own own;
    struct group *group; /* NULL: this home does not belong to it (yet); nothing is shared */
    struct id_list early; /* made or handed in here, and kept although they wait */
    struct hidden hidden[STEM_HIDDEN_MAX];
    size_t hidden_count;
    unsigned handle;     /* its place in the group */
    uint8_t id[ID_SIZE], secret[KEY_SIZE];
    bool secret_known, own_ready, touched, told;
    bool remembered; /* its totals, in this run: they may have given way to others' since */
    bool spent; /* the season is over, and the secret that could still open its deals is gone */
    uint64_t moved_at; /* `ms` when its set last changed */
    uint64_t sync_at;  /* then it is compared with that of some neighbour; 0: it has been since it changed */
    unsigned syncs;    /* how often, still */
    bool asked_for; /* by the household, in this run: it told of the round, or said something in it */
    uint8_t brought_by[KEY_SIZE]; /* the neighbour its charter came from; all 0: nobody */
    uint64_t since;               /* `ms` when it came */
    enum phase phase;            /* last told */
    uint64_t due_ms, expires_ms; /* wall clock */
    uint64_t expired_at;         /* `ms` when the expiry was first seen passed; 0: it is not */
};

/* ---- Groups and who is known in them. */

struct peer {
    uint8_t key[KEY_SIZE];
    char address[ADDRESS_MAX];
    bool key_known;
    bool self;    /* this home's own address */
    bool invited; /* told by the user: never forgotten */
    bool worked;  /* a link to it was made, or its word about itself is credible (WIRE 10.3) */
    bool kept;    /* on disk as it is here */
    uint64_t proved_at, met_at; /* `ms` when it first worked, and last; 0: before this core began */
    unsigned failures;
    uint64_t retry_at, over_at; /* over_at: when the last dial or link was over; 0: there was none */
};
struct peer_mark { /* what a peer cannot be who has others: all of them lie in a few lines of the processor's cache */
    uint32_t key, address;
};
struct group {
    uint8_t id[ID_SIZE], secret[GROUP_SECRET_SIZE];
    struct round *rounds[TOPICS_MAX]; /* by handle */
    struct peer peers[PEERS_MAX];
    struct peer_mark marks[PEERS_MAX]; /* of the peer at the same place */
    size_t peer_count;
    struct id_list dropped; /* rounds that have expired here */
    uint64_t shuffle_at, shuffle_span_ms; /* and from it to the next */
    uint64_t visit_at, visit_soon_at; /* the latter if anything has changed since the last one */
    uint64_t changes, changes_visited;
    uint32_t relays[STEM_RELAYS], stem_own; /* links, for this epoch; 0: not drawn */
    struct bucket heard; /* addresses not known before, from announcements */
};

/* ---- Links. */

enum link_state { LINK_DIALLING, LINK_SHAKING, LINK_GREETING, LINK_READY };

struct edge { /* a round on a link, by own handle */
    bool shared, eager;        /* eager: this side sends whole records; the other may see that otherwise */
    uint64_t pruned_until;     /* so long, a copy too many is not answered once more */
    uint64_t sync_at, span_ms; /* the next comparison of this pair, however quiet; and from one to the next */
    struct id_list lazy; /* to be announced */
};
struct followed { /* by the peer's handle */
    bool used, asked;
    uint8_t topic[ID_SIZE];
};
struct want { /* announced by the peer and not here yet */
    unsigned handle;
    bool asked;
    uint64_t due_at;
    uint8_t id[ID_SIZE];
};
struct give { /* to be sent when the pace allows */
    unsigned handle;
    uint8_t id[ID_SIZE];
};
struct exchange { /* one comparison; sync NULL: none runs */
    struct sync *sync;
    uint32_t number;
    unsigned handle;
    bool more;
    uint64_t ends_at;
};
struct link {
    /* What each step looks at on every link, in one line of the processor's cache. */
    uint32_t id;
    uint32_t rival; /* this link is a duplicate of that one, and goes when that one is heard from; 0: none */
    bool incoming, visit, violated, closing;
    bool over;    /* the message being handled is beyond the bytes bucket */
    bool touched; /* something on it may be due earlier than due_at */
    bool unsent;  /* in `out` or in the session */
    enum link_state state;
    enum status why;
    struct group *group; /* NULL: not known yet */
    uint64_t due_at;
    struct session *session;
    uint64_t heard_at;

    char address[ADDRESS_MAX]; /* dialled, or where the call came from */
    uint8_t key[KEY_SIZE];
    uint64_t began_at, pinged_at, lazy_at;
    uint32_t stem_to; /* where what comes under the stem goes on, for this epoch; 0: not drawn */
    int64_t clock_offset_ms;
    uint64_t hello_clock_ms; /* the peer's clock at began_at, as it said */
    uint64_t bytes_in, bytes_out;
    uint8_t *out; /* messages of this step */
    size_t out_used, out_room;
    struct allowance own, *allowance; /* what counts: its own, or what newcomers share; the score is always its own */
    struct edge edges[TOPICS_MAX];
    struct followed theirs[TOPICS_MAX];
    struct want *wants;
    size_t want_count, want_room;
    struct give *gives;
    size_t give_at, give_count, give_room;
    size_t unacknowledged, marked; /* bytes of records: since the last pong; before the mark under way */
    uint32_t mark, last_ping;      /* number of the ping under way that acknowledges; 0: none */
    struct exchange ours, others;  /* begun by this side; by the other */
};

/* ---- The core. */

struct discouraged {
    bool is_host;
    uint8_t key[KEY_SIZE];
    char host[ADDRESS_MAX];
    uint64_t until;
};
struct stranger {
    char host[ADDRESS_MAX];
    struct bucket tries;
};
struct core {
    struct core_config config;
    struct rng rng;
    struct link_key link_key;
    bool started, stepping;
    bool no_memory;                  /* in this step */
    uint64_t now_ms, ms, awaited_ms; /* the deadline after the last step */
    uint64_t awake_ms;               /* the wall clock when it began, was set, or the machine woke */
    uint64_t restored_ms;            /* 0: never brought back */
    struct group *groups[GROUPS_MAX];
    uint8_t psks[GROUPS_MAX][KEY_SIZE]; /* in the order of groups */
    size_t group_count;
    struct history history;              /* totals opened so far: on disk before a share leaves */
    struct round *rounds[ROUNDS_HELD_MAX];
    size_t round_count;
    struct link *links[LINKS_MAX];
    size_t link_count;
    uint32_t last_dial, last_sync;
    uint64_t stem_until;  /* the end of the epoch */
    bool members_changed; /* membership has something to look at before members_at */
    uint64_t members_at;
    struct discouraged discouraged[DISCOURAGED_MAX];
    size_t discouraged_count;
    struct stranger strangers[STRANGERS_MAX];
    size_t stranger_count;
    struct debt debts[DEBTS_MAX]; /* of links that are over, the latest last */
    size_t debt_count;
    struct bucket newcomers;  /* keys that got buckets of their own */
    struct allowance shared;  /* by those for whom there were none */
    struct effects *out;      /* of the step that runs */
    struct sync_out sync_out; /* scratch: too large for the stack of a small machine */
};

static inline uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}
/* A span of time, give or take a quarter, so that homes do not move in step. */
uint64_t jittered(struct core *core, uint64_t span_ms);
/* Room for so many effects with so many bytes between them. false: out of memory, which the step will say;
 * leave things as they are. */
bool core_reserve(struct core *core, size_t count, size_t size);
void core_message(struct core *core, struct link *link,
                  const struct message *message); /* core.c: to whom it concerns */

/* ---- links.c: the life of a link. */
struct link *link_find(const struct core *core, uint32_t id);
struct link *link_to(const struct core *core, const struct group *group,
                     const uint8_t key[KEY_SIZE]); /* not closing */
void links_dial(struct core *core, struct group *group, const char *address, bool visit);
void links_up(struct core *core, uint32_t id, const char *address);
void links_data(struct core *core, uint32_t id, struct bytes bytes);
void links_down(struct core *core, uint32_t id);
void links_flush(struct core *core); /* last in a step: SEND and CLOSE */
void link_say(struct core *core, struct link *link, const struct message *message);
void link_close(struct link *link, enum status why); /* at the end of the step */
void link_free(struct link *link);
static inline bool link_ready(const struct link *link)
{
    return link->state == LINK_READY && !link->closing;
}
/* link_time.c */
void links_run(struct core *core); /* what is due by now */
uint64_t links_deadline(const struct core *core);

/* ---- hello.c: who it is, the first message each way, and which of two links stays. */
void hello_met(struct core *core, struct link *link); /* the handshake is done */
void hello_take(struct core *core, struct link *link, const struct hello *hello);
void rival_heard(struct core *core, const struct link *link);

/* ---- sanction.c: WIRE 2.4. */
bool bucket_take(struct bucket *bucket, uint64_t capacity, uint64_t refill_per_s, uint64_t ms,
                 uint64_t tokens);
bool same_host(const char *a, const char *b);      /* of two addresses */
bool same_household(const char *a, const char *b); /* whatever IPv6 address each has taken */
void violation(struct core *core, struct link *link);
void behaviour(struct core *core, struct link *link, unsigned points);
void beyond_bucket(struct core *core, struct link *link);
bool key_discouraged(const struct core *core, const uint8_t key[KEY_SIZE]);
bool host_discouraged(const struct core *core, const char *address);
void debt_keep(struct core *core, const struct link *link); /* it is over */
void debt_take(struct core *core, struct link *link);       /* its key is known */
void stranger_failed(struct core *core, const char *address);
bool stranger_welcome(const struct core *core, const char *address);

/* ---- membership.c: whom to link to. peers.c: who is known. */
struct peer *peer_by_key(struct group *group, const uint8_t key[KEY_SIZE]);
struct peer *peer_by_address(struct group *group, const char *address);
/* key NULL: whoever is there. NULL: no room, or it is this home. */
struct peer *peer_learn(struct core *core, struct group *group, const uint8_t *key, const char *address);
void peer_marked(struct group *group, const struct peer *peer); /* its key or its address is another now */
void peer_keep(struct core *core, struct group *group, struct peer *peer);
void peer_works(struct core *core, struct peer *peer); /* it was reached */
void peer_failed(struct core *core, struct peer *peer);
bool peer_dialable(const struct core *core, const struct group *group, const struct peer *peer);
struct group *group_find(const struct core *core, const uint8_t id[ID_SIZE]);
enum status membership_belong(struct core *core, struct bytes secret, const char *address,
                              struct failure *why);
void membership_heard(struct core *core, const uint8_t group[ID_SIZE], const char *address);
void membership_met(struct core *core, struct link *link);  /* the handshake has shown its key */
void membership_self(struct core *core, struct link *link); /* which was this home's own */
void membership_linked(struct core *core, struct link *link,
                       const char *address);                                 /* its hello has been read */
void membership_over(struct core *core, struct link *link);                  /* closed, failed or lost */
size_t membership_links(const struct core *core, const struct group *group); /* ready ones */
bool membership_full_mesh(const struct core *core, struct group *group);     /* so few that all link to all */
void membership_stay(struct core *core, struct link *visit);                 /* it had news */
void peers_take(struct core *core, struct link *link, const struct peers *peers);
void peers_say(struct core *core, struct link *link, bool reply_wanted);
void peers_introduce(struct core *core, struct link *newcomer); /* to the others of a small group */
void leave_take(struct core *core, struct link *link);
void calling_run(struct core *core); /* dials, visits and shuffles that are due */
void calling_visit_later(struct core *core, struct group *group);

/* ---- rounds.c: the rounds this home follows, and its own records in them. */
struct round *round_find(const struct core *core, const uint8_t id[ID_SIZE]);
/* Follows a round; keep: it is new to the disk too; from: whom it came from, NULL: from disk or the household. */
enum status round_follow(struct core *core, struct bytes charter, bool keep, const struct link *from,
                         struct failure *why);
void round_attach(struct core *core, struct group *group); /* a group has come: rounds that waited for it */
void rounds_restored(struct core *core, uint64_t restored_ms);
enum status totals_from_disk(struct core *core, struct bytes bytes, struct failure *why);
void totals_keep(struct core *core); /* again */
void rounds_started(struct core *core);
void round_secret(struct core *core, struct round *round, struct bytes secret);
/* Takes a record that is new here: KEEP, then passing it on. `from` NULL: made or handed in here, `way` is then not looked at. The status
 * is topic_add's. */
enum status round_take(struct core *core, struct round *round, const struct record *record, struct link *from,
                       enum record_way way);
void rounds_run(struct core *core);                /* duties, phases, expiry */
uint64_t rounds_deadline(const struct core *core); /* wall clock */
void round_free(struct round *round);
enum status round_command(struct core *core, const struct event *event, struct failure *why); /* command.c */

/* ---- places.c: which rounds have a place, and when they lose it. */
bool place_for(const struct core *core, const struct group *group,
               const uint8_t key[KEY_SIZE]); /* of a round this neighbour brings */
void place_make(struct core *core, struct group *group, const uint8_t key[KEY_SIZE]); /* another gives way, if one must and can */
bool place_take(struct round *round, struct group *group); /* false: none is free */
bool place_has_room(const struct core *core, const struct round *round); /* for one more record: WIRE 5.5 */
void round_expire(struct core *core, struct round *round); /* which may be gone afterwards */

/* ---- follow.c: which rounds are spoken of on a link. */
void follow_linked(struct core *core, struct link *link);
void follow_new(struct core *core, struct round *round);
void follow_drop(struct core *core, struct round *round);
void follow_take(struct core *core, struct link *link, const struct message *message);
void unfollow_take(struct core *core, struct link *link, unsigned handle);
void follow_again(struct core *core, struct link *link); /* a round of this peer that had no place may have one now */
void ask_take(struct core *core, struct link *link, unsigned handle);
void charter_take(struct core *core, struct link *link, const struct message *message);
/* The round that the peer means by its handle. false: it gave out no such handle. *out NULL: a round not
 * followed here. */
bool follow_round(struct round **out, const struct link *link, unsigned theirs);
void edge_clear(struct link *link, unsigned handle);

/* ---- spread.c: eager and lazy push. */
void spread_new(struct core *core, struct round *round, const uint8_t id[ID_SIZE], struct bytes record,
                const struct link *from);
void spread_risen(struct core *core, struct round *round, const uint8_t id[ID_SIZE]);
bool spread_wants_eager(const struct core *core, const struct round *round); /* shall a new link begin so? */
void record_take(struct core *core, struct link *link, const struct message *message);
void have_take(struct core *core, struct link *link, const struct message *message);
void graft_take(struct core *core, struct link *link, const struct message *message);
void prune_take(struct core *core, struct link *link, const struct message *message);
void spread_run(struct core *core, struct link *link);
uint64_t spread_deadline(const struct link *link);
void wants_clear(struct link *link, unsigned handle);

/* ---- stem.c: WIRE 10.10. */
bool stem_wanted(const struct record *record); /* is it of the kind that hides its author? */
/* from: who brought it, NULL: this home itself, or somebody before it could be judged; own: made or handed in here. */
void stem_new(struct core *core, struct round *round, const struct record *record, struct link *from, bool own);
void stem_again(struct core *core, struct round *round, const struct record *record, struct link *from,
                enum record_way way); /* it is hidden here and comes once more */
bool stem_hides(const struct round *round, const uint8_t id[ID_SIZE]);
void stem_run(struct core *core, struct round *round);
uint64_t stem_deadline(const struct core *core);

/* ---- pace.c: WIRE 10.7. */
bool pace_allows(const struct link *link);
void pace_send(struct core *core, struct link *link, unsigned handle, struct bytes record,
               enum record_way way);
bool pace_give(struct core *core, struct link *link, unsigned handle,
               const uint8_t id[ID_SIZE]); /* now or later */
void pace_go_on(struct core *core, struct link *link);
void pace_mark(struct core *core, struct link *link); /* a ping behind what was said so far */
void ping_take(struct core *core, struct link *link, uint32_t number);
void pong_take(struct core *core, struct link *link, uint32_t number);
void gives_clear(struct link *link, unsigned handle);

/* ---- sync.c: comparisons. */
void sync_take(struct core *core, struct link *link, const struct message *message);
void sync_go_on(struct core *core, struct link *link); /* the pong is there */
void sync_run(struct core *core, struct link *link);
void sync_drop(struct link *link, unsigned handle); /* NO_HANDLE: all */
void sync_shared(struct core *core, struct link *link, struct round *round); /* by both sides, from now on */
void sync_moved(struct core *core, struct round *round);                     /* its set has changed */
uint64_t sync_deadline(const struct link *link);
void sync_rounds_run(struct core *core);
uint64_t sync_rounds_deadline(const struct core *core);

#endif
