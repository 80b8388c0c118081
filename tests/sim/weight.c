/* weight.c - how many bytes a round has: of its records, of which each home holds every one, and of what went over the wires until each box was
 * closed. Frames, keep-alives, comparisons and copies too many are in the latter. */
#include "tests/sim/sim.h"

#include <inttypes.h>

struct weight {
    size_t deals, lists, told; /* told: by another list */
    uint64_t deal, seen, vote, open; /* bytes; vote: cuts, votes and flags */
};

static void add(struct weight *w, const struct ledger_record *r)
{
    if (r->kind == RECORD_DEAL) {
        w->deals++;
        w->deal += r->size;
    } else if (r->kind == RECORD_SEEN) {
        w->seen += r->size;
        w->lists++;
        w->told += ledger_told_by_another(r);
    } else if (r->kind == RECORD_OPEN) {
        w->open += r->size;
    } else {
        w->vote += r->size;
    }
}

static void print(const struct sim *s, const char *box, const struct weight *w, uint64_t wire)
{
    uint64_t other = w->seen + w->vote + w->open, all = w->deal + other;

    printf("{\"scenario\":\"%s\",\"nodes\":%d,\"seed\":%" PRIu64 ",\"box\":\"%s\",\"deals\":%zu,\"lists\":%zu,\"told_by_another\":%zu,\"bytes\":%" PRIu64 ",\"deal_bytes\":%" PRIu64
           ",\"seen_bytes\":%" PRIu64 ",\"vote_bytes\":%" PRIu64 ",\"open_bytes\":%" PRIu64 ",\"other_percent\":%.1f,\"wire_per_home\":%" PRIu64
           ",\"wire_of_records\":%.2f}\n",
           s->plan.name, s->nodes, s->seed, box, w->deals, w->lists, w->told, all, w->deal, w->seen, w->vote, w->open, all == 0 ? 0 : 100.0 * (double)other / (double)all,
           wire / (uint64_t)s->nodes, all == 0 ? 0 : (double)wire / s->nodes / (double)all);
}

void weight_print(const struct sim *s)
{
    static const char *const names[BOXES] = { "registry", "key", "interest", "join", "bids" };
    struct weight box[BOXES] = { { 0 } }, season = { 0 };
    uint64_t before = 0;

    for (size_t i = 0; i < s->record_count; i++) {
        add(&box[s->records[i].box], &s->records[i]);
        add(&season, &s->records[i]);
    }
    for (int b = 0; b < BOXES; b++) {
        uint64_t then = b == BOX_BIDS || !s->closings[b].closed ? s->bytes : s->closings[b].bytes_then;

        print(s, names[b], &box[b], then - before);
        before = then;
    }
    print(s, "season", &season, s->bytes);
}
