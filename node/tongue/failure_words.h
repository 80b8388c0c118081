/* failure_words.h - what the rooms below say of a failure, in the tongue of whoever asks. They know no catalogue, and say English. */
#ifndef COOP_NODE_FAILURE_WORDS_H
#define COOP_NODE_FAILURE_WORDS_H

#include "crypto/base.h"

/* The same failure with the words of tongue_now: as it is when the catalogue has none for it. */
struct failure failure_words(const struct failure *why);

#endif
