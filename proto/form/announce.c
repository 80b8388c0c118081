/* announce.c - what a home says of itself on its own network. WIRE 3.5.
 *
 * Happy path: a salt, then key and port sealed with a key of that salt. Failure mode: a packet of another
 * group, a damaged one and noise are one case: not ours. The length is always the same, and nothing in the
 * packet repeats from one to the next. */
#include "proto/proto.h"

#include "crypto/labels.h"

#include <sodium.h>
#include <string.h>

enum { SALT_SIZE = 16, PLAIN_SIZE = KEY_SIZE + 2, PACKET_SIZE = SALT_SIZE + PLAIN_SIZE + TAG_SIZE };
_Static_assert(PACKET_SIZE == 66 && (int)PACKET_SIZE <= (int)ANNOUNCE_MAX, "WIRE 3.5");

/* One key for one packet, so the nonce is zero. */
static struct noise_cipher packet_cipher(const uint8_t lan_key[KEY_SIZE], const uint8_t salt[SALT_SIZE])
{
    struct noise_cipher cipher = { .nonce = 0 };
    struct bytes part = { salt, SALT_SIZE };

    derive_key(cipher.key, lan_key, LABEL_LAN_PACKET, &part, 1);
    return cipher;
}

size_t announce_write(uint8_t out[ANNOUNCE_MAX], const uint8_t lan_key[KEY_SIZE],
                      const struct announcement *announcement, struct rng *rng)
{
    uint8_t plain[PLAIN_SIZE];
    struct noise_cipher cipher;

    rng_fill(rng, out, SALT_SIZE);
    memcpy(plain, announcement->link_key, KEY_SIZE);
    be16_write(plain + KEY_SIZE, announcement->port);
    cipher = packet_cipher(lan_key, out);
    noise_seal(&cipher, out + SALT_SIZE, BYTES(plain));
    sodium_memzero(&cipher, sizeof cipher);
    return PACKET_SIZE;
}

bool announce_read(struct announcement *out, const uint8_t lan_key[KEY_SIZE], struct bytes in)
{
    uint8_t plain[PLAIN_SIZE];
    struct noise_cipher cipher;
    bool ours;

    if (in.size != PACKET_SIZE)
        return false;
    cipher = packet_cipher(lan_key, in.data);
    ours = noise_open(&cipher, plain, (struct bytes){ in.data + SALT_SIZE, PLAIN_SIZE + TAG_SIZE });
    sodium_memzero(&cipher, sizeof cipher);
    if (!ours || be16_read(plain + KEY_SIZE) == 0)
        return false;
    memcpy(out->link_key, plain, KEY_SIZE);
    out->port = be16_read(plain + KEY_SIZE);
    return true;
}
