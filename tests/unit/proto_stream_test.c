/* A neighbour whose comparisons lie, against the real core: what it costs is bounded, it is counted against the liar, and ends. WIRE 2.4, 10.8, 12. */
#include "proto/core/core_state.h"
#include "tests/support/hostile.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ENROLLED = 40, HEAD = 16, SYMBOL = 13, SYMBOLS = 2 };

struct liar {
    struct world *w;
    struct mouth mouth;
    uint8_t topic[ID_SIZE];
};

static void liar_init(struct liar *l)
{
    l->w = alone(l->topic);
    l->mouth = member(l->w, 1, l->topic);
    for (uint32_t i = 0; i < ENROLLED; i++)
        say_record(&l->mouth, somebodys_record(l->w, l->topic, i), false);
    world_run(l->w, SYNC_CALM_MAX_MS); /* before it no comparison begins */
    assert_false(l->w->outside_closed);
}

static void liar_clear(struct liar *l)
{
    mouth_hang_up(&l->mouth);
    world_free(l->w);
}

/* The next thing that the home says in a comparison. */
static bool hears(struct liar *l, struct message *out)
{
    if (l->w->outside_closed)
        return false;
    mouth_carry(&l->mouth);
    return mouth_hear(&l->mouth, MESSAGE_SYNC, out, NULL, true) > 0;
}

/* Makes the home begin one now. */
static bool begins(struct liar *l, struct message *out)
{
    struct link *link = l->w->homes[0].core->links[0];

    for (unsigned handle = 0; handle < TOPICS_MAX; handle++)
        link->edges[handle].sync_at = link->edges[handle].shared ? 0 : link->edges[handle].sync_at;
    link->touched = true;
    world_step(l->w, 0, (struct event){ .type = EVENT_TIMEOUT });
    return hears(l, out) && out->sync.began;
}

static void says(struct liar *l, uint32_t number, const struct sync_out *out)
{
    struct message message = { .type = MESSAGE_SYNC, .handle = 5, .sync = { false, number, { out->payload, out->size } } };

    mouth_say(&l->mouth, &message);
}

static size_t ids_of(const void *topic, size_t count, uint64_t parts, uint8_t (*out)[ID_SIZE])
{
    return topic_ids(topic, count, parts, out);
}

/* What the home holds itself, under another digest: its symbols show no difference where the digests do. */
static struct sync *answering(struct liar *l)
{
    struct topic *topic = core_topic_find(l->w->homes[0].core, l->topic);
    struct sync_set set = { .ids = ids_of, .from = topic };
    struct sync *sync;

    set.count = topic_digest(topic, set.digest, set.marks);
    set.digest[0] ^= 1;
    for (size_t i = 0; i < SET_PARTS; i++)
        set.marks[i][0] ^= 1;
    sync = sync_answer(&set, &l->mouth.rng);
    assert_non_null(sync);
    return sync;
}

/* One comparison; noise: of what no set has the symbols. How much the home said in it. */
static size_t compared(struct liar *l, bool noise)
{
    static struct sync_out out;
    struct message heard;
    struct sync *sync;
    size_t said = 0;
    uint32_t number;

    if (!begins(l, &heard))
        return 0;
    number = heard.sync.number;
    sync = answering(l);
    do {
        said += heard.sync.payload.size;
        if (sync_step(sync, heard.sync.payload, &out) != STATUS_OK || out.size == 0)
            break;
        if (noise && out.payload[1] == SYMBOLS && out.size > HEAD)
            rng_fill(&l->mouth.rng, out.payload + out.size - (out.size - HEAD) / SYMBOL * SYMBOL, (out.size - HEAD) / SYMBOL * SYMBOL);
        says(l, number, &out);
    } while (hears(l, &heard) && heard.sync.number == number);
    sync_free(sync);
    return said;
}

static bool welcome(struct liar *l)
{
    mouth_hang_up(&l->mouth);
    mouth_init(&l->mouth, l->w, 0, 1);
    return mouth_greet(&l->mouth, "10.9.9.9");
}

static void who_lies_about_what_it_has_is_parted_with_for_a_while(void **unused)
{
    struct liar l;
    int lies = 0;

    (void)unused;
    liar_init(&l);
    for (; lies < 20 && !l.w->outside_closed; lies++)
        compared(&l, false);
    assert_true(lies > 2 && lies < 12); /* a mistake is no crime */
    assert_int_equal(l.w->outside_why, STATUS_FULL);
    assert_false(welcome(&l));
    world_run(l.w, BEHAVIOUR_MS);
    assert_true(welcome(&l));
    liar_clear(&l);
}

static void noise_for_symbols_costs_little_and_ends(void **unused)
{
    struct liar l;
    size_t most = 0, records;

    (void)unused;
    liar_init(&l);
    records = topic_record_count(core_topic_find(l.w->homes[0].core, l.topic));
    for (int i = 0; i < 3 && !l.w->outside_closed; i++) {
        size_t said = compared(&l, true);

        assert_true(said > 0);
        most = said > most ? said : most;
    }
    assert_true(most < 4096); /* what it asks for, and at the end a list of forty short ids */
    assert_int_equal(topic_record_count(core_topic_find(l.w->homes[0].core, l.topic)), records);
    liar_clear(&l);
}

/* It says that it has everything, and never shows it. */
static void what_is_announced_and_not_delivered_is_counted(void **unused)
{
    struct message have = { .type = MESSAGE_HAVE, .handle = 5 };
    uint8_t ids[16][ID_SIZE];
    struct liar l;
    int minutes = 0;

    (void)unused;
    liar_init(&l);
    for (; minutes < 60 && !l.w->outside_closed; minutes++) {
        rng_fill(&l.mouth.rng, ids[0], sizeof ids);
        have.ids = (struct bytes){ ids[0], sizeof ids };
        mouth_say(&l.mouth, &have);
        for (int i = 0; i < 30 && !l.w->outside_closed; i++) {
            world_run(l.w, 2000);
            if (!l.w->outside_closed) {
                mouth_carry(&l.mouth);
                mouth_hear(&l.mouth, MESSAGE_GRAFT, NULL, NULL, true);
            }
        }
    }
    assert_true(l.w->outside_closed);
    assert_int_equal(l.w->outside_why, STATUS_FULL);
    liar_clear(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_lies_about_what_it_has_is_parted_with_for_a_while),
        cmocka_unit_test(noise_for_symbols_costs_little_and_ends),
        cmocka_unit_test(what_is_announced_and_not_delivered_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
