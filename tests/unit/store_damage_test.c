/* A cut or scribbled file: told in words, never a crash, never an invented or silently missing entry. */
#include "store/env.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

enum { FILE_MAX = 1 << 20, PAGE = 4096, SETTINGS = 60, RECORDS = 120 };

static const uint8_t KEY[STORE_KEY_SIZE] = { 7 }, TOPIC[STORE_ID_SIZE] = { 1 };
static const struct series_name METER = { "meter", QUANTITY_ELECTRICITY_IN };

static uint64_t draw_state;
static uint64_t draw(uint64_t below)
{
    draw_state = draw_state * 6364136223846793005u + 1442695040888963407u;
    return (draw_state >> 33) % below;
}

static char dir[FOLDER_PATH], path[FOLDER_PATH + 16];
static uint8_t pristine[FILE_MAX], file[FILE_MAX];
static size_t pristine_size;
static struct reading days[6000];

static void file_save(const uint8_t *bytes, size_t size)
{
    FILE *out = fopen(path, "w");

    assert_int_equal(fwrite(bytes, 1, size, out), size);
    fclose(out);
}

/* Several commits, some of them erasing, so that there are free pages, branches, and values in pages of their own. */
static int fill(void **state)
{
    struct store *store;
    struct store_txn *txn;
    char name[20];
    FILE *in;

    (void)state;
    folder_new(dir);
    snprintf(path, sizeof path, "%s/store.mdb", dir);
    assert_int_equal(store_open(&store, dir, KEY, STORE_WRITE, NULL), STATUS_OK);
    for (size_t i = 0; i < ARRAY_SIZE(days); i++)
        days[i] = (struct reading){ 1700000000 / 900 * 900 + 900 * (int64_t)i, 900, (int64_t)(i * 7919 % 3000) };
    for (uint32_t i = 0; i < RECORDS; i++) {
        uint8_t id[STORE_ID_SIZE] = { 0 }, body[300];

        be32_write(id, i * 2654435761u);
        memset(body, (int)i, sizeof body);
        txn = store_begin(store, STORE_WRITE);
        store_record_put(txn, TOPIC, id, i, (struct bytes){ body, i % 7 ? 100 + i : sizeof body });
        store_record_put(txn, KEY, id, i, (struct bytes){ file, 6000 }); /* large, and erased below */
        if (i % 40 == 39)
            store_topic_erase(txn, KEY);
        if (i < SETTINGS) {
            snprintf(name, sizeof name, "setting %u", i);
            store_setting_put(txn, NULL, name, BYTES(id));
        }
        store_series_add(txn, &METER, days + i * 50, 50, NULL, NULL);
        assert_int_equal(store_commit(txn, NULL), STATUS_OK);
    }
    store_close(store);
    in = fopen(path, "r");
    pristine_size = fread(pristine, 1, sizeof pristine, in);
    fclose(in);
    print_message("%zu pages\n", pristine_size / PAGE);
    return pristine_size > 20 * PAGE && pristine_size < sizeof pristine ? 0 : -1;
}

static int clean_up(void **state)
{
    (void)state;
    folder_remove(dir);
    return 0;
}

static bool see_record(void *arg, const struct store_record *record)
{
    uint32_t *next = arg;
    size_t size = *next % 7 ? 100 + *next : 300;

    assert_int_equal(record->arrival_ms, *next);
    assert_int_equal(record->bytes.size, size);
    assert_int_equal(record->bytes.data[size - 1], (uint8_t)*next);
    ++*next;
    return true;
}

static bool see_readings(void *arg, const struct reading *readings, size_t count)
{
    size_t *next = arg;

    for (size_t i = 0; i < count; i++, ++*next)
        assert_true(readings[i].start_s == days[*next].start_s && readings[i].energy_mwh == days[*next].energy_mwh);
    return true;
}

/* Everything there is, and it is right. Without `whole` something may fail to read, but nothing may read wrong. */
static void read_all(struct store *store, bool whole)
{
    struct failure why = { .text = "" };
    struct bytes value;
    enum status status;
    char name[20];
    uint32_t records = 0;
    size_t readings = 0;

    for (int part = 0; part < 3; part++) {
        struct store_txn *txn = store_begin(store, STORE_READ);

        if (part == 0)
            store_record_scan(txn, TOPIC, 0, see_record, &records);
        if (part == 1)
            store_series_scan(txn, &METER, 0, INT64_MAX, see_readings, &readings);
        for (uint32_t i = 0; part == 2 && i < SETTINGS; i++) {
            snprintf(name, sizeof name, "setting %u", i);
            if (store_setting_get(txn, &value, NULL, name))
                assert_int_equal(be32_read(value.data), i * 2654435761u);
            else
                assert_int_equal(store_status(txn), STATUS_MALFORMED);
        }
        status = store_commit(txn, &why);
        assert_true(status == STATUS_OK || (!whole && status == STATUS_MALFORMED && strlen(why.text) > 20));
    }
    assert_true(!whole || (records == RECORDS && readings == ARRAY_SIZE(days)));
}

/* How a damaged file was received. */
static struct {
    unsigned refused, noticed, harmless;
} tally;

static void receive(void)
{
    struct store *store;
    struct store_health health;
    struct failure why = { .text = "" };
    struct store_txn *txn;
    enum status status = store_open(&store, dir, KEY, STORE_WRITE, &why);

    if (status) {
        assert_null(store);
        assert_true(status == STATUS_MALFORMED || status == STATUS_VERSION || status == STATUS_DENIED || status == STATUS_NOMEM);
        assert_true(strlen(why.text) > 20);
        tally.refused++;
        return;
    }
    status = store_check(store, &health, &why);
    assert_true(status == STATUS_OK || status == STATUS_MALFORMED);
    read_all(store, status == STATUS_OK);
    status ? tally.noticed++ : tally.harmless++;
    txn = store_begin(store, STORE_WRITE); /* LMDB may use its free pages without harm */
    store_setting_put(txn, NULL, "new", (struct bytes){ pristine, 100000 });
    store_topic_erase(txn, KEY);
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
    read_all(store, status == STATUS_OK);
    store_close(store);
}

static void say_tally(void)
{
    print_message("%u refused at open, %u noticed in an entry, %u without effect\n", tally.refused, tally.noticed, tally.harmless);
    memset(&tally, 0, sizeof tally);
}

static void the_whole_file_is_accepted(void **state)
{
    (void)state;
    file_save(pristine, pristine_size);
    receive();
    assert_int_equal(tally.harmless, 1);
    memset(&tally, 0, sizeof tally);
}

static void a_file_cut_anywhere_is_refused_or_whole(void **state)
{
    (void)state;
    for (size_t size = 0; size < pristine_size; size += size < 3 * PAGE ? 97 : PAGE / 2 + draw(2) * 40) {
        file_save(pristine, size);
        receive();
        assert_int_equal(tally.noticed, 0); /* cuts never get as far as an entry */
    }
    assert_true(tally.refused > pristine_size / PAGE);
    say_tally();
}

static void flipped_bits_are_refused_noticed_or_harmless(void **state)
{
    (void)state;
    draw_state = 1;
    for (int round = 0; round < 1500; round++) {
        memcpy(file, pristine, pristine_size);
        for (uint64_t flips = 1 + draw(3); flips > 0; flips--)
            file[draw(pristine_size)] ^= (uint8_t)(1 << draw(8));
        file_save(file, pristine_size);
        receive();
    }
    assert_true(tally.refused > 50 && tally.noticed > 50 && tally.harmless > 50);
    say_tally();
}

/* Where LMDB's own numbers are: the first bytes of pages, and the head pages. */
static void flipped_bits_in_the_heads_of_pages_never_crash(void **state)
{
    (void)state;
    draw_state = 2;
    for (int round = 0; round < 2500; round++) {
        memcpy(file, pristine, pristine_size);
        for (uint64_t flips = 1 + draw(2); flips > 0; flips--) {
            size_t page = draw(3) ? draw(pristine_size / PAGE) : draw(2);

            file[page * PAGE + draw(page < 2 ? 160 : 60)] ^= (uint8_t)(1 << draw(8));
        }
        file_save(file, pristine_size);
        receive();
    }
    assert_true(tally.refused > 500);
    say_tally();
}

static void pages_lost_swapped_or_overwritten_never_crash(void **state)
{
    (void)state;
    draw_state = 3;
    for (int round = 0; round < 600; round++) {
        size_t page = draw(pristine_size / PAGE), other = draw(pristine_size / PAGE);

        memcpy(file, pristine, pristine_size);
        switch (draw(4)) {
        case 0:
            memset(file + page * PAGE, 0, PAGE);
            break;
        case 1:
            memset(file + page * PAGE, 0xff, PAGE);
            break;
        case 2:
            memcpy(file + page * PAGE, pristine + other * PAGE, PAGE);
            break;
        case 3:
            for (size_t i = draw(PAGE); i < PAGE; i++)
                file[page * PAGE + i] = (uint8_t)draw(256);
            break;
        }
        file_save(file, pristine_size);
        receive();
    }
    assert_true(tally.refused > 100);
    say_tally();
}

static void damage_names_what_it_hit(void **state)
{
    struct store *store;
    struct failure why = { .text = "" };

    (void)state;
    memcpy(file, pristine, pristine_size);
    file[0] ^= 0xff;
    memset(file + PAGE * 2, 0x55, pristine_size - PAGE * 2);
    file_save(file, pristine_size);
    assert_int_equal(store_open(&store, dir, KEY, STORE_WRITE, &why), STATUS_MALFORMED);
    assert_non_null(strstr(why.text, path));
    assert_non_null(strstr(why.text, "damaged"));
    assert_non_null(strstr(why.text, "backup"));
}

/* One bit of a head page's number, and LMDB would go back to the state before the last acknowledged one. */
static void a_state_before_the_last_is_not_taken_for_it(void **state)
{
    enum { NUMBER = 144 }; /* mm_txnid of a head page, where a word has 8 bytes */
    struct store *store;
    struct failure why = { .text = "" };
    uint64_t numbers[2];
    size_t older;

    (void)state;
    memcpy(file, pristine, pristine_size);
    memcpy(&numbers[0], file + NUMBER, 8);
    memcpy(&numbers[1], file + PAGE + NUMBER, 8);
    older = numbers[0] > numbers[1];
    numbers[older] += 2;
    assert_int_equal(numbers[older], numbers[!older] + 1);
    memcpy(file + older * PAGE + NUMBER, &numbers[older], 8);
    file_save(file, pristine_size);
    assert_int_equal(store_open(&store, dir, KEY, STORE_WRITE, &why), STATUS_MALFORMED);
    assert_int_equal(store_open(&store, dir, KEY, STORE_READ, &why), STATUS_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_file_is_accepted),
        cmocka_unit_test(a_file_cut_anywhere_is_refused_or_whole),
        cmocka_unit_test(flipped_bits_are_refused_noticed_or_harmless),
        cmocka_unit_test(flipped_bits_in_the_heads_of_pages_never_crash),
        cmocka_unit_test(pages_lost_swapped_or_overwritten_never_crash),
        cmocka_unit_test(damage_names_what_it_hit),
        cmocka_unit_test(a_state_before_the_last_is_not_taken_for_it),
    };
    return cmocka_run_group_tests(tests, fill, clean_up);
}
