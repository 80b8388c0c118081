/* words.c - see words.h. Happy path: two units are enough for a person, and numbers are grouped by three.
 * Failure mode: a date that the machine's calendar cannot hold, which is shown as what it is: a number of
 * seconds. */
#include "node/tongue/words.h"

#include "node/tongue/tongue.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void words_date(char out[SAID_MAX], uint64_t time_s)
{
    static const char *const days[] = { N_("Sun"), N_("Mon"), N_("Tue"), N_("Wed"),
                                        N_("Thu"), N_("Fri"), N_("Sat") };
    static const char *const months[] = { N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"),
                                          N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec") };
    time_t t = (time_t)time_s;
    struct tm parts;

    if (time_s > INT64_MAX || localtime_r(&t, &parts) == NULL)
        snprintf(out, SAID_MAX, _("second %llu"), (unsigned long long)time_s);
    else /* not strftime: its names follow a locale that the sentence around does not */
        snprintf(out, SAID_MAX, "%.12s %d %.12s %d, %02d:%02d", _(days[parts.tm_wday]), parts.tm_mday,
                 _(months[parts.tm_mon]), 1900 + parts.tm_year, parts.tm_hour, parts.tm_min);
}

static const struct unit {
    uint64_t seconds;
    const char *one, *many;
} units[] = {
    { 86400, N_(" day"), N_(" days") },
    { 3600, " h", " h" },
    { 60, " min", " min" },
    { 1, " s", " s" },
};
enum { UNITS = sizeof units / sizeof *units };

void words_span(char out[SAID_MAX], uint64_t seconds)
{
    size_t i = 0;

    while (i + 1 < UNITS && seconds < units[i].seconds)
        i++;
    uint64_t count = seconds / units[i].seconds, rest = seconds % units[i].seconds;
    const char *name = count == 1 ? _(units[i].one) : _(units[i].many);
    if (i + 1 == UNITS || rest < units[i + 1].seconds)
        snprintf(out, SAID_MAX, "%" PRIu64 "%s", count, name);
    else
        snprintf(out, SAID_MAX, "%" PRIu64 "%s %" PRIu64 "%s", count, name, rest / units[i + 1].seconds,
                 _(units[i + 1].many));
}

void words_when(char out[SAID_MAX], uint64_t time_s, uint64_t now_s)
{
    char span[SAID_MAX];

    words_span(span, time_s > now_s ? time_s - now_s : now_s - time_s);
    if (time_s == now_s)
        snprintf(out, SAID_MAX, "%.40s", _("now"));
    else if (time_s > now_s)
        snprintf(out, SAID_MAX, _("in %.40s"), span);
    else
        snprintf(out, SAID_MAX, _("%.40s ago"), span);
}

void words_number(char out[SAID_MAX], uint64_t value)
{
    char digits[24];
    size_t size = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, value), used = 0;

    for (size_t i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0)
            out[used++] = ' ';
        out[used++] = digits[i];
    }
    out[used] = '\0';
}

void words_euros(char out[SAID_MAX], uint64_t cents)
{
    char whole[SAID_MAX];

    words_number(whole, cents / 100);
    snprintf(out, SAID_MAX, "%.40s%c%02u %s", whole, tongue_point(), (unsigned)(cents % 100), tongue_euro());
}

void words_bar(char out[SAID_MAX], uint64_t done, uint64_t whole)
{
    uint64_t full =
        whole == 0 || done >= whole ? BAR_WIDTH : (uint64_t)(((double)done / (double)whole) * BAR_WIDTH);

    if (done > 0 && full == 0)
        full = 1;
    out[0] = '[';
    for (size_t i = 0; i < BAR_WIDTH; i++)
        out[1 + i] = i < full ? '#' : '.';
    memcpy(out + 1 + BAR_WIDTH, "]", 2);
}

bool words_span_read(uint64_t *seconds, const char *text, uint64_t most)
{
    static const struct {
        char letter;
        uint64_t seconds;
    } letters[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 7 * 86400 } };
    uint64_t value = 0;
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 10 || text[digits] == '\0' || text[digits + 1] != '\0')
        return false;
    for (size_t i = 0; i < digits; i++)
        value = value * 10 + (uint64_t)(text[i] - '0');
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].letter == text[digits] && value <= most / letters[i].seconds) {
            *seconds = value * letters[i].seconds;
            return true;
        }
    return false;
}
