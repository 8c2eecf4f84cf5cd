/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases whose program is killed.
 *
 *   crash_case kill N [seed]   SIGKILL at N random moments, each time going on with the same database
 *
 * A child takes cases from their opening through form, five sheets, a vote, money and title, and tells
 * every act whose commit has returned. After each kill: every act that was told is in the log and at
 * most one more; the lists agree with the logs; and no case stands between two stages: nothing that
 * its stage waits for is there already. */
#include "scheme/case_inner.h"
#include "scheme/party.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { JUDGES = 5, BOARD = 3 };

static const char rules[] =
    "scheme: x.crash\nrev: '1'\nname: {en: crash, ko: crash, zh: crash}\ncase: team\n"
    "cycle: {every: open}\nparty: {relations: [employs], fields: {members: int}}\n"
    "role: {team: {is: case}, judge: {}, board: {quorum: 0.5}, office: {signs: 1}}\n"
    "form:\n  paper: {theme: text, saving: money(krw), leader: sign}\n"
    "rule: {ready: members >= 3 and saving > 0}\n"
    "rubric: {talk: {total: 100, way: 40, effect: 60}}\n"
    "assign: {five: {role: judge, per_case: 5, blind: single}}\n"
    "tally: {talk: {official: olympic, missing: needs4, round: 0.01}}\n"
    "gate:\n  in: {need: ready, else: return_with_reason}\n  good: {need: talk >= 50, else: reject}\n"
    "  agreed: {vote: board, quorum: 0.5, majority: 1/2, else: reject}\n"
    "stage:\n  - {id: apply, who: team, form: paper, due: 30d, gate: in}\n"
    "  - {id: talk, assign: five, rubric: talk, tally: talk, due: 14d, gate: good}\n"
    "  - {id: vote, who: board, due: 9d, gate: agreed}\n"
    "  - {id: prize, who: office, money: prize, title: winner}\n"
    "money: {prize: {of: team, krw: saving / 10}}\n"
    "title: {winner: {gives: [medal], valid: 3y, revoke: {must: [false_record], hearing: yes}}}\n"
    "publish:\n  roll: {show: [name, title], to: public}\n";

static char folder[64], path[128];
static assay_err err;

static _Noreturn void die(const char *what)
{
    printf("not ok 1 - %s: %s\n", what, err.message);
    exit(1);
}

static void must(assay_status status, const char *what)
{
    if (status)
        die(what);
}

/* -- the child ---------------------------------------------------------------------------------- */

typedef struct {
    store *s;
    desk *d;
    store_tx *tx;
    int out;
    uint64_t told;
    object_id team, judge[JUDGES], board[BOARD], office, entry;
    buf answer;
} feeder;

static void enrol(feeder *f, const char *kind, const char *code, const char *role, object_id *out)
{
    char said[200];
    if (party_find(f->s, code, out, &err) == ASSAY_OK)
        return;
    snprintf(said, sizeof said, "{\"kind\":\"%s\",\"name\":\"%s\",\"code\":\"%s\",\"members\":\"4\"}",
             kind, code, code);
    must(party_add(f->tx, f->s, said, "crash", out, &err), "a party");
    snprintf(said, sizeof said, "{\"scheme\":\"x.crash\",\"role\":\"%s\"}", role);
    if (*role)
        must(party_appoint(f->tx, f->s, out, said, "crash", &err), "an appointment");
}

static void prepare(feeder *f)
{
    char code[20];
    scheme_faults faults;
    must(store_open(path, STORE_CREATE, &f->s, &err), "open");
    must(desk_open(f->s, &f->d, &err), "desk");
    must(store_tx_begin(f->s, &f->tx, &err), "begin");
    must(desk_publish(f->d, f->tx, "crash.yaml", rules, sizeof rules - 1, "crash", NULL, &faults,
                      &err),
         "publish");
    scheme_faults_done(&faults);
    enrol(f, "team", "T", "", &f->team);
    for (int i = 0; i < JUDGES; i++)
        snprintf(code, sizeof code, "J%d", i), enrol(f, "person", code, "judge", &f->judge[i]);
    for (int i = 0; i < BOARD; i++)
        snprintf(code, sizeof code, "B%d", i), enrol(f, "person", code, "board", &f->board[i]);
    enrol(f, "person", "O", "office", &f->office);
    must(store_tx_commit(f->tx, NULL, &err), "commit");
}

static viewer as(const object_id *party)
{
    return (viewer){.kind = party ? VIEWER_PARTY : VIEWER_DESK,
                    .account = "crash",
                    .party = party ? *party : (object_id){{0}}};
}

static void begin(feeder *f)
{
    buf_clear(&f->answer);
    must(store_tx_begin(f->s, &f->tx, &err), "begin");
}

/* Told only once it is durable. */
static void end(feeder *f)
{
    must(store_tx_commit(f->tx, NULL, &err), "commit");
    f->told++;
    if (write(f->out, &f->told, sizeof f->told) != sizeof f->told)
        exit(2);
}

static void act(feeder *f, const char *name, const char *said, const object_id *by)
{
    viewer who = as(by);
    begin(f);
    must(case_act(f->d, f->tx, &f->entry, name, said, &who, &f->answer, &err), name);
    end(f);
}

static void open_entry(feeder *f)
{
    viewer who = as(&f->team);
    begin(f);
    must(case_open(f->d, f->tx, &who, "{\"scheme\":\"x.crash\"}", &f->answer, &err), "open");
    json_t *o = json_loads(buf_text(&f->answer), 0, NULL);
    if (!id_read(text_of(o, "case"), &f->entry))
        die("no id");
    json_decref(o);
    end(f);
}

static void assign(feeder *f)
{
    char said[400] = "{\"judges\":[", id[ID_TEXT];
    for (int i = 0; i < JUDGES; i++) {
        id_text(&f->judge[i], id);
        snprintf(said + strlen(said), sizeof said - strlen(said), "%s\"%s\"", i ? "," : "", id);
    }
    strcat(said, "]}");
    act(f, "assign", said, NULL);
}

static void take_one_through(feeder *f)
{
    open_entry(f);
    act(f, "fill", "{\"form\":\"paper\",\"values\":{\"theme\":\"t\",\"saving\":\"1000\"}}", &f->team);
    act(f, "fill", "{\"form\":\"paper\",\"seal\":true,\"values\":{\"theme\":\"t\",\"saving\":\"1000\",\"leader\":\"s\"}}", &f->team);
    assign(f);
    for (int i = 0; i < JUDGES; i++) {
        act(f, "score", "{\"scores\":{\"way\":\"30\",\"effect\":\"44\"}}", &f->judge[i]);
        act(f, "final", "{}", &f->judge[i]);
    }
    for (int i = 0; i < BOARD; i++)
        act(f, "vote", "{\"choice\":\"yes\"}", &f->board[i]);
    act(f, "done", "{}", &f->office);
}

static _Noreturn void run(int out)
{
    feeder f = {.out = out};
    prepare(&f);
    for (;;)
        take_one_through(&f);
}

/* -- after the kill -------------------------------------------------------------------------------- */

static void tell(const char *what, void *context)
{
    (void)context;
    printf("# %s\n", what);
}

static bool count_act(const record *r, void *context)
{
    uint64_t *n = context;
    bool is_case = strncmp(r->type, "case.", 5) == 0;
    json_t *payload = is_case && r->payload ? json_loads(r->payload, 0, NULL) : NULL;
    *n += text_of(payload, "act") != NULL;
    json_decref(payload);
    return true;
}

static bool keep_id(const record *r, void *context)
{
    buf_add(context, &r->object, sizeof r->object);
    return true;
}

/* True: what its stage waits for is there, and it has not gone on. */
static bool stands_between(desk *d, const object_id *id)
{
    viewer who = as(NULL);
    the_case c;
    bool is_ready = false;
    must(case_load(d, NULL, id, &who, &c, &err), "a case");
    const scheme_stage *s = case_stage(&c);
    if (case_is_open(c.state) && !s)
        is_ready = true;
    else if (case_is_open(c.state))
        must(case_is_ready(&c, s, &is_ready, &err), "a stage");
    case_done(&c);
    return is_ready;
}

static int inspect(uint64_t *acts, uint64_t *cases)
{
    store *s;
    desk *d;
    store_check_t found;
    uint64_t damaged, between = 0;
    buf ids = BUF_INIT;
    must(store_open(path, STORE_CREATE, &s, &err), "opening after the kill");
    must(desk_open(s, &d, &err), "desk");
    must(store_check(s, tell, NULL, &found, &err), "the check of the file");
    must(desk_check(d, tell, NULL, cases, &damaged, &err), "the check of cases");
    *acts = 0;
    must(store_records(s, NULL, 1, count_act, acts, &err), "records");
    must(store_records(s, "case.opened", 1, keep_id, &ids, &err), "cases");
    for (size_t at = 0; at < ids.length; at += sizeof(object_id)) {
        object_id id;
        memcpy(&id, ids.data + at, sizeof id);
        between += stands_between(d, &id);
    }
    buf_done(&ids);
    desk_close(d);
    store_close(s);
    if (found.damaged || damaged || between)
        printf("# %llu damaged, %llu between two stages\n", (unsigned long long)damaged,
               (unsigned long long)between);
    return found.damaged || damaged || between;
}

static uint64_t kill_once(unsigned *seed)
{
    int ends[2], status;
    uint64_t told = 0, next;
    fflush(stdout);
    if (pipe(ends) != 0)
        die("a pipe");
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        run(ends[1]);
    }
    close(ends[1]);
    struct timespec t = {0, 20000000 + rand_r(seed) % 900 * 1000000L};
    nanosleep(&t, NULL);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    if (WIFEXITED(status))
        die("the child failed by itself");
    while (read(ends[0], &next, sizeof next) == sizeof next)
        told = next;
    close(ends[0]);
    return told;
}

static int kill_often(int runs, unsigned seed)
{
    uint64_t before = 0, acts = 0, cases = 0;
    int failed = 0;
    char command[96];
    snprintf(folder, sizeof folder, "/tmp/assay-crash-XX" "XX" "XX");
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/p.assay", folder);
    for (int i = 0; i < runs; i++) {
        uint64_t told = kill_once(&seed);
        failed += inspect(&acts, &cases);
        if (acts < before + told || acts > before + told + 1) {
            printf("# %llu acts in the log; %llu before, %llu told\n", (unsigned long long)acts,
                   (unsigned long long)before, (unsigned long long)told);
            failed++;
        }
        before = acts;
    }
    snprintf(command, sizeof command, "rm -rf %s", folder);
    failed += system(command) != 0;
    printf("1..1\n%s 1 - %d kills in %llu acts of %llu cases: none lost, none between two stages\n",
           failed ? "not ok" : "ok", runs, (unsigned long long)acts, (unsigned long long)cases);
    return failed != 0;
}

int main(int count, char **arg)
{
    if (count > 2 && strcmp(arg[1], "kill") == 0)
        return kill_often(atoi(arg[2]), count > 3 ? (unsigned)atoi(arg[3]) : 1);
    return 2;
}
