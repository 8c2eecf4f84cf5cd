/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../store/shop.h"

#include "live/sources.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>

/* A plant with a loop in a thread of its own, and a reading handle for it. */
typedef struct {
    shop *shop;
    store *reader;
    catalog *catalog;
    intake *intake;
    bus *bus;
    loop *loop;
    sources *sources;
    pthread_t thread;
    assay_err err;
} plant;

static atomic_int failures;

static void quiet_log(const char *level, const char *source, const char *text)
{
    (void)source;
    (void)text;
    atomic_fetch_add(&failures, strcmp(level, "warning") == 0);
}

static void *run(void *context)
{
    loop_run(((plant *)context)->loop);
    return NULL;
}

static plant *plant_new(void)
{
    plant *t = calloc(1, sizeof *t);
    t->shop = shop_new();
    assert_ok(store_open(t->shop->path, STORE_READ, &t->reader, &t->err), t->err);
    assert_ok(catalog_open(t->shop->s, &t->catalog, &t->err), t->err);
    assert_ok(bus_open(&t->bus, &t->err), t->err);
    assert_ok(loop_open(&t->loop, &t->err), t->err);
    intake_options o = {.store = t->shop->s, .catalog = t->catalog, .bus = t->bus};
    assert_ok(intake_open(&o, &t->intake, &t->err), t->err);
    assert_ok(sources_open(t->loop, t->intake, t->catalog, t->bus, t->reader, quiet_log,
                           &t->sources, &t->err),
              t->err);
    assert_int_equal(pthread_create(&t->thread, NULL, run, t), 0);
    return t;
}

static void stop_loop(void *context)
{
    loop_stop(((plant *)context)->loop);
}

static void close_sources(void *context)
{
    plant *t = context;
    sources_close(t->sources, stop_loop, t);
}

static void plant_free(plant *t)
{
    assert_true(loop_post(t->loop, close_sources, t));
    pthread_join(t->thread, NULL);
    intake_close(t->intake);
    loop_close(t->loop);
    catalog_close(t->catalog);
    bus_close(t->bus);
    store_close(t->reader);
    shop_free(t->shop);
    free(t);
}

/* -- documents ----------------------------------------------------------------------------- */

typedef struct {
    const char *name, *json;
} change;

static assay_status put_document(store *s, void *context, assay_err *err)
{
    const change *c = context;
    store_tx *tx;
    uint64_t version;
    assay_status status = store_tx_begin(s, &tx, err);
    if (status == ASSAY_OK)
        status = store_document_put(tx, "source", c->name, c->json, NULL, DOCUMENT_ANY, "t", "w",
                                    &version, err);
    return status == ASSAY_OK ? store_tx_commit(tx, NULL, err) : status;
}

static void set_source(plant *t, const char *name, const char *json)
{
    change c = {name, json};
    assert_ok(intake_do(t->intake, put_document, &c, &t->err), t->err);
    sources_apply(t->sources);
}

static json_t *describe(plant *t, const char *name, const char *state)
{
    for (int i = 0; i < 5000; i++) {
        json_t *d = sources_describe(t->sources, name);
        const char *now = json_string_value(json_object_get(d, "state"));
        if (state ? now && strcmp(now, state) == 0 : !d)
            return d;
        json_decref(d);
        usleep(2000);
    }
    fail_msg("source %s never became %s", name, state ? state : "gone");
    return NULL;
}

static int64_t number(const json_t *d, const char *name)
{
    return json_integer_value(json_object_get(d, name));
}

static int64_t count(plant *t, const char *source, const char *name)
{
    json_t *d = sources_describe(t->sources, source);
    int64_t n = number(json_object_get(d, "account"), name);
    json_decref(d);
    return n;
}

static void wait_for(plant *t, const char *source, const char *name, int64_t n)
{
    for (int i = 0; i < 2000 && count(t, source, name) < n; i++)
        usleep(2000);
    assert_int_equal(count(t, source, name), n);
}

static int port_of(plant *t, const char *source)
{
    json_t *d = describe(t, source, "listening");
    int port = (int)number(d, "port");
    json_decref(d);
    return port;
}

/* -- senders ------------------------------------------------------------------------------- */

static int call(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    size_t length = strlen(text);
    assert_int_equal(send(fd, text, length, 0), length);
}

/* What comes within a second, up to `end`. */
static void hear(int fd, const char *end, char *out, size_t room)
{
    size_t n = 0;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    out[0] = 0;
    while (!strstr(out, end) && poll(&p, 1, 2000) == 1) {
        ssize_t got = recv(fd, out + n, room - n - 1, 0);
        if (got <= 0)
            break;
        out[n += (size_t)got] = 0;
    }
}

/* -- stories ------------------------------------------------------------------------------- */

#define LINE "{\"door\": \"line\", \"listen\": \"127.0.0.1:0\"}"

static void lines_are_stored_and_bad_ones_counted(void **state)
{
    (void)state;
    plant *t = plant_new();
    set_source(t, "l1", LINE);
    int fd = call(port_of(t, "l1"));
    say(fd, "press,line=a d=24.50 1767597660000000000\npress,line=a d=24.51 17675976610");
    say(fd, "00000000\nnonsense\npress,line=a d=24.52,e=\"x\" 1767597662000000000\n");
    wait_for(t, "l1", "received", 5);
    wait_for(t, "l1", "stored", 3);
    wait_for(t, "l1", "refused", 2);
    say(fd, "press,line=a d=24.50 1767597660000000000\n# last line without its end\npress d=1 5");
    close(fd);
    wait_for(t, "l1", "duplicates", 1);
    wait_for(t, "l1", "stored", 4);
    assert_true(catalog_find(t->catalog, "press/a/d", 9) >= 0);
    plant_free(t);
}

static void answers_say_what_is_durable(void **state)
{
    (void)state;
    plant *t = plant_new();
    set_source(t, "l1",
               "{\"door\": \"line\", \"listen\": \"127.0.0.1:0\", \"answers\": true, "
               "\"format\": \"ndjson\", \"prefix\": \"plant/cell\"}");
    int fd = call(port_of(t, "l1"));
    char answer[4096];
    say(fd, "{\"characteristic\": \"d\", \"value\": 1.50}\nbad\n");
    hear(fd, "ok 2\n", answer, sizeof answer);
    assert_non_null(strstr(answer, "error 2 not-an-object: expected {...}\n"));
    assert_non_null(strstr(answer, "ok 2\n"));
    assert_int_equal(count(t, "l1", "stored"), 1);
    assert_int_equal(count(t, "l1", "doubtful"), 1);
    assert_true(catalog_find(t->catalog, "plant/cell/d", 12) >= 0);
    for (int i = 0; i < 1000; i++)
        say(fd, "{\"characteristic\": \"d\", \"value\": 1.50}\n");
    hear(fd, "ok 1002\n", answer, sizeof answer);
    assert_non_null(strstr(answer, "ok 1002\n"));
    close(fd);
    plant_free(t);
}

static void a_unix_socket_is_a_door_too(void **state)
{
    (void)state;
    plant *t = plant_new();
    char json[200];
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof a.sun_path, "%s/line.sock", t->shop->folder);
    snprintf(json, sizeof json, "{\"door\": \"line\", \"listen\": \"unix:%s\"}", a.sun_path);
    for (int round = 1; round <= 2; round++) {
        set_source(t, "u", json);
        json_decref(describe(t, "u", "listening"));
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
        say(fd, round == 1 ? "d value=1 1\n" : "d value=1 2\n");
        close(fd);
        wait_for(t, "u", "stored", round);
        set_source(t, "u", "{\"door\": \"line\", \"listen\": \"127.0.0.1:0\"}");
        assert_true(port_of(t, "u") > 0);
        assert_int_equal(access(a.sun_path, F_OK), -1);
    }
    plant_free(t);
}

static void doors_follow_their_documents(void **state)
{
    (void)state;
    plant *t = plant_new();
    set_source(t, "l1", LINE);
    int port = port_of(t, "l1"), fd = call(port);
    set_source(t, "l1", "{\"door\": \"line\", \"listen\": \"127.0.0.1:0\", \"enabled\": false}");
    json_decref(describe(t, "l1", "disabled"));
    char answer[64];
    hear(fd, "x", answer, sizeof answer);
    assert_string_equal(answer, "");
    close(fd);
    set_source(t, "l1", LINE);
    assert_true(port_of(t, "l1") > 0);
    set_source(t, "l1", NULL);
    assert_null(describe(t, "l1", NULL));
    plant_free(t);
}

static void a_door_that_cannot_open_says_why_and_waits(void **state)
{
    (void)state;
    plant *t = plant_new();
    set_source(t, "l1", LINE);
    char json[100];
    snprintf(json, sizeof json, "{\"door\": \"line\", \"listen\": \"127.0.0.1:%d\"}",
             port_of(t, "l1"));
    set_source(t, "l2", json);
    json_t *d = describe(t, "l2", "failed");
    assert_non_null(strstr(json_string_value(json_object_get(d, "detail")), "cannot listen"));
    json_decref(d);
    set_source(t, "l1", NULL);
    json_decref(describe(t, "l2", "listening"));
    plant_free(t);
}

static void too_many_connections_are_turned_away(void **state)
{
    (void)state;
    plant *t = plant_new();
    set_source(t, "l1",
               "{\"door\": \"line\", \"listen\": \"127.0.0.1:0\", \"max_connections\": 1, "
               "\"idle_timeout_s\": 1}");
    int port = port_of(t, "l1"), first = call(port);
    say(first, "d value=1 1\n");
    wait_for(t, "l1", "stored", 1);
    int second = call(port);
    char answer[64];
    hear(second, "x", answer, sizeof answer);
    json_t *d = describe(t, "l1", "listening");
    assert_int_equal(number(d, "turned_away"), 1);
    assert_int_equal(number(d, "connections"), 1);
    json_decref(d);
    for (int i = 0; i < 100; i++) { /* until the first is closed for its silence */
        d = describe(t, "l1", "listening");
        bool is_over = number(d, "connections") == 0;
        json_decref(d);
        if (is_over)
            break;
        usleep(50000);
        assert_true(i < 99);
    }
    close(first);
    close(second);
    plant_free(t);
}

typedef struct {
    int port, number;
} sender;

enum { SENDERS = 4, LINES = 50000 };

static void *send_lines(void *context)
{
    const sender *s = context;
    int fd = call(s->port);
    char *text = malloc(LINES * 64), *to = text;
    for (int i = 0; i < LINES; i++)
        to += sprintf(to, "d,line=%d value=%d.25 %lld\n", s->number, i,
                      1767597660000000000ll + i * 1000000ll);
    for (char *at = text; at < to;) {
        ssize_t n = send(fd, at, (size_t)(to - at), 0);
        assert_true(n > 0);
        at += n;
    }
    close(fd);
    free(text);
    return NULL;
}

/* More than all parcels hold: the senders wait, and nothing is lost. */
static void many_senders_lose_nothing(void **state)
{
    (void)state;
    plant *t = plant_new();
    set_source(t, "l1", LINE);
    pthread_t threads[SENDERS];
    sender senders[SENDERS];
    int port = port_of(t, "l1");
    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (sender){port, i};
        assert_int_equal(pthread_create(&threads[i], NULL, send_lines, &senders[i]), 0);
    }
    for (int i = 0; i < SENDERS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 2000 && count(t, "l1", "stored") < SENDERS * LINES; i++)
        usleep(10000);
    assert_int_equal(count(t, "l1", "stored"), SENDERS * LINES);
    assert_int_equal(count(t, "l1", "received"), SENDERS * LINES);
    plant_free(t);
}

static void settings_are_refused_with_their_names(void **state)
{
    (void)state;
    static const struct {
        const char *json, *word;
    } cases[] = {
        {"{}", "\"door\" is missing"},
        {"{\"door\": \"carrier pigeon\"}", "no such type"},
        {"{\"door\": \"line\"}", "\"listen\" is missing"},
        {"{\"door\": \"line\", \"listen\": \"8094\"}", "expected address:port"},
        {"{\"door\": \"line\", \"listen\": \"0.0.0.0:8094\"}", "beyond loopback"},
        {"{\"door\": \"line\", \"listen\": \"127.0.0.1:1\", \"colour\": 1}", "colour"},
        {"{\"door\": \"line\", \"listen\": \"127.0.0.1:1\", \"precision\": \"min\"}", "precision"},
        {"{\"door\": \"line\", \"listen\": \"127.0.0.1:1\", \"prefix\": \"/a\"}", "prefix"},
        {"{\"door\": \"line\", \"listen\": \"127.0.0.1:1\", \"ignore\": [1]}", "ignore"},
        {"{\"door\": \"line\", \"listen\": \"127.0.0.1:1\", \"key\": \"k.pem\"}",
         "belong together"},
        {"{\"door\": \"line\", \"listen\": \"127.0.0.1:1\", \"stale_after_s\": -1}",
         "stale_after_s"},
        {"{\"door\": \"line\", \"listen\": \"127.0.0.1:1\", \"enabled\": 1}", "enabled"},
    };
    assay_err err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *settings = json_loads(cases[i].json, 0, NULL);
        assert_int_equal(source_settings_check("l1", settings, &err), ASSAY_USAGE);
        if (!strstr(err.message, cases[i].word))
            fail_msg("%s: %s", cases[i].json, err.message);
        json_decref(settings);
    }
    json_t *good = json_loads(
        "{\"door\": \"line\", \"listen\": \"0.0.0.0:1\", \"open_plain\": true}", 0, NULL);
    assert_ok(source_settings_check("line-1.a_B", good, &err), err);
    assert_int_equal(source_settings_check("", good, &err), ASSAY_USAGE);
    assert_int_equal(source_settings_check("a b", good, &err), ASSAY_USAGE);
    json_decref(good);
}

static void every_type_of_door_has_an_example_that_passes(void **state)
{
    (void)state;
    assay_err err;
    for (const door_type *const *t = door_types(); *t; t++) {
        json_t *settings = json_loads((*t)->example, 0, NULL);
        assert_non_null(settings);
        assert_ok((*t)->check(settings, &err), err);
        json_decref(settings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_stored_and_bad_ones_counted),
        cmocka_unit_test(answers_say_what_is_durable),
        cmocka_unit_test(a_unix_socket_is_a_door_too),
        cmocka_unit_test(doors_follow_their_documents),
        cmocka_unit_test(a_door_that_cannot_open_says_why_and_waits),
        cmocka_unit_test(too_many_connections_are_turned_away),
        cmocka_unit_test(many_senders_lose_nothing),
        cmocka_unit_test(settings_are_refused_with_their_names),
        cmocka_unit_test(every_type_of_door_has_an_example_that_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
