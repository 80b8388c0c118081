/* Companies and homes by their commands, as typed: export, seal, send, show, accept, open; and the exit code
 * of each thing that goes wrong. The homes' nodes are off while a command runs on their folder, which is then
 * opened for that one request. */
#include "node/command/command.h"
#include "node/tender/package.h"
#include "tests/support/small_street.h"

#include <setjmp.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>

static struct nodes street;
static uint8_t round_id[ID_SIZE];
static char work[FOLDER_PATH], output[1 << 16];

/* ---- Typing. */

/* Runs one command with its output kept in `output`. Words that begin with "@" are files in the test's
 * folder. */
static int typed(int (*command)(int, char **), const char *const *words)
{
    static char paths[32][FOLDER_PATH + 64];
    char *argv[33], path[FOLDER_PATH + 16];
    int argc = 0, keep_out = dup(1), keep_err = dup(2), code, fd;
    FILE *file;

    for (; words[argc] != NULL; argc++) {
        if (words[argc][0] == '@')
            snprintf(paths[argc], sizeof paths[argc], "%s/%s", work, words[argc] + 1);
        else
            snprintf(paths[argc], sizeof paths[argc], "%s", words[argc]);
        argv[argc] = paths[argc];
    }
    argv[argc] = NULL;
    snprintf(path, sizeof path, "%s/output", work);
    fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    assert_true(fd >= 0 && keep_out >= 0 && keep_err >= 0);
    fflush(stdout);
    dup2(fd, 1);
    dup2(fd, 2);
    close(fd);
    code = command(argc, argv);
    fflush(stdout);
    dup2(keep_out, 1);
    dup2(keep_err, 2);
    close(keep_out);
    close(keep_err);
    file = fopen(path, "r");
    assert_non_null(file);
    output[fread(output, 1, sizeof output - 1, file)] = '\0';
    fclose(file);
    return code;
}
#define TYPED(command, ...) typed(command, (const char *const[]){ __VA_ARGS__, NULL })

static void expect(int code, int wanted, const char *said)
{
    if (code != wanted || strstr(output, said) == NULL)
        print_error("exit %d, wanted %d and \"%s\" in:\n%s\n", code, wanted, said, output);
    assert_int_equal(code, wanted);
    assert_non_null(strstr(output, said));
}

static void write_file(const char *name, const char *text)
{
    char path[FOLDER_PATH + 64];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", work, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* Changes the byte in the middle. */
static void scribble(const char *name)
{
    char path[FOLDER_PATH + 64];
    FILE *file;
    int byte;

    snprintf(path, sizeof path, "%s/%s", work, name);
    file = fopen(path, "r+");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long middle = ftell(file) / 2;
    fseek(file, middle, SEEK_SET);
    byte = fgetc(file);
    fseek(file, middle, SEEK_SET);
    fputc(byte ^ 1, file);
    fclose(file);
}

static void all_off(void)
{
    for (unsigned i = 0; i < SMALL_HOMES; i++)
        nodes_kill(&street, i);
}

static void all_on(void)
{
    for (unsigned i = 0; i < SMALL_HOMES; i++)
        nodes_start(&street, i);
}

/* ---- Waiting. */

static bool phase_is(struct nodes *n, enum phase phase)
{
    for (unsigned i = 0; i < n->count; i++) {
        const struct season *season = small_season(n, i, round_id);

        if (season == NULL || season->phase != phase)
            return false;
    }
    return true;
}

static bool tender_comes(struct nodes *n)
{
    return phase_is(n, PHASE_TENDER);
}

static bool award_comes(struct nodes *n)
{
    return phase_is(n, PHASE_AWARDED);
}

/* ---- The story, in order. */

static void homes_join_by_command_and_a_tender_comes(void **unused)
{
    static const char *const kilograms[SMALL_HOMES] = { "Pellets=1000", "Pellets=2000", "Pellets=3000" };
    char code[CODE_MAX];

    (void)unused;
    folder_new(work);
    nodes_open(&street, SMALL_HOMES);
    small_found(&street, code, round_id);
    all_off();
    for (unsigned i = 1; i < SMALL_HOMES; i++)
        expect(TYPED(cmd_group, "group", "join", code, "--home", street.list[i].folder), EXIT_DONE,
               "now belongs to");
    expect(TYPED(cmd_group, "group", "join", code, "--home", street.list[1].folder), EXIT_DONE,
           "already belongs to");
    expect(TYPED(cmd_round, "round", "list", "--home", street.list[1].folder), EXIT_DONE, "No round yet");
    all_on();
    assert_true(nodes_until(&street, 5, NULL));
    all_off();
    for (unsigned i = 0; i < SMALL_HOMES; i++) {
        const char *home = street.list[i].folder;

        expect(TYPED(cmd_round, "round", "join", "--home", home, "--no-input"), EXIT_NOT_FOUND,
               "no meter readings");
        expect(TYPED(cmd_round, "round", "join", "--home", home, "--quantity", kilograms[i], "--quantity",
                     "Paid today=1000", "--lot", "1", "--no-input"),
               EXIT_REFUSED, "nothing left, nothing was kept");
        expect(TYPED(cmd_round, "round", "join", "--home", home, "--quantity", kilograms[i], "--quantity",
                     "Paid today=1000", "--lot", "1", "--yes"),
               EXIT_DONE, "In the clear, to the members of the group");
        expect(TYPED(cmd_round, "round", "show", "--home", home), EXIT_DONE,
               "It will join when that box opens: lot 1.");
    }
    expect(TYPED(cmd_tender, "tender", "export", "Pellets, rue des Lilas", "@early", "--home",
                 street.list[0].folder),
           EXIT_PHASE, "not opened yet");
    all_on();
    assert_true(nodes_until(&street, 120, tender_comes));
    all_off();
    expect(TYPED(cmd_round, "round", "show", "--home", street.list[2].folder), EXIT_DONE, "6 000 kg");
    expect(TYPED(cmd_tender, "tender", "show", "--home", street.list[2].folder), EXIT_DONE,
           "coopair bid seal --tender .");
    expect(TYPED(cmd_tender, "tender", "export", "Pellets, rue des Lilas", "@tender", "--home",
                 street.list[0].folder),
           EXIT_DONE, "coopair-verify");
    expect(TYPED(cmd_tender, "tender", "export", "Pellets, rue des Lilas", "@no/such/folder", "--home",
                 street.list[0].folder),
           EXIT_FAILED, "No such file");
}

#define HEADING "lot,from_homes,fixed_eur,EUR/kg Pellets\n"
#define SEAL(tender, prices, company, key, out) \
    TYPED(cmd_bid, "bid", "seal", "--tender", tender, "--prices", prices, "--company", company, "--contact", \
          "sales@example.org", "--key", key, "--out", out)

static void a_bid_is_sealed_only_from_a_true_tender_and_true_prices(void **unused)
{
    struct stat found;
    char path[FOLDER_PATH + 64];

    (void)unused;
    write_file("prices.csv", HEADING "1,2,10,0.3000\n");
    write_file("dear.csv", HEADING "1,2,10,0.3100\n");
    write_file("wrong.csv", HEADING "1,2,10,0.30001\n");
    write_file("none.csv", HEADING "2,2,10,0.3000\n");
    expect(TYPED(cmd_bid, "bid", "seal", "--tender", "@tender"), EXIT_USAGE, "coopair bid seal --help");
    expect(SEAL("@nowhere", "@prices.csv", "Bois", "@a.key", "@a.bid"), EXIT_NOT_FOUND, "nowhere");
    expect(SEAL("@tender", "@nothing.csv", "Bois", "@a.key", "@a.bid"), EXIT_NOT_FOUND, "nothing.csv");
    expect(SEAL("@tender", "@wrong.csv", "Bois", "@a.key", "@a.bid"), EXIT_FAILED, "line 2");
    expect(SEAL("@tender", "@none.csv", "Bois", "@a.key", "@a.bid"), EXIT_FAILED, "not formed");
    expect(SEAL("@tender", "@prices.csv", "B\001s", "@a.key", "@a.bid"), EXIT_FAILED, "printable");
    snprintf(path, sizeof path, "%s/a.key", work);
    assert_int_not_equal(stat(path, &found), 0); /* nothing is made before all is checked */
    expect(SEAL("@tender", "@prices.csv", "Bois SARL", "@a.key", "@a.bid"), EXIT_DONE, "1 830.00 EUR");
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    expect(SEAL("@tender/" PACKAGE_PROOF, "@dear.csv", "Granules", "@b.key", "@b.bid"), EXIT_DONE,
           "1 890.00 EUR");
    chmod(path, 0644);
    expect(SEAL("@tender", "@prices.csv", "Bois SARL", "@a.key", "@a2.bid"), EXIT_REFUSED, "chmod 600");
    chmod(path, 0600);
    scribble("tender/" PACKAGE_JSON);
    expect(SEAL("@tender", "@prices.csv", "Bois SARL", "@a.key", "@a2.bid"), EXIT_FORGED, PACKAGE_JSON);
    scribble("tender/" PACKAGE_JSON);
}

static void any_home_passes_a_bid_on_and_gives_a_receipt(void **unused)
{
    (void)unused;
    expect(TYPED(cmd_bid, "bid", "send", "@a.bid", "--home", street.list[1].folder), EXIT_DONE,
           "Receipt for the company: ");
    expect(TYPED(cmd_bid, "bid", "send", "@a.bid", "--home", street.list[1].folder), EXIT_DONE,
           "had handed it in already");
    expect(TYPED(cmd_bid, "bid", "send", "@b.bid", "--home", street.list[2].folder), EXIT_DONE,
           "Receipt for the company: ");
    expect(TYPED(cmd_bid, "bid", "send", "@prices.csv", "--home", street.list[2].folder), EXIT_FAILED,
           "not a sealed bid");
    expect(TYPED(cmd_bid, "bid", "send", "@nothing", "--home", street.list[2].folder), EXIT_NOT_FOUND,
           "nothing");
    expect(TYPED(cmd_offer, "offer", "show", "--home", street.list[2].folder), EXIT_PHASE, "not opened yet");
    all_on();
    assert_true(nodes_until(&street, 120, award_comes));
    all_off();
}

static void a_home_sees_its_bill_and_says_yes_or_no(void **unused)
{
    const char *home = street.list[0].folder;

    (void)unused;
    expect(TYPED(cmd_round, "round", "show", "--home", home), EXIT_DONE,
           "goes to Bois SARL for 1 830.00 EUR");
    expect(TYPED(cmd_offer, "offer", "show", "--home", home), EXIT_DONE,
           "310.00 EUR  690.00 EUR less than today  << won");
    expect(TYPED(cmd_offer, "offer", "show", "--home", home), EXIT_DONE,
           "320.00 EUR  680.00 EUR less than today");
    expect(TYPED(cmd_offer, "offer", "accept", "--home", home, "--yes"), EXIT_USAGE, "--name and --address");
    expect(TYPED(cmd_offer, "offer", "accept", "--home", home, "--name", "Ada", "--address",
                 "3 rue des Lilas", "--out", "@a.letter", "--no-input"),
           EXIT_REFUSED, "nothing left");
    expect(TYPED(cmd_offer, "offer", "accept", "--home", home, "--name", "Ada\xff", "--address",
                 "3 rue des Lilas", "--out", "@a.letter", "--yes"),
           EXIT_FAILED, "UTF-8");
    expect(TYPED(cmd_offer, "offer", "accept", "--home", home, "--name", "Ada", "--address",
                 "3 rue des Lilas", "--out", "@a.letter", "--yes"),
           EXIT_DONE, "send that file to sales@example.org");
    expect(TYPED(cmd_offer, "offer", "accept", "--home", street.list[1].folder, "--name", "Bob", "--address",
                 "5 rue des Lilas", "--out", "@b.letter", "--yes", "--json"),
           EXIT_DONE, "\"company\":\"Bois SARL\"");
    expect(TYPED(cmd_offer, "offer", "decline", "--home", street.list[2].folder), EXIT_DONE,
           "Nothing left this home");
    expect(TYPED(cmd_offer, "offer", "decline", "--home", home), EXIT_REFUSED, "sales@example.org");
}

static void the_winner_opens_exactly_its_letters(void **unused)
{
    (void)unused;
    expect(TYPED(cmd_bid, "bid", "open", "@a.letter", "--tender", "@tender", "--key", "@a.key"), EXIT_PHASE,
           "is not awarded");
    expect(TYPED(cmd_tender, "tender", "export", "Pellets, rue des Lilas", "@tender", "--home",
                 street.list[2].folder),
           EXIT_DONE, "Written to");
    expect(SEAL("@tender", "@prices.csv", "Late", "@c.key", "@c.bid"), EXIT_PHASE, "takes no bids");
    expect(TYPED(cmd_bid, "bid", "open", "@a.letter", "@b.letter", "--tender", "@tender", "--key", "@a.key"),
           EXIT_DONE, "Lot 1: 2 of 3 homes accept.");
    assert_non_null(strstr(output, "Ada, 3 rue des Lilas"));
    assert_non_null(strstr(output, "Pellets 2000"));
    expect(TYPED(cmd_bid, "bid", "open", "@a.letter", "@a.letter", "--tender", "@tender", "--key", "@a.key"),
           EXIT_DONE, "Lot 1: 1 of 3 homes accept.");
    expect(TYPED(cmd_bid, "bid", "open", "@a.letter", "--tender", "@tender", "--key", "@b.key"), EXIT_FORGED,
           "NOT OPENED");
    expect(TYPED(cmd_bid, "bid", "open", "@a.letter", "--tender", "@tender", "--key", "@no.key"),
           EXIT_NOT_FOUND, "no.key");
    expect(TYPED(cmd_bid, "bid", "open", "@b.letter", "@z.letter", "--tender", "@tender", "--key", "@a.key"),
           EXIT_NOT_FOUND, "Bob, 5 rue des Lilas");
    scribble("a.letter");
    expect(TYPED(cmd_bid, "bid", "open", "@a.letter", "@b.letter", "--tender", "@tender", "--key", "@a.key",
                 "--json"),
           EXIT_FORGED, "\"name\":\"Bob\"");
    assert_non_null(strstr(output, "\"ok\":false"));
    scribble("tender/" PACKAGE_PROOF);
    expect(TYPED(cmd_bid, "bid", "open", "@b.letter", "--tender", "@tender", "--key", "@a.key"), EXIT_FORGED,
           "");
    folder_remove(work);
    nodes_close(&street);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(homes_join_by_command_and_a_tender_comes),
        cmocka_unit_test(a_bid_is_sealed_only_from_a_true_tender_and_true_prices),
        cmocka_unit_test(any_home_passes_a_bid_on_and_gives_a_receipt),
        cmocka_unit_test(a_home_sees_its_bill_and_says_yes_or_no),
        cmocka_unit_test(the_winner_opens_exactly_its_letters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
