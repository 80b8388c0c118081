/* company_tender.c - see company_tender.h. */
#include "node/command/company_tender.h"

#include "node/command/command.h"
#include "node/home/whole_file.h"
#include "node/tender/proof.h"
#include "node/tender/verify.h"

#include <stdlib.h>
#include <sys/stat.h>

enum status company_tender_read(struct topic **out, const char *path, struct failure *why)
{
    struct stat found;
    char *text;
    size_t size;
    enum status status;

    if (stat(path, &found) == 0 && S_ISDIR(found.st_mode))
        return package_verify(out, NULL, path, why);
    status = whole_file_read(&text, &size, path, PACKAGE_PROOF_MAX, why);
    if (status != STATUS_OK)
        return status;
    status = proof_read(out, NULL, (struct bytes){ (uint8_t *)text, size }, why);
    free(text);
    return status;
}
