/* ctime.c - no branch and no address depends on a secret. Runs under valgrind, to which every secret is
 * undefined memory: a jump or a load that depends on one is an error. The room is compiled once more for
 * this, with declassify.h awake.
 *
 *   valgrind --error-exitcode=1 --suppressions=tests/ctime/libsodium.supp build/tests/ctime
 *
 * Outside valgrind it refuses to run: it would promise what it has not seen. */
#include "crypto/crypto.h"
#include "crypto/ring.h"
#include "proto/proto.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/memcheck.h>

enum { MEMBERS = 5, THRESHOLD = 3, ROSTER = 9, VALUES = 3, BITS = 16, ROOM = 8192 };

struct scene {
    struct rng rng;
    struct group_key keys[ROSTER];
    struct point roster[ROSTER];
    uint8_t out[ROOM], deal[DKG_DEAL_MAX];
    size_t size;
    struct bytes context;
};

static void secret(void *data, size_t size)
{
    (void)VALGRIND_MAKE_MEM_UNDEFINED(data, size);
}

static void public(void *data, size_t size)
{
    (void)VALGRIND_MAKE_MEM_DEFINED(data, size);
}

static void scene_init(struct scene *s)
{
    static const uint8_t context[] = "context";
    uint8_t seed[KEY_SIZE] = { 0xc7 };

    memset(s, 0, sizeof *s);
    s->context = BYTES(context);
    rng_init(&s->rng, seed);
    for (size_t i = 0; i < ROSTER; i++) {
        rng_fill(&s->rng, seed, sizeof seed);
        group_key_init(&s->keys[i], seed);
        s->roster[i] = s->keys[i].public_point;
    }
    secret(&s->rng, sizeof s->rng); /* all that is drawn from here on */
}

/* ---- One function each. */

static void keys_from_a_seed(struct scene *s)
{
    uint8_t seed[KEY_SIZE] = { 1 }, derived[KEY_SIZE];
    struct group_key group;
    struct sign_key sign;
    struct link_key link;

    secret(seed, sizeof seed);
    derive_key(derived, seed, "ctime", &s->context, 1);
    group_key_init(&group, derived);
    sign_key_init(&sign, derived);
    link_key_init(&link, derived);
    sign_make(s->out, &sign, s->context);
    group_key_clear(&group);
    sign_key_clear(&sign);
    link_key_clear(&link);
}

/* That the values fit is public; which they are is not. */
static void a_deal_of(struct scene *s, const struct deal_shape *shape)
{
    uint64_t values[VALUES] = { 0, 1250, 65535 };
    void *memory = aligned_alloc(DEAL_BASES_ALIGNMENT, deal_bases_size(shape));
    const struct deal_bases *bases = memory == NULL ? NULL : deal_bases_init(memory, shape);

    for (size_t i = 0; i < VALUES; i++)
        secret(&values[i], sizeof values[i]);
    if (bases == NULL || !deal_make(s->out, &s->size, bases, &s->roster[0], s->context, values, &s->rng))
        abort();
    free(memory);
}

static void a_deal(struct scene *s)
{
    a_deal_of(s, &(struct deal_shape){ .count = VALUES, .bits = { BITS, BITS, BITS } });
}

static void a_deal_with_predicates(struct scene *s)
{
    a_deal_of(s, &(struct deal_shape){
                     .count = VALUES,
                     .bits = { 1, BITS, BITS },
                     .predicate_count = 2,
                     .predicates = { { .coefficient = { 0, 1, 1 }, .low = 100, .high = 100000 },
                                     { .coefficient = { -5, 1 }, .low = 1250, .high = 1250 } },
                 });
}

static void an_admission(struct scene *s)
{
    uint8_t nullifier[POINT_SIZE];
    struct group_key own = s->keys[4];
    size_t index = 4;

    secret(&own, sizeof own);
    secret(&index, sizeof index);
    if (!admission_make(s->out, &s->size, nullifier, s->roster, ROSTER, index, &own, s->context, s->context,
                        &s->rng))
        abort();
}

static void a_beacon(struct scene *s)
{
    if (!beacon_make(s->out, &s->size, &s->roster[0], s->context, &s->rng))
        abort();
}

static void a_seal(struct scene *s)
{
    uint8_t plain[64] = { 1 }, opened[64];
    struct group_key own = s->keys[1];
    struct bytes sealed = { s->out, sizeof plain + SEAL_OVERHEAD };

    secret(plain, sizeof plain);
    seal_make(s->out, &s->roster[1], s->context, BYTES(plain), &s->rng);
    public(s->out, sealed.size);
    secret(&own.secret, sizeof own.secret);
    if (!seal_open(opened, &own, s->context, sealed))
        abort();
}

static void a_share(struct scene *s)
{
    struct scalar own = s->keys[2].secret;

    secret(&own, sizeof own);
    share_make(s->out, &own, s->context, s->roster, 3, &s->rng);
}

static void a_key_deal(struct scene *s)
{
    uint8_t own[KEY_SIZE] = { 3 };

    secret(own, sizeof own);
    if (!dkg_deal_make(s->deal, &s->size, s->context, s->roster, MEMBERS, THRESHOLD, own))
        abort();
    public(s->deal, s->size);
}

/* Whether a share fits is known to all: who gets a bad one says so. */
static void a_share_of_the_key(struct scene *s)
{
    struct group_key own = s->keys[2];
    struct dkg_share share;

    a_key_deal(s);
    secret(&own.secret, sizeof own.secret);
    if (!dkg_share_open(&share, s->context, s->roster, MEMBERS, THRESHOLD, (struct bytes){ s->deal, s->size },
                        3, &own))
        abort();
}

static void a_complaint(struct scene *s)
{
    struct group_key own = s->keys[2];

    a_key_deal(s);
    secret(&own.secret, sizeof own.secret);
    dkg_complaint_make(s->out, s->context, (struct bytes){ s->deal, s->size }, THRESHOLD, 3, &own, &s->rng);
}

static void a_reveal(struct scene *s)
{
    struct dkg_share share = { s->keys[2].secret, s->keys[3].secret };

    secret(&share, sizeof share);
    dkg_reveal_make(s->out, s->context, &s->roster[1], &share, &s->rng);
}

static void a_handshake(struct scene *s)
{
    static const uint8_t seeds[2][KEY_SIZE] = { { 1 }, { 2 } };
    struct noise_handshake sides[2];
    struct noise_cipher ciphers[2];
    struct link_key keys[2];
    uint8_t psk[KEY_SIZE] = { 4 }, payload[ROOM];

    secret(psk, sizeof psk);
    for (int i = 0; i < 2; i++) {
        struct noise_setup setup = {
            .pattern = NOISE_XX, .initiator = i == 0, .prologue = s->context, .psk = psk
        };

        link_key_init(&keys[i], seeds[i]);
        secret(keys[i].secret_key, KEY_SIZE);
        setup.local_static = &keys[i];
        if (noise_begin(&sides[i], &setup) != STATUS_OK)
            abort();
    }
    for (int message = 0; message < 3; message++) {
        size_t size = ROOM, left = ROOM;

        if (noise_write(&sides[message % 2], s->out, &size, s->context, &s->rng) != STATUS_OK)
            abort();
        public(s->out, size);
        if (noise_read(&sides[1 - message % 2], payload, &left, (struct bytes){ s->out, size }) != STATUS_OK)
            abort();
    }
    noise_split(&sides[0], &ciphers[0], &ciphers[1], NULL);
    noise_seal(&ciphers[0], s->out, s->context);
    noise_rekey(&ciphers[0]);
    noise_clear(&sides[1]);
}

static void a_noised_report(struct scene *s)
{
    uint8_t seed[KEY_SIZE] = { 5 };
    unsigned cell = 2;

    secret(seed, sizeof seed);
    secret(&cell, sizeof cell);
    cell &= 3;
    s->out[0] = (uint8_t)profile_noise(seed, "electricity", "2027", cell);
}

static const struct {
    const char *name;
    void (*run)(struct scene *scene);
} scenes[] = {
    { "keys from a seed, signatures", keys_from_a_seed },
    { "a deal", a_deal },
    { "a deal with predicates", a_deal_with_predicates },
    { "an admission", an_admission },
    { "a beacon deal", a_beacon },
    { "a sealed body, made and opened", a_seal },
    { "an opening share", a_share },
    { "a key deal", a_key_deal },
    { "a share of the key", a_share_of_the_key },
    { "a complaint", a_complaint },
    { "what is revealed of a share of the key", a_reveal },
    { "a handshake", a_handshake },
    { "a noised report", a_noised_report },
};

int main(int argc, char **argv)
{
    static struct scene scene;
    unsigned long before = VALGRIND_COUNT_ERRORS;

    if (!RUNNING_ON_VALGRIND || sodium_init() < 0) {
        fputs("ctime says something only under valgrind\n", stderr);
        return 2;
    }
    for (size_t i = 0; i < ARRAY_SIZE(scenes); i++) {
        if (argc > 1 && strcmp(argv[1], scenes[i].name) != 0)
            continue;
        scene_init(&scene);
        scenes[i].run(&scene);
        public(&scene, sizeof scene);
        printf("%s: %s\n", scenes[i].name, VALGRIND_COUNT_ERRORS == before ? "constant time" : "LEAKS");
        before = VALGRIND_COUNT_ERRORS;
    }
    return 0;
}
