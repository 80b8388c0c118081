/* merlin.c - transcripts replayed: what is appended, and every challenge that must come out. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/vectors/vectors.h"

enum { MESSAGE_MAX = 4096 };

static bool challenge_fits(struct transcript *t, const char *label, const json_t *op)
{
    uint8_t expected[MESSAGE_MAX], challenge[MESSAGE_MAX];
    struct bytes output = hex_field(expected, sizeof expected, op, "output");

    if (!output.data || output.size == 0)
        return false;
    transcript_challenge(t, label, challenge, output.size);
    return memcmp(challenge, expected, output.size) == 0;
}

static bool step_fits(struct transcript *t, const json_t *op)
{
    const char *kind = text_field(op, "op"), *label = text_field(op, "label");
    uint8_t buffer[MESSAGE_MAX];
    struct bytes message;
    uint64_t value;
    int end = 0;

    if (strcmp(kind, "append_message") == 0) {
        message = hex_field(buffer, sizeof buffer, op, "message");
        if (message.data)
            transcript_append(t, label, message);
        return message.data != NULL;
    }
    if (strcmp(kind, "append_u64") == 0) {
        const char *text = text_field(op, "value");

        if (sscanf(text, "%" SCNu64 "%n", &value, &end) != 1 || text[end] != '\0')
            return false;
        transcript_append_u64(t, label, value);
        return true;
    }
    return strcmp(kind, "challenge_bytes") == 0 && challenge_fits(t, label, op);
}

void merlin_vectors(struct report *report, const json_t *root)
{
    const json_t *item, *op;
    size_t i, j;

    json_array_foreach (root, i, item) {
        const json_t *ops = json_object_get(item, "ops");
        struct transcript t;
        bool fine = json_array_size(ops) > 0;

        transcript_init(&t, text_field(item, "protocol_label"));
        json_array_foreach (ops, j, op)
            fine = fine && step_fits(&t, op);
        report_case(report, fine, "%s", text_field(item, "protocol_label"));
    }
}
