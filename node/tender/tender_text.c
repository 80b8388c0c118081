/* tender_text.c - a round as one page for a company: what, how much, where, when, how bids are opened, the
 * award rule, how to bid, what came of it, what is proven. Figures are aligned on the right so that a column
 * can be read down. Failure mode: memory, seen once at the end. The words of a bid come from strangers and
 * are cleaned before they are shown. */
#include "node/tender/tender.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_WIDTH = 80 };

struct page {
    const struct tender *tender;
    FILE *out;
};

static const char *say(const struct page *page, const char *english, const char *french)
    __attribute__((format_arg(2), format_arg(3)));
static const char *say(const struct page *page, const char *english, const char *french)
{
    return page->tender->options.french ? french : english;
}

static void heading(const struct page *page, const char *english, const char *french)
{
    fprintf(page->out, "\n%s\n", page->tender->options.french ? french : english);
}

/* Words wrapped at the page's width, each line behind the indent. Breaks at spaces only; columns are counted
 * in bytes, so accents make a line a little shorter. */
static void paragraph(const struct page *page, const char *indent, const char *text)
{
    char clean[WORDS_MAX];
    size_t column = 0;

    tender_clean(clean, sizeof clean, text);
    for (char *save = NULL, *word = strtok_r(clean, " ", &save); word != NULL;
         word = strtok_r(NULL, " ", &save)) {
        size_t size = strlen(word);

        if (column > 0 && column + 1 + size > PAGE_WIDTH) {
            fputc('\n', page->out);
            column = 0;
        }
        fprintf(page->out, "%s%s", column == 0 ? indent : " ", word);
        column += size + (column == 0 ? strlen(indent) : 1);
    }
    fputc('\n', page->out);
}

/* 1234567: "1 234 567", as both languages read it. */
static void grouped(char out[32], uint64_t value)
{
    char digits[DECIMAL_MAX];
    size_t size, used = 0;

    tender_decimal(digits, value, 0);
    size = strlen(digits);
    for (size_t i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0)
            out[used++] = ' ';
        out[used++] = digits[i];
    }
    out[used] = '\0';
}

static void euros(const struct page *page, char out[48], uint64_t cents)
{
    char whole[32];

    grouped(whole, cents / 100);
    snprintf(out, 48, say(page, "%s.%02u EUR", "%s,%02u EUR"), whole, (unsigned)(cents % 100));
}

/* Cleaned words in a column of so many letters: printf counts bytes, readers count letters. */
static void column(const struct page *page, const char *words, int width)
{
    char clean[WORDS_MAX];

    tender_clean(clean, sizeof clean, words);
    for (const char *c = clean; *c != '\0'; c++)
        width += (*c & 0xc0) == 0x80;
    fprintf(page->out, "%-*s", width, clean);
}

static void dated(const struct page *page, const char *english, const char *french, uint64_t time_s)
{
    char date[21];

    tender_date(date, time_s);
    fputs("  ", page->out);
    column(page, page->tender->options.french ? french : english, 44);
    fprintf(page->out, "%.10s %.8s UTC\n", date, date + 11);
}

/* ---- What and how much. */

static void figure(const struct page *page, const char *name, uint64_t value, const char *unit)
{
    char number[32];

    grouped(number, value);
    fputs("    ", page->out);
    column(page, name, 50);
    fprintf(page->out, "%16s %s\n", number, tender_unit(unit));
}

static void ladder(const struct page *page, const struct item *item, uint64_t homes)
{
    uint32_t floor = page->tender->charter->floor;
    char label[64];

    if (homes == 0 || homes >= floor)
        snprintf(label, sizeof label,
                 say(page, "in at %" PRIu32 " %% of today's price or less",
                     "prêts à %" PRIu32 " %% du prix actuel"),
                 item->ladder);
    else /* no figure of fewer than K homes: the one shown is K */
        snprintf(label, sizeof label,
                 say(page, "in at %" PRIu32 " %% of today's price: fewer than",
                     "prêts à %" PRIu32 " %% du prix actuel : moins de"),
                 item->ladder);
    figure(page, label, homes > 0 && homes < floor ? floor : homes, say(page, "homes", "foyers"));
}

static void lot_section(const struct page *page, size_t index)
{
    const struct charter *charter = page->tender->charter;
    const struct lot_view *lot = &page->tender->season->lots[index];
    char clean[WORDS_MAX];

    tender_clean(clean, sizeof clean, charter->lots[index].name);
    fprintf(page->out, say(page, "  Lot %zu: %s", "  Lot %zu : %s"), index + 1, clean);
    if (!lot->formed) {
        fputs(say(page, " (not formed: too few homes)\n", " (non formé : trop peu de foyers)\n"), page->out);
        return;
    }
    fprintf(page->out, say(page, " (%zu homes)\n", " (%zu foyers)\n"), lot->home_count);
    paragraph(page, "    ", charter->lots[index].terms);
    for (size_t i = 0; i < charter->item_count; i++) {
        const struct item *item = &charter->items[i];

        switch (item->use) {
        case ITEM_QUANTITY:
        case ITEM_TOLERANCE:
            figure(page, item->name, lot->totals[i], item->unit);
            break;
        case ITEM_RESERVE:
            if (lot->reserve_known)
                figure(page, item->name, lot->totals[i], item->unit);
            break;
        case ITEM_LIMIT:
            ladder(page, item, lot->totals[i]);
            break;
        case ITEM_USES:
            break;
        }
    }
}

static void demand_section(const struct page *page)
{
    const struct season *season = page->tender->season;

    if (tender_failed(season)) {
        heading(page, "NO DEMAND", "PAS DE DEMANDE");
        paragraph(page, "  ",
                  season->phase == PHASE_TOO_FEW
                      ? say(page,
                            "Too few homes were interested. Nothing was opened, nothing is to be bought.",
                            "Trop peu de foyers intéressés. Rien n'a été ouvert, rien n'est à acheter.")
                      : say(page,
                            "No lot reached the size its homes asked for. Nothing was opened, nothing is to "
                            "be bought.",
                            "Aucun lot n'a atteint la taille demandée par ses foyers. Rien n'a été ouvert, "
                            "rien n'est à acheter."));
        return;
    }
    heading(page, "WHAT AND HOW MUCH", "QUOI ET COMBIEN");
    for (size_t i = 0; i < page->tender->charter->lot_count; i++)
        lot_section(page, i);
}

/* ---- The rules. */

static void when_section(const struct page *page)
{
    const struct season *season = page->tender->season;
    const struct box_view *bids = &season->boxes[BOX_BIDS];

    heading(page, "WHEN", "QUAND");
    dated(page, "demand closed by the committee", "demande close par le comité",
          season->boxes[BOX_JOIN].settled_s);
    dated(page, "bids close", "clôture des offres", bids->deadline_s);
    if (season->phase != PHASE_TENDER)
        dated(page, "bids closed by the committee", "offres closes par le comité", bids->settled_s);
    dated(page, "homes answer the winner at the latest", "réponse des foyers au plus tard",
          bids->deadline_s + page->tender->charter->expires_s);
}

static void rules_section(const struct page *page)
{
    const struct charter *charter = page->tender->charter;
    char rule[1000];

    heading(page, "HOW BIDS ARE OPENED", "COMMENT LES OFFRES SONT OUVERTES");
    paragraph(
        page, "  ",
        say(page,
            "Your bid is sealed on your own computer to a key that no single party holds: its shares are "
            "with the "
            "committee of homes. Nothing opens before the close; then the committee fixes the list of sealed "
            "bids "
            "and all of them open together. A bid that is not on that list does not count.",
            "Votre offre est scellée sur votre ordinateur pour une clé que personne ne détient seul : ses "
            "parts sont "
            "entre les mains du comité des foyers. Rien ne s'ouvre avant la clôture ; le comité fixe alors "
            "la liste des "
            "offres scellées et toutes s'ouvrent ensemble. Une offre absente de cette liste ne compte pas."));
    heading(page, "AWARD RULE", "RÈGLE D'ATTRIBUTION");
    snprintf(rule, sizeof rule,
             say(page,
                 "Per lot: the lowest cost of the exact total, at your price step for all homes of the lot, "
                 "fixed fee per "
                 "home included. At least %" PRIu32 " bids, and at least %" PRIu32
                 " %% below what the homes pay today (that "
                 "figure opens only after the bids are closed); otherwise no award. Ties by a published "
                 "hash. The rule is "
                 "in the charter and cannot be changed. Nobody is bound: each home then accepts or declines "
                 "for itself.",
                 "Par lot : le coût le plus bas du total exact, à votre palier pour tous les foyers du lot, "
                 "frais fixes par foyer "
                 "compris. Au moins %" PRIu32 " offres, et au moins %" PRIu32
                 " %% de moins que ce que les foyers paient (ce chiffre "
                 "ne s'ouvre qu'après la clôture) ; sinon, pas d'attribution. Égalité : empreinte publiée. "
                 "La règle est dans la "
                 "charte et ne peut changer. Nul n'est lié : chaque foyer accepte ou décline pour lui-même."),
             charter->min_bids, charter->min_saving_percent);
    paragraph(page, "  ", rule);
}

static void bidding_section(const struct page *page)
{
    if (page->tender->season->phase != PHASE_TENDER)
        return;
    heading(page, "HOW TO BID", "COMMENT RÉPONDRE");
    fputs(say(page,
              "  You need no account and no running node. In the folder of this file:\n"
              "    coopair-verify .                check this tender, offline\n"
              "    fill in " PACKAGE_PRICES "     EUR, at most 4 decimals; a line per lot and step\n"
              "    coopair bid seal --tender . --prices " PACKAGE_PRICES " \\\n"
              "            --company NAME --contact MAIL --out bid.coop\n"
              "    give bid.coop to any home of the round, or to two, by any way; it hands it in, still sealed\n"
              "    coopair bid open --tender . LETTER...   if you win: the homes' letters\n",
              "  Ni compte ni nœud ne sont nécessaires. Dans le dossier de ce fichier :\n"
              "    coopair-verify .                vérifier cet appel, hors ligne\n"
              "    remplir " PACKAGE_PRICES "     EUR, 4 décimales au plus ; une ligne par lot et palier\n"
              "    coopair bid seal --tender . --prices " PACKAGE_PRICES " \\\n"
              "            --company NOM --contact COURRIEL --out bid.coop\n"
              "    remettre bid.coop à un foyer du groupement, ou à deux ; il le transmet, toujours scellé\n"
              "    coopair bid open --tender . LETTRE...   si vous gagnez : les lettres des foyers\n"),
          page->out);
}

/* ---- What came of it. */

static void offer_line(const struct page *page, const struct bid *bid, const struct bid_lot *offer)
{
    const struct lot_view *lot = &page->tender->season->lots[offer->lot];
    bool won = lot->awarded && &page->tender->season->bids[lot->winner] == bid;
    char cost[48] = "-";
    uint64_t cost_cents;
    const char *note = "";

    switch (tender_offer(&cost_cents, page->tender, offer)) {
    case OFFER_VALID:
        note = won ? say(page, "  wins", "  retenue") : "";
        break;
    case OFFER_NO_STEP:
        note = say(page, "  no step for so few homes", "  aucun palier pour si peu");
        break;
    case OFFER_ABOVE_RESERVE:
        note = say(page, "  above what may be paid", "  au-dessus du plafond");
        break;
    case OFFER_NOT_FORMED:
        note = say(page, "  lot not formed", "  lot non formé");
        break;
    }
    if (cost_cents != UINT64_MAX)
        euros(page, cost, cost_cents);
    fprintf(page->out, "  Lot %" PRIu32 "  ", offer->lot + 1);
    column(page, bid->company, 26);
    fprintf(page->out, "%20s%s\n", cost, note);
}

static void outcome_section(const struct page *page)
{
    const struct season *season = page->tender->season;

    if (season->phase == PHASE_BIDS_CLOSED) {
        heading(page, "BIDS", "OFFRES");
        paragraph(page, "  ", say(page, "Closed, and being opened.", "Closes, en cours d'ouverture."));
    }
    if (!tender_judged(season))
        return;
    heading(page, "BIDS, AND THE AWARD", "OFFRES ET ATTRIBUTION");
    for (size_t i = 0; i < season->bid_count; i++)
        for (size_t j = 0; j < season->bids[i].lot_count; j++)
            offer_line(page, &season->bids[i], &season->bids[i].lots[j]);
    if (season->bids_refused > 0)
        fprintf(page->out,
                say(page, "  %zu sealed bid(s) held nothing that could be read.\n",
                    "  %zu offre(s) scellée(s) ne contenai(en)t rien de lisible.\n"),
                season->bids_refused);
    if (season->phase == PHASE_NO_AWARD)
        paragraph(page, "  ",
                  say(page, "No award under the rule above.", "Pas d'attribution selon la règle ci-dessus."));
}

static void proof_section(const struct page *page)
{
    char proof[2 * HASH_SIZE + 1];

    tender_hex(proof, page->tender->proof, HASH_SIZE);
    heading(page, "WHAT IS PROVEN", "CE QUI EST PROUVÉ");
    paragraph(page, "  ",
              say(page,
                  "coopair-verify computes this page again from " PACKAGE_PROOF
                  ", without a network, and says what follows "
                  "from the signatures and what does not. Quantities are interest, not orders.",
                  "coopair-verify recalcule cette page à partir de " PACKAGE_PROOF
                  ", sans réseau, et dit ce qui découle des "
                  "signatures et ce qui n'en découle pas. Les quantités sont un intérêt, pas une commande."));
    fprintf(page->out, "  b2sum -l 256 " PACKAGE_PROOF ":\n  %s\n", proof);
}

static void title_section(const struct page *page)
{
    const struct charter *charter = page->tender->charter;
    char topic[2 * ID_SIZE + 1], words[512];

    tender_hex(topic, page->tender->topic, ID_SIZE);
    paragraph(page, "", charter->title);
    for (size_t i = 0; i < PAGE_WIDTH; i++)
        fputc('=', page->out);
    snprintf(words, sizeof words,
             say(page, "Homes who buy together: %s, season %s.",
                 "Des foyers achètent ensemble : %s, saison %s."),
             charter->category, charter->season);
    fputc('\n', page->out);
    paragraph(page, "", words);
    snprintf(words, sizeof words, say(page, "Where: %s. Contact: %s.", "Où : %s. Contact : %s."),
             charter->zone, charter->contact);
    paragraph(page, "", words);
    fprintf(page->out, say(page, "Round %s\n", "Tour %s\n"), topic);
}

char *tender_text_render(const struct tender *tender)
{
    char *text = NULL;
    size_t size = 0;
    struct page page = { .tender = tender, .out = open_memstream(&text, &size) };

    if (page.out == NULL)
        return NULL;
    title_section(&page);
    demand_section(&page);
    if (!tender_failed(tender->season)) {
        when_section(&page);
        rules_section(&page);
        bidding_section(&page);
        outcome_section(&page);
    }
    proof_section(&page);
    bool failed = ferror(page.out) != 0;
    if (fclose(page.out) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}
