/* overlay.c - the network alone, at scale: how many homes hear what one says, how often, and after which losses. No round is played: what
 * spreads are enrolments of households that are not there, each handed to some home.
 *
 * One line for each bar; 1 if one of them is missed. Copies are counted as in Plumtree (2007): whole records that arrive for each that is new,
 * less one. A repair round is the time in which the sets of two that differ are compared (SYNC_MS). */
#include "proto/overlay/message.h"
#include "tests/sim/overlay.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SECOND_MS = 1000, MINUTE_MS = 60000, WARM = 50, SAID = 100, STARTS = 50, KILLED_PERCENT = 80 };
#define REPAIR_MS (SYNC_MS + SYNC_MS / 4) /* jittered */

static const struct plan plan = { .name = "overlay", .good = "electricity", .pace = "season", .days = 1, .tick_s = 3600, .uptime_percent = 100, .on_hours = 8 };

bool overlay_bar_met(const struct sim *s, const struct overlay_bar *bar)
{
    bool met = bar->most < 0 ? bar->value >= -bar->most : bar->value <= bar->most;

    printf("{\"overlay\":\"%s\",\"nodes\":%d,\"seed\":%" PRIu64 ",\"value\":%.4f,\"%s\":%.4f,\"unit\":\"%s\",\"met\":%s}\n", bar->name, s->nodes,
           s->seed, bar->value, bar->most < 0 ? "least" : "most", bar->most < 0 ? -bar->most : bar->most, bar->unit, met ? "true" : "false");
    fflush(stdout);
    return met;
}

bool overlay_end(struct sim *s, const struct overlay_bar *bars, size_t count)
{
    bool met = s->failure[0] == '\0';

    for (size_t i = 0; i < count; i++)
        met &= overlay_bar_met(s, &bars[i]);
    if (s->failure[0] != '\0')
        fprintf(stderr, "FAILED: %s\n", s->failure);
    sim_clear(s);
    return met;
}

/* ---- What is said, and who has it. */

int overlay_somebody(struct sim *s)
{
    int at;

    do
        at = (int)luck_below(&s->luck, (uint64_t)s->nodes);
    while (s->homes[at].core == NULL || sim_topic(s, at) == NULL);
    return at;
}

size_t overlay_say(struct sim *s, int at)
{
    uint8_t seed[KEY_SIZE], randomness[KEY_SIZE];
    struct topic *topic = sim_topic(s, at);
    struct sign_key invite;
    struct deal_out out;
    struct own own;
    struct rng rng;

    luck_fill(&s->luck, seed, sizeof seed);
    luck_fill(&s->luck, randomness, sizeof randomness);
    rng_init(&rng, randomness);
    own_init(&own, seed, topic, seed);
    group_invite_key(&invite, s->secret);
    if (deal_enrol(&out, topic, &own, &invite, &rng, &s->why) != STATUS_OK ||
        home_inject(s, at, (struct bytes){ out.bytes, out.size }) != STATUS_OK)
        sim_fail(s, "home %d does not take an enrolment: %s", at, s->why.text);
    own_clear(&own);
    return s->record_count - 1;
}

static double reached(const struct sim *s, size_t record)
{
    int on = 0, have = 0;

    for (int i = 0; i < s->nodes; i++) {
        on += s->homes[i].core != NULL;
        have += s->homes[i].core != NULL && home_has(&s->homes[i], record);
    }
    return on == 0 ? 0 : (double)have / on;
}

/* Of all records from this one on, what the least spread of them has come to. */
static double all_reached(const struct sim *s, size_t first)
{
    double least = 1;

    for (size_t i = first; i < s->record_count; i++) {
        double one = reached(s, i);

        least = one < least ? one : least;
    }
    return least;
}

/* ---- The bars. */

static bool has_begun(struct sim *s)
{
    for (int i = 0; i < s->nodes; i++) {
        if (sim_topic(s, i) == NULL)
            return false;
    }
    return true;
}

void overlay_begin(struct sim *s, uint64_t seed, int nodes, bool crowd)
{
    sim_init(s, &plan, seed, nodes);
    for (int i = 1; i < nodes && crowd; i++) {
        s->homes[i].mute = true;
        memcpy(s->homes[i].invited_by, s->homes[0].address, ADDRESS_MAX);
    }
    street_found(s);
    for (int i = 1; i < nodes; i++) {
        home_start(s, i);
        if (i % STARTS == 0)
            sim_run(s, SECOND_MS);
    }
    for (int minutes = 0; minutes < 30 && !has_begun(s); minutes++)
        sim_run(s, MINUTE_MS);
    if (!has_begun(s))
        sim_fail(s, "the round has not come to everybody within half an hour");
    sim_run(s, 10 * MINUTE_MS); /* views mix, and what is new to islands comes to them */
}

/* from SIM_NOBODY: each time somebody else. */
static void say_all(struct sim *s, int from, int count)
{
    for (int i = 0; i < count && s->failure[0] == '\0'; i++) {
        overlay_say(s, from == SIM_NOBODY ? overlay_somebody(s) : from);
        sim_run(s, 5 * SECOND_MS);
    }
    sim_run(s, 10 * SECOND_MS);
}

static bool copies(struct sim *s, bool changing)
{
    int from = changing ? SIM_NOBODY : overlay_somebody(s);
    uint64_t came, kept;
    size_t first;

    say_all(s, from, WARM);
    sim_run(s, MINUTE_MS);
    came = s->talk.count[MESSAGE_RECORD / 2];
    kept = s->kept;
    first = s->record_count;
    say_all(s, from, SAID);
    came = s->talk.count[MESSAGE_RECORD / 2] - came;
    kept = s->kept - kept - SAID;
    sim_run(s, 2 * REPAIR_MS);
    return overlay_bar_met(s, &(struct overlay_bar){ changing ? "copies too many, changing senders" : "copies too many, one sender", "of each record",
                                     (double)came / (double)kept - 1, changing ? .5 : .05 }) &
           overlay_bar_met(s, &(struct overlay_bar){ changing ? "reached, changing senders" : "reached, one sender", "of homes", all_reached(s, first), -1 });
}

static double seconds_until(struct sim *s, size_t first, double part)
{
    uint64_t begin_ms = s->now_ms;

    while (all_reached(s, first) < part && s->now_ms - begin_ms < 30 * MINUTE_MS && s->failure[0] == '\0')
        sim_run(s, SECOND_MS);
    return (double)(s->now_ms - begin_ms) / 1000;
}

/* Long enough for all links between the halves to be given up, and their places to be filled from the own side. */
static bool islands(struct sim *s)
{
    size_t first = s->record_count;

    sim_cut(s, true);
    sim_run(s, 30 * MINUTE_MS);
    for (int i = 0; i < 10; i++)
        overlay_say(s, overlay_somebody(s));
    sim_run(s, 2 * MINUTE_MS);
    sim_cut(s, false);
    return overlay_bar_met(s, &(struct overlay_bar){ "islands healed", "s", seconds_until(s, first, 1), 2 * REPAIR_MS / 1000 });
}

static bool killed(struct sim *s)
{
    size_t record;

    for (int left = s->nodes * KILLED_PERCENT / 100; left > 0; left--) {
        int at = overlay_somebody(s);

        home_stop(s, at, false);
    }
    record = overlay_say(s, overlay_somebody(s));
    sim_run(s, REPAIR_MS);
    return overlay_bar_met(s, &(struct overlay_bar){ "reached, 80 % killed at once, after one repair round", "of survivors", reached(s, record), -.99 });
}

int overlay_run(uint64_t seed, int nodes)
{
    static struct sim s;
    bool met;

    overlay_begin(&s, seed, nodes, false);
    met = copies(&s, false);
    met &= copies(&s, true);
    met &= islands(&s);
    met &= killed(&s);
    met &= overlay_end(&s, NULL, 0);
    return !(met & crowded(seed) & walks(seed));
}
