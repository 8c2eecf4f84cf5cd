/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Assigning judges at the size of a national award: 911 cases, 2,435 judges, 5 a case, loads of 3
 * or less, 3 % of the pairs barred by conflict and judges outside a case's field barred too; the
 * least processor time of five, sure and with bounded chance. */
#include <assay/assign.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CASES = 911, JUDGES = 2435, PER_CASE = 5, FIELDS = 6, ROUNDS = 5 };

static uint8_t bar[CASES * JUDGES], seed[32] = {1};
static int32_t cost[CASES * JUDGES];
static uint32_t load[JUDGES], chosen[CASES * PER_CASE];

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* others use the machine too */
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void fill(void)
{
    assay_draw d = assay_draw_of(seed, 99);
    uint8_t field[CASES], knows[JUDGES][2];
    for (size_t i = 0; i < CASES; i++)
        field[i] = (uint8_t)assay_draw_below(&d, FIELDS);
    for (size_t j = 0; j < JUDGES; j++) {
        knows[j][0] = (uint8_t)assay_draw_below(&d, FIELDS);
        knows[j][1] = (uint8_t)assay_draw_below(&d, FIELDS);
        load[j] = 1 + (uint32_t)assay_draw_below(&d, 3);
    }
    for (size_t i = 0; i < CASES; i++)
        for (size_t j = 0; j < JUDGES; j++) {
            bool has_skill = field[i] == knows[j][0] || field[i] == knows[j][1];
            size_t p = i * JUDGES + j;
            bar[p] = assay_draw_below(&d, 100) < 3 ? 1 : has_skill ? 0 : 2;
            cost[p] = (int32_t)assay_draw_below(&d, 1001);
        }
}

static void measure(const char *what, const assay_assign_task *task, void *scratch)
{
    double least = 1e9;
    assay_assign a = {0};
    for (int round = 0; round < ROUNDS; round++) {
        assay_err err;
        double from = now_ms();
        if (assay_assign_judges(task, scratch, chosen, &a, NULL, &err) != ASSAY_OK) {
            fprintf(stderr, "%s\n", err.message);
            exit(1);
        }
        double took = now_ms() - from;
        least = took < least ? took : least;
    }
    printf(
        "%-34s %8.1f ms CPU  cost %lld, least expected %.1f, gap %.3g, parts %zu, load %u to %u\n",
        what, least, (long long)a.cost, a.expected_cost, a.gap, a.parts, a.least_load, a.most_load);
}

int main(void)
{
    fill();
    assay_assign_task task = {.cases = CASES,
                              .judges = JUDGES,
                              .per_case = PER_CASE,
                              .load = load,
                              .bar = bar,
                              .cost = cost,
                              .is_connected = true,
                              .seed = seed};
    task.is_random = true;
    void *scratch = malloc(assay_assign_scratch_size(&task));
    if (!scratch)
        return 1;
    measure("911 x 2,435, chances of 1/2", &task, scratch);
    task.is_random = false;
    measure("911 x 2,435, sure", &task, scratch);
    task.balance = 50;
    measure("911 x 2,435, sure, loads balanced", &task, scratch);
    task.cost = NULL;
    measure("911 x 2,435, all alike, balanced", &task, scratch);
    free(scratch);
    return 0;
}
