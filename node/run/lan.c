/* lan.c - announcements on the local network, sent and heard. Sending asks for the interfaces anew each time,
 * since a laptop moves; it says nothing about what fails, since the next time comes in half a minute. */
#include "node/run/lan.h"

#include "node/home/address.h"

#include <arpa/inet.h>
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    INTERVAL_MS = 30000, /* a neighbour who wakes is found within it; 8 of them make one packet in 4 s */
    JITTER_MS = 10000,   /* a street after a power cut does not speak in step */
    SOON_MS = 50,        /* several groups told at once are said once */
};

struct lan_group {
    uint8_t id[ID_SIZE], key[KEY_SIZE];
};

struct lan {
    uv_udp_t udp;
    uv_timer_t timer;
    bool loopback_only, speaking, stopped;
    unsigned open_handles;
    void (*heard)(void *arg, const uint8_t group[ID_SIZE], const char *address);
    void *arg;
    struct lan_group groups[GROUPS_MAX];
    size_t group_count;
    struct announcement own;
    struct rng rng;
    char buffer[ANNOUNCE_MAX + 1]; /* a longer packet is not ours, and is seen to be longer */
};

/* ---- Hearing. */

static void lan_buffer(uv_handle_t *handle, size_t wanted, uv_buf_t *out)
{
    struct lan *lan = handle->data;

    (void)wanted;
    *out = uv_buf_init(lan->buffer, sizeof lan->buffer);
}

static void lan_hear(uv_udp_t *udp, ssize_t size, const uv_buf_t *buffer, const struct sockaddr *from,
                     unsigned flags)
{
    struct bytes packet = { (const uint8_t *)buffer->base, size > 0 ? (size_t)size : 0 };
    struct lan *lan = udp->data;
    struct announcement said;
    struct sockaddr_in caller;
    char address[ADDRESS_MAX];

    if (size <= 0 || (flags & UV_UDP_PARTIAL) || !from || from->sa_family != AF_INET)
        return;
    for (size_t i = 0; i < lan->group_count; i++) {
        if (!announce_read(&said, lan->groups[i].key, packet))
            continue;
        if (said.port == 0 || memcmp(said.link_key, lan->own.link_key, KEY_SIZE) == 0)
            return;
        memcpy(&caller, from, sizeof caller);
        caller.sin_port = htons(said.port);
        address_write(address, (const struct sockaddr *)&caller);
        lan->heard(lan->arg, lan->groups[i].id, address);
        return;
    }
}

/* ---- Speaking. */

static void lan_say(struct lan *lan, const char *interface)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(LAN_PORT) };
    uint8_t packet[ANNOUNCE_MAX];

    inet_pton(AF_INET, LAN_GROUP, &to.sin_addr);
    if (uv_udp_set_multicast_interface(&lan->udp, interface) != 0)
        return;
    for (size_t i = 0; i < lan->group_count; i++) {
        size_t size = announce_write(packet, lan->groups[i].key, &lan->own, &lan->rng);
        uv_buf_t buffer = uv_buf_init((char *)packet, (unsigned)size);

        uv_udp_try_send(&lan->udp, &buffer, 1, (const struct sockaddr *)&to);
    }
}

/* Listens on each interface (again is fine), and speaks on those where a neighbour could call back. */
static void lan_round(struct lan *lan)
{
    uv_interface_address_t *all;
    char name[INET_ADDRSTRLEN];
    bool outside = false;
    int count;

    if (uv_interface_addresses(&all, &count) != 0)
        return;
    for (int i = 0; i < count; i++)
        outside = outside || (!all[i].is_internal && all[i].address.address4.sin_family == AF_INET);
    for (int i = 0; i < count; i++) {
        if (all[i].address.address4.sin_family != AF_INET || (lan->loopback_only && !all[i].is_internal))
            continue;
        uv_ip4_name(&all[i].address.address4, name, sizeof name);
        uv_udp_set_membership(&lan->udp, LAN_GROUP, name, UV_JOIN_GROUP);
        if (lan->own.port && (lan->loopback_only || !outside || !all[i].is_internal))
            lan_say(lan, name);
    }
    uv_free_interface_addresses(all, count);
}

static void lan_due(uv_timer_t *timer)
{
    struct lan *lan = timer->data;

    lan_round(lan);
    uv_timer_start(timer, lan_due, INTERVAL_MS - JITTER_MS / 2 + rng_below(&lan->rng, JITTER_MS), 0);
}

void lan_start(struct lan *lan, const uint8_t link_key[KEY_SIZE], unsigned port)
{
    if (lan->stopped)
        return;
    memcpy(lan->own.link_key, link_key, KEY_SIZE);
    lan->own.port = (uint16_t)port;
    lan->speaking = true;
    lan_due(&lan->timer);
}

void lan_group(struct lan *lan, const uint8_t secret[GROUP_SECRET_SIZE])
{
    struct lan_group group;
    size_t at = 0;

    group_id(group.id, secret);
    while (at < lan->group_count && memcmp(lan->groups[at].id, group.id, ID_SIZE) != 0)
        at++;
    if (lan->stopped || at < lan->group_count || at == GROUPS_MAX)
        return;
    group_lan_key(group.key, secret);
    lan->groups[lan->group_count++] = group;
    sodium_memzero(&group, sizeof group);
    if (lan->speaking)
        uv_timer_start(&lan->timer, lan_due, SOON_MS, 0);
}

/* ---- Opening and closing. */

static void lan_closed(uv_handle_t *handle)
{
    struct lan *lan = handle->data;

    lan->open_handles--;
}

void lan_stop(struct lan *lan)
{
    if (!lan || lan->stopped)
        return;
    lan->stopped = true;
    uv_close((uv_handle_t *)&lan->udp, lan_closed);
    uv_close((uv_handle_t *)&lan->timer, lan_closed);
}

void lan_free(struct lan *lan)
{
    if (!lan)
        return;
    assert(lan->open_handles == 0);
    sodium_memzero(lan, sizeof *lan);
    free(lan);
}

static bool lan_listen(struct lan *lan)
{
    struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(LAN_PORT) };

    /* Several nodes of one machine share the port; each hears every packet. */
    return uv_udp_bind(&lan->udp, (const struct sockaddr *)&any, UV_UDP_REUSEADDR) == 0 &&
           uv_udp_set_multicast_loop(&lan->udp, 1) == 0 && uv_udp_set_multicast_ttl(&lan->udp, 1) == 0 &&
           uv_udp_recv_start(&lan->udp, lan_buffer, lan_hear) == 0;
}

struct lan *lan_open(uv_loop_t *loop, bool loopback_only,
                     void (*heard)(void *arg, const uint8_t group[ID_SIZE], const char *address), void *arg)
{
    struct lan *lan = calloc(1, sizeof *lan);
    uint8_t seed[KEY_SIZE];

    if (!lan || uv_udp_init(loop, &lan->udp) != 0) {
        free(lan);
        return NULL;
    }
    uv_timer_init(loop, &lan->timer);
    lan->udp.data = lan->timer.data = lan;
    lan->open_handles = 2;
    lan->loopback_only = loopback_only;
    lan->heard = heard;
    lan->arg = arg;
    randombytes_buf(seed, sizeof seed);
    rng_init(&lan->rng, seed);
    sodium_memzero(seed, sizeof seed);
    if (!lan_listen(lan))
        lan_stop(lan); /* this machine has no multicast */
    return lan;
}
