/* ofx.c - Open Financial Exchange: 1.x, which is SGML (leaves without end tags, a header of KEY:VALUE), and 2.x, which is XML (OFX
 * 2.1.1, sections 2 and 11).
 *
 * Happy path: both give the same leaves inside the same aggregates, and one handler takes them. The label is NAME, then MEMO
 * where it says more. DTPOSTED is taken as the day written there, whatever zone is behind it: banks mean their own calendar.
 * A FITID that comes twice with one day and amount is one movement. CHARSET of the header is not believed (money.h).
 * Failure modes: a file cut short has no end tag of OFX and is refused whole; a movement without date or amount is refused. */
#include "node/import/statement.h"
#include "node/import/xml.h"
#include "node/tongue/tongue.h"

#include <string.h>

enum { TAG_MAX = 32, NEAR = 4096 };

struct reading_ofx {
    struct statement st;
    struct draft draft;
    bool in_movement, in_account, ended;
    struct bytes account, currency;
    struct wording account_text, currency_text; /* the XML reader's texts do not last */
    struct bytes name, memo;
};

static struct bytes head_of(struct bytes file)
{
    return (struct bytes){ file.data, file.size < NEAR ? file.size : NEAR };
}

static bool has(struct bytes text, const char *what)
{
    return text.size > 0 && memmem(text.data, text.size, what, strlen(what)) != NULL;
}

static bool recognise(struct bytes file)
{
    return has(head_of(file), "<OFX>") || has(head_of(file), "OFXHEADER") || has(head_of(file), "<ofx>");
}

/* ---- What both have. */

static void aggregate_begins(struct reading_ofx *in, const char *tag, uint64_t line)
{
    if (strcmp(tag, "STMTTRN") == 0) {
        draft_begin(&in->draft, line);
        in->in_movement = true;
    } else if (strcmp(tag, "BANKACCTFROM") == 0 || strcmp(tag, "CCACCTFROM") == 0) {
        in->in_account = true;
    } else if (strcmp(tag, "STMTRS") == 0 || strcmp(tag, "CCSTMTRS") == 0) {
        wording_begin(&in->currency_text, 8);
    }
}

static struct bytes bytes_of(const struct wording *wording)
{
    return (struct bytes){ (const uint8_t *)wording->text, wording->size };
}

static void aggregate_ends(struct reading_ofx *in, const char *tag)
{
    if (strcmp(tag, "STMTTRN") == 0 && in->in_movement) {
        statement_add(&in->st, &in->draft);
        in->in_movement = false;
    } else if ((strcmp(tag, "BANKACCTFROM") == 0 || strcmp(tag, "CCACCTFROM") == 0) && in->in_account) {
        statement_account(&in->st, bytes_of(&in->account_text), bytes_of(&in->currency_text));
        in->in_account = false;
    } else if (strcmp(tag, "OFX") == 0) {
        in->ended = true;
    }
}

/* What a movement's own leaf says. */
static void movement_leaf(struct reading_ofx *in, const char *tag, struct bytes text, enum charset charset)
{
    struct draft *draft = &in->draft;

    if (strcmp(tag, "DTPOSTED") == 0) {
        draft->has_day = bank_day_read(&draft->day, text, YEAR_FIRST);
    } else if (strcmp(tag, "TRNAMT") == 0) {
        enum amount_verdict verdict = amount_read(&draft->cents, text, '\0');

        draft->has_cents = verdict == AMOUNT_OK;
        if (verdict) {
            statement_reject(&in->st, draft->line, amount_trouble(verdict), text);
            in->in_movement = false;
        }
    } else if (strcmp(tag, "FITID") == 0) {
        wording_add(&draft->reference, text, charset);
    } else if (strcmp(tag, "NAME") == 0 || strcmp(tag, "PAYEE") == 0) {
        wording_add(&draft->label, text, charset);
    } else if (strcmp(tag, "MEMO") == 0) {
        struct wording memo;

        wording_begin(&memo, sizeof memo.text);
        wording_add(&memo, text, charset);
        if (memo.size > draft->label.size && memcmp(memo.text, draft->label.text, draft->label.size) == 0)
            draft->label = memo; /* the memo begins with the name */
        else if (!strstr(draft->label.text, memo.text))
            wording_add(&draft->label, bytes_of(&memo), CHARSET_UTF8);
    }
}

static void leaf(struct reading_ofx *in, const char *tag, struct bytes text, enum charset charset)
{
    if (in->in_movement) {
        movement_leaf(in, tag, text, charset);
    } else if (in->in_account && strcmp(tag, "ACCTID") == 0) {
        wording_begin(&in->account_text, ACCOUNT_NAME_MAX);
        wording_add(&in->account_text, text, charset);
    } else if (strcmp(tag, "CURDEF") == 0) {
        wording_begin(&in->currency_text, 8);
        wording_add(&in->currency_text, text, charset);
    }
}

/* ---- 2.x. */

static bool element_begins(void *arg, const char *name, const char **attributes)
{
    struct reading_ofx *in = arg;

    (void)attributes;
    aggregate_begins(in, name, 0);
    return !in->st.rows.status;
}

static bool element_ends(void *arg, const char *name, struct bytes text, uint64_t line)
{
    struct reading_ofx *in = arg;

    in->draft.line = line;
    if (text.size > 0)
        leaf(in, name, text, CHARSET_UTF8);
    else
        aggregate_ends(in, name);
    return !in->st.rows.status;
}

/* ---- 1.x. */

struct sgml {
    struct bytes file;
    size_t at;
    uint64_t line;
};

/* The next tag, without its brackets, and the text up to the one after. false: none left. */
static bool tag_next(struct sgml *sgml, char tag[TAG_MAX], struct bytes *text)
{
    const uint8_t *data = sgml->file.data, *end = data + sgml->file.size, *open, *close, *next;
    size_t size;

    open = sgml->at < sgml->file.size ? memchr(data + sgml->at, '<', sgml->file.size - sgml->at) : NULL;
    close = open ? memchr(open, '>', (size_t)(end - open)) : NULL;
    if (!close)
        return false;
    next = memchr(close, '<', (size_t)(end - close));
    next = next ? next : end;
    for (const uint8_t *c = data + sgml->at; c < next; c++)
        sgml->line += *c == '\n' && c < open;
    size = (size_t)(close - open - 1);
    memcpy(tag, open + 1, size < TAG_MAX ? size : TAG_MAX - 1);
    tag[size < TAG_MAX ? size : TAG_MAX - 1] = '\0';
    for (char *c = tag; *c; c++)
        *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
    *text = (struct bytes){ close + 1, (size_t)(next - close - 1) };
    while (text->size > 0 && text->data[text->size - 1] <= ' ')
        text->size--;
    while (text->size > 0 && text->data[0] <= ' ')
        *text = (struct bytes){ text->data + 1, text->size - 1 };
    sgml->at = (size_t)(close + 1 - data);
    return true;
}

static void sgml_read(struct reading_ofx *in, struct bytes file)
{
    struct sgml sgml = { file, 0, 1 };
    char tag[TAG_MAX];
    struct bytes text;

    while (!in->st.rows.status && tag_next(&sgml, tag, &text)) {
        if (tag[0] == '/')
            aggregate_ends(in, tag + 1);
        else if (text.size > 0)
            leaf(in, tag, text, in->st.charset);
        else
            aggregate_begins(in, tag, sgml.line);
    }
}

/* ---- */

static enum status read(struct import *out, struct bytes file, struct failure *why)
{
    struct reading_ofx in = { .in_movement = false };
    struct xml_reader reader = { &in, element_begins, element_ends, NULL };
    enum status status, ended;

    statement_begin(&in.st, out, file, why);
    in.st.references_unique = true;
    wording_begin(&in.account_text, ACCOUNT_NAME_MAX);
    wording_begin(&in.currency_text, 8);
    if (has(head_of(file), "<?xml") || has(head_of(file), "<?OFX")) {
        out->format = "OFX 2 (XML)";
        status = xml_read(&reader, file, why);
    } else {
        out->format = "OFX 1 (SGML)";
        sgml_read(&in, file);
        status = STATUS_OK;
    }
    if (!status && !in.st.rows.status && !in.ended)
        status = failure_say(why, STATUS_MALFORMED, _("the file ends after %zu movements without its end tag: download it again"),
                             in.st.count);
    ended = statement_end(&in.st);
    return status ? status : ended;
}

const struct import_format import_ofx = { "OFX", recognise, read };
