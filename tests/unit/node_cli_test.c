/* Options, families, exit codes and whole files: what every command shares. */
#include "tests/support/fault.h"

#include "node/command/command.h"
#include "node/home/whole_file.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>

struct parsed {
    struct cli cli;
    bool flag;
    const char *text;
    uint64_t number;
    int code;
    char *argv[12];
};

/* Parses words separated by spaces. */
static bool parse(struct parsed *p, char *line)
{
    struct cli_option options[] = { { "flag", OPTION_FLAG, &p->flag, "a flag" },
                                    { "text", OPTION_TEXT, &p->text, "WORD  a word" },
                                    { "number", OPTION_NUMBER, &p->number, "N  a number" } };
    int argc = 0;

    *p = (struct parsed){ .cli = { .usage = "coopair round join [OPTIONS] ROUND",
                                   .summary = "Joins.",
                                   .options = options,
                                   .option_count = ARRAY_SIZE(options),
                                   .least = 1,
                                   .most = 2 } };
    p->code = -1;
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
        p->argv[argc++] = word;
    return cli_parse(&p->cli, argc, p->argv, &p->code);
}

static void options_and_arguments_may_be_mixed(void **state)
{
    char line[] = "join a --flag --text=x b --number 12 --json --home /h --yes";
    struct parsed p;

    (void)state;
    assert_true(parse(&p, line));
    assert_true(p.flag && p.cli.json && p.cli.yes && !p.cli.no_input);
    assert_string_equal(p.text, "x");
    assert_int_equal(p.number, 12);
    assert_string_equal(p.cli.home, "/h");
    assert_int_equal(p.cli.arg_count, 2);
    assert_string_equal(p.cli.args[0], "a");
    assert_string_equal(p.cli.args[1], "b");
}

static void what_follows_two_dashes_is_never_an_option(void **state)
{
    char line[] = "join -- --flag -";
    struct parsed p;

    (void)state;
    assert_true(parse(&p, line));
    assert_false(p.flag);
    assert_string_equal(p.cli.args[0], "--flag");
    assert_string_equal(p.cli.args[1], "-");
}

static void a_usage_error_is_exit_code_2_and_help_is_0(void **state)
{
    static const struct {
        const char *line;
        int code;
    } cases[] = {
        { "join", EXIT_USAGE },
        { "join a b c", EXIT_USAGE },
        { "join a --nothing", EXIT_USAGE },
        { "join a --flags", EXIT_USAGE },
        { "join a --flag=1", EXIT_USAGE },
        { "join a --text", EXIT_USAGE },
        { "join a --number -1", EXIT_USAGE },
        { "join a --number 1x", EXIT_USAGE },
        { "join a --number 18446744073709551616", EXIT_USAGE },
        { "join a -x", EXIT_USAGE },
        { "join --help", EXIT_DONE },
        { "join a b c -h", EXIT_DONE },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char line[80];
        struct parsed p;

        snprintf(line, sizeof line, "%s", cases[i].line);
        print_message("%s\n", cases[i].line);
        assert_false(parse(&p, line));
        assert_int_equal(p.code, cases[i].code);
    }
}

static int say_count(int argc, char **argv)
{
    assert_string_equal(argv[0], "list");
    return 40 + argc;
}

static void a_family_runs_the_command_named_and_lists_itself_otherwise(void **state)
{
    static const struct command table[] = { { "list", say_count, "lists" } };
    char family[] = "group", list[] = "list", more[] = "more", wrong[] = "lst", help[] = "--help";
    char *run[] = { family, list, more, NULL }, *unknown[] = { family, wrong, NULL },
         *asked[] = { family, help, NULL };

    (void)state;
    assert_int_equal(cli_family("coopair group", table, 1, 3, run), 42);
    assert_int_equal(cli_family("coopair group", table, 1, 2, unknown), EXIT_USAGE);
    assert_int_equal(cli_family("coopair group", table, 1, 1, unknown), EXIT_USAGE);
    assert_int_equal(cli_family("coopair group", table, 1, 2, asked), EXIT_DONE);
}

static void each_status_has_its_documented_exit_code(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(STATUS_OK), 0);
    assert_int_equal(exit_code_of(STATUS_DISK), 1);
    assert_int_equal(exit_code_of(STATUS_EXISTS), 1);
    assert_int_equal(exit_code_of(STATUS_MISSING), 4);
    assert_int_equal(exit_code_of(STATUS_DENIED), 5);
    assert_int_equal(exit_code_of(STATUS_FORGED), 7);
    assert_int_equal(exit_code_of(STATUS_EARLY), 8);
    assert_int_equal(exit_code_of(STATUS_BUSY), 75);
}

static void a_question_nobody_can_answer_counts_as_no(void **state)
{
    struct cli cli = { .no_input = true }, sure = { .yes = true };

    (void)state;
    assert_false(cli_confirm(&cli, "Send %d figures?", 3));
    assert_true(cli_confirm(&sure, "Send %d figures?", 3));
}

static char dir[FOLDER_PATH];

static int folder_up(void **state)
{
    (void)state;
    folder_new(dir);
    return 0;
}

static int folder_down(void **state)
{
    (void)state;
    folder_remove(dir);
    return 0;
}

static struct bytes bytes_of(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static void a_file_is_read_whole_up_to_its_bound(void **state)
{
    char path[128], *data;
    static uint8_t large[200000];
    struct failure why;
    struct stat found;
    size_t size;

    (void)state;
    snprintf(path, sizeof path, "%s/file", dir);
    memset(large, 'x', sizeof large);
    assert_int_equal(whole_file_write(path, BYTES(large), 0600, &why), STATUS_OK);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    assert_int_equal(whole_file_read(&data, &size, path, sizeof large, &why), STATUS_OK);
    assert_int_equal(size, sizeof large);
    assert_memory_equal(data, large, sizeof large);
    assert_int_equal(data[size], '\0');
    free(data);
    assert_int_equal(whole_file_read(&data, &size, path, sizeof large - 1, &why), STATUS_FULL);
    assert_null(data);
    assert_int_equal(whole_file_read(&data, &size, "/nowhere/at/all", 10, &why), STATUS_MISSING);
    assert_int_equal(whole_file_read(&data, &size, dir, 10, &why), STATUS_DISK);
}

static void a_file_is_replaced_whole_or_not_at_all_whatever_fails(void **state)
{
    char path[128], *data;
    struct failure why;
    enum status status;
    bool fired = true;
    size_t size;

    (void)state;
    snprintf(path, sizeof path, "%s/precious", dir);
    for (long k = 1; fired; k++) {
        assert_int_equal(whole_file_write(path, bytes_of("before"), 0644, NULL), STATUS_OK);
        fault_arm(FAULT_MEMORY | FAULT_DISK, k, false);
        status = whole_file_write(path, bytes_of("afterwards"), 0644, &why);
        fired = fault_disarm();
        assert_int_equal(whole_file_read(&data, &size, path, 100, NULL), STATUS_OK);
        assert_true(strcmp(data, "afterwards") == 0 || (status != STATUS_OK && strcmp(data, "before") == 0));
        free(data);
        assert_true(status == STATUS_OK || fired);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_arguments_may_be_mixed),
        cmocka_unit_test(what_follows_two_dashes_is_never_an_option),
        cmocka_unit_test(a_usage_error_is_exit_code_2_and_help_is_0),
        cmocka_unit_test(a_family_runs_the_command_named_and_lists_itself_otherwise),
        cmocka_unit_test(each_status_has_its_documented_exit_code),
        cmocka_unit_test(a_question_nobody_can_answer_counts_as_no),
        cmocka_unit_test(a_file_is_read_whole_up_to_its_bound),
        cmocka_unit_test(a_file_is_replaced_whole_or_not_at_all_whatever_fails),
    };

    return cmocka_run_group_tests(tests, folder_up, folder_down);
}
