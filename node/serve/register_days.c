/* register_days.c - see register_days.h.
 *
 * A reading says something about the midnights up to two days around it, and those about the days beside them, so five
 * days around what is new are looked at: they come out the same whichever file came first. Failure modes: those of the
 * transaction, which remembers them. */
#include "node/serve/register_days.h"

#include "node/import/import.h"
#include "node/import/registers.h"
#include "node/tongue/tongue.h"

#include <stdlib.h>

static const int64_t AROUND_S = 5 * 86400;

struct gathering {
    struct reading *list;
    size_t count;
    bool full;
};

static bool gather(void *arg, const struct reading *readings, size_t count)
{
    struct gathering *g = arg;
    struct reading *larger = realloc(g->list, (g->count + count) * sizeof *larger);

    g->full = !larger;
    if (!larger)
        return false;
    g->list = larger;
    for (size_t i = 0; i < count; i++)
        g->list[g->count++] = readings[i];
    return true;
}

static void heat_up(struct import *days, int64_t heat)
{
    for (size_t i = 0; i < days->count; i++)
        days->readings[i].energy_mwh = import_gas_mwh(days->readings[i].energy_mwh, heat);
}

static enum status used_add(size_t *days, struct store_txn *txn, const struct series_name *used, const struct gathering *marks, int64_t heat,
                            struct failure *why)
{
    struct import import = { .volume = used->quantity == QUANTITY_GAS };
    enum status status = registers_days(&import, marks->list, marks->count, why);

    if (!status && import.count > 0) {
        if (import.volume)
            heat_up(&import, heat);
        store_series_add(txn, used, import.readings, import.count, NULL, NULL);
        *days = import.count;
    }
    import_clear(&import);
    return status;
}

enum status register_days(size_t *days, struct store_txn *txn, const struct series_name *name, const struct reading *readings, size_t count,
                          int64_t heat, struct failure *why)
{
    struct series_name used = *name;
    struct gathering marks = { NULL, 0, false };
    int64_t from_s = readings[0].start_s, to_s = from_s;
    enum status status = STATUS_OK;

    *days = 0;
    used.quantity = (enum quantity)(name->quantity - QUANTITY_REGISTER_IN);
    if (used.quantity == QUANTITY_GAS && heat == 0)
        return STATUS_OK;
    for (size_t i = 0; i < count; i++) {
        from_s = readings[i].start_s < from_s ? readings[i].start_s : from_s;
        to_s = readings[i].start_s > to_s ? readings[i].start_s : to_s;
    }
    store_series_scan(txn, name, from_s - AROUND_S, to_s + AROUND_S, gather, &marks);
    if (marks.full)
        status = failure_say(why, STATUS_NOMEM, _("out of memory for %zu readings"), marks.count);
    else if (!store_status(txn))
        status = used_add(days, txn, &used, &marks, heat, why);
    free(marks.list);
    return status;
}
