/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forms of equal difficulty from a bank.
 *
 * Topic by topic the items of all forms are drawn by lot, sorted by difficulty and dealt in rounds,
 * the hardest of a round to the form that is easiest so far. Exchanges of two items of one topic
 * between the hardest and the easiest form then narrow what is left, as long as they do.
 */
#include <assay/exam.h>

#include <string.h>

typedef struct {
    const assay_bank_item *bank;
    size_t n, forms, total;
    uint32_t *form;  /* [forms*total] */
    int64_t *sum;    /* [forms] */
    uint32_t *pool;  /* [n] items of a topic, then drawn ones */
    uint32_t *order; /* [forms] */
    assay_draw draw;
} drawing;

size_t assay_exam_forms_scratch_size(size_t items, size_t forms)
{
    return forms * (sizeof(int64_t) + sizeof(uint32_t)) + items * sizeof(uint32_t) + 8;
}

/* -- dealing ------------------------------------------------------------------------------------
 */

/* Easier first; of equals the one with the smaller number. */
static void sort_items(const drawing *d, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint32_t moving = d->pool[i];
        int32_t difficulty = d->bank[moving].difficulty;
        size_t j = i;
        for (; j; j--) {
            uint32_t before = d->pool[j - 1];
            if (d->bank[before].difficulty < difficulty ||
                (d->bank[before].difficulty == difficulty && before < moving))
                break;
            d->pool[j] = before;
        }
        d->pool[j] = moving;
    }
}

/* Hardest form first, so that the easiest item goes there; equals in random order. */
static void order_forms(drawing *d)
{
    for (uint32_t f = 0; f < d->forms; f++)
        d->order[f] = f;
    assay_draw_shuffle(&d->draw, d->order, d->forms);
    for (size_t i = 1; i < d->forms; i++) {
        uint32_t moving = d->order[i];
        size_t j = i;
        for (; j && d->sum[d->order[j - 1]] < d->sum[moving]; j--)
            d->order[j] = d->order[j - 1];
        d->order[j] = moving;
    }
}

static void deal(drawing *d, size_t at, size_t count)
{
    sort_items(d, count * d->forms);
    for (size_t round = 0; round < count; round++) {
        order_forms(d);
        for (size_t i = 0; i < d->forms; i++) {
            uint32_t f = d->order[i], item = d->pool[round * d->forms + i];
            d->form[f * d->total + at + round] = item;
            d->sum[f] += d->bank[item].difficulty;
        }
    }
}

static size_t gather(drawing *d, uint32_t topic)
{
    size_t n = 0;
    for (uint32_t i = 0; i < d->n; i++)
        if (d->bank[i].topic == topic)
            d->pool[n++] = i;
    return n;
}

/* -- exchanging ---------------------------------------------------------------------------------
 */

static void find_ends(const drawing *d, size_t *easiest, size_t *hardest)
{
    *easiest = *hardest = 0;
    for (size_t f = 1; f < d->forms; f++) {
        *easiest = d->sum[f] < d->sum[*easiest] ? f : *easiest;
        *hardest = d->sum[f] > d->sum[*hardest] ? f : *hardest;
    }
}

/* The exchange between two forms that brings their sums nearest; false when none narrows. */
static bool narrow(drawing *d, size_t easy, size_t hard)
{
    int64_t gap = d->sum[hard] - d->sum[easy], best = gap;
    uint32_t *a = d->form + easy * d->total, *b = d->form + hard * d->total;
    size_t from = 0, to = 0;
    for (size_t i = 0; i < d->total; i++)
        for (size_t j = 0; j < d->total; j++) {
            int64_t change = (int64_t)d->bank[b[j]].difficulty - d->bank[a[i]].difficulty;
            int64_t left = gap > 2 * change ? gap - 2 * change : 2 * change - gap;
            if (change <= 0 || left >= best || d->bank[a[i]].topic != d->bank[b[j]].topic)
                continue;
            best = left;
            from = i;
            to = j;
        }
    if (best == gap)
        return false;
    int64_t change = (int64_t)d->bank[b[to]].difficulty - d->bank[a[from]].difficulty;
    uint32_t moved = a[from];
    a[from] = b[to];
    b[to] = moved;
    d->sum[easy] += change;
    d->sum[hard] -= change;
    return true;
}

/* Each exchange lowers the sum of squares of the forms' sums, so it ends; the bound is for banks
 * made to defy it. */
static void even_out(drawing *d)
{
    size_t easiest, hardest;
    for (size_t i = 0; i < 100 * d->forms; i++) {
        find_ends(d, &easiest, &hardest);
        if (!narrow(d, easiest, hardest))
            return;
    }
}

/* -- drawing ------------------------------------------------------------------------------------
 */

static assay_status check_bank(const assay_bank_item *bank, size_t n, size_t topics, size_t forms,
                               assay_err *err)
{
    if (forms == 0)
        return assay_fail(err, ASSAY_SHAPE, 0, "no form is asked for");
    for (size_t i = 0; i < n; i++)
        if (bank[i].topic >= topics || bank[i].difficulty < 0 ||
            bank[i].difficulty > ASSAY_EXAM_DIFFICULTY_MAX)
            return assay_fail(err, ASSAY_DOMAIN, i,
                              "item %zu: topic %u of %zu, difficulty %d of %d", i,
                              (unsigned)bank[i].topic, topics, (int)bank[i].difficulty,
                              ASSAY_EXAM_DIFFICULTY_MAX);
    return ASSAY_OK;
}

static assay_status check_supply(const assay_bank_item *bank, size_t n, const uint32_t *blueprint,
                                 size_t topics, size_t forms, assay_err *err)
{
    for (size_t t = 0; t < topics; t++) {
        size_t has = 0;
        for (size_t i = 0; i < n; i++)
            has += bank[i].topic == t;
        if (blueprint[t] && forms > has / blueprint[t]) {
            assay_fail(err, ASSAY_UNDEFINED, t,
                       "topic %zu has %zu items, %zu forms with %u each need %llu", t, has, forms,
                       (unsigned)blueprint[t], (unsigned long long)forms * blueprint[t]);
            return assay_hint(err, "write items, or draw fewer forms");
        }
    }
    return ASSAY_OK;
}

static size_t total_of(const uint32_t *blueprint, size_t topics)
{
    size_t total = 0;
    for (size_t t = 0; t < topics; t++)
        total += blueprint[t];
    return total;
}

assay_status assay_exam_draw(const assay_bank_item *bank, size_t n, const uint32_t *blueprint,
                             size_t topics, size_t forms, const uint8_t *seed, void *scratch,
                             uint32_t *form, assay_exam_forms *out, assay_err *err)
{
    assay_status status = check_bank(bank, n, topics, forms, err);
    if (status == ASSAY_OK)
        status = check_supply(bank, n, blueprint, topics, forms, err);
    if (status != ASSAY_OK)
        return status;
    int64_t *sum = (int64_t *)(void *)(((uintptr_t)scratch + 7) & ~(uintptr_t)7);
    uint32_t *words = (uint32_t *)(void *)(sum + forms);
    drawing d = {bank,
                 n,
                 forms,
                 total_of(blueprint, topics),
                 form,
                 sum,
                 words + forms,
                 words,
                 assay_draw_of(seed, 0)};
    memset(d.sum, 0, forms * sizeof *d.sum);
    for (size_t t = 0, at = 0; t < topics; at += blueprint[t], t++) {
        size_t found = gather(&d, (uint32_t)t);
        assay_draw_shuffle(&d.draw, d.pool, found); /* the first ones are drawn */
        deal(&d, at, blueprint[t]);
    }
    even_out(&d);
    for (size_t f = 0; f < forms; f++)
        assay_draw_shuffle(&d.draw, form + f * d.total, d.total);
    size_t easiest, hardest;
    find_ends(&d, &easiest, &hardest);
    *out = (assay_exam_forms){d.total, forms, d.sum[easiest], d.sum[hardest]};
    return ASSAY_OK;
}
