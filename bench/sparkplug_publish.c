/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One edge node that publishes as fast as it is read: births, then MESSAGES data messages of
 * METRICS doubles by alias, each with its time. Made beforehand, so that sending costs little.
 * Prints the seconds it took, until the last PUBACK with QoS 1. sparkplug_publish PORT MESSAGES
 * METRICS QOS */
#include "read/spb.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { window = 512 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void put_length(buf *out, size_t n)
{
    do {
        buf_add_char(out, (char)((n & 127) | (n > 127 ? 128 : 0)));
    } while (n >>= 7);
}

static void put_text(buf *out, const char *text)
{
    size_t n = strlen(text);
    buf_add_char(out, (char)(n >> 8));
    buf_add_char(out, (char)n);
    buf_add(out, text, n);
}

static void put_publish(buf *out, const char *topic, const spb_payload *p, int qos, unsigned id)
{
    buf payload = BUF_INIT;
    spb_write(p, &payload);
    buf_add_char(out, (char)(0x30 | qos << 1));
    put_length(out, 2 + strlen(topic) + (qos ? 2 : 0) + payload.length);
    put_text(out, topic);
    if (qos) {
        buf_add_char(out, (char)(id >> 8));
        buf_add_char(out, (char)id);
    }
    buf_add(out, payload.data, payload.length);
    buf_done(&payload);
}

static void births(buf *out, int metrics)
{
    spb_metric bdseq = {.name = "bdSeq",
                        .name_length = 5,
                        .type = SPB_UINT64,
                        .field = SPB_IN_LONG,
                        .has = SPB_HAS_NAME | SPB_HAS_TYPE};
    spb_metric *all = calloc((size_t)metrics, sizeof *all);
    char(*names)[16] = calloc((size_t)metrics, sizeof *names);
    spb_payload p = {.metrics = &bdseq, .n = 1, .has_seq = true};
    put_publish(out, "spBv1.0/G/NBIRTH/N", &p, 0, 0);
    for (int i = 0; i < metrics; i++) {
        snprintf(names[i], sizeof names[i], "m%d", i);
        all[i] = (spb_metric){.name = names[i],
                              .name_length = (uint32_t)strlen(names[i]),
                              .type = SPB_DOUBLE,
                              .alias = (uint64_t)i,
                              .has = SPB_HAS_NAME | SPB_HAS_TYPE | SPB_HAS_ALIAS | SPB_IS_NULL};
    }
    p = (spb_payload){.metrics = all, .n = (size_t)metrics, .seq = 1, .has_seq = true};
    put_publish(out, "spBv1.0/G/DBIRTH/N/D", &p, 0, 0);
    free(all);
    free(names);
}

static void data(buf *out, int message, int metrics, int qos)
{
    static spb_metric all[SPB_METRICS_MAX];
    uint64_t time = UINT64_C(1767597600000) + (uint64_t)message;
    for (int i = 0; i < metrics; i++) {
        double x = (double)(24000 + (message * 7 + i * 13) % 1000) / 1000;
        all[i] = (spb_metric){.alias = (uint64_t)i,
                              .timestamp = time,
                              .field = SPB_IN_DOUBLE,
                              .has = SPB_HAS_ALIAS | SPB_HAS_TIMESTAMP};
        memcpy(&all[i].value.bits, &x, sizeof x);
    }
    spb_payload p = {.metrics = all,
                     .n = (size_t)metrics,
                     .seq = (uint64_t)(message + 2) % 256,
                     .has_seq = true,
                     .timestamp = time,
                     .has_timestamp = true};
    put_publish(out, "spBv1.0/G/DDATA/N/D", &p, qos, (unsigned)(message % 65535) + 1);
}

static void send_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t sent = write(fd, bytes, n);
        if (sent <= 0) {
            perror("write");
            exit(1);
        }
        bytes += sent;
        n -= (size_t)sent;
    }
}

/* At most `window` messages of QoS 1 are under way. */
static void publish(int fd, const buf *b, const size_t *end, int messages, int qos)
{
    size_t answered = 0, from = end[0];
    char in[65536];
    if (!qos) {
        send_all(fd, b->data + from, b->length - from);
        return;
    }
    for (int sent = 0; answered < 4 * (size_t)messages;) {
        int most = (int)(answered / 4) + window;
        most = most < messages ? most : messages;
        if (most > sent) {
            send_all(fd, b->data + end[sent], end[most] - end[sent]);
            sent = most;
        }
        ssize_t n = read(fd, in, sizeof in);
        if (n <= 0)
            exit(1);
        answered += (size_t)n;
    }
}

static int connect_to(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    static const char hello[] = "\x10\x10\0\x04MQTT\x04\x02\0\x3c\0\x04"
                                "edge";
    char answer[4];
    if (connect(fd, (struct sockaddr *)&to, sizeof to) || write(fd, hello, 18) != 18 ||
        read(fd, answer, 4) != 4 || answer[3]) {
        fprintf(stderr, "cannot connect\n");
        exit(1);
    }
    return fd;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    int messages = atoi(argv[2]), metrics = atoi(argv[3]), qos = atoi(argv[4]);
    buf b = BUF_INIT;
    size_t *end = calloc((size_t)messages + 1, sizeof *end);
    births(&b, metrics);
    end[0] = b.length;
    for (int i = 0; i < messages; i++) {
        data(&b, i, metrics, qos);
        end[i + 1] = b.length;
    }
    int fd = connect_to(atoi(argv[1]));
    double began = now();
    send_all(fd, b.data, end[0]);
    publish(fd, &b, end, messages, qos);
    printf("%.4f\n", now() - began);
    fflush(stdout);
    static const char bye[] = "\xe0\0";
    shutdown(fd, write(fd, bye, 2) == 2 ? SHUT_WR : SHUT_RDWR);
    char rest[4096];
    while (read(fd, rest, sizeof rest) > 0)
        ;
    close(fd);
    return 0;
}
