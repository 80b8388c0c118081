/* What a member of the group can say to a home once the link is up: frames, each preceded by its length in 2
 * bytes. Whatever he says, the home keeps its round, keeps only records that are in it, closes at once after
 * a violation, and never sends more than its window. */
#include "tests/fuzz/fuzz.h"
#include "tests/support/mouth.h"

static void say(struct mouth *m, struct bytes frames)
{
    while (frames.size > 2 && !m->w->outside_closed) {
        size_t size = be16_read(frames.data);

        if (size > frames.size - 2)
            size = frames.size - 2;
        if (size > 0)
            mouth_body(m, (struct bytes){ frames.data + 2, size < FRAME_PLAIN_MAX ? size : FRAME_PLAIN_MAX });
        frames = (struct bytes){ frames.data + 2 + size, frames.size - 2 - size };
        m->w->outside_size = 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world *w = world_new(1, 3);
    uint8_t topic[ID_SIZE];
    struct mouth m;

    w->liar = true;
    world_belong(w, 0, -1);
    world_found(w, 0, "pellets", "demo", topic);
    world_enrol(w, 0, topic);
    mouth_init(&m, w, 0, 1);
    PROPERTY(mouth_call(&m, "10.9.9.9", "test"));
    say(&m, (struct bytes){ data, size });
    world_run(w, 5000);
    PROPERTY(core_topic_find(w->homes[0].core, topic) != NULL);
    PROPERTY(topic_record_count(core_topic_find(w->homes[0].core, topic)) >= 1);
    PROPERTY(core_topic_count(w->homes[0].core) <= TOPICS_MAX);
    PROPERTY(w->homes[0].bytes_sent < 2 * WINDOW_BYTES + 4 * size);
    mouth_hang_up(&m);
    world_free(w);
    return 0;
}
