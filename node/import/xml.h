/* xml.h - XML as a stream of elements, by expat, for files of strangers: no document types (so no entities of
 * their making, which is where bombs are), depth and text bounded. Private to import/. */
#ifndef COOP_NODE_IMPORT_XML_H
#define COOP_NODE_IMPORT_XML_H

#include "crypto/base.h"

enum { XML_DEPTH_MAX = 64, XML_TEXT_MAX = 4096 };
/* Names come without their prefix. Any of the three may be NULL; false stops reading, which is no error. */
struct xml_reader {
    void *arg;
    bool (*begins)(void *arg, const char *name, const char **attributes); /* name, value, ..., NULL */
    /* The text since the last tag, cut at XML_TEXT_MAX, without the blanks around it: all of an element that
     * holds no other. */
    bool (*ends)(void *arg, const char *name, struct bytes text, uint64_t line);
    bool (*instruction)(void *arg, const char *target, const char *data);
};
/* STATUS_MALFORMED: *why says which line and what; what came before it has been told. */
enum status xml_read(const struct xml_reader *reader, struct bytes file, struct failure *why);
/* The value of an attribute, "" if there is none. */
const char *xml_attribute(const char **attributes, const char *name);
/* Whether an element of this name, with or without prefix, begins within the first 16 KiB. */
bool xml_recognise(struct bytes file, const char *name);

#endif
