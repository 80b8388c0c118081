/* A record has one encoding and one id (WIRE 5.1): what is accepted is written back byte for byte, and all of
 * it but the signature is under the id. Some of them are a company's bid (WIRE 8.1). */
#include "proto/form/record.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static size_t write_again(uint8_t *out, size_t room, const struct record *record)
{
    struct writer w = writer_to(out, room);

    writer_array(&w, 8);
    writer_uint(&w, 1);
    writer_uint(&w, record->kind);
    writer_bin(&w, BYTES(record->topic));
    writer_uint(&w, record->box);
    writer_bin(&w, BYTES(record->parent));
    writer_bin(&w, BYTES(record->author));
    writer_bin(&w, record->body);
    writer_bin(&w, BYTES(record->signature));
    return writer_done(&w);
}

static void bid_look(struct bytes in)
{
    struct sealed_bid bid;

    if (!sealed_bid_read(&bid, in))
        return;
    PROPERTY(bid.record.kind == RECORD_DEAL && bid.record.box == BOX_BIDS && bid.seq <= DEAL_SEQ_MAX);
    PROPERTY(bid.sealed.size >= SEAL_OVERHEAD && bid.sealed.size <= BID_MAX);
    PROPERTY(bid.sealed.data > in.data && bid.sealed.data + bid.sealed.size < in.data + in.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[RECORD_MAX];
    struct record record, other;

    bid_look((struct bytes){ data, size });
    if (!record_read(&record, (struct bytes){ data, size }))
        return 0;
    PROPERTY(record.kind < RECORD_KINDS && record.box < BOXES);
    PROPERTY(write_again(again, sizeof again, &record) == size);
    PROPERTY(memcmp(again, data, size) == 0);
    again[size - 1] ^= 1;
    PROPERTY(record_read(&other, (struct bytes){ again, size }));
    PROPERTY(memcmp(other.id, record.id, ID_SIZE) == 0);
    PROPERTY(!record_signed(&record) || !record_signed(&other));
    return 0;
}
