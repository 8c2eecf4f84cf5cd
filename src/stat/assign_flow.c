/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Minimum cost flow by successive shortest paths with prices (Edmonds and Karp 1972).
 *
 * Places of cases are filled one by one along the cheapest path in the residual graph; prices keep
 * all costs on it non-negative, so that Dijkstra's search ends at the first judge with a free
 * place. Each case lists its cheapest judges alone; the prices prove afterwards that no other judge
 * would have been cheaper, or the lists grow and it is done again. A judge's places cost more one
 * after the other, which spreads the load.
 */
#include "stat/assign_flow.h"

#include <string.h>

static const int64_t far = INT64_MAX / 4;

/* Ten bits that depend on seed and pair alone. */
static int64_t noise_of(const flow *f, size_t i, size_t j)
{
    uint64_t z = f->noise + (i * f->task->judges + j + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (int64_t)((z ^ z >> 31) >> 54);
}

int64_t flow_cost(const flow *f, size_t i, size_t j)
{
    const int32_t *cost = f->task->cost;
    return (cost ? cost[i * f->task->judges + j] : 0) * f->scale + noise_of(f, i, j);
}

bool flow_may(const flow *f, size_t i, size_t j)
{
    return f->task->load[j] > 0 && (!f->task->bar || f->task->bar[i * f->task->judges + j] == 0);
}

bool flow_has(const flow *f, size_t i, size_t j)
{
    for (size_t s = i * f->units; s < (i + 1) * f->units; s++)
        if (f->place[s] == j)
            return true;
    return false;
}

/* Cost of the next place of a judge; all places of one judging cost the same. */
static int64_t next_cost(const flow *f, size_t j)
{
    return (int64_t)(f->used[j] / f->halves) * f->task->balance * f->scale;
}

static bool is_full(const flow *f, size_t j)
{
    return f->used[j] >= (uint64_t)f->task->load[j] * f->halves;
}

/* -- lists ------------------------------------------------------------------------------------ */

/* Put (cost, judge) into the worst-first heap of the cheapest seen. */
static void keep_cheap(int64_t *cost, uint32_t *judge, size_t *n, size_t width, int64_t c,
                       uint32_t j)
{
    size_t at;
    if (*n < width) {
        for (at = (*n)++; at && cost[(at - 1) / 2] < c; at = (at - 1) / 2) {
            cost[at] = cost[(at - 1) / 2];
            judge[at] = judge[(at - 1) / 2];
        }
    } else if (c < cost[0]) {
        at = 0;
        for (size_t child; (child = 2 * at + 1) < width; at = child) {
            if (child + 1 < width && cost[child + 1] > cost[child])
                child++;
            if (cost[child] <= c)
                break;
            cost[at] = cost[child];
            judge[at] = judge[child];
        }
    } else {
        return;
    }
    cost[at] = c;
    judge[at] = j;
}

void flow_list(flow *f)
{
    for (size_t i = 0; i < f->task->cases; i++) {
        size_t n = 0;
        for (uint32_t j = 0; j < f->task->judges; j++)
            if (flow_may(f, i, j))
                keep_cheap(f->distance, f->listed + i * f->room, &n, f->width, flow_cost(f, i, j),
                           j);
        f->count[i] = (uint32_t)n;
    }
}

/* -- search ----------------------------------------------------------------------------------- */

static void heap_set(flow *f, size_t at, uint32_t node)
{
    f->heap[at] = node;
    f->where[node] = (uint32_t)at;
}

static bool is_nearer(const flow *f, uint32_t a, uint32_t b)
{
    return f->distance[a] < f->distance[b] || (f->distance[a] == f->distance[b] && a < b);
}

static void reach(flow *f, uint32_t node, int64_t distance, uint32_t from)
{
    if (distance >= f->distance[node])
        return;
    if (f->distance[node] == far)
        heap_set(f, f->heap_size++, node);
    f->distance[node] = distance;
    f->from[node] = from;
    size_t at = f->where[node];
    for (; at && is_nearer(f, node, f->heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap_set(f, at, f->heap[(at - 1) / 2]);
    heap_set(f, at, node);
}

static uint32_t nearest(flow *f)
{
    uint32_t top = f->heap[0], moved = f->heap[--f->heap_size];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < f->heap_size; at = child) {
        if (child + 1 < f->heap_size && is_nearer(f, f->heap[child + 1], f->heap[child]))
            child++;
        if (!is_nearer(f, f->heap[child], moved))
            break;
        heap_set(f, at, f->heap[child]);
    }
    if (f->heap_size)
        heap_set(f, at, moved);
    f->settled[f->settled_count++] = top;
    return top;
}

static void leave_case(flow *f, uint32_t i)
{
    uint32_t cases = (uint32_t)f->task->cases;
    for (size_t k = 0; k < f->count[i]; k++) {
        uint32_t j = f->listed[i * f->room + k], node = cases + j;
        if (f->distance[node] <= f->distance[i] || flow_has(f, i, j))
            continue;
        reach(f, node, f->distance[i] + flow_cost(f, i, j) + f->price[i] - f->price[node], i);
    }
}

/* A full or dear judge can give up a place to get this one. */
static void leave_judge(flow *f, uint32_t node)
{
    uint32_t j = node - (uint32_t)f->task->cases;
    for (uint32_t s = f->first[j]; s != NOBODY; s = f->next[s]) {
        uint32_t i = s / (uint32_t)f->units;
        reach(f, i, f->distance[node] - flow_cost(f, i, j) + f->price[node] - f->price[i], s);
    }
}

/* The judge at the end of the cheapest path from case `start`, or NOBODY. */
static uint32_t search(flow *f, uint32_t start, int64_t *length)
{
    uint32_t cases = (uint32_t)f->task->cases, best = NOBODY;
    size_t nodes = f->task->cases + f->task->judges;
    for (size_t v = 0; v < nodes; v++)
        f->distance[v] = far;
    f->heap_size = f->settled_count = 0;
    *length = far;
    reach(f, start, 0, NOBODY);
    while (f->heap_size && f->distance[f->heap[0]] < *length) {
        uint32_t node = nearest(f);
        if (node < cases) {
            leave_case(f, node);
            continue;
        }
        uint32_t j = node - cases;
        int64_t end = f->distance[node] + next_cost(f, j) + f->price[node];
        if (!is_full(f, j) && end < *length) {
            *length = end;
            best = j;
        }
        leave_judge(f, node);
    }
    return best;
}

static void link_place(flow *f, uint32_t s, uint32_t j)
{
    f->place[s] = j;
    f->last[s] = NOBODY;
    f->next[s] = f->first[j];
    if (f->first[j] != NOBODY)
        f->last[f->first[j]] = s;
    f->first[j] = s;
}

static void unlink_place(flow *f, uint32_t s)
{
    uint32_t j = f->place[s];
    if (f->last[s] == NOBODY)
        f->first[j] = f->next[s];
    else
        f->next[f->last[s]] = f->next[s];
    if (f->next[s] != NOBODY)
        f->last[f->next[s]] = f->last[s];
}

/* Walk the path back: each case on it takes the judge behind it for the one before. */
static void augment(flow *f, uint32_t start, uint32_t free_place, uint32_t judge)
{
    uint32_t cases = (uint32_t)f->task->cases;
    f->used[judge]++;
    for (;;) {
        uint32_t i = f->from[cases + judge];
        if (i == start) {
            link_place(f, free_place, judge);
            return;
        }
        uint32_t s = f->from[i], before = f->place[s];
        unlink_place(f, s);
        link_place(f, s, judge);
        judge = before;
    }
}

/* -- filling ---------------------------------------------------------------------------------- */

static void start_prices(flow *f)
{
    uint32_t cases = (uint32_t)f->task->cases;
    size_t places = f->task->cases * f->units;
    memset(f->place, 0xff, places * sizeof(uint32_t));
    memset(f->first, 0xff, f->task->judges * sizeof(uint32_t));
    memset(f->used, 0, f->task->judges * sizeof(uint32_t));
    for (size_t v = cases; v < cases + f->task->judges; v++)
        f->price[v] = 0;
}

/* The least price of a case that leaves no listed judge with a negative cost. */
static void price_case(flow *f, uint32_t i)
{
    uint32_t cases = (uint32_t)f->task->cases;
    f->price[i] = -far;
    for (size_t k = 0; k < f->count[i]; k++) {
        uint32_t j = f->listed[i * f->room + k];
        int64_t needed = f->price[cases + j] - flow_cost(f, i, j);
        f->price[i] = needed > f->price[i] ? needed : f->price[i];
    }
}

/* One more place for case i; false: there is no path to a free one. */
static bool fill_place(flow *f, uint32_t i, uint32_t place)
{
    int64_t length;
    uint32_t judge = search(f, i, &length);
    if (judge == NOBODY)
        return false;
    for (size_t k = 0; k < f->settled_count; k++) {
        uint32_t v = f->settled[k];
        if (f->distance[v] < length)
            f->price[v] += f->distance[v] - length;
    }
    augment(f, i, place, judge);
    return true;
}

size_t flow_fill(flow *f, bool goes_on, size_t *stuck)
{
    size_t missing = 0;
    start_prices(f);
    for (uint32_t i = 0; i < f->task->cases; i++) {
        price_case(f, i);
        for (size_t u = 0; u < f->units; u++) {
            bool is_filled = fill_place(f, i, (uint32_t)(i * f->units + u));
            *stuck = is_filled ? *stuck : i;
            missing += !is_filled;
            if (!is_filled && !goes_on)
                return missing;
        }
    }
    return missing;
}

/* How much below the prices case i would find a judge it does not list; 0 or less: none. */
static int64_t best_unlisted(const flow *f, size_t i)
{
    int64_t best = 0;
    if (f->count[i] < f->width)
        return 0; /* all who may are listed */
    for (size_t j = 0; j < f->task->judges; j++) {
        int64_t reduced = f->price[i] - f->price[f->task->cases + j];
        if (reduced + best >= 0 || !flow_may(f, i, j))
            continue;
        reduced += flow_cost(f, i, j);
        if (reduced + best < 0 && !flow_has(f, i, j))
            best = -reduced;
    }
    return best;
}

/* Costs are whole units: what could still be saved proves nothing to save when it is below one. */
bool flow_is_optimal(const flow *f)
{
    int64_t saving = 0;
    for (size_t i = 0; i < f->task->cases; i++) {
        int64_t best = best_unlisted(f, i);
        if (best > f->scale)
            return false;
        saving += best * (int64_t)f->units;
        if (saving >= f->scale - FLOW_NOISE * (int64_t)(f->task->cases * f->units))
            return false;
    }
    return true;
}
