#include "crypto/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *status_text(enum status status)
{
    static const char *const texts[] = {
#define STATUS_TEXT(name, text) [STATUS_##name] = text,
        STATUS_LIST(STATUS_TEXT)
#undef STATUS_TEXT
    };
    return texts[status];
}

enum status failure_say(struct failure *why, enum status status, const char *format, ...)
{
    va_list args;

    if (why) {
        va_start(args, format);
        vsnprintf(why->text, sizeof why->text, format, args);
        va_end(args);
        why->format = format;
    }
    return status;
}

void failure_prefix(struct failure *why, const char *format, ...)
{
    char before[sizeof why->text];
    va_list args;
    size_t used;

    if (!why)
        return;
    va_start(args, format);
    vsnprintf(before, sizeof before, format, args);
    va_end(args);
    used = strlen(before);
    memmove(why->text + used, why->text, sizeof why->text - used);
    memcpy(why->text, before, used);
    why->text[sizeof why->text - 1] = '\0';
    why->format = NULL;
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool cents_add(struct cents *out, struct cents a, struct cents b)
{
    int64_t sum;

    if (__builtin_add_overflow(a.n, b.n, &sum))
        return false;
    out->n = sum;
    return true;
}

bool cents_times(struct cents *out, struct cents a, int64_t factor)
{
    int64_t product;

    if (__builtin_mul_overflow(a.n, factor, &product))
        return false;
    out->n = product;
    return true;
}

bool watt_hours_add(struct watt_hours *out, struct watt_hours a, struct watt_hours b)
{
    int64_t sum;

    if (__builtin_add_overflow(a.n, b.n, &sum))
        return false;
    out->n = sum;
    return true;
}

void be16_write(uint8_t out[2], uint16_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

void be32_write(uint8_t out[4], uint32_t value)
{
    be16_write(out, (uint16_t)(value >> 16));
    be16_write(out + 2, (uint16_t)value);
}

void be64_write(uint8_t out[8], uint64_t value)
{
    be32_write(out, (uint32_t)(value >> 32));
    be32_write(out + 4, (uint32_t)value);
}

uint16_t be16_read(const uint8_t in[2])
{
    return (uint16_t)(in[0] << 8 | in[1]);
}

uint32_t be32_read(const uint8_t in[4])
{
    return (uint32_t)be16_read(in) << 16 | be16_read(in + 2);
}

uint64_t be64_read(const uint8_t in[8])
{
    return (uint64_t)be32_read(in) << 32 | be32_read(in + 4);
}
