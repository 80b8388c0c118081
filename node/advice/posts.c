/* posts.c - the posts of a household's budget, and the usual rules that put a movement into one. The codes
 * are those of COICOP 2018, the classification of price statistics, so that a budget can be laid beside
 * public weights.
 *
 * Happy path: the longest phrase that stands in the label as whole words decides. Failure mode: no phrase
 * fits, and the movement stays without a post, to be named by the household: coopair budget rule. */
#include "node/advice/ledger.h"

#include "node/tongue/tongue.h"

#include <string.h>

const struct post posts[] = {
    { "other", N_("not sorted"), POST_FREE },
    { "01.1", N_("food"), POST_FREE },
    { "02", N_("alcohol and tobacco"), POST_FREE },
    { "03", N_("clothing and shoes"), POST_FREE },
    { "04.1", N_("rent"), POST_BOUND },
    { "04.3", N_("repairs of the home"), POST_FREE },
    { "04.4", N_("water and charges of the home"), POST_NEEDED },
    { "04.5.1", N_("electricity"), POST_BOUND },
    { "04.5.2", N_("gas"), POST_BOUND },
    { "04.5.3", N_("heating oil"), POST_NEEDED },
    { "04.5.4", N_("wood and pellets"), POST_NEEDED },
    { "05", N_("furniture and household goods"), POST_FREE },
    { "06", N_("health"), POST_FREE },
    { "07.1", N_("vehicles"), POST_FREE },
    { "07.2", N_("running a car"), POST_NEEDED },
    { "07.2.2", N_("fuel"), POST_NEEDED },
    { "07.3", N_("public transport"), POST_FREE },
    { "07.3.s", N_("public transport, by subscription"), POST_BOUND },
    { "08.3", N_("telephone and internet"), POST_BOUND },
    { "09", N_("leisure and culture"), POST_FREE },
    { "09.s", N_("leisure, by subscription"), POST_BOUND },
    { "10", N_("education"), POST_NEEDED },
    { "11.1", N_("restaurants and canteens"), POST_FREE },
    { "11.1.c", N_("school canteen"), POST_NEEDED },
    { "11.2", N_("hotels"), POST_FREE },
    { "12.1", N_("insurance"), POST_BOUND },
    { "12.2", N_("bank charges"), POST_FREE },
    { "13", N_("care and other things"), POST_FREE },
    { "income.salary", N_("salary"), POST_BOUND },
    { "income.benefit", N_("benefits and pensions"), POST_BOUND },
    { "credit", N_("loans"), POST_BOUND },
    { "saving", N_("savings"), POST_NEEDED },
    { "tax", N_("taxes"), POST_NEEDED },
    { "cash", N_("cash"), POST_FREE },
    { "cheque", N_("cheques"), POST_FREE },
};
const size_t post_count = sizeof posts / sizeof *posts;

bool post_of_code(unsigned *out, const char *code)
{
    for (unsigned i = 0; i < post_count; i++)
        if (strcmp(posts[i].code, code) == 0) {
            *out = i;
            return true;
        }
    return false;
}

bool post_is(unsigned post, const char *code)
{
    size_t size = strlen(code);

    return strncmp(posts[post].code, code, size) == 0 &&
           (posts[post].code[size] == '\0' || posts[post].code[size] == '.');
}

/* Phrases separated by '|'. */
static const struct usual {
    const char *code;
    int sign;
    const char *phrases;
} usual[] = {
    { "01.1", -1,
      "CARREFOUR|AUCHAN|LECLERC|E LECLERC|LIDL|ALDI|INTERMARCHE|MONOPRIX|FRANPRIX|CASINO|SUPER U|HYPER U|U "
      "EXPRESS|"
      "SYSTEME U|MAGASIN U|CORA|MATCH|NETTO|LEADER PRICE|PICARD|BIOCOOP|NATURALIA|LA VIE "
      "CLAIRE|SATORIZ|GRAND FRAIS|"
      "BOULANGERIE|PATISSERIE|BOUCHERIE|FROMAGERIE|POISSONNERIE|PRIMEUR|MARCHE|EPICERIE|COOP|MIGROS|TESCO|"
      "SAINSBURYS|"
      "DELHAIZE|COLRUYT|REWE|EDEKA|SUPERMARCHE|AMAP|CARREFOUR CITY" },
    { "02", -1, "TABAC|CAVISTE|NICOLAS VINS|CAVE" },
    { "03", -1,
      "KIABI|H M|ZARA|DECATHLON|CELIO|JULES|PRIMARK|UNIQLO|GEMO|ERAM|VINTED|ZALANDO|PETIT BATEAU|LA HALLE" },
    { "04.1", -1, "LOYER|AGENCE IMMO|FONCIA|NEXITY|IMMOBILIER|OFFICE HLM|HABITAT|BAILLEUR|CITYA|ORPI" },
    { "04.3", -1,
      "LEROY MERLIN|CASTORAMA|BRICO DEPOT|BRICOMARCHE|MR BRICOLAGE|POINT P|PLOMBIER|ELECTRICIEN" },
    { "04.4", -1, "VEOLIA|SUEZ|SAUR|EAU|EAUX|SYNDIC|CHARGES COPROPRIETE|NANTES METROPOLE EAU" },
    { "04.5.1", 0,
      "EDF|ENERCOOP|EKWATEUR|OHM ENERGIE|MINT ENERGIE|OCTOPUS ENERGY|PLUM "
      "ENERGIE|ILEK|VATTENFALL|TOTALENERGIES ELECTRICITE|"
      "TOTALENERGIES CLIENTS|TOTAL DIRECT ENERGIE|PLANETE OUI|ALPIQ|GREENYELLOW|ELECTRICITE DE STRASBOURG" },
    { "04.5.2", 0,
      "ENGIE|GAZ TARIF REGLEMENTE|GAZ DE BORDEAUX|ENI GAS|ANTARGAZ|BUTAGAZ|PRIMAGAZ|FINAGAZ|GAZ" },
    { "04.5.3", -1, "FIOUL|MAZOUT|FIOULREDUC" },
    { "04.5.4", -1, "PELLETS|GRANULES|BOIS DE CHAUFFAGE" },
    { "05", -1, "IKEA|CONFORAMA|BUT|MAISONS DU MONDE|DARTY|BOULANGER|ALINEA|GIFI|ACTION" },
    { "06", 0,
      "PHARMACIE|CABINET|DENTAIRE|DENTISTE|MEDECIN|DR|DOCTEUR|LABO|LABORATOIRE|OPTIQUE|OPTICIEN|OPHTALMO|"
      "KINE|HOPITAL|CHU|"
      "CLINIQUE|RADIOLOGIE|INFIRMIER|INFIRMIERE|OSTEOPATHE|SAGE FEMME|AFFLELOU|KRYS|AUDITION|CENTRE DE "
      "SANTE|DOCTOLIB" },
    { "06", 1,
      "CPAM|AMELI|ASSURANCE MALADIE|MUTUELLE|HARMONIE "
      "MUTUELLE|MGEN|MALAKOFF|ALAN|APICIL|MSA|ALMERYS|VIAMEDIS" },
    { "07.1", -1, "CONCESSIONNAIRE|RENAULT RETAIL|PEUGEOT|CITROEN" },
    { "07.2", -1,
      "NORAUTO|FEU VERT|MIDAS|SPEEDY|GARAGE|CONTROLE TECHNIQUE|PARKING|EFFIA|INDIGO|VINCI "
      "AUTOROUTES|PEAGE|ULYS|APRR|SANEF" },
    { "07.2.2", -1,
      "CARBURANT|STATION|ESSO|SHELL|BP|AVIA|TOTALENERGIES ACCESS|TOTAL ACCESS|RELAIS TOTAL|LECLERC "
      "CARBURANT|CARREFOUR CARBURANT|"
      "STATION U|IONITY|TESLA SUPERCHARGER|DYNEFF" },
    { "07.3", -1, "SNCF|RATP|TAN|TCL|TISSEO|UBER|BLABLACAR|TAXI|FLIXBUS|OUIGO|AIR FRANCE|EASYJET|TRANSAVIA" },
    { "07.3.s", -1, "SEMITAN ABONNEMENT|NAVIGO|ABONNEMENT TRANSPORT|COMUTITRES|TCL ABONNEMENT|SEMITAN" },
    { "08.3", -1,
      "FREE MOBILE|FREE HAUTDEBIT|FREE TELECOM|ORANGE|SFR|BOUYGUES TELECOM|BOUYGTEL|SOSH|RED BY "
      "SFR|PRIXTEL|LYCAMOBILE|LA POSTE "
      "MOBILE|PROXIMUS|SWISSCOM|B YOU" },
    { "09", -1,
      "FNAC|CULTURA|CINEMA|UGC|PATHE|GAUMONT|THEATRE|MUSEE|LIBRAIRIE|PISCINE|FITNESS|BASIC FIT|SALLE DE "
      "SPORT|STEAM" },
    { "09.s", -1,
      "NETFLIX|SPOTIFY|DEEZER|CANAL|DISNEY PLUS|AMAZON PRIME|YOUTUBE PREMIUM|APPLE COM BILL|LE "
      "MONDE|MEDIAPART|OCS" },
    { "10", -1, "ECOLE|UNIVERSITE|CROUS|COLLEGE|LYCEE|FORMATION|CRECHE|PERISCOLAIRE" },
    { "11.1", -1,
      "RESTAURANT|PIZZA|PIZZERIA|BRASSERIE|CAFE|BISTROT|BOUCHON|BURGER|MCDO|MCDONALDS|KFC|SUSHI|KEBAB|"
      "DELIVEROO|UBER EATS|CREPERIE|"
      "TRAITEUR|STARBUCKS|BAR" },
    { "11.1.c", -1, "CANTINE|RESTAURATION SCOLAIRE" },
    { "11.2", -1, "HOTEL|BOOKING|AIRBNB|CAMPING|ACCOR|GITES|ABRITEL" },
    { "12.1", -1,
      "ASSURANCE|ASSURANCES|MAIF|MACIF|MAAF|MATMUT|GMF|AXA|ALLIANZ|GROUPAMA|GENERALI|MUTUELLE|MGEN|HARMONIE "
      "MUTUELLE|ALAN|DIRECT "
      "ASSURANCE|PACIFICA" },
    { "12.2", -1, "FRAIS|COTISATION|COMMISSION|AGIOS|TENUE DE COMPTE" },
    { "13", -1, "COIFFEUR|COIFFURE|SEPHORA|YVES ROCHER|AMZN|AMAZON|CDISCOUNT|ALIEXPRESS|PAYPAL|TEMU" },
    { "income.salary", 1, "SALAIRE|PAIE|PAYE|REMUNERATION|TRAITEMENT|SALARY" },
    { "income.benefit", 1,
      "CAF|POLE EMPLOI|FRANCE TRAVAIL|CARSAT|RETRAITE|PENSION|AGIRC|ARRCO|CNAV|APL|INDEMNITES" },
    { "credit", -1,
      "CREDIT CONSO|CREDIT AUTO|CREDIT IMMO|PRET|ECHEANCE "
      "PRET|COFIDIS|CETELEM|SOFINCO|FLOA|ONEY|COFINOGA|REMBOURSEMENT PRET" },
    { "saving", 0, "LIVRET|LIVRET A|LDDS|LEP|PEL|EPARGNE|ASSURANCE VIE|PEA" },
    { "tax", 0, "DGFIP|IMPOT|IMPOTS|TAXE FONCIERE|TAXE HABITATION|FINANCES PUBLIQUES|URSSAF" },
    { "cash", -1, "RETRAIT|DAB|DISTRIBUTEUR|RETRAIT DAB" },
    { "cheque", -1, "CHEQUE|CHQ" },
};

/* As whole words. */
static bool phrase_in(const char *folded, const char *phrase, size_t size)
{
    const char *at = folded;
    size_t left = strlen(folded);

    while (left >= size) {
        bool begins = at == folded || at[-1] == ' ';

        if (begins && memcmp(at, phrase, size) == 0 && (at[size] == '\0' || at[size] == ' '))
            return true;
        at++;
        left--;
    }
    return false;
}

static bool sign_fits(int sign, int64_t cents)
{
    return sign == 0 || (sign < 0) == (cents < 0);
}

/* The length of the longest phrase that fits. */
static size_t usual_fit(const struct usual *rule, const char *folded)
{
    size_t best = 0;

    for (const char *phrase = rule->phrases; *phrase;) {
        size_t size = strcspn(phrase, "|");

        if (size > best && phrase_in(folded, phrase, size))
            best = size;
        phrase += size + (phrase[size] == '|');
    }
    return best;
}

unsigned post_of_label(const char *folded, int64_t cents, const struct rule *own, size_t own_count)
{
    unsigned found = POST_NONE;
    size_t best = 0;

    for (size_t i = 0; i < own_count; i++)
        if (sign_fits(own[i].sign, cents) && strlen(own[i].text) > best &&
            phrase_in(folded, own[i].text, strlen(own[i].text))) {
            best = strlen(own[i].text);
            found = own[i].post;
        }
    if (best > 0)
        return found;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        size_t size = sign_fits(usual[i].sign, cents) ? usual_fit(&usual[i], folded) : 0;

        if (size > best && post_of_code(&found, usual[i].code))
            best = size;
    }
    return found;
}
