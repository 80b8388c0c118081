/* ocds.c - a round as an OCDS 1.1.5 release package, with the lots extension and the bids extension as of
 * its commit d62ff4b (the first with a price per item).
 *
 * Happy path: "tender" when the demand is opened, "tenderUpdate" when the bids are, "award" by the charter's
 * rule, and last a "tenderUpdate" that names the proof. The first three never change once they are out, as
 * OCDS asks of a release; the proof grows with every record, so it has a release of its own, named after its
 * hash. Dates are the committee's agreed times; the award follows from the opening by arithmetic, and OCDS
 * wants ascending dates, hence one second after it. Failure mode: memory. Every step is sticky: a missing
 * piece fails the whole. */
#include "node/tender/ocds_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXTENSIONS "https://raw.githubusercontent.com/open-contracting-extensions/"

/* ---- Who. */

static json_t *buyer_reference(struct ocds *o)
{
    return ocds_reference(o, o->buyer, o->tender->charter->title);
}

static json_t *buyer_party(struct ocds *o)
{
    const struct charter *charter = o->tender->charter;
    json_t *party = buyer_reference(o), *roles = ocds_list(o, "buyer"), *address = json_object(),
           *contact = json_object();

    ocds_add(o, roles, json_string("procuringEntity"));
    ocds_put(o, party, "roles", roles);
    ocds_put_text(o, address, "region", charter->zone);
    ocds_put(o, party, "address", address);
    ocds_put_text(o, contact, "name", charter->contact);
    ocds_put(o, party, "contactPoint", contact);
    return party;
}

/* ---- What. */

/* Common Procurement Vocabulary (CPV 2008) for the goods of the shipped templates; others go without. */
static void put_classification(struct ocds *o, json_t *item)
{
    static const struct {
        const char *category, *id, *text;
    } classes[] = { { "pellets", "09111400", "Wood fuels" }, { "electricity", "09310000", "Electricity" } };

    for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
        if (strcmp(o->tender->charter->category, classes[i].category) != 0)
            continue;
        json_t *class = ocds_object(o, classes[i].id);
        ocds_put(o, class, "scheme", json_string("CPV"));
        ocds_put(o, class, "description", json_string(classes[i].text));
        ocds_put(o, item, "classification", class);
    }
}

static json_t *item_of(struct ocds *o, size_t lot, size_t index)
{
    const struct item *item = &o->tender->charter->items[index];
    char id[OCDS_ID_MAX], related[OCDS_ID_MAX];

    ocds_item_id(id, lot, index);
    ocds_lot_id(related, lot);
    json_t *out = ocds_object(o, id);
    ocds_put_text(o, out, "description", item->name);
    ocds_put(o, out, "quantity", json_integer((json_int_t)o->tender->season->lots[lot].totals[index]));
    ocds_put(o, out, "unit", ocds_unit(o, item->unit));
    ocds_put(o, out, "relatedLot", json_string(related));
    return out;
}

static json_t *demand_items(struct ocds *o)
{
    const struct charter *charter = o->tender->charter;
    json_t *items = json_array();

    for (size_t lot = 0; lot < charter->lot_count; lot++) {
        if (!o->tender->season->lots[lot].formed)
            continue;
        for (size_t i = 0; i < charter->item_count; i++) {
            if (charter->items[i].use != ITEM_QUANTITY)
                continue;
            json_t *item = item_of(o, lot, i);
            put_classification(o, item);
            ocds_add(o, items, item);
        }
    }
    return items;
}

/* What OCDS has no field for is said in words: terms, homes, tolerance, how many homes are in at which
 * price. */
static void lot_words(struct ocds *o, struct words *words, size_t lot)
{
    const struct charter *charter = o->tender->charter;
    const struct lot_view *view = &o->tender->season->lots[lot];

    words_add(words, "%s", charter->lots[lot].terms);
    if (!view->formed)
        return;
    words_add(words, ocds_say(o, " | %zu homes.", " | %zu foyers."), view->home_count);
    for (size_t i = 0; i < charter->item_count; i++) {
        const struct item *item = &charter->items[i];

        if (item->use == ITEM_TOLERANCE)
            words_add(words, " %s: %" PRIu64 " %s.", item->name, view->totals[i], tender_unit(item->unit));
        if (item->use != ITEM_LIMIT)
            continue;
        words_add(words,
                  ocds_say(o, " In at %" PRIu32 " %% of today's price or less: ",
                           " Prêts à %" PRIu32 " %% du prix actuel ou moins : "),
                  item->ladder);
        if (view->totals[i] > 0 && view->totals[i] < charter->floor)
            words_add(words, ocds_say(o, "fewer than %" PRIu32 ".", "moins de %" PRIu32 "."), charter->floor);
        else
            words_add(words, "%" PRIu64 ".", view->totals[i]);
    }
}

static json_t *lots_of(struct ocds *o)
{
    const struct charter *charter = o->tender->charter;
    json_t *lots = json_array();

    for (size_t i = 0; i < charter->lot_count; i++) {
        char id[OCDS_ID_MAX];
        struct words words = { .used = 0 };

        ocds_lot_id(id, i);
        lot_words(o, &words, i);
        json_t *lot = ocds_object(o, id);
        ocds_put_text(o, lot, "title", charter->lots[i].name);
        ocds_put_text(o, lot, "description", words.text);
        ocds_put(o, lot, "status",
                 json_string(o->tender->season->lots[i].formed ? "active" : "unsuccessful"));
        ocds_add(o, lots, lot);
    }
    return lots;
}

/* ---- When. */

static json_t *period_of(struct ocds *o, uint64_t start_s, uint64_t end_s)
{
    json_t *period = json_object();

    ocds_put_date(o, period, "startDate", start_s);
    ocds_put_date(o, period, "endDate", end_s);
    return period;
}

static json_t *milestone_of(struct ocds *o, const char *code, const char *type, const char *title,
                            uint64_t due_s)
{
    json_t *milestone = ocds_object(o, code);

    ocds_put(o, milestone, "title", json_string(title));
    ocds_put(o, milestone, "type", json_string(type));
    ocds_put(o, milestone, "code", json_string(code));
    ocds_put_date(o, milestone, "dueDate", due_s);
    ocds_put(o, milestone, "status", json_string("scheduled"));
    return milestone;
}

static json_t *milestones_of(struct ocds *o)
{
    uint64_t close_s = o->tender->season->boxes[BOX_BIDS].deadline_s;
    json_t *milestones = json_array();

    ocds_add(o, milestones,
             milestone_of(o, "bidOpening", "assessment",
                          ocds_say(o, "All bids are opened together",
                                   "Ouverture de toutes les offres ensemble"),
                          close_s));
    ocds_add(o, milestones,
             milestone_of(o, "acceptanceDeadline", "delivery",
                          ocds_say(o, "The round ends: last day on which homes accept one by one",
                                   "Fin du tour : dernier jour des acceptations individuelles"),
                          close_s + o->tender->charter->expires_s));
    return milestones;
}

/* ---- Releases. */

static void put_rules(struct ocds *o, json_t *tender)
{
    const struct charter *charter = o->tender->charter;
    struct words words = { .used = 0 };

    ocds_put(o, tender, "procurementMethod", json_string("open"));
    ocds_put(o, tender, "mainProcurementCategory", json_string("goods"));
    ocds_put(o, tender, "awardCriteria", json_string("priceOnly"));
    words_add(&words,
              ocds_say(o,
                       "Per lot: lowest cost of the exact total at the step for all its homes, fixed fees "
                       "included; at least %" PRIu32 " bids; at least %" PRIu32
                       " %% below what the homes pay today. No award otherwise.",
                       "Par lot : coût le plus bas du total exact au palier de tous ses foyers, frais fixes "
                       "compris ; au moins %" PRIu32 " offres ; au moins %" PRIu32
                       " %% de moins que ce que les foyers paient aujourd'hui. Sinon, pas "
                       "d'attribution."),
              charter->min_bids, charter->min_saving_percent);
    ocds_put_text(o, tender, "awardCriteriaDetails", words.text);
    ocds_put(o, tender, "submissionMethod", ocds_list(o, "electronicSubmission"));
    ocds_put_text(o, tender, "submissionMethodDetails",
                  ocds_say(o,
                           "One sealed file through any home of the round; tender.txt lists the commands. The key to "
                           "open is shared among the homes' "
                           "committee; nothing opens before the deadline, then everything together.",
                           "Un fichier scellé remis à un membre quelconque ; tender.txt donne les commandes. "
                           "La clé d'ouverture est partagée "
                           "entre les membres du comité des foyers ; rien ne s'ouvre avant l'échéance, puis "
                           "tout ensemble."));
}

static json_t *tender_release(struct ocds *o)
{
    const struct tender *t = o->tender;
    const struct season *season = t->season;
    bool failed = tender_failed(season);
    json_t *release = ocds_release(o, "1-tender", "tender", tender_begun_s(season)),
           *tender = ocds_object(o, o->topic);
    json_t *parties = json_array();

    ocds_add(o, parties, buyer_party(o));
    ocds_put(o, release, "parties", parties);
    ocds_put(o, release, "buyer", buyer_reference(o));
    ocds_put_text(o, tender, "title", t->charter->title);
    if (failed)
        ocds_put_text(o, tender, "description",
                      season->phase == PHASE_TOO_FEW
                          ? ocds_say(o, "Too few homes were interested.", "Trop peu de foyers intéressés.")
                          : ocds_say(o, "No lot reached its size.", "Aucun lot n'a atteint sa taille."));
    ocds_put(o, tender, "status", json_string(failed ? "unsuccessful" : "active"));
    ocds_put(o, tender, "procuringEntity", buyer_reference(o));
    put_rules(o, tender);
    if (!failed) {
        uint64_t close_s = season->boxes[BOX_BIDS].deadline_s;

        ocds_put(o, tender, "tenderPeriod", period_of(o, tender_begun_s(season), close_s));
        ocds_put(o, tender, "items", demand_items(o));
        ocds_put(o, tender, "lots", lots_of(o));
        ocds_put(o, tender, "milestones", milestones_of(o));
    }
    ocds_put(o, release, "tender", tender);
    return release;
}

static json_t *document_of(struct ocds *o, const char *id, const char *type, const char *title,
                           const char *hash)
{
    struct words url = { .used = 0 };
    json_t *document = ocds_object(o, id);

    words_add(&url, "urn:coopair:%s:%s", o->topic, id);
    ocds_put(o, document, "documentType", json_string(type));
    ocds_put(o, document, "title", json_string(title));
    ocds_put(o, document, "description", json_string(hash));
    ocds_put(o, document, "url", json_string(url.text));
    ocds_put(o, document, "format", json_string("application/vnd.msgpack"));
    return document;
}

static json_t *proof_release(struct ocds *o, uint64_t date_s)
{
    char id[OCDS_ID_MAX];
    struct words proof = { .used = 0 }, charter = { .used = 0 };
    json_t *tender = ocds_object(o, o->topic), *documents = json_array();

    snprintf(id, sizeof id, "proof-%.16s", o->proof);
    words_add(&proof, "BLAKE2b-256 %s", o->proof);
    words_add(&charter, "H(coopair/1 topic id; charter) %s", o->topic);
    json_t *release = ocds_release(o, id, "tenderUpdate", date_s);
    ocds_add(
        o, documents,
        document_of(o, "proof", "billOfQuantity",
                    ocds_say(o, "The charter and every signed record: proof.coop, for coopair-verify",
                             "La charte et chaque enregistrement signé : proof.coop, pour coopair-verify"),
                    proof.text));
    ocds_add(o, documents,
             document_of(o, "charter", "evaluationCriteria",
                         ocds_say(o, "The rules fixed in advance; their hash is the round's id",
                                  "Les règles fixées d'avance ; leur empreinte est l'identité du tour"),
                         charter.text));
    ocds_put(o, tender, "documents", documents);
    ocds_put(o, release, "tender", tender);
    return release;
}

/* ---- The package. */

static json_t *package_of(struct ocds *o)
{
    const struct season *season = o->tender->season;
    uint64_t date_s = tender_begun_s(season);
    struct words uri = { .used = 0 };
    json_t *package = json_object(), *publisher = json_object(), *releases = json_array();
    json_t *extensions =
        ocds_list(o, EXTENSIONS "ocds_bid_extension/d62ff4b0ba393d823ca8113a9039b12edf7acb8f/extension.json");

    ocds_add(o, extensions, json_string(EXTENSIONS "ocds_lots_extension/v1.1.5/extension.json"));
    ocds_add(o, releases, tender_release(o));
    if (tender_judged(season)) {
        date_s = season->boxes[BOX_BIDS].settled_s;
        ocds_add(o, releases, ocds_bids_release(o, date_s));
        ocds_add(o, releases, ocds_award_release(o, ++date_s));
    }
    ocds_add(o, releases, proof_release(o, ++date_s));

    words_add(&uri, "urn:coopair:%s:tender.json", o->topic);
    ocds_put(o, package, "uri", json_string(uri.text));
    ocds_put(o, package, "version", json_string("1.1"));
    ocds_put(o, package, "extensions", extensions);
    ocds_put_date(o, package, "publishedDate", date_s);
    ocds_put_text(o, publisher, "name", o->tender->charter->title);
    ocds_put(o, package, "publisher", publisher);
    ocds_put(o, package, "license", json_string("https://creativecommons.org/publicdomain/zero/1.0/"));
    ocds_put(o, package, "releases", releases);
    return package;
}

char *ocds_render(const struct tender *tender)
{
    struct ocds o = { .tender = tender };
    const char *prefix = tender->options.ocid_prefix;
    char *text = NULL;

    tender_hex(o.topic, tender->topic, ID_SIZE);
    tender_hex(o.proof, tender->proof, HASH_SIZE);
    snprintf(o.ocid, sizeof o.ocid, "%s-%.32s", prefix[0] != '\0' ? prefix : PACKAGE_OCID_PREFIX, o.topic);
    snprintf(o.buyer, sizeof o.buyer, "coopair-%.32s", o.topic);
    json_t *package = package_of(&o);
    if (!o.failed)
        text = json_dumps(package, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    json_decref(package);
    if (text == NULL)
        return NULL;
    /* Editors end a file with a line end; without one they would change it. */
    size_t size = strlen(text);
    char *whole = realloc(text, size + 2);
    if (whole == NULL) {
        free(text);
        return NULL;
    }
    memcpy(whole + size, "\n", 2);
    return whole;
}
