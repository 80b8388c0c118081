/* range_bases.c - over which numbers a range proof runs, and the vectors of points that it needs for them. */
#include "crypto/labels.h"
#include "crypto/range_proof.h"

#include <assert.h>
#include <decaf/shake.h>

const struct point POINT_BLINDING = { { 0x8c, 0x92, 0x40, 0xb4, 0x56, 0xa9, 0xe6, 0xdc, 0x65, 0xc3, 0x77,
                                        0xa1, 0x04, 0x8d, 0x74, 0x5f, 0x94, 0xa0, 0x8c, 0xdb, 0x7f, 0x44,
                                        0xcb, 0xcd, 0x7b, 0x46, 0xf3, 0x40, 0x48, 0x87, 0x11, 0x34 } };

bool range_shape(unsigned bits, size_t count)
{
    return (bits == 8 || bits == 16 || bits == 32 || bits == 64) && count >= 1 && (count & (count - 1)) == 0 &&
           count <= RANGE_SLOTS_MAX && bits * count <= RANGE_BITS_MAX;
}

static void chain_fill(decaf_255_point_t *out, char kind, uint32_t party, unsigned count)
{
    uint8_t head[5] = { (uint8_t)kind, (uint8_t)party, (uint8_t)(party >> 8), (uint8_t)(party >> 16),
                        (uint8_t)(party >> 24) };
    decaf_shake256_ctx_t chain;
    struct point p;

    decaf_shake256_init(chain);
    decaf_shake256_update(chain, (const uint8_t *)"GeneratorsChain", 15);
    decaf_shake256_update(chain, head, sizeof head);
    for (unsigned i = 0; i < count; i++) {
        uint8_t uniform[64];

        decaf_shake256_output(chain, uniform, sizeof uniform);
        point_from_hash(&p, uniform);
        point_decode(out[i], &p);
    }
    decaf_shake256_destroy(chain);
}

/* One chain a party, as dalek has them; of numbers of several widths each 64 bases are a party's. */
static void fill(struct range_bases *bases)
{
    unsigned of_one = bases->bits != 0 ? bases->bits : RANGE_VALUE_BITS_MAX;

    for (unsigned k = 0; k < bases->length; k += of_one) {
        unsigned count = bases->length - k < of_one ? bases->length - k : of_one;

        chain_fill(bases->g + k, 'G', k / of_one, count);
        chain_fill(bases->h + k, 'H', k / of_one, count);
    }
}

static void hash_slots(uint8_t out[HASH_SIZE], const struct range_slots *slots)
{
    struct transcript t;

    transcript_init(&t, LABEL_RANGE_SHAPE);
    transcript_append_u64(&t, "committed", slots->committed);
    for (unsigned j = 0; j < slots->count; j++) {
        const struct range_slot *slot = &slots->at[j];

        transcript_append_u64(&t, "width", slot->width);
        if (!slot->combined)
            continue;
        for (unsigned k = 0; k < slots->committed; k++)
            transcript_append_u64(&t, "coefficient", (uint64_t)slot->coefficient[k]);
        transcript_append_u64(&t, "constant", (uint64_t)slot->constant);
    }
    transcript_challenge(&t, "shape", out, HASH_SIZE);
}

void range_bases_init_slots(struct range_bases *bases, decaf_255_point_t *memory, const struct range_slots *slots)
{
    unsigned length = 0, widest = 0, bits = slots->at[0].width;

    assert(slots->count >= 1 && slots->count <= RANGE_SLOTS_MAX && slots->committed <= slots->count);
    for (unsigned j = 0; j < slots->count; j++) {
        const struct range_slot *slot = &slots->at[j];

        assert(slot->width >= 1 && slot->width <= RANGE_VALUE_BITS_MAX && !(slot->combined && j < slots->committed));
        length += slot->width;
        widest = slot->width > widest ? slot->width : widest;
        if (slot->width != bits || slot->combined)
            bits = 0;
    }
    assert(length >= 2 && length <= RANGE_BITS_MAX && (length & (length - 1)) == 0);
    *bases = (struct range_bases){ .bits = bits, .count = slots->count, .length = length, .widest = widest, .slots = *slots,
                                   .g = memory, .h = memory + length };
    if (bits == 0)
        hash_slots(bases->shape, slots);
    fill(bases);
}

void range_bases_init(struct range_bases *bases, decaf_255_point_t *memory, unsigned bits, size_t count)
{
    struct range_slots slots = { .committed = (unsigned)count, .count = (unsigned)count };

    assert(range_shape(bits, count));
    for (size_t j = 0; j < count; j++)
        slots.at[j].width = bits;
    range_bases_init_slots(bases, memory, &slots);
}
