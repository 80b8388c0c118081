/* advice_home.h - one home with readings, and a command as a person types it, with what it says. The command
 * asks this node in the same process: cli_ask is defined here instead of node/command/ask.c. Include after cmocka.h.
 */
#ifndef COOP_TESTS_ADVICE_HOME_H
#define COOP_TESTS_ADVICE_HOME_H

#include "node/command/command.h"
#include "node/import/import.h"
#include "tests/support/file.h"
#include "tests/support/nodes.h"

#include <fcntl.h>

static struct advice_home {
    struct nodes nodes;
    char dir[FOLDER_PATH], out[FOLDER_PATH + 16], err[FOLDER_PATH + 16];
} home;

int cli_ask(const struct cli *cli, const char *verb, json_t *args, json_t **reply)
{
    json_t *request = json_pack("{s:i, s:s, s:o*}", "v", 1, "verb", verb, "args", args);
    struct failure why;

    *reply = serve(home.nodes.list[0].node, request);
    json_decref(request);
    if (json_is_true(json_object_get(*reply, "ok")))
        return EXIT_DONE;
    snprintf(why.text, sizeof why.text, "%s", field_text(*reply, "error"));
    enum status status = status_of_name(field_text(*reply, "status"));
    json_decref(*reply);
    return cli_fail(cli, status, &why);
}

static int home_up(void **state)
{
    (void)state;
    memset(&home, 0, sizeof home);
    folder_new(home.dir);
    snprintf(home.out, sizeof home.out, "%s/out", home.dir);
    snprintf(home.err, sizeof home.err, "%s/err", home.dir);
    nodes_open(&home.nodes, 1);
    return 0;
}

static int home_down(void **state)
{
    (void)state;
    nodes_close(&home.nodes);
    folder_remove(home.dir);
    return 0;
}

static inline void home_keep(const struct series_name *name, const struct reading *readings, size_t count)
{
    struct store_txn *txn = store_begin(node_store(home.nodes.list[0].node), STORE_WRITE);
    struct failure why;

    store_series_add(txn, name, readings, count, NULL, NULL);
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
}

/* false: the file is not there, which has been said. */
static inline bool home_import(const char *path)
{
    struct bytes file = file_load(path);
    struct import import;
    struct failure why;

    if (!file.data)
        return false;
    assert_int_equal(import_read(&import, file, &why), STATUS_OK);
    home_keep(&import.series, import.readings, import.count);
    import_clear(&import);
    file_free(file);
    return true;
}

static inline int home_redirect(FILE *stream, int number, const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600), kept = dup(number);

    fflush(stream);
    assert_true(file >= 0 && kept >= 0 && dup2(file, number) == number);
    close(file);
    return kept;
}

static inline void home_restore(FILE *stream, int number, int kept)
{
    fflush(stream);
    dup2(kept, number);
    close(kept);
}

static inline int home_type(int (*command)(int argc, char **argv), const char *const words[])
{
    char *argv[24], *owned[24]; /* a command sorts its words in place */
    int argc = 0, out = home_redirect(stdout, 1, home.out), err = home_redirect(stderr, 2, home.err), code;

    for (; words[argc]; argc++)
        argv[argc] = owned[argc] = strdup(words[argc]);
    argv[argc] = NULL;
    code = command(argc, argv);
    home_restore(stderr, 2, err);
    home_restore(stdout, 1, out);
    while (argc > 0)
        free(owned[--argc]);
    return code;
}
#define TYPE(command, ...) home_type(cmd_##command, (const char *const[]){ #command, __VA_ARGS__, NULL })

static inline void home_expect(const char *path, const char *text)
{
    struct bytes said = file_load(path);
    char *copy = strndup((const char *)said.data, said.size);

    if (!strstr(copy, text))
        fail_msg("\"%s\" is not in: %s", text, copy);
    free(copy);
    file_free(said);
}
#define SAID(text) home_expect(home.out, text)
#define WARNED(text) home_expect(home.err, text)

static inline json_t *home_json(void)
{
    json_t *said = json_load_file(home.out, JSON_DISABLE_EOF_CHECK, NULL);

    assert_non_null(said);
    return said;
}

#endif
