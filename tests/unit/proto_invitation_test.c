/* A code survives being read out over a fence, and a slip of the tongue is called one. */
#include "crypto/labels.h"
#include "proto/proto.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void sample(struct invitation *out, const char *address, uint8_t mark)
{
    *out = (struct invitation){ .address = "" };
    for (size_t i = 0; i < sizeof out->secret; i++)
        out->secret[i] = (uint8_t)(mark + 37 * i);
    strcpy(out->address, address);
}

static void a_code_reads_back_with_addresses_of_every_length(void **unused)
{
    char address[ADDRESS_MAX], code[CODE_MAX];
    struct invitation made, found;
    struct failure why;
    size_t length;

    (void)unused;
    for (size_t size = 0; size < ADDRESS_MAX; size++) {
        if (size > 0 && size < 3)
            continue; /* no room for a:1 */
        memset(address, 'h', sizeof address);
        address[size] = '\0';
        if (size > 0)
            memcpy(address + size - 2, ":9", 2);
        sample(&made, address, (uint8_t)size);
        length = invitation_write(code, &made);
        assert_true(length > 0 && length < CODE_MAX && strlen(code) == length);
        assert_int_equal(invitation_read(&found, code, &why), STATUS_OK);
        assert_memory_equal(found.secret, made.secret, sizeof made.secret);
        assert_string_equal(found.address, made.address);
    }
}

static void a_code_is_in_groups_of_five_without_letters_that_are_mistaken(void **unused)
{
    char code[CODE_MAX];
    struct invitation made;

    (void)unused;
    sample(&made, "192.168.1.20:4711", 3);
    invitation_write(code, &made);
    for (size_t i = 0; code[i] != '\0'; i++)
        if (i % 6 == 5)
            assert_int_equal(code[i], '-');
        else
            assert_non_null(strchr(digits, code[i]));
}

/* The letter of WIRE 3.3 and of Crockford's table, by a second way: one long number, digit by digit. */
static void the_characters_are_crockfords(void **unused)
{
    uint8_t raw[1 + GROUP_SECRET_SIZE + 3] = { 1 }, hash[HASH_SIZE];
    struct bytes part = { raw, 1 + GROUP_SECRET_SIZE };
    char code[CODE_MAX], expected[CODE_MAX] = "";
    struct invitation made;
    size_t at = 0;

    (void)unused;
    sample(&made, "", 0xc8);
    memcpy(raw + 1, made.secret, GROUP_SECRET_SIZE);
    hash_parts(hash, LABEL_CODE_CHECK, &part, 1);
    memcpy(raw + 1 + GROUP_SECRET_SIZE, hash, 3);
    for (size_t bit = 0; bit < 8 * sizeof raw; bit += 5) {
        unsigned value = 0;

        for (size_t i = bit; i < bit + 5; i++)
            value = value << 1 | (raw[i / 8] >> (7 - i % 8) & 1);
        if (bit > 0 && bit % 25 == 0)
            expected[at++] = '-';
        expected[at++] = digits[value];
    }
    invitation_write(code, &made);
    assert_string_equal(code, expected);
}

static void reading_forgives_case_spaces_and_letters_that_look_alike(void **unused)
{
    char code[CODE_MAX], typed[4 * CODE_MAX];
    struct invitation made, found;
    struct failure why;
    size_t zeros = 0, ones = 0;

    (void)unused;
    for (unsigned mark = 0; mark < 50; mark++) {
        size_t at = 0;

        sample(&made, "[fe80::1]:4711", (uint8_t)mark);
        invitation_write(code, &made);
        for (const char *c = code; *c != '\0'; c++) {
            char as = *c;

            zeros += as == '0';
            ones += as == '1';
            as = as == '0'   ? "0Oo"[zeros % 3]
                 : as == '1' ? "1IiLl"[ones % 5]
                 : as == '-' ? " -\t\n"[at % 4]
                             : as;
            typed[at++] = mark % 2 == 0 ? (char)tolower(as) : as;
            if (at % 7 == 0)
                typed[at++] = ' ';
        }
        typed[at] = '\0';
        assert_int_equal(invitation_read(&found, typed, &why), STATUS_OK);
        assert_memory_equal(found.secret, made.secret, sizeof made.secret);
        assert_string_equal(found.address, made.address);
    }
    assert_true(zeros > 10 && ones > 10);
}

static void refused_as_typing_error(const char *code)
{
    struct invitation found;
    struct failure why = { .text = "" };

    if (invitation_read(&found, code, &why) != STATUS_MALFORMED)
        fail_msg("%s was read", code);
    assert_non_null(strstr(why.text, "typing error"));
}

/* The check has 24 bits: a wrong code passes once in 16 million. Below 10 000 are tried here, so one that
 * passes is a mistake. */
static void every_wrong_character_and_every_swap_is_a_typing_error(void **unused)
{
    static const char *const addresses[] = { "", "10.0.0.7:4711", "street.example.org:65535" };
    char code[CODE_MAX], typed[CODE_MAX];
    struct invitation made;
    size_t tried = 0;

    (void)unused;
    for (size_t a = 0; a < ARRAY_SIZE(addresses); a++) {
        sample(&made, addresses[a], (uint8_t)(17 * a));
        invitation_write(code, &made);
        for (size_t i = 0; code[i] != '\0'; i++) {
            strcpy(typed, code);
            for (const char *digit = digits; code[i] != '-' && *digit != '\0'; digit++) {
                typed[i] = *digit;
                if (*digit != code[i]) {
                    refused_as_typing_error(typed);
                    tried++;
                }
            }
            size_t next = code[i + 1] == '-' ? i + 2 : i + 1;
            if (code[i] == '-' || code[i + 1] == '\0' || code[i] == code[next])
                continue;
            strcpy(typed, code);
            typed[i] = code[next];
            typed[next] = code[i];
            refused_as_typing_error(typed);
            tried++;
        }
    }
    assert_true(tried > 4000 && tried < 10000);
}

/* A code made of any bytes, with a check that holds. */
static void encode(char out[2 * CODE_MAX], uint8_t *raw, size_t size)
{
    struct bytes part = { raw, size };
    uint8_t hash[HASH_SIZE];
    size_t at = 0;

    hash_parts(hash, LABEL_CODE_CHECK, &part, 1);
    memcpy(raw + size, hash, 3);
    for (size_t bit = 0; bit < 8 * (size + 3); bit += 5) {
        unsigned value = 0;

        for (size_t i = bit; i < bit + 5; i++)
            value = value << 1 | (i < 8 * (size + 3) ? raw[i / 8] >> (7 - i % 8) & 1 : 0);
        out[at++] = digits[value];
    }
    out[at] = '\0';
}

static void each_failure_has_its_own_words(void **unused)
{
    static const struct {
        uint8_t version;
        const char *address;
        size_t size;
        enum status status;
        const char *said;
    } cases[] = {
        { 1, "h:1", 3, STATUS_OK, "" },
        { 2, "h:1", 3, STATUS_VERSION, "version 2" },
        { 1, "nobody", 6, STATUS_MALFORMED, "address" },
        { 1, ":4711", 5, STATUS_MALFORMED, "address" },
        { 1, "h:", 2, STATUS_MALFORMED, "address" },
        { 1, "h:0", 3, STATUS_MALFORMED, "address" },
        { 1, "h:01", 4, STATUS_MALFORMED, "address" },
        { 1, "h:65536", 7, STATUS_MALFORMED, "address" },
        { 1, "h:123456", 8, STATUS_MALFORMED, "address" },
        { 1, "h:1x", 4, STATUS_MALFORMED, "address" },
        { 1, "h h:1", 5, STATUS_MALFORMED, "address" },
        { 1, "h\x1b:1", 4, STATUS_MALFORMED, "address" },
        { 1, "h:1\0x", 5, STATUS_MALFORMED, "address" },
        { 1, "0123456789012345678901234567890123456789012345678901234567890123:1", 66, STATUS_MALFORMED,
          "too long" },
    };
    char code[2 * CODE_MAX];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint8_t raw[128] = { cases[i].version };
        struct invitation found;
        struct failure why = { .text = "" };

        memcpy(raw + 1 + GROUP_SECRET_SIZE, cases[i].address, cases[i].size);
        encode(code, raw, 1 + GROUP_SECRET_SIZE + cases[i].size);
        assert_int_equal(invitation_read(&found, code, &why), cases[i].status);
        assert_non_null(strstr(why.text, cases[i].said));
    }
}

static void what_is_no_code_is_told_so(void **unused)
{
    static const struct {
        const char *typed, *said;
    } cases[] = {
        { "", "too short" },
        { "04Z3K", "too short" },
        { "04Z3U", "character 5" },
        { "04\xc3\xa9", "character 3" },
        { "hello, world", "character 6" },
    };
    char code[CODE_MAX + 4];
    struct invitation made, found;
    struct failure why;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_int_equal(invitation_read(&found, cases[i].typed, &why), STATUS_MALFORMED);
        assert_non_null(strstr(why.text, cases[i].said));
    }
    sample(&made, "", 9);
    invitation_write(code, &made);
    strcat(code, "0"); /* a character too many: another number of bytes, or bits left over */
    refused_as_typing_error(code);
}

static void a_bad_address_makes_no_code(void **unused)
{
    static const char *const addresses[] = { "host",       "host:",   ":1",         "host:0",
                                             "host:99999", "ho st:1", "h\xc3\xa9:1" };
    char code[CODE_MAX];
    struct invitation made;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
        sample(&made, addresses[i], 1);
        assert_int_equal(invitation_write(code, &made), 0);
        assert_string_equal(code, "");
    }
    memset(made.address, 'a', sizeof made.address); /* no end */
    assert_int_equal(invitation_write(code, &made), 0);
}

static void a_group_has_four_different_keys(void **unused)
{
    static const uint8_t secret[GROUP_SECRET_SIZE] = { 1 }, other[GROUP_SECRET_SIZE] = { 2 };
    uint8_t keys[5][KEY_SIZE];
    struct sign_key invite;

    (void)unused;
    group_id(keys[0], secret);
    group_psk(keys[1], secret);
    group_lan_key(keys[2], secret);
    group_invite_key(&invite, secret);
    memcpy(keys[3], invite.public_key, KEY_SIZE);
    group_id(keys[4], other);
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(keys[i], keys[j], KEY_SIZE);
}

/* ---- Announcements. WIRE 3.5. */

static void an_announcement_is_for_its_group_and_noise_to_others(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 7 }, lan_key[KEY_SIZE] = { 1 }, other_key[KEY_SIZE] = { 2 };
    struct announcement made = { .link_key = { 0xaa, 0xbb }, .port = 4711 }, found = { .port = 0 };
    uint8_t first[ANNOUNCE_MAX], second[ANNOUNCE_MAX];
    size_t size, equal = 0;
    struct rng rng;

    (void)unused;
    rng_init(&rng, seed);
    size = announce_write(first, lan_key, &made, &rng);
    assert_int_equal(size, announce_write(second, lan_key, &made, &rng));
    assert_true(announce_read(&found, lan_key, (struct bytes){ first, size }));
    assert_memory_equal(found.link_key, made.link_key, KEY_SIZE);
    assert_int_equal(found.port, 4711);
    assert_true(announce_read(&found, lan_key, (struct bytes){ second, size }));
    for (size_t i = 0; i < size; i++)
        equal += first[i] == second[i];
    assert_true(equal < 8); /* nothing in common but chance */
    assert_false(announce_read(&found, other_key, (struct bytes){ first, size }));
    for (size_t cut = 0; cut < size; cut++)
        assert_false(announce_read(&found, lan_key, (struct bytes){ first, cut }));
    assert_false(announce_read(&found, lan_key, (struct bytes){ first, size + 1 }));
    for (size_t bit = 0; bit < 8 * size; bit++) {
        first[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(announce_read(&found, lan_key, (struct bytes){ first, size }));
        first[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    made.port = 0;
    size = announce_write(first, lan_key, &made, &rng);
    assert_false(announce_read(&found, lan_key, (struct bytes){ first, size }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_reads_back_with_addresses_of_every_length),
        cmocka_unit_test(a_code_is_in_groups_of_five_without_letters_that_are_mistaken),
        cmocka_unit_test(the_characters_are_crockfords),
        cmocka_unit_test(reading_forgives_case_spaces_and_letters_that_look_alike),
        cmocka_unit_test(every_wrong_character_and_every_swap_is_a_typing_error),
        cmocka_unit_test(each_failure_has_its_own_words),
        cmocka_unit_test(what_is_no_code_is_told_so),
        cmocka_unit_test(a_bad_address_makes_no_code),
        cmocka_unit_test(a_group_has_four_different_keys),
        cmocka_unit_test(an_announcement_is_for_its_group_and_noise_to_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
