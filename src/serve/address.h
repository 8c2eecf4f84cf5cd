/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where to listen: "127.0.0.1:8080", "[::1]:8080", "localhost:0", "unix:/run/assay.sock". */
#ifndef SERVE_ADDRESS_H
#define SERVE_ADDRESS_H

#include <assay/err.h>

#include <stdbool.h>
#include <sys/socket.h>

typedef struct {
    int fd;
    bool is_unix, is_loopback; /* a Unix socket counts as loopback */
    char text[160];            /* as bound: the port that 0 became, ready for a link's host part */
    char path[108];            /* of a Unix socket, to remove it at the end */
} listening;

/* Errors: ASSAY_USAGE for what is no address, ASSAY_BUSY when it is taken, ASSAY_IO. */
ASSAY_MUST_USE assay_status listen_open(const char *address, listening *out, assay_err *err);
void listen_close(listening *l);

/* The first 16 bytes that tell one neighbour from another: IPv4, or the /64 of IPv6. */
void address_key(const struct sockaddr *from, unsigned char key[static 16]);
bool address_is_loopback(const struct sockaddr *from);
void address_text(const struct sockaddr *from, char *out, size_t room); /* without port */

#endif
