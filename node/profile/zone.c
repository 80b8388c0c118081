/* zone.c - see zone.h. Failure mode: a code that is not in the table, because it is small or mistyped; it
 * becomes its department, which errs on the side of saying less. */
#include "node/profile/zone.h"
#include "node/tongue/tongue.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMUNE_PREFIX "fr:insee:"
enum { CODE_SIZE = 5 };

static int compare(const void *code, const void *commune)
{
    return strcmp(code, ((const struct commune *)commune)->code);
}

/* Two digits, 2A or 2B; three digits overseas. */
static bool code_fits(const char *code)
{
    if (strlen(code) != CODE_SIZE)
        return false;
    for (size_t i = 0; i < CODE_SIZE; i++)
        if (!isdigit((unsigned char)code[i]) && !(i == 1 && (code[i] == 'A' || code[i] == 'B')))
            return false;
    return true;
}

bool zone_coarsen(char *out, size_t room, uint32_t *people, const char *zone)
{
    const char *code = zone + sizeof COMMUNE_PREFIX - 1;
    const struct commune *found;

    *people = 0;
    snprintf(out, room, "%s", zone);
    if (strncmp(zone, COMMUNE_PREFIX, sizeof COMMUNE_PREFIX - 1) != 0 || !code_fits(code))
        return false;
    found = bsearch(code, communes, commune_count, sizeof *communes, compare);
    if (found) {
        *people = found->people;
        return false;
    }
    snprintf(out, room, "fr:dep:%.*s", strncmp(code, "97", 2) == 0 ? 3 : 2, code);
    return true;
}
