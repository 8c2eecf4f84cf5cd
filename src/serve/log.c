/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bounded, so that a hostile sender cannot fill the disk with what is said of it. */
#include "serve/log.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/time.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINES_A_SECOND = 100 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_json_log;
static int64_t second;
static unsigned lines, left_out;

void log_begin(bool is_json)
{
    is_json_log = is_json;
}

static void add_member(buf *out, const char *key, const char *text)
{
    buf_addf(out, "%s\"%s\":", out->length > 1 ? "," : "", key);
    json_quote(out, text, strlen(text));
}

static void render(buf *out, const char *level, const char *part, const char *text)
{
    char time[40];
    time_format(time_now() / 1000000 * 1000000, TIME_OFFSET_NONE, time, sizeof time);
    if (!is_json_log) {
        buf_addf(out, "%s %s %s: %s\n", time, level, part, text);
        return;
    }
    buf_add_char(out, '{');
    add_member(out, "time", time);
    add_member(out, "level", level);
    add_member(out, "part", part);
    add_member(out, "text", text);
    if (left_out)
        buf_addf(out, ",\"left_out\":%u", left_out);
    buf_add_text(out, "}\n");
}

static bool has_budget(void)
{
    int64_t now = time_now() / 1000000000;
    if (now != second) {
        second = now;
        lines = 0;
    }
    return lines++ < LINES_A_SECOND;
}

void log_line(const char *level, const char *part, const char *text)
{
    buf out = BUF_INIT;
    pthread_mutex_lock(&lock);
    if (has_budget()) {
        render(&out, level, part, text);
        left_out = 0;
        ssize_t written = out.failed ? 0 : write(STDERR_FILENO, out.data, out.length);
        (void)written; /* a log that cannot be written has nowhere to say so */
    } else
        left_out++;
    pthread_mutex_unlock(&lock);
    buf_done(&out);
}

void log_linef(const char *level, const char *part, const char *format, ...)
{
    buf text = BUF_INIT;
    va_list args;
    va_start(args, format);
    buf_addv(&text, format, args);
    va_end(args);
    log_line(level, part, buf_text(&text));
    buf_done(&text);
}
