/* tongue.c - see tongue.h. glibc looks nothing up in the locale "C", and ignores LANGUAGE in it; "C.UTF-8" is
 * on every machine, and in it LANGUAGE alone decides. */
#include "node/tongue/tongue.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DOMAIN "coopair"
enum { PATH_ROOM = 4096 };

extern int _nl_msg_cat_cntr; /* the gettext manual, "Being a gettext grok": one more, and what was found is
                                forgotten */

static enum tongue current = TONGUE_ENGLISH;

/* Beside the program, as in a build; above it, as for its tests; or under the prefix it was installed to. */
static void bind(void)
{
    static const char *const places[] = { "locale", "../locale", "../share/locale" };
    char program[PATH_ROOM], path[PATH_ROOM + 64], catalogue[PATH_ROOM + 128];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    char *slash;

    if (size <= 0)
        return;
    program[size] = '\0';
    slash = strrchr(program, '/');
    if (!slash)
        return;
    *slash = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, sizeof path, "%s/%s", program, places[i]);
        snprintf(catalogue, sizeof catalogue, "%s/fr/LC_MESSAGES/" DOMAIN ".mo", path);
        if (access(catalogue, R_OK) == 0) {
            bindtextdomain(DOMAIN, path);
            return;
        }
    }
}

void tongue_set(enum tongue tongue)
{
    static bool bound;

    if (tongue == current)
        return;
    current = tongue;
    if (!bound)
        bind();
    bound = true;
    bind_textdomain_codeset(DOMAIN, "UTF-8");
    textdomain(DOMAIN);
    if (tongue != TONGUE_ENGLISH)
        setenv("LANGUAGE", tongue_name(tongue), 1);
    setlocale(LC_MESSAGES, tongue == TONGUE_ENGLISH ? "C" : "C.UTF-8");
    _nl_msg_cat_cntr++;
}

enum tongue tongue_now(void)
{
    return current;
}

bool tongue_of_name(enum tongue *out, const char *name)
{
    size_t size = strcspn(name, "_.@");

    if (size != 2)
        return false;
    for (int i = 0; i < TONGUES; i++)
        if (strncmp(name, tongue_name((enum tongue)i), size) == 0) {
            *out = (enum tongue)i;
            return true;
        }
    return false;
}

const char *tongue_name(enum tongue tongue)
{
    return tongue == TONGUE_FRENCH ? "fr" : "en";
}

enum tongue tongue_of_locale(void)
{
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
    enum tongue tongue = TONGUE_ENGLISH;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);

        if (value && value[0]) { /* the first that is set decides, as for every program */
            tongue_of_name(&tongue, value);
            break;
        }
    }
    return tongue;
}

char tongue_point(void)
{
    return current == TONGUE_FRENCH ? ',' : '.';
}

const char *tongue_euro(void)
{
    return current == TONGUE_FRENCH ? "\xe2\x82\xac" : "EUR";
}

size_t tongue_columns(const char *text)
{
    size_t columns = 0;

    for (; *text; text++)
        columns += ((unsigned char)*text & 0xc0) != 0x80;
    return columns;
}

int tongue_width(int columns, const char *text)
{
    return columns + (int)(strlen(text) - tongue_columns(text));
}
