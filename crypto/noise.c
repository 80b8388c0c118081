/* noise.c - the Noise Protocol Framework, revision 34: NN, XX, IK and XK with 25519, ChaChaPoly, BLAKE2b.
 *
 * A pattern is a table of tokens, written and read by one loop each. Both work on a copy of the state and
 * commit it at the end, so a message that fails (too short, a tag, an all-zero Diffie-Hellman result) changes
 * nothing. Names in capitals are the functions of the specification, section 5; those of 5.1 and 5.2 are in
 * noise_symmetric.c. */
#include "crypto/noise_symmetric.h"

#include "crypto/declassify.h"
#include "crypto/stack_depth.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGES_MAX = 3, TOKENS_MAX = 4 };

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

/* ---- Section 5.3: the handshake state. */

/* libsodium answers -1 for an all-zero result: a low-order key, which would leave this exchange public. */
static bool mix_dh(struct noise_handshake *state, const struct link_key *own, const uint8_t remote[KEY_SIZE])
{
    uint8_t shared[KEY_SIZE];
    bool fine = crypto_scalarmult(shared, own->secret_key, remote) == 0;

    sodium_stackzero(POINT_DEPTH);
    declassify(&fine, sizeof fine); /* of small order, whatever the secret */
    if (fine)
        noise_mix_key(state, BYTES(shared));
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
    noise_mix_hash(state, (struct bytes){ public_key, KEY_SIZE });
    if (state->psk_place != NOISE_PSK_NONE)
        noise_mix_key(state, (struct bytes){ public_key, KEY_SIZE });
}

/* psk0 stands before the first message's tokens, pskN after those of the Nth message. */
static void mix_psk(struct noise_handshake *state, bool before)
{
    int place = before ? (int)state->message : (int)state->message + 1;

    if (state->psk_place == place && before == (place == 0))
        noise_mix_key_and_hash(state, BYTES(state->psk));
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
    noise_mix_hash(state, setup->prologue);
    if (patterns[state->pattern].known_responder)
        noise_mix_hash(state, (struct bytes){ state->initiator ? state->rs : state->s.public_key, KEY_SIZE });
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
            *out += noise_encrypt_and_hash(state, *out, BYTES(state->s.public_key));
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
        end += noise_encrypt_and_hash(&next, end, payload);
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

            if (!noise_decrypt_and_hash(state, state->rs, (struct bytes){ in->data, size }))
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
    } else if (read_tokens(&next, &rest) && noise_decrypt_and_hash(&next, payload, rest)) {
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
    noise_hkdf(state->chain, key, 1, (struct bytes){ NULL, 0 });
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
