/* plan.c - see plan.h.
 *
 * Happy path: every lot in its order, quantities proposed from the readings, the noised cell. Failure modes:
 * a lot or an item that the charter does not have, a number that does not fit the proof, readings that cannot
 * say what is asked for: refused in words, nothing is kept. */
#include "node/serve/plan.h"

#include "node/profile/profile.h"
#include "node/serve/round_view.h"
#include "node/serve/serve.h"
#include "node/tender/tender.h"
#include "node/tongue/tongue.h"
#include "node/wish/consent.h"
#include "node/wish/envelope.h"
#include "node/wish/told.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- Lots. */

/* Digits up to *end; false: none, or above most. */
static bool digits_read(uint64_t *out, const char *text, uint64_t most, const char **end)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 18)
        return false;
    *out = strtoull(text, NULL, 10);
    *end = text + digits;
    return *out <= most;
}

static enum status lot_add(struct wish *out, const struct charter *charter, const char *text,
                           struct failure *why)
{
    uint64_t lot, minimum = 0;
    const char *end;

    if (text == NULL || !digits_read(&lot, text, UINT32_MAX, &end) ||
        (*end == ':' && !digits_read(&minimum, end + 1, BOX_DEALS_MAX, &end)) || *end != '\0')
        return failure_say(why, STATUS_MALFORMED,
                           _("a lot is its number, or number:homes (\"2:8\": from 8 homes on), not %.40s"),
                           text == NULL ? _("this") : text);
    if (lot < 1 || lot > charter->lot_count)
        return failure_say(why, STATUS_MALFORMED, _("this round has lots 1 to %zu, not %" PRIu64),
                           charter->lot_count, lot);
    if (minimum > 0 && minimum < charter->floor)
        return failure_say(why, STATUS_MALFORMED,
                           _("no lot of fewer than %" PRIu32 " homes is ever formed, so %" PRIu64
                           " cannot be asked for"),
                           charter->floor, minimum);
    for (size_t i = 0; i < out->choice_count; i++)
        if (out->lots[i] == lot - 1)
            return failure_say(why, STATUS_MALFORMED, _("lot %" PRIu64 " is named twice"), lot);
    if (out->choice_count == LOT_CHOICES_MAX)
        return failure_say(why, STATUS_MALFORMED, _("at most %d lots, in your order"), LOT_CHOICES_MAX);
    out->lots[out->choice_count] = (uint32_t)lot - 1;
    out->minimums[out->choice_count++] = (uint32_t)minimum;
    return STATUS_OK;
}

static enum status lots_take(struct wish *out, const struct charter *charter, json_t *args,
                             struct failure *why)
{
    json_t *list = json_object_get(args, "lots"), *item;
    enum status status = STATUS_OK;
    size_t i;

    json_array_foreach(list, i, item) {
        status = lot_add(out, charter, json_string_value(item), why);
        if (status != STATUS_OK)
            return status;
    }
    for (i = 0; json_array_size(list) == 0 && i < charter->lot_count && i < LOT_CHOICES_MAX; i++)
        out->lots[out->choice_count++] = (uint32_t)i;
    return STATUS_OK;
}

/* ---- Quantities. */

/* "Pellets=3000": the item by its name, or by the beginning of it when that is enough. */
static enum status quantity_read(size_t *item, uint64_t *value, const struct charter *charter,
                                 const char *text, struct failure *why)
{
    const char *equals = text == NULL ? NULL : strrchr(text, '='), *end;
    size_t size, fits = 0;

    if (equals == NULL || !digits_read(value, equals + 1, ((uint64_t)1 << charter->value_bits) - 1, &end) ||
        *end != '\0')
        return failure_say(why, STATUS_MALFORMED,
                           _("a quantity is ITEM=N, N a whole number below %" PRIu64 ", not %.60s"),
                           (uint64_t)1 << charter->value_bits, text == NULL ? _("this") : text);
    size = (size_t)(equals - text);
    for (size_t i = 0; i < charter->item_count; i++) {
        bool whole = strlen(charter->items[i].name) == size;

        if (size == 0 || strncasecmp(charter->items[i].name, text, size) != 0)
            continue;
        fits = whole ? 1 : fits + 1;
        *item = i;
        if (whole)
            break;
    }
    if (fits == 1)
        return STATUS_OK;
    return failure_say(why, STATUS_MALFORMED,
                       _("%.60s: %s item of this round is called so; see: coopair round show"), text,
                       fits == 0 ? "no" : _("more than one"));
}

struct given {
    bool known[DEAL_VALUES_MAX];
    uint64_t value[DEAL_VALUES_MAX];
};

static enum status given_read(struct given *out, const struct charter *charter, json_t *args,
                              struct failure *why)
{
    json_t *item;
    size_t i, at = 0;

    *out = (struct given){ .known = { false } };
    json_array_foreach(json_object_get(args, "quantities"), i, item) {
        uint64_t value = 0;
        enum status status = quantity_read(&at, &value, charter, json_string_value(item), why);

        if (status != STATUS_OK)
            return status;
        out->known[at] = true;
        out->value[at] = value;
    }
    return STATUS_OK;
}

/* What a home without readings has to say itself. */
static enum status given_only(uint64_t *values, const struct charter *charter, const struct given *given,
                              unsigned limit, struct failure *why)
{
    struct failure reason = *why;

    for (size_t i = 0; i < charter->item_count; i++) {
        const struct item *item = &charter->items[i];

        values[i] = item->use == ITEM_LIMIT && item->ladder <= limit;
        if (!given->known[i] && (item->use == ITEM_QUANTITY || item->use == ITEM_RESERVE))
            return failure_say(why, STATUS_MISSING,
                               _("%.120s; or say it yourself: --quantity \"%.40s=N\" (%.8s)"), reason.text,
                               item->name, item->unit);
    }
    return STATUS_OK;
}

/* Who asks for another quantity than the readings say pays another amount today: in proportion. */
static void reserve_scale(uint64_t *values, const struct charter *charter, const struct given *given)
{
    uint64_t before = 0, after = 0, most = ((uint64_t)1 << charter->value_bits) - 1;

    for (size_t i = 0; i < charter->item_count; i++)
        if (charter->items[i].use == ITEM_QUANTITY) {
            before += values[i];
            after += given->known[i] ? given->value[i] : values[i];
        }
    for (size_t i = 0; i < charter->item_count; i++)
        if (charter->items[i].use == ITEM_RESERVE && !given->known[i] && before > 0 && before != after) {
            values[i] = (values[i] * after + before / 2) / before; /* below 2^32 * 2^36 */
            if (values[i] > most)
                values[i] = most;
        }
}

/* What it pays is guessed from the quantity, without the subscription: a guess turns no home away. */
static void reserve_fit(uint64_t *values, const struct charter *charter, const struct given *given)
{
    for (size_t i = 0; i < charter->item_count; i++) {
        const struct item *item = &charter->items[i];

        if (item->use != ITEM_RESERVE || given->known[i] || item->high == 0)
            continue;
        if (values[i] < item->low)
            values[i] = item->low;
        if (values[i] > item->high)
            values[i] = item->high;
    }
}

static enum status values_propose(struct wish *out, const struct charter *charter,
                                  const struct profile *profile, json_t *args, struct failure *why)
{
    struct wallet wallet = { .limit_percent = 100 };
    struct given given;
    uint64_t limit = 100;
    enum status status = given_read(&given, charter, args, why);

    if (status != STATUS_OK)
        return status;
    if (json_object_get(args, "limit") != NULL && !arg_uint(&limit, args, "limit", 100, why))
        return STATUS_MALFORMED;
    wallet.limit_percent = (unsigned)limit;
    if (!proposal_make(out->values, charter, profile, &wallet, why)) {
        status = given_only(out->values, charter, &given, wallet.limit_percent, why);
        if (status != STATUS_OK)
            return status;
    } else {
        reserve_scale(out->values, charter, &given);
        reserve_fit(out->values, charter, &given);
    }
    for (size_t i = 0; i < charter->item_count; i++)
        if (given.known[i])
            out->values[i] = given.value[i];
    return STATUS_OK;
}

/* The numbers of an earlier plan, as they are. */
static enum status values_take(struct wish *out, const struct charter *charter, json_t *values,
                               struct failure *why)
{
    json_t *value;
    size_t i;

    if (json_array_size(values) != charter->item_count)
        return failure_say(why, STATUS_MALFORMED, _("\"values\" must be %zu numbers"), charter->item_count);
    json_array_foreach(values, i, value) {
        json_int_t n = json_integer_value(value);

        if (!json_is_integer(value) || n < 0 || (uint64_t)n >> charter->value_bits != 0)
            return failure_say(why, STATUS_MALFORMED, _("%.60s must be a whole number below %" PRIu64),
                               charter->items[i].name, (uint64_t)1 << charter->value_bits);
        out->values[i] = (uint64_t)n;
    }
    return STATUS_OK;
}

/* Said when it is wished: when the time has come the core would refuse it, and nobody be there to read why. */
static enum status values_check(const struct wish *wish, const struct charter *charter, struct failure *why)
{
    for (size_t i = 0; i < charter->item_count; i++) {
        const struct item *item = &charter->items[i];

        if (item->high > 0 && (wish->values[i] < item->low || wish->values[i] > item->high))
            return failure_say(why, STATUS_DENIED,
                               _("%.40s: this round takes %" PRIu32 " to %" PRIu32 " %s of one home, not %" PRIu64
                                 ", lest a large one show in a small total. This home stays enrolled; a round of %d "
                                 "homes or more takes any amount"),
                               item->name, item->low, item->high, tender_unit(item->unit), wish->values[i],
                               METERED_FLOOR);
    }
    return charter_demand_check(charter, wish->values, wish->value_count, why);
}

/* ---- Together. */

enum status plan_make(struct wish *out, struct node *node, struct topic *topic, json_t *args,
                      struct failure *why)
{
    const struct charter *charter = topic_charter(topic);
    json_t *values = json_object_get(args, "values"), *interest = json_object_get(args, "interest");
    struct consents consents;
    struct profile profile;
    struct own_view own;
    enum status status = profile_of_store(&profile, node_store(node), why);

    if (status != STATUS_OK)
        return status;
    *out = (struct wish){
        .enrol = true, .interest = !json_is_false(interest), .report = -1, .cell = -1, .join = true
    };
    core_own(node_core(node), topic, &own);
    out->dealt_before = envelope_deals(topic, BOX_JOIN, own.pseudonym);
    out->value_count = charter->item_count;
    consents_read(&consents, node_store(node));
    if (profile.cell_known) {
        out->cell = (int)profile.cell; /* for this home's own eyes */
        if (consents.since_ms[PURPOSE_PROFILE] > 0)
            out->report = (int)told_report(node, charter, profile.cell);
    }
    status = lots_take(out, charter, args, why);
    if (status == STATUS_OK)
        status = values == NULL ? values_propose(out, charter, &profile, args, why)
                                : values_take(out, charter, values, why);
    if (status == STATUS_OK)
        status = values_check(out, charter, why);
    if (status != STATUS_OK)
        wish_clear(out);
    return status;
}

static void say_clear(struct answer *a, json_t *list, const char *text)
{
    if (json_array_append_new(list, json_string(text)) != 0)
        a->failed = true;
}

static void interest_view(struct answer *a, json_t *clear, const struct wish *wish)
{
    char text[256];

    if (!wish->interest)
        return;
    if (wish->report < 0)
        snprintf(text, sizeof text,
                 "%s", _("that somebody of the group is interested, and nothing of its profile (to add that: "
                         "coopair share allow profile)"));
    else
        snprintf(text, sizeof text, _("your profile as one of four cells, drawn with noise: cell %d"),
                 wish->report);
    say_clear(a, clear, text);
}

void plan_view(struct answer *a, json_t *out, const struct charter *charter, const struct wish *wish)
{
    json_t *clear = answer_array(a, out, "clear"), *lots = answer_array(a, out, "lots"), *values;
    char text[256];

    interest_view(a, clear, wish);
    for (size_t i = 0; i < wish->choice_count; i++) {
        uint32_t from = wish->minimums[i] > charter->floor ? wish->minimums[i] : charter->floor;
        json_t *lot = answer_item(a, lots);

        answer_uint(a, lot, "lot", wish->lots[i] + 1);
        answer_text(a, lot, "name", charter->lots[wish->lots[i]].name);
        answer_uint(a, lot, "from_homes", from);
        snprintf(text, sizeof text, _("lot %" PRIu32 " (%.63s), from %" PRIu32 " homes on"), wish->lots[i] + 1,
                 charter->lots[wish->lots[i]].name, from);
        say_clear(a, clear, text);
    }
    round_values(a, answer_object(a, out, "encrypted"), charter, wish->values, wish->value_count, true);
    values = answer_array(a, out, "values");
    for (size_t i = 0; i < wish->value_count; i++)
        answer_number(a, values, wish->values[i]);
    if (wish->report < 0 || !wish->interest)
        answer_null(a, out, "report");
    else
        answer_uint(a, out, "report", (uint64_t)wish->report);
}
