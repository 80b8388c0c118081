/* qr.h - a QR symbol as text for a terminal. */
#ifndef COOP_NODE_QR_H
#define COOP_NODE_QR_H

#include <stdbool.h>

/* Two rows of modules a line, in half blocks of UTF-8, with the quiet zone of the standard (ISO 18004: four
 * modules). colours: each line says its own colours, white on black, so that it reads on a bright terminal
 * too. A text of the heap; NULL: out of memory or too long for a symbol. */
char *qr_render(const char *text, bool colours);

#endif
