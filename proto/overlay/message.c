/* message.c - the messages of WIRE 10, written and read field by field.
 *
 * Happy path: a frame's body is cut at the lengths in front of each message, each message is one canonical
 * array. Failure modes: any departure (an unknown even type, a count out of bounds, a byte left over, padding
 * that is not zero) is the sender's violation; nothing is allocated and nothing is taken over in part. */
#include "proto/overlay/message.h"

#include <string.h>

/* ---- Where a message ends. */

bool message_next(struct bytes *out, struct bytes *body)
{
    size_t size = body->size < MESSAGE_HEAD ? 0 : be16_read(body->data), zeros = 0;

    if (size > 0 && size <= body->size - MESSAGE_HEAD) {
        *out = (struct bytes){ body->data + MESSAGE_HEAD, size };
        *body = (struct bytes){ out->data + size, body->size - MESSAGE_HEAD - size };
        return true;
    }
    while (zeros < body->size && body->data[zeros] == 0)
        zeros++;
    if (zeros == body->size)
        *body = (struct bytes){ NULL, 0 };
    return false;
}

/* ---- Addresses. */

static bool host_fits(const char *host, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (host[i] <= ' ' || host[i] > '~' || strchr("/@\"'\\<>&", host[i]) != NULL)
            return false;
    }
    return true;
}

static bool port_fits(const char *port)
{
    unsigned long value = 0;

    if (*port < '1' || *port > '9')
        return false;
    for (; *port >= '0' && *port <= '9' && value <= UINT16_MAX; port++)
        value = value * 10 + (unsigned long)(*port - '0');
    return *port == '\0' && value <= UINT16_MAX;
}

bool address_fits(const char *address)
{
    const char *colon = strrchr(address, ':');
    size_t host_size;
    bool bracketed;

    if (colon == NULL || strlen(address) >= ADDRESS_MAX)
        return false;
    host_size = (size_t)(colon - address);
    bracketed = host_size > 2 && address[0] == '[' && colon[-1] == ']';
    /* A colon in the host is IPv6, which is read with its brackets or not at all. */
    return host_fits(address, host_size) && port_fits(colon + 1) &&
           (bracketed || memchr(address, ':', host_size) == NULL);
}

size_t address_host(const char **host, const char *address)
{
    const char *colon = strrchr(address, ':');
    size_t size = colon == NULL ? strlen(address) : (size_t)(colon - address);
    bool bracketed = size > 2 && address[0] == '[' && address[size - 1] == ']';

    *host = address + bracketed;
    return size - 2 * bracketed;
}

/* ---- Writing. */

static void write_hello(struct writer *w, const struct hello *hello)
{
    writer_array(w, 6);
    writer_uint(w, MESSAGE_HELLO);
    writer_uint(w, hello->lowest);
    writer_uint(w, hello->highest);
    writer_bin(w, hello->features);
    writer_text(w, hello->address);
    writer_uint(w, hello->clock_ms);
}

static void write_peers(struct writer *w, const struct peers *peers)
{
    writer_array(w, 3);
    writer_uint(w, MESSAGE_PEERS);
    writer_uint(w, peers->reply_wanted);
    writer_array(w, peers->count);
    for (size_t i = 0; i < peers->count; i++) {
        writer_array(w, 2);
        writer_bin(w, BYTES(peers->list[i].key));
        writer_text(w, peers->list[i].address);
    }
}

static void write_sync(struct writer *w, unsigned handle, const struct sync_message *sync)
{
    writer_array(w, 5);
    writer_uint(w, MESSAGE_SYNC);
    writer_uint(w, handle);
    writer_uint(w, sync->began);
    writer_uint(w, sync->number);
    writer_bin(w, sync->payload);
}

static void write_record(struct writer *w, const struct message *m)
{
    writer_array(w, 4);
    writer_uint(w, MESSAGE_RECORD);
    writer_uint(w, m->handle);
    writer_uint(w, m->record.way);
    writer_bin(w, m->record.bytes);
}

static void write_handle(struct writer *w, const struct message *m, size_t fields)
{
    writer_array(w, fields);
    writer_uint(w, m->type);
    writer_uint(w, m->handle);
}

static void write_number(struct writer *w, const struct message *m)
{
    writer_array(w, 2);
    writer_uint(w, m->type);
    writer_uint(w, m->number);
}

static void write_any(struct writer *w, const struct message *m)
{
    switch (m->type) {
    case MESSAGE_HELLO:
        write_hello(w, &m->hello);
        break;
    case MESSAGE_FOLLOW:
        write_handle(w, m, 3);
        writer_bin(w, BYTES(m->follow.topic));
        break;
    case MESSAGE_UNFOLLOW:
    case MESSAGE_ASK:
    case MESSAGE_PRUNE:
        write_handle(w, m, 2);
        break;
    case MESSAGE_CHARTER:
        write_handle(w, m, 3);
        writer_bin(w, m->charter);
        break;
    case MESSAGE_RECORD:
        write_record(w, m);
        break;
    case MESSAGE_HAVE:
    case MESSAGE_GRAFT:
        write_handle(w, m, 3);
        writer_bin(w, m->ids);
        break;
    case MESSAGE_SYNC:
        write_sync(w, m->handle, &m->sync);
        break;
    case MESSAGE_PEERS:
        write_peers(w, &m->peers);
        break;
    case MESSAGE_LEAVE:
        writer_array(w, 1);
        writer_uint(w, MESSAGE_LEAVE);
        break;
    case MESSAGE_PING:
    case MESSAGE_PONG:
        write_number(w, m);
        break;
    }
}

size_t message_write(uint8_t *out, size_t room, const struct message *message)
{
    struct writer w = writer_to(out, room);

    write_any(&w, message);
    return writer_done(&w);
}

/* ---- Reading. The array and the type have been read. */

/* One's own may be empty, or lack its host; of somebody else it would say nothing. */
static void read_address(struct reader *r, char out[ADDRESS_MAX], bool own)
{
    reader_text(r, out, ADDRESS_MAX);
    if (!r->failed && !(own && out[0] == '\0') && (!address_fits(out) || (!own && out[0] == ':')))
        reader_fail(r);
}

static void read_hello(struct reader *r, struct hello *out)
{
    out->lowest = (uint32_t)reader_uint(r, UINT32_MAX);
    out->highest = (uint32_t)reader_uint(r, UINT32_MAX);
    out->features = reader_bin(r, 0, FEATURES_MAX);
    read_address(r, out->address, true);
    out->clock_ms = reader_uint(r, INT64_MAX);
    if (out->lowest > out->highest)
        reader_fail(r);
}

static void read_peers(struct reader *r, struct peers *out)
{
    out->reply_wanted = reader_uint(r, 1) == 1;
    out->count = reader_array(r, 0, SHUFFLE_ADDRESSES);
    for (size_t i = 0; i < out->count && !r->failed; i++) {
        reader_array(r, 2, 2);
        reader_fixed(r, out->list[i].key, KEY_SIZE);
        read_address(r, out->list[i].address, false);
    }
}

static void read_sync(struct reader *r, struct sync_message *out)
{
    out->began = reader_uint(r, 1) == 1;
    out->number = (uint32_t)reader_uint(r, UINT32_MAX);
    out->payload = reader_bin(r, 1, SYNC_PAYLOAD_MAX);
}

static struct bytes read_ids(struct reader *r)
{
    struct bytes ids = reader_bin(r, ID_SIZE, (size_t)IHAVE_MAX * ID_SIZE);

    if (ids.size % ID_SIZE != 0)
        reader_fail(r);
    return ids;
}

static void read_fields(struct reader *r, struct message *out)
{
    switch (out->type) {
    case MESSAGE_HELLO:
        read_hello(r, &out->hello);
        break;
    case MESSAGE_FOLLOW:
        reader_fixed(r, out->follow.topic, ID_SIZE);
        break;
    case MESSAGE_CHARTER:
        out->charter = reader_bin(r, 1, CHARTER_MAX);
        break;
    case MESSAGE_RECORD:
        out->record.way = (enum record_way)reader_uint(r, WAYS - 1);
        out->record.bytes = reader_bin(r, 1, RECORD_MAX);
        break;
    case MESSAGE_HAVE:
    case MESSAGE_GRAFT:
        out->ids = read_ids(r);
        break;
    case MESSAGE_SYNC:
        read_sync(r, &out->sync);
        break;
    case MESSAGE_PEERS:
        read_peers(r, &out->peers);
        break;
    case MESSAGE_PING:
    case MESSAGE_PONG:
        out->number = (uint32_t)reader_uint(r, UINT32_MAX);
        break;
    case MESSAGE_UNFOLLOW:
    case MESSAGE_ASK:
    case MESSAGE_PRUNE:
    case MESSAGE_LEAVE:
        break;
    }
}

/* How many elements the array of each type has. */
static const uint8_t field_counts[] = {
    [MESSAGE_HELLO] = 6,   [MESSAGE_FOLLOW] = 3, [MESSAGE_UNFOLLOW] = 2, [MESSAGE_ASK] = 2,
    [MESSAGE_CHARTER] = 3, [MESSAGE_RECORD] = 4, [MESSAGE_HAVE] = 3,     [MESSAGE_GRAFT] = 3,
    [MESSAGE_PRUNE] = 2,   [MESSAGE_SYNC] = 5,   [MESSAGE_PEERS] = 3,    [MESSAGE_LEAVE] = 1,
    [MESSAGE_PING] = 2,    [MESSAGE_PONG] = 2,
};

bool message_read(struct message *out, bool *known, struct bytes in)
{
    struct reader r = reader_from(in);
    size_t count = reader_array(&r, 1, 15);
    uint64_t type = reader_uint(&r, 127);

    *known = false;
    if (r.failed || type % 2 == 1)
        return !r.failed;
    if (type >= ARRAY_SIZE(field_counts) || count != field_counts[type])
        return false;
    *known = true;
    *out = (struct message){ .type = (enum message_type)type };
    if (type >= MESSAGE_FOLLOW && type <= MESSAGE_SYNC)
        out->handle = (unsigned)reader_uint(&r, TOPICS_MAX - 1);
    read_fields(&r, out);
    return reader_done(&r);
}
