/* Statements of banks and insurers: fifteen formats of one fictional account say what the truth says, to the cent; the files of others'
 * test suites are read; broken ones get a verdict. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fifteen_formats_are_one_truth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
