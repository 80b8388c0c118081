/* green_button.c - Green Button (NAESB ESPI 1.1 and 3.x, Atom): what North American suppliers let their
 * customers download.
 *
 * The feed is a list of entries that refer to each other by links: an IntervalBlock lies under a MeterReading,
 * which lies under a UsagePoint (electricity, gas) and names its ReadingType (unit, power of ten, direction).
 * They come in any order, so readings are kept as written until the end. Stamps are seconds UTC. San Diego
 * (SDG&E) writes the wall clock of its customers as if it were UTC and says so by an offset of 0; its files name
 * their style sheet, and are put right. Failure modes: readings without a ReadingType, or of another unit than
 * energy, power or heat, are refused once for each MeterReading; sums of months one by one. */
#include "node/tongue/local_time.h"
#include "node/import/rows.h"
#include "node/import/xml.h"
#include "node/tongue/tongue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HREF_MAX = 160,
    LINKS_MAX = 8,
    NODES_MAX = 64, /* of a kind: a home has a handful */
    KIND_GAS = 1,
    FLOW_REVERSE = 19,
    POWER_MAX = 12,
    MONTH_LEAST_S = 86400 + 3600, /* longer than any day */
    DAY_S = 86400
};
enum entry_kind { ENTRY_OTHER, ENTRY_POINT, ENTRY_METER, ENTRY_TYPE, ENTRY_BLOCK };

/* What an entry said of itself. Only what its kind has is set. */
struct node {
    char self[HREF_MAX];
    char related[LINKS_MAX][HREF_MAX];
    size_t related_count;
    enum entry_kind kind;
    unsigned service;                     /* of a point: 0 electricity, 1 gas */
    unsigned unit, flow, behaviour;       /* of a type, as ESPI numbers them */
    int power;                            /* of ten */
    int64_t length_s;
};
struct nodes {
    struct node *list;
    size_t count;
};
struct interval {
    int64_t start_s, length_s, value;
    uint64_t number;
    unsigned block; /* index of the MeterReading it lies under */
};
struct feed {
    struct import *import;
    struct failure *why;
    struct rows rows; /* of the memory, until the end */
    struct node entry;
    struct nodes points, meters, types;
    char (*blocks)[HREF_MAX];
    size_t block_count;
    struct interval *list, reading;
    size_t count, room, entry_from;
    uint64_t number;
    bool in_reading, in_type, san_diego, valued;
    const char *refused;
};

/* ---- Reading the feed. */

static bool feed_stop(struct feed *feed, const char *refused)
{
    feed->refused = refused;
    return false;
}

static void href_copy(char out[HREF_MAX], const char *href)
{
    size_t size = strlen(href);

    while (size > 0 && href[size - 1] == '/')
        size--;
    text_copy(out, HREF_MAX, (struct bytes){ (const uint8_t *)href, size });
}

static void link_add(struct node *entry, const char *relation, const char *href)
{
    if (strcmp(relation, "self") == 0)
        href_copy(entry->self, href);
    else if (strcmp(relation, "related") == 0 && entry->related_count < LINKS_MAX)
        href_copy(entry->related[entry->related_count++], href);
}

static bool element_begins(void *arg, const char *name, const char **attributes)
{
    static const struct {
        const char *name;
        enum entry_kind kind;
    } kinds[] = { { "UsagePoint", ENTRY_POINT },
                  { "MeterReading", ENTRY_METER },
                  { "ReadingType", ENTRY_TYPE },
                  { "IntervalBlock", ENTRY_BLOCK } };
    struct feed *feed = arg;

    if (strcmp(name, "entry") == 0) {
        memset(&feed->entry, 0, sizeof feed->entry);
        feed->entry_from = feed->count;
    } else if (strcmp(name, "link") == 0) {
        link_add(&feed->entry, xml_attribute(attributes, "rel"), xml_attribute(attributes, "href"));
    } else if (strcmp(name, "IntervalReading") == 0) {
        feed->in_reading = true;
        feed->valued = false;
        feed->reading = (struct interval){ .start_s = -1, .number = ++feed->number };
    }
    for (size_t i = 0; i < ARRAY_SIZE(kinds) && feed->entry.kind == ENTRY_OTHER; i++) {
        if (strcmp(name, kinds[i].name) == 0)
            feed->entry.kind = kinds[i].kind;
    }
    return true;
}

static bool reading_add(struct feed *feed)
{
    feed->in_reading = false;
    if (!feed->valued || feed->reading.start_s < 0)
        feed->reading.length_s = -1; /* refused by its number, at the end */
    if (feed->count == feed->room) {
        size_t room = feed->room == 0 ? 4096 : 2 * feed->room;
        struct interval *larger = rows_more(&feed->rows, feed->list, feed->count, room * sizeof *larger);

        if (!larger)
            return false;
        feed->list = larger;
        feed->room = room;
    }
    feed->list[feed->count++] = feed->reading;
    return true;
}

/* One more of a list; NULL: out of memory. */
static void *one_more(struct feed *feed, void *list, size_t count, size_t size)
{
    void *larger = realloc(list, (count + 1) * size);

    if (!larger)
        feed->rows.status = failure_say(feed->why, STATUS_NOMEM, _("out of memory for the file"));
    return larger;
}

/* The part of a block's own link that is its MeterReading. */
static bool block_end(struct feed *feed)
{
    char *cut = strstr(feed->entry.self, "/IntervalBlock");
    size_t block = 0;

    if (cut)
        *cut = '\0';
    while (block < feed->block_count && strcmp(feed->blocks[block], feed->entry.self) != 0)
        block++;
    if (block == NODES_MAX)
        return feed_stop(feed, _("more meter readings than a home has"));
    if (block == feed->block_count) {
        void *larger = one_more(feed, feed->blocks, block, sizeof *feed->blocks);

        if (!larger)
            return false;
        feed->blocks = larger;
        memcpy(feed->blocks[feed->block_count++], feed->entry.self, HREF_MAX);
    }
    for (size_t i = feed->entry_from; i < feed->count; i++)
        feed->list[i].block = (unsigned)block;
    return true;
}

static bool node_add(struct feed *feed, struct nodes *nodes)
{
    struct node *larger;

    if (nodes->count == NODES_MAX)
        return feed_stop(feed, _("more meters or kinds of readings than a home has"));
    larger = one_more(feed, nodes->list, nodes->count, sizeof *larger);
    if (!larger)
        return false;
    nodes->list = larger;
    nodes->list[nodes->count++] = feed->entry;
    return true;
}

static bool entry_ends(struct feed *feed)
{
    switch (feed->entry.kind) {
    case ENTRY_POINT:
        return node_add(feed, &feed->points);
    case ENTRY_METER:
        return node_add(feed, &feed->meters);
    case ENTRY_TYPE:
        return node_add(feed, &feed->types);
    case ENTRY_BLOCK:
        return block_end(feed);
    case ENTRY_OTHER:
        break;
    }
    return true;
}

static void type_value(struct node *type, const char *name, int64_t value)
{
    if (value < -99 || value > 100000)
        return;
    if (strcmp(name, "uom") == 0)
        type->unit = (unsigned)value;
    else if (strcmp(name, "powerOfTenMultiplier") == 0)
        type->power = (int)value;
    else if (strcmp(name, "flowDirection") == 0)
        type->flow = (unsigned)value;
    else if (strcmp(name, "accumulationBehaviour") == 0)
        type->behaviour = (unsigned)value;
    else if (strcmp(name, "intervalLength") == 0)
        type->length_s = value;
}

static bool element_ends(void *arg, const char *name, struct bytes text, uint64_t line)
{
    struct feed *feed = arg;
    int64_t value = 0;
    bool number = decimal_read(&value, text, 0);

    (void)line;
    if (strcmp(name, "entry") == 0)
        return entry_ends(feed);
    if (strcmp(name, "IntervalReading") == 0)
        return reading_add(feed);
    if (!number)
        return true;
    if (feed->in_reading && strcmp(name, "start") == 0)
        feed->reading.start_s = value;
    else if (feed->in_reading && strcmp(name, "duration") == 0)
        feed->reading.length_s = value;
    else if (feed->in_reading && strcmp(name, "value") == 0)
        feed->reading.value = value, feed->valued = true;
    else if (feed->entry.kind == ENTRY_POINT && strcmp(name, "kind") == 0)
        feed->entry.service = (unsigned)(value & 0xff);
    else if (feed->entry.kind == ENTRY_TYPE)
        type_value(&feed->entry, name, value);
    return true;
}

static bool instruction_comes(void *arg, const char *target, const char *data)
{
    struct feed *feed = arg;

    feed->san_diego = feed->san_diego || (strcmp(target, "xml-stylesheet") == 0 && strstr(data, "SDGE"));
    return true;
}

/* ---- What belongs to what. */

static const struct node *node_of(const struct nodes *nodes, const char *self)
{
    for (size_t i = 0; i < nodes->count; i++) {
        if (strcmp(nodes->list[i].self, self) == 0)
            return &nodes->list[i];
    }
    return NULL;
}

/* The one it names; else, where there is no choice, the only one. */
static const struct node *type_of(const struct feed *feed, const char *block)
{
    const struct node *meter = node_of(&feed->meters, block);

    for (size_t i = 0; meter && i < meter->related_count; i++) {
        const struct node *type = node_of(&feed->types, meter->related[i]);

        if (type)
            return type;
    }
    return feed->types.count == 1 ? &feed->types.list[0] : NULL;
}

static const struct node *point_of(const struct feed *feed, const char *block)
{
    for (size_t i = 0; i < feed->points.count; i++) {
        size_t size = strlen(feed->points.list[i].self);

        if (size > 0 && strncmp(feed->points.list[i].self, block, size) == 0 && block[size] == '/')
            return &feed->points.list[i];
    }
    return feed->points.count == 1 ? &feed->points.list[0] : NULL;
}

/* mWh of one unit; 0: no energy. Of power, of one unit over an hour. ESPI numbers them as IEC 61970 does; a
 * therm is the American one, a Btu that of the International Table. */
static double unit_mwh(unsigned unit)
{
    static const struct {
        unsigned unit;
        double mwh;
    } units[] = { { 72, 1000 }, { 38, 1000 }, { 31, 1000 / 3600.0 }, { 132, 293.07107 }, { 169, 29300111.11 } };

    for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
        if (units[i].unit == unit)
            return units[i].mwh;
    }
    return 0;
}

/* In the ReadingType's power of ten. */
static double value_mwh(int64_t value, const struct node *type)
{
    double mwh = (double)value * unit_mwh(type->unit);

    for (int power = type->power; power > 0; power--)
        mwh *= 10;
    for (int power = type->power; power < 0; power++)
        mwh /= 10;
    return mwh;
}

static int64_t rounded(double mwh)
{
    return (int64_t)(mwh < 0 ? mwh - 0.5 : mwh + 0.5);
}

/* Why none of a MeterReading's values can be used; NULL: they can. */
static const char *type_flaw(const struct node *type)
{
    if (!type || type->unit == 0)
        return _("the file does not say in which unit its values are");
    if (unit_mwh(type->unit) == 0)
        return _("values that are no energy (volumes of gas need a heat value the file does not have)");
    if (type->behaviour == 1 || type->behaviour == 3 || type->behaviour == 9)
        return _("readings of a register, not what was used between them");
    if (type->power < -POWER_MAX || type->power > POWER_MAX)
        return _("values in a unit no meter has");
    return NULL;
}

/* ---- San Diego: Pacific time, in summer from the second Sunday of March to the first of November, 02:00. */

static int64_t sunday_s(unsigned year, unsigned month, unsigned nth)
{
    int64_t first = 0;

    civil_seconds(&first, &(struct civil){ .year = year, .month = month, .day = 1 });
    return first + ((6 - civil_weekday(first)) % 7 + 7 * (nth - 1)) * DAY_S + 7200;
}

static int64_t pacific_utc(int64_t local_s)
{
    struct civil civil;

    civil_of(&civil, local_s);
    return local_s + (local_s >= sunday_s(civil.year, 3, 2) && local_s < sunday_s(civil.year, 11, 1) ? 7 : 8) *
                         3600;
}

/* ---- Into series. */

static void interval_use(struct rows *rows, const struct feed *feed, const struct interval *interval,
                         const struct node *type)
{
    int64_t length_s = interval->length_s > 0 ? interval->length_s : interval->length_s == 0 ? type->length_s : 0;
    double mwh = value_mwh(interval->value, type);

    if (type->unit == 38)
        mwh = mwh * (double)length_s / 3600;
    if (interval->length_s < 0 || interval->start_s > INT64_C(7258118400) - DAY_S)
        rows_reject(rows, interval->number, _("without a value, or a time that can be"));
    else if (length_s > MONTH_LEAST_S)
        rows_reject(rows, interval->number, _("a sum of %lld days; coopair reads days and shorter"),
                    (long long)(length_s / DAY_S));
    else if (length_s < 60)
        rows_reject(rows, interval->number, _("an interval that cannot be so short"));
    else if (mwh > 1e15 || mwh < -1e15)
        rows_reject(rows, interval->number, _("an absurd value"));
    else
        rows_add(rows, interval->number,
                 feed->san_diego ? pacific_utc(interval->start_s) : interval->start_s,
                 (uint32_t)(length_s < DAY_S ? length_s : DAY_S), rounded(mwh));
}

/* "green button ID", of the UsagePoint; a second series of one point and quantity has the MeterReading's too. */
static void series_name(struct feed *feed, struct import *import, const char *block, const struct node *type)
{
    const struct node *point = point_of(feed, block);
    const char *id = point ? strrchr(point->self, '/') : NULL, *reading = strrchr(block, '/');
    struct series_name *series = &import->series;

    series->quantity = point && point->service == KIND_GAS            ? QUANTITY_GAS
                       : type && type->flow == FLOW_REVERSE ? QUANTITY_ELECTRICITY_OUT
                                                                      : QUANTITY_ELECTRICITY_IN;
    snprintf(series->meter, sizeof series->meter, "green button%s%.16s", id ? " " : "", id ? id + 1 : "");
    for (const struct import *other = feed->import; other != import; other = other->next) {
        if (other->series.quantity == series->quantity && strcmp(other->series.meter, series->meter) == 0) {
            snprintf(series->meter, sizeof series->meter, "green button%s%.12s%.12s", id ? " " : "",
                     id ? id + 1 : "", reading ? reading : "");
            break;
        }
    }
}

static enum status block_use(struct feed *feed, unsigned block)
{
    struct import *import = block == 0 ? feed->import : import_another(feed->import);
    const struct node *type = type_of(feed, feed->blocks[block]);
    const char *flaw = type_flaw(type);
    struct rows rows;

    if (!import)
        return failure_say(feed->why, STATUS_NOMEM, _("out of memory for the file"));
    series_name(feed, import, feed->blocks[block], type);
    rows_begin(&rows, import, feed->why);
    for (size_t i = 0; i < feed->count && !rows.status; i++) {
        if (feed->list[i].block == block && flaw) {
            rows_reject(&rows, feed->list[i].number, "%s", flaw);
            break;
        }
        if (feed->list[i].block == block)
            interval_use(&rows, feed, &feed->list[i], type);
    }
    return rows_end(&rows);
}

static enum status feed_read(struct feed *feed, struct bytes file)
{
    const struct xml_reader reader = { feed, element_begins, element_ends, instruction_comes };
    enum status status = xml_read(&reader, file, feed->why);

    if (feed->rows.status)
        return feed->rows.status;
    if (feed->refused)
        return failure_say(feed->why, STATUS_MALFORMED, "%s", feed->refused);
    for (unsigned i = 0; i < feed->block_count && !status; i++)
        status = block_use(feed, i);
    return status;
}

static enum status read_feed(struct import *out, struct bytes file, struct failure *why)
{
    struct feed feed = { .import = out, .why = why };
    enum status status;

    out->by_item = true;
    memcpy(out->series.meter, "green button", sizeof "green button");
    rows_begin(&feed.rows, out, why);
    status = feed_read(&feed, file);
    free(feed.points.list);
    free(feed.meters.list);
    free(feed.types.list);
    free(feed.blocks);
    free(feed.list);
    return status;
}

static bool recognise(struct bytes file)
{
    return xml_recognise(file, "feed") && text_has(file, "http://naesb.org/espi");
}

const struct import_format import_green_button = { "Green Button (XML)", recognise, read_feed };
