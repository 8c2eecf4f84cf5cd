/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A byte stream on the loop: TCP, plain or inside TLS, outgoing or accepted. Never blocks: names
 * are looked up in a thread of their own. All calls and callbacks in the loop's thread. */
#ifndef LIVE_STREAM_H
#define LIVE_STREAM_H

#include "base/buf.h"
#include "live/loop.h"

typedef struct stream stream;

/* -- TLS settings ---------------------------------------------------------------------- */

/* Files are PEM; read once. TLS 1.2 and later. */
typedef struct {
    bool is_server;          /* certificate and key are needed then */
    const char *ca;          /* who is trusted; NULL: the system's; of a server: whose clients */
    const char *certificate; /* own chain; NULL: none */
    const char *key;
} stream_tls_options;
typedef struct stream_tls stream_tls;
ASSAY_MUST_USE assay_status stream_tls_new(const stream_tls_options *o, stream_tls **out,
                                           assay_err *err);
void stream_tls_free(stream_tls *t); /* accepts NULL; streams made from it go on */

/* -- streams --------------------------------------------------------------------------- */

typedef struct {
    void (*opened)(void *context); /* connected, and the peer is who it should be; may be NULL */
    /* Bytes came; returns how many were used. The others are offered again, with more behind
     * them. */
    size_t (*data)(void *context, const uint8_t *bytes, size_t n);
    /* It is over: the peer, the network, a certificate. The last call; free the stream then. */
    void (*closed)(void *context, const char *why);
    void *context;
} stream_events;

/* host: a name or an address. With `tls` the certificate must be for `host`. Failures of the
 * network come as `closed`, never from within this call. */
ASSAY_MUST_USE assay_status stream_connect(loop *l, const char *host, const char *port,
                                           stream_tls *tls, const stream_events *events,
                                           stream **out, assay_err *err);
/* An accepted socket, non-blocking; it is the stream's on success. */
ASSAY_MUST_USE assay_status stream_adopt(loop *l, int fd, stream_tls *tls,
                                         const stream_events *events, stream **out, assay_err *err);
/* Closes without a word; accepts NULL; `closed` is not called. May be called from its callbacks. */
void stream_free(stream *s);

/* What is to be written: append to it, then flush. Before `opened` it waits. */
buf *stream_out(stream *s);
void stream_flush(stream *s);      /* now, as far as it goes */
void stream_flush_soon(stream *s); /* in the next round: for many small additions */
size_t stream_unsent(const stream *s);
/* Stop or go on reading. Bytes that were not used are offered again at once. */
void stream_pause(stream *s, bool is_paused);
/* Largest number of unused bytes kept, 1 MiB at first; a peer that needs more is closed. */
void stream_limit(stream *s, size_t bytes);

/* -- listening ------------------------------------------------------------------------- */

/* fd is non-blocking and the callee's; peer "192.0.2.7:4711" lives during the call. */
typedef void stream_accepted(void *context, int fd, const char *peer);
typedef struct stream_listener stream_listener;
/* host "unix": port is the path of a socket; one that nobody listens on any more is replaced. */
ASSAY_MUST_USE assay_status stream_listen(loop *l, const char *host, const char *port,
                                          stream_accepted *accepted, void *context,
                                          stream_listener **out, assay_err *err);
void stream_listener_close(stream_listener *l); /* accepts NULL */
uint16_t stream_listener_port(const stream_listener *l);

#endif
