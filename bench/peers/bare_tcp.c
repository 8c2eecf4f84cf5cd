/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What loopback TCP costs on this machine, without a server behind it.
 *
 *   bare_tcp ping           one end sends 64 bytes, the other sends them back: microseconds a round, median
 *   bare_tcp answer BYTES   prints its port, then one answer of so many bytes to whatever it is sent: HTTP
 *                           as far as a load generator asks for it; nothing is parsed
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 50000, PING = 64, ROOM = 1 << 16 };

static int listening(struct sockaddr_in *here)
{
    socklen_t size = sizeof *here;
    *here = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)here, size) != 0 || listen(fd, 64) != 0 ||
        getsockname(fd, (struct sockaddr *)here, &size) != 0) {
        perror("bare_tcp");
        exit(1);
    }
    return fd;
}

static void at_once(int fd)
{
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static void *echo(void *context)
{
    char bytes[PING];
    int fd = accept(*(int *)context, NULL, NULL);
    at_once(fd);
    while (recv(fd, bytes, PING, MSG_WAITALL) == PING && send(fd, bytes, PING, 0) == PING) {
    }
    close(fd);
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static int ping(void)
{
    static double took[ROUNDS];
    struct sockaddr_in here;
    char bytes[PING] = {0};
    pthread_t other;
    int door = listening(&here), fd = socket(AF_INET, SOCK_STREAM, 0);
    pthread_create(&other, NULL, echo, &door);
    if (connect(fd, (struct sockaddr *)&here, sizeof here) != 0)
        return 1;
    at_once(fd);
    for (int i = 0; i < ROUNDS; i++) {
        double began = now_us();
        if (send(fd, bytes, PING, 0) != PING || recv(fd, bytes, PING, MSG_WAITALL) != PING)
            return 1;
        took[i] = now_us() - began;
    }
    close(fd);
    pthread_join(other, NULL);
    qsort(took, ROUNDS, sizeof *took, by_size);
    printf("%.1f\n", took[ROUNDS / 2]);
    return 0;
}

static int answer(int length)
{
    static char text[ROOM], asked[ROOM];
    struct sockaddr_in here;
    struct epoll_event some[64];
    int head = snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", length);
    int door = listening(&here), set = epoll_create1(0);
    memset(text + head, '7', (size_t)length);
    epoll_ctl(set, EPOLL_CTL_ADD, door, &(struct epoll_event){.events = EPOLLIN, .data.fd = door});
    printf("%u\n", ntohs(here.sin_port));
    fflush(stdout);
    for (;;) {
        int n = epoll_wait(set, some, 64, -1);
        for (int i = 0; i < n; i++) {
            int fd = some[i].data.fd;
            if (fd == door) {
                fd = accept(door, NULL, NULL);
                at_once(fd);
                epoll_ctl(set, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.fd = fd});
            } else if (recv(fd, asked, sizeof asked, 0) <= 0 ||
                       send(fd, text, (size_t)(head + length), MSG_NOSIGNAL) < 0) {
                close(fd);
            }
        }
    }
}

int main(int argc, char **argv)
{
    int length = argc == 3 ? atoi(argv[2]) : 0;
    if (argc == 2 && !strcmp(argv[1], "ping"))
        return ping();
    if (argc == 3 && !strcmp(argv[1], "answer") && length > 0 && length < ROOM - 256)
        return answer(length);
    fprintf(stderr, "bare_tcp ping | answer BYTES\n");
    return 2;
}
