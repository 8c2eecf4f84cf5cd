/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For Prometheus, in its text format. */
#include "serve/gate.h"
#include "serve/http.h"
#include "serve/hub.h"
#include "serve/jobs.h"
#include "serve/reply.h"
#include "serve/seat.h"
#include "serve/upload.h"

#include <sys/resource.h>

static void one(buf *out, const char *type, const char *name, const char *help, double value)
{
    buf_addf(out, "# HELP assay_%s %s\n# TYPE assay_%s %s\nassay_%s %.17g\n", name, help, name,
             type, name, value);
}

static void add_http(buf *out)
{
    static const char *const classes[] = {"", "1xx", "2xx", "3xx", "4xx", "5xx"};
    http_tally t = http_count();
    buf_add_text(out, "# HELP assay_http_answers_total Answers by status.\n"
                      "# TYPE assay_http_answers_total counter\n");
    for (int i = 2; i < 6; i++)
        buf_addf(out, "assay_http_answers_total{status=\"%s\"} %llu\n", classes[i],
                 (unsigned long long)t.answered[i]);
    one(out, "gauge", "http_connections", "Connections open.", seat_count());
    one(out, "counter", "http_dropped_total", "Connections dropped for being too slow.",
        (double)seat_dropped());
}

static void add_intake(const server *s, buf *out)
{
    intake_health h = intake_state(s->intake);
    one(out, "counter", "intake_groups_total", "Group commits since the start.", (double)h.groups);
    one(out, "counter", "intake_rows_total", "Rows committed since the start.", (double)h.rows);
    one(out, "gauge", "intake_commit", "Number of the newest commit.", (double)h.commit);
    one(out, "gauge", "intake_commit_seconds_p50", "Half of the last commits took less.",
        (double)h.commit_ns_p50 / 1e9);
    one(out, "gauge", "intake_commit_seconds_p99", "99 of 100 of the last commits took less.",
        (double)h.commit_ns_p99 / 1e9);
    one(out, "gauge", "intake_waiting_parcels", "Parcels that wait for a commit.",
        (double)h.waiting_parcels);
    one(out, "gauge", "disk_full", "1 while nothing can be stored.", h.is_full);
}

static bool add_source(const source_state *s, void *context)
{
    buf *out = context;
    const source_account *a = &s->account;
    const struct {
        const char *fate;
        uint64_t count;
    } all[] = {{"received", a->received},     {"stored", a->stored},   {"duplicate", a->duplicates},
               {"conflict", a->conflicts},    {"refused", a->refused}, {"pending", s->pending},
               {"late", a->late},             {"doubtful", a->doubtful}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_addf(out, "assay_source_values{source=\"%s\",fate=\"%s\"} %llu\n", s->source,
                 all[i].fate, (unsigned long long)all[i].count);
    buf_addf(out, "assay_source_stale{source=\"%s\"} %d\n", s->source, s->is_stale);
    return true;
}

static void add_process(const server *s, buf *out)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    double cpu = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
                 (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
    one(out, "counter", "cpu_seconds_total", "Processor time used.", cpu);
    one(out, "gauge", "memory_peak_bytes", "Most memory used so far.",
        (double)use.ru_maxrss * 1024);
    one(out, "gauge", "start_time_seconds", "When the server was started.",
        (double)s->started / 1e9);
    one(out, "gauge", "characteristics", "Characteristics that are known.",
        catalog_count(s->catalog));
    one(out, "gauge", "listeners", "Listeners to events.", hub_count(s->hub));
    one(out, "gauge", "uploads", "Requests with measurements under way.", upload_count());
    one(out, "gauge", "jobs_waiting", "Requests that wait for a worker.", jobs_waiting(s->jobs));
}

void api_metrics(request *r)
{
    buf out = BUF_INIT;
    if (!gate_may_all(r))
        return;
    add_process(r->server, &out);
    add_http(&out);
    add_intake(r->server, &out);
    buf_add_text(&out, "# HELP assay_source_values Values of a source by what became of them.\n"
                       "# TYPE assay_source_values gauge\n");
    intake_sources(r->server->intake, add_source, &out);
    reply_bytes(r, 200, "text/plain; version=0.0.4; charset=utf-8", &out);
}
