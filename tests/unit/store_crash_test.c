/* kill -9 and power cuts at any moment: what was acknowledged is there afterwards, and nothing is there by halves. */
#include "tests/support/fault.h"

#include "store/env.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

static const uint8_t KEY[STORE_KEY_SIZE] = { 7 }, TOPIC[STORE_ID_SIZE] = { 1 };
static const struct series_name METER = { "meter", QUANTITY_ELECTRICITY_IN };

static uint64_t draw_state;
static uint64_t draw(uint64_t below)
{
    draw_state = draw_state * 6364136223846793005u + 1442695040888963407u;
    return (draw_state >> 33) % below;
}

/* One step of a life: the n-th record, the n-th half-hour and a pair of settings, in one transaction. Old records go now and
 * then, so that pages are freed and taken again. */
static enum status live(struct store *store, uint32_t n)
{
    static uint8_t body[1500];
    struct store_txn *txn = store_begin(store, STORE_WRITE);
    struct reading reading = { 1700000000 / 1800 * 1800 + 1800 * (int64_t)n, 1800, n };
    uint8_t id[STORE_ID_SIZE] = { 0 }, value[8];

    be32_write(id, n);
    be64_write(value, n);
    memset(body, (int)n, sizeof body);
    if (n % 20 == 0)
        store_topic_erase(txn, TOPIC);
    store_record_put(txn, TOPIC, id, n, BYTES(body));
    store_series_add(txn, &METER, &reading, 1, NULL, NULL);
    store_setting_put(txn, NULL, "left", BYTES(value));
    store_setting_put(txn, NULL, "right", BYTES(value));
    return store_commit(txn, NULL);
}

static bool in_sequence(void *arg, const struct reading *readings, size_t count)
{
    int64_t *next = arg;

    for (size_t i = 0; i < count; i++)
        assert_int_equal(readings[i].energy_mwh, (*next)++);
    return true;
}

/* Returns how far the life has come; the store is exactly as after that step. */
static uint32_t expect_one_moment(struct store *store)
{
    struct store_txn *txn = store_begin(store, STORE_READ);
    struct store_health health;
    struct store_record record;
    struct failure why = { .text = "" };
    struct bytes value;
    int64_t next = 1;
    uint32_t n = 0;

    if (store_setting_get(txn, &value, NULL, "left"))
        n = (uint32_t)be64_read(value.data);
    assert_int_equal(store_setting_get(txn, &value, NULL, "right"), n > 0);
    assert_true(n == 0 || be64_read(value.data) == n);
    for (uint32_t i = n - n % 20 > 0 ? n - n % 20 : 1; i <= n; i++) {
        uint8_t id[STORE_ID_SIZE] = { 0 };

        be32_write(id, i);
        assert_true(store_record_get(txn, &record, TOPIC, id));
        assert_true(record.bytes.size == 1500 && record.bytes.data[1499] == (uint8_t)i);
    }
    store_series_scan(txn, &METER, 0, INT64_MAX, in_sequence, &next);
    assert_int_equal(next, n + 1);
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
    assert_int_equal(store_check(store, &health, &why), STATUS_OK);
    return n;
}

/* ---- kill -9. */

static void live_until_killed(const char *dir, int acknowledge)
{
    struct store *store;
    struct store_txn *txn;
    struct bytes value;
    uint32_t n = 0;

    if (store_open(&store, dir, KEY, STORE_WRITE, NULL) != STATUS_OK)
        _exit(1);
    txn = store_begin(store, STORE_READ);
    if (store_setting_get(txn, &value, NULL, "left"))
        n = (uint32_t)be64_read(value.data);
    store_abort(txn);
    for (;;) {
        n++;
        if (live(store, n) != STATUS_OK || write(acknowledge, &n, sizeof n) != sizeof n)
            _exit(1);
    }
}

static void sigkill_at_any_moment_loses_nothing_acknowledged(void **state)
{
    enum { LIVES = 40 };
    char dir[FOLDER_PATH];
    uint32_t acknowledged = 0, n;

    (void)state;
    draw_state = 1;
    folder_new(dir);
    for (int life = 0; life < LIVES; life++) {
        uint64_t deaths_after = draw(30);
        int pipe_ends[2], code;
        struct store *store;
        pid_t child;

        assert_int_equal(pipe(pipe_ends), 0);
        child = fork();
        if (child == 0) {
            close(pipe_ends[0]);
            live_until_killed(dir, pipe_ends[1]);
        }
        close(pipe_ends[1]);
        for (uint64_t i = 0; i < deaths_after && read(pipe_ends[0], &n, sizeof n) == sizeof n; i++)
            acknowledged = n;
        for (volatile uint64_t spin = draw(400000); spin > 0; spin--)
            ;
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &code, 0), child);
        assert_true(WIFSIGNALED(code)); /* it never ended by itself */
        while (read(pipe_ends[0], &n, sizeof n) == sizeof n)
            acknowledged = n;
        close(pipe_ends[0]);
        assert_int_equal(store_open(&store, dir, KEY, STORE_WRITE, NULL), STATUS_OK);
        n = expect_one_moment(store);
        assert_true(n == acknowledged || n == acknowledged + 1);
        acknowledged = n;
        store_close(store);
    }
    print_message("%d lives, %u transactions\n", LIVES, acknowledged);
    assert_true(acknowledged > LIVES);
    folder_remove(dir);
}

/* ---- Power cuts: every write to the file is watched. What a sync covers is on the disk; of the rest any part may be. */

enum { STEPS = 45, EVENTS_MAX = 4000, IMAGE_MAX = 1 << 20, SECTOR = 512 };
static struct event {
    off_t offset;
    uint8_t *data; /* NULL: a sync of all before */
    size_t size;
    bool synced;   /* written through: on the disk when it returns */
} events[EVENTS_MAX];
static size_t event_count, acknowledged_at[STEPS + 1];
static struct stat watched;

static void watch(int fd, off_t offset, const void *data, size_t size)
{
    struct stat found;

    if (fstat(fd, &found) != 0 || found.st_ino != watched.st_ino || found.st_dev != watched.st_dev)
        return;
    assert_true(event_count < EVENTS_MAX);
    events[event_count] = (struct event){ offset, data ? malloc(size) : NULL, size, (fcntl(fd, F_GETFL) & O_DSYNC) != 0 };
    if (data)
        memcpy(events[event_count].data, data, size);
    event_count++;
}

static uint8_t image[IMAGE_MAX], before[IMAGE_MAX];
static size_t image_size, before_size;

static void image_write(const struct event *event, bool torn)
{
    for (size_t at = 0; at < event->size; at += SECTOR - ((size_t)event->offset + at) % SECTOR) {
        size_t room = SECTOR - ((size_t)event->offset + at) % SECTOR, size = event->size - at < room ? event->size - at : room;
        size_t end = (size_t)event->offset + at + size;

        if (torn && draw(2))
            continue;
        assert_true(end <= IMAGE_MAX);
        memcpy(image + event->offset + at, event->data + at, size);
        if (end > image_size)
            image_size = end;
    }
}

/* The disk after a cut when `count` calls had returned: all that was synced, and something of the rest. */
static void image_after(size_t count)
{
    size_t synced = 0;

    memset(image, 0, sizeof image);
    memcpy(image, before, before_size);
    image_size = before_size;
    for (size_t i = 0; i < count; i++) {
        if (!events[i].data)
            synced = i;
    }
    for (size_t i = 0; i < count; i++) {
        if (!events[i].data)
            continue;
        if (i < synced || events[i].synced)
            image_write(&events[i], false);
        else if (draw(2))
            image_write(&events[i], draw(2) == 0);
    }
}

static size_t file_load(uint8_t *out, const char *path)
{
    FILE *file = fopen(path, "r");
    size_t size = fread(out, 1, IMAGE_MAX, file);

    fclose(file);
    return size;
}

static void file_save(const char *path)
{
    FILE *file = fopen(path, "w");

    assert_int_equal(fwrite(image, 1, image_size, file), image_size);
    fclose(file);
}

static void a_power_cut_at_any_write_loses_nothing_acknowledged(void **state)
{
    char dir[FOLDER_PATH], path[FOLDER_PATH + 16];
    struct store *store;
    uint32_t latest = 0;

    (void)state;
    draw_state = 2;
    folder_new(dir);
    snprintf(path, sizeof path, "%s/store.mdb", dir);
    assert_int_equal(store_open(&store, dir, KEY, STORE_WRITE, NULL), STATUS_OK);
    before_size = file_load(before, path);
    assert_int_equal(stat(path, &watched), 0);
    fault_watch = watch;
    for (uint32_t n = 1; n <= STEPS; n++) {
        assert_int_equal(live(store, n), STATUS_OK);
        acknowledged_at[n] = event_count;
    }
    fault_watch = NULL;
    store_close(store);
    for (size_t cut = 0; cut <= event_count; cut++) {
        uint32_t n;

        while (latest < STEPS && acknowledged_at[latest + 1] <= cut)
            latest++;
        for (int world = 0; world < 2; world++) {
            image_after(cut);
            unlink(path);
            file_save(path);
            assert_int_equal(store_open(&store, dir, KEY, STORE_WRITE, NULL), STATUS_OK);
            n = expect_one_moment(store);
            assert_true(n == latest || n == latest + 1);
            assert_int_equal(live(store, n + 1), STATUS_OK); /* and life goes on */
            store_close(store);
        }
    }
    print_message("%zu writes and syncs, power cut after each\n", event_count);
    assert_true(event_count > 3 * STEPS);
    for (size_t i = 0; i < event_count; i++)
        free(events[i].data);
    folder_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sigkill_at_any_moment_loses_nothing_acknowledged),
        cmocka_unit_test(a_power_cut_at_any_write_loses_nothing_acknowledged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
