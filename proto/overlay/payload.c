/* payload.c - what one side of a comparison writes, and the pieces that lists and wants come in. WIRE 12.1, 12.5. */
#include "proto/overlay/reconcile_state.h"

#include <assert.h>

struct writer payload_begin(struct sync_out *out, size_t fields, enum kind kind)
{
    struct writer w = writer_to(out->payload, sizeof out->payload);

    writer_array(&w, fields);
    writer_uint(&w, kind);
    return w;
}

enum status payload_end(struct sync_out *out, const struct writer *w)
{
    out->size = writer_done(w);
    assert(out->size > 0); /* the bounds of limits.h fit SYNC_PAYLOAD_MAX */
    return STATUS_OK;
}

void symbols_write(struct writer *w, const struct riblt_symbol *symbols, size_t count)
{
    uint8_t bytes[SYNC_SYMBOLS_STEP_MAX * RIBLT_SYMBOL_SIZE];

    for (size_t i = 0; i < count; i++)
        riblt_symbol_write(bytes + i * RIBLT_SYMBOL_SIZE, &symbols[i]);
    writer_bin(w, (struct bytes){ bytes, count * RIBLT_SYMBOL_SIZE });
}

enum status piece_write(struct sync *sync, struct sync_out *out)
{
    uint8_t bytes[SYNC_IDS_MAX * SHORT_ID_SIZE];
    size_t left = sync->list.count - sync->list_sent, count = left < SYNC_IDS_MAX ? left : SYNC_IDS_MAX;
    bool listing = sync->state == SYNC_LISTING, last = count == left;
    struct writer w = payload_begin(out, 3, listing ? KIND_LIST : KIND_WANT);

    for (size_t i = 0; i < count; i++)
        be64_write(bytes + i * SHORT_ID_SIZE, sync->list.ids[sync->list_sent + i]);
    writer_uint(&w, last);
    writer_bin(&w, (struct bytes){ bytes, count * SHORT_ID_SIZE });
    sync->list_sent += count;
    out->more = !last;
    if (last)
        sync->state = listing ? SYNC_AWAITING_WANTS : SYNC_OVER;
    out->done = sync->state == SYNC_OVER;
    return payload_end(out, &w);
}

enum status pieces_begin(struct sync *sync, enum sync_state state, struct sync_out *out)
{
    sync->state = state;
    sync->list_sent = 0;
    return piece_write(sync, out);
}

enum status list_begin(struct sync *sync, struct sync_out *out)
{
    if (!short_list_of(&sync->list, &sync->own.items))
        return STATUS_NOMEM;
    return pieces_begin(sync, SYNC_LISTING, out);
}

enum status piece_read(struct sync *sync, struct reader *r, bool *last)
{
    struct bytes bytes;

    *last = reader_uint(r, 1) == 1;
    bytes = reader_bin(r, *last ? 0 : SYNC_IDS_MAX * SHORT_ID_SIZE, SYNC_IDS_MAX * SHORT_ID_SIZE);
    if (!reader_done(r) || bytes.size % SHORT_ID_SIZE != 0 || (bytes.size == 0 && sync->heard))
        return STATUS_MALFORMED;
    for (size_t i = 0; i < bytes.size; i += SHORT_ID_SIZE) {
        uint64_t id = be64_read(bytes.data + i);

        if (sync->heard && id <= sync->last_heard)
            return STATUS_MALFORMED;
        if (!short_list_add(&sync->list, id))
            return STATUS_NOMEM;
        sync->last_heard = id;
        sync->heard = true;
    }
    return STATUS_OK;
}
