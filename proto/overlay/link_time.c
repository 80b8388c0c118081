/* link_time.c - what time makes of a link: pings into the silence, the end of visits, of what is not ready and of what
 * does not answer. WIRE 10.7. */
#include "proto/core/core_state.h"

static void say_ping(struct core *core, struct link *link)
{
    struct message ping = { .type = MESSAGE_PING, .number = ++link->last_ping };

    link->pinged_at = core->ms;
    link_say(core, link, &ping);
}

/* Who was called leaves it to the other, as comparisons. */
static uint64_t ping_at(const struct link *link)
{
    return (link->pinged_at > link->heard_at ? link->pinged_at : link->heard_at) + IDLE_PING_MS +
           (link->incoming ? IDLE_PING_MS / 2 : 0);
}

static void run_ready(struct core *core, struct link *link)
{
    static const struct message leave = { .type = MESSAGE_LEAVE };

    if (core->ms >= link->heard_at + IDLE_CLOSE_MS) {
        link_close(link, STATUS_MISSING);
        return;
    }
    if (link->visit && core->ms >= link->began_at + VISIT_STAY_MS) {
        link->visit = membership_links(core, link->group) > ACTIVE_VIEW;
        if (link->visit) {
            link_say(core, link, &leave);
            link_close(link, STATUS_OK);
            return;
        }
    }
    spread_run(core, link);
    sync_run(core, link); /* a comparison asks for an answer as a ping does */
    if (core->ms >= ping_at(link))
        say_ping(core, link);
}

static void run_unready(struct core *core, struct link *link)
{
    if (core->ms < link->began_at + HANDSHAKE_TIMEOUT_MS)
        return;
    if (link->incoming && link->state == LINK_SHAKING)
        stranger_failed(core, link->address);
    link_close(link, STATUS_MISSING);
}

static uint64_t link_deadline(const struct link *link)
{
    uint64_t at;

    if (link->state != LINK_READY)
        return link->began_at + HANDSHAKE_TIMEOUT_MS;
    at = earlier(ping_at(link), link->heard_at + IDLE_CLOSE_MS);
    if (link->visit)
        at = earlier(at, link->began_at + VISIT_STAY_MS);
    return earlier(at, earlier(spread_deadline(link), sync_deadline(link)));
}

void links_run(struct core *core)
{
    for (size_t i = 0; i < core->link_count; i++) {
        struct link *link = core->links[i];

        if (link->closing || (!link->touched && core->ms < link->due_at))
            continue;
        link->touched = false;
        if (link->state == LINK_READY)
            run_ready(core, link);
        else
            run_unready(core, link);
        link->due_at = link_deadline(link);
    }
}

uint64_t links_deadline(const struct core *core)
{
    uint64_t at = UINT64_MAX;

    for (size_t i = 0; i < core->link_count; i++) {
        const struct link *link = core->links[i];
        bool waiting = link->closing || link->unsent || link->touched;

        at = earlier(at, waiting ? core->ms : link->due_at);
    }
    return at;
}
