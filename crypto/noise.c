/* noise.c - the Noise Protocol Framework, revision 34: NN, XX, IK and XK with 25519, ChaChaPoly, BLAKE2b.
 *
 * A pattern is a table of tokens, written and read by one loop each. Both work on a copy of the state and
 * commit it at the end, so a message that fails (too short, a tag, an all-zero Diffie-Hellman result) changes
 * nothing. Names in capitals are the functions of the specification, section 5. libsodium has no
 * HMAC-BLAKE2b: section 4.3 is written out here. */
#include "crypto/crypto.h"
#include "crypto/declassify.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { HMAC_BLOCK = 128, MESSAGES_MAX = 3, TOKENS_MAX = 4 };

enum token { TOKEN_END, TOKEN_E, TOKEN_S, TOKEN_EE, TOKEN_ES, TOKEN_SE, TOKEN_SS };

/* Section 7.5. The initiator writes the messages of even index. */
static const struct pattern {
    const char *name;
    bool uses_static[2];  /* responder, initiator */
    bool known_responder; /* "<- s" before the first message */
    unsigned messages;
    enum token tokens[MESSAGES_MAX][TOKENS_MAX + 1];
} patterns[NOISE_PATTERNS] = {
    [NOISE_NN] = { "NN", { false, false }, false, 2, { { TOKEN_E }, { TOKEN_E, TOKEN_EE } } },
    [NOISE_XX] = { "XX", { true, true }, false, 3,
                   { { TOKEN_E }, { TOKEN_E, TOKEN_EE, TOKEN_S, TOKEN_ES }, { TOKEN_S, TOKEN_SE } } },
    [NOISE_IK] = { "IK", { true, true }, true, 2,
                   { { TOKEN_E, TOKEN_ES, TOKEN_S, TOKEN_SS }, { TOKEN_E, TOKEN_EE, TOKEN_SE } } },
    [NOISE_XK] = { "XK", { true, true }, true, 3,
                   { { TOKEN_E, TOKEN_ES }, { TOKEN_E, TOKEN_EE }, { TOKEN_S, TOKEN_SE } } },
};

/* ---- Section 4.3: HMAC and HKDF over BLAKE2b-512. */

static void hash_two(uint8_t out[NOISE_HASH_SIZE], struct bytes a, struct bytes b)
{
    crypto_generichash_state hash;

    crypto_generichash_init(&hash, NULL, 0, NOISE_HASH_SIZE);
    crypto_generichash_update(&hash, a.data, a.size);
    crypto_generichash_update(&hash, b.data, b.size);
    crypto_generichash_final(&hash, out, NOISE_HASH_SIZE);
    sodium_memzero(&hash, sizeof hash);
}

/* RFC 2104 with a key of one hash length. */
static void hmac(uint8_t out[NOISE_HASH_SIZE], const uint8_t key[NOISE_HASH_SIZE], struct bytes message)
{
    uint8_t pad[HMAC_BLOCK], inner[NOISE_HASH_SIZE];

    memset(pad, 0x36, sizeof pad);
    for (size_t i = 0; i < NOISE_HASH_SIZE; i++)
        pad[i] ^= key[i];
    hash_two(inner, BYTES(pad), message);
    for (size_t i = 0; i < HMAC_BLOCK; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    hash_two(out, BYTES(pad), BYTES(inner));
    sodium_memzero(pad, sizeof pad);
    sodium_memzero(inner, sizeof inner);
}

/* HKDF(chain, input, count): the first output replaces the chain, the others follow. */
static void hkdf(uint8_t chain[NOISE_HASH_SIZE], uint8_t out[][NOISE_HASH_SIZE], unsigned count,
                 struct bytes input)
{
    uint8_t key[NOISE_HASH_SIZE], block[NOISE_HASH_SIZE + 1];

    hmac(key, chain, input);
    block[0] = 1;
    hmac(chain, key, (struct bytes){ block, 1 });
    memcpy(block, chain, NOISE_HASH_SIZE);
    for (unsigned i = 0; i < count; i++) {
        block[NOISE_HASH_SIZE] = (uint8_t)(i + 2);
        hmac(out[i], key, BYTES(block));
        memcpy(block, out[i], NOISE_HASH_SIZE);
    }
    sodium_memzero(key, sizeof key);
    sodium_memzero(block, sizeof block);
}

/* ---- Section 5.1: the cipher. */

static void cipher_nonce(uint8_t out[12], uint64_t n)
{
    memset(out, 0, 4);
    for (size_t i = 0; i < 8; i++)
        out[4 + i] = (uint8_t)(n >> (8 * i));
}

static void cipher_encrypt(struct noise_cipher *cipher, uint8_t *out, struct bytes ad, struct bytes plain)
{
    uint8_t nonce[12];

    assert(cipher->nonce < UINT64_MAX);
    cipher_nonce(nonce, cipher->nonce++);
    crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plain.data, plain.size, ad.data, ad.size, NULL,
                                              nonce, cipher->key);
}

static bool cipher_decrypt(struct noise_cipher *cipher, uint8_t *out, struct bytes ad, struct bytes sealed)
{
    uint8_t nonce[12];
    bool fine;

    assert(cipher->nonce < UINT64_MAX);
    cipher_nonce(nonce, cipher->nonce);
    fine = crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.data, sealed.size, ad.data, ad.size,
                                                     nonce, cipher->key) == 0;
    declassify(&fine, sizeof fine); /* the link goes on or does not */
    cipher->nonce += fine;
    return fine;
}

/* ---- Section 5.2: the symmetric state. */

static void mix_hash(struct noise_handshake *state, struct bytes data)
{
    hash_two(state->hash, BYTES(state->hash), data);
}

static void mix_key(struct noise_handshake *state, struct bytes input)
{
    uint8_t key[1][NOISE_HASH_SIZE];

    hkdf(state->chain, key, 1, input);
    memcpy(state->cipher.key, key[0], KEY_SIZE);
    state->cipher.nonce = 0;
    state->keyed = true;
    sodium_memzero(key, sizeof key);
}

static void mix_key_and_hash(struct noise_handshake *state, struct bytes input)
{
    uint8_t keys[2][NOISE_HASH_SIZE];

    hkdf(state->chain, keys, 2, input);
    mix_hash(state, BYTES(keys[0]));
    memcpy(state->cipher.key, keys[1], KEY_SIZE);
    state->cipher.nonce = 0;
    state->keyed = true;
    sodium_memzero(keys, sizeof keys);
}

/* Returns the bytes written. */
static size_t encrypt_and_hash(struct noise_handshake *state, uint8_t *out, struct bytes plain)
{
    size_t size = plain.size;

    if (state->keyed) {
        cipher_encrypt(&state->cipher, out, BYTES(state->hash), plain);
        size += TAG_SIZE;
    } else if (plain.size > 0) {
        memmove(out, plain.data, plain.size);
    }
    mix_hash(state, (struct bytes){ out, size });
    return size;
}

/* out holds the plain text: sealed.size, less a tag once there is a key. */
static bool decrypt_and_hash(struct noise_handshake *state, uint8_t *out, struct bytes sealed)
{
    uint8_t hash[NOISE_HASH_SIZE];

    hash_two(hash, BYTES(state->hash), sealed);
    if (state->keyed) {
        if (!cipher_decrypt(&state->cipher, out, BYTES(state->hash), sealed))
            return false;
    } else if (sealed.size > 0) {
        memmove(out, sealed.data, sealed.size);
    }
    memcpy(state->hash, hash, sizeof hash);
    return true;
}

/* ---- Section 5.3: the handshake state. */

/* libsodium answers -1 for an all-zero result: a low-order key, which would leave this exchange public. */
static bool mix_dh(struct noise_handshake *state, const struct link_key *own, const uint8_t remote[KEY_SIZE])
{
    uint8_t shared[KEY_SIZE];
    bool fine = crypto_scalarmult(shared, own->secret_key, remote) == 0;

    declassify(&fine, sizeof fine); /* of small order, whatever the secret */
    if (fine)
        mix_key(state, BYTES(shared));
    sodium_memzero(shared, sizeof shared);
    return fine;
}

/* es and se name the initiator's key first. */
static bool mix_dh_token(struct noise_handshake *state, enum token token)
{
    bool own_ephemeral = token == TOKEN_EE || (token == TOKEN_ES) == state->initiator;
    bool remote_ephemeral = token == TOKEN_EE || (token == TOKEN_SE) == state->initiator;

    if (token == TOKEN_SS)
        own_ephemeral = remote_ephemeral = false;
    return mix_dh(state, own_ephemeral ? &state->e : &state->s, remote_ephemeral ? state->re : state->rs);
}

/* Section 9.2: with a pre-shared key in the protocol, every ephemeral is also mixed into the key. */
static void mix_ephemeral(struct noise_handshake *state, const uint8_t public_key[KEY_SIZE])
{
    mix_hash(state, (struct bytes){ public_key, KEY_SIZE });
    if (state->psk_place != NOISE_PSK_NONE)
        mix_key(state, (struct bytes){ public_key, KEY_SIZE });
}

/* psk0 stands before the first message's tokens, pskN after those of the Nth message. */
static void mix_psk(struct noise_handshake *state, bool before)
{
    int place = before ? (int)state->message : (int)state->message + 1;

    if (state->psk_place == place && before == (place == 0))
        mix_key_and_hash(state, BYTES(state->psk));
}

static bool setup_fits(const struct noise_setup *setup)
{
    const struct pattern *pattern = &patterns[setup->pattern];

    if (setup->psk_place < NOISE_PSK_NONE || setup->psk_place > (int)pattern->messages)
        return false;
    return (setup->psk_place != NOISE_PSK_NONE) == (setup->psk != NULL) &&
           pattern->uses_static[setup->initiator] == (setup->local_static != NULL) &&
           (pattern->known_responder && setup->initiator) == (setup->remote_static != NULL);
}

/* InitializeSymmetric: the name, padded with zeros to the hash length, is the first hash and chain. */
static void begin_name(struct noise_handshake *state)
{
    char name[NOISE_HASH_SIZE] = { 0 };
    char modifier[] = "psk0";

    modifier[3] = (char)(modifier[3] + state->psk_place);
    snprintf(name, sizeof name, "Noise_%s%s_25519_ChaChaPoly_BLAKE2b", patterns[state->pattern].name,
             state->psk_place == NOISE_PSK_NONE ? "" : modifier);
    memcpy(state->hash, name, NOISE_HASH_SIZE);
    memcpy(state->chain, name, NOISE_HASH_SIZE);
}

enum status noise_begin(struct noise_handshake *state, const struct noise_setup *setup)
{
    if (!setup_fits(setup))
        return STATUS_MALFORMED;
    memset(state, 0, sizeof *state);
    state->initiator = setup->initiator;
    state->pattern = setup->pattern;
    state->psk_place = setup->psk_place;
    if (setup->psk)
        memcpy(state->psk, setup->psk, KEY_SIZE);
    if (setup->local_static)
        state->s = *setup->local_static;
    if (setup->remote_static)
        memcpy(state->rs, setup->remote_static, KEY_SIZE);
    state->has_remote_static = setup->remote_static != NULL;
    if (setup->fixed_ephemeral)
        state->e = *setup->fixed_ephemeral;
    state->fixed = setup->fixed_ephemeral != NULL;

    begin_name(state);
    mix_hash(state, setup->prologue);
    if (patterns[state->pattern].known_responder)
        mix_hash(state, (struct bytes){ state->initiator ? state->rs : state->s.public_key, KEY_SIZE });
    return STATUS_OK;
}

bool noise_finished(const struct noise_handshake *state)
{
    return state->message == patterns[state->pattern].messages;
}

bool noise_my_turn(const struct noise_handshake *state)
{
    return !noise_finished(state) && (state->message % 2 == 0) == state->initiator;
}

static const enum token *next_tokens(const struct noise_handshake *state)
{
    return patterns[state->pattern].tokens[state->message];
}

/* How many bytes the next message has besides its payload. */
static size_t message_overhead(const struct noise_handshake *state)
{
    bool keyed = state->keyed || (state->psk_place == 0 && state->message == 0);
    size_t size = 0;

    for (const enum token *token = next_tokens(state); *token != TOKEN_END; token++) {
        if (*token == TOKEN_E) {
            size += KEY_SIZE;
            keyed = keyed || state->psk_place != NOISE_PSK_NONE;
        } else if (*token == TOKEN_S) {
            size += KEY_SIZE + (keyed ? TAG_SIZE : 0);
        } else {
            keyed = true;
        }
    }
    keyed = keyed || state->psk_place == (int)state->message + 1;
    return size + (keyed ? TAG_SIZE : 0);
}

static void draw_ephemeral(struct noise_handshake *state, struct rng *rng)
{
    uint8_t seed[KEY_SIZE];

    if (state->fixed)
        return;
    rng_fill(rng, seed, sizeof seed);
    link_key_init(&state->e, seed);
    sodium_memzero(seed, sizeof seed);
}

/* Section 5.3, WriteMessage. false: a Diffie-Hellman result was all zero. */
static bool write_tokens(struct noise_handshake *state, uint8_t **out, struct rng *rng)
{
    mix_psk(state, true);
    for (const enum token *token = next_tokens(state); *token != TOKEN_END; token++) {
        if (*token == TOKEN_E) {
            draw_ephemeral(state, rng);
            memcpy(*out, state->e.public_key, KEY_SIZE);
            *out += KEY_SIZE;
            mix_ephemeral(state, state->e.public_key);
        } else if (*token == TOKEN_S) {
            *out += encrypt_and_hash(state, *out, BYTES(state->s.public_key));
        } else if (!mix_dh_token(state, *token)) {
            return false;
        }
    }
    mix_psk(state, false);
    return true;
}

enum status noise_write(struct noise_handshake *state, uint8_t *out, size_t *size, struct bytes payload,
                        struct rng *rng)
{
    struct noise_handshake next = *state;
    enum status status = STATUS_FORGED;
    uint8_t *end = out;
    size_t overhead;

    assert(noise_my_turn(state));
    overhead = message_overhead(state);
    if (payload.size > NOISE_MESSAGE_MAX - overhead || *size < overhead + payload.size) {
        status = STATUS_FULL;
    } else if (write_tokens(&next, &end, rng)) {
        end += encrypt_and_hash(&next, end, payload);
        assert((size_t)(end - out) == overhead + payload.size);
        *size = overhead + payload.size;
        next.message++;
        *state = next;
        status = STATUS_OK;
    }
    sodium_memzero(&next, sizeof next);
    return status;
}

/* Section 5.3, ReadMessage. The message is at least message_overhead long. */
static bool read_tokens(struct noise_handshake *state, struct bytes *in)
{
    mix_psk(state, true);
    for (const enum token *token = next_tokens(state); *token != TOKEN_END; token++) {
        if (*token == TOKEN_E) {
            memcpy(state->re, in->data, KEY_SIZE);
            *in = (struct bytes){ in->data + KEY_SIZE, in->size - KEY_SIZE };
            mix_ephemeral(state, state->re);
        } else if (*token == TOKEN_S) {
            size_t size = KEY_SIZE + (state->keyed ? TAG_SIZE : 0);

            if (!decrypt_and_hash(state, state->rs, (struct bytes){ in->data, size }))
                return false;
            state->has_remote_static = true;
            *in = (struct bytes){ in->data + size, in->size - size };
        } else if (!mix_dh_token(state, *token)) {
            return false;
        }
    }
    mix_psk(state, false);
    return true;
}

enum status noise_read(struct noise_handshake *state, uint8_t *payload, size_t *size, struct bytes message)
{
    struct noise_handshake next = *state;
    enum status status = STATUS_FORGED;
    struct bytes rest = message;
    size_t overhead;

    assert(!noise_finished(state) && !noise_my_turn(state));
    overhead = message_overhead(state);
    if (message.size < overhead || message.size > NOISE_MESSAGE_MAX) {
        status = STATUS_MALFORMED;
    } else if (*size < message.size - overhead) {
        status = STATUS_FULL;
    } else if (read_tokens(&next, &rest) && decrypt_and_hash(&next, payload, rest)) {
        *size = message.size - overhead;
        next.message++;
        *state = next;
        status = STATUS_OK;
    }
    sodium_memzero(&next, sizeof next);
    return status;
}

void noise_split(struct noise_handshake *state, struct noise_cipher *sending, struct noise_cipher *receiving,
                 uint8_t hash[NOISE_HASH_SIZE])
{
    struct noise_cipher *first = state->initiator ? sending : receiving;
    struct noise_cipher *second = state->initiator ? receiving : sending;
    uint8_t key[1][NOISE_HASH_SIZE];

    assert(noise_finished(state));
    hkdf(state->chain, key, 1, (struct bytes){ NULL, 0 });
    memcpy(first->key, state->chain, KEY_SIZE);
    memcpy(second->key, key[0], KEY_SIZE);
    first->nonce = second->nonce = 0;
    if (hash)
        memcpy(hash, state->hash, NOISE_HASH_SIZE);
    sodium_memzero(key, sizeof key);
    noise_clear(state);
}

void noise_clear(struct noise_handshake *state)
{
    sodium_memzero(state, sizeof *state);
}

void noise_seal(struct noise_cipher *cipher, uint8_t *out, struct bytes plain)
{
    cipher_encrypt(cipher, out, (struct bytes){ NULL, 0 }, plain);
}

bool noise_open(struct noise_cipher *cipher, uint8_t *out, struct bytes sealed)
{
    return cipher_decrypt(cipher, out, (struct bytes){ NULL, 0 }, sealed);
}

/* Section 4.2: the first 32 bytes of a block of zeros sealed under the one nonce no message may use. */
void noise_rekey(struct noise_cipher *cipher)
{
    static const uint8_t zeros[KEY_SIZE] = { 0 };
    uint8_t nonce[12], sealed[KEY_SIZE + TAG_SIZE];

    cipher_nonce(nonce, UINT64_MAX);
    crypto_aead_chacha20poly1305_ietf_encrypt(sealed, NULL, zeros, sizeof zeros, NULL, 0, NULL, nonce,
                                              cipher->key);
    memcpy(cipher->key, sealed, KEY_SIZE);
    sodium_memzero(sealed, sizeof sealed);
}
