/* make_corpus.c - writes the honest inputs from which fuzz targets start:
 *
 *   make_corpus tests/fuzz/corpus
 *
 * Every input is a pure function of the code, so the files change only when a format does. */
#include "tests/fuzz/crypto_case.h"
#include "tests/fuzz/letter_case.h"
#include "tests/fuzz/shape_case.h"
#include "tests/fuzz/link_corpus.h"
#include "tests/fuzz/sync_corpus.h"
#include "tests/support/sample_charter.h"
#include "tests/support/street_life.h"
#include "tests/support/world_story.h"

#include "node/tender/proof.h"

#include <stdio.h>
#include <stdlib.h>

static const char *folder;
static uint8_t bytes[RECORD_MAX];

static void keep(const char *name, const uint8_t *data, size_t size)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "wb");
    if (size == 0 || file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0) {
        fprintf(stderr, "%s: cannot be made\n", path);
        exit(1);
    }
}

static void charters(void)
{
    static const char *const names[][3] = { { "charter/pellets_demo", "pellets", "demo" },
                                            { "charter/electricity_season", "electricity", "season" } };
    struct charter charter;

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        sample_charter_make(&charter, names[i][1], names[i][2]);
        keep(names[i][0], bytes, charter_write(bytes, sizeof bytes, &charter));
    }
    /* Two members, both with the key of the constant polynomial: the smallest committee that is not a
     * founder. */
    charter.genesis.count = charter.genesis.threshold = 2;
    charter.genesis.share[1] = charter.genesis.share[0];
    memset(charter.genesis_key[1], 2, KEY_SIZE);
    keep("charter/two_members", bytes, charter_write(bytes, sizeof bytes, &charter));
}

static void bids(void)
{
    struct bid bid = {
        .company = "Granulés Réunis",
        .contact = "sales@example.org",
        .terms = "Thirty days.",
        .inbox = POINT_BASE,
        .lot_count = 2,
        .price_count = 1,
        .lots = { { .fixed_cents = 1250, .step_count = 2, .steps = { { 7, { 3120 } }, { 20, { 2990 } } } },
                  { .lot = 1, .step_count = 1, .steps = { { 1, { 3500 } } } } }
    };

    keep("bid/pellets", bytes, bid_write(bytes, sizeof bytes, &bid));
    bid.price_count = 4;
    for (uint32_t i = 0; i < 4; i++)
        bid.lots[0].steps[0].price[i] = bid.lots[0].steps[1].price[i] = bid.lots[1].steps[0].price[i] =
            1 + i * 70000;
    keep("bid/electricity", bytes, bid_write(bytes, sizeof bytes, &bid));
}

static void invitations(void)
{
    static const char *const addresses[] = { "", "192.168.1.20:4711", "[fe80::1]:65535" };
    static const char *const names[] = { "invitation/bare", "invitation/ipv4", "invitation/ipv6" };
    struct invitation invitation = { .secret = { 1, 2, 3 } };
    char code[CODE_MAX];

    for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
        strcpy(invitation.address, addresses[i]);
        keep(names[i], (const uint8_t *)code, invitation_write(code, &invitation));
    }
}

/* A company's, of the right shape. */
static size_t bid_record(uint8_t *out, const uint8_t topic[ID_SIZE], const uint8_t parent[ID_SIZE],
                         const struct sign_key *company)
{
    static const uint8_t sealed[SEAL_OVERHEAD + 64];
    uint8_t body[sizeof sealed + 16];
    struct writer w = writer_to(body, sizeof body);

    writer_array(&w, 2);
    writer_uint(&w, 0);
    writer_bin(&w, BYTES(sealed));
    return record_write(out, RECORD_MAX, NULL, RECORD_DEAL, topic, BOX_BIDS, parent, company,
                        (struct bytes){ body, writer_done(&w) });
}

/* Two are gone, two are added. */
static void body_by_another(struct writer *w)
{
    static const uint8_t base[ID_SIZE] = { 4 }, gone[] = { 0, 1, 0, 6 }, own[2 * 16] = { 0x15, [16] = 0x35 };

    writer_array(w, 3);
    writer_bin(w, BYTES(base));
    writer_bin(w, BYTES(gone));
    writer_bin(w, BYTES(own));
}

static void records(void)
{
    static const char *const names[RECORD_KINDS] = { "record/deal", "record/seen", "record/cut",
                                                     "record/vote", "record/open", "record/flag" };
    static const uint8_t topic[ID_SIZE] = { 1 }, parent[ID_SIZE] = { 2 }, seed[KEY_SIZE] = { 3 };
    static const uint8_t body[300] = { 0x91, 0xc5, 0x01, 0x28 };
    uint8_t list[256];
    struct writer w = writer_to(list, sizeof list);
    struct sign_key author;

    sign_key_init(&author, seed);
    for (int kind = 0; kind < RECORD_KINDS; kind++)
        keep(names[kind], bytes,
             record_write(bytes, sizeof bytes, NULL, (enum record_kind)kind, topic,
                          (enum box_index)(kind % BOXES), parent, &author,
                          (struct bytes){ body, kind == 0 ? sizeof body : 4 }));
    keep("record/bid", bytes, bid_record(bytes, topic, parent, &author));
    body_by_another(&w);
    keep("record/seen_by_another", bytes,
         record_write(bytes, sizeof bytes, NULL, RECORD_SEEN, topic, BOX_KEY, parent, &author, (struct bytes){ list, writer_done(&w) }));
}

/* A list in full, and behind it another, in full or told by it. */
static void list_of(const char *name, bool told)
{
    static const uint8_t own[] = { 0x15, [15] = 1 };
    uint8_t shared[14 * 16] = { 0 }, first[512], second[512];
    struct writer full = writer_to(first, sizeof first), other = writer_to(second, sizeof second), w = writer_to(bytes, sizeof bytes);

    for (uint8_t i = 0; i < 14; i++)
        shared[16 * i] = (uint8_t)(i << 4 | 3);
    list_write_whole(&full, BYTES(shared));
    if (told)
        body_by_another(&other);
    else
        list_write_whole(&other, BYTES(own));
    writer_array(&w, 2);
    writer_bin(&w, (struct bytes){ first, writer_done(&full) });
    writer_bin(&w, (struct bytes){ second, writer_done(&other) });
    keep(name, bytes, writer_done(&w));
}

/* With the keys of fuzz_announce.c. */
static void announcements(void)
{
    static const uint8_t lan_key[KEY_SIZE] = { 0x1a }, rng_seed[KEY_SIZE] = { 0x1b };
    static const struct announcement sent = { .link_key = { 0xaa, 0xbb }, .port = 4711 };
    struct rng rng;

    rng_init(&rng, rng_seed);
    keep("announce/packet", bytes, announce_write(bytes, lan_key, &sent, &rng));
}

static void letters(void)
{
    static struct letter_case honest;

    if (!letter_case_init(&honest))
        abort();
    bytes[0] = 0;
    memcpy(bytes + 1, honest.sealed, honest.size);
    keep("letter/sealed", bytes, honest.size + 1);
    bytes[0] = 1;
    memcpy(bytes + 1, honest.plain, honest.size - SEAL_OVERHEAD);
    keep("letter/plain", bytes, honest.size - SEAL_OVERHEAD + 1);
}

static void syncs(void)
{
    static const struct {
        const char *name;
        size_t lacks, more;
    } cases[] = { { "equal", 0, 0 }, { "few", 7, 5 }, { "many", 1900, 40 } };
    static struct sync_corpus corpus;
    char name[64];

    for (unsigned side = 0; side < 2; side++)
        for (unsigned choice = 0; choice < ARRAY_SIZE(sync_case_counts); choice++)
            for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                size_t size =
                    sync_corpus_make(&corpus, bytes, side == 1, choice, cases[i].lacks, cases[i].more);

                snprintf(name, sizeof name, "sync/%s-%zu-%s", side == 1 ? "begins" : "answers",
                         sync_case_counts[choice], cases[i].name);
                keep(name, bytes, size);
            }
}

/* Into the home and the round of fuzz_link.c. */
static void links(void)
{
    static struct link_corpus body, out;
    struct world *w = world_new(1, 3);
    uint8_t topic[ID_SIZE];

    world_belong(w, 0, -1);
    world_found(w, 0, "pellets", "demo", topic);
    world_free(w);
    link_corpus_body(&body, topic);
    keep("message/all", body.bytes, body.size);
    link_corpus_frames(&out, &body);
    keep("link/all", out.bytes, out.size);
    for (int i = 0; i < 2; i++) {
        if (!link_corpus_stream(&out, i == 1, &body))
            abort();
        keep(i == 0 ? "session/called" : "session/dialled", out.bytes, out.size);
    }
}

static void proofs_of_crypto(void)
{
    static const char *const names[CASE_KINDS] = { "seal",  "dkg_deal",  "admission", "deal",  "beacon",
                                                   "share", "signature", "complaint", "range", "ring", "reveal",
                                                   "points" };
    static const uint8_t edits[] = { 2, 0, 1, 2, 2, 1, 3, 0 }; /* fuzz_crypto.c */
    static struct crypto_case honest;
    char name[64];

    _Static_assert(1 + CASE_ROOM <= sizeof bytes, "every case fits");
    crypto_case_init(&honest);
    for (int kind = 0; kind < CASE_KINDS; kind++) {
        bytes[0] = (uint8_t)kind;
        snprintf(name, sizeof name, "crypto/%s", names[kind]);
        keep(name, bytes, 1 + crypto_case_make(&honest, (enum crypto_kind)kind, bytes + 1));
        bytes[0] = (uint8_t)(0x80 | kind);
        memcpy(bytes + 1, edits, sizeof edits);
        snprintf(name, sizeof name, "crypto/%s_edits", names[kind]);
        keep(name, bytes, 1 + sizeof edits);
    }
    bytes[0] = CASE_KINDS;
    memcpy(bytes + 1, POINT_BASE.b, POINT_SIZE);
    keep("crypto/point", bytes, 1 + POINT_SIZE);
}

static void shapes_of_deals(void)
{
    static struct {
        const char *name;
        struct deal_shape shape;
        uint64_t values[DEAL_VALUES_MAX];
    } cases[] = {
        { "shape/total",
          { .count = 5, .bits = { 16, 16, 16, 1, 1 }, .predicate_count = 1,
            .predicates = { { .coefficient = { 1, 1 }, .low = 100, .high = 20000 } } },
          { 5000, 200, 900, 1, 0 } },
        { "shape/points",
          { .count = 3, .bits = { 7, 7, 7 }, .predicate_count = 1,
            .predicates = { { .coefficient = { 1, 1, 1 }, .low = 100, .high = 100 } } },
          { 50, 49, 1 } },
        { "shape/compared",
          { .count = 2, .bits = { 32, 32 }, .predicate_count = 2,
            .predicates = { { .coefficient = { 1, -1 }, .low = 0, .high = INT64_MAX },
                            { .coefficient = { INT32_MAX, INT32_MIN }, .low = -1, .high = 1 } } },
          { 2, 1 } },
        { "shape/unsatisfiable",
          { .count = 1, .bits = { 8 }, .predicate_count = 1,
            .predicates = { { .coefficient = { -1 }, .low = 1, .high = 9 } } },
          { 1 } },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        keep(cases[i].name, bytes, shape_case_walk(bytes, SHAPE_CASE_ROOM, true, &cases[i].shape, cases[i].values));
}

static void proof_of(struct street *s, const char *name)
{
    uint8_t *proof;
    size_t size;

    if (proof_write(&proof, &size, s->homes[0].topic, NULL, NULL) != STATUS_OK)
        abort();
    keep(name, proof, size);
    free(proof);
}

/* The smallest round there is: two homes, two companies. */
static void rounds(void)
{
    static const struct {
        const char *name;
        enum box_index box;
    } stops[] = { { "proof/registry", BOX_REGISTRY },
                  { "proof/tender", BOX_JOIN },
                  { "proof/award", BOX_BIDS } };
    struct street *s = street_init(2, 2, 1);

    s->companies = true;
    for (size_t i = 0; i < ARRAY_SIZE(stops); i++) {
        if (!street_until(s, stops[i].box, BOX_OPENED, 40 * STREET_DAY_MS))
            abort();
        proof_of(s, stops[i].name);
    }
    street_clear(s);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    folder = argv[1];
    charters();
    bids();
    invitations();
    records();
    list_of("list/in_full", false);
    list_of("list/by_another", true);
    announcements();
    letters();
    syncs();
    links();
    proofs_of_crypto();
    shapes_of_deals();
    rounds();
    return 0;
}
