/* serve.c - one request in, one reply out. Whoever asks is a program of this household: what it sends is
 * checked for form, and what it asks is the handler's to judge. Failure modes are replies; NULL is left for a
 * machine without memory. */
#include "node/serve/serve.h"

#include "node/tender/tender.h"
#include "node/tongue/failure_words.h"
#include "node/tongue/tongue.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const struct served *const tables[] = { serve_status, serve_found, serve_group,  serve_round,  serve_tender,
                                               serve_offer,  serve_data,   serve_advice, serve_care,
                                               serve_cost,   serve_carbon, serve_alerts, serve_share,
                                               serve_budget, serve_forecast, serve_payees };

const struct served *served_find(const char *verb)
{
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
        for (const struct served *served = tables[i]; served->verb; served++)
            if (strcmp(served->verb, verb) == 0)
                return served;
    return NULL;
}

json_t *serve_failure(enum status status, const struct failure *why)
{
    char clean[WORDS_MAX]; /* the sentence may quote a stranger, and be cut within a character */

    tender_clean(clean, sizeof clean, why->text[0] ? failure_words(why).text : _(status_text(status)));
    return json_pack("{s:i, s:b, s:s, s:s}", "v", 1, "ok", 0, "status", status_name(status), "error", clean);
}

static enum status serve_run(struct node *node, json_t *request, json_t *reply, struct failure *why)
{
    const char *verb = json_string_value(json_object_get(request, "verb"));
    json_t *args = json_object_get(request, "args");
    const struct served *served = verb ? served_find(verb) : NULL;
    enum status status, flushed;

    if (json_integer_value(json_object_get(request, "v")) != 1 || !verb || (args && !json_is_object(args)))
        return failure_say(why, STATUS_MALFORMED,
                           _("not a request of version 1: {\"v\":1, \"verb\":\"...\", \"args\":{...}}"));
    if (!served)
        return failure_say(why, STATUS_MISSING, _("this node does not know \"%.40s\"; is it an older version?"),
                           verb);
    status = served->run(node, args, reply, why);
    flushed = node_flush(node, status ? NULL : why);
    return status ? status : flushed;
}

/* Sentences are made for whoever asks, in their language; the node itself writes English. */
json_t *serve(struct node *node, json_t *request)
{
    const char *language = json_string_value(json_object_get(request, "language"));
    struct failure why = { .text = "" };
    json_t *reply = json_pack("{s:i, s:b}", "v", 1, "ok", 1);
    enum tongue before = tongue_now(), tongue = TONGUE_ENGLISH;
    enum status status;

    if (language)
        tongue_of_name(&tongue, language);
    tongue_set(tongue);
    status = reply ? serve_run(node, request, reply, &why) : STATUS_NOMEM;
    if (status) {
        json_decref(reply);
        reply = serve_failure(status, &why);
    }
    tongue_set(before);
    return reply;
}

const char *arg_text(json_t *args, const char *name, size_t max, struct failure *why)
{
    const char *text = json_string_value(json_object_get(args, name));

    if (!text)
        failure_say(why, STATUS_MALFORMED, _("\"%s\" is missing or is not a text"), name);
    else if (strlen(text) > max)
        failure_say(why, STATUS_MALFORMED, _("\"%s\" is longer than %zu bytes"), name, max);
    return text && strlen(text) <= max ? text : NULL;
}

const char *arg_text_or(json_t *args, const char *name, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(args, name));

    return text ? text : otherwise;
}

bool arg_uint(uint64_t *out, json_t *args, const char *name, uint64_t max, struct failure *why)
{
    json_t *value = json_object_get(args, name);

    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        (uint64_t)json_integer_value(value) > max) {
        failure_say(why, STATUS_MALFORMED, _("\"%s\" must be a whole number from 0 to %llu"), name,
                    (unsigned long long)max);
        return false;
    }
    *out = (uint64_t)json_integer_value(value);
    return true;
}

bool arg_flag(json_t *args, const char *name)
{
    return json_is_true(json_object_get(args, name));
}

/* How well a round fits what was typed: its id, or the beginning of it, or its title. */
static bool topic_fits(const struct topic *topic, const char *wanted)
{
    char hex[2 * ID_SIZE + 1];

    sodium_bin2hex(hex, sizeof hex, topic_id(topic), ID_SIZE);
    if (strlen(wanted) >= 4 && strlen(wanted) < sizeof hex && strncmp(hex, wanted, strlen(wanted)) == 0)
        return true;
    return strcmp(topic_charter(topic)->title, wanted) == 0;
}

struct topic *arg_topic(struct node *node, json_t *args, struct failure *why)
{
    const char *wanted = arg_text_or(args, "round", "");
    const struct core *core = node_core(node);
    struct topic *found = NULL;
    size_t fits = 0;

    for (size_t i = 0; i < core_topic_count(core); i++) {
        struct topic *topic = core_topic_at(core, i);

        if (wanted[0] != '\0' && !topic_fits(topic, wanted))
            continue;
        found = topic;
        fits++;
    }
    if (fits == 1)
        return found;
    if (fits == 0)
        failure_say(why, STATUS_MISSING, _("there is no round%s%.60s%s; see: coopair round list"),
                    wanted[0] ? " \"" : "", wanted, wanted[0] ? "\"" : _(" here"));
    else
        failure_say(why, STATUS_MISSING,
                    _("%zu rounds fit%s%.60s%s; name one by its id, see: coopair round list"), fits,
                    wanted[0] ? " \"" : "", wanted, wanted[0] ? "\"" : "");
    return NULL;
}
