/* tender.c - what the renderings share: which round has something to show, what a bid costs, how words and
 * numbers are written. Happy path: pure arithmetic over the fold. Failure mode: hostile words in a bid,
 * which are made harmless here. */
#include "node/tender/tender.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

bool tender_exists(const struct season *season)
{
    return season->phase == PHASE_TENDER || season->phase == PHASE_BIDS_CLOSED || tender_judged(season) ||
           tender_failed(season);
}

bool tender_judged(const struct season *season)
{
    return season->phase == PHASE_AWARDED || season->phase == PHASE_NO_AWARD;
}

bool tender_failed(const struct season *season)
{
    return season->phase == PHASE_TOO_FEW || season->phase == PHASE_NO_LOT;
}

uint64_t tender_begun_s(const struct season *season)
{
    return season->boxes[season->phase == PHASE_TOO_FEW ? BOX_INTEREST : BOX_JOIN].settled_s;
}

void tender_date(char out[21], uint64_t time_s)
{
    const uint64_t last_s = 253402300799; /* 9999-12-31T23:59:59Z: RFC 3339 has four digits for the year */
    time_t t = (time_t)(time_s > last_s ? last_s : time_s);
    struct tm parts;
    size_t size = 0;

    if (gmtime_r(&t, &parts) != NULL)
        size = strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &parts);
    assert(size == 20);
}

void tender_decimal(char out[DECIMAL_MAX], uint64_t value, unsigned decimals)
{
    uint64_t unit = 1;

    for (unsigned i = 0; i < decimals; i++)
        unit *= 10;
    if (decimals == 0)
        snprintf(out, DECIMAL_MAX, "%" PRIu64, value);
    else
        snprintf(out, DECIMAL_MAX, "%" PRIu64 ".%0*" PRIu64, value / unit, (int)decimals, value % unit);
}

void tender_hex(char *out, const uint8_t *in, size_t size)
{
    for (size_t i = 0; i < size; i++)
        snprintf(out + 2 * i, 3, "%02x", in[i]);
}

/* Length of the well-formed UTF-8 sequence at s (RFC 3629, table of section 4), 0 if there is none; *code
 * gets its value. */
static size_t utf8_next(uint32_t *code, const uint8_t *s)
{
    size_t size = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

    *code = size == 1 ? s[0] : s[0] & (0x7f >> size);
    for (size_t i = 1; i < size; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0; /* the closing zero byte also stops here */
        *code = *code << 6 | (s[i] & 0x3f);
    }
    if ((size == 3 && *code < 0x800) || (size == 4 && (*code < 0x10000 || *code > 0x10ffff)) ||
        (*code >= 0xd800 && *code <= 0xdfff))
        return 0;
    return size;
}

/* Controls would let a company draw its own headings; direction marks let it show digits in another order. */
static bool harmless(uint32_t code)
{
    return code >= 0x20 && !(code >= 0x7f && code <= 0x9f) && !(code >= 0x2028 && code <= 0x202e) &&
           !(code >= 0x2066 && code <= 0x2069) && code != 0x200e && code != 0x200f && code != 0x061c &&
           code != 0xfeff;
}

void tender_clean(char *out, size_t room, const char *in)
{
    size_t used = 0;

    assert(room > 0);
    while (*in != '\0') {
        uint32_t code = 0;
        size_t size = utf8_next(&code, (const uint8_t *)in);
        bool keep = size > 0 && harmless(code);
        size_t take = keep ? size : 1;

        if (used + take >= room)
            break;
        if (keep)
            memcpy(out + used, in, size);
        else
            out[used] = ' ';
        used += take;
        in += size > 0 ? size : 1;
    }
    out[used] = '\0';
}

const char *tender_unit(const char *code)
{
    static const struct {
        const char *code, *name;
    } units[] = { { "KGM", "kg" }, { "TNE", "t" },    { "KWH", "kWh" },
                  { "LTR", "l" },  { "C62", "unit" }, { "EUR", "EUR" } };

    for (size_t i = 0; i < ARRAY_SIZE(units); i++)
        if (strcmp(code, units[i].code) == 0)
            return units[i].name;
    return code;
}

const struct bid_step *tender_step(const struct bid_lot *offer, size_t homes)
{
    const struct bid_step *found = NULL;

    for (size_t i = 0; i < offer->step_count; i++)
        if (offer->steps[i].from_homes <= homes)
            found = &offer->steps[i];
    return found;
}

/* WIRE 8.4. */
bool tender_limit_cents(uint64_t *out, const struct tender *tender, size_t lot)
{
    const struct charter *charter = tender->charter;
    const struct lot_view *view = &tender->season->lots[lot];

    for (size_t i = 0; i < charter->item_count; i++)
        if (charter->items[i].use == ITEM_RESERVE && view->reserve_known && view->totals[i] > 0) {
            *out = view->totals[i] * (100 - charter->min_saving_percent);
            return true;
        }
    return false;
}

enum offer_verdict tender_offer(uint64_t *cost_cents, const struct tender *tender,
                                const struct bid_lot *offer)
{
    const struct lot_view *view = &tender->season->lots[offer->lot];
    uint64_t limit;

    *cost_cents = UINT64_MAX;
    if (!view->formed)
        return OFFER_NOT_FORMED;
    *cost_cents = bid_cost_cents(tender->charter, offer, view->totals, view->home_count, view->home_count);
    if (*cost_cents == UINT64_MAX)
        return OFFER_NO_STEP;
    if (tender_limit_cents(&limit, tender, offer->lot) && *cost_cents > limit)
        return OFFER_ABOVE_RESERVE;
    return OFFER_VALID;
}
