/* invitation.c - a group's secret as a code to read out over a fence, and what is derived from the secret.
 * WIRE 3.1 to 3.3.
 *
 * Happy path: version, secret, address, check bytes; base 32 in groups of five. Failure modes: each has a
 * sentence, since a human is about to act on it; a typing error must not look like an unknown group. No
 * branch and no table index depends on the secret's bits. */
#include "proto/proto.h"

#include "crypto/labels.h"

#include <limits.h>
#include <sodium.h>
#include <string.h>

enum {
    CODE_VERSION = 1,
    CHECK_SIZE = 3, /* a wrong code passes once in 16 million tries */
    HEAD_SIZE = 1 + GROUP_SECRET_SIZE,
    RAW_MIN = HEAD_SIZE + CHECK_SIZE,
    RAW_MAX = RAW_MIN + ADDRESS_MAX - 1,
    DIGITS_MAX = (RAW_MAX * 8 + 4) / 5,
    GROUP_DIGITS = 5,
};
_Static_assert(DIGITS_MAX + (DIGITS_MAX - 1) / GROUP_DIGITS + 1 <= CODE_MAX,
               "the longest address fits a code");

/* ---- What a group's secret stands for. */

static void group_hash(uint8_t out[HASH_SIZE], const char *label, const uint8_t secret[GROUP_SECRET_SIZE])
{
    struct bytes part = { secret, GROUP_SECRET_SIZE };

    hash_parts(out, label, &part, 1);
}

void group_id(uint8_t out[ID_SIZE], const uint8_t secret[GROUP_SECRET_SIZE])
{
    group_hash(out, LABEL_GROUP_ID, secret);
}

void group_psk(uint8_t out[KEY_SIZE], const uint8_t secret[GROUP_SECRET_SIZE])
{
    group_hash(out, LABEL_GROUP_PSK, secret);
}

void group_lan_key(uint8_t out[KEY_SIZE], const uint8_t secret[GROUP_SECRET_SIZE])
{
    group_hash(out, LABEL_GROUP_LAN, secret);
}

void group_invite_key(struct sign_key *out, const uint8_t secret[GROUP_SECRET_SIZE])
{
    uint8_t seed[KEY_SIZE];

    group_hash(seed, LABEL_INVITE_KEY, secret);
    sign_key_init(out, seed);
    sodium_memzero(seed, sizeof seed);
}

/* ---- Crockford's base 32: no I, L, O, U. Arithmetic instead of a table, for the sake of the secret. */

static unsigned above(unsigned value, unsigned limit)
{
    return (limit - value) >> (sizeof value * CHAR_BIT - 1);
}

static char symbol(unsigned value)
{
    return (char)('0' + value + 7 * above(value, 9) + above(value, 17) + above(value, 19) + above(value, 21) +
                  above(value, 26));
}

/* 0 to 31, or 32: not one of the symbols, nor what is mistaken for one. */
static unsigned symbol_value(char typed)
{
    unsigned c = (unsigned char)typed, value = 0;

    c -= 32 * (above(c, 'a' - 1) & ~above(c, 'z'));       /* lower case */
    c += ('0' - (unsigned)'O') * (1 - above(c ^ 'O', 0)); /* O for 0 */
    c += ('1' - (unsigned)'I') * (1 - above(c ^ 'I', 0)); /* I for 1 */
    c += ('1' - (unsigned)'L') * (1 - above(c ^ 'L', 0)); /* L for 1 */
    for (unsigned i = 0; i < 32; i++)
        value += (i + 1) * (1 - above(c ^ (unsigned char)symbol(i), 0));
    return value == 0 ? 32 : value - 1;
}

static bool separates(char c)
{
    return c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* ---- Writing. */

static void check_make(uint8_t out[CHECK_SIZE], const uint8_t *raw, size_t size)
{
    struct bytes part = { raw, size };
    uint8_t hash[HASH_SIZE];

    hash_parts(hash, LABEL_CODE_CHECK, &part, 1);
    memcpy(out, hash, CHECK_SIZE);
    sodium_memzero(hash, sizeof hash);
}

/* "host:port" in visible ASCII, or empty. */
static bool address_fine(const char *address)
{
    const char *colon = strrchr(address, ':');
    unsigned port = 0;

    if (address[0] == '\0')
        return true;
    for (const char *at = address; *at != '\0'; at++)
        if (*at < 0x21 || *at > 0x7e)
            return false;
    if (colon == NULL || colon == address || colon[1] < '1' || colon[1] > '9' || strlen(colon + 1) > 5)
        return false;
    for (const char *at = colon + 1; *at != '\0'; at++) {
        if (*at < '0' || *at > '9')
            return false;
        port = 10 * port + (unsigned)(*at - '0');
    }
    return port <= UINT16_MAX;
}

static size_t digits_write(char out[CODE_MAX], const uint8_t *raw, size_t size)
{
    size_t digits = (size * 8 + 4) / 5, at = 0, next = 0;
    uint32_t window = 0;
    unsigned held = 0;

    for (size_t i = 0; i < digits; i++) {
        if (held < 5) {
            window = window << 8 | (next < size ? raw[next] : 0);
            next++;
            held += 8;
        }
        if (i > 0 && i % GROUP_DIGITS == 0)
            out[at++] = '-';
        held -= 5;
        out[at++] = symbol(window >> held & 31);
    }
    out[at] = '\0';
    return at;
}

size_t invitation_write(char out[CODE_MAX], const struct invitation *invitation)
{
    uint8_t raw[RAW_MAX];
    const char *end = memchr(invitation->address, '\0', sizeof invitation->address);
    size_t size = HEAD_SIZE;

    out[0] = '\0';
    if (end == NULL || !address_fine(invitation->address))
        return 0;
    raw[0] = CODE_VERSION;
    memcpy(raw + 1, invitation->secret, GROUP_SECRET_SIZE);
    memcpy(raw + HEAD_SIZE, invitation->address, (size_t)(end - invitation->address));
    size += (size_t)(end - invitation->address);
    check_make(raw + size, raw, size);
    size = digits_write(out, raw, size + CHECK_SIZE);
    sodium_memzero(raw, sizeof raw);
    return size;
}

/* ---- Reading. */

/* The bytes of a code; STATUS_OK: *size of them, and no bit left over that says something. */
static enum status digits_read(uint8_t raw[RAW_MAX], size_t *size, const char *code, struct failure *why)
{
    size_t digits = 0;
    uint32_t window = 0;
    unsigned held = 0;

    *size = 0;
    for (const char *at = code; *at != '\0'; at++) {
        unsigned value = symbol_value(*at);

        if (separates(*at))
            continue;
        if (value == 32)
            return failure_say(
                why, STATUS_MALFORMED,
                "there is a typing error in this code: codes have digits and letters, and character %zu is "
                "something else",
                digits + 1);
        if (++digits > DIGITS_MAX)
            return failure_say(why, STATUS_MALFORMED,
                               "this is too long for an invitation code: more than %d characters",
                               DIGITS_MAX);
        window = window << 5 | value;
        held += 5;
        if (held >= 8) {
            held -= 8;
            raw[(*size)++] = (uint8_t)(window >> held);
        }
    }
    if (*size < RAW_MIN)
        return failure_say(why, STATUS_MALFORMED,
                           "this is too short for an invitation code: %zu of at least %d characters", digits,
                           (RAW_MIN * 8 + 4) / 5);
    if (held >= 5 || (window & ((1u << held) - 1)) != 0)
        return failure_say(why, STATUS_MALFORMED,
                           "there is a typing error in this code: its end is not that of a code");
    return STATUS_OK;
}

static enum status raw_read(struct invitation *out, const uint8_t *raw, size_t size, struct failure *why)
{
    struct invitation found = { .address = "" };
    size_t address_size = size - RAW_MIN;
    uint8_t check[CHECK_SIZE];
    enum status status = STATUS_OK;

    check_make(check, raw, size - CHECK_SIZE);
    memcpy(found.secret, raw + 1, GROUP_SECRET_SIZE);
    memcpy(found.address, raw + HEAD_SIZE, address_size);
    if (sodium_memcmp(check, raw + size - CHECK_SIZE, CHECK_SIZE) != 0)
        status =
            failure_say(why, STATUS_MALFORMED,
                        "there is a typing error in this code: its last characters do not match the others");
    else if (raw[0] != CODE_VERSION)
        status = failure_say(why, STATUS_VERSION,
                             "this code is of version %u, and this coopair reads version %d: "
                             "one of the two is too old",
                             raw[0], CODE_VERSION);
    else if (memchr(found.address, '\0', address_size) != NULL || !address_fine(found.address))
        status = failure_say(why, STATUS_MALFORMED, "the address in this code is not one");
    else
        *out = found;
    sodium_memzero(&found, sizeof found);
    return status;
}

enum status invitation_read(struct invitation *out, const char *code, struct failure *why)
{
    uint8_t raw[RAW_MAX];
    size_t size;
    enum status status = digits_read(raw, &size, code, why);

    if (status == STATUS_OK)
        status = raw_read(out, raw, size, why);
    sodium_memzero(raw, sizeof raw);
    return status;
}
