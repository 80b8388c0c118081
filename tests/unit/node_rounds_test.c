/* A round as three homes and two companies live it, by the requests their commands send; and what each
 * request says at the wrong time. */
#include "node/command/company.h"
#include "node/tender/proof.h"
#include "node/tender/tender.h"
#include "store/layout.h"
#include "tests/support/small_street.h"

#include <setjmp.h>

#include <cmocka.h>
#include <sodium.h>

static struct nodes street;
static uint8_t round_id[ID_SIZE];
static char code[CODE_MAX], id_text[2 * ID_SIZE + 1];

/* ---- Asking. */

#define refused(reply, status, words) assert_true(nodes_refused(reply, status, words))

static json_t *show(unsigned home)
{
    return nodes_answered(nodes_ask(&street, home, "round.show", "{s:s}", "round", id_text));
}

static json_t *lot_of(json_t *round, size_t lot)
{
    return json_array_get(json_object_get(round, "lots"), lot);
}

/* ---- Waiting. */

static bool phase_everywhere(struct nodes *n, enum phase phase)
{
    for (unsigned i = 0; i < n->count; i++) {
        const struct season *season = small_season(n, i, round_id);

        if (season == NULL || season->phase != phase)
            return false;
    }
    return true;
}

static bool all_know(struct nodes *n)
{
    for (unsigned i = 0; i < n->count; i++)
        if (small_season(n, i, round_id) == NULL)
            return false;
    return true;
}

static bool join_opens(struct nodes *n)
{
    for (unsigned i = 0; i < n->count; i++)
        if (small_season(n, i, round_id)->boxes[BOX_JOIN].state != BOX_OPEN)
            return false;
    return true;
}

static bool tender_comes(struct nodes *n)
{
    return phase_everywhere(n, PHASE_TENDER);
}

static bool award_comes(struct nodes *n)
{
    return phase_everywhere(n, PHASE_AWARDED);
}

static bool bids_are_everywhere(struct nodes *n)
{
    for (unsigned i = 0; i < n->count; i++)
        if (small_season(n, i, round_id)->boxes[BOX_BIDS].dealt != 2)
            return false;
    return true;
}

/* ---- The story, in order. */

static void the_code_of_one_home_lets_the_others_in(void **unused)
{
    char lower[CODE_MAX];
    json_t *reply;

    (void)unused;
    nodes_open(&street, SMALL_HOMES);
    small_found(&street, code, round_id);
    tender_hex(id_text, round_id, ID_SIZE);
    for (size_t i = 0; i <= strlen(code); i++)
        lower[i] = code[i] >= 'A' && code[i] <= 'Z' ? (char)(code[i] + 32) : code[i] == '-' ? ' ' : code[i];
    for (unsigned i = 1; i < SMALL_HOMES; i++) {
        reply = nodes_answered(nodes_ask(&street, i, "group.join", "{s:s}", "code", i == 1 ? code : lower));
        assert_false(field_flag(reply, "known_before"));
        json_decref(reply);
    }
    reply = nodes_answered(nodes_ask(&street, 1, "group.join", "{s:s}", "code", code));
    assert_true(field_flag(reply, "known_before"));
    json_decref(reply);
    assert_true(nodes_until(&street, 8, all_know));
    reply = nodes_answered(nodes_ask(&street, 1, "group.invite", "{s:s}", "group", "Pellets, rue des Lilas"));
    assert_string_equal(field_text(reply, "address"), street.list[1].address);
    json_decref(reply);
    reply = nodes_answered(nodes_ask(&street, 1, "group.show", "{}"));
    assert_true(field_uint(reply, "met") >= 1);
    assert_int_equal(json_array_size(json_object_get(reply, "rounds")), 1);
    json_decref(reply);
}

static void what_comes_later_is_refused_by_its_phase(void **unused)
{
    (void)unused;
    refused(nodes_ask(&street, 0, "tender.show", "{s:s}", "round", id_text), "EARLY", "not opened yet");
    refused(nodes_ask(&street, 0, "tender.export", "{s:s, s:i}", "round", id_text, "offset", 0), "EARLY",
            "not opened yet");
    refused(nodes_ask(&street, 0, "offer.show", "{s:s}", "round", id_text), "EARLY", "coopair round show");
    refused(nodes_ask(&street, 0, "offer.letter", "{s:s, s:s}", "round", id_text, "name", "Ada"), "EARLY",
            "coopair round show");
    refused(nodes_ask(&street, 0, "round.show", "{s:s}", "round", "ffffffff"), "MISSING",
            "coopair round list");
}

static void a_plan_names_every_datum_and_refuses_nonsense(void **unused)
{
    static const struct {
        const char *lot, *quantity, *words;
    } bad[] = {
        { "0", NULL, "lots 1 to 2" },        { "3", NULL, "lots 1 to 2" },
        { "1:1", NULL, "no lot of fewer" },  { "x", NULL, "a lot is" },
        { "1:", NULL, "a lot is" },          { "1:99999", NULL, "a lot is" },
        { "-1", NULL, "a lot is" },          { "1", "Gold=3", "no item" },
        { "1", "Pellets", "ITEM=N" },        { "1", "Pellets=-3", "ITEM=N" },
        { "1", "Pellets=70000", "ITEM=N" },  { "1", "Pellets=", "ITEM=N" },
        { "1", "In at=1", "more than one" }, { "1", "=3", "no item" },
    };
    json_t *plan;

    (void)unused;
    for (unsigned i = 0; i < SMALL_HOMES; i++)
        small_meter(&street, i, 300000 + 50000 * i);
    plan = nodes_answered(nodes_ask(&street, 0, "round.plan", "{s:s}", "round", id_text));
    assert_true(json_is_null(json_object_get(plan, "report"))); /* the profile stays, until that is allowed */
    json_decref(plan);
    for (unsigned i = 0; i < SMALL_HOMES; i++)
        small_allow(&street, i, "profile");
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        refused(nodes_ask(&street, 0, "round.plan", "{s:s, s:[s], s:o}", "round", id_text, "lots", bad[i].lot,
                          "quantities",
                          bad[i].quantity == NULL ? json_array() : json_pack("[s]", bad[i].quantity)),
                "MALFORMED", bad[i].words);
    refused(nodes_ask(&street, 0, "round.plan", "{s:[s,s]}", "lots", "1", "1"), "MALFORMED", "twice");
    refused(nodes_ask(&street, 0, "round.plan", "{s:i}", "limit", 101), "MALFORMED", "limit");
    refused(nodes_ask(&street, 0, "round.plan", "{s:[i]}", "values", 1), "MALFORMED", "5 numbers");
    plan = nodes_answered(nodes_ask(&street, 0, "round.plan", "{s:[s,s], s:[s]}", "lots", "2:3", "1",
                                    "quantities", "pellets=1234"));
    assert_int_equal(field_uint(json_object_get(plan, "encrypted"), "Pellets"), 1234);
    assert_int_equal(json_array_size(json_object_get(plan, "values")), 5);
    assert_int_equal(json_array_size(json_object_get(plan, "clear")), 3); /* a cell, two lots */
    json_decref(plan);
    plan = nodes_answered(nodes_ask(&street, 0, "round.plan", "{s:b}", "interest", 0));
    assert_true(json_is_null(json_object_get(plan, "report")));
    assert_int_equal(json_array_size(json_object_get(plan, "clear")), 2);
    json_decref(plan);
    json_t *round = show(0); /* a plan is a plan: nothing was kept */
    assert_false(field_flag(json_object_get(round, "wish"), "join"));
    json_decref(round);
}

static uint64_t expected; /* kilograms of all who joined, as their plans said */

static void joining_early_is_kept_and_dealt_in_time(void **unused)
{
    json_t *reply;

    (void)unused;
    for (unsigned i = 0; i < SMALL_HOMES; i++) {
        reply = nodes_answered(
            nodes_ask(&street, i, "round.join", "{s:s, s:[s]}", "round", id_text, "lots", "1"));
        assert_false(field_flag(json_object_get(json_object_get(reply, "round"), "own"), "joined"));
        if (i != 2)
            expected += field_uint(json_object_get(reply, "encrypted"), "Pellets");
        json_decref(reply);
    }
    nodes_kill(&street, 1);
    nodes_start(&street, 1);
    assert_true(nodes_until(&street, 60, join_opens));
    reply = show(2);
    assert_true(field_flag(json_object_get(reply, "own"), "joined"));
    assert_int_equal(json_array_size(json_object_get(reply, "cells_estimate")), 4);
    assert_true(json_is_integer(json_object_get(reply, "resemble")));
    json_decref(reply);
}

static void a_home_may_leave_come_back_and_change_its_mind(void **unused)
{
    json_t *reply;

    (void)unused;
    reply = nodes_answered(nodes_ask(&street, 2, "round.leave", "{s:s}", "round", id_text));
    assert_true(field_flag(reply, "withdrawn"));
    assert_false(field_flag(json_object_get(json_object_get(reply, "round"), "own"), "joined"));
    json_decref(reply);
    reply = nodes_answered(nodes_ask(&street, 2, "round.join", "{s:s, s:[s], s:[s]}", "round", id_text,
                                     "lots", "1", "quantities", "Pellets=2222"));
    assert_true(field_flag(json_object_get(json_object_get(reply, "round"), "own"), "joined"));
    json_decref(reply);
    expected += 2222;
    assert_int_equal(small_journal(&street, 2, "withdrew", "no lot"), 1);
    assert_int_equal(small_journal(&street, 2, "sent encrypted", "Pellets: 2222 kg"), 1);
    size_t records = topic_record_count(core_topic_find(node_core(street.list[2].node), round_id));
    json_decref(nodes_answered(nodes_ask(&street, 2, "round.join", "{s:s, s:[s], s:[s]}", "round", id_text,
                                         "lots", "1", "quantities", "Pellets=2222")));
    assert_int_equal(topic_record_count(core_topic_find(node_core(street.list[2].node), round_id)),
                     records); /* said twice is said once */
}

static void the_total_is_exact_and_then_nobody_may_come_or_go(void **unused)
{
    (void)unused;
    assert_true(nodes_until(&street, 120, tender_comes));
    for (unsigned i = 0; i < SMALL_HOMES; i++) {
        json_t *round = show(i);

        assert_int_equal(field_uint(json_object_get(lot_of(round, 0), "totals"), "Pellets"), expected);
        assert_int_equal(field_uint(lot_of(round, 0), "homes"), 3);
        assert_null(
            json_object_get(json_object_get(lot_of(round, 0), "totals"), "Paid today")); /* opened late */
        assert_false(field_flag(lot_of(round, 1), "formed"));
        json_decref(round);
    }
    refused(nodes_ask(&street, 0, "round.join", "{s:s}", "round", id_text), "EARLY", "no more homes");
    refused(nodes_ask(&street, 0, "round.leave", "{s:s}", "round", id_text), "EARLY", "offer decline");
    refused(nodes_ask(&street, 0, "offer.show", "{s:s}", "round", id_text), "EARLY", "coopair round show");
}

/* ---- Companies. */

static struct company_keys companies[2];
static uint8_t sealed[2][RECORD_MAX];
static size_t sealed_size[2];

static struct topic *exported(unsigned home)
{
    struct package_options options;
    struct topic *topic;
    json_t *reply = nodes_answered(
        nodes_ask(&street, home, "tender.export", "{s:s, s:i}", "round", id_text, "offset", 0));
    size_t size = field_uint(reply, "size"), got;
    uint8_t *proof = malloc(size);

    assert_non_null(proof);
    assert_true(base64_read(proof, size, &got, field_text(reply, "data")));
    assert_int_equal(got, size); /* small enough for one portion */
    assert_int_equal(proof_read(&topic, &options, (struct bytes){ proof, size }, NULL), STATUS_OK);
    json_decref(reply);
    free(proof);
    return topic;
}

static void a_company_reads_the_tender_and_its_sealed_bid_is_passed_on(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 9 };
    struct topic *topic = exported(1);
    json_t *reply =
        nodes_answered(nodes_ask(&street, 2, "tender.show", "{s:s, s:b}", "round", id_text, "release", 1));
    char text[2 * RECORD_MAX];
    struct rng rng;

    (void)unused;
    assert_non_null(strstr(field_text(reply, "text"), "Pellets, rue des Lilas"));
    assert_true(json_is_object(json_object_get(reply, "ocds")));
    json_decref(reply);
    rng_init(&rng, seed);
    for (unsigned i = 0; i < 2; i++) {
        struct bid bid = { .contact = "sales@example.org",
                           .lot_count = 1,
                           .price_count = 1,
                           .lots = {
                               { .fixed_cents = 1000, .steps = { { 1, { 3000 + i } } }, .step_count = 1 } } };
        uint8_t keys[2][KEY_SIZE] = { { 1, (uint8_t)i }, { 2, (uint8_t)i } };
        struct failure why = { .text = "" };

        strcpy(bid.company, i == 0 ? "Bois SARL" : "Granulés Réunis");
        sign_key_init(&companies[i].sign, keys[0]);
        group_key_init(&companies[i].inbox, keys[1]);
        bid.inbox = companies[i].inbox.public_point;
        sealed_size[i] = bid_seal(sealed[i], RECORD_MAX, topic, &bid, &companies[i].sign, &rng, &why);
        assert_string_equal(why.text, "");
        assert_true(sealed_size[i] > 0);
        sodium_bin2base64(text, sizeof text, sealed[i], sealed_size[i], sodium_base64_VARIANT_ORIGINAL);
        for (int again = 0; again < 2; again++) {
            reply = nodes_answered(nodes_ask(&street, i + 1, "bid.send", "{s:s}", "record", text));
            assert_int_equal(field_flag(reply, "known_before"), again);
            assert_int_equal(strlen(field_text(reply, "record")), 64);
            json_decref(reply);
        }
    }
    topic_free(topic);
    assert_true(nodes_until(&street, 5, bids_are_everywhere));
}

static void what_is_no_bid_for_a_round_of_ours_is_refused(void **unused)
{
    struct topic *topic = core_topic_find(node_core(street.list[0].node), round_id);
    char text[2 * RECORD_MAX];
    uint8_t altered[RECORD_MAX];

    (void)unused;
    refused(nodes_ask(&street, 0, "bid.send", "{s:s}", "record", "***"), "MALFORMED", "base 64");
    refused(nodes_ask(&street, 0, "bid.send", "{}"), "MALFORMED", "not a sealed bid");
    refused(nodes_ask(&street, 0, "bid.send", "{s:s}", "record", "aGVsbG8="), "MALFORMED",
            "not a sealed bid");
    for (size_t i = 0; i < topic_record_count(topic); i++) { /* a record of another kind or box is none */
        struct bytes record = topic_record_at(topic, i);

        sodium_bin2base64(text, sizeof text, record.data, record.size, sodium_base64_VARIANT_ORIGINAL);
        refused(nodes_ask(&street, 0, "bid.send", "{s:s}", "record", text), "MALFORMED", "not a sealed bid");
        break;
    }
    memcpy(altered, sealed[0], sealed_size[0]);
    altered[sealed_size[0] / 2] ^= 1; /* the sealed prices */
    sodium_bin2base64(text, sizeof text, altered, sealed_size[0], sodium_base64_VARIANT_ORIGINAL);
    refused(nodes_ask(&street, 0, "bid.send", "{s:s}", "record", text), "FORGED", "");
    altered[6] ^= 1; /* the round */
    sodium_bin2base64(text, sizeof text, altered, sealed_size[0], sodium_base64_VARIANT_ORIGINAL);
    refused(nodes_ask(&street, 0, "bid.send", "{s:s}", "record", text), "MISSING", "does not follow");
}

/* ---- The award. */

/* The nonces of every setting a store holds: 24 bytes found nowhere else. */
static uint8_t nonces[256][SEAL_NONCE];
static size_t nonce_count;

static bool nonce_note(void *arg, const struct store_entry *entry)
{
    (void)arg;
    if (entry->key.data[0] == TABLE_SETTING && nonce_count < ARRAY_SIZE(nonces))
        memcpy(nonces[nonce_count++], entry->value.data, SEAL_NONCE);
    return true;
}

static void nonces_of(unsigned home)
{
    struct store_txn *txn = store_begin(node_store(street.list[home].node), STORE_READ);

    store_entry_scan(txn, nonce_note, NULL);
    assert_int_equal(store_commit(txn, NULL), STATUS_OK);
}

/* How many of the first `count` nonces are in the file of the store. */
static size_t nonces_in_file(unsigned home, size_t count)
{
    char path[FOLDER_PATH + 16];
    size_t found = 0, size;
    uint8_t *bytes;
    FILE *file;

    snprintf(path, sizeof path, "%s/store.mdb", street.list[home].folder);
    file = fopen(path, "rb");
    assert_true(file != NULL && fseek(file, 0, SEEK_END) == 0);
    size = (size_t)ftell(file);
    rewind(file);
    bytes = malloc(size);
    assert_true(bytes != NULL && fread(bytes, 1, size, file) == size);
    fclose(file);
    for (size_t i = 0; i < count; i++)
        found += memmem(bytes, size, nonces[i], SEAL_NONCE) != NULL;
    free(bytes);
    return found;
}

static size_t secrets_noted;

static void the_secret_of_the_round_is_on_disk_while_it_is_needed(void **unused)
{
    (void)unused;
    nonces_of(1);
    secrets_noted = nonce_count;
    assert_true(secrets_noted > 0);
    assert_int_equal(nonces_in_file(1, secrets_noted), secrets_noted);
    assert_int_equal(node_forget(street.list[1].node, NULL), STATUS_OK); /* nothing to forget yet */
    assert_int_equal(nonces_in_file(1, secrets_noted), secrets_noted);
}

static void after_the_award_it_is_in_no_byte_of_the_file(void **unused)
{
    size_t live = 0;

    (void)unused;
    nonces_of(1);
    for (size_t i = 0; i < secrets_noted; i++) /* settings that have not changed */
        for (size_t j = secrets_noted; j < nonce_count; j++)
            live += memcmp(nonces[i], nonces[j], SEAL_NONCE) == 0;
    assert_true(live < secrets_noted);
    assert_true(nonces_in_file(1, secrets_noted) > live); /* else the test sees nothing */
    assert_int_equal(node_forget(street.list[1].node, NULL), STATUS_OK);
    assert_int_equal(nonces_in_file(1, secrets_noted), live);
}

static void every_home_computes_one_award_and_its_own_bill(void **unused)
{
    char digest[2 * HASH_SIZE + 1] = "";

    (void)unused;
    assert_true(nodes_until(&street, 120, award_comes));
    for (unsigned i = 0; i < SMALL_HOMES; i++) {
        json_t *round = show(i),
               *offers = nodes_answered(nodes_ask(&street, i, "offer.show", "{s:s}", "round", id_text)),
               *offer;
        uint64_t kg = field_uint(json_object_get(json_object_get(round, "wish"), "values"), "Pellets");
        size_t j, winners = 0;

        assert_string_equal(field_text(lot_of(round, 0), "winner"), "Bois SARL");
        assert_int_equal(field_uint(lot_of(round, 0), "cost_cents"), (expected * 3000 + 50) / 100 + 3 * 1000);
        if (i == 0)
            strcpy(digest, field_text(round, "award_digest"));
        assert_int_equal(strlen(digest), 64);
        assert_string_equal(field_text(round, "award_digest"), digest);
        json_array_foreach(json_object_get(offers, "offers"), j, offer) {
            bool won = strcmp(field_text(offer, "company"), "Bois SARL") == 0;

            assert_int_equal(field_uint(offer, "bill_cents"), (kg * (won ? 3000 : 3001) + 50) / 100 + 1000);
            assert_int_equal(field_flag(offer, "winner"), won);
            winners += won;
        }
        assert_int_equal(j, 2);
        assert_int_equal(winners, 1);
        assert_int_equal(
            field_uint(offers, "today_cents"),
            100 * field_uint(json_object_get(json_object_get(round, "wish"), "values"), "Paid today"));
        json_decref(round);
        json_decref(offers);
    }
}

static void a_letter_needs_a_name_and_only_the_winner_opens_it(void **unused)
{
    uint8_t letter[LETTER_MAX];
    struct topic *topic;
    struct letter read;
    struct failure why;
    json_t *reply;
    size_t size;

    (void)unused;
    refused(nodes_ask(&street, 0, "offer.letter", "{s:s, s:s}", "round", id_text, "name", "Ada"), "MALFORMED",
            "--address");
    refused(nodes_ask(&street, 0, "offer.letter", "{s:s, s:s, s:s}", "round", id_text, "name", "A\nB",
                      "address", "x"),
            "MALFORMED", "printable");
    refused(nodes_ask(&street, 0, "offer.letter", "{s:s, s:s, s:s, s:s}", "round", id_text, "name", "Ada",
                      "address", "x", "meter",
                      "0123456789012345678901234567890123456789012345678901234567890123456789"),
            "MALFORMED", "at most 63");
    assert_int_equal(small_journal(&street, 0, "accepted", ""), 0); /* nothing left with a refusal */
    reply =
        nodes_answered(nodes_ask(&street, 0, "offer.letter", "{s:s, s:s, s:s, s:s}", "round", id_text, "name",
                                 "Ada Lovelace", "address", "3 rue des Lilas", "note", "30 m of hose"));
    assert_string_equal(field_text(reply, "company"), "Bois SARL");
    assert_true(base64_read(letter, sizeof letter, &size, field_text(reply, "letter")));
    json_decref(reply);
    topic = exported(2);
    assert_int_equal(letter_open(&read, (struct bytes){ letter, size }, &companies[0].inbox, topic, &why),
                     STATUS_OK);
    assert_string_equal(read.name, "Ada Lovelace");
    assert_string_equal(read.note, "30 m of hose");
    assert_true(read.values[0] > 0);
    for (size_t i = 2; i < read.value_count; i++)
        assert_int_equal(read.values[i], 0); /* what it pays today and its limits are its own */
    assert_int_not_equal(letter_open(&read, (struct bytes){ letter, size }, &companies[1].inbox, topic, &why),
                         STATUS_OK);
    letter[size / 2] ^= 1;
    assert_int_not_equal(letter_open(&read, (struct bytes){ letter, size }, &companies[0].inbox, topic, &why),
                         STATUS_OK);
    topic_free(topic);
    assert_int_equal(small_journal(&street, 0, "accepted", "Ada Lovelace"), 1);
    assert_int_equal(small_journal(&street, 0, "30 m of hose", ""), 1);
}

static void who_declines_says_nothing_to_anybody(void **unused)
{
    size_t records = topic_record_count(core_topic_find(node_core(street.list[1].node), round_id));
    json_t *round;

    (void)unused;
    json_decref(nodes_answered(nodes_ask(&street, 1, "offer.decline", "{s:s}", "round", id_text)));
    assert_int_equal(topic_record_count(core_topic_find(node_core(street.list[1].node), round_id)), records);
    round = show(1);
    assert_string_equal(field_text(json_object_get(round, "own"), "answer"), "declined");
    json_decref(round);
    refused(nodes_ask(&street, 0, "offer.decline", "{s:s}", "round", id_text), "DENIED",
            "Bois SARL"); /* its letter is out */
    round = show(0);
    assert_string_equal(field_text(json_object_get(round, "own"), "answer"), "accepted");
    json_decref(round);
    nodes_close(&street);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_code_of_one_home_lets_the_others_in),
        cmocka_unit_test(what_comes_later_is_refused_by_its_phase),
        cmocka_unit_test(a_plan_names_every_datum_and_refuses_nonsense),
        cmocka_unit_test(joining_early_is_kept_and_dealt_in_time),
        cmocka_unit_test(a_home_may_leave_come_back_and_change_its_mind),
        cmocka_unit_test(the_total_is_exact_and_then_nobody_may_come_or_go),
        cmocka_unit_test(a_company_reads_the_tender_and_its_sealed_bid_is_passed_on),
        cmocka_unit_test(what_is_no_bid_for_a_round_of_ours_is_refused),
        cmocka_unit_test(the_secret_of_the_round_is_on_disk_while_it_is_needed),
        cmocka_unit_test(every_home_computes_one_award_and_its_own_bill),
        cmocka_unit_test(after_the_award_it_is_in_no_byte_of_the_file),
        cmocka_unit_test(a_letter_needs_a_name_and_only_the_winner_opens_it),
        cmocka_unit_test(who_declines_says_nothing_to_anybody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
