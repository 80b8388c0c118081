/* session.c - Noise XXpsk0 over one stream of bytes. WIRE 2.1, 2.2.
 *
 * Happy path: three handshake messages of fixed size, then frames: a sealed length, a sealed body. Bytes may
 * come in any portions; what is not whole yet waits in one buffer, of which a stranger can fill 96 bytes and
 * a member one frame. Failure modes: the first failure stays. Before the handshake is done nothing is
 * anybody's fault, since nobody has proved who he is (DENIED). A frame whose tag does not hold (FORGED) may
 * be the work of anybody on the way; a length out of bounds inside an authentic head (MALFORMED) is the
 * peer's. */
#include "proto/overlay/session.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    PREFIX = 2, /* the length before a handshake message */
    HANDSHAKE_MESSAGES = 3,
    HANDSHAKE_MESSAGE_MAX = 96,
    HEAD_SIZE = PREFIX + TAG_SIZE,
    BUFFER_KEEP = 4096, /* an idle link holds no more than this each way */
};
/* Empty payloads: every message has one size. */
static const uint16_t handshake_sizes[HANDSHAKE_MESSAGES] = { 48, 96, 64 };

struct buffer {
    uint8_t *data;
    size_t used, room;
};
struct session {
    bool initiator, ready, head_read;
    enum status failed; /* STATUS_OK while all is well */
    char prologue[sizeof "coopair/1 " + NAME_MAX_SIZE];
    const struct link_key *local;
    const uint8_t (*psks)[KEY_SIZE];
    size_t psk_count, psk_index;
    struct rng *rng;
    struct noise_handshake handshake;
    uint8_t peer_key[KEY_SIZE];
    struct noise_cipher sending, receiving;
    uint32_t sent, received; /* frames since the last rekeying */
    size_t body_size;        /* of the frame whose head was read */
    struct buffer in, out;
    size_t at; /* bytes of `in` already dealt with */
};

/* ---- Buffers. */

static uint8_t *buffer_extend(struct buffer *buffer, size_t size)
{
    if (size > buffer->room - buffer->used) {
        size_t room = buffer->used + size > 2 * buffer->room ? buffer->used + size : 2 * buffer->room;
        uint8_t *bigger = realloc(buffer->data, room);

        if (bigger == NULL)
            return NULL;
        buffer->data = bigger;
        buffer->room = room;
    }
    buffer->used += size;
    return buffer->data + buffer->used - size;
}

static void buffer_empty(struct buffer *buffer)
{
    buffer->used = 0;
    if (buffer->room > BUFFER_KEEP) {
        free(buffer->data);
        *buffer = (struct buffer){ 0 };
    }
}

/* ---- The handshake. */

static bool handshake_begin(struct session *s, size_t psk)
{
    struct noise_setup setup = {
        .pattern = NOISE_XX,
        .psk_place = 0,
        .initiator = s->initiator,
        .prologue = { (const uint8_t *)s->prologue, strlen(s->prologue) },
        .psk = s->psks[psk],
        .local_static = s->local,
    };

    s->psk_index = psk;
    return noise_begin(&s->handshake, &setup) == STATUS_OK;
}

static enum status handshake_write(struct session *s)
{
    size_t size = handshake_sizes[s->handshake.message];
    uint8_t *out = buffer_extend(&s->out, PREFIX + size);

    if (out == NULL)
        return STATUS_NOMEM;
    be16_write(out, (uint16_t)size);
    if (noise_write(&s->handshake, out + PREFIX, &size, (struct bytes){ NULL, 0 }, s->rng) == STATUS_OK)
        return STATUS_OK;
    s->out.used -= PREFIX + size;
    return STATUS_DENIED;
}

/* A caller does not say which group he means: only a psk that opens his first message tells. */
static bool handshake_read(struct session *s, struct bytes message)
{
    uint8_t nothing[1];
    size_t size = 0;

    if (s->initiator || s->handshake.message > 0)
        return noise_read(&s->handshake, nothing, &size, message) == STATUS_OK;
    for (size_t i = 0; i < s->psk_count; i++) {
        size = 0;
        if (handshake_begin(s, i) && noise_read(&s->handshake, nothing, &size, message) == STATUS_OK)
            return true;
    }
    return false;
}

static void handshake_end(struct session *s)
{
    memcpy(s->peer_key, s->handshake.rs, KEY_SIZE);
    noise_split(&s->handshake, &s->sending, &s->receiving, NULL);
    s->ready = true;
}

static enum status handshake_step(struct session *s, struct bytes message)
{
    enum status status = handshake_read(s, message) ? STATUS_OK : STATUS_DENIED;

    if (status == STATUS_OK && noise_my_turn(&s->handshake))
        status = handshake_write(s);
    if (status == STATUS_OK && noise_finished(&s->handshake))
        handshake_end(s);
    return status;
}

static enum status handshake_go_on(struct session *s)
{
    while (!s->ready && s->in.used - s->at >= PREFIX) {
        const uint8_t *from = s->in.data + s->at;
        size_t size = be16_read(from);
        enum status status;

        if (size != handshake_sizes[s->handshake.message])
            return STATUS_DENIED;
        if (s->in.used - s->at < PREFIX + size)
            break;
        s->at += PREFIX + size;
        status = handshake_step(s, (struct bytes){ from + PREFIX, size });
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* ---- Life. */

struct session *session_new(bool initiator, const char *network, const struct link_key *local,
                            const uint8_t (*psks)[KEY_SIZE], size_t psk_count, struct rng *rng)
{
    struct session *s = calloc(1, sizeof *s);

    assert(strlen(network) < NAME_MAX_SIZE && (!initiator || psk_count == 1));
    if (s == NULL)
        return NULL;
    s->initiator = initiator;
    s->local = local;
    s->psks = psks;
    s->psk_count = psk_count;
    s->rng = rng;
    memcpy(s->prologue, "coopair/1 ", sizeof "coopair/1 " - 1);
    memcpy(s->prologue + sizeof "coopair/1 " - 1, network, strlen(network));
    if (initiator && (!handshake_begin(s, 0) || handshake_write(s) != STATUS_OK)) {
        session_free(s);
        return NULL;
    }
    return s;
}

void session_free(struct session *session)
{
    if (session == NULL)
        return;
    free(session->in.data);
    free(session->out.data);
    sodium_memzero(session, sizeof *session);
    free(session);
}

bool session_ready(const struct session *session)
{
    return session->ready;
}

const uint8_t *session_peer_key(const struct session *session)
{
    assert(session->ready);
    return session->peer_key;
}

size_t session_psk_index(const struct session *session)
{
    assert(session->ready);
    return session->psk_index;
}

/* ---- Bytes in. */

static enum status fail(struct session *s, enum status status)
{
    if (s->failed == STATUS_OK)
        s->failed = status;
    return s->failed;
}

enum status session_take(struct session *session, struct bytes in)
{
    uint8_t *end;

    if (session->failed != STATUS_OK || in.size == 0)
        return session->failed;
    if (session->at > 0) {
        session->in.used -= session->at;
        memmove(session->in.data, session->in.data + session->at, session->in.used);
        session->at = 0;
    }
    end = buffer_extend(&session->in, in.size);
    if (end == NULL)
        return fail(session, STATUS_NOMEM); /* a gap in the stream cannot be mended */
    memcpy(end, in.data, in.size);
    return fail(session, handshake_go_on(session));
}

static void count_frame(struct noise_cipher *cipher, uint32_t *frames)
{
    if (++*frames < REKEY_MESSAGES)
        return;
    noise_rekey(cipher);
    *frames = 0;
}

/* The whole piece of `size` bytes with its tag, opened where it lies. *found false: not all here yet. */
static enum status take_sealed(struct session *s, size_t size, uint8_t **out, bool *found)
{
    uint8_t *from = s->in.data + s->at;

    *found = s->in.used - s->at >= size + TAG_SIZE;
    if (!*found)
        return STATUS_OK;
    *out = from;
    s->at += size + TAG_SIZE;
    return noise_open(&s->receiving, from, (struct bytes){ from, size + TAG_SIZE }) ? STATUS_OK
                                                                                    : STATUS_FORGED;
}

static enum status take_frame(struct session *s, struct bytes *body, bool *found)
{
    uint8_t *piece = NULL;
    enum status status;

    if (!s->head_read) {
        status = take_sealed(s, PREFIX, &piece, found);
        if (status != STATUS_OK || !*found)
            return status;
        s->body_size = be16_read(piece);
        if (s->body_size == 0 || s->body_size > FRAME_PLAIN_MAX)
            return STATUS_MALFORMED;
        s->head_read = true;
    }
    status = take_sealed(s, s->body_size, &piece, found);
    if (status != STATUS_OK || !*found)
        return status;
    s->head_read = false;
    *body = (struct bytes){ piece, s->body_size };
    count_frame(&s->receiving, &s->received);
    return STATUS_OK;
}

enum status session_next(struct session *session, struct bytes *body, bool *found)
{
    enum status status = session->failed;

    *found = false;
    if (status == STATUS_OK && session->ready)
        status = fail(session, take_frame(session, body, found));
    *found = *found && status == STATUS_OK;
    if (!*found && session->at == session->in.used) {
        session->at = 0;
        buffer_empty(&session->in);
    }
    return status;
}

/* ---- Bytes out. */

size_t session_padded(size_t size)
{
    size_t unit = 64;

    while (size / unit >=
           16) /* unit stays 2^(e - 3) while 2^e is the largest power of two not above the size */
        unit *= 2;
    size = (size + unit - 1) / unit * unit;
    return size < FRAME_PLAIN_MAX ? size : FRAME_PLAIN_MAX;
}

bool session_seal(struct session *session, struct bytes body)
{
    size_t padded = session_padded(body.size);
    uint8_t *out;

    assert(session->ready && body.size >= 1 && body.size <= FRAME_PLAIN_MAX);
    out = buffer_extend(&session->out, HEAD_SIZE + padded + TAG_SIZE);
    if (out == NULL)
        return false;
    be16_write(out, (uint16_t)padded);
    noise_seal(&session->sending, out, (struct bytes){ out, PREFIX });
    out += HEAD_SIZE;
    memcpy(out, body.data, body.size);
    memset(out + body.size, 0, padded - body.size);
    noise_seal(&session->sending, out, (struct bytes){ out, padded });
    count_frame(&session->sending, &session->sent);
    return true;
}

struct bytes session_outgoing(struct session *session)
{
    return (struct bytes){ session->out.data, session->out.used };
}

void session_drained(struct session *session)
{
    buffer_empty(&session->out);
}
