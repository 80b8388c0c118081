/* movements.c - what moved on an account, a block for every 32 days.
 *
 * In a block: day (4 bytes), cents (8), label, party and reference, each with a NUL; by day, amount and label, so that adding
 * is one walk over two sorted lists. Of one day and amount, those of equal label are the same; of the others as many are the
 * same as both sides have, and what the file has beyond is added (see store.h).
 * Failure modes: a movement out of bounds, a block that does not read back, more in 32 days than an entry takes. */
#include "store/accounts.h"

#include <stdlib.h>
#include <string.h>

enum { STRETCH_DAYS = 32, HEAD = 4 + 8 };

struct movements {
    struct movement *list;
    size_t count, room;
};

static bool movements_push(struct store_txn *txn, struct movements *to, const struct movement *movement)
{
    if (to->count == to->room) {
        size_t room = to->room ? 2 * to->room : 64;
        struct movement *larger = realloc(to->list, room * sizeof *larger);

        if (!larger) {
            txn_fail(txn, STATUS_NOMEM, "out of memory for %zu account movements", room);
            return false;
        }
        to->list = larger;
        to->room = room;
    }
    to->list[to->count++] = *movement;
    return true;
}

/* ---- Order. */

static int key_order(const struct movement *a, const struct movement *b)
{
    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    return a->cents < b->cents ? -1 : a->cents > b->cents;
}

static int movement_order(const void *left, const void *right)
{
    const struct movement *a = left, *b = right;
    int order = key_order(a, b);

    if (order == 0)
        order = strcmp(a->label, b->label);
    if (order == 0)
        order = strcmp(a->party, b->party);
    return order ? order : strcmp(a->reference, b->reference);
}

static void movements_sort(struct movements *movements)
{
    if (movements->count > 1)
        qsort(movements->list, movements->count, sizeof *movements->list, movement_order);
}

/* ---- Blocks. */

static void block_key(struct entry_key *key, uint16_t number, int64_t stretch)
{
    key_start(key, TABLE_MOVEMENT);
    key_u16(key, number);
    key_u64(key, (uint64_t)stretch);
}

static bool text_take(const char **out, struct bytes *in, size_t room)
{
    const uint8_t *end = in->size > 0 ? memchr(in->data, '\0', in->size) : NULL;
    size_t size = end ? (size_t)(end - in->data) + 1 : 0;

    if (!end || size > room)
        return false;
    *out = (const char *)in->data;
    *in = (struct bytes){ in->data + size, in->size - size };
    return true;
}

static bool movement_take(struct movement *out, struct bytes *in, int64_t stretch)
{
    if (in->size < HEAD)
        return false;
    out->day = be32_read(in->data);
    out->cents = (int64_t)be64_read(in->data + 4);
    *in = (struct bytes){ in->data + HEAD, in->size - HEAD };
    return out->day / STRETCH_DAYS == stretch && text_take(&out->label, in, MOVEMENT_LABEL_MAX) &&
           text_take(&out->party, in, MOVEMENT_PARTY_MAX) && text_take(&out->reference, in, MOVEMENT_REFERENCE_MAX);
}

/* The texts point into the block. */
static void block_load(struct store_txn *txn, struct movements *out, const struct entry_key *key, struct bytes block)
{
    struct movement movement;

    while (block.size > 0 && !store_status(txn)) {
        if (!movement_take(&movement, &block, (int64_t)key_last_u64(key)))
            txn_damaged(txn, key);
        else
            movements_push(txn, out, &movement);
    }
}

static uint8_t *text_put(uint8_t *to, const char *text)
{
    size_t size = strlen(text) + 1;

    memcpy(to, text, size);
    return to + size;
}

static void block_put(struct store_txn *txn, const struct entry_key *key, const struct movements *movements)
{
    struct buffer block = { NULL, 0, 0 };
    size_t size = 0;
    uint8_t *at;

    for (size_t i = 0; i < movements->count; i++) {
        const struct movement *m = &movements->list[i];

        size += HEAD + strlen(m->label) + strlen(m->party) + strlen(m->reference) + 3;
    }
    if (!buffer_room(&block, size)) {
        txn_fail(txn, STATUS_NOMEM, "out of memory for %zu account movements", movements->count);
        return;
    }
    at = block.data;
    for (size_t i = 0; i < movements->count; i++) {
        const struct movement *m = &movements->list[i];

        be32_write(at, (uint32_t)m->day);
        be64_write(at + 4, (uint64_t)m->cents);
        at = text_put(text_put(text_put(at + HEAD, m->label), m->party), m->reference);
    }
    txn_put(txn, key, (struct bytes){ block.data, size });
    buffer_clear(&block);
}

/* ---- Adding. */

static bool text_fits(const char *text, size_t room)
{
    size_t size = strnlen(text, room);

    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return false;
    }
    return size < room;
}

static bool movement_fits(const struct movement *m)
{
    return m->day >= 0 && m->day < STORE_DAY_END && m->cents >= -STORE_CENTS_MAX && m->cents <= STORE_CENTS_MAX &&
           text_fits(m->label, MOVEMENT_LABEL_MAX) && text_fits(m->party, MOVEMENT_PARTY_MAX) &&
           text_fits(m->reference, MOVEMENT_REFERENCE_MAX);
}

/* How many from i on share day and amount. */
static size_t group_size(const struct movements *in, size_t i)
{
    size_t end = i;

    while (end < in->count && key_order(&in->list[i], &in->list[end]) == 0)
        end++;
    return end - i;
}

/* news[0..count) and olds[0..known) share day and amount, both by label. Pushes what the file has beyond, and returns how many. */
static size_t group_merge(struct store_txn *txn, struct movements *to, const struct movement *olds, size_t known,
                          const struct movement *news, size_t count)
{
    size_t beyond = count > known ? count - known : 0, left = beyond, i = 0;

    for (size_t j = 0; j < count && left > 0; j++) {
        while (i < known && strcmp(olds[i].label, news[j].label) < 0)
            i++;
        if (i < known && strcmp(olds[i].label, news[j].label) == 0)
            i++;
        else if (movements_push(txn, to, &news[j]))
            left--;
        else
            break;
    }
    return beyond - left;
}

/* The file's movements of one stretch, by movement_order. */
static void stretch_add(struct store_txn *txn, struct account_row *row, const struct movements *news)
{
    int64_t stretch = news->list[0].day / STRETCH_DAYS;
    struct movements all = { NULL, 0, 0 }, added = { NULL, 0, 0 };
    struct entry_key key;
    struct bytes block;
    size_t known = 0, known_count, count;

    block_key(&key, row->number, stretch);
    if (txn_get(txn, &block, &key))
        block_load(txn, &all, &key, block);
    known_count = all.count;
    for (size_t i = 0; i < news->count && !store_status(txn); i += count) {
        const struct movement *first = &news->list[i];

        count = group_size(news, i);
        while (known < known_count && key_order(&all.list[known], first) < 0)
            known++;
        group_merge(txn, &added, all.list + known,
                    known < known_count && key_order(&all.list[known], first) == 0 ? group_size(&all, known) : 0, first, count);
    }
    for (size_t i = 0; i < added.count && !store_status(txn); i++) {
        movements_push(txn, &all, &added.list[i]);
        row->account.cents += added.list[i].cents;
    }
    row->account.count += added.count;
    if (added.count > 0 && !store_status(txn)) {
        movements_sort(&all);
        block_put(txn, &key, &all);
    }
    free(all.list);
    free(added.list);
}

static void account_add(struct store_txn *txn, struct account_row *row, const struct movements *sorted)
{
    struct store_account *account = &row->account;
    uint64_t before = account->count;
    size_t end;

    for (size_t i = 0; i < sorted->count && !store_status(txn); i = end) {
        struct movements part = { sorted->list + i, 0, 0 };

        for (end = i; end < sorted->count && sorted->list[end].day / STRETCH_DAYS == part.list[0].day / STRETCH_DAYS;)
            end++;
        part.count = end - i;
        stretch_add(txn, row, &part);
    }
    if (store_status(txn) || account->count == before)
        return;
    if (before == 0 || sorted->list[0].day < account->first_day)
        account->first_day = sorted->list[0].day;
    if (before == 0 || sorted->list[sorted->count - 1].day > account->last_day)
        account->last_day = sorted->list[sorted->count - 1].day;
    account_row_put(txn, row);
}

/* A copy of the list in order; texts stay the caller's. */
static void movements_copy(struct store_txn *txn, struct movements *out, const struct movement *movements, size_t count)
{
    for (size_t i = 0; i < count && !store_status(txn); i++) {
        if (!movement_fits(&movements[i]))
            txn_fail(txn, STATUS_MALFORMED, "movement %zu has an impossible day, amount or text", i + 1);
        else
            movements_push(txn, out, &movements[i]);
    }
    movements_sort(out);
}

void store_movements_add(struct store_txn *txn, const char *account, const char currency[4], const struct movement *movements,
                         size_t count, size_t *added)
{
    struct movements sorted = { NULL, 0, 0 };
    struct account_row row = { .number = 0 };
    uint64_t before = 0;

    if (!account_name_fits(account) || !account_name_fits(currency) || strlen(currency) != 3)
        txn_fail(txn, STATUS_MALFORMED, "an account has a name of 1 to %d printable ASCII characters and a currency of three",
                 ACCOUNT_NAME_MAX - 1);
    movements_copy(txn, &sorted, movements, count);
    if (!store_status(txn) && count > 0) {
        if (!account_row_find(txn, &row, account) && !store_status(txn))
            account_row_new(txn, &row, account, currency);
        if (strcmp(row.account.currency, currency) != 0)
            txn_fail(txn, STATUS_EXISTS, "the account %s is in %s, the file in %s: give it another name", account,
                     row.account.currency, currency);
        before = row.account.count;
        account_add(txn, &row, &sorted);
    }
    free(sorted.list);
    if (added)
        *added = store_status(txn) ? 0 : (size_t)(row.account.count - before);
}

/* ---- Reading. */

/* What a walk holds of one stretch: the blocks of all accounts, and their movements with their account. */
struct stretch {
    struct buffer blocks[STORE_ACCOUNTS_MAX];
    struct movements movements;
    struct placed {
        struct movement movement;
        size_t account, place;
    } *placed;
    size_t count;
};

static int placed_order(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;

    if (a->movement.day != b->movement.day)
        return a->movement.day < b->movement.day ? -1 : 1;
    if (a->account != b->account)
        return a->account < b->account ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

static void stretch_place(struct store_txn *txn, struct stretch *stretch, size_t account)
{
    const struct movements *movements = &stretch->movements;
    struct placed *larger = realloc(stretch->placed, (stretch->count + movements->count + 1) * sizeof *larger);

    if (!larger) {
        txn_fail(txn, STATUS_NOMEM, "out of memory for %zu account movements", movements->count);
        return;
    }
    stretch->placed = larger;
    for (size_t i = 0; i < movements->count; i++, stretch->count++)
        larger[stretch->count] = (struct placed){ movements->list[i], account, i };
}

static void stretch_load(struct store_txn *txn, struct stretch *stretch, const struct account_row *rows, size_t count, int64_t at)
{
    struct entry_key key;
    struct bytes block;

    stretch->count = 0;
    for (size_t i = 0; i < count; i++) {
        struct buffer *copy = &stretch->blocks[i];

        block_key(&key, rows[i].number, at);
        if (!txn_get(txn, &block, &key))
            continue;
        if (!buffer_room(copy, block.size)) {
            txn_fail(txn, STATUS_NOMEM, "out of memory for an entry of %zu bytes", block.size);
            return;
        }
        memcpy(copy->data, block.data, block.size);
        stretch->movements.count = 0;
        block_load(txn, &stretch->movements, &key, (struct bytes){ copy->data, block.size });
        stretch_place(txn, stretch, i);
    }
    if (stretch->count > 1)
        qsort(stretch->placed, stretch->count, sizeof *stretch->placed, placed_order);
}

static void stretch_clear(struct stretch *stretch)
{
    for (size_t i = 0; i < STORE_ACCOUNTS_MAX; i++)
        buffer_clear(&stretch->blocks[i]);
    free(stretch->movements.list);
    free(stretch->placed);
}

/* The accounts wanted and the days that hold anything of them. Returns how many accounts. */
static size_t wanted(struct store_txn *txn, struct account_row rows[STORE_ACCOUNTS_MAX], const char *account, int64_t *from_day,
                     int64_t *to_day)
{
    int64_t first = INT64_MAX, last = -1;
    size_t count;

    if (account)
        count = account_name_fits(account) && account_row_find(txn, &rows[0], account);
    else
        count = account_rows(txn, rows);
    for (size_t i = 0; i < count; i++) {
        first = rows[i].account.first_day < first ? rows[i].account.first_day : first;
        last = rows[i].account.last_day > last ? rows[i].account.last_day : last;
    }
    *from_day = *from_day > first ? *from_day : first;
    *to_day = *to_day < last + 1 ? *to_day : last + 1;
    return count;
}

void store_movements(struct store_txn *txn, const char *account, int64_t from_day, int64_t to_day,
                     bool (*visit)(void *arg, const struct store_account *account, const struct movement *movement), void *arg)
{
    struct account_row rows[STORE_ACCOUNTS_MAX];
    struct stretch stretch = { .count = 0 };
    size_t count = wanted(txn, rows, account, &from_day, &to_day);
    bool go_on = true;

    for (int64_t at = from_day / STRETCH_DAYS; from_day < to_day && at * STRETCH_DAYS < to_day && go_on; at++) {
        stretch_load(txn, &stretch, rows, count, at);
        go_on = !store_status(txn);
        for (size_t i = 0; i < stretch.count && go_on; i++) {
            const struct placed *placed = &stretch.placed[i];

            if (placed->movement.day >= from_day && placed->movement.day < to_day)
                go_on = visit(arg, &rows[placed->account].account, &placed->movement);
        }
    }
    stretch_clear(&stretch);
}
