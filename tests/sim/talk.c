/* talk.c - what homes say to each other, by kind of message; and what the records of a round weigh, by box.
 *
 * The stand-in leaves frames in clear, so the messages in them can be counted: a head of 2 and a tag, messages each behind its length, padding,
 * a tag (WIRE 2.2, 10.1). What is sent at once is whole frames, or a message of a handshake. */
#include "proto/overlay/message.h"
#include "tests/sim/sim.h"

#include <inttypes.h>
#include <string.h>

static const char *const names[TALK_KINDS] = {
    [MESSAGE_HELLO / 2] = "hello", [MESSAGE_FOLLOW / 2] = "follow", [MESSAGE_UNFOLLOW / 2] = "unfollow", [MESSAGE_ASK / 2] = "ask",
    [MESSAGE_CHARTER / 2] = "charter", [MESSAGE_RECORD / 2] = "record", [MESSAGE_HAVE / 2] = "have", [MESSAGE_GRAFT / 2] = "graft",
    [MESSAGE_PRUNE / 2] = "prune", [MESSAGE_SYNC / 2] = "sync", [MESSAGE_PEERS / 2] = "peers", [MESSAGE_LEAVE / 2] = "leave",
    [MESSAGE_PING / 2] = "ping", [MESSAGE_PONG / 2] = "pong", [TALK_SHAKE] = "handshake", [TALK_FRAME] = "frames",
};

static void add(struct talk *talk, unsigned kind, size_t size)
{
    talk->count[kind]++;
    talk->bytes[kind] += size;
}

/* A message is an array of less than 16 fields whose first is its type, one byte each. */
static void count_message(struct talk *talk, struct bytes message)
{
    struct message read;
    bool known;

    if (message.size < 2 || message.data[1] / 2 >= TALK_SHAKE)
        return;
    add(talk, message.data[1] / 2, MESSAGE_HEAD + message.size);
    if (message.data[1] == MESSAGE_RECORD && message_read(&read, &known, message) && known)
        talk->ways[read.record.way]++;
}

uint64_t talk_hear(struct talk *talk, const uint8_t *data, size_t size)
{
    uint64_t messages = 0;
    size_t frames = size, count = 0;

    for (size_t at = 0, end; at + MESSAGE_HEAD + 2 * TAG_SIZE <= size; at = end + TAG_SIZE, count++) {
        struct bytes body = { data + at + MESSAGE_HEAD + TAG_SIZE, be16_read(data + at) }, one;

        end = at + MESSAGE_HEAD + TAG_SIZE + body.size;
        if (end + TAG_SIZE > size)
            break;
        for (; message_next(&one, &body); messages++) {
            count_message(talk, one);
            frames -= MESSAGE_HEAD + one.size;
        }
    }
    if (messages == 0) {
        add(talk, TALK_SHAKE, size);
        return 1;
    }
    talk->count[TALK_FRAME] += count;
    talk->bytes[TALK_FRAME] += frames;
    return messages;
}

void talk_print(const struct sim *s)
{
    size_t bytes[BOXES] = { 0 }, all = 0, deals = 0;

    for (size_t i = 0; i < s->record_count; i++) {
        const struct ledger_record *r = &s->records[i];

        bytes[r->box] += r->size;
        all += r->size;
        deals += r->kind == RECORD_DEAL ? r->size : 0;
    }
    printf(",\"record_bytes\":%zu,\"box_bytes\":[", all);
    for (int box = 0; box < BOXES; box++)
        printf("%s%zu", box > 0 ? "," : "", bytes[box]);
    printf("],\"not_deals\":%.3f,\"copies\":%.3f,\"ways\":[%" PRIu64 ",%" PRIu64 ",%" PRIu64 "],\"talk\":{", all > 0 ? (double)(all - deals) / (double)all : 0,
           s->kept > 0 ? (double)s->talk.count[MESSAGE_RECORD / 2] / (double)s->kept : 0, s->talk.ways[0], s->talk.ways[1], s->talk.ways[2]);
    for (int kind = 0, printed = 0; kind < TALK_KINDS; kind++) {
        if (s->talk.count[kind] > 0)
            printf("%s\"%s\":[%" PRIu64 ",%" PRIu64 "]", printed++ > 0 ? "," : "", names[kind], s->talk.count[kind], s->talk.bytes[kind]);
    }
    printf("}");
}
