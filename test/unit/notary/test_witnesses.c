/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A log before its witness: right answers, wrong ones and none. The witness is a thread of its own that says what the
 * test tells it to, or asks the real one. */
#include "check.h"

#include "ledger/signer_keys.h"
#include "ledger/witness.h"
#include "notary/inner.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#define ORIGIN "ledger.test/w"

static char folder[64], path[96], keys[112], witness_keys[96];
static store *db;
static assay_err err;

/* -- the witness's host ------------------------------------------------------------------------------------ */

/* status 0: the real witness answers; -1: nobody does. */
typedef struct {
    int status;
    const char *body;
} said;
static said posts[4], gets; /* the last of posts stays */
static size_t asked;
static int listening, port;
static witness *real;
static signer *real_signer;

static void answer(int fd, char *request, size_t length)
{
    buf out = BUF_INIT;
    witness_answer a = {0};
    bool is_post = request[0] == 'P';
    said s = gets;
    if (is_post) {
        s = posts[asked];
        asked += asked + 1 < sizeof posts / sizeof *posts && posts[asked + 1].status != -2;
    }
    const char *body = strstr(request, "\r\n\r\n") + 4;
    if (s.status == 0 && is_post)
        witness_add_checkpoint(real, body, length - (size_t)(body - request), &a);
    else
        buf_add_text(&a.body, s.body ? s.body : "");
    buf_addf(&out, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", s.status ? s.status : a.status,
             a.body.length, buf_text(&a.body));
    if (s.status >= 0)
        (void)!write(fd, out.data, out.length);
    buf_done(&a.body);
    buf_done(&out);
}

static void *serve(void *context)
{
    static char request[1 << 17];
    for (int fd; (fd = accept(listening, NULL, NULL)) >= 0; close(fd)) {
        size_t used = 0, whole = sizeof request;
        ssize_t n;
        while (used < whole && (n = read(fd, request + used, sizeof request - 1 - used)) > 0) {
            request[used += (size_t)n] = '\0';
            const char *end = strstr(request, "\r\n\r\n"), *size = strstr(request, "Content-Length: ");
            whole = end ? (size_t)(end + 4 - request) + (size < end && size ? strtoul(size + 16, NULL, 10) : 0) : sizeof request;
        }
        answer(fd, request, used);
    }
    return context;
}

static int begin_host(void **state)
{
    (void)state;
    pthread_t thread;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof to;
    signal(SIGPIPE, SIG_IGN);
    listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listening, (struct sockaddr *)&to, sizeof to) || listen(listening, 16) ||
        getsockname(listening, (struct sockaddr *)&to, &length))
        return 1;
    port = ntohs(to.sin_port);
    return pthread_create(&thread, NULL, serve, NULL) || pthread_detach(thread);
}

static void say(const said *next, size_t count)
{
    for (size_t i = 0; i < sizeof posts / sizeof *posts; i++)
        posts[i] = i < count ? next[i] : (said){.status = -2};
    asked = 0;
}
#define SAY(...) say((const said[]){__VA_ARGS__}, sizeof((const said[]){__VA_ARGS__}) / sizeof(said))

/* -- a ledger with one witness that is asked, and one that is not ------------------------------------------------ */

static void vkey_of(const char *file, const char *name, buf *out)
{
    signer *k;
    signer_public p;
    assert_ok(signer_file_add(file, SIGNER_WITNESS, name, NULL, &err), err);
    assert_ok(signer_open(file, &k, &err), err);
    assert_ok(signer_keys(k, &p, &err), err);
    note_key_write(&p.witness, out);
    signer_close(k);
}

static int begin(void **state)
{
    (void)state;
    static policy logs;
    buf text = BUF_INIT;
    char mute[96];
    gets = (said){404, NULL};
    strcpy(folder, "/tmp/assay-witnesses-XX" "XX" "XX");
    snprintf(path, sizeof path, "%s/a.assay", mkdtemp(folder));
    snprintf(keys, sizeof keys, "%s-keys", path);
    snprintf(witness_keys, sizeof witness_keys, "%s/wkeys", folder);
    snprintf(mute, sizeof mute, "%s/mute", folder);
    buf_add_text(&text, "witness mute ");
    vkey_of(mute, "mute.test", &text);
    buf_add_text(&text, "\nwitness w ");
    vkey_of(witness_keys, "w.test", &text);
    buf_addf(&text, " http://127.0.0.1:%d\nquorum w\n", port);
    const notary_wish w = {.origin = ORIGIN, .actor = "Kim", .policy = text.data};
    assert_ok(store_open(path, STORE_CREATE, &db, &err), err);
    assert_ok(notary_init(db, path, &w, &err), err);
    notary_settings set;
    assert_ok(notary_settings_read(db, &set, &err), err);
    buf_clear(&text);
    buf_addf(&text, "log %squorum none\n", buf_text(&set.keys));
    notary_settings_done(&set);
    assert_ok(policy_parse(text.data, text.length, &logs, &err), err);
    buf_done(&text);
    char seen[96];
    snprintf(seen, sizeof seen, "%s/seen", folder);
    assert_ok(signer_open(witness_keys, &real_signer, &err), err);
    assert_ok(witness_open(seen, &logs, real_signer, &real, &err), err);
    return 0;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    witness_close(real);
    signer_close(real_signer);
    store_close(db);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static void run(const char *format, ...)
{
    char command[400];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    assert_int_equal(system(command), 0);
}

static void append(int count)
{
    store_tx *tx;
    uint64_t sequence;
    assert_ok(store_tx_begin(db, &tx, &err), err);
    for (int i = 0; i < count; i++)
        assert_ok(record_append(tx, "decision.taken", "Kim", NULL, "{\"n\":1}", &sequence, &err), err);
    assert_ok(store_tx_commit(tx, NULL, &err), err);
}

static assay_status step(void)
{
    notary *n;
    uint64_t size = 0;
    assay_status status = notary_open(path, &n, &err);
    if (status)
        return status;
    status = notary_step(n, &size, &err);
    notary_close(n);
    return status;
}

/* A checkpoint as the log's key signs it, and the witness's too; over this root, or one of zeros. */
static void craft(const char *origin, uint64_t size, const uint8_t *root, bool is_witnessed, buf *out)
{
    key_ring log, of_witness;
    checkpoint c = {.size = size};
    snprintf(c.origin, sizeof c.origin, "%s", origin);
    if (root)
        memcpy(c.root.bytes, root, 32);
    buf_clear(out);
    checkpoint_write(&c, out);
    size_t length = out->length;
    char *text = strdup(out->data);
    buf_add_char(out, '\n');
    assert_ok(keys_load(keys, &log, &err), err);
    assert_ok(note_sign(&log.log, text, length, 0, out, &err), err);
    keys_done(&log);
    assert_ok(keys_load(witness_keys, &of_witness, &err), err);
    if (is_witnessed)
        assert_ok(note_sign(&of_witness.witness, text, length, 1767225600, out, &err), err);
    keys_done(&of_witness);
    free(text);
}

static void put(const char *name, const buf *text)
{
    char file[160];
    snprintf(file, sizeof file, "%s-ledger/%s", path, name);
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text->data, 1, text->length, f), text->length);
    assert_int_equal(fclose(f), 0);
}

static ledger_view *view(void)
{
    ledger_view *v;
    assert_ok(ledger_view_open(db, path, &v, &err), err);
    return v;
}

/* -- before the first signature ------------------------------------------------------------------------------------ */

static void what_the_witness_has_decides_whether_anything_is_signed(void **state)
{
    (void)state;
    buf text = BUF_INIT;
    static const said none[] = {{500, "broken"}, {200, "garbage"}, {200, "abc\n\n\u2014 x AAAAAAA=\n"}, {-1, NULL}};
    append(5);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        gets = none[i];
        assert_int_equal(step(), ASSAY_BUSY);
        assert_non_null(strstr(err.message, "none of 1 witnesses answers"));
    }
    craft("other.test", 3, NULL, false, &text);
    gets = (said){200, text.data};
    assert_int_equal(step(), ASSAY_CONFLICT);
    assert_non_null(strstr(err.message, "not signed by a key of " ORIGIN));
    craft(ORIGIN, 3, NULL, false, &text);
    char *signature = strrchr(text.data, ' ') + 8; /* of another key: its bytes, not its name and hint */
    *signature = *signature == 'A' ? 'B' : 'A';
    gets = (said){200, text.data};
    assert_int_equal(step(), ASSAY_CONFLICT);
    craft(ORIGIN, 3, NULL, false, &text);
    gets = (said){200, text.data};
    assert_int_equal(step(), ASSAY_CONFLICT);
    assert_non_null(strstr(err.message, "another tree of 3 entries"));
    craft(ORIGIN, 300, NULL, false, &text);
    gets = (said){200, text.data};
    assert_int_equal(step(), ASSAY_CONFLICT);
    assert_non_null(strstr(err.message, "has seen 300 entries"));
    gets = (said){404, NULL};
    assert_ok(step(), err);
    buf_done(&text);
}

static void a_log_that_lost_its_files_is_not_compared(void **state)
{
    (void)state;
    buf text = BUF_INIT;
    append(300);
    assert_ok(step(), err);
    run("rm %s-ledger/tile/0/000", path);
    craft(ORIGIN, 3, NULL, false, &text);
    gets = (said){200, text.data};
    assert_int_equal(step(), ASSAY_BUSY);
    assert_non_null(strstr(err.message, "none of 1 witnesses answers"));
    assert_non_null(strstr(err.message, "tile/0/000"));
    gets = (said){404, NULL};
    buf_done(&text);
}

/* -- cosignatures --------------------------------------------------------------------------------------------------- */

static size_t lacking_after(ledger_view *v)
{
    size_t lacking = 9;
    assay_err why = {0};
    assert_ok(ledger_view_witness(v, &lacking, &why), why);
    return lacking;
}

static void only_the_witness_s_own_right_line_is_taken(void **state)
{
    (void)state;
    buf other = BUF_INIT;
    size_t lacking;
    append(5);
    assert_ok(step(), err);
    static const struct {
        said first, second;
        assay_status status;
        const char *words;
    } cases[] = {{{500, "broken"}, {-2, NULL}, ASSAY_IO, "answers 500: broken"},
                 {{422, "no proof"}, {-2, NULL}, ASSAY_CONFLICT, "answers 422"},
                 {{409, "x\n"}, {-2, NULL}, ASSAY_IO, "answers 409: x"},
                 {{409, ""}, {-2, NULL}, ASSAY_IO, "answers 409"},
                 {{409, "0\n"}, {-2, NULL}, ASSAY_IO, "answers 409: 0"}, /* that is what it was asked from */
                 {{409, "99\n"}, {-2, NULL}, ASSAY_CONFLICT, "has seen 99 entries"},
                 {{409, "6\n"}, {409, "3\n"}, ASSAY_CONFLICT, "has seen 3 entries"},
                 {{200, ""}, {-2, NULL}, ASSAY_CONFLICT, "is not one"},
                 {{200, "garbage\n"}, {-2, NULL}, ASSAY_CONFLICT, "is not one"},
                 {{200, "\u2014 w.test AAAAAAA=\n"}, {-2, NULL}, ASSAY_CONFLICT, "is not one"},
                 {{-1, NULL}, {-2, NULL}, ASSAY_IO, "127.0.0.1"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ledger_view *v = view();
        assay_err why = {0};
        SAY(cases[i].first, cases[i].second);
        assert_ok(ledger_view_witness(v, &lacking, &why), why);
        assert_int_equal(lacking, 1);
        assert_int_equal(why.code, cases[i].status);
        if (!strstr(why.message, cases[i].words))
            fail_msg("%s is not in %s", cases[i].words, why.message);
        ledger_view_close(v);
    }
    ledger_view *v = view();
    SAY({409, "3\n"}, {0, NULL}); /* it is asked again from 3, with a proof: the real one has none, and says so */
    assert_int_equal(lacking_after(v), 1);
    ledger_view_close(v);
    v = view();
    SAY({0, NULL});
    assert_int_equal(lacking_after(v), 0);
    assert_int_equal(lacking_after(v), 0); /* nothing is lacking any more */
    ledger_view_close(v);
    buf_done(&other);
}

static void the_tree_that_witnesses_saw_is_chosen_where_it_reaches(void **state)
{
    (void)state;
    ledger_tree t;
    buf text = BUF_INIT;
    append(5);
    assert_ok(step(), err);
    ledger_view *v = view();
    assert_true(ledger_view_has_witnesses(v));
    SAY({0, NULL});
    assert_int_equal(lacking_after(v), 0);
    assert_ok(ledger_view_tree(v, UINT64_MAX, &t, &err), err); /* the newest, with its cosignature */
    assert_non_null(strstr(t.note.data, "w.test"));
    uint64_t was = t.size;
    buf_done(&t.note);
    append(5);
    assert_ok(step(), err);
    static const struct {
        uint64_t index;
        bool is_old;
    } cases[] = {{0, true}, {5, true}, {6, false}, {UINT64_MAX, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(ledger_view_tree(v, cases[i].index, &t, &err), err);
        assert_int_equal(t.size, cases[i].is_old ? was : was + 5);
        buf_done(&t.note);
    }
    craft(ORIGIN, 3, NULL, false, &text); /* beside it one that nobody cosigned counts for nothing */
    put("witnessed", &text);
    assert_ok(ledger_view_tree(v, 0, &t, &err), err);
    assert_int_equal(t.size, was + 5);
    buf_done(&t.note);
    craft("other.test", 3, NULL, false, &text);
    put("checkpoint", &text);
    assert_int_equal(ledger_view_tree(v, 0, &t, &err), ASSAY_CONFLICT);
    assert_non_null(strstr(err.message, "is of other.test"));
    size_t lacking;
    assert_int_equal(ledger_view_witness(v, &lacking, &err), ASSAY_CONFLICT);
    buf_done(&text);
    ledger_view_close(v);
}

static void tell(const char *what, void *context)
{
    snprintf(context, 400, "%s", what);
}

static void a_witnessed_tree_that_is_not_in_the_log_is_told(void **state)
{
    (void)state;
    char fault[400] = "";
    notary_check_t found;
    buf text = BUF_INIT;
    append(5);
    assert_ok(step(), err);
    ledger_view *v = view();
    SAY({0, NULL});
    assert_int_equal(lacking_after(v), 0);
    assert_ok(notary_check(v, db, tell, fault, &found, &err), err);
    assert_int_equal(found.faults, 0);
    assert_int_equal(found.witnessed_size, 6);
    append(5);
    assert_ok(step(), err);
    static const struct {
        uint64_t size, faults;
    } cases[] = {{3, 1}, {50, 0}}; /* of a tree beyond the log's end nothing can be said here */
    for (size_t i = 0; i < 2; i++) {
        craft(ORIGIN, cases[i].size, NULL, true, &text);
        put("witnessed", &text);
        assert_ok(notary_check(v, NULL, tell, fault, &found, &err), err);
        assert_int_equal(found.faults, cases[i].faults);
        assert_int_equal(found.witnessed_size, cases[i].size);
    }
    assert_non_null(strstr(fault, "the witnesses saw at size 3 is not in the log"));
    ledger_view_close(v);
    craft(ORIGIN, 3, NULL, true, &text); /* nor can it be said of a log whose files are gone */
    put("witnessed", &text);
    run("rm -r %s-ledger/tile", path);
    v = view();
    *fault = '\0';
    assert_ok(notary_check(v, NULL, tell, fault, &found, &err), err);
    assert_non_null(strstr(fault, "the witnesses saw at size 3 is not in the log"));
    buf_done(&text);
    ledger_view_close(v);
}

/* What stands in DIR/witnessed is adopted only if it is the checkpoint of now and more lines under it. */
static void only_more_lines_under_the_same_checkpoint_are_adopted(void **state)
{
    (void)state;
    static const char *const more[] = {"garbage\n", "\nmore\n\n\u2014 x AAAAAAA=\n"};
    buf mine = BUF_INIT, text = BUF_INIT;
    ledger_tree t;
    append(5);
    assert_ok(step(), err);
    ledger_view *v = view();
    assert_ok(ledger_view_tree(v, 0, &t, &err), err);
    buf_add(&mine, t.note.data, t.note.length);
    buf_done(&t.note);
    for (size_t i = 0; i < 3; i++) {
        buf_clear(&text);
        buf_add(&text, mine.data, mine.length);
        if (i < 2)
            buf_add_text(&text, more[i]);
        else {
            text.data[0] = 'L';
            buf_add_text(&text, "\u2014 x AAAAAAA=\n");
        }
        put("witnessed", &text);
        assert_ok(step(), err);
        assert_ok(ledger_view_tree(v, 0, &t, &err), err);
        assert_string_equal(t.note.data, mine.data);
        buf_done(&t.note);
    }
    SAY({0, NULL});
    assert_int_equal(lacking_after(v), 0);
    assert_ok(step(), err);
    assert_ok(ledger_view_tree(v, 0, &t, &err), err);
    assert_non_null(strstr(t.note.data, "w.test"));
    buf_done(&t.note);
    buf_done(&mine);
    buf_done(&text);
    ledger_view_close(v);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(what_the_witness_has_decides_whether_anything_is_signed),
        TEST(a_log_that_lost_its_files_is_not_compared),
        TEST(only_the_witness_s_own_right_line_is_taken),
        TEST(the_tree_that_witnesses_saw_is_chosen_where_it_reaches),
        TEST(a_witnessed_tree_that_is_not_in_the_log_is_told),
        TEST(only_more_lines_under_the_same_checkpoint_are_adopted),
    };
    return cmocka_run_group_tests(tests, begin_host, NULL);
}
