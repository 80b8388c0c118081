/* civil_text.c - see civil_text.h. No failure mode but text that is no date. */
#include "node/import/civil_text.h"

#include "node/tongue/local_time.h"

/* Digits, at most `most`. */
static bool number_take(unsigned *out, size_t *digits, struct bytes *text, size_t most)
{
    *out = 0;
    for (*digits = 0; *digits < text->size && text->data[*digits] >= '0' && text->data[*digits] <= '9';
         (*digits)++) {
        if (*digits == most)
            return false;
        *out = *out * 10 + (unsigned)(text->data[*digits] - '0');
    }
    *text = (struct bytes){ text->data + *digits, text->size - *digits };
    return *digits > 0;
}

static bool mark_take(struct bytes *text, const char *marks)
{
    for (; *marks; marks++) {
        if (text->size > 0 && text->data[0] == (uint8_t)*marks) {
            *text = (struct bytes){ text->data + 1, text->size - 1 };
            return true;
        }
    }
    return false;
}

static bool date_take(struct civil *civil, struct bytes *text, enum civil_order order)
{
    unsigned a, b, c;
    size_t a_digits, b_digits, c_digits;

    if (!number_take(&a, &a_digits, text, 4) || !mark_take(text, "./-") ||
        !number_take(&b, &b_digits, text, 2) || !mark_take(text, "./-") ||
        !number_take(&c, &c_digits, text, 4))
        return false;
    if (a_digits == 4 && c_digits <= 2)
        *civil = (struct civil){ .year = a, .month = b, .day = c };
    else if (a_digits <= 2 && c_digits == 4 && order == ORDER_DAY_FIRST)
        *civil = (struct civil){ .year = c, .month = b, .day = a };
    else if (a_digits <= 2 && c_digits == 4)
        *civil = (struct civil){ .year = c, .month = a, .day = b };
    else
        return false;
    return true;
}

/* A fraction of a second must be none: a meter's interval begins on a second. */
static bool time_take(struct civil *civil, struct bytes *text)
{
    size_t digits;

    if (!number_take(&civil->hour, &digits, text, 2) || !mark_take(text, ":") ||
        !number_take(&civil->minute, &digits, text, 2))
        return false;
    if (mark_take(text, ":") && !number_take(&civil->second, &digits, text, 2))
        return false;
    if (mark_take(text, ".,")) {
        while (mark_take(text, "0"))
            continue;
    }
    return true;
}

bool civil_text_read(int64_t *local_s, struct bytes text, enum civil_order order)
{
    struct civil civil;

    if (!date_take(&civil, &text, order))
        return false;
    if (mark_take(&text, " T") && !time_take(&civil, &text))
        return false;
    return text.size == 0 && civil_seconds(local_s, &civil);
}

bool civil_digits_read(int64_t *local_s, struct bytes text)
{
    unsigned parts[6], most = text.size == 12 ? 6 : 0;
    size_t digits;

    for (unsigned i = 0; i < most; i++) {
        struct bytes pair = { text.data + 2 * i, 2 };

        if (!number_take(&parts[i], &digits, &pair, 2) || digits != 2)
            return false;
    }
    return most > 0 && civil_seconds(local_s, &(struct civil){ 2000 + parts[0], parts[1], parts[2], parts[3],
                                                               parts[4], parts[5] });
}

unsigned civil_text_orders(struct bytes text)
{
    int64_t local_s;

    return (unsigned)civil_text_read(&local_s, text, ORDER_DAY_FIRST) |
           (unsigned)civil_text_read(&local_s, text, ORDER_MONTH_FIRST) << 1;
}
