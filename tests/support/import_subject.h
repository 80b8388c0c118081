/* import_subject.h - a file as the importer sees it, and what became of it. For the tests of node/import. */
#ifndef COOP_TESTS_IMPORT_SUBJECT_H
#define COOP_TESTS_IMPORT_SUBJECT_H

#include "node/import/import.h"
#include "tests/support/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

struct subject {
    struct import import;
    struct failure why;
    enum status status;
};

static inline void read_bytes(struct subject *subject, struct bytes file)
{
    subject->why.text[0] = '\0';
    subject->status = import_read(&subject->import, file, &subject->why);
}

static inline void read_text(struct subject *subject, const char *text)
{
    read_bytes(subject, (struct bytes){ (const uint8_t *)text, strlen(text) });
}

/* A file beside the project, which must be read; without it the test is skipped. */
static inline void read_shared(struct subject *subject, const char *path)
{
    struct bytes file = file_load(path);

    if (!file.data)
        skip();
    read_bytes(subject, file);
    file_free(file);
    if (subject->status != STATUS_OK)
        fail_msg("%s: %s", path, subject->why.text);
}

static inline void expect_reading(const struct import *import, size_t i, int64_t start_s, uint32_t length_s,
                                  int64_t energy_mwh)
{
    assert_true(i < import->count);
    assert_int_equal(import->readings[i].start_s, start_s);
    assert_int_equal(import->readings[i].length_s, length_s);
    assert_int_equal(import->readings[i].energy_mwh, energy_mwh);
}

static inline void expect_refused(const struct import *import, size_t i, uint64_t line, const char *said)
{
    assert_true(i < import->reject_count);
    if (import->rejects[i].line != line || !strstr(import->rejects[i].reason, said))
        fail_msg("line %llu: %s, not line %llu: %s", (unsigned long long)import->rejects[i].line,
                 import->rejects[i].reason, (unsigned long long)line, said);
}

#endif
