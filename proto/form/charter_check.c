/* charter_check.c - the rules of WIRE 4.2, the same for who writes a charter and who reads one.
 *
 * Happy path: nothing to say. Failure modes: one sentence naming the first rule that is broken. Sums of times
 * cannot overflow once each of them is below its bound, so nobody after this has to check. */
#include "proto/proto.h"

#include "proto/form/committee.h"

#include <sodium.h>
#include <string.h>

enum { TEN_YEARS_S = 10 * 366 * 86400, VALUE_BITS_MAX = 32, SUM_BITS_MAX = 42 };
/* The year 3000: every date a round can reach has four digits for the year. */
static const uint64_t opens_max_s = 32503680000;

/* A logarithm is found in a fraction of a second up to 2^42 (crypto.h, log_find). */
_Static_assert((uint64_t)BOX_DEALS_MAX << VALUE_BITS_MAX < 1ull << SUM_BITS_MAX,
               "the sum of all homes can be opened");

static enum status refuse(struct failure *why, const char *said)
{
    return failure_say(why, STATUS_MALFORMED, "%s", said);
}

/* Text that ends within its room; empty is allowed where `least` is 0. */
static bool text_fine(const char *text, size_t room, size_t least)
{
    const char *end = memchr(text, '\0', room);

    return end != NULL && (size_t)(end - text) >= least && text_printable(text);
}

static const char *words_fault(const struct charter *c)
{
    if (!text_fine(c->title, sizeof c->title, 1))
        return "a charter needs a title";
    if (!text_fine(c->category, sizeof c->category, 1))
        return "a charter needs a category";
    if (!text_fine(c->season, sizeof c->season, 1))
        return "a charter names its season";
    if (!text_fine(c->network, sizeof c->network, 0) || !text_fine(c->zone, sizeof c->zone, 0) ||
        !text_fine(c->contact, sizeof c->contact, 0))
        return "network, zone and contact are printable text";
    return NULL;
}

static bool time_fine(uint32_t time_s, uint32_t least_s)
{
    return time_s >= least_s && time_s <= TEN_YEARS_S;
}

static const char *times_fault(const struct charter *c)
{
    if (c->opens_s == 0 || c->opens_s > opens_max_s)
        return "a round opens after 1970 and before the year 3000";
    for (int box = 0; box < BOXES; box++)
        if (!time_fine(c->window_s[box], 1) || !time_fine(c->grace_s[box], 0))
            return "every window is between one second and ten years, and no grace is longer";
    if (!time_fine(c->round_s, 1) || !time_fine(c->slot_s, 1) || !time_fine(c->tick_s, 1) ||
        !time_fine(c->expires_s, 1))
        return "round, slot, tick and expiry are between one second and ten years";
    if (!time_fine(c->grow_s, 0) || !time_fine(c->slack_s, 0))
        return "growth and slack are at most ten years";
    if (c->slack_s < c->tick_s)
        return "slack is at least a tick: a time rounded down to a tick must still be acceptable";
    return NULL;
}

static const char *counts_fault(const struct charter *c)
{
    uint64_t shares = 0;

    if (c->floor < 2 || c->floor > BOX_DEALS_MAX)
        return "no total of fewer than two homes is opened, and no more homes can be asked for than a box "
               "holds";
    if (c->invite_count < c->floor || c->invite_count > BOX_DEALS_MAX)
        return "a code is good for at least as many homes as a total needs, and for no more than a box holds";
    if (c->value_bits != 8 && c->value_bits != 16 && c->value_bits != VALUE_BITS_MAX)
        return "a value has 8, 16 or 32 bits";
    if (c->min_saving_percent > 100)
        return "a saving is at most 100 percent";
    if (c->min_bids < 1 || c->min_bids > BIDS_MAX)
        return "an award needs at least one bid, and no more than a box holds";
    for (size_t i = 0; i < ARRAY_SIZE(c->cell_share); i++)
        shares += c->cell_share[i];
    if (shares != 10000)
        return "the shares of the four cells add up to 10 000";
    return NULL;
}

static const char *item_fault(const struct charter *c, size_t at)
{
    const struct item *item = &c->items[at];

    if (!text_fine(item->name, sizeof item->name, 1) || !text_fine(item->unit, sizeof item->unit, 1))
        return "every item has a name and a unit";
    for (size_t i = 0; i < at; i++)
        if (strcmp(c->items[i].name, item->name) == 0)
            return "two items have one name";
    if ((unsigned)item->use >= ITEM_USES)
        return "an item has no use";
    if (item->use == ITEM_LIMIT ? item->ladder < 1 || item->ladder > 100 : item->ladder != 0)
        return "a limit is 1 to 100 percent, and nothing else has one";
    if (item->use == ITEM_RESERVE && strcmp(item->unit, "EUR") != 0)
        return "what the homes pay today is in whole euros";
    return NULL;
}

/* ---- Dominance: WIRE 7.5. */

/* A meter's figures tell habits. Whoever calls them otherwise gets none from a meter: proposal.c goes by these names. */
static bool metered(const struct charter *c)
{
    if (strcmp(c->category, "electricity") == 0)
        return true;
    for (size_t i = 0; i < c->item_count; i++)
        if (strcmp(c->items[i].unit, "KWH") == 0)
            return true;
    return false;
}

/* With K homes or more, each of at least `low`, one of `high` is at most its part of what they come to. */
static bool none_dominates(const struct item *item, uint32_t floor)
{
    uint64_t others = (uint64_t)(floor - 1) * item->low;

    return item->low > 0 && 100 * (uint64_t)item->high <= METERED_SHARE_PERCENT * (item->high + others);
}

static const char *bounds_fault(const struct charter *c)
{
    bool proved = metered(c) && c->floor < METERED_FLOOR;
    struct deal_shape shape;

    if (proved && c->floor < METERED_BOUND_FLOOR)
        return "no metered total of fewer than 15 homes is opened";
    for (size_t i = 0; i < c->item_count; i++) {
        const struct item *item = &c->items[i];

        if (item->low > item->high || (uint64_t)item->high >> c->value_bits != 0 ||
            (item->use == ITEM_LIMIT && item->high > 0))
            return "what one home asks for lies between a low and a high value that the round can carry";
        if (proved && item->use != ITEM_LIMIT && !none_dominates(item, c->floor))
            return "of fewer than 30 homes with a meter none may make more than 15 percent of a total: each item "
                   "but the limits bounds what one home asks for, closely enough";
    }
    charter_shape(&shape, c);
    return deal_size(&shape) > 0 ? NULL : "so many bounds do not fit into one proof: bound fewer items";
}

static const char *demand_fault(const struct charter *c)
{
    size_t quantities = 0, reserves = 0;
    const char *fault;

    if (c->item_count < 1 || c->item_count > DEAL_VALUES_MAX || c->lot_count < 1 || c->lot_count > LOTS_MAX)
        return "a charter has 1 to 16 items and 1 to 8 lots";
    for (size_t i = 0; i < c->item_count; i++) {
        if ((fault = item_fault(c, i)) != NULL)
            return fault;
        quantities += c->items[i].use == ITEM_QUANTITY;
        reserves += c->items[i].use == ITEM_RESERVE;
    }
    if (quantities == 0 || reserves > 1)
        return "a demand has at least one quantity, and at most one item for what is paid today";
    for (size_t i = 0; i < c->lot_count; i++) {
        if (!text_fine(c->lots[i].name, sizeof c->lots[i].name, 1) ||
            !text_fine(c->lots[i].terms, sizeof c->lots[i].terms, 0))
            return "every lot has a name, and its terms are printable";
        for (size_t j = 0; j < i; j++)
            if (strcmp(c->lots[i].name, c->lots[j].name) == 0)
                return "two lots have one name";
    }
    return NULL;
}

/* Do the shares stand for one key, whichever thr of them are combined? Members i .. i + thr - 1 and the joint
 * key lie on one polynomial of degree thr - 1; neighbouring runs have thr points in common, the joint key
 * among them, so it is the same polynomial for all. Without this, a founder's bad shares would give another
 * beacon to whoever combines other ones. */
static bool shares_agree(const struct committee_key *key)
{
    uint8_t encoded[COMMITTEE_MAX][POINT_SIZE + SHARE_PROOF_SIZE] = { { 0 } };
    struct bytes shares[COMMITTEE_MAX];
    unsigned members[COMMITTEE_MAX];
    struct point joint;

    for (unsigned i = 0; i < key->count; i++) {
        memcpy(encoded[i], key->share[i].b, POINT_SIZE);
        shares[i] = BYTES(encoded[i]);
        members[i] = i + 1;
    }
    for (unsigned i = 0; i + key->threshold <= key->count; i++)
        if (!combine(&joint, 1, members + i, shares + i, key->threshold) || !point_equal(&joint, &key->joint))
            return false;
    return true;
}

static const char *committee_fault(const struct charter *c)
{
    const struct committee_key *key = &c->genesis;
    struct point point;

    if (sodium_is_zero(c->group, sizeof c->group) || sodium_is_zero(c->invite_key, sizeof c->invite_key))
        return "a charter belongs to a group and has a key for its invitations";
    if (key->count < 1 || key->count > COMMITTEE_MAX ||
        key->threshold != committee_rule(key->count).threshold)
        return "the first committee has 1 to 31 members and the threshold of so many";
    if (!point_read_nonzero(&point, key->joint.b))
        return "the first committee's key is a point";
    for (unsigned i = 0; i < key->count; i++) {
        if (!point_read_nonzero(&point, key->share[i].b) || sodium_is_zero(c->genesis_key[i], KEY_SIZE))
            return "every member of the first committee has two keys";
        for (unsigned j = 0; j < i; j++)
            if (memcmp(c->genesis_key[i], c->genesis_key[j], KEY_SIZE) == 0)
                return "one member is named twice in the first committee";
    }
    return shares_agree(key) ? NULL : "the shares of the first committee do not stand for one key";
}

enum status charter_check(const struct charter *charter, struct failure *why)
{
    static const char *(*const checks[])(const struct charter *) = { words_fault,  times_fault,  counts_fault,
                                                                     demand_fault, bounds_fault, committee_fault };

    for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
        const char *fault = checks[i](charter);

        if (fault != NULL)
            return refuse(why, fault);
    }
    return STATUS_OK;
}
