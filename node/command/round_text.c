/* round_text.c - see round_text.h. Everything printed comes out of one reply, whose words were made harmless
 * when it was filled in. */
#include "node/command/round_text.h"

#include "node/command/advice_say.h"
#include "node/tender/tender.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

#include <inttypes.h>
#include <string.h>

static bool is(json_t *object, const char *key, const char *value)
{
    return strcmp(field_text(object, key), value) == 0;
}

static json_t *box_of(json_t *round, const char *name)
{
    json_t *box;
    size_t i;

    json_array_foreach(json_object_get(round, "boxes"), i, box)
        if (is(box, "name", name))
            return box;
    return NULL;
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* phase_name (proto.h) as a person reads it. */
static const char *phase_word(const char *name)
{
    static const char *const phases[] = { N_("registry"),      N_("key"),          N_("join"),     N_("tender"),
                                          N_("bids closed"),   N_("awarded"),      N_("too few homes"),
                                          N_("no lot formed"), N_("no award"),     N_("fork") };

    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++)
        if (strcmp(phases[i], name) == 0)
            return _(phases[i]);
    return name;
}

/* ---- Boxes. */

/* What a box waits for: 0: for its time only. */
static uint64_t box_goal(json_t *round, json_t *box)
{
    if (is(box, "name", "key"))
        return field_uint(box, "members");
    if (is(box, "name", "bids"))
        return 0;
    return field_uint(round, "floor");
}

static void open_print(FILE *out, json_t *round, json_t *box)
{
    uint64_t dealt = field_uint(box, "dealt"), goal = box_goal(round, box),
             deadline = field_uint(box, "deadline");
    const char *what = is(box, "name", "bids")  ? NN_("sealed bid", "sealed bids", dealt)
                       : is(box, "name", "key") ? NN_("member", "members", dealt)
                                                : NN_("home", "homes", dealt);
    char bar[SAID_MAX], when[SAID_MAX], date[SAID_MAX];

    words_bar(bar, goal == 0 ? dealt > 0 : dealt, goal == 0 ? 1 : goal);
    words_when(when, deadline, field_uint(round, "now"));
    words_date(date, deadline);
    fprintf(out, _("%s open     %" PRIu64 " %s"), bar, dealt, what);
    if (dealt < goal)
        fprintf(out, _(", %" PRIu64 " more needed"), goal - dealt);
    fprintf(out, _("; closes %s (%s)\n"), when, date);
}

/* Named by seat and key: whose key it is the registry does not say. */
static void cheats_print(FILE *out, json_t *box)
{
    json_t *cheat;
    size_t i;

    json_array_foreach(json_object_get(box, "cheats"), i, cheat) {
        const char *said = is(cheat, "what", "dealt badly")
                               ? _("dealt a share of the key that does not fit; its deal is left out")
                           : is(cheat, "what", "opened falsely")
                               ? _("opened with a false share; the others' open the box without it")
                               : _("signed two records that contradict each other");

        fprintf(out, _("            member %u of its committee (%.8s) cheated: it %s\n"),
                (unsigned)field_uint(cheat, "member"), field_text(cheat, "key"), said);
    }
}

static void box_print(FILE *out, json_t *round, json_t *box)
{
    uint64_t members = field_uint(box, "members"), set = field_uint(box, "set");
    char bar[SAID_MAX], date[SAID_MAX];

    fprintf(out, "  %-*s ", tongue_width(9, advice_word(field_text(box, "name"))), advice_word(field_text(box, "name")));
    words_date(date, field_uint(box, "settled"));
    if (is(box, "state", "waiting")) {
        words_bar(bar, 0, 1);
        fprintf(out, _("%s waits for the one before it\n"), bar);
    } else if (is(box, "state", "open") && field_uint(round, "now") < field_uint(box, "deadline")) {
        open_print(out, round, box);
    } else if (is(box, "state", "open")) {
        words_bar(bar, field_uint(box, "votes"), field_uint(box, "quorum"));
        fprintf(out,
                _("%s closing: %" PRIu64 " of %" PRIu64 " members said what they saw, %" PRIu64
                " of the %" PRIu64 " votes needed\n"),
                bar, field_uint(box, "seen"), members, field_uint(box, "votes"), field_uint(box, "quorum"));
    } else if (is(box, "state", "closed")) {
        words_bar(bar, field_uint(box, "opens"), field_uint(box, "threshold"));
        fprintf(out, _("%s closed with %" PRIu64 " on %s; %" PRIu64 " of %" PRIu64 " shares to open it\n"), bar,
                set, date, field_uint(box, "opens"), field_uint(box, "threshold"));
    } else {
        words_bar(bar, 1, 1);
        fprintf(out, _("%s closed with %" PRIu64 " on %s\n"), bar, set, date);
    }
    cheats_print(out, box);
}

/* ---- Lots. */

static json_t *item_named(json_t *round, const char *name)
{
    json_t *item;
    size_t i;

    json_array_foreach(json_object_get(round, "items"), i, item)
        if (is(item, "name", name))
            return item;
    return NULL;
}

void round_values_print(FILE *out, json_t *round, json_t *values)
{
    const char *name;
    json_t *value;

    json_object_foreach(values, name, value) {
        json_t *item = item_named(round, name);
        char number[SAID_MAX];

        if (is(item, "use", "limit")) {
            fprintf(out, "    %-20s %12s\n", name, json_integer_value(value) != 0 ? _("yes") : _("no"));
            continue;
        }
        words_number(number, (uint64_t)json_integer_value(value));
        fprintf(out, "    %-20s %12s %s\n", name, number, tender_unit(field_text(item, "unit")));
    }
}

/* Limits are told in the tender, where counts below the floor are hidden: here only what is bought. */
static void totals_print(FILE *out, json_t *round, json_t *totals)
{
    json_t *shown = json_object(), *value;
    const char *name;

    json_object_foreach(totals, name, value)
        if (is(item_named(round, name), "use", "quantity"))
            json_object_set(shown, name, value);
    round_values_print(out, round, shown);
    json_decref(shown);
}

static void lot_print(FILE *out, json_t *round, json_t *lot)
{
    char cost[SAID_MAX];

    fprintf(out, _("  Lot %" PRIu64 ": %s; "), field_uint(lot, "lot"), field_text(lot, "name"));
    if (!field_flag(lot, "formed")) {
        fputs(_("not formed: too few homes\n"), out);
        return;
    }
    fprintf(out, _("%" PRIu64 " homes"), field_uint(lot, "homes"));
    if (json_is_null(json_object_get(lot, "totals")))
        fputs(_(", the total is being opened\n"), out);
    else
        fputs(_(", together:\n"), out);
    totals_print(out, round, json_object_get(lot, "totals"));
    if (!field_flag(lot, "awarded"))
        return;
    words_euros(cost, field_uint(lot, "cost_cents"));
    fprintf(out, _("    goes to %s for %s\n"), field_text(lot, "winner"), cost);
}

static bool join_closed(json_t *round)
{
    json_t *join = box_of(round, "join");

    return is(join, "state", "closed") || is(join, "state", "opened");
}

static void lots_print(FILE *out, json_t *round)
{
    json_t *lot, *bids = json_object_get(round, "bids");
    size_t i;

    if (!join_closed(round))
        return;
    json_array_foreach(json_object_get(round, "lots"), i, lot)
        lot_print(out, round, lot);
    if (field_uint(bids, "opened") + field_uint(bids, "refused") > 0)
        fprintf(out, _("  %" PRIu64 " bid%s opened, %" PRIu64 " that held nothing readable\n"),
                field_uint(bids, "opened"), plural(field_uint(bids, "opened")), field_uint(bids, "refused"));
}

/* ---- This home. */

static void wished_lots_print(FILE *out, json_t *wish)
{
    json_t *lot;
    size_t i;

    json_array_foreach(json_object_get(wish, "lots"), i, lot) {
        fprintf(out, _("%s lot %" PRIu64), i == 0 ? "" : _(", else"), field_uint(lot, "lot"));
        if (field_uint(lot, "minimum") > 0)
            fprintf(out, _(" (from %" PRIu64 " homes)"), field_uint(lot, "minimum"));
    }
}

static bool wishes_lots(json_t *wish)
{
    return field_flag(wish, "join") && json_array_size(json_object_get(wish, "lots")) > 0;
}

/* A wish for more homes than the registry holds is never dealt, and its owner should know. */
static bool unmeetable(json_t *round, json_t *wish)
{
    json_t *lot;
    size_t i;

    if (!wishes_lots(wish) || field_uint(round, "registry") == 0)
        return false;
    json_array_foreach(json_object_get(wish, "lots"), i, lot)
        if (field_uint(lot, "minimum") <= field_uint(round, "registry"))
            return false;
    return true;
}

static void own_print(FILE *out, json_t *round)
{
    json_t *own = json_object_get(round, "own"), *wish = json_object_get(round, "wish");
    bool in = field_flag(own, "in_registry");

    fprintf(out, _("This home is %s%s."),
            in                            ? _("in the registry")
            : field_flag(own, "enrolled") ? _("enrolled")
                                          : _("not enrolled"),
            field_flag(own, "in_committee") ? _(", and on the committee that closes and opens the boxes") : "");
    if (field_flag(own, "interested"))
        fputs(_(" It has said that it is interested."), out);
    if (field_flag(own, "joined")) {
        fputs(_(" It has joined:"), out);
        wished_lots_print(out, wish);
        fputc('.', out);
    } else if (unmeetable(round, wish)) {
        fputs(_(" It does not join: it asked for more homes than the registry holds; join again with a smaller "
              "number."),
              out);
    } else if (wishes_lots(wish) && !join_closed(round)) {
        fputs(_(" It will join when that box opens:"), out);
        wished_lots_print(out, wish);
        fputc('.', out);
    }
    if (!is(own, "answer", "none"))
        fprintf(out, _(" It has %s the award."), advice_word(field_text(own, "answer")));
    fputc('\n', out);
    if (json_is_integer(json_object_get(round, "resemble")))
        fprintf(out, _("About %" PRIu64 " of the interested homes use energy at the same times as this one.\n"),
                field_uint(round, "resemble"));
}

/* Why the totals do not open, and what would help. */
static void withheld_print(FILE *out, json_t *round)
{
    const char *other = field_text(json_object_get(round, "own"), "withheld_for");

    fprintf(out,
            _("The totals are not opened here: subtracted from those of round %.8s they would give away a few homes.\n"
              "Next: join a new round with the same homes as then, or with at least as many others as a total needs.\n"),
            other);
}

void round_next_print(FILE *out, json_t *round)
{
    json_t *own = json_object_get(round, "own"), *wish = json_object_get(round, "wish");
    const char *id = field_text(round, "topic");
    bool early = is(round, "phase", "registry") || is(round, "phase", "key") || is(round, "phase", "join");

    if (json_is_string(json_object_get(own, "withheld_for"))) {
        withheld_print(out, round);
        return;
    }
    if (early && !join_closed(round) && !wishes_lots(wish) &&
        (field_flag(own, "in_registry") || is(round, "phase", "registry")))
        fprintf(out, _("Next: coopair round join %.8s    (shows what leaves this home, then asks)\n"), id);
    else if (early)
        fputs(_("Next: nothing to do; the node goes on by itself. Leave it running.\n"), out);
    else if (is(round, "phase", "tender"))
        fprintf(out,
                _("Next: coopair tender export %.8s tender/    (what companies read; until the bids close)\n"),
                id);
    else if (is(round, "phase", "awarded") && json_is_integer(json_object_get(own, "lot")) &&
             is(own, "answer", "none"))
        fprintf(out, _("Next: coopair offer show %.8s    (your own bill under every bid)\n"), id);
    else if (is(round, "phase", "bids closed"))
        fputs(_("Next: the bids are being opened; leave the node running.\n"), out);
}

/* ---- Together. */

/* The box that is being waited for. */
static json_t *box_current(json_t *round)
{
    json_t *box;
    size_t i;

    json_array_foreach(json_object_get(round, "boxes"), i, box)
        if (is(box, "state", "open"))
            return box;
    return NULL;
}

void round_line_print(FILE *out, json_t *round)
{
    json_t *box = box_current(round), *own = json_object_get(round, "own");
    char when[SAID_MAX];

    fprintf(out, "%.8s  %s: %s", field_text(round, "topic"), field_text(round, "title"),
            phase_word(field_text(round, "phase")));
    if (box != NULL) {
        words_when(when, field_uint(box, "deadline"), field_uint(round, "now"));
        fprintf(out, _("; %s: %" PRIu64 " so far, closes %s"), advice_word(field_text(box, "name")), field_uint(box, "dealt"),
                when);
    }
    if (field_uint(round, "registry") > 0)
        fprintf(out, _("; %" PRIu64 " homes in the registry"), field_uint(round, "registry"));
    fprintf(out, "%s\n", field_flag(own, "joined") ? _("; joined") : "");
}

/* Whoever asks for less or more cannot join, and should see it before. */
static void ranges_print(FILE *out, json_t *round)
{
    json_t *item;
    size_t i;

    json_array_foreach(json_object_get(round, "items"), i, item) {
        char low[SAID_MAX], high[SAID_MAX];

        if (field_uint(item, "high") == 0)
            continue;
        words_number(low, field_uint(item, "low"));
        words_number(high, field_uint(item, "high"));
        fprintf(out, _("Of each home: %s from %s to %s %s\n"), field_text(item, "name"), low, high,
                tender_unit(field_text(item, "unit")));
    }
}

void round_print(FILE *out, json_t *round)
{
    json_t *box;
    size_t i;

    fprintf(out, "%s\n", field_text(round, "title"));
    fprintf(out, _("%s, %s, season %s; round %.8s of group %.8s; totals of at least %" PRIu64 " homes\n"),
            field_text(round, "good"), field_text(round, "zone"), field_text(round, "season"),
            field_text(round, "topic"), field_text(round, "group"), field_uint(round, "floor"));
    ranges_print(out, round);
    fprintf(out, _("Phase: %s; %" PRIu64 " homes in the registry, %" PRIu64 " records here\n\n"),
            phase_word(field_text(round, "phase")), field_uint(round, "registry"), field_uint(round, "records"));
    json_array_foreach(json_object_get(round, "boxes"), i, box)
        box_print(out, round, box);
    if (field_flag(round, "committee_replaced"))
        fputs(_("  The first committee could not make the key in its time; the next lot of the draw took over.\n"), out);
    fputc('\n', out);
    lots_print(out, round);
    own_print(out, round);
    round_next_print(out, round);
}
