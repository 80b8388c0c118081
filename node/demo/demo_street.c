/* demo_street.c - what the homes of the street do, as their people would type it.
 *
 * Happy path: found, join, meet, be registered, make a key, show interest, deal a demand. In the middle of the last one home loses its power.
 * Failure modes: any command that fails ends the demo with that command's own words; a phase that does not come within its time, with the
 * phase it is stuck in. */
#include "node/demo/demo.h"
#include "node/tongue/tongue.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
    POLL_MS = 250,
    PHASE_SECONDS = 120,
    HOME_START_MS = 60, /* to make a home, start its node and read its meter file, half of it on two quiet cores */
    PERCENT_MAX = 400,  /* beyond it the steps would outlast PHASE_SECONDS */
};

static const char *text_of(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

static uint64_t number_of(json_t *object, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(object, key));
}

json_t *demo_round(struct demo *demo, size_t home)
{
    json_t *reply = NULL;

    if (!demo_run(demo, &reply,
                  ARGS("round", "show", demo->topic, "--home", demo->homes[home].dir, "--json")))
        return NULL;
    return reply;
}

static void pause_ms(unsigned ms)
{
    struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

    nanosleep(&t, NULL);
}

static unsigned phase_of(json_t *round)
{
    for (unsigned phase = 0; phase < PHASES; phase++)
        if (strcmp(phase_name((enum phase)phase), text_of(round, "phase")) == 0)
            return phase;
    return PHASES;
}

static bool ended_badly(unsigned phase)
{
    return phase == PHASE_TOO_FEW || phase == PHASE_NO_LOT || phase == PHASE_NO_AWARD || phase == PHASE_FORK;
}

bool demo_wait_phase(struct demo *demo, size_t home, const char *doing, uint32_t phases, unsigned seconds)
{
    uint64_t end = demo_elapsed_ms(demo) + seconds * UINT64_C(1000);

    for (;;) {
        json_t *round = demo_round(demo, home);
        unsigned phase;

        if (round == NULL)
            return false;
        phase = phase_of(round);
        demo_progress(demo, _("%s: %s, %" PRIu64 " records"), doing, text_of(round, "phase"), number_of(round, "records"));
        if (phase < PHASES && (phases & (UINT32_C(1) << phase))) {
            json_decref(round);
            return true;
        }
        if (ended_badly(phase) || demo_elapsed_ms(demo) > end) {
            demo_fail(demo, _("%s: stuck in phase \"%s\" after %u s"), doing, text_of(round, "phase"), seconds);
            json_decref(round);
            return false;
        }
        json_decref(round);
        pause_ms(POLL_MS);
    }
}

/* Until every home says so of itself. */
static bool wait_everybody(struct demo *demo, const char *doing, bool (*holds)(json_t *round))
{
    uint64_t end = demo_elapsed_ms(demo) + PHASE_SECONDS * UINT64_C(1000);

    for (size_t i = 0; i < demo->home_count;) {
        json_t *round = demo_round(demo, i);
        bool there = round != NULL && holds(round);

        if (round == NULL)
            return false;
        json_decref(round);
        if (there) {
            i++;
            continue;
        }
        demo_progress(demo, _("%s: %zu of %zu homes"), doing, i, demo->home_count);
        if (demo_elapsed_ms(demo) > end)
            return demo_fail(demo, _("%s: home %zu is not there after %d s"), doing, i + 1, PHASE_SECONDS);
        pause_ms(POLL_MS);
    }
    return true;
}

static bool own_flag(json_t *round, const char *name)
{
    return json_is_true(json_object_get(json_object_get(round, "own"), name));
}

static bool is_registered(json_t *round)
{
    return own_flag(round, "in_registry");
}

/* ---- 1. */

static bool open_home(struct demo *demo, size_t i)
{
    struct demo_home *home = &demo->homes[i];
    json_t *report = NULL;

    if (!check_meter(home, demo->good) || !demo_run(demo, NULL, ARGS("init", "--home", home->dir, "--json")) ||
        !demo_start(demo, home) ||
        !demo_run(demo, &report, ARGS("import", home->meter, "--home", home->dir, "--json")))
        return false;
    json_decref(report);
    demo_progress(demo, _("home %zu of %zu: node started, meter file imported"), i + 1, demo->home_count);
    return true;
}

/* Every home's work is done by this one machine: the more homes, and the longer it took to start one, the longer the boxes stay
 * open. What is dealt too late is not counted, and a street on a slow or busy machine would find no lot. */
static void choose_windows(struct demo *demo, char *out, size_t size)
{
    static const unsigned least_s[BOXES] = { 8, 5, 5, 8, 7 };
    uint64_t start_ms = demo_elapsed_ms(demo) / demo->home_count;
    unsigned percent = start_ms <= HOME_START_MS ? 100 : (unsigned)(start_ms * 100 / HOME_START_MS), more = demo->home_count > 16 ? 4 : 0;
    size_t used = 0;

    if (percent > PERCENT_MAX)
        percent = PERCENT_MAX;
    if (percent > 100)
        demo_say(demo, _("This machine is slow or busy: everything gets %u %% of its time."), percent);
    for (size_t i = 0; i < BOXES; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%u", i ? "," : "", ((least_s[i] + more) * percent + 99) / 100);
}

static bool found_group(struct demo *demo)
{
    char homes[8], windows[64];
    json_t *made = NULL;

    snprintf(homes, sizeof homes, "%zu", demo->home_count);
    choose_windows(demo, windows, sizeof windows);
    if (!demo_run(demo, &made,
                  ARGS("group", "create", "--good", demo->good, "--pace", "demo", "--zone", "fr:insee:44109",
                       "--title", "Rue des Lilas", "--contact", "lilas@example.org", "--homes", homes,
                       "--windows", windows, "--home", demo->homes[0].dir, "--yes", "--json")))
        return false;
    snprintf(demo->code, sizeof demo->code, "%s", text_of(made, "code"));
    snprintf(demo->topic, sizeof demo->topic, "%s", text_of(made, "topic"));
    json_decref(made);
    if (demo->code[0] == '\0' || demo->topic[0] == '\0')
        return demo_fail(demo, _("group create gave no code"));
    return true;
}

static bool knows_round(struct demo *demo, size_t i)
{
    json_t *list = NULL;
    bool found;

    if (!demo_run(demo, &list, ARGS("round", "list", "--home", demo->homes[i].dir, "--json")))
        return false;
    found = json_array_size(json_object_get(list, "rounds")) > 0;
    json_decref(list);
    return found;
}

bool street_open(struct demo *demo)
{
    demo_step(demo, 1, _("A street"));
    for (size_t i = 0; i < demo->home_count; i++)
        if (!open_home(demo, i))
            return false;
    demo_say(demo, _("%zu homes run their own node; each has imported the meter file of one real household."), demo->home_count);
    if (!found_group(demo))
        return false;
    demo_say(demo, _("The first home founds the group. The code for the whole street: %s"), demo->code);
    for (size_t i = 1; i < demo->home_count; i++) {
        if (!demo_run(demo, NULL, ARGS("group", "join", demo->code, "--home", demo->homes[i].dir, "--json")))
            return false;
        demo_progress(demo, _("home %zu of %zu has joined with the code"), i + 1, demo->home_count);
    }
    for (size_t i = 1; i < demo->home_count; i++)
        for (unsigned tries = 0; !knows_round(demo, i); tries++) {
            if (tries * POLL_MS > 30000)
                return demo_fail(demo, _("home %zu has not found the round of its group"), i + 1);
            pause_ms(POLL_MS);
        }
    demo_say(demo, _("The others typed the code; all have found each other and the round."));
    return true;
}

/* ---- 2. */

static const char *lots_of(size_t home)
{
    return home % 4 == 3 ? "2" : "1"; /* most want the first; all would take either */
}

static bool join_round(struct demo *demo, size_t i)
{
    const char *first = lots_of(i), *second = first[0] == '1' ? "2" : "1";

    if (strcmp(demo->good, "electricity") == 0)
        first = "1", second = "2"; /* a metered total needs nearly all of them in one lot */
    return demo_run(demo, NULL, ARGS("share", "allow", "profile", "--home", demo->homes[i].dir, "--json")) &&
           demo_run(demo, NULL,
                    ARGS("round", "join", demo->topic, "--lot", first, "--lot", second, "--home",
                         demo->homes[i].dir, "--yes", "--json"));
}

bool street_register(struct demo *demo)
{
    json_t *round;

    demo_step(demo, 2, _("A register, a committee by lot, a key nobody holds"));
    for (size_t i = 0; i < demo->home_count; i++) {
        if (!join_round(demo, i))
            return false;
        demo_progress(demo, _("home %zu of %zu has said yes"), i + 1, demo->home_count);
    }
    demo_say(demo, _("Every home has seen what would leave it, and said yes; its node deals when the time comes."));
    if (!demo_wait_phase(demo, 0, _("the registry closes"), ~(UINT32_C(1) << PHASE_REGISTRY), PHASE_SECONDS) ||
        !wait_everybody(demo, _("registered"), is_registered))
        return false;
    round = demo_round(demo, 0);
    if (round == NULL)
        return false;
    demo_say(demo, _("%" PRIu64 " homes are in the register."), number_of(round, "registry"));
    json_decref(round);
    return true;
}

/* ---- 3. */

bool street_interest(struct demo *demo)
{
    json_t *round;

    demo_step(demo, 3, _("Who is interested, and who is alike"));
    if (!demo_wait_phase(demo, 0, _("interest closes, the key is made"),
                         ~(UINT32_C(1) << PHASE_REGISTRY | UINT32_C(1) << PHASE_KEY), PHASE_SECONDS))
        return false;
    round = demo_round(demo, 0);
    if (round == NULL)
        return false;
    demo->resemble = json_is_integer(json_object_get(round, "resemble"));
    if (demo->resemble)
        demo_say(demo, _("Each home published at most two noised bits. To the first, about %" PRIu64 " homes nearby resemble it."),
                 number_of(round, "resemble"));
    json_decref(round);
    return true;
}

/* ---- 4. */

static bool has_joined(json_t *round)
{
    return own_flag(round, "joined");
}

bool street_demand(struct demo *demo)
{
    struct demo_home *victim = &demo->homes[demo->home_count / 2];
    json_t *round;
    bool exact;

    demo_step(demo, 4, _("A demand that only adds up"));
    if (!wait_everybody(demo, _("demand dealt, encrypted"), has_joined))
        return false;
    demo_kill(victim, SIGKILL);
    demo_say(demo, _("Home %zu loses its power (SIGKILL) before the box is closed ..."), demo->home_count / 2 + 1);
    pause_ms(1500);
    if (!demo_start(demo, victim))
        return false;
    demo_say(demo, _("... and is back; nothing it had acknowledged is lost."));
    if (!demo_wait_phase(demo, 0, _("the total is opened"),
                         UINT32_C(1) << PHASE_TENDER | UINT32_C(1) << PHASE_BIDS_CLOSED | UINT32_C(1) << PHASE_AWARDED,
                         PHASE_SECONDS))
        return false;
    round = demo_round(demo, 0);
    exact = round != NULL && check_totals(demo, round);
    json_decref(round);
    return exact;
}
