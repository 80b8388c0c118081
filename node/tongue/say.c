/* say.c - see say.h. */
#include "node/tongue/say.h"

#include "node/tongue/local_time.h"
#include "node/tongue/tongue.h"

#include <inttypes.h>
#include <stdio.h>

enum { BAR_WIDTH = 48 };

const char *say_month(unsigned month)
{
    static const char *const names[] = { N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"),
                                         N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec") };

    return _(names[month - 1]);
}

const char *say_kwh(char out[SAY_MAX], uint64_t mwh)
{
    uint64_t wh = mwh / 1000 + (mwh % 1000 >= 500);

    snprintf(out, SAY_MAX, "%" PRIu64 "%c%03u kWh", wh / 1000, tongue_point(), (unsigned)(wh % 1000));
    return out;
}

const char *say_day(char out[SAY_MAX], int64_t utc_s)
{
    struct civil civil;

    civil_of(&civil, utc_s + local_offset_s(utc_s));
    snprintf(out, SAY_MAX, "%u %.12s %u", civil.day, say_month(civil.month), civil.year);
    return out;
}

const char *say_minute(char out[SAY_MAX], int64_t utc_s)
{
    struct civil civil;

    civil_of(&civil, utc_s + local_offset_s(utc_s));
    snprintf(out, SAY_MAX, "%u %.12s %u %02u:%02u", civil.day, say_month(civil.month), civil.year, civil.hour,
             civil.minute);
    return out;
}

void say_chart_line(const char *label, uint64_t mwh, uint64_t most)
{
    char kwh[SAY_MAX], bar[BAR_WIDTH + 1];
    size_t width = most == 0 ? 0 : (size_t)(mwh * BAR_WIDTH / most);

    for (size_t i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < width ? '#' : ' ';
    bar[BAR_WIDTH] = '\0';
    printf("  %-*s %s %15s\n", tongue_width(5, label), label, bar, say_kwh(kwh, mwh));
}
