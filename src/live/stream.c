/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of a stream is what it waits for: an address, a connection, a handshake, bytes.
 *
 * All bytes are read into one large buffer that the streams of a thread share, since most are used
 * at once; only what was not used stands in a stream's own. A failure is told from the loop alone:
 * a failed write shuts the socket down, and the loop finds it ended. */
#include "live/stream.h"

#include "base/i18n.h"

#include "live/stream_resolve.h"
#include "live/stream_tls.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { SHARED_BYTES = 256 * 1024, OWN_STEP = 64 * 1024, TLS_RECORDS = 16, OWN_LIMIT = 1 << 20 };

typedef enum { RESOLVING, CONNECTING, SHAKING_HANDS, OPEN, OVER } stream_state;

struct stream {
    loop *loop;
    stream_events events;
    stream_state state;
    int fd;
    loop_watch *watch;
    uint32_t wanted;
    char *host, *port;
    stream_tls *tls;
    SSL *ssl;
    resolved addresses;
    size_t next_address;
    buf in, out;
    size_t sent; /* of out */
    size_t limit;
    bool is_paused, wants_write;
    bool in_callback, is_freed; /* freed inside a callback: really freed when it returns */
    char why[200];
};

static _Thread_local uint8_t *shared;
static pthread_key_t shared_key; /* frees it with its thread */
static pthread_once_t shared_once = PTHREAD_ONCE_INIT;

static void make_shared_key(void)
{
    (void)pthread_key_create(&shared_key, free);
}

static bool shared_reserve(void)
{
    if (shared)
        return true;
    pthread_once(&shared_once, make_shared_key);
    shared = malloc(SHARED_BYTES);
    (void)pthread_setspecific(shared_key, shared);
    return shared != NULL;
}

static void ready(void *context, uint32_t events);

/* -- life ------------------------------------------------------------------------------ */

static void drop_socket(stream *s)
{
    SSL_free(s->ssl);
    s->ssl = NULL;
    loop_watch_remove(s->watch);
    s->watch = NULL;
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

static void really_free(stream *s)
{
    drop_socket(s);
    buf_done(&s->in);
    buf_done(&s->out);
    free(s->host);
    free(s->port);
    free(s);
}

void stream_free(stream *s)
{
    if (!s)
        return;
    s->is_freed = true;
    s->state = OVER;
    if (!s->in_callback)
        really_free(s);
}

static void end(stream *s)
{
    drop_socket(s);
    s->state = OVER;
    s->events.closed(s->events.context, s->why);
}

/* Bytes that OpenSSL holds already: the socket will not announce them. */
static bool has_hidden(const stream *s)
{
    return s->state == OPEN && s->ssl && !s->is_paused && SSL_pending(s->ssl) > 0;
}

static void watch(stream *s)
{
    bool is_writing = s->state == CONNECTING || s->wants_write || has_hidden(s) ||
                      (s->state == OPEN && s->out.length > s->sent);
    uint32_t wanted =
        (s->is_paused && s->state == OPEN ? 0 : EPOLLIN) | (is_writing ? EPOLLOUT : 0);
    if (s->watch && wanted != s->wanted)
        loop_watch_change(s->watch, wanted);
    s->wanted = wanted;
}

static assay_status take_socket(stream *s, int fd, assay_err *err)
{
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
    s->wanted = EPOLLIN | EPOLLOUT;
    assay_status status = loop_watch_add(s->loop, fd, s->wanted, ready, s, &s->watch, err);
    if (status == ASSAY_OK)
        s->fd = fd;
    return status;
}

/* -- connecting ------------------------------------------------------------------------ */

/* The next address that can be tried; false: none is left and `why` says what was wrong last. */
static bool try_address(stream *s)
{
    drop_socket(s);
    while (s->next_address < s->addresses.count) {
        const struct sockaddr_storage *a = &s->addresses.address[s->next_address];
        socklen_t length = s->addresses.length[s->next_address++];
        int fd = socket(a->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        bool is_trying = fd >= 0 && (connect(fd, (const struct sockaddr *)a, length) == 0 ||
                                     errno == EINPROGRESS);
        if (is_trying && take_socket(s, fd, NULL) == ASSAY_OK) {
            s->state = CONNECTING;
            return true;
        }
        snprintf(s->why, sizeof s->why, N_("cannot connect to %s port %s: %s"), s->host, s->port,
                 strerror(errno));
        if (fd >= 0)
            close(fd);
    }
    return false;
}

static bool take_addresses(stream *s)
{
    ssize_t n = recv(s->fd, &s->addresses, sizeof s->addresses, 0);
    if (n != (ssize_t)sizeof s->addresses || s->addresses.count == 0) {
        snprintf(s->why, sizeof s->why, N_("cannot find the host %s: %s"), s->host,
                 n == (ssize_t)sizeof s->addresses ? gai_strerror(s->addresses.error)
                                                   : N_("no answer"));
        return false;
    }
    return try_address(s);
}

static bool take_connection(stream *s)
{
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error) {
        snprintf(s->why, sizeof s->why, N_("cannot connect to %s port %s: %s"), s->host, s->port,
                 strerror(error));
        return try_address(s);
    }
    s->state = s->tls ? SHAKING_HANDS : OPEN;
    if (s->tls && !(s->ssl = stream_tls_begin(s->tls, s->fd, s->host))) {
        snprintf(s->why, sizeof s->why, "no memory for TLS");
        return false;
    }
    return true;
}

static bool shake_hands(stream *s)
{
    ERR_clear_error();
    int n = SSL_do_handshake(s->ssl);
    s->wants_write = false;
    if (n == 1) {
        s->state = OPEN;
        return true;
    }
    int error = SSL_get_error(s->ssl, n);
    s->wants_write = error == SSL_ERROR_WANT_WRITE;
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        return true;
    if (error == SSL_ERROR_SYSCALL || error == SSL_ERROR_ZERO_RETURN)
        snprintf(s->why, sizeof s->why, N_("the peer ended the TLS handshake"));
    else
        stream_tls_why(s->ssl, s->why, sizeof s->why);
    return false;
}

/* -- reading ------------------------------------------------------------------------------------
 */

/* Bytes read; 0: none now; -1: over, `why` says how. */
static ssize_t read_tls(stream *s, void *to, size_t room)
{
    ERR_clear_error();
    int n = SSL_read(s->ssl, to, room > 1 << 30 ? 1 << 30 : (int)room);
    if (n > 0)
        return n;
    int error = SSL_get_error(s->ssl, n);
    s->wants_write = error == SSL_ERROR_WANT_WRITE;
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        return 0;
    if (error == SSL_ERROR_ZERO_RETURN || error == SSL_ERROR_SYSCALL)
        snprintf(s->why, sizeof s->why, N_("the connection was closed by the peer"));
    else
        stream_tls_why(s->ssl, s->why, sizeof s->why);
    return -1;
}

static ssize_t read_plain(stream *s, void *to, size_t room)
{
    ssize_t n = read(s->fd, to, room);
    if (n > 0)
        return n;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    snprintf(s->why, sizeof s->why, N_("the connection was closed by the peer%s%s"),
             n < 0 ? ": " : "", n < 0 ? strerror(errno) : "");
    return -1;
}

/* Fills to[0..room) as far as it goes; several TLS records at once. */
static ssize_t read_some(stream *s, uint8_t *to, size_t room)
{
    if (!s->ssl)
        return read_plain(s, to, room);
    size_t have = 0;
    for (int i = 0; have < room && i < TLS_RECORDS; i++) {
        ssize_t n = read_tls(s, to + have, room - have);
        if (n < 0 && have == 0)
            return -1;
        if (n <= 0)
            break;
        have += (size_t)n;
    }
    return (ssize_t)have;
}

static size_t offer(stream *s, const uint8_t *bytes, size_t n)
{
    size_t used = n && !s->is_paused ? s->events.data(s->events.context, bytes, n) : 0;
    return used < n ? used : n;
}

/* What stands in the own buffer goes first. */
static void offer_own(stream *s)
{
    size_t used = offer(s, (const uint8_t *)s->in.data, s->in.length);
    if (s->is_freed || used == 0)
        return;
    memmove(s->in.data, s->in.data + used, s->in.length - used);
    s->in.length -= used;
    if (s->in.length == 0 && s->in.room > OWN_STEP)
        buf_done(&s->in);
}

static bool read_behind_own(stream *s)
{
    if (s->in.length > s->limit) {
        snprintf(s->why, sizeof s->why, N_("more than %zu bytes wait for their end"), s->limit);
        return false;
    }
    if (!buf_reserve(&s->in, OWN_STEP)) {
        snprintf(s->why, sizeof s->why, "no memory for what the peer sends");
        return false;
    }
    ssize_t n = read_some(s, (uint8_t *)s->in.data + s->in.length, s->in.room - s->in.length);
    if (n < 0)
        return false;
    s->in.length += (size_t)n;
    if (n > 0)
        offer_own(s);
    return true;
}

static bool read_into_shared(stream *s)
{
    if (!shared_reserve())
        return read_behind_own(s);
    ssize_t n = read_some(s, shared, SHARED_BYTES);
    if (n <= 0)
        return n == 0;
    size_t used = offer(s, shared, (size_t)n);
    if (!s->is_freed && used < (size_t)n)
        buf_add(&s->in, shared + used, (size_t)n - used);
    return true;
}

static bool read_bytes(stream *s)
{
    return s->in.length ? read_behind_own(s) : read_into_shared(s);
}

/* -- writing -------------------------------------------------------------------------------------
 */

static ssize_t write_some(stream *s, const char *bytes, size_t n)
{
    if (!s->ssl) {
        ssize_t sent = send(s->fd, bytes, n, MSG_NOSIGNAL);
        return sent < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : sent;
    }
    ERR_clear_error();
    int sent = SSL_write(s->ssl, bytes, n > 1 << 30 ? 1 << 30 : (int)n);
    if (sent > 0)
        return sent;
    int error = SSL_get_error(s->ssl, sent);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static void write_bytes(stream *s)
{
    if (s->out.failed) /* a gap in what is sent would be worse than the end */
        shutdown(s->fd, SHUT_RDWR);
    while (s->sent < s->out.length) {
        ssize_t n = write_some(s, s->out.data + s->sent, s->out.length - s->sent);
        if (n == 0)
            break;
        if (n < 0) /* the loop will find the socket ended and tell */
            shutdown(s->fd, SHUT_RDWR);
        s->sent = n < 0 ? s->out.length : s->sent + (size_t)n;
    }
    if (s->sent == s->out.length) {
        s->sent = 0;
        buf_clear(&s->out);
    } else if (s->sent > OWN_STEP) {
        memmove(s->out.data, s->out.data + s->sent, s->out.length - s->sent);
        s->out.length -= s->sent;
        s->sent = 0;
    }
}

/* -- the loop -------------------------------------------------------------------------- */

static bool exchange(stream *s, uint32_t events)
{
    if (events & EPOLLOUT)
        write_bytes(s);
    if (s->is_paused && events & (EPOLLHUP | EPOLLERR)) {
        snprintf(s->why, sizeof s->why, N_("the connection was closed by the peer"));
        return false;
    }
    bool is_due = events & ~(uint32_t)EPOLLOUT || s->wants_write || has_hidden(s);
    return !is_due || s->is_paused || read_bytes(s);
}

static bool step(stream *s, uint32_t events)
{
    switch (s->state) {
    case RESOLVING:
        return take_addresses(s);
    case CONNECTING:
        if (!take_connection(s) || (s->state == SHAKING_HANDS && !shake_hands(s)))
            return false;
        break;
    case SHAKING_HANDS:
        if (!shake_hands(s))
            return false;
        break;
    default:
        return exchange(s, events);
    }
    if (s->state == OPEN && s->events.opened)
        s->events.opened(s->events.context);
    if (s->state == OPEN)
        write_bytes(s);
    return true;
}

static void ready(void *context, uint32_t events)
{
    stream *s = context;
    if (s->state == OVER)
        return;
    s->in_callback = true;
    if (!step(s, events) && !s->is_freed)
        end(s);
    s->in_callback = false;
    if (s->is_freed)
        really_free(s);
    else if (s->state != OVER)
        watch(s);
}

static stream *new_stream(loop *l, stream_tls *tls, const stream_events *events)
{
    stream *s = calloc(1, sizeof *s);
    if (s)
        *s = (stream){.loop = l, .events = *events, .tls = tls, .fd = -1, .limit = OWN_LIMIT};
    return s;
}

/* -- public ---------------------------------------------------------------------------- */

static assay_status begin(stream *s, assay_err *err)
{
    if (resolve_figures(s->host, s->port, &s->addresses) && try_address(s))
        return ASSAY_OK;
    int fd = -1;
    assay_status status = resolve_begin(s->host, s->port, &fd, err);
    if (status == ASSAY_OK && (status = take_socket(s, fd, err)) != ASSAY_OK)
        close(fd);
    s->state = RESOLVING;
    s->next_address = 0;
    if (status == ASSAY_OK)
        watch(s);
    return status;
}

assay_status stream_connect(loop *l, const char *host, const char *port, stream_tls *tls,
                            const stream_events *events, stream **out, assay_err *err)
{
    stream *s = new_stream(l, tls, events);
    if (!s || !(s->host = strdup(host)) || !(s->port = strdup(port))) {
        stream_free(s);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a connection");
    }
    assay_status status = begin(s, err);
    if (status != ASSAY_OK) {
        stream_free(s);
        return status;
    }
    *out = s;
    return ASSAY_OK;
}

assay_status stream_adopt(loop *l, int fd, stream_tls *tls, const stream_events *events,
                          stream **out, assay_err *err)
{
    stream *s = new_stream(l, tls, events);
    if (!s || (tls && !(s->ssl = stream_tls_begin(tls, fd, NULL)))) {
        stream_free(s);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a connection");
    }
    s->state = tls ? SHAKING_HANDS : CONNECTING; /* `opened` comes with the first event */
    assay_status status = take_socket(s, fd, err);
    if (status != ASSAY_OK) {
        stream_free(s);
        return status;
    }
    *out = s;
    return ASSAY_OK;
}

buf *stream_out(stream *s)
{
    return &s->out;
}

void stream_flush(stream *s)
{
    if (s->state != OPEN || s->fd < 0)
        return;
    write_bytes(s);
    watch(s);
}

void stream_flush_soon(stream *s)
{
    if (s->state == OPEN && !s->in_callback)
        watch(s);
}

size_t stream_unsent(const stream *s)
{
    return s->out.length - s->sent;
}

void stream_pause(stream *s, bool is_paused)
{
    bool is_resumed = s->is_paused && !is_paused;
    s->is_paused = is_paused;
    if (is_resumed && !s->in_callback && s->state == OPEN) {
        s->in_callback = true;
        offer_own(s);
        s->in_callback = false;
        if (s->is_freed) {
            really_free(s);
            return;
        }
    }
    if (s->state == OPEN)
        watch(s);
}

void stream_limit(stream *s, size_t bytes)
{
    s->limit = bytes;
}
