/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who sits on a connection, and until when something must have come of it.
 *
 * libmicrohttpd drops what is silent. What trickles just enough to look alive (a header byte now
 * and then, a body of drops, an answer read in sips) is dropped here: each connection has a
 * deadline that moves with what it really does. An address may have SEATS_A_NEIGHBOUR connections;
 * those from this machine may have as many as there are. */
#ifndef SERVE_SEAT_H
#define SERVE_SEAT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { SEATS_MAX = 12000, SEATS_A_NEIGHBOUR = 256 };
#define SEAT_FOREVER INT64_MAX

typedef struct http_seat http_seat;

bool seat_is_welcome(const struct sockaddr *from); /* before it is accepted */
http_seat *seat_take(int fd, const struct sockaddr *from); /* NULL: no memory */
void seat_leave(http_seat *seat);                          /* accepts NULL */

/* The next thing must have happened in `ms` from now; SEAT_FOREVER: no hurry. */
void seat_expect(http_seat *seat, int64_t ms);
/* Bytes of a body came: time for more. */
void seat_progress(http_seat *seat, uint64_t bytes);
/* Drop who is late. Once a second, any one thread. */
void seat_sweep(void);
unsigned seat_count(void);
uint64_t seat_dropped(void);

#endif
