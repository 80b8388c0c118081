/* cli_say.c - how a command ends and what it asks: exit codes, failures, JSON, yes or no.
 *
 * Results go to stdout, sentences to stderr. A sentence may quote a stranger (a title, a file name), so it is
 * cleaned of what a terminal would obey. */
#include "node/command/command.h"
#include "node/serve/serve.h"
#include "node/tender/tender.h"
#include "node/tongue/failure_words.h"
#include "node/tongue/tongue.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int exit_code_of(enum status status)
{
    switch (status) {
    case STATUS_OK:
        return EXIT_DONE;
    case STATUS_FORGED:
        return EXIT_FORGED;
    case STATUS_MISSING:
        return EXIT_NOT_FOUND;
    case STATUS_BUSY:
        return EXIT_TRY_AGAIN;
    case STATUS_DENIED:
        return EXIT_REFUSED;
    case STATUS_EARLY:
        return EXIT_PHASE;
    case STATUS_NOMEM:
    case STATUS_MALFORMED:
    case STATUS_FULL:
    case STATUS_DISK:
    case STATUS_EXISTS:
    case STATUS_VERSION:
        return EXIT_FAILED;
    }
    assert(false);
    return EXIT_FAILED;
}

int cli_json(json_t *reply)
{
    bool written =
        reply && json_dumpf(reply, stdout, JSON_COMPACT) == 0 && putchar('\n') != EOF && fflush(stdout) == 0;

    json_decref(reply);
    if (written)
        return EXIT_DONE;
    fputs(_("coopair: the answer could not be written to standard output\n"), stderr);
    return EXIT_FAILED;
}

int cli_fail(const struct cli *cli, enum status status, const struct failure *why)
{
    char clean[WORDS_MAX];

    tender_clean(clean, sizeof clean, why && why->text[0] ? failure_words(why).text : _(status_text(status)));
    if (cli && cli->json)
        cli_json(json_pack("{s:i, s:b, s:s, s:s}", "v", 1, "ok", 0, "status", status_name(status), "error",
                           clean));
    else
        fprintf(stderr, _("coopair: %s\n"), clean);
    return exit_code_of(status);
}

bool cli_confirm(const struct cli *cli, const char *format, ...)
{
    char question[1024], clean[WORDS_MAX], answer[16];
    va_list args;

    if (cli->yes)
        return true;
    va_start(args, format);
    vsnprintf(question, sizeof question, format, args);
    va_end(args);
    tender_clean(clean, sizeof clean, question);
    if (cli->no_input || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        fprintf(stderr, _("coopair: not confirmed: %s (add --yes to say yes)\n"), clean);
        return false;
    }
    fprintf(stderr, _("%s [y/N] "), clean);
    if (!fgets(answer, sizeof answer, stdin))
        return false;
    answer[strcspn(answer, "\r\n")] = '\0';
    return strcmp(answer, "y") == 0 || strcmp(answer, "yes") == 0 || strcmp(answer, "Y") == 0 ||
           strcmp(answer, "o") == 0 || strcmp(answer, "oui") == 0;
}
