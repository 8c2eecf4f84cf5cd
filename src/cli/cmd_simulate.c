/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plant that streams. Its clock runs --speed times as fast as ours; each reading carries the time
 * it is sent at, so that ages on screens are true. */
#include "cli/verbs.h"

#include "cli/plant.h"
#include "cli/plant_send.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)

enum { SLICE_MS = 100, RETRY_MS = 1000, BATCH = 4096 };

typedef struct {
    double speed, seconds; /* seconds: of our clock; infinite: until stopped */
    uint64_t seed;
    bool is_calm, is_ndjson, is_paced;
    int64_t start_ns;
} simulation;

static volatile sig_atomic_t is_stopped;

static void on_signal(int number)
{
    (void)number;
    is_stopped = 1;
}

static int64_t monotonic_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static void wait_ns(int64_t ns)
{
    struct timespec t = {ns / NS_PER_S, ns % NS_PER_S};
    if (ns > 0)
        nanosleep(&t, NULL);
}

static int64_t due_ns(const simulation *s, const plant_reading *r, int64_t began_ns)
{
    return began_ns + llround(r->time_s / s->speed * (double)NS_PER_S);
}

/* -- a reading as text ---------------------------------------------------------------------------- */

static void write_line(const plant_reading *r, const char *value, int64_t ns, buf *out)
{
    const plant_gauge *g = &plant_gauges[r->gauge];
    buf_addf(out, "%s/%s,serial=%s-%06llu,unit=%s", g->source, g->part, g->part,
             (unsigned long long)r->serial, g->unit);
    if (r->batch)
        buf_addf(out, ",batch=%llu", (unsigned long long)r->batch);
    if (r->cavity)
        buf_addf(out, ",cavity=%u", r->cavity);
    buf_addf(out, " %s=%s %lld\n", g->name, value, (long long)ns);
}

static void write_ndjson(const plant_reading *r, const char *value, int64_t ns, buf *out)
{
    const plant_gauge *g = &plant_gauges[r->gauge];
    char time[40];
    time_format(ns, TIME_OFFSET_NONE, time, sizeof time);
    buf_addf(out, "{\"characteristic\":\"%s/%s/%s\",\"time\":\"%s\",\"value\":%s,\"unit\":\"%s\"",
             g->source, g->part, g->name, time, value, g->unit);
    buf_addf(out, ",\"serial\":\"%s-%06llu\"", g->part, (unsigned long long)r->serial);
    if (r->batch)
        buf_addf(out, ",\"batch\":\"%llu\"", (unsigned long long)r->batch);
    if (r->cavity)
        buf_addf(out, ",\"cavity\":\"%u\"", r->cavity);
    buf_add_text(out, "}\n");
}

static void write_reading(const simulation *s, const plant_reading *r, sender *to)
{
    const plant_gauge *g = &plant_gauges[r->gauge];
    int64_t ns = due_ns(s, r, s->start_ns);
    char value[64];
    decimal_format(r->mantissa, -g->decimals, g->decimals, value, sizeof value);
    buf *out = sender_text(to, r->gauge, g->source);
    (s->is_ndjson ? write_ndjson : write_line)(r, value, ns, out);
}

/* -- sending ------------------------------------------------------------------------------------ */

/* Until it is through or we are stopped; told once when it begins to fail and once when it ends. */
static assay_status deliver(cli *c, sender *to, bool *is_away)
{
    assay_status status;
    while ((status = sender_flush(to, &c->err)) == ASSAY_IO && !is_stopped) {
        if (!*is_away)
            cli_remark(c, _("%s; trying again"), c->err.message);
        *is_away = true;
        wait_ns(RETRY_MS * (NS_PER_S / 1000));
    }
    if (status == ASSAY_OK && *is_away) {
        cli_remark(c, "%s", _("reached again"));
        *is_away = false;
    }
    return is_stopped && status == ASSAY_IO ? ASSAY_OK : status;
}

/* Sleep until the reading is due, in slices, so that a signal is seen. */
static void await(const simulation *s, const plant_reading *r, int64_t began_ns)
{
    int64_t due = due_ns(s, r, began_ns);
    for (int64_t left; !is_stopped && (left = due - monotonic_ns()) > 0;)
        wait_ns(left < SLICE_MS * (NS_PER_S / 1000) ? left : SLICE_MS * (NS_PER_S / 1000));
}

static bool is_due(const simulation *s, const plant_reading *r, int64_t began_ns)
{
    return !s->is_paced || due_ns(s, r, began_ns) <= monotonic_ns();
}

static assay_status stream(cli *c, const simulation *s, sender *to)
{
    plant p;
    plant_reading r;
    bool is_away = false;
    assay_status status = ASSAY_OK;
    int64_t began_ns = monotonic_ns();
    plant_begin(&p, s->seed, s->is_calm);
    plant_next(&p, &r);
    while (status == ASSAY_OK && !is_stopped && r.time_s / s->speed < s->seconds) {
        if (s->is_paced)
            await(s, &r, began_ns);
        for (int n = 0; n < BATCH && is_due(s, &r, began_ns) && r.time_s / s->speed < s->seconds; n++) {
            write_reading(s, &r, to);
            plant_next(&p, &r);
        }
        status = deliver(c, to, &is_away);
    }
    return status;
}

/* -- the verb ----------------------------------------------------------------------------------- */

static assay_status take_options(cli *c, simulation *s)
{
    *s = (simulation){.speed = 1, .seconds = INFINITY, .seed = 1, .start_ns = TIME_NONE};
    assay_status status = cli_real(c, OPT_SPEED, &s->speed);
    if (status == ASSAY_OK)
        status = cli_real(c, OPT_SECONDS, &s->seconds);
    if (status == ASSAY_OK)
        status = cli_count(c, OPT_SEED, &s->seed);
    if (status == ASSAY_OK)
        status = cli_time(c, OPT_START, &s->start_ns);
    if (status != ASSAY_OK)
        return status;
    if (!(s->speed > 0 && s->speed <= 1e6))
        return cli_usage(c, _("--speed must be above 0 and at most 1000000"));
    if (!(s->seconds > 0))
        return cli_usage(c, _("--seconds must be above 0"));
    s->is_calm = cli_has(c, OPT_CALM);
    s->is_ndjson = cli_has(c, OPT_NDJSON);
    s->is_paced = s->start_ns == TIME_NONE; /* a past or future is written at once */
    if (s->is_paced)
        s->start_ns = time_now();
    return ASSAY_OK;
}

static assay_status check_operands(cli *c)
{
    if (strcmp(c->operand[0], "plant") == 0)
        return ASSAY_OK;
    cli_usage(c, _("there is no simulation of \"%.40s\""), c->operand[0]);
    return assay_hint(&c->err, "assay simulate plant 127.0.0.1:8089");
}

int cmd_simulate(cli *c)
{
    simulation s;
    sender *to = NULL;
    assay_status status = check_operands(c);
    if (status == ASSAY_OK)
        status = take_options(c, &s);
    if (status == ASSAY_OK)
        status = sender_open(c->operand[1], cli_text(c, OPT_TOKEN, getenv("ASSAY_TOKEN")),
                             s.is_ndjson ? "application/x-ndjson" : "text/plain; charset=utf-8", &to,
                             &c->err);
    if (status == ASSAY_OK) {
        struct sigaction stop = {.sa_handler = on_signal};
        sigaction(SIGINT, &stop, NULL);
        sigaction(SIGTERM, &stop, NULL);
        status = stream(c, &s, to);
    }
    sender_close(to);
    return status == ASSAY_OK ? EXIT_FINE : cli_fail(c, status);
}
