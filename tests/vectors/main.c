/* main.c - vectors KIND FILE...: runs published test vectors through this project's code.
 *
 * The last line is "N passed, M failed". It ends with 0 only when at least one case ran, none failed and
 * every file could be read; with 64 on bad usage. */
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/vectors/vectors.h"

static const struct kind {
    const char *name;
    void (*run)(struct report *report, const json_t *root);
} kinds[] = {
#define KIND_ENTRY(kind) { #kind, kind##_vectors },
    KIND_LIST(KIND_ENTRY)
#undef KIND_ENTRY
};

void report_case(struct report *report, bool passed, const char *format, ...)
{
    va_list args;

    if (passed) {
        report->passed++;
        return;
    }
    report->failed++;
    printf("%s: FAILED: ", report->file);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

void report_skip(struct report *report, const char *format, ...)
{
    va_list args;

    report->skipped++;
    printf("%s: skipped: ", report->file);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

struct bytes hex_read(uint8_t *out, size_t room, const char *text)
{
    const char *end;
    size_t size;

    if (!text || sodium_hex2bin(out, room, text, strlen(text), NULL, &size, &end) != 0 || *end != '\0')
        return (struct bytes){ NULL, 0 };
    return (struct bytes){ out, size };
}

struct bytes hex_field(uint8_t *out, size_t room, const json_t *object, const char *key)
{
    return hex_read(out, room, text_field(object, key));
}

bool hex_field_exact(uint8_t *out, size_t size, const json_t *object, const char *key)
{
    struct bytes bytes = hex_field(out, size, object, key);

    return bytes.data != NULL && bytes.size == size;
}

const char *text_field(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static bool run_file(struct report *report, const struct kind *kind, const char *path)
{
    json_error_t error;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

    if (!root) {
        printf("%s: cannot be read: line %d: %s\n", path, error.line, error.text);
        return false;
    }
    report->file = path;
    kind->run(report, root);
    json_decref(root);
    return true;
}

static int usage(void)
{
    fputs("usage: vectors KIND FILE...\nkinds:", stderr);
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        fprintf(stderr, " %s", kinds[i].name);
    fputc('\n', stderr);
    return 64;
}

int main(int argc, char **argv)
{
    const struct kind *kind = NULL;
    struct report report = { 0 };
    bool readable = true;

    for (size_t i = 0; argc >= 2 && i < ARRAY_SIZE(kinds); i++)
        if (strcmp(kinds[i].name, argv[1]) == 0)
            kind = &kinds[i];
    if (!kind || argc < 3 || sodium_init() < 0)
        return usage();
    for (int i = 2; i < argc; i++)
        readable = run_file(&report, kind, argv[i]) && readable;
    if (report.passed + report.failed == 0)
        puts("no case was run");
    if (report.skipped > 0)
        printf("%u skipped\n", report.skipped);
    printf("%u passed, %u failed\n", report.passed, report.failed);
    return readable && report.failed == 0 && report.passed > 0 ? 0 : 1;
}
