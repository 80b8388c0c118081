/* serve_tender.c - what a round says to companies: the readable page, the OCDS release, and the proof in
 * portions.
 *
 * Happy path: rendered from the records each time it is asked for; nothing is kept. Failure modes: no demand
 * yet, a forked round, records that arrive between two portions: each portion names the whole it was cut
 * from, and whoever puts them together begins again when that changes. */
#include "node/serve/serve.h"
#include "node/tender/proof.h"
#include "node/tender/tender.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    PORTION_MAX = 384 << 10,
    SHOWN_MAX = 700 << 10
}; /* a reply stays below a mebibyte, in base 64 and in JSON */

static enum status options_take(struct package_options *out, json_t *args, struct failure *why)
{
    const char *prefix = arg_text_or(args, "ocid_prefix", "");

    *out = (struct package_options){ .french = arg_flag(args, "french") };
    if (strlen(prefix) >= sizeof out->ocid_prefix || !ocid_prefix_check(prefix))
        return failure_say(why, STATUS_MALFORMED, _("an OCDS prefix looks like %s"), PACKAGE_OCID_PREFIX);
    memcpy(out->ocid_prefix, prefix, strlen(prefix) + 1);
    return STATUS_OK;
}

static enum status tender_view(json_t *reply, struct topic *topic, const struct package *package,
                               bool release, struct failure *why)
{
    const struct season *season = topic_season(topic);
    struct answer a = { false };

    if (package->size[FILE_TEXT] > SHOWN_MAX || (release && package->size[FILE_JSON] > SHOWN_MAX))
        return failure_say(why, STATUS_FULL,
                           _("this tender is too long for one answer; see: coopair tender export --help"));
    answer_hex(&a, reply, "topic", topic_id(topic), ID_SIZE);
    answer_text(&a, reply, "title", topic_charter(topic)->title);
    answer_text(&a, reply, "phase", phase_name(season->phase));
    if (json_object_set_new(reply, "text",
                            json_stringn(package->data[FILE_TEXT], package->size[FILE_TEXT])) != 0)
        a.failed = true;
    if (release &&
        json_object_set_new(reply, "ocds",
                            json_loadb(package->data[FILE_JSON], package->size[FILE_JSON], 0, NULL)) != 0)
        a.failed = true;
    return answer_done(&a, why);
}

static enum status tender_show(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct topic *topic = arg_topic(node, args, why);
    struct package_options options;
    struct package package;
    enum status status = topic == NULL ? STATUS_MISSING : options_take(&options, args, why);

    if (status == STATUS_OK)
        status = package_make(&package, topic, &options, why);
    if (status != STATUS_OK)
        return status;
    status = tender_view(reply, topic, &package, arg_flag(args, "release"), why);
    package_clear(&package);
    return status;
}

/* There is something to export: the same rule as package_make. */
static enum status export_possible(struct topic *topic, struct failure *why)
{
    const struct season *season = topic_season(topic);

    if (season == NULL)
        return failure_say(why, STATUS_NOMEM, _("out of memory"));
    if (season->phase == PHASE_FORK)
        return failure_say(why, STATUS_DENIED,
                           _("this round was closed twice, differently: there is no one tender"));
    if (!tender_exists(season))
        return failure_say(why, STATUS_EARLY,
                           _("the demand of %s is not opened yet (phase \"%s\"); see: coopair round show"),
                           topic_charter(topic)->title, phase_name(season->phase));
    return STATUS_OK;
}

static enum status portion_view(json_t *reply, struct bytes proof, uint64_t offset, struct failure *why)
{
    struct answer a = { false };
    uint8_t whole[HASH_SIZE];
    size_t left = offset < proof.size ? proof.size - (size_t)offset : 0;

    crypto_generichash(whole, sizeof whole, proof.data, proof.size, NULL, 0);
    answer_uint(&a, reply, "size", proof.size);
    answer_hex(&a, reply, "whole", whole, sizeof whole);
    answer_uint(&a, reply, "offset", offset);
    answer_base64(
        &a, reply, "data",
        (struct bytes){ proof.data + (proof.size - left), left < PORTION_MAX ? left : PORTION_MAX });
    return answer_done(&a, why);
}

static enum status tender_export(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct topic *topic = arg_topic(node, args, why);
    struct package_options options;
    uint64_t offset;
    uint8_t *proof;
    size_t size;
    enum status status = topic == NULL ? STATUS_MISSING : options_take(&options, args, why);

    if (status == STATUS_OK && !arg_uint(&offset, args, "offset", PACKAGE_PROOF_MAX, why))
        status = STATUS_MALFORMED;
    if (status == STATUS_OK)
        status = export_possible(topic, why);
    if (status == STATUS_OK)
        status = proof_write(&proof, &size, topic, &options, why);
    if (status != STATUS_OK)
        return status;
    status = portion_view(reply, (struct bytes){ proof, size }, offset, why);
    free(proof);
    return status;
}

const struct served serve_tender[] = {
    { "tender.show", tender_show, false },
    { "tender.export", tender_export, false },
    { NULL, NULL, false },
};
