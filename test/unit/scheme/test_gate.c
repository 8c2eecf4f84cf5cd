/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tallies, gates and exams on published rules. */
#include "scheme_fixture.h"

#include "scheme/exam.h"
#include "scheme/gate.h"
#include "scheme/tally.h"

static const char *const text =
    "scheme: test.gate\nrev: 1\nname: gates\ncase: team\n"
    "party: {fields: {size: enum(small|large), years: num, division: text}}\n"
    "role:\n  who: {is: case}\n  judge: {}\n  board: {quorum: 0.5}\n"
    "form: {vote: {choice: enum(yes|no|abstain)}}\n"
    "rubric:\n  talk: {total: 100, theme: 60, effect: {points: 40, na: yes}}\n"
    "bank: {exam: {items: 4, blueprint: {a: 2, b: 2}, cut: 60, topic_floor: 50}}\n"
    "assign:\n  five: {role: judge, per_case: 5}\n  all: {role: board, all: yes}\n"
    "tally:\n"
    "  talk: {official: olympic, missing: needs4}\n"
    "  short: {of: talk, official: mean, missing: needs4, round: 0.01}\n"
    "  votes: {of: vote.choice, official: ballots, missing: given}\n"
    "rule:\n  old: {is: years >= 10, say: {en: ten years}}\n"
    "  bar: if size = large then 850 else 800\n"
    "gate:\n"
    "  in: {need: [old, division is given], veto: years > 99, else: return_with_reason}\n"
    "  medals: {rank: talk, by: [division], tie: [short, draw], bands: {gold: {share: 1/3}, "
    "silver: "
    "{share: 1/3}, bronze: {}}}\n"
    "  few: {rank: talk, quota: 2, tie: [draw]}\n"
    "  elect: {ballots: votes, quorum: 0.5}\n"
    "stage:\n"
    "  - {id: apply, who: who, gate: in}\n"
    "  - {id: ballot, assign: all, form: vote, tally: votes, gate: elect}\n"
    "  - {id: talk, assign: five, rubric: talk, bank: exam, tally: talk, gate: medals}\n"
    "  - {id: last, gate: few}\n";

static tally_result run(fixture *f, const char *id, const char *const *points, size_t n,
                        size_t assigned)
{
    const scheme_tally *t = scheme_find_tally(f->scheme, id);
    static value answer[16][2];
    static tally_sheet sheet[16];
    assay_err err = {0};
    tally_result r = {0};
    for (size_t i = 0; i < n; i++) {
        answer[i][0] = num(points[2 * i]);
        answer[i][1] = strcmp(points[2 * i + 1], "na") == 0 ? value_na() : num(points[2 * i + 1]);
        sheet[i] = (tally_sheet){.judge = "j", .answer = answer[i]};
    }
    tally_input in = {.tally = t,
                      .rubric = &f->scheme->rubric[0],
                      .sheet = sheet,
                      .sheet_count = n,
                      .assigned = assigned};
    assert_ok(tally_run(&in, &f->memory, &r, &err), err);
    return r;
}

/* 88 91 79 85 90: the highest and the lowest dropped, 263/3. */
static void the_olympic_tally_drops_both_ends(void **state)
{
    static const char *const five[] = {"50", "38", "55", "36", "45", "34", "50", "35", "52", "38"};
    fixture f;
    (void)state;
    fixture_open(&f, text);
    tally_result r = run(&f, "talk", five, 5, 5);
    assert_value(r.number, "263/3");
    assert_int_equal(r.used, 3);
    assert_int_equal(r.dropped, 2);
    assert_value(run(&f, "short", five, 5, 5).number, "86.6");
    assert_value(run(&f, "short", five, 4, 5).number, "85.75");
    assert_non_null(run(&f, "talk", five, 3, 5).reason);
    assert_value(run(&f, "talk", five, 3, 5).number, "missing");
    fixture_close(&f);
}

/* What is not applicable drops out of the possible: 45 of 60 is 75 of 100. */
static void what_is_not_applicable_drops_out(void **state)
{
    static const char *const four[] = {"45", "na", "45", "na", "45", "na", "45", "na"};
    fixture f;
    (void)state;
    fixture_open(&f, text);
    tally_result r = run(&f, "short", four, 4, 4);
    assert_value(r.number, "75");
    assert_value(r.node[2], "n/a");
    assert_value(r.possible[0], "60");
    fixture_close(&f);
}

static void an_answer_off_the_scale_is_refused(void **state)
{
    fixture f;
    value v;
    assay_err err = {0};
    (void)state;
    fixture_open(&f, text);
    const scheme_rubric *r = &f.scheme->rubric[0];
    assert_ok(sheet_points(r, 0, "60", &v, &err), err);
    assert_int_equal(sheet_points(r, 0, "61", &v, &err), ASSAY_DOMAIN);
    assert_int_equal(sheet_points(r, 0, "1.5", &v, &err), ASSAY_DOMAIN);
    assert_int_equal(sheet_points(r, 0, "na", &v, &err), ASSAY_DOMAIN);
    assert_ok(sheet_points(r, 1, "na", &v, &err), err);
    assert_value(v, "n/a");
    fixture_close(&f);
}

static gate_outcome decide(fixture *f, const char *gate, const fact *facts, size_t n)
{
    gate_outcome o = {0};
    assay_err err = {0};
    gate_facts at = {.stage = &f->scheme->stage[0]};
    f->fact = facts;
    f->facts = n;
    assert_ok(gate_decide(scheme_find_gate(f->scheme, gate), &f->scope, &at, &o, &err), err);
    return o;
}

static void a_gate_tells_which_rule_bites(void **state)
{
    fixture f;
    (void)state;
    fixture_open(&f, text);
    fact good[] = {{"years", num("10")}, {"division", value_text("x")}};
    fact young[] = {{"years", num("7")}, {"division", value_text("x")}};
    fact unknown[] = {{"division", value_text("x")}};
    gate_outcome o = decide(&f, "in", good, 2);
    assert_int_equal(o.result, OUTCOME_PASS);
    assert_ptr_equal(o.next, &f.scheme->stage[1]);
    assert_int_equal(o.reason_count, 0);
    o = decide(&f, "in", young, 2);
    assert_int_equal(o.result, OUTCOME_RETURN);
    assert_string_equal(o.reason[0].code, "need");
    assert_string_equal(o.reason[0].text, "years >= 10 (years: 7)");
    assert_string_equal(o.reason[0].say->en, "ten years");
    o = decide(&f, "in", unknown, 1);
    assert_string_equal(o.reason[0].code, "missing");
    assert_string_equal(o.reason[0].text, "years >= 10 (years: missing)");
    fixture_close(&f);
}

static void an_election_needs_its_quorum_and_majority(void **state)
{
    static const struct {
        const char *yes, *no, *cast;
        const char *code; /* NULL: elected */
    } cases[] = {{"30", "20", "50", NULL},
                 {"30", "19", "49", "quorum"},
                 {"25", "25", "50", "majority"},
                 {"26", "25", "60", NULL}};
    fixture f;
    (void)state;
    fixture_open(&f, text);
    for (size_t i = 0; i < 4; i++) {
        fact facts[] = {{"votes.yes", num(cases[i].yes)},
                        {"votes.no", num(cases[i].no)},
                        {"votes.cast", num(cases[i].cast)},
                        {"votes.eligible", num("100")}};
        gate_outcome o = decide(&f, "elect", facts, 4);
        assert_int_equal(o.result, cases[i].code ? OUTCOME_REJECT : OUTCOME_PASS);
        if (cases[i].code)
            assert_string_equal(o.reason[0].code, cases[i].code);
    }
    fixture_close(&f);
}

/* Seven teams in one division, the outcome the same in whatever order they come. */
static void medals_do_not_depend_on_the_order_of_cases(void **state)
{
    static const char *const score[] = {"90", "80", "80", "70", "60", "50", "40"};
    static const char *const band[] = {"gold",   "gold",   "silver", "silver",
                                       "silver", "bronze", "bronze"};
    fixture f[7];
    fact facts[7][3];
    assay_err err = {0};
    (void)state;
    for (size_t turn = 0; turn < 2; turn++) {
        gate_entry entry[7] = {0};
        gate_outcome out[7] = {0};
        for (size_t i = 0; i < 7; i++) {
            size_t at = turn ? 6 - i : i;
            fixture_open(&f[i], text);
            facts[i][0] = (fact){"talk", num(score[at])};
            facts[i][1] = (fact){"division", value_text("gemba")};
            facts[i][2] = (fact){"short", num(at == 1 ? "81" : "80")};
            f[i].fact = facts[i];
            f[i].facts = 3;
            entry[i] = (gate_entry){.id = "x", .scope = &f[i].scope};
            entry[i].facts.stage = &f[0].scheme->stage[2];
        }
        assert_ok(
            gate_round(scheme_find_gate(f[0].scheme, "medals"), entry, 7, &f[0].memory, out, &err),
            err);
        for (size_t i = 0; i < 7; i++) {
            size_t at = turn ? 6 - i : i;
            assert_string_equal(out[i].band->item.id, band[at]);
            assert_int_equal(out[i].place, at + 1);
        }
        for (size_t i = 0; i < 7; i++)
            fixture_close(&f[i]);
    }
}

/* Three tie for two places: the smaller lots win, and it is said that the draw decided. */
static void a_draw_parts_those_who_tie(void **state)
{
    fixture f[3];
    fact facts = {"talk", num("80")};
    gate_entry entry[3] = {0};
    gate_outcome out[3] = {0};
    assay_err err = {0};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        fixture_open(&f[i], text);
        f[i].fact = &facts;
        f[i].facts = 1;
        entry[i] = (gate_entry){.id = "x", .scope = &f[i].scope};
        entry[i].draw.bytes[0] = (uint8_t)(9 - i);
        entry[i].facts.stage = &f[0].scheme->stage[3];
    }
    assert_ok(gate_round(scheme_find_gate(f[0].scheme, "few"), entry, 3, &f[0].memory, out, &err),
              err);
    assert_int_equal(out[0].result, OUTCOME_REJECT);
    assert_int_equal(out[1].result, OUTCOME_PASS);
    assert_int_equal(out[2].result, OUTCOME_PASS);
    for (size_t i = 0; i < 3; i++)
        assert_true(out[i].by_draw);
    for (size_t i = 0; i < 3; i++)
        fixture_close(&f[i]);
}

static void an_exam_is_scored_by_topic(void **state)
{
    fixture f;
    exam_result r;
    assay_err err = {0};
    (void)state;
    fixture_open(&f, text);
    assay_rational one = assay_rational_of(1), none = assay_rational_of(0);
    const exam_item item[] = {{"1", "a", "b", ITEM_SINGLE, one, none},
                              {"2", "a", "a,c", ITEM_MULTI, one, none},
                              {"3", "b", "1.33", ITEM_NUMBER, one, num("0.005").as.number},
                              {"4", "b", NULL, ITEM_HAND, one, none}};
    exam_answer answer[] = {{value_text("b")}, {value_text("c, a")}, {num("1.334")}, {VALUE_NONE}};
    const scheme_bank *bank = &f.scheme->bank[0];
    assert_ok(exam_score(bank, item, answer, 4, bank->cut, &f.memory, &r, &err), err);
    assert_false(r.is_pass);
    assert_int_equal(r.waiting, 1);
    answer[3].answer = num("0.5");
    assert_ok(exam_score(bank, item, answer, 4, bank->cut, &f.memory, &r, &err), err);
    assert_true(r.is_pass);
    assert_value(r.percent, "87.5");
    assert_value(r.topic[1].percent, "75");
    answer[2].answer = num("1.336");
    answer[3].answer = num("0");
    assert_ok(exam_score(bank, item, answer, 4, num("50"), &f.memory, &r, &err), err);
    assert_false(r.is_pass);
    assert_string_equal(r.reason, "below the floor of a topic");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_olympic_tally_drops_both_ends),
        cmocka_unit_test(what_is_not_applicable_drops_out),
        cmocka_unit_test(an_answer_off_the_scale_is_refused),
        cmocka_unit_test(a_gate_tells_which_rule_bites),
        cmocka_unit_test(an_election_needs_its_quorum_and_majority),
        cmocka_unit_test(medals_do_not_depend_on_the_order_of_cases),
        cmocka_unit_test(a_draw_parts_those_who_tie),
        cmocka_unit_test(an_exam_is_scored_by_topic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
