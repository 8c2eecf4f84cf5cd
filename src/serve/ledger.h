/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger beside a running plant: a thread that builds and signs the log behind every commit, one
 * that brings its checkpoints to witnesses, and the witness that others may ask. */
#ifndef SERVE_LEDGER_H
#define SERVE_LEDGER_H

#include "notary/notary.h"
#include "serve/server.h"

typedef struct ledger ledger;
struct witness;

/* Without a ledger and without logs to cosign there is nothing to keep: *out is NULL. A log that
 * cannot be signed does not keep the plant from running: it is said, and tried again. */
ASSAY_MUST_USE assay_status ledger_open(server *s, ledger **out, assay_err *err);
void ledger_close(ledger *l); /* signs what there is first; accepts NULL */
void ledger_news(void *context); /* of a ledger or NULL: something was committed. Any thread. */

/* The view, for one caller at a time; give it back soon. NULL: there is no ledger. */
ledger_view *ledger_take(ledger *l);
void ledger_give(ledger *l);
struct witness *ledger_witness(ledger *l); /* NULL: none */

typedef struct {
    uint64_t signed_size;
    uint64_t lacking;  /* witnesses that did not cosign the last time they were asked */
    char trouble[400]; /* why nothing is signed; "" */
} ledger_health;
ledger_health ledger_state(ledger *l);

#endif
