/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/fetch.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum { sockets_max = 8 };

typedef struct {
    fetch *of;
    curl_socket_t socket;
    loop_watch *watch;
} watched;

struct fetch {
    loop *loop;
    fetch_events events;
    CURLM *multi;
    CURL *easy;
    loop_timer *timer;
    watched sockets[sockets_max];
    bool is_running, has_begun;
    char error[CURL_ERROR_SIZE];
};

/* -- libcurl and the loop --------------------------------------------------------------------- */

static void tell_end(fetch *f)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(f->multi, &left))) {
        if (message->msg != CURLMSG_DONE || !f->is_running)
            continue;
        CURLcode code = message->data.result;
        curl_multi_remove_handle(f->multi, f->easy);
        f->is_running = false;
        f->events.end(f->events.context, code == CURLE_OK ? NULL
                                         : f->error[0]    ? f->error
                                                          : curl_easy_strerror(code));
        return; /* a new transfer may run */
    }
}

static void act(fetch *f, curl_socket_t socket, int what)
{
    int running;
    curl_multi_socket_action(f->multi, socket, what, &running);
    tell_end(f);
}

static void on_ready(void *context, uint32_t events)
{
    watched *w = context;
    int what = (events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0) |
               (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
               (events & EPOLLERR ? CURL_CSELECT_ERR : 0);
    act(w->of, w->socket, what);
}

static void on_time(void *context)
{
    act(context, CURL_SOCKET_TIMEOUT, 0);
}

static watched *slot_of(fetch *f, curl_socket_t socket)
{
    watched *empty = NULL;
    for (int i = 0; i < sockets_max; i++) {
        watched *w = &f->sockets[i];
        if (w->watch && w->socket == socket)
            return w;
        if (!w->watch && !empty)
            empty = w;
    }
    return empty;
}

static int want_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *unused)
{
    fetch *f = context;
    watched *w = slot_of(f, socket);
    (void)easy, (void)unused;
    if (!w)
        return -1;
    if (what == CURL_POLL_REMOVE) {
        loop_watch_remove(w->watch);
        w->watch = NULL;
        return 0;
    }
    uint32_t events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
    if (w->watch) {
        loop_watch_change(w->watch, events);
        return 0;
    }
    w->of = f;
    w->socket = socket;
    return loop_watch_add(f->loop, socket, events, on_ready, w, &w->watch, NULL) == ASSAY_OK ? 0 : -1;
}

static int want_timer(CURLM *multi, long ms, void *context)
{
    fetch *f = context;
    (void)multi;
    if (ms < 0)
        loop_timer_clear(f->timer);
    else
        loop_timer_set(f->timer, (uint64_t)ms);
    return 0;
}

/* -- the answer ------------------------------------------------------------------------------- */

static bool begin(fetch *f)
{
    long status = 0;
    char *type = NULL;
    curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(f->easy, CURLINFO_CONTENT_TYPE, &type);
    f->has_begun = true;
    return f->events.begin(f->events.context, status, type ? type : "");
}

static size_t on_data(char *bytes, size_t one, size_t length, void *context)
{
    fetch *f = context;
    if (!f->has_begun && !begin(f))
        return 0;
    switch (f->events.data(f->events.context, bytes, length * one)) {
    case FETCH_TAKEN: return length * one;
    case FETCH_LATER: return CURL_WRITEFUNC_PAUSE;
    case FETCH_STOP: break;
    }
    return 0;
}

/* -- life ------------------------------------------------------------------------------------- */

static void set_options(fetch *f)
{
    CURL *e = f->easy;
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, f);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, f->error);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(e, CURLOPT_MAXREDIRS, 3L);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT, 10L);
    curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(e, CURLOPT_USERAGENT, "assay/" ASSAY_VERSION);
    curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
    curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
    curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, want_timer);
    curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
}

assay_status fetch_open(loop *l, const fetch_events *events, fetch **out, assay_err *err)
{
    fetch *f = calloc(1, sizeof *f);
    if (!f)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a connection");
    f->loop = l;
    f->events = *events;
    assay_status status = loop_timer_new(l, on_time, f, &f->timer, err);
    f->multi = curl_multi_init();
    f->easy = curl_easy_init();
    if (status == ASSAY_OK && (!f->multi || !f->easy))
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a connection");
    if (status != ASSAY_OK) {
        fetch_close(f);
        return status;
    }
    set_options(f);
    *out = f;
    return ASSAY_OK;
}

void fetch_stop(fetch *f)
{
    if (f->is_running)
        curl_multi_remove_handle(f->multi, f->easy);
    f->is_running = false;
}

void fetch_close(fetch *f)
{
    if (!f)
        return;
    if (f->multi)
        fetch_stop(f);
    if (f->easy)
        curl_easy_cleanup(f->easy);
    if (f->multi)
        curl_multi_cleanup(f->multi);
    for (int i = 0; i < sockets_max; i++)
        loop_watch_remove(f->sockets[i].watch);
    loop_timer_free(f->timer);
    free(f);
}

assay_status fetch_get(fetch *f, const char *url, long silence_s, assay_err *err)
{
    fetch_stop(f);
    f->has_begun = false;
    f->error[0] = 0;
    curl_easy_setopt(f->easy, CURLOPT_LOW_SPEED_TIME, silence_s);
    if (curl_easy_setopt(f->easy, CURLOPT_URL, url) != CURLE_OK ||
        curl_multi_add_handle(f->multi, f->easy) != CURLM_OK)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a connection");
    f->is_running = true;
    return ASSAY_OK;
}

void fetch_go_on(fetch *f)
{
    if (f->is_running)
        curl_easy_pause(f->easy, CURLPAUSE_CONT);
}
