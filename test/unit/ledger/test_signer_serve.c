/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The signer as a process: the same answers through the socket, and no way out of its walls. */
#include "check.h"

#include "ledger/signer.h"
#include "ledger/signer_serve.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char origin[] = "ledger.test/one";
static char folder[64], keys[96], where[160];
static pid_t child;
static assay_err err;
static volatile sig_atomic_t never;

static void tell(const signer_walls *w, void *context)
{
    (void)w;
    int n = (int)write(*(int *)context, "x", 1);
    (void)n;
}

static int begin_alone(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/assay-served-XX" "XX" "XX");
    snprintf(keys, sizeof keys, "%s/keys", mkdtemp(folder));
    snprintf(where, sizeof where, "unix:%s/socket", folder);
    for (int use = 0; use < SIGNER_USES; use++)
        assert_ok(signer_file_add(keys, (signer_use)use, origin, NULL, &err), err);
    return 0;
}

static int begin(void **state)
{
    int pipes[2];
    char ready;
    begin_alone(state);
    assert_int_equal(pipe(pipes), 0);
    child = fork();
    if (child == 0) {
        const signer_service s = {.keys = keys, .socket = where + 5, .ready = tell,
                                  .context = &pipes[1], .stop = &never};
        _exit(signer_serve(&s, &err));
    }
    close(pipes[1]);
    assert_int_equal(read(pipes[0], &ready, 1), 1);
    close(pipes[0]);
    return 0;
}

static int end_alone(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static int end(void **state)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return end_alone(state);
}

static void it_answers_as_the_keys_themselves_would(void **state)
{
    (void)state;
    signer *near, *far;
    signer_public a, b;
    uint8_t hashes[64] = {1, 2, 3}, one[64], two[64], wide[SIGNER_RSA_MAX], other[SIGNER_RSA_MAX];
    size_t n, m;
    assert_ok(signer_open(keys, &near, &err), err);
    assert_ok(signer_open(where, &far, &err), err);
    assert_ok(signer_keys(near, &a, &err), err);
    assert_ok(signer_keys(far, &b, &err), err);
    assert_memory_equal(&a, &b, sizeof a);
    assert_ok(signer_sign_proof(near, hashes, one, &err), err);
    assert_ok(signer_sign_proof(far, hashes, two, &err), err);
    assert_memory_equal(one, two, 64);
    assert_ok(signer_sign_rs256(near, "abc", 3, wide, &n, &err), err);
    assert_ok(signer_sign_rs256(far, "abc", 3, other, &m, &err), err);
    assert_int_equal(n, m);
    assert_memory_equal(wide, other, n);
    signer_close(near);
    signer_close(far);
}

static void trees_are_judged_there_and_the_reason_comes_back(void **state)
{
    (void)state;
    static const char first[] = "ledger.test/one\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    static const char fork_of[] = "ledger.test/one\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=\n";
    merkle_proof none = {.count = 0};
    signer *s;
    signer_seen seen;
    buf line = BUF_INIT;
    assert_ok(signer_open(where, &s, &err), err);
    assert_int_equal(signer_last(s, SIGNER_LOG, origin, &seen, &err), ASSAY_NOT_FOUND);
    assert_ok(signer_sign_tree(s, SIGNER_LOG, first, sizeof first - 1, 0, &none, &line, &err), err);
    assert_int_equal(strncmp(line.data, "\xe2\x80\x94 ledger.test/one ", 20), 0);
    assert_int_equal(
        signer_sign_tree(s, SIGNER_LOG, fork_of, sizeof fork_of - 1, 1, &none, &line, &err),
        ASSAY_CONFLICT);
    assert_non_null(strstr(err.message, "other root"));
    assert_non_null(strstr(err.hint, "forked"));
    assert_ok(signer_last(s, SIGNER_LOG, origin, &seen, &err), err);
    assert_int_equal(seen.size, 1);
    signer_close(s);
    buf_done(&line);
}

static int raw(void)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    strcpy(to.sun_path, where + 5);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void nonsense_is_dropped_and_others_go_on(void **state)
{
    (void)state;
    static const uint8_t too_long[] = {0x7f, 0, 0, 0, 1}, empty[] = {0, 0, 0, 0},
                         unknown[] = {0, 0, 0, 2, 99, 1}, cut[] = {0, 0, 0, 9, 2};
    uint8_t answer[600];
    signer *s;
    signer_public p;
    int slow = raw();
    assert_int_equal(send(slow, cut, sizeof cut, 0), sizeof cut); /* never says the rest */
    int fd = raw();
    assert_int_equal(send(fd, too_long, sizeof too_long, 0), sizeof too_long);
    assert_int_equal(read(fd, answer, sizeof answer), 0);
    close(fd);
    fd = raw();
    assert_int_equal(send(fd, empty, sizeof empty, 0), sizeof empty);
    assert_int_equal(read(fd, answer, sizeof answer), 0);
    close(fd);
    fd = raw();
    assert_int_equal(send(fd, unknown, sizeof unknown, 0), sizeof unknown);
    assert_true(read(fd, answer, sizeof answer) > 5);
    assert_int_equal(answer[4], ASSAY_FORMAT);
    close(fd);
    assert_ok(signer_open(where, &s, &err), err);
    assert_ok(signer_keys(s, &p, &err), err);
    signer_close(s);
    close(slow);
}

/* -- within this process: a thread behind walls of its own ----------------------------------------- */

typedef struct {
    char keys[96], socket[128];
    volatile sig_atomic_t stop;
    int ready;
    assay_status said;
    assay_err err;
} inside;

static void *serve_inside(void *context)
{
    inside *s = context;
    const signer_service service = {.keys = s->keys, .socket = s->socket, .ready = tell,
                                    .context = &s->ready, .stop = &s->stop};
    s->said = signer_serve(&service, &s->err);
    return NULL;
}

static void it_serves_many_and_stops_when_told(void **state)
{
    (void)state;
    static inside s;
    int pipes[2], fds[17];
    char ready;
    uint8_t answer[600];
    static const uint8_t half[] = {0, 0, 0, 1};
    pthread_t thread;
    strcpy(s.keys, keys);
    snprintf(s.socket, sizeof s.socket, "%s/inside", folder);
    assert_int_equal(pipe(pipes), 0);
    s.ready = pipes[1];
    assert_int_equal(pthread_create(&thread, NULL, serve_inside, &s), 0);
    assert_int_equal(read(pipes[0], &ready, 1), 1);
    char kept[sizeof where];
    strcpy(kept, where);
    snprintf(where, sizeof where, "unix:%s", s.socket);
    nonsense_is_dropped_and_others_go_on(NULL);
    for (int i = 0; i < 16; i++)
        fds[i] = raw();
    assert_int_equal(send(fds[3], half, sizeof half, 0), sizeof half); /* says the rest later */
    fds[16] = raw();
    assert_int_equal(read(fds[16], answer, sizeof answer), 0); /* no more than 16 at once */
    assert_int_equal(send(fds[3], "\1", 1, 0), 1);
    assert_true(read(fds[3], answer, sizeof answer) > 5);
    assert_int_equal(answer[4], ASSAY_OK);
    for (int i = 0; i < 17; i++)
        if (i != 5)
            close(fds[i]);
    s.stop = 1; /* seen within a tick; one caller is still there */
    pthread_join(thread, NULL);
    close(fds[5]);
    close(pipes[0]);
    close(pipes[1]);
    strcpy(where, kept);
    assert_ok(s.said, s.err);
}

static void a_place_where_it_cannot_listen_is_told(void **state)
{
    (void)state;
    char taken[128], long_one[200];
    signer_service s = {.keys = keys, .socket = "", .stop = &never};
    snprintf(taken, sizeof taken, "%s/taken", folder);
    assert_int_equal(mkdir(taken, 0700), 0);
    assert_int_equal(signer_serve(&s, &err), ASSAY_USAGE);
    memset(long_one, 'a', sizeof long_one);
    long_one[sizeof long_one - 1] = '\0';
    s.socket = long_one;
    assert_int_equal(signer_serve(&s, &err), ASSAY_USAGE);
    s.socket = taken; /* a folder stands there */
    assert_int_equal(signer_serve(&s, &err), ASSAY_IO);
    assert_non_null(strstr(err.message, "cannot listen"));
}

static int status_of(void (*act)(void))
{
    char state[128];
    int status;
    snprintf(state, sizeof state, "%s.state", keys);
    pid_t one = fork();
    if (one == 0) {
        signer_walls w;
        if (signer_wall_in(state, &w, &err) != ASSAY_OK)
            _exit(99);
        act();
        _exit(0);
    }
    waitpid(one, &status, 0);
    return status;
}

static void run_a_program(void)
{
    execl("/bin/true", "true", (char *)NULL);
}

static void call_out(void)
{
    socket(AF_INET, SOCK_STREAM, 0);
}

static void make_a_process(void)
{
    (void)fork();
}

static void open_another_file(void)
{
    int fd = open("/etc/passwd", O_RDONLY);
    if (fd < 0 && errno == EACCES)
        _exit(5);
    _exit(6);
}

static void whoever_breaks_in_finds_nothing_to_do(void **state)
{
    (void)state;
    void (*const acts[])(void) = {run_a_program, call_out, make_a_process};
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        int status = status_of(acts[i]);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGSYS);
    }
    int status = status_of(open_another_file);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 6)
        print_message("this kernel has no Landlock\n");
    else
        assert_int_equal(WEXITSTATUS(status), 5);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(it_answers_as_the_keys_themselves_would),
        TEST(trees_are_judged_there_and_the_reason_comes_back),
        TEST(nonsense_is_dropped_and_others_go_on),
        TEST(a_place_where_it_cannot_listen_is_told),
#ifndef __SANITIZE_ADDRESS__ /* a sanitizer needs what the walls forbid */
        TEST(whoever_breaks_in_finds_nothing_to_do),
        cmocka_unit_test_setup_teardown(it_serves_many_and_stops_when_told, begin_alone, end_alone),
#endif
    };
#ifdef __SANITIZE_ADDRESS__
    (void)whoever_breaks_in_finds_nothing_to_do;
    (void)it_serves_many_and_stops_when_told;
    puts("# left out under a sanitizer: whoever_breaks_in_finds_nothing_to_do");
#endif
    return cmocka_run_group_tests(tests, NULL, NULL);
}
