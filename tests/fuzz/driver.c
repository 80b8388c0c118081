/* driver.c - runs a fuzz target without clang: every file of its corpus as it is, then seeded mutations of
 * them, so that the suite exercises each decoder on hostile bytes with gcc's sanitizers, the same way every
 * time.
 *
 *   fuzz_TARGET [--runs N] [--seed N] FILE|FOLDER...
 *
 * Happy path: prints one line with what was run and ends with 0. Failure mode: the target or a sanitizer
 * aborts; the input that did it is then in ./crash-TARGET, and `fuzz_TARGET --runs 0 crash-TARGET` plays it
 * again. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INPUT_MAX = 1 << 17, FILES_MAX = 4096, RUNS = 2000, STEPS_MAX = 8 };

struct input {
    uint8_t *data;
    size_t size;
};
static struct input corpus[FILES_MAX];
static size_t corpus_count;

/* What runs now: kept where a signal handler finds it. */
static const uint8_t *current;
static size_t current_size;
static char crash_path[256];

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "abort_on_error=1"; /* so that the handler below sees it */
}
const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
    return "abort_on_error=1:print_stacktrace=1";
}

static void keep_input(int number)
{
    int fd = open(crash_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd >= 0 && write(fd, current, current_size) == (ssize_t)current_size)
        close(fd);
    signal(number, SIG_DFL);
    raise(number);
}

static void run(const uint8_t *data, size_t size)
{
    /* A block of exactly this size: a read one byte too far is seen. */
    uint8_t *copy = malloc(size);

    if (copy == NULL && size > 0)
        abort();
    if (size > 0)
        memcpy(copy, data, size);
    current = copy;
    current_size = size;
    LLVMFuzzerTestOneInput(copy, size);
    current_size = 0;
    free(copy);
}

/* ---- Corpus. */

static bool read_file(const char *path)
{
    struct input input = { .data = malloc(INPUT_MAX) };
    FILE *file = fopen(path, "rbe");

    if (file == NULL || input.data == NULL || corpus_count == FILES_MAX) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        free(input.data);
        if (file != NULL)
            fclose(file);
        return false;
    }
    input.size = fread(input.data, 1, INPUT_MAX, file);
    fclose(file);
    corpus[corpus_count++] = input;
    return true;
}

static int not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Sorted, so that a seed means the same on every disk. */
static bool read_folder(const char *path)
{
    struct dirent **list;
    int count = scandir(path, &list, not_hidden, alphasort);
    bool ok = count >= 0;

    if (!ok)
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
    for (int i = 0; i < count; i++) {
        char file[4096];

        snprintf(file, sizeof file, "%s/%s", path, list[i]->d_name);
        ok = read_file(file) && ok;
        free(list[i]);
    }
    free(count >= 0 ? (void *)list : NULL);
    return ok;
}

/* ---- Mutation: xorshift64*, good enough to choose bytes and the same everywhere. */

static uint64_t draws;

static uint64_t draw(uint64_t bound)
{
    draws ^= draws >> 12;
    draws ^= draws << 25;
    draws ^= draws >> 27;
    return bound == 0 ? 0 : (draws * 0x2545F4914F6CDD1Du >> 16) % bound;
}

static void insert(struct input *input, size_t at, const uint8_t *data, size_t size)
{
    if (size > INPUT_MAX - input->size)
        size = INPUT_MAX - input->size;
    memmove(input->data + at + size, input->data + at, input->size - at);
    memcpy(input->data + at, data, size);
    input->size += size;
}

static void erase(struct input *input, size_t at, size_t size)
{
    memmove(input->data + at, input->data + at + size, input->size - at - size);
    input->size -= size;
}

static void mutate_once(struct input *input)
{
    /* Heads of MessagePack that declare much, and the edges of integers. */
    static const uint8_t telling[] = { 0x00, 0x01, 0x7f, 0x80, 0x81, 0x90, 0x91, 0xa0, 0xbf, 0xc0, 0xc4, 0xc5,
                                       0xc6, 0xcc, 0xcd, 0xce, 0xcf, 0xd9, 0xda, 0xdc, 0xdd, 0xdf, 0xff };
    const struct input *other = &corpus[draw(corpus_count)];
    size_t at = draw(input->size + 1), left = input->size - at, from = draw(other->size + 1);
    uint8_t byte = draw(2) == 0 ? telling[draw(sizeof telling)] : (uint8_t)draw(256);

    switch (draw(7)) {
    case 0:
        if (left > 0)
            input->data[at] ^= (uint8_t)(1u << draw(8));
        break;
    case 1:
        if (left > 0)
            input->data[at] = byte;
        break;
    case 2:
        insert(input, at, &byte, 1);
        break;
    case 3:
        erase(input, at, draw(left < 64 ? left + 1 : 64));
        break;
    case 4: /* cut short */
        input->size = at;
        break;
    case 5: /* a piece of another file in place of ours */
        for (size_t i = 0, size = draw(other->size - from + 1); i < size && i < left; i++)
            input->data[at + i] = other->data[from + i];
        break;
    case 6: /* a piece of another file more */
        insert(input, at, other->data + from, draw(other->size - from + 1) % 512);
        break;
    }
}

static void mutations(uint64_t runs, uint64_t seed)
{
    struct input input = { .data = malloc(INPUT_MAX) };

    if (input.data == NULL)
        abort();
    draws = seed * 0x9E3779B97F4A7C15u + 1;
    for (uint64_t i = 0; i < runs && corpus_count > 0; i++) {
        const struct input *from = &corpus[draw(corpus_count)];

        memcpy(input.data, from->data, from->size);
        input.size = from->size;
        for (uint64_t steps = draw(STEPS_MAX) + 1; steps > 0; steps--)
            mutate_once(&input);
        run(input.data, input.size);
    }
    free(input.data);
}

static int usage(const char *name)
{
    fprintf(stderr, "usage: %s [--runs N] [--seed N] FILE|FOLDER...\n", name);
    return 2;
}

int main(int argc, char **argv)
{
    const char *name = strrchr(argv[0], '/') == NULL ? argv[0] : strrchr(argv[0], '/') + 1;
    uint64_t runs = RUNS, seed = 1;
    bool ok = true;

    snprintf(crash_path, sizeof crash_path, "crash-%s", strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name);
    for (int i = 1; i < argc; i++) {
        struct stat found;

        if (strcmp(argv[i], "--runs") == 0 && i + 1 < argc)
            runs = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            seed = strtoull(argv[++i], NULL, 10);
        else if (argv[i][0] == '-')
            return usage(name);
        else if (stat(argv[i], &found) == 0 && S_ISDIR(found.st_mode))
            ok = read_folder(argv[i]) && ok;
        else
            ok = read_file(argv[i]) && ok;
    }
    if (corpus_count == 0 || !ok)
        return ok ? usage(name) : 1;
    signal(SIGABRT, keep_input);
    signal(SIGSEGV, keep_input);
    signal(SIGBUS, keep_input);
    signal(SIGFPE, keep_input);
    run(NULL, 0);
    for (size_t i = 0; i < corpus_count; i++)
        run(corpus[i].data, corpus[i].size);
    mutations(runs, seed);
    printf("%s: %zu files, %llu mutations, seed %llu\n", name, corpus_count, (unsigned long long)runs,
           (unsigned long long)seed);
    for (size_t i = 0; i < corpus_count; i++)
        free(corpus[i].data);
    return 0;
}
