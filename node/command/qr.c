/* qr.c - the symbol is libqrencode's; here it only becomes characters. Light modules are drawn and dark ones
 * left out, as on paper seen in the dark: a terminal is black more often than white. */
#include "node/command/qr.h"

#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>

enum { QUIET = 4 };

static bool light(const QRcode *code, int x, int y)
{
    x -= QUIET;
    y -= QUIET;
    if (x < 0 || y < 0 || x >= code->width || y >= code->width)
        return true;
    return (code->data[y * code->width + x] & 1) == 0;
}

static void draw_line(FILE *out, const QRcode *code, int y, bool colours)
{
    static const char *const halves[] = { " ", "\u2584", "\u2580", "\u2588" }; /* none, lower, upper, both */
    int size = code->width + 2 * QUIET;

    if (colours)
        fputs("\033[40;97m", out);
    for (int x = 0; x < size;
         x++) /* the width is odd: the last line has no lower half, and what is there is quiet */
        fputs(halves[2 * light(code, x, y) + light(code, x, y + 1)], out);
    fputs(colours ? "\033[0m\n" : "\n", out);
}

char *qr_render(const char *text, bool colours)
{
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    char *drawn = NULL;
    size_t size = 0;
    FILE *out;

    if (code == NULL)
        return NULL;
    out = open_memstream(&drawn, &size);
    if (out == NULL) {
        QRcode_free(code);
        return NULL;
    }
    for (int y = 0; y < code->width + 2 * QUIET; y += 2)
        draw_line(out, code, y, colours);
    QRcode_free(code);
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed) {
        free(drawn);
        return NULL;
    }
    return drawn;
}
