/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Talk to systemd: one datagram a fact, to $NOTIFY_SOCKET; nothing when it is not set. */
#ifndef SERVE_NOTIFY_H
#define SERVE_NOTIFY_H

#include <stdint.h>

void notify(const char *state); /* "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=..." */
/* Half of $WATCHDOG_USEC in milliseconds: how often to say WATCHDOG=1; 0: nobody asks. */
uint64_t notify_watchdog_ms(void);

#endif
