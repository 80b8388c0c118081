/* Forgeries, one a row: what is changed in an honest proof or about the place it is shown in, and why it is
 * refused. */
#include "tests/support/forged.h"

static const char decoder[] = "the decoder takes one encoding of each point and scalar",
                  nothing[] = "no point of a proof may be the identity", equality[] = "the folded equality",
                  range[] = "the range proof", transcript[] = "the challenge is a hash of it",
                  ring_sum[] = "the sum over the ring", matrices[] = "the commitments to the digits",
                  knowledge[] = "knowledge of the logarithms", logarithms[] = "equality of the logarithms",
                  nonces[] = "an answer fits its own challenge only";

static const struct row rows[] = {
    { "a value raised by one", DEAL, PLUS, C1, 0, equality },
    { "a value raised by one in the commitment", DEAL, PLUS, V1, 0, equality },
    { "other randomness under a value", DEAL, PLUS, R1, 0, equality },
    { "a demand that cancels another", DEAL, NEGATED, C2, 0, equality },
    { "randomness that cancels another's", DEAL, NEGATED, R2, 0, equality },
    { "a commitment to minus the value", DEAL, NEGATED, V2, 0, equality },
    { "an unencrypted value", DEAL, IDENTITY, R1, 0, nothing },
    { "a cipher that is nothing", DEAL, IDENTITY, C1, 0, nothing },
    { "a commitment to nothing", DEAL, IDENTITY, V3, 0, nothing },
    { "a value known to all", DEAL, BASE, C3, 0, equality },
    { "a neighbour's cipher", DEAL, OTHERS, C1, 0, equality },
    { "a neighbour's randomness", DEAL, OTHERS, R1, 0, equality },
    { "a neighbour's commitment", DEAL, OTHERS, V1, 0, equality },
    { "two values exchanged", DEAL, EXCHANGED, C1, C2, equality },
    { "one value given twice", DEAL, FROM, C2, C1, equality },
    { "two commitments exchanged", DEAL, EXCHANGED, V1, V2, equality },
    { "the second half of a pair for the first", DEAL, EXCHANGED, R1, C1, equality },
    { "another commitment of the equality", DEAL, PLUS, K_V, 0, transcript },
    { "no commitment of the equality", DEAL, IDENTITY, K_R, 0, nothing },
    { "a neighbour's commitment of the equality", DEAL, OTHERS, K_C, 0, nonces },
    { "two commitments of the equality exchanged", DEAL, EXCHANGED, K_V, K_C, transcript },
    { "another answer for the values", DEAL, PLUS, S_X, 0, equality },
    { "another answer for the randomness", DEAL, PLUS, S_R, 0, equality },
    { "an answer with the order added", DEAL, ORDER, S_X, 0, decoder },
    { "a neighbour's answer", DEAL, OTHERS, S_R, 0, nonces },
    { "a cipher with bit 255", DEAL, TOP_BIT, C1, 0, decoder },
    { "randomness written as the negative", DEAL, FIELD, R1, 0, decoder },
    { "other bits", DEAL, PLUS, A_, 0, range },
    { "no bits", DEAL, IDENTITY, A_, 0, nothing },
    { "a neighbour's bits", DEAL, OTHERS, A_, 0, range },
    { "other masks", DEAL, PLUS, S_, 0, range },
    { "bits and masks exchanged", DEAL, EXCHANGED, A_, S_, range },
    { "another linear term", DEAL, PLUS, T1, 0, range },
    { "the terms exchanged", DEAL, EXCHANGED, T1, T2, range },
    { "no square term", DEAL, IDENTITY, T2, 0, nothing },
    { "another product", DEAL, PLUS, T_X, 0, range },
    { "another blinding of the product", DEAL, PLUS, T_B, 0, range },
    { "another blinding of the bits", DEAL, NEGATED, E_B, 0, range },
    { "a product with the order added", DEAL, ORDER, T_X, 0, decoder },
    { "another fold", DEAL, PLUS, L1, 0, range },
    { "left and right exchanged", DEAL, EXCHANGED, L1, L1 + 1, range },
    { "the last fold of another", DEAL, OTHERS, L1 + 11, 0, range },
    { "a fold that is nothing", DEAL, IDENTITY, L1 + 4, 0, nothing },
    { "another end of the argument", DEAL, PLUS, END_A, 0, range },
    { "the ends exchanged", DEAL, EXCHANGED, END_A, END_B, range },
    { "an end with the order added", DEAL, ORDER, END_B, 0, decoder },
    { "no end", DEAL, IDENTITY, END_A, 0, range },

    { "a point more for a criterion", CRITERIA, PLUS, C1, 0, equality },
    { "a point more in the commitment", CRITERIA, PLUS, V1, 0, equality },
    { "points taken back", CRITERIA, NEGATED, C2, 0, equality },
    { "points of two criteria exchanged, the sum stays", CRITERIA, EXCHANGED, C1, C3, equality },
    { "their commitments exchanged", CRITERIA, EXCHANGED, V1, V3, equality },
    { "a neighbour's points", CRITERIA, OTHERS, C1, 0, equality },
    { "a neighbour's commitment", CRITERIA, OTHERS, V2, 0, equality },
    { "no points, openly", CRITERIA, IDENTITY, V1, 0, nothing },
    { "another answer for the points", CRITERIA, PLUS, S_X, 0, equality },
    { "another answer for the randomness", CRITERIA, PLUS, S_R, 0, equality },
    { "other bits", CRITERIA, PLUS, A_, 0, range },
    { "a neighbour's masks", CRITERIA, OTHERS, S_, 0, range },
    { "another linear term", CRITERIA, PLUS, T1, 0, range },
    { "another square term", CRITERIA, NEGATED, T2, 0, range },
    { "another product", CRITERIA, PLUS, T_X, 0, range },
    { "a blinding that is none", CRITERIA, IDENTITY, T_B, 0, range },
    { "another blinding of the bits", CRITERIA, PLUS, E_B, 0, range },
    { "the last fold exchanged", CRITERIA, EXCHANGED, L1 + 8, L1 + 9, range },
    { "an end with the order added", CRITERIA, ORDER, CRITERIA_END_A, 0, decoder },
    { "the ends exchanged", CRITERIA, EXCHANGED, CRITERIA_END_A, CRITERIA_END_B, range },
    { "a commitment with bit 255", CRITERIA, TOP_BIT, V3, 0, decoder },

    { "a nullifier with bit 255, a second voice", ADMISSION, TOP_BIT, J, 0, decoder },
    { "a nullifier written as the negative", ADMISSION, FIELD, J, 0, decoder },
    { "another home's nullifier", ADMISSION, OTHERS, J, 0, ring_sum },
    { "no nullifier", ADMISSION, IDENTITY, J, 0, nothing },
    { "a nullifier everybody could have", ADMISSION, BASE, J, 0, ring_sum },
    { "the negative nullifier", ADMISSION, NEGATED, J, 0, ring_sum },
    { "other masks of the digits", ADMISSION, PLUS, RING_A, 0, matrices },
    { "other digits", ADMISSION, PLUS, RING_B, 0, matrices },
    { "digits that are no digits", ADMISSION, OTHERS, RING_C, 0, matrices },
    { "digits and masks exchanged", ADMISSION, EXCHANGED, RING_A, RING_B, matrices },
    { "no squares of the masks", ADMISSION, IDENTITY, RING_D, 0, nothing },
    { "another answer for the blindings", ADMISSION, PLUS, Z_A, 0, matrices },
    { "an answer with the order added", ADMISSION, ORDER, Z_C, 0, decoder },
    { "another answer for the key", ADMISSION, PLUS, Z, 0, ring_sum },
    { "another home's answer for the key", ADMISSION, OTHERS, Z, 0, ring_sum },
    { "another lower term", ADMISSION, PLUS, X0, 0, ring_sum },
    { "the lower terms exchanged", ADMISSION, EXCHANGED, X0, X1, ring_sum },
    { "a lower term with bit 255", ADMISSION, TOP_BIT, X1, 0, decoder },
    { "another lower term of the nullifier", ADMISSION, PLUS, Y0, 0, ring_sum },
    { "terms of key and nullifier exchanged", ADMISSION, EXCHANGED, X1, Y1, ring_sum },
    { "another digit", ADMISSION, PLUS, F01, 0, matrices },
    { "the digits exchanged", ADMISSION, EXCHANGED, F01, F13, matrices },
    { "a digit with the order added", ADMISSION, ORDER, F13, 0, decoder },

    { "a beacon moved by B", BEACON, PLUS, 1, 0, knowledge },
    { "a neighbour's beacon", BEACON, OTHERS, 0, 0, knowledge },
    { "a beacon that is nothing", BEACON, IDENTITY, 1, 0, nothing },
    { "another answer about the beacon", BEACON, PLUS, 5, 0, knowledge },
    { "the answers about the beacon exchanged", BEACON, EXCHANGED, 4, 5, knowledge },
    { "the commitment of another's beacon", BEACON, OTHERS, 2, 0, nonces },

    { "the head of a deal before a bid", SEAL, BASE, 0, 0, knowledge },
    { "another company's head", SEAL, OTHERS, 0, 0, knowledge },
    { "another company's proof", SEAL, OTHERS, 1, 0, nonces },
    { "a bid for everybody", SEAL, IDENTITY, 0, 0, nothing },
    { "an answer with the order added", SEAL, ORDER, 2, 0, decoder },
    { "another company's body", SEAL, OTHERS, 3, 0, "the proof is over the body" },

    { "another point opened", SHARE, PLUS, 0, 0, logarithms },
    { "another member's opened point", SHARE, OTHERS, 1, 0, logarithms },
    { "two opened points exchanged", SHARE, EXCHANGED, 0, 2, logarithms },
    { "nothing opened", SHARE, IDENTITY, 2, 0, logarithms },
    { "an opened point with bit 255", SHARE, TOP_BIT, 0, 0, decoder },
    { "another member's challenge", SHARE, OTHERS, 3, 0, nonces },
    { "a challenge with the order added", SHARE, ORDER, 3, 0, decoder },
    { "an answer with the order added", SHARE, ORDER, 4, 0, decoder },

    { "a key that cancels another's", KEY_DEAL, NEGATED, 0, 0, knowledge },
    { "another member's key for one's own", KEY_DEAL, OTHERS, 0, 0, knowledge },
    { "no key", KEY_DEAL, IDENTITY, 0, 0, nothing },
    { "a polynomial of lower degree", KEY_DEAL, IDENTITY, 2, 0, nothing },
    { "two coefficients exchanged", KEY_DEAL, EXCHANGED, 1, 2, knowledge },
    { "the head of an honest deal over other shares", KEY_DEAL, OTHERS, 6, 0, knowledge },
    { "another member's sealed share", KEY_DEAL, OTHERS, 7, 0, "the proof is over the shares" },
    { "a key with bit 255", KEY_DEAL, TOP_BIT, 0, 0, decoder },
    { "an answer with the order added", KEY_DEAL, ORDER, 4, 0, decoder },

    { "another answer about the blinding", KEY_DEAL, PLUS, 5, 0, knowledge },

    { "another share revealed", REVEAL, PLUS, 0, 0, logarithms },
    { "another member's share for one's own", REVEAL, OTHERS, 0, 0, logarithms },
    { "nothing revealed", REVEAL, IDENTITY, 0, 0, nothing },
    { "a share that cancels", REVEAL, NEGATED, 0, 0, logarithms },
    { "another member's challenge", REVEAL, OTHERS, 1, 0, nonces },
    { "an answer with the order added", REVEAL, ORDER, 2, 0, decoder },
    { "another answer about the blinding", REVEAL, PLUS, 3, 0, logarithms },
    { "a share with bit 255", REVEAL, TOP_BIT, 0, 0, decoder },

    { "other evidence", COMPLAINT, PLUS, 0, 0, logarithms },
    { "evidence against another dealer", COMPLAINT, OTHERS, 0, 0, logarithms },
    { "evidence that is nothing", COMPLAINT, IDENTITY, 0, 0, nothing },
    { "a proof about another dealer", COMPLAINT, OTHERS, 1, 0, nonces },
    { "an answer with the order added", COMPLAINT, ORDER, 2, 0, decoder },
};

static void every_changed_field_is_refused(void **unused)
{
    (void)unused;
    assert_true(ARRAY_SIZE(rows) >= 60);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct row *row = &rows[i];
        uint8_t forged[ROOM];
        size_t size = scene.size[row->proof];

        memcpy(forged, scene.made[row->proof][0], ROOM);
        assert_true(accepted(row->proof, forged, size, &home_place));
        change(forged, row);
        assert_memory_not_equal(forged, scene.made[row->proof][0], size);
        if (accepted(row->proof, forged, size, &home_place))
            fail_msg("%s was taken; it should be refused: %s", row->forgery, row->refused_since);
    }
}

/* A byte or a word more between any two words, or one word less: there is one length, and no room for what nobody reads. */
static void nothing_is_put_in_or_left_out(void **unused)
{
    static const size_t more[] = { 1, WORD };

    (void)unused;
    for (int proof = 0; proof < PROOFS; proof++)
        for (size_t at = 0; at <= scene.size[proof] && proof != COMPLAINT; at += WORD) { /* whose length is its type's */
            const uint8_t *made = scene.made[proof][0];
            size_t size = scene.size[proof], rest = size - at;
            uint8_t changed[ROOM + WORD];

            for (size_t i = 0; i < ARRAY_SIZE(more); i++) {
                memcpy(changed, made, at);
                memset(changed + at, 0, more[i]);
                memcpy(changed + at + more[i], made + at, rest);
                assert_false(accepted((enum proof)proof, changed, size + more[i], &home_place));
            }
            if (rest < WORD)
                continue;
            memcpy(changed + at, made + at + WORD, rest - WORD);
            assert_false(accepted((enum proof)proof, changed, size - WORD, &home_place));
        }
}

/* ---- Rows that change the place. */

static const struct {
    const char *replayed;
    struct place place;
} places[] = {
    { "in another network", { "net 2", "topic", "join", "parent", 0, 0, 0 } },
    { "in another topic", { "net", "topic 2", "join", "parent", 0, 0, 0 } },
    { "in another box", { "net", "topic", "interest", "parent", 0, 0, 0 } },
    { "after another past", { "net", "topic", "join", "parent 2", 0, 0, 0 } },
    { "by another author", { "net", "topic", "join", "parent", 1, 0, 0 } },
    { "as a later word", { "net", "topic", "join", "parent", 0, 1, 0 } },
    { "in another season", { "net", "topic", "join", "parent", 0, 0, 1 } },
};

/* An admission and a key deal know no season key; their places are the ring and the committee, below. */
static void every_replay_elsewhere_is_refused(void **unused)
{
    (void)unused;
    for (int proof = 0; proof < PROOFS; proof++)
        for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
            bool no_season = proof == ADMISSION || proof == KEY_DEAL;

            if (places[i].place.season != 0 && no_season)
                continue;
            if (accepted((enum proof)proof, scene.made[proof][0], scene.size[proof], &places[i].place))
                fail_msg("proof %d was taken %s", proof, places[i].replayed);
        }
}

static void a_proof_of_one_kind_is_none_of_another(void **unused)
{
    (void)unused;
    for (int made = 0; made < PROOFS; made++)
        for (int shown = 0; shown < PROOFS; shown++)
            if (made != shown && shown != COMPLAINT)
                assert_false(accepted((enum proof)shown, scene.made[made][0], scene.size[made], &home_place));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_changed_field_is_refused),
        cmocka_unit_test(nothing_is_put_in_or_left_out),
        cmocka_unit_test(every_replay_elsewhere_is_refused),
        cmocka_unit_test(a_proof_of_one_kind_is_none_of_another),
    };
    return cmocka_run_group_tests(tests, make_all, NULL);
}
