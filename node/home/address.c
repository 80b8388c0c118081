/* address.c - addresses to text and back; nothing is looked up. */
#include "node/home/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool port_read(in_port_t *out, const char *text)
{
    unsigned long port;
    char *end;

    if (text[0] < '0' || text[0] > '9' || strlen(text) > 5)
        return false;
    port = strtoul(text, &end, 10);
    *out = htons((in_port_t)port);
    return *end == '\0' && port <= 65535;
}

static bool read_v4(struct sockaddr_storage *out, const char *host, const char *port)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET };

    if (inet_pton(AF_INET, host, &v4.sin_addr) != 1 || !port_read(&v4.sin_port, port))
        return false;
    memcpy(out, &v4, sizeof v4);
    return true;
}

static bool read_v6(struct sockaddr_storage *out, const char *host, const char *port)
{
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

    if (inet_pton(AF_INET6, host, &v6.sin6_addr) != 1 || !port_read(&v6.sin6_port, port))
        return false;
    memcpy(out, &v6, sizeof v6);
    return true;
}

bool address_read(struct sockaddr_storage *out, const char *text)
{
    char host[ADDRESS_MAX], *colon;

    memset(out, 0, sizeof *out);
    if (strlen(text) >= sizeof host)
        return false;
    memcpy(host, text, strlen(text) + 1);
    colon = strrchr(host, ':');
    if (!colon)
        return false;
    *colon = '\0';
    if (host[0] != '[')
        return read_v4(out, host, colon + 1);
    if (colon[-1] != ']')
        return false;
    colon[-1] = '\0';
    return read_v6(out, host + 1, colon + 1);
}

void address_write(char out[ADDRESS_MAX], const struct sockaddr *address)
{
    char host[INET6_ADDRSTRLEN] = "";
    struct sockaddr_in6 v6;
    struct sockaddr_in v4;

    if (address->sa_family == AF_INET) {
        memcpy(&v4, address, sizeof v4);
        inet_ntop(AF_INET, &v4.sin_addr, host, sizeof host);
        snprintf(out, ADDRESS_MAX, "%s:%u", host, ntohs(v4.sin_port));
        return;
    }
    memcpy(&v6, address, sizeof v6);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
        inet_ntop(AF_INET, v6.sin6_addr.s6_addr + 12, host, sizeof host);
        snprintf(out, ADDRESS_MAX, "%s:%u", host, ntohs(v6.sin6_port));
    } else {
        inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof host);
        snprintf(out, ADDRESS_MAX, "[%s]:%u", host, ntohs(v6.sin6_port));
    }
}

static const struct in_addr *v4_of(const struct sockaddr_storage *address)
{
    return &((const struct sockaddr_in *)address)->sin_addr;
}

static const struct in6_addr *v6_of(const struct sockaddr_storage *address)
{
    return &((const struct sockaddr_in6 *)address)->sin6_addr;
}

bool address_is_any(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET)
        return v4_of(address)->s_addr == htonl(INADDR_ANY);
    return IN6_IS_ADDR_UNSPECIFIED(v6_of(address));
}

bool address_is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET)
        return ntohl(v4_of(address)->s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(v6_of(address));
}

bool address_dialable(const struct sockaddr_storage *address)
{
    bool multicast = address->ss_family == AF_INET ? ntohl(v4_of(address)->s_addr) >= 0xe0000000u
                                                   : IN6_IS_ADDR_MULTICAST(v6_of(address));

    return address_port(address) != 0 && !multicast && !address_is_any(address);
}

unsigned address_port(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)address)->sin_port);
    return ntohs(((const struct sockaddr_in6 *)address)->sin6_port);
}

void address_set_port(struct sockaddr_storage *address, unsigned port)
{
    if (address->ss_family == AF_INET)
        ((struct sockaddr_in *)address)->sin_port = htons((in_port_t)port);
    else
        ((struct sockaddr_in6 *)address)->sin6_port = htons((in_port_t)port);
}
