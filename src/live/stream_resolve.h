/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses of a host name, without waiting for them. Private to stream.c. */
#ifndef LIVE_STREAM_RESOLVE_H
#define LIVE_STREAM_RESOLVE_H

#include <assay/err.h>

#include <netdb.h>
#include <stdbool.h>
#include <sys/socket.h>

enum { RESOLVE_MAX = 8 };
typedef struct {
    size_t count; /* 0: `error` tells why */
    int error;    /* of getaddrinfo */
    struct sockaddr_storage address[RESOLVE_MAX];
    socklen_t length[RESOLVE_MAX];
} resolved;

/* An address in figures: known at once. */
bool resolve_figures(const char *host, const char *port, resolved *out);
/* A thread looks `host` up and writes one `resolved` to the descriptor, which is the caller's and
 * readable then; closing it early is fine. */
ASSAY_MUST_USE assay_status resolve_begin(const char *host, const char *port, int *fd,
                                          assay_err *err);

#endif
