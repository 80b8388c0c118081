/* First byte: what to check; the rest: the bytes. Only the honest bytes may pass: anything else would be a
 * forged proof or a second encoding of the same one; and they do pass. Points and scalars: what is accepted
 * is canonical.
 *
 * Noise in a proof mostly dies in its decoder. With the top bit of the first byte set, the rest are edits of
 * the honest bytes that keep points points and scalars scalars, so that the equations themselves are asked.
 */
#include "tests/fuzz/crypto_case.h"

static void points_and_scalars(const uint8_t *data, size_t size)
{
    struct point point, again;
    struct scalar scalar, sum, zero;

    if (size != POINT_SIZE)
        return;
    if (point_read(&point, data)) {
        point_add(&again, &point, &POINT_IDENTITY);
        PROPERTY(memcmp(again.b, data, POINT_SIZE) == 0);
        PROPERTY(point_read_nonzero(&again, data) != point_is_identity(&point));
    }
    if (scalar_read(&scalar, data)) {
        scalar_from_u64(&zero, 0);
        scalar_add(&sum, &scalar, &zero);
        PROPERTY(memcmp(sum.b, data, SCALAR_SIZE) == 0);
    }
}

/* ---- Edits: four bytes each, an operation and two words of 32 bytes counted from the front or, like a ring
 * proof's, from byte 8. */

enum edit {
    EDIT_COPY,
    EDIT_SWAP,
    EDIT_ADD,
    EDIT_NEGATE,
    EDIT_IDENTITY,
    EDIT_BASE,
    EDIT_ORDER,
    EDIT_TOP_BIT,
    EDITS
};
enum { EDIT_SIZE = 4, WORD = 32 };

static void word_add(uint8_t *a, const uint8_t *b)
{
    struct point p, q;
    struct scalar s, t;

    if (scalar_read(&s, a) && scalar_read(&t, b)) {
        scalar_add(&s, &s, &t);
        memcpy(a, s.b, WORD);
    } else if (point_read(&p, a) && point_read(&q, b)) {
        point_add(&p, &p, &q);
        memcpy(a, p.b, WORD);
    }
}

static void word_negate(uint8_t *a)
{
    struct point p;
    struct scalar s;

    if (scalar_read(&s, a)) {
        scalar_negate(&s, &s);
        memcpy(a, s.b, WORD);
    } else if (point_read(&p, a)) {
        point_sub(&p, &POINT_IDENTITY, &p);
        memcpy(a, p.b, WORD);
    }
}

static void word_edit(enum edit edit, uint8_t *a, uint8_t *b)
{
    static const uint8_t order[WORD] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                         0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };
    uint8_t kept[WORD];

    memcpy(kept, b, WORD);
    switch (edit) {
    case EDIT_SWAP:
        memcpy(b, a, WORD);
        memcpy(a, kept, WORD);
        break;
    case EDIT_COPY:
        memcpy(a, kept, WORD);
        break;
    case EDIT_ADD:
        word_add(a, kept);
        break;
    case EDIT_NEGATE:
        word_negate(a);
        break;
    case EDIT_IDENTITY:
        memset(a, 0, WORD);
        break;
    case EDIT_BASE:
        memcpy(a, POINT_BASE.b, WORD);
        break;
    case EDIT_ORDER:
        sodium_add(a, order, WORD);
        break;
    case EDIT_TOP_BIT:
        a[WORD - 1] |= 0x80;
        break;
    case EDITS:
        break;
    }
}

static void edits_apply(uint8_t *bytes, size_t size, const uint8_t *edits, size_t edits_size)
{
    for (; edits_size >= EDIT_SIZE; edits += EDIT_SIZE, edits_size -= EDIT_SIZE) {
        size_t from = edits[1] & 1 ? 8 : 0, words = (size - from) / WORD;

        word_edit((enum edit)(edits[0] % EDITS), bytes + from + edits[2] % words * WORD,
                  bytes + from + edits[3] % words * WORD);
    }
}

/* ---- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct crypto_case honest;
    static uint8_t made[CASE_KINDS][CASE_ROOM], edited[CASE_ROOM];
    static size_t made_size[CASE_KINDS];

    if (made_size[CASE_SEAL] == 0) {
        crypto_case_init(&honest);
        for (int kind = 0; kind < CASE_KINDS; kind++)
            made_size[kind] = crypto_case_make(&honest, (enum crypto_kind)kind, made[kind]);
    }
    if (size == 0)
        return 0;
    enum crypto_kind kind = (enum crypto_kind)((data[0] & 0x7f) % (CASE_KINDS + 1));
    struct bytes in = { data + 1, size - 1 };
    if (kind == CASE_KINDS) {
        points_and_scalars(in.data, in.size);
        return 0;
    }
    if (data[0] & 0x80) {
        memcpy(edited, made[kind], made_size[kind]);
        edits_apply(edited, made_size[kind], in.data, in.size);
        in = (struct bytes){ edited, made_size[kind] };
    }
    PROPERTY(crypto_case_check(&honest, kind, in) ==
             bytes_equal(in, (struct bytes){ made[kind], made_size[kind] }));
    return 0;
}
