/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sender of line protocol that knows when its lines are durable: the source answers ("answers":
 * true) "ok N" once the first N lines are stored and evaluated.
 *
 *   live_line load PORT LINES SERIES            all at once: points a second, to the last answer
 *   live_line pace PORT RATE SECONDS SERIES DIR paced single values: time from sending a line to
 *                                               its answer; before and after it what the disk
 *                                               gives: write and fdatasync to a file in DIR
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LINE_ROOM = 80 };

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void die(const char *what)
{
    fprintf(stderr, "live_line: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int call(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void send_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0)
            die("send");
        bytes += sent;
        n -= (size_t)sent;
    }
}

/* Values of three decimals about 24.5, each series one a second. */
static size_t write_line(char *out, uint64_t i, unsigned series, uint64_t start_ns)
{
    uint64_t noise = (i * 6364136223846793005u + 1442695040888963407u) >> 33;
    uint64_t time = start_ns + i * (1000000000u / series);
    return (size_t)snprintf(out, LINE_ROOM, "bench,line=%03u value=24.%03u %llu\n",
                            (unsigned)(i % series), (unsigned)(400 + noise % 200),
                            (unsigned long long)time);
}

/* -- answers --------------------------------------------------------------------------------- */

typedef struct {
    int fd;
    uint64_t lines, done; /* to be answered, answered */
    const uint64_t *sent; /* [lines] when each was sent, or NULL */
    uint64_t *took;       /* [lines] */
    uint64_t last_ns;
} answers;

static void take_answer(answers *a, uint64_t upto)
{
    a->last_ns = now_ns();
    for (; a->done < upto && a->done < a->lines; a->done++)
        if (a->sent)
            a->took[a->done] = a->last_ns - a->sent[a->done];
}

static void *read_answers(void *context)
{
    answers *a = context;
    char text[65536];
    size_t n = 0;
    while (a->done < a->lines) {
        ssize_t got = recv(a->fd, text + n, sizeof text - 1 - n, 0);
        if (got <= 0)
            die("recv");
        text[n += (size_t)got] = 0;
        char *at = text, *end;
        for (; (end = strchr(at, '\n')); at = end + 1) {
            unsigned long long upto;
            if (sscanf(at, "ok %llu", &upto) == 1)
                take_answer(a, upto);
            else
                fprintf(stderr, "live_line: %.*s\n", (int)(end - at), at);
        }
        n -= (size_t)(at - text);
        memmove(text, at, n);
    }
    return NULL;
}

/* -- load ------------------------------------------------------------------------------------ */

static int load(int port, uint64_t lines, unsigned series)
{
    char *text = malloc(lines * LINE_ROOM);
    size_t length = 0;
    pthread_t reader;
    if (!text)
        die("memory");
    for (uint64_t i = 0; i < lines; i++)
        length += write_line(text + length, i, series, 1767225600u * 1000000000ull);
    answers a = {.fd = call(port), .lines = lines};
    uint64_t from = now_ns();
    pthread_create(&reader, NULL, read_answers, &a);
    send_all(a.fd, text, length);
    uint64_t sent = now_ns();
    pthread_join(reader, NULL);
    double took = (double)(a.last_ns - from) * 1e-9;
    printf("lines %llu series %u bytes %zu sent_s %.3f durable_s %.3f points_per_s %.0f\n",
           (unsigned long long)lines, series, length, (double)(sent - from) * 1e-9, took,
           (double)lines / took);
    free(text);
    return 0;
}

/* -- pace ------------------------------------------------------------------------------------ */

static int by_size(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return (a > b) - (a < b);
}

static void report(const char *what, uint64_t *took, uint64_t n)
{
    qsort(took, n, sizeof *took, by_size);
    printf("%s n %llu p50_us %.0f p90_us %.0f p99_us %.0f p999_us %.0f max_us %.0f\n", what,
           (unsigned long long)n, (double)took[n / 2] * 1e-3, (double)took[n * 9 / 10] * 1e-3,
           (double)took[n * 99 / 100] * 1e-3, (double)took[n * 999 / 1000] * 1e-3,
           (double)took[n - 1] * 1e-3);
}

static void wait_until(uint64_t due)
{
    struct timespec t = {(time_t)(due / 1000000000u), (long)(due % 1000000000u)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static int open_log(const char *folder)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/bare.log", folder);
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (fd < 0 || unlink(path) != 0)
        die(path);
    return fd;
}

static void keep(int fd, const char *text, size_t n)
{
    if (write(fd, text, n) != (ssize_t)n || fdatasync(fd) != 0)
        die("fdatasync");
}

/* One line a call, each timed alone: a stall of the disk is one call, however long. */
static void bare_calls(const char *folder, uint64_t lines, unsigned series, uint64_t step,
                       uint64_t *took)
{
    char line[LINE_ROOM];
    int fd = open_log(folder);
    uint64_t from = now_ns() + 1000000;
    for (uint64_t i = 0; i < lines; i++) {
        size_t n = write_line(line, i, series, 1767225600u * 1000000000ull);
        wait_until(from + i * step);
        uint64_t begun = now_ns();
        keep(fd, line, n);
        took[i] = now_ns() - begun;
    }
    close(fd);
}

/* What no server can beat: all lines that are due in one call, each timed from when it was due, so
 * that those wait which come while the disk is busy. */
static void bare_groups(const char *folder, uint64_t lines, unsigned series, uint64_t step,
                        uint64_t *took)
{
    char *text = malloc(lines * LINE_ROOM);
    int fd = open_log(folder);
    if (!text)
        die("memory");
    uint64_t from = now_ns() + 1000000;
    for (uint64_t done = 0, due = 0; done < lines; done = due) {
        size_t n = 0;
        wait_until(from + due * step);
        for (uint64_t now = now_ns(); due < lines && from + due * step <= now; due++)
            n += write_line(text + n, due, series, 1767225600u * 1000000000ull);
        keep(fd, text, n);
        uint64_t now = now_ns();
        for (uint64_t i = done; i < due; i++)
            took[i] = now - (from + i * step);
    }
    close(fd);
    free(text);
}

static int pace(int port, uint64_t rate, uint64_t seconds, unsigned series, const char *folder)
{
    uint64_t lines = rate * seconds, step = 1000000000u / rate;
    uint64_t *sent = malloc(lines * sizeof *sent), *took = malloc(lines * sizeof *took);
    char line[LINE_ROOM];
    pthread_t reader;
    if (!sent || !took)
        die("memory");
    bare_calls(folder, lines / 2, series, step, took);
    report("bare-calls-before", took, lines / 2);
    bare_groups(folder, lines / 2, series, step, took);
    report("bare-groups-before", took, lines / 2);
    answers a = {.fd = call(port), .lines = lines, .sent = sent, .took = took};
    pthread_create(&reader, NULL, read_answers, &a);
    uint64_t from = now_ns() + 1000000;
    for (uint64_t i = 0; i < lines; i++) {
        size_t n = write_line(line, i, series, 1769904000u * 1000000000ull);
        wait_until(from + i * step);
        sent[i] = now_ns();
        send_all(a.fd, line, n);
    }
    pthread_join(reader, NULL);
    report("assay", took, lines);
    bare_groups(folder, lines / 2, series, step, took);
    report("bare-groups-after", took, lines / 2);
    bare_calls(folder, lines / 2, series, step, took);
    report("bare-calls-after", took, lines / 2);
    free(sent);
    free(took);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "load") == 0)
        return load(atoi(argv[2]), strtoull(argv[3], NULL, 10), (unsigned)atoi(argv[4]));
    if (argc == 7 && strcmp(argv[1], "pace") == 0)
        return pace(atoi(argv[2]), strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10),
                    (unsigned)atoi(argv[5]), argv[6]);
    fprintf(stderr, "live_line load PORT LINES SERIES | pace PORT RATE SECONDS SERIES DIR\n");
    return 2;
}
