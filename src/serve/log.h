/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's log: one line a fact on standard error, as text or as JSON. Any thread. */
#ifndef SERVE_LOG_H
#define SERVE_LOG_H

#include <stdbool.h>

void log_begin(bool is_json);
/* level: "info", "warning", "error"; part: who says it ("http", a source's name). At most a hundred
 * lines a second are written; how many were left out is said in the next one. */
void log_line(const char *level, const char *part, const char *text);
void log_linef(const char *level, const char *part, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
