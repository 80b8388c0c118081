/* cmd_bid.c - coopair bid seal|send|open: a company's three steps. Only send needs a node, and it is any
 * member's.
 *
 * seal works from the exported tender alone, without a network: the bid is readable on this machine, and
 * after the close, and nowhere between. Failure modes: a forged tender (exit 7), a tender that takes no bids
 * any more (8), a table of prices with a mistake, named by its line. */
#include "node/command/bid_open.h"
#include "node/command/command.h"
#include "node/command/company.h"
#include "node/command/company_tender.h"
#include "node/home/whole_file.h"
#include "node/tender/bid_csv.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"
#include "node/wish/envelope.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- seal */

struct seal {
    struct cli *cli;
    const char *tender, *prices, *company, *contact, *terms, *key, *out;
    struct topic *topic;
    struct company_keys keys;
    bool keys_made;
    struct bid bid;
    uint8_t record[RECORD_MAX];
    size_t record_size;
};

static enum status text_put(char *out, size_t room, const char *option, const char *text, struct failure *why)
{
    if (strlen(text) >= room)
        return failure_say(why, STATUS_MALFORMED, _("--%s takes at most %zu bytes"), option, room - 1);
    if (!text_printable(text) || text[0] == '\0')
        return failure_say(why, STATUS_MALFORMED, _("--%s must be printable text"), option);
    memcpy(out, text, strlen(text) + 1);
    return STATUS_OK;
}

/* A paragraph from a file: its line ends become spaces, since a bid is one line in every rendering. */
static enum status terms_take(struct seal *seal, struct failure *why)
{
    char *text;
    size_t size;
    enum status status;

    if (seal->terms == NULL)
        return STATUS_OK;
    status = whole_file_read(&text, &size, seal->terms, 4 * sizeof seal->bid.terms, why);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < size; i++)
        if (text[i] == '\n' || text[i] == '\r' || text[i] == '\t' || text[i] == '\0')
            text[i] = ' ';
    while (size > 0 && text[size - 1] == ' ')
        text[--size] = '\0';
    status = text_put(seal->bid.terms, sizeof seal->bid.terms, "terms", text, why);
    free(text);
    return status;
}

static enum status prices_take(struct seal *seal, struct failure *why)
{
    char *text;
    size_t size;
    enum status status = whole_file_read(&text, &size, seal->prices, BID_CSV_MAX, why);

    if (status != STATUS_OK)
        return status;
    status = bid_csv_read(&seal->bid, (struct bytes){ (uint8_t *)text, size }, topic_charter(seal->topic),
                          topic_season(seal->topic), why);
    if (status != STATUS_OK)
        failure_prefix(why, "%.80s", seal->prices);
    free(text);
    return status;
}

static enum status tender_take(struct seal *seal, struct failure *why)
{
    const struct season *season;
    enum status status = company_tender_read(&seal->topic, seal->tender, why);

    if (status != STATUS_OK)
        return status;
    season = topic_season(seal->topic);
    if (season == NULL)
        return failure_say(why, STATUS_NOMEM, _("out of memory"));
    if (season->phase != PHASE_TENDER)
        return failure_say(why, STATUS_EARLY, _("%s takes no bids (phase \"%s\")"),
                           topic_charter(seal->topic)->title, phase_name(season->phase));
    return STATUS_OK;
}

static enum status bid_make(struct seal *seal, struct failure *why)
{
    uint8_t seed[KEY_SIZE];
    struct rng rng;

    seal->bid.inbox = seal->keys.inbox.public_point;
    randombytes_buf(seed, sizeof seed);
    rng_init(&rng, seed);
    sodium_memzero(seed, sizeof seed);
    seal->record_size =
        bid_seal(seal->record, sizeof seal->record, seal->topic, &seal->bid, &seal->keys.sign, &rng, why);
    rng_clear(&rng);
    return seal->record_size > 0 ? STATUS_OK : STATUS_MALFORMED;
}

/* Everything is checked before a key is made or a file is written. */
static enum status seal_all(struct seal *seal, struct failure *why)
{
    enum status status = tender_take(seal, why);

    if (status == STATUS_OK)
        status = text_put(seal->bid.company, sizeof seal->bid.company, "company", seal->company, why);
    if (status == STATUS_OK)
        status = text_put(seal->bid.contact, sizeof seal->bid.contact, "contact", seal->contact, why);
    if (status == STATUS_OK)
        status = terms_take(seal, why);
    if (status == STATUS_OK)
        status = prices_take(seal, why);
    if (status == STATUS_OK)
        status = company_open(&seal->keys, &seal->keys_made, seal->key, why);
    if (status != STATUS_OK)
        return status;
    status = bid_make(seal, why);
    company_clear(&seal->keys);
    if (status == STATUS_OK)
        status = whole_file_write(seal->out, (struct bytes){ seal->record, seal->record_size }, 0644, why);
    return status;
}

static uint64_t lot_cost(struct seal *seal, const struct bid_lot *offer)
{
    const struct lot_view *lot = &topic_season(seal->topic)->lots[offer->lot];

    return bid_cost_cents(topic_charter(seal->topic), offer, lot->totals, lot->home_count, lot->home_count);
}

static int sealed_json(struct seal *seal)
{
    struct answer a = { false };
    json_t *reply = json_pack("{s:i, s:b}", "v", 1, "ok", 1), *lots;

    answer_hex(&a, reply, "topic", topic_id(seal->topic), ID_SIZE);
    answer_text(&a, reply, "bid", seal->out);
    answer_text(&a, reply, "key", seal->key);
    answer_flag(&a, reply, "key_made", seal->keys_made);
    answer_uint(&a, reply, "deadline", topic_season(seal->topic)->boxes[BOX_BIDS].deadline_s);
    lots = answer_array(&a, reply, "lots");
    for (size_t i = 0; i < seal->bid.lot_count; i++) {
        json_t *lot = answer_item(&a, lots);
        uint64_t cost = lot_cost(seal, &seal->bid.lots[i]);

        answer_uint(&a, lot, "lot", seal->bid.lots[i].lot + 1);
        if (cost == UINT64_MAX)
            answer_null(&a, lot, "cost_cents");
        else
            answer_uint(&a, lot, "cost_cents", cost);
    }
    return cli_json(reply);
}

static int sealed(struct seal *seal)
{
    char text[SAID_MAX];

    if (seal->cli->json)
        return sealed_json(seal);
    printf(_("Sealed for \"%s\":\n"), topic_charter(seal->topic)->title);
    for (size_t i = 0; i < seal->bid.lot_count; i++) {
        const struct bid_lot *offer = &seal->bid.lots[i];
        uint64_t cost = lot_cost(seal, offer);

        words_euros(text, cost);
        printf(_("  lot %" PRIu32 ": %s\n"), offer->lot + 1,
               cost == UINT64_MAX ? _("no step of yours begins at so few homes: this offer cannot win") : text);
    }
    if (seal->keys_made)
        printf(_("Your keys are in %s. Keep it, and keep it to yourself: it opens the homes' letters if you "
               "win.\n"),
               seal->key);
    words_date(text, topic_season(seal->topic)->boxes[BOX_BIDS].deadline_s);
    printf(_("Next: give %s to any home of the round before %s; it hands it in with: coopair bid send %s\n"),
           seal->out, text, seal->out);
    return EXIT_DONE;
}

static int seal_run(int argc, char **argv)
{
    struct cli cli;
    struct seal seal = { .cli = &cli, .key = "company.key", .out = "bid.coop" };
    const struct cli_option options[] = {
        { "tender", OPTION_TEXT, &seal.tender,
          N_("FOLDER    the tender as exported by a home, or its proof.coop") },
        { "prices", OPTION_TEXT, &seal.prices, N_("FILE      your prices: prices-template.csv, filled in") },
        { "company", OPTION_TEXT, &seal.company, N_("NAME     as the homes shall read it") },
        { "contact", OPTION_TEXT, &seal.contact, N_("TEXT     where the homes send their letters") },
        { "terms", OPTION_TEXT, &seal.terms, N_("FILE       a paragraph of terms") },
        { "key", OPTION_TEXT, &seal.key, N_("FILE         your keys, made when absent (default: company.key)") },
        { "out", OPTION_TEXT, &seal.out, N_("FILE         the sealed bid (default: bid.coop)") },
    };
    struct failure why = { .text = "" };
    enum status status;
    int code;

    cli = (struct cli){
        .usage = "coopair bid seal --tender FOLDER --prices FILE --company NAME --contact TEXT [OPTIONS]",
        .summary = N_("For companies: checks the tender, reads the prices and seals them so that nobody can "
                   "open them before the close. Needs\n"
                   "no node, no account, no network.\n\n"
                   "  coopair bid seal --tender tender/ --prices prices.csv --company \"Bois SARL\" "
                   "--contact sales@bois.example"),
        .options = options,
        .option_count = ARRAY_SIZE(options),
    };
    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    if (seal.tender == NULL || seal.prices == NULL || seal.company == NULL || seal.contact == NULL) {
        fputs(_("coopair bid seal: --tender, --prices, --company and --contact are needed; see: coopair bid "
              "seal --help\n"),
              stderr);
        return EXIT_USAGE;
    }
    status = seal_all(&seal, &why);
    code = status == STATUS_OK ? sealed(&seal) : cli_fail(&cli, status, &why);
    topic_free(seal.topic);
    return code;
}

/* ---- send */

static json_t *record_args(const char *data, size_t size)
{
    struct answer a = { false };
    json_t *args = json_object();

    answer_base64(&a, args, "record", (struct bytes){ (const uint8_t *)data, size });
    return args;
}

static int send_run(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair bid send FILE [OPTIONS]",
        .summary = N_("For any home of the round: hands in a company's sealed bid. Its prices stay sealed, for "
                   "you too, and it goes\n"
                   "under a name that is used for nothing else. A home hands in four; a bid given to two homes "
                   "counts once.\n"
                   "Prints a receipt: the number under which the bid can be found in the tender exported "
                   "after the award.\n\n"
                   "  coopair bid send bid.coop"),
        .least = 1,
        .most = 1,
    };
    struct failure why = { .text = "" };
    char *text, date[SAID_MAX];
    enum status status;
    json_t *reply;
    size_t size;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    status = whole_file_read(&text, &size, cli.args[0], RECORD_MAX, &why);
    if (status != STATUS_OK)
        return cli_fail(&cli, status, &why);
    code = cli_ask(&cli, "bid.send", record_args(text, size), &reply);
    free(text);
    if (code != EXIT_DONE)
        return code;
    if (cli.json)
        return cli_json(reply);
    words_date(date, field_uint(reply, "deadline"));
    printf(_("%s for \"%s\".\nReceipt for the company: %s\nNothing opens before the bids close, on %s.\n"),
           field_flag(reply, "known_before") ? _("This home had handed it in already") : _("Handed in"),
           field_text(reply, "title"), field_text(reply, "record"), date);
    json_decref(reply);
    return EXIT_DONE;
}

int cmd_bid(int argc, char **argv)
{
    static const struct command table[] = {
        { "seal", seal_run, N_("for companies: seal prices for a tender, offline") },
        { "send", send_run, N_("for homes: hand in a company's sealed bid") },
        { "open", bid_open, N_("for the winner: open the letters of the homes that accept") },
    };

    return cli_family("coopair bid", table, ARRAY_SIZE(table), argc, argv);
}
