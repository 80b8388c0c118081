/* demo_story.c - how the demo is told: steps, sentences, and one line of progress that a terminal rewrites in place. With --json all of it
 * goes to standard error, so that standard output is the one object at the end. */
#include "node/demo/demo.h"
#include "node/tongue/tongue.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static FILE *where(const struct demo *demo)
{
    return demo->json ? stderr : stdout;
}

static bool rewrites(const struct demo *demo)
{
    const char *term = getenv("TERM");

    return isatty(fileno(where(demo))) && term != NULL && strcmp(term, "dumb") != 0;
}

static uint64_t monotonic_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t demo_elapsed_ms(const struct demo *demo)
{
    return monotonic_ms() - demo->begun_ms;
}

static void wipe_progress(const struct demo *demo)
{
    if (rewrites(demo))
        fputs("\r\033[K", where(demo));
}

void demo_step(struct demo *demo, unsigned number, const char *title)
{
    wipe_progress(demo);
    fprintf(where(demo), "\n%u. %s\n", number, title);
    fflush(where(demo));
}

void demo_say(struct demo *demo, const char *format, ...)
{
    va_list args;

    wipe_progress(demo);
    fprintf(where(demo), "%5.1f s  ", (double)demo_elapsed_ms(demo) / 1000);
    va_start(args, format);
    vfprintf(where(demo), format, args);
    va_end(args);
    fputc('\n', where(demo));
    fflush(where(demo));
}

void demo_progress(struct demo *demo, const char *format, ...)
{
    va_list args;

    if (!rewrites(demo))
        return;
    fprintf(where(demo), "\r\033[K   [%3u s] ", (unsigned)(demo_elapsed_ms(demo) / 1000));
    va_start(args, format);
    vfprintf(where(demo), format, args);
    va_end(args);
    fflush(where(demo));
}

bool demo_fail(struct demo *demo, const char *format, ...)
{
    va_list args;

    wipe_progress(demo);
    fputs(_("coopair demo: "), stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return false;
}
