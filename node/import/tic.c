/* tic.c - the customer port of a Linky and of the meters before it (TIC, Enedis-NOI-CPT_54E): frames, one behind
 * the other as a program that listens has written them down, a line "label value checksum" a group.
 *
 * In the standard mode fields are separated by tabs, the frame carries its time (DATE, with H or E for the
 * season) and the total register (EAST, and EAIT of what is fed in). The historic mode separates with blanks, has
 * registers by tariff and NO time: such a capture can be placed when each line begins with one, as `ts` writes
 * it. The sum of a group runs up to the last separator, with it in the standard mode, and its low six bits plus
 * a blank are the checksum. Failure modes: a group with a wrong checksum is refused by its line. */
#include "node/import/civil_text.h"
#include "node/tongue/local_time.h"
#include "node/import/registers.h"
#include "node/tongue/tongue.h"

#include <string.h>

enum { PREFIX_MOST = 40 };

struct frame {
    uint64_t line;
    bool timed, standard;
    int64_t utc_s;
    int64_t in_mwh, out_mwh; /* -1: not told; of the historic mode the sum of its registers */
    char meter[40];
};
struct capture {
    struct registers registers;
    struct rows *rows; /* where it is said what is wrong */
    struct frame frame;
    bool inside;
};

/* Without what frames a frame: STX, ETX and EOT. */
static struct bytes bare(struct bytes line)
{
    while (line.size > 0 && (line.data[0] < ' ' && line.data[0] != '\t'))
        line = (struct bytes){ line.data + 1, line.size - 1 };
    while (line.size > 0 && (line.data[line.size - 1] < ' '))
        line.size--;
    return line;
}

/* Takes a time at the beginning of the line off it. Without an offset it is the wall clock, where that is
 * clear. */
static bool prefix_take(int64_t *utc_s, struct bytes *line)
{
    size_t size = 0, blanks = 0;
    int64_t moments[2];
    struct stamp stamp;

    if (line->size < 20 || line->data[0] < '0' || line->data[0] > '9')
        return false;
    for (; size < line->size && size < PREFIX_MOST; size++) {
        bool blank = line->data[size] == ' ' || line->data[size] == '\t';

        if (blank && ++blanks > (line->data[10] == ' '))
            break;
    }
    if (!stamp_read(&stamp, (struct bytes){ line->data, size }))
        return false;
    if (!stamp.has_offset && local_moments(moments, stamp.local_s) != 1)
        return false;
    *utc_s = stamp.has_offset ? stamp.local_s - stamp.offset_s : moments[0];
    while (size < line->size && (line->data[size] == ' ' || line->data[size] == '\t'))
        size++;
    *line = (struct bytes){ line->data + size, line->size - size };
    return true;
}

static bool begins_frame(struct bytes line)
{
    return text_begins(line, "ADCO ") || text_begins(line, "ADSC\t");
}

/* The first line with anything in it. */
static bool recognise(struct bytes file)
{
    struct bytes line = { NULL, 0 };
    struct lines lines;
    int64_t utc_s;

    lines_begin(&lines, file);
    while (line.size == 0 && lines_next(&lines, &line)) {
        line = bare(line);
        prefix_take(&utc_s, &line);
    }
    return begins_frame(line);
}

static bool checksum_fits(struct bytes line, char separator)
{
    uint8_t sum = 0;

    if (line.size < 4 || line.data[line.size - 2] != (uint8_t)separator)
        return false;
    for (size_t i = 0; i < line.size - (separator == '\t' ? 1 : 2); i++)
        sum = (uint8_t)(sum + line.data[i]);
    return (sum & 0x3f) + 0x20 == line.data[line.size - 1];
}

/* E or H, then YYMMDDhhmmss; a small letter says that the clock of the meter is unsure. */
static bool date_read(int64_t *utc_s, struct bytes text)
{
    int64_t local_s;

    if (text.size != 13 || (text.data[0] != 'E' && text.data[0] != 'H') ||
        !civil_digits_read(&local_s, (struct bytes){ text.data + 1, 12 }))
        return false;
    *utc_s = local_s - (text.data[0] == 'E' ? 7200 : 3600);
    return true;
}

static void register_add(int64_t *sum, struct bytes value)
{
    int64_t mwh;

    if (decimal_read(&mwh, value, 3) && mwh >= 0) /* registers are in Wh */
        *sum = (*sum < 0 ? 0 : *sum) + mwh;
}

static void group_read(struct frame *frame, struct bytes label, struct bytes value)
{
    static const char *const historic[] = { "BASE",    "HCHC",    "HCHP",    "EJPHN",   "EJPHPM", "BBRHCJB",
                                            "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR" };
    size_t zeros = 0;

    while (zeros < value.size && value.data[zeros] == '0')
        zeros++;
    for (size_t i = 0; i < ARRAY_SIZE(historic) && !frame->standard; i++) {
        if (text_is(label, historic[i]))
            register_add(&frame->in_mwh, value);
    }
    if (text_is(label, "ADCO") || text_is(label, "ADSC"))
        text_copy(frame->meter, sizeof frame->meter, value);
    else if (text_is(label, "PRM") && zeros < value.size) /* the number on every other export */
        text_copy(frame->meter, sizeof frame->meter, value);
    else if (text_is(label, "DATE") && frame->standard)
        frame->timed = date_read(&frame->utc_s, value);
    else if (text_is(label, "EAST") && frame->standard)
        register_add(&frame->in_mwh, value);
    else if (text_is(label, "EAIT") && frame->standard)
        register_add(&frame->out_mwh, value);
}

/* The name is that of the first frame; another meter's frames are refused. */
static void frame_end(struct capture *capture)
{
    const struct frame *frame = &capture->frame;
    char *meter = capture->registers.import->series.meter;

    capture->inside = false;
    if (frame->in_mwh < 0)
        rows_reject(capture->rows, frame->line, _("the frame has no register"));
    else if (!frame->timed && frame->standard)
        rows_reject(capture->rows, frame->line, _("the frame has no time, or the meter is not sure of it"));
    else if (!frame->timed)
        rows_reject(capture->rows, frame->line,
                    _("the historic mode sends no time: put one before each line (ts '%%FT%%T%%z')"));
    else if (meter[0] && strcmp(meter, frame->meter) != 0)
        rows_reject(capture->rows, frame->line, _("of another meter, %.32s"), frame->meter);
    else {
        memcpy(meter, frame->meter, sizeof frame->meter);
        registers_add(&capture->registers, COUNTED_IN, frame->line, frame->utc_s, frame->in_mwh);
        registers_add(&capture->registers, COUNTED_OUT, frame->line, frame->utc_s, frame->out_mwh);
    }
}

static void line_read(struct capture *capture, const struct lines *lines, struct bytes line)
{
    struct frame *frame = &capture->frame;
    struct bytes label, value = { NULL, 0 }, rest;
    int64_t utc_s;
    bool timed = prefix_take(&utc_s, &line);
    char separator;

    if (line.size == 0)
        return;
    if (begins_frame(line)) {
        if (capture->inside)
            frame_end(capture);
        *frame = (struct frame){ lines->number, timed, line.data[4] == '\t', timed ? utc_s : 0, -1, -1, "" };
        capture->inside = true;
    }
    separator = frame->standard ? '\t' : ' ';
    if (!capture->inside || !memchr(line.data, separator, line.size))
        return;
    if (!checksum_fits(line, separator)) {
        rows_reject(capture->rows, lines->number, lines->whole ? _("the checksum of the group is another")
                                                                   : _("the file ends within this line"));
        return;
    }
    rest = (struct bytes){ line.data, line.size - 2 };
    field_next(&label, &rest, separator);
    field_next(&value, &rest, separator);
    group_read(frame, label, value);
}

static enum status read_capture(struct import *out, struct bytes file, struct failure *why)
{
    struct capture capture = { .inside = false };
    struct bytes line;
    struct lines lines;

    registers_begin(&capture.registers, out, why);
    capture.rows = &capture.registers.rows[0];
    lines_begin(&lines, file);
    while (!capture.rows->status && lines_next(&lines, &line))
        line_read(&capture, &lines, bare(line));
    if (capture.inside)
        frame_end(&capture);
    return registers_end(&capture.registers, "tic");
}

const struct import_format import_tic = { N_("TIC frames"), recognise, read_capture };
