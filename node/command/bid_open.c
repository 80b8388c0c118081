/* bid_open.c - see bid_open.h.
 *
 * Happy path: each letter is opened with the company's inbox, checked against the round, and listed. Failure
 * modes: a letter for another inbox or round, of a home that is not in the lot, or altered: named, the others
 * still open, and the exit code is 7. */
#include "node/command/bid_open.h"

#include "node/command/command.h"
#include "node/command/company.h"
#include "node/command/company_tender.h"
#include "node/home/whole_file.h"
#include "node/serve/round_view.h"
#include "node/tender/tender.h"
#include "node/serve/answer.h"
#include "node/tongue/failure_words.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct opening {
    struct cli *cli;
    struct topic *topic;
    struct company_keys keys;
    struct answer answer;
    json_t *letters, *refused;
    size_t homes[LOTS_MAX]; /* that accepted, each once */
    int code;               /* of the worst letter */
};

/* A home may write twice, to correct an address: it is still one home. */
static bool heard_before(const struct opening *o, const char *pseudonym)
{
    json_t *letter;
    size_t i;

    json_array_foreach(o->letters, i, letter)
        if (strcmp(field_text(letter, "pseudonym"), pseudonym) == 0)
            return true;
    return false;
}

static void letter_list(struct opening *o, const char *path, const struct letter *letter)
{
    const struct charter *charter = topic_charter(o->topic);
    char pseudonym[2 * KEY_SIZE + 1];
    json_t *item, *values;
    bool again;

    tender_hex(pseudonym, letter->pseudonym, KEY_SIZE);
    again = heard_before(o, pseudonym);
    item = answer_item(&o->answer, o->letters);
    answer_text(&o->answer, item, "file", path);
    answer_text(&o->answer, item, "name", letter->name);
    answer_text(&o->answer, item, "address", letter->address);
    answer_text(&o->answer, item, "meter", letter->meter);
    answer_text(&o->answer, item, "note", letter->note);
    answer_uint(&o->answer, item, "lot", letter->lot + 1);
    answer_text(&o->answer, item, "pseudonym", pseudonym);
    answer_flag(&o->answer, item, "again", again);
    values = answer_object(&o->answer, item, "quantities");
    for (size_t i = 0; i < charter->item_count && i < letter->value_count; i++)
        if (charter->items[i].use == ITEM_QUANTITY || charter->items[i].use == ITEM_TOLERANCE)
            answer_uint(&o->answer, values, charter->items[i].name, letter->values[i]);
    o->homes[letter->lot] += !again;
}

/* One letter that is not genuine outweighs one that cannot be read, or whose tender was exported too early.
 */
static void letter_refuse(struct opening *o, const char *path, int code, const struct failure *why)
{
    json_t *item = answer_item(&o->answer, o->refused);

    if (o->code != EXIT_FORGED)
        o->code = code;
    answer_text(&o->answer, item, "file", path);
    answer_text(&o->answer, item, "error", failure_words(why).text);
    if (!o->cli->json) {
        char clean[WORDS_MAX];

        tender_clean(clean, sizeof clean, failure_words(why).text);
        fprintf(stderr, _("coopair bid open: %s: NOT OPENED: %s\n"), path, clean);
    }
}

static void letter_take(struct opening *o, const char *path)
{
    struct failure why = { .text = "" };
    struct letter letter;
    char *text = NULL;
    size_t size;
    enum status status = whole_file_read(&text, &size, path, LETTER_MAX, &why);

    if (status != STATUS_OK) {
        letter_refuse(o, path, status == STATUS_FULL ? EXIT_FORGED : exit_code_of(status), &why);
        return;
    }
    status = letter_open(&letter, (struct bytes){ (uint8_t *)text, size }, &o->keys.inbox, o->topic, &why);
    free(text);
    if (status == STATUS_OK)
        letter_list(o, path, &letter);
    else if (status == STATUS_EARLY || status == STATUS_NOMEM)
        letter_refuse(o, path, exit_code_of(status), &why);
    else
        letter_refuse(o, path, EXIT_FORGED, &why);
    sodium_memzero(&letter, sizeof letter);
}

/* ---- Said. */

static void quantities_print(json_t *letter)
{
    const char *name;
    json_t *value;

    json_object_foreach(json_object_get(letter, "quantities"), name, value)
        printf("  %s %" JSON_INTEGER_FORMAT, name, json_integer_value(value));
}

static void letters_print(const struct opening *o)
{
    const struct charter *charter = topic_charter(o->topic);
    json_t *letter;
    size_t i;

    json_array_foreach(o->letters, i, letter) {
        printf(_("%s, %s\n  lot %" PRIu64 "%s%s"), field_text(letter, "name"), field_text(letter, "address"),
               field_uint(letter, "lot"), field_text(letter, "meter")[0] == '\0' ? "" : _(", meter "),
               field_text(letter, "meter"));
        quantities_print(letter);
        printf("%s\n", field_flag(letter, "again") ? _("  (a second letter of the same home)") : "");
        if (field_text(letter, "note")[0] != '\0')
            printf("  %s\n", field_text(letter, "note"));
    }
    for (i = 0; i < charter->lot_count; i++)
        if (o->homes[i] > 0)
            printf(_("Lot %zu: %zu of %zu homes accept.\n"), i + 1, o->homes[i],
                   topic_season(o->topic)->lots[i].home_count);
}

static int opened(struct opening *o)
{
    int code = o->code, printed = EXIT_DONE;

    if (o->answer.failed) {
        json_decref(o->letters);
        json_decref(o->refused);
        return cli_fail(o->cli, STATUS_NOMEM, NULL);
    }
    if (o->cli->json) {
        printed = cli_json(json_pack("{s:i, s:b, s:o, s:o}", "v", 1, "ok", code == EXIT_DONE, "letters",
                                     o->letters, "refused", o->refused));
    } else {
        letters_print(o);
        json_decref(o->letters);
        json_decref(o->refused);
    }
    return printed == EXIT_DONE ? code : printed;
}

static enum status inbox_open(struct opening *o, const char *tender, const char *key, struct failure *why)
{
    enum status status = company_tender_read(&o->topic, tender, why);

    if (status != STATUS_OK)
        return status;
    if (topic_season(o->topic) == NULL)
        return failure_say(why, STATUS_NOMEM, _("out of memory"));
    return company_read(&o->keys, key, why);
}

int bid_open(int argc, char **argv)
{
    const char *tender = ".", *key = "company.key";
    const struct cli_option options[] = {
        { "tender", OPTION_TEXT, &tender,
          N_("FOLDER  the tender exported after the award (default: this folder)") },
        { "key", OPTION_TEXT, &key, N_("FILE       your keys, made by bid seal (default: company.key)") },
    };
    struct cli cli = {
        .usage = "coopair bid open LETTER... [OPTIONS]",
        .summary = N_("For the winner: opens the letters of the homes that accept, and checks that each comes "
                   "from a home of the lot. Needs\n"
                   "no network. Letters that are not genuine are named, and the exit code is 7; it is 8 when "
                   "the tender is not the one\n"
                   "exported after the award.\n\n"
                   "  coopair bid open --tender tender/ --key company.key letters/*.coop"),
        .options = options,
        .option_count = ARRAY_SIZE(options),
        .least = 1,
        .most = 100000,
    };
    struct opening o = { .cli = &cli };
    struct failure why = { .text = "" };
    enum status status;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    status = inbox_open(&o, tender, key, &why);
    if (status == STATUS_OK) {
        o.letters = json_array();
        o.refused = json_array();
        for (size_t i = 0; i < cli.arg_count; i++)
            letter_take(&o, cli.args[i]);
        code = opened(&o);
        company_clear(&o.keys);
    } else {
        code = cli_fail(&cli, status, &why);
    }
    topic_free(o.topic);
    return code;
}
