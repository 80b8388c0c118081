/* A street with homes that deal too late or falsely, open falsely, or say nothing: what they do costs the honest
 * ones nothing, and nobody is blamed for what is true. */
#include "tests/support/street_end.h"

#include "tests/support/committee.h"

static void nothing(struct street *s, unsigned home)
{
    (void)s;
    (void)home;
}

/* ---- Deals out of time. */

/* Lists every deal it holds, whenever it came. */
static void lists_late_deals(struct street *s, unsigned home)
{
    const struct box_view *join = &street_season(s, home)->boxes[BOX_JOIN];
    uint8_t prefixes[BOX_DEALS_MAX * SEEN_PREFIX_SIZE], bytes[RECORD_MAX];
    struct writer body = writer_to(bytes, sizeof bytes);
    const struct held *const *deals;
    size_t count;

    if (join->state == BOX_OPEN && s->now_ms >= (join->deadline_s + s->charter.grace_s[BOX_JOIN]) * 1000 &&
        street_made_by(s, home, BOX_JOIN, RECORD_SEEN) == 0) {
        count = topic_records(s->homes[home].topic, BOX_JOIN, RECORD_DEAL, &deals);
        for (size_t i = 0; i < count; i++)
            memcpy(prefixes + i * SEEN_PREFIX_SIZE, deals[i]->record.id, SEEN_PREFIX_SIZE);
        writer_array(&body, 1);
        writer_bin(&body, (struct bytes){ prefixes, count * SEEN_PREFIX_SIZE });
        street_give(s, home, street_forge(s, home, RECORD_SEEN, BOX_JOIN, &body));
    }
    street_duties(s, home);
}

/* Signed in time and kept back, then shown to everybody, with f members to list it: fails when arrival is not
 * looked at, or when fewer than f + 1 lists are enough. */
static void a_deal_shown_too_late_is_in_no_set(void **unused)
{
    struct street *s = street_init(7, 4, 23);
    static struct deal_out out;
    size_t kept;

    (void)unused;
    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, WHOLE_SEASON_D * STREET_DAY_MS));
    s->homes[6].idle = true;
    assert_int_equal(street_deal(s, 6, BOX_JOIN, &out, NULL), STATUS_OK);
    kept = street_keep(s, out.bytes, out.size, 6);
    s->homes[street_seated(s, 1)].liar = lists_late_deals;
    s->homes[street_seated(s, 2)].liar = lists_late_deals;
    street_run(s, (street_season(s, 0)->boxes[BOX_JOIN].deadline_s + s->charter.grace_s[BOX_JOIN]) * 1000 -
                      s->now_ms);
    s->now_ms += 1;
    for (unsigned i = 0; i < 7; i++)
        assert_int_equal(street_give(s, i, kept), STATUS_OK);
    assert_season(s, 6);
    street_clear(s);
}

/* At the deadline plus grace to the millisecond is in time; fails when the grace is forgotten. */
static void a_deal_that_arrives_within_the_grace_is_in(void **unused)
{
    struct street *s = street_init(7, 4, 24);
    static struct deal_out out;
    size_t kept;

    (void)unused;
    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, WHOLE_SEASON_D * STREET_DAY_MS));
    s->homes[6].idle = true;
    assert_int_equal(street_deal(s, 6, BOX_JOIN, &out, NULL), STATUS_OK);
    kept = street_keep(s, out.bytes, out.size, 6);
    s->homes[6].joined = true;
    street_run(s, (street_season(s, 0)->boxes[BOX_JOIN].deadline_s + s->charter.grace_s[BOX_JOIN]) * 1000 -
                      s->now_ms);
    for (unsigned i = 0; i < 7; i++)
        assert_int_equal(street_give(s, i, kept), STATUS_OK);
    assert_season(s, 7);
    street_clear(s);
}

/* ---- The key. */

static size_t forge_key_deal(struct street *s, unsigned home, unsigned victim)
{
    struct topic *topic = s->homes[home].topic;
    uint8_t deal[DKG_DEAL_MAX], bytes[DKG_DEAL_MAX + 16], context[HASH_SIZE];
    struct writer body = writer_to(bytes, sizeof bytes);
    struct committee c = { .rng = s->homes[home].rng };
    struct bytes dealt;

    c.count = (unsigned)committee_points(topic, c.members);
    c.threshold = street_season(s, home)->boxes[BOX_KEY].threshold;
    deal_context(context, topic_id(topic), BOX_KEY, street_season(s, home)->boxes[BOX_KEY].parent,
                 s->homes[home].own.member.public_key, 0);
    dealt = cheating_deal_in(deal, &c, BYTES(context), victim, CHEAT_OTHER_SHARE);
    writer_array(&body, 2);
    writer_uint(&body, 0);
    writer_bin(&body, dealt);
    return street_forge(s, home, RECORD_DEAL, BOX_KEY, &body);
}

static void deals_badly(struct street *s, unsigned home)
{
    unsigned seat = own_seat(&s->homes[home].own, s->homes[home].topic, BOX_KEY);

    if (seat > 0 && street_made_by(s, home, BOX_KEY, RECORD_DEAL) == 0)
        street_give(s, home, forge_key_deal(s, home, seat % s->count + 1));
    street_duties(s, home);
}

/* Its victim's flag keeps the deal out of every list; fails when flags are not raised, or flagged deals
 * listed. */
static void a_member_that_deals_badly_is_left_out_of_the_key(void **unused)
{
    struct street *s = street_init(7, 4, 25);
    size_t deal;

    (void)unused;
    s->homes[3].liar = deals_badly;
    assert_season(s, 7);
    deal = street_last(s, 3, BOX_KEY, RECORD_DEAL);
    assert_int_equal(street_made(s, BOX_KEY, RECORD_FLAG), 1);
    for (unsigned i = 0; i < 7; i++) {
        const struct box_view *key = &street_season(s, i)->boxes[BOX_KEY];

        assert_int_equal(key->set_count, 6);
        for (size_t k = 0; k < key->set_count; k++)
            assert_memory_not_equal(key->set[k], s->records[deal].id, ID_SIZE);
        assert_true(s->homes[i].own.season_share_known);
    }
    street_clear(s);
}

/* The victim is off until the key is closed, so the bad deal is in it. It says so all the same, it opens
 * nothing, and the others open without it. */
static void a_bad_share_in_the_key_costs_its_victim_the_opening_only(void **unused)
{
    struct street *s = street_init(7, 4, 33);
    unsigned victim;

    (void)unused;
    assert_true(street_until(s, BOX_REGISTRY, BOX_CLOSED, WHOLE_SEASON_D * STREET_DAY_MS));
    s->homes[3].liar = deals_badly;
    assert_true(street_until(s, BOX_REGISTRY, BOX_OPENED, WHOLE_SEASON_D * STREET_DAY_MS));
    victim = street_seated(s, own_seat(&s->homes[3].own, s->homes[3].topic, BOX_KEY) % 7 + 1);
    s->homes[victim].off = true;
    assert_true(street_until(s, BOX_KEY, BOX_CLOSED, WHOLE_SEASON_D * STREET_DAY_MS));
    s->homes[victim].off = false;
    assert_season(s, 7);
    assert_int_equal(street_made(s, BOX_KEY, RECORD_FLAG), 1);
    assert_int_equal(street_made_by(s, victim, BOX_JOIN, RECORD_OPEN), 0);
    assert_false(s->homes[victim].own.season_share_known);
    street_clear(s);
}

/* ---- Openings. */

/* A second head that opens what this home's own does not, with a share that is not its. */
static struct own false_head;

static void opens_falsely(struct street *s, unsigned home)
{
    struct street_home *h = &s->homes[home];
    static struct deal_out out;
    struct record record;

    while (deal_due(&out, h->topic, &h->own, &h->rng))
        street_take_own(s, home, &out);
    if (h->own.season_share_known) {
        false_head = h->own;
        scalar_add(&false_head.season_share.value, &false_head.season_share.value, &h->own.box.secret);
        h->own.season_share_known = false;
    }
    street_duties(s, home);
    if (!voter_due(&out, h->topic, &false_head, street_clock_ms(s, home), &h->rng))
        return;
    assert_true(record_read(&record, (struct bytes){ out.bytes, out.size }));
    assert_int_equal(record.kind, RECORD_OPEN);
    if (street_made_by(s, home, record.box, RECORD_OPEN) == 0) {
        size_t kept = street_keep(s, out.bytes, out.size, home);

        for (unsigned i = 0; i < s->count; i += 2) /* not to all: the others learn it from a flag */
            if (i != home)
                street_give(s, i, kept);
    }
}

static void assert_named(struct street *s, enum box_index box, unsigned liar)
{
    uint32_t bit = UINT32_C(1) << (own_seat(&s->homes[liar].own, s->homes[liar].topic, BOX_KEY) - 1);

    for (unsigned i = 0; i < s->count; i++)
        if (i != liar)
            assert_int_equal(street_season(s, i)->boxes[box].opened_falsely, bit);
}

/* A false share of the key, then of every total: refused, named to every home by a flag, and not missed. */
static void a_member_that_opens_falsely_is_named_and_not_missed(void **unused)
{
    struct street *s = street_init(7, 4, 41);

    (void)unused;
    assert_true(street_until(s, BOX_REGISTRY, BOX_OPENED, WHOLE_SEASON_D * STREET_DAY_MS));
    memset(&false_head, 0, sizeof false_head);
    s->homes[3].liar = opens_falsely;
    assert_true(street_until(s, BOX_JOIN, BOX_OPENED, WHOLE_SEASON_D * STREET_DAY_MS));
    street_run(s, STREET_DAY_MS);
    assert_true(street_made(s, BOX_KEY, RECORD_FLAG) >= 1);
    assert_named(s, BOX_KEY, 3);
    assert_named(s, BOX_JOIN, 3);
    assert_season(s, 7);
    street_clear(s);
}

/* A flag about an opening that is true, and one about somebody else's, are forged. */
static void nobody_is_blamed_for_a_true_opening(void **unused)
{
    struct street *s = street_init(7, 4, 42);
    uint8_t bytes[RECORD_MAX];
    struct writer body = writer_to(bytes, sizeof bytes);
    size_t open, flag;

    (void)unused;
    assert_true(street_until(s, BOX_JOIN, BOX_OPENED, WHOLE_SEASON_D * STREET_DAY_MS));
    s->homes[3].liar = nothing;
    open = street_last(s, 1, BOX_JOIN, RECORD_OPEN);
    writer_array(&body, 1);
    writer_bin(&body, (struct bytes){ s->records[open].bytes, s->records[open].size });
    flag = street_forge(s, 3, RECORD_FLAG, BOX_JOIN, &body);
    assert_int_equal(topic_add(s->homes[0].topic, (struct bytes){ s->records[flag].bytes, s->records[flag].size },
                               s->now_ms),
                     STATUS_FORGED);
    assert_int_equal(street_season(s, 0)->boxes[BOX_JOIN].opened_falsely, 0);
    street_clear(s);
}

/* ---- Missing members. */

/* Of seven: one never deals, and two more go for good when the key is closed. Four are thr. */
static void the_season_opens_without_a_silent_dealer_and_two_who_leave(void **unused)
{
    struct street *s = street_init(7, 4, 43);

    (void)unused;
    s->homes[3].liar = nothing;
    assert_true(street_until(s, BOX_KEY, BOX_CLOSED, WHOLE_SEASON_D * STREET_DAY_MS));
    assert_int_equal(street_season(s, 0)->boxes[BOX_KEY].set_count, 6);
    s->homes[3].liar = NULL;
    s->homes[5].off = true;
    s->homes[6].off = true;
    assert_true(street_until(s, BOX_KEY, BOX_OPENED, WHOLE_SEASON_D * STREET_DAY_MS));
    assert_true(street_until(s, BOX_JOIN, BOX_OPENED, WHOLE_SEASON_D * STREET_DAY_MS));
    street_clear(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deal_shown_too_late_is_in_no_set),
        cmocka_unit_test(a_deal_that_arrives_within_the_grace_is_in),
        cmocka_unit_test(a_member_that_deals_badly_is_left_out_of_the_key),
        cmocka_unit_test(a_bad_share_in_the_key_costs_its_victim_the_opening_only),
        cmocka_unit_test(a_member_that_opens_falsely_is_named_and_not_missed),
        cmocka_unit_test(nobody_is_blamed_for_a_true_opening),
        cmocka_unit_test(the_season_opens_without_a_silent_dealer_and_two_who_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
