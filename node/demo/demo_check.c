/* demo_check.c - what somebody outside can find out: that the opened total is the sum of the files, that all nodes say the same, that the package
 * proves it, and what it cost. It reads the meter files itself and never asks a node for a home's figure. */
#include "node/demo/demo.h"

#include "node/home/whole_file.h"
#include "node/import/import.h"
#include "node/profile/profile.h"
#include "node/tender/package.h"
#include "node/tongue/tongue.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- 4: the sum of the files. */

bool check_meter(struct demo_home *home, const char *good)
{
    struct failure why = { .text = "" };
    struct import import;
    struct profile_builder builder;
    struct profile profile;
    struct charter *charter = calloc(1, sizeof *charter);
    struct wallet wallet = { .limit_percent = 95 };
    char *text = NULL;
    size_t size = 0;
    bool ok = charter != NULL && charter_from_template(charter, good, "demo", &why) == STATUS_OK &&
              whole_file_read(&text, &size, home->meter, IMPORT_FILE_MAX, &why) == STATUS_OK;

    if (ok && import_read(&import, (struct bytes){ (uint8_t *)text, size }, &why) == STATUS_OK) {
        profile_begin(&builder, import.count > 0 ? import.readings[import.count - 1].start_s : 0);
        profile_add(&builder, import.readings, import.count);
        profile_end(&profile, &builder);
        ok = proposal_make(home->values, charter, &profile, &wallet, &why);
        import_clear(&import);
    } else {
        ok = false;
    }
    free(text);
    free(charter);
    if (!ok)
        fprintf(stderr, _("coopair demo: %s: %s\n"), home->meter, why.text);
    return ok;
}

static uint64_t sum_over_lots(json_t *round, const char *item, size_t *homes)
{
    uint64_t sum = 0;
    json_t *lot;
    size_t i;

    *homes = 0;
    json_array_foreach (json_object_get(round, "lots"), i, lot) {
        if (!json_is_true(json_object_get(lot, "formed")))
            continue;
        sum += (uint64_t)json_integer_value(json_object_get(json_object_get(lot, "totals"), item));
        *homes += (size_t)json_integer_value(json_object_get(lot, "homes"));
    }
    return sum;
}

bool check_totals(struct demo *demo, json_t *round)
{
    static struct charter charter;
    size_t homes = 0;

    if (charter_from_template(&charter, demo->good, "demo", NULL) != STATUS_OK)
        return demo_fail(demo, _("no such good: %s"), demo->good);
    demo->totals = json_object();
    demo->expected = json_object();
    for (size_t item = 0; item < charter.item_count; item++) {
        uint64_t expected = 0, opened;

        if (charter.items[item].use != ITEM_QUANTITY && charter.items[item].use != ITEM_TOLERANCE)
            continue; /* what they pay today stays closed until the bids are in; a count below K is not shown */
        for (size_t i = 0; i < demo->home_count; i++)
            expected += demo->homes[i].values[item];
        opened = sum_over_lots(round, charter.items[item].name, &homes);
        json_object_set_new(demo->totals, charter.items[item].name, json_integer((json_int_t)opened));
        json_object_set_new(demo->expected, charter.items[item].name, json_integer((json_int_t)expected));
        demo_say(demo, _("%-18s opened %8" PRIu64 " %-3s  sum of the %zu files %8" PRIu64 "  %s"), charter.items[item].name,
                 opened, charter.items[item].unit, demo->home_count, expected, opened == expected ? _("exact") : _("WRONG"));
    }
    demo->totals_exact = json_equal(demo->totals, demo->expected) && homes == demo->home_count;
    if (!demo->totals_exact)
        return demo_fail(demo, _("the opened total is not the sum of the files (%zu homes in lots)"), homes);
    demo_say(demo, _("No node but its owner's has held a home's figure: only these totals were ever opened."));
    return true;
}

/* ---- 6: one award. */

bool check_agreement(struct demo *demo)
{
    char first[2 * HASH_SIZE + 1] = "";

    for (size_t i = 0; i < demo->home_count; i++) {
        json_t *round, *lot;
        const char *digest;
        size_t l;

        if (!demo_wait_phase(demo, i, _("every node awards"), UINT32_C(1) << PHASE_AWARDED, 60))
            return false;
        round = demo_round(demo, i);
        if (round == NULL)
            return false;
        digest = json_string_value(json_object_get(round, "award_digest"));
        if (i == 0 && digest != NULL) {
            snprintf(first, sizeof first, "%s", digest);
            demo->records = (size_t)json_integer_value(json_object_get(round, "records"));
            json_array_foreach (json_object_get(round, "lots"), l, lot)
                if (json_is_true(json_object_get(lot, "awarded")))
                    snprintf(demo->winner, sizeof demo->winner, "%s", json_string_value(json_object_get(lot, "winner")));
        }
        demo->agree += digest != NULL && digest[0] != '\0' && strcmp(digest, first) == 0;
        json_decref(round);
    }
    return demo->agree == demo->home_count || demo_fail(demo, _("only %zu of %zu nodes agree"), demo->agree, demo->home_count);
}

/* ---- 7: the package. */

/* Flips one bit of a file, asks the verifier, flips it back. */
static bool forgery_refused(struct demo *demo, const char *name, unsigned share)
{
    char path[DEMO_PATH_MAX + 32];
    long size;
    int byte, code;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", demo->package, name);
    file = fopen(path, "r+b");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) <= 0)
        return demo_fail(demo, _("%s cannot be read"), path);
    fseek(file, (size - 1) * (long)share / 100, SEEK_SET);
    long place = ftell(file);
    byte = fgetc(file);
    fseek(file, place, SEEK_SET);
    fputc(byte ^ 1, file);
    fflush(file);
    code = demo_exit_code(ARGS(demo->verifier, demo->package));
    fseek(file, place, SEEK_SET);
    fputc(byte, file);
    fclose(file);
    return code == EXIT_FORGED ||
           demo_fail(demo, _("a forged byte %ld of %s ended with %d instead of %d"), place, name, code, EXIT_FORGED);
}

bool check_package(struct demo *demo)
{
    static const char *const files[] = { PACKAGE_PROOF, PACKAGE_JSON, PACKAGE_TEXT };
    int code = demo_exit_code(ARGS(demo->verifier, demo->package));

    demo_step(demo, 7, _("Anybody can verify, without a network"));
    if (code != EXIT_DONE)
        return demo_fail(demo, _("coopair-verify %s ended with %d"), demo->package, code);
    demo->verified = true;
    for (size_t i = 0; i < ARRAY_SIZE(files); i++)
        for (unsigned share = 1; share < 100; share += 49)
            if (!forgery_refused(demo, files[i], share))
                return false;
    demo->forged_refused = true;
    demo_say(demo, _("coopair-verify confirms the package, and exits 7 for each of %zu forged bytes."), 3 * ARRAY_SIZE(files));
    return true;
}

/* ---- What it cost. */

bool check_costs(struct demo *demo)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < demo->home_count; i++) {
        json_t *status = NULL;
        uint64_t rss;

        if (!demo_run(demo, &status, ARGS("status", "--home", demo->homes[i].dir, "--json")))
            return false;
        bytes += (uint64_t)json_integer_value(json_object_get(status, "bytes_in")) +
                 (uint64_t)json_integer_value(json_object_get(status, "bytes_out"));
        rss = (uint64_t)json_integer_value(json_object_get(status, "rss_kib"));
        if (rss > demo->rss_kib_max)
            demo->rss_kib_max = rss;
        json_decref(status);
    }
    demo->bytes_per_home = bytes / demo->home_count;
    return true;
}
