/* A street with liars on its committee: the honest ones agree all the same. Up to b < 2q - n liars nobody can be made to disagree;
 * up to f = n - q of them nobody can be kept from closing (mechanism 2.7). */
#include "tests/support/street_end.h"

#include "tests/support/committee.h"

/* ---- What liars say. */

static size_t forge_vote(struct street *s, unsigned home, enum box_index box, uint32_t round, unsigned step,
                         const uint8_t digest[HASH_SIZE])
{
    static const uint8_t none[ID_SIZE];
    uint8_t bytes[96];
    struct writer body = writer_to(bytes, sizeof bytes);

    writer_array(&body, 4);
    writer_uint(&body, round);
    writer_uint(&body, step);
    writer_bin(&body, BYTES(none));
    writer_bin(&body, (struct bytes){ digest, HASH_SIZE });
    return street_forge(s, home, RECORD_VOTE, box, &body);
}

/* Names the lists this home holds, less one of them. skip: which; none if there are not so many. */
static size_t forge_cut(struct street *s, unsigned home, enum box_index box, uint32_t round, uint64_t settled,
                        size_t skip)
{
    uint8_t ids[COMMITTEE_MAX * ID_SIZE], bytes[COMMITTEE_MAX * ID_SIZE + 32];
    struct writer body = writer_to(bytes, sizeof bytes);
    const struct held *const *seen;
    size_t count = topic_records(s->homes[home].topic, box, RECORD_SEEN, &seen), named = 0;

    for (size_t i = 0; i < count; i++)
        if (i != skip)
            memcpy(ids + named++ * ID_SIZE, seen[i]->record.id, ID_SIZE);
    writer_array(&body, 3);
    writer_uint(&body, round);
    writer_uint(&body, settled);
    writer_bin(&body, (struct bytes){ ids, named * ID_SIZE });
    return street_forge(s, home, RECORD_CUT, box, &body);
}

static void digest_of(uint8_t out[HASH_SIZE], struct street *s, unsigned home, size_t cut_record)
{
    struct cut cut;
    const struct held *held = topic_held_find(s->homes[home].topic, s->records[cut_record].id);

    assert_non_null(held);
    assert_true(box_cut(s->homes[home].topic, &cut, held));
    memcpy(out, cut.digest, HASH_SIZE);
}

static void nothing(struct street *s, unsigned home)
{
    (void)s;
    (void)home;
}

/* To be told apart by street.h from those that contradict themselves by mistake. */
static void honest_after_all(struct street *s, unsigned home)
{
    street_duties(s, home);
}

/* ---- Votes. */

/* A clerk with two cuts, one for each half of the street, which votes for both in both steps. The street's
 * check fails at once when a home votes for every cut it can accept, instead of once. */
static void a_clerk_with_two_cuts_cannot_split_the_street(void **unused)
{
    struct street *s = street_init(7, 4, 20);
    uint8_t digests[2][HASH_SIZE];
    uint64_t settled;
    size_t cuts[2];
    unsigned liar;

    (void)unused;
    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, WHOLE_SEASON_D * STREET_DAY_MS));
    liar = street_seated(s, 1);
    while (street_made(s, BOX_JOIN, RECORD_SEEN) < 7)
        street_step(s);
    s->homes[liar].liar = nothing;
    assert_int_equal(street_made(s, BOX_JOIN, RECORD_CUT), 0);
    s->apart = true;
    for (unsigned i = 0; i < 7; i++)
        for (unsigned j = 0; j < 7; j++)
            street_give(s, i, street_last(s, j, BOX_JOIN, RECORD_SEEN));
    settled = street_season(s, liar)->boxes[BOX_JOIN].deadline_s;
    for (unsigned k = 0; k < 2; k++) {
        cuts[k] = forge_cut(s, liar, BOX_JOIN, 0, settled + 3600 * k - settled % 3600 * k, 99);
        street_give(s, liar, cuts[k]);
        digest_of(digests[k], s, liar, cuts[k]);
    }
    assert_memory_not_equal(digests[0], digests[1], HASH_SIZE);
    for (unsigned i = 0; i < 7; i++) {
        street_give(s, i, cuts[i % 2]);
        for (unsigned k = 0; k < 2; k++)
            for (unsigned step = 1; step <= 2; step++)
                street_give(s, i, forge_vote(s, liar, BOX_JOIN, 0, step, digests[k]));
    }
    street_run(s, STREET_HOUR_MS);
    for (unsigned i = 0; i < 7; i++)
        street_give(s, i, cuts[(i + 1) % 2]);
    s->apart = false;
    assert_season(s, 7);
    street_clear(s);
}

/* Votes for everything it hears of, in both steps, as soon as it hears of it. */
static void votes_for_everything(struct street *s, unsigned home)
{
    for (int b = BOX_KEY; b < BOXES; b++) {
        enum box_index box = (enum box_index)b;
        const struct held *const *cuts;
        size_t count = topic_records(s->homes[home].topic, box, RECORD_CUT, &cuts);

        for (size_t i = 0; i < count && street_season(s, home)->boxes[box].state == BOX_OPEN; i++) {
            struct cut cut;

            if (!box_cut(s->homes[home].topic, &cut, cuts[i]))
                continue;
            for (unsigned step = 1; step <= 2; step++)
                street_give(s, home, forge_vote(s, home, box, cut.round, step, cut.digest));
            count = topic_records(s->homes[home].topic, box, RECORD_CUT, &cuts);
        }
    }
    street_duties(s, home);
}

/* f of them, with two clerks whose clocks make them cut at the same time. */
static void members_that_vote_for_everything_change_nothing(void **unused)
{
    struct street *s = street_init(7, 4, 21);

    (void)unused;
    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, WHOLE_SEASON_D * STREET_DAY_MS));
    s->homes[street_seated(s, 3)].liar = votes_for_everything;
    s->homes[street_seated(s, 6)].liar = votes_for_everything;
    s->homes[street_seated(s, 2)].skew_ms = STREET_HOUR_MS;
    s->arrives = 60;
    assert_season(s, 7);
    street_clear(s);
}

struct locked {
    struct street *s;
    unsigned a, z, b, c; /* seats 1 to 4: a closes and goes off, z lies, b is locked, c knows nothing */
    uint8_t digest[HASH_SIZE];
};

/* The deadline and the grace have passed, everybody has listed, nobody has cut. */
static void lock_prepare(struct locked *l)
{
    struct street *s = l->s;

    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, WHOLE_SEASON_D * STREET_DAY_MS));
    l->a = street_seated(s, 1);
    l->z = street_seated(s, 2);
    l->b = street_seated(s, 3);
    l->c = street_seated(s, 4);
    street_run(s, street_season(s, 0)->boxes[BOX_JOIN].deadline_s * 1000 - s->now_ms);
    s->apart = true;
    s->now_ms += STREET_HOUR_MS;
    for (unsigned seat = 4; seat >= 1; seat--)
        street_duties(s, street_seated(s, seat));
}

/* Round 0: a cuts; a, b and c vote in step 1; a and b see that and lock. */
static void lock_two(struct locked *l)
{
    struct street *s = l->s;
    const unsigned all[] = { l->a, l->z, l->b, l->c };
    size_t cut;

    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            street_give(s, all[i], street_last(s, all[j], BOX_JOIN, RECORD_SEEN));
    street_duties(s, l->a);
    cut = street_last(s, l->a, BOX_JOIN, RECORD_CUT);
    street_give(s, l->b, cut);
    street_give(s, l->c, cut);
    digest_of(l->digest, s, l->a, cut);
    street_duties(s, l->b);
    street_duties(s, l->c);
    assert_true(street_votes(s, l->a, BOX_JOIN, 0) == 1 && street_votes(s, l->c, BOX_JOIN, 0) == 1);
    street_give(s, l->a, street_last(s, l->b, BOX_JOIN, RECORD_VOTE));
    street_give(s, l->a, street_last(s, l->c, BOX_JOIN, RECORD_VOTE));
    street_give(s, l->b, street_last(s, l->c, BOX_JOIN, RECORD_VOTE));
    street_give(s, l->b, street_last(s, l->a, BOX_JOIN, RECORD_VOTE));
    street_duties(s, l->b);
    street_duties(s, l->a);
    assert_true(street_votes(s, l->a, BOX_JOIN, 0) == 2 && street_votes(s, l->b, BOX_JOIN, 0) == 2);
}

/* z's step 2 makes a quorum, which a alone sees; then a is off. */
static void lock_and_close(struct locked *l)
{
    struct street *s = l->s;

    lock_two(l);
    street_give(s, l->a, street_last(s, l->b, BOX_JOIN, RECORD_VOTE));
    street_give(s, l->a, forge_vote(s, l->z, BOX_JOIN, 0, 2, l->digest));
    assert_int_equal(street_season(s, l->a)->boxes[BOX_JOIN].state, BOX_CLOSED);
    street_check_closed(s, l->a);
    s->homes[l->a].off = true;
}

/* Round 1: z, its first clerk, cuts something else, and votes for it with whoever will. */
static void lure(struct locked *l)
{
    struct street *s = l->s;
    const unsigned honest[] = { l->b, l->c };
    uint8_t other[HASH_SIZE];
    uint64_t settled;
    size_t cut;

    s->now_ms += 12 * STREET_HOUR_MS;
    settled = s->now_ms / 1000 - s->now_ms / 1000 % 3600;
    cut = forge_cut(s, l->z, BOX_JOIN, 1, settled, 99);
    street_give(s, l->z, cut);
    digest_of(other, s, l->z, cut);
    assert_memory_not_equal(other, l->digest, HASH_SIZE);
    for (int turn = 0; turn < 4; turn++)
        for (int i = 0; i < 2; i++) {
            street_give(s, honest[i], cut);
            for (unsigned step = 1; step <= 2; step++)
                street_give(s, honest[i], forge_vote(s, l->z, BOX_JOIN, 1, step, other));
            street_duties(s, honest[i]);
            for (size_t r = 0; r < s->record_count; r++) /* each hears the other's votes of this round only */
                if (s->records[r].home == honest[1 - i] && s->records[r].box == BOX_JOIN && r > cut)
                    street_give(s, honest[i], r);
        }
    for (int i = 0; i < 2; i++)
        street_check_closed(s, honest[i]);
    assert_int_equal(street_votes(s, l->c, BOX_JOIN, 1), 1); /* not locked: it may */
    assert_int_equal(street_votes(s, l->b, BOX_JOIN, 1), 0);
}

/* Without the lock rule b votes for z's cut too, it is closed, and the street's check finds two digests of
 * one box. */
static void a_locked_member_is_not_lured_into_closing_something_else(void **unused)
{
    struct locked l = { .s = street_init(4, 2, 22) };
    struct street *s = l.s;

    (void)unused;
    lock_prepare(&l);
    s->homes[l.z].liar = nothing;
    lock_and_close(&l);
    lure(&l);
    s->homes[l.a].off = false;
    s->homes[l.z].liar = honest_after_all;
    s->apart = false;
    assert_season(s, 4);
    assert_memory_equal(s->digest[BOX_JOIN], l.digest, HASH_SIZE);
    street_clear(s);
}

/* Two locked members, nobody lies, and they meet again in round 2: the clerk must cut the same once more, and
 * nobody must refuse it for its old time. Fails when either rule is dropped: then no two cuts find a quorum.
 */
static void what_some_are_locked_on_is_cut_again_a_day_later(void **unused)
{
    struct locked l = { .s = street_init(4, 2, 31) };
    struct street *s = l.s;

    (void)unused;
    lock_prepare(&l);
    lock_two(&l);
    s->now_ms += (12 + 18) * STREET_HOUR_MS;
    s->apart = false;
    street_run(s, 2 * STREET_HOUR_MS);
    assert_true(s->closed[BOX_JOIN]);
    assert_memory_equal(s->digest[BOX_JOIN], l.digest, HASH_SIZE);
    assert_season(s, 4);
    street_clear(s);
}

/* A cut that says the box was closed in three days would give the next box a deadline of its clerk's choice.
 */
static void a_cut_with_a_false_time_is_passed_over(void **unused)
{
    struct locked l = { .s = street_init(4, 2, 32) };
    struct street *s = l.s;
    uint64_t settled;
    size_t cut;

    (void)unused;
    lock_prepare(&l);
    s->homes[l.a].liar = nothing;
    for (unsigned i = 0; i < 4; i++)
        for (unsigned j = 0; j < 4; j++)
            street_give(s, i, street_last(s, j, BOX_JOIN, RECORD_SEEN));
    settled = (s->now_ms / 1000 - s->now_ms / 1000 % 3600) + 72 * 3600;
    cut = forge_cut(s, l.a, BOX_JOIN, 0, settled, 99);
    for (unsigned i = 0; i < 4; i++)
        street_give(s, i, cut);
    s->apart = false;
    street_run(s, 3 * STREET_HOUR_MS);
    assert_true(s->closed[BOX_JOIN]);
    assert_true(street_season(s, l.b)->boxes[BOX_JOIN].settled_s * 1000 <= s->now_ms);
    assert_season(s, 4);
    street_clear(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clerk_with_two_cuts_cannot_split_the_street),
        cmocka_unit_test(members_that_vote_for_everything_change_nothing),
        cmocka_unit_test(a_locked_member_is_not_lured_into_closing_something_else),
        cmocka_unit_test(what_some_are_locked_on_is_cut_again_a_day_later),
        cmocka_unit_test(a_cut_with_a_false_time_is_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
