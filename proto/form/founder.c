/* founder.c - the first home of a group: a committee of one, whose keys are found again from the household
 * seed. WIRE 4.4.
 *
 * Group and opening time are part of the derivation, so two rounds never share a key, and nothing has to be
 * kept: whoever holds the seed computes the keys and compares them with the charter. */
#include "proto/proto.h"

#include "crypto/labels.h"

#include <sodium.h>
#include <string.h>

void founder_keys(struct sign_key *sign, struct group_key *share, const uint8_t seed[KEY_SIZE],
                  const struct charter *charter)
{
    uint8_t opens[8], derived[KEY_SIZE];
    struct bytes parts[] = { BYTES(charter->group), BYTES(opens) };

    be64_write(opens, charter->opens_s);
    derive_key(derived, seed, LABEL_FOUNDER_KEY, parts, ARRAY_SIZE(parts));
    sign_key_init(sign, derived);
    derive_key(derived, seed, LABEL_FOUNDER_SHARE, parts, ARRAY_SIZE(parts));
    group_key_init(share, derived);
    sodium_memzero(derived, sizeof derived);
}

void charter_found(struct charter *charter, const uint8_t seed[KEY_SIZE],
                   const uint8_t secret[GROUP_SECRET_SIZE])
{
    struct sign_key invite, sign;
    struct group_key share;

    group_id(charter->group, secret);
    group_invite_key(&invite, secret);
    memcpy(charter->invite_key, invite.public_key, KEY_SIZE);
    founder_keys(&sign, &share, seed, charter);
    memset(charter->genesis_key, 0, sizeof charter->genesis_key);
    memcpy(charter->genesis_key[0], sign.public_key, KEY_SIZE);
    committee_key_single(&charter->genesis, &share.public_point);
    sign_key_clear(&invite);
    sign_key_clear(&sign);
    group_key_clear(&share);
}
