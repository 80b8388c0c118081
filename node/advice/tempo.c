/* tempo.c - see tempo.h. The calendar is a list of the white and the red days of each season, from 1
 * September; all others of a known season were blue. Source: RTE, calendar of the Tempo supply offer (Licence
 * Ouverte 2.0), as read in 2023. The last season ran out of white and red days on 12 June 2023, so its rest
 * was blue.
 *
 * Failure mode: a day of which nothing is known, which stays unknown: its cost cannot be guessed, a red day
 * is five times a blue one. */
#include "node/advice/tempo.h"

#include "node/advice/calendar.h"
#include "node/tongue/local_time.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

/* Month times 100 and day. */
static const uint16_t white_2014[] = {
    1201, 1202, 1203, 1205, 1206, 1208, 1209, 1210, 1211, 1215, 1216, 1217, 1226, 101, 102,
    108,  112,  113,  114,  116,  117,  124,  128,  129,  130,  131,  207,  212,  213, 216,
    217,  218,  219,  224,  225,  304,  305,  316,  323,  324,  325,  326,  407,
};
static const uint16_t red_2014[] = {
    1204, 1229, 1230, 1231, 105, 106, 107, 119, 120, 121, 122,
    123,  126,  127,  202,  203, 204, 205, 206, 209, 210, 211,
};
static const uint16_t white_2015[] = {
    1123, 1124, 1125, 1126, 1127, 1202, 1203, 1209, 1210, 1211, 1214, 104, 105, 106, 107,
    111,  112,  116,  123,  125,  126,  128,  129,  202,  203,  204,  209, 222, 223, 301,
    302,  303,  304,  305,  307,  308,  309,  310,  311,  314,  315,  316, 317,
};
static const uint16_t red_2015[] = {
    108, 113, 114, 115, 118, 119, 120, 121, 122, 205, 210,
    211, 212, 215, 216, 217, 218, 219, 224, 225, 226, 229,
};
static const uint16_t white_2016[] = {
    1107, 1108, 1114, 1128, 1203, 1205, 1206, 1207, 1208, 1209, 1213, 1214, 1215, 1216, 1220,
    1221, 1228, 1229, 1230, 1231, 107,  109,  110,  111,  112,  113,  114,  121,  123,  127,
    128,  130,  207,  208,  209,  210,  307,  322,  323,  420,  425,  426,  427,
};
static const uint16_t red_2016[] = {
    1129, 1130, 1201, 1202, 1212, 102, 103, 104, 105, 106, 116,
    117,  118,  119,  120,  124,  125, 126, 327, 329, 330, 331,
};
static const uint16_t white_2017[] = {
    1128, 1129, 1130, 1202, 1204, 1206, 1207, 1208, 1209, 1211, 1212, 1215, 1216, 1218, 1221,
    1228, 108,  109,  110,  113,  115,  116,  119,  122,  123,  124,  125,  131,  203,  210,
    215,  216,  221,  222,  223,  224,  301,  302,  305,  306,  319,  320,  321,
};
static const uint16_t red_2017[] = {
    1201, 1205, 1219, 1220, 111, 112, 126, 129, 130, 201, 202,
    205,  206,  207,  208,  209, 212, 213, 214, 226, 227, 228,
};
static const uint16_t white_2018[] = {
    1120, 1121, 1122, 1123, 1126, 1210, 1215, 1217, 1218, 1219, 1226, 1227, 1228, 1229, 1231,
    102,  105,  112,  114,  116,  117,  119,  128,  130,  131,  201,  205,  206,  211,  212,
    213,  219,  318,  319,  320,  321,  326,  327,  403,  404,  408,  416,  506,
};
static const uint16_t red_2018[] = {
    1211, 1212, 1213, 1214, 103, 104, 107, 108, 109, 110, 111,
    115,  118,  121,  122,  123, 124, 125, 129, 204, 328, 329,
};
static const uint16_t white_2019[] = {
    1114, 1115, 1118, 1119, 1120, 1121, 1202, 1203, 1206, 1210, 1211, 1230, 1231, 101, 102, 103,
    104,  108,  110,  113,  115,  117,  118,  125,  127,  128,  204,  207,  212,  214, 218, 220,
    221,  226,  227,  309,  313,  316,  317,  326,  327,  330,  331,  602,  603,  608, 609,
};
static const uint16_t red_2019[] = {
    1204, 1205, 106, 107, 120, 121, 122, 123, 124, 129, 205, 206, 219, 302, 303, 304, 305, 306,
};
static const uint16_t white_2020[] = {
    1123, 1124, 1125, 1126, 1130, 1201, 1203, 1204, 1205, 1210, 1211, 1215, 1217, 1228, 1229,
    1230, 101,  102,  109,  114,  116,  119,  122,  123,  201,  204,  205,  212,  213,  215,
    216,  304,  308,  309,  315,  316,  317,  318,  319,  322,  323,  324,  406,
};
static const uint16_t red_2020[] = {
    1202, 1207, 1208, 1209, 1231, 104, 105, 106, 107, 108, 111,
    112,  113,  115,  118,  125,  126, 127, 208, 209, 210, 211,
};
static const uint16_t white_2021[] = {
    1123, 1124, 1125, 1126, 1130, 1201, 1202, 1203, 1206, 1207, 1208, 1209, 1211, 1216,
    1217, 105,  107,  115,  122,  128,  131,  202,  203,  207,  208,  209,  210,  211,
    223,  225,  228,  301,  302,  303,  307,  308,  404,  405,  406,  530,  531,  601,
};
static const uint16_t red_2021[] = {
    1129, 1213, 1214, 1215, 1220, 1221, 1222, 106, 110, 111, 112,
    113,  114,  117,  118,  119,  120,  121,  124, 125, 126, 127,
};
static const uint16_t white_2022[] = {
    1129, 1130, 1201, 1202, 1205, 1206, 1207, 1209, 1210, 1215, 1216, 1217, 116, 121, 128,
    201,  202,  203,  204,  211,  213,  214,  215,  216,  222,  223,  224,  227, 228, 303,
    306,  307,  404,  405,  406,  407,  413,  425,  426,  607,  608,  609,  612,
};
static const uint16_t red_2022[] = {
    1208, 1212, 1213, 1214, 117, 118, 119, 120, 123, 124, 125,
    126,  127,  130,  131,  206, 207, 208, 209, 210, 301, 302,
};

#define SEASON(year)                                                                \
    {                                                                               \
        year, white_##year, sizeof white_##year / sizeof *white_##year, red_##year, \
            sizeof red_##year / sizeof *red_##year                                  \
    }
enum { SEASON_FROM = 9, YEAR_FIRST = 2014 }; /* September */
static const struct season {
    unsigned year; /* in which it began */
    const uint16_t *white;
    size_t white_count;
    const uint16_t *red;
    size_t red_count;
} seasons[] = {
    SEASON(2014), SEASON(2015), SEASON(2016), SEASON(2017), SEASON(2018),
    SEASON(2019), SEASON(2020), SEASON(2021), SEASON(2022),
};

static int64_t day_at(unsigned year, unsigned month, unsigned day)
{
    struct civil civil = { year, month, day, 0, 0, 0 };
    int64_t local_s = 0;
    bool exists = civil_seconds(&local_s, &civil);

    assert(exists);
    return local_s / CALENDAR_DAY_S;
}

static void season_days(struct tempo *tempo, unsigned year, const uint16_t *days, size_t count,
                        enum tempo_colour colour)
{
    for (size_t i = 0; i < count; i++) {
        unsigned month = days[i] / 100u;
        unsigned then = month >= SEASON_FROM ? year : year + 1;
        bool known = tempo_set(tempo, day_at(then, month, days[i] % 100u), colour);

        assert(known);
    }
}

void tempo_init(struct tempo *tempo)
{
    memset(tempo, 0, sizeof *tempo);
    tempo->first_day = day_at(YEAR_FIRST, SEASON_FROM, 1);
    for (size_t i = 0; i < sizeof seasons / sizeof *seasons; i++) {
        const struct season *s = &seasons[i];

        for (int64_t d = day_at(s->year, SEASON_FROM, 1); d < day_at(s->year + 1, SEASON_FROM, 1); d++)
            tempo_set(tempo, d, TEMPO_BLUE);
        season_days(tempo, s->year, s->white, s->white_count, TEMPO_WHITE);
        season_days(tempo, s->year, s->red, s->red_count, TEMPO_RED);
    }
}

enum tempo_colour tempo_colour(const struct tempo *tempo, int64_t day)
{
    uint64_t place = (uint64_t)(day - tempo->first_day); /* huge for an earlier day */

    return place < TEMPO_DAYS_MAX ? (enum tempo_colour)tempo->colours[place] : TEMPO_UNKNOWN;
}

bool tempo_set(struct tempo *tempo, int64_t day, enum tempo_colour colour)
{
    uint64_t place = (uint64_t)(day - tempo->first_day);

    if (place >= TEMPO_DAYS_MAX)
        return false;
    tempo->colours[place] = (uint8_t)colour;
    return true;
}

bool tempo_colour_read(enum tempo_colour *out, const char *text)
{
    static const struct {
        const char *word;
        enum tempo_colour colour;
    } words[] = { { "blue", TEMPO_BLUE },   { "bleu", TEMPO_BLUE },   { "1", TEMPO_BLUE },
                  { "white", TEMPO_WHITE }, { "blanc", TEMPO_WHITE }, { "2", TEMPO_WHITE },
                  { "red", TEMPO_RED },     { "rouge", TEMPO_RED },   { "3", TEMPO_RED } };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(words[i].word, text) == 0) {
            *out = words[i].colour;
            return true;
        }
    }
    return false;
}
