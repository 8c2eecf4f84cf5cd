/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists and the decision of a national contest.
 *
 *     bench_programme lists SCHEMES [CASES [PEOPLE [FILE]]]   pages, counts and statistics of a
 * large programme (2,050,000 cases, 570,000 people); a FILE stays, and is not filled again
 * (bench/list_pages asks a server on it) bench_programme contest SCHEMES   a circle contest of two
 * tiers: assignment, statistics, medals
 */
#include "scheme/case.h"
#include "scheme/meeting.h"
#include "scheme/party.h"
#include "scheme/round_inner.h"
#include "scheme/tell.h"
#include "scheme/title.h"

#include "base/hash.h"
#include "base/random.h"
#include "base/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static assay_err err;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Seconds of processor: others use the machine too. */
static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(assay_status status)
{
    if (status) {
        fprintf(stderr, "%s: %s\n", assay_status_name(status), err.message);
        exit(1);
    }
}

/* Acts as people do them, many to a commit: it is the fill, not what is measured. */
typedef struct {
    store *s;
    desk *d;
    store_tx *tx;
    size_t acts;
} work;

enum { STEP_ACTS = 2000 };

static void commit(work *w)
{
    must(store_tx_commit(w->tx, NULL, &err));
    must(store_tx_begin(w->s, &w->tx, &err));
}

static void step(work *w)
{
    if (++w->acts % STEP_ACTS == 0)
        commit(w);
}

static bool take_id(const char *answer, object_id *out)
{
    const char *at = strstr(answer, "\"case\":\"");
    for (size_t i = 0; at && i < 16; i++) {
        unsigned byte;
        if (sscanf(at + 8 + 2 * i, "%2x", &byte) != 1)
            return false;
        out->bytes[i] = (uint8_t)byte;
    }
    return at != NULL;
}

static object_id open_case(work *w, const char *said, const viewer *who)
{
    buf answer = BUF_INIT;
    object_id id;
    must(case_open(w->d, w->tx, who, said, &answer, &err));
    if (!take_id(buf_text(&answer), &id))
        exit(1);
    buf_done(&answer);
    step(w);
    return id;
}

static void act(work *w, const object_id *id, const char *name, const char *said, const viewer *who)
{
    buf answer = BUF_INIT;
    must(case_act(w->d, w->tx, id, name, said, who, &answer, &err));
    buf_done(&answer);
    step(w);
}

static void publish(work *w, const char *schemes, const char *name, void edit(char *text))
{
    char path[500], *text = calloc(1, 1 << 20);
    scheme_faults faults;
    snprintf(path, sizeof path, "%.400s/%s", schemes, name);
    FILE *f = fopen(path, "rb");
    if (!text || !f || fread(text, 1, (1 << 20) - 1, f) == 0) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    fclose(f);
    if (edit)
        edit(text);
    must(desk_publish(w->d, w->tx, path, text, strlen(text), "bench", NULL, &faults, &err));
    scheme_faults_done(&faults);
    free(text);
}

/* -- lists ------------------------------------------------------------------------------------- */

/* A year of suggestions, the circles with their people, the officers with their titles, bodies that
 * are audited, complaints, rounds, meetings: imported, opened and decided as people do it. Of the
 * suggestions a quarter waits to be received, a quarter for its department, half are not adopted
 * but one in 24, which is carried out and rewarded; one in 16 is of a round. Behind the first LIVED
 * of them, the others stand in the lists as cases like these, their days and people their own.
 * Fewer CASES, fewer of everything. */
enum {
    CASES = 2050000,
    TEAMS = 57560,
    PEOPLE = 570000,
    OFFICERS = 23800,
    AUDITS = 2000,
    ADOPTED = 4000,
    LIVED = 50000,
    CHUNK = 10000,
    COMPLAINTS = 20000,
    MEETINGS = 4000,
    ROUNDS = 1200,
    PAGES = 50,
    REGIONS = 17,
    LIKE = 24 * REGIONS
};

typedef struct {
    work w;
    object_id someone;      /* the department: decides, judges */
    object_id round[ROUNDS];
    object_id *person, judge[3];
    uint64_t people, cases;
    int64_t year;           /* its first moment */
    the_case like[LIKE];
} plant;

static uint64_t scaled(const plant *p, uint64_t n)
{
    uint64_t part = n * p->cases / CASES;
    return part < 1 ? 1 : part < n ? part : n;
}

static const viewer at_desk = {.kind = VIEWER_DESK, .account = "bench"};

static viewer on_day(const plant *p, uint64_t k, uint64_t n, const object_id *party)
{
    viewer v = {.kind = party ? VIEWER_PARTY : VIEWER_DESK, .account = "bench"};
    v.now = p->year + (int64_t)(k * 365 / n) * 86400000000000 + (int64_t)(k % 86400) * 1000000000;
    if (party)
        v.party = *party;
    return v;
}

/* Of those that the others are like: one in 24. */
static bool is_rewarded(uint64_t k)
{
    return k < LIKE && k % 24 == 11;
}

static void carry_out(plant *p, const object_id *id, uint64_t k, uint64_t n)
{
    static const char marks[] =
        "{\"final\":true,\"scores\":{\"creativity\":\"20\",\"effort\":\"12\",\"spread\":\"15\","
        "\"effect\":\"20\",\"feasibility\":\"12\"}}";
    viewer office = on_day(p, k, n, &p->someone);
    for (int i = 0; i < 3; i++) {
        viewer judge = on_day(p, k, n, &p->judge[i]);
        act(&p->w, id, "score", marks, &judge);
    }
    act(&p->w, id, "fill",
        "{\"form\":\"plan\",\"seal\":true,\"values\":{\"steps\":[{\"step\":\"all\",\"until\":"
        "\"2026-12-31\"}],"
        "\"owner\":\"P0\"}}",
        &office);
    act(&p->w, id, "fill", "{\"form\":\"done\",\"seal\":true,\"values\":{\"is_done\":true}}",
        &office);
}

static object_id live(plant *p, uint64_t k, uint64_t n)
{
    char said[400];
    viewer who = on_day(p, k, n, &p->person[k % p->people]), office = on_day(p, k, n, &p->someone);
    snprintf(said, sizeof said, "{\"scheme\":\"kr.suggestion\",\"title\":\"idea %" PRIu64 "\",\"place\":\"r%u\"}",
             k, (unsigned)(k % REGIONS));
    object_id id = open_case(&p->w, said, &who);
    snprintf(said, sizeof said, "{\"form\":\"idea\",\"seal\":true,\"values\":{\"title\":\"idea %" PRIu64 "\","
             "\"present_state\":\"as it is\",\"idea\":\"better\",\"expected\":\"less\",\"category\":\"%s\"}}",
             k, k % 3 ? "quality" : "cost");
    act(&p->w, &id, "fill", said, &who);
    if (k % 4 == 0)
        return id;
    snprintf(said, sizeof said, "{\"form\":\"receipt\",\"seal\":true,\"values\":{\"number\":\"%" PRIu64 "\","
             "\"department\":\"press\",\"excluded_as\":\"none\"}}", k);
    act(&p->w, &id, "fill", said, &office);
    bool is_adopted = is_rewarded(k) || (k % 4 == 3 && k >= LIKE && k < ADOPTED);
    if (k % 4 == 1)
        return id;
    snprintf(said, sizeof said, "{\"form\":\"decision\",\"seal\":true,\"values\":{\"verdict\":\"%s\","
             "\"reason\":\"known\",\"opinions\":[]}}", is_adopted ? "adopted" : "not_adopted");
    act(&p->w, &id, "fill", said, &office);
    viewer assigns = on_day(p, k, n, NULL);
    if (is_adopted)
        act(&p->w, &id, "assign", "{\"judges\":[\"J0\",\"J1\",\"J2\"]}", &assigns);
    if (is_rewarded(k))
        carry_out(p, &id, k, n);
    return id;
}

static void list_like(plant *p, const the_case *like, uint64_t k, uint64_t n)
{
    static const char *const days[] = {"opened", "entered", "due"};
    viewer who = on_day(p, k, n, &p->person[k % p->people]);
    the_case c = *like;
    int64_t later = who.now - when_of(like->state, "opened");
    char title[40];
    arena_init(&c.memory);
    c.state = json_copy(like->state);
    c.tx = p->w.tx;
    c.who = &who;
    c.now = who.now;
    must(random_bytes(c.id.bytes, sizeof c.id.bytes, &err));
    snprintf(title, sizeof title, "idea %" PRIu64, k);
    set_id(c.state, "id", &c.id);
    set_id(c.state, "party", &who.party);
    set_text(c.state, "title", title);
    json_object_del(c.state, "titles"); /* a roll shows them from their records */
    if (k % 16 == 0)
        set_id(c.state, "round", &p->round[k / 16 % scaled(p, ROUNDS)]);
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        if (when_of(like->state, days[i]) != TIME_NONE)
            set_time(c.state, days[i], when_of(like->state, days[i]) + later);
    must(case_list_again(&c, &err));
    case_done(&c);
    step(&p->w);
}

static void suggest(plant *p, uint64_t k, uint64_t n)
{
    if (k < LIKE || k < scaled(p, LIVED)) {
        object_id id = live(p, k, n);
        if (k < LIKE)
            must(case_load(p->w.d, NULL, &id, &at_desk, &p->like[k], &err));
    } else
        list_like(p, &p->like[k % LIKE], k, n);
}

static void appoint_officer(plant *p, uint64_t k, uint64_t n)
{
    char said[200], code[32];
    viewer centre = on_day(p, k, n, NULL), office = on_day(p, k, n, &p->someone);
    snprintf(code, sizeof code, "P%" PRIu64, k % p->people);
    snprintf(said, sizeof said, "{\"scheme\":\"cn.cqo\",\"party\":\"%s\",\"place\":\"r%u\"}", code,
             (unsigned)(k % REGIONS));
    object_id id = open_case(&p->w, said, &centre);
    act(&p->w, &id, "fill", "{\"form\":\"appoint\",\"seal\":true,\"values\":{\"letter\":\"l.pdf\","
        "\"post_level\":\"middle\",\"degree\":\"master\",\"quality_years\":\"9\",\"title_grade\":\"none\","
        "\"powers\":[\"veto\"]}}", &office);
    act(&p->w, &id, "done", "{}", &office);
    act(&p->w, &id, "fill", "{\"form\":\"course\",\"seal\":true,\"values\":{\"hours\":\"20\","
        "\"attendance\":[\"s\"],\"case_paper\":\"c.pdf\"}}", &office);
    act(&p->w, &id, "exam", "{\"bank\":\"basic\",\"percent\":\"80\"}", &centre);
}

static void audit(plant *p, uint64_t k, uint64_t n)
{
    char said[120];
    viewer centre = on_day(p, n - 1, n, NULL), auditor = on_day(p, n - 1, n, &p->someone);
    snprintf(said, sizeof said, "{\"scheme\":\"public.audit\",\"party\":\"P%" PRIu64 "\"}", k % p->people);
    object_id id = open_case(&p->w, said, &centre);
    act(&p->w, &id, "fill", "{\"form\":\"plan\",\"seal\":true,\"values\":{\"scope\":\"safety\","
        "\"from\":\"2026-01-01\",\"to\":\"2026-06-30\",\"why\":\"yearly\"}}", &auditor);
    act(&p->w, &id, "fill", "{\"form\":\"findings\",\"seal\":true,\"values\":{\"list\":[],\"informed\":false}}",
        &auditor);
    viewer body = on_day(p, n - 1, n, &p->person[k % p->people]);
    act(&p->w, &id, "fill", "{\"form\":\"reply\",\"seal\":true,\"values\":{\"reply\":\"seen\",\"files\":[]}}",
        &body);
    act(&p->w, &id, "fill", "{\"form\":\"sanction\",\"seal\":true,\"values\":{\"recovered_krw\":\"0\","
        "\"measures\":\"a warning\"}}", &auditor);
}

static void complain(plant *p, uint64_t k, uint64_t n)
{
    char said[200];
    viewer who = on_day(p, k, n, &p->person[k % p->people]), office = on_day(p, k, n, &p->someone);
    snprintf(said, sizeof said,
             "{\"scheme\":\"customer.complaint\",\"title\":\"broken %" PRIu64
             "\",\"place\":\"r%u\"}",
             k, (unsigned)(k % REGIONS));
    object_id id = open_case(&p->w, said, &who);
    act(&p->w, &id, "fill",
        "{\"form\":\"complaint\",\"seal\":true,\"values\":{\"what\":\"broken\","
        "\"remedy_sought\":\"repair\",\"contact\":\"a@example.org\",\"photos\":[]}}",
        &who);
    if (k % 2)
        act(&p->w, &id, "fill",
            "{\"form\":\"receipt\",\"seal\":true,\"values\":{\"number\":\"1\","
            "\"acknowledged\":true}}",
            &office);
}

/* Every second one of the board, every second one of the supervisors. */
static void meet(plant *p, uint64_t k, uint64_t n)
{
    char said[200];
    buf answer = BUF_INIT;
    viewer centre = on_day(p, k, n, NULL);
    snprintf(said, sizeof said,
             "{\"scheme\":\"association.resolution\",\"role\":\"%s\",\"title\":\"meeting %" PRIu64
             "\",\"cases\":[]}",
             k % 2 ? "board" : "supervisors", k);
    must(meeting_open(p->w.d, p->w.tx, said, &centre, &answer, &err));
    buf_done(&answer);
    step(&p->w);
}

static void call(plant *p, uint64_t k, uint64_t n)
{
    char said[100];
    viewer centre = on_day(p, k, n, NULL);
    snprintf(said, sizeof said, "{\"scheme\":\"%s\",\"name\":\"round-%" PRIu64 "\"}",
             k % 3 ? "kr.suggestion" : "customer.complaint", k);
    must(round_open(p->w.d, p->w.tx, said, &centre, &p->round[k], &err));
    step(&p->w);
}

static void import_parties(plant *p, uint64_t n, bool are_teams)
{
    static const char clean[] = ",\"major_mistake\":false,\"unfair_gain\":false,\"criminal\":false,"
                                "\"leaked_secret\":false";
    uint64_t count;
    for (uint64_t k = 0; k < n; k += CHUNK) {
        buf lines = BUF_INIT;
        for (uint64_t i = k; i < k + CHUNK && i < n; i++)
            buf_addf(&lines, "{\"kind\":\"%s\",\"name\":\"%s %" PRIu64 " of %u\",\"code\":\"%c%" PRIu64
                             "\",\"firm_size\":\"%s\",\"is_barred\":false%s}\n", are_teams ? "team" : "person",
                     are_teams ? "Circle" : "Kim", i, (unsigned)(i % 1000), are_teams ? 'T' : 'P', i,
                     i % 3 ? "small" : "large", !are_teams && i < OFFICERS ? clean : "");
        must(party_import(p->w.tx, p->w.s, lines.data, lines.length, "bench", &count, &err));
        commit(&p->w);
        buf_done(&lines);
    }
}

static void import_desk(plant *p)
{
    static const char someone[] =
        "{\"kind\":\"person\",\"name\":\"Someone\",\"code\":\"D\",\"appointments\":["
        "{\"scheme\":\"kr.suggestion\",\"role\":\"desk\"},{\"scheme\":\"kr.suggestion\",\"role\":"
        "\"department\"},"
        "{\"scheme\":\"cn.cqo\",\"role\":\"enterprise\"},{\"scheme\":\"cn.cqo\",\"role\":"
        "\"county\"},"
        "{\"scheme\":\"customer.complaint\",\"role\":\"desk\"},"
        "{\"scheme\":\"public.audit\",\"role\":\"auditor\",\"trained\":\"2025-06-01\"}]}\n"
        "{\"kind\":\"person\",\"name\":\"Judge\",\"code\":\"J0\",\"appointments\":["
        "{\"scheme\":\"association.resolution\",\"role\":\"board\"},"
        "{\"scheme\":\"kr.suggestion\",\"role\":\"judge\",\"trained\":\"2025-06-01\"}]}\n"
        "{\"kind\":\"person\",\"name\":\"Judge\",\"code\":\"J1\",\"appointments\":["
        "{\"scheme\":\"kr.suggestion\",\"role\":\"judge\",\"trained\":\"2025-06-01\"}]}\n"
        "{\"kind\":\"person\",\"name\":\"Judge\",\"code\":\"J2\",\"appointments\":["
        "{\"scheme\":\"kr.suggestion\",\"role\":\"judge\",\"trained\":\"2025-06-01\"}]}\n";
    uint64_t count;
    must(party_import(p->w.tx, p->w.s, someone, sizeof someone - 1, "bench", &count, &err));
    must(party_find(p->w.s, "D", &p->someone, &err));
    for (int i = 0; i < 3; i++) {
        char code[] = {'J', (char)('0' + i), '\0'};
        must(party_find(p->w.s, code, &p->judge[i], &err));
    }
    commit(&p->w);
}

static void find_people(plant *p)
{
    p->person = malloc(p->people * sizeof *p->person);
    if (!p->person)
        exit(1);
    for (uint64_t k = 0; k < p->people; k++) {
        char code[32];
        snprintf(code, sizeof code, "P%" PRIu64, k);
        must(party_find(p->w.s, code, &p->person[k], &err));
    }
}

typedef void one_case(plant *p, uint64_t k, uint64_t n);

static void open_all(plant *p, const char *name, uint64_t n, one_case *open)
{
    double from = now(), used = cpu();
    for (uint64_t k = 0; k < n; k++)
        open(p, k, n);
    commit(&p->w);
    printf("%" PRIu64 " %s: %.0f s, %.0f of processor\n", n, name, now() - from, cpu() - used);
    fflush(stdout);
}

static void fill(plant *p, const char *schemes)
{
    static const char *const names[] = {"kr-suggestion.yaml", "cn-cqo.yaml", "audit.yaml",
                                        "complaint.yaml", "association-resolution.yaml"};
    must(store_cache(p->w.s, 1024, &err));
    must(store_tx_begin(p->w.s, &p->w.tx, &err));
    uint64_t none;
    must(desk_bring_up(p->w.d, p->w.tx, &none, &err)); /* a server need not make the lists anew */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        publish(&p->w, schemes, names[i], NULL);
    double from = now();
    import_parties(p, p->people, false);
    import_parties(p, scaled(p, TEAMS), true);
    import_desk(p);
    printf("%" PRIu64 " people and %" PRIu64 " circles imported: %.0f s\n", p->people,
           scaled(p, TEAMS), now() - from);
    find_people(p);
    open_all(p, "rounds", scaled(p, ROUNDS), call);
    open_all(p, "meetings", scaled(p, MEETINGS), meet);
    open_all(p, "complaints", scaled(p, COMPLAINTS), complain);
    open_all(p, "audits", scaled(p, AUDITS), audit);
    open_all(p, "officers", scaled(p, OFFICERS), appoint_officer);
    open_all(p, "suggestions", p->cases, suggest);
    must(store_tx_commit(p->w.tx, NULL, &err));
    free(p->person);
    for (uint64_t k = 0; k < LIKE && k < p->cases; k++)
        case_done(&p->like[k]);
}

/* One page after the other, from where the last one ended. */
typedef assay_status page_of(plant *p, const char *mark, buf *out);

static void time_pages(plant *p, const char *name, page_of *page)
{
    double worst = 0, total = 0;
    char mark[600] = "";
    int n = 0;
    for (; n < PAGES && (n == 0 || *mark); n++) {
        buf out = BUF_INIT;
        double from = cpu();
        must(page(p, *mark ? mark : NULL, &out));
        double took = cpu() - from;
        worst = took > worst ? took : worst;
        total += took;
        tell_member(buf_text(&out), "next", mark, sizeof mark);
        buf_done(&out);
    }
    printf("%-44s %2d pages, mean %7.2f ms, worst %7.2f ms CPU\n", name, n, total / n * 1e3, worst * 1e3);
}

static const char suggestions[] = "kr.suggestion", officer[] = "cn.cqo";

static assay_status cases_of(plant *p, case_query q, const char *mark, buf *out)
{
    q.mark = mark;
    return case_list(p->w.d, &q, &at_desk, out, &err);
}

static assay_status all_cases(plant *p, const char *mark, buf *out)
{
    return cases_of(p, (case_query){.limit = 100}, mark, out);
}

static assay_status cases_of_scheme(plant *p, const char *mark, buf *out)
{
    return cases_of(p, (case_query){.scheme = suggestions, .limit = 100}, mark, out);
}

static assay_status cases_at_stage(plant *p, const char *mark, buf *out)
{
    return cases_of(p, (case_query){.scheme = suggestions, .stage = "decide", .state = "open", .limit = 100},
                    mark, out);
}

static assay_status cases_due(plant *p, const char *mark, buf *out)
{
    return cases_of(p, (case_query){.is_due = true, .limit = 1000}, mark, out);
}

static assay_status own_queue(plant *p, const char *mark, buf *out)
{
    viewer me = {.kind = VIEWER_PARTY, .account = "bench", .party = p->someone};
    case_query q = {.is_mine = true, .mark = mark, .limit = 100};
    return case_list(p->w.d, &q, &me, out, &err);
}

static assay_status people_by_name(plant *p, const char *mark, buf *out)
{
    return party_list(p->w.s, "person", NULL, mark, 100, true, out, &err);
}

static assay_status circles(plant *p, const char *mark, buf *out)
{
    return party_list(p->w.s, "team", NULL, mark, 100, true, out, &err);
}

static assay_status people_found(plant *p, const char *mark, buf *out)
{
    return party_list(p->w.s, "person", "kim", mark, 100, true, out, &err);
}

static assay_status officers(plant *p, const char *mark, buf *out)
{
    title_query q = {.scheme = officer, .mark = mark, .limit = 100};
    return title_list(p->w.d, &q, &at_desk, out, &err);
}

static assay_status funnel(plant *p, const char *mark, buf *out)
{
    (void)mark;
    case_query q = {.scheme = suggestions};
    return case_funnel(p->w.d, &q, &at_desk, out, &err);
}

static assay_status measures(plant *p, const char *mark, buf *out)
{
    (void)mark;
    return measure_tree(p->w.d, suggestions, &at_desk, out, &err);
}

static const viewer public = {.kind = VIEWER_PUBLIC, .account = "bench"};

static assay_status roll(plant *p, const char *mark, buf *out)
{
    title_query q = {.scheme = officer, .mark = mark, .limit = 100};
    return title_list(p->w.d, &q, &public, out, &err);
}

static assay_status roll_found(plant *p, const char *mark, buf *out)
{
    title_query q = {.scheme = officer, .search = "kim", .mark = mark, .limit = 100};
    return title_list(p->w.d, &q, &public, out, &err);
}

static assay_status notices(plant *p, const char *mark, buf *out)
{
    return notice_list(p->w.d, "public.audit", mark, 100, &public, out, &err);
}

static assay_status statistics(plant *p, const char *mark, buf *out)
{
    (void)mark;
    return title_statistics(p->w.d, suggestions, out, &err);
}

static void show(plant *p)
{
    must(party_find(p->w.s, "J0", &p->someone, &err));
    time_pages(p, "suggestions, newest, 100 a page", all_cases);
    time_pages(p, "of a scheme, counted", cases_of_scheme);
    time_pages(p, "of a stage, by deadline", cases_at_stage);
    time_pages(p, "due, 1000 a page", cases_due);
    time_pages(p, "queue of a judge", own_queue);
    time_pages(p, "funnel of a scheme", funnel);
    time_pages(p, "people", people_by_name);
    time_pages(p, "people, a word of their names", people_found);
    time_pages(p, "circles", circles);
    time_pages(p, "officers, for the desk", officers);
    time_pages(p, "officers, the public roll", roll);
    time_pages(p, "the public roll, a word of names", roll_found);
    time_pages(p, "public notices", notices);
    time_pages(p, "measures: count(cases), adopted share", measures);
    time_pages(p, "statistics by region, size, level, year", statistics);
}

/* A file that is there is looked at and stays. */
static void lists(const char *schemes, uint64_t cases, uint64_t people, const char *file)
{
    char own[64];
    plant p = {.cases = cases, .people = people, .year = time_now() - 365 * (int64_t)86400000000000};
    snprintf(own, sizeof own, "/tmp/assay-bench-%ld.assay", (long)getpid());
    if (!file || access(file, F_OK) != 0) {
        must(store_open(file ? file : own, STORE_CREATE, &p.w.s, &err));
        must(desk_open(p.w.s, &p.w.d, &err));
        fill(&p, schemes);
        desk_close(p.w.d);
        store_close(p.w.s);
    }
    must(store_open(file ? file : own, STORE_READ, &p.w.s, &err)); /* as a server's reader has it */
    must(desk_open(p.w.s, &p.w.d, &err));
    show(&p);
    desk_close(p.w.d);
    store_close(p.w.s);
    if (!file) {
        unlink(own);
        strcat(own, "-writer");
        unlink(own);
    }
}

/* -- the contest ---------------------------------------------------------------------------------
 */

/* 598 circles of 17 regions enter, 298 go on to the national round, in 13 divisions; five judges
 * read each of them in both tiers. */
enum {
    LARGE_REGIONS = 15,
    ENTERED = 598,
    REGIONAL_JUDGES = 170,
    JUDGES = 65
};

typedef struct {
    work w;
    object_id round, team[ENTERED], judge[REGIONAL_JUDGES + JUDGES];
    char circle[40];
    object_id entry[ENTERED];
} contest;

static void text_id(const object_id *id, char out[static 33])
{
    for (int i = 0; i < 16; i++)
        snprintf(out + 2 * i, 3, "%02x", id->bytes[i]);
}

static viewer as_party(const object_id *party)
{
    return (viewer){.kind = VIEWER_PARTY, .account = "bench", .party = *party};
}

static object_id open_entry(contest *c, const char *said, const object_id *party)
{
    viewer who = as_party(party);
    return open_case(&c->w, said, &who);
}

static void act_of(contest *c, const object_id *id, const char *name, const char *said,
                   const object_id *party)
{
    viewer who = as_party(party);
    act(&c->w, id, name, said, &who);
}

/* A region sends 18, so that 298 go on, and what a circle enters with is not asked. */
static void edit_contest(char *text)
{
    char *at;
    if ((at = strstr(text, "quota: 16")))
        memcpy(at, "quota: 18", 9);
    if ((at = strstr(text, ", effect_proven]")))
        memcpy(at, "]               ", 16);
}

static int region_of(int team)
{
    return team < LARGE_REGIONS * 38 ? team / 38 : LARGE_REGIONS + (team - LARGE_REGIONS * 38) / 14;
}

static void people(contest *c)
{
    static const char *const divisions[] = {"field",    "office",    "service",     "environment",
                                            "safety",   "facility",  "maintenance", "six_sigma",
                                            "supplier", "free_form", "creative",    "suggestion",
                                            "energy"};
    buf lines = BUF_INIT;
    uint64_t count;
    for (int k = 0; k < ENTERED; k++)
        buf_addf(&lines,
                 "{\"kind\":\"team\",\"name\":\"Team %d\",\"code\":\"T%d\",\"region\":\"r%d\","
                 "\"size\":\"mid\",\"division\":\"%s\"}\n",
                 k, k, region_of(k), divisions[k % 13]);
    for (int k = 0; k < REGIONAL_JUDGES + JUDGES; k++)
        buf_addf(&lines,
                 "{\"kind\":\"person\",\"name\":\"Judge %d\",\"code\":\"J%d\",\"appointments\":[{"
                 "\"scheme\":\"kr.contest\",\"role\":\"%s\",\"place\":\"%s%d\","
                 "\"trained\":\"2026-01-05\",\"calibrated\":\"5\"}]}\n",
                 k, k, k < REGIONAL_JUDGES ? "regional_judge" : "judge",
                 k < REGIONAL_JUDGES ? "r" : "far", k % REGIONS);
    must(party_import(c->w.tx, c->w.s, lines.data, lines.length, "bench", &count, &err));
    for (int k = 0; k < ENTERED + REGIONAL_JUDGES + JUDGES; k++) {
        char name[20];
        snprintf(name, sizeof name, k < ENTERED ? "T%d" : "J%d", k < ENTERED ? k : k - ENTERED);
        must(party_find(c->w.s, name, k < ENTERED ? &c->team[k] : &c->judge[k - ENTERED], &err));
    }
    buf_done(&lines);
}

static void enter(contest *c)
{
    char said[600], round[33];
    text_id(&c->round, round);
    object_id circle = open_entry(c, "{\"scheme\":\"kr.circle\"}", &c->team[0]);
    text_id(&circle, c->circle);
    for (int k = 0; k < ENTERED; k++) {
        snprintf(said, sizeof said, "{\"round\":\"%s\",\"place\":\"r%d\"}", round, region_of(k));
        c->entry[k] = open_entry(c, said, &c->team[k]);
        snprintf(said, sizeof said,
                 "{\"form\":\"paper\",\"seal\":true,\"values\":{\"theme\":\"theme %d\","
                 "\"circle_work\":{\"case\":\"%s\"},\"book\":\"b.pdf\",\"summary\":\"s\","
                 "\"consent\":\"c\"}}",
                 k, c->circle);
        act_of(c, &c->entry[k], "fill", said, &c->team[k]);
    }
}

/* Every judge's sheets of a stage. */
typedef struct {
    buf ids;
} queue_look;

static bool keep_case(const store_entry *e, void *context)
{
    const char *at = strstr(e->row, "\"case\":\"");
    object_id id;
    if (at && take_id(e->row, &id))
        buf_add(&((queue_look *)context)->ids, &id, sizeof id);
    return true;
}

static void score(contest *c, int first, int n)
{
    for (int j = first; j < first + n; j++) {
        char prefix[60], said[300];
        queue_look q = {BUF_INIT};
        text_id(&c->judge[j], prefix);
        strcat(prefix, "/todo/");
        store_page page = {.list = "queue", .prefix = prefix, .limit = 1000};
        must(store_entries(c->w.s, &page, keep_case, &q, &err));
        for (size_t at = 0; at < q.ids.length; at += sizeof(object_id)) {
            object_id id;
            memcpy(&id, q.ids.data + at, sizeof id);
            unsigned h = (unsigned)(id.bytes[0] * 7 + id.bytes[1] * 31 + j * 13);
            snprintf(
                said, sizeof said,
                "{\"final\":true,\"scores\":{\"theme_fit\":\"%u\","
                "\"plan_and_countermeasures\":\"%u\",\"way_of_working\":\"%u\",\"results\":\"%u\","
                "\"techniques\":\"%u\"}}",
                8 + h % 8, 12 + h / 3 % 14, 8 + h / 5 % 8, 15 + h / 7 % 16, 8 + h / 11 % 8);
            act_of(c, &id, "score", said, &c->judge[j]);
        }
        buf_done(&q.ids);
    }
}

static void assign(contest *c, const char *stage, const viewer *desk_viewer)
{
    buf answer = BUF_INIT;
    double from = cpu();
    must(round_assign(c->w.d, c->w.tx, &c->round, stage, desk_viewer, &answer, &err));
    printf("%s: assigned, every record and list written %10.1f ms CPU\n", stage,
           (cpu() - from) * 1e3);
    buf_done(&answer);
    commit(&c->w);
}

static void measure_statistics(contest *c, const char *stage, const viewer *who)
{
    for (int i = 0; i < 4; i++) {
        buf out = BUF_INIT;
        double from = cpu();
        must(round_statistics(c->w.d, &c->round, stage, who, &out, &err));
        printf("%s: statistics, %-26s %7.1f ms CPU\n", stage,
               i ? "again" : "all loaded from records", (cpu() - from) * 1e3);
        buf_done(&out);
    }
}

/* Ranks, ties and bands of what was loaded; nothing is written. */
static void rank_loaded(case_set *all, const scheme_gate *gate)
{
    arena memory;
    case_scope *scope = calloc(all->n + 1, sizeof *scope);
    gate_entry *entry = calloc(all->n + 1, sizeof *entry);
    gate_outcome *out = calloc(all->n + 1, sizeof *out);
    char(*name)[ID_TEXT] = calloc(all->n + 1, sizeof *name);
    if (!scope || !entry || !out || !name)
        exit(1);
    arena_init(&memory);
    for (size_t i = 0; i < all->n; i++) {
        id_text(&all->item[i].id, name[i]);
        must(case_scope_init(&scope[i], &all->item[i], NULL, &err));
        entry[i] = (gate_entry){.id = name[i], .scope = &scope[i].scope};
        entry[i].facts.objections_closed = true;
        must(sha256_of(name[i], strlen(name[i]), &entry[i].draw, &err));
    }
    must(gate_round(gate, entry, all->n, &memory, out, &err));
    for (size_t i = 0; i < all->n; i++)
        case_scope_done(&scope[i]);
    arena_done(&memory);
    free(scope);
    free(entry);
    free(out);
    free(name);
}

/* The same apart: cases folded from their records, then the figures and ranks of what was loaded.
 */
static void measure_parts(contest *c, const char *stage, const viewer *who)
{
    the_round r;
    case_set all;
    json_t *figures = NULL;
    must(round_load(c->w.d, NULL, &c->round, who, &r, &err));
    double from = cpu();
    must(round_cases(&r, stage, "waiting", &all, &err));
    printf("%s: %zu cases loaded %26s %7.1f ms CPU\n", stage, all.n, "", (cpu() - from) * 1e3);
    the_case **list = malloc((all.n + 1) * sizeof *list);
    for (size_t i = 0; list && i < all.n; i++)
        list[i] = &all.item[i];
    from = cpu();
    must(stage_figures(list, all.n, scheme_find_stage(r.scheme, stage), &figures, &err));
    printf("%s: figures of them %27s %7.1f ms CPU\n", stage, "", (cpu() - from) * 1e3);
    json_decref(figures);
    from = cpu();
    rank_loaded(&all, scheme_find_stage(r.scheme, stage)->gate);
    printf("%s: ranks and bands of them %20s %7.1f ms CPU\n", stage, "", (cpu() - from) * 1e3);
    free(list);
    case_set_done(&all);
    round_done(&r);
}

static void measure_medals(contest *c, const char *stage, const viewer *who, bool is_kept)
{
    for (int i = 0; i < 3; i++) {
        buf out = BUF_INIT;
        double from = cpu();
        must(round_decide(c->w.d, c->w.tx, &c->round, stage, "{}", who, &out, &err));
        printf("%s: %-38s %7.1f ms CPU\n", stage, "decided, every record and list written",
               (cpu() - from) * 1e3);
        buf_done(&out);
        if (is_kept)
            break;
        store_tx_abort(c->w.tx);
        must(store_tx_begin(c->w.s, &c->w.tx, &err));
    }
    if (is_kept)
        commit(&c->w);
}

static void run_contest(const char *schemes)
{
    static contest c;
    char path[64], file[80];
    buf answer = BUF_INIT;
    viewer who = {.kind = VIEWER_DESK, .account = "bench"};
    snprintf(path, sizeof path, "/tmp/assay-bench-%ld", (long)getpid());
    snprintf(file, sizeof file, "%s/b.assay", path);
    if (mkdir(path, 0700))
        exit(1);
    must(store_open(file, STORE_CREATE, &c.w.s, &err));
    must(desk_open(c.w.s, &c.w.d, &err));
    must(store_tx_begin(c.w.s, &c.w.tx, &err));
    publish(&c.w, schemes, "kr-circle.yaml", NULL);
    publish(&c.w, schemes, "kr-contest.yaml", edit_contest);
    must(round_open(c.w.d, c.w.tx, "{\"scheme\":\"kr.contest\",\"name\":\"national\"}", &who, &c.round,
                    &err));
    double from = cpu();
    people(&c);
    enter(&c);
    commit(&c.w);
    assign(&c, "heat", &who);
    score(&c, 0, REGIONAL_JUDGES);
    must(round_seed(c.w.d, c.w.tx, &c.round, "lottery", &who, &err));
    commit(&c.w);
    printf("%d circles of %d regions entered and read: %.1f s to fill\n", ENTERED, REGIONS,
           cpu() - from);
    measure_statistics(&c, "heat", &who);
    measure_parts(&c, "heat", &who);
    measure_medals(&c, "heat", &who, true);
    int sent = 0;
    for (int k = 0; k < ENTERED; k++) {
        viewer team = as_party(&c.team[k]);
        buf_clear(&answer);
        if (case_act(c.w.d, c.w.tx, &c.entry[k], "fill",
                     "{\"form\":\"talk\",\"seal\":true,\"values\":{\"slides\":\"s.pdf\","
                     "\"minutes\":\"12\"}}",
                     &team, &answer, &err) == ASSAY_OK)
            sent++;
    }
    commit(&c.w);
    printf("%d sent on\n", sent);
    assign(&c, "final", &who);
    score(&c, REGIONAL_JUDGES, JUDGES);
    commit(&c.w);
    measure_statistics(&c, "final", &who);
    measure_parts(&c, "final", &who);
    measure_medals(&c, "final", &who, false);
    store_tx_abort(c.w.tx);
    buf_done(&answer);
    desk_close(c.w.d);
    store_close(c.w.s);
    unlink(file);
    strcat(file, "-writer");
    unlink(file);
    rmdir(path);
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "lists") == 0)
        lists(argv[2], argc > 3 ? strtoull(argv[3], NULL, 10) : CASES,
              argc > 4 ? strtoull(argv[4], NULL, 10) : PEOPLE, argc > 5 ? argv[5] : NULL);
    else if (argc == 3 && strcmp(argv[1], "contest") == 0)
        run_contest(argv[2]);
    else {
        fprintf(stderr, "usage: bench_programme lists SCHEMES_FOLDER [CASES [PEOPLE [FILE]]] | contest SCHEMES_FOLDER\n");
        return 2;
    }
    return 0;
}
