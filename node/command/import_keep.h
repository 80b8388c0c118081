/* import_keep.h - movements and health lines that were read from a file go to the node, in portions it checks again. */
#ifndef COOP_NODE_IMPORT_KEEP_H
#define COOP_NODE_IMPORT_KEEP_H

#include "node/command/command.h"
#include "node/command/import_report.h"

/* Into the account of that name, or, NULL, the one that the file names or fits; import->account.name is then where they went. Nothing
 * is printed: *why says what failed; what was kept before stays kept. */
enum status import_account_keep(const struct cli *cli, struct import *import, const char *account, struct import_kept *kept,
                                struct failure *why);
enum status import_health_keep(const struct cli *cli, const struct import *import, struct import_kept *kept, struct failure *why);

#endif
