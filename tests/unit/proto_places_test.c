/* proto_places_test.c - which rounds of a group have its places: whoever founds round after round takes none from
 * a household that has a part in one, nor from the neighbours of others; and no clock alone ends a round. WIRE
 * 4.3, 10.5. */
#include "proto/fold/fold.h"
#include "tests/support/hostile.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Charters that differ in their opening alone, by founders whom nobody knows. */
struct junk {
    struct charter charter;
    uint8_t bytes[CHARTER_MAX], id[ID_SIZE];
    size_t size;
};

static void junk_begin(struct junk *junk, const struct world *w, const uint8_t topic[ID_SIZE])
{
    junk->charter = *topic_charter(core_topic_find(w->homes[0].core, topic));
}

static void junk_next(struct junk *junk)
{
    junk->charter.opens_s++;
    junk->size = charter_write(junk->bytes, sizeof junk->bytes, &junk->charter);
    charter_id(junk->id, (struct bytes){ junk->bytes, junk->size });
}

/* The next charter is followed by this neighbour under a handle. true: it was asked for, and so handed over. */
static bool offers(struct mouth *m, struct junk *junk, unsigned handle)
{
    struct message message = { .type = MESSAGE_FOLLOW, .handle = handle };

    memcpy(message.follow.topic, junk->id, ID_SIZE);
    mouth_say(m, &message);
    if (mouth_hear(m, MESSAGE_ASK, NULL, NULL, true) == 0)
        return false;
    message = (struct message){ .type = MESSAGE_CHARTER, .handle = handle, .charter = { junk->bytes, junk->size } };
    mouth_say(m, &message);
    assert_false(m->w->outside_closed);
    return true;
}

/* This neighbour calls, offers so many that are new, and hangs up. Returns how many were asked for. */
static size_t brings(struct world *w, uint8_t who, struct junk *junk, unsigned count)
{
    size_t taken = 0;
    char host[32];
    struct mouth m;

    snprintf(host, sizeof host, "10.9.9.%u", who);
    mouth_init(&m, w, 0, who);
    assert_true(mouth_greet(&m, host));
    for (unsigned handle = 0; handle < count; handle++) {
        junk_next(junk);
        taken += offers(&m, junk, handle);
    }
    mouth_hang_up(&m);
    return taken;
}

static bool follows(const struct world *w, const uint8_t id[ID_SIZE])
{
    return core_topic_find(w->homes[0].core, id) != NULL;
}

static void one_who_founds_round_after_round_leaves_places_to_others(void **unused)
{
    uint8_t own[ID_SIZE], kept[ID_SIZE];
    struct world *w = alone(own);
    struct junk junk;

    (void)unused;
    junk_begin(&junk, w, own);
    assert_int_equal(brings(w, 1, &junk, TOPICS_MAX), TOPICS_MAX - 1);
    assert_int_equal(brings(w, 2, &junk, 1), 1);
    memcpy(kept, junk.id, ID_SIZE);
    assert_true(follows(w, kept) && follows(w, own));
    assert_int_equal(core_topic_count(w->homes[0].core), TOPICS_MAX);
    assert_int_equal(brings(w, 1, &junk, TOPICS_MAX), 0); /* he goes on, and moves nothing */
    assert_true(follows(w, kept) && follows(w, own));
    world_free(w);
}

/* As many as there are places would be needed to keep a neighbour out, and then for a day. */
static void ten_who_conspire_keep_no_neighbour_out(void **unused)
{
    enum { LIARS = 10, HONEST = 99 };
    uint8_t own[ID_SIZE], kept[ID_SIZE];
    struct world *w = alone(own);
    struct junk junk;

    (void)unused;
    junk_begin(&junk, w, own);
    for (uint8_t i = 0; i < 2 * LIARS; i++)
        brings(w, i % LIARS, &junk, 3);
    assert_int_equal(core_topic_count(w->homes[0].core), TOPICS_MAX);
    assert_int_equal(brings(w, HONEST, &junk, 1), 1);
    memcpy(kept, junk.id, ID_SIZE);
    for (uint8_t i = 0; i < 2 * LIARS; i++)
        brings(w, i % LIARS, &junk, 3);
    assert_true(follows(w, kept) && follows(w, own));
    world_free(w);
}

/* Where all come over one link, time makes room; a round that this household is in stays all the same. */
static void after_a_day_a_round_without_this_home_gives_way_and_others_never(void **unused)
{
    uint8_t own[ID_SIZE], joined[ID_SIZE], oldest[ID_SIZE];
    struct world *w = alone(own);
    struct junk junk;

    (void)unused;
    junk_begin(&junk, w, own);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(brings(w, 1, &junk, 1), 1);
        memcpy(i == 0 ? joined : oldest, junk.id, ID_SIZE);
        world_run(w, 1000);
    }
    assert_int_equal(world_enrol(w, 0, joined), STATUS_OK);
    assert_int_equal(brings(w, 1, &junk, TOPICS_MAX), TOPICS_MAX - 3);
    world_run(w, PLACE_STAY_MS - 60000);
    assert_int_equal(brings(w, 1, &junk, TOPICS_MAX), 0);
    assert_true(follows(w, oldest));
    world_run(w, 120000);
    assert_int_equal(brings(w, 1, &junk, 1), 1);
    assert_false(follows(w, oldest));
    brings(w, 1, &junk, TOPICS_MAX);
    assert_true(follows(w, own) && follows(w, joined));
    assert_int_equal(core_topic_count(w->homes[0].core), TOPICS_MAX);
    world_stop(w, 0); /* that it has a part is read from the disk */
    world_start(w, 0);
    world_run(w, 2 * PLACE_STAY_MS);
    assert_true(brings(w, 3, &junk, TOPICS_MAX) > 0);
    assert_true(follows(w, own) && follows(w, joined));
    world_free(w);
}

/* It is of no use to this household any more, and does not come back from those who still follow it. */
static void a_registry_closed_without_this_home_gives_way_at_once(void **unused)
{
    uint8_t own[ID_SIZE], past[ID_SIZE];
    struct world *w = world_new(2, 5);
    struct junk junk;

    (void)unused;
    world_belong(w, 0, -1);
    world_belong(w, 1, 0);
    world_found(w, 0, "pellets", "street", own);
    world_found(w, 1, "pellets", "demo", past);
    world_run(w, 120000);
    assert_true(follows(w, past) && core_topic_find(w->homes[1].core, own) != NULL);
    w->liar = true;
    junk_begin(&junk, w, own);
    assert_int_equal(brings(w, 1, &junk, TOPICS_MAX), TOPICS_MAX - 1);
    assert_false(follows(w, past));
    assert_int_equal(core_topic_count(w->homes[0].core), TOPICS_MAX);
    world_run(w, 10 * SHUFFLE_MS);
    assert_false(follows(w, past));
    assert_true(core_topic_find(w->homes[1].core, past) != NULL);
    world_free(w);
}

static void a_round_of_the_household_finds_a_place_while_another_has_none_of_its_own(void **unused)
{
    uint8_t own[TOPICS_MAX][ID_SIZE];
    struct world *w = alone(own[0]);
    struct junk junk;

    (void)unused;
    junk_begin(&junk, w, own[0]);
    assert_int_equal(brings(w, 1, &junk, TOPICS_MAX), TOPICS_MAX - 1);
    for (unsigned i = 1; i < TOPICS_MAX; i++) {
        world_run(w, 1000);
        world_found(w, 0, "pellets", "street", own[i]);
    }
    for (unsigned i = 0; i < TOPICS_MAX; i++)
        assert_true(follows(w, own[i]));
    junk_next(&junk);
    assert_int_equal(world_step(w, 0, (struct event){ .type = EVENT_TOPIC, .bytes = { junk.bytes, junk.size } }),
                     STATUS_FULL);
    assert_non_null(strstr(w->why.text, "16 rounds"));
    assert_int_equal(brings(w, 2, &junk, TOPICS_MAX), 0);
    world_free(w);
}

/* One more message for a frame that says several at once. */
static void add_message(uint8_t *body, size_t *size, const struct message *message)
{
    size_t more = message_write(body + *size + MESSAGE_HEAD, MESSAGE_MAX, message);

    assert_true(more > 0 && *size + MESSAGE_HEAD + more <= FRAME_PLAIN_MAX);
    be16_write(body + *size, (uint16_t)more);
    *size += MESSAGE_HEAD + more;
}

/* However much else there is to be done in that moment, there is room to say that one round goes and another comes. */
static void a_round_takes_the_place_of_another_in_a_full_step(void **unused)
{
    static uint8_t body[2 * FRAME_PLAIN_MAX];

    (void)unused;
    for (uint32_t before = 12; before < 16; before++) { /* effects come in sixteens at first */
        uint8_t own[ID_SIZE];
        struct world *w = alone(own);
        struct message follows_it = { .type = MESSAGE_FOLLOW, .handle = 0 };
        size_t size = 0;
        struct junk junk;
        struct mouth m;

        junk_begin(&junk, w, own);
        brings(w, 1, &junk, TOPICS_MAX);
        m = member(w, 2, own);
        junk_next(&junk);
        memcpy(follows_it.follow.topic, junk.id, ID_SIZE);
        mouth_say(&m, &follows_it);
        for (uint32_t i = 0; i < before; i++)
            add_message(body, &size,
                        &(struct message){ .type = MESSAGE_RECORD, .handle = 5, .record = { somebodys_record(w, own, i), WAY_ASKED } });
        add_message(body, &size, &(struct message){ .type = MESSAGE_CHARTER, .handle = 0, .charter = { junk.bytes, junk.size } });
        w->fresh_effects = true;
        mouth_body(&m, (struct bytes){ body, size });
        assert_int_equal(world_records(w, 0), before);
        assert_true(follows(w, junk.id));
        mouth_hang_up(&m);
        world_free(w);
    }
}

/* What strangers fill among themselves has a bound, in which the household's own rounds have no part. */
static void rounds_without_this_home_take_so_much_memory_and_no_more(void **unused)
{
    struct message follows_it = { .type = MESSAGE_FOLLOW, .handle = 6 };
    uint8_t own[ID_SIZE];
    struct world *w = alone(own);
    struct topic *strange;
    struct junk junk;
    struct mouth m;

    (void)unused;
    junk_begin(&junk, w, own);
    brings(w, 1, &junk, 1);
    strange = core_topic_find(w->homes[0].core, junk.id);
    m = member(w, 2, own);
    memcpy(follows_it.follow.topic, junk.id, ID_SIZE);
    mouth_say(&m, &follows_it);
    for (uint32_t full = 0; full < 2; full++) {
        struct message record = { .type = MESSAGE_RECORD, .handle = 6, .record.way = WAY_ASKED };
        size_t records = world_records(w, 0);

        strange->bytes += full * STRANGE_BYTES_MAX; /* as if it held so much */
        record.record.bytes = somebodys_record(w, junk.id, full);
        mouth_say(&m, &record);
        assert_int_equal(world_records(w, 0), records + !full);
        say_record(&m, somebodys_record(w, own, full), true);
        assert_int_equal(world_records(w, 0), records + !full + 1);
    }
    assert_false(w->outside_closed);
    strange->bytes -= STRANGE_BYTES_MAX;
    mouth_hang_up(&m);
    world_free(w);
}

/* ---- The street. */

/* A liar that runs the real thing, and founds all it can; whoever founds after it is heard by all others. */
static void a_street_hears_of_a_round_whatever_one_of_it_founds(void **unused)
{
    struct world *w = world_new(5, 6);
    uint8_t junk[ID_SIZE], honest[ID_SIZE];

    (void)unused;
    for (int i = 0; i < 5; i++)
        world_belong(w, i, i == 0 ? -1 : 0);
    world_run(w, 10000);
    for (unsigned i = 0; i < TOPICS_MAX; i++) {
        world_found(w, 4, "pellets", "street", junk);
        world_run(w, 2000);
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(core_topic_count(w->homes[i].core), TOPICS_MAX);
    world_found(w, 1, "pellets", "street", honest);
    world_run(w, 5 * SHUFFLE_MS);
    for (int i = 0; i < 4; i++)
        assert_non_null(core_topic_find(w->homes[i].core, honest));
    world_run(w, 24 * 60 * SHUFFLE_MS);
    for (int i = 0; i < 4; i++)
        assert_non_null(core_topic_find(w->homes[i].core, honest));
    world_free(w);
}

/* ---- The clock. */

static void a_clock_a_year_ahead_ends_no_round(void **unused)
{
    struct world *w = world_new(3, 9);
    uint8_t street[ID_SIZE], demo[ID_SIZE];

    (void)unused;
    for (int i = 0; i < 3; i++)
        world_belong(w, i, i == 0 ? -1 : 0);
    world_run(w, 5000);
    world_found(w, 0, "pellets", "street", street);
    world_found(w, 0, "pellets", "demo", demo);
    world_run(w, 2000);
    w->homes[1].clock_ms += (int64_t)500 * 86400 * 1000;
    world_step(w, 1, (struct event){ .type = EVENT_TIMEOUT });
    world_run(w, DROP_WAIT_MS / 2);
    world_stop(w, 1); /* and links are made anew meanwhile */
    world_start(w, 1);
    world_run(w, DROP_WAIT_MS * 3 / 2 - 120000);
    assert_non_null(core_topic_find(w->homes[1].core, street));
    assert_non_null(world_find(&w->homes[1], EFFECT_KEEP_TOPIC, street));
    w->homes[1].clock_ms = 0;
    world_step(w, 1, (struct event){ .type = EVENT_TIMEOUT });
    world_run(w, 4 * DROP_WAIT_MS);
    for (int i = 0; i < 3; i++) {
        assert_non_null(core_topic_find(w->homes[i].core, street));
        assert_null(core_topic_find(w->homes[i].core, demo)); /* which is over by everybody's clock */
    }
    world_free(w);
}

/* Two of four whose clocks are ahead, or who say so: to each of them the other is one of three. A third makes it two of three. */
static void one_who_lies_about_the_time_ends_no_round(void **unused)
{
    struct world *w = world_new(4, 11);
    uint8_t street[ID_SIZE];

    (void)unused;
    for (int i = 0; i < 4; i++)
        world_belong(w, i, i == 0 ? -1 : 0);
    world_run(w, 5000);
    world_found(w, 0, "pellets", "street", street);
    world_run(w, 2000);
    for (int ahead = 1; ahead <= 3; ahead++) {
        w->homes[ahead].clock_ms += (int64_t)500 * 86400 * 1000;
        world_step(w, ahead, (struct event){ .type = EVENT_TIMEOUT });
        world_stop(w, ahead); /* the links are made anew, with hellos of that time */
        world_start(w, ahead);
        world_run(w, 2 * DROP_WAIT_MS);
        assert_int_equal(world_links(w, 1), 3);
        for (int i = 0; i < 4; i++)
            assert_int_equal(core_topic_find(w->homes[i].core, street) == NULL, ahead == 3 && i > 0);
    }
    world_free(w);
}

static void what_nobody_confirms_is_kept(void **unused)
{
    uint8_t topic[ID_SIZE];
    struct world *w = world_new(1, 10);

    (void)unused;
    world_belong(w, 0, -1);
    world_found(w, 0, "pellets", "demo", topic);
    w->homes[0].clock_ms += (int64_t)500 * 86400 * 1000;
    world_step(w, 0, (struct event){ .type = EVENT_TIMEOUT });
    world_run(w, 100 * DROP_WAIT_MS);
    assert_true(follows(w, topic));
    assert_true(w->homes[0].steps < 10000); /* nor does it ask itself without end */
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_who_founds_round_after_round_leaves_places_to_others),
        cmocka_unit_test(ten_who_conspire_keep_no_neighbour_out),
        cmocka_unit_test(after_a_day_a_round_without_this_home_gives_way_and_others_never),
        cmocka_unit_test(a_registry_closed_without_this_home_gives_way_at_once),
        cmocka_unit_test(a_round_of_the_household_finds_a_place_while_another_has_none_of_its_own),
        cmocka_unit_test(a_round_takes_the_place_of_another_in_a_full_step),
        cmocka_unit_test(rounds_without_this_home_take_so_much_memory_and_no_more),
        cmocka_unit_test(a_street_hears_of_a_round_whatever_one_of_it_founds),
        cmocka_unit_test(a_clock_a_year_ahead_ends_no_round),
        cmocka_unit_test(one_who_lies_about_the_time_ends_no_round),
        cmocka_unit_test(what_nobody_confirms_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
