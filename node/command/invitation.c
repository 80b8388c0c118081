/* invitation.c - see invitation.h. */
#include "node/command/invitation.h"

#include "node/command/qr.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void qr_print(const char *code)
{
    char *drawn = qr_render(code, isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL);

    if (drawn != NULL)
        printf("\n%s", drawn);
    free(drawn);
}

void invitation_print(json_t *reply, bool qr)
{
    printf("\n    %s\n", field_text(reply, "code"));
    if (qr)
        qr_print(field_text(reply, "code"));
    puts(_("\nOne code for the whole street. Hand it over yourself, on paper or in a message: whoever has it "
         "can join\n"
         "and read what the group says. A neighbour types: coopair group join CODE"));
    if (field_text(reply, "address")[0] == '\0')
        puts(_("It holds no address, since this home cannot be dialled: it is enough on one local network. "
             "Elsewhere give\n"
             "an address beside it: coopair group join CODE --address HOST:PORT, or make the code while "
             "coopair run goes."));
}

void round_deadline_print(json_t *round)
{
    json_t *box = json_array_get(json_object_get(round, "boxes"), 0);
    char date[SAID_MAX];

    if (box == NULL || strcmp(field_text(box, "state"), "open") != 0)
        return;
    words_date(date, field_uint(box, "deadline"));
    printf(_("\"%s\" takes homes until %s, at most %" PRIu64 "; it goes on from %" PRIu64 " homes.\n"),
           field_text(round, "title"), date, field_uint(round, "invite_count"), field_uint(round, "floor"));
}
