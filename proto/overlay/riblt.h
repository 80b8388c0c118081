/* riblt.h - coded symbols of a set: rateless invertible Bloom lookup tables (Yang, Gilad, Alizadeh,
 * "Practical Rateless Set Reconciliation", SIGCOMM 2024). WIRE 12.3. Private to the room.
 *
 * An encoder turns a set of record ids into an endless sequence of symbols. A decoder takes another set's
 * sequence from its start, takes its own set's away symbol by symbol, and after about 1.4 symbols per
 * difference knows every id that only one side has. Neither knows payloads or limits: that is reconcile.h. */
#ifndef COOP_PROTO_RIBLT_H
#define COOP_PROTO_RIBLT_H

#include "proto/proto.h"

struct riblt_keys {
    uint8_t id[SHORT_KEY_SIZE], check[SHORT_KEY_SIZE];
};
uint64_t riblt_short_id(const struct riblt_keys *keys, const uint8_t id[ID_SIZE]);

struct riblt_symbol {
    uint64_t id, check; /* xor of the short ids in it, and of their checks */
    int64_t count;
};
/* On the wire: the id, the low 32 bits of the check, the low 8 bits of the count (WIRE 12.3 says why that is
 * enough). */
enum { RIBLT_SYMBOL_SIZE = 8 + 4 + 1 };
void riblt_symbol_write(uint8_t out[RIBLT_SYMBOL_SIZE], const struct riblt_symbol *symbol);
void riblt_symbol_read(struct riblt_symbol *out, const uint8_t in[RIBLT_SYMBOL_SIZE]);

/* A short id on its way along the sequence. */
struct riblt_item {
    uint64_t id, check, state;
    uint32_t next; /* the first symbol it has not been put into */
};
struct riblt_items {
    struct riblt_item *list;
    size_t count, room;
};

enum {
    RIBLT_SYMBOLS_MAX = 1 << 20
}; /* up to here every step of the mapping is exact in a double and fits 32 bits */
struct riblt_encoder {
    struct riblt_keys keys;
    struct riblt_items items;     /* item i stands for ids[i] */
    struct riblt_symbol *symbols; /* made so far, perhaps more than anybody asked for */
    size_t count;
};
/* false: out of memory; the encoder is clear. */
bool riblt_encoder_init(struct riblt_encoder *encoder, const struct riblt_keys *keys,
                        const uint8_t (*ids)[ID_SIZE], size_t count);
void riblt_encoder_clear(struct riblt_encoder *encoder); /* also one that is all zero */
/* At least the first `count` symbols, borrowed until the next call; NULL: out of memory. Work is done in
 * growing steps, so asking for one symbol at a time costs no more than asking for all. */
const struct riblt_symbol *riblt_encoder_first(struct riblt_encoder *encoder, size_t count);

struct riblt_decoder {
    struct riblt_encoder *own; /* borrowed */
    struct riblt_symbol *left; /* theirs less ours less what was recovered, as narrow as on the wire */
    size_t count;
    struct riblt_items theirs, ours; /* recovered: ids only they have, ids only we have */
};
void riblt_decoder_init(struct riblt_decoder *decoder, struct riblt_encoder *own);
void riblt_decoder_clear(struct riblt_decoder *decoder);
/* Takes the next symbols and recovers what it can. false: out of memory. */
bool riblt_decoder_add(struct riblt_decoder *decoder, const struct riblt_symbol *symbols, size_t count);
bool riblt_decoded(
    const struct riblt_decoder *decoder); /* nothing is left: theirs and ours are the whole difference */
/* How many differences there seem to be, recovered ones included; excess: their count less ours, as they say.
 * A guess, with a relative error of about sqrt(2 / symbols). */
double riblt_estimate(const struct riblt_decoder *decoder, int64_t excess);

#endif
