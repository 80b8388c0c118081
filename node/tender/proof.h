/* proof.h - proof.coop in memory: see package.h for the format. */
#ifndef COOP_NODE_PROOF_H
#define COOP_NODE_PROOF_H

#include "node/tender/package.h"

/* The whole file on the heap, the caller frees it. STATUS_NOMEM, STATUS_FULL (above PACKAGE_PROOF_MAX),
 * STATUS_MALFORMED: an ocid prefix that is none. */
enum status proof_write(uint8_t **out, size_t *size, const struct topic *topic,
                        const struct package_options *options, struct failure *why);

/* Reads a charter and its records, each judged by the fold. STATUS_FORGED whenever these bytes are not what
 * proof_write makes of a round: encoding, order, a record twice, a record that has no place in the round.
 * *out is the caller's to free. */
enum status proof_read(struct topic **out, struct package_options *options, struct bytes in,
                       struct failure *why);

/* The same of all that a node holds, which proof_write has written and which may be more: what no quota has room for, read in this order, is left out. A
 * proof of *out can be read back. */
enum status proof_keep(struct topic **out, struct package_options *options, struct bytes in, struct failure *why);

/* "ocds-" and six lower-case letters or digits, as the OCDS helpdesk gives; "": the default. */
bool ocid_prefix_check(const char *prefix);

#endif
