/* transcript.c - Merlin 1.0: what prover and verifier both say, hashed into challenges.
 *
 * Merlin (merlin.cool) frames every message with a label and its length and runs them through STROBE-128 v1.0.2
 * (strobe.sourceforge.io, sections 6 and 7), of which only meta-AD, AD, PRF and KEY are needed. Nothing here can fail. A state is
 * public until it was keyed with a witness; that happens only on the copy inside transcript_nonce, which is wiped. */
#include "crypto/crypto.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "crypto/keccak.h"

enum {
    STROBE_RATE = 166, /* 200 - 2 * 128 / 8 - 2: the last two bytes of the rate are STROBE's padding */
    FLAG_INBOUND = 1,
    FLAG_APPLICATION = 2,
    FLAG_CIPHER = 4,
    FLAG_META = 16,
    OP_AD = FLAG_APPLICATION,
    OP_META_AD = FLAG_META | FLAG_APPLICATION,
    OP_PRF = FLAG_INBOUND | FLAG_APPLICATION | FLAG_CIPHER,
    OP_KEY = FLAG_APPLICATION | FLAG_CIPHER,
};

_Static_assert(sizeof((struct transcript *)0)->state == KECCAK_STATE_SIZE, "the state is Keccak's");

static void strobe_run(struct transcript *t)
{
    t->state[t->pos] ^= t->pos_begin;
    t->state[t->pos + 1] ^= 0x04;
    t->state[STROBE_RATE + 1] ^= 0x80;
    keccak_permute(t->state);
    t->pos = t->pos_begin = 0;
}

static void strobe_step(struct transcript *t)
{
    if (++t->pos == STROBE_RATE)
        strobe_run(t);
}

static void strobe_absorb(struct transcript *t, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        t->state[t->pos] ^= data[i];
        strobe_step(t);
    }
}

static void strobe_begin(struct transcript *t, uint8_t operation)
{
    uint8_t head[2] = { t->pos_begin, operation };

    t->pos_begin = (uint8_t)(t->pos + 1);
    t->flags = operation;
    strobe_absorb(t, head, sizeof head);
    if ((operation & FLAG_CIPHER) != 0 && t->pos != 0)
        strobe_run(t);
}

static void strobe_key(struct transcript *t, const uint8_t *data, size_t size)
{
    strobe_begin(t, OP_KEY);
    for (size_t i = 0; i < size; i++) {
        t->state[t->pos] = data[i];
        strobe_step(t);
    }
}

static void strobe_prf(struct transcript *t, uint8_t *out, size_t size)
{
    strobe_begin(t, OP_PRF);
    for (size_t i = 0; i < size; i++) {
        out[i] = t->state[t->pos];
        t->state[t->pos] = 0;
        strobe_step(t);
    }
}

static void absorb_length(struct transcript *t, size_t size)
{
    uint8_t length[4];

    assert(size <= UINT32_MAX);
    for (unsigned i = 0; i < 4; i++)
        length[i] = (uint8_t)(size >> (8 * i));
    strobe_absorb(t, length, sizeof length);
}

/* Merlin's frame: the label, then the length of what follows, in one meta-AD. */
static void frame(struct transcript *t, const char *label, size_t size)
{
    strobe_begin(t, OP_META_AD);
    strobe_absorb(t, (const uint8_t *)label, strlen(label));
    absorb_length(t, size);
}

void transcript_init(struct transcript *t, const char *label)
{
    static const uint8_t start[18] = { 1,   STROBE_RATE + 2, 1,   0,   1,   96,  'S', 'T', 'R',
                                       'O', 'B',             'E', 'v', '1', '.', '0', '.', '2' };
    static const char version[] = "Merlin v1.0";

    memset(t, 0, sizeof *t);
    memcpy(t->state, start, sizeof start);
    keccak_permute(t->state);
    strobe_begin(t, OP_META_AD);
    strobe_absorb(t, (const uint8_t *)version, sizeof version - 1);
    transcript_append(t, "dom-sep", (struct bytes){ (const uint8_t *)label, strlen(label) });
}

void transcript_append(struct transcript *t, const char *label, struct bytes message)
{
    frame(t, label, message.size);
    strobe_begin(t, OP_AD);
    strobe_absorb(t, message.data, message.size);
}

void transcript_append_u64(struct transcript *t, const char *label, uint64_t n)
{
    uint8_t encoded[8];

    for (unsigned i = 0; i < 8; i++)
        encoded[i] = (uint8_t)(n >> (8 * i));
    transcript_append(t, label, BYTES(encoded));
}

void transcript_append_point(struct transcript *t, const char *label, const struct point *p)
{
    transcript_append(t, label, BYTES(p->b));
}

void transcript_challenge(struct transcript *t, const char *label, uint8_t *out, size_t size)
{
    frame(t, label, size);
    strobe_prf(t, out, size);
}

void transcript_challenge_scalar(struct transcript *t, const char *label, struct scalar *out)
{
    uint8_t wide[64];

    transcript_challenge(t, label, wide, sizeof wide);
    scalar_reduce(out, wide);
}

/* TranscriptRng of the merlin crate: rekey with the witness, rekey with 32 fresh bytes, squeeze. Even with a broken source of
 * randomness two different statements or witnesses give independent nonces. */
void transcript_nonce(const struct transcript *t, struct scalar *out, const char *label, struct bytes witness,
                      struct rng *rng)
{
    struct transcript copy = *t;
    uint8_t fresh[32], wide[64];

    rng_fill(rng, fresh, sizeof fresh);
    frame(&copy, label, witness.size);
    strobe_key(&copy, witness.data, witness.size);
    strobe_begin(&copy, OP_META_AD);
    strobe_absorb(&copy, (const uint8_t *)"rng", 3);
    strobe_key(&copy, fresh, sizeof fresh);
    strobe_begin(&copy, OP_META_AD);
    absorb_length(&copy, sizeof wide);
    strobe_prf(&copy, wide, sizeof wide);
    scalar_reduce(out, wide);
    sodium_memzero(&copy, sizeof copy);
    sodium_memzero(fresh, sizeof fresh);
    sodium_memzero(wide, sizeof wide);
}
