/* verify.c - does a package say what its records prove, and what is that, in plain words.
 *
 * Happy path: fold the records, render everything again, compare: then each sentence below is a fact of the
 * fold. Failure modes: any byte that differs is named by file and line. What cannot follow from signatures
 * is said too, in the same place and size. */
#include "node/tender/verify.h"

#include "node/tender/proof.h"
#include "node/tender/tender.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Byte for byte. */

static enum status compare(const struct package *found, const struct package *made, enum package_file file,
                           struct failure *why)
{
    size_t at = 0, line = 1;
    const char *a = found->data[file], *b = made->data[file];

    while (at < found->size[file] && at < made->size[file] && a[at] == b[at])
        line += a[at++] == '\n';
    if (at == found->size[file] && at == made->size[file])
        return STATUS_OK;
    if (file == FILE_PROOF)
        return failure_say(why, STATUS_FORGED, "%s: byte %zu is not as the round's records are written",
                           package_file_name(file), at + 1);
    return failure_say(why, STATUS_FORGED, "%s: line %zu is not what the records say",
                       package_file_name(file), line);
}

enum status package_verify(struct topic **topic, struct package_options *options, const char *path,
                           struct failure *why)
{
    struct package found = { .data = { NULL } }, made = { .data = { NULL } };
    struct package_options settings;
    struct topic *round = NULL;
    enum status status = package_load(&found, path, why);

    if (status != STATUS_OK)
        return status;
    status = proof_read(&round, &settings,
                        (struct bytes){ (uint8_t *)found.data[FILE_PROOF], found.size[FILE_PROOF] }, why);
    if (status != STATUS_OK)
        failure_prefix(why, "%s", PACKAGE_PROOF);
    if (status == STATUS_OK)
        status = package_make(&made, round, &settings, why);
    if (status == STATUS_EARLY || status == STATUS_DENIED)
        status = STATUS_FORGED; /* such a round has no tender: somebody made these files of it */
    for (size_t i = FILE_PROOF; i <= FILE_TEXT && status == STATUS_OK; i++)
        status = compare(&found, &made, (enum package_file)i, why);
    package_clear(&found);
    package_clear(&made);
    if (status != STATUS_OK || topic == NULL)
        topic_free(round);
    else
        *topic = round;
    if (status == STATUS_OK && options != NULL)
        *options = settings;
    return status;
}

/* ---- In words. */

struct statements {
    json_t *proven, *open;
    bool failed;
};

static void state(struct statements *s, json_t *list, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void state(struct statements *s, json_t *list, const char *format, ...)
{
    char text[512], clean[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    tender_clean(clean, sizeof clean, text);
    if (json_array_append_new(list, json_string(clean)) != 0)
        s->failed = true;
}

/* A season can end early in three ways, and only what its records say is said. */
static void state_too_few(struct statements *s, const struct charter *charter, const struct season *season)
{
    const struct box_view *interest = &season->boxes[BOX_INTEREST];

    if (season->registry_count < charter->floor)
        state(s, s->proven, "Fewer than %" PRIu32 " homes enrolled, so nothing was opened.", charter->floor);
    else if (interest->state >= BOX_CLOSED && interest->set_count < charter->floor)
        state(s, s->proven, "Fewer than %" PRIu32 " homes were interested, so nothing was opened.", charter->floor);
    else
        state(s, s->proven, "Too few of the committee made its key, so nothing was opened.");
}

static void state_homes(struct statements *s, const struct charter *charter, const struct season *season)
{
    const struct box_view *join = &season->boxes[BOX_JOIN], *registry = &season->boxes[BOX_REGISTRY];

    state(s, s->proven,
          "The registry holds %zu homes, each let in by the group's invitation key (at most %" PRIu32
          "), and was closed by at least %u of %u votes.",
          season->registry_count, charter->invite_count, registry->quorum, registry->members);
    if (season->phase == PHASE_TOO_FEW)
        state_too_few(s, charter, season);
    else
        state(s, s->proven,
              "%zu homes joined, each counted once: every deal proves that one home of the registry made it, not "
              "which, and bears a mark that is the same whenever that home speaks again. The set was fixed by at least %u of %u votes before anything was opened.",
              join->set_count, join->quorum, join->members);
}

/* What the proofs in the deals say of the figures that nobody sees. */
static void state_figures(struct statements *s, const struct charter *charter)
{
    state(s, s->proven, "No home spoiled a total: its deal proves each figure to be a whole number below %" PRIu64 ", and a yes or no to be one.",
          UINT64_C(1) << charter->value_bits);
    for (size_t i = 0; i < charter->item_count; i++)
        if (charter->items[i].high > 0)
            state(s, s->proven, "%s of every home that joined lies between %" PRIu32 " and %" PRIu32 " %s.", charter->items[i].name,
                  charter->items[i].low, charter->items[i].high, tender_unit(charter->items[i].unit));
}

static void state_lot(struct statements *s, const struct charter *charter, const struct season *season,
                      size_t index)
{
    const struct lot_view *lot = &season->lots[index];
    const struct box_view *join = &season->boxes[BOX_JOIN];

    if (!lot->formed) {
        state(s, s->proven, "Lot %zu (%s) was not formed.", index + 1, charter->lots[index].name);
        return;
    }
    for (size_t i = 0; i < charter->item_count; i++) {
        const struct item *item = &charter->items[i];

        if (item->use == ITEM_RESERVE && !lot->reserve_known)
            continue;
        if (item->use == ITEM_LIMIT && lot->totals[i] > 0 && lot->totals[i] < charter->floor)
            continue; /* no figure of fewer than K homes */
        state(s, s->proven,
              "Lot %zu (%s): %s = %" PRIu64
              " %s is the sum over its %zu homes, opened by %u or more of %u committee "
              "members with a proof each; no part of it was opened.",
              index + 1, charter->lots[index].name, item->name, lot->totals[i], tender_unit(item->unit),
              lot->home_count, join->threshold, join->members);
    }
}

static void state_bids(struct statements *s, const struct charter *charter, const struct season *season)
{
    const struct box_view *bids = &season->boxes[BOX_BIDS];

    if (season->phase != PHASE_BIDS_CLOSED && !tender_judged(season))
        return;
    state(
        s, s->proven,
        "The list of %zu sealed bids was fixed by at least %u of %u votes; every share that opened them was "
        "made for that list, after it was closed. Each is signed by its company and was handed in by a home of "
        "the registry; no home has more than %d there.",
        bids->set_count, bids->quorum, bids->members, (int)INTRODUCTIONS_MAX);
    if (!tender_judged(season))
        return;
    state(s, s->proven,
          "The opening is complete: of %zu sealed bids %zu were read and %zu held nothing readable; none is "
          "kept "
          "back.",
          season->bid_count + season->bids_refused, season->bid_count, season->bids_refused);
    for (size_t i = 0; i < charter->lot_count; i++) {
        const struct lot_view *lot = &season->lots[i];
        char cost[DECIMAL_MAX];

        if (!lot->formed)
            continue;
        if (!lot->awarded) {
            state(s, s->proven, "Lot %zu: no award, as the charter's rule says.", i + 1);
            continue;
        }
        tender_decimal(cost, lot->cost_cents, 2);
        state(s, s->proven,
              "Lot %zu is awarded to %s at %s EUR: the charter's rule applied to these bids gives this and "
              "nothing "
              "else.",
              i + 1, season->bids[lot->winner].company, cost);
    }
}

static void state_open(struct statements *s, const struct season *season)
{
    const struct box_view *join = &season->boxes[BOX_JOIN];

    if (!tender_judged(season) && !tender_failed(season))
        state(s, s->open, "How it ends: this package goes as far as \"%s\". A later one can only add to it.",
              phase_name(season->phase));
    state(s, s->open,
          "That the homes will sign: quantities are interest, and each home accepts or declines for itself.");
    state(s, s->open,
          "That each figure is true: homes take them from their own meters and bills, and nobody sees them.");
    state(s, s->open,
          "That each registered key is a different real home: the group's own invitations say so.");
    state(s, s->open,
          "That nobody read anything early: %u committee members together could have, and would leave no "
          "trace here.",
          join->threshold);
}

static bool statements_make(struct statements *s, struct topic *topic)
{
    const struct season *season = topic_season(topic);
    const struct charter *charter = topic_charter(topic);

    *s = (struct statements){ .proven = json_array(), .open = json_array() };
    if (season == NULL || s->proven == NULL || s->open == NULL)
        return false;
    state_homes(s, charter, season);
    if (!tender_failed(season))
        state_figures(s, charter);
    for (size_t i = 0; i < charter->lot_count && !tender_failed(season); i++)
        state_lot(s, charter, season, i);
    state_bids(s, charter, season);
    state_open(s, season);
    return !s->failed;
}

static void statements_clear(struct statements *s)
{
    json_decref(s->proven);
    json_decref(s->open);
}

char *verify_text(struct topic *topic)
{
    struct statements s;
    char *text = NULL, id[2 * ID_SIZE + 1], title[WORDS_MAX];
    size_t size = 0, i;
    json_t *line;
    bool ok = statements_make(&s, topic);
    FILE *out = ok ? open_memstream(&text, &size) : NULL;

    if (out == NULL) {
        statements_clear(&s);
        return NULL;
    }
    tender_hex(id, topic_id(topic), ID_SIZE);
    tender_clean(title, sizeof title, topic_charter(topic)->title);
    fprintf(out,
            "VERIFIED  %s\nround %s\n%zu records, every signature and proof checked; " PACKAGE_JSON
            " and " PACKAGE_TEXT " are exactly what they say.\n",
            title, id, topic_record_count(topic));
    fputs("\nProven by these files alone:\n", out);
    json_array_foreach (s.proven, i, line)
        fprintf(out, "  + %s\n", json_string_value(line));
    fputs("\nNot proven, and not promised:\n", out);
    json_array_foreach (s.open, i, line)
        fprintf(out, "  - %s\n", json_string_value(line));
    statements_clear(&s);
    ok = ferror(out) == 0;
    if (fclose(out) != 0 || !ok) {
        free(text);
        return NULL;
    }
    return text;
}

static json_t *lots_json(struct topic *topic)
{
    const struct charter *charter = topic_charter(topic);
    const struct season *season = topic_season(topic);
    json_t *lots = json_array();

    for (size_t i = 0; i < charter->lot_count; i++) {
        const struct lot_view *lot = &season->lots[i];
        json_t *totals = json_array();

        for (size_t j = 0; j < charter->item_count && lot->formed; j++)
            if (charter->items[j].use == ITEM_QUANTITY)
                json_array_append_new(totals, json_integer((json_int_t)lot->totals[j]));
        char winner[WORDS_MAX] = "";
        if (lot->awarded)
            tender_clean(winner, sizeof winner, season->bids[lot->winner].company);
        json_array_append_new(lots, json_pack("{s:I, s:b, s:I, s:o, s:b, s:s, s:I}", "lot",
                                              (json_int_t)(i + 1), "formed", lot->formed, "homes",
                                              (json_int_t)(lot->formed ? lot->home_count : 0), "totals",
                                              totals, "awarded", lot->awarded, "winner", winner, "cost_cents",
                                              (json_int_t)(lot->awarded ? lot->cost_cents : 0)));
    }
    return lots;
}

char *verify_json(struct topic *topic)
{
    struct statements s;
    char id[2 * ID_SIZE + 1], *text = NULL;

    tender_hex(id, topic_id(topic), ID_SIZE);
    if (!statements_make(&s, topic)) {
        statements_clear(&s);
        return NULL;
    }
    const struct season *season = topic_season(topic);
    const struct box_view *bids = &season->boxes[BOX_BIDS], *join = &season->boxes[BOX_JOIN];
    json_t *report =
        json_pack("{s:i, s:b, s:s, s:s, s:I, s:I, s:I, s:{s:i, s:i, s:i}, s:o, s:{s:I, s:I, s:I}, s:o, s:o}",
                  "v", 1, "verified", 1, "topic", id, "phase", phase_name(season->phase), "records",
                  (json_int_t)topic_record_count(topic), "registered", (json_int_t)season->registry_count,
                  "homes", (json_int_t)join->set_count, "committee", "members", (int)join->members, "quorum",
                  (int)join->quorum, "threshold", (int)join->threshold, "lots", lots_json(topic), "bids",
                  "sealed", (json_int_t)bids->set_count, "opened", (json_int_t)season->bid_count, "refused",
                  (json_int_t)season->bids_refused, "proven", s.proven, "not_proven", s.open);
    if (report != NULL)
        text = json_dumps(report, JSON_COMPACT);
    json_decref(report);
    return text;
}
