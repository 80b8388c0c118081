/* xml.c - see xml.h. Failure modes: no memory; XML that is not well formed, mostly a download cut short; a
 * document type, or nesting no export has. */
#include "node/import/xml.h"

#include "node/import/rows.h"
#include "node/tongue/tongue.h"

#include <expat.h>
#include <string.h>

enum { NEAR = 16 << 10 };
struct run {
    XML_Parser parser;
    const struct xml_reader *reader;
    char text[XML_TEXT_MAX];
    size_t size;
    unsigned depth;
    bool stopped; /* by the reader */
    const char *refused;
};

static const char *bare(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon ? colon + 1 : name;
}

static void run_stop(struct run *run, const char *refused)
{
    run->stopped = !refused;
    run->refused = refused;
    XML_StopParser(run->parser, XML_FALSE);
}

static void element_begins(void *arg, const char *name, const char **attributes)
{
    struct run *run = arg;

    run->size = 0;
    if (++run->depth > XML_DEPTH_MAX)
        run_stop(run, _("elements within elements, deeper than any export: it is made to do harm"));
    else if (run->reader->begins && !run->reader->begins(run->reader->arg, bare(name), attributes))
        run_stop(run, NULL);
}

static struct bytes text_of(const struct run *run)
{
    size_t from = 0, to = run->size;

    while (from < to && (unsigned char)run->text[from] <= ' ')
        from++;
    while (to > from && (unsigned char)run->text[to - 1] <= ' ')
        to--;
    return (struct bytes){ (const uint8_t *)run->text + from, to - from };
}

/* expat calls back for what it has already read also after it was stopped. */
static void element_ends(void *arg, const char *name)
{
    struct run *run = arg;

    run->depth--;
    if (run->reader->ends && !run->stopped && !run->refused &&
        !run->reader->ends(run->reader->arg, bare(name), text_of(run),
                           XML_GetCurrentLineNumber(run->parser)))
        run_stop(run, NULL);
    run->size = 0;
}

static void text_comes(void *arg, const char *text, int size)
{
    struct run *run = arg;
    size_t room = sizeof run->text - run->size, used = (size_t)size < room ? (size_t)size : room;

    memcpy(run->text + run->size, text, used);
    run->size += used;
}

static void instruction_comes(void *arg, const char *target, const char *data)
{
    struct run *run = arg;

    if (run->reader->instruction && !run->reader->instruction(run->reader->arg, target, data))
        run_stop(run, NULL);
}

static void document_type_comes(void *arg, const char *name, const char *system, const char *public, int inside)
{
    (void)name, (void)system, (void)public, (void)inside;
    run_stop(arg, _("a document type, which no export of meter or bank has: it is made to do harm"));
}

static enum status run_verdict(struct run *run, enum XML_Status code, struct failure *why)
{
    unsigned long long line = XML_GetCurrentLineNumber(run->parser);

    if (run->refused)
        return failure_say(why, STATUS_MALFORMED, _("line %llu: %s"), line, run->refused);
    if (code == XML_STATUS_OK || run->stopped)
        return STATUS_OK;
    if (XML_GetErrorCode(run->parser) == XML_ERROR_NO_MEMORY)
        return failure_say(why, STATUS_NOMEM, _("out of memory for the file"));
    return failure_say(why, STATUS_MALFORMED,
                       _("line %llu: the XML ends or breaks there (%s); download it again"), line,
                       XML_ErrorString(XML_GetErrorCode(run->parser)));
}

enum status xml_read(const struct xml_reader *reader, struct bytes file, struct failure *why)
{
    struct run run = { .reader = reader };
    enum status status;

    run.parser = XML_ParserCreate(NULL);
    if (!run.parser)
        return failure_say(why, STATUS_NOMEM, _("out of memory for the file"));
    XML_SetUserData(run.parser, &run);
    XML_SetElementHandler(run.parser, element_begins, element_ends);
    XML_SetCharacterDataHandler(run.parser, text_comes);
    XML_SetProcessingInstructionHandler(run.parser, instruction_comes);
    XML_SetStartDoctypeDeclHandler(run.parser, document_type_comes);
    status = run_verdict(&run, XML_Parse(run.parser, (const char *)file.data, (int)file.size, 1), why);
    XML_ParserFree(run.parser);
    return status;
}

const char *xml_attribute(const char **attributes, const char *name)
{
    for (; attributes[0]; attributes += 2) {
        if (strcmp(bare(attributes[0]), name) == 0)
            return attributes[1];
    }
    return "";
}

bool xml_recognise(struct bytes file, const char *name)
{
    size_t size = strlen(name), most = file.size < NEAR ? file.size : NEAR, at = 0;

    if (text_begins(file, "\xef\xbb\xbf"))
        at = 3;
    while (at < most && file.data[at] <= ' ')
        at++;
    if (at == most || file.data[at] != '<')
        return false;
    for (; at + size + 1 < most; at++) {
        if ((file.data[at] == '<' || file.data[at] == ':') && memcmp(file.data + at + 1, name, size) == 0 &&
            (file.data[at + 1 + size] == '>' || file.data[at + 1 + size] <= ' '))
            return true;
    }
    return false;
}
