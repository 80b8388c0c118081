/* letter_open.c - a letter against its round: only a home of the lot that this inbox won writes to it.
 * WIRE 9.2.
 *
 * Happy path: sealed to us, signed by a pseudonym which the fold counts as a home of the lot. Failure modes,
 * each in words: the lot has no winner yet, another bid won it, or the writer never joined it; what was
 * opened is then wiped. */
#include "proto/form/letter.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static int by_key(const void *a, const void *b)
{
    return memcmp(a, b, KEY_SIZE);
}

static enum status letter_belongs(const struct letter *letter, const struct group_key *inbox,
                                  const struct charter *charter, const struct season *season,
                                  struct failure *why)
{
    const struct lot_view *lot;

    if (letter->lot >= charter->lot_count || letter->value_count > charter->item_count)
        return failure_say(why, STATUS_MALFORMED,
                           "this letter names a lot or values that the round does not have");
    lot = &season->lots[letter->lot];
    if (!lot->awarded)
        return failure_say(why, STATUS_EARLY, "lot %u of this round is not awarded",
                           (unsigned)letter->lot + 1);
    if (!point_equal(&season->bids[lot->winner].inbox, &inbox->public_point))
        return failure_say(why, STATUS_DENIED, "this inbox is not that of the bid which won lot %u",
                           (unsigned)letter->lot + 1);
    if (bsearch(letter->pseudonym, lot->homes, lot->home_count, KEY_SIZE, by_key) == NULL)
        return failure_say(why, STATUS_DENIED, "the writer of this letter is not a home of lot %u",
                           (unsigned)letter->lot + 1);
    return STATUS_OK;
}

enum status letter_open(struct letter *out, struct bytes in, const struct group_key *inbox,
                        struct topic *topic, struct failure *why)
{
    const struct season *season = topic_season(topic);
    struct letter found;
    enum status status;

    if (season == NULL)
        return failure_say(why, STATUS_NOMEM, "out of memory");
    status = letter_unseal(&found, in, inbox, topic_id(topic), why);
    if (status != STATUS_OK)
        return status;
    status = letter_belongs(&found, inbox, topic_charter(topic), season, why);
    if (status == STATUS_OK)
        *out = found;
    sodium_memzero(&found, sizeof found);
    return status;
}
