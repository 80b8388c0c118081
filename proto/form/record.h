/* record.h - the envelope that every replicated record travels in. WIRE 5.1. Private to the room. */
#ifndef COOP_PROTO_RECORD_H
#define COOP_PROTO_RECORD_H

#include "proto/proto.h"

struct record {
    enum record_kind kind;
    enum box_index box;
    uint8_t id[ID_SIZE], topic[ID_SIZE], parent[ID_SIZE], author[KEY_SIZE], signature[SIGNATURE_SIZE];
    struct bytes body, whole; /* borrowed from what was read */
};
/* Decodes strictly and computes the id; the signature is not looked at (record_signed). */
bool record_read(struct record *out, struct bytes in);
bool record_signed(const struct record *record);
/* Encodes and signs; returns the size, 0: does not fit. id may be NULL. */
size_t record_write(uint8_t *out, size_t room, uint8_t id[ID_SIZE], enum record_kind kind, const uint8_t topic[ID_SIZE],
                    enum box_index box, const uint8_t parent[ID_SIZE], const struct sign_key *author, struct bytes body);
/* WIRE 8.1: a bid as its company signed it; it travels inside the deal of the home that introduces it. */
struct sealed_bid {
    struct record record;
    uint64_t seq;
    struct bytes sealed; /* borrowed from what was read */
};
bool sealed_bid_read(struct sealed_bid *out, struct bytes in); /* its shape; no signature and no proof is looked at */
/* WIRE 6.8: what every proof inside a deal is bound to. */
void deal_context(uint8_t out[HASH_SIZE], const uint8_t topic[ID_SIZE], enum box_index box, const uint8_t parent[ID_SIZE],
                  const uint8_t author[KEY_SIZE], uint64_t seq);
/* WIRE 6.9: where a home has one voice, told apart from every other place by nobody but itself. */
void voice_scope(uint8_t out[HASH_SIZE], const uint8_t within[ID_SIZE], enum box_index box);
/* WIRE 6.8: what an opening is bound to. part: the lot; for the registry and the ephemeral points of the bids LOTS_MAX. */
void open_context(uint8_t out[HASH_SIZE], const uint8_t topic[ID_SIZE], enum box_index box, const uint8_t digest[HASH_SIZE],
                  uint32_t part);

#endif
