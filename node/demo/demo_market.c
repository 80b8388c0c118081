/* demo_market.c - the two companies: they read the exported tender and nothing else, seal their bids offline, hand them to any home, and the
 * winner opens the letters of those who said yes. */
#include "node/demo/demo.h"

#include "node/tender/package.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TENDER_SECONDS = 30, AWARD_SECONDS = 120, PRICE_DECIMALS = 10000 };

/* ---- 5. */

/* Two price steps for one line of the template: "lot,from_homes,fixed_eur,,": as many prices as it has empty cells. */
static void fill_in(FILE *out, const char *line, uint32_t base)
{
    size_t cells = 0;

    for (const char *c = line; *c != '\0'; c++)
        cells += *c == ',';
    for (unsigned step = 0; step < 2; step++) {
        uint32_t price = base - step * base / 40;

        fprintf(out, "%lu,%u,10", strtoul(line, NULL, 10), step == 0 ? 1 : 8);
        for (size_t i = 2; i < cells; i++, price -= price / 10)
            fprintf(out, ",%u.%04u", (unsigned)(price / PRICE_DECIMALS), (unsigned)(price % PRICE_DECIMALS));
        fputc('\n', out);
    }
}

/* The template that came with the tender, filled in as a company would in its spreadsheet. */
static bool write_prices(struct demo *demo, struct demo_company *company, uint32_t base)
{
    char path[DEMO_PATH_MAX + 32], line[1024];
    FILE *in, *out;
    bool heading = true;

    snprintf(path, sizeof path, "%s/" PACKAGE_PRICES, demo->package);
    in = fopen(path, "r");
    out = fopen(company->prices, "w");
    while (in != NULL && out != NULL && fgets(line, sizeof line, in) != NULL) {
        if (heading)
            fputs(line, out);
        else
            fill_in(out, line, base);
        heading = false;
    }
    if (in != NULL)
        fclose(in);
    if (out == NULL || fclose(out) != 0 || heading)
        return demo_fail(demo, _("write %s from %s"), company->prices, path);
    return true;
}

static bool seal_and_send(struct demo *demo, size_t i)
{
    struct demo_company *company = &demo->companies[i];
    size_t member = (i * 5 + 1) % demo->home_count;
    uint32_t base = (strcmp(demo->good, "pellets") == 0 ? 2500 : 1700) + (uint32_t)rng_below(&demo->rng, 200);

    if (!write_prices(demo, company, base) ||
        !demo_run(demo, NULL,
                  ARGS("bid", "seal", "--tender", demo->package, "--prices", company->prices, "--company", company->name,
                       "--contact", "offers@example.org", "--key", company->key, "--out", company->bid, "--json")) ||
        !demo_wait_phase(demo, member, _("the tender reaches every home"), UINT32_C(1) << PHASE_TENDER, TENDER_SECONDS) ||
        !demo_run(demo, NULL, ARGS("bid", "send", company->bid, "--home", demo->homes[member].dir, "--json")))
        return false;
    demo_say(demo, _("%s read the tender, sealed its prices, and handed the file to a home."), company->name);
    return true;
}

/* While bids are taken, no node on the street can say what is in one. */
static bool nothing_readable(struct demo *demo)
{
    for (size_t i = 0; i < demo->home_count; i++) {
        json_t *round = demo_round(demo, i);
        json_int_t opened;

        if (round == NULL)
            return false;
        opened = json_integer_value(json_object_get(json_object_get(round, "bids"), "opened"));
        json_decref(round);
        if (opened != 0)
            return demo_fail(demo, _("home %zu knows a bid before the bids are closed"), i + 1);
    }
    return true;
}

bool market_bid(struct demo *demo)
{
    bool sent;

    demo_step(demo, 5, _("A tender that anybody can check, bids that nobody can read"));
    sent = demo_run(demo, NULL, ARGS("tender", "export", demo->topic, demo->package, "--home", demo->homes[0].dir, "--json"));
    if (sent)
        demo_say(demo, _("The tender as OCDS and as a page: %s"), demo->package);
    for (size_t i = 0; i < DEMO_COMPANIES && sent; i++)
        sent = seal_and_send(demo, i);
    if (!sent || !nothing_readable(demo))
        return false;
    demo->sealed_until_close = true;
    demo_say(demo, _("No node can say what is in them before the deadline."));
    return demo_wait_phase(demo, 0, _("bids are open until the deadline"),
                           UINT32_C(1) << PHASE_AWARDED, AWARD_SECONDS);
}

/* ---- 6. */

static void letter_path(char out[DEMO_PATH_MAX + 24], const struct demo_company *winner, size_t home)
{
    snprintf(out, DEMO_PATH_MAX + 24, "%s/letter-%zu", winner->inbox, home + 1);
}

static struct demo_company *winner_of(struct demo *demo)
{
    for (size_t i = 0; i < DEMO_COMPANIES; i++)
        if (strcmp(demo->companies[i].name, demo->winner) == 0)
            return &demo->companies[i];
    return NULL;
}

static bool show_bills(struct demo *demo)
{
    json_t *offers = NULL, *offer;
    size_t i;

    if (!demo_run(demo, &offers, ARGS("offer", "show", demo->topic, "--home", demo->homes[0].dir, "--json")))
        return false;
    json_array_foreach (json_object_get(offers, "offers"), i, offer) {
        char bill[SAID_MAX];

        words_euros(bill, (uint64_t)json_integer_value(json_object_get(offer, "bill_cents")));
        demo_say(demo, _("The first home's own bill under %s: %s%s"),
                 json_string_value(json_object_get(offer, "company")), bill,
                 json_is_true(json_object_get(offer, "winner")) ? _("  (the winner)") : "");
    }
    json_decref(offers);
    return i > 0 || demo_fail(demo, _("offer show lists no bid"));
}

static bool decide(struct demo *demo, const struct demo_company *winner, size_t i)
{
    const char *dir = demo->homes[i].dir;
    char name[32], address[64], meter[32], out[DEMO_PATH_MAX + 24];

    if (!demo->homes[i].willing)
        return demo_run(demo, NULL, ARGS("offer", "decline", demo->topic, "--home", dir, "--yes", "--json"));
    snprintf(name, sizeof name, "Home %zu", i + 1);
    snprintf(address, sizeof address, "%zu rue des Lilas, 44109", i + 1);
    snprintf(meter, sizeof meter, "%014zu", i + 1);
    letter_path(out, winner, i);
    return demo_run(demo, NULL,
                    ARGS("offer", "accept", demo->topic, "--name", name, "--address", address, "--meter", meter, "--out", out,
                         "--home", dir, "--yes", "--json"));
}

static bool home_number(const char *name, unsigned *out)
{
    char *end;

    if (strncmp(name, "Home ", 5) != 0)
        return false;
    *out = (unsigned)strtoul(name + 5, &end, 10);
    return *end == '\0';
}

/* The winner's inbox opens to exactly those who accepted. */
static bool open_letters(struct demo *demo, const struct demo_company *winner)
{
    const char *args[DEMO_HOMES_MAX + 12] = { "bid", "open", "--tender", demo->package, "--key", winner->key, "--json" };
    static char paths[DEMO_HOMES_MAX][DEMO_PATH_MAX + 24];
    size_t count = 7, i;
    json_t *reply = NULL, *letter;
    bool exact = true;

    for (i = 0; i < demo->home_count; i++)
        if (demo->homes[i].willing) {
            letter_path(paths[i], winner, i);
            args[count++] = paths[i];
        }
    if (!demo_run(demo, &reply, args))
        return false;
    json_array_foreach (json_object_get(reply, "letters"), i, letter) {
        unsigned home = 0;
        const char *name = json_string_value(json_object_get(letter, "name"));

        exact = exact && name != NULL && home_number(name, &home) && home >= 1 && home <= demo->home_count &&
                demo->homes[home - 1].willing;
        demo->letters++;
    }
    json_decref(reply);
    if (!exact || demo->letters != demo->willing)
        return demo_fail(demo, _("the winner opened %zu letters of %zu willing homes"), demo->letters, demo->willing);
    return true;
}

bool market_award(struct demo *demo)
{
    struct demo_company *winner;

    demo_step(demo, 6, _("One award, and each home decides for itself"));
    if (!check_agreement(demo) || !show_bills(demo))
        return false;
    winner = winner_of(demo);
    if (winner == NULL)
        return demo_fail(demo, _("the winner \"%s\" is not one of the companies"), demo->winner);
    demo_say(demo, _("All %zu nodes compute the same winner: %s."), demo->agree, demo->winner);
    for (size_t i = 0; i < demo->home_count; i++) {
        demo->homes[i].willing = rng_below(&demo->rng, 4) != 0 || i == 0;
        demo->willing += demo->homes[i].willing;
        if (!decide(demo, winner, i))
            return false;
        demo_progress(demo, _("home %zu of %zu has decided"), i + 1, demo->home_count);
    }
    if (!demo_run(demo, NULL, ARGS("tender", "export", demo->topic, demo->package, "--home", demo->homes[0].dir, "--json")) ||
        !open_letters(demo, winner))
        return false;
    demo_say(demo, _("%zu homes accepted; the winner's inbox opens to exactly those %zu."), demo->willing, demo->letters);
    return true;
}
