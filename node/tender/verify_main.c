/* verify_main.c - coopair-verify: offline, tiny, for anybody. Exit codes as in coopair: 0 verified, 1
 * unreadable, 2 usage, 7 some byte is not what the records prove. */
#include "node/tender/tender.h"
#include "node/tender/verify.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_UNREADABLE = 1, EXIT_USAGE = 2, EXIT_UNVERIFIED = 7 };

static const char usage[] =
    "usage: coopair-verify [--json] FOLDER\n"
    "Checks a tender package (" PACKAGE_PROOF ", " PACKAGE_JSON ", " PACKAGE_TEXT
    ") without a network: folds its records, writes\n"
    "both renderings again and compares them byte for byte, then says what is proven and what is not.\n"
    "Exit code: 0 verified, 1 cannot be read, 2 usage, 7 some byte is not what the records prove.\n";

static int refuse(enum status status, const struct failure *why, bool json)
{
    bool unverified = status == STATUS_FORGED || status == STATUS_MALFORMED;

    if (json) {
        char clean[sizeof why->text];

        tender_clean(clean, sizeof clean, why->text);
        json_t *report = json_pack("{s:i, s:b, s:s}", "v", 1, "verified", 0, "why", clean);
        char *text = report == NULL ? NULL : json_dumps(report, JSON_COMPACT);
        if (text != NULL)
            puts(text);
        free(text);
        json_decref(report);
    }
    fprintf(stderr, "coopair-verify: %s: %s\n", unverified ? "NOT VERIFIED" : "cannot be read", why->text);
    return unverified ? EXIT_UNVERIFIED : EXIT_UNREADABLE;
}

int main(int argc, char **argv)
{
    struct failure why = { .text = "" };
    struct topic *topic = NULL;
    const char *path = NULL;
    bool json = false;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(usage, stdout);
            return 0;
        }
        if (strcmp(argv[i], "--json") == 0) {
            json = true;
        } else if (path == NULL && argv[i][0] != '-') {
            path = argv[i];
        } else {
            fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    if (path == NULL) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    if (sodium_init() < 0) {
        fputs("coopair-verify: the cryptographic library does not start\n", stderr);
        return EXIT_UNREADABLE;
    }
    enum status status = package_verify(&topic, NULL, path, &why);
    if (status != STATUS_OK)
        return refuse(status, &why, json);
    char *report = json ? verify_json(topic) : verify_text(topic);
    topic_free(topic);
    if (report == NULL) {
        fputs("coopair-verify: out of memory\n", stderr);
        return EXIT_UNREADABLE;
    }
    int printed = fputs(report, stdout);
    free(report);
    return printed >= 0 && (!json || putchar('\n') >= 0) && fflush(stdout) == 0 ? 0 : EXIT_UNREADABLE;
}
