/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live path without a server: DATABASE and a file of sources, as `assay serve --config` takes
 * it. Says "ready"; a line on standard input is answered with the sources as JSON, a line "command
 * SOURCE {...}" with "ok" or what is wrong; at its end, or with SIGTERM, it stops as the server does. For tests and benches of the doors alone. */
#include "live/sources.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

typedef struct {
    loop *loop;
    store *writer, *reader;
    catalog *catalog;
    intake *intake;
    bus *bus;
    sources *sources;
    loop_watch *signals;
} host;

static void say(const char *level, const char *source, const char *text)
{
    fprintf(stderr, "%s %s: %s\n", level, source, text);
}

static void closed(void *context)
{
    loop_stop(((host *)context)->loop);
}

static void stop(void *context)
{
    host *h = context;
    if (!h->sources)
        return;
    sources *s = h->sources;
    h->sources = NULL;
    sources_close(s, closed, h);
}

static void on_signal(void *context, uint32_t events)
{
    (void)events;
    host *h = context;
    loop_watch_change(h->signals, 0);
    stop(h);
}

static void command(host *h, char *line)
{
    char name[64] = "", words[500] = "ok";
    int at = 0;
    assay_err err = {0};
    sscanf(line, "command %63s %n", name, &at);
    json_t *order = json_loads(line + at, 0, NULL);
    if (!order)
        snprintf(words, sizeof words, "not JSON");
    else if (sources_command(h->sources, name, order, &err) != ASSAY_OK)
        snprintf(words, sizeof words, "%s: %s", assay_status_name(err.code), err.message);
    json_decref(order);
    printf("%s\n", words);
    fflush(stdout);
}

/* A thread of its own, since sources_describe waits for the loop. */
static void *answer(void *context)
{
    host *h = context;
    char line[2000];
    while (fgets(line, sizeof line, stdin)) {
        if (strncmp(line, "command ", 8) == 0) {
            command(h, line);
            continue;
        }
        json_t *all = sources_describe(h->sources, NULL);
        char *text = all ? json_dumps(all, JSON_COMPACT) : NULL;
        printf("%s\n", text ? text : "[]");
        fflush(stdout);
        free(text);
        json_decref(all);
    }
    (void)loop_post(h->loop, stop, h);
    return NULL;
}

static assay_status open_parts(host *h, const char *database, const char *config, assay_err *err)
{
    assay_status status = store_open(database, STORE_CREATE, &h->writer, err);
    if (status == ASSAY_OK)
        status = store_open(database, STORE_READ, &h->reader, err);
    if (status == ASSAY_OK)
        status = catalog_open(h->writer, &h->catalog, err);
    if (status == ASSAY_OK)
        status = bus_open(&h->bus, err);
    intake_options o = {.store = h->writer, .catalog = h->catalog, .bus = h->bus};
    if (status == ASSAY_OK)
        status = intake_open(&o, &h->intake, err);
    if (status == ASSAY_OK)
        status = loop_open(&h->loop, err);
    if (status == ASSAY_OK)
        status =
            sources_open(h->loop, h->intake, h->catalog, h->bus, h->reader, say, &h->sources, err);
    return status == ASSAY_OK ? sources_load(h->sources, config, err) : status;
}

/* Before any thread is made, so that all of them leave these signals alone. */
static sigset_t block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return set;
}

static assay_status watch_signals(host *h, assay_err *err)
{
    sigset_t set = block_signals();
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return loop_watch_add(h->loop, fd, EPOLLIN, on_signal, h, &h->signals, err);
}

int main(int argc, char **argv)
{
    host h = {0};
    assay_err err = {0};
    pthread_t thread;
    if (argc != 3) {
        fprintf(stderr, "usage: door_host DATABASE CONFIG\n");
        return 2;
    }
    block_signals();
    if (open_parts(&h, argv[1], argv[2], &err) != ASSAY_OK || watch_signals(&h, &err) != ASSAY_OK) {
        fprintf(stderr, "door_host: %s\n", err.message);
        return 1;
    }
    sources_apply(h.sources);
    pthread_create(&thread, NULL, answer, &h);
    pthread_detach(thread);
    printf("ready\n");
    fflush(stdout);
    loop_run(h.loop);
    intake_close(h.intake);
    loop_watch_remove(h.signals);
    loop_close(h.loop);
    bus_close(h.bus);
    catalog_close(h.catalog);
    store_close(h.reader);
    store_close(h.writer);
    return 0;
}
