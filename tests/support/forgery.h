/* forgery.h - a record with any field as a test wants it, signed by whom it wants, and a topic that has taken
 * the first records of a round. */
#ifndef COOP_TESTS_FORGERY_H
#define COOP_TESTS_FORGERY_H

#include "tests/support/round.h"

struct forgery {
    enum record_kind kind;
    enum box_index box;
    struct sign_key author;
    uint8_t topic[ID_SIZE], parent[ID_SIZE], cut[ID_SIZE], body[1024];
    size_t body_size;
    uint8_t bytes[RECORD_MAX];
    size_t size;
};

static inline void forgery_begin(struct forgery *f, struct topic *topic, enum record_kind kind, enum box_index box)
{
    uint8_t seed[KEY_SIZE] = { 0xf0 };

    memset(f, 0, sizeof *f);
    f->kind = kind;
    f->box = box;
    sign_key_init(&f->author, seed);
    memcpy(f->topic, topic_id(topic), ID_SIZE);
    memcpy(f->parent, topic_season(topic)->boxes[box].parent, ID_SIZE);
}

static inline void forgery_vote(struct forgery *f, uint64_t number, uint64_t step, uint8_t mark)
{
    uint8_t digest[HASH_SIZE] = { mark, (uint8_t)number };
    struct writer w = writer_to(f->body, sizeof f->body);

    writer_array(&w, 4);
    writer_uint(&w, number);
    writer_uint(&w, step);
    writer_bin(&w, BYTES(f->cut));
    writer_bin(&w, BYTES(digest));
    f->body_size = writer_done(&w);
}

static inline enum status forgery_add(struct forgery *f, struct topic *topic)
{
    f->size = record_write(f->bytes, sizeof f->bytes, NULL, f->kind, f->topic, f->box, f->parent, &f->author,
                           (struct bytes){ f->body, f->body_size });
    assert(f->size > 0);
    return topic_add(topic, (struct bytes){ f->bytes, f->size }, 0);
}

static inline struct topic *topic_up_to(const struct round *r, size_t count)
{
    struct topic *topic = topic_new(round_charter(r));

    assert(topic != NULL);
    for (size_t i = 0; i < count; i++)
        topic_add(topic, round_bytes(&r->records[i]), i);
    return topic;
}

#endif
