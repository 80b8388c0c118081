/* session.h - Noise over one stream of bytes: handshake, frames, padding, rekeying. WIRE 2.1, 2.2. Private to the room, and used by tests.
 *
 * A machine without a socket: bytes in, bytes out. The bodies of frames are handed over as they were sealed, padding included; message.c
 * knows where the messages end. */
#ifndef COOP_PROTO_SESSION_H
#define COOP_PROTO_SESSION_H

#include "proto/proto.h"

struct session;
/* psks: the link keys of the groups this home belongs to, tried in turn by a responder; an initiator has exactly one. All borrowed while
 * the handshake runs. NULL: out of memory. */
struct session *session_new(bool initiator, const char *network, const struct link_key *local, const uint8_t (*psks)[KEY_SIZE],
                            size_t psk_count, struct rng *rng);
void session_free(struct session *session); /* wipes */
/* Takes bytes of the stream in order, as they come; calls nothing back: after each call, ask session_next until it says there is no more.
 * STATUS_MALFORMED, STATUS_FORGED: the peer's fault, the link is over (a handshake that no psk opens is STATUS_DENIED: nobody's fault). */
enum status session_take(struct session *session, struct bytes in);
enum status session_next(struct session *session, struct bytes *body, bool *found); /* borrowed until the next call */
bool session_ready(const struct session *session);                   /* the handshake is done */
const uint8_t *session_peer_key(const struct session *session);      /* once ready */
size_t session_psk_index(const struct session *session);             /* once ready: which group it is */
/* Bytes to put on the stream now (handshake messages, sealed frames), appended by session_take and session_seal; drained by the caller. */
struct bytes session_outgoing(struct session *session);
void session_drained(struct session *session);
/* Seals one body (1 .. FRAME_PLAIN_MAX less padding) as one frame. false: out of memory. */
bool session_seal(struct session *session, struct bytes body);
size_t session_padded(size_t size); /* WIRE 2.2 */

#endif
