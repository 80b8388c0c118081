/* import.c - a year of half-hours as Enedis writes it, 17 520 rows: CPU time to readings in order; how many bytes of
 * such a file, of 10 MB, a CPU second reads; and the same of ten years of an account, 20 000 movements, as BoursoBank
 * and as OFX write it. Arguments: a file to read instead.
 *
 * Reference in the same run: the file cut into lines and each line's last number read with strtol, which is
 * what a program that believes everything would do at least. */
#include "node/import/import.h"
#include "node/tongue/local_time.h"
#include "tests/bench/bench.h"
#include "tests/support/file.h"

#include <inttypes.h>
#include <string.h>

enum { YEAR = 17520, LONG = 345000, STEP_S = 1800, FIRST_END_S = 1004569200 };

struct subject {
    struct bytes file;
    int64_t sum;
};

static struct bytes curve(int64_t rows)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        return (struct bytes){ NULL, 0 };
    fputs("Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape "
          "metier;Unite;Pas en minutes\n12345678901234;Courbe de charge;29/07/2022;29/07/2023;Energie "
          "active;Consommation;Comptage Brut;W;\nHorodate;Valeur\n",
          out);
    for (int64_t i = 0, t = FIRST_END_S; i < rows; i++, t += STEP_S) {
        struct civil c;

        civil_of(&c, t + local_offset_s(t));
        fprintf(out, "%04u-%02u-%02uT%02u:%02u:00+%02d:00;%d\n", c.year, c.month, c.day, c.hour, c.minute,
                (int)(local_offset_s(t) / 3600), (int)(100 + i * 7919 % 5000));
    }
    fclose(out);
    return (struct bytes){ (const uint8_t *)text, size };
}

enum { MOVEMENTS = 20000, FIRST_YEAR = 2015 };

static struct bytes account(bool ofx)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        return (struct bytes){ NULL, 0 };
    fputs(ofx ? "OFXHEADER:100\nDATA:OFXSGML\nCHARSET:1252\n\n<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>00001234567"
                "</BANKACCTFROM><BANKTRANLIST>\n"
              : "dateOp;dateVal;label;category;categoryParent;supplierFound;amount;comment;accountNum;accountLabel;accountbalance\n",
          out);
    for (int i = 0; i < MOVEMENTS; i++) {
        int year = FIRST_YEAR + i / 2000, month = i / 167 % 12 + 1, day = i / 6 % 28 + 1, cents = 100 + i * 7919 % 9000;

        if (ofx)
            fprintf(out, "<STMTTRN>\n<TRNTYPE>POS\n<DTPOSTED>%04d%02d%02d\n<TRNAMT>-%d.%02d\n<FITID>%d\n"
                         "<NAME>CARTE SUPERMARCHE NANTES %d\n<MEMO>Alimentation\n</STMTTRN>\n",
                    year, month, day, cents / 100, cents % 100, i, i % 97);
        else
            fprintf(out, "%04d-%02d-%02d;%04d-%02d-%02d;\"CARTE SUPERMARCHE NANTES %d\";\"Alimentation\";\"Alimentation\";"
                         "\"supermarche\";-%d,%02d;;00001234567;BoursoBank;1234.56\n",
                    year, month, day, year, month, day, i % 97, cents / 100, cents % 100);
    }
    fputs(ofx ? "</BANKTRANLIST></STMTRS></OFX>\n" : "", out);
    fclose(out);
    return (struct bytes){ (const uint8_t *)text, size };
}

static bool read_once(void *arg)
{
    struct subject *subject = arg;
    struct failure why = { .text = "" };
    struct import import;
    bool ok = import_read(&import, subject->file, &why) == STATUS_OK;

    subject->sum = import.total_mwh;
    import_clear(&import);
    if (!ok)
        fprintf(stderr, "bench: %s\n", why.text);
    return ok;
}

static bool split_once(void *arg)
{
    struct subject *subject = arg;
    const char *at = (const char *)subject->file.data, *end = at + subject->file.size;

    subject->sum = 0;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        const char *field = memchr(at, ';', (size_t)((line_end ? line_end : end) - at));

        if (field != NULL)
            subject->sum += strtol(field + 1, NULL, 10);
        at = line_end ? line_end + 1 : end;
    }
    return true;
}

static bool measure(const struct bench_options *options, struct bytes file)
{
    struct subject subject = { .file = file };
    double ours, limit, megabytes = (double)file.size / 1e6;

    limit = bench_rate(options, split_once, &subject);
    ours = bench_rate(options, read_once, &subject);
    if (ours <= 0)
        return false;
    bench_emit(options, "coopair", "file", megabytes, "MB");
    bench_emit(options, "coopair", "read", 1000 / ours, "cpu-ms");
    bench_emit(options, "coopair", "read_rate", megabytes * ours, "MB/cpu-s");
    bench_emit(options, "coopair", "energy", (double)subject.sum / 1e6, "kWh");
    bench_emit(options, "limit-lines", "read", 1000 / limit, "cpu-ms");
    return true;
}

static bool bench_account(const struct bench_options *options, const char *name, bool ofx)
{
    struct subject subject = { .file = account(ofx) };
    double megabytes = (double)subject.file.size / 1e6, ours, limit;

    if (subject.file.data == NULL)
        return bench_fail("an account to read");
    limit = bench_rate(options, split_once, &subject);
    ours = bench_rate(options, read_once, &subject);
    if (ours > 0) {
        bench_emit(options, name, "read_rate", ours * megabytes, "MB/cpu-s");
        bench_emit(options, name, "movements", ours * MOVEMENTS, "1/cpu-s");
        bench_emit(options, "limit-lines", name, limit * megabytes, "MB/cpu-s");
    }
    file_free(subject.file);
    return ours > 0;
}

bool bench_import(const struct bench_options *options)
{
    bool given = options->args[0][0] != '\0', ok = true;

    for (size_t i = 0; i < (given ? 1 : 2); i++) {
        struct bytes file = given ? file_load(options->args[0]) : curve(i == 0 ? YEAR : LONG);

        if (file.data == NULL)
            return bench_fail("a file to read");
        ok = measure(options, file) && ok;
        file_free(file);
    }
    return ok && (given || (bench_account(options, "boursobank", false) && bench_account(options, "ofx", true)));
}
