/* sanction.c - the two answers to misbehaviour, WIRE 2.4: a violation parts for a day, behaviour costs points
 * that come back with time.
 *
 * Everything here is remembered while the core lives and no longer, in lists of a fixed size: the oldest
 * gives way. Who floods the lists gains a day's sentence less for somebody else, at the price of that many
 * violations of his own. */
#include "proto/core/core_state.h"

#include <limits.h>
#include <string.h>

enum { OVER_POINTS = 1 };

bool bucket_take(struct bucket *bucket, uint64_t capacity, uint64_t refill_per_s, uint64_t ms,
                 uint64_t tokens)
{
    uint64_t refilled = (ms - bucket->at) * refill_per_s / 1000;

    /* The clock of the bucket moves only by whole tokens, so that many small steps refill as much as one
     * large one. */
    if (refilled >= bucket->used) {
        bucket->used = 0;
        bucket->at = ms;
    } else if (refilled > 0) {
        bucket->used -= refilled;
        bucket->at += refilled * 1000 / refill_per_s;
    }
    if (tokens > capacity - bucket->used)
        return false;
    bucket->used += tokens;
    return true;
}

/* ---- The discouraged. */

bool same_host(const char *a, const char *b)
{
    const char *host_a, *host_b;
    size_t size = address_host(&host_a, a);

    return size == address_host(&host_b, b) && memcmp(host_a, host_b, size) == 0;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Hexadecimal groups with a colon between them, up to a double colon or the end. UINT_MAX: something else. */
static unsigned groups_read(uint16_t out[8], const char **at, const char *end)
{
    unsigned count = 0;

    while (*at < end && **at != ':') {
        unsigned value = 0, digits = 0;

        for (int digit; *at < end && (digit = hex_value(**at)) >= 0; ++*at, digits++)
            value = value << 4 | (unsigned)digit;
        if (count == 8 || digits == 0 || digits > 4)
            return UINT_MAX;
        out[count++] = (uint16_t)value;
        if (end - *at >= 2 && **at == ':' && (*at)[1] != ':')
            ++*at;
    }
    return count;
}

/* The first half of a global IPv6 address, as inet_ntop writes it: what a household is given. false: another address. */
static bool network_read(uint16_t out[4], const char *host, size_t size)
{
    const char *at = host, *end = host + size;
    uint16_t first[8], last[8];
    unsigned before = groups_read(first, &at, end), after = 0;
    bool gap = before <= 8 && end - at >= 2 && at[0] == ':' && at[1] == ':';

    if (gap) {
        at += 2;
        after = groups_read(last, &at, end);
    }
    if (before > 8 || after > 8 || at != end || (gap ? before + after > 7 : before != 8) || before == 0 || first[0] >> 13 != 1)
        return false;
    for (unsigned i = 0; i < 4; i++)
        out[i] = i < before ? first[i] : i < 8 - after ? 0 : last[i - (8 - after)];
    return true;
}

/* Of a household's IPv6 addresses, of which it has 2^64, none is worth a sanction of its own. */
bool same_household(const char *a, const char *b)
{
    const char *host_a, *host_b;
    size_t size_a = address_host(&host_a, a), size_b = address_host(&host_b, b);
    uint16_t network_a[4], network_b[4];

    return same_host(a, b) || (network_read(network_a, host_a, size_a) && network_read(network_b, host_b, size_b) &&
                               memcmp(network_a, network_b, sizeof network_a) == 0);
}

static void discourage(struct core *core, const struct discouraged *entry)
{
    if (core->discouraged_count == DISCOURAGED_MAX)
        memmove(core->discouraged, core->discouraged + 1,
                --core->discouraged_count * sizeof *core->discouraged);
    core->discouraged[core->discouraged_count++] = *entry;
}

static void discourage_key(struct core *core, const struct link *link, uint64_t span_ms)
{
    struct discouraged entry = { .until = core->ms + span_ms };

    memcpy(entry.key, link->key, KEY_SIZE);
    discourage(core, &entry);
}

bool key_discouraged(const struct core *core, const uint8_t key[KEY_SIZE])
{
    for (size_t i = 0; i < core->discouraged_count; i++) {
        const struct discouraged *entry = &core->discouraged[i];

        if (!entry->is_host && entry->until > core->ms && memcmp(entry->key, key, KEY_SIZE) == 0)
            return true;
    }
    return false;
}

bool host_discouraged(const struct core *core, const char *address)
{
    for (size_t i = 0; i < core->discouraged_count; i++) {
        const struct discouraged *entry = &core->discouraged[i];

        if (entry->is_host && entry->until > core->ms && same_household(entry->host, address))
            return true;
    }
    return false;
}

void violation(struct core *core, struct link *link)
{
    struct discouraged host = { .is_host = true, .until = core->ms + DISCOURAGE_MS };

    if (link->violated)
        return;
    memcpy(host.host, link->address, ADDRESS_MAX);
    discourage_key(core, link, DISCOURAGE_MS);
    discourage(core, &host);
    link->violated = true;
    link_close(link, STATUS_MALFORMED);
}

void behaviour(struct core *core, struct link *link, unsigned points)
{
    struct bucket *score = &link->own.score;

    /* A thousand parts of a point, so that the refill of a few points a minute is not rounded away. */
    if (bucket_take(score, SCORE_MAX * 1000, SCORE_DECAY_PER_MIN * 1000 / 60, core->ms,
                    (uint64_t)points * 1000))
        return;
    discourage_key(core, link, BEHAVIOUR_MS);
    link_close(link, STATUS_FULL);
}

/* Who shares a bucket does not know what others took from it. */
void beyond_bucket(struct core *core, struct link *link)
{
    if (link->allowance == &link->own)
        behaviour(core, link, OVER_POINTS);
}

/* ---- Debts: what a member has taken from its buckets, when it hangs up and calls again. */

static size_t debt_of(const struct core *core, const uint8_t key[KEY_SIZE])
{
    size_t at = 0;

    while (at < core->debt_count && memcmp(core->debts[at].key, key, KEY_SIZE) != 0)
        at++;
    return at;
}

static void debt_remove(struct core *core, size_t at)
{
    core->debt_count--;
    memmove(core->debts + at, core->debts + at + 1, (core->debt_count - at) * sizeof *core->debts);
}

static const struct link *twin_of(const struct core *core, const struct link *link)
{
    for (size_t i = 0; i < core->link_count; i++) {
        const struct link *other = core->links[i];

        if (other != link && other->state >= LINK_GREETING && memcmp(other->key, link->key, KEY_SIZE) == 0)
            return other;
    }
    return NULL;
}

static bool newcomer_passes(struct core *core)
{
    return bucket_take(&core->newcomers, NEWCOMERS_MAX * 1000, NEWCOMERS_PER_MIN * 1000 / 60, core->ms, 1000);
}

/* Another key is made in no time, so a key that was never met is worth little: when there were many, it shares with the others. */
void debt_take(struct core *core, struct link *link)
{
    const struct link *twin = twin_of(core, link);
    size_t at = debt_of(core, link->key);
    bool shares = true;

    if (twin != NULL) {
        link->own = twin->own;
        shares = twin->allowance != &twin->own;
    } else if (at < core->debt_count) {
        link->own = core->debts[at].own;
        shares = core->debts[at].shares;
        debt_remove(core, at);
    }
    link->allowance = shares && !newcomer_passes(core) ? &core->shared : &link->own;
}

void debt_keep(struct core *core, const struct link *link)
{
    size_t at = debt_of(core, link->key);
    struct debt *debt;

    if (at < core->debt_count)
        debt_remove(core, at);
    else if (core->debt_count == DEBTS_MAX)
        debt_remove(core, 0);
    debt = &core->debts[core->debt_count++];
    *debt = (struct debt){ .shares = link->allowance != &link->own, .own = link->own };
    memcpy(debt->key, link->key, KEY_SIZE);
}

/* ---- Strangers: hosts whose handshakes fail. They are nobody, so all there is to do is to answer less
 * often. */

static struct stranger *stranger_at(struct core *core, const char *address)
{
    struct stranger entry = { .tries = { 0, core->ms } };
    size_t i = 0;

    while (i < core->stranger_count && !same_household(core->strangers[i].host, address))
        i++;
    if (i < core->stranger_count)
        entry = core->strangers[i];
    else
        memcpy(entry.host, address, strlen(address) + 1);
    /* The most recent stands last, so that the one to give way stands first. */
    if (i < core->stranger_count || core->stranger_count == STRANGERS_MAX) {
        i = i < core->stranger_count ? i : 0;
        memmove(core->strangers + i, core->strangers + i + 1, (core->stranger_count - i - 1) * sizeof entry);
        core->stranger_count--;
    }
    core->strangers[core->stranger_count++] = entry;
    return &core->strangers[core->stranger_count - 1];
}

void stranger_failed(struct core *core, const char *address)
{
    struct stranger *stranger = stranger_at(core, address);

    bucket_take(&stranger->tries, STRANGER_TRIES * 1000, STRANGER_TRIES_PER_MIN * 1000 / 60, core->ms, 1000);
}

bool stranger_welcome(const struct core *core, const char *address)
{
    for (size_t i = 0; i < core->stranger_count; i++) {
        struct bucket tries = core->strangers[i].tries;

        if (same_household(core->strangers[i].host, address))
            return bucket_take(&tries, STRANGER_TRIES * 1000, STRANGER_TRIES_PER_MIN * 1000 / 60, core->ms,
                               1000);
    }
    return true;
}
