/* First byte: what to check; the rest: the bytes. Only the honest bytes may pass: anything else would be a forged proof or a
 * second encoding of the same one. Points and scalars: what is accepted is canonical. */
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct crypto_case honest;
    static uint8_t made[CASE_KINDS][CASE_ROOM];
    static size_t made_size[CASE_KINDS];

    if (made_size[CASE_SEAL] == 0) {
        crypto_case_init(&honest);
        for (int kind = 0; kind < CASE_KINDS; kind++)
            made_size[kind] = crypto_case_make(&honest, (enum crypto_kind)kind, made[kind]);
    }
    if (size == 0)
        return 0;
    enum crypto_kind kind = (enum crypto_kind)(data[0] % (CASE_KINDS + 1));
    struct bytes in = { data + 1, size - 1 };
    if (kind == CASE_KINDS)
        points_and_scalars(in.data, in.size);
    else if (crypto_case_check(&honest, kind, in))
        PROPERTY(bytes_equal(in, (struct bytes){ made[kind], made_size[kind] }));
    return 0;
}
