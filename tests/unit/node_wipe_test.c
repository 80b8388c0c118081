/* The keys of a home, and the words that seal them, are in no memory that is given back and nowhere on the stack, whichever call fails on the way:
 * each allocation and each call to the disk in its turn. */
#include "tests/support/fault.h"

#include "crypto/crypto.h"
#include "node/home/home.h"
#include "node/home/node.h"
#include "node/home/passphrase.h"
#include "node/wish/wish.h"
#include "tests/support/folder.h"
#include "tests/support/left.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sodium.h>
#include <sys/stat.h>

#define WORDS "correct horse battery"

enum { SECRETS = 4 };

static char dir[FOLDER_PATH], home[FOLDER_PATH + 32], said[FOLDER_PATH + 32];
static uint8_t secret[KEY_SIZE], seed[KEY_SIZE], store_key[KEY_SIZE];
static const struct {
    const char *name;
    const void *bytes;
    size_t size;
} secrets[SECRETS] = { { "the secret", secret, KEY_SIZE }, { "the seed", seed, KEY_SIZE }, { "the key of the store", store_key, KEY_SIZE },
                       { "the passphrase", WORDS, sizeof WORDS - 1 } };
static const char *freed;

/* A thousand openings need no argon2id. */
int crypto_pwhash(unsigned char *const out, unsigned long long size, const char *const words, unsigned long long words_size,
                  const unsigned char *const salt, unsigned long long passes, size_t memory, int kind)
{
    (void)passes;
    (void)memory;
    (void)kind;
    return crypto_generichash(out, size, (const unsigned char *)words, words_size, salt, crypto_pwhash_SALTBYTES);
}

static void watch(const void *data, size_t size)
{
    for (size_t i = 0; i < SECRETS; i++)
        if (memmem(data, size, secrets[i].bytes, LEFT_WORD) != NULL)
            freed = secrets[i].name;
}

static int home_up(void **state)
{
    FILE *out;

    (void)state;
    folder_new(dir);
    snprintf(home, sizeof home, "%s/home", dir);
    snprintf(said, sizeof said, "%s/said", dir);
    memset(secret, 0, sizeof secret);
    for (uint8_t i = 0; i < KEY_SIZE; i++)
        secret[i] = (uint8_t)(0x91 * (i + 7));
    home_keys_of(secret, seed, store_key);
    out = fopen(said, "w");
    assert_non_null(out);
    fprintf(out, "%s\n", WORDS);
    fclose(out);
    assert_int_equal(chmod(said, 0600), 0);
    setenv("COOPAIR_PASSPHRASE_FILE", said, 1);
    return 0;
}

static int home_down(void **state)
{
    (void)state;
    folder_remove(dir);
    return 0;
}

/* ---- What is done. */

struct doing {
    void (*begin)(void);
    enum status (*run)(struct failure *why);
    long k; /* the call that fails */
    bool fired;
    enum status status;
};

static void run(void *arg)
{
    struct doing *doing = arg;
    struct failure why = { .text = "" };

    fault_freed = watch;
    fault_arm(FAULT_MEMORY | FAULT_DISK, doing->k, false);
    doing->status = doing->run(&why);
    doing->fired = fault_disarm();
    fault_freed = NULL;
}

static void leaves_nothing(void (*begin)(void), enum status (*what)(struct failure *why))
{
    struct doing doing = { begin, what, 0, true, STATUS_OK };

    for (doing.k = 1; doing.fired; doing.k++) {
        assert_true(doing.k < 100000);
        doing.begin();
        freed = NULL;
        left_call(run, &doing);
        if (freed != NULL)
            fail_msg("%s was given back, call %ld", freed, doing.k);
        for (size_t i = 0; i < SECRETS; i++)
            if (left_of(secrets[i].bytes, secrets[i].size))
                fail_msg("%s is left on the stack, call %ld", secrets[i].name, doing.k);
        if (!doing.fired)
            assert_int_equal(doing.status, STATUS_OK);
    }
    assert_true(doing.k > 3);
}

static struct bytes words(void)
{
    return (struct bytes){ (const uint8_t *)WORDS, sizeof WORDS - 1 };
}

static void nowhere(void)
{
    folder_remove(dir);
    home_up(NULL);
}

static void plain(void)
{
    nowhere();
    assert_int_equal(home_make(home, secret, NULL), STATUS_OK);
}

static void sealed(void)
{
    plain();
    assert_int_equal(home_reseal(home, words(), NULL), STATUS_OK);
}

static enum status make(struct failure *why)
{
    return home_make(home, secret, why);
}

/* Into memory that is not the stack's. */
static enum status keys(struct failure *why)
{
    static uint8_t out[2][KEY_SIZE];

    return home_keys(home, out[0], out[1], why);
}

static enum status reseal(struct failure *why)
{
    return home_reseal(home, words(), why);
}

static enum status unseal(struct failure *why)
{
    return home_reseal(home, (struct bytes){ NULL, 0 }, why);
}

static enum status run_a_node(struct failure *why)
{
    struct node *node;
    enum status status = node_open(&node, home, wishes_try, "", NULL, 1800000000000, why);

    if (status == STATUS_OK && node_trouble(node) != NULL)
        status = STATUS_DISK;
    if (status == STATUS_OK || node != NULL)
        node_close(node);
    return status;
}

/* ---- */

static void making_a_home_leaves_nothing(void **state)
{
    (void)state;
    leaves_nothing(nowhere, make);
}

static void reading_its_keys_leaves_nothing(void **state)
{
    (void)state;
    leaves_nothing(plain, keys);
    leaves_nothing(sealed, keys);
}

static void sealing_and_unsealing_leave_nothing(void **state)
{
    (void)state;
    leaves_nothing(plain, reseal);
    leaves_nothing(sealed, unseal);
}

static void a_node_that_starts_and_ends_leaves_nothing(void **state)
{
    (void)state;
    leaves_nothing(plain, run_a_node);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(making_a_home_leaves_nothing, home_up, home_down),
        cmocka_unit_test_setup_teardown(reading_its_keys_leaves_nothing, home_up, home_down),
        cmocka_unit_test_setup_teardown(sealing_and_unsealing_leave_nothing, home_up, home_down),
        cmocka_unit_test_setup_teardown(a_node_that_starts_and_ends_leaves_nothing, home_up, home_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
