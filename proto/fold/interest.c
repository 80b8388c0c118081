/* interest.c - how many homes are interested, and roughly how many are of which kind. WIRE 7.4. */
#include "proto/fold/fold.h"

#include <string.h>

enum { CELLS = 4, PRESENCE = 4, MILLION = 1000000, SHARES = 10000 };

static void read_interest(const struct charter *charter, struct deal *deal, struct reader *r)
{
    (void)charter;
    deal->report = (unsigned)reader_uint(r, PRESENCE);
    deal->admission = reader_bin(r, 1, ADMISSION_MAX);
}

static enum status check_interest(const struct topic *topic, struct entry *entry)
{
    return entry_admitted(topic, entry) ? STATUS_OK : STATUS_FORGED;
}

/* k-ary randomised response at eps = 1 over four cells: a report names each wrong cell with probability q = 1
 * / (e + 3), and the right one with p - q = (e - 1) / (e + 3) more. In millionths. */
enum { CHANCE_Q = 174878, CHANCE_GAIN = 300489 };
/* 4 * 10^8 * q (1 - q) / (p - q)^2: the variance of a share estimated from one report, in squares of a
 * ten-thousandth, times four. */
#define VARIANCE_TIMES_FOUR UINT64_C(639228000)

/* The share of one cell in millionths: the unbiased share of the reports, clipped to [0, 1], drawn towards
 * the public share a by the weight tau^2 / (tau^2 + sigma^2), tau = a / 2, sigma^2 the variance above over
 * the number of reports (mechanism 5). */
static uint64_t cell_share(uint64_t count, uint64_t reports, uint32_t public_share)
{
    uint64_t prior = (uint64_t)public_share * public_share * reports, seen = 0;
    uint64_t noise = reports * CHANCE_Q, raised = count * MILLION;

    if (reports > 0 && raised > noise)
        seen = (raised - noise) * MILLION / (CHANCE_GAIN * reports);
    seen = seen < MILLION ? seen : MILLION;
    return (prior * seen + VARIANCE_TIMES_FOUR * public_share * (MILLION / SHARES)) /
           (prior + VARIANCE_TIMES_FOUR);
}

/* While the next lot may still take over, it would count again. */
bool too_few_voices(const struct topic *topic)
{
    const struct box *box = &topic->boxes[BOX_INTEREST];

    return box->closed && box->set_count < topic->charter.floor && (topic->key_known || topic->next.count == 0);
}

static bool close_interest(struct topic *topic)
{
    const struct box *box = &topic->boxes[BOX_INTEREST];
    uint64_t reports = 0;

    memset(topic->cells, 0, sizeof topic->cells);
    for (size_t i = 0; i < box->set_count; i++) {
        unsigned report = entry_of(box->set[i])->deal.report;

        if (report == PRESENCE)
            continue;
        topic->cells[report]++;
        reports++;
    }
    for (size_t i = 0; i < CELLS; i++)
        topic->cells_estimate[i] = (box->set_count *
                                        cell_share(topic->cells[i], reports, topic->charter.cell_share[i]) +
                                    MILLION / 2) /
                                   MILLION;
    topic->too_few = topic->too_few || too_few_voices(topic);
    return true;
}

const struct box_kind interest_kind = {
    .fields = 3,
    .deals_max = BOX_VOICED_MAX,
    .set_max = BOX_DEALS_MAX,
    .read = read_interest,
    .check = check_interest,
    .closed = close_interest,
};
