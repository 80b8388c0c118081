/* Who opens, who deals a key and who complains is held to what he was asked for. */
#include "tests/support/forged.h"

/* ---- Openings. */

/* Points of other lots, fewer, more, or in another order: what a share was made for is what it opens. */
static void a_share_opens_only_what_it_was_made_for(void **unused)
{
    const uint8_t *made = scene.made[SHARE][0];
    struct bytes share = { made, scene.size[SHARE] };
    uint8_t context[HASH_SIZE];
    struct point points[POINTS];

    (void)unused;
    context_of(context, &home_place);
    memcpy(points, scene.homes.members + 4, sizeof points);
    assert_true(share_check(&scene.homes.members[0], BYTES(context), points, POINTS, share));
    assert_false(share_check(&scene.homes.members[0], BYTES(context), points, POINTS - 1, share));
    assert_false(share_check(&scene.homes.members[0], BYTES(context), points + 1, POINTS - 1, share));
    assert_false(share_check(&scene.homes.members[0], BYTES(context), NULL, 0, share));
    assert_false(share_check(&POINT_IDENTITY, BYTES(context), points, POINTS, share));
    points[0] = scene.homes.members[5];
    points[1] = scene.homes.members[4];
    assert_false(share_check(&scene.homes.members[0], BYTES(context), points, POINTS, share));
}

/* A member that hands in another's share under its own name, to be counted twice. */
static void a_stolen_share_is_refused_and_no_member_counts_twice(void **unused)
{
    struct bytes share = { scene.made[SHARE][0], scene.size[SHARE] }, shares[] = { share, share };
    unsigned members[] = { 1, 1 }, none[] = { 0, 1 };
    struct point opened[POINTS];
    uint8_t context[HASH_SIZE];

    (void)unused;
    context_of(context, &home_place);
    for (unsigned thief = 1; thief < HOMES; thief++)
        assert_false(
            share_check(&scene.homes.members[thief], BYTES(context), scene.homes.members + 4, POINTS, share));
    assert_false(combine(opened, POINTS, members, shares, 2));
    assert_false(combine(opened, POINTS, none, shares, 2));
    assert_false(combine(opened, POINTS, members, shares, 0));
    assert_false(combine(opened, POINTS, members, shares, COMMITTEE_MAX + 1));
}

/* ---- Key deals. */

static void an_honest_dealer_cannot_be_blamed(void **unused)
{
    struct bytes honest = { scene.made[KEY_DEAL][0], scene.size[KEY_DEAL] };
    uint8_t context[HASH_SIZE], complaint[DKG_COMPLAINT_SIZE];

    (void)unused;
    context_of(context, &home_place);
    for (unsigned index = 1; index <= MEMBERS; index++) {
        dkg_complaint_make(complaint, BYTES(context), honest, THRESHOLD, index, &scene.homes.keys[index - 1],
                           &scene.homes.rng);
        assert_false(dkg_complaint_check(BYTES(context), scene.homes.members, MEMBERS, THRESHOLD, honest,
                                         index, complaint));
    }
    assert_false(
        dkg_complaint_check(BYTES(context), scene.homes.members, MEMBERS, THRESHOLD, honest, 0, complaint));
    assert_false(dkg_complaint_check(BYTES(context), scene.homes.members, MEMBERS, THRESHOLD, honest,
                                     MEMBERS + 1, complaint));
}

static void a_key_deal_holds_for_its_committee_only(void **unused)
{
    struct bytes deal = { scene.made[KEY_DEAL][0], scene.size[KEY_DEAL] };
    struct point members[MEMBERS];
    uint8_t context[HASH_SIZE];

    (void)unused;
    context_of(context, &home_place);
    memcpy(members, scene.homes.members, sizeof members);
    assert_true(dkg_deal_check(BYTES(context), members, MEMBERS, THRESHOLD, deal));
    assert_false(dkg_deal_check(BYTES(context), members, MEMBERS - 1, THRESHOLD, deal));
    assert_false(dkg_deal_check(BYTES(context), members, MEMBERS, THRESHOLD - 1, deal));
    members[4] = scene.homes.members[5];
    assert_false(dkg_deal_check(BYTES(context), members, MEMBERS, THRESHOLD, deal));
    members[4] = POINT_IDENTITY;
    assert_false(dkg_deal_check(BYTES(context), members, MEMBERS, THRESHOLD, deal));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_opens_only_what_it_was_made_for),
        cmocka_unit_test(a_stolen_share_is_refused_and_no_member_counts_twice),
        cmocka_unit_test(an_honest_dealer_cannot_be_blamed),
        cmocka_unit_test(a_key_deal_holds_for_its_committee_only),
    };
    return cmocka_run_group_tests(tests, make_all, NULL);
}
