/* What the verifier says is what the records show, in whichever way a round ends; and of a package in which one byte is another it says nothing. */
#include "node/tender/package.h"
#include "node/tender/proof.h"
#include "node/tender/verify.h"
#include "tests/support/folder.h"
#include "tests/support/memo.h"
#include "tests/support/round_play.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_said(struct topic *topic, const char *proven, const char *not_proven)
{
    char *text = verify_text(topic), *said, *open;

    assert_non_null(text);
    open = strstr(text, "Not proven");
    said = strstr(text, proven);
    assert_non_null(open);
    assert_true(said != NULL && said < open);
    if (not_proven != NULL) {
        said = strstr(text, not_proven);
        assert_true(said != NULL && said > open);
    }
    free(text);
}

static void what_the_deals_prove_is_said_and_no_more(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 8, .seed = 11 });

    (void)unused;
    round_play(r, BOX_BIDS);
    assert_said(r->topic, "a whole number below 65536", "That each figure is true");
    assert_said(r->topic, "8 homes joined, each counted once", "5 committee members together could have");
    round_free(r);
}

/* Each end has its own reason, and the two others are not claimed. */
static void a_round_that_ends_early_says_why(void **unused)
{
    struct round *few = round_new(&(struct round_plan){ .homes = 6, .seed = 12 }),
                 *idle = round_new(&(struct round_plan){ .homes = 7, .seed = 13 }),
                 *keyless = round_new(&(struct round_plan){ .homes = 7, .seed = 14 });

    (void)unused;
    round_play(few, BOX_REGISTRY);
    round_play(idle, BOX_KEY);
    for (unsigned i = 0; i < 6; i++)
        round_interest(idle, i, &idle->homes[i].pseudonym, 0, 0);
    round_close(idle, BOX_INTEREST);
    round_play(keyless, BOX_REGISTRY);
    round_key_deal(keyless, 1, 0);
    round_close(keyless, BOX_KEY);
    assert_said(few->topic, "Fewer than 7 homes enrolled", NULL);
    assert_said(idle->topic, "Fewer than 7 homes were interested", NULL);
    assert_said(keyless->topic, "Too few of the committee made its key", NULL);
    round_free(few);
    round_free(idle);
    round_free(keyless);
}

/* ---- One byte. */

static void change(const char *dir, enum package_file file, size_t at)
{
    char path[FOLDER_PATH + 32];
    FILE *f;
    int byte;

    snprintf(path, sizeof path, "%s/%s", dir, package_file_name(file));
    f = fopen(path, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, (long)at, SEEK_SET), 0);
    byte = fgetc(f);
    assert_int_equal(fseek(f, (long)at, SEEK_SET), 0);
    fputc(byte ^ 1, f);
    assert_int_equal(fclose(f), 0);
}

static void a_package_with_another_byte_is_refused(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 8, .seed = 15 });
    struct package made = { .data = { NULL } };
    struct failure why = { .text = "" };
    char dir[FOLDER_PATH];

    (void)unused;
    folder_new(dir);
    round_play(r, BOX_BIDS);
    assert_int_equal(package_write(dir, r->topic, NULL, &why), STATUS_OK);
    assert_int_equal(package_load(&made, dir, &why), STATUS_OK);
    for (size_t file = FILE_PROOF; file <= FILE_TEXT; file++)
        for (size_t at = 0; at < made.size[file]; at += made.size[file] / 24 + 1) {
            change(dir, (enum package_file)file, at);
            assert_int_equal(package_verify(NULL, NULL, dir, &why), STATUS_FORGED);
            change(dir, (enum package_file)file, at);
        }
    assert_int_equal(package_verify(NULL, NULL, dir, &why), STATUS_OK);
    package_clear(&made);
    round_free(r);
    folder_remove(dir);
}

/* ---- A member who says too much. WIRE 5.5. */

/* A list of member 1, whose id is below all of these. */
static struct round_record list_below(struct round *r, uint8_t (*others)[ID_SIZE], size_t count)
{
    for (uint8_t number = 1;; number++) {
        uint8_t room[64], prefix[SEEN_PREFIX_SIZE] = { 0xee, number };
        struct writer w = writer_to(room, sizeof room);
        struct round_record list;
        bool below = true;

        assert_true(number < UINT8_MAX);
        writer_array(&w, 1);
        writer_bin(&w, BYTES(prefix));
        round_record_make(r, &list, RECORD_SEEN, BOX_BIDS, round_signer(r, BOX_BIDS, 1), &w);
        for (size_t i = 0; i < count; i++)
            below = below && memcmp(list.id, others[i], ID_SIZE) < 0;
        if (below)
            return list;
        free(list.bytes);
    }
}

/* Two lists, and a third that its own cut names: a home that hears them in this order holds all three, one that goes by the ids has no room for the
 * last of them. What it leaves out has no effect, so there is a tender all the same, which everybody can read. */
static void a_member_who_says_too_much_does_not_spoil_the_tender(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 8, .seed = 16 });
    uint8_t lists[3][ID_SIZE], others[8][ID_SIZE], named[COMMITTEE_MAX][ID_SIZE];
    struct package_options options;
    struct failure why = { .text = "" };
    struct topic *kept = NULL;
    char dir[FOLDER_PATH];
    struct round_record third;
    unsigned quorum;
    uint8_t *bytes;
    size_t size;

    (void)unused;
    folder_new(dir);
    round_play(r, BOX_JOIN);
    quorum = round_rule(r, BOX_BIDS).quorum;
    for (unsigned i = 0; i < 2; i++) {
        memset(others, i + 1, sizeof others);
        memcpy(lists[i], round_seen(r, BOX_BIDS, 1, others, 1)->id, ID_SIZE);
    }
    for (unsigned m = 2; m <= quorum; m++)
        memcpy(named[m - 2], round_seen(r, BOX_BIDS, m, others, 1)->id, ID_SIZE);
    third = list_below(r, lists, 2);
    assert_int_equal(topic_add(r->topic, round_bytes(&third), 0), STATUS_FULL);
    memcpy(named[quorum - 1], third.id, ID_SIZE);
    round_cut(r, BOX_BIDS, 1, 0, round_settled(r, BOX_BIDS), named, quorum);
    assert_int_equal(topic_add(r->topic, round_bytes(&third), 0), STATUS_OK);
    free(third.bytes);

    assert_int_equal(proof_write(&bytes, &size, r->topic, NULL, &why), STATUS_OK);
    assert_int_equal(proof_read(&kept, &options, (struct bytes){ bytes, size }, &why), STATUS_FORGED);
    assert_int_equal(proof_keep(&kept, &options, (struct bytes){ bytes, size }, &why), STATUS_OK);
    assert_int_equal(topic_record_count(kept), topic_record_count(r->topic) - 1);
    assert_int_equal(topic_season(kept)->phase, PHASE_TENDER);
    assert_int_equal(package_write(dir, kept, &options, &why), STATUS_OK);
    topic_free(kept);
    free(bytes);
    round_free(r);
    folder_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_deals_prove_is_said_and_no_more),
        cmocka_unit_test(a_round_that_ends_early_says_why),
        cmocka_unit_test(a_package_with_another_byte_is_refused),
        cmocka_unit_test(a_member_who_says_too_much_does_not_spoil_the_tender),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
