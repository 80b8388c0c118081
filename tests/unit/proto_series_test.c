/* Totals of one good may be subtracted from each other: what a household remembers of those it has opened, and that no share of
 * its leaves which would give away a few homes. */
#include "tests/support/street_end.h"

enum { OPENS_S = 1800000000, DAY_S = 86400 };

/* ---- Sets. */

/* "ab cd": two lots, of the homes a and b, and c and d. */
static void round_of(struct opened_round *out, uint8_t topic, const char *lots, uint32_t floor)
{
    static uint8_t voices[8][64][VOICE_PREFIX];
    static unsigned next;
    size_t at = 0;

    memset(out, 0, sizeof *out);
    out->topic[0] = topic;
    out->floor = floor;
    out->voices = voices[next++ % 8];
    for (; *lots; lots++) {
        if (*lots == ' ')
            continue;
        out->lot_count += at == 0 || lots[-1] == ' ';
        memset(out->voices[at++], *lots, VOICE_PREFIX);
        out->sizes[out->lot_count - 1]++;
    }
}

static void sets_are_the_same_or_k_apart(void **unused)
{
    static const struct {
        const char *before, *now;
        bool fit;
    } rows[] = {
        { "abcd", "abcd", true },      /* the same homes again */
        { "abcd", "abcde", false },    /* e */
        { "abcde", "abcd", false },    /* e left */
        { "abcd", "abce", false },     /* e less d */
        { "abcd", "abcdef", false },   /* e and f */
        { "abcd", "abcdefg", true },   /* three joined, K = 3 */
        { "abcd", "efgh", true },      /* nobody in common */
        { "abcd", "abefg", true },     /* five */
        { "abc def", "abcdefg", false }, /* neither lot is near, both together are g short of it */
        { "abc def", "abc defg", false },
        { "abc def", "abc defghi", true },
        { "abc def ghi", "abcghi def", true }, /* the same unions */
        { "abc def ghi", "abcghij def", false },
        { "abc", "abc xyz", true }, /* xyz is a lot of its own */
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct opened_round before, now;

        round_of(&before, 1, rows[i].before, 3);
        round_of(&now, 2, rows[i].now, 3);
        if (rounds_fit(&before, &now) != rows[i].fit || rounds_fit(&now, &before) != rows[i].fit)
            fail_msg("\"%s\" and \"%s\"", rows[i].before, rows[i].now);
    }
}

static void the_greater_floor_counts(void **unused)
{
    struct opened_round before, now;

    (void)unused;
    round_of(&before, 1, "abcdefgh", 4);
    round_of(&now, 2, "abcde", 2); /* three apart */
    assert_false(rounds_fit(&before, &now));
    assert_false(rounds_fit(&now, &before));
}

/* Twelve homes, each in one of three lots or in none: the sets as bits, every union tried. */
enum { CROWD = 12, CROWD_LOTS = 3, CROWD_TRIES = 20000 };

static void crowd_draw(unsigned lots[CROWD_LOTS], char says[2 * CROWD + CROWD_LOTS], const unsigned *near, struct rng *rng)
{
    char *at = says;

    memset(lots, 0, CROWD_LOTS * sizeof *lots);
    for (unsigned home = 0; home < CROWD; home++) {
        uint64_t lot = rng_below(rng, CROWD_LOTS + 1);

        for (unsigned l = 0; near != NULL && l < CROWD_LOTS && rng_below(rng, 8) > 0; l++)
            lot = near[l] >> home & 1 ? l : lot;
        if (lot < CROWD_LOTS)
            lots[lot] |= 1u << home;
    }
    for (unsigned l = 0; l < CROWD_LOTS; l++) {
        for (unsigned home = 0; home < CROWD; home++)
            if (lots[l] >> home & 1)
                *at++ = (char)('a' + home);
        *at++ = ' ';
    }
    *at = '\0';
}

static unsigned union_of(const unsigned lots[CROWD_LOTS], unsigned which)
{
    return (which & 1 ? lots[0] : 0) | (which & 2 ? lots[1] : 0) | (which & 4 ? lots[2] : 0);
}

static void no_two_totals_differ_by_fewer_than_k_homes(void **unused)
{
    uint8_t seed[KEY_SIZE] = { 9 };
    size_t fitting = 0;
    struct rng rng;

    (void)unused;
    rng_init(&rng, seed);
    for (int k = 0; k < CROWD_TRIES; k++) {
        unsigned a[CROWD_LOTS], b[CROWD_LOTS], floor = 2 + (unsigned)rng_below(&rng, 3);
        char of_a[2 * CROWD + CROWD_LOTS], of_b[2 * CROWD + CROWD_LOTS];
        struct opened_round before, now;
        bool fine = true;

        crowd_draw(a, of_a, NULL, &rng);
        crowd_draw(b, of_b, a, &rng);
        for (unsigned i = 1; i < 8; i++)
            for (unsigned j = 1; j < 8; j++) {
                unsigned apart = (unsigned)__builtin_popcount(union_of(a, i) ^ union_of(b, j));

                if (union_of(a, i) != 0 && union_of(b, j) != 0 && apart > 0 && apart < floor)
                    fine = false;
            }
        round_of(&before, 1, of_a, floor);
        round_of(&now, 2, of_b, floor);
        if (rounds_fit(&before, &now) != fine)
            fail_msg("K = %u, \"%s\" and \"%s\"", floor, of_a, of_b);
        fitting += fine;
    }
    assert_true(fitting > CROWD_TRIES / 50 && fitting < CROWD_TRIES - CROWD_TRIES / 50);
}

/* A fold that says something else than before the restart. */
static void one_round_is_opened_for_one_set(void **unused)
{
    struct opened_round before, now;

    (void)unused;
    round_of(&before, 1, "abc", 3);
    round_of(&now, 1, "abcxyzuvw", 3);
    assert_false(rounds_fit(&before, &now));
    round_of(&now, 1, "abc", 3);
    assert_true(rounds_fit(&before, &now));
}

static void what_is_remembered_comes_back_from_disk(void **unused)
{
    struct history history = { .count = 2 }, again;
    uint8_t bytes[4096];
    size_t size;

    (void)unused;
    round_of(&history.list[0], 1, "abc def", 3);
    round_of(&history.list[1], 2, "abcdefg", 3);
    history.list[1].known_s = 7;
    size = history_write(bytes, history_room(&history), &history);
    assert_true(size > 0 && size <= history_room(&history));
    assert_int_equal(history_read(&again, (struct bytes){ bytes, size }), STATUS_OK);
    assert_int_equal(again.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_memory_equal(again.list[i].topic, history.list[i].topic, ID_SIZE);
        assert_int_equal(again.list[i].known_s, history.list[i].known_s);
        assert_int_equal(again.list[i].floor, 3);
        assert_true(rounds_fit(&again.list[i], &history.list[i]));
    }
    history_clear(&again);
    for (size_t cut = 0; cut < size; cut++) {
        assert_int_equal(history_read(&again, (struct bytes){ bytes, cut }), STATUS_MALFORMED);
        assert_int_equal(again.count, 0);
    }
}

static void opened(struct history *history, uint8_t topic, bool part)
{
    struct opened_round one = { .lot_count = 1, .sizes = { 1 }, .topic = { topic }, .part = part };

    one.voices = calloc(1, sizeof *one.voices);
    assert_non_null(one.voices);
    history_take(history, &one);
}

static bool remembers(const struct history *history, uint8_t topic)
{
    for (size_t i = 0; i < history->count; i++)
        if (history->list[i].topic[0] == topic)
            return true;
    return false;
}

/* Whoever opens rounds among homes of his own, to have the one forgotten whose totals he would subtract from. */
static void rounds_of_others_push_out_none_that_this_home_was_in(void **unused)
{
    struct history history = { .count = 0 }, again;
    uint8_t bytes[32768];
    size_t size;

    (void)unused;
    opened(&history, 1, true);
    for (uint8_t i = 100; i < 100 + 2 * HISTORY_MAX; i++)
        opened(&history, i, false);
    opened(&history, 2, true);
    assert_true(remembers(&history, 1) && remembers(&history, 2));
    assert_false(remembers(&history, 100));
    assert_true(remembers(&history, 99 + 2 * HISTORY_MAX));
    size = history_write(bytes, sizeof bytes, &history);
    assert_int_equal(history_read(&again, (struct bytes){ bytes, size }), STATUS_OK);
    for (uint8_t i = 3; i <= HISTORY_MAX; i++)
        opened(&again, i, true);
    assert_true(remembers(&again, 1));
    opened(&again, 99, false); /* no room for it */
    assert_true(remembers(&again, 1) && !remembers(&again, 99));
    opened(&again, 98, true); /* of its own, the oldest goes */
    assert_true(!remembers(&again, 1) && remembers(&again, 2) && remembers(&again, 98));
    history_clear(&history);
    history_clear(&again);
}

/* ---- Streets. */

static struct history memories[STREET_HOMES_MAX];

static void memories_clear(void)
{
    for (size_t i = 0; i < STREET_HOMES_MAX; i++)
        history_clear(&memories[i]);
}

/* The charter says that the round opened so long ago, and gives the registry so much longer. */
static void opened_long_ago(struct street *s, uint32_t ago_s)
{
    s->charter.opens_s -= ago_s;
    s->charter.window_s[BOX_REGISTRY] += ago_s;
    charter_found(&s->charter, s->homes[0].seed, street_group);
    s->charter_size = charter_write(s->charter_bytes, sizeof s->charter_bytes, &s->charter);
    assert_true(s->charter_size > 0);
    for (unsigned i = 0; i < s->count; i++) {
        topic_free(s->homes[i].topic);
        own_clear(&s->homes[i].own);
        street_home_start(s, i);
        s->homes[i].deals_ms[BOX_REGISTRY] = s->now_ms + i * STREET_HOUR_MS; /* homes would take their time by the window */
    }
}

/* A round of seven homes of which `joining` join, founded so many days after the first, with a charter that says it was `ago` days earlier; true:
 * its totals were opened. */
static bool lived_since(uint64_t days, unsigned joining, uint32_t ago)
{
    struct street *s = street_init_at(7, 4, 61, OPENS_S + days * DAY_S);
    bool opened;

    opened_long_ago(s, ago * DAY_S);
    for (unsigned i = 0; i < 7; i++)
        s->homes[i].own.history = &memories[i];
    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, WHOLE_SEASON_D * STREET_DAY_MS));
    for (unsigned i = joining; i < 7; i++)
        s->homes[i].idle = true;
    assert_true(street_until(s, BOX_JOIN, BOX_CLOSED, WHOLE_SEASON_D * STREET_DAY_MS));
    opened = street_until(s, BOX_JOIN, BOX_OPENED, 3 * STREET_DAY_MS);
    assert_int_equal(street_made(s, BOX_JOIN, RECORD_OPEN) > 0, opened);
    for (unsigned i = 0; i < 7 && opened; i++)
        assert_true(history_add(&memories[i], s->homes[i].topic, true, s->now_ms / 1000));
    street_clear(s);
    return opened;
}

static bool lived(uint64_t days, unsigned joining)
{
    return lived_since(days, joining, 0);
}

/* Six homes, a month later all seven: the difference would be one home's. */
static void a_neighbour_more_in_the_next_round_is_not_given_away(void **unused)
{
    (void)unused;
    assert_true(lived(0, 6));
    assert_false(lived(30, 7));
    assert_false(lived(60, 5));
    assert_true(lived(90, 6));   /* the same six */
    assert_true(lived(400, 7));  /* another year's figures; that differs from those of day 90 by more than SERIES_S */
    assert_false(lived(450, 6)); /* and is remembered too */
    memories_clear();
}

/* A charter's dates are what its founder likes: the same six and all seven, at once, as if a year lay between them. */
static void a_charter_that_claims_another_year_gives_nobody_away(void **unused)
{
    (void)unused;
    assert_true(lived_since(0, 6, 310));
    assert_false(lived(20, 7));
    assert_false(lived_since(40, 7, 900));
    assert_true(lived_since(60, 6, 2000));
    memories_clear();
}

/* What is remembered of a round a year ago frees other rounds, never the round itself. */
static void one_round_stays_one_round_after_a_year(void **unused)
{
    struct street *s = street_init(7, 4, 61);
    struct history memory = { .count = 0 };
    uint8_t with[ID_SIZE];

    (void)unused;
    assert_true(street_until(s, BOX_JOIN, BOX_OPENED, WHOLE_SEASON_D * STREET_DAY_MS));
    assert_true(history_add(&memory, s->homes[0].topic, true, OPENS_S));
    assert_true(history_allows(&memory, s->homes[0].topic, OPENS_S, with));
    memory.list[0].voices[0][0] ^= 1;
    assert_false(history_allows(&memory, s->homes[0].topic, OPENS_S, with));
    assert_false(history_allows(&memory, s->homes[0].topic, OPENS_S + 2 * SERIES_S, with));
    memory.list[0].topic[0] ^= 1;
    assert_false(history_allows(&memory, s->homes[0].topic, OPENS_S, with));
    assert_false(history_allows(&memory, s->homes[0].topic, OPENS_S - 2 * SERIES_S, with)); /* a clock that went back */
    assert_false(history_allows(&memory, s->homes[0].topic, OPENS_S + SERIES_S - 1, with));
    assert_true(history_allows(&memory, s->homes[0].topic, OPENS_S + SERIES_S, with));
    history_clear(&memory);
    street_clear(s);
}

/* ---- Two cuts of one box. */

static void liar(struct street *s, unsigned home)
{
    (void)s;
    (void)home;
}

/* For street.h, which knows that one box closes once. */
static void honest_after_all(struct street *s, unsigned home)
{
    street_duties(s, home);
}

static size_t forge_seen(struct street *s, unsigned home, size_t omitted)
{
    uint8_t prefixes[8 * SEEN_PREFIX_SIZE], bytes[256];
    struct writer body = writer_to(bytes, sizeof bytes);
    const struct held *const *deals;
    size_t count = topic_records(s->homes[home].topic, BOX_JOIN, RECORD_DEAL, &deals), size = 0;

    for (size_t i = 0; i < count; i++, size += SEEN_PREFIX_SIZE) {
        if (memcmp(deals[i]->record.id, s->records[omitted].id, ID_SIZE) == 0)
            size -= SEEN_PREFIX_SIZE;
        else
            memcpy(prefixes + size, deals[i]->record.id, SEEN_PREFIX_SIZE);
    }
    writer_array(&body, 1);
    writer_bin(&body, (struct bytes){ prefixes, size });
    return street_forge(s, home, RECORD_SEEN, BOX_JOIN, &body);
}

static int compare_id(const void *a, const void *b)
{
    return memcmp(a, b, ID_SIZE);
}

static size_t forge_cut(struct street *s, unsigned home, const size_t *seen, size_t count)
{
    uint8_t ids[8][ID_SIZE], bytes[8 * ID_SIZE + 32];
    struct writer body = writer_to(bytes, sizeof bytes);

    for (size_t i = 0; i < count; i++)
        memcpy(ids[i], s->records[seen[i]].id, ID_SIZE);
    qsort(ids, count, sizeof *ids, compare_id);
    writer_array(&body, 3);
    writer_uint(&body, 0);
    writer_uint(&body, street_season(s, home)->boxes[BOX_JOIN].deadline_s);
    writer_bin(&body, (struct bytes){ ids[0], count * ID_SIZE });
    return street_forge(s, home, RECORD_CUT, BOX_JOIN, &body);
}

static size_t forge_vote(struct street *s, unsigned home, unsigned step, size_t cut_record)
{
    const struct held *held = topic_held_find(s->homes[home].topic, s->records[cut_record].id);
    struct writer body;
    uint8_t bytes[96];
    struct cut cut;

    assert_true(held != NULL && box_cut(s->homes[home].topic, &cut, held));
    body = writer_to(bytes, sizeof bytes);
    writer_array(&body, 4);
    writer_uint(&body, 0);
    writer_uint(&body, step);
    writer_bin(&body, (struct bytes){ cut.id, ID_SIZE });
    writer_bin(&body, (struct bytes){ cut.digest, HASH_SIZE });
    return street_forge(s, home, RECORD_VOTE, BOX_JOIN, &body);
}

/* Four homes, so q = 3 and k = 2. Liars list all deals but that of home 0; the cut of lists 0, 1, 2 holds it, the cut of lists 1, 2, 3 does
 * not. `liars` of the homes 2 and 3 vote for both, and each honest home is told of one cut only. */
static void two_cuts_one_home_apart(unsigned liars, bool forks)
{
    struct street *s = street_init(4, 2, 62);
    size_t seen[4], cuts[2], opens[2];

    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, WHOLE_SEASON_D * STREET_DAY_MS));
    while (street_made(s, BOX_JOIN, RECORD_DEAL) < 4)
        street_step(s);
    street_run(s, 6 * STREET_HOUR_MS);
    s->apart = true;
    s->homes[2].liar = s->homes[3].liar = liar;
    street_run(s, (street_season(s, 0)->boxes[BOX_JOIN].deadline_s + s->charter.grace_s[BOX_JOIN]) * 1000 - s->now_ms);
    for (unsigned i = 0; i < 2; i++) { /* they have listed, and their turn as clerks has not come */
        street_duties(s, i);
        seen[i] = street_last(s, i, BOX_JOIN, RECORD_SEEN);
        seen[i + 2] = forge_seen(s, i + 2, street_last(s, 0, BOX_JOIN, RECORD_DEAL));
    }
    for (unsigned i = 0; i < 4; i++)
        for (unsigned j = 0; j < 4; j++)
            street_give(s, i, seen[j]);
    cuts[0] = forge_cut(s, 2, seen, 3);
    cuts[1] = forge_cut(s, 3, seen + 1, 3);
    for (unsigned k = 0; k < 2; k++) {
        street_give(s, 2, cuts[k]);
        street_give(s, 3, cuts[k]);
        street_give(s, k, cuts[k]);
        for (unsigned j = 4 - liars; j < 4; j++)
            for (unsigned step = 1; step <= 2; step++)
                street_give(s, k, forge_vote(s, j, step, cuts[k]));
        street_duties(s, k);
    }
    for (unsigned i = 0; i < 2; i++)
        opens[i] = street_made_by(s, i, BOX_JOIN, RECORD_OPEN);
    assert_int_equal(opens[0] + opens[1], liars == 2 ? 2 : 0);
    for (unsigned i = 0; i < 2 && forks; i++)
        s->homes[i].liar = honest_after_all;
    if (liars < 2)
        s->homes[2].liar = honest_after_all;
    s->apart = false;
    street_run(s, 6 * STREET_DAY_MS);
    for (unsigned i = 0; i < 2; i++) {
        if (forks) {
            street_restart(s, i);
            street_duties(s, i);
        }
        assert_int_equal(street_made_by(s, i, BOX_JOIN, RECORD_OPEN), 1); /* never a second */
        assert_int_equal(street_season(s, i)->phase == PHASE_FORK, forks);
    }
    street_clear(s);
}

static void a_clerk_with_two_cuts_one_home_apart_gets_one_total(void **unused)
{
    (void)unused;
    two_cuts_one_home_apart(1, false);
}

/* Two of four are more than WIRE 6.6 bears: they have closed the box twice. Nobody honest gives a second share even so. */
static void even_a_fork_gets_no_second_share(void **unused)
{
    (void)unused;
    two_cuts_one_home_apart(2, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_are_the_same_or_k_apart),
        cmocka_unit_test(the_greater_floor_counts),
        cmocka_unit_test(no_two_totals_differ_by_fewer_than_k_homes),
        cmocka_unit_test(one_round_is_opened_for_one_set),
        cmocka_unit_test(what_is_remembered_comes_back_from_disk),
        cmocka_unit_test(rounds_of_others_push_out_none_that_this_home_was_in),
        cmocka_unit_test(a_neighbour_more_in_the_next_round_is_not_given_away),
        cmocka_unit_test(a_charter_that_claims_another_year_gives_nobody_away),
        cmocka_unit_test(one_round_stays_one_round_after_a_year),
        cmocka_unit_test(a_clerk_with_two_cuts_one_home_apart_gets_one_total),
        cmocka_unit_test(even_a_fork_gets_no_second_share),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
