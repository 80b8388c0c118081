/* watch.c - see watch.h. Happy path: an event, two looks, one program that imports. Failure modes: a folder
 * that is not there (yet), which is looked for again; more files than are remembered, of which those that have
 * been there longest are forgotten and counted as taken; a name that is no text, which is kept spelled out; a
 * program that dies, which is told of that file. */
#include "node/run/watch.h"

#include "node/home/watched.h"
#include "node/run/child.h"
#include "node/tongue/tongue.h"
#include "proto/wire.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { NAME_ROOM = 256, SPELLED_ROOM = 3 * NAME_ROOM, PATH_ROOM = 4096, WAITING_MAX = 64, CODE_BUSY = 75, TRIES_MAX = 3 };

struct seen {
    char name[NAME_ROOM];
    int64_t size, time_ns; /* when it came to be here as it is: a file can be moved here years after it was written */
};
struct watch {
    uv_loop_t *uv;
    struct node *node;
    const char *program;
    uint64_t settle_ms;
    char folder[PATH_ROOM];
    uv_fs_event_t events;
    uv_timer_t settle;
    bool listening, stopping;
    struct seen pending[WAITING_MAX]; /* looked at once */
    size_t pending_count;
    struct child *child;
    struct seen taking;
    unsigned tries;
};

/* ---- What is kept of each file. */

/* A name may be any bytes, and JSON holds text: without a name a file would never be known again. */
static const char *spelled(char out[SPELLED_ROOM], const char *name)
{
    char *at = out;

    if (text_printable(name))
        return name;
    for (; *name != '\0'; name++) {
        bool plain = *name > ' ' && *name < 0x7f;

        at += snprintf(at, 4, plain ? "%c" : "%%%02X", (unsigned char)*name);
    }
    return out;
}

static bool same(json_t *item, const struct seen *seen)
{
    const char *name = json_string_value(json_object_get(item, "name"));
    char room[SPELLED_ROOM];

    return name && strcmp(name, spelled(room, seen->name)) == 0;
}

/* What is not in a full list and came before all that are has given way to them. */
static bool taken_before(json_t *kept, const struct seen *seen)
{
    int64_t first_ns = INT64_MAX;
    json_t *item;
    size_t i;

    json_array_foreach (kept, i, item) {
        int64_t time_ns = json_integer_value(json_object_get(item, "time_ns"));

        if (same(item, seen))
            return json_integer_value(json_object_get(item, "size")) == seen->size && time_ns == seen->time_ns;
        first_ns = time_ns < first_ns ? time_ns : first_ns;
    }
    return json_array_size(kept) >= WATCH_FILES_MAX && seen->time_ns <= first_ns;
}

static void forget_first(json_t *list)
{
    size_t i, first = 0;
    json_t *item;

    json_array_foreach (list, i, item)
        if (json_integer_value(json_object_get(item, "time_ns")) <
            json_integer_value(json_object_get(json_array_get(list, first), "time_ns")))
            first = i;
    json_array_remove(list, first);
}

/* One line, without the name that stands before it anyway: a program's words may be anything. */
static void one_line(char *text, const char *name)
{
    char *said = text, *at;

    text[strcspn(text, "\n")] = '\0';
    if (strncmp(text, "coopair: ", 9) == 0)
        said = text + 9;
    at = strstr(text, name);
    if (at && at[strlen(name) + strspn(at + strlen(name), " :")] != '\0')
        said = at + strlen(name) + strspn(at + strlen(name), " :");
    memmove(text, said, strlen(said) + 1);
}

static void keep(struct watch *watch, const struct seen *seen, int code, const char *said)
{
    json_t *kept = watched_read(node_store(watch->node)), *list = kept ? kept : json_array(), *item;
    char line[CHILD_SAID_MAX], room[SPELLED_ROOM];
    struct failure why;
    size_t i;

    snprintf(line, sizeof line, "%s", said);
    one_line(line, seen->name);
    json_array_foreach (list, i, item)
        if (same(item, seen)) {
            json_array_remove(list, i);
            break;
        }
    while (json_array_size(list) >= WATCH_FILES_MAX)
        forget_first(list);
    item = json_pack("{s:s, s:I, s:I, s:I, s:b}", "name", spelled(room, seen->name), "size", (json_int_t)seen->size,
                     "time_ns", (json_int_t)seen->time_ns, "at_s",
                     (json_int_t)(node_now_ms(watch->node) / 1000), "ok", code == 0);
    if (json_object_set_new(item, "said", json_string(line)) != 0) /* not UTF-8 */
        json_object_set_new(item, "said", json_string(""));
    if (json_array_append_new(list, item) == 0)
        watched_keep(node_store(watch->node), list, &why); /* a disk that refuses is the node's trouble, and the file is taken again */
    json_decref(list);
}

/* ---- Taking one file. */

static void look(struct watch *watch);

static void settle_due(uv_timer_t *timer)
{
    look(timer->data);
}

static void look_soon(struct watch *watch)
{
    uv_timer_start(&watch->settle, settle_due, watch->settle_ms, 0);
}

/* The store is in use for a moment: the file is looked at again, and judged only when that goes on. */
static void taken(void *arg, int code, const char *said)
{
    struct watch *watch = arg;

    watch->child = NULL;
    if (code != CODE_BUSY || ++watch->tries >= TRIES_MAX) {
        keep(watch, &watch->taking, code, said[0] || code == 0 ? said : _("the import ended without a word"));
        watch->tries = 0;
    }
    look_soon(watch);
}

static void take(struct watch *watch, const struct seen *seen)
{
    char path[PATH_ROOM + NAME_ROOM + 2];
    const char *argv[] = { watch->program, "import", "--home", node_home(watch->node),
                           "--no-input",   "--",     path,     NULL };

    snprintf(path, sizeof path, "%s/%s", watch->folder, seen->name);
    watch->taking = *seen;
    watch->child = child_start(watch->uv, argv, taken, watch);
}

/* ---- Looking. */

static bool at_rest(const struct watch *watch, const struct seen *seen)
{
    for (size_t i = 0; i < watch->pending_count; i++)
        if (strcmp(watch->pending[i].name, seen->name) == 0)
            return watch->pending[i].size == seen->size && watch->pending[i].time_ns == seen->time_ns;
    return false;
}

/* Of the folder's own files: those that begin with a dot are being written by something that says so. */
static bool file_of(struct seen *out, const struct watch *watch, const char *name)
{
    char path[PATH_ROOM + NAME_ROOM + 2];
    struct stat found;

    if (name[0] == '.' || strlen(name) >= sizeof out->name)
        return false;
    snprintf(path, sizeof path, "%s/%s", watch->folder, name);
    if (lstat(path, &found) != 0 || !S_ISREG(found.st_mode))
        return false;
    snprintf(out->name, sizeof out->name, "%s", name);
    out->size = found.st_size;
    out->time_ns = (int64_t)found.st_ctim.tv_sec * 1000000000 + found.st_ctim.tv_nsec;
    return true;
}

static void look(struct watch *watch)
{
    DIR *dir = watch->stopping || watch->child || !watch->folder[0] ? NULL : opendir(watch->folder);
    json_t *kept = dir ? watched_read(node_store(watch->node)) : NULL;
    struct seen *fresh = dir ? calloc(WAITING_MAX, sizeof *fresh) : NULL, seen;
    struct dirent *entry;
    size_t count = 0;

    while (fresh && (entry = readdir(dir)) != NULL) {
        if (!file_of(&seen, watch, entry->d_name) || taken_before(kept, &seen))
            continue;
        if (!watch->child && at_rest(watch, &seen))
            take(watch, &seen);
        else if (count < WAITING_MAX)
            fresh[count++] = seen;
    }
    if (fresh) {
        memcpy(watch->pending, fresh, count * sizeof *fresh);
        watch->pending_count = count;
    }
    if (count > 0 && !watch->child)
        look_soon(watch);
    free(fresh);
    json_decref(kept);
    if (dir)
        closedir(dir);
}

static void event_came(uv_fs_event_t *events, const char *name, int happened, int code)
{
    struct watch *watch = events->data;

    (void)name;
    (void)happened;
    (void)code;
    if (!uv_is_active((uv_handle_t *)&watch->settle))
        look_soon(watch);
}

void watch_look(struct watch *watch, const char *folder)
{
    if (watch->stopping)
        return;
    if (strcmp(folder, watch->folder) != 0) {
        uv_fs_event_stop(&watch->events);
        watch->listening = false;
        watch->pending_count = 0;
        snprintf(watch->folder, sizeof watch->folder, "%s", folder);
    }
    if (!watch->folder[0])
        return;
    if (!watch->listening) /* perhaps it exists by now */
        watch->listening = uv_fs_event_start(&watch->events, event_came, watch->folder, 0) == 0;
    look(watch);
}

bool watch_busy(const struct watch *watch)
{
    return watch->child != NULL;
}

struct watch *watch_new(uv_loop_t *uv, struct node *node, const char *program, uint64_t settle_ms)
{
    struct watch *watch = calloc(1, sizeof *watch);

    if (!watch)
        return NULL;
    watch->uv = uv;
    watch->node = node;
    watch->program = program;
    watch->settle_ms = settle_ms;
    uv_fs_event_init(uv, &watch->events);
    uv_timer_init(uv, &watch->settle);
    watch->events.data = watch->settle.data = watch;
    return watch;
}

void watch_stop(struct watch *watch)
{
    if (!watch || watch->stopping)
        return;
    watch->stopping = true;
    child_stop(watch->child);
    watch->child = NULL;
    uv_close((uv_handle_t *)&watch->events, NULL);
    uv_close((uv_handle_t *)&watch->settle, NULL);
}

void watch_free(struct watch *watch)
{
    free(watch);
}
