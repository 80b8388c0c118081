/* msm.c - buckets over signed digits. A digit of w bits lies in [-2^(w-1), 2^(w-1)), so half the buckets do; it is read without carries
 * from the scalar plus the constant whose every digit is 2^(w-1). Where that runs over the last window the order is taken off: the digits
 * are of a negative number then, and 252 bits of them are enough. */
#include "crypto/msm.h"

#include <assert.h>
#include <string.h>

enum { SCALAR_BITS = 252, WIDTH_MAX = 8, SHIFTED_SIZE = SCALAR_SIZE + 3, BUCKETS_MAX = 1 << (WIDTH_MAX - 1) };
_Static_assert((SCALAR_BITS + ROOM_WIDTH - 1) / ROOM_WIDTH << (ROOM_WIDTH - 1) <= ROOM_BUCKETS, "the widest fits");
_Static_assert((SCALAR_BITS + ROOM_WIDTH_LEAST - 1) / ROOM_WIDTH_LEAST << (ROOM_WIDTH_LEAST - 1) <= ROOM_BUCKETS,
               "and the others, which have more windows of half the buckets each");

void point_decode(decaf_255_point_t out, const struct point *p)
{
    decaf_error_t result = decaf_255_point_decode(out, p->b, DECAF_TRUE);

    assert(result == DECAF_SUCCESS);
}

static unsigned width_for(size_t count)
{
    return count < 12 ? 3 : count < 40 ? 4 : count < 120 ? 5 : count < 350 ? 6 : count < 700 ? 7 : WIDTH_MAX;
}

/* Below a few thousand terms the buckets of a room cost more than they spare. */
static unsigned room_width_for(size_t expected)
{
    if (expected < 2500)
        return 0;
    return expected < 10000 ? ROOM_WIDTH_LEAST : expected < 30000 ? 11 : ROOM_WIDTH;
}

static unsigned windows_of(unsigned width)
{
    return (SCALAR_BITS + width - 1) / width;
}

/* sum of 2^(w-1) * 2^(w*i), longer than a scalar for whoever reads across its end. */
static void shift_begin(uint8_t constant[SHIFTED_SIZE], unsigned width)
{
    memset(constant, 0, SHIFTED_SIZE);
    for (unsigned i = 0; i < windows_of(width); i++) {
        unsigned bit = width * i + width - 1;

        constant[bit / 8] |= (uint8_t)(1u << (bit % 8));
    }
}

/* Takes the order off, or leaves what is less. */
static void lower(uint8_t shifted[SHIFTED_SIZE])
{
    uint8_t less[SHIFTED_SIZE];
    int borrow = 0;

    for (size_t i = 0; i < SHIFTED_SIZE; i++) {
        borrow += shifted[i] - (i < SCALAR_SIZE ? (uint8_t)(residue_order.limb[i * 8 / RESIDUE_BITS] >> (i * 8 % RESIDUE_BITS)) : 0);
        less[i] = (uint8_t)borrow;
        borrow >>= 8;
    }
    if (borrow == 0)
        memcpy(shifted, less, sizeof less);
}

static bool runs_over(const uint8_t shifted[SHIFTED_SIZE], unsigned width)
{
    unsigned bit = width * windows_of(width);

    return (shifted[bit / 8] >> (bit % 8) | shifted[bit / 8 + 1]) != 0; /* by one bit at the most */
}

static void shift(uint8_t out[SHIFTED_SIZE], const struct scalar *scalar, const uint8_t constant[SHIFTED_SIZE], unsigned width)
{
    unsigned carry = 0;

    for (size_t i = 0; i < SHIFTED_SIZE; i++) {
        carry += constant[i] + (i < SCALAR_SIZE ? scalar->b[i] : 0u);
        out[i] = (uint8_t)carry;
        carry >>= 8;
    }
    if (runs_over(out, width))
        lower(out);
}

static int digit_at(const uint8_t shifted[SHIFTED_SIZE], unsigned bit, unsigned width, unsigned bits)
{
    unsigned three = shifted[bit / 8] | (unsigned)shifted[bit / 8 + 1] << 8 | (unsigned)shifted[bit / 8 + 2] << 16;

    return (int)((three >> (bit % 8)) & ((1u << bits) - 1)) - (1 << (width - 1));
}

/* Of one window. */
struct buckets {
    decaf_255_point_t *sum;
    bool *used;
    unsigned width;
};

static void bucket_add(const struct buckets *buckets, int digit, const decaf_255_point_t p)
{
    size_t i = (size_t)(digit > 0 ? digit : -digit) - 1;

    if (!buckets->used[i]) {
        decaf_255_point_copy(buckets->sum[i], p);
        if (digit < 0)
            decaf_255_point_negate(buckets->sum[i], p);
        buckets->used[i] = true;
    } else if (digit > 0) {
        decaf_255_point_add(buckets->sum[i], buckets->sum[i], p);
    } else {
        decaf_255_point_sub(buckets->sum[i], buckets->sum[i], p);
    }
}

/* total += sum over buckets of (index + 1) * bucket, by running sums from the top. */
static void buckets_collect(decaf_255_point_t total, const struct buckets *buckets)
{
    decaf_255_point_t running;
    bool begun = false;

    decaf_255_point_copy(running, decaf_255_point_identity);
    for (size_t i = (size_t)1 << (buckets->width - 1); i-- > 0;) {
        if (buckets->used[i]) {
            decaf_255_point_add(running, running, buckets->sum[i]);
            begun = true;
        }
        if (begun)
            decaf_255_point_add(total, total, running);
    }
}

/* The last window keeps the bit above it: between 2^252 and the order its digit is 2^(w-1), for which there is a bucket. */
static void terms_add(const struct buckets *buckets, const struct msm *sum, uint8_t (*shifted)[SHIFTED_SIZE],
                      unsigned window)
{
    unsigned width = buckets->width, bits = window + 1 < windows_of(width) ? width : width + 1;

    for (size_t i = 0; i < sum->count; i++) {
        int digit = digit_at(shifted[i], width * window, width, bits);

        if (digit != 0)
            bucket_add(buckets, digit, sum->points[i]);
    }
}

static void next_window(decaf_255_point_t total, unsigned width)
{
    for (unsigned i = 0; i < width; i++)
        decaf_255_point_double(total, total);
}

/* A chunk by itself. */
static void chunk_fold(decaf_255_point_t total, const struct msm *sum, uint8_t (*shifted)[SHIFTED_SIZE], unsigned width)
{
    decaf_255_point_t memory[BUCKETS_MAX];
    bool used[BUCKETS_MAX];
    struct buckets buckets = { memory, used, width };

    decaf_255_point_copy(total, decaf_255_point_identity);
    for (unsigned window = windows_of(width); window-- > 0;) {
        next_window(total, width);
        memset(used, 0, sizeof used);
        terms_add(&buckets, sum, shifted, window);
        buckets_collect(total, &buckets);
    }
}

static struct buckets room_window(const struct msm *sum, unsigned window)
{
    size_t first = (size_t)window << (sum->width - 1);

    return (struct buckets){ sum->room->sum + first, sum->room->used + first, sum->width };
}

static void room_collect(decaf_255_point_t total, const struct msm *sum)
{
    decaf_255_point_copy(total, decaf_255_point_identity);
    for (unsigned window = windows_of(sum->width); window-- > 0;) {
        struct buckets buckets = room_window(sum, window);

        next_window(total, sum->width);
        buckets_collect(total, &buckets);
    }
}

static void fold(struct msm *sum)
{
    uint8_t shifted[MSM_TERMS][SHIFTED_SIZE], constant[SHIFTED_SIZE];
    unsigned width = sum->room != NULL ? sum->width : width_for(sum->count);
    decaf_255_point_t total;

    shift_begin(constant, width);
    for (size_t i = 0; i < sum->count; i++)
        shift(shifted[i], &sum->scalars[i], constant, width);
    if (sum->room != NULL) {
        for (unsigned window = 0; window < windows_of(width); window++) {
            struct buckets buckets = room_window(sum, window);

            terms_add(&buckets, sum, shifted, window);
        }
    } else if (sum->count > 0) {
        chunk_fold(total, sum, shifted, width);
        decaf_255_point_add(sum->total, sum->total, total);
    }
    sum->count = 0;
}

/* What lies in the room goes to the total, and the room is left. */
static void finish(struct msm *sum)
{
    decaf_255_point_t total;

    fold(sum);
    if (sum->room == NULL)
        return;
    room_collect(total, sum);
    decaf_255_point_add(sum->total, sum->total, total);
    sum->room = NULL;
}

void msm_begin(struct msm *sum)
{
    decaf_255_point_copy(sum->total, decaf_255_point_identity);
    sum->count = 0;
    sum->room = NULL;
    sum->width = 0;
    sum->spoilt = false;
}

void msm_begin_many(struct msm *sum, struct batch_room *room, size_t expected)
{
    msm_begin(sum);
    sum->width = room_width_for(expected);
    if (room == NULL || sum->width == 0)
        return;
    sum->room = room;
    memset(room->used, 0, sizeof room->used);
}

size_t batch_room_size(void)
{
    return sizeof(struct batch_room);
}

void msm_add_decoded(struct msm *sum, const struct scalar *factor, const decaf_255_point_t p)
{
    if (sum->count == MSM_TERMS)
        fold(sum);
    decaf_255_point_copy(sum->points[sum->count], p);
    sum->scalars[sum->count++] = *factor;
}

/* Decoded in its place: a point has 256 bytes. */
void msm_add(struct msm *sum, const struct scalar *factor, const struct point *p)
{
    if (sum->count == MSM_TERMS)
        fold(sum);
    if ((p->b[POINT_SIZE - 1] & 0x80) != 0 ||
        decaf_255_point_decode(sum->points[sum->count], p->b, DECAF_TRUE) != DECAF_SUCCESS) {
        sum->spoilt = true;
        return;
    }
    sum->scalars[sum->count++] = *factor;
}

void msm_add_residue(struct msm *sum, const struct residue *factor, const struct point *p)
{
    struct scalar plain;

    residue_to(&plain, factor);
    msm_add(sum, &plain, p);
}

bool point_take(struct point *out, const uint8_t in[POINT_SIZE])
{
    memcpy(out->b, in, POINT_SIZE);
    return !point_is_identity(out);
}

bool msm_is_zero(struct msm *sum)
{
    finish(sum);
    return !sum->spoilt && decaf_255_point_eq(sum->total, decaf_255_point_identity) == DECAF_TRUE;
}

void msm_result(struct point *out, struct msm *sum)
{
    assert(!sum->spoilt);
    finish(sum);
    decaf_255_point_encode(out->b, sum->total);
}
