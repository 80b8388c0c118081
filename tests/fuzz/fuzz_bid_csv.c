/* A table of prices that is read names each lot once, with ascending steps; one that is refused is
 * explained. */
#include "node/tender/bid_csv.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/sample_season.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sample sample;
    struct bid bid = { .lot_count = 0 };
    struct failure why = { .text = "" };

    sample_init(&sample, PHASE_TENDER);
    if (bid_csv_read(&bid, (struct bytes){ data, size }, &sample.charter, &sample.season, &why) !=
        STATUS_OK) {
        PROPERTY(why.text[0] != '\0' && bid.lot_count == 0);
        return 0;
    }
    PROPERTY(bid.lot_count > 0 && bid.lot_count <= sample.charter.lot_count);
    for (size_t i = 0; i < bid.lot_count; i++) {
        const struct bid_lot *lot = &bid.lots[i];

        PROPERTY(lot->lot < sample.charter.lot_count && lot->step_count > 0 &&
                 lot->step_count <= BID_STEPS_MAX);
        for (size_t j = 1; j < lot->step_count; j++)
            PROPERTY(lot->steps[j].from_homes > lot->steps[j - 1].from_homes);
        for (size_t j = 0; j < i; j++)
            PROPERTY(bid.lots[j].lot != lot->lot);
    }
    return 0;
}
