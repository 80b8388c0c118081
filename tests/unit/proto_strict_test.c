/* Every field of the wire that carries a point or a scalar, and every head of MessagePack: one encoding, or
 * it is refused. Each record is signed again after the change, by who may say it, so that nothing but the
 * field stands in its way; the record as it was is taken at the end. A real round, with a dealer who cheats,
 * so that there is a flag. WIRE 1.1, 1.4. */
#include "crypto/prove.h"
#include "tests/fuzz/letter_case.h"
#include "tests/support/round_play.h"
#include "tests/support/sample_charter.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { WORD = 32, WORDS_MAX = 128, FIELDS_MAX = 8, BYTES_MAX = RECORD_MAX + 16 };

static struct round *whole;
static struct sign_key company;

static int begin(void **unused)
{
    struct bid bid;

    (void)unused;
    whole = round_new(&(struct round_plan){ .homes = 7, .seed = 11, .bad_key_dealer = true });
    round_play(whole, BOX_JOIN);
    round_bid_make(whole, &bid, &company, 0);
    round_bid(whole, &bid, &company, 0);
    round_close(whole, BOX_BIDS);
    round_open(whole, BOX_BIDS);
    return 0;
}

static int end(void **unused)
{
    (void)unused;
    round_free(whole);
    return 0;
}

/* ---- Bytes. */

static const uint8_t order[WORD] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                     0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };

/* What a word holds: p a point but not the identity, P any point, s a scalar, and what else there is of 32
 * bytes. */
static size_t word_changes(uint8_t out[2][WORD], const uint8_t *word, char what)
{
    size_t count = 0;

    if (what == '-')
        return 0;
    memcpy(out[0], word, WORD);
    memset(out[1], 0, WORD);
    if (what == 's')
        sodium_add(out[count++], order, WORD);
    else
        out[count++][WORD - 1] |= 0x80;
    return count + (what == 'p');
}

/* The next longer head of a token, which says the same. Returns by how much it is longer; 0: there is none.
 */
static size_t widen(uint8_t *out, const uint8_t *in, size_t size, size_t at)
{
    static const struct {
        uint8_t from, to, head, number;
    } heads[] = { { 0x00, 0x7f, 0xcc, 0 }, { 0x90, 0x9f, 0xdc, 0 }, { 0xa0, 0xbf, 0xd9, 0 },
                  { 0xc4, 0xc4, 0xc5, 1 }, { 0xc5, 0xc5, 0xc6, 2 }, { 0xcc, 0xcc, 0xcd, 1 },
                  { 0xcd, 0xcd, 0xce, 2 }, { 0xce, 0xce, 0xcf, 4 }, { 0xd9, 0xd9, 0xda, 1 },
                  { 0xdc, 0xdc, 0xdd, 2 } };

    for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
        size_t number = heads[i].number, more = number == 0 ? (heads[i].head == 0xdc ? 2 : 1) : number;
        uint8_t low = heads[i].from == 0x90 ? in[at] & 0x0f : heads[i].from == 0xa0 ? in[at] & 0x1f : in[at];

        if (in[at] < heads[i].from || in[at] > heads[i].to)
            continue;
        memcpy(out, in, at);
        out[at] = heads[i].head;
        memset(out + at + 1, 0, more);
        if (number == 0)
            out[at + more] = low;
        memcpy(out + at + 1 + more, in + at + 1, size - at - 1);
        return more;
    }
    return 0;
}

/* Where the token after this one begins. */
static size_t token_end(const uint8_t *in, size_t at)
{
    uint8_t head = in[at];

    if (head >= 0xa0 && head < 0xc0)
        return at + 1 + (head & 0x1f);
    switch (head) {
    case 0xc4:
    case 0xd9:
        return at + 2 + in[at + 1];
    case 0xc5:
    case 0xda:
        return at + 3 + be16_read(in + at + 1);
    case 0xcc:
        return at + 2;
    case 0xcd:
    case 0xdc:
        return at + 3;
    case 0xce:
        return at + 5;
    case 0xcf:
        return at + 9;
    default:
        return at + 1;
    }
}

/* The n-th binary of a body. */
static struct bytes binary_of(const uint8_t *in, size_t size, size_t n)
{
    for (size_t at = 0; at < size; at = token_end(in, at)) {
        size_t head = in[at] == 0xc4 ? 2 : 3;

        if ((in[at] == 0xc4 || in[at] == 0xc5) && n-- == 0)
            return (struct bytes){ in + at + head, token_end(in, at) - at - head };
    }
    fail_msg("no such field");
    return (struct bytes){ NULL, 0 };
}

/* ---- What the fields of each record hold. */

struct field {
    size_t binary, skip, skip_after; /* skip_after: bytes that are no word, behind the first */
    char words[WORDS_MAX];
};

static void words_add(struct field *field, char what, size_t count)
{
    size_t at = strlen(field->words);

    assert_true(at + count < WORDS_MAX);
    memset(field->words + at, what, count);
}

/* J, 8 bytes, A B C D z_A z_C z X.. Y.. f..: 7 keys are a ring of 16, two digits of four. */
static struct field admission_at(size_t binary)
{
    struct field field = { .binary = binary, .skip_after = 8 };

    words_add(&field, 'p', 5);
    words_add(&field, 's', 3);
    words_add(&field, 'p', 4);
    words_add(&field, 's', 6);
    return field;
}

static struct field sum_deal_at(size_t binary)
{
    struct field field = { .binary = binary };
    size_t count = whole->charter.item_count, rounds;
    struct deal_shape shape;

    charter_shape(&shape, &whole->charter);
    rounds = (deal_size(&shape) / WORD - 3 * count - 5 - 9) / 2; /* what is no pair, commitment, equality or head is folds */
    words_add(&field, 'p', 3 * count + 3);
    words_add(&field, 's', 2);
    words_add(&field, 'p', 4);
    words_add(&field, 's', 3);
    words_add(&field, 'p', 2 * rounds);
    words_add(&field, 's', 2);
    return field;
}

static struct field words_at(size_t binary, const char *words)
{
    struct field field = { .binary = binary };

    strcpy(field.words, words);
    return field;
}

static size_t fields_of(struct field out[FIELDS_MAX], const struct round_record *record, const uint8_t *body,
                        size_t size)
{
    size_t count = 0;

    if (record->kind == RECORD_FLAG) {
        out[count++] = words_at(1, "pss");
    } else if (record->kind == RECORD_OPEN) {
        size_t parts = box_open_parts(whole->topic, record->box);

        for (size_t i = 0; i < parts; i++) {
            out[count] = words_at(i, "");
            words_add(&out[count], 'P', binary_of(body, size, i).size / WORD - 2);
            words_add(&out[count++], 's', 2);
        }
    } else if (record->box == BOX_REGISTRY) {
        static const char *const words[] = { "p", "p", "ss", "ss", "-s", "ppppss" };

        for (; count < ARRAY_SIZE(words); count++)
            out[count] = words_at(count, words[count]);
    } else if (record->box == BOX_KEY) {
        out[count] = words_at(0, "");
        words_add(&out[count], 'p', round_rule(whole, BOX_KEY).threshold + 1);
        strcat(out[count++].words, "sp");
    } else if (record->box == BOX_INTEREST) {
        out[count++] = admission_at(0);
    } else if (record->box == BOX_JOIN) {
        out[count++] = sum_deal_at(0);
        out[count++] = admission_at(1);
    } else {
        struct bytes all = binary_of(body, size, 0);
        struct sealed_bid bid;

        assert_true(sealed_bid_read(&bid, all));
        out[count] = words_at(0, "pps");
        out[count++].skip = (size_t)(bid.sealed.data - all.data);
        out[count++] = admission_at(1);
    }
    return count;
}

/* ---- A record, changed and signed again. */

static const struct sign_key *key_of(const uint8_t author[KEY_SIZE])
{
    const struct sign_key *found = memcmp(company.public_key, author, KEY_SIZE) == 0 ? &company : NULL;

    for (unsigned j = 0; j < whole->charter.genesis.count; j++)
        if (memcmp(whole->genesis[j].public_key, author, KEY_SIZE) == 0)
            found = &whole->genesis[j];
    for (unsigned i = 0; i < whole->plan.homes; i++) {
        if (memcmp(whole->homes[i].member.public_key, author, KEY_SIZE) == 0)
            found = &whole->homes[i].member;
        if (memcmp(whole->homes[i].pseudonym.public_key, author, KEY_SIZE) == 0)
            found = &whole->homes[i].pseudonym;
        if (memcmp(whole->homes[i].introducer.public_key, author, KEY_SIZE) == 0)
            found = &whole->homes[i].introducer;
    }
    assert_non_null(found);
    return found;
}

static enum status add_with_body(struct topic *topic, const struct record *record, const uint8_t *body,
                                 size_t size)
{
    static uint8_t bytes[RECORD_MAX];
    size_t written = record_write(bytes, sizeof bytes, NULL, record->kind, record->topic, record->box,
                                  record->parent, key_of(record->author), (struct bytes){ body, size });

    assert_true(written > 0);
    return topic_add(topic, (struct bytes){ bytes, written }, 0);
}

/* By the company, whose bid lies in the record of a home. */
static void bid_sign_again(uint8_t *body, size_t size)
{
    struct bytes bid = binary_of(body, size, 0);
    struct record record;

    assert_true(record_read(&record, bid));
    sign_make(body + (bid.data + bid.size - body) - SIGNATURE_SIZE, key_of(record.author), BYTES(record.id));
}

static void refuse(const char *what, struct topic *topic, const struct record *record, uint8_t *body,
                   size_t size)
{
    enum status status;

    if (record->kind == RECORD_DEAL && record->box == BOX_BIDS)
        bid_sign_again(body, size);
    status = add_with_body(topic, record, body, size);

    if (status != STATUS_MALFORMED && status != STATUS_FORGED)
        fail_msg("kind %d of box %d, %s: %s", (int)record->kind, (int)record->box, what, status_text(status));
}

/* All points and scalars of one binary. Returns how many words it looked at. */
static size_t walk_field(struct topic *topic, const struct record *record, uint8_t *body, size_t size,
                         const struct field *field)
{
    struct bytes binary = binary_of(body, size, field->binary);
    uint8_t *word = body + (binary.data - body) + field->skip, changed[2][WORD], kept[WORD];

    for (size_t i = 0; field->words[i] != '\0'; i++, word += WORD + (i == 1 ? field->skip_after : 0)) {
        size_t count = word_changes(changed, word, field->words[i]);

        assert_true(word + WORD <= binary.data + binary.size);
        memcpy(kept, word, WORD);
        for (size_t k = 0; k < count; k++) {
            memcpy(word, changed[k], WORD);
            refuse(field->words[i] == 's' ? "s + L"
                   : k == 0               ? "bit 255"
                                          : "the identity",
                   topic, record, body, size);
        }
        memcpy(word, kept, WORD);
    }
    return strlen(field->words);
}

static void walk_heads(struct topic *topic, const struct round_record *made, const struct record *record,
                       const uint8_t *body, size_t size)
{
    static uint8_t longer[BYTES_MAX];

    for (size_t at = 0; at < size; at = token_end(body, at)) {
        size_t more = widen(longer, body, size, at);

        if (more > 0 && add_with_body(topic, record, longer, size + more) != STATUS_MALFORMED)
            fail_msg("kind %d of box %d: a longer head at %zu of the body", (int)record->kind,
                     (int)record->box, at);
    }
    for (size_t at = 0; at < made->size; at = token_end(made->bytes, at)) {
        size_t more = widen(longer, made->bytes, made->size, at);

        if (more > 0 && topic_add(topic, (struct bytes){ longer, made->size + more }, 0) != STATUS_MALFORMED)
            fail_msg("kind %d of box %d: a longer head at %zu", (int)record->kind, (int)record->box, at);
    }
}

/* Of the company's record, which lies in the home's as one binary. */
static void walk_bid_heads(struct topic *topic, const struct record *record, const uint8_t *body, size_t size)
{
    struct bytes bid = binary_of(body, size, 0), admission = binary_of(body, size, 1);
    static uint8_t longer[BYTES_MAX], room[BYTES_MAX];

    for (size_t at = 0; at < bid.size; at = token_end(bid.data, at)) {
        size_t more = widen(longer, bid.data, bid.size, at);
        struct writer w = round_body(room, sizeof room, 3, 0);

        writer_bin(&w, (struct bytes){ longer, bid.size + more });
        writer_bin(&w, admission);
        if (more > 0 && add_with_body(topic, record, room, writer_done(&w)) != STATUS_MALFORMED)
            fail_msg("a longer head at %zu of a bid", at);
    }
}

/* The words looked at; 0: no such record was made. */
static size_t walk(enum record_kind kind, enum box_index box)
{
    struct topic *topic = topic_new(round_charter(whole));
    struct field fields[FIELDS_MAX];
    static uint8_t body[RECORD_MAX];
    size_t at = 0, words = 0, count;
    struct record record;
    enum status status;

    assert_non_null(topic);
    while (at < whole->count && (whole->records[at].kind != kind || whole->records[at].box != box))
        at++;
    for (size_t i = 0; i < at && at < whole->count; i++)
        assert_int_equal(topic_add(topic, round_bytes(&whole->records[i]), i), STATUS_OK);
    if (at < whole->count) {
        assert_true(record_read(&record, round_bytes(&whole->records[at])));
        memcpy(body, record.body.data, record.body.size);
        count = fields_of(fields, &whole->records[at], body, record.body.size);
        for (size_t i = 0; i < count; i++)
            words += walk_field(topic, &record, body, record.body.size, &fields[i]);
        walk_heads(topic, &whole->records[at], &record, body, record.body.size);
        if (kind == RECORD_DEAL && box == BOX_BIDS)
            walk_bid_heads(topic, &record, body, record.body.size);
        status = topic_add(topic, round_bytes(&whole->records[at]), 0);
        assert_int_equal(status, STATUS_OK);
    }
    topic_free(topic);
    return words;
}

static void every_point_and_scalar_of_every_record_has_one_encoding(void **unused)
{
    static const struct {
        enum record_kind kind;
        enum box_index box;
    } carriers[] = { { RECORD_DEAL, BOX_REGISTRY }, { RECORD_DEAL, BOX_KEY },  { RECORD_DEAL, BOX_INTEREST },
                     { RECORD_DEAL, BOX_JOIN },     { RECORD_DEAL, BOX_BIDS }, { RECORD_OPEN, BOX_REGISTRY },
                     { RECORD_OPEN, BOX_JOIN },     { RECORD_OPEN, BOX_BIDS }, { RECORD_FLAG, BOX_KEY } };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(carriers); i++)
        assert_true(walk(carriers[i].kind, carriers[i].box) >= 3);
}

static void no_record_without_points_has_a_longer_head_either(void **unused)
{
    static const enum record_kind kinds[] = { RECORD_SEEN, RECORD_CUT, RECORD_VOTE };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct topic *topic = topic_new(round_charter(whole));
        struct record record;
        size_t at = 0;

        while (whole->records[at].kind != kinds[i])
            at++;
        for (size_t k = 0; k < at; k++)
            topic_add(topic, round_bytes(&whole->records[k]), k);
        assert_true(record_read(&record, round_bytes(&whole->records[at])));
        walk_heads(topic, &whole->records[at], &record, record.body.data, record.body.size);
        assert_int_equal(topic_add(topic, round_bytes(&whole->records[at]), 0), STATUS_OK);
        topic_free(topic);
    }
}

/* ---- A key that its owner wrote with bit 255 set, and proved to have in this very form: only the decoder
 * stands in its way. */

static void possession_of(struct writer *w, struct round *r, const struct point *written,
                          const struct group_key *key, const uint8_t context[HASH_SIZE])
{
    uint8_t proof[SHARE_PROOF_SIZE];
    struct transcript t;

    transcript_init(&t, LABEL_SHARE);
    transcript_append(&t, "context", (struct bytes){ context, HASH_SIZE });
    equality_prove(proof, &t, written, &key->secret, NULL, NULL, 0, &r->rng);
    writer_bin(w, BYTES(proof));
}

static void a_second_encoding_of_an_own_key_is_no_second_key(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 7, .seed = 12 });
    struct round_home *home = &r->homes[0];
    struct bytes parts[] = { { topic_id(r->topic), ID_SIZE }, BYTES(home->member.public_key) };

    (void)unused;
    for (int row = 0; row < 3; row++) { /* neither, the ring key, the box key */
        uint8_t room[RECORD_MAX], context[HASH_SIZE], hash[HASH_SIZE], signature[SIGNATURE_SIZE],
            beacon[DEAL_MAX];
        struct writer w = round_body(room, sizeof room, 7, (uint64_t)row);
        struct point ring = home->ring.public_point, box = home->box.public_point;
        size_t size;

        (row == 1 ? &ring : &box)->b[POINT_SIZE - 1] |= row == 0 ? 0 : 0x80;
        round_context(context, r, BOX_REGISTRY, &home->member, (uint64_t)row);
        writer_bin(&w, BYTES(ring.b));
        writer_bin(&w, BYTES(box.b));
        possession_of(&w, r, &ring, &home->ring, context);
        possession_of(&w, r, &box, &home->box, context);
        hash_parts(hash, LABEL_INVITE_KEY, parts, ARRAY_SIZE(parts));
        sign_make(signature, &r->invite, BYTES(hash));
        writer_bin(&w, BYTES(signature));
        assert_true(beacon_make(beacon, &size, &r->charter.genesis.joint, BYTES(context), &r->rng));
        writer_bin(&w, (struct bytes){ beacon, size });
        if (row == 0)
            round_say(r, RECORD_DEAL, BOX_REGISTRY, &home->member, &w);
        else
            round_say_badly(r, RECORD_DEAL, BOX_REGISTRY, &home->member, &w);
    }
    round_free(r);
}

/* ---- Charters, bids, letters. */

static void a_charter_has_one_encoding(void **unused)
{
    static uint8_t bytes[CHARTER_MAX], longer[CHARTER_MAX + 16];
    uint8_t changed[2][WORD], kept[WORD];
    size_t size = whole->charter_size, found = 0;
    struct charter read;

    (void)unused;
    memcpy(bytes, whole->charter_bytes, size);
    assert_int_equal(charter_read(&read, (struct bytes){ bytes, size }), STATUS_OK);
    for (size_t at = 0; at < size; at = token_end(bytes, at)) {
        size_t more = widen(longer, bytes, size, at);

        if (more > 0)
            assert_int_not_equal(charter_read(&read, (struct bytes){ longer, size + more }), STATUS_OK);
    }
    for (size_t at = 0; at + WORD <= size; at++) {
        if (memcmp(bytes + at, whole->charter.genesis.joint.b, WORD) != 0)
            continue;
        found++; /* of one founder the share is the joint key, too */
        word_changes(changed, bytes + at, 'p');
        memcpy(kept, bytes + at, WORD);
        for (size_t k = 0; k < 2; k++) {
            memcpy(bytes + at, changed[k], WORD);
            assert_int_not_equal(charter_read(&read, (struct bytes){ bytes, size }), STATUS_OK);
        }
        memcpy(bytes + at, kept, WORD);
    }
    assert_int_equal(found, 2);
}

static void a_bid_has_one_encoding(void **unused)
{
    static uint8_t bytes[BID_MAX], longer[BID_MAX + 16];
    uint8_t changed[2][WORD];
    struct sign_key key;
    struct bid bid, read;
    size_t size, found = 0;

    (void)unused;
    round_bid_make(whole, &bid, &key, 3);
    size = bid_write(bytes, sizeof bytes, &bid);
    assert_int_equal(bid_read(&read, (struct bytes){ bytes, size }), STATUS_OK);
    for (size_t at = 0; at < size; at = token_end(bytes, at)) {
        size_t more = widen(longer, bytes, size, at);

        if (more > 0)
            assert_int_not_equal(bid_read(&read, (struct bytes){ longer, size + more }), STATUS_OK);
    }
    for (size_t at = 0; at + WORD <= size && found == 0; at++)
        if (memcmp(bytes + at, bid.inbox.b, WORD) == 0)
            found = at;
    assert_true(found > 0 && word_changes(changed, bid.inbox.b, 'p') == 2);
    for (size_t k = 0; k < 2; k++) {
        memcpy(bytes + found, changed[k], WORD);
        assert_int_not_equal(bid_read(&read, (struct bytes){ bytes, size }), STATUS_OK);
    }
}

static enum status letter_with(struct letter_case *c, const uint8_t *plain, size_t size)
{
    static uint8_t sealed[LETTER_MAX + 64];
    struct letter found;

    seal_make(sealed, &c->inbox.public_point, BYTES(c->letter.topic), (struct bytes){ plain, size }, &c->rng);
    return letter_unseal(&found, (struct bytes){ sealed, size + SEAL_OVERHEAD }, &c->inbox, c->letter.topic,
                         NULL);
}

static void a_letter_has_one_encoding(void **unused)
{
    static struct letter_case c;
    static uint8_t longer[LETTER_MAX + 16];
    uint8_t changed[2][WORD], *signature;
    struct letter found;
    size_t size;

    (void)unused;
    assert_true(letter_case_init(&c));
    size = c.size - SEAL_OVERHEAD;
    assert_int_equal(letter_with(&c, c.plain, size), STATUS_OK);
    for (size_t at = 0; at < size; at = token_end(c.plain, at)) {
        size_t more = widen(longer, c.plain, size, at);

        if (more > 0)
            assert_int_equal(letter_with(&c, longer, size + more), STATUS_MALFORMED);
    }
    signature = c.plain + size - WORD;
    sodium_add(signature, order, WORD);
    assert_int_equal(letter_with(&c, c.plain, size), STATUS_FORGED);
    for (size_t word = 0; word < 3; word++) { /* R, K, s */
        size_t count = word_changes(changed, c.sealed + word * WORD, "pps"[word]);
        uint8_t kept[WORD];

        memcpy(kept, c.sealed + word * WORD, WORD);
        for (size_t k = 0; k < count; k++) {
            memcpy(c.sealed + word * WORD, changed[k], WORD);
            assert_int_equal(
                letter_unseal(&found, (struct bytes){ c.sealed, c.size }, &c.inbox, c.letter.topic, NULL),
                STATUS_FORGED);
        }
        memcpy(c.sealed + word * WORD, kept, WORD);
    }
    assert_int_equal(
        letter_unseal(&found, (struct bytes){ c.sealed, c.size }, &c.inbox, c.letter.topic, NULL), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_point_and_scalar_of_every_record_has_one_encoding),
        cmocka_unit_test(no_record_without_points_has_a_longer_head_either),
        cmocka_unit_test(a_second_encoding_of_an_own_key_is_no_second_key),
        cmocka_unit_test(a_charter_has_one_encoding),
        cmocka_unit_test(a_bid_has_one_encoding),
        cmocka_unit_test(a_letter_has_one_encoding),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
