/* noise.c - handshakes in the cacophony layout: both sides run with the given keys, and every message, the
 * handshake hash and the transport messages must appear byte for byte. Patterns and suites that this project
 * does not speak are skipped. */
#include <stdio.h>
#include <string.h>

#include "tests/vectors/vectors.h"

enum { SIDES = 2, RESPONDER = 0, INITIATOR = 1 };

struct side {
    struct noise_handshake handshake;
    struct noise_cipher sending, receiving;
    uint8_t hash[NOISE_HASH_SIZE];
};

/* "Noise_XXpsk3_25519_ChaChaPoly_BLAKE2b" */
static bool name_read(struct noise_setup *out, const char *name)
{
    static const char *const names[NOISE_PATTERNS] = { "NN", "XX", "IK", "XK" };
    char pattern[8], expected[64];

    for (int p = 0; p < NOISE_PATTERNS; p++) {
        for (int psk = NOISE_PSK_NONE; psk <= 3; psk++) {
            snprintf(pattern, sizeof pattern, psk == NOISE_PSK_NONE ? "%s" : "%spsk%d", names[p], psk);
            snprintf(expected, sizeof expected, "Noise_%s_25519_ChaChaPoly_BLAKE2b", pattern);
            if (strcmp(expected, name) == 0) {
                out->pattern = (enum noise_pattern)p;
                out->psk_place = psk;
                return true;
            }
        }
    }
    return false;
}

static bool link_key_field(struct link_key *out, const json_t *vector, const char *who, const char *what)
{
    uint8_t seed[KEY_SIZE];
    char key[32];

    snprintf(key, sizeof key, "%s_%s", who, what);
    if (!json_object_get(vector, key) || !hex_field_exact(seed, sizeof seed, vector, key))
        return false;
    link_key_init(out, seed);
    return true;
}

static bool side_begin(struct side *side, const json_t *vector, struct noise_setup setup, const char *who)
{
    uint8_t prologue[256], psk[KEY_SIZE], remote[KEY_SIZE];
    struct link_key fixed, own;
    char key[32];

    snprintf(key, sizeof key, "%s_prologue", who);
    setup.prologue = hex_field(prologue, sizeof prologue, vector, key);
    snprintf(key, sizeof key, "%s_psks", who);
    if (setup.psk_place != NOISE_PSK_NONE) {
        const char *text = json_string_value(json_array_get(json_object_get(vector, key), 0));

        if (!text || hex_read(psk, sizeof psk, text).size != sizeof psk)
            return false;
        setup.psk = psk;
    }
    snprintf(key, sizeof key, "%s_remote_static", who);
    if (json_object_get(vector, key)) {
        if (!hex_field_exact(remote, sizeof remote, vector, key))
            return false;
        setup.remote_static = remote;
    }
    if (link_key_field(&own, vector, who, "static"))
        setup.local_static = &own;
    if (!setup.prologue.data || !link_key_field(&fixed, vector, who, "ephemeral"))
        return false;
    setup.fixed_ephemeral = &fixed;
    return noise_begin(&side->handshake, &setup) == STATUS_OK;
}

static bool handshake_message(struct side *from, struct side *to, struct bytes payload, struct bytes wire)
{
    static uint8_t sent[NOISE_MESSAGE_MAX], received[NOISE_MESSAGE_MAX];
    size_t sent_size = sizeof sent, received_size = sizeof received;
    struct rng unused = { { 0 } };

    return noise_my_turn(&from->handshake) && !noise_my_turn(&to->handshake) &&
           noise_write(&from->handshake, sent, &sent_size, payload, &unused) == STATUS_OK &&
           bytes_equal((struct bytes){ sent, sent_size }, wire) &&
           noise_read(&to->handshake, received, &received_size, wire) == STATUS_OK &&
           bytes_equal((struct bytes){ received, received_size }, payload);
}

static bool transport_message(struct side *from, struct side *to, struct bytes payload, struct bytes wire)
{
    static uint8_t sent[NOISE_MESSAGE_MAX], received[NOISE_MESSAGE_MAX];

    if (payload.size + TAG_SIZE != wire.size)
        return false;
    noise_seal(&from->sending, sent, payload);
    return bytes_equal((struct bytes){ sent, wire.size }, wire) &&
           noise_open(&to->receiving, received, wire) &&
           bytes_equal((struct bytes){ received, payload.size }, payload);
}

static bool handshake_ends(struct side *sides, struct bytes hash)
{
    for (int i = 0; i < SIDES; i++) {
        if (!noise_finished(&sides[i].handshake))
            return false;
        noise_split(&sides[i].handshake, &sides[i].sending, &sides[i].receiving, sides[i].hash);
        if (hash.size > 0 && !bytes_equal(BYTES(sides[i].hash), hash))
            return false;
    }
    return true;
}

static bool run_vector(const json_t *vector, struct noise_setup setup)
{
    static uint8_t payload_room[NOISE_MESSAGE_MAX - TAG_SIZE], wire_room[NOISE_MESSAGE_MAX];
    uint8_t hash_room[NOISE_HASH_SIZE];
    struct bytes hash = hex_field(hash_room, sizeof hash_room, vector, "handshake_hash");
    const json_t *messages = json_object_get(vector, "messages"), *message;
    struct side sides[SIDES];
    bool transport = false;
    size_t i;

    setup.initiator = true;
    if (!side_begin(&sides[INITIATOR], vector, setup, "init"))
        return false;
    setup.initiator = false;
    if (!side_begin(&sides[RESPONDER], vector, setup, "resp") || !hash.data)
        return false;
    json_array_foreach (messages, i, message) {
        struct bytes payload = hex_field(payload_room, sizeof payload_room, message, "payload");
        struct bytes wire = hex_field(wire_room, sizeof wire_room, message, "ciphertext");
        struct side *from = &sides[i % 2 == 0 ? INITIATOR : RESPONDER];
        struct side *to = &sides[i % 2 == 0 ? RESPONDER : INITIATOR];

        if (!payload.data || !wire.data)
            return false;
        if (!(transport ? transport_message : handshake_message)(from, to, payload, wire))
            return false;
        if (!transport && noise_finished(&from->handshake)) {
            transport = true;
            if (!handshake_ends(sides, hash))
                return false;
        }
    }
    return transport;
}

void noise_vectors(struct report *report, const json_t *root)
{
    const json_t *vectors = json_object_get(root, "vectors"), *vector;
    size_t i;

    if (json_array_size(vectors) == 0)
        report_case(report, false, "no array of vectors");
    json_array_foreach (vectors, i, vector) {
        struct noise_setup setup = { 0 };
        const char *name = text_field(vector, "protocol_name");

        if (!name_read(&setup, name))
            report_skip(report, "%s: pattern or suite not spoken here", name);
        else
            report_case(report, run_vector(vector, setup), "%zu: %s", i, name);
    }
}
