/* package.h - a tender as a company receives it: a folder that can be checked without trusting whoever sent
 * it.
 *
 *   proof.coop           the charter and every record of the round: all that the rest is computed from
 *   tender.json          the same as an OCDS 1.1.5 release package
 *   tender.txt           the same for a reader, one page
 *   prices-template.csv  to fill in and hand to `coopair bid seal` (nothing is proved about it)
 *
 * The first three are a pure function of the records and of the two settings in struct package_options,
 * which proof.coop carries. So a verifier renders them again and compares byte for byte: one rule instead of
 * a list of checks to forget.
 *
 * proof.coop is canonical MessagePack (WIRE 1.1): [1, ocid prefix, "en" or "fr", charter, [record, ...]],
 * each record as on the wire (WIRE 5.1), strictly ascending in id. */
#ifndef COOP_NODE_PACKAGE_H
#define COOP_NODE_PACKAGE_H

#include "proto/proto.h"

#define PACKAGE_PROOF "proof.coop"
#define PACKAGE_JSON "tender.json"
#define PACKAGE_TEXT "tender.txt"
#define PACKAGE_PRICES "prices-template.csv"

/* The prefix of the standard's own fictional examples: right for trials. Real publication needs one of its
 * own, given by the OCDS helpdesk. */
#define PACKAGE_OCID_PREFIX "ocds-213czf"

enum {
    OCID_PREFIX_MAX = 32,
    PACKAGE_PROOF_MAX = 64 << 20, /* 1 000 homes and a committee of 31 make about 10 MB */
    PACKAGE_TEXT_MAX = 4 << 20,   /* of tender.json and of tender.txt */
};

struct package_options {
    char ocid_prefix
        [OCID_PREFIX_MAX]; /* "ocds-" and 6 lower-case letters or digits; "": PACKAGE_OCID_PREFIX */
    bool french;           /* headings and sentences; the charter's own words stay as they are */
};

/* Writes the four files into dir (made if missing; files of these names are replaced one by one, each whole
 * or not at all) and reads them back as a verifier would, so that what it reports as written does verify.
 * STATUS_EARLY: nobody knows the demand yet. STATUS_DENIED: the round has forked, there is no one tender.
 * Options may be NULL. */
enum status package_write(const char *dir, struct topic *topic, const struct package_options *options,
                          struct failure *why);

/* Reads the proof of a package: path is the folder, or any file in it. The caller frees *out with
 * topic_free. STATUS_MISSING: nothing like a package there; STATUS_DISK: it cannot be read; STATUS_FORGED:
 * the bytes are not what the round's committee and homes signed, a sentence in *why. options (may be NULL)
 * receives the settings. */
enum status package_read(struct topic **out, struct package_options *options, const char *path,
                         struct failure *why);

/* The files in memory, as rendered or as found; each text is followed by a zero byte that size does not
 * count. */
enum package_file { FILE_PROOF, FILE_JSON, FILE_TEXT, FILE_PRICES, PACKAGE_FILES };
struct package {
    char *data[PACKAGE_FILES]; /* NULL: absent */
    size_t size[PACKAGE_FILES];
};
const char *package_file_name(enum package_file file);
enum status package_make(struct package *out, struct topic *topic, const struct package_options *options,
                         struct failure *why);
/* The first three only. STATUS_FORGED: there is a package, but a file of it is missing or longer than any
 * honest one. */
enum status package_load(struct package *out, const char *path, struct failure *why);
void package_clear(struct package *package);

#endif
