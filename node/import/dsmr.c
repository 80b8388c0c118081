/* dsmr.c - telegrams of the P1 port of Dutch, Belgian and Luxembourg meters (DSMR 5.0.2, e-MUCS 1.4), one behind
 * the other as a program that listens has written them down: "/" and the maker, lines "OBIS(value*unit)", "!"
 * and a CRC-16/ARC over everything from "/" to "!".
 *
 * Each telegram has the time (with S or W for the season) and the registers since the meter was made; what was
 * used lies between two of them (registers.h). Lines may have lost their carriage returns on the way: the sum
 * is taken as if they had not. Gas (channel n, 0-n:24.2.1 with the time it was read at) is in cubic metres: kWh need a heat value the
 * meter does not have. Failure modes: a telegram with a wrong sum, or cut, is refused by its line; DSMR 2 and 3 have
 * no time, so that nothing can be placed. */
#include "node/import/civil_text.h"
#include "node/import/registers.h"
#include "node/tongue/tongue.h"

#include <string.h>

enum { REGISTERS = 3, CRC_POLYNOMIAL = 0xa001 };

struct telegram {
    uint64_t line;       /* where it begins */
    uint16_t crc;
    bool timed, has_crc; /* that it should have one */
    int64_t utc_s;
    int64_t in[REGISTERS], out[REGISTERS]; /* x.8.0, x.8.1, x.8.2 in mWh; -1: not there */
    int64_t gas_s, gas_ml;                 /* -1: not there */
    char meter[40];
};
struct capture {
    struct registers registers;
    struct rows *rows; /* where it is said what is wrong */
    struct telegram telegram;
    bool inside;
};

static bool recognise(struct bytes file)
{
    struct bytes line = { NULL, 0 };
    struct lines lines;

    lines_begin(&lines, file);
    while (lines_next(&lines, &line) && line.size == 0)
        continue;
    return line.size >= 5 && line.data[0] == '/' && line.data[4] >= '0' && line.data[4] <= '9' &&
           text_has((struct bytes){ file.data, file.size < 8192 ? file.size : 8192 }, "-0:1.8.");
}

static void crc_add(uint16_t *crc, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        *crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            *crc = (uint16_t)(*crc & 1 ? *crc >> 1 ^ CRC_POLYNOMIAL : *crc >> 1);
    }
}

/* YYMMDDhhmmss and S or W. */
static bool time_read(int64_t *utc_s, struct bytes text)
{
    int64_t local_s;

    if (text.size != 13 || (text.data[12] != 'S' && text.data[12] != 'W') ||
        !civil_digits_read(&local_s, (struct bytes){ text.data, 12 }))
        return false;
    *utc_s = local_s - (text.data[12] == 'S' ? 7200 : 3600);
    return true;
}

/* What stands between the first brackets. */
static struct bytes value_of(struct bytes line)
{
    const uint8_t *from = memchr(line.data, '(', line.size), *to;

    if (!from)
        return (struct bytes){ NULL, 0 };
    from++;
    to = memchr(from, ')', line.size - (size_t)(from - line.data));
    return to ? (struct bytes){ from, (size_t)(to - from) } : (struct bytes){ NULL, 0 };
}

/* "001581.123*kWh", "00016.713*m3": in millionths. */
static int64_t amount_of(struct bytes value, const char *unit)
{
    size_t size = strlen(unit);
    int64_t amount;

    if (value.size <= size || !text_is((struct bytes){ value.data + value.size - size, size }, unit) ||
        !decimal_read(&amount, (struct bytes){ value.data, value.size - size }, 6))
        return -1;
    return amount;
}

/* "0-1:24.2.1(170102192000W)(00016.713*m3)", of whichever channel. */
static void gas_read(struct telegram *telegram, struct bytes line)
{
    static const char head[] = "0-n:24.2.1(";
    struct bytes time = value_of(line), value;
    size_t past = sizeof head - 1 + time.size + 1;

    if (line.size <= past || !text_begins(line, "0-") || memcmp(line.data + 3, head + 3, sizeof head - 4) != 0)
        return;
    value = value_of((struct bytes){ line.data + past, line.size - past });
    telegram->gas_ml = time_read(&telegram->gas_s, time) ? amount_of(value, "*m3") : -1;
}

/* 16: it is none. */
static unsigned hex_digit(uint8_t c)
{
    c |= 0x20;
    return c >= '0' && c <= '9' ? c - '0' + 0u : c >= 'a' && c <= 'f' ? c - 'a' + 10u : 16;
}

/* Makers write the number of the meter as letters in hexadecimal. */
static void meter_read(char out[40], struct bytes hex)
{
    char text[40];
    size_t size = 0;
    bool letters = hex.size >= 2 && hex.size % 2 == 0 && hex.size / 2 < sizeof text;

    for (; letters && size < hex.size / 2; size++) {
        unsigned high = hex_digit(hex.data[2 * size]), low = hex_digit(hex.data[2 * size + 1]);

        letters = high < 8 && low < 16 && (high << 4 | low) > ' ' && (high << 4 | low) <= '~';
        text[size] = (char)(high << 4 | low);
    }
    text_copy(out, 40, letters ? (struct bytes){ (const uint8_t *)text, size } : hex);
}

static void line_read(struct telegram *telegram, struct bytes line)
{
    static const char *const in[REGISTERS] = { "1-0:1.8.0(", "1-0:1.8.1(", "1-0:1.8.2(" };
    static const char *const out[REGISTERS] = { "1-0:2.8.0(", "1-0:2.8.1(", "1-0:2.8.2(" };

    for (size_t i = 0; i < REGISTERS; i++) {
        if (text_begins(line, in[i]))
            telegram->in[i] = amount_of(value_of(line), "*kWh");
        else if (text_begins(line, out[i]))
            telegram->out[i] = amount_of(value_of(line), "*kWh");
    }
    gas_read(telegram, line);
    if (text_begins(line, "0-0:1.0.0("))
        telegram->timed = time_read(&telegram->utc_s, value_of(line));
    else if (text_begins(line, "1-3:0.2.8(") || text_begins(line, "0-0:96.1.4("))
        telegram->has_crc = true;
    else if (text_begins(line, "0-0:96.1.1(") && value_of(line).size > 0)
        meter_read(telegram->meter, value_of(line));
}

/* The total, or both tariffs; -1: neither. */
static int64_t sum_of(const int64_t registers[REGISTERS])
{
    if (registers[0] >= 0)
        return registers[0];
    if (registers[1] < 0 || registers[2] < 0)
        return registers[1];
    return registers[1] + registers[2];
}

/* One to four hexadecimal digits: some makers leave out the zeros in front. */
static bool crc_fits(const struct telegram *telegram, struct bytes digits)
{
    unsigned value = 0;

    if (digits.size == 0)
        return !telegram->has_crc;
    for (size_t i = 0; i < digits.size; i++) {
        unsigned digit = hex_digit(digits.data[i]);

        if (digit == 16 || i == 4)
            return false;
        value = value << 4 | digit;
    }
    return value == telegram->crc;
}

/* false: of another meter. */
static bool meter_fits(struct capture *capture, uint64_t line)
{
    struct series_name *series = &capture->registers.import->series;
    const char *meter = capture->telegram.meter[0] ? capture->telegram.meter : "dsmr";

    if (series->meter[0] == '\0')
        memcpy(series->meter, meter, strlen(meter) + 1);
    if (strcmp(series->meter, meter) == 0)
        return true;
    rows_reject(capture->rows, line, _("of another meter, %.32s: keep each in a file of its own"), meter);
    return false;
}

static void telegram_end(struct capture *capture, struct bytes digits)
{
    const struct telegram *telegram = &capture->telegram;
    int64_t in = sum_of(telegram->in), out = sum_of(telegram->out);

    capture->inside = false;
    if (!crc_fits(telegram, digits))
        rows_reject(capture->rows, telegram->line, _("the telegram is damaged: its checksum is another"));
    else if (!telegram->timed)
        rows_reject(capture->rows, telegram->line,
                    _("the telegram has no time (DSMR 2 and 3 have none), so it cannot be placed"));
    else if (in < 0)
        rows_reject(capture->rows, telegram->line, _("the telegram has no register 1.8 in kWh"));
    else if (meter_fits(capture, telegram->line)) {
        registers_add(&capture->registers, COUNTED_IN, telegram->line, telegram->utc_s, in);
        registers_add(&capture->registers, COUNTED_OUT, telegram->line, telegram->utc_s, out);
        registers_add(&capture->registers, COUNTED_GAS, telegram->line, telegram->gas_s, telegram->gas_ml);
    }
}

static void capture_line(struct capture *capture, uint64_t number, struct bytes line)
{
    struct telegram *telegram = &capture->telegram;

    if (line.size > 0 && line.data[0] == '/') {
        if (capture->inside)
            rows_reject(capture->rows, telegram->line, _("the telegram is cut short"));
        *telegram = (struct telegram){ .line = number, .in = { -1, -1, -1 }, .out = { -1, -1, -1 }, .gas_ml = -1 };
        capture->inside = true;
    }
    if (!capture->inside)
        return;
    if (line.size > 0 && line.data[0] == '!') {
        crc_add(&telegram->crc, line.data, 1);
        telegram_end(capture, (struct bytes){ line.data + 1, line.size - 1 });
        return;
    }
    crc_add(&telegram->crc, line.data, line.size);
    crc_add(&telegram->crc, (const uint8_t *)"\r\n", 2);
    line_read(telegram, line);
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
        capture_line(&capture, lines.number, line);
    if (capture.inside)
        rows_reject(capture.rows, capture.telegram.line, _("the telegram is cut short"));
    return registers_end(&capture.registers, "dsmr");
}

const struct import_format import_dsmr = { N_("DSMR P1 telegrams"), recognise, read_capture };
