/* wycheproof.c - the Wycheproof files for what this project uses, told apart by their "algorithm" field:
 * X25519 with the all-zero refusal of noise.c, Ed25519 verification, and the two AEADs as noise.c and seal.c
 * call them. */
#include <sodium.h>
#include <string.h>

#include "tests/vectors/vectors.h"

enum { TEXT_MAX = 2048 };

static bool is_valid(const json_t *test)
{
    return strcmp(text_field(test, "result"), "valid") == 0;
}

/* "acceptable" covers keys of low order and keys not reduced: those whose result is all zero must be refused,
 * the others agree. */
static bool x25519_fits(const json_t *group, const json_t *test)
{
    uint8_t public_key[KEY_SIZE], secret[KEY_SIZE], expected[KEY_SIZE], shared[KEY_SIZE];
    bool refused;

    (void)group;
    if (!hex_field_exact(public_key, KEY_SIZE, test, "public") ||
        !hex_field_exact(secret, KEY_SIZE, test, "private") ||
        !hex_field_exact(expected, KEY_SIZE, test, "shared"))
        return false;
    refused = crypto_scalarmult(shared, secret, public_key) != 0;
    if (sodium_is_zero(expected, KEY_SIZE))
        return refused;
    return !refused && memcmp(shared, expected, KEY_SIZE) == 0;
}

static bool ed25519_fits(const json_t *group, const json_t *test)
{
    uint8_t public_key[KEY_SIZE], message[TEXT_MAX], signature[TEXT_MAX];
    struct bytes m = hex_field(message, sizeof message, test, "msg");
    struct bytes s = hex_field(signature, sizeof signature, test, "sig");

    if (!hex_field_exact(public_key, KEY_SIZE, json_object_get(group, "publicKey"), "pk") || !m.data ||
        !s.data)
        return false;
    return (s.size == SIGNATURE_SIZE && sign_check(signature, public_key, m)) == is_valid(test);
}

/* One AEAD of libsodium's combined form. */
struct aead {
    size_t nonce_size;
    int (*encrypt)(unsigned char *c, unsigned long long *clen, const unsigned char *m,
                   unsigned long long mlen, const unsigned char *ad, unsigned long long adlen,
                   const unsigned char *nsec, const unsigned char *npub, const unsigned char *k);
    int (*decrypt)(unsigned char *m, unsigned long long *mlen, unsigned char *nsec, const unsigned char *c,
                   unsigned long long clen, const unsigned char *ad, unsigned long long adlen,
                   const unsigned char *npub, const unsigned char *k);
};

static bool aead_fits(const struct aead *aead, const json_t *test)
{
    uint8_t key[KEY_SIZE], nonce[64], ad[TEXT_MAX], message[TEXT_MAX], sealed[TEXT_MAX + TAG_SIZE],
        tag[TAG_SIZE];
    uint8_t got[TEXT_MAX + TAG_SIZE];
    struct bytes n = hex_field(nonce, sizeof nonce, test, "iv");
    struct bytes a = hex_field(ad, sizeof ad, test, "aad");
    struct bytes m = hex_field(message, sizeof message, test, "msg");
    struct bytes c = hex_field(sealed, TEXT_MAX, test, "ct");

    if (!hex_field_exact(key, KEY_SIZE, test, "key") || !n.data || !a.data || !m.data || !c.data)
        return false;
    if (n.size != aead->nonce_size) /* cannot even be said to our functions */
        return !is_valid(test);
    if (!hex_field_exact(tag, TAG_SIZE, test, "tag") || c.size != m.size)
        return false;
    memcpy(sealed + c.size, tag, TAG_SIZE);
    if (is_valid(test)) {
        aead->encrypt(got, NULL, m.data, m.size, a.data, a.size, NULL, nonce, key);
        if (memcmp(got, sealed, c.size + TAG_SIZE) != 0)
            return false;
    }
    if (aead->decrypt(got, NULL, NULL, sealed, c.size + TAG_SIZE, a.data, a.size, nonce, key) != 0)
        return !is_valid(test);
    return is_valid(test) && memcmp(got, message, m.size) == 0;
}

static bool chacha_fits(const json_t *group, const json_t *test)
{
    static const struct aead aead = { crypto_aead_chacha20poly1305_ietf_NPUBBYTES,
                                      crypto_aead_chacha20poly1305_ietf_encrypt,
                                      crypto_aead_chacha20poly1305_ietf_decrypt };

    (void)group;
    return aead_fits(&aead, test);
}

static bool xchacha_fits(const json_t *group, const json_t *test)
{
    static const struct aead aead = { crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
                                      crypto_aead_xchacha20poly1305_ietf_encrypt,
                                      crypto_aead_xchacha20poly1305_ietf_decrypt };

    (void)group;
    return aead_fits(&aead, test);
}

static const struct algorithm {
    const char *name;
    bool (*fits)(const json_t *group, const json_t *test);
} algorithms[] = {
    { "XDH", x25519_fits },
    { "EDDSA", ed25519_fits },
    { "CHACHA20-POLY1305", chacha_fits },
    { "XCHACHA20-POLY1305", xchacha_fits },
};

void wycheproof_vectors(struct report *report, const json_t *root)
{
    const json_t *groups = json_object_get(root, "testGroups"), *group, *test;
    const char *name = text_field(root, "algorithm");
    const struct algorithm *algorithm = NULL;
    size_t i, j;

    for (i = 0; i < ARRAY_SIZE(algorithms); i++)
        if (strcmp(algorithms[i].name, name) == 0)
            algorithm = &algorithms[i];
    if (!algorithm) {
        report_skip(report,
                    "%s is not used here (keys are derived with keyed BLAKE2b, Noise with HMAC-BLAKE2b)",
                    name);
        return;
    }
    json_array_foreach (groups, i, group)
        json_array_foreach (json_object_get(group, "tests"), j, test)
            report_case(report, algorithm->fits(group, test), "%s tcId %lld: %s", name,
                        (long long)json_integer_value(json_object_get(test, "tcId")),
                        text_field(test, "comment"));
}
