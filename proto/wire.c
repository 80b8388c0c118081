/* wire.c - canonical MessagePack, bounded. Writing is msgpack-c's packer, which takes the shortest head by itself. Reading is our own: the
 * library's parser builds a tree, and reserves memory for as many elements as the bytes declare before it has seen them. */
#include "proto/wire.h"

#include <assert.h>
#include <msgpack/pack.h>
#include <string.h>

/* ---- Writing. */

static int writer_append(void *arg, const char *data, size_t size)
{
    struct writer *w = arg;

    if (w->failed || size > w->room - w->size) {
        w->failed = true;
        return -1;
    }
    if (size > 0)
        memcpy(w->out + w->size, data, size);
    w->size += size;
    return 0;
}

static msgpack_packer packer(struct writer *w)
{
    msgpack_packer p;

    msgpack_packer_init(&p, w, writer_append);
    return p;
}

struct writer writer_to(uint8_t *out, size_t room)
{
    return (struct writer){ .out = out, .room = room };
}

void writer_array(struct writer *w, size_t count)
{
    msgpack_packer p = packer(w);

    msgpack_pack_array(&p, count);
}

void writer_uint(struct writer *w, uint64_t value)
{
    msgpack_packer p = packer(w);

    msgpack_pack_uint64(&p, value);
}

void writer_bin(struct writer *w, struct bytes value)
{
    msgpack_packer p = packer(w);

    msgpack_pack_bin(&p, value.size);
    msgpack_pack_bin_body(&p, value.data, value.size);
}

void writer_text(struct writer *w, const char *value)
{
    msgpack_packer p = packer(w);
    size_t size = strlen(value);

    msgpack_pack_str(&p, size);
    msgpack_pack_str_body(&p, value, size);
}

size_t writer_done(const struct writer *w)
{
    return w->failed ? 0 : w->size;
}

/* ---- Reading. */

struct reader reader_from(struct bytes in)
{
    return (struct reader){ .in = in };
}

void reader_fail(struct reader *r)
{
    r->failed = true;
}

static const uint8_t *take(struct reader *r, size_t size)
{
    if (r->failed || size > r->in.size - r->at) {
        r->failed = true;
        return NULL;
    }
    r->at += size;
    return r->in.data + r->at - size;
}

/* A big-endian number of `width` bytes which a shorter head could not have held. */
static uint64_t take_number(struct reader *r, unsigned width, uint64_t least)
{
    const uint8_t *be = take(r, width);
    uint64_t value = 0;

    for (unsigned i = 0; be != NULL && i < width; i++)
        value = value << 8 | be[i];
    if (value < least)
        r->failed = true;
    return r->failed ? 0 : value;
}

static uint8_t take_head(struct reader *r)
{
    const uint8_t *head = take(r, 1);

    return head == NULL ? 0 : *head;
}

size_t reader_array(struct reader *r, size_t least, size_t most)
{
    uint8_t head = take_head(r);
    uint64_t count = 0;

    if ((head & 0xf0) == 0x90)
        count = head & 0x0f;
    else if (head == 0xdc)
        count = take_number(r, 2, 16);
    else if (head == 0xdd)
        count = take_number(r, 4, UINT16_MAX + 1);
    else
        r->failed = true;
    /* Each element is a byte at least: a count beyond what remains is a lie whatever the caller's bound. */
    if (count < least || count > most || count > r->in.size - r->at)
        r->failed = true;
    return r->failed ? 0 : (size_t)count;
}

uint64_t reader_uint(struct reader *r, uint64_t most)
{
    uint8_t head = take_head(r);
    uint64_t value = head;

    if (head == 0xcc)
        value = take_number(r, 1, 0x80);
    else if (head == 0xcd)
        value = take_number(r, 2, UINT8_MAX + 1);
    else if (head == 0xce)
        value = take_number(r, 4, UINT16_MAX + 1);
    else if (head == 0xcf)
        value = take_number(r, 8, (uint64_t)UINT32_MAX + 1);
    else if (head >= 0x80)
        r->failed = true;
    if (value > most)
        r->failed = true;
    return r->failed ? 0 : value;
}

struct bytes reader_bin(struct reader *r, size_t least, size_t most)
{
    uint8_t head = take_head(r);
    uint64_t size = 0;
    const uint8_t *data;

    if (head == 0xc4)
        size = take_number(r, 1, 0);
    else if (head == 0xc5)
        size = take_number(r, 2, UINT8_MAX + 1);
    else if (head == 0xc6)
        size = take_number(r, 4, UINT16_MAX + 1);
    else
        r->failed = true;
    if (size < least || size > most)
        r->failed = true;
    data = take(r, (size_t)size);
    return data == NULL ? (struct bytes){ NULL, 0 } : (struct bytes){ data, (size_t)size };
}

void reader_fixed(struct reader *r, uint8_t *out, size_t size)
{
    struct bytes value = reader_bin(r, size, size);

    if (!r->failed)
        memcpy(out, value.data, size);
}

void reader_text(struct reader *r, char *out, size_t room)
{
    uint8_t head = take_head(r);
    uint64_t size = 0;
    const uint8_t *data;

    assert(room > 0);
    if ((head & 0xe0) == 0xa0)
        size = head & 0x1f;
    else if (head == 0xd9)
        size = take_number(r, 1, 32);
    else if (head == 0xda)
        size = take_number(r, 2, UINT8_MAX + 1);
    else
        r->failed = true;
    if (size >= room)
        r->failed = true;
    data = take(r, (size_t)size);
    if (data == NULL || memchr(data, '\0', (size_t)size) != NULL) {
        r->failed = true;
        return;
    }
    memcpy(out, data, (size_t)size);
    out[size] = '\0';
    if (!text_printable(out))
        r->failed = true;
}

bool reader_done(const struct reader *r)
{
    return !r->failed && r->at == r->in.size;
}

/* ---- Text. */

/* The code point at *at, which is moved behind it; UINT32_MAX: not well-formed (Unicode 15, table 3-7). */
static uint32_t next_code_point(const uint8_t **at)
{
    static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
    uint8_t head = *(*at)++;
    unsigned more = head < 0x80 ? 0 : (head & 0xe0) == 0xc0 ? 1 : (head & 0xf0) == 0xe0 ? 2 : (head & 0xf8) == 0xf0 ? 3 : 4;
    uint32_t code;

    if (more == 4)
        return UINT32_MAX;
    code = more == 0 ? head : head & (0x3fu >> more);
    for (unsigned i = 0; i < more; i++, (*at)++) {
        if ((**at & 0xc0) != 0x80)
            return UINT32_MAX;
        code = code << 6 | (**at & 0x3f);
    }
    if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return UINT32_MAX;
    return code;
}

/* Controls, and what can turn, hide or break a line of text: a name must not repaint the sentence around it. */
static bool code_hides(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad || code == 0x61c || code == 0x180e ||
           (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || (code >= 0xfff0 && code <= 0xfffb) ||
           (code >= 0xe0000 && code <= 0xe0fff) || (code & 0xfffe) == 0xfffe;
}

bool text_printable(const char *text)
{
    const uint8_t *at = (const uint8_t *)text;

    while (*at != '\0') {
        uint32_t code = next_code_point(&at);

        if (code == UINT32_MAX || code_hides(code))
            return false;
    }
    return true;
}
