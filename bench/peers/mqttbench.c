/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqttbench - a raw-socket MQTT 3.1.1 load generator and counting subscriber (one process, two or three threads).
 *
 *   cc -O2 -o mqttbench mqttbench.c -pthread
 *   ./mqttbench HOST PORT max  QOS BYTES COUNT WINDOW [BATCH]   largest lossless rate: at most WINDOW messages under way
 *   ./mqttbench HOST PORT rate QOS BYTES PER_SECOND SECONDS     paced; prints end-to-end latency p50/p90/p99/p99.9/max
 *   ./mqttbench HOST PORT spb  QOS METRICS COUNT WINDOW         Sparkplug-like payload of METRICS metrics, decoded by the receiver
 *   ./mqttbench HOST PORT drate QOS BYTES PER_SECOND SECONDS    the same without a broker: the receiver itself listens on PORT
 *   ./mqttbench HOST PORT direct QOS BYTES COUNT WINDOW         no broker: the receiver itself listens on PORT and parses
 *
 * Every message carries the sender's monotonic clock, so both ends must run on one machine.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec * 1e-9; }
static double tcpu(void) { struct timespec t; clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); return t.tv_sec + t.tv_nsec * 1e-9; }
static int64_t ns(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000ll + t.tv_nsec; }
static void die(const char *s) { perror(s); exit(1); }

static const char *host;
static int port, qos, bytes, metrics, spb, direct;
static long count, window, batch = 32;
static atomic_long received, acked, metric_count;
static double *lat;
static long nlat;
static double checksum, sub_cpu;
static atomic_int ready;

static int tcp(void)
{
    int s = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
    inet_pton(AF_INET, host, &a.sin_addr);
    for (int i = 0; connect(s, (void *)&a, sizeof a); i++) { if (i > 50) die("connect"); usleep(100000); close(s); s = socket(AF_INET, SOCK_STREAM, 0); }
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return s;
}
static void wr(int s, const void *b, size_t n)
{
    const char *p = b;
    while (n) { ssize_t r = write(s, p, n); if (r <= 0) { if (errno == EINTR) continue; die("write"); } p += r; n -= r; }
}
static void rd(int s, void *b, size_t n)
{
    char *p = b;
    while (n) { ssize_t r = read(s, p, n); if (r <= 0) die("read"); p += r; n -= r; }
}
static void mqtt_connect(int s, const char *id)
{
    uint8_t b[64] = { 0x10, 0, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, (uint8_t)strlen(id) }, r[4];
    memcpy(b + 14, id, strlen(id));
    b[1] = (uint8_t)(12 + strlen(id));
    wr(s, b, 14 + strlen(id));
    rd(s, r, 4);
    if (r[0] != 0x20 || r[3]) { fprintf(stderr, "refused\n"); exit(1); }
}
static int varlen(uint8_t *p, uint32_t v) { int n = 0; do { p[n] = v & 127; v >>= 7; if (v) p[n] |= 128; n++; } while (v); return n; }

/* protobuf: the subset a Sparkplug B payload needs */
static uint8_t *pv(uint8_t *p, uint64_t v) { while (v >= 128) { *p++ = (uint8_t)(v | 128); v >>= 7; } *p++ = (uint8_t)v; return p; }
static size_t spb_build(uint8_t *b, int n, uint64_t ms, uint64_t seq)
{   /* Payload { 1: timestamp, 2: Metric { 2: alias, 3: timestamp, 4: datatype, 13: double }, 3: seq } */
    uint8_t *p = b;
    *p++ = 0x08; p = pv(p, ms);
    for (int i = 0; i < n; i++) {
        uint8_t t[64], *q = t;
        double v = 10.0 + i * 0.001;
        *q++ = 0x10; q = pv(q, 1000 + i);
        *q++ = 0x18; q = pv(q, ms);
        *q++ = 0x20; *q++ = 10;
        *q++ = 0x69; memcpy(q, &v, 8); q += 8;
        *p++ = 0x12; p = pv(p, (uint64_t)(q - t));
        memcpy(p, t, (size_t)(q - t)); p += q - t;
    }
    *p++ = 0x18; p = pv(p, seq);
    return (size_t)(p - b);
}
static inline const uint8_t *gv(const uint8_t *p, uint64_t *v)
{
    uint64_t x = *p & 127; int s = 7;
    while (*p++ & 128) { x |= (uint64_t)(*p & 127) << s; s += 7; }
    *v = x;
    return p;
}
static int spb_decode(const uint8_t *p, const uint8_t *e, double *sum)
{
    int n = 0; uint64_t k, v;
    while (p < e) {
        p = gv(p, &k);
        if (k == 0x12) {
            p = gv(p, &v);
            const uint8_t *f = p + v; uint64_t alias = 0, t = 0; double d = 0;
            while (p < f) {
                p = gv(p, &k);
                if (k == 0x10) p = gv(p, &alias);
                else if (k == 0x18) p = gv(p, &t);
                else if (k == 0x69) { memcpy(&d, p, 8); p += 8; }
                else if ((k & 7) == 0) p = gv(p, &v);
                else if ((k & 7) == 1) p += 8;
                else if ((k & 7) == 5) p += 4;
                else { p = gv(p, &v); p += v; }
            }
            *sum += d + (double)(alias & 1);
            n++;
        } else if ((k & 7) == 0) p = gv(p, &v);
        else if ((k & 7) == 1) p += 8;
        else { p = gv(p, &v); p += v; }
    }
    return n;
}

static void *subscriber(void *arg)
{
    int s; (void)arg;
    size_t cap = 1 << 20, have = 0;
    uint8_t *b = malloc(cap), *ack = malloc(1 << 20);
    if (direct) {
        int l = socket(AF_INET, SOCK_STREAM, 0), one = 1;
        struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
        inet_pton(AF_INET, host, &a.sin_addr);
        setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        if (bind(l, (void *)&a, sizeof a) || listen(l, 1)) die("listen");
        ready = 1;
        s = accept(l, 0, 0);
        setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    } else {
        s = tcp();
        mqtt_connect(s, "bench-sub");
        uint8_t q[32] = { 0x82, 0, 0, 1, 0, 7, 'b', 'e', 'n', 'c', 'h', '/', '#', (uint8_t)qos }, r[5];
        q[1] = 12;
        wr(s, q, 14);
        rd(s, r, 5);
        ready = 1;
    }
    double c0 = tcpu();
    while (received < count) {
        ssize_t r = read(s, b + have, cap - have);
        if (r <= 0) break;
        have += r;
        size_t at = 0, an = 0; long got = 0, mt = 0;
        int64_t t = lat ? ns() : 0;
        for (;;) {
            if (have - at < 2) break;
            uint32_t len = 0; int sh = 0; size_t h = at + 1;
            while (h < have && (b[h] & 128)) { len |= (uint32_t)(b[h++] & 127) << sh; sh += 7; }
            if (h >= have) break;
            len |= (uint32_t)b[h++] << sh;
            if (have - h < len) break;
            int type = b[at] >> 4;
            if (type == 3) {
                int q = b[at] >> 1 & 3; size_t tl = (size_t)b[h] << 8 | b[h + 1], p = h + 2 + tl;
                if (q) { ack[an++] = 0x40; ack[an++] = 2; ack[an++] = b[p]; ack[an++] = b[p + 1]; p += 2; }
                if (spb) mt += spb_decode(b + p, b + h + len, &checksum);
                else if (lat && nlat < count) { int64_t u; memcpy(&u, b + p, 8); lat[nlat++] = (double)(t - u) * 1e-3; }
                got++;
            } else if (type == 1) { uint8_t ok[4] = { 0x20, 2, 0, 0 }; wr(s, ok, 4); }
            at = h + len;
        }
        if (an) wr(s, ack, an);
        memmove(b, b + at, have - at);
        have -= at;
        if (mt) metric_count += mt;
        if (got) received += got;
    }
    sub_cpu = tcpu() - c0;
    return 0;
}
static int pub_fd;
static void *ackreader(void *arg)
{
    uint8_t b[65536]; long carry = 0; (void)arg;
    while (acked < count) { ssize_t r = read(pub_fd, b, sizeof b); if (r <= 0) break; carry += r; acked += carry / 4; carry %= 4; }
    return 0;
}
static int cmp(const void *a, const void *b) { double x = *(double *)a, y = *(double *)b; return x < y ? -1 : x > y; }

int main(int argc, char **argv)
{
    if (argc < 8) { fprintf(stderr, "see the head of the source\n"); return 2; }
    host = argv[1]; port = atoi(argv[2]); qos = atoi(argv[4]);
    int paced = !strcmp(argv[3], "rate") || !strcmp(argv[3], "drate");
    double rate = 0, seconds = 0;
    spb = !strcmp(argv[3], "spb"); direct = !strcmp(argv[3], "direct") || !strcmp(argv[3], "drate");
    if (paced) { bytes = atoi(argv[5]); rate = atof(argv[6]); seconds = atof(argv[7]); count = (long)(rate * seconds); window = 1 << 30; lat = malloc(sizeof *lat * (size_t)count); }
    else { if (spb) metrics = atoi(argv[5]); else bytes = atoi(argv[5]); count = atol(argv[6]); window = atol(argv[7]); if (argc > 8) batch = atol(argv[8]); }
    pthread_t ts, ta;
    pthread_create(&ts, 0, subscriber, 0);
    while (!ready) usleep(1000);
    int s = pub_fd = tcp();
    mqtt_connect(s, "bench-pub");
    if (qos) pthread_create(&ta, 0, ackreader, 0);
    size_t mcap = 65536 + (size_t)bytes + (size_t)metrics * 64;
    uint8_t *buf = malloc(mcap * 2), *pay = calloc(1, mcap);
    size_t n = spb ? spb_build(pay, metrics, 1767225600000ull, 1) : (size_t)bytes;
    double t0 = now(), c0 = tcpu();
    long sent = 0;
    uint16_t id = 0;
    while (sent < count) {
        long k;
        if (paced) {
            long due = (long)((now() - t0) * rate);
            if (due <= sent) { struct timespec z = { 0, 20000 }; nanosleep(&z, 0); continue; }
            k = due - sent;
            if (k > 256) k = 256;
        } else {
            while (sent - received >= window || (qos && sent - acked >= (window < 60000 ? window : 60000))) { struct timespec z = { 0, 20000 }; nanosleep(&z, 0); }
            k = batch;
        }
        if (k > count - sent) k = count - sent;
        uint8_t *p = buf;
        for (long i = 0; i < k; i++) {
            static const char topic[] = "bench/line1/m42";
            *p++ = (uint8_t)(0x30 | qos << 1);
            p += varlen(p, (uint32_t)(2 + sizeof topic - 1 + (qos ? 2 : 0) + n));
            *p++ = 0; *p++ = sizeof topic - 1;
            memcpy(p, topic, sizeof topic - 1); p += sizeof topic - 1;
            if (qos) { if (!++id) id = 1; *p++ = id >> 8; *p++ = id & 255; }
            memcpy(p, pay, n);
            if (!spb) { int64_t t = ns(); memcpy(p, &t, 8); }
            p += n;
            if ((size_t)(p - buf) + n + 64 > mcap * 2 || p - buf > 60000) { wr(s, buf, (size_t)(p - buf)); p = buf; }
        }
        if (p > buf) wr(s, buf, (size_t)(p - buf));
        sent += k;
    }
    double t1 = now(), pc = tcpu() - c0;
    double last = now(); long seen = -1;
    while (received < count) { usleep(1000); if (received != seen) { seen = received; last = now(); } if (now() - last > 3) break; }
    double t2 = now();
    printf("%s qos %d payload %zu B: sent %ld in %.2f s, received %ld (%.3f%% lost), %.0f messages/s", argv[3], qos, n, sent, t1 - t0, (long)received, 100.0 * (double)(sent - received) / (double)sent, (double)received / (t2 - t0));
    if (spb) printf(", %.2f M metrics/s", (double)metric_count / (t2 - t0) / 1e6);
    printf(", pub cpu %.2f us/msg", pc / (double)sent * 1e6);
    if (received >= count) { pthread_join(ts, 0); printf(", sub cpu %.2f us/msg", sub_cpu / (double)received * 1e6); }
    puts("");
    if (lat && nlat) { qsort(lat, (size_t)nlat, sizeof *lat, cmp); printf("latency us: p50 %.0f p90 %.0f p99 %.0f p99.9 %.0f max %.0f\n", lat[nlat / 2], lat[nlat * 9 / 10], lat[nlat * 99 / 100], lat[nlat * 999 / 1000], lat[nlat - 1]); }
    fflush(stdout);
    _exit(0);
}
