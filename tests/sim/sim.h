/* sim.h - the simulator: many real cores under virtual time, everything else drawn from one seed.
 *
 * Files: queue.c what is due, world.c homes, disks and wires, ledger.c every record ever made and what an honest home may not make, check.c what
 * no single home can see, secrecy.c what homes give away and whom they punish, street.c what households, companies and bad luck do, liar.c those who cheat, founders.c several founders and those of them who cheat, eclipse.c those who try to be all that a home knows, spies.c those who watch, talk.c what is said, overlay.c the network alone, crowd.c one home that all call, walk.c what walks before it spreads, scenario.c the table, again.c the simulator once more, matrix.c all scenarios, bars.c what is promised, main.c the command.
 *
 * Time: the network works in short spells, one at the head of each tick; between two spells everybody's clock moves on at once, as if all
 * machines had been asleep together. So weeks cost what happens in them. A charter of seconds is played without such jumps. */
#ifndef COOP_TESTS_SIM_H
#define COOP_TESTS_SIM_H

#include "proto/duty/own.h"
#include "proto/form/record.h"

#include <stdbool.h>
#include <stdio.h>

enum {
    SIM_NOBODY = -1,
    SIM_HOMES_MAX = 10000,
    SIM_COMPANIES = 3,
    SIM_DEALS = 3,        /* boxes in which households deal */
    SIM_TEXT = 200,
};
#define SIM_EPOCH_S UINT64_C(1800057600) /* midnight: hours of the charter are hours of the day */
#define SIM_HOUR_MS UINT64_C(3600000)

/* ---- Randomness of the world (the homes have their own, seeded from it): splitmix64, since it is drawn for every frame. */
struct luck {
    uint64_t state;
};
uint64_t luck_next(struct luck *luck);
uint64_t luck_below(struct luck *luck, uint64_t bound);
bool luck_percent(struct luck *luck, double percent);
void luck_fill(struct luck *luck, uint8_t *out, size_t size);

/* ---- What a scenario asks for. */
enum character {
    HONEST,
    SILENT,       /* on the committee: says nothing at all */
    EQUIVOCATOR,  /* two cuts as a clerk, votes for everything, gives late deals and lists them */
    LATE,         /* completes a quorum at the last minute, for one member's eyes */
    SPLITTER,     /* another list and another vote for each half of a partition */
    BACKDATER,    /* does its duty, but lists and deals what comes after the deadline */
    BAD_DEALER,   /* its part of the season key does not fit one member */
    EARLY_OPENER, /* opens what is not closed */
    FALSE_OPENER, /* opens with shares that are not its */
    FLOODER,      /* votes for invented digests, deals under many numbers */
    JUNK_BIDDER,  /* hands in bids of companies that are none, and those of others, under all its numbers */
    REPLAYER,     /* says again what others have said, whole and altered */
    CENSOR,       /* does not pass on */
    POISONER,     /* a founder: deals twice, opens the beacon early, and falsely */
    ECLIPSER,     /* fills others' lists with addresses of nobody, and their places with calls */
    CHARACTERS
};
struct plan {
    const char *name, *about;
    bool beyond;               /* more liars than the first committee bears */
    const char *good, *pace;
    int nodes, days;           /* defaults */
    uint32_t floor;            /* K; 0: the template's */
    uint32_t tick_s, awake_ms; /* 0: no jumps, ticks of a quarter of a second */
    double uptime_percent, on_hours, away_percent;
    double other_uptime_percent; /* of every second home; 0: the same */
    double slow_percent;         /* of homes: a sync of their disk takes up to two minutes */
    double skew_percent;       /* clocks wrong by up to twelve hours; all others by some minutes */
    enum character character;
    unsigned liars;
    unsigned deals_until_percent; /* of a window, households deal somewhere before; 0: three quarters */
    unsigned founders;         /* homes that found the round together; 0: one */
    uint32_t grace_h;          /* 0: the template's */
    bool late_deals;           /* the liars deal at the last moment, and after it */
    uint32_t cut_from_h, cut_h; /* two halves, from so many hours before the deadline of the box of interest, for so long */
    double loss_per_mille;     /* of a connection to die silently, at each thing sent */
    double crash_percent, full_percent, restore_percent; /* of a home, at each tick */
    double undecided_percent;  /* of homes to change their mind or withdraw */
    double spies_percent;      /* of homes: they do nothing but watch */
    double joins_percent;      /* of homes to join at all; 0: all */
    bool may_fork;             /* liars beyond the bound: a fork is what is looked for */
    bool ends_early;           /* until the join box is open only: many runs of the closing protocol */
    bool no_award, any_end;    /* the round is to end without one; may end either way */
};

/* ---- Records: one copy of each, whoever holds it. */
struct ledger_record {
    uint8_t id[ID_SIZE], parent[ID_SIZE], author[KEY_SIZE];
    uint8_t *bytes;
    size_t size;
    enum record_kind kind;
    enum box_index box;
    int maker;          /* SIM_NOBODY: none of the homes */
    bool honest;        /* its maker was, when it was made */
    bool synced;        /* on a disk for good: before, nobody may have it from anybody */
    bool lost;          /* its only disk was replaced before anybody else had kept it */
    uint64_t made_ms;   /* true time */
    struct vote vote;   /* votes */
    uint64_t seq;       /* deals */
    uint8_t company[KEY_SIZE]; /* deals in the bids box */
    bool withdraws;
    uint64_t values[DEAL_VALUES_MAX]; /* of a join by an honest household */
    bool values_known;
    int told_by;        /* of a deal: who first told a spy of it; SIM_NOBODY: none has it */
};

/* ---- Homes. */
struct disk_item {
    enum effect_type type;
    uint32_t record;     /* index into the ledger; topic, secret, peer: unused */
    uint64_t arrival_ms;
    uint8_t *data;       /* topic, secret, peer */
    size_t size;
};
struct wire_end {
    uint32_t link, wire;
    uint8_t side;
};
struct home {
    struct core *core; /* NULL: off */
    uint8_t seed[KEY_SIZE], link_key[KEY_SIZE], member_key[KEY_SIZE], interest_key[KEY_SIZE], pseudonym[KEY_SIZE], introducer_key[KEY_SIZE],
        founder_key[KEY_SIZE];
    struct scalar founder_share; /* of several founders */
    bool keys_known;
    char address[ADDRESS_MAX], invited_by[ADDRESS_MAX];
    bool spy;
    bool mute;           /* cannot be called */
    bool slow;           /* its disk is */
    uint64_t busy_until_ms; /* with a sync: it hears nothing and says nothing */
    enum character character;
    struct own own;      /* of a liar: what its core has forgotten */
    struct rng rng;      /* of a liar */
    bool replaced;       /* it follows the next lot */
    bool dealt_badly;    /* of a liar: to an honest member */
    bool dealt_twice;    /* of a liar: under one number */
    unsigned opened;     /* of a liar: boxes it has opened falsely, a bit each */
    struct disk_item *disk;
    size_t item_count, item_room, synced;
    uint64_t *has;       /* bits: which records are on its disk */
    size_t has_words;
    size_t backup_items; /* how much of the disk a backup once held; 0: none */
    struct wire_end *ends;
    size_t end_count, end_room;
    uint32_t lives, last_incoming;
    uint64_t wake_ms;
    int64_t skew_ms;
    uint64_t uplink_us;  /* when what it has to send is sent */
    unsigned side;
    double uptime_percent;
    bool wants_on, away, full, leaves;
    uint64_t full_until_ms, away_from_ms, away_until_ms;
    uint64_t restored_ms; /* when it last came back from a backup; 0: never */
    uint64_t deals_ms[SIM_DEALS];
    unsigned dealt[SIM_DEALS];
    uint8_t *withheld[SIM_DEALS]; /* of a liar: deals made in time and not shown yet */
    size_t withheld_size[SIM_DEALS];
    uint8_t withheld_id[SIM_DEALS][ID_SIZE];
    long effects_left;   /* until its power goes; -1: it stays */
    enum box_state state[BOXES];
    uint64_t reached_ms[BOXES][2]; /* closed, opened: true time, the first */
    enum phase phase;
    uint64_t bytes_sent;
};

/* ---- Wires and what is due. */
struct wire {
    int home[2];
    uint32_t life[2], id[2];
    bool open[2], lost;
    uint64_t last_ms[2];
    uint32_t generation;
};
enum due_kind { DUE_WAKE, DUE_REACH, DUE_UP, DUE_DATA, DUE_DOWN };
struct due {
    uint64_t at_ms, order;
    enum due_kind kind;
    int home;
    uint32_t wire, generation;
    uint8_t side;
    uint32_t size;
    uint8_t *data;
};
struct queue {
    struct due *heap;
    size_t count, room;
    uint64_t order;
};
void queue_push(struct queue *queue, struct due due);
struct due queue_pop(struct queue *queue);

/* ---- What is said. Messages by half their type; then handshakes, and frames with what is around the messages in them. */
enum { TALK_SHAKE = 14, TALK_FRAME, TALK_KINDS };
struct talk {
    uint64_t count[TALK_KINDS], bytes[TALK_KINDS];
    uint64_t ways[3]; /* records, by enum record_way */
};

/* ---- The world. */
struct closing { /* of one box, as the first home to reach it saw it */
    bool closed, opened;
    uint8_t digest[HASH_SIZE];
    uint64_t deadline_s, settled_s, first_closed_ms, first_opened_ms;
    uint64_t bytes_then; /* over all wires, until the first home closed it */
    size_t timely, timely_in, backdated_in;
};
struct sim {
    struct plan plan;
    uint64_t seed;
    int nodes;
    struct luck luck;
    uint64_t now_ms, begin_ms;
    struct home *homes;
    struct queue queue;
    struct wire *wires;
    size_t wire_count, wire_room;
    uint32_t *wires_free;
    size_t wires_free_count, wires_free_room;
    bool cut;                  /* the two sides do not reach each other */
    struct effects effects;
    struct failure why;
    struct charter charter;
    uint8_t topic[ID_SIZE], secret[GROUP_SECRET_SIZE];
    bool injecting, healed;
    bool bids_made[SIM_COMPANIES];
    struct ledger_record *records;
    size_t record_count, record_room;
    uint32_t *index;           /* by id: place in records plus one */
    size_t index_room;
    struct closing closings[BOXES];
    int committee[COMMITTEE_MAX];
    unsigned committee_count, liars_seated;
    bool replaced;
    bool totals_known;
    uint64_t totals[LOTS_MAX][DEAL_VALUES_MAX];
    void (*look)(struct sim *s, int at); /* after each step of a home that is still on; NULL: nobody looks */
    unsigned forks;            /* homes that have seen two closed sets */
    uint64_t steps, deliveries, messages, kept, bytes;
    struct talk talk;
    uint64_t trace;
    char failure[SIM_TEXT];    /* empty: none */
};

/* spies.c: of honest deals, by whether they walk before they spread */
struct spied {
    size_t deals[2], named[2];
};
void spies_place(struct sim *s);
void spies_note(struct sim *s, int at, size_t record, const struct event *cause);
void spies_count(const struct sim *s, struct spied *out); /* adds */

/* talk.c */
uint64_t talk_hear(struct talk *talk, const uint8_t *data, size_t size); /* one sending; how many messages it is */
void talk_print(const struct sim *s);                                    /* as fields of a JSON line */

/* queue.c, world.c */
void sim_fail(struct sim *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
uint64_t sim_clock_ms(const struct sim *s, int at);
struct topic *sim_topic(struct sim *s, int at); /* NULL: off, or the round has not come */
bool home_has(const struct home *home, size_t record);
int home_behind(const struct sim *s, int at, uint32_t link); /* whose connection this is; SIM_NOBODY: nobody's */
void home_start(struct sim *s, int at);
void home_stop(struct sim *s, int at, bool power_cut);
enum status home_step(struct sim *s, int at, struct event event);
void home_go_on(struct sim *s, int at);
/* A record comes to a home from nobody in particular. */
enum status home_inject(struct sim *s, int at, struct bytes record);
void sim_cut(struct sim *s, bool cut);
void sim_run(struct sim *s, uint64_t span_ms);
void sim_init(struct sim *s, const struct plan *plan, uint64_t seed, int nodes);
void sim_clear(struct sim *s);

/* ledger.c */
size_t ledger_find(const struct sim *s, const uint8_t id[ID_SIZE]); /* record_count: unknown */
size_t ledger_take(struct sim *s, int at, const struct event *cause, const uint8_t id[ID_SIZE], struct bytes bytes);
void ledger_sync(struct sim *s, int at, size_t record);
bool ledger_told_by_another(const struct ledger_record *seen); /* a list that says what it differs in */

/* check.c */
void check_state(struct sim *s, int at); /* after each of a home's steps */
void check_end(struct sim *s);           /* all faults are over: is everything where it belongs? */
bool sim_over(struct sim *s);            /* every honest home has come to the end of the round */
double closing_hours(const struct sim *s, enum box_index box); /* until 90 % of honest homes not away know; negative: they do not */

/* secrecy.c */
void check_secrecy(struct sim *s);   /* at the end */
void check_sanctions(struct sim *s); /* now and then */

/* street.c */
void street_found(struct sim *s);
void street_tick(struct sim *s);
void street_heal(struct sim *s);

/* liar.c */
void liars_turn(struct sim *s);
void liar_corrupt(struct sim *s, int at);
int honest_home(struct sim *s, unsigned side); /* one that is on, drawn; SIM_NOBODY */

/* founders.c */
unsigned founder_count(const struct sim *s);
void founders_share(struct sim *s, struct charter *charter);
void founder_sit(struct sim *s, int at);
bool poisoner_turn(struct sim *s, int at); /* false: it has no duty now */

/* eclipse.c */
void eclipse_turn(struct sim *s, int at);
void check_acquaintances(struct sim *s);

/* scenario.c */
extern const struct plan plans[];
extern const size_t plan_count;
const struct plan *plan_find(const char *name);
void plan_hasten(struct plan *plan); /* weeks to seconds */
/* weight.c: one line a box, and one of the season */
void weight_print(const struct sim *s);

/* again.c: the simulator once more, in a process of its own. words end with NULL; last: the last line that it says, which sums up. */
enum { SIM_PATH = 4096, SIM_LINE = 4096 };
bool sim_path(char out[SIM_PATH]);
bool sim_again(char last[SIM_LINE], const char *const words[]); /* false: it failed */
double line_number(const char *line, const char *name);         /* 0: not in it */

/* matrix.c: a table of all scenarios; 1 if any fails. */
struct matrix {
    uint64_t first, last; /* seeds */
    int nodes;            /* 0: each scenario's own, ten with real cryptography */
    bool hastened;
};
int matrix_run(const struct matrix *matrix);

/* bars.c: what the closing protocol is to reach; 1 if a bar is missed. 0, 0: as many seeds as the bars are made for. */
int bars_run(uint64_t first, uint64_t last);

/* overlay.c: the network without a round; 1 if a bar is missed. */
int overlay_run(uint64_t seed, int nodes);

void scenario_tick(struct sim *s);
/* Plays it through. days 0: the plan's own. The failure, if any, is in sim->failure. */
void scenario_play(struct sim *s, const struct plan *plan, uint64_t seed, int nodes, int days);

#endif
