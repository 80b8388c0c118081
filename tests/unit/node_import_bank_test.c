/* Statements of banks and insurers: fifteen formats of one fictional account say what the truth says, to the cent; the files of others'
 * test suites are read; broken ones get a verdict. */
#include "tests/support/fault.h"

#include "tests/support/fictional_home.h"
#include "tests/support/import_subject.h"

enum { TRUTH_MAX = 1000 };

struct truth {
    struct {
        int64_t day, cents;
        char label[128];
        bool taken;
    } list[TRUTH_MAX];
    size_t count;
    int64_t total;
};

static int64_t day_of(int year, int month, int day)
{
    static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
    int leaps = (year - 1969) / 4;

    return (year - 1970) * 365 + leaps + before[month - 1] + (month > 2 && year % 4 == 0) + day - 1;
}

static void truth_load(struct truth *truth)
{
    struct bytes file = fictional_file("ledger_truth.csv");
    char *at, *line;

    assert_non_null(file.data);
    *truth = (struct truth){ .count = 0 };
    at = calloc(1, file.size + 1);
    memcpy(at, file.data, file.size);
    line = strchr(at, '\n') + 1;
    for (char *next; *line; line = next) {
        int year, month, day;
        long long cents;
        char label[128];

        next = strchr(line, '\n') + 1;
        assert_int_equal(sscanf(line, "%*[^,],%d-%d-%d,%*[^,],%lld,%*[^,],%*[^,],%127[^,]", &year, &month, &day, &cents, label), 5);
        truth->list[truth->count].day = day_of(year, month, day);
        truth->list[truth->count].cents = cents;
        snprintf(truth->list[truth->count++].label, sizeof label, "%s", label);
        truth->total += cents;
    }
    free(at);
    file_free(file);
}

/* Each movement is one of the truth's that no other is: of the same day and amount. */
static void expect_truth(struct truth *truth, const struct import *import)
{
    assert_int_equal(import->count, truth->count);
    assert_int_equal(import->total_cents, truth->total);
    for (size_t i = 0; i < truth->count; i++)
        truth->list[i].taken = false;
    for (size_t i = 0; i < import->count; i++) {
        const struct movement *m = &import->movements[i];
        size_t j = 0;

        while (j < truth->count &&
               (truth->list[j].taken || truth->list[j].day != m->day || truth->list[j].cents != m->cents))
            j++;
        if (j == truth->count)
            fail_msg("%s: %lld cents on day %lld (%s) are not in the truth", import->format, (long long)m->cents, (long long)m->day,
                     m->label);
        truth->list[j].taken = true;
        assert_true(i == 0 || m[-1].day <= m->day);
    }
}


static void fifteen_formats_are_one_truth(void **unused)
{
    static const struct {
        const char *file, *format, *account, *label; /* label: of the first movement in order */
    } formats[] = {
        { "ofx1.ofx", "OFX 1 (SGML)", "00001234567", "CARTE 01/01 CABINET DENTAIRE DUP Sant\xc3\xa9/Dentaire" },
        { "ofx2.xml", "OFX 2 (XML)", "00001234567", "CARTE 01/01 CABINET DENTAIRE DUP Sant\xc3\xa9/Dentaire" },
        { "qif.qif", "QIF", "", "CARTE 01/01 CABINET DENTAIRE DUPRE NANTES" },
        { "camt053_v02.xml", "CAMT.053 (XML)", "00001234567", "CARTE 01/01 CABINET DENTAIRE DUPRE NANTES" },
        { "camt053_v08.xml", "CAMT.053 (XML)", "00001234567", "CARTE 01/01 CABINET DENTAIRE DUPRE NANTES" },
        { "cfonb120.txt", "CFONB 120", "00001234567", "CARTE 01/01 CABINET DENTAIRE DU" },
        { "mt940.sta", "MT940", "00001234567", "CARTE 01/01 CABINET DENTAIRE DUPRE NANTES" },
        { "boursobank.csv", "BoursoBank (CSV)", "00001234567", "CARTE 01/01 CABINET DENTAIRE DUPRE NANTES" },
        { "credit_agricole.csv", "Credit Agricole (CSV)", "00001234567", "PAIEMENT PAR CARTE 01/01 CABINET DENTAIRE DUPRE NANTES" },
        { "bnp_paribas.csv", "BNP Paribas (CSV)", "****4567", "CARTE 01/01 CABINET DENTAIRE DUPRE NANTES" },
        { "societe_generale.csv", "Societe Generale (CSV)", "00001234567", "CARTE 01/01 CABINET DENTAIRE DUPRE NANTES" },
        { "la_banque_postale.csv", "La Banque Postale (CSV)", "00001234567", "CARTE 01/01 CABINET DENTAIRE DUPRE NANTES" },
        { "credit_mutuel.csv", "Credit Mutuel, CIC (CSV)", "", "CARTE 01/01 CABINET DENTAIRE DUPRE NANTES" },
        { "caisse_epargne.csv", "Caisse d'Epargne (CSV)", "", "CARTE 01/01 CABINET DENTAIRE DUPRE NANTES" },
        { "fortuneo_HistoriqueOperations.zip", "Fortuneo (CSV)", "", "CARTE 01/01 CABINET DENTAIRE DUPRE NANTES" },
    };
    static struct truth truth;

    (void)unused;
    truth_load(&truth);
    assert_int_equal(truth.count, 633);
    assert_int_equal(truth.total, 2282124);
    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        struct bytes file = fictional_file(formats[i].file);
        struct subject subject;

        assert_non_null(file.data);
        read_bytes(&subject, file);
        if (subject.status != STATUS_OK)
            fail_msg("%s: %s", formats[i].file, subject.why.text);
        assert_string_equal(subject.import.format, formats[i].format);
        assert_int_equal(subject.import.kind, IMPORT_ACCOUNT);
        assert_string_equal(subject.import.account.name, formats[i].account);
        assert_string_equal(subject.import.account.currency, "EUR");
        assert_string_equal(subject.import.doubt, "");
        assert_null(subject.import.next);
        assert_int_equal(subject.import.rejected, 0);
        assert_int_equal(subject.import.duplicates, 0);
        expect_truth(&truth, &subject.import);
        assert_string_equal(subject.import.movements[0].label, formats[i].label);
        import_clear(&subject.import);
        file_free(file);
    }
}

/* ---- Insurers. */

static void two_health_statements_are_read_to_the_cent(void **unused)
{
    static const struct {
        const char *file;
        enum payer payer;
        int64_t refunded;
        struct health_line first;
    } statements[] = {
        { "sante_ameli_paiements.csv", PAYER_BASIC, 34882, { PAYER_BASIC, 19723, 19730, 8000, 1735 } },
        { "sante_mutuelle_prestations.csv", PAYER_EXTRA, 116283, { PAYER_EXTRA, 20252, 20263, 3000, 900 } },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(statements); i++) {
        struct bytes file = fictional_file(statements[i].file);
        const struct health_line *line, *wanted = &statements[i].first;
        struct subject subject;

        read_bytes(&subject, file);
        assert_int_equal(subject.status, STATUS_OK);
        assert_int_equal(subject.import.kind, IMPORT_HEALTH);
        assert_int_equal(subject.import.payer, statements[i].payer);
        assert_int_equal(subject.import.count, 24);
        assert_int_equal(subject.import.total_cents, statements[i].refunded);
        line = subject.import.lines;
        assert_true(line->care_day == wanted->care_day && line->paid_day == wanted->paid_day &&
                    line->spent_cents == wanted->spent_cents && line->refund_cents == wanted->refund_cents);
        import_clear(&subject.import);
        file_free(file);
    }
}

/* ---- Files of other projects' test suites, beside the project. */

static void files_of_others_are_read(void **unused)
{
    static const struct {
        const char *path;
        size_t accounts, movements, doubts; /* doubts: excerpts, whose balances cannot agree */
        int64_t cents;
    } files[] = {
        { SHARED("ofx/ofxparse_bank_medium.ofx"), 1, 3, 0, -34527 },
        { SHARED("ofx/ofxparse_suncorp.ofx"), 1, 1, 0, -1685 },
        { SHARED("ofx/ofxparse_ofx-v102-empty-tags.ofx"), 1, 1, 0, 1234 },
        { SHARED("qif/quiffen_test_category_override.qif"), 1, 4, 0, 207744 },
        { SHARED("cfonb120/pennylane_example.txt"), 2, 6, 0, 2668 },
        { SHARED("mt940/jejik_rabobank-iban.sta"), 1, 4, 0, -7000 },
        { SHARED("mt940/betterplace_sepa_mt9401.sta"), 20, 97, 0, -926913590 },
        { SHARED("mt940/cmxl_mt940.sta"), 3, 16, 0, 1232730 },
        { SHARED("mt940/jejik_abnamro.sta"), 1, 10, 1, -34593 },
        { SHARED("mt940/jejik_ing.sta"), 1, 7, 1, -4559 },
        { SHARED("mt940/jejik_postfinance.sta"), 1, 4, 1, 15940 },
        { SHARED("csv_banks/bank2ynab_export_BE11123456789012_20180304_1422.csv"), 1, 1, 0, -340 },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        struct bytes file = file_load(files[i].path);
        size_t accounts = 0, movements = 0, doubts = 0;
        struct subject subject;
        int64_t cents = 0;

        if (!file.data)
            continue;
        read_bytes(&subject, file);
        for (const struct import *account = &subject.import; account; account = account->next) {
            accounts++;
            movements += account->count;
            cents += account->total_cents;
            doubts += account->doubt[0] != '\0';
        }
        if (subject.status || accounts != files[i].accounts || movements != files[i].movements || cents != files[i].cents ||
            doubts != files[i].doubts)
            fail_msg("%s: %zu accounts, %zu movements, %lld cents, %zu doubts: %s", files[i].path, accounts, movements,
                     (long long)cents, doubts, subject.why.text);
        import_clear(&subject.import);
        file_free(file);
    }
}

/* ---- Broken ones. */

#define POSTE "Num\xe9ro Compte;00001234567\n\nDate;Libell\xe9;Montant(EUROS)\n"
#define OFX "OFXHEADER:100\nCHARSET:1252\n\n<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1<ACCTTYPE>X</BANKACCTFROM><BANKTRANLIST>"
#define OFX_END "</BANKTRANLIST></STMTRS></OFX>"
#define MOVE(day, amount, id) "<STMTTRN><DTPOSTED>" day "<TRNAMT>" amount "<FITID>" id "<NAME>N</STMTTRN>"
#define OFX2                                                                                                               \
    "<?xml version=\"1.0\"?><?OFX OFXHEADER=\"200\"?><OFX><STMTRS><CURDEF>EUR</CURDEF><BANKACCTFROM><ACCTID>1</ACCTID>" \
    "</BANKACCTFROM><BANKTRANLIST>"
#define MOVE2(day, amount, id)                                                                                            \
    "<STMTTRN><DTPOSTED>" day "</DTPOSTED><TRNAMT>" amount "</TRNAMT><FITID>" id "</FITID><NAME>N</NAME></STMTTRN>"
#define CAMT "<Document><BkToCstmrStmt><Stmt><Acct><Id><IBAN>X1</IBAN></Id></Acct>"
#define CAMT_END "</Stmt></BkToCstmrStmt></Document>"
#define NTRY(amount, sign, status, day) "<Ntry><Amt Ccy=\"EUR\">" amount "</Amt><CdtDbtInd>" sign "</CdtDbtInd><Sts>" status \
    "</Sts><BookgDt><Dt>" day "</Dt></BookgDt></Ntry>"
#define CFONB_01 "0199999    00001EUR2 00001234567  311223                                                  0000000018423G\n"
#define CFONB_04 "0499999B1  00001EUR2 0000123456711020124  020124CARTE CABINET                    0200000  0000000000800}10200000\n"
#define SWIFT ":20:X\n:25:12345\n:28C:1\n:60F:C240101EUR10,00\n"

/* count: what is kept all the same; 0: refused as a whole. says: in the reason for that, of the first refused row, or in the doubt. */
static const struct broken {
    const char *what, *text, *says;
    size_t count;
    uint64_t line;
} broken[] = {
    { "an impossible date", POSTE "31/02/2024;X;-1,00\n02/01/2024;Y;-2,00\n", "\"31/02/2024\" is no date", 1, 4 },
    { "an amount that could be two", POSTE "02/01/2024;X;1.234\n02/01/2024;Y;-2,00\n", "could be a thousand or a thousandth", 1, 4 },
    { "words for an amount", POSTE "02/01/2024;X;douze\n02/01/2024;Y;-2,00\n", "\"douze\" is no amount", 1, 4 },
    { "an absurd amount", POSTE "02/01/2024;X;-12345678901,00\n02/01/2024;Y;-2,00\n", "more than ten million", 1, 4 },
    { "an amount beyond all numbers", POSTE "02/01/2024;X;99999999999999999999999999,00\n03/01/2024;Y;1,00\n", "is no amount", 1, 4 },
    { "finer than a cent", POSTE "02/01/2024;X;1,2345\n03/01/2024;Y;1,00\n", "is finer than a cent", 1, 4 },
    { "two signs", POSTE "02/01/2024;X;--1,00\n03/01/2024;Y;1,00\n", "is no amount", 1, 4 },
    { "cut in an amount", POSTE "02/01/2024;X;-1,00\n02/01/2024;Y;-2", "the file ends in this row", 1, 5 },
    { "a quote that nobody closed", POSTE "02/01/2024;\"X;-1,00\n03/01/2024;Y;-2,00\n", "no amount", 1, 4 },
    { "headings alone", POSTE, "without a single movement", 0, 0 },
    { "both a debit and a credit", "Date;Date de valeur;D\xe9" "bit;Cr\xe9" "dit;Libell\xe9;Solde\n02/01/2024;;-1,00;1,00;X;\n02/01/2024;;-1,00;;X;\n",
      "both a debit and a credit", 1, 2 },
    { "the year 1111", "\"Item\";\"Posting date\";\"Amount CZK\";\"Bank account details\"\n\"X 1\";\"1111/11/11\";\"-1,00\";\"Y\"\n",
      "\"1111/11/11\" is no date", 0, 2 },
    { "not booked", "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\n"
                    "A,Current,2024-01-02 10:00:00,2024-01-02 10:00:00,X,-5.00,0.00,EUR,REVERTED,\n"
                    "A,Current,2024-01-03 10:00:00,2024-01-03 10:00:00,Y,-4.00,0.50,EUR,COMPLETED,\n", "\"REVERTED\" is not booked", 1, 2 },
    { "OFX cut short", OFX MOVE("20240102", "-1.00", "1") "<STMTTRN><DTPOSTED>2024", "ends after 1 movements without its end tag", 0, 0 },
    { "OFX with a wrong amount", OFX MOVE("20240102", "1.2.3", "1") MOVE("20240103", "-1.00", "2") OFX_END, "is no amount", 1, 4 },
    { "OFX without a date", OFX MOVE("2024", "1.00", "1") MOVE("20240103", "-1.00", "2") OFX_END, "no date", 1, 4 },
    { "OFX that is empty", OFX OFX_END, "without a single movement", 0, 0 },
    { "OFX 2 with an entity bomb", "<?xml version=\"1.0\"?><!DOCTYPE OFX [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><OFX>&b;</OFX>",
      "made to do harm", 0, 0 },
    { "OFX 2 cut short", "<?xml version=\"1.0\"?><OFX><STMTRS><STMTTRN><DTPOSTED>20240102</DTPOSTED>", "download it again", 0, 0 },
    { "CAMT cut short", CAMT NTRY("1.00", "DBIT", "BOOK", "2024-01-02"), "download it again", 0, 0 },
    { "CAMT with an entry to come", CAMT NTRY("1.00", "DBIT", "PDNG", "2024-01-02") NTRY("2.00", "CRDT", "BOOK", "2024-01-03") CAMT_END,
      "not booked yet", 1, 1 },
    { "CAMT without a sign", CAMT NTRY("1.00", "X", "BOOK", "2024-01-02") NTRY("2.00", "CRDT", "BOOK", "2024-01-03") CAMT_END,
      "neither CRDT nor DBIT", 1, 1 },
    { "CAMT with a missing entry", CAMT "<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>"
      "<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>"
      NTRY("2.00", "CRDT", "BOOK", "2024-01-03") CAMT_END, "closing balance", 1, 0 },
    { "CFONB cut before its end", CFONB_01 CFONB_04, "without a new balance", 1, 0 },
    { "CFONB with a wrong balance", CFONB_01 CFONB_04 "0799999    00001EUR2 00001234567  310124                                                  0000000018423G\n",
      "not what the movements come to", 1, 0 },
    { "CFONB with a line of something else", CFONB_01 "hello\n" CFONB_04, "no line of CFONB 120", 1, 2 },
    { "CFONB with letters in the amount", CFONB_01 "0499999B1  00001EUR2 0000123456711020124  020124CARTE CABINET                    0200000  00000000008X0}10200000\n" CFONB_04,
      "is no amount of fourteen digits", 1, 2 },
    { "MT940 on 30 February", SWIFT ":61:240230D1,00NMSCX\n:61:2402290230D1,00NMSCX\n:62F:C240301EUR9,00\n", "has no day there is", 1, 5 },
    { "MT940 without a sign", SWIFT ":61:2401021,00NMSCX\n:61:240103D1,00NMSCX\n:62F:C240301EUR9,00\n", "does not begin with a day and C or D", 1, 5 },
    { "MT940 cut before its end", SWIFT ":61:240103D1,00NMSCX\n", "without a closing balance", 1, 0 },
    { "QIF whose dates could be both", "!Type:Bank\nD02/01/2024\nT-1.00\nPX\n^\n", "every date could be day/month or month/day", 0, 0 },
    { "QIF of two countries", "!Type:Bank\nD25/01/2024\nT-1.00\n^\nD01/25/2024\nT-1.00\n^\n", "put together from two files", 0, 0 },
    { "QIF cut in a movement", "!Type:Bank\nD25/01/2024\nT-1.00\n^\nD26/01/2024\nT-1", "the file ends in this movement", 1, 5 },
    { "health without an amount", "date_paiement;date_soins;montant_paye;montant_verse\n08/01/2024;01/01/2024;80,00;\n08/01/2024;01/01/2024;80,00;17,35\n",
      "is no amount", 1, 2 },
};

static void broken_files_get_a_verdict_and_keep_what_is_good(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
        const struct broken *b = &broken[i];
        const struct import *import;
        struct subject subject;
        const char *said;

        read_text(&subject, b->text);
        import = &subject.import;
        said = b->count == 0 ? subject.why.text : b->line > 0 && import->reject_count > 0 ? import->rejects[0].reason : import->doubt;
        if (!strstr(said, b->says))
            fail_msg("%s: \"%s\", not \"%s\" (%s)", b->what, said, b->says, subject.why.text);
        if (import->count != b->count)
            fail_msg("%s: %zu kept, not %zu", b->what, import->count, b->count);
        assert_int_equal(subject.status, b->count > 0 ? STATUS_OK : STATUS_MALFORMED);
        if (b->line > 0 && (import->reject_count == 0 || import->rejects[0].line != b->line))
            fail_msg("%s: line %d, not %d", b->what, import->reject_count ? (int)import->rejects[0].line : 0, (int)b->line);
        import_clear(&subject.import);
    }
}

/* ---- Particulars. */

static void a_reference_that_comes_twice_is_one_movement_and_two_coffees_are_two(void **unused)
{
    struct subject subject;

    (void)unused;
    read_text(&subject, OFX MOVE("20240102", "-2.50", "1") MOVE("20240102", "-2.50", "1") MOVE("20240102", "-2.50", "2") OFX_END);
    assert_int_equal(subject.status, STATUS_OK);
    assert_int_equal(subject.import.count, 2);
    assert_int_equal(subject.import.duplicates, 1);
    import_clear(&subject.import);
}

static void reversals_go_the_way_the_balances_say(void **unused)
{
    static const char balance[] = "<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">%s</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>";
    char text[2000], opening[200], closing[200];

    (void)unused;
    for (int way = 0; way < 2; way++) {
        struct subject subject;

        snprintf(opening, sizeof opening, balance, "OPBD", "10.00");
        snprintf(closing, sizeof closing, balance, "CLBD", way ? "13.00" : "7.00");
        snprintf(text, sizeof text,
                 CAMT "%s%s<Ntry><Amt Ccy=\"EUR\">3.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd><Sts><Cd>BOOK</Cd></Sts>"
                      "<BookgDt><Dt>2024-01-02</Dt></BookgDt></Ntry>" CAMT_END,
                 opening, closing);
        read_text(&subject, text);
        assert_int_equal(subject.status, STATUS_OK);
        assert_int_equal(subject.import.total_cents, way ? 300 : -300);
        assert_string_equal(subject.import.doubt, "");
        import_clear(&subject.import);
    }
}

static void a_batch_is_as_many_movements_as_its_amounts(void **unused)
{
    struct subject subject;

    (void)unused;
    read_text(&subject, CAMT "<Ntry><Amt Ccy=\"EUR\">3.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2024-01-02</Dt></BookgDt>"
                             "<NtryDtls><TxDtls><AmtDtls><TxAmt><Amt Ccy=\"EUR\">1.00</Amt></TxAmt></AmtDtls><RmtInf><Ustrd>A</Ustrd></RmtInf></TxDtls>"
                             "<TxDtls><AmtDtls><TxAmt><Amt Ccy=\"EUR\">2.00</Amt></TxAmt></AmtDtls><RmtInf><Ustrd>B</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>" CAMT_END);
    assert_int_equal(subject.status, STATUS_OK);
    assert_int_equal(subject.import.count, 2);
    assert_int_equal(subject.import.movements[1].cents, -200);
    assert_string_equal(subject.import.movements[1].label, "B");
    import_clear(&subject.import);
}

static void without_memory_it_says_so_and_leaks_nothing(void **unused)
{
    static const char *const texts[] = {
        POSTE "02/01/2024;X;-1,00\nhello\n02/01/2024;Y;-2,00\n",
        OFX MOVE("20240102", "-1.00", "1") MOVE("2024", "-1.00", "2") OFX_END,
        OFX2 MOVE2("20240102", "-1.00", "1") MOVE2("2024", "-1.00", "2") OFX_END,
        CAMT NTRY("1.00", "DBIT", "PDNG", "2024-01-02") NTRY("2.00", "CRDT", "BOOK", "2024-01-03") CAMT_END,
        CFONB_01 "hello\n" CFONB_04,
        SWIFT ":61:240103D1,00NMSCX\n:86:WORDS\n:25:678\n:60F:C240101CHF10,00\n:61:240103D1,00NMSCX\n",
        "!Type:Bank\nD25/01/2024\nT-1.00\nPX\n^\n",
        "date_paiement;date_soins;montant_paye;montant_verse\n08/01/2024;01/01/2024;80,00;\n08/01/2024;01/01/2024;80,00;17,35\n",
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct subject subject;
        long k = 0;

        do {
            fault_arm(FAULT_MEMORY, ++k, false);
            read_text(&subject, texts[i]);
            if (fault.fired && subject.status != STATUS_OK && subject.status != STATUS_NOMEM)
                fail_msg("text %zu, allocation %ld: %s", i, k, subject.why.text);
            import_clear(&subject.import);
        } while (fault_disarm());
        assert_true(k > 2);
        assert_int_equal(subject.status, STATUS_OK);
    }
}

/* One endless line, a million quotes: the time and the memory of it are those of its size. */
static void what_is_made_to_do_harm_is_refused(void **unused)
{
    static const char *const begins[] = { POSTE, "!Type:Bank\nD", "OFXHEADER:100\n<OFX><", SWIFT };
    size_t size = 4 << 20;
    char *text = malloc(size);

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(begins); i++) {
        struct subject subject;

        memset(text, i % 2 ? '"' : 'x', size);
        memcpy(text, begins[i], strlen(begins[i]));
        read_bytes(&subject, (struct bytes){ (const uint8_t *)text, size });
        assert_int_equal(subject.status, STATUS_MALFORMED);
        assert_string_not_equal(subject.why.text, "");
        import_clear(&subject.import);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fifteen_formats_are_one_truth),
        cmocka_unit_test(two_health_statements_are_read_to_the_cent),
        cmocka_unit_test(files_of_others_are_read),
        cmocka_unit_test(broken_files_get_a_verdict_and_keep_what_is_good),
        cmocka_unit_test(a_reference_that_comes_twice_is_one_movement_and_two_coffees_are_two),
        cmocka_unit_test(reversals_go_the_way_the_balances_say),
        cmocka_unit_test(a_batch_is_as_many_movements_as_its_amounts),
        cmocka_unit_test(without_memory_it_says_so_and_leaks_nothing),
        cmocka_unit_test(what_is_made_to_do_harm_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
