/* What a member brings against another, and the lists that members tell: one row for each thing that can be wrong with it while all the rest is
 * right, so that each check stands alone. WIRE 5.2, 5.4, 6.3, 6.4. */
#include "tests/support/round_play.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { LIAR = 1, ACCUSER = 2, HOMES = 7, AT_CUT = 5 /* in the body of a vote */ };

static struct round *whole; /* up to the opened demand, with a dealer who cheats */

static int begin(void **unused)
{
    (void)unused;
    whole = round_new(&(struct round_plan){ .homes = HOMES, .seed = 31, .bad_key_dealer = true });
    round_play(whole, BOX_JOIN);
    return 0;
}

static int end(void **unused)
{
    (void)unused;
    round_free(whole);
    return 0;
}

/* ---- Records of any kind, topic, box and parent. */

struct said {
    enum record_kind kind;
    enum box_index box;
    uint8_t topic[ID_SIZE], parent[ID_SIZE];
    const struct sign_key *author;
    uint8_t body[RECORD_MAX], bytes[RECORD_MAX];
    size_t body_size;
    struct record record; /* of bytes */
};

static void said_sign(struct said *said)
{
    size_t size = record_write(said->bytes, sizeof said->bytes, NULL, said->kind, said->topic, said->box, said->parent, said->author,
                               (struct bytes){ said->body, said->body_size });

    assert_true(size > 0);
    assert_true(record_read(&said->record, (struct bytes){ said->bytes, size }));
}

static void said_begin(struct said *said, enum record_kind kind, enum box_index box, unsigned member)
{
    const struct box_view *view = &round_season(whole)->boxes[box];

    memset(said, 0, sizeof *said);
    said->kind = kind;
    said->box = box;
    memcpy(said->topic, topic_id(whole->topic), ID_SIZE);
    memcpy(said->parent, kind == RECORD_OPEN ? view->digest : view->parent, ID_SIZE);
    said->author = round_signer(whole, box, member);
}

static enum status taken(const struct said *said)
{
    return topic_add(whole->topic, said->record.whole, 0);
}

static void said_vote(struct said *said, unsigned round, unsigned step, uint8_t digest)
{
    uint8_t cut[ID_SIZE] = { 0 }, named[HASH_SIZE] = { digest };
    struct writer w = writer_to(said->body, sizeof said->body);

    writer_array(&w, 4);
    writer_uint(&w, round);
    writer_uint(&w, step);
    writer_bin(&w, BYTES(cut));
    writer_bin(&w, BYTES(named));
    said->body_size = writer_done(&w);
    said_sign(said);
}

static void said_list(struct said *said, uint8_t prefix)
{
    uint8_t prefixes[SEEN_PREFIX_SIZE] = { prefix };
    struct writer w = writer_to(said->body, sizeof said->body);

    writer_array(&w, 1);
    writer_bin(&w, BYTES(prefixes));
    said->body_size = writer_done(&w);
    said_sign(said);
}

static void flag_of(struct said *flag, enum box_index box, const struct bytes *evidence, size_t count)
{
    struct writer w;

    said_begin(flag, RECORD_FLAG, box, ACCUSER);
    w = writer_to(flag->body, sizeof flag->body);
    writer_array(&w, count);
    for (size_t i = 0; i < count; i++)
        writer_bin(&w, evidence[i]);
    flag->body_size = writer_done(&w);
    said_sign(flag);
}

/* ---- Contradictions. */

enum contradiction {
    HONEST, TWO_AUTHORS, TWO_TOPICS, ANOTHER_TOPIC, TWO_PARENTS, ANOTHER_PARENT, ANOTHER_BOX, TWO_BOXES, LIST_AND_VOTE, NEITHER, SAME_DIGEST,
    TWO_ROUNDS, TWO_STEPS, STRANGER, FIRST_UNSIGNED, SECOND_UNSIGNED, IN_DISORDER, ONE_TWICE, FIRST_NONE, SECOND_NONE, CONTRADICTIONS
};

static void spoil(struct said *said)
{
    said->bytes[said->record.whole.size - 1] ^= 1; /* of the signature, which is not part of the id */
    assert_true(record_read(&said->record, said->record.whole));
}

static void contradiction_make(struct said *flag, enum contradiction row)
{
    static const uint8_t stranger_seed[KEY_SIZE] = { 0x57 };
    static struct said one, other;
    struct said *a = &one, *b = &other;
    struct sign_key stranger;

    said_begin(a, row == NEITHER ? RECORD_CUT : RECORD_VOTE, row == ANOTHER_BOX ? BOX_KEY : BOX_INTEREST, LIAR);
    *b = *a;
    sign_key_init(&stranger, stranger_seed);
    if (row == TWO_AUTHORS)
        b->author = round_signer(whole, BOX_INTEREST, LIAR + 2);
    if (row == STRANGER)
        a->author = b->author = &stranger;
    a->topic[0] ^= row == ANOTHER_TOPIC;
    b->topic[0] ^= row == ANOTHER_TOPIC || row == TWO_TOPICS;
    a->parent[0] ^= row == ANOTHER_PARENT;
    b->parent[0] ^= row == ANOTHER_PARENT || row == TWO_PARENTS;
    b->box = row == TWO_BOXES ? BOX_KEY : b->box;
    said_vote(a, 0, 1, 1);
    said_vote(b, row == TWO_ROUNDS, row == TWO_STEPS ? 2 : 1, row == SAME_DIGEST ? 1 : 2);
    if (row == LIST_AND_VOTE) {
        a->kind = RECORD_SEEN;
        said_list(a, 1);
    }
    while (memcmp(a->record.id, b->record.id, ID_SIZE) >= 0) { /* by the cut that it names, which is nobody's concern */
        b->body[AT_CUT]++;
        said_sign(b);
    }
    if (row == FIRST_UNSIGNED)
        spoil(a);
    if (row == SECOND_UNSIGNED)
        spoil(b);
    struct bytes evidence[2] = { a->record.whole, b->record.whole };
    if (row == IN_DISORDER) {
        evidence[0] = b->record.whole;
        evidence[1] = a->record.whole;
    }
    if (row == ONE_TWICE)
        evidence[1] = evidence[0];
    evidence[0].size -= row == FIRST_NONE;
    evidence[1].size -= row == SECOND_NONE;
    flag_of(flag, BOX_INTEREST, evidence, 2);
}

static void two_records_contradict_each_other_or_prove_nothing(void **unused)
{
    static struct said flag;

    (void)unused;
    for (int row = HONEST + 1; row < CONTRADICTIONS; row++) {
        contradiction_make(&flag, (enum contradiction)row);
        if (taken(&flag) != STATUS_FORGED)
            fail_msg("contradiction %d was not forged", row);
    }
    assert_int_equal(round_season(whole)->boxes[BOX_INTEREST].contradicted, 0);
    contradiction_make(&flag, HONEST);
    assert_int_equal(taken(&flag), STATUS_OK);
    assert_int_equal(round_season(whole)->boxes[BOX_INTEREST].contradicted, 1 << (LIAR - 1));
}

/* Two lists of one member contradict each other whatever they name: a list is told once. */
static void two_lists_of_one_member_contradict_each_other(void **unused)
{
    static struct said one, other, flag;
    struct said *a = &one, *b = &other;

    (void)unused;
    said_begin(a, RECORD_SEEN, BOX_JOIN, LIAR);
    *b = *a;
    said_list(a, 1);
    said_list(b, 2);
    if (memcmp(a->record.id, b->record.id, ID_SIZE) > 0) {
        a = &other;
        b = &one;
    }
    flag_of(&flag, BOX_JOIN, (struct bytes[]){ a->record.whole, b->record.whole }, 2);
    assert_int_equal(taken(&flag), STATUS_OK);
    assert_int_equal(round_season(whole)->boxes[BOX_JOIN].contradicted, 1 << (LIAR - 1));
}

/* ---- False openings. */

enum lie {
    FALSE_OPENING, OF_ANOTHER_KIND, OF_ANOTHER_BOX, OF_ANOTHER_TOPIC, OF_A_STRANGER, UNSIGNED, OF_NO_FORM, NO_RECORD, OF_ANOTHER_SET, LIES
};

/* An opening of the demand by the shares of the key that another has. */
static void lie_make(struct said *flag, enum lie row)
{
    static const uint8_t stranger_seed[KEY_SIZE] = { 0x58 };
    static struct said open;
    struct writer w;
    size_t parts = box_open_parts(whole->topic, BOX_JOIN);
    struct bytes evidence;
    struct sign_key stranger;

    said_begin(&open, RECORD_OPEN, BOX_JOIN, LIAR);
    w = writer_to(open.body, sizeof open.body);
    writer_array(&w, parts);
    for (size_t i = 0; i < parts; i++) {
        struct point points[OPEN_POINTS_MAX];
        uint8_t share[OPEN_POINTS_MAX * POINT_SIZE + SHARE_PROOF_SIZE], context[HASH_SIZE];
        size_t count = box_open_points(whole->topic, BOX_JOIN, i, points);

        box_open_context(whole->topic, BOX_JOIN, i, context);
        share_make(share, &round_seated(whole, LIAR + 2)->share.value, BYTES(context), points, count, &whole->rng);
        writer_bin(&w, (struct bytes){ share, row == OF_NO_FORM ? 1 : share_size(count) });
    }
    open.body_size = writer_done(&w);
    sign_key_init(&stranger, stranger_seed);
    open.kind = row == OF_ANOTHER_KIND ? RECORD_VOTE : open.kind;
    open.box = row == OF_ANOTHER_BOX ? BOX_KEY : open.box;
    open.topic[0] ^= row == OF_ANOTHER_TOPIC;
    open.parent[0] ^= row == OF_ANOTHER_SET;
    open.author = row == OF_A_STRANGER ? &stranger : open.author;
    if (row == OF_ANOTHER_KIND)
        said_vote(&open, 0, 1, 1);
    else
        said_sign(&open);
    if (row == UNSIGNED)
        spoil(&open);
    evidence = open.record.whole;
    evidence.size -= row == NO_RECORD;
    flag_of(flag, BOX_JOIN, &evidence, 1);
}

static void an_opening_that_is_flagged_is_one_and_does_not_hold(void **unused)
{
    static struct said flag;

    (void)unused;
    for (int row = FALSE_OPENING + 1; row < LIES; row++) {
        lie_make(&flag, (enum lie)row);
        if (taken(&flag) != (row == OF_ANOTHER_SET ? STATUS_EARLY : STATUS_FORGED))
            fail_msg("lie %d was taken", row);
    }
    assert_int_equal(round_season(whole)->boxes[BOX_JOIN].opened_falsely, 0);
    lie_make(&flag, FALSE_OPENING);
    assert_int_equal(taken(&flag), STATUS_OK);
    assert_int_equal(round_season(whole)->boxes[BOX_JOIN].opened_falsely, 1 << (LIAR - 1));
}

/* ---- Bad shares. */

enum bad_share { BAD_SHARE, HONEST_DEAL, IN_ANOTHER_BOX, INDEX_NONE, INDEX_BEYOND, INDEX_OTHER, NO_SUCH_DEAL, BAD_SHARES };

static const struct round_record *first_flag(void)
{
    for (size_t i = 0; i < whole->count; i++)
        if (whole->records[i].kind == RECORD_FLAG && whole->records[i].box == BOX_KEY)
            return &whole->records[i];
    fail_msg("nobody was flagged");
    return NULL;
}

/* The flag that the round has, told once more by another member with one thing in it changed. */
static void bad_share_make(struct said *flag, enum bad_share row)
{
    struct record honest;
    struct reader r;
    struct bytes deal, evidence;
    uint64_t index;
    uint8_t named[ID_SIZE];
    struct writer w;

    assert_true(record_read(&honest, round_bytes(first_flag())));
    r = reader_from(honest.body);
    reader_array(&r, 3, 3);
    deal = reader_bin(&r, ID_SIZE, ID_SIZE);
    index = reader_uint(&r, COMMITTEE_MAX);
    evidence = reader_bin(&r, DKG_COMPLAINT_SIZE, DKG_COMPLAINT_SIZE);
    assert_true(reader_done(&r));
    memcpy(named, deal.data, ID_SIZE);
    named[0] ^= row == NO_SUCH_DEAL;
    for (size_t i = 0; row == HONEST_DEAL && i < whole->count; i++)
        if (whole->records[i].kind == RECORD_DEAL && whole->records[i].box == BOX_KEY && memcmp(whole->records[i].id, deal.data, ID_SIZE) != 0)
            memcpy(named, whole->records[i].id, ID_SIZE);
    said_begin(flag, RECORD_FLAG, row == IN_ANOTHER_BOX ? BOX_INTEREST : BOX_KEY, ACCUSER + 1);
    w = writer_to(flag->body, sizeof flag->body);
    writer_array(&w, 3);
    writer_bin(&w, BYTES(named));
    writer_uint(&w, row == INDEX_NONE ? 0 : row == INDEX_BEYOND ? HOMES + 1 : row == INDEX_OTHER ? index + 1 : index);
    writer_bin(&w, evidence);
    flag->body_size = writer_done(&w);
    said_sign(flag);
}

static void a_flagged_share_is_bad(void **unused)
{
    static struct said flag;

    (void)unused;
    for (int row = BAD_SHARE + 1; row < BAD_SHARES; row++) {
        bad_share_make(&flag, (enum bad_share)row);
        if (taken(&flag) != (row == NO_SUCH_DEAL ? STATUS_MISSING : STATUS_FORGED))
            fail_msg("bad share %d was taken", row);
    }
    assert_int_equal(round_season(whole)->boxes[BOX_KEY].dealt_badly, 1 << (2 - 1)); /* as round.h has it */
    bad_share_make(&flag, BAD_SHARE);
    assert_int_equal(taken(&flag), STATUS_OK);
}

/* ---- Lists. */

/* Of two: descending, one twice, one and a part of another, ascending. */
enum { DESCENDING, TWICE, PART, ASCENDING, ORDERS };

static struct bytes two_ids(uint8_t *out, size_t size, int order)
{
    memset(out, 0, 2 * size);
    out[0] = order == DESCENDING ? 9 : 1;
    out[size] = order == TWICE ? 1 : 5;
    return (struct bytes){ out, order == PART ? size + 1 : 2 * size };
}

static void a_list_is_of_whole_ids_and_ascends(void **unused)
{
    uint8_t ids[2 * SEEN_PREFIX_SIZE];

    (void)unused;
    for (int order = 0; order < ORDERS; order++) {
        static struct said list;
        struct writer w;

        said_begin(&list, RECORD_SEEN, BOX_BIDS, LIAR);
        w = writer_to(list.body, sizeof list.body);
        writer_array(&w, 1);
        writer_bin(&w, two_ids(ids, SEEN_PREFIX_SIZE, order));
        list.body_size = writer_done(&w);
        said_sign(&list);
        assert_int_equal(taken(&list), order == ASCENDING ? STATUS_OK : STATUS_MALFORMED);
    }
}

/* As many lists as a cut must name, the last two as above. */
static void a_cut_names_whole_ids_ascending_and_enough_of_them(void **unused)
{
    unsigned quorum = round_rule(whole, BOX_BIDS).quorum;
    uint64_t deadline_s = round_season(whole)->boxes[BOX_BIDS].deadline_s;

    (void)unused;
    for (int order = 0; order <= ORDERS; order++) {
        uint8_t ids[COMMITTEE_MAX * ID_SIZE] = { 0 };
        static struct said cut;
        struct bytes last;
        struct writer w;

        for (unsigned i = 0; i + 2 < quorum; i++)
            ids[i * ID_SIZE + 1] = (uint8_t)i;
        last = two_ids(ids + (quorum - 2) * (size_t)ID_SIZE, ID_SIZE, order < ORDERS ? order : ASCENDING);
        said_begin(&cut, RECORD_CUT, BOX_BIDS, LIAR);
        w = writer_to(cut.body, sizeof cut.body);
        writer_array(&w, 3);
        writer_uint(&w, 0);
        writer_uint(&w, deadline_s);
        writer_bin(&w, (struct bytes){ ids + (order == ORDERS ? ID_SIZE : 0), (quorum - 2 - (order == ORDERS)) * (size_t)ID_SIZE + last.size });
        cut.body_size = writer_done(&w);
        said_sign(&cut);
        assert_int_equal(taken(&cut), order == ASCENDING ? STATUS_OK : order == ORDERS ? STATUS_FORGED : STATUS_MALFORMED);
    }
}

/* What a member publishes of its share of the key is one reveal, and no byte more. */
static void an_opening_of_the_key_is_one_reveal(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = HOMES, .seed = 61 });
    uint8_t room[RECORD_MAX], reveal[DKG_REVEAL_SIZE + 1] = { 0 }, context[HASH_SIZE];
    const struct sign_key *author;
    struct point commitment;

    (void)unused;
    round_play(r, BOX_REGISTRY);
    round_play_key(r);
    round_close(r, BOX_KEY);
    round_learn_shares(r);
    author = round_signer(r, BOX_KEY, 1);
    key_commitment(r->topic, 1, &commitment);
    box_open_context(r->topic, BOX_KEY, 0, context);
    dkg_reveal_make(reveal, BYTES(context), &commitment, &round_seated(r, 1)->share, &r->rng);
    for (unsigned wrong = 4; wrong-- > 0;) { /* bit 0: a byte more, bit 1: twice */
        struct writer w = writer_to(room, sizeof room);

        writer_array(&w, 1 + (wrong >> 1));
        for (unsigned i = 0; i <= wrong >> 1; i++)
            writer_bin(&w, (struct bytes){ reveal, DKG_REVEAL_SIZE + (wrong & 1) });
        if (wrong > 0)
            round_say_badly(r, RECORD_OPEN, BOX_KEY, author, &w);
        else
            round_say(r, RECORD_OPEN, BOX_KEY, author, &w);
    }
    assert_int_equal(round_season(r)->boxes[BOX_KEY].opens, 1);
    round_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_records_contradict_each_other_or_prove_nothing),
        cmocka_unit_test(two_lists_of_one_member_contradict_each_other),
        cmocka_unit_test(an_opening_that_is_flagged_is_one_and_does_not_hold),
        cmocka_unit_test(a_flagged_share_is_bad),
        cmocka_unit_test(a_list_is_of_whole_ids_and_ascends),
        cmocka_unit_test(a_cut_names_whole_ids_ascending_and_enough_of_them),
        cmocka_unit_test(an_opening_of_the_key_is_one_reveal),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
