/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The signer as a process of its own: it holds the keys, answers on a Unix socket, and has given
 * away everything else it could do before the first request. */
#ifndef LEDGER_SIGNER_SERVE_H
#define LEDGER_SIGNER_SERVE_H

#include <assay/err.h>

#include <signal.h>
#include <stdbool.h>

typedef struct {
    bool has_seccomp;  /* other system calls than it needs kill it */
    bool has_landlock; /* no file but those of its state can be opened; false: not in this kernel */
} signer_walls;

typedef struct {
    const char *keys;   /* file of keys; PATH.state beside it is its state */
    const char *socket; /* made with mode 0660; a stale one is replaced */
    void (*ready)(const signer_walls *walls, void *context);
    void *context;
    const volatile sig_atomic_t *stop;
} signer_service;

/* Until *stop. */
ASSAY_MUST_USE assay_status signer_serve(const signer_service *s, assay_err *err);

/* Only files below `state` can be touched from now on, and only a few system calls made. */
ASSAY_MUST_USE assay_status signer_wall_in(const char *state, signer_walls *out, assay_err *err);

#endif
