/* history.c - see history.h.
 *
 * The lots of a round are disjoint, so whoever knows their totals knows the total of every union of them. What is
 * compared are all unions of lots of one round with all unions of lots of another; with at most eight lots a side
 * the counts of homes in common decide that without touching a set again. Failure mode: what cannot be compared
 * for lack of memory is not opened. */
#include "proto/duty/history.h"

#include <stdlib.h>
#include <string.h>

enum { ROUND_HEAD = 256 }; /* more than what stands beside the voices of a round */

void history_clear(struct history *history)
{
    for (size_t i = 0; i < history->count; i++)
        free(history->list[i].voices);
    memset(history, 0, sizeof *history);
}

static int compare_voice(const void *a, const void *b)
{
    return memcmp(a, b, VOICE_PREFIX);
}

/* The caller's to free. false: out of memory. */
static bool lots_of(struct opened_round *out, struct topic *topic, uint64_t now_s)
{
    const struct season *season = topic_season(topic);
    const struct charter *charter = topic_charter(topic);
    size_t homes = 0, at = 0;

    memset(out, 0, sizeof *out);
    if (season == NULL)
        return false;
    memcpy(out->topic, topic_id(topic), ID_SIZE);
    charter_series(out->series, charter);
    out->known_s = now_s;
    out->floor = charter->floor;
    for (size_t i = 0; i < charter->lot_count; i++)
        homes += season->lots[i].home_count;
    out->voices = malloc((homes + 1) * sizeof *out->voices);
    if (out->voices == NULL)
        return false;
    for (size_t i = 0; i < charter->lot_count; i++) {
        size_t size = season->lots[i].home_count;

        if (size == 0)
            continue;
        for (size_t j = 0; j < size; j++)
            memcpy(out->voices[at + j], lot_voice(topic, i, j), VOICE_PREFIX);
        qsort(out->voices + at, size, sizeof *out->voices, compare_voice);
        out->sizes[out->lot_count++] = size;
        at += size;
    }
    return true;
}

/* ---- Comparing. */

static size_t in_common(const uint8_t (*a)[VOICE_PREFIX], size_t a_count, const uint8_t (*b)[VOICE_PREFIX],
                        size_t b_count)
{
    size_t count = 0, i = 0, j = 0;

    while (i < a_count && j < b_count) {
        int order = compare_voice(a[i], b[j]);

        count += order == 0;
        i += order <= 0;
        j += order >= 0;
    }
    return count;
}

/* common[i][j]: homes that are in lot i of one and in lot j of the other */
static void meet(size_t common[LOTS_MAX][LOTS_MAX], const struct opened_round *a, const struct opened_round *b)
{
    size_t a_at = 0, b_at;

    for (size_t i = 0; i < a->lot_count; a_at += a->sizes[i++]) {
        b_at = 0;
        for (size_t j = 0; j < b->lot_count; b_at += b->sizes[j++])
            common[i][j] = in_common((const uint8_t(*)[VOICE_PREFIX])a->voices + a_at, a->sizes[i],
                                     (const uint8_t(*)[VOICE_PREFIX])b->voices + b_at, b->sizes[j]);
    }
}

/* Homes that are in one of two unions of lots and not in the other. */
static size_t apart(size_t common[LOTS_MAX][LOTS_MAX], const struct opened_round *a, unsigned a_lots,
                    const struct opened_round *b, unsigned b_lots)
{
    size_t count = 0, both = 0;

    for (size_t j = 0; j < b->lot_count; j++)
        count += b_lots >> j & 1 ? b->sizes[j] : 0;
    for (size_t i = 0; i < a->lot_count; i++) {
        if (!(a_lots >> i & 1))
            continue;
        count += a->sizes[i];
        for (size_t j = 0; j < b->lot_count; j++)
            both += b_lots >> j & 1 ? common[i][j] : 0;
    }
    return count - 2 * both;
}

static size_t homes_of(const struct opened_round *one)
{
    size_t homes = 0;

    for (size_t i = 0; i < one->lot_count; i++)
        homes += one->sizes[i];
    return homes;
}

/* A box is opened once: the very same lots, or nothing. */
static bool rounds_equal(const struct opened_round *a, const struct opened_round *b)
{
    return memcmp(a->sizes, b->sizes, sizeof a->sizes) == 0 &&
           memcmp(a->voices, b->voices, homes_of(a) * sizeof *a->voices) == 0;
}

bool rounds_fit(const struct opened_round *a, const struct opened_round *b)
{
    uint32_t floor = a->floor > b->floor ? a->floor : b->floor;
    size_t common[LOTS_MAX][LOTS_MAX];

    if (memcmp(a->topic, b->topic, ID_SIZE) == 0)
        return rounds_equal(a, b);
    meet(common, a, b);
    for (unsigned i = 1; i < 1u << a->lot_count; i++)
        for (unsigned j = 1; j < 1u << b->lot_count; j++) {
            size_t between = apart(common, a, i, b, j);

            if (between > 0 && between < floor)
                return false;
        }
    return true;
}

/* Figures of one good a year apart are other figures; of one round they never are. */
static bool comparable(const struct opened_round *now, const struct opened_round *before)
{
    bool long_ago = now->known_s >= before->known_s && now->known_s - before->known_s >= SERIES_S;

    return memcmp(now->topic, before->topic, ID_SIZE) == 0 || (memcmp(now->series, before->series, HASH_SIZE) == 0 && !long_ago);
}

bool history_knows(const struct history *history, const struct topic *topic)
{
    for (size_t i = 0; i < history->count; i++)
        if (memcmp(history->list[i].topic, topic_id(topic), ID_SIZE) == 0)
            return true;
    return false;
}

bool history_allows(const struct history *history, struct topic *topic, uint64_t now_s, uint8_t with[ID_SIZE])
{
    struct opened_round now;
    bool fine = lots_of(&now, topic, now_s);

    memcpy(with, topic_id(topic), ID_SIZE);
    for (size_t i = 0; fine && i < history->count; i++) {
        const struct opened_round *before = &history->list[i];

        if (!comparable(&now, before) || rounds_fit(&now, before))
            continue;
        memcpy(with, before->topic, ID_SIZE);
        fine = false;
    }
    free(now.voices);
    return fine;
}

static void forget(struct history *history, size_t at)
{
    free(history->list[at].voices);
    history->count--;
    memmove(history->list + at, history->list + at + 1, (history->count - at) * sizeof *history->list);
}

/* Whoever has the code can found rounds and open them among homes of his own, as many as he likes. */
static size_t to_forget(const struct history *history)
{
    size_t at = 0;

    while (at < history->count && history->list[at].part)
        at++;
    return at;
}

void history_take(struct history *history, const struct opened_round *one)
{
    size_t at = to_forget(history);

    if (history->count == HISTORY_MAX && at == history->count && !one->part) {
        free(one->voices);
        return;
    }
    if (history->count == HISTORY_MAX)
        forget(history, at < history->count ? at : 0);
    history->list[history->count++] = *one;
}

bool history_add(struct history *history, struct topic *topic, bool part, uint64_t now_s)
{
    struct opened_round one;

    if (history_knows(history, topic))
        return true;
    if (!lots_of(&one, topic, now_s)) {
        free(one.voices);
        return false;
    }
    one.part = part;
    history_take(history, &one);
    return true;
}

/* ---- On disk: [[topic, series, known, floor, [voices, ...], part], ...]. */

size_t history_room(const struct history *history)
{
    size_t homes = BOX_DEALS_MAX;

    for (size_t i = 0; i < history->count; i++)
        homes += homes_of(&history->list[i]);
    return homes * VOICE_PREFIX + (history->count + 1) * ROUND_HEAD;
}

size_t history_write(uint8_t *out, size_t room, const struct history *history)
{
    struct writer w = writer_to(out, room);

    writer_array(&w, history->count);
    for (size_t i = 0; i < history->count; i++) {
        const struct opened_round *one = &history->list[i];
        size_t at = 0;

        writer_array(&w, 6);
        writer_bin(&w, BYTES(one->topic));
        writer_bin(&w, BYTES(one->series));
        writer_uint(&w, one->known_s);
        writer_uint(&w, one->floor);
        writer_array(&w, one->lot_count);
        for (size_t j = 0; j < one->lot_count; at += one->sizes[j++])
            writer_bin(&w, (struct bytes){ one->voices[at], one->sizes[j] * VOICE_PREFIX });
        writer_uint(&w, one->part);
    }
    return writer_done(&w);
}

/* false: out of memory. What does not fit the form fails the reader. */
static bool read_one(struct reader *r, struct opened_round *out)
{
    size_t homes = 0, fields = reader_array(r, 5, 6);

    reader_fixed(r, out->topic, sizeof out->topic);
    reader_fixed(r, out->series, sizeof out->series);
    out->known_s = reader_uint(r, UINT64_MAX);
    out->floor = (uint32_t)reader_uint(r, BOX_DEALS_MAX);
    out->lot_count = reader_array(r, 0, LOTS_MAX);
    out->voices = malloc(BOX_DEALS_MAX * sizeof *out->voices);
    for (size_t j = 0; out->voices != NULL && j < out->lot_count; j++) {
        struct bytes voices = reader_bin(r, VOICE_PREFIX, (BOX_DEALS_MAX - homes) * VOICE_PREFIX);

        if (r->failed || voices.size % VOICE_PREFIX != 0) {
            reader_fail(r);
            break;
        }
        memcpy(out->voices[homes], voices.data, voices.size);
        out->sizes[j] = voices.size / VOICE_PREFIX;
        homes += out->sizes[j];
    }
    out->part = fields == 5 || reader_uint(r, 1) == 1; /* not said by those who wrote before it was asked: kept */
    return out->voices != NULL;
}

enum status history_read(struct history *out, struct bytes in)
{
    struct reader r = reader_from(in);
    size_t count = reader_array(&r, 0, HISTORY_MAX);
    bool memory = true;

    memset(out, 0, sizeof *out);
    while (out->count < count && !r.failed && memory)
        memory = read_one(&r, &out->list[out->count++]);
    if (memory && reader_done(&r))
        return STATUS_OK;
    history_clear(out);
    return memory ? STATUS_MALFORMED : STATUS_NOMEM;
}
