/* queue.c - what is due next: a binary heap by time, then by order of making, so that one seed gives one story. And the world's luck. */
#include "tests/sim/sim.h"

#include <assert.h>
#include <stdlib.h>

uint64_t luck_next(struct luck *luck)
{
    uint64_t z = luck->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* The bias of a remainder is below 2^-32 for the small bounds drawn here. */
uint64_t luck_below(struct luck *luck, uint64_t bound)
{
    return luck_next(luck) % bound;
}

bool luck_percent(struct luck *luck, double percent)
{
    return (double)luck_below(luck, 1000000) < percent * 10000;
}

void luck_fill(struct luck *luck, uint8_t *out, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)luck_next(luck);
}

static bool before(const struct due *a, const struct due *b)
{
    return a->at_ms < b->at_ms || (a->at_ms == b->at_ms && a->order < b->order);
}

void queue_push(struct queue *queue, struct due due)
{
    size_t i = queue->count++;

    if (i == queue->room) {
        queue->room = queue->room == 0 ? 1024 : 2 * queue->room;
        queue->heap = realloc(queue->heap, queue->room * sizeof *queue->heap);
        assert(queue->heap != NULL);
    }
    if (due.order == 0)
        due.order = ++queue->order; /* what is put off keeps its place */
    for (; i > 0 && before(&due, &queue->heap[(i - 1) / 2]); i = (i - 1) / 2)
        queue->heap[i] = queue->heap[(i - 1) / 2];
    queue->heap[i] = due;
}

struct due queue_pop(struct queue *queue)
{
    struct due top, last;
    size_t i = 0, child;

    assert(queue->count > 0);
    top = queue->heap[0];
    last = queue->heap[--queue->count];
    while ((child = 2 * i + 1) < queue->count) {
        if (child + 1 < queue->count && before(&queue->heap[child + 1], &queue->heap[child]))
            child++;
        if (!before(&queue->heap[child], &last))
            break;
        queue->heap[i] = queue->heap[child];
        i = child;
    }
    queue->heap[i] = last;
    return top;
}
