/* A packet on the local network is ours or noise (WIRE 3.5): nothing that was not sealed with the group's key
 * is read. */
#include "proto/proto.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t lan_key[KEY_SIZE] = { 0x1a }, rng_seed[KEY_SIZE] = { 0x1b };
    static const struct announcement sent = { .link_key = { 0xaa, 0xbb }, .port = 4711 };
    struct announcement found;
    uint8_t honest[ANNOUNCE_MAX];
    struct rng rng;

    if (!announce_read(&found, lan_key, (struct bytes){ data, size }))
        return 0;
    rng_init(&rng, rng_seed);
    PROPERTY(announce_write(honest, lan_key, &sent, &rng) == size);
    PROPERTY(memcmp(honest, data, size) == 0);
    PROPERTY(memcmp(found.link_key, sent.link_key, KEY_SIZE) == 0 && found.port == sent.port);
    return 0;
}
