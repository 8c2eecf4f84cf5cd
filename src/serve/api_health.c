/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is it well? For supervisors and programs. */
#include "report/answer.h"
#include "serve/gate.h"
#include "serve/hub.h"
#include "serve/jobs.h"
#include "serve/openapi.h"
#include "serve/reply.h"
#include "serve/seat.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

void api_livez(request *r)
{
    reply_text(r, 200, "text/plain; charset=utf-8", "ok\n");
}

void api_readyz(request *r)
{
    if (r->server->is_stopping)
        reply_problem(r, 503, NULL, "the server is stopping", NULL);
    else
        reply_text(r, 200, "text/plain; charset=utf-8", "ok\n");
}

void api_openapi(request *r)
{
    buf document = BUF_INIT;
    openapi_write(&document);
    reply_bytes(r, 200, "application/json", &document);
}

/* -- for people who look after it ------------------------------------------------------------------ */

static int64_t size_of(const char *path, const char *ending)
{
    char name[4096];
    struct stat s;
    snprintf(name, sizeof name, "%s%s", path, ending);
    return stat(name, &s) == 0 ? (int64_t)s.st_size : 0;
}

static void write_disk(json *j, const server *s)
{
    struct statvfs disk = {0};
    bool is_known = statvfs(s->database, &disk) == 0;
    json_member_unsigned(j, "disk_free_bytes", is_known ? disk.f_bavail * disk.f_frsize : 0);
    json_member_unsigned(j, "disk_bytes", is_known ? disk.f_blocks * disk.f_frsize : 0);
    json_member_integer(j, "database_bytes", size_of(s->database, ""));
    json_member_integer(j, "log_bytes", size_of(s->database, "-wal"));
}

static int64_t memory_now(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (f && fscanf(f, "%*s %ld", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

typedef struct {
    uint64_t all, stale;
} source_count;

static bool count_source(const source_state *s, void *context)
{
    source_count *n = context;
    n->all++;
    n->stale += s->is_stale;
    return true;
}

void api_health(request *r)
{
    const server *s = r->server;
    intake_health h = intake_state(s->intake);
    source_count sources = {0};
    if (!gate_may_all(r))
        return;
    intake_sources(s->intake, count_source, &sources);
    json *j = reply_json(r, 200);
    json_object(j);
    json_member_text(j, "version", ASSAY_VERSION);
    answer_time(j, "started", s->started, TIME_OFFSET_NONE);
    json_member_unsigned(j, "characteristics", catalog_count(s->catalog));
    json_member_unsigned(j, "commit", h.commit);
    json_member_real(j, "commit_ms_p50", (double)h.commit_ns_p50 / 1e6, NULL);
    json_member_real(j, "commit_ms_p99", (double)h.commit_ns_p99 / 1e6, NULL);
    json_member_unsigned(j, "waiting", h.waiting_parcels);
    json_member_unsigned(j, "rows", h.rows);
    json_member_bool(j, "disk_full", h.is_full);
    json_member_text(j, "trouble", *h.trouble ? h.trouble : NULL);
    write_disk(j, s);
    json_member_integer(j, "memory_bytes", memory_now());
    json_member_unsigned(j, "listeners", hub_count(s->hub));
    json_member_unsigned(j, "connections", seat_count());
    json_member_unsigned(j, "jobs_waiting", jobs_waiting(s->jobs));
    json_member_unsigned(j, "sources", sources.all);
    json_member_unsigned(j, "stale_sources", sources.stale);
    json_end(j);
    reply_end(r, j);
}
