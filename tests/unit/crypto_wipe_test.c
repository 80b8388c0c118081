/* No function leaves a secret on the stack, however it ends: neither what it was given, nor what it drew, nor what it computed on the way. The
 * secrets on the way are computed here a second time, from the same randomness. */
#include "crypto/crypto.h"
#include "crypto/labels.h"
#include "crypto/prove.h"
#include "tests/support/bases.h"
#include "tests/support/committee.h"
#include "tests/support/left.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MEMBERS = 5, THRESHOLD = 3, VALUES = 3, BITS = 16, SECRETS_MAX = 64, INDEX = 2, PAIR = 2 * SCALAR_SIZE };

static struct scene {
    struct committee c;
    struct group_key own; /* of member INDEX */
    uint8_t secret[KEY_SIZE], out[8192], deal[DKG_DEAL_MAX], plain[64];
    size_t size;
    struct bytes in;
    struct dkg_share share;
    struct point point;
    struct rng rng; /* as it was before the call */
    struct transcript t;
    bool done;
    const char *names[SECRETS_MAX]; /* what must not be left */
    uint8_t secrets[SECRETS_MAX][2 * KEY_SIZE];
    size_t sizes[SECRETS_MAX], count;
} scene;

static void begin(uint8_t number)
{
    struct scene *s = &scene;
    uint8_t seed[KEY_SIZE] = { 0x3e, number };

    memset(s, 0, sizeof *s);
    committee_init(&s->c, MEMBERS, THRESHOLD);
    rng_init(&s->c.rng, seed);
    rng_fill(&s->c.rng, s->secret, sizeof s->secret);
    rng_fill(&s->c.rng, s->plain, sizeof s->plain);
    s->own = s->c.keys[INDEX - 1];
    s->rng = s->c.rng;
}

static void hide(const char *name, const void *secret, size_t size)
{
    struct scene *s = &scene;

    assert_true(s->count < SECRETS_MAX && size <= sizeof s->secrets[0]);
    s->names[s->count] = name;
    s->sizes[s->count] = size;
    memcpy(s->secrets[s->count++], secret, size);
}

static void run(void (*call)(void *arg), bool done)
{
    struct scene *s = &scene;
    bool bad = false;

    left_call(call, s);
    for (size_t i = 0; i < s->count; i++)
        if (left_of(s->secrets[i], s->sizes[i]))
            print_error("%s is left on the stack\n", s->names[i]), bad = true;
    assert_false(bad);
    assert_int_equal(s->done, done);
}

static struct scalar drawn(const char *name)
{
    struct scalar number;

    scalar_random(&number, &scene.rng);
    hide(name, &number, sizeof number);
    return number;
}

/* The radix that libsodium multiplies in: 64 digits from -8 to 8. */
static void hide_digits(const struct scalar *number)
{
    int8_t digits[64];
    int carry = 0;

    for (size_t i = 0; i < sizeof digits; i++) {
        int digit = (number->b[i / 2] >> (i % 2 * 4) & 15) + carry;

        carry = digit >= 8 && i < sizeof digits - 1;
        digits[i] = (int8_t)(digit - 16 * carry);
    }
    hide("the digits of a secret", digits, sizeof digits);
}

/* ---- That the test can see. */

static void careless(void *arg)
{
    struct scene *s = arg;
    uint8_t copy[KEY_SIZE];

    memcpy(copy, s->secret, sizeof copy);
    __asm__ volatile("" : : "r"(copy) : "memory");
    s->done = true;
}

static void what_is_left_is_seen(void **unused)
{
    (void)unused;
    begin(0);
    assert_false(left_of(scene.secret, sizeof scene.secret));
    left_call(careless, &scene);
    assert_true(left_of(scene.secret, sizeof scene.secret));
}

/* ---- Keys. */

static void keys(void *arg)
{
    struct scene *s = arg;
    struct group_key group;

    derive_key(s->out, s->secret, "wipe", NULL, 0);
    group_key_init(&group, s->out);
    s->point = group.public_point;
    group_key_clear(&group);
    s->done = true;
}

static void keys_leave_nothing(void **unused)
{
    uint8_t derived[KEY_SIZE];
    struct group_key group;

    (void)unused;
    begin(1);
    derive_key(derived, scene.secret, "wipe", NULL, 0);
    group_key_init(&group, derived);
    hide("the secret", scene.secret, KEY_SIZE);
    hide("the key that is derived", derived, KEY_SIZE);
    hide("the scalar", &group.secret, SCALAR_SIZE);
    hide_digits(&group.secret);
    run(keys, true);
}

static void arithmetic(void *arg)
{
    struct scene *s = arg;
    struct scalar *a = (struct scalar *)(void *)s->out, *b = a + 1, *result = a + 2;

    scalar_add(result, a, b);
    scalar_sub(result, a, b);
    scalar_mul(result, a, b);
    scalar_negate(result, a);
    s->done = scalar_invert(result, a);
    point_times(&s->point, &s->c.members[0], a);
    point_base_times(&s->point, b);
}

static void arithmetic_leaves_nothing(void **unused)
{
    struct scalar pair[2], sum;

    (void)unused;
    begin(2);
    pair[0] = drawn("a number");
    pair[1] = drawn("another number");
    memcpy(scene.out, pair, sizeof pair);
    hide_digits(&pair[0]);
    hide_digits(&pair[1]);
    scalar_add(&sum, &pair[0], &pair[1]);
    hide("their sum", &sum, sizeof sum);
    scalar_sub(&sum, &pair[0], &pair[1]);
    hide("their difference", &sum, sizeof sum);
    scalar_negate(&sum, &pair[1]);
    hide("the negative", &sum, sizeof sum);
    run(arithmetic, true);
}

/* ---- Proofs, in a transcript that both know. */

static void append(const char *label, const struct point *points, size_t count)
{
    transcript_append_u64(&scene.t, "count", count);
    for (size_t i = 0; i < count; i++)
        transcript_append_point(&scene.t, label, &points[i]);
}

static void hide_nonce(const char *label, struct bytes witness)
{
    struct scalar nonce;

    transcript_nonce(&scene.t, &nonce, label, witness, &scene.rng);
    hide("a nonce", &nonce, sizeof nonce);
    hide_digits(&nonce);
}

static void knowing(void *arg)
{
    struct scene *s = arg;

    transcript_init(&s->t, "wipe");
    knowledge_prove(s->out, &s->t, &s->own.public_point, &s->own.secret, 1, &s->c.rng);
    s->done = true;
}

static void knowledge_leaves_nothing(void **unused)
{
    (void)unused;
    begin(3);
    transcript_init(&scene.t, "wipe");
    append("known", &scene.own.public_point, 1);
    hide("the secret", &scene.own.secret, SCALAR_SIZE);
    hide_nonce("nonce", BYTES(scene.own.secret.b));
    run(knowing, true);
}

static void equal(void *arg)
{
    struct scene *s = arg;

    transcript_init(&s->t, "wipe");
    equality_prove(s->out, &s->t, &s->own.public_point, &s->own.secret, &s->c.members[3], &s->point, 1, &s->c.rng);
    s->done = true;
}

static void equality_leaves_nothing(void **unused)
{
    struct scalar weight;

    (void)unused;
    begin(4);
    point_times(&scene.point, &scene.c.members[3], &scene.own.secret);
    transcript_init(&scene.t, "wipe");
    transcript_append_point(&scene.t, "key", &scene.own.public_point);
    append("base", &scene.c.members[3], 1);
    append("image", &scene.point, 1);
    transcript_challenge_scalar(&scene.t, "weight", &weight);
    hide("the secret", &scene.own.secret, SCALAR_SIZE);
    hide_digits(&scene.own.secret);
    hide_nonce("nonce", BYTES(scene.own.secret.b));
    run(equal, true);
}

/* ---- Seals. */

static void hide_seal(const struct point *shared, const uint8_t *ephemeral)
{
    struct bytes parts[] = { { ephemeral, POINT_SIZE }, BYTES(scene.own.public_point.b), BYTES(shared->b) };
    uint8_t key[KEY_SIZE];

    hash_parts(key, LABEL_SEAL, parts, ARRAY_SIZE(parts));
    hide("the shared point", shared, sizeof *shared);
    hide("the key of the seal", key, sizeof key);
}

static void seal(void *arg)
{
    struct scene *s = arg;

    seal_make(s->out, &s->own.public_point, text("wipe"), BYTES(s->plain), &s->c.rng);
    s->done = true;
}

static void sealing_leaves_nothing(void **unused)
{
    struct point ephemeral, shared;
    struct scalar r;

    (void)unused;
    begin(5);
    r = drawn("the ephemeral secret");
    hide_digits(&r);
    point_base_times(&ephemeral, &r);
    point_times(&shared, &scene.own.public_point, &r);
    hide_seal(&shared, ephemeral.b);
    hide("what is sealed", scene.plain, sizeof scene.plain);
    run(seal, true);
}

static void unseal(void *arg)
{
    struct scene *s = arg;

    s->done = seal_open(s->plain, &s->own, text("wipe"), s->in);
}

/* Sealed under another key than its head stands for, by one who knows the logarithm of the head: only the tag can tell. */
static void wrongly_sealed(uint8_t *out)
{
    uint8_t box[64 + TAG_SIZE] = { 1 };
    struct transcript t;
    struct scalar r;
    struct point head;

    scalar_random(&r, &scene.c.rng);
    point_base_times(&head, &r);
    transcript_init(&t, LABEL_SEAL_PROOF);
    transcript_append(&t, "context", text("wipe"));
    transcript_append_point(&t, "to", &scene.own.public_point);
    transcript_append(&t, "box", BYTES(box));
    knowledge_prove(out + POINT_SIZE, &t, &head, &r, 1, &scene.c.rng);
    memcpy(out, head.b, POINT_SIZE);
    memcpy(out + POINT_SIZE + KNOWLEDGE_SIZE, box, sizeof box);
}

static void opening_leaves_nothing(void **unused)
{
    (void)unused;
    for (int row = 0; row < 3; row++) { /* as it should be, a proof that does not hold, a tag that does not */
        struct point head, shared;

        begin(6);
        seal_make(scene.out, &scene.own.public_point, text("wipe"), BYTES(scene.plain), &scene.c.rng);
        if (row == 2)
            wrongly_sealed(scene.out);
        assert_true(point_read(&head, scene.out));
        point_times(&shared, &head, &scene.own.secret);
        scene.out[POINT_SIZE + 40] ^= row == 1;
        scene.in = (struct bytes){ scene.out, 64 + SEAL_OVERHEAD };
        hide_seal(&shared, head.b);
        hide("the secret", &scene.own.secret, SCALAR_SIZE);
        hide_digits(&scene.own.secret);
        if (row == 0)
            hide("what was sealed", scene.plain, sizeof scene.plain);
        run(unseal, row == 0);
    }
}

/* ---- The season key. */

static void hide_pair(struct bytes deal, unsigned index)
{
    const uint8_t *ephemeral = deal.data + THRESHOLD * POINT_SIZE + 96, *sealed = ephemeral + POINT_SIZE + (index - 1) * (PAIR + TAG_SIZE);
    static const uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
    uint8_t number[4], key[KEY_SIZE], pair[PAIR];
    struct point head, shared;
    struct bytes parts[] = { text("wipe"), { ephemeral, POINT_SIZE }, BYTES(scene.c.members[index - 1].b), BYTES(number), BYTES(shared.b) };

    be32_write(number, index);
    assert_true(point_read(&head, ephemeral));
    point_times(&shared, &head, &scene.c.keys[index - 1].secret);
    hash_parts(key, LABEL_DKG_SHARE, parts, ARRAY_SIZE(parts));
    hide("a shared point", &shared, sizeof shared);
    hide("the key of a pair", key, sizeof key);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(pair, NULL, NULL, sealed, PAIR + TAG_SIZE, NULL, 0, nonce, key) == 0)
        hide("a pair", pair, sizeof pair);
}

static void key_deal(void *arg)
{
    struct scene *s = arg;

    s->done = dkg_deal_make(s->deal, &s->size, text("wipe"), s->c.members, MEMBERS, THRESHOLD, s->secret);
}

static void dealing_leaves_nothing(void **unused)
{
    (void)unused;
    begin(7);
    key_deal(&scene);
    for (unsigned j = 1; j <= MEMBERS; j++)
        hide_pair((struct bytes){ scene.deal, scene.size }, j);
    hide("the secret", scene.secret, KEY_SIZE);
    run(key_deal, true);
}

static void open_pair(void *arg)
{
    struct scene *s = arg;

    s->done = dkg_share_open(&s->share, text("wipe"), s->c.members, MEMBERS, THRESHOLD, s->in, INDEX, &s->own);
}

/* Honest, and in each way in which a dealer cheats; a commitment and a head that are none, a deal cut short. */
static void opening_a_pair_leaves_nothing(void **unused)
{
    (void)unused;
    for (int row = 0; row < CHEATS + 3; row++) {
        static const struct dkg_share none;

        begin(8);
        scene.in = cheating_deal_in(scene.deal, &scene.c, text("wipe"), INDEX, row < CHEATS ? (enum cheat)row : CHEAT_NONE);
        hide_pair(scene.in, INDEX);
        hide("the secret", &scene.own.secret, SCALAR_SIZE);
        hide_digits(&scene.own.secret);
        scene.deal[POINT_SIZE - 1] ^= row == CHEATS ? 0x80 : 0;
        scene.deal[THRESHOLD * POINT_SIZE + 96 + POINT_SIZE - 1] ^= row == CHEATS + 1 ? 0x80 : 0;
        scene.in.size -= row == CHEATS + 2;
        run(open_pair, row == CHEAT_NONE);
        assert_true(row == CHEAT_NONE || memcmp(&scene.share, &none, sizeof none) == 0);
    }
}

static void complain(void *arg)
{
    struct scene *s = arg;

    dkg_complaint_make(s->out, text("wipe"), s->in, THRESHOLD, INDEX, &s->own, &s->c.rng);
    s->done = true;
}

static void complaining_leaves_nothing(void **unused)
{
    (void)unused;
    begin(9);
    scene.in = cheating_deal_in(scene.deal, &scene.c, text("wipe"), INDEX, CHEAT_NOISE);
    hide("the secret", &scene.own.secret, SCALAR_SIZE);
    hide_digits(&scene.own.secret);
    run(complain, true);
}

static void reveal(void *arg)
{
    struct scene *s = arg;

    dkg_reveal_make(s->out, text("wipe"), &s->point, &s->share, &s->c.rng);
    s->done = true;
}

static void revealing_leaves_nothing(void **unused)
{
    (void)unused;
    begin(10);
    scene.share = (struct dkg_share){ scene.own.secret, scene.c.keys[3].secret };
    transcript_init(&scene.t, LABEL_DKG_REVEAL);
    transcript_append(&scene.t, "context", text("wipe"));
    hide("the share", &scene.share.value, SCALAR_SIZE);
    hide("what blinds it", &scene.share.blind, SCALAR_SIZE);
    hide_digits(&scene.share.value);
    hide_nonce("nonce", BYTES(scene.share.value.b));
    hide_nonce("other nonce", BYTES(scene.share.blind.b));
    run(reveal, true);
}

/* ---- What homes deal. */

static void a_deal(void *arg)
{
    static const uint64_t values[VALUES] = { 0, 1250, 65535 };
    struct scene *s = arg;

    s->done = deal_make(s->out, &s->size, bases_of(VALUES, BITS), &s->c.members[0], text("wipe"), values, &s->c.rng);
}

static void a_deal_leaves_nothing(void **unused)
{
    (void)unused;
    begin(11);
    for (size_t k = 0; k < VALUES; k++) {
        struct scalar r = drawn("what hides a value");

        hide_digits(&r);
    }
    bases_of(VALUES, BITS);
    run(a_deal, true);
}

static void a_beacon(void *arg)
{
    struct scene *s = arg;

    s->done = beacon_make(s->out, &s->size, &s->c.members[0], text("wipe"), &s->c.rng);
}

static void a_beacon_leaves_nothing(void **unused)
{
    (void)unused;
    begin(12);
    for (int i = 0; i < 2; i++) {
        struct scalar secret = drawn("a secret of the beacon");

        hide_digits(&secret);
    }
    run(a_beacon, true);
}

static void an_admission(void *arg)
{
    struct scene *s = arg;
    uint8_t nullifier[POINT_SIZE];

    s->done = admission_make(s->out, &s->size, nullifier, s->c.members, MEMBERS, INDEX - 1, &s->own, text("wipe"), text("deal"), &s->c.rng);
}

static void an_admission_leaves_nothing(void **unused)
{
    struct scalar inverse;

    (void)unused;
    begin(13);
    assert_true(scalar_invert(&inverse, &scene.own.secret));
    hide("the key", &scene.own.secret, SCALAR_SIZE);
    hide("its inverse", &inverse, SCALAR_SIZE);
    hide_digits(&inverse);
    run(an_admission, true);
}

static void an_opening(void *arg)
{
    struct scene *s = arg;

    share_make(s->out, &s->own.secret, text("wipe"), s->c.members, 3, &s->c.rng);
    s->done = true;
}

static void an_opening_leaves_nothing(void **unused)
{
    (void)unused;
    begin(14);
    hide("the share of the key", &scene.own.secret, SCALAR_SIZE);
    hide_digits(&scene.own.secret);
    run(an_opening, true);
}

/* ---- Links. */

static struct link {
    struct link_key keys[2], ephemeral[2];
    uint8_t psk[KEY_SIZE], said[3][256], payload[256];
    size_t sizes[3];
    struct noise_handshake sides[2];
    struct noise_cipher ciphers[2];
    unsigned spoilt; /* message whose last byte is changed; 3: none */
} held;

static void handshake(void *arg)
{
    struct scene *s = arg;

    for (int i = 0; i < 2; i++) {
        struct noise_setup setup = { .pattern = NOISE_XX, .initiator = i == 0, .psk = held.psk, .local_static = &held.keys[i],
                                     .fixed_ephemeral = &held.ephemeral[i] };

        s->done = noise_begin(&held.sides[i], &setup) == STATUS_OK;
    }
    for (unsigned message = 0; message < 3 && s->done; message++) {
        size_t left = sizeof held.payload;

        held.sizes[message] = sizeof held.said[0];
        s->done = noise_write(&held.sides[message % 2], held.said[message], &held.sizes[message], text("hello"), &s->c.rng) == STATUS_OK;
        held.said[message][held.sizes[message] - 1] ^= message == held.spoilt;
        s->done = s->done && noise_read(&held.sides[1 - message % 2], held.payload, &left,
                                        (struct bytes){ held.said[message], held.sizes[message] }) == STATUS_OK;
    }
    if (s->done) {
        noise_split(&held.sides[0], &held.ciphers[0], &held.ciphers[1], NULL);
        noise_rekey(&held.ciphers[0]);
    }
    for (int i = 0; i < 2; i++)
        noise_clear(&held.sides[i]);
}

static void hide_exchange(const struct link_key *a, const struct link_key *b)
{
    uint8_t shared[KEY_SIZE];

    assert_int_equal(crypto_scalarmult(shared, a->secret_key, b->public_key), 0);
    hide("what two keys share", shared, sizeof shared);
}

static void a_handshake_leaves_nothing_wherever_it_fails(void **unused)
{
    (void)unused;
    for (unsigned spoilt = 0; spoilt <= 3; spoilt++) {
        begin(15);
        memset(&held, 0, sizeof held);
        held.spoilt = spoilt;
        rng_fill(&scene.c.rng, held.psk, sizeof held.psk);
        hide("the pre-shared key", held.psk, sizeof held.psk);
        for (int i = 0; i < 2; i++) {
            uint8_t seed[KEY_SIZE];

            rng_fill(&scene.c.rng, seed, sizeof seed);
            link_key_init(&held.keys[i], seed);
            rng_fill(&scene.c.rng, seed, sizeof seed);
            link_key_init(&held.ephemeral[i], seed);
            hide("a key", held.keys[i].secret_key, KEY_SIZE);
            hide("an ephemeral key", held.ephemeral[i].secret_key, KEY_SIZE);
        }
        hide_exchange(&held.ephemeral[0], &held.ephemeral[1]);
        hide_exchange(&held.ephemeral[0], &held.keys[1]);
        hide_exchange(&held.keys[0], &held.ephemeral[1]);
        run(handshake, spoilt == 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_is_seen),
        cmocka_unit_test(keys_leave_nothing),
        cmocka_unit_test(arithmetic_leaves_nothing),
        cmocka_unit_test(knowledge_leaves_nothing),
        cmocka_unit_test(equality_leaves_nothing),
        cmocka_unit_test(sealing_leaves_nothing),
        cmocka_unit_test(opening_leaves_nothing),
        cmocka_unit_test(dealing_leaves_nothing),
        cmocka_unit_test(opening_a_pair_leaves_nothing),
        cmocka_unit_test(complaining_leaves_nothing),
        cmocka_unit_test(revealing_leaves_nothing),
        cmocka_unit_test(a_deal_leaves_nothing),
        cmocka_unit_test(a_beacon_leaves_nothing),
        cmocka_unit_test(an_admission_leaves_nothing),
        cmocka_unit_test(an_opening_leaves_nothing),
        cmocka_unit_test(a_handshake_leaves_nothing_wherever_it_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
