/* reconcile_state.h - one side of a comparison, shared by reconcile.c, which knows whose turn it is, and payload.c, which
 * knows how things are written. Private to these two. */
#ifndef COOP_PROTO_RECONCILE_STATE_H
#define COOP_PROTO_RECONCILE_STATE_H

#include "proto/overlay/reconcile.h"
#include "proto/overlay/short_list.h"
#include "proto/wire.h"

enum { SALT_SIZE = 8 };

enum sync_state {
    SYNC_FRESH,
    SYNC_OPENED,
    SYNC_ANSWERED,
    SYNC_SERVING,
    SYNC_ASKED,
    SYNC_LISTING,
    SYNC_AWAITING_LIST,
    SYNC_WANTING,
    SYNC_AWAITING_WANTS,
    SYNC_OVER,
};

/* First element of every payload. */
enum kind { KIND_OPEN, KIND_ANSWER, KIND_ASK, KIND_SYMBOLS, KIND_ASK_LIST, KIND_LIST, KIND_WANT, KIND_EQUAL };

struct sync {
    enum sync_state state;
    struct sync_set set;
    int64_t excess;            /* how many more the peer has */
    uint64_t parts;            /* that are compared; the fields below are about these */
    uint8_t (*ids)[ID_SIZE], (*give)[ID_SIZE];
    size_t count, peer_count;
    uint8_t salt[SALT_SIZE];
    struct riblt_keys keys;
    struct riblt_encoder own;
    struct riblt_decoder decoder;
    size_t symbols;         /* sent by who answers, taken by who began */
    size_t asked;           /* under way to who began */
    struct short_list list; /* what arrives, or what is being sent: a list, or wants */
    size_t list_sent;
    uint64_t last_heard; /* short id, of the pieces that arrive */
    bool heard;
};

/* payload.c: every payload begins with its kind and fits SYNC_PAYLOAD_MAX. */
struct writer payload_begin(struct sync_out *out, size_t fields, enum kind kind);
enum status payload_end(struct sync_out *out, const struct writer *w);
void symbols_write(struct writer *w, const struct riblt_symbol *symbols, size_t count);
enum status pieces_begin(struct sync *sync, enum sync_state state, struct sync_out *out); /* of sync->list */
enum status list_begin(struct sync *sync, struct sync_out *out);                          /* of the own set */
enum status piece_write(struct sync *sync, struct sync_out *out); /* the next piece of our list or of our wants */
/* One piece of ids, appended to sync->list: ascending over all pieces, and only the last may be short (WIRE 12.5). */
enum status piece_read(struct sync *sync, struct reader *r, bool *last);

#endif
