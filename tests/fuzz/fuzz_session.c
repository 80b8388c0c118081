/* A stream into one end of a link. First byte: which end, and how the stream is cut. Whatever comes, the end
 * says at once whether it goes on, hands over bodies within bounds, stays failed once it failed, and takes
 * the same stream the same way however it is cut. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/session_case.h"

#include <stdlib.h>

struct heard {
    enum status status;
    size_t bodies, bytes, said;
    bool ready;
};

static void hear(struct heard *heard, struct session *session)
{
    struct bytes body;
    bool found = true;

    while (found) {
        enum status status = session_next(session, &body, &found);

        PROPERTY(status == STATUS_OK || !found);
        heard->status = status;
        if (!found)
            break;
        PROPERTY(body.size >= 1 && body.size <= FRAME_PLAIN_MAX);
        heard->bodies++;
        heard->bytes += body.size + body.data[body.size - 1];
    }
}

static struct heard listen(bool initiator, struct bytes stream, size_t portion)
{
    struct heard heard = { .status = STATUS_OK };
    struct session_case c;
    struct session *session;

    session_case_init(&c);
    session = session_case_side(&c, initiator);
    PROPERTY(session != NULL);
    for (size_t at = 0; at < stream.size; at += portion) {
        size_t size = stream.size - at < portion ? stream.size - at : portion;
        enum status before = heard.status,
                    status = session_take(session, (struct bytes){ stream.data + at, size });

        PROPERTY(before == STATUS_OK || status == before);
        hear(&heard, session);
        heard.said += session_outgoing(session).size;
        session_drained(session);
    }
    heard.ready = session_ready(session);
    session_free(session);
    return heard;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct heard whole, cut;
    struct bytes stream = { data + 1, size - 1 };

    if (size < 1)
        return 0;
    whole = listen(data[0] & 1, stream, size);
    cut = listen(data[0] & 1, stream, 1 + data[0] / 2);
    PROPERTY(whole.status == cut.status && whole.ready == cut.ready && whole.said == cut.said);
    PROPERTY(whole.bodies == cut.bodies && whole.bytes == cut.bytes);
    return 0;
}
