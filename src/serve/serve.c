/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From an empty process to a running plant, and back in the reverse order. */
#include "serve/serve.h"

#include "base/i18n.h"
#include "base/time.h"
#include "live/engine.h"
#include "scheme/case.h"
#include "serve/first.h"
#include "serve/http.h"
#include "serve/hub.h"
#include "serve/jobs.h"
#include "serve/keys.h"
#include "serve/ledger.h"
#include "serve/link.h"
#include "serve/log.h"
#include "serve/notify.h"
#include "serve/outlook.h"
#include "serve/plant.h"
#include "serve/programme_clock.h"
#include "serve/seat.h"
#include "serve/server.h"
#include "serve/signatures.h"
#include "serve/staged.h"
#include "serve/upload.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 1000, GRACE_MS = 5000, LAST_MS = 1000 };

static int wake_fd = -1;

void serve_wake(void)
{
    int kept = errno;
    uint64_t one = 1;
    ssize_t n = write(wake_fd, &one, sizeof one);
    (void)n;
    errno = kept;
}

/* As many connections as the system lets us have. */
static void raise_files(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

/* -- the front: who may reach it ----------------------------------------------------------- */

static assay_status open_front(server *s, assay_err *err)
{
    const serve_options *o = s->options;
    if (!o->certificate != !o->key)
        return assay_fail(err, ASSAY_USAGE, 0, "a certificate needs its key, and a key its certificate");
    assay_status status = listen_open(o->listen ? o->listen : "127.0.0.1:8080", &s->listening, err);
    if (status != ASSAY_OK)
        return status;
    s->is_loopback = s->listening.is_loopback;
    s->is_secure = o->certificate != NULL || o->is_open_plain;
    if (!s->is_loopback && !s->is_secure) {
        assay_fail(err, ASSAY_USAGE, 0, "%s can be reached from other machines: passwords would travel in the clear", s->listening.text);
        return assay_hint(
            err, _("--tls-cert and --tls-key, or --open-plain behind a proxy that does TLS"));
    }
    if (!s->is_loopback && o->with_demo)
        return assay_fail(err, ASSAY_USAGE, 0, "a demo login is for this machine alone, not for %s",
                          s->listening.text);
    return ASSAY_OK;
}

static void tell_ready(server *s, serve_start *start)
{
    link_base(s, start->address, sizeof start->address);
    if (s->listening.is_unix)
        snprintf(start->address, sizeof start->address, "%s", s->listening.text);
    log_linef("info", "serve", "listening on %s", start->address);
    if (s->options->ready)
        s->options->ready(start, s->options->context);
    notify("READY=1");
}

/* -- running ------------------------------------------------------------------------------- */

static void wait_for_stop(server *s)
{
    uint64_t beat = notify_watchdog_ms();
    int64_t next_beat = 0;
    struct pollfd wake = {.fd = wake_fd, .events = POLLIN};
    while (!*s->options->stop) {
        uint64_t woken;
        int timeout = beat && beat < TICK_MS ? (int)beat : TICK_MS;
        if (poll(&wake, 1, timeout) > 0 && read(wake_fd, &woken, sizeof woken) < 0)
            continue;
        seat_sweep();
        hub_tick(s->hub);
        if (beat && time_now() >= next_beat) {
            notify("WATCHDOG=1");
            next_beat = time_now() + (int64_t)beat * 1000000 / 2;
        }
    }
}

/* Lists of cases that an older version made are made anew before anybody asks. */
static assay_status bring_up(server *s, assay_err *err)
{
    store_tx *tx;
    desk *d = NULL;
    uint64_t cases = 0;
    bool is_old = false;
    assay_status status = desk_open(s->writer, &d, err);
    if (status == ASSAY_OK)
        status = desk_lists_old(d, &is_old, &cases, err);
    if (status == ASSAY_OK && is_old)
        status = store_tx_begin(s->writer, &tx, err);
    if (status == ASSAY_OK && is_old) {
        status = desk_bring_up(d, tx, &cases, err);
        if (status == ASSAY_OK)
            status = store_tx_commit(tx, NULL, err);
        else
            store_tx_abort(tx);
    }
    if (status == ASSAY_OK && cases)
        log_linef("info", "programmes", "lists of %llu cases made anew", (unsigned long long)cases);
    desk_close(d);
    return status;
}

/* In the order of the data; what fails ends the start. */
static assay_status open_plant(server *s, assay_err *err)
{
    assay_status status = store_open(s->database, STORE_CREATE, &s->writer, err);
    if (status == ASSAY_OK && *store_told(s->writer))
        log_line("error", "store", store_told(s->writer));
    if (status == ASSAY_OK)
        status = bring_up(s, err);
    if (status == ASSAY_OK)
        status = people_open(s->writer, &s->people, err);
    if (status == ASSAY_OK)
        status = catalog_open(s->writer, &s->catalog, err);
    if (status == ASSAY_OK)
        status = bus_open(&s->bus, err);
    if (status == ASSAY_OK)
        status = hub_open(s->bus, s->catalog, &s->hub, err);
    if (status == ASSAY_OK) {
        assay_err why;
        assay_status followed = notary_keys_follow(s->writer, s->database, "ledger", &why);
        if (followed != ASSAY_OK && followed != ASSAY_NOT_FOUND)
            log_linef("error", "ledger", "%s", why.message);
    }
    if (status == ASSAY_OK)
        status = store_open(s->database, STORE_READ, &s->reader, err);
    if (status == ASSAY_OK)
        status = keys_open(s->reader, &s->keys, err);
    if (status != ASSAY_OK)
        return status;
    status = engine_open(s->database, s->catalog, s->bus, &s->engine, err);
    if (status != ASSAY_OK)
        return status;
    status = ledger_open(s, &s->ledger, err);
    if (status != ASSAY_OK)
        return status;
    const intake_options options = {.committed = ledger_news, .committed_context = s->ledger,
                                    .store = s->writer, .catalog = s->catalog, .bus = s->bus,
                                    .evaluator = engine_evaluator(s->engine)};
    status = intake_open(&options, &s->intake, err);
    if (status != ASSAY_OK)
        return status;
    engine_attach(s->engine, s->intake);
    status = outlook_open(&s->outlook, err);
    if (status == ASSAY_OK)
        status = plant_open(s, &s->plant, err);
    if (status == ASSAY_OK)
        status = signatures_open(s, &s->signatures, err);
    return status == ASSAY_OK ? programme_clock_open(s, &s->clock, err) : status;
}

/* Until all requests are answered, but not for ever. */
static void wait_for_answers(int64_t ms)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    for (int64_t i = 0; i < ms / 10 && http_busy() > 0; i++)
        nanosleep(&pause, NULL);
}

static void close_front(server *s)
{
    s->is_stopping = true;
    if (s->http)
        http_quiesce(s->http);
    hub_stop(s->hub);
    staging_stop(s->staging);
    jobs_close(s->jobs);
    wait_for_answers(GRACE_MS);
    upload_give_up();
    wait_for_answers(LAST_MS);
    http_close(s->http);
    staging_close(s->staging);
}

static void close_all(server *s)
{
    close_front(s);
    programme_clock_close(s->clock);
    signatures_close(s->signatures);
    listen_close(&s->listening);
    plant_close(s->plant);
    outlook_close(s->outlook);
    if (s->engine)
        engine_attach(s->engine, NULL);
    intake_close(s->intake);
    ledger_close(s->ledger);
    engine_close(s->engine);
    hub_close(s->hub);
    keys_close(s->keys);
    store_close(s->reader);
    bus_close(s->bus);
    catalog_close(s->catalog);
    people_close(s->people);
    store_close(s->writer);
}

static void answer_later(request *r)
{
    http_wake(r);
}

assay_status serve_run(const serve_options *o, assay_err *err)
{
    server s = {.options = o, .database = o->database, .listening.fd = -1, .started = time_now()};
    serve_start start = {0};
    log_begin(o->json_log);
    raise_files();
    wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    assay_status status = open_front(&s, err);
    if (status == ASSAY_OK)
        status = open_plant(&s, err);
    if (status == ASSAY_OK)
        status = first_start(&s, &start, err);
    if (status == ASSAY_OK)
        status = staging_open(&s, &s.staging, err);
    if (status == ASSAY_OK)
        status = jobs_open(answer_later, &s.jobs, err);
    if (status == ASSAY_OK)
        status = http_open(&s, &s.http, err);
    if (status == ASSAY_OK) {
        tell_ready(&s, &start);
        wait_for_stop(&s);
        notify("STOPPING=1");
        log_line("info", "serve", "stopping");
    }
    close_all(&s);
    close(wake_fd);
    wake_fd = -1;
    return status;
}
