/* company_tender.h - a tender as a company gets it in its hands: a folder, or a proof alone. */
#ifndef COOP_NODE_COMPANY_TENDER_H
#define COOP_NODE_COMPANY_TENDER_H

#include "proto/proto.h"

/* A folder is verified whole, as coopair-verify does; a single file is taken as its proof. The caller frees
 * *out with topic_free. Failures as package_verify: STATUS_FORGED is the sender's lie, said in *why. */
enum status company_tender_read(struct topic **out, const char *path, struct failure *why);

#endif
