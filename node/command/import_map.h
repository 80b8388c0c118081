/* import_map.h - tables of layouts nobody has described: read by what the household says, now or before, its columns are. */
#ifndef COOP_NODE_IMPORT_MAP_H
#define COOP_NODE_IMPORT_MAP_H

#include "node/command/command.h"
#include "node/import/import.h"

/* import_read; by map where one is given, which is then kept for the next table with these columns unless dry_run; else, of
 * a table that no format knows, by what was kept. heading->count > 0 after a failure: nothing was said of this table. */
enum status import_map_read(const struct cli *cli, const char *map, bool dry_run, struct import *out,
                            struct import_heading *heading, struct bytes content, struct failure *why);
/* The columns, and the command that says what they are: into the object of the file, or on stderr where there is none. */
void import_map_offer(json_t *said, const char *name, const struct import_heading *heading);

#endif
