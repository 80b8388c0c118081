/* keeper.c - making the season key: this member's deal, complaints about the deals of others, and its share
 * of the key. WIRE 7.3.
 *
 * Happy path: the committee is drawn, one deal; every other deal's share is opened once; when the box is
 * closed the shares of the included deals are summed. Failure modes: a share that does not fit is answered
 * with a flag that anybody can check; a bad share in the closed set all the same leaves this member without a
 * share of the key, and it opens nothing rather than something that does not verify. No clock is needed. */
#include "proto/duty/own.h"

#include "crypto/labels.h"

#include <sodium.h>
#include <string.h>

/* A member of the drawn committee and what it needs to deal and to check deals. */
struct keeping {
    struct topic *topic;
    struct own *own;
    const struct box_view *view;
    struct point members[COMMITTEE_MAX];
    unsigned count, index; /* index: this member, 1..count */
};

static bool keeping_begin(struct keeping *out, struct topic *topic, struct own *own)
{
    const struct season *season = topic_season(topic);

    if (!season || season->phase == PHASE_FORK || season->boxes[BOX_KEY].state == BOX_WAITING)
        return false;
    out->topic = topic;
    out->own = own;
    out->view = &season->boxes[BOX_KEY];
    out->index = own_seat(own, topic, BOX_KEY);
    out->count = (unsigned)committee_points(topic, out->members);
    return out->index > 0 && out->index <= out->count &&
           point_equal(&out->members[out->index - 1], &own->box.public_point);
}

/* ---- This member's own deal. */

static bool has_dealt(const struct keeping *keeping)
{
    const struct held *const *deals;
    size_t count = topic_records(keeping->topic, BOX_KEY, RECORD_DEAL, &deals);

    for (size_t i = 0; i < count; i++)
        if (memcmp(deals[i]->record.author, keeping->own->member.public_key, KEY_SIZE) == 0)
            return true;
    return false;
}

/* The same secret gives the same deal: a restart repeats itself. */
static bool key_deal_due(struct deal_out *out, const struct keeping *keeping)
{
    uint8_t deal[DKG_DEAL_MAX], bytes[DKG_DEAL_MAX + 16], secret[KEY_SIZE], context[HASH_SIZE];
    struct writer body = writer_to(bytes, sizeof bytes);
    size_t size;
    bool fine;

    if (keeping->view->state != BOX_OPEN || has_dealt(keeping))
        return false;
    deal_context(context, topic_id(keeping->topic), BOX_KEY, keeping->view->parent,
                 keeping->own->member.public_key, 0);
    derive_key(secret, keeping->own->secret, LABEL_DKG_SECRET, NULL, 0);
    fine = dkg_deal_make(deal, &size, BYTES(context), keeping->members, keeping->count,
                         keeping->view->threshold, secret);
    sodium_memzero(secret, sizeof secret);
    if (!fine)
        return false;
    writer_array(&body, 2);
    writer_uint(&body, 0);
    writer_bin(&body, (struct bytes){ deal, size });
    return own_write(out, keeping->topic, RECORD_DEAL, BOX_KEY, &keeping->own->member, &body);
}

/* ---- Checking the shares of others. */

static const struct key_share *share_opened(const struct own *own, const uint8_t deal[ID_SIZE])
{
    for (size_t i = 0; i < own->key_share_count && i < KEY_DEALS_MAX; i++)
        if (memcmp(own->key_shares[i].deal, deal, ID_SIZE) == 0)
            return &own->key_shares[i];
    return NULL;
}

/* Opened once per deal; after a restart once more. Borrowed until the next call. */
static const struct key_share *share_open(const struct keeping *keeping, const struct key_deal *deal)
{
    const struct key_share *opened = share_opened(keeping->own, deal->id);
    struct own *own = keeping->own;
    struct key_share *found;

    if (opened != NULL)
        return opened;
    found = &own->key_shares[own->key_share_count++ % KEY_DEALS_MAX];
    memcpy(found->deal, deal->id, ID_SIZE);
    found->fine = dkg_share_open(&found->share, BYTES(deal->context), keeping->members, keeping->count,
                                 keeping->view->threshold, deal->deal, keeping->index, &own->box);
    return found;
}

static bool has_flagged(const struct keeping *keeping, const uint8_t deal[ID_SIZE])
{
    const struct held *const *flags;
    size_t count = topic_records(keeping->topic, BOX_KEY, RECORD_FLAG, &flags);

    for (size_t i = 0; i < count; i++) {
        struct reader r = reader_from(flags[i]->record.body);
        uint8_t named[ID_SIZE];

        if (memcmp(flags[i]->record.author, keeping->own->member.public_key, KEY_SIZE) != 0 ||
            reader_array(&r, 3, 3) != 3)
            continue;
        reader_fixed(&r, named, sizeof named);
        if (!r.failed && memcmp(named, deal, ID_SIZE) == 0)
            return true;
    }
    return false;
}

static bool flag_write(struct deal_out *out, const struct keeping *keeping, const struct key_deal *deal,
                       struct rng *rng)
{
    uint8_t evidence[DKG_COMPLAINT_SIZE], bytes[256];
    struct writer body = writer_to(bytes, sizeof bytes);

    dkg_complaint_make(evidence, BYTES(deal->context), deal->deal, keeping->view->threshold, keeping->index,
                       &keeping->own->box, rng);
    writer_array(&body, 3);
    writer_bin(&body, BYTES(deal->id));
    writer_uint(&body, keeping->index);
    writer_bin(&body, BYTES(evidence));
    return own_write(out, keeping->topic, RECORD_FLAG, BOX_KEY, &keeping->own->member, &body);
}

/* One valid flag against a deal is enough, whoever raised it. */
static bool flag_due(struct deal_out *out, const struct keeping *keeping, struct rng *rng)
{
    const struct held *const *deals;
    size_t count = topic_records(keeping->topic, BOX_KEY, RECORD_DEAL, &deals);
    struct key_deal deal;

    for (size_t i = 0; i < count; i++) {
        const struct key_share *opened = share_opened(keeping->own, deals[i]->record.id);

        if (deals[i]->flagged || (opened != NULL && opened->fine))
            continue; /* most are, each time something comes */
        if (key_deal_of(keeping->topic, &deal, deals[i]) && !share_open(keeping, &deal)->fine && !has_flagged(keeping, deal.id))
            return flag_write(out, keeping, &deal, rng);
    }
    return false;
}

/* ---- The share of the key. */

static void learn_share(const struct keeping *keeping)
{
    struct key_deal deals[COMMITTEE_MAX];
    struct own *own = keeping->own;
    struct dkg_share sum = { { { 0 } }, { { 0 } } };
    bool fine = true;
    size_t count;

    if (own->season_share_sought)
        return;
    count = key_set(keeping->topic, deals);
    if (count == 0)
        return;
    for (size_t i = 0; i < count && fine; i++) {
        const struct key_share *opened = share_open(keeping, &deals[i]);

        fine = opened->fine;
        if (fine)
            dkg_share_add(&sum, &opened->share);
    }
    own->season_share_sought = true;
    own->season_share_known = fine;
    if (fine)
        own->season_share = sum;
    dkg_share_clear(&sum);
}

bool deal_due(struct deal_out *out, struct topic *topic, struct own *own, struct rng *rng)
{
    struct keeping keeping;

    if (!keeping_begin(&keeping, topic, own))
        return false;
    learn_share(&keeping);
    return key_deal_due(out, &keeping) || flag_due(out, &keeping, rng);
}
