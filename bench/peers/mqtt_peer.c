/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both ends of a bare MQTT 3.1.1 path: the sender that all receivers share, and a receiver that
 * only parses, acknowledges and counts. What a source reaches is told as a ratio to it.
 *
 *   mqtt_peer send PORT QOS COUNT WINDOW SERIES   plain numbers on SERIES topics, at most WINDOW
 *                                                 without PUBACK; to the last PUBACK
 *   mqtt_peer count PORT QOS COUNT                subscribes to everything; "ready", then to the
 *                                                 last message
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 1 << 18, BATCH = 400, MESSAGE_ROOM = 64 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void die(const char *what)
{
    fprintf(stderr, "mqtt_peer: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void send_all(int fd, const uint8_t *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t sent = send(fd, bytes + at, n - at, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            die("send");
        at += sent > 0 ? (size_t)sent : 0;
    }
}

static void receive_all(int fd, uint8_t *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t got = recv(fd, bytes + at, n - at, 0);
        if (got <= 0)
            die("receive");
        at += (size_t)got;
    }
}

static int call(int port, const char *client, bool is_clean)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    uint8_t hello[64] = {0x10, (uint8_t)(12 + strlen(client)), 0, 4, 'M', 'Q', 'T', 'T', 4};
    hello[9] = is_clean ? 2 : 0;
    hello[13] = (uint8_t)strlen(client);
    memcpy(hello + 14, client, strlen(client));
    send_all(fd, hello, 14 + strlen(client));
    receive_all(fd, hello, 4);
    if (hello[0] != 0x20 || hello[3] != 0) {
        fprintf(stderr, "mqtt_peer: refused with %d\n", hello[3]);
        exit(1);
    }
    return fd;
}

/* -- sender ------------------------------------------------------------------------------ */

static size_t put_message(uint8_t *p, int qos, long i, int series)
{
    char topic[32], value[16];
    size_t t = (size_t)snprintf(topic, sizeof topic, "bench/line1/m%d", (int)(i % series));
    size_t v = (size_t)snprintf(value, sizeof value, "24.%03d", (int)(i * 7919 % 1000));
    size_t id = qos ? 2 : 0;
    p[0] = (uint8_t)(0x30 | qos << 1);
    p[1] = (uint8_t)(2 + t + id + v);
    p[2] = 0;
    p[3] = (uint8_t)t;
    memcpy(p + 4, topic, t);
    if (qos) {
        long packet = i % 65535 + 1;
        p[4 + t] = (uint8_t)(packet >> 8);
        p[5 + t] = (uint8_t)packet;
    }
    memcpy(p + 4 + t + id, value, v);
    return 4 + t + id + v;
}

/* Messages are made once and their packet identifiers set again: the sender must not be what is
 * measured. */
typedef struct {
    uint8_t *bytes;
    size_t *at; /* [count + 1] */
    size_t *id; /* place of the identifier */
    long count;
} prepared;

static prepared prepare(int qos, int series)
{
    prepared p = {.count = (long)BATCH * series};
    p.bytes = malloc((size_t)p.count * MESSAGE_ROOM);
    p.at = malloc((size_t)(p.count + 1) * sizeof *p.at);
    p.id = malloc((size_t)p.count * sizeof *p.id);
    if (!p.bytes || !p.at || !p.id)
        die("memory");
    p.at[0] = 0;
    for (long i = 0; i < p.count; i++) {
        p.at[i + 1] = p.at[i] + put_message(p.bytes + p.at[i], qos, i, series);
        p.id[i] = p.at[i] + 4 + p.bytes[p.at[i] + 3];
    }
    return p;
}

static void number_messages(prepared *p, long from, long n, long sent)
{
    for (long i = 0; i < n; i++) {
        long packet = (sent + i) % 65535 + 1;
        p->bytes[p->id[from + i]] = (uint8_t)(packet >> 8);
        p->bytes[p->id[from + i] + 1] = (uint8_t)packet;
    }
}

/* PUBACKs that have come, of four bytes each; waits for some when told to. */
static long take_acks(int fd, bool waits)
{
    static uint8_t bytes[65536];
    static size_t carry;
    struct pollfd p = {fd, POLLIN, 0};
    if (poll(&p, 1, waits ? 30000 : 0) <= 0) {
        if (waits)
            die("no acknowledgement for 30 s");
        return 0;
    }
    ssize_t got = recv(fd, bytes, sizeof bytes, 0);
    if (got <= 0)
        die("receive");
    carry += (size_t)got;
    long n = (long)(carry / 4);
    carry %= 4;
    return n;
}

static void send_messages(int port, int qos, long count, long window, int series)
{
    int fd = call(port, "bench-sender", false);
    prepared p = prepare(qos, series);
    double begin = now_s();
    long sent = 0, acknowledged = 0;
    while (sent < count || (qos && acknowledged < count)) {
        long from = sent % p.count, n = count - sent < BATCH ? count - sent : BATCH;
        n = n < p.count - from ? n : p.count - from;
        bool has_window = !qos || sent - acknowledged + n <= window;
        if (n > 0 && has_window) {
            if (qos)
                number_messages(&p, from, n, sent);
            send_all(fd, p.bytes + p.at[from], p.at[from + n] - p.at[from]);
            sent += n;
        }
        if (qos)
            acknowledged += take_acks(fd, n == 0 || !has_window);
    }
    double seconds = now_s() - begin;
    printf("messages %ld seconds %.3f per_s %.0f\n", count, seconds, (double)count / seconds);
}

/* -- receiver ---------------------------------------------------------------------------- */

typedef struct {
    long messages;
    uint8_t acks[BUFFER];
    size_t ack_bytes;
} counted;

/* Whole packets from the front; returns the bytes used. */
static size_t count_packets(const uint8_t *b, size_t n, counted *c)
{
    size_t at = 0;
    while (n - at >= 2) {
        size_t length = 0, h = at + 1;
        for (int shift = 0; h < n; shift += 7) {
            length |= (size_t)(b[h] & 127) << shift;
            if (!(b[h++] & 128))
                break;
        }
        if (b[h - 1] & 128 || n - h < length)
            break;
        if (b[at] >> 4 == 3) {
            size_t topic = (size_t)b[h] << 8 | b[h + 1];
            if (b[at] >> 1 & 3) {
                const uint8_t ack[] = {0x40, 2, b[h + 2 + topic], b[h + 3 + topic]};
                memcpy(c->acks + c->ack_bytes, ack, 4);
                c->ack_bytes += 4;
            }
            c->messages++;
        }
        at = h + length;
    }
    return at;
}

static void count_messages(int port, int qos, long count)
{
    static uint8_t bytes[BUFFER];
    static counted c;
    size_t have = 0;
    int fd = call(port, "bench-counter", true);
    const uint8_t subscribe[] = {0x82, 6, 0, 1, 0, 1, '#', (uint8_t)qos};
    uint8_t answer[5];
    send_all(fd, subscribe, sizeof subscribe);
    receive_all(fd, answer, sizeof answer);
    printf("ready\n");
    fflush(stdout);
    double begin = 0;
    while (c.messages < count) {
        ssize_t got = recv(fd, bytes + have, sizeof bytes - have, 0);
        if (got <= 0)
            die("receive");
        if (begin == 0)
            begin = now_s();
        have += (size_t)got;
        size_t used = count_packets(bytes, have, &c);
        memmove(bytes, bytes + used, have - used);
        have -= used;
        send_all(fd, c.acks, c.ack_bytes);
        c.ack_bytes = 0;
    }
    double seconds = now_s() - begin;
    printf("messages %ld seconds %.3f per_s %.0f\n", c.messages, seconds,
           (double)c.messages / seconds);
}

int main(int argc, char **argv)
{
    if (argc == 7 && strcmp(argv[1], "send") == 0)
        send_messages(atoi(argv[2]), atoi(argv[3]), atol(argv[4]), atol(argv[5]), atoi(argv[6]));
    else if (argc == 5 && strcmp(argv[1], "count") == 0)
        count_messages(atoi(argv[2]), atoi(argv[3]), atol(argv[4]));
    else {
        fprintf(stderr, "see the head of the source\n");
        return 2;
    }
    return 0;
}
