/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is independent may arrive in any order: the decisions are the same; and a log that is written
 * into a fresh database, its objects interleaved anew, gives every case byte for byte. */
#include "../store/shop.h"

#include "scheme/party.h"
#include "scheme/round.h"
#include "scheme/ident.h"

enum { TEAMS = 6, JUDGES = 5, BOARD = 3, FIRST_ACTS = 3, ACTS = FIRST_ACTS + JUDGES, RUNS = 8 };

static const char rules[] =
    "scheme: x.race\nrev: '1'\nname: {en: race, ko: race, zh: race}\ncase: team\ncycle: {every: 1y}\n"
    "party: {relations: [employs], fields: {members: int}}\n"
    "role: {team: {is: case}, judge: {}, board: {quorum: 0.5}, office: {signs: 1}}\n"
    "form:\n  paper: {theme: text, saving: money(krw)}\n"
    "rule: {ready: members >= 3 and saving > 0}\n"
    "rubric: {talk: {total: 100, way: 40, effect: 60}}\n"
    "assign: {five: {role: judge, per_case: 5, blind: double}}\n"
    "tally: {talk: {official: olympic, advice: [mixed], missing: needs4, round: 0.01}}\n"
    "gate:\n  in: {need: ready, else: return_with_reason}\n"
    "  best: {rank: talk, quota: 3, tie: [talk.effect, draw]}\n"
    "  agreed: {vote: board, quorum: 0.5, majority: 1/2, else: reject}\n"
    "stage:\n  - {id: apply, who: team, form: paper, due: 30d, gate: in}\n"
    "  - {id: talk, assign: five, rubric: talk, tally: talk, due: 14d, gate: best}\n"
    "  - {id: vote, who: board, due: 9d, gate: agreed}\n"
    "  - {id: prize, who: office, money: prize, title: winner}\n"
    "money: {prize: {of: team, krw: saving / 10}}\n"
    "title: {winner: {gives: [medal], valid: 3y, revoke: {must: [false_record], hearing: yes}}}\n"
    "publish:\n  roll: {show: [name, title], to: public}\n";

typedef struct {
    shop *h;
    desk *d;
    store_tx *tx;
    object_id team[TEAMS], judge[JUDGES], board[BOARD], office, round, entry[TEAMS];
    buf answer;
    unsigned seed;
} race;

static viewer as(const object_id *party)
{
    return (viewer){.kind = party ? VIEWER_PARTY : VIEWER_DESK,
                    .account = "race",
                    .party = party ? *party : (object_id){{0}},
                    .now = INT64_C(1773000000000000000)};
}

static void begin(race *r)
{
    assert_ok(store_tx_begin(r->h->s, &r->tx, &r->h->err), r->h->err);
}

static void commit(race *r)
{
    assert_ok(store_tx_commit(r->tx, NULL, &r->h->err), r->h->err);
}

static void publish(race *r)
{
    scheme_faults faults;
    assay_status status = desk_publish(r->d, r->tx, "race.yaml", rules, sizeof rules - 1, "race",
                                       NULL, &faults, &r->h->err);
    for (size_t i = 0; i < faults.count; i++)
        print_message("%u: %s\n", faults.fault[i].at.line, faults.fault[i].message);
    assert_ok(status, r->h->err);
    scheme_faults_done(&faults);
}

static void enrol(race *r, const char *kind, const char *code, const char *role, object_id *out)
{
    char said[300];
    snprintf(said, sizeof said,
             "{\"kind\":\"%s\",\"name\":\"%s\",\"code\":\"%s\",\"members\":\"%d\"}\n", kind, code,
             code, 4);
    assert_ok(party_add(r->tx, r->h->s, said, "race", out, &r->h->err), r->h->err);
    snprintf(said, sizeof said, "{\"scheme\":\"x.race\",\"role\":\"%s\"}", role);
    if (*role)
        assert_ok(party_appoint(r->tx, r->h->s, out, said, "race", &r->h->err), r->h->err);
}

static race *race_new(unsigned seed)
{
    race *r = calloc(1, sizeof *r);
    char code[20];
    viewer desk_viewer = as(NULL);
    r->h = shop_new();
    r->seed = seed;
    assert_ok(desk_open(r->h->s, &r->d, &r->h->err), r->h->err);
    begin(r);
    publish(r);
    for (int i = 0; i < TEAMS; i++)
        snprintf(code, sizeof code, "T%d", i), enrol(r, "team", code, "", &r->team[i]);
    for (int i = 0; i < JUDGES; i++)
        snprintf(code, sizeof code, "J%d", i), enrol(r, "person", code, "judge", &r->judge[i]);
    for (int i = 0; i < BOARD; i++)
        snprintf(code, sizeof code, "B%d", i), enrol(r, "person", code, "board", &r->board[i]);
    enrol(r, "person", "O", "office", &r->office);
    assert_ok(round_open(r->d, r->tx, "{\"scheme\":\"x.race\",\"name\":\"first\"}", &desk_viewer,
                         &r->round, &r->h->err),
              r->h->err);
    commit(r);
    return r;
}

static void race_free(race *r)
{
    desk_close(r->d);
    shop_free(r->h);
    buf_done(&r->answer);
    free(r);
}

/* -- acts ------------------------------------------------------------------------------------------ */

static void act(race *r, int team, const char *name, const char *said, const object_id *by)
{
    viewer who = as(by);
    buf_clear(&r->answer);
    begin(r);
    assert_ok(case_act(r->d, r->tx, &r->entry[team], name, said, &who, &r->answer, &r->h->err),
              r->h->err);
    commit(r);
}

static void open_entry(race *r, int team)
{
    char said[200], id[ID_TEXT];
    viewer who = as(&r->team[team]);
    id_text(&r->round, id);
    snprintf(said, sizeof said, "{\"round\":\"%s\"}", id);
    buf_clear(&r->answer);
    begin(r);
    assert_ok(case_open(r->d, r->tx, &who, said, &r->answer, &r->h->err), r->h->err);
    commit(r);
    json_t *o = json_loads(buf_text(&r->answer), 0, NULL);
    assert_true(id_read(text_of(o, "case"), &r->entry[team]));
    json_decref(o);
}

static void assign(race *r, int team)
{
    char said[400] = "{\"judges\":[", id[ID_TEXT];
    for (int i = 0; i < JUDGES; i++) {
        id_text(&r->judge[i], id);
        snprintf(said + strlen(said), sizeof said - strlen(said), "%s\"%s\"", i ? "," : "", id);
    }
    strcat(said, "]}");
    act(r, team, "assign", said, NULL);
}

static void score(race *r, int team, int judge)
{
    char said[200];
    snprintf(said, sizeof said, "{\"final\":true,\"scores\":{\"way\":\"%d\",\"effect\":\"%d\"}}",
             20 + (team * 7 + judge * 3) % 20, 31 + (team * 11 + judge * 5) % 29);
    act(r, team, "score", said, &r->judge[judge]);
}

/* The first three of a team in their order, its judges in any. */
static void do_act(race *r, int team, int which)
{
    char said[200];
    if (which == 0)
        open_entry(r, team);
    else if (which == 1) {
        snprintf(said, sizeof said,
                 "{\"form\":\"paper\",\"seal\":true,\"values\":{\"theme\":\"t%d\",\"saving\":\"%d\"}}",
                 team, 1000 * (team + 1));
        act(r, team, "fill", said, &r->team[team]);
    } else if (which == 2)
        assign(r, team);
    else
        score(r, team, which - FIRST_ACTS);
}

static int pick(race *r, int n)
{
    return r->seed ? (int)((unsigned)rand_r(&r->seed) % (unsigned)n) : 0;
}

static void shuffle(race *r, int *list, int n)
{
    for (int i = n - 1; r->seed && i > 0; i--) {
        int k = pick(r, i + 1), swap = list[i];
        list[i] = list[k];
        list[k] = swap;
    }
}

static void enter_and_judge(race *r)
{
    int order[TEAMS][ACTS], next[TEAMS] = {0}, open[TEAMS], left = TEAMS;
    for (int t = 0; t < TEAMS; t++) {
        open[t] = t;
        for (int k = 0; k < ACTS; k++)
            order[t][k] = k;
        shuffle(r, order[t] + FIRST_ACTS, JUDGES);
    }
    while (left) {
        int at = pick(r, left), t = open[at];
        do_act(r, t, order[t][next[t]++]);
        if (next[t] == ACTS)
            open[at] = open[--left];
    }
}

static bool is_at(race *r, int team, const char *stage)
{
    viewer who = as(NULL);
    buf_clear(&r->answer);
    assert_ok(case_view(r->d, &r->entry[team], &who, &r->answer, &r->h->err), r->h->err);
    json_t *o = json_loads(buf_text(&r->answer), 0, NULL);
    const char *at = text_of(o, "stage");
    bool is = at && strcmp(at, stage) == 0;
    json_decref(o);
    return is;
}

static void vote_and_give(race *r)
{
    int ballot[TEAMS * BOARD], n = 0;
    for (int t = 0; t < TEAMS; t++)
        for (int b = 0; b < BOARD && is_at(r, t, "vote"); b++)
            ballot[n++] = t * BOARD + b;
    assert_int_equal(n, 3 * BOARD);
    shuffle(r, ballot, n);
    for (int i = 0; i < n; i++) /* board 2 is against the teams of even numbers */
        act(r, ballot[i] / BOARD, "vote",
            ballot[i] % BOARD == 2 && ballot[i] / BOARD % 2 == 0 ? "{\"choice\":\"no\"}"
                                                                 : "{\"choice\":\"yes\"}",
            &r->board[ballot[i] % BOARD]);
    for (int t = TEAMS; t-- > 0;)
        if (is_at(r, t, "prize"))
            act(r, t, "done", "{}", &r->office);
}

static void run(race *r)
{
    viewer who = as(NULL);
    enter_and_judge(r);
    begin(r);
    buf_clear(&r->answer);
    assert_ok(round_decide(r->d, r->tx, &r->round, "talk", "{}", &who, &r->answer, &r->h->err),
              r->h->err);
    commit(r);
    vote_and_give(r);
}

/* What was decided of a team, as text without any id. */
static char *decided(race *r, int team)
{
    static const char *const names[] = {"phase", "outcome", "decisions", "money", "scoring"};
    viewer who = as(NULL);
    json_t *kept = json_object(), *one;
    size_t i;
    buf_clear(&r->answer);
    assert_ok(case_view(r->d, &r->entry[team], &who, &r->answer, &r->h->err), r->h->err);
    json_t *o = json_loads(buf_text(&r->answer), 0, NULL);
    for (i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(o, names[i]))
            json_object_set(kept, names[i], json_object_get(o, names[i]));
    json_object_del(json_object_get(json_object_get(kept, "scoring"), "talk"), "sheets");
    json_array_foreach(json_object_get(o, "titles"), i, one)
        set_text(kept, "title", text_of(one, "state"));
    char *text = json_dumps(kept, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(kept);
    json_decref(o);
    return text;
}

static void any_order_of_what_is_independent_decides_the_same(void **state)
{
    (void)state;
    race *first = race_new(0);
    run(first);
    for (unsigned seed = 1; seed <= RUNS; seed++) {
        race *r = race_new(seed);
        run(r);
        for (int t = 0; t < TEAMS; t++) {
            char *expected = decided(first, t), *found = decided(r, t);
            assert_non_null(strstr(found, "\"talk\""));
            assert_string_equal(found, expected);
            free(expected);
            free(found);
        }
        race_free(r);
    }
    race_free(first);
}

/* -- a fresh database ------------------------------------------------------------------------------- */

typedef struct {
    char *type, *payload;
    object_id object;
    bool has_object;
} line;

typedef struct {
    line *item;
    size_t n, room;
} log_copy;

static bool keep(const record *r, void *context)
{
    log_copy *l = context;
    if (l->n == l->room)
        l->item = realloc(l->item, (l->room = 2 * l->room + 64) * sizeof *l->item);
    l->item[l->n++] = (line){strdup(r->type), strdup(r->payload), r->object, r->has_object};
    return true;
}

static bool is_earliest_of_its_object(const log_copy *l, const bool *is_gone, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (!is_gone[i] && l->item[i].has_object == l->item[at].has_object &&
            id_same(&l->item[i].object, &l->item[at].object))
            return false;
    return true;
}

/* Every object's records in their order, the objects interleaved by chance. */
static void write_shuffled(race *r, const log_copy *l, unsigned seed)
{
    bool *is_gone = calloc(l->n, sizeof *is_gone);
    begin(r);
    publish(r);
    for (size_t left = l->n; left; left--) {
        size_t at = (size_t)rand_r(&seed) % l->n;
        while (is_gone[at] || !is_earliest_of_its_object(l, is_gone, at))
            at = (at + 1) % l->n;
        const line *x = &l->item[at];
        is_gone[at] = true;
        if (strcmp(x->type, "scheme.published") != 0)
            assert_ok(record_append(r->tx, x->type, "race", x->has_object ? &x->object : NULL,
                                    x->payload, NULL, &r->h->err),
                      r->h->err);
    }
    assert_ok(party_rebuild(r->tx, r->h->s, &r->h->err), r->h->err);
    commit(r);
    begin(r);
    assert_ok(desk_rebuild(r->d, r->tx, &r->h->err), r->h->err);
    commit(r);
    free(is_gone);
}

static void compare(race *a, race *b)
{
    for (int t = 0; t < TEAMS; t++) {
        case_proof one, two;
        buf listed = BUF_INIT, same = BUF_INIT;
        assert_ok(case_replay(a->d, &a->entry[t], &one, NULL, NULL, &a->h->err), a->h->err);
        assert_ok(case_replay(b->d, &a->entry[t], &two, NULL, NULL, &b->h->err), b->h->err);
        assert_int_equal(two.differ, 0);
        assert_int_equal(one.decisions, two.decisions);
        assert_memory_equal(&one.state, &two.state, sizeof one.state);
        assert_ok(store_entry_get(a->h->s, "case", &a->entry[t], &listed, &a->h->err), a->h->err);
        assert_ok(store_entry_get(b->h->s, "case", &a->entry[t], &same, &b->h->err), b->h->err);
        assert_string_equal(buf_text(&same), buf_text(&listed));
        buf_done(&listed);
        buf_done(&same);
    }
}

static void a_log_in_a_fresh_database_gives_the_same_bytes(void **state)
{
    (void)state;
    log_copy l = {0};
    uint64_t cases, damaged;
    race *first = race_new(3);
    run(first);
    assert_ok(store_records(first->h->s, NULL, 1, keep, &l, &first->h->err), first->h->err);
    for (unsigned seed = 1; seed <= RUNS; seed++) {
        race *r = calloc(1, sizeof *r);
        r->h = shop_new();
        assert_ok(desk_open(r->h->s, &r->d, &r->h->err), r->h->err);
        write_shuffled(r, &l, seed);
        compare(first, r);
        assert_ok(desk_check(r->d, NULL, NULL, &cases, &damaged, &r->h->err), r->h->err);
        assert_int_equal(cases, TEAMS);
        assert_int_equal(damaged, 0);
        race_free(r);
    }
    for (size_t i = 0; i < l.n; i++) {
        free(l.item[i].type);
        free(l.item[i].payload);
    }
    free(l.item);
    race_free(first);
}

/* -- what no act writes ------------------------------------------------------------------------------ */

static void say(const char *what, void *context)
{
    snprintf(context, 500, "%s", what);
}

static void a_record_that_no_act_writes_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *type, *payload, *told;
    } bad[] = {
        {"case.sheet", "{\"at\":\"2026-03-02T09:00:00Z\",\"stage\":\"talk\",\"visit\":1}",
         "case.sheet: judge: found nothing, expected a text"},
        {"case.vote", "{\"at\":\"2026-03-02T09:00:00Z\",\"stage\":\"vote\",\"visit\":-1,\"by\":\"b\","
                      "\"choice\":\"yes\"}",
         "case.vote: visit: found -1, expected a whole number from 0"},
        {"case.advanced", "{\"at\":\"2026-03-02T09:00:00Z\",\"from\":\"vote\",\"to\":\"prize\"}",
         "case.advanced: from: found vote, expected apply"},
        {"case.advanced", "{\"at\":\"2026-03-02T09:00:00Z\",\"from\":\"apply\",\"to\":\"nowhere\"}",
         "stands at nowhere: no stage of x.race"},
        {"title.revoked", "{\"at\":\"2026-03-02T09:00:00Z\",\"title\":\"winner\",\"n\":1,"
                          "\"state\":\"revoked\"}",
         "title.revoked: the case has 0 titles, not 1"},
        {"case.opened", "{\"at\":\"2026-03-02T09:00:00Z\",\"scheme\":\"x\"}",
         "case.opened: scheme: found \"x\", expected a SHA-256 in hexadecimal"},
        {"case.form", "{\"at\":\"long ago\",\"form\":\"paper\",\"stage\":\"apply\",\"visit\":1}",
         "case.form: at: found \"long ago\", expected a time"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        race *r = race_new(0);
        viewer who = as(NULL);
        case_proof proof;
        char told[500] = "";
        uint64_t cases, damaged;
        open_entry(r, 0);
        begin(r);
        assert_ok(record_append(r->tx, bad[i].type, "x", &r->entry[0], bad[i].payload, NULL,
                                &r->h->err),
                  r->h->err);
        commit(r);
        buf_clear(&r->answer);
        assert_int_equal(case_view(r->d, &r->entry[0], &who, &r->answer, &r->h->err), ASSAY_DAMAGED);
        if (!strstr(r->h->err.message, bad[i].told))
            fail_msg("%s: not told: %s", r->h->err.message, bad[i].told);
        assert_int_equal(case_replay(r->d, &r->entry[0], &proof, NULL, NULL, &r->h->err),
                         ASSAY_DAMAGED);
        assert_ok(desk_check(r->d, say, told, &cases, &damaged, &r->h->err), r->h->err);
        assert_true(damaged >= 1); /* opened twice: found twice */
        if (!strstr(told, bad[i].told))
            fail_msg("%s: not told: %s", told, bad[i].told);
        race_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_of_what_is_independent_decides_the_same),
        cmocka_unit_test(a_log_in_a_fresh_database_gives_the_same_bytes),
        cmocka_unit_test(a_record_that_no_act_writes_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
