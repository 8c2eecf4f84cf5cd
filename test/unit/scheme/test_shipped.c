/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The published rules inside the schemes that ship, each against the rule's own text. */
#include "scheme/scheme.h"
#include "scheme/tally.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

/* -- a desk without a database: names are answered from a list ---------------------------------- */

typedef struct {
    const char *word;
    value is;
} answer;

typedef struct {
    const scheme *s;
    arena memory;
    answer known[64];
    size_t count;
    const tally_result *tally; /* answers nodes of its rubric */
} desk;

static void give(void *context, const expr_name *name, value *out)
{
    desk *d = context;
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->known[i].word, name->word) == 0) {
            *out = d->known[i].is;
            return;
        }
    if (d->tally && name->kind == NAME_NODE)
        *out = tally_value(d->tally, name);
}

static void know(desk *d, const char *word, value is)
{
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->known[i].word, word) == 0) {
            d->known[i].is = is;
            return;
        }
    assert_true(d->count < sizeof d->known / sizeof *d->known);
    d->known[d->count++] = (answer){word, is};
}

static desk open_desk(const char *file)
{
    char path[400];
    desk d = {0};
    scheme *s = NULL;
    scheme_faults faults = {0};
    assay_err err = {0};
    const char *folder = getenv("ASSAY_SCHEMES");
    assert_non_null(folder);
    snprintf(path, sizeof path, "%s/%s", folder, file);
    assert_ok(scheme_load(path, &s, &faults, &err), err);
    scheme_faults_done(&faults);
    d.s = s;
    arena_init(&d.memory);
    return d;
}

static void close_desk(desk *d)
{
    scheme_free((scheme *)(uintptr_t)d->s);
    arena_done(&d->memory);
}

static const scheme_rule *rule_of(const desk *d, const char *id)
{
    for (size_t i = 0; i < d->s->rule_count; i++)
        if (strcmp(d->s->rule[i].item.id, id) == 0)
            return &d->s->rule[i];
    fail_msg("no rule %s", id);
    return NULL;
}

static value ask(desk *d, const expr *e)
{
    expr_scope scope = {.scheme = d->s, .memory = &d->memory, .get = give, .context = d};
    return expr_eval(e, &scope);
}

static value rule(desk *d, const char *id)
{
    return ask(d, rule_of(d, id)->is);
}

static value number(const char *text)
{
    assay_rational n;
    assay_err err = {0};
    assert_ok(assay_rational_parse(text, strlen(text), &n, &err), err);
    return value_number(n);
}

static void is_number(value v, const char *text)
{
    char found[ASSAY_RATIONAL_TEXT];
    assert_int_equal(v.kind, VALUE_NUMBER);
    assay_rational_format(v.as.number, 0, found, sizeof found);
    assert_string_equal(found, text);
}

/* -- tallies ------------------------------------------------------------------------------------- */

enum { JUDGES_MOST = 1000 };

static tally_result tally(desk *d, const char *id, const scheme_rubric *rubric,
                          const tally_sheet *sheet, size_t n, const uint32_t *repeats)
{
    tally_result r;
    assay_err err = {0};
    tally_input in = {.tally = scheme_find_tally(d->s, id), .rubric = rubric, .sheet = sheet,
                      .sheet_count = n, .assigned = n, .repeats = repeats};
    assert_non_null(in.tally);
    assert_ok(tally_run(&in, &d->memory, &r, &err), err);
    return r;
}

/* 88 91 79 85 90: the highest and the lowest drop out, (88 + 85 + 90) / 3. */
static void five_judges_without_the_highest_and_the_lowest(void **state)
{
    (void)state;
    static const int sheets[5][5] = {{13, 22, 13, 27, 13}, /* 88 */
                                     {14, 23, 13, 27, 14}, /* 91 */
                                     {12, 20, 11, 24, 12}, /* 79 */
                                     {13, 21, 13, 25, 13}, /* 85 */
                                     {14, 22, 14, 27, 13}}; /* 90 */
    desk d = open_desk("kr-contest.yaml");
    const scheme_rubric *r = scheme_find_rubric(d.s, "final");
    value points[5][5];
    tally_sheet sheet[5];
    assert_int_equal(r->leaf_count, 5);
    for (int i = 0; i < 5; i++) {
        for (int k = 0; k < 5; k++)
            points[i][k] = value_whole(sheets[i][k]);
        sheet[i] = (tally_sheet){.judge = "j", .answer = points[i], .weight = value_whole(1)};
    }
    tally_result t = tally(&d, "final", r, sheet, 5, NULL);
    is_number(t.number, "87.6667");
    is_number(t.exact, "263/3");
    assert_int_equal(t.used, 3);
    close_desk(&d);
}

static void share_of_top_answers(desk *d, const char *id, int tops)
{
    static value answers[JUDGES_MOST];
    static tally_sheet sheet[JUDGES_MOST];
    for (int i = 0; i < JUDGES_MOST; i++) {
        answers[i] = value_whole(i < tops ? 6 + i % 2 : 1 + i % 5);
        sheet[i] = (tally_sheet){.judge = "r", .answer = &answers[i], .weight = value_whole(1)};
    }
    know(d, id, tally(d, id, NULL, sheet, JUDGES_MOST, NULL).number);
}

/* .62, .554 and .485 of the answers in the two highest of seven give 56.0 with 30/50/20; with the
 * weights of 2005, 40/40/20, they give 0.4 x 62 + 0.4 x 55.4 + 0.2 x 48.5 = 56.66. */
static void kcsi_is_30_50_20_of_the_two_highest_answers(void **state)
{
    (void)state;
    static const char *const factors[] = {"tally.product", "tally.service", "tally.image"};
    desk d = open_desk("survey.yaml");
    const scheme_tally *kcsi = scheme_find_tally(d.s, "kcsi");
    expr_scope scope = {.scheme = d.s, .memory = &d.memory, .get = give, .context = &d};
    share_of_top_answers(&d, "overall", 620);
    is_number(d.known[0].is, "62");
    know(&d, "tally.overall", d.known[0].is);
    share_of_top_answers(&d, "again", 485);
    know(&d, "tally.again", d.known[2].is);
    share_of_top_answers(&d, "product", 554);
    for (int i = 0; i < 3; i++)
        know(&d, factors[i], number("55.4"));
    know(&d, "frame.product", value_whole(50));
    know(&d, "frame.service", value_whole(30));
    know(&d, "frame.image", value_whole(20));
    know(&d, "formula", value_text("kcsi2006"));
    is_number(tally_calculate(kcsi, &scope), "56");
    know(&d, "formula", value_text("kcsi2005"));
    is_number(tally_calculate(kcsi, &scope), "56.7");
    close_desk(&d);
}

/* Site 70 %, mystery visit 10 %, survey 20 %. */
static void a_service_mark_is_70_10_20(void **state)
{
    (void)state;
    desk d = open_desk("kr-sq.yaml");
    expr_scope scope = {.scheme = d.s, .memory = &d.memory, .get = give, .context = &d};
    know(&d, "site", value_whole(80));
    know(&d, "mystery", value_whole(70));
    know(&d, "survey", value_whole(60));
    is_number(tally_calculate(scheme_find_tally(d.s, "sq"), &scope), "75");
    close_desk(&d);
}

/* Large and public firms need 850 of 1000, mid and small ones 800. */
static void quality_competitive_firms_pass_850_or_800(void **state)
{
    (void)state;
    static const struct {
        const char *size, *points;
        bool passes;
    } cases[] = {{"large", "850", true},   {"large", "849.9", false}, {"public", "850", true},
                 {"public", "849", false}, {"mid", "800", true},      {"mid", "799.9", false},
                 {"small", "800", true},   {"small", "799", false}};
    desk d = open_desk("kr-qcas.yaml");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        know(&d, "size", value_text(cases[i].size));
        know(&d, "site", number(cases[i].points));
        assert_int_equal(value_is_true(rule(&d, "reaches_bar")), cases[i].passes);
    }
    close_desk(&d);
}

/* -- the submission table of part approval -------------------------------------------------------- */

static void part_approval_submits_by_18_elements_and_5_levels(void **state)
{
    (void)state;
    static const struct {
        const char *element, *levels;
    } table[] = {{"design_record", "RSSxR"},   {"proprietary_record", "RRRxR"},
                 {"change_documents", "RSSxR"}, {"customer_approval", "RRSxR"},
                 {"dfmea", "RRSxR"},            {"flow", "RRSxR"},
                 {"pfmea", "RRSxR"},            {"control_plan", "RRSxR"},
                 {"msa", "RRSxR"},              {"dimensional", "RSSxR"},
                 {"material", "RSSxR"},         {"initial_study", "RRSxR"},
                 {"lab_documents", "RSSxR"},    {"appearance", "SSSxR"},
                 {"sample", "RSSxR"},           {"master_sample", "RRRxR"},
                 {"checking_aids", "RRRxR"},    {"customer_specific", "RRSxR"},
                 {"warrant", "SSSSR"}};
    desk d = open_desk("ppap.yaml");
    const scheme_rule *m = rule_of(&d, "matrix");
    assert_int_equal(m->row_count, 19); /* 18 elements, the design record in two kinds */
    assert_int_equal(m->column_count, 5);
    for (size_t i = 0; i < 19; i++) {
        assert_string_equal(m->row[i], table[i].element);
        for (size_t k = 0; k < 5; k++) {
            assert_int_equal(m->cell[5 * i + k].kind, VALUE_TEXT);
            assert_int_equal(m->cell[5 * i + k].as.text[0], table[i].levels[k]);
        }
    }
    close_desk(&d);
}

/* What a level submits (S) and is not there comes back; what it keeps (R) or may be asked for (x) does
 * not. The warrant is a form of its own that is always filled in. */
static void a_missing_element_comes_back_where_its_level_submits_it(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *word, *levels;
    } element[] = {{"design_there", "design.design_record", "RSSxR"},
                   {"design_there", "design.change_documents", "RSSxR"},
                   {"design_there", "design.customer_approval", "RRSxR"},
                   {"design_there", "design.dfmea", "RRSxR"},
                   {"process_there", "process.flow", "RRSxR"},
                   {"process_there", "process.pfmea", "RRSxR"},
                   {"process_there", "process.control_plan", "RRSxR"},
                   {"studies_there", "studies.msa", "RRSxR"},
                   {"studies_there", "studies.dimensional", "RSSxR"},
                   {"studies_there", "studies.material", "RSSxR"},
                   {"studies_there", "studies.initial_study", "RRSxR"},
                   {"studies_there", "studies.lab_documents", "RSSxR"},
                   {"samples_there", "samples.appearance", "SSSxR"},
                   {"samples_there", "samples.sample", "RSSxR"},
                   {"samples_there", "samples.customer_specific", "RRSxR"}};
    static const char *const levels[] = {"l1", "l2", "l3", "l4", "l5"};
    enum { ELEMENTS = sizeof element / sizeof *element };
    desk d = open_desk("ppap.yaml");
    value photo = value_text("s.jpg"), photos = {.kind = VALUE_LIST, .as.list = {&photo, 1}};
    for (size_t lacking_one = 0; lacking_one < ELEMENTS; lacking_one++)
        for (size_t k = 0; k < 5; k++) {
            for (size_t i = 0; i < ELEMENTS; i++)
                know(&d, element[i].word,
                     i == lacking_one                           ? VALUE_NONE
                     : strcmp(element[i].word, "samples.sample") == 0 ? photos
                                                                      : value_text("e.pdf"));
            know(&d, "level", value_text(levels[k]));
            if (value_is_true(rule(&d, element[lacking_one].rule)) ==
                (element[lacking_one].levels[k] == 'S'))
                fail_msg("%s at %s", element[lacking_one].word, levels[k]);
        }
    close_desk(&d);
}

/* -- downgrading of a process audit ---------------------------------------------------------------- */

enum { QUESTIONS = 58, STEPS = 2, ANSWERS = 32 + 26 * STEPS };

/* All tens but what `change` sets: {question, step or 0, points}; -1 is not evaluated. */
typedef struct {
    const char *question;
    int step, points;
} finding;

static void level_is(const finding *found, size_t n, char expected)
{
    desk d = open_desk("vda63.yaml");
    const scheme_rubric *r = scheme_find_rubric(d.s, "audit");
    value points[ANSWERS];
    uint32_t repeats[QUESTIONS];
    size_t start = 0;
    assert_int_equal(r->leaf_count, QUESTIONS);
    for (size_t i = 0; i < QUESTIONS; i++) {
        const char *id = r->node[r->leaf[i]].item.id;
        repeats[i] = id[1] == '6' ? STEPS : 1;
        for (uint32_t k = 0; k < repeats[i]; k++) {
            int given = 10;
            for (size_t f = 0; f < n; f++)
                if (strcmp(found[f].question, id) == 0 && (found[f].step == 0 || found[f].step == (int)k + 1))
                    given = found[f].points;
            points[start + k] = given < 0 ? value_na() : value_whole(given);
        }
        start += repeats[i];
    }
    assert_int_equal(start, ANSWERS);
    tally_sheet sheet = {.judge = "a", .answer = points, .weight = value_whole(1)};
    tally_result t = tally(&d, "audit", r, &sheet, 1, repeats);
    d.tally = &t;
    bool is_a = value_is_true(rule(&d, "level_a")), is_b = value_is_true(rule(&d, "level_b"));
    if ((is_a ? 'A' : is_b ? 'B' : 'C') != expected)
        fail_msg("%s %d is %c, not %c", n ? found[0].question : "all ten", n ? found[0].points : 10,
                 is_a ? 'A' : is_b ? 'B' : 'C', expected);
    close_desk(&d);
}

#define LEVEL(expected, ...)                                                                       \
    level_is((const finding[]){__VA_ARGS__},                                                       \
             sizeof((const finding[]){__VA_ARGS__}) / sizeof(finding), expected)

static void a_process_audit_is_downgraded_as_written(void **state)
{
    (void)state;
    level_is(NULL, 0, 'A');
    LEVEL('A', {"p2_1", 0, 4});                                  /* not starred */
    LEVEL('A', {"p2_5", 0, 6});                                  /* starred, 6 */
    LEVEL('B', {"p2_5", 0, 4});                                  /* a starred question has 4 */
    LEVEL('B', {"p2_1", 0, 0});                                  /* any question has 0 */
    LEVEL('C', {"p2_5", 0, 0});                                  /* a starred question has 0 */
    LEVEL('B', {"p7_1", 0, 4}, {"p7_3", 0, 4});                  /* element 38/50 = 76 % */
    LEVEL('A', {"p7_1", 0, 4}, {"p7_3", 0, 8}, {"p7_4", 0, 8});  /* 40/50 = 80 % */
    LEVEL('C', {"p7_1", 0, 4}, {"p7_3", 0, 4}, {"p7_4", 0, 4});  /* 32/50 = 64 % */
    LEVEL('B', {"p6_3_1", 0, 6}, {"p6_3_2", 0, 6}, {"p6_3_3", 0, 6}); /* sub-element 60 % */
    LEVEL('A', {"p6_3_1", 0, 8}, {"p6_3_2", 0, 8}, {"p6_3_3", 0, 8}); /* sub-element 80 % */
    LEVEL('B', {"p6_2_3", 2, 4}); /* starred, in one step */
    LEVEL('B', {"p6_1_1", 2, 0}); /* 0 in one step */
    LEVEL('C', {"p6_2_3", 1, 0});
    /* the second step alone: (260 - 13 x 6) / 260 = 70 % */
    LEVEL('B', {"p6_1_1", 2, 4}, {"p6_1_2", 2, 4}, {"p6_1_3", 2, 4}, {"p6_2_1", 2, 4},
          {"p6_2_2", 2, 4}, {"p6_2_4", 2, 4}, {"p6_4_1", 2, 4}, {"p6_4_2", 2, 4}, {"p6_4_4", 2, 4},
          {"p6_5_1", 2, 4}, {"p6_5_2", 2, 4}, {"p6_6_1", 2, 4}, {"p6_6_2", 2, 4});
    /* one more: 176/260 = 67.7 %: below 70 */
    LEVEL('C', {"p6_1_1", 2, 4}, {"p6_1_2", 2, 4}, {"p6_1_3", 2, 4}, {"p6_2_1", 2, 4},
          {"p6_2_2", 2, 4}, {"p6_2_4", 2, 4}, {"p6_4_1", 2, 4}, {"p6_4_2", 2, 4}, {"p6_4_4", 2, 4},
          {"p6_5_1", 2, 4}, {"p6_5_2", 2, 4}, {"p6_6_1", 2, 4}, {"p6_6_2", 2, 4}, {"p6_6_3", 2, 4});
}

static void what_was_not_evaluated_is_not_counted(void **state)
{
    (void)state;
    LEVEL('A', {"p7_1", 0, -1}, {"p7_3", 0, 8});
}

/* -- clocks -------------------------------------------------------------------------------------- */

static void a_suggestion_is_decided_within_one_month(void **state)
{
    (void)state;
    desk d = open_desk("kr-suggestion.yaml");
    const scheme_stage *decide = scheme_find_stage(d.s, "decide");
    const scheme_stage *plan = scheme_find_stage(d.s, "plan");
    int64_t from, due;
    bool has_time;
    assert_non_null(decide);
    assert_int_equal(decide->due.as.duration.months, 1);
    assert_int_equal(plan->due.as.duration.months, 1);
    assert_true(date_parse("2026-01-31", 10, &from, &has_time));
    assert_true(date_add(from, decide->due.as.duration.months, decide->due.as.duration.seconds, &due));
    assert_true(date_parse("2026-02-28", 10, &from, &has_time));
    assert_true(due == from);
    close_desk(&d);
}

/* Ten to thirty million 200,000, then 300, 400 and 500 thousand. */
static void proven_effect_is_rewarded_by_steps(void **state)
{
    (void)state;
    static const struct {
        const char *saving, *reward;
    } cases[] = {{"0", "0"},           {"9999999", "0"},       {"10000000", "200000"},
                 {"30000000", "300000"}, {"50000000", "400000"}, {"100000000", "500000"}};
    desk d = open_desk("kr-suggestion.yaml");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        value_member *m = arena_array(&d.memory, value_member, 1);
        m[0] = (value_member){"money", number(cases[i].saving)};
        know(&d, "done.effect", (value){.kind = VALUE_RECORD, .as.record = {m, 1}});
        expr_scope scope = {.scheme = d.s, .memory = &d.memory, .get = give, .context = &d};
        const scheme_money *proven = NULL;
        for (size_t k = 0; k < d.s->money_count; k++)
            if (strcmp(d.s->money[k].item.id, "proven") == 0)
                proven = &d.s->money[k];
        assert_non_null(proven);
        is_number(expr_eval(proven->amount, &scope), cases[i].reward);
    }
    close_desk(&d);
}

/* -- officers of two regions ------------------------------------------------------------------------- */

typedef struct {
    const char *size, *degree, *grade;
    int years;
    bool fits;
} appointment;

static void officers_fit(const char *file, const appointment *list, size_t n)
{
    desk d = open_desk(file);
    know(&d, "knows_law", value_bool(true));
    for (size_t i = 0; i < n; i++) {
        know(&d, "firm_size", value_text(list[i].size));
        know(&d, "degree", value_text(list[i].degree));
        know(&d, "title_grade", value_text(list[i].grade));
        know(&d, "quality_years", value_whole(list[i].years));
        if (value_is_true(rule(&d, "fit")) != list[i].fits)
            fail_msg("%s: %s, %s, %s, %d years", file, list[i].size, list[i].degree, list[i].grade,
                     list[i].years);
    }
    close_desk(&d);
}

/* Zhangzhou 2025: large and medium firms a bachelor and 5 years, small and micro ones secondary
 * education and 3 years. Nantong: 3 years, and college or a quality engineer's title, of any firm. */
static void officers_of_two_regions_have_different_conditions(void **state)
{
    (void)state;
    static const appointment zhangzhou[] = {
        {"large", "bachelor", "none", 5, true},   {"large", "bachelor", "none", 4, false},
        {"medium", "college", "senior", 9, false}, {"medium", "master", "none", 5, true},
        {"small", "secondary", "none", 3, true},  {"micro", "secondary", "none", 2, false},
        {"large", "secondary", "none", 9, false}, {"small", "bachelor", "none", 3, true}};
    static const appointment nantong[] = {{"large", "college", "none", 3, true},
                                          {"large", "college", "none", 2, false},
                                          {"small", "secondary", "quality_engineer", 3, true},
                                          {"small", "secondary", "junior", 9, false},
                                          {"medium", "master", "none", 3, true}};
    officers_fit("cn-cqo.yaml", zhangzhou, 8);
    officers_fit("cn-cqo-nantong.yaml", nantong, 5);
}

/* -- all of them ---------------------------------------------------------------------------------------- */

static size_t lacking;

static void speaks(const char *file, const char *kind, const scheme_item *item)
{
    const scheme_words *w = &item->words;
    if (!w->ko || !w->en || !w->zh)
        print_error("%s:%u: %s %s lacks a word in Korean, English or Chinese\n", file, item->at.line,
                    kind, item->id);
    lacking += !w->ko || !w->en || !w->zh;
}

static void fields_speak(const char *file, const scheme_field *f, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        speaks(file, "field", &f[i].item);
        for (size_t k = 0; k < f[i].choice_count; k++)
            speaks(file, "choice", &f[i].choice[k]);
        fields_speak(file, f[i].row, f[i].row_count);
    }
}

#define ALL_SPEAK(kind, list, n)                                                                   \
    for (size_t all = 0; all < (n); all++)                                                         \
    speaks(path, kind, &(list)[all].item)

static bool is_total(void *context, const char *path)
{
    scheme *s = NULL;
    scheme_faults faults = {0};
    assay_err err = {0};
    if (scheme_load(path, &s, &faults, &err) != ASSAY_OK) {
        buf text = BUF_INIT;
        for (size_t i = 0; i < faults.count; i++)
            scheme_fault_text(&faults, i, &text);
        fail_msg("%s %s", buf_text(&text), err.message);
    }
    speaks(path, "scheme", &s->item);
    ALL_SPEAK("role", s->role, s->role_count);
    ALL_SPEAK("stage", s->stage, s->stage_count);
    ALL_SPEAK("title", s->title, s->title_count);
    ALL_SPEAK("measure", s->measure, s->measure_count);
    for (size_t i = 0; i < s->form_count; i++)
        if (!s->form[i].is_survey)
            fields_speak(path, s->form[i].field, s->form[i].field_count);
    fields_speak(path, s->party.field, s->party.field_count);
    for (size_t i = 0; i < s->rubric_count; i++)
        ALL_SPEAK("criterion", s->rubric[i].node + 1, s->rubric[i].node_count - 1);
    for (size_t i = 0; i < s->gate_count; i++)
        ALL_SPEAK("band", s->gate[i].band, s->gate[i].band_count);
    scheme_faults_done(&faults);
    scheme_free(s);
    ++*(size_t *)context;
    return true;
}

static void every_scheme_that_ships_is_total_and_speaks_three_languages(void **state)
{
    (void)state;
    size_t count = 0;
    scheme_shipped_each(is_total, &count);
    assert_int_equal(lacking, 0);
    assert_in_range(count, 35, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_judges_without_the_highest_and_the_lowest),
        cmocka_unit_test(kcsi_is_30_50_20_of_the_two_highest_answers),
        cmocka_unit_test(a_service_mark_is_70_10_20),
        cmocka_unit_test(quality_competitive_firms_pass_850_or_800),
        cmocka_unit_test(part_approval_submits_by_18_elements_and_5_levels),
        cmocka_unit_test(a_missing_element_comes_back_where_its_level_submits_it),
        cmocka_unit_test(a_process_audit_is_downgraded_as_written),
        cmocka_unit_test(what_was_not_evaluated_is_not_counted),
        cmocka_unit_test(a_suggestion_is_decided_within_one_month),
        cmocka_unit_test(proven_effect_is_rewarded_by_steps),
        cmocka_unit_test(officers_of_two_regions_have_different_conditions),
        cmocka_unit_test(every_scheme_that_ships_is_total_and_speaks_three_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
