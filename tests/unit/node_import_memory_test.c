/* Statements of banks as large as a file may be, whole and in order: whatever the format, and however short its rows, the program
 * takes less than 64 MiB and says why it stopped. */
#include "node/import/import.h"
#include "tests/support/import_program.h"

#define POSTE "Num\xe9ro Compte;00001234567\n\nDate;Libell\xe9;Montant(EUROS)\n"
#define OFX   "OFXHEADER:100\nCHARSET:1252\n\n<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM><BANKTRANLIST>"
#define OFX2                                                                                                               \
    "<?xml version=\"1.0\"?><?OFX OFXHEADER=\"200\"?><OFX><STMTRS><CURDEF>EUR</CURDEF><BANKACCTFROM><ACCTID>1</ACCTID>" \
    "</BANKACCTFROM><BANKTRANLIST>"
#define CAMT  "<Document><BkToCstmrStmt><Stmt><Acct><Id><IBAN>X1</IBAN></Id></Acct>"
#define CFONB "0199999    00001EUR2 00001234567  311223                                                  0000000018423G\n"

/* before and after stand around a number: what differs cannot be kept once. */
static const struct statement {
    const char *format, *head, *before, *after, *tail;
} statements[] = {
    { "table", POSTE, "02/01/2024;", ";-1,00\n", "" },
    { "table, long words", POSTE, "02/01/2024;\"WORDS THAT FILL A LABEL AS FAR AS A LABEL OF A BANK EVER GOES AND A BIT BEYOND ", "\";-1,00\n", "" },
    { "QIF", "!Type:Bank\n", "D25/01/2024\nT-1.00\nP", "\n^\n", "" },
    { "OFX 1", OFX, "<STMTTRN><DTPOSTED>20240102<TRNAMT>-1.00<FITID>", "<NAME>N</STMTTRN>", "</BANKTRANLIST></STMTRS></OFX>" },
    { "OFX 2", OFX2, "<STMTTRN><DTPOSTED>20240102</DTPOSTED><TRNAMT>-1.00</TRNAMT><FITID>", "</FITID><NAME>N</NAME></STMTTRN>", "</BANKTRANLIST></STMTRS></OFX>" },
    { "CAMT", CAMT, "<Ntry><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2024-01-02</Dt></BookgDt><AddtlNtryInf>",
      "</AddtlNtryInf></Ntry>", "</Stmt></BkToCstmrStmt></Document>" },
    { "CAMT, tags alone", CAMT, "<Ntry><Amt/></Ntry>", "", "</Stmt></BkToCstmrStmt></Document>" },
    { "CFONB", CFONB, "0499999B1  00001EUR2 0000123456711020124  020124CARTE ", "                      0200000  0000000000800}10200000\n", "" },
    { "MT940", ":20:X\n:25:12345\n:28C:1\n:60F:C240101EUR10,00\n", ":61:240103D1,00NMSCX\n:86:", "\n", "" },
};

/* As many rows as were asked for, or as a file may hold. */
static char *made(size_t *size, const struct statement *statement, unsigned rows)
{
    char *file = malloc(IMPORT_FILE_MAX);
    size_t used = (size_t)snprintf(file, IMPORT_FILE_MAX, "%s", statement->head);

    for (unsigned i = 0; i < rows && used + 1024 < IMPORT_FILE_MAX; i++)
        used += (size_t)snprintf(file + used, 1024, "%s%05u%s", statement->before, i % 100000, statement->after);
    *size = used + (size_t)snprintf(file + used, 1024, "%s", statement->tail);
    return file;
}

static void read_made(struct program *run, const struct statement *statement, unsigned rows)
{
    size_t size;
    int code;
    char *file = made(&size, statement, rows);
    json_t *said = program_import(run, file, size, &code);
    const char *error = json_string_value(json_object_get(json_array_get(json_object_get(said, "files"), 0), "error"));

    free(file);
    print_message("%s, %zu bytes: %ld KiB\n", statement->format, size, run->memory_kib);
    if (!said || code > 1 || (code == 1) != (error != NULL))
        fail_msg("%s: exit code %d, %s", statement->format, code, error ? error : "no reason");
    expect_small(run, statement->format);
    json_decref(said);
}

static void the_largest_statement_of_each_format_fits(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(statements); i++)
        read_made(*state, &statements[i], UINT32_MAX);
}

enum { MOST = 99999 }; /* statement.h; all of one day, of which a thousand stay */

static void so_does_the_longest_that_is_taken(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(statements); i++)
        read_made(*state, &statements[i], MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_largest_statement_of_each_format_fits, program_up, program_down),
        cmocka_unit_test_setup_teardown(so_does_the_longest_that_is_taken, program_up, program_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
