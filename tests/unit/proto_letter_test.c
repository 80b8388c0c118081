/* A letter is for one inbox, from one pseudonym, about one round; whatever else it was made into is refused.
 */
#include "proto/form/letter.h"
#include "tests/support/bytes_altered.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct post {
    struct letter letter;
    struct sign_key home;
    struct group_key inbox;
    struct rng rng;
    uint8_t bytes[LETTER_MAX];
    size_t size;
};

static void post_init(struct post *post)
{
    static const uint8_t home_seed[KEY_SIZE] = { 1 }, inbox_seed[KEY_SIZE] = { 2 },
                         rng_seed[KEY_SIZE] = { 3 };

    sign_key_init(&post->home, home_seed);
    group_key_init(&post->inbox, inbox_seed);
    rng_init(&post->rng, rng_seed);
    post->letter = (struct letter){ .topic = { 9 },
                                    .lot = 1,
                                    .name = "Ada Lilas",
                                    .address = "3, rue des Lilas, 44000 Nantes",
                                    .note = "Mornings, please.",
                                    .values = { 2500, 0, UINT64_MAX },
                                    .value_count = 3 };
    memcpy(post->letter.pseudonym, post->home.public_key, KEY_SIZE);
    post->size = letter_seal(post->bytes, sizeof post->bytes, &post->letter, &post->home,
                             &post->inbox.public_point, &post->rng);
}

static enum status unseal(struct letter *out, const struct post *post)
{
    return letter_unseal(out, (struct bytes){ post->bytes, post->size }, &post->inbox, post->letter.topic,
                         NULL);
}

static void the_winner_reads_what_the_home_wrote(void **unused)
{
    struct letter found;
    struct post post;

    (void)unused;
    post_init(&post);
    assert_true(post.size > 0);
    assert_int_equal(unseal(&found, &post), STATUS_OK);
    assert_string_equal(found.name, post.letter.name);
    assert_string_equal(found.address, post.letter.address);
    assert_string_equal(found.meter, "");
    assert_string_equal(found.note, post.letter.note);
    assert_memory_equal(found.pseudonym, post.letter.pseudonym, KEY_SIZE);
    assert_int_equal(found.lot, 1);
    assert_int_equal(found.value_count, 3);
    assert_memory_equal(found.values, post.letter.values, sizeof found.values);
}

static bool accepts(void *arg)
{
    struct letter found;

    return unseal(&found, arg) == STATUS_OK;
}

static void no_byte_can_be_changed_and_none_is_missing(void **unused)
{
    struct letter found;
    struct post post;
    size_t size;

    (void)unused;
    post_init(&post);
    assert_int_equal(bytes_altered(post.bytes, post.size, accepts, &post), 0);
    for (size = post.size, post.size = 0; post.size < size; post.size += 7)
        assert_int_not_equal(unseal(&found, &post), STATUS_OK);
    post.size = LETTER_MAX;
    assert_int_equal(unseal(&found, &post), STATUS_FORGED);
    assert_int_equal(letter_unseal(&found, (struct bytes){ post.bytes, LETTER_MAX + 1 }, &post.inbox,
                                   post.letter.topic, NULL),
                     STATUS_MALFORMED);
}

static void another_inbox_or_round_cannot_open_it(void **unused)
{
    static const uint8_t other_seed[KEY_SIZE] = { 4 };
    struct letter found = { .lot = 77 };
    struct failure why = { .text = "" };
    struct group_key other;
    struct post post;

    (void)unused;
    post_init(&post);
    group_key_init(&other, other_seed);
    assert_int_equal(
        letter_unseal(&found, (struct bytes){ post.bytes, post.size }, &other, post.letter.topic, &why),
        STATUS_FORGED);
    assert_non_null(strstr(why.text, "not sealed"));
    assert_int_equal(
        letter_unseal(&found, (struct bytes){ post.bytes, post.size }, &post.inbox, other_seed, &why),
        STATUS_FORGED);
    assert_int_equal(found.lot, 77);
}

/* The winner opens a letter and seals its content, signature and all, to somebody else. */
static void a_letter_cannot_be_handed_on_as_written_to_another(void **unused)
{
    static const uint8_t other_seed[KEY_SIZE] = { 4 };
    uint8_t plain[LETTER_MAX], again[LETTER_MAX];
    struct bytes context;
    struct failure why = { .text = "" };
    struct group_key other;
    struct letter found;
    struct post post;

    (void)unused;
    post_init(&post);
    context = BYTES(post.letter.topic);
    group_key_init(&other, other_seed);
    assert_true(seal_open(plain, &post.inbox, context, (struct bytes){ post.bytes, post.size }));
    seal_make(again, &other.public_point, context, (struct bytes){ plain, post.size - SEAL_OVERHEAD },
              &post.rng);
    assert_int_equal(
        letter_unseal(&found, (struct bytes){ again, post.size }, &other, post.letter.topic, &why),
        STATUS_FORGED);
    assert_non_null(strstr(why.text, "not signed"));
    /* A topic inside that is not the one outside. */
    seal_make(again, &post.inbox.public_point, BYTES(other_seed),
              (struct bytes){ plain, post.size - SEAL_OVERHEAD }, &post.rng);
    assert_int_equal(letter_unseal(&found, (struct bytes){ again, post.size }, &post.inbox, other_seed, &why),
                     STATUS_FORGED);
    assert_non_null(strstr(why.text, "another round"));
    /* Sealed well, and no letter at all. */
    seal_make(again, &post.inbox.public_point, context, (struct bytes){ plain, 40 }, &post.rng);
    assert_int_equal(letter_unseal(&found, (struct bytes){ again, 40 + SEAL_OVERHEAD }, &post.inbox,
                                   post.letter.topic, &why),
                     STATUS_MALFORMED);
}

static void the_largest_letter_fits_and_a_bad_one_is_not_sealed(void **unused)
{
    static const uint8_t other_seed[KEY_SIZE] = { 4 };
    struct letter found, good;
    struct sign_key other;
    struct post post;

    (void)unused;
    post_init(&post);
    memset(post.letter.name, 'n', sizeof post.letter.name - 1);
    memset(post.letter.address, 'a', sizeof post.letter.address - 1);
    memset(post.letter.meter, 'm', sizeof post.letter.meter - 1);
    memset(post.letter.note, 'o', sizeof post.letter.note - 1);
    memset(post.letter.values, 0xff, sizeof post.letter.values);
    post.letter.value_count = DEAL_VALUES_MAX;
    good = post.letter;
#define SEALED(room, key) \
    letter_seal(post.bytes, room, &post.letter, key, &post.inbox.public_point, &post.rng)
    post.size = SEALED(LETTER_MAX, &post.home);
    assert_true(post.size > 0);
    assert_int_equal(unseal(&found, &post), STATUS_OK);
    assert_memory_equal(found.values, good.values, sizeof found.values);
    assert_int_equal(SEALED(post.size, &post.home), post.size);
    assert_int_equal(SEALED(post.size - 1, &post.home), 0);
    sign_key_init(&other, other_seed);
    assert_int_equal(SEALED(LETTER_MAX, &other), 0); /* not the pseudonym in the letter */
    post.letter.value_count = DEAL_VALUES_MAX + 1;
    assert_int_equal(SEALED(LETTER_MAX, &post.home), 0);
    post.letter = good;
    post.letter.name[0] = '\0';
    assert_int_equal(SEALED(LETTER_MAX, &post.home), 0);
    post.letter = good;
    post.letter.note[3] = '\n';
    assert_int_equal(SEALED(LETTER_MAX, &post.home), 0);
    post.letter = good;
    post.letter.meter[sizeof post.letter.meter - 1] = 'm';
    assert_int_equal(SEALED(LETTER_MAX, &post.home), 0);
    post.letter = good;
    post.letter.lot = LOTS_MAX;
    assert_int_equal(SEALED(LETTER_MAX, &post.home), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_winner_reads_what_the_home_wrote),
        cmocka_unit_test(no_byte_can_be_changed_and_none_is_missing),
        cmocka_unit_test(another_inbox_or_round_cannot_open_it),
        cmocka_unit_test(a_letter_cannot_be_handed_on_as_written_to_another),
        cmocka_unit_test(the_largest_letter_fits_and_a_bad_one_is_not_sealed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
