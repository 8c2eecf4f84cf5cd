/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server: the live plant behind one address. */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include <assay/err.h>

#include <stdbool.h>
#include <stdint.h>

/* What there is to tell when it is ready; texts that do not apply are "". */
typedef struct {
    char address[200];
    char link[300]; /* one-time: sets the first administrator's password, valid for an hour */
    char account[64], password[20], token[65]; /* of a demo */
} serve_start;

typedef struct {
    const char *database;
    const char *listen;            /* "127.0.0.1:8080", "[::1]:8080", "unix:/run/assay.sock" */
    const char *certificate, *key; /* PEM files; NULL: plain, loopback only unless is_open_plain */
    bool is_open_plain;            /* told so: plain beyond loopback, behind a proxy */
    bool with_demo;                /* a printed demo login; loopback only */
    const char *line_listen, *mqtt_listen; /* built-in doors; NULL: none */
    const char *config; /* a configuration file with sources and channels; NULL: none */
    bool json_log;
    void (*ready)(const serve_start *start, void *context);
    void *context;
    const volatile bool *stop; /* set by a signal handler, see serve_wake */
} serve_options;

/* Runs until told to stop; graceful: nothing acknowledged is lost, streams are ended. */
ASSAY_MUST_USE assay_status serve_run(const serve_options *o, assay_err *err);
void serve_wake(void); /* async-signal-safe: look at `stop` now */

#endif
