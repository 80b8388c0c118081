/* cmd_journal.c - coopair journal: what left this house, to whom and why. */
#include "node/command/command.h"
#include "node/tender/tender.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

static void say_line(json_t *line)
{
    const char *text = json_string_value(json_object_get(line, "text"));
    char date[SAID_MAX], clean[WORDS_MAX];

    words_date(date, (uint64_t)json_integer_value(json_object_get(line, "time_ms")) / 1000);
    tender_clean(clean, sizeof clean, text ? text : "");
    printf("%s  %s\n", date, clean);
}

/* Adds the lines of a page to those of the first. *next: where the following one begins, 0 after the last. */
static int journal_page(const struct cli *cli, json_t *lines, json_int_t *next)
{
    json_t *reply;
    int code = cli_ask(cli, "journal", json_pack("{s:I}", "from", *next), &reply);

    if (code)
        return code;
    json_array_extend(lines, json_object_get(reply, "lines"));
    *next = json_integer_value(json_object_get(reply, "next"));
    json_decref(reply);
    return EXIT_DONE;
}

int cmd_journal(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair journal [OPTIONS]",
        .summary =
            N_("Lists what left this house, to whom and why, oldest first. Nothing is ever taken out of it."),
    };
    json_t *lines, *line;
    json_int_t next = 1;
    size_t i;
    int code = EXIT_DONE;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    lines = json_array();
    while (next > 0 && code == EXIT_DONE)
        code = journal_page(&cli, lines, &next);
    if (code) {
        json_decref(lines);
        return code;
    }
    if (cli.json)
        return cli_json(json_pack("{s:i, s:b, s:o}", "v", 1, "ok", 1, "lines", lines));
    if (json_array_size(lines) == 0)
        puts(_("Nothing has left this house."));
    json_array_foreach(lines, i, line) say_line(line);
    json_decref(lines);
    return EXIT_DONE;
}
