/* demo.h - a whole street on this machine: one real node per home, two companies, and somebody outside who checks. Shared by the demo_*.c.
 *
 * The demo touches a home only as a person would: by running `coopair` commands on its folder and reading what they print. */
#ifndef COOP_NODE_DEMO_H
#define COOP_NODE_DEMO_H

#include "node/command/command.h"
#include "proto/proto.h"

#include <sys/types.h>

enum { DEMO_HOMES_MAX = 64, DEMO_PATH_MAX = 256, DEMO_COMPANIES = 2 };

struct demo_home {
    char dir[DEMO_PATH_MAX], meter[DEMO_PATH_MAX]; /* its data folder; the meter file it imports */
    pid_t pid;                                     /* of its node; 0: off */
    bool willing;                                  /* will hand over to the winner */
    uint64_t values[DEAL_VALUES_MAX];              /* what its file says it would ask for: known to the demo, which read the same file */
};

struct demo_company {
    char name[NAME_MAX_SIZE], key[DEMO_PATH_MAX], prices[DEMO_PATH_MAX], bid[DEMO_PATH_MAX], inbox[DEMO_PATH_MAX];
};

struct demo {
    struct demo_home homes[DEMO_HOMES_MAX];
    size_t home_count;
    struct demo_company companies[DEMO_COMPANIES];
    const char *good, *sample;
    uint64_t seed;
    bool json, keep;
    char root[DEMO_PATH_MAX], package[DEMO_PATH_MAX], program[DEMO_PATH_MAX], verifier[DEMO_PATH_MAX], topic[2 * ID_SIZE + 1], code[CODE_MAX];
    struct rng rng; /* choices of the story only */
    uint64_t begun_ms;
    /* what the checks found */
    json_t *totals, *expected;
    char winner[NAME_MAX_SIZE];
    size_t agree, records, willing, letters;
    bool totals_exact, verified, forged_refused, sealed_until_close, resemble;
    uint64_t bytes_per_home, rss_kib_max;
};

/* demo_process.c: children. Every call that fails has said why on stderr and returns false. */
bool demo_start(struct demo *demo, struct demo_home *home); /* `coopair run`; returns when it is ready */
void demo_kill(struct demo_home *home, int signal);         /* and waits for it */
void demo_stop_all(struct demo *demo);
/* Runs `coopair ARG...` (NULL-terminated) and gives what it printed as JSON; its exit code must be 0. reply NULL: not wanted. */
bool demo_run(struct demo *demo, json_t **reply, const char *const *args);
/* Runs a program and returns its exit code (-1: it could not be run); what it prints is kept from the terminal. */
int demo_exit_code(const char *const *argv);
#define ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* demo_story.c: what is told. */
void demo_say(struct demo *demo, const char *format, ...) __attribute__((format(printf, 2, 3)));
void demo_step(struct demo *demo, unsigned number, const char *title);
void demo_progress(struct demo *demo, const char *format, ...) __attribute__((format(printf, 2, 3))); /* rewritten in place on a terminal */
bool demo_fail(struct demo *demo, const char *format, ...) __attribute__((format(printf, 2, 3)));     /* returns false */
uint64_t demo_elapsed_ms(const struct demo *demo);

/* demo_street.c: the homes. demo_market.c: the companies. demo_check.c: from outside. Each returns false when the story cannot go on. */
bool street_open(struct demo *demo);      /* step 1: data, a group, its members */
bool street_register(struct demo *demo);  /* step 2: registry and season key */
bool street_interest(struct demo *demo);  /* step 3 */
bool street_demand(struct demo *demo);    /* step 4, with a kill in the middle */
bool market_bid(struct demo *demo);       /* step 5 */
bool market_award(struct demo *demo);     /* step 6 */
bool check_meter(struct demo_home *home, const char *good); /* what its file asks for, read without any node */
bool check_totals(struct demo *demo, json_t *round);
bool check_agreement(struct demo *demo);
bool check_package(struct demo *demo);    /* step 7 */
bool check_costs(struct demo *demo);      /* bytes and memory of each node */
json_t *demo_round(struct demo *demo, size_t home); /* `coopair round show` of one home; NULL: said why */
/* Asks this home until its phase is one of these (a bit each), or the time is over. */
bool demo_wait_phase(struct demo *demo, size_t home, const char *doing, uint32_t phases, unsigned seconds);

#endif
