/* First byte: which side we are (bit 0) and which set we hold (the next bits); then payloads, each behind its
 * length in two bytes. Whatever a peer says, what we send fits a payload, what we give is ours and given
 * once, and after a refusal or the end nothing is accepted any more. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/sync_case.h"

#include <string.h>

static uint8_t ids[SYNC_CASE_IDS][ID_SIZE];

static void check_out(const struct sync_out *out, enum status status, bool *given)
{
    PROPERTY(out->size <= SYNC_PAYLOAD_MAX);
    PROPERTY(status == STATUS_OK || (out->size == 0 && out->give_count == 0 && !out->done && !out->more));
    PROPERTY(!out->more || out->size > 0);
    for (size_t i = 0; i < out->give_count; i++) {
        size_t at = (size_t)be16_read(out->give[i]); /* the id says where it is */

        PROPERTY(at < SYNC_CASE_IDS && memcmp(out->give[i], ids[at], ID_SIZE) == 0 && !given[at]);
        given[at] = true;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sync_out out;
    bool given[SYNC_CASE_IDS] = { false }, over = false;
    struct rng rng;

    sync_case_init(ids, &rng);
    if (size == 0)
        return 0;
    size_t count = sync_case_counts[data[0] >> 1 & 3], at = 1;
    struct sync_set set = sync_set_of((const uint8_t(*)[ID_SIZE])ids, count);
    struct sync *sync = data[0] & 1 ? sync_begin(&set, &rng, &out) : sync_answer(&set, &rng);
    if (sync == NULL)
        return 0;
    while (size - at >= 2) {
        size_t left = size - at - 2, length = be16_read(data + at);
        struct bytes payload = { data + at + 2, length < left ? length : left };
        enum status status = sync_step(sync, payload, &out);

        PROPERTY(status == STATUS_OK || status == STATUS_MALFORMED || status == STATUS_FULL);
        PROPERTY(!over || status == STATUS_MALFORMED);
        check_out(&out, status, given);
        while (out.more) {
            PROPERTY(sync_more(sync, &out) == STATUS_OK);
            check_out(&out, STATUS_OK, given);
        }
        over = over || status != STATUS_OK || out.done;
        at += 2 + payload.size;
    }
    sync_free(sync);
    return 0;
}
