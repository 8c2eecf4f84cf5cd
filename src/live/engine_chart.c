/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cutting here and in signal/subgroup.c answer the same question, one row at a time and over
 * the whole series; a test holds them together for every chart type and way of cutting. */
#include "live/engine_chart.h"

#include "base/hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "out of memory while making a live chart");
}

uint64_t live_text_hash(const char *text, size_t length)
{
    uint64_t h = length ? hash64(text, length) : 0;
    return length && !h ? 1 : h;
}

/* -- plans -------------------------------------------------------------------------------- */

static bool is_attribute(assay_chart_type type)
{
    return type == ASSAY_CHART_P || type == ASSAY_CHART_NP || type == ASSAY_CHART_C ||
           type == ASSAY_CHART_U;
}

assay_status live_plan_init(const chart_definition *d, live_plan *out, assay_err *err)
{
    live_plan p = {.definition = *d, .key = CONTEXT_SUBGROUP, .is_by_key = d->n == 0};
    assay_status status = assay_rules_parse(d->rules, &p.rules, err);
    if (status != ASSAY_OK)
        return status;
    p.is_attribute = is_attribute(d->chart.type);
    if (d->n > LIVE_READINGS_MAX && !p.is_attribute)
        return assay_fail(err, ASSAY_LIMIT, 0, "a live chart has subgroups of %d readings at most",
                          LIVE_READINGS_MAX);
    if (d->subgroup && !context_from_name(d->subgroup, &p.key))
        return assay_fail(err, ASSAY_DOMAIN, 0, "there is no column \"%s\"", d->subgroup);
    p.every = (int64_t)d->every_s * 1000000000;
    p.is_by_key = p.is_by_key && !p.every;
    p.contexts = 1u << CONTEXT_STAGE | (p.is_by_key ? 1u << p.key : 0);
    for (int k = 0; k < CONTEXT_COUNT; k++)
        if (d->filter[k]) {
            p.filter[k] = live_text_hash(d->filter[k], strlen(d->filter[k]));
            p.filters |= 1u << k;
        }
    p.contexts |= p.filters;
    *out = p;
    return ASSAY_OK;
}

/* -- charts ------------------------------------------------------------------------------- */

/* Zones of an EWMA or a CUSUM are not those of independent points, as in the analysis. */
static bool takes_rules(assay_chart_type type)
{
    return type != ASSAY_CHART_EWMA && type != ASSAY_CHART_CUSUM && type != ASSAY_CHART_RUN;
}

assay_status live_chart_init(live_chart *c, const live_plan *plan, double center, double sigma,
                             double size, assay_err *err)
{
    assay_chart_options o = plan->definition.chart;
    live_chart made = {.plan = plan, .sigma = sigma, .dirty_from = INT64_MAX,
                       .judged_after = TIME_NONE, .spacing = 2048};
    o.center = center;
    o.std_dev = sigma;
    o.center_size = size > 0 ? size : 0;
    o.rules = takes_rules(o.type) ? &plan->rules : NULL;
    assay_status status = assay_step_init(&o, &made.step, err);
    if (status != ASSAY_OK)
        return status;
    made.room = plan->is_attribute ? 1 : plan->definition.n ? plan->definition.n : 8;
    made.group = malloc(made.room * sizeof *made.group);
    made.stepped = malloc(assay_step_size(&made.step));
    if (!made.group || !made.stepped) {
        live_chart_done(&made);
        return no_memory(err);
    }
    live_chart_reset(&made, (live_form){0});
    *c = made;
    return ASSAY_OK;
}

static void drop_checkpoints(live_chart *c, size_t from)
{
    for (size_t i = from; i < c->kept; i++)
        free(c->checkpoint[i].blob);
    c->kept = (uint8_t)(from < c->kept ? from : c->kept);
}

void live_chart_done(live_chart *c)
{
    drop_checkpoints(c, 0);
    free(c->checkpoint);
    free(c->group);
    free(c->stepped);
    c->checkpoint = NULL;
    c->group = NULL;
    c->stepped = NULL;
}

size_t live_chart_bytes(const live_chart *c)
{
    size_t n = sizeof *c + c->room * sizeof *c->group + assay_step_size(&c->step);
    return n + (c->checkpoint ? LIVE_CHECKPOINTS * sizeof *c->checkpoint : 0) +
           c->kept * live_state_size(c);
}

void live_chart_reset(live_chart *c, live_form form)
{
    if (form.is_real != c->s.form.is_real || form.exponent != c->s.form.exponent)
        drop_checkpoints(c, 0);
    c->s = (live_state){.last_time = TIME_NONE, .group_time = TIME_NONE, .form = form,
                        .last_value = NAN, .point_time = TIME_NONE, .lcl = NAN, .center = NAN, .ucl = NAN, .mean = NAN};
    assay_step_reset(&c->step, c->stepped);
}

/* -- points ------------------------------------------------------------------------------- */

bool live_signals(const assay_step_point *p)
{
    return p->location.rules || p->cusum.rules || p->spread.rules;
}

static void note_point(live_state *s, const assay_step_point *p)
{
    bool is_signal = live_signals(p);
    s->subgroups++;
    s->signals += is_signal;
    s->lcl = p->location.lcl;
    s->center = p->location.center;
    s->ucl = p->location.ucl;
    s->mean = p->location.value;
    s->last_rules = p->location.rules;
    s->is_spread_signal = p->spread.rules;
    s->is_cusum_signal = p->cusum.rules;
    if (isnan(p->location.value))
        return;
    if (s->spark_count == ENGINE_SPARK) {
        memmove(s->spark, s->spark + 1, (ENGINE_SPARK - 1) * sizeof *s->spark);
        s->spark_rules >>= 1;
        s->spark_count--;
    }
    s->spark[s->spark_count] = (float)p->location.value;
    s->spark_rules |= (uint32_t)is_signal << s->spark_count++;
}

/* Rows that do not count are missing, unless none would be left: then the group is drawn, not
 * judged. */
static void read_group(const live_chart *c, int64_t *mantissa, double *real, assay_step_group *g)
{
    const live_state *s = &c->s;
    bool is_out = s->valid == 0;
    double all = c->plan->definition.size_all;
    if (c->plan->is_attribute) {
        const live_sum *sum = is_out ? &s->all : &s->counted;
        real[0] = sum->rows ? sum->count : NAN;
        *g = (assay_step_group){.size =
                                    !isnan(all) ? all : (double)(sum->rows ? sum->size : s->size),
                                .x = assay_values_of_doubles(real, 1),
                                .is_excluded = is_out};
        return;
    }
    for (uint32_t i = 0; i < s->count; i++) {
        bool is_missing = !is_out && !c->group[i].counts;
        if (s->form.is_real) {
            memcpy(&real[i], &c->group[i].mantissa, sizeof *real);
            real[i] = is_missing ? NAN : real[i];
        } else
            mantissa[i] = is_missing ? ASSAY_MANTISSA_MISSING : c->group[i].mantissa;
    }
    *g = (assay_step_group){.size = isnan(all) ? 1 : all, .is_excluded = is_out};
    g->x = s->form.is_real ? assay_values_of_doubles(real, s->count)
                           : assay_values_of_decimals(mantissa, s->count, s->form.exponent);
}

static const assay_chart_point no_point = {.value = NAN, .center = NAN, .lcl = NAN, .ucl = NAN,
                                           .prob_lcl = NAN, .prob_ucl = NAN, .sigma = NAN,
                                           .flags = ASSAY_POINT_MISSING};

/* Most characteristics have no limits: nothing is judged, a single reading is its own point. */
static bool is_bare(const live_chart *c)
{
    return c->step.options.type == ASSAY_CHART_I_MR && isnan(c->step.options.center) &&
           c->s.count == 1;
}

static void make_bare(const live_chart *c, live_point *out)
{
    const live_reading *r = &c->group[0];
    double x = NAN;
    if (c->s.form.is_real)
        memcpy(&x, &r->mantissa, sizeof x);
    else if (r->mantissa != ASSAY_MANTISSA_MISSING)
        x = decimal_to_double(r->mantissa, c->s.form.exponent);
    out->time = c->s.group_time;
    out->last_time = c->s.last_time;
    out->p = (assay_step_point){no_point, no_point, {NAN, NAN, 0}, NAN};
    out->p.location.value = x;
    out->p.location.n = !isnan(x);
    out->p.location.flags = (isnan(x) ? ASSAY_POINT_MISSING : 0u) |
                            (r->counts ? 0u : (unsigned)ASSAY_POINT_EXCLUDED);
}

static void make_point(live_chart *c, void *stepped, live_point *out)
{
    int64_t mantissa[LIVE_READINGS_MAX];
    double real[LIVE_READINGS_MAX], sort[LIVE_READINGS_MAX];
    assay_step_group g;
    if (is_bare(c)) {
        make_bare(c, out);
        return;
    }
    read_group(c, mantissa, real, &g);
    g.sort = sort;
    out->time = c->s.group_time;
    out->last_time = c->s.last_time;
    if (assay_step_next(&c->step, stepped, &g, &out->p, NULL) == ASSAY_OK)
        return;
    out->p = (assay_step_point){no_point, no_point, {NAN, NAN, 0}, NAN};
}

static void note_judged(live_chart *c, const live_point *p)
{
    if (p->time <= c->judged_after)
        return;
    c->s.judged_from = c->s.judged ? c->s.judged_from : p->time;
    c->s.judged++;
    c->s.judged_signals += live_signals(&p->p);
}

static void close_group(live_chart *c, live_sink *sink, void *context)
{
    live_point point = {0};
    make_point(c, c->stepped, &point);
    c->s.count = c->s.valid = 0;
    c->s.point_time = point.time;
    note_point(&c->s, &point.p);
    note_judged(c, &point);
    if (sink)
        sink(c, &point, context);
}

void live_chart_peek(live_chart *c, live_sink *sink, void *context)
{
    live_point point = {.is_open = true};
    size_t size = assay_step_size(&c->step);
    void *copy = c->s.count ? malloc(size) : NULL;
    if (!copy)
        return;
    memcpy(copy, c->stepped, size);
    make_point(c, copy, &point);
    free(copy);
    sink(c, &point, context);
}

/* -- rows --------------------------------------------------------------------------------- */

static bool has_value(const live_row *row)
{
    return (row->status & STATUS_MASK) != STATUS_NO_VALUE;
}

static double real_of(const live_row *row)
{
    double real;
    memcpy(&real, &row->mantissa, sizeof real);
    return row->status & STATUS_RAW ? real : decimal_to_double(row->mantissa, row->exponent);
}

/* The value in the form of the series; false: the form does not take it. */
static bool put_value(live_state *s, const live_row *row, live_reading *out)
{
    double real = NAN;
    int64_t steps = ASSAY_MANTISSA_MISSING;
    bool is_raw = row->status & STATUS_RAW, fits = true;
    if (has_value(row)) {
        real = real_of(row);
        s->form.exponent = s->form.is_known ? s->form.exponent : row->exponent;
        s->form.is_known = true;
        if (!s->form.is_real)
            fits = !is_raw &&
                   decimal_rescale(row->mantissa, row->exponent, s->form.exponent, &steps);
    }
    if (!fits) {
        bool is_finer = !is_raw && row->exponent < s->form.exponent;
        s->form.is_real = !is_finer;
        s->form.exponent = is_finer ? row->exponent : s->form.exponent;
        return false;
    }
    out->mantissa = steps;
    if (s->form.is_real)
        memcpy(&out->mantissa, &real, sizeof real);
    out->counts = (row->status & STATUS_MASK) == STATUS_VALID;
    if (out->counts) {
        s->last_value = real;
        s->measurements++;
    }
    return true;
}

/* Days are those of the clock on the wall. */
static int64_t bucket_of(const live_plan *p, const live_row *row)
{
    const int64_t second = 1000000000, day = 86400 * second;
    int64_t time = row->time;
    if (!p->every || time == TIME_NONE)
        return 0;
    if (p->every % day == 0 && row->offset != TIME_OFFSET_NONE)
        time += row->offset * second;
    int64_t b = time / p->every;
    return time % p->every < 0 ? b - 1 : b;
}

static bool ends_before(const live_chart *c, const live_row *row)
{
    if (row->stage != c->s.stage)
        return true;
    bool is_full = c->s.count == LIVE_READINGS_MAX && !c->plan->is_attribute;
    if (c->plan->every)
        return bucket_of(c->plan, row) != c->s.bucket || is_full;
    if (c->plan->is_by_key)
        return row->key != c->s.key || row->key == 0 || is_full;
    return false; /* by count: closed when full */
}

/* Of the open group; counts are summed and not kept. */
static uint32_t kept_readings(const live_chart *c, const live_state *s)
{
    return c->plan->is_attribute ? 0 : s->count;
}

static bool has_room(live_chart *c)
{
    if (kept_readings(c, &c->s) < c->room)
        return true;
    uint32_t room = 2 * c->room < LIVE_READINGS_MAX ? 2 * c->room : LIVE_READINGS_MAX;
    live_reading *grown = realloc(c->group, room * sizeof *grown);
    if (!grown)
        return false;
    c->group = grown;
    c->room = room;
    return true;
}

static void add_count(live_sum *sum, double count, uint32_t size)
{
    sum->count += count;
    sum->size += size;
    sum->rows++;
}

static void add_reading(live_chart *c, const live_row *row, live_reading reading)
{
    live_state *s = &c->s;
    if (s->count == 0) {
        s->group_time = row->time;
        s->all = s->counted = (live_sum){0};
        s->size = 0;
    }
    s->size += row->size;
    if (!c->plan->is_attribute)
        c->group[s->count] = reading;
    else if (has_value(row)) {
        double count = real_of(row);
        add_count(&s->all, count, row->size);
        if (reading.counts)
            add_count(&s->counted, count, row->size);
    }
    s->count++;
    s->valid += reading.counts;
    s->key = row->key;
    s->bucket = bucket_of(c->plan, row);
    s->last_time = row->time;
    s->rows++;
}

/* -- checkpoints -------------------------------------------------------------------------- */

size_t live_state_size(const live_chart *c)
{
    return sizeof(live_state) + assay_step_size(&c->step) +
           kept_readings(c, &c->s) * sizeof *c->group;
}

void live_state_save(const live_chart *c, void *out)
{
    char *at = out;
    memcpy(at, &c->s, sizeof c->s);
    memcpy(at + sizeof c->s, c->stepped, assay_step_size(&c->step));
    memcpy(at + sizeof c->s + assay_step_size(&c->step), c->group,
           kept_readings(c, &c->s) * sizeof *c->group);
}

bool live_state_load(live_chart *c, const void *bytes, size_t length)
{
    live_state s;
    size_t fixed = sizeof s + assay_step_size(&c->step);
    if (length < fixed)
        return false;
    memcpy(&s, bytes, sizeof s);
    uint32_t kept = kept_readings(c, &s);
    if (kept > LIVE_READINGS_MAX || length != fixed + kept * sizeof *c->group)
        return false;
    while (c->room < kept) {
        c->s.count = c->room;
        if (!has_room(c))
            return false;
    }
    c->s = s;
    memcpy(c->stepped, (const char *)bytes + sizeof s, assay_step_size(&c->step));
    memcpy(c->group, (const char *)bytes + fixed, kept * sizeof *c->group);
    return true;
}

/* Half of them go when there are enough: what is far back needs fewer. */
static void thin_out(live_chart *c)
{
    uint8_t kept = 0;
    for (size_t i = 0; i < c->kept; i++) {
        if (i % 2)
            c->checkpoint[kept++] = c->checkpoint[i];
        else
            free(c->checkpoint[i].blob);
    }
    c->kept = kept;
    c->spacing *= 2;
}

static void keep_checkpoint(live_chart *c)
{
    if (!c->checkpoint)
        c->checkpoint = calloc(LIVE_CHECKPOINTS, sizeof *c->checkpoint);
    if (!c->checkpoint)
        return; /* only slower */
    if (c->kept == LIVE_CHECKPOINTS)
        thin_out(c);
    void *blob = malloc(live_state_size(c));
    if (!blob)
        return;
    live_state_save(c, blob);
    c->checkpoint[c->kept++] = (live_checkpoint){c->s.last_time, c->s.rows, blob};
}

static bool is_checkpoint_due(const live_chart *c, const live_row *row)
{
    uint64_t last = c->kept ? c->checkpoint[c->kept - 1].rows : 0;
    return c->s.rows >= last + c->spacing && row->time > c->s.last_time;
}

int64_t live_chart_rewind(live_chart *c, int64_t time)
{
    size_t i = c->kept;
    while (i > 0 && c->checkpoint[i - 1].time >= time)
        i--;
    drop_checkpoints(c, i);
    if (i == 0) {
        live_chart_reset(c, c->s.form);
        return TIME_NONE;
    }
    const live_checkpoint *k = &c->checkpoint[i - 1];
    live_state s;
    memcpy(&s, k->blob, sizeof s);
    size_t length = sizeof s + assay_step_size(&c->step) + kept_readings(c, &s) * sizeof *c->group;
    if (live_state_load(c, k->blob, length))
        return k->time;
    live_chart_reset(c, c->s.form);
    return TIME_NONE;
}

bool live_chart_push(live_chart *c, const live_row *row, live_sink *sink, void *context)
{
    live_reading reading;
    if (is_checkpoint_due(c, row))
        keep_checkpoint(c);
    if (!put_value(&c->s, row, &reading)) {
        drop_checkpoints(c, 0);
        return false;
    }
    bool is_new_stage = row->stage != c->s.stage && c->s.rows > 0;
    if (c->s.count && ends_before(c, row))
        close_group(c, sink, context);
    if (is_new_stage)
        assay_step_reset(&c->step, c->stepped);
    c->s.stage = row->stage;
    if (!has_room(c))
        close_group(c, sink, context); /* no memory: a short group rather than none */
    add_reading(c, row, reading);
    if (!c->plan->is_by_key && !c->plan->every && c->s.count == c->plan->definition.n)
        close_group(c, sink, context);
    return true;
}
