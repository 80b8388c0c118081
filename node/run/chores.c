/* chores.c - see chores.h. A backup is a file named after its day, locked by the recovery sheet: nothing is
 * asked at night. The latest KEPT of them stay. Failure modes: a folder that is not mounted, a disk that is
 * full: said on stderr once a day, and seen in the age of the backup that status and doctor tell. */
#include "node/run/chores.h"

#include "node/care/care.h"
#include "node/home/config.h"
#include "node/run/child.h"
#include "node/run/watch.h"
#include "node/tongue/tongue.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FORGET_RETRY_S = 3600, EVERY_MS = 30000, FIRST_MS = 1000, KEPT = 3, RETRY_S = 86400, PATH_ROOM = 4096, NAME_SIZE = 25 };
#define BACKUP_NAME "coopair-%04d-%02d-%02d.backup" /* NAME_SIZE characters, in the order of their days */

struct chores {
    uv_loop_t *uv;
    struct node *node;
    struct watch *watch;
    uv_timer_t timer;
    struct child *backup;
    char program[PATH_ROOM], folder[PATH_ROOM];
    int64_t tried_s, forget_s; /* forget_s: not before */
    bool stopping;
};

/* ---- Backups. */

/* Letter by letter as BACKUP_NAME prints it; 0 stands for any digit. */
static bool is_backup(const char *name)
{
    static const char form[] = "coopair-0000-00-00.backup";

    for (size_t i = 0; i < sizeof form; i++) { /* ends at the first that differs, so not beyond the name */
        bool digit = name[i] >= '0' && name[i] <= '9';

        if (form[i] == '0' ? !digit : name[i] != form[i])
            return false;
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Only files of exactly this name are ever removed. */
static void remove_old(const char *folder)
{
    char names[64][NAME_SIZE + 1], path[PATH_ROOM + NAME_SIZE + 2];
    DIR *dir = opendir(folder);
    struct dirent *entry;
    size_t count = 0;

    while (dir && count < 64 && (entry = readdir(dir)) != NULL)
        if (is_backup(entry->d_name))
            memcpy(names[count++], entry->d_name, NAME_SIZE + 1);
    if (dir)
        closedir(dir);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i + KEPT < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
}

static void backed_up(void *arg, int code, const char *said)
{
    struct chores *chores = arg;

    chores->backup = NULL;
    if (code == 0)
        remove_old(chores->folder);
    else
        fprintf(stderr, _("coopair: the backup to %.200s was not made: %.300s"), chores->folder,
                said[0] ? said : _("the program ended without a word\n"));
}

static void back_up(struct chores *chores, int64_t now_s)
{
    char path[PATH_ROOM + NAME_SIZE + 32];
    const char *argv[] = { chores->program,         "backup", "--recovery", "--no-input", "--home",
                           node_home(chores->node), "--",     path,         NULL };
    time_t now = (time_t)now_s;
    struct tm day;

    if (!localtime_r(&now, &day))
        return;
    snprintf(path, sizeof path, "%s/" BACKUP_NAME, chores->folder, day.tm_year + 1900, day.tm_mon + 1,
             day.tm_mday);
    chores->tried_s = now_s;
    chores->backup = child_start(chores->uv, argv, backed_up, chores);
}

static void look_at_backup(struct chores *chores, const struct config *config)
{
    int64_t now_s = (int64_t)time(NULL), days = strtoll(config_value(config, CONFIG_BACKUP_DAYS), NULL, 10);
    struct care care = { 0, 0 };
    struct failure why;

    snprintf(chores->folder, sizeof chores->folder, "%s", config_value(config, CONFIG_BACKUP_FOLDER));
    if (!chores->folder[0] || chores->backup || (chores->tried_s && now_s < chores->tried_s + RETRY_S) ||
        care_read(&care, node_store(chores->node), &why) != STATUS_OK)
        return;
    if (care.backup_ms == 0 || now_s >= (int64_t)(care.backup_ms / 1000) + days * 86400)
        back_up(chores, now_s);
}

/* A backup reads the store, and a disk may be full: an hour later is early enough, and not at every look. */
static void look_at_forgetting(struct chores *chores)
{
    int64_t now_s = (int64_t)time(NULL);
    struct failure why;
    enum status status;

    if (now_s < chores->forget_s)
        return;
    status = node_forget(chores->node, &why);
    if (status == STATUS_OK)
        return;
    chores->forget_s = now_s + FORGET_RETRY_S;
    if (status != STATUS_BUSY)
        fprintf(stderr, _("coopair: keys of a round that is over are still in the store: %.300s\n"), why.text);
}

/* ---- Every half minute. */

static void timer_due(uv_timer_t *timer)
{
    struct chores *chores = timer->data;
    struct config config;
    struct failure why;

    look_at_forgetting(chores);
    config_read(&config, node_home(chores->node), &why); /* what can be read of it holds */
    watch_look(chores->watch, config_value(&config, CONFIG_IMPORT_FOLDER));
    if (!watch_busy(chores->watch))
        look_at_backup(chores, &config);
}

struct chores *chores_new(uv_loop_t *uv, struct node *node, const char *program, uint64_t settle_ms)
{
    struct chores *chores = calloc(1, sizeof *chores);
    ssize_t size;

    if (!chores)
        return NULL;
    chores->uv = uv;
    chores->node = node;
    if (program)
        snprintf(chores->program, sizeof chores->program, "%s", program);
    else if ((size = readlink("/proc/self/exe", chores->program, sizeof chores->program - 1)) <= 0)
        snprintf(chores->program, sizeof chores->program, "coopair");
    chores->watch = watch_new(uv, node, chores->program, settle_ms);
    if (!chores->watch) {
        free(chores);
        return NULL;
    }
    uv_timer_init(uv, &chores->timer);
    chores->timer.data = chores;
    uv_timer_start(&chores->timer, timer_due, settle_ms < FIRST_MS ? settle_ms : FIRST_MS,
                   settle_ms < FIRST_MS ? settle_ms * 10 : EVERY_MS);
    return chores;
}

void chores_stop(struct chores *chores)
{
    if (!chores || chores->stopping)
        return;
    chores->stopping = true;
    watch_stop(chores->watch);
    child_stop(chores->backup);
    chores->backup = NULL;
    uv_close((uv_handle_t *)&chores->timer, NULL);
}

void chores_free(struct chores *chores)
{
    if (!chores)
        return;
    watch_free(chores->watch);
    free(chores);
}
