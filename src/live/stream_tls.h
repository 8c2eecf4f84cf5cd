/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stream.c needs of OpenSSL. Private to it. */
#ifndef LIVE_STREAM_TLS_H
#define LIVE_STREAM_TLS_H

#include "live/stream.h"

#include <openssl/ssl.h>

struct stream_tls {
    SSL_CTX *context;
    bool is_server;
};

/* A connection over `fd` that has yet to shake hands; a client checks that the certificate is for
 * `host`. NULL: no memory. */
SSL *stream_tls_begin(stream_tls *t, int fd, const char *host);
/* Why the last call failed; the certificate's fault where there is one. */
void stream_tls_why(SSL *ssl, char *out, size_t room);
void stream_tls_reason(char *out, size_t room);

#endif
