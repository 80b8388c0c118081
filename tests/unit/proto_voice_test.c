/* One home has one voice in each box, under names that only it can link; who conspires does not stop the
 * others; and what could still open a home's deal is gone when the season is over. */
#include "tests/support/street_end.h"
#include "tests/support/world_story.h"

#include <sodium.h>

/* ---- Names. */

/* The nullifier in front of the admission, which is a deal's last field. */
static const uint8_t *nullifier_of(const struct record *record, enum box_index box)
{
    struct reader r = reader_from(record->body);

    reader_array(&r, box == BOX_JOIN ? 4 : 3, box == BOX_JOIN ? 4 : 3);
    reader_uint(&r, DEAL_SEQ_MAX);
    if (box == BOX_INTEREST) {
        reader_uint(&r, 4);
    } else if (box == BOX_BIDS) {
        reader_bin(&r, 1, RECORD_MAX);
    } else {
        size_t count = reader_array(&r, 0, LOT_CHOICES_MAX);

        for (size_t i = 0; i < count; i++) {
            reader_array(&r, 2, 2);
            reader_uint(&r, LOTS_MAX);
            reader_uint(&r, BOX_DEALS_MAX);
        }
        reader_bin(&r, 0, DEAL_MAX);
    }
    return reader_bin(&r, POINT_SIZE, ADMISSION_MAX).data;
}

/* The winner learns whose pseudonym it is that joined; it must not learn with it what that home reported. */
static void a_report_and_a_join_of_one_home_have_nothing_in_common(void **unused)
{
    struct street *s = street_init(4, 3, 51);
    struct record interest, join;
    const struct street_record *r;

    (void)unused;
    assert_season(s, 4);
    for (unsigned home = 0; home < 4; home++) {
        r = &s->records[street_last(s, home, BOX_INTEREST, RECORD_DEAL)];
        assert_true(record_read(&interest, (struct bytes){ r->bytes, r->size }));
        for (unsigned other = 0; other < 4; other++) {
            r = &s->records[street_last(s, other, BOX_JOIN, RECORD_DEAL)];
            assert_true(record_read(&join, (struct bytes){ r->bytes, r->size }));
            assert_memory_not_equal(interest.author, join.author, KEY_SIZE);
            assert_memory_not_equal(nullifier_of(&interest, BOX_INTEREST), nullifier_of(&join, BOX_JOIN),
                                    POINT_SIZE);
        }
    }
    street_clear(s);
}

/* Nor does anybody learn which of them handed in whose bid. */
static void what_a_home_hands_in_has_nothing_in_common_with_its_join(void **unused)
{
    static const enum box_index others[] = { BOX_INTEREST, BOX_JOIN };
    struct street *s = street_init(4, 3, 54);
    struct record deals[2], bid;
    size_t handed_in = 0;

    (void)unused;
    assert_season(s, 4);
    for (size_t i = 0; i < s->record_count; i++) {
        const struct street_record *r = &s->records[i];

        if (!record_read(&bid, (struct bytes){ r->bytes, r->size }) || bid.kind != RECORD_DEAL ||
            bid.box != BOX_BIDS)
            continue;
        handed_in++;
        for (unsigned home = 0; home < 4; home++)
            for (size_t k = 0; k < ARRAY_SIZE(others); k++) {
                const struct street_record *other =
                    &s->records[street_last(s, home, others[k], RECORD_DEAL)];

                assert_true(record_read(&deals[k], (struct bytes){ other->bytes, other->size }));
                assert_memory_not_equal(bid.author, deals[k].author, KEY_SIZE);
                assert_memory_not_equal(bid.author, s->homes[home].own.member.public_key, KEY_SIZE);
                assert_memory_not_equal(nullifier_of(&bid, BOX_BIDS), nullifier_of(&deals[k], others[k]),
                                        POINT_SIZE);
            }
    }
    assert_int_equal(handed_in, 2);
    street_clear(s);
}

/* K homes of which two sign with one key: counted as K voices they would form a lot that no member opens. */
static void two_homes_under_one_name_count_once_and_stop_nobody(void **unused)
{
    static const struct {
        unsigned homes;
        enum phase phase;
    } rows[] = { { 4, PHASE_NO_LOT }, { 5, PHASE_AWARDED } };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct street *s = street_init(rows[i].homes, 4, 52);

        assert_true(street_until(s, BOX_JOIN, BOX_OPEN, 20 * STREET_DAY_MS));
        s->homes[3].own.pseudonym = s->homes[2].own.pseudonym;
        s->companies = true;
        street_run(s, WHOLE_SEASON_D * STREET_DAY_MS);
        assert_phase(s, rows[i].phase);
        assert_int_equal(street_season(s, 0)->boxes[BOX_JOIN].set_count, rows[i].homes - 1);
        street_clear(s);
    }
}

/* ---- The secret of a round. */

static const uint8_t *secret_on_disk(struct world *w, int home, const uint8_t topic[ID_SIZE])
{
    struct world_item *item = world_find(&w->homes[home], EFFECT_KEEP_SECRET, topic);

    assert_non_null(item);
    assert_int_equal(item->size, KEY_SIZE);
    return item->data;
}

/* Too few homes enrol, so the season is over when the registry closes. */
static void when_the_season_is_over_the_secret_of_the_round_is_gone(void **unused)
{
    struct world *w = world_new(3, 53);
    uint8_t topic[ID_SIZE], before[3][KEY_SIZE];

    (void)unused;
    for (int i = 0; i < 3; i++)
        world_belong(w, i, i == 0 ? -1 : 0);
    world_run(w, 5000);
    world_found(w, 0, "pellets", "demo", topic);
    world_run(w, 2000);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(world_enrol(w, i, topic), STATUS_OK);
        memcpy(before[i], secret_on_disk(w, i, topic), KEY_SIZE);
    }
    world_run(w, 1000);
    for (int i = 0; i < 3; i++)
        assert_memory_equal(before[i], secret_on_disk(w, i, topic), KEY_SIZE);
    world_run(w, 600 * 1000);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(topic_season(core_topic_find(w->homes[i].core, topic))->phase, PHASE_TOO_FEW);
        assert_true(sodium_is_zero(secret_on_disk(w, i, topic), KEY_SIZE));
    }
    world_stop(w, 1);
    world_start(w, 1);
    world_run(w, 1000);
    assert_true(sodium_is_zero(secret_on_disk(w, 1, topic), KEY_SIZE));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_and_a_join_of_one_home_have_nothing_in_common),
        cmocka_unit_test(what_a_home_hands_in_has_nothing_in_common_with_its_join),
        cmocka_unit_test(two_homes_under_one_name_count_once_and_stop_nobody),
        cmocka_unit_test(when_the_season_is_over_the_secret_of_the_round_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
