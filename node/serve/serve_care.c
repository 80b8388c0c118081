/* serve_care.c - what the node knows about the safety of its home: its half of `coopair doctor`, and the
 * memory of a backup made and of a sheet proved. Failure modes: a damaged entry is a check that fails, not a
 * reply that does; only a machine without memory gives no list. */
#include "node/advice/calendar.h"
#include "node/care/care.h"
#include "node/serve/checks.h"
#include "node/home/groups.h"
#include "node/serve/data.h"
#include "node/serve/serve.h"
#include "node/tongue/failure_words.h"
#include "node/tongue/say.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

enum { DAY_MS = 24 * 3600 * 1000, CLOCK_WARN_MS = 2 * 60 * 1000, CLOCK_FAIL_MS = 60 * 60 * 1000 };

struct doctor {
    struct node *node;
    struct answer answer;
    json_t *checks;
    struct store_txn *txn;
    uint64_t series, heard;
};

static const char *ago(char out[SAID_MAX], const struct doctor *doctor, uint64_t then_ms)
{
    words_when(out, then_ms / 1000, node_now_ms(doctor->node) / 1000);
    return out;
}

/* ---- The store. */

static void check_store(struct doctor *doctor)
{
    const char *trouble = node_trouble(doctor->node);
    struct store_health health;
    struct failure why = { .text = "" };
    enum status status = store_check(node_store(doctor->node), &health, &why);

    if (trouble)
        check_add(&doctor->answer, doctor->checks, "writing", CHECK_FAIL,
                  _("free some space or mend the disk; the node tries again by itself"), "%s", trouble);
    if (status)
        check_add(&doctor->answer, doctor->checks, "store", CHECK_FAIL,
                  _("stop the node and bring your latest backup back into a new folder: coopair restore FILE "
                  "--home DIR"),
                  _("%" PRIu64 " of %" PRIu64 " entries are damaged: %s"), health.damaged, health.entries,
                  failure_words(&why).text);
    else
        check_add(&doctor->answer, doctor->checks, "store", CHECK_OK, NULL,
                  _("%" PRIu64 " entries read back well, %" PRIu64 " KiB"), health.entries,
                  health.file_bytes / 1024);
}

/* ---- Backup and sheet. */

static void check_backup(struct doctor *doctor, const struct care *care)
{
    const char *fix = _("make one, on another disk: coopair backup FILE");
    uint64_t now_ms = node_now_ms(doctor->node);
    char when[SAID_MAX];
    bool old = now_ms > care->backup_ms && (now_ms - care->backup_ms) / DAY_MS > CARE_BACKUP_WARN_DAYS;

    if (care->backup_ms == 0)
        check_add(&doctor->answer, doctor->checks, "backup", CHECK_WARN, fix,
                  _("never made: what is only here is lost with this disk"));
    else
        check_add(&doctor->answer, doctor->checks, "backup", old ? CHECK_WARN : CHECK_OK, fix, _("made %s"),
                  ago(when, doctor, care->backup_ms));
}

static void check_sheet(struct doctor *doctor, const struct care *care)
{
    char when[SAID_MAX];

    if (care->proved_ms == 0)
        check_add(&doctor->answer, doctor->checks, "sheet", CHECK_WARN,
                  _("print it with coopair identity sheet, then prove it with coopair identity prove"),
                  _("nobody has typed the recovery sheet back: it may not exist"));
    else
        check_add(&doctor->answer, doctor->checks, "sheet", CHECK_OK, NULL, _("recovery sheet proved %s"),
                  ago(when, doctor, care->proved_ms));
}

/* ---- The clock: against those who should agree, never set from them; and against this home's own past. */

static void check_clock(struct doctor *doctor, const struct care *care)
{
    const char *fix = _("set the clock of this machine right: timedatectl set-ntp true");
    uint64_t now_ms = node_now_ms(doctor->node);
    int64_t offset_ms, off_ms;

    if (care->backup_ms > now_ms + DAY_MS || care->proved_ms > now_ms + DAY_MS)
        check_add(&doctor->answer, doctor->checks, "past", CHECK_FAIL, fix,
                  _("this home did something later than the clock says it is now"));
    if (!serve_clock_offset(&offset_ms, node_core(doctor->node)))
        return;
    off_ms = offset_ms < 0 ? -offset_ms : offset_ms;
    check_add(&doctor->answer, doctor->checks, "neighbours' clocks",
              off_ms > CLOCK_FAIL_MS   ? CHECK_FAIL
              : off_ms > CLOCK_WARN_MS ? CHECK_WARN
                                       : CHECK_OK,
              fix, _("this clock is %" PRId64 " s %s those of the neighbours"), off_ms / 1000,
              offset_ms < 0 ? _("ahead of") : _("behind"));
}

/* ---- Neighbours. */

static bool heard_lately(void *arg, const struct store_peer *peer)
{
    struct doctor *doctor = arg;

    doctor->heard += peer->seen_ms + DAY_MS >= node_now_ms(doctor->node);
    return true;
}

static uint64_t linked_now(const struct doctor *doctor)
{
    struct peer_view peers[LINKS_MAX];
    size_t count = core_peers(node_core(doctor->node), peers, LINKS_MAX);
    uint64_t linked = 0;

    for (size_t i = 0; i < count; i++)
        linked += peers[i].linked;
    return linked;
}

static void check_neighbours(struct doctor *doctor)
{
    struct group_entry groups[GROUPS_MAX];
    struct node_facts facts;
    size_t count = 0;
    uint64_t linked = linked_now(doctor);

    groups_read(groups, &count, doctor->txn);
    sodium_memzero(groups, sizeof groups);
    store_peer_scan(doctor->txn, heard_lately, doctor);
    node_facts(doctor->node, &facts);
    if (count == 0)
        check_add(&doctor->answer, doctor->checks, "neighbours", CHECK_OK, NULL,
                  _("this home is in no group: it has none to hear from"));
    else if (linked > 0 || doctor->heard > 0)
        check_add(&doctor->answer, doctor->checks, "neighbours", CHECK_OK, NULL,
                  _("%" PRIu64 " linked now, %" PRIu64 " met in the last day"), linked, doctor->heard);
    else
        check_add(&doctor->answer, doctor->checks, "neighbours", CHECK_WARN,
                  facts.online
                      ? _("ask a neighbour whose node runs for a new code: coopair group invite there, "
                        "coopair group join CODE here")
                      : _("start the node: coopair run"),
                  _("none was met in the last day"));
}

/* ---- Readings. */

static bool check_series(void *arg, const struct store_series *series)
{
    struct doctor *doctor = arg;
    uint64_t now_s = node_now_ms(doctor->node) / 1000, last_s = (uint64_t)series->last_s;
    bool late = now_s > last_s && (now_s - last_s) / 86400 > CARE_DATA_WARN_DAYS;
    char day[SAY_MAX], hole[SAY_MAX] = "", holes[SAY_MAX + 80];
    struct gaps gaps;

    if (quantity_is_register(series->name.quantity)) /* its days are a series too */
        return true;
    gaps_of(&gaps, doctor->txn, series);
    doctor->series++;
    snprintf(holes, sizeof holes, "%s", _("no day is missing"));
    if (gaps.missing > 0)
        snprintf(holes, sizeof holes, _("%" PRIu64 " days are missing, from %s on"), gaps.missing,
                 say_day(hole, gaps.first_missing_s));
    else if (gaps.partial > 0)
        snprintf(holes, sizeof holes, _("%" PRIu64 " days have hours missing"), gaps.partial);
    check_add(&doctor->answer, doctor->checks, "readings",
              late || gaps.missing + gaps.partial > 0 ? CHECK_WARN : CHECK_OK,
              _("get the days from your supplier's site and take them in: coopair import FILE"),
              _("%s (%s): last one on %s, %s"), series->name.meter, _(quantity_name(series->name.quantity)),
              say_day(day, series->last_s), holes);
    return !doctor->answer.failed;
}

static bool check_account(void *arg, const struct store_account *account)
{
    struct doctor *doctor = arg;
    int64_t today = day_of((int64_t)(node_now_ms(doctor->node) / 1000));
    char day[SAY_MAX];

    check_add(&doctor->answer, doctor->checks, "account",
              today > account->last_day + CARE_MONEY_WARN_DAYS ? CHECK_WARN : CHECK_OK,
              _("get the newest statement from your bank's site and take it in: coopair import FILE"),
              _("%s: %" PRIu64 " movements, the last on %s"), account->name, account->count,
              say_day(day, utc_of_local(account->last_day * CALENDAR_DAY_S)));
    return !doctor->answer.failed;
}

static enum status run_doctor(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct doctor doctor = { .node = node };
    struct care care = { 0, 0 };
    enum status status;

    (void)args;
    doctor.checks = answer_array(&doctor.answer, reply, "checks");
    check_store(&doctor);
    status = care_read(&care, node_store(node), why);
    if (!status) {
        check_backup(&doctor, &care);
        check_sheet(&doctor, &care);
        check_clock(&doctor, &care);
        doctor.txn = store_begin(node_store(node), STORE_READ);
        check_neighbours(&doctor);
        store_series_list(doctor.txn, check_series, &doctor);
        store_account_list(doctor.txn, check_account, &doctor);
        status = store_commit(doctor.txn, why);
    }
    if (status) /* said again as a check: the others must be seen all the same */
        check_add(&doctor.answer, doctor.checks, "reading", CHECK_FAIL,
                  _("bring your latest backup back into a new folder: coopair restore FILE --home DIR"), "%s",
                  failure_words(why).text);
    else if (doctor.series == 0)
        check_add(&doctor.answer, doctor.checks, "readings", CHECK_WARN,
                  _("take a meter file in: coopair import FILE"), _("there are none yet"));
    return answer_done(&doctor.answer, why);
}

static enum status run_backed_up(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    (void)args;
    (void)reply;
    return care_note(node_store(node), CARE_BACKUP, node_now_ms(node), why);
}

static enum status run_proved(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    (void)args;
    (void)reply;
    return care_note(node_store(node), CARE_PROVED, node_now_ms(node), why);
}

const struct served serve_care[] = {
    { "doctor", run_doctor, false },
    { "care.backed_up", run_backed_up, false },
    { "care.proved", run_proved, false },
    { NULL, NULL, false },
};
