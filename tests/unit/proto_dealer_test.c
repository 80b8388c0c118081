/* What a home deals, it deals once its turn has come, within its charter; everything else is refused in
 * words. */
#include "tests/support/street_end.h"

static struct deal_out out;
static struct failure why;

/* The words name what is wrong; a refused deal leaves no record. */
#define assert_refused(call, expected, word)                                                                 \
    do {                                                                                                     \
        why.text[0] = '\0';                                                                                  \
        assert_int_equal((call), (expected));                                                                \
        if (!strstr(why.text, (word)))                                                                       \
            fail_msg("\"%s\" says nothing of %s", why.text, (word));                                         \
    } while (0)

static enum status join(struct street *s, unsigned home, const struct lot_choice *choices,
                        size_t choice_count, const uint64_t *values, size_t value_count)
{
    struct street_home *h = &s->homes[home];

    return deal_join(&out, h->topic, &h->own, choices, choice_count, values, value_count, &h->rng, &why);
}

static void keep(struct street *s, unsigned home)
{
    street_take_own(s, home, &out);
}

static void enrolling_takes_the_invitation_and_the_open_registry(void **unused)
{
    struct street *s = street_init(3, 2, 40);
    struct street_home *h = &s->homes[1];
    struct sign_key invite, other;
    uint8_t seed[KEY_SIZE] = { 9 };
    struct own bare;

    (void)unused;
    group_invite_key(&invite, street_group);
    sign_key_init(&other, seed);
    own_init(&bare, h->seed, h->topic, NULL);
    assert_refused(deal_enrol(&out, h->topic, &bare, &invite, &h->rng, &why), STATUS_MISSING, "secret");
    assert_refused(deal_enrol(&out, h->topic, &h->own, &other, &h->rng, &why), STATUS_DENIED, "invitation");
    assert_int_equal(deal_enrol(&out, h->topic, &h->own, &invite, &h->rng, &why), STATUS_OK);
    keep(s, 1);
    assert_refused(deal_enrol(&out, h->topic, &h->own, &invite, &h->rng, &why), STATUS_EXISTS, "enrolled");
    assert_true(street_until(s, BOX_REGISTRY, BOX_CLOSED, 10 * STREET_DAY_MS));
    assert_refused(deal_enrol(&out, h->topic, &h->own, &invite, &h->rng, &why), STATUS_EARLY,
                   "registry is closed");
    street_clear(s);
}

/* The disk is gone, the recovery words are not: while the registry is open, a new secret takes the old one's
 * place. */
static void a_home_with_a_new_secret_enrols_anew(void **unused)
{
    struct street *s = street_init(3, 2, 41);
    size_t index;

    (void)unused;
    assert_int_equal(street_deal(s, 1, BOX_REGISTRY, &out, &why), STATUS_OK);
    keep(s, 1);
    s->homes[1].secret[0] ^= 1;
    street_restart(s, 1);
    assert_int_equal(street_deal(s, 1, BOX_REGISTRY, &out, &why), STATUS_OK);
    keep(s, 1);
    s->homes[1].deals_ms[BOX_REGISTRY] = UINT64_MAX;
    assert_true(street_until(s, BOX_KEY, BOX_CLOSED, 20 * STREET_DAY_MS));
    assert_true(own_in_registry(&s->homes[1].own, s->homes[1].topic, &index));
    assert_true(point_equal(&street_season(s, 0)->registry[index].box, &s->homes[1].own.box.public_point));
    assert_true(own_seat(&s->homes[1].own, s->homes[1].topic, BOX_KEY) > 0);
    assert_int_equal(street_season(s, 0)->registry_count, 3);
    street_clear(s);
}

static void interest_is_said_once_and_by_members_only(void **unused)
{
    struct street *s = street_init(3, 2, 42);
    struct street_home *h = &s->homes[1], *stranger = &s->homes[2];

    (void)unused;
    stranger->idle = true;
    assert_refused(deal_interest(&out, h->topic, &h->own, 2, &h->rng, &why), STATUS_EARLY, "has not begun");
    assert_true(street_until(s, BOX_INTEREST, BOX_OPEN, 10 * STREET_DAY_MS));
    h->idle = true;
    assert_refused(deal_interest(&out, h->topic, &h->own, 4, &h->rng, &why), STATUS_MALFORMED, "cell");
    assert_refused(deal_interest(&out, h->topic, &h->own, -2, &h->rng, &why), STATUS_MALFORMED, "cell");
    assert_refused(deal_interest(&out, stranger->topic, &stranger->own, 0, &h->rng, &why), STATUS_DENIED,
                   "registry");
    assert_int_equal(deal_interest(&out, h->topic, &h->own, -1, &h->rng, &why), STATUS_OK);
    keep(s, 1);
    assert_refused(deal_interest(&out, h->topic, &h->own, -1, &h->rng, &why), STATUS_EXISTS, "already");
    assert_int_equal(deal_interest(&out, h->topic, &h->own, 3, &h->rng, &why), STATUS_OK);
    keep(s, 1);
    assert_true(street_until(s, BOX_INTEREST, BOX_CLOSED, 10 * STREET_DAY_MS));
    assert_int_equal(street_season(s, 1)->cells[3], 1); /* the later word counts */
    assert_refused(deal_interest(&out, h->topic, &h->own, 2, &h->rng, &why), STATUS_EARLY, "closed");
    street_clear(s);
}

static void a_join_is_held_against_the_charter(void **unused)
{
    static const uint64_t values[5] = { 65535, 0, 1, 0, 0 }, wide[5] = { 0, 0, 65536, 0, 0 },
                          thrice[5] = { 1, 0, 1, 0, 3 }, between[5] = { 1, 0, 1, 1, 0 };
    static const struct {
        struct lot_choice choices[4];
        size_t choice_count;
        const uint64_t *values;
        size_t value_count;
        enum status status;
        const char *word;
    } cases[] = {
        { { { 0, 0 } }, 1, values, 5, STATUS_OK, "" },
        { { { 1, 3 }, { 0, 2 } }, 2, values, 5, STATUS_OK, "" },
        { { { 2, 0 } }, 1, values, 5, STATUS_MALFORMED, "no lot 2" },
        { { { 1, 0 }, { 1, 0 } }, 2, values, 5, STATUS_MALFORMED, "named twice" },
        { { { 0, 1 } }, 1, values, 5, STATUS_MALFORMED, "minimum of 1 homes" },
        { { { 0, 4 } }, 1, values, 5, STATUS_MALFORMED, "the round has 3" },
        { { { 0, 0 }, { 1, 0 }, { 0, 0 }, { 1, 0 } }, 4, values, 5, STATUS_MALFORMED, "at most 3" },
        { { { 0, 0 } }, 1, values, 4, STATUS_MALFORMED, "5 values, not 4" },
        { { { 0, 0 } }, 1, wide, 5, STATUS_MALFORMED, "Paid today is too large: at most 65535 EUR" },
        { { { 0, 0 } }, 1, thrice, 5, STATUS_MALFORMED, "In at 85 % is too large: at most 1 C62" },
        { { { 0, 0 } }, 1, between, 5, STATUS_MALFORMED, "95 % of today's price buys at 85 %: say 1 for In at 85 %" },
        { { { 0, 0 } }, 0, NULL, 0, STATUS_MISSING, "nothing to withdraw" },
    };
    struct street *s = street_init(3, 2, 43);

    (void)unused;
    assert_refused(join(s, 0, cases[0].choices, 1, values, 5), STATUS_EARLY, "has not begun");
    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, 20 * STREET_DAY_MS));
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_refused(
            join(s, 0, cases[i].choices, cases[i].choice_count, cases[i].values, cases[i].value_count),
            cases[i].status, cases[i].word);
    street_clear(s);
}

/* Eight deals, 0 to 7; the last one counts. */
static void a_home_may_change_its_mind_seven_times(void **unused)
{
    static const struct lot_choice choice = { 0, 0 };
    struct street *s = street_init(3, 2, 44);
    struct street_home *h = &s->homes[0];

    (void)unused;
    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, 20 * STREET_DAY_MS));
    h->idle = true;
    for (int i = 0; i <= DEAL_SEQ_MAX; i++) {
        bool withdraws = i % 2 == 1 && i < DEAL_SEQ_MAX;

        h->values[0] = (uint64_t)i * 1000;
        assert_int_equal(join(s, 0, &choice, !withdraws, h->values, s->charter.item_count), STATUS_OK);
        keep(s, 0);
        h->joined = true;
    }
    assert_refused(join(s, 0, &choice, 1, h->values, s->charter.item_count), STATUS_FULL, "7 times");
    assert_true(street_until(s, BOX_JOIN, BOX_OPENED, 20 * STREET_DAY_MS));
    assert_total(s, 3);
    assert_refused(join(s, 0, &choice, 1, h->values, s->charter.item_count), STATUS_EARLY,
                   "joining is closed");
    street_clear(s);
}

static void a_home_that_withdraws_is_not_counted(void **unused)
{
    static const struct lot_choice choice = { 0, 0 };
    struct street *s = street_init(4, 2, 45);
    struct street_home *h = &s->homes[0];

    (void)unused;
    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, 20 * STREET_DAY_MS));
    h->idle = true;
    assert_int_equal(join(s, 0, &choice, 1, h->values, s->charter.item_count), STATUS_OK);
    keep(s, 0);
    assert_int_equal(join(s, 0, NULL, 0, NULL, 0), STATUS_OK);
    keep(s, 0);
    assert_season(s, 3);
    assert_refused(join(s, 0, &choice, 1, h->values, s->charter.item_count), STATUS_EARLY,
                   "the round is over: awarded");
    street_clear(s);
}

/* ---- Bids. */

static struct bytes sealed_bid(struct street *s, uint8_t room[RECORD_MAX], uint8_t company)
{
    struct bid bid = { .company = "Bois", .lot_count = 1, .price_count = 1 };
    uint8_t seed[KEY_SIZE] = { 0xc1, company };
    struct group_key inbox;
    struct sign_key key;

    sign_key_init(&key, seed);
    group_key_init(&inbox, seed);
    bid.inbox = inbox.public_point;
    bid.lots[0] = (struct bid_lot){ .step_count = 1, .steps = { { .from_homes = 1 } } };
    return (struct bytes){ room, bid_seal(room, RECORD_MAX, s->homes[0].topic, &bid, &key, &s->homes[0].rng,
                                         NULL) };
}

static enum status hand_in(struct street *s, unsigned home, struct bytes bid)
{
    return deal_bid(&out, s->homes[home].topic, &s->homes[home].own, bid, &s->homes[home].rng, &why);
}

/* Whether another home has handed it in is not asked: that one could take it back. */
static void a_home_hands_in_four_bids_each_once(void **unused)
{
    struct street *s = street_init(3, 2, 47);
    uint8_t bytes[INTRODUCTIONS_MAX + 1][RECORD_MAX];
    struct bytes bids[INTRODUCTIONS_MAX + 1];

    (void)unused;
    assert_refused(hand_in(s, 0, BYTES(street_group)), STATUS_MALFORMED, "not a sealed bid");
    assert_true(street_until(s, BOX_JOIN, BOX_OPENED, 20 * STREET_DAY_MS));
    for (uint8_t i = 0; i <= INTRODUCTIONS_MAX; i++) {
        bids[i] = sealed_bid(s, bytes[i], i);
        assert_true(bids[i].size > 0);
    }
    for (unsigned i = 0; i < INTRODUCTIONS_MAX; i++) {
        assert_int_equal(hand_in(s, 0, bids[i]), STATUS_OK);
        keep(s, 0);
        assert_refused(hand_in(s, 0, bids[i]), STATUS_EXISTS, "handed it in already");
        assert_int_equal(street_season(s, 0)->bids_sealed, i + 1);
    }
    assert_refused(hand_in(s, 0, bids[INTRODUCTIONS_MAX]), STATUS_FULL, "another home");
    assert_int_equal(hand_in(s, 1, bids[INTRODUCTIONS_MAX]), STATUS_OK);
    keep(s, 1);
    assert_int_equal(hand_in(s, 1, bids[0]), STATUS_OK);
    keep(s, 1);
    assert_int_equal(street_season(s, 1)->bids_sealed, 2); /* it has not met the other yet */
    bytes[0][6] ^= 1; /* the round */
    assert_refused(hand_in(s, 2, bids[0]), STATUS_DENIED, "another round");
    street_clear(s);
}

static void keys_are_found_again_from_seed_and_secret(void **unused)
{
    struct street *s = street_init(2, 2, 46);
    static struct own again, other, wiped;

    (void)unused;
    own_init(&again, s->homes[0].seed, s->homes[0].topic, s->homes[0].secret);
    assert_memory_equal(&again, &s->homes[0].own, sizeof again);
    assert_int_equal(again.genesis_index, 1);
    own_init(&other, s->homes[1].seed, s->homes[0].topic, s->homes[1].secret);
    assert_int_equal(other.genesis_index, 0);
    assert_memory_not_equal(other.member.public_key, other.pseudonym.public_key, KEY_SIZE);
    assert_memory_not_equal(other.pseudonym.public_key, again.pseudonym.public_key, KEY_SIZE);
    assert_memory_not_equal(other.pseudonym.public_key, other.introducer.public_key, KEY_SIZE);
    assert_memory_not_equal(other.interest.public_key, other.introducer.public_key, KEY_SIZE);
    own_clear(&again);
    assert_memory_equal(&again, &wiped, sizeof again);
    own_clear(&other);
    street_clear(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enrolling_takes_the_invitation_and_the_open_registry),
        cmocka_unit_test(a_home_with_a_new_secret_enrols_anew),
        cmocka_unit_test(interest_is_said_once_and_by_members_only),
        cmocka_unit_test(a_join_is_held_against_the_charter),
        cmocka_unit_test(a_home_may_change_its_mind_seven_times),
        cmocka_unit_test(a_home_that_withdraws_is_not_counted),
        cmocka_unit_test(a_home_hands_in_four_bids_each_once),
        cmocka_unit_test(keys_are_found_again_from_seed_and_secret),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
