/* range_prove.c - range proofs for a verifier written by others: range_prove LABEL BITS COUNT SEED
 *
 * COUNT random values below 2^BITS are committed to on the bases of the project and proved; the transcript
 * begins with LABEL and nothing else. Says the proof in hexadecimal, then one commitment a line. Failure: 2, a
 * shape there is no proof for. */
#include "crypto/range_proof.h"

#include <stdio.h>
#include <stdlib.h>

enum { VALUES_MAX = 16 };

static void say_hex(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        printf("%02x", bytes[i]);
    putchar('\n');
}

static void prove(const struct range_bases *bases, const char *label, struct rng *rng)
{
    struct scalar blindings[VALUES_MAX], value;
    struct point commitments[VALUES_MAX];
    uint64_t values[VALUES_MAX];
    uint8_t proof[RANGE_PROOF_MAX];
    struct transcript t;

    for (unsigned i = 0; i < bases->count; i++) {
        uint8_t drawn[8];

        rng_fill(rng, drawn, sizeof drawn);
        values[i] = be64_read(drawn) >> (64 - bases->bits);
        scalar_from_u64(&value, values[i]);
        scalar_random(&blindings[i], rng);
        range_commit(&commitments[i], &value, &blindings[i]);
    }
    transcript_init(&t, label);
    range_prove(proof, bases, &t, commitments, values, blindings, rng);
    say_hex(proof, range_proof_size(range_rounds(bases->length)));
    for (unsigned i = 0; i < bases->count; i++)
        say_hex(commitments[i].b, POINT_SIZE);
}

int main(int argc, char **argv)
{
    unsigned bits = argc == 5 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
    unsigned count = argc == 5 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
    uint8_t seed[KEY_SIZE] = { 0 };
    struct range_bases bases;
    struct rng rng;
    void *memory;

    if (argc != 5 || count > VALUES_MAX || !range_shape(bits, count)) {
        fprintf(stderr, "usage: range_prove LABEL 8|16|32|64 1|2|4|8|16 SEED\n");
        return 2;
    }
    be64_write(seed, strtoull(argv[4], NULL, 10));
    rng_init(&rng, seed);
    memory = aligned_alloc(DEAL_BASES_ALIGNMENT, 2 * (size_t)bits * count * sizeof(decaf_255_point_t));
    if (memory == NULL)
        return 1;
    range_bases_init(&bases, memory, bits, count);
    prove(&bases, argv[1], &rng);
    free(memory);
    return 0;
}
