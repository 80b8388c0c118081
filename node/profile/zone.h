/* zone.h - where a home says that it is: never more closely than among a few thousand others. Pure.
 *
 * A zone is "fr:insee:44109", a commune by its code, or "fr:dep:44", a department. Of 35 000 French communes one
 * in four has fewer than 200 inhabitants: to name it is nearly to name the home. Other countries' zones are
 * taken as they are. */
#ifndef COOP_NODE_ZONE_H
#define COOP_NODE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where one home in a hundred takes part, thirty of them, the least of which a total is harmless, make about
 * 3 000 homes or 6 600 people. The smallest French department has 76 000. */
enum { ZONE_PEOPLE_LEAST = 6600 };

struct commune {
    char code[6];
    uint32_t people; /* at least ZONE_PEOPLE_LEAST */
};
extern const struct commune communes[];
extern const size_t commune_count;

/* out, of the same size as zone or larger: the zone, or the department of a commune that is too small or not
 * known. true: it is another one. *people: of the commune; 0: not known. */
bool zone_coarsen(char *out, size_t room, uint32_t *people, const char *zone);

#endif
