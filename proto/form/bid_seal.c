/* bid_seal.c - a company's bid as the record that any home of the registry hands in. WIRE 8.1.
 *
 * Happy path: the tender is open, the bid suits it, one sealed and signed record. Failure modes, each in
 * words: too early, too late, a round that ended, a lot that nobody buys, prices that do not match the
 * quantities. The company learns now what the fold would say when it is too late. The record has a deal's
 * form, so that it is one more envelope and nothing new, and is no deal: no box takes it as it is. */
#include "proto/form/record.h"

#include <sodium.h>
#include <string.h>

enum { BODY_FIELDS = 2 };

bool sealed_bid_read(struct sealed_bid *out, struct bytes in)
{
    struct reader r;

    if (!record_read(&out->record, in) || out->record.kind != RECORD_DEAL || out->record.box != BOX_BIDS)
        return false;
    r = reader_from(out->record.body);
    reader_array(&r, BODY_FIELDS, BODY_FIELDS);
    out->seq = reader_uint(&r, DEAL_SEQ_MAX);
    out->sealed = reader_bin(&r, SEAL_OVERHEAD, BID_MAX);
    return reader_done(&r);
}

static enum status phase_fits(const struct season *season, struct failure *why)
{
    switch (season->phase) {
    case PHASE_TENDER:
        return STATUS_OK;
    case PHASE_REGISTRY:
    case PHASE_KEY:
    case PHASE_JOIN:
        return failure_say(why, STATUS_EARLY, "the demand of this round is not known yet (%s)",
                           phase_name(season->phase));
    case PHASE_BIDS_CLOSED:
    case PHASE_AWARDED:
    case PHASE_NO_AWARD:
        return failure_say(why, STATUS_EARLY, "the bids of this round are closed (%s)",
                           phase_name(season->phase));
    case PHASE_TOO_FEW:
    case PHASE_NO_LOT:
    case PHASE_FORK:
    case PHASES:
        break;
    }
    return failure_say(why, STATUS_EARLY, "this round ended without a tender (%s)",
                       phase_name(season->phase));
}

static enum status bid_allowed(const struct bid *bid, const struct charter *charter,
                               const struct season *season, struct failure *why)
{
    enum status status = phase_fits(season, why);

    if (status != STATUS_OK)
        return status;
    if (season->boxes[BOX_BIDS].state != BOX_OPEN || !season->key_known)
        return failure_say(why, STATUS_EARLY, "this round does not take bids now");
    status = bid_fits(bid, charter, why);
    for (size_t i = 0; status == STATUS_OK && i < bid->lot_count; i++)
        if (!season->lots[bid->lots[i].lot].formed)
            status = failure_say(why, STATUS_MALFORMED, "lot %u, %s, was not formed: nobody buys it",
                                 (unsigned)bid->lots[i].lot + 1, charter->lots[bid->lots[i].lot].name);
    return status;
}

size_t bid_seal(uint8_t *out, size_t room, struct topic *topic, const struct bid *bid,
                const struct sign_key *company, struct rng *rng, struct failure *why)
{
    const struct season *season = topic_season(topic);
    uint8_t plain[BID_MAX], sealed[BID_MAX], body[BID_MAX + 8], context[HASH_SIZE];
    struct writer w = writer_to(body, sizeof body);
    size_t size;

    if (season == NULL) {
        failure_say(why, STATUS_NOMEM, "out of memory");
        return 0;
    }
    if (bid_allowed(bid, topic_charter(topic), season, why) != STATUS_OK)
        return 0;
    size = bid_write(plain, sizeof plain, bid);
    deal_context(context, topic_id(topic), BOX_BIDS, season->boxes[BOX_BIDS].parent, company->public_key, 0);
    seal_make(sealed, &season->key.joint, BYTES(context), (struct bytes){ plain, size }, rng);
    sodium_memzero(plain, sizeof plain);
    writer_array(&w, BODY_FIELDS);
    writer_uint(&w, 0);
    writer_bin(&w, (struct bytes){ sealed, size + SEAL_OVERHEAD });
    size = record_write(out, room, NULL, RECORD_DEAL, topic_id(topic), BOX_BIDS,
                        season->boxes[BOX_BIDS].parent, company, (struct bytes){ body, writer_done(&w) });
    if (size == 0)
        failure_say(why, STATUS_FULL, "a sealed bid of this size does not fit %zu bytes", room);
    return size;
}
