/* check.c - is the file fit to be mapped?
 *
 * LMDB trusts every byte: a cut file ends the process with SIGBUS, a wild page number with SIGSEGV or an assertion, a
 * list of free pages that names a live one destroys it at the next write. So before anything is looked up, the file is
 * read with plain reads and its tree walked: head pages, every branch and leaf, the extent of every large value, and the list of
 * free pages, each page met at most once. The format is LMDB 0.9's, data version 1 (mdb.c: MDB_meta, MDB_page, MDB_node).
 * What is inside values is not judged here: they are sealed. About a millisecond for ten meters over ten years.
 * Failure modes: the file is short, or a page is not what its parent says; *why names the first such page. */
#include "store/env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE_BRANCH = 1, PAGE_LEAF = 2, PAGE_OVERFLOW = 4, PAGE_META = 8, NODE_BIG = 1 };
enum { TREE_KINDS = 0x7f, TREE_OF_NUMBERS = 0x08 }; /* the low bits of a tree's flags; those above are of the environment */
enum { DEPTH_MAX = 32, FILE_KEY_MAX = 511, PAGE_SIZE_MAX = 32768, FIRST_PAGE = 2 };
static const uint32_t META_MAGIC = 0xBEEFC0DE, META_VERSION = 1;
static const size_t NO_ROOT = SIZE_MAX;

struct file_tree {
    uint32_t pad;
    uint16_t flags, depth;
    size_t branches, leaves, overflows, entries, root;
};
struct file_meta {
    size_t page;
    uint16_t pad, flags;
    uint32_t unused;
    uint32_t magic, version;
    size_t address, map_bytes;
    struct file_tree trees[2]; /* free pages, main; trees[0].pad is the page size */
    size_t last_page, txn_id;
};
struct page_head {
    size_t page;
    uint16_t pad, flags, lower, upper; /* of an overflow page the last two are one 32-bit count */
};
struct node_head {
    uint16_t low, high, flags, key_size;
};

struct check {
    const struct store *store;
    struct failure *why;
    int fd;
    size_t page_bytes, file_pages, last_page, txn_id;
    uint8_t *seen; /* one bit a page */
    uint8_t *pages[DEPTH_MAX];
    struct file_tree *tree;
    size_t entries; /* met so far in this tree */
    bool free_list;
};

/* A key of a page on the way down; the page stays loaded while its children are visited. */
struct bound {
    const uint8_t *data;
    size_t size;
};

static enum status damaged(const struct check *check, size_t page, const char *what)
{
    return failure_say(check->why, STATUS_MALFORMED, "%.120s is damaged (page %zu: %s); nothing was changed, restore your latest backup",
                       check->store->file, page, what);
}

static enum status refused(const struct store *store, int code, struct failure *why)
{
    return env_explain(store, code ? code : EIO, "open", why);
}

static enum status read_at(const struct check *check, void *out, size_t size, size_t offset)
{
    uint8_t *to = out;

    while (size > 0) {
        ssize_t got = pread(check->fd, to, size, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return refused(check->store, errno, check->why);
        if (got == 0)
            return damaged(check, check->page_bytes ? offset / check->page_bytes : 0, "the file ends before it");
        to += got;
        size -= (size_t)got;
        offset += (size_t)got;
    }
    return STATUS_OK;
}

/* Opens the file and reads both head pages: metas[0] and [1]. */
static enum status metas_read(struct check *check, struct file_meta metas[2])
{
    struct stat found;
    enum status status;

    check->fd = open(check->store->file, O_RDONLY | O_CLOEXEC);
    if (check->fd < 0 || fstat(check->fd, &found) != 0)
        return refused(check->store, errno, check->why);
    status = read_at(check, &metas[0], sizeof metas[0], 0);
    if (status)
        return status;
    check->page_bytes = metas[0].trees[0].pad;
    if (check->page_bytes < 512 || check->page_bytes > PAGE_SIZE_MAX || (check->page_bytes & (check->page_bytes - 1)) != 0)
        return damaged(check, 0, "no page size");
    check->file_pages = (size_t)found.st_size / check->page_bytes;
    if (check->file_pages < FIRST_PAGE)
        return damaged(check, 1, "the file ends before it");
    status = read_at(check, &metas[1], sizeof metas[1], check->page_bytes);
    for (size_t i = 0; i < 2 && !status; i++) {
        const struct file_meta *meta = &metas[i];

        if (!(meta->flags & PAGE_META) || meta->magic != META_MAGIC)
            return damaged(check, i, "not a head page");
        if (meta->version != META_VERSION)
            return refused(check->store, MDB_VERSION_MISMATCH, check->why);
        /* LMDB may leave free pages at the end unwritten; far beyond the end is another matter. */
        if (meta->trees[0].pad != check->page_bytes || meta->last_page < 1 ||
            meta->last_page / 2 > check->file_pages + (1 << 16))
            return damaged(check, i, "impossible sizes");
    }
    return status;
}

enum status check_metas(const struct store *store, struct failure *why)
{
    struct check check = { .store = store, .why = why };
    struct file_meta metas[2];
    enum status status = metas_read(&check, metas);

    if (check.fd >= 0)
        close(check.fd);
    return status;
}

/* Each page belongs to one place only. */
static bool take_pages(struct check *check, size_t page, size_t count)
{
    if (page < FIRST_PAGE || count > check->file_pages || page > check->file_pages - count ||
        page + count - 1 > check->last_page)
        return false;
    for (size_t i = page; i < page + count; i++) {
        if (check->seen[i / 8] & 1u << i % 8)
            return false;
        check->seen[i / 8] |= (uint8_t)(1u << i % 8);
    }
    return true;
}

/* A list of free pages: a count, then page numbers in descending order, none of them met in a tree or in another list. */
static enum status walk_free_list(struct check *check, size_t page, const uint8_t *data, size_t size)
{
    size_t count, free_page, before = SIZE_MAX;

    if (size < sizeof count)
        return damaged(check, page, "a list of free pages without a count");
    memcpy(&count, data, sizeof count);
    if (count > size / sizeof count - 1)
        return damaged(check, page, "a list of free pages longer than its place");
    for (size_t i = 1; i <= count; i++) {
        memcpy(&free_page, data + i * sizeof count, sizeof free_page);
        if (free_page >= before || free_page < FIRST_PAGE || free_page > check->last_page)
            return damaged(check, page, "a wild number among the free pages");
        if (free_page < check->file_pages && !take_pages(check, free_page, 1))
            return damaged(check, page, "a page both free and in use");
        before = free_page;
    }
    return STATUS_OK;
}

/* A value in pages of its own. */
static enum status walk_overflow(struct check *check, size_t from, const uint8_t *node_data, size_t size)
{
    struct page_head head;
    uint32_t pages;
    uint8_t *list;
    size_t page;
    enum status status;

    memcpy(&page, node_data, sizeof page);
    if (page < FIRST_PAGE || page >= check->file_pages)
        return damaged(check, from, "a large value outside the file");
    status = read_at(check, &head, sizeof head, page * check->page_bytes);
    if (status)
        return status;
    memcpy(&pages, &head.lower, sizeof pages);
    /* More pages than needed are fine: a value that shrank within one transaction keeps them. */
    if (head.page != page || head.flags != PAGE_OVERFLOW ||
        pages < (size + sizeof head - 1) / check->page_bytes + 1 || !take_pages(check, page, pages))
        return damaged(check, page, "not the large value it should be");
    if (!check->free_list)
        return STATUS_OK;
    list = malloc(size ? size : 1);
    if (!list)
        return failure_say(check->why, STATUS_NOMEM, "open: out of memory");
    status = read_at(check, list, size, page * check->page_bytes + sizeof head);
    if (!status)
        status = walk_free_list(check, page, list, size);
    free(list);
    return status;
}

static enum status walk_leaf_node(struct check *check, size_t page, const struct node_head *node, const uint8_t *data,
                                  size_t room)
{
    size_t size = node->low | (size_t)node->high << 16, txn_id;

    check->entries++;
    if (node->flags & ~NODE_BIG)
        return damaged(check, page, "an entry of a kind that is not used");
    if ((node->flags & NODE_BIG ? sizeof(size_t) : size) > room)
        return damaged(check, page, "an entry beyond the page");
    if (check->free_list) {
        memcpy(&txn_id, data - sizeof txn_id, sizeof txn_id);
        if (txn_id > check->txn_id)
            return damaged(check, page, "free pages of a transaction that has not been");
    }
    if (node->flags & NODE_BIG)
        return walk_overflow(check, page, data, size);
    return check->free_list ? walk_free_list(check, page, data, size) : STATUS_OK;
}

/* Byte order in the main tree; numbers of this machine in the list of free pages. */
static bool in_order(const struct check *check, struct bound a, struct bound b)
{
    size_t x, y, shorter = a.size < b.size ? a.size : b.size;
    int order;

    if (check->free_list) {
        memcpy(&x, a.data, sizeof x);
        memcpy(&y, b.data, sizeof y);
        return x < y;
    }
    order = memcmp(a.data, b.data, shorter);
    return order < 0 || (order == 0 && a.size < b.size);
}

static enum status page_load(struct check *check, size_t page, unsigned depth, struct page_head *head)
{
    bool leaf = depth + 1 == check->tree->depth;
    enum status status;

    if (!take_pages(check, page, 1))
        return damaged(check, page, page < check->file_pages ? "met twice or out of place" : "the file ends before it");
    if (!check->pages[depth] && !(check->pages[depth] = malloc(check->page_bytes)))
        return failure_say(check->why, STATUS_NOMEM, "open: out of memory");
    status = read_at(check, check->pages[depth], check->page_bytes, page * check->page_bytes);
    if (status)
        return status;
    memcpy(head, check->pages[depth], sizeof *head);
    /* Exactly: a page that seems to be free already ("loose") would not be written by the next commit. */
    if (head->page != page || head->flags != (leaf ? PAGE_LEAF : PAGE_BRANCH))
        return damaged(check, page, "not the page it should be");
    if (head->lower < sizeof *head || head->lower % 2 || head->lower > head->upper || head->upper > check->page_bytes)
        return damaged(check, page, "impossible bounds");
    if (head->lower == sizeof *head || (!leaf && !check->free_list && head->lower < sizeof *head + 4))
        return damaged(check, page, "too few entries");
    return STATUS_OK;
}

/* The i-th entry of a loaded page: its head and its key, both inside the page. */
static enum status entry_at(const struct check *check, size_t page, const uint8_t *bytes, size_t i, bool leaf,
                            struct node_head *node, struct bound *key)
{
    struct page_head head;
    bool may_be_empty = !leaf && i == 0; /* the first key of a branch is implied */
    uint16_t offset;

    memcpy(&head, bytes, sizeof head);
    memcpy(&offset, bytes + sizeof head + 2 * i, sizeof offset);
    if (offset < head.upper || offset % 2 || offset + sizeof *node > check->page_bytes)
        return damaged(check, page, "an entry out of place");
    memcpy(node, bytes + offset, sizeof *node);
    *key = (struct bound){ bytes + offset + sizeof *node, node->key_size };
    if (key->size > FILE_KEY_MAX || offset + sizeof *node + key->size > check->page_bytes)
        return damaged(check, page, "a key beyond the page");
    if (key->size == 0 ? !may_be_empty : check->free_list && key->size != sizeof(size_t))
        return damaged(check, page, "a key of impossible size");
    return STATUS_OK;
}

static size_t node_child(const struct node_head *node)
{
    return node->low | (size_t)node->high << 16 | (sizeof(size_t) > 4 ? (size_t)node->flags << 16 << 16 : 0);
}

/* One page and all below it. Keys lie in [least, limit); NULL data: no bound. A child is walked when the key after its own
 * is known. */
static enum status walk_page(struct check *check, size_t page, unsigned depth, struct bound least, struct bound limit)
{
    bool leaf = depth + 1 == check->tree->depth;
    struct page_head head;
    enum status status = page_load(check, page, depth, &head);
    const uint8_t *bytes = check->pages[depth];
    size_t child = 0;

    if (status)
        return status;
    for (size_t i = 0; i < (head.lower - sizeof head) / 2 && !status; i++) {
        struct node_head node;
        struct bound key;

        status = entry_at(check, page, bytes, i, leaf, &node, &key);
        if (status)
            return status;
        if (key.size > 0 && ((least.data && (i == 0 ? in_order(check, key, least) : !in_order(check, least, key))) ||
                             (limit.data && !in_order(check, key, limit))))
            return damaged(check, page, "keys out of order");
        if (leaf)
            status = walk_leaf_node(check, page, &node, key.data + key.size,
                                    check->page_bytes - (size_t)(key.data + key.size - bytes));
        else if (i > 0)
            status = walk_page(check, child, depth + 1, least, key);
        child = node_child(&node);
        if (key.size > 0)
            least = key;
    }
    return status || leaf ? status : walk_page(check, child, depth + 1, least, limit);
}

static enum status walk_tree(struct check *check, struct file_tree *tree, bool free_list)
{
    struct bound none = { NULL, 0 };
    enum status status = STATUS_OK;

    check->tree = tree;
    check->free_list = free_list;
    check->entries = 0;
    if ((tree->flags & TREE_KINDS) != (free_list ? TREE_OF_NUMBERS : 0))
        return damaged(check, 0, "a tree of another kind");
    if (tree->root == NO_ROOT ? tree->depth != 0 || tree->entries != 0 : tree->depth < 1 || tree->depth > DEPTH_MAX)
        return damaged(check, 0, "impossible depth");
    if (tree->root != NO_ROOT)
        status = walk_page(check, tree->root, 0, none, none);
    if (!status && check->entries != tree->entries)
        return damaged(check, 0, "entries are missing");
    return status;
}

/* Transaction n goes to head page n % 2 and the other keeps n - 1: a changed number would bring an older state back. */
static enum status check_numbers(const struct check *check, const struct file_meta metas[2])
{
    size_t even = metas[0].txn_id, odd = metas[1].txn_id;

    if ((even == 0 && odd == 0) || (even % 2 == 0 && odd % 2 == 1 && (even + 1 == odd || odd + 1 == even)))
        return STATUS_OK;
    if (check->store->mode == STORE_READ)
        return STATUS_EARLY; /* the writer may have gone on between the two */
    return damaged(check, 0, "head pages that do not follow each other");
}

enum status check_tree(const struct store *store, uint64_t txn_id, struct failure *why)
{
    struct check check = { .store = store, .why = why };
    struct file_meta metas[2], *meta;
    enum status status = metas_read(&check, metas);

    if (!status)
        status = check_numbers(&check, metas);
    meta = !status && metas[0].txn_id == txn_id ? &metas[0] : &metas[1];
    if (!status && meta->txn_id != txn_id)
        status = STATUS_EARLY;
    if (!status && !(check.seen = calloc(check.file_pages / 8 + 1, 1)))
        status = failure_say(why, STATUS_NOMEM, "open: out of memory");
    if (!status) {
        check.last_page = meta->last_page;
        check.txn_id = meta->txn_id;
        status = walk_tree(&check, &meta->trees[1], false); /* the living first: a free page must not be one of them */
    }
    if (!status)
        status = walk_tree(&check, &meta->trees[0], true);
    for (size_t i = 0; i < DEPTH_MAX; i++)
        free(check.pages[i]);
    free(check.seen);
    if (check.fd >= 0)
        close(check.fd);
    return status;
}

enum status store_check(struct store *store, struct store_health *out, struct failure *why)
{
    struct store_txn *txn = store_begin(store, STORE_READ);
    struct entry_key all = { .size = 1 }; /* a zero byte comes before every table */
    struct buffer plain = { NULL, 0, 0 };
    struct failure first = { .text = "" };
    struct bytes sealed;
    struct scan scan;
    struct stat found;
    enum status status;

    *out = (struct store_health){ .entries = 0 };
    scan_start(&scan, &all, 0);
    while (scan_next_key(txn, &scan, &sealed)) {
        struct bytes key = { scan.key.bytes, scan.key.size };

        out->entries++;
        if (key.size == 1 && (key.data[0] == TABLE_HEAD || key.data[0] == TABLE_STATE))
            continue; /* not sealed; read at every open */
        if (!buffer_room(&plain, sealed.size))
            txn_fail(txn, STATUS_NOMEM, "out of memory for an entry of %zu bytes", sealed.size);
        else if (!value_unseal(plain.data, store->keys, key, sealed) && out->damaged++ == 0)
            failure_say(&first, STATUS_MALFORMED, "an entry of \"%s\" in %.120s is damaged; restore your latest backup",
                        table_name(key.data[0]), store->file);
    }
    scan_end(&scan);
    buffer_clear(&plain);
    if (!txn->status && stat(store->file, &found) == 0)
        out->file_bytes = (uint64_t)found.st_size;
    status = store_commit(txn, why);
    if (status || out->damaged == 0)
        return status;
    if (why)
        *why = first;
    return STATUS_MALFORMED;
}
