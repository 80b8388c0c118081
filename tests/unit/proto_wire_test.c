/* One value has one encoding, and every bound is kept. msgpack-c's own unpacker, which builds a tree of
 * whatever it is given, is the oracle: bytes are ours exactly if it understands them, they are of our few
 * kinds, and its packer would have written the same bytes. */
#include "proto/wire.h"

#include "crypto/crypto.h"

#include <msgpack.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 4096, DEPTH_MAX = 8, ELEMENTS_MAX = 70000 };

static void numbers_have_one_form(void **unused)
{
    static const struct {
        const char *bytes;
        size_t size;
        uint64_t value;
    } table[] = {
        { "\x00", 1, 0 },
        { "\x7f", 1, 127 },
        { "\xcc\x80", 2, 128 },
        { "\xcc\xff", 2, 255 },
        { "\xcd\x01\x00", 3, 256 },
        { "\xcd\xff\xff", 3, 65535 },
        { "\xce\x00\x01\x00\x00", 5, 65536 },
        { "\xce\xff\xff\xff\xff", 5, UINT32_MAX },
        { "\xcf\x00\x00\x00\x01\x00\x00\x00\x00", 9, (uint64_t)UINT32_MAX + 1 },
        { "\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 9, UINT64_MAX },
    };
    static const struct {
        const char *bytes;
        size_t size;
    } others[] = {
        { "\xcc\x7f", 2 }, /* longer than need be */
        { "\xcd\x00\xff", 3 }, { "\xce\x00\x00\xff\xff", 5 }, { "\xcf\x00\x00\x00\x00\xff\xff\xff\xff", 9 },
        { "\xd0\x05", 2 }, /* a signed form of what is not negative */
        { "\xff", 1 },     /* negative */
        { "\xc0", 1 },     /* nil, false, a float, a map, an extension */
        { "\xc2", 1 },         { "\xca\x00\x00\x00\x00", 5 }, { "\x80", 1 },
        { "\xd4\x00\x00", 3 },
    };
    uint8_t bytes[16];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct bytes in = { (const uint8_t *)table[i].bytes, table[i].size };
        struct reader r = reader_from(in), below = r,
                      cut = reader_from((struct bytes){ in.data, in.size - 1 });
        struct writer w = writer_to(bytes, sizeof bytes);

        writer_uint(&w, table[i].value);
        assert_true(bytes_equal((struct bytes){ bytes, writer_done(&w) }, in));
        assert_int_equal(reader_uint(&r, table[i].value), table[i].value);
        assert_true(reader_done(&r));
        reader_uint(&cut, UINT64_MAX);
        assert_false(reader_done(&cut));
        if (table[i].value == 0)
            continue;
        assert_int_equal(reader_uint(&below, table[i].value - 1), 0);
        assert_false(reader_done(&below));
    }
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        struct reader r = reader_from((struct bytes){ (const uint8_t *)others[i].bytes, others[i].size });

        reader_uint(&r, UINT64_MAX);
        assert_false(reader_done(&r));
    }
}

/* A size on either side of each change of head, read within and outside its bound. */
static void sizes_have_one_form_and_keep_their_bound(void **unused)
{
    static const size_t sizes[] = { 0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536 };
    static uint8_t bytes[ELEMENTS_MAX], data[ELEMENTS_MAX];
    static char text[ELEMENTS_MAX], found[ELEMENTS_MAX];

    (void)unused;
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        size_t size = sizes[i], written;
        struct writer w = writer_to(bytes, sizeof bytes);
        struct reader r;

        writer_bin(&w, (struct bytes){ data, size });
        written = writer_done(&w);
        r = reader_from((struct bytes){ bytes, written });
        assert_int_equal(reader_bin(&r, size, size).size, size);
        assert_true(reader_done(&r));
        r = reader_from((struct bytes){ bytes, written });
        assert_null(reader_bin(&r, size + 1, ELEMENTS_MAX).data);
        assert_true(r.failed);
        r = reader_from((struct bytes){ bytes, written - 1 });
        assert_null(reader_bin(&r, 0, ELEMENTS_MAX).data);
        assert_true(r.failed);

        w = writer_to(bytes, sizeof bytes);
        writer_array(&w, size);
        for (size_t j = 0; j < size; j++)
            writer_uint(&w, 0);
        written = writer_done(&w);
        r = reader_from((struct bytes){ bytes, written });
        assert_int_equal(reader_array(&r, size, size), size);
        assert_false(r.failed);
        r = reader_from((struct bytes){ bytes, written - (size > 0) });
        assert_int_equal(reader_array(&r, 0, ELEMENTS_MAX), 0); /* more elements than bytes are left */
        assert_true(size == 0 || r.failed);

        if (size > 65535)
            continue; /* no text is that long */
        text[size] = '\0';
        w = writer_to(bytes, sizeof bytes);
        writer_text(&w, text);
        written = writer_done(&w);
        r = reader_from((struct bytes){ bytes, written });
        reader_text(&r, found, size + 1);
        assert_true(reader_done(&r));
        assert_string_equal(found, text);
        r = reader_from((struct bytes){ bytes, written });
        reader_text(&r, found, size > 0 ? size : 1); /* no room for the last byte */
        assert_true(size == 0 || r.failed);
        text[size] = 'x';
    }
}

static void a_size_behind_a_longer_head_is_refused(void **unused)
{
    static const struct {
        const char *head;
        size_t size, declared;
    } heads[] = {
        { "\xdc\x00\x0f", 3, 15 },
        { "\xdd\x00\x00\x00\x0f", 5, 15 },
        { "\xdd\x00\x00\xff\xff", 5, 65535 },
        { "\xc5\x00\xff", 3, 255 },
        { "\xc6\x00\x00\xff\xff", 5, 65535 },
        { "\xd9\x1f", 2, 31 },
        { "\xda\x00\xff", 3, 255 },
        { "\xdb\x00\x00\xff\xff", 5, 65535 },
        { "\xdd\xff\xff\xff\xff", 5, 65535 },
        { "\xc6\xff\xff\xff\xff", 5, 65535 },
    };
    static uint8_t bytes[ELEMENTS_MAX];
    static char text[ELEMENTS_MAX];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
        struct bytes in = { bytes, heads[i].size + heads[i].declared };
        struct reader array = reader_from(in), bin = array, words = array;

        memset(bytes, 'x', sizeof bytes);
        memcpy(bytes, heads[i].head, heads[i].size);
        assert_int_equal(reader_array(&array, 0, SIZE_MAX), 0);
        assert_null(reader_bin(&bin, 0, SIZE_MAX).data);
        reader_text(&words, text, sizeof text);
        assert_true(array.failed && bin.failed && words.failed);
    }
}

static void text_is_printable_and_well_formed(void **unused)
{
    static const struct {
        const char *text;
        bool fine;
    } table[] = {
        { "", true },
        { "Pellets, rue des Lilas", true },
        { "Granul\xc3\xa9s \xe2\x82\xac \xf0\x9f\x94\xa5", true },
        { "a\tb", false },
        { "a\nb", false },
        { "\x1b[2J", false },
        { "\x7f", false },
        { "\xc2\x85", false }, /* next line */
        { "\xe2\x80\xae"
          "123",
          false },                 /* right to left */
        { "\xe2\x80\xa8", false }, /* line separator */
        { "\xe2\x81\xa6", false }, /* isolate */
        { "\xe2\x80\x8b", false }, /* zero width */
        { "\xef\xbb\xbf"
          "bom",
          false },
        { "\xf3\xa0\x81\x81", false }, /* tags: invisible letters */
        { "\xef\xbf\xbf", false },     /* a noncharacter */
        { "\xc3", false },             /* cut short */
        { "\xc3(", false },
        { "\xa9", false },     /* begins in the middle */
        { "\xc0\xaf", false }, /* overlong */
        { "\xe0\x80\xaf", false },
        { "\xf0\x80\x80\xaf", false },
        { "\xed\xa0\x80", false },     /* half a surrogate pair */
        { "\xf4\x90\x80\x80", false }, /* beyond Unicode */
        { "\xf8\x88\x80\x80\x80", false },
        { "\xff", false },
    };
    char found[64];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        uint8_t bytes[64];
        struct writer w = writer_to(bytes, sizeof bytes);
        struct reader r;

        writer_text(&w, table[i].text);
        r = reader_from((struct bytes){ bytes, writer_done(&w) });
        reader_text(&r, found, sizeof found);
        if (text_printable(table[i].text) != table[i].fine || reader_done(&r) != table[i].fine)
            fail_msg("text %zu", i);
    }
    struct reader zero = reader_from((struct bytes){ (const uint8_t *)"\xa3"
                                                                      "a\0b",
                                                     4 });
    reader_text(&zero, found, sizeof found);
    assert_false(reader_done(&zero));
}

static void the_first_failure_stays(void **unused)
{
    static const uint8_t in[] = { 0x93, 0x05, 0x06, 0x07 };
    struct reader r = reader_from(BYTES(in));
    uint8_t out[4] = { 0 }, fixed[2] = { 9, 9 };
    struct writer w = writer_to(out, 2);

    (void)unused;
    assert_int_equal(reader_array(&r, 3, 3), 3);
    assert_int_equal(reader_uint(&r, 4), 0); /* above its bound */
    assert_int_equal(reader_uint(&r, 9), 0); /* would have been fine */
    assert_int_equal(reader_array(&r, 0, 9), 0);
    reader_fixed(&r, fixed, sizeof fixed);
    assert_int_equal(fixed[0], 9);
    assert_false(reader_done(&r));

    writer_uint(&w, 1);
    writer_bin(&w, BYTES(in)); /* does not fit */
    writer_uint(&w, 2);        /* would have */
    assert_int_equal(writer_done(&w), 0);
    assert_int_equal(out[2], 0);
}

/* ---- Against msgpack-c. */

/* One value of any of our kinds, written again as it is read. */
static void copy_value(struct writer *w, struct reader *r, unsigned depth)
{
    static char text[ROOM];
    uint8_t head = r->failed || r->at == r->in.size ? 0xc1 : r->in.data[r->at];

    if (head < 0x80 || (head >= 0xcc && head <= 0xcf)) {
        writer_uint(w, reader_uint(r, UINT64_MAX));
    } else if (head >= 0xc4 && head <= 0xc6) {
        writer_bin(w, reader_bin(r, 0, ROOM));
    } else if ((head & 0xe0) == 0xa0 || (head >= 0xd9 && head <= 0xdb)) {
        text[0] = '\0';
        reader_text(r, text, sizeof text);
        writer_text(w, text);
    } else if (((head & 0xf0) == 0x90 || head == 0xdc || head == 0xdd) && depth < DEPTH_MAX) {
        size_t count = reader_array(r, 0, ROOM);

        writer_array(w, count);
        for (size_t i = 0; i < count && !r->failed; i++)
            copy_value(w, r, depth + 1);
    } else {
        reader_fail(r);
    }
}

static bool we_accept(struct bytes in)
{
    static uint8_t again[2 * ROOM];
    struct writer w = writer_to(again, sizeof again);
    struct reader r = reader_from(in);

    copy_value(&w, &r, 0);
    if (!reader_done(&r))
        return false;
    assert_true(
        bytes_equal((struct bytes){ again, writer_done(&w) }, in)); /* what is read has one encoding */
    return true;
}

static bool kinds_are_ours(const msgpack_object *object, unsigned depth)
{
    char text[ROOM];

    if (object->type == MSGPACK_OBJECT_POSITIVE_INTEGER || object->type == MSGPACK_OBJECT_BIN)
        return true;
    if (object->type == MSGPACK_OBJECT_STR) {
        if (object->via.str.size > 0)
            memcpy(text, object->via.str.ptr, object->via.str.size);
        text[object->via.str.size] = '\0';
        return strlen(text) == object->via.str.size && text_printable(text);
    }
    if (object->type != MSGPACK_OBJECT_ARRAY || depth >= DEPTH_MAX)
        return false;
    for (uint32_t i = 0; i < object->via.array.size; i++)
        if (!kinds_are_ours(&object->via.array.ptr[i], depth + 1))
            return false;
    return true;
}

static bool oracle_accepts(struct bytes in)
{
    msgpack_unpacked unpacked;
    msgpack_sbuffer packed;
    msgpack_packer packer;
    size_t offset = 0;
    bool fine;

    msgpack_unpacked_init(&unpacked);
    fine =
        msgpack_unpack_next(&unpacked, (const char *)in.data, in.size, &offset) == MSGPACK_UNPACK_SUCCESS &&
        offset == in.size && kinds_are_ours(&unpacked.data, 0);
    if (fine) {
        msgpack_sbuffer_init(&packed);
        msgpack_packer_init(&packer, &packed, msgpack_sbuffer_write);
        msgpack_pack_object(&packer, unpacked.data);
        fine = bytes_equal((struct bytes){ (const uint8_t *)packed.data, packed.size }, in);
        msgpack_sbuffer_destroy(&packed);
    }
    msgpack_unpacked_destroy(&unpacked);
    return fine;
}

static void random_value(struct writer *w, struct rng *rng, unsigned depth)
{
    uint8_t data[300];
    char text[64];
    size_t size;

    switch (rng_below(rng, depth < DEPTH_MAX ? 4 : 3)) {
    case 0:
        writer_uint(w, rng_below(rng, UINT64_MAX) >> rng_below(rng, 64));
        break;
    case 1:
        size = rng_below(rng, rng_below(rng, 8) == 0 ? sizeof data : 20);
        rng_fill(rng, data, size);
        writer_bin(w, (struct bytes){ data, size });
        break;
    case 2:
        size = rng_below(rng, sizeof text);
        for (size_t i = 0; i < size; i++)
            text[i] = (char)(0x20 + rng_below(rng, 0x5f));
        text[size] = '\0';
        writer_text(w, text);
        break;
    case 3:
        size = rng_below(rng, rng_below(rng, 8) == 0 ? 20 : 5);
        writer_array(w, size);
        for (size_t i = 0; i < size; i++)
            random_value(w, rng, depth + 1);
        break;
    }
}

static void mutate(uint8_t *bytes, size_t *size, struct rng *rng)
{
    static const uint8_t telling[] = { 0x90, 0x91, 0xa1, 0xc0, 0xc4, 0xc5, 0xc6,
                                       0xcc, 0xcd, 0xce, 0xcf, 0xd9, 0xda, 0xdc };
    size_t at = rng_below(rng, *size);

    switch (rng_below(rng, 4)) {
    case 0:
        bytes[at] = telling[rng_below(rng, sizeof telling)];
        break;
    case 1:
        bytes[at] ^= (uint8_t)(1u << rng_below(rng, 8));
        break;
    case 2:
        memmove(bytes + at, bytes + at + 1, *size - at - 1);
        *size -= *size > 1;
        break;
    case 3:
        memmove(bytes + at + 1, bytes + at, *size - at);
        bytes[at] = (uint8_t)rng_below(rng, 256);
        *size += 1;
        break;
    }
    /* Four-byte counts of elements: the oracle reserves memory for as many as are declared. Ours are in the
     * tables above. */
    for (size_t i = 0; i < *size; i++)
        if (bytes[i] == 0xdd || bytes[i] == 0xdf)
            bytes[i] = 0xdc;
}

static void we_read_what_the_oracle_reads_in_its_shortest_form(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 0x71 };
    static uint8_t bytes[2 * ROOM];
    size_t accepted = 0, refused = 0;
    struct rng rng;

    (void)unused;
    rng_init(&rng, seed);
    for (size_t made = 0; made < 2000;) {
        struct writer w = writer_to(bytes, ROOM - 64);
        size_t size;

        random_value(&w, &rng, 0);
        size = writer_done(&w);
        if (size == 0)
            continue;
        made++;
        assert_true(we_accept((struct bytes){ bytes, size }));
        assert_true(oracle_accepts((struct bytes){ bytes, size }));
        for (int steps = 0; steps < 10; steps++) {
            mutate(bytes, &size, &rng);
            bool ours = we_accept((struct bytes){ bytes, size });

            assert_int_equal(ours, oracle_accepts((struct bytes){ bytes, size }));
            *(ours ? &accepted : &refused) += 1;
        }
    }
    assert_true(accepted > 1000 && refused > 1000); /* both sides of the question were asked */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_one_form),
        cmocka_unit_test(sizes_have_one_form_and_keep_their_bound),
        cmocka_unit_test(a_size_behind_a_longer_head_is_refused),
        cmocka_unit_test(text_is_printable_and_well_formed),
        cmocka_unit_test(the_first_failure_stays),
        cmocka_unit_test(we_read_what_the_oracle_reads_in_its_shortest_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
