/* consent.c - see consent.h. One setting of the household: an array of the times since which each purpose is
 * allowed, 0 for those that are not. Failure mode: bytes of another shape allow nothing. */
#include "node/wish/consent.h"

#include "node/tongue/tongue.h"

#include <string.h>

#define CONSENTS_SETTING "consents"

static const struct {
    const char *name, *says, *grain;
} purposes[PURPOSES] = {
    [PURPOSE_INTEREST] = { "interest", N_("that some home is interested, in every round of your groups"),
                           N_("one yes a round, to the group, under a pseudonym; no figure") },
    [PURPOSE_PROFILE] = { "profile", N_("beside an interest, which of four kinds of home this is"),
                          N_("two bits, true with probability 48 %, drawn once a kind of round and season") },
};

bool purpose_of_name(enum purpose *out, const char *name)
{
    for (int i = 0; i < PURPOSES; i++)
        if (strcmp(purposes[i].name, name) == 0) {
            *out = (enum purpose)i;
            return true;
        }
    return false;
}

const char *purpose_name(enum purpose purpose)
{
    return purposes[purpose].name;
}

const char *purpose_says(enum purpose purpose)
{
    return _(purposes[purpose].says);
}

const char *purpose_grain(enum purpose purpose)
{
    return _(purposes[purpose].grain);
}

static void consents_decode(struct consents *out, struct bytes bytes)
{
    struct reader r = reader_from(bytes);

    reader_array(&r, PURPOSES, PURPOSES);
    for (size_t i = 0; i < PURPOSES; i++)
        out->since_ms[i] = reader_uint(&r, UINT64_MAX);
    if (!reader_done(&r))
        *out = (struct consents){ { 0 } };
}

static void consents_find(struct consents *out, struct store_txn *txn)
{
    struct bytes bytes;

    *out = (struct consents){ { 0 } };
    if (store_setting_get(txn, &bytes, NULL, CONSENTS_SETTING))
        consents_decode(out, bytes);
}

void consents_read(struct consents *out, struct store *store)
{
    struct store_txn *txn = store_begin(store, STORE_READ);

    consents_find(out, txn);
    store_abort(txn);
}

enum status consent_set(struct node *node, enum purpose purpose, bool allowed, struct failure *why)
{
    struct store_txn *txn = store_begin(node_store(node), STORE_WRITE);
    struct consents consents;
    uint8_t bytes[1 + 9 * PURPOSES];
    struct writer w = writer_to(bytes, sizeof bytes);
    enum status status;

    consents_find(&consents, txn);
    if ((consents.since_ms[purpose] != 0) == allowed) {
        store_abort(txn);
        return failure_say(why, STATUS_EXISTS, allowed ? _("%s is allowed already") : _("%s is not allowed"),
                           purpose_name(purpose));
    }
    consents.since_ms[purpose] = allowed ? node_now_ms(node) : 0;
    writer_array(&w, PURPOSES);
    for (size_t i = 0; i < PURPOSES; i++)
        writer_uint(&w, consents.since_ms[i]);
    store_setting_put(txn, NULL, CONSENTS_SETTING, (struct bytes){ bytes, writer_done(&w) });
    status = store_commit(txn, why);
    if (status == STATUS_OK)
        node_journal(node, allowed ? _("allowed: %s (%s); nothing left by this")
                                   : _("no longer allowed: %s (%s); nothing left by this"),
                     purposes[purpose].name, _(purposes[purpose].says));
    return status;
}
