/* listening.c - listens where the user says, or on all addresses at a port that stays the same, so that an
 * invitation written today is still good tomorrow. Failure modes: the address is no address or not of this
 * machine, the port is taken, the disk cannot keep the port. */
#include "node/run/listening.h"
#include "node/tongue/tongue.h"

#include <string.h>

#define PORT_SETTING "port"

static unsigned port_kept(struct store *store)
{
    struct store_txn *txn = store_begin(store, STORE_READ);
    struct bytes value;
    unsigned port = 0;

    if (store_setting_get(txn, &value, NULL, PORT_SETTING) && value.size == 2)
        port = be16_read(value.data);
    store_commit(txn, NULL);
    return port;
}

static enum status port_keep(struct store *store, unsigned port, struct failure *why)
{
    struct store_txn *txn = store_begin(store, STORE_WRITE);
    uint8_t value[2];

    be16_write(value, (uint16_t)port);
    store_setting_put(txn, NULL, PORT_SETTING, BYTES(value));
    return store_commit(txn, why);
}

/* IPv6 takes IPv4 callers too; a machine without it has IPv4 alone. */
static enum status listen_any(struct sockaddr_storage *address, struct tcp *links, unsigned port,
                              struct failure *why)
{
    enum status status;

    address_read(address, "[::]:0");
    address_set_port(address, port);
    status = tcp_listen(links, address, why);
    if (status != STATUS_DENIED)
        return status;
    address_read(address, "0.0.0.0:0");
    address_set_port(address, port);
    return tcp_listen(links, address, why);
}

static enum status listen_as_before(struct sockaddr_storage *address, struct tcp *links, struct store *store,
                                    struct failure *why)
{
    unsigned kept = port_kept(store);
    enum status status = kept ? listen_any(address, links, kept, why) : STATUS_BUSY;

    if (status == STATUS_BUSY)
        status = listen_any(address, links, 0, why);
    if (!status && address_port(address) != kept)
        port_keep(store, address_port(address),
                  NULL); /* a full disk: another port next time, and node_trouble says why */
    return status;
}

static enum status listen_as_told(struct sockaddr_storage *address, struct tcp *links, const char *wanted,
                                  struct failure *why)
{
    if (!address_read(address, wanted))
        return failure_say(why, STATUS_MALFORMED,
                           _("listen at %.64s: not an address; write numbers, like 192.0.2.7:4711, "
                           "[2001:db8::7]:4711 or 0.0.0.0:0"),
                           wanted);
    return tcp_listen(links, address, why);
}

static bool worth_telling(const uv_interface_address_t *interface, int family)
{
    const struct in6_addr *v6 = &interface->address.address6.sin6_addr;

    if (interface->is_internal || interface->address.address4.sin_family != family)
        return false;
    return family == AF_INET || (!IN6_IS_ADDR_LINKLOCAL(v6) && !IN6_IS_ADDR_V4MAPPED(v6));
}

/* The address a neighbour in this house or street can dial: IPv4 first, then IPv6, else loopback. */
static void address_to_tell(char out[ADDRESS_MAX], unsigned port, int family)
{
    struct sockaddr_storage address;
    uv_interface_address_t *all;
    bool found = false;
    int count;

    address_read(&address, "127.0.0.1:0");
    if (uv_interface_addresses(&all, &count) == 0) {
        for (int step = 0; step < 2 && !found; step++) {
            int wanted = step == 0 ? AF_INET : AF_INET6;

            for (int i = 0; i < count && !found; i++) {
                found = (family == AF_INET6 || wanted == AF_INET) && worth_telling(&all[i], wanted);
                if (found)
                    memcpy(&address, &all[i].address, sizeof all[i].address);
            }
        }
        uv_free_interface_addresses(all, count);
    }
    address_set_port(&address, port);
    address_write(out, (const struct sockaddr *)&address);
}

enum status listening_open(struct listening *out, struct tcp *links, struct store *store, const char *wanted,
                           struct failure *why)
{
    struct sockaddr_storage address;
    enum status status =
        wanted ? listen_as_told(&address, links, wanted, why) : listen_as_before(&address, links, store, why);

    if (status)
        return status;
    out->port = address_port(&address);
    out->loopback_only = address_is_loopback(&address);
    address_write(out->told, (const struct sockaddr *)&address);
    if (address_is_any(&address))
        address_to_tell(out->address, out->port, address.ss_family);
    else
        address_write(out->address, (const struct sockaddr *)&address);
    return STATUS_OK;
}
