/* serve_status.c - how this home is doing: status, peers, journal. Only looks, changes nothing. */
#include "node/care/care.h"
#include "node/home/groups.h"
#include "node/home/watched.h"
#include "node/serve/serve.h"
#include "node/tongue/tongue.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PEERS_SHOWN = STORE_PEERS_MAX,
    CLOCK_OPINIONS = 5,            /* fewer could be one neighbour's mistake */
    CLOCK_WARN_MS = 2 * 60 * 1000, /* deadlines of a demonstration aside, minutes are what a round can bear */
    JOURNAL_LINES_MAX = 500,       /* each may have 1 KiB, and a reply ends at CONTROL_MAX */
};

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static json_t *hex(const uint8_t *bytes, size_t size)
{
    char text[2 * ID_SIZE + 1];

    sodium_bin2hex(text, sizeof text, bytes, size);
    return json_string(text);
}

/* ---- status */

static json_t *box_deadlines(const struct season *season)
{
    static const char *const names[BOXES] = { "registry", "key", "interest", "join", "bids" };
    json_t *all = json_object();

    for (size_t i = 0; i < BOXES; i++)
        if (season->boxes[i].state != BOX_WAITING)
            set(all, names[i], json_integer((json_int_t)season->boxes[i].deadline_s));
    return all;
}

/* Enrolled ones, until the registry is closed. */
static size_t homes_so_far(const struct season *season)
{
    return season->phase == PHASE_REGISTRY ? season->boxes[BOX_REGISTRY].dealt : season->registry_count;
}

static json_t *round_status(const struct core *core, struct topic *topic)
{
    const struct season *season = topic_season(topic);
    struct own_view own;
    json_t *round = json_object();

    set(round, "round", hex(topic_id(topic), ID_SIZE));
    set(round, "title", json_string(topic_charter(topic)->title));
    set(round, "records", json_integer((json_int_t)topic_record_count(topic)));
    if (!season)
        return round;
    core_own(core, topic, &own);
    set(round, "phase", json_string(phase_name(season->phase)));
    set(round, "deadlines_s", box_deadlines(season));
    set(round, "homes", json_integer((json_int_t)homes_so_far(season)));
    set(round, "enrolled", json_boolean(own.enrolled));
    set(round, "joined", json_boolean(own.joined));
    set(round, "in_committee", json_boolean(own.in_committee));
    return round;
}

static int compare_offsets(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* The median of what the peers say; false: too few say anything. Never used to set a clock. */
static bool clock_median(int64_t *out, const struct peer_view *peers, size_t count)
{
    int64_t offsets[LINKS_MAX];
    size_t opinions = 0;

    for (size_t i = 0; i < count && opinions < LINKS_MAX; i++)
        if (peers[i].linked)
            offsets[opinions++] = peers[i].clock_offset_ms;
    if (opinions < CLOCK_OPINIONS)
        return false;
    qsort(offsets, opinions, sizeof offsets[0], compare_offsets);
    *out = offsets[opinions / 2];
    return true;
}

bool serve_clock_offset(int64_t *out, const struct core *core)
{
    struct peer_view *peers = malloc(PEERS_SHOWN * sizeof *peers);
    bool known = peers && clock_median(out, peers, core_peers(core, peers, PEERS_SHOWN));

    free(peers);
    return known;
}

static void status_peers(struct node *node, json_t *reply)
{
    struct peer_view *peers = malloc(PEERS_SHOWN * sizeof *peers);
    size_t count = peers ? core_peers(node_core(node), peers, PEERS_SHOWN) : 0, linked = 0;
    char warning[160];
    int64_t offset = 0;

    for (size_t i = 0; i < count; i++)
        linked += peers[i].linked;
    set(reply, "links", json_integer((json_int_t)linked));
    set(reply, "peers", json_integer((json_int_t)count));
    if (clock_median(&offset, peers, count)) {
        set(reply, "clock_offset_ms", json_integer(offset));
        if (offset > CLOCK_WARN_MS || offset < -CLOCK_WARN_MS) {
            snprintf(warning, sizeof warning,
                     _("the clock of this machine is %lld minutes %s that of its neighbours: set it right"),
                     (long long)(offset < 0 ? -offset : offset) / 60000, offset < 0 ? _("ahead of") : _("behind"));
            set(reply, "clock_warning", json_string(warning));
        }
    }
    free(peers);
}

static void status_store(struct node *node, json_t *reply)
{
    char path[4096];
    struct stat found;

    snprintf(path, sizeof path, "%s/store.mdb", node_home(node));
    if (stat(path, &found) == 0)
        set(reply, "store_bytes", json_integer((json_int_t)found.st_size));
}

/* The second number of /proc/self/statm: resident pages. */
static void status_memory(json_t *reply)
{
    FILE *file = fopen("/proc/self/statm", "re");
    char line[128], *end;

    if (!file)
        return;
    if (fgets(line, sizeof line, file) && (end = strchr(line, ' ')) != NULL)
        set(reply, "rss_kib",
            json_integer((json_int_t)(strtoul(end, NULL, 10) * (unsigned long)sysconf(_SC_PAGESIZE) / 1024)));
    fclose(file);
}

static enum status status_groups(struct node *node, json_t *reply, struct failure *why)
{
    struct group_entry groups[GROUPS_MAX];
    size_t count;
    enum status status = groups_list(groups, &count, node_store(node), why);
    json_t *ids = json_array();
    uint8_t id[ID_SIZE];

    for (size_t i = 0; i < count; i++) {
        group_id(id, groups[i].secret);
        json_array_append_new(ids, hex(id, 8));
    }
    sodium_memzero(groups, sizeof groups);
    set(reply, "groups", ids);
    return status;
}

static enum status run_status(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    const struct core *core = node_core(node);
    const char *trouble = node_trouble(node);
    json_t *rounds = json_array();
    struct care care = { 0, 0 };
    json_t *watched;
    struct node_facts facts;
    enum status status;
    size_t records = 0;

    (void)args;
    node_facts(node, &facts);
    set(reply, "home", json_string(node_home(node)));
    set(reply, "running", json_boolean(facts.online));
    if (facts.online) {
        set(reply, "pid", json_integer(getpid()));
        set(reply, "listen", json_string(facts.address));
        set(reply, "uptime_s", json_integer((json_int_t)(node_now_ms(node) - facts.started_ms) / 1000));
        set(reply, "bytes_in", json_integer((json_int_t)facts.bytes_in));
        set(reply, "bytes_out", json_integer((json_int_t)facts.bytes_out));
        status_peers(node, reply);
        status_memory(reply);
    }
    for (size_t i = 0; i < core_topic_count(core); i++) {
        records += topic_record_count(core_topic_at(core, i));
        json_array_append_new(rounds, round_status(core, core_topic_at(core, i)));
    }
    set(reply, "rounds", rounds);
    set(reply, "records", json_integer((json_int_t)records));
    status_store(node, reply);
    status = care_read(&care, node_store(node), why);
    set(reply, "backup_s", care.backup_ms ? json_integer((json_int_t)(care.backup_ms / 1000)) : json_null());
    watched = watched_read(node_store(node));
    set(reply, "watched", watched ? watched : json_null());
    set(reply, "trouble", trouble ? json_string(trouble) : json_null());
    return status ? status : status_groups(node, reply, why);
}

/* ---- peers */

static json_t *peer_json(const struct peer_view *peer)
{
    json_t *out = json_object();

    set(out, "key", sodium_is_zero(peer->key, KEY_SIZE) ? json_null() : hex(peer->key, KEY_SIZE));
    set(out, "address", json_string(peer->address));
    set(out, "linked", json_boolean(peer->linked));
    set(out, "incoming", json_boolean(peer->incoming));
    set(out, "eager", json_boolean(peer->eager));
    set(out, "discouraged", json_boolean(peer->discouraged));
    set(out, "clock_offset_ms", json_integer(peer->clock_offset_ms));
    set(out, "bytes_in", json_integer((json_int_t)peer->bytes_in));
    set(out, "bytes_out", json_integer((json_int_t)peer->bytes_out));
    return out;
}

static enum status run_peers(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct peer_view *peers = malloc(PEERS_SHOWN * sizeof *peers);
    json_t *list = json_array();
    size_t count;

    (void)args;
    if (!peers || !list) {
        free(peers);
        json_decref(list);
        return failure_say(why, STATUS_NOMEM, _("list the peers: out of memory"));
    }
    count = core_peers(node_core(node), peers, PEERS_SHOWN);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, peer_json(&peers[i]));
    free(peers);
    set(reply, "link_key", hex(core_link_key(node_core(node)), KEY_SIZE));
    set(reply, "peers", list);
    return STATUS_OK;
}

/* ---- journal: at most JOURNAL_LINES_MAX lines from a place; "next" says where to go on. */

struct journal_page {
    json_t *lines;
    uint64_t next;
};

static bool journal_line(void *arg, const struct store_line *line)
{
    struct journal_page *page = arg;
    json_t *out;

    if (json_array_size(page->lines) >= JOURNAL_LINES_MAX) {
        page->next = line->place;
        return false;
    }
    out = json_object();
    set(out, "place", json_integer((json_int_t)line->place));
    set(out, "time_ms", json_integer((json_int_t)line->time_ms));
    set(out, "text", json_string(line->text));
    json_array_append_new(page->lines, out);
    return true;
}

static enum status run_journal(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct journal_page page = { json_array(), 0 };
    struct store_txn *txn;
    enum status status;
    uint64_t from = 1;

    if (json_object_get(args, "from") && !arg_uint(&from, args, "from", INT64_MAX, why)) {
        json_decref(page.lines);
        return STATUS_MALFORMED;
    }
    txn = store_begin(node_store(node), STORE_READ);
    store_journal_scan(txn, from, journal_line, &page);
    status = store_commit(txn, why);
    set(reply, "lines", page.lines);
    if (page.next)
        set(reply, "next", json_integer((json_int_t)page.next));
    return status;
}

const struct served serve_status[] = {
    { "status", run_status, false },
    { "peers", run_peers, true },
    { "journal", run_journal, false },
    { NULL, NULL, false },
};
