/* letter.c - a household's name for the company that won: sealed to it, signed by the pseudonym that joined.
 * WIRE 9.1.
 *
 * Happy path: eight fields and a signature over them and the inbox, sealed in the context of the topic.
 * Failure modes: a letter for somebody else, a changed one, one of another form: refused, and nothing of it
 * stays in memory. The signature names the inbox, so the winner cannot pass a letter on as if it had been
 * written to another. */
#include "proto/form/letter.h"

#include "crypto/labels.h"

#include <sodium.h>
#include <string.h>

enum { LETTER_FIELDS = 9, SIGNED_FIELDS = 8, PLAIN_MAX = LETTER_MAX - SEAL_OVERHEAD };

/* Every text full, every number of nine bytes, heads of three. */
_Static_assert(2 * (KEY_SIZE + 3) + 9 + 128 + 256 + 64 + 256 + 4 * 3 + DEAL_VALUES_MAX * 9 + SIGNATURE_SIZE +
                       3 * 3 <=
                   PLAIN_MAX,
               "every letter fits");

static bool text_fine(const char *text, size_t room)
{
    return memchr(text, '\0', room) != NULL && text_printable(text);
}

static bool letter_fine(const struct letter *letter)
{
    return text_fine(letter->name, sizeof letter->name) && letter->name[0] != '\0' &&
           text_fine(letter->address, sizeof letter->address) &&
           text_fine(letter->meter, sizeof letter->meter) && text_fine(letter->note, sizeof letter->note) &&
           letter->lot < LOTS_MAX && letter->value_count <= DEAL_VALUES_MAX;
}

/* The first eight fields, behind the head of an array of `count`. */
static void write_fields(struct writer *w, const struct letter *letter, size_t count)
{
    writer_array(w, count);
    writer_bin(w, BYTES(letter->topic));
    writer_bin(w, BYTES(letter->pseudonym));
    writer_uint(w, letter->lot);
    writer_text(w, letter->name);
    writer_text(w, letter->address);
    writer_text(w, letter->meter);
    writer_text(w, letter->note);
    writer_array(w, letter->value_count);
    for (size_t i = 0; i < letter->value_count; i++)
        writer_uint(w, letter->values[i]);
}

static void signed_hash(uint8_t out[HASH_SIZE], const struct letter *letter, const struct point *inbox)
{
    uint8_t eight[PLAIN_MAX];
    struct writer w = writer_to(eight, sizeof eight);

    write_fields(&w, letter, SIGNED_FIELDS);
    struct bytes parts[] = { { eight, writer_done(&w) }, BYTES(inbox->b) };
    hash_parts(out, LABEL_LETTER, parts, ARRAY_SIZE(parts));
    sodium_memzero(eight, sizeof eight);
}

size_t letter_seal(uint8_t *out, size_t room, const struct letter *letter, const struct sign_key *pseudonym,
                   const struct point *inbox, struct rng *rng)
{
    uint8_t plain[PLAIN_MAX], hash[HASH_SIZE], signature[SIGNATURE_SIZE];
    struct writer w = writer_to(plain, sizeof plain);
    size_t size;

    if (!letter_fine(letter) || point_is_identity(inbox) ||
        memcmp(letter->pseudonym, pseudonym->public_key, KEY_SIZE) != 0)
        return 0;
    signed_hash(hash, letter, inbox);
    sign_make(signature, pseudonym, BYTES(hash));
    write_fields(&w, letter, LETTER_FIELDS);
    writer_bin(&w, BYTES(signature));
    size = writer_done(&w) + SEAL_OVERHEAD;
    if (size <= room)
        seal_make(out, inbox, BYTES(letter->topic), (struct bytes){ plain, writer_done(&w) }, rng);
    sodium_memzero(plain, sizeof plain);
    return size <= room ? size : 0;
}

static bool letter_read(struct letter *out, uint8_t signature[SIGNATURE_SIZE], struct bytes in)
{
    struct reader r = reader_from(in);

    reader_array(&r, LETTER_FIELDS, LETTER_FIELDS);
    reader_fixed(&r, out->topic, sizeof out->topic);
    reader_fixed(&r, out->pseudonym, sizeof out->pseudonym);
    out->lot = (uint32_t)reader_uint(&r, LOTS_MAX - 1);
    reader_text(&r, out->name, sizeof out->name);
    reader_text(&r, out->address, sizeof out->address);
    reader_text(&r, out->meter, sizeof out->meter);
    reader_text(&r, out->note, sizeof out->note);
    out->value_count = reader_array(&r, 0, DEAL_VALUES_MAX);
    for (size_t i = 0; i < out->value_count; i++)
        out->values[i] = reader_uint(&r, UINT64_MAX);
    reader_fixed(&r, signature, SIGNATURE_SIZE);
    return reader_done(&r) && letter_fine(out);
}

static enum status plain_read(struct letter *out, struct bytes plain, const struct point *inbox,
                              const uint8_t topic[ID_SIZE], struct failure *why)
{
    uint8_t hash[HASH_SIZE], signature[SIGNATURE_SIZE];

    if (!letter_read(out, signature, plain))
        return failure_say(why, STATUS_MALFORMED, "this letter does not follow the format");
    if (memcmp(out->topic, topic, ID_SIZE) != 0)
        return failure_say(why, STATUS_FORGED, "this letter is about another round");
    signed_hash(hash, out, inbox);
    if (!sign_check(signature, out->pseudonym, BYTES(hash)))
        return failure_say(why, STATUS_FORGED, "this letter is not signed by the home it names");
    return STATUS_OK;
}

enum status letter_unseal(struct letter *out, struct bytes in, const struct group_key *inbox,
                          const uint8_t topic[ID_SIZE], struct failure *why)
{
    struct letter found = { .lot = 0 };
    uint8_t plain[PLAIN_MAX];
    enum status status;

    if (in.size > LETTER_MAX)
        return failure_say(why, STATUS_MALFORMED, "a letter is at most %d bytes", LETTER_MAX);
    if (!seal_open(plain, inbox, (struct bytes){ topic, ID_SIZE }, in))
        return failure_say(
            why, STATUS_FORGED,
            "this letter is not sealed to this inbox for this round, or it was changed on the way");
    status = plain_read(&found, (struct bytes){ plain, in.size - SEAL_OVERHEAD }, &inbox->public_point, topic,
                        why);
    if (status == STATUS_OK)
        *out = found;
    sodium_memzero(&found, sizeof found);
    sodium_memzero(plain, sizeof plain);
    return status;
}
