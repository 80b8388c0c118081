/* A key file sealed under a passphrase: opened by it alone, and never lost on the way from one to another. */
#include "tests/support/fault.h"

#include "node/home/home.h"
#include "node/home/passphrase.h"
#include "store/store.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <dlfcn.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define OLD "correct horse battery"
#define NEW "staple, or something else"

static char dir[FOLDER_PATH], home[FOLDER_PATH + 32], key[FOLDER_PATH + 48], said[FOLDER_PATH + 32];
static struct failure why;

/* Where it is about files and not about guessing, hundreds of openings need no argon2id. */
static bool quick;

int crypto_pwhash(unsigned char *const out, unsigned long long size, const char *const words,
                  unsigned long long words_size, const unsigned char *const salt, unsigned long long passes,
                  size_t memory, int kind)
{
    int (*real)(unsigned char *const, unsigned long long, const char *const, unsigned long long,
                const unsigned char *const, unsigned long long, size_t, int);

    if (quick)
        return crypto_generichash(out, size, (const unsigned char *)words, words_size, salt,
                                  crypto_pwhash_SALTBYTES);
    *(void **)&real = dlsym(RTLD_NEXT, "crypto_pwhash");
    return real(out, size, words, words_size, salt, passes, memory, kind);
}

static struct bytes words(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

/* As the household would say it, in its own file. */
static void say(const char *passphrase)
{
    FILE *out = fopen(said, "w");

    assert_non_null(out);
    fprintf(out, "%s\n", passphrase);
    fclose(out);
    assert_int_equal(chmod(said, 0600), 0);
    setenv("COOPAIR_PASSPHRASE_FILE", said, 1);
}

static int home_up(void **state)
{
    (void)state;
    folder_new(dir);
    snprintf(home, sizeof home, "%s/home", dir);
    snprintf(key, sizeof key, "%s/key", home);
    snprintf(said, sizeof said, "%s/passphrase", dir);
    unsetenv("COOPAIR_PASSPHRASE_FILE");
    unsetenv("CREDENTIALS_DIRECTORY");
    return 0;
}

static int quick_up(void **state)
{
    quick = true;
    return home_up(state);
}

static int home_down(void **state)
{
    (void)state;
    quick = false;
    folder_remove(dir);
    return 0;
}

static void it_opens_with_the_passphrase_and_with_nothing_else(void **unused)
{
    uint8_t plain[KEY_SIZE], secret[KEY_SIZE], seed[KEY_SIZE], store_key[KEY_SIZE];
    struct stat found;
    bool sealed;

    (void)unused;
    assert_int_equal(home_init(home, words(OLD), &why), STATUS_OK);
    assert_int_equal(home_sealed(&sealed, home, &why), STATUS_OK);
    assert_true(sealed);
    assert_int_equal(stat(key, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    assert_int_equal(home_keys(home, seed, store_key, &why), STATUS_DENIED); /* nobody to ask */
    assert_non_null(strstr(why.text, "COOPAIR_PASSPHRASE_FILE"));
    say(NEW);
    assert_int_equal(home_keys(home, seed, store_key, &why), STATUS_DENIED);
    assert_non_null(strstr(why.text, "not the passphrase"));
    say(OLD);
    assert_int_equal(home_secret(home, secret, &why), STATUS_OK);
    assert_int_equal(home_reseal(home, words(""), &why), STATUS_OK);
    unsetenv("COOPAIR_PASSPHRASE_FILE");
    assert_int_equal(home_sealed(&sealed, home, &why), STATUS_OK);
    assert_false(sealed);
    assert_int_equal(home_secret(home, plain, &why), STATUS_OK);
    assert_memory_equal(plain, secret, KEY_SIZE);
}

static void a_systemd_credential_opens_it(void **unused)
{
    uint8_t secret[KEY_SIZE];
    char credential[FOLDER_PATH + 48];

    (void)unused;
    assert_int_equal(home_init(home, words(OLD), &why), STATUS_OK);
    say(OLD);
    snprintf(credential, sizeof credential, "%s/coopair.passphrase", dir);
    assert_int_equal(rename(said, credential), 0);
    unsetenv("COOPAIR_PASSPHRASE_FILE");
    setenv("CREDENTIALS_DIRECTORY", dir, 1);
    assert_int_equal(home_secret(home, secret, &why), STATUS_OK);
    assert_int_equal(chmod(credential, 0644), 0);
    assert_int_equal(home_secret(home, secret, &why), STATUS_DENIED);
    assert_non_null(strstr(why.text, "chmod 600"));
}

static void a_file_that_was_altered_is_refused(void **unused)
{
    static const long places[] = { 0, 11, 13, 20, 40, 60, 103 };
    uint8_t secret[KEY_SIZE];

    (void)unused;
    assert_int_equal(home_init(home, words(OLD), &why), STATUS_OK);
    say(OLD);
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        FILE *file = fopen(key, "r+");
        int byte;

        assert_non_null(file);
        fseek(file, places[i], SEEK_SET);
        byte = fgetc(file);
        fseek(file, places[i], SEEK_SET);
        fputc(byte ^ 0x40, file);
        fclose(file);
        assert_true(home_secret(home, secret, &why) != STATUS_OK);
        file = fopen(key, "r+");
        fseek(file, places[i], SEEK_SET);
        fputc(byte, file);
        fclose(file);
    }
    assert_int_equal(home_secret(home, secret, &why), STATUS_OK);
}

/* One of the two opens it, and it is the same home. */
static void opens(const uint8_t secret[KEY_SIZE], const char *before, const char *after)
{
    const char *const tries[] = { before, after };
    uint8_t found[KEY_SIZE];
    bool sealed, opened = false;

    assert_int_equal(home_sealed(&sealed, home, &why), STATUS_OK);
    for (size_t i = 0; i < ARRAY_SIZE(tries) && !opened; i++) {
        if ((tries[i][0] != '\0') != sealed)
            continue;
        say(tries[i]);
        opened = home_secret(home, found, &why) == STATUS_OK;
    }
    assert_true(opened);
    assert_memory_equal(found, secret, KEY_SIZE);
}

/* Every disk call fails once, alone and with all after it. */
static void whatever_fails_one_of_the_two_opens_it(void **unused)
{
    uint8_t secret[KEY_SIZE];

    (void)unused;
    assert_int_equal(home_init(home, words(OLD), &why), STATUS_OK);
    say(OLD);
    assert_int_equal(home_secret(home, secret, &why), STATUS_OK);
    for (int for_good = 0; for_good < 2; for_good++)
        for (long k = 1, fired = 1; fired; k++) {
            enum status status;

            fault_arm(FAULT_DISK, k, for_good);
            status = home_reseal(home, words(NEW), &why);
            fired = fault_disarm();
            assert_true(status == STATUS_OK || fired);
            opens(secret, OLD, NEW);
            assert_int_equal(home_reseal(home, words(OLD), &why), STATUS_OK); /* and it can be repeated */
            say(OLD);
        }
}

static long deaths;

static void die_at(int fd, off_t offset, const void *data, size_t size)
{
    (void)fd;
    (void)offset;
    (void)data;
    (void)size;
    if (--deaths == 0)
        _exit(9);
}

/* Killed after each write and each sync. */
static void killed_on_the_way_one_of_the_two_opens_it(void **unused)
{
    static const char *const steps[][2] = { { OLD, NEW }, { OLD, "" }, { "", NEW } };
    uint8_t secret[KEY_SIZE];

    (void)unused;
    assert_int_equal(home_init(home, words(""), &why), STATUS_OK);
    assert_int_equal(home_secret(home, secret, &why), STATUS_OK);
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
        for (long k = 1, killed = 1; killed; k++) {
            int status;
            pid_t child;

            assert_int_equal(home_reseal(home, words(steps[i][0]), &why), STATUS_OK);
            say(steps[i][0]);
            child = fork();
            if (child == 0) {
                deaths = k;
                fault_watch = die_at;
                _exit(home_reseal(home, words(steps[i][1]), NULL) == STATUS_OK ? 0 : 1);
            }
            assert_int_equal(waitpid(child, &status, 0), child);
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 1);
            killed = WEXITSTATUS(status) == 9;
            opens(secret, steps[i][0], steps[i][1]);
        }
}

static void nothing_of_a_kill_stays_after_the_next_change(void **unused)
{
    char beside[FOLDER_PATH + 48];
    uint8_t secret[KEY_SIZE];
    FILE *left;

    (void)unused;
    assert_int_equal(home_init(home, words(OLD), &why), STATUS_OK);
    say(OLD);
    snprintf(beside, sizeof beside, "%s/key.new", home);
    left = fopen(beside, "w");
    fputs("thirty-two bytes of an old secret", left);
    fclose(left);
    assert_int_equal(home_reseal(home, words(NEW), &why), STATUS_OK);
    assert_true(access(beside, F_OK) != 0);
    say(NEW);
    assert_int_equal(home_secret(home, secret, &why), STATUS_OK);
}

#define STORY(test) cmocka_unit_test_setup_teardown(test, home_up, home_down)
#define QUICK(test) cmocka_unit_test_setup_teardown(test, quick_up, home_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(it_opens_with_the_passphrase_and_with_nothing_else),
        STORY(a_systemd_credential_opens_it),
        STORY(a_file_that_was_altered_is_refused),
        QUICK(whatever_fails_one_of_the_two_opens_it),
        QUICK(killed_on_the_way_one_of_the_two_opens_it),
        QUICK(nothing_of_a_kill_stays_after_the_next_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
