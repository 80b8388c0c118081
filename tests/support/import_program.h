/* import_program.h - coopair import itself, run on a file as somebody would, keeping nothing; and how much memory it took. */
#ifndef COOP_TESTS_IMPORT_PROGRAM_H
#define COOP_TESTS_IMPORT_PROGRAM_H

#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <jansson.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEMORY_MAX_KIB = 64 << 10, PATH_SIZE = FOLDER_PATH + 32 };
#if defined(__SANITIZE_ADDRESS__)
enum { MEASURED = 0 };
#else
enum { MEASURED = 1 };
#endif
extern char **environ;

struct program {
    char dir[FOLDER_PATH], program[PATH_SIZE], path[PATH_SIZE], out[PATH_SIZE];
    long memory_kib; /* the most of the last run */
};

static inline int program_up(void **state)
{
    struct program *run = calloc(1, sizeof *run);
    char *end;
    ssize_t size;

    folder_new(run->dir);
    snprintf(run->path, sizeof run->path, "%s/file", run->dir);
    snprintf(run->out, sizeof run->out, "%s/out", run->dir);
    size = readlink("/proc/self/exe", run->program, sizeof run->program - 16);
    assert_true(size > 0);
    run->program[size] = '\0';
    end = strrchr(run->program, '/'); /* BUILD/tests/this and BUILD/coopair */
    memcpy(end, "/../coopair", sizeof "/../coopair");
    *state = run;
    return 0;
}

static inline int program_down(void **state)
{
    struct program *run = *state;

    folder_remove(run->dir);
    free(run);
    return 0;
}

/* What it says of the file; NULL: nothing. */
static inline json_t *program_import(struct program *run, const char *data, size_t size, int *code)
{
    char *argv[] = { run->program, (char[]){ "import" }, (char[]){ "--dry-run" }, (char[]){ "--json" }, run->path, NULL };
    posix_spawn_file_actions_t actions;
    FILE *file = fopen(run->path, "wb");
    struct rusage used;
    int status = 0;
    pid_t pid;

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    fclose(file);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, run->out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(posix_spawn(&pid, run->program, &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    assert_int_equal(wait4(pid, &status, 0, &used), pid);
    run->memory_kib = used.ru_maxrss;
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return json_load_file(run->out, 0, NULL);
}

static inline void expect_small(const struct program *run, const char *what)
{
    if (MEASURED && run->memory_kib > MEMORY_MAX_KIB)
        fail_msg("%s: %ld KiB", what, run->memory_kib);
}

#endif
