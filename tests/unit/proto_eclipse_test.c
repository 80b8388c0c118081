/* Nobody cuts a home off from the homes it could call: not by inventing addresses, not by calling it so often that it calls nobody, not by
 * holding the door while others want to come in. WIRE 2.4, 10.4, 10.9. */
#include "proto/core/core_state.h"
#include "tests/support/hostile.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static bool knows(struct world *w, int at, const char *address)
{
    struct peer_view views[256];
    size_t count = core_peers(w->homes[at].core, views, ARRAY_SIZE(views));

    for (size_t i = 0; i < count; i++)
        if (strcmp(views[i].address, address) == 0)
            return true;
    return false;
}

/* Home 0 called these, and they are off now. */
static struct world *street_asleep(int homes)
{
    struct world *w = world_new(homes, 31);

    for (int i = homes - 1; i >= 0; i--)
        world_belong(w, i, i == homes - 1 ? -1 : i + 1);
    world_run(w, 10000);
    assert_int_equal(world_links(w, 0), homes - 1);
    for (int i = 1; i < homes; i++)
        world_stop(w, i);
    world_run(w, 10 * 60000);
    w->liar = true;
    return w;
}

static void assert_all_known(struct world *w)
{
    for (int i = 1; i < w->home_count; i++)
        if (!knows(w, 0, w->homes[i].address))
            fail_msg("home %d is forgotten", i);
}

/* Each call comes from where it says it can be called back. */
static void one_machine_of_many_ports_takes_no_place_of_another(void **unused)
{
    struct world *w = street_asleep(5);

    (void)unused;
    for (unsigned i = 0; i < 4 * PEERS_MAX; i++) {
        struct message hello = mouth_hello();
        struct mouth m;

        mouth_init(&m, w, 0, (uint8_t)i);
        assert_true(mouth_call(&m, "10.9.9.9", "test"));
        snprintf(hello.hello.address, ADDRESS_MAX, ":%u", 7000 + i);
        mouth_say(&m, &hello);
        mouth_hang_up(&m);
    }
    assert_all_known(w);
    world_free(w);
}

/* Callers are whoever wants to be: were they enough, a home would hear, and hide behind, them alone. */
static void callers_do_not_keep_a_home_from_calling(void **unused)
{
    enum { CALLERS = 8 };
    struct world *w = world_new(4, 32);
    struct message peers = { .type = MESSAGE_PEERS, .peers.count = 3 };
    struct mouth m[CALLERS];

    (void)unused;
    for (int i = 0; i < 4; i++)
        world_belong(w, i, -1);
    w->liar = true;
    for (uint8_t i = 0; i < CALLERS; i++) {
        char host[32];

        snprintf(host, sizeof host, "10.9.9.%u", i + 1);
        mouth_init(&m[i], w, 0, i + 1);
        assert_true(mouth_greet(&m[i], host));
    }
    for (int i = 0; i < 3; i++) {
        memcpy(peers.peers.list[i].key, core_link_key(w->homes[i + 1].core), KEY_SIZE);
        memcpy(peers.peers.list[i].address, w->homes[i + 1].address, ADDRESS_MAX);
    }
    mouth_say(&m[0], &peers);
    world_run(w, 3000);
    assert_true(world_linked(w, 0, 1) + world_linked(w, 0, 2) + world_linked(w, 0, 3) >= CALLED_MIN);
    for (int i = 0; i < CALLERS; i++)
        mouth_hang_up(&m[i]);
    world_free(w);
}

static void call(struct world *w, const char *host, uint32_t number)
{
    char address[ADDRESS_MAX];

    snprintf(address, sizeof address, "%s:%u", host, 1000 + number);
    world_step(w, 0, (struct event){ .type = EVENT_LINK_UP, .link = LINK_INCOMING | (70000 + number), .address = address });
}

/* A household has 2^64 addresses of IPv6. */
static void crowd(bool many_addresses, const char *honest)
{
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct mouth m;

    mouth_init(&m, w, 0, 1);
    m.session = session_new(true, "test", &m.key, (const uint8_t(*)[KEY_SIZE])m.psk, 1, &m.rng);
    m.link = LINK_INCOMING | (uint32_t)world_wire_add(w, WORLD_OUTSIDE, 0);
    w->wires[m.link & ~(uint32_t)LINK_INCOMING].id[1] = m.link;
    world_step(w, 0, (struct event){ .type = EVENT_LINK_UP, .link = m.link, .address = honest });
    for (uint32_t i = 0; i < 40; i++) {
        char host[32];

        snprintf(host, sizeof host, many_addresses ? "[2001:db8:0:7::%x]" : "10.7.7.7", i + 1);
        call(w, host, i);
        if (i % 15 == 0)
            mouth_carry(&m);
    }
    assert_true(session_ready(m.session));
    mouth_say(&m, &(struct message){ .type = MESSAGE_HELLO, .hello = mouth_hello().hello });
    assert_int_equal(world_links(w, 0), 1);
    assert_false(w->outside_closed);
    mouth_hang_up(&m);
    world_free(w);
}

static void one_host_that_proves_nothing_crowds_no_other_out(void **unused)
{
    (void)unused;
    crowd(false, "10.9.9.9:50000");
    crowd(true, "[2001:db8:0:8::1]:50000");
}

static void addresses_of_one_household_are_told_from_others(void **unused)
{
    static const char *const same[][2] = {
        { "10.1.2.3:1", "10.1.2.3:2" },
        { "[2001:db8::1]:1", "[2001:db8:0:0:1:2:3:4]:2" },
        { "[2001:db8:1:2:3:4:5:6]:1", "[2001:db8:1:2::]:2" },
        { "[2001::5:6:7:8]:1", "[2001::8]:1" },
        { "[fe80::1]:1", "[fe80::1]:2" },
        { "[3fff:1::2:3:4:5:6]:1", "[3fff:1:0:2::9]:1" },
    };
    static const char *const other[][2] = {
        { "10.1.2.3:1", "10.1.2.4:1" },
        { "[2001:db8:1:2::1]:1", "[2001:db8:1:3::1]:1" },
        { "[fe80::1]:1", "[fe80::2]:1" }, /* everybody on this wire */
        { "[fd00::1]:1", "[fd00::2]:1" },
        { "[2001:db8::1]:1", "[2001:db8:::2]:1" },
        { "[2001:db8::1]:1", "[2001:db8::12345]:1" },
        { "[2001:db8::1]:1", "[2001:db8::1::]:1" },
        { "[2001:db8::1]:1", "[2001:db8]:1" },
        { "[2001:db8:1:2:3:4:5:6]:1", "[2001:db8:1:2:3:4:5:6:7]:1" },
        { "[2001:db8::1]:1", "[2001:db8::1%eth0]:1" },
        { "[::]:1", "[::1]:1" },
        { "[]:1", "[2001:db8::1]:1" },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(same); i++)
        assert_true(same_household(same[i][0], same[i][1]) && same_household(same[i][1], same[i][0]));
    for (size_t i = 0; i < ARRAY_SIZE(other); i++)
        assert_false(same_household(other[i][0], other[i][1]) || same_household(other[i][1], other[i][0]));
}

/* To hang up in time costs as much as to fail. */
static void who_hangs_up_before_proving_anything_is_a_stranger(void **unused)
{
    (void)unused;
    for (int many_addresses = 0; many_addresses < 2; many_addresses++) {
        uint8_t topic[ID_SIZE];
        struct world *w = alone(topic);

        for (uint32_t i = 0; i < 40; i++) {
            char host[32];

            snprintf(host, sizeof host, many_addresses ? "[2001:db8:0:7::%x]" : "10.7.7.7", i + 1);
            call(w, host, i);
            world_step(w, 0, (struct event){ .type = EVENT_LINK_DOWN, .link = LINK_INCOMING | (70000 + i) });
        }
        assert_int_equal(w->homes[0].closes[STATUS_DENIED], 40 - STRANGER_TRIES);
        world_free(w);
    }
}

static void one_key_has_one_link_however_often_it_calls(void **unused)
{
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct message ping = { .type = MESSAGE_PING };
    struct mouth m[4];

    (void)unused;
    for (int i = 0; i < 4; i++) {
        mouth_init(&m[i], w, 0, 1);
        assert_true(mouth_greet(&m[i], "10.9.9.9"));
    }
    mouth_say(&m[0], &ping);
    assert_int_equal(world_links(w, 0), 1);
    for (int i = 0; i < 4; i++) {
        w->outside_closed = i > 0;
        mouth_hang_up(&m[i]);
    }
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_machine_of_many_ports_takes_no_place_of_another),
        cmocka_unit_test(callers_do_not_keep_a_home_from_calling),
        cmocka_unit_test(one_host_that_proves_nothing_crowds_no_other_out),
        cmocka_unit_test(addresses_of_one_household_are_told_from_others),
        cmocka_unit_test(who_hangs_up_before_proving_anything_is_a_stranger),
        cmocka_unit_test(one_key_has_one_link_however_often_it_calls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
