/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <assay/assign.h>

enum { CASES = 40, JUDGES = 60, ROOM = CASES * JUDGES };
static uint8_t bar[ROOM], seed[32];
static int32_t cost[ROOM];
static uint32_t load[JUDGES], chosen[CASES * 8];
static char scratch[1 << 20];

static assay_assign_task task_of(size_t cases, size_t judges, size_t per_case)
{
    return (assay_assign_task){.cases = cases,
                               .judges = judges,
                               .per_case = per_case,
                               .load = load,
                               .bar = bar,
                               .cost = cost,
                               .seed = seed};
}

static assay_status run(const assay_assign_task *t, assay_assign *a, assay_assign_failure *why,
                        assay_err *err)
{
    assert_true(assay_assign_scratch_size(t) <= sizeof scratch);
    return assay_assign_judges(t, scratch, chosen, a, why, err);
}

static void fill(uint32_t each)
{
    memset(bar, 0, sizeof bar);
    memset(cost, 0, sizeof cost);
    for (size_t j = 0; j < JUDGES; j++)
        load[j] = each;
}

/* Bars, loads, numbers and order kept? Returns the cost counted by hand. */
static int64_t check_answer(const assay_assign_task *t, const assay_assign *a)
{
    uint32_t seen[JUDGES] = {0}, least = UINT32_MAX, most = 0;
    int64_t sum = 0;
    for (size_t e = 0; e < t->cases * t->per_case; e++) {
        size_t i = e / t->per_case;
        assert_true(chosen[e] < t->judges);
        assert_int_equal(bar[i * t->judges + chosen[e]], 0);
        if (e % t->per_case)
            assert_true(chosen[e - 1] < chosen[e]);
        sum += cost[i * t->judges + chosen[e]] + (int64_t)t->balance * seen[chosen[e]]++;
    }
    for (size_t j = 0; j < t->judges; j++) {
        assert_true(seen[j] <= load[j]);
        least = seen[j] < least ? seen[j] : least;
        most = seen[j] > most ? seen[j] : most;
    }
    assert_int_equal(a->cost, sum);
    assert_int_equal(a->least_load, least);
    assert_int_equal(a->most_load, most);
    return sum;
}

/* Least cost by Bellman and Ford on the residual graph, written for the test alone; -1: cannot. */
static int64_t least_cost(const assay_assign_task *t)
{
    static bool has[CASES][JUDGES];
    int64_t total = 0, d[CASES + JUDGES];
    int from[CASES + JUDGES];
    uint32_t used[JUDGES] = {0};
    memset(has, 0, sizeof has);
    for (size_t u = 0; u < t->cases * t->per_case; u++) {
        size_t start = u / t->per_case;
        for (size_t v = 0; v < t->cases + t->judges; v++)
            d[v] = INT64_MAX / 2;
        d[start] = 0;
        for (bool moved = true; moved;) {
            moved = false;
            for (size_t i = 0; i < t->cases; i++)
                for (size_t j = 0; j < t->judges; j++) {
                    size_t p = i * t->judges + j, v = t->cases + j;
                    if (bar[p] || load[j] == 0)
                        continue;
                    if (!has[i][j] && d[i] + cost[p] < d[v])
                        d[v] = d[i] + cost[p], from[v] = (int)i, moved = true;
                    if (has[i][j] && d[v] - cost[p] < d[i])
                        d[i] = d[v] - cost[p], from[i] = (int)j, moved = true;
                }
        }
        int64_t best = INT64_MAX / 4;
        size_t end = 0;
        for (size_t j = 0; j < t->judges; j++) {
            int64_t last = d[t->cases + j] + (int64_t)t->balance * used[j];
            if (used[j] < load[j] && last < best)
                best = last, end = j;
        }
        if (best == INT64_MAX / 4)
            return -1;
        total += best;
        used[end]++;
        for (size_t j = end;;) {
            size_t i = (size_t)from[t->cases + j];
            has[i][j] = true;
            if (i == start)
                break;
            has[i][from[i]] = false;
            j = (size_t)from[i];
        }
    }
    return total;
}

static void the_cost_is_the_least_there_is(void **state)
{
    (void)state;
    srand(8);
    int done = 0, refused = 0;
    for (int round = 0; round < 300; round++) {
        size_t cases = 1 + (size_t)rand() % 12, judges = 2 + (size_t)rand() % 14;
        assay_assign_task t = task_of(cases, judges, 1 + (size_t)rand() % 3);
        assay_assign a;
        assay_assign_failure why;
        assay_err err;
        fill(0);
        t.balance = (uint32_t)(rand() % 3 * 4);
        for (size_t j = 0; j < judges; j++)
            load[j] = (uint32_t)rand() % 5;
        for (size_t p = 0; p < cases * judges; p++) {
            bar[p] = rand() % 4 == 0;
            cost[p] = rand() % 30;
        }
        int64_t least = least_cost(&t);
        assay_status status = run(&t, &a, &why, &err);
        if (least < 0) {
            assert_int_equal(status, ASSAY_UNDEFINED);
            assert_true(why.outcome == ASSAY_ASSIGN_TOO_FEW || why.missing > 0);
            if (why.outcome == ASSAY_ASSIGN_NO_LOAD)
                assert_true(why.demand > why.supply);
            refused++;
            continue;
        }
        assert_ok(status, err);
        assert_int_equal(check_answer(&t, &a), least);
        assert_true(a.gap == 0 && a.expected_cost == (double)least);
        done++;
    }
    assert_true(done > 60 && refused > 60);
}

static void chances_stay_at_one_half_and_loads_hold(void **state)
{
    (void)state;
    enum { SEEDS = 400 };
    static int count[12 * 10];
    fill(6);
    for (size_t p = 0; p < 120; p++)
        cost[p] = (int32_t)(p * 37 % 100); /* everybody would want the same judges every time */
    bar[3] = 1;
    for (int s = 0; s < SEEDS; s++) {
        assay_assign_task t = task_of(12, 10, 3);
        assay_assign a;
        assay_err err;
        t.is_random = true;
        memcpy(seed, &s, sizeof s);
        assert_ok(run(&t, &a, NULL, &err), err);
        check_answer(&t, &a);
        for (size_t e = 0; e < 36; e++)
            count[e / 3 * 10 + chosen[e]]++;
        assert_true(fabs((double)a.cost - a.expected_cost) < 36 * 100);
    }
    int likely = 0;
    for (size_t p = 0; p < 120; p++) {
        /* 400 fair coins: 4.5 standard deviations */
        assert_true(count[p] <= SEEDS / 2 + 45);
        likely += count[p] > SEEDS / 2 - 45;
    }
    assert_true(likely > 30);
    memset(seed, 0, sizeof seed);
}

static void chance_costs_no_more_than_its_bound_needs(void **state)
{
    (void)state;
    srand(3);
    fill(4);
    for (size_t p = 0; p < 200; p++)
        cost[p] = rand() % 1000;
    assay_assign_task t = task_of(10, 20, 2);
    assay_assign sure, chance;
    assay_err err;
    assert_ok(run(&t, &sure, NULL, &err), err);
    t.is_random = true;
    assert_ok(run(&t, &chance, NULL, &err), err);
    /* Half of four judges a case at least cost each: never below the sure optimum of two. */
    assert_true(chance.expected_cost >= (double)sure.cost);
    t.per_case = 4;
    t.is_random = false;
    for (size_t j = 0; j < 20; j++)
        load[j] = 8;
    assert_ok(run(&t, &sure, NULL, &err), err);
    assert_within(chance.expected_cost, (double)sure.cost / 2, 1e-9);
}

static void ties_are_broken_by_the_seed_alone(void **state)
{
    (void)state;
    uint32_t first[CASES * 3];
    fill(3);
    assay_assign_task t = task_of(CASES, JUDGES, 3);
    assay_assign a;
    assay_err err;
    t.balance = 1;
    assert_ok(run(&t, &a, NULL, &err), err);
    assert_true(a.most_load - a.least_load == 0); /* 120 of 60 judges */
    memcpy(first, chosen, sizeof first);
    memset(scratch, 0x55, sizeof scratch);
    assert_ok(run(&t, &a, NULL, &err), err);
    assert_memory_equal(first, chosen, sizeof first);
    seed[5] = 1;
    assert_ok(run(&t, &a, NULL, &err), err);
    assert_memory_not_equal(first, chosen, sizeof first);
    check_answer(&t, &a);
    seed[5] = 0;
}

/* Two groups that costs keep apart become one piece by exchanges. */
static void a_design_in_pieces_is_connected(void **state)
{
    (void)state;
    fill(20);
    for (size_t i = 0; i < 20; i++)
        for (size_t j = 0; j < 10; j++)
            cost[i * 10 + j] = (i < 10) == (j < 5) ? 0 : 1000;
    assay_assign_task t = task_of(20, 10, 3);
    assay_assign a;
    assay_assign_failure why;
    assay_err err;
    assert_ok(run(&t, &a, &why, &err), err);
    assert_int_equal(a.parts, 2);
    assert_int_equal(a.exchanges, 0);
    t.is_connected = true;
    assert_ok(run(&t, &a, &why, &err), err);
    assert_int_equal(a.parts, 1);
    assert_int_equal(a.exchanges, 1);
    check_answer(&t, &a);
    assert_true(a.cost == 2000 && a.gap == 2000);
    for (size_t i = 0; i < 20; i++) /* now a rule, not a cost */
        for (size_t j = 0; j < 10; j++)
            bar[i * 10 + j] = (i < 10) == (j < 5) ? 0 : 7;
    assert_int_equal(run(&t, &a, &why, &err), ASSAY_UNDEFINED);
    assert_int_equal(why.outcome, ASSAY_ASSIGN_UNCONNECTED);
    assert_int_equal(why.parts, 2);
    t.per_case = 1;
    memset(bar, 0, sizeof bar);
    t.is_connected = false;
    assert_ok(run(&t, &a, &why, &err), err);
    assert_true(a.parts > 1);
}

/* More judges than places: balance gives each one case at most, and no exchange joins such pieces. */
static void few_cases_of_many_judges_are_connected_by_second_cases(void **state)
{
    (void)state;
    fill(2);
    assay_assign_task t = task_of(4, 24, 5);
    assay_assign a;
    assay_assign_failure why;
    assay_err err;
    t.balance = 1;
    assert_ok(run(&t, &a, &why, &err), err);
    assert_int_equal(a.parts, 4);
    t.is_connected = true;
    assert_ok(run(&t, &a, &why, &err), err);
    assert_int_equal(a.parts, 1);
    assert_int_equal(a.exchanges, 3);
    assert_int_equal(a.most_load, 2);
    check_answer(&t, &a);
    t.is_random = true;
    assert_ok(run(&t, &a, &why, &err), err);
    assert_int_equal(a.parts, 1);
    fill(1);
    t.is_random = false;
    assert_int_equal(run(&t, &a, &why, &err), ASSAY_UNDEFINED);
    assert_int_equal(why.outcome, ASSAY_ASSIGN_UNCONNECTED);
}

static void the_rule_that_bites_is_named(void **state)
{
    (void)state;
    fill(2);
    assay_assign_task t = task_of(6, 5, 2);
    assay_assign a = {.cost = 77};
    assay_assign_failure why;
    assay_err err;
    const uint8_t rules[] = {9, 4, 4, 0, 9};
    memcpy(bar + 3 * 5, rules, sizeof rules);
    bar[3 * 5 + 4] = 4;
    assert_int_equal(run(&t, &a, &why, &err), ASSAY_UNDEFINED);
    assert_int_equal(why.outcome, ASSAY_ASSIGN_TOO_FEW);
    assert_int_equal(why.at, 3);
    assert_int_equal(why.may, 1);
    assert_int_equal(why.needed, 2);
    assert_int_equal(why.rule, 4);
    assert_int_equal(why.barred, 3);
    assert_non_null(
        strstr(err.message, "case 3: 1 of 5 judges may judge it, 2 are needed; rule 4 bars 3"));
    fill(2);
    assert_int_equal(run(&t, &a, &why, &err), ASSAY_UNDEFINED); /* 12 places, 10 to have */
    assert_int_equal(why.outcome, ASSAY_ASSIGN_NO_LOAD);
    assert_int_equal(why.missing, 2);
    assert_true(why.demand > why.supply && why.judges == 5 && why.supply == 10);
    fill(9);
    t.per_case = 3;
    t.is_random = true;
    assert_int_equal(run(&t, &a, &why, &err), ASSAY_UNDEFINED);
    assert_int_equal(why.needed, 6);
    assert_non_null(strstr(err.message, "for chances of 1/2"));
    t.is_random = false;
    load[0] = load[1] = load[2] = 0;
    assert_int_equal(run(&t, &a, NULL, &err), ASSAY_UNDEFINED);
    assert_non_null(strstr(err.hint, "3 more judges have a load of 0"));
    /* Only cases 0 and 1 depend on judge 0 and 1; they alone are named. */
    fill(1);
    t = task_of(6, 20, 1);
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 2; j < 20; j++)
            bar[i * 20 + j] = 1;
    assert_int_equal(run(&t, &a, &why, &err), ASSAY_UNDEFINED);
    assert_true(why.cases == 3 && why.judges == 2 && why.demand == 3 && why.supply == 2 &&
                why.missing == 1);
    assert_int_equal(a.cost, 77);
}

static void wrong_tasks_are_refused(void **state)
{
    (void)state;
    fill(2);
    assay_assign_task t = task_of(2, 5, 0);
    assay_assign a;
    assay_err err;
    assert_int_equal(run(&t, &a, NULL, &err), ASSAY_DOMAIN);
    t.per_case = ASSAY_ASSIGN_PER_CASE_MAX + 1;
    assert_int_equal(run(&t, &a, NULL, &err), ASSAY_DOMAIN);
    t.per_case = 1;
    t.balance = ASSAY_ASSIGN_COST_MAX + 1;
    assert_int_equal(run(&t, &a, NULL, &err), ASSAY_DOMAIN);
    t.balance = 0;
    cost[7] = -1;
    assert_int_equal(run(&t, &a, NULL, &err), ASSAY_DOMAIN);
    assert_int_equal(err.at, 7);
    t.cases = SIZE_MAX / 64;
    t.cost = NULL;
    assert_int_equal(assay_assign_judges(&t, scratch, chosen, &a, NULL, &err), ASSAY_DOMAIN);
    t = task_of(0, 0, 2);
    t.cost = NULL;
    t.bar = NULL;
    assert_ok(run(&t, &a, NULL, &err), err);
    assert_int_equal(a.most_load, 0);
}

/* More judges than a list holds at first: the lists grow until the prices prove the optimum. */
static void short_lists_grow_until_the_optimum_is_proved(void **state)
{
    (void)state;
    fill(1);
    for (size_t i = 0; i < CASES; i++)
        for (size_t j = 0; j < JUDGES; j++)
            cost[i * JUDGES + j] = (int32_t)(j * 10 + i % 3); /* all want the first judges */
    assay_assign_task t = task_of(CASES, JUDGES, 1);
    assay_assign a;
    assay_err err;
    assert_ok(run(&t, &a, NULL, &err), err);
    assert_int_equal(check_answer(&t, &a), least_cost(&t));
    load[0] = 30; /* few places: some cases must go far */
    for (size_t j = 1; j < JUDGES - 10; j++)
        load[j] = 0;
    assert_ok(run(&t, &a, NULL, &err), err);
    assert_int_equal(check_answer(&t, &a), least_cost(&t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cost_is_the_least_there_is),
        cmocka_unit_test(chances_stay_at_one_half_and_loads_hold),
        cmocka_unit_test(chance_costs_no_more_than_its_bound_needs),
        cmocka_unit_test(ties_are_broken_by_the_seed_alone),
        cmocka_unit_test(a_design_in_pieces_is_connected),
        cmocka_unit_test(few_cases_of_many_judges_are_connected_by_second_cases),
        cmocka_unit_test(the_rule_that_bites_is_named),
        cmocka_unit_test(wrong_tasks_are_refused),
        cmocka_unit_test(short_lists_grow_until_the_optimum_is_proved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
