/* Broken files, wrong files and files made to do harm, each with the verdict a household gets: the program itself
 * is run on each, as somebody would, and nothing is kept. Whatever the file, it ends by itself, says why, and
 * takes less than 64 MiB. */
#include "tests/support/file.h"
#include "tests/support/import_program.h"
#include "tests/support/zip_write.h"

enum { DONE = 0, FAILED = 1 };

#define ENEDIS                                                                                               \
    "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape "     \
    "metier;Unite;Pas en minutes\n14;Courbe de charge;01/01/2023;01/02/2023;Energie active;Consommation;"    \
    "Comptage Brut;"
#define CURVE     ENEDIS "W;30\nHorodate;Valeur\n"
#define KW        "debut;fin;kW\n2023-01-01T00:00:00+01:00;2023-01-01T00:30:00+01:00;\"0,512\"\n"
#define R63       "Identifiant PRM;Grandeur metier;Unite;Horodate;Valeur;Nature;Pas\n"
#define EDF(rest) "R\xe9" "capitulatif de ma consommation\n\n" rest
#define FEED      "<feed xmlns=\"http://naesb.org/espi\">"
#define TYPED                                                                                                \
    "<entry><link rel=\"self\" href=\"T/1\"/><ReadingType><uom>72</uom></ReadingType></entry>"
#define BLOCK(length, value)                                                                                 \
    "<entry><link rel=\"self\" href=\"U/1/MeterReading/1/IntervalBlock/1\"/><IntervalBlock><IntervalReading>" \
    "<timePeriod><duration>" length "</duration><start>1577836800</start></timePeriod><value>" value         \
    "</value></IntervalReading></IntervalBlock></entry></feed>"
#define N3RGY(granularity, unit, values)                                                                     \
    "{\"resource\":\"/1/\",\"granularity\":\"" granularity "\",\"values\":[" values "],\"unit\":\"" unit "\"}"
#define P1 "/ISk5\\2MT382-1000\r\n\r\n"

/* ---- What is a text. */

static const struct {
    const char *name, *text;
    size_t size; /* 0: up to the NUL */
    int code;
    const char *said;
} texts[] = {
    { "empty", "", 0, FAILED, "the file is empty" },
    { "empty lines", "\r\n\r\n\n", 0, FAILED, "nothing but empty lines" },
    { "login page", "<!DOCTYPE html><html><body>Se connecter</body></html>", 0, FAILED, "perhaps the login page" },
    { "bill", "%PDF-1.7\n1 0 obj", 0, FAILED, "it is a PDF" },
    { "gzip", "\x1f\x8b\x08\x00\x00", 5, FAILED, "compressed (gzip)" },
    { "old workbook", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, FAILED, "old Excel workbook" },
    { "UTF-16", "\xff\xfeH\0o\0r\0", 8, FAILED, "text in UTF-16" },
    { "photo of the meter", "\xff\xd8\xff\xe0", 0, FAILED, "it is a picture" },
    { "program", "\x7f" "ELF\2\1\1\0\0", 9, FAILED, "it is not text" },
    { "answer of a site", "{\"error\":\"no_data_found\"}", 0, FAILED, "JSON of a kind" },
    { "other XML", "<?xml version=\"1.0\"?><invoice/>", 0, FAILED, "XML of a kind" },
    { "other table", "a;b\n1;2\n", 0, FAILED, "\"a;b\", which is no heading coopair knows" },
    { "Enedis, cut in its heading", "Identifiant PRM;Type de don", 0, FAILED, "cut short" },
    { "Enedis, no rows", CURVE, 0, FAILED, "without a single reading" },
    { "Enedis, apparent power", ENEDIS "VA;30\nHorodate;Valeur\n2023-01-01T00:30:00+01:00;1\n", 0, FAILED,
      "active energy in W or Wh" },
    { "Enedis, step of 7", ENEDIS "W;7\nHorodate;Valeur\n", 0, FAILED, "a step of \"7\" minutes" },
    { "Enedis, third line lost", ENEDIS "W;30\n2023-01-01T00:30:00+01:00;1\n", 0, FAILED, "line 3 should be" },
    { "Enedis, cut in a number", CURVE "2023-01-01T00:30:00+01:00;100\n2023-01-01T01:00:00+01:00;26", 0, DONE,
      "line 5: the file ends within this line" },
    { "Enedis, absurd numbers", CURVE "2023-01-01T00:30:00+01:00;240001\n", 0, FAILED, "more than 240 kW" },
    { "Enedis, more than absurd", CURVE "2023-01-01T00:30:00+01:00;99999999999999999999999999\n", 0, FAILED,
      "is not a number" },
    { "Enedis, negative", CURVE "2023-01-01T00:30:00+01:00;-5\n", 0, FAILED, "a negative value" },
    { "Enedis, days that are not", CURVE "2023-02-30T00:30:00+01:00;5\n", 0, FAILED, "is not a time" },
    { "Enedis, saved by a spreadsheet", CURVE "01/01/2023 00:30;100\n", 0, FAILED, "is not a time with its offset" },
    { "Enedis, two values for one time",
      CURVE "2023-01-01T00:30:00+01:00;100\n2023-01-01T00:30:00+01:00;200\n", 0, DONE,
      "line 4: line 5 says otherwise" },
    { "Enedis, letters for a terminal", CURVE "2023-01-01T00:30:00+01:00;\x1b[31m5\n", 0, FAILED, "\"?[31m5\"" },
    { "registers without a total", "Identifiant PRM;Type de donnees\n14;Index\nHorodate;EAS F1\n", 0, FAILED,
      "line 3 should name the registers" },
    { "registers of two meters",
      "Identifiant PRM;Type de donnees\n14;Index\nHorodate;EAS T\n2023-01-01T00:00:00+01:00;9000\n"
      "2023-01-02T00:00:00+01:00;9500\n2023-01-03T00:00:00+01:00;20\n",
      0, DONE, "was the meter exchanged?" },
    { "R63 of two meters",
      R63 "14;CONS;W;2023-01-01 00:30:00;1;B;PT30M\n15;CONS;W;2023-01-01 00:30:00;1;B;PT30M\n", 0, FAILED,
      "several meters, 14 and 15" },
    { "an hour that was not", R63 "14;CONS;W;2023-03-26 02:30:00;1;B;PT30M\n", 0, FAILED,
      "the clock leaves this hour out" },
    { "EDF, months", EDF("P\xe9riode de consommation;Consommation (kWh)\n01/2023;3\n"), 0, FAILED,
      "sums of months" },
    { "EDF, one register", EDF("Date de relev\xe9;Type;Index\n01/01/2023;T;3\n"), 0, FAILED, "one reading of the register" },
    { "EDF, no register", EDF("Date de relev\xe9;Index\n01/01/2023;3\n"), 0, FAILED, "no value" },
    { "EDF, a register that is none", EDF("Date de relev\xe9;Type;Index\n01/01/2023;T;3;x\n"), 0, FAILED, "\"x\" is not a number" },
    { "EDF, a register that would overflow",
      EDF("Date de relev\xe9;Type;Index\n01/01/2023;T;999999999999999999\n02/01/2023;T;999999999\n"), 0, FAILED, "is not a number" },
    { "Octopus, half a heading", "Consumption (m\xc2\xb3), Start\n1, 2023-01-01T00:00:00Z\n", 0, FAILED, "line 1 should name" },
    { "Data Connect, cut", "{\"meter_reading\":{\"interval_reading\":[{\"value\":\"1", 0, FAILED,
      "the JSON ends or breaks there" },
    { "Data Connect, a name twice", "{\"meter_reading\":{},\"meter_reading\":{}}", 0, FAILED, "breaks there" },
    { "Data Connect, peaks", "{\"meter_reading\":{\"reading_type\":{\"unit\":\"VA\"}}}", 0, FAILED,
      "the values are \"VA\"" },
    { "n3rgy, days", N3RGY("day", "kWh", "{\"value\":1,\"timestamp\":\"2023-01-01\"}"), 0, FAILED,
      "the granularity is \"day\"" },
    { "n3rgy, electricity by volume", N3RGY("halfhour", "m3", "{\"value\":1,\"timestamp\":\"2023-01-01 00:30\"}"), 0, FAILED,
      "the unit is \"m3\"" },
    { "n3rgy, no numbers", N3RGY("halfhour", "kWh", "{\"value\":{},\"timestamp\":\"2023-01-01 00:30\"}"), 0,
      FAILED, "no value" },
    { "GRDF, a bill",
      "{\"14\":{\"releves\":[{\"dateDebutReleve\":\"2023-01-01T06:00:00+00:00\",\"dateFinReleve\":"
      "\"2023-03-01T06:00:00+00:00\",\"energieConsomme\":9}]}}",
      0, FAILED, "a period of 59 days" },
    { "Green Button, cut", FEED TYPED "<entry><IntervalBl", 0, FAILED, "the XML ends or breaks there" },
    { "Green Button, months", FEED TYPED BLOCK("2678400", "5"), 0, FAILED, "a sum of 31 days" },
    { "Green Button, no unit", FEED BLOCK("3600", "5"), 0, FAILED, "in which unit" },
    { "Green Button, absurd", FEED TYPED BLOCK("3600", "999999999999"), 0, FAILED, "more than 240 kW" },
    { "entities within entities",
      "<?xml version=\"1.0\"?><!DOCTYPE feed [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c "
      "\"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">]>" FEED "<title>&d;&d;&d;</title></feed>",
      0, FAILED, "made to do harm" },
    { "a file of this machine",
      "<!DOCTYPE feed [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" FEED "<title>&a;</title></feed>", 0, FAILED,
      "made to do harm" },
    { "Home Assistant, measurements", "statistic_id\tunit\tstart\tmean\nsensor.t\tC\t01.01.2023 00:00\t7\n", 0,
      FAILED, "not counted energy" },
    { "Home Assistant, one row",
      "statistic_id,unit,start,sum\nsensor.e,kWh,01.01.2023 00:00,7\n", 0, FAILED, "one reading of the register" },
    { "P1, more than a counter has digits for",
      P1 "0-0:1.0.0(170102192002W)\r\n1-0:1.8.1(999999999*kWh)\r\n1-0:1.8.2(999999999*kWh)\r\n!\r\n", 0, FAILED, "has no such digits" },
    { "P1, no time", P1 "1-0:1.8.1(12345.678*kWh)\r\n!\r\n", 0, FAILED, "DSMR 2 and 3 have none" },
    { "P1, a byte altered",
      P1 "1-3:0.2.8(50)\r\n0-0:1.0.0(170102192002W)\r\n1-0:1.8.1(000004.427*kWh)\r\n!6EEE\r\n", 0, FAILED,
      "its checksum is another" },
    { "P1, cut", P1 "1-0:1.8.1(12345.678", 0, FAILED, "cut short" },
    { "TIC, no time", "ADCO 812164417227 D\r\nBASE 000000104 P\r\n", 0, FAILED, "sends no time" },
    { "TIC, disturbed line", "ADCO 812164417227 E\r\nBASE 000000104 P\r\n", 0, FAILED, "checksum of the group" },
    { "quarter hours, one column lost", "household,week_start,q000,q002\nH1,2018-10-29,1,2\n", 0, FAILED,
      "it goes wrong at q00" },
};

/* ---- What is made. */

struct file {
    char *data;
    size_t size;
};

static struct file repeated(const char *head, const char *part, size_t times, const char *tail)
{
    size_t size = strlen(part);
    struct file file = { malloc(strlen(head) + times * size + strlen(tail) + 1), strlen(head) };

    memcpy(file.data, head, file.size);
    for (size_t i = 0; i < times; i++, file.size += size)
        memcpy(file.data + file.size, part, size);
    memcpy(file.data + file.size, tail, strlen(tail));
    file.size += strlen(tail);
    return file;
}

static struct file too_large(void)
{
    return repeated(CURVE, "2023-01-01T00:30:00+01:00;100\n", 600000, "");
}

static struct file endless_line(void)
{
    return repeated(CURVE, "1111111111111111", 900000, "");
}

static struct file endless_nothing(void)
{
    return repeated("", "aaaaaaaaaaaaaaaa", 1000000, "");
}

static struct file endless_rows(void)
{
    return repeated(CURVE, "2023-01-01T00:30:00+01:00;1\n", 590000, "");
}

/* Two bytes a value: seven million of them. */
static struct file many_values(void)
{
    char head[8192] = "household,week_start", row[2048] = "H1,2018-10-29";

    for (unsigned i = 0; i < 672; i++) {
        sprintf(head + strlen(head), ",q%03u", i);
        strcat(row, ",1");
    }
    strcat(head, "\n");
    strcat(row, "\n");
    return repeated(head, row, 11000, "");
}

static struct file json_deep(void)
{
    return repeated("{\"meter_reading\":", "[", 150000, "");
}

static struct file json_many(void)
{
    return repeated("{\"meter_reading\":[", "{},", 2000000, "{}]}");
}

static struct file json_long(void)
{
    return repeated("{\"meter_reading\":\"", "aaaaaaaaaaaaaaaa", 600000, "\"}");
}

static struct file xml_deep(void)
{
    return repeated(FEED, "<entry>", 1000000, "");
}

static struct file xml_long(void)
{
    return repeated(FEED "<title>", "aaaaaaaaaaaaaaaa", 900000, "</title></feed>");
}

static struct file xml_points(void)
{
    return repeated(FEED, "<entry><UsagePoint/></entry>", 100, "</feed>");
}

static struct file many_statistics(void)
{
    struct file file = { malloc(8192), 0 };

    file.size = (size_t)sprintf(file.data, "statistic_id\tunit\tstart\tsum\n");
    for (unsigned i = 0; i < 65; i++)
        file.size += (size_t)sprintf(file.data + file.size, "sensor.e%u\tkWh\t01.01.2023 00:00\t7\n", i);
    return file;
}

static struct file archived(const struct zip_file *files, size_t count)
{
    struct zip zip = zip_write(files, count);

    return (struct file){ (char *)zip.data, zip.size };
}
#define TEXT(text) { (const uint8_t *)text, sizeof text - 1 }
static const struct zip_file good = { "linky.csv", TEXT(KW), true };

static struct file zip_good(void)
{
    return archived(&good, 1);
}

static struct file zip_cut(void)
{
    struct file file = zip_good();

    file.size -= 10;
    return file;
}

static struct file zip_empty(void)
{
    return archived(NULL, 0);
}

static struct file zip_bomb(void)
{
    static uint8_t zeros[15 << 20];

    return archived(&(struct zip_file){ "linky.csv", { zeros, sizeof zeros }, true }, 1);
}

static struct file zip_bombs(void)
{
    struct zip_file files[40];
    static uint8_t text[2 << 20];
    uint32_t seed = 1;

    for (size_t i = 0; i < sizeof text; i++) /* what packs well, but not absurdly */
        text[i] = i % 64 == 0 ? (uint8_t)(seed = seed * 1103515245 + 12345) : '0';
    for (size_t i = 0; i < 40; i++)
        files[i] = (struct zip_file){ "a.csv", { text, sizeof text }, true };
    return archived(files, 40);
}

static struct file zip_many(void)
{
    struct zip_file files[300];

    for (size_t i = 0; i < 300; i++)
        files[i] = good;
    return archived(files, 300);
}

static struct file zip_nested(void)
{
    struct file inner = zip_good();
    struct file outer =
        archived(&(struct zip_file){ "a.zip", { (uint8_t *)inner.data, inner.size }, false }, 1);

    free(inner.data);
    return outer;
}

/* Writes little-endian 16 bits at a place counted from the directory's first entry. */
static struct file zip_changed(size_t at, unsigned value)
{
    struct zip zip = zip_write(&good, 1);

    zip.data[zip.directory + at] = (uint8_t)value;
    zip.data[zip.directory + at + 1] = (uint8_t)(value >> 8);
    return (struct file){ (char *)zip.data, zip.size };
}

static struct file zip_locked(void)
{
    return zip_changed(8, 1);
}

static struct file zip_unknown(void)
{
    return zip_changed(10, 99);
}

static struct file zip_checksum(void)
{
    return zip_changed(16, 7);
}

static struct file zip_outside(void)
{
    return zip_changed(44, 0x7fff);
}

static struct file zip_lost_entry(void)
{
    return zip_changed(0, 0);
}

/* All entries share one packed content, as the best of bombs do. */
static struct file zip_shared(void)
{
    struct zip_file files[20];
    struct zip zip;
    size_t at;

    for (size_t i = 0; i < 20; i++)
        files[i] = (struct zip_file){ "a.csv", TEXT(KW KW KW KW KW KW), true };
    zip = zip_write(files, 20);
    at = zip.directory;
    for (size_t i = 0; i < 20; i++, at += 46 + 5) {
        memset(zip.data + at + 42, 0, 4);                  /* all at the first */
        memcpy(zip.data + at + 20, "\x00\x02\x00\x00", 4); /* and all of 512 bytes */
    }
    return (struct file){ (char *)zip.data, zip.size };
}

static struct file zip_names(void)
{
    return archived(&(struct zip_file){ "../../../../tmp/coopair\x1b[31mwas here", TEXT(KW), true }, 1);
}

static struct file workbook(const char *strings, const char *sheet)
{
    const struct zip_file files[] = {
        { "xl/workbook.xml", TEXT("<workbook/>"), true },
        { "xl/sharedStrings.xml", { (const uint8_t *)strings, strlen(strings) }, true },
        { "xl/worksheets/sheet1.xml", { (const uint8_t *)sheet, strlen(sheet) }, true },
    };

    return archived(files, sheet[0] ? 3 : 2);
}

static struct file workbook_no_sheet(void)
{
    return workbook("<sst/>", "");
}

static struct file workbook_lost_text(void)
{
    return workbook("<sst><si><t>a</t></si></sst>",
                    "<worksheet><sheetData><row r=\"1\"><c t=\"s\"><v>1</v></c></row></sheetData></worksheet>");
}

static struct file workbook_rows_back(void)
{
    return workbook("<sst/>", "<worksheet><sheetData><row r=\"2\"/><row r=\"1\"/></sheetData></worksheet>");
}

static struct file workbook_far_row(void)
{
    return workbook("<sst/>", "<worksheet><sheetData><row r=\"99999999\"/></sheetData></worksheet>");
}

static struct file workbook_entities(void)
{
    return workbook("<!DOCTYPE sst [<!ENTITY a \"b\">]><sst>&a;</sst>", "<worksheet/>");
}

static struct file workbook_cut_xml(void)
{
    return workbook("<sst/>", "<worksheet><sheetData><row r=\"1\"><c");
}

static struct file workbook_other(void)
{
    return workbook("<sst/>", "<worksheet><sheetData><row r=\"1\"><c t=\"inlineStr\"><is><t>Recettes</t></is></c>"
                              "</row></sheetData></worksheet>");
}

static struct file workbook_curve(void)
{
    return workbook("<sst/>", "<worksheet><sheetData><row r=\"1\"><c t=\"inlineStr\"><is><t>Point Reference Mesure "
                              "(PRM) :</t></is></c><c><v>14</v></c><c t=\"inlineStr\"><is><t>Type de comptage :"
                              "</t></is></c><c t=\"inlineStr\"><is><t>Courbe</t></is></c></row></sheetData></worksheet>");
}

static const struct {
    const char *name;
    struct file (*make)(void);
    int code;
    const char *said;
} made[] = {
    { "larger than any export", too_large, FAILED, "too many to be right" },
    { "a line without end", endless_line, FAILED, "no reading can be used" },
    { "a line of nothing", endless_nothing, FAILED, "no heading coopair knows" },
    { "more rows than a home has", endless_rows, FAILED, "more than 400000 readings" },
    { "more values than a home has", many_values, FAILED, "more than 400000 readings" },
    { "JSON within JSON", json_deep, FAILED, "breaks there" },
    { "JSON that would fill the memory", json_many, FAILED, "more JSON than" },
    { "JSON of one word", json_long, FAILED, "more JSON than" },
    { "XML within XML", xml_deep, FAILED, "deeper than any export" },
    { "XML of one word", xml_long, FAILED, "without a single reading" },
    { "more meters than a home has", xml_points, FAILED, "than a home has" },
    { "more statistics than a home has", many_statistics, FAILED, "more than 64 statistics" },
    { "an archive, to compare", zip_good, DONE, "" },
    { "an archive cut short", zip_cut, FAILED, "the download was cut short" },
    { "an archive of nothing", zip_empty, FAILED, "holds no files" },
    { "a bomb", zip_bomb, FAILED, "made to do harm" },
    { "bombs", zip_bombs, FAILED, "made to do harm" },
    { "entries that share their bytes", zip_shared, FAILED, "made to do harm" },
    { "more files than a household's archive", zip_many, FAILED, "more than 256 files" },
    { "an archive in an archive", zip_nested, FAILED, "an archive within another" },
    { "an archive with a password", zip_locked, FAILED, "locked with a password" },
    { "an archive of another kind", zip_unknown, FAILED, "does not read" },
    { "an archive with a byte altered", zip_checksum, FAILED, "damaged inside" },
    { "an archive that points outside itself", zip_outside, FAILED, "points outside itself" },
    { "an archive whose list is damaged", zip_lost_entry, FAILED, "damaged list of contents" },
    { "an archive that climbs out of its folder", zip_names, DONE, "" },
    { "a workbook without a sheet", workbook_no_sheet, FAILED, "has no sheet" },
    { "a workbook that lost a text", workbook_lost_text, FAILED, "a text that is not there" },
    { "a workbook in disorder", workbook_rows_back, FAILED, "not in order" },
    { "a workbook of endless rows", workbook_far_row, FAILED, "not in order" },
    { "a workbook with entities", workbook_entities, FAILED, "made to do harm" },
    { "a workbook cut in its XML", workbook_cut_xml, FAILED, "ends or breaks there" },
    { "a workbook of recipes", workbook_other, FAILED, "Recettes" },
    { "a workbook of the load curve", workbook_curve, FAILED, "\"Courbe de charge\" as CSV" },
};

/* ---- What is said. */

/* The sentence of the file, or of the first row of it that was refused: "line N: reason". */
static void verdict_of(char out[512], json_t *said)
{
    json_t *file = json_array_get(json_object_get(said, "files"), 0);
    json_t *refused = json_array_get(json_object_get(file, "rejected"), 0);
    const char *error = json_string_value(json_object_get(file, "error"));

    if (error)
        snprintf(out, 512, "%s", error);
    else
        snprintf(out, 512, "line %lld: %s", (long long)json_integer_value(json_object_get(refused, "line")),
                 refused ? json_string_value(json_object_get(refused, "reason")) : "");
}

static bool holds(struct program *run, const char *name, const char *data, size_t size, int code, const char *words)
{
    int ended;
    json_t *said = program_import(run, data, size, &ended);
    char verdict[512] = "";
    bool held;

    verdict_of(verdict, said);
    held = ended == code && said && strstr(verdict, words);
    if (!held)
        print_error("%s: exit code %d, \"%s\"; expected %d, \"%s\"\n", name, ended, verdict, code, words);
    json_decref(said);
    return held;
}

static void every_broken_text_has_its_verdict(void **state)
{
    size_t held = 0;

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        held += holds(*state, texts[i].name, texts[i].text, texts[i].size ? texts[i].size : strlen(texts[i].text),
                      texts[i].code, texts[i].said);
    assert_int_equal(held, ARRAY_SIZE(texts));
}

static void every_file_made_to_do_harm_has_its_verdict(void **state)
{
    size_t held = 0;

    for (size_t i = 0; i < ARRAY_SIZE(made); i++) {
        struct file file = made[i].make();

        held += holds(*state, made[i].name, file.data, file.size, made[i].code, made[i].said);
        free(file.data);
        expect_small(*state, made[i].name);
    }
    assert_int_equal(held, ARRAY_SIZE(made));
    assert_true(access("/tmp/coopair\x1b[31mwas here", F_OK) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_broken_text_has_its_verdict, program_up, program_down),
        cmocka_unit_test_setup_teardown(every_file_made_to_do_harm_has_its_verdict, program_up, program_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
