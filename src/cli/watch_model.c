/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/watch.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool watch_model_begin(watch_model *m)
{
    *m = (watch_model){0};
    m->row = calloc(WATCH_ROWS, sizeof *m->row);
    m->alarm = calloc(WATCH_ALARMS, sizeof *m->alarm);
    m->source = calloc(WATCH_SOURCES, sizeof *m->source);
    return m->row && m->alarm && m->source;
}

void watch_model_done(watch_model *m)
{
    free(m->row);
    free(m->alarm);
    free(m->source);
    *m = (watch_model){0};
}

/* -- members ------------------------------------------------------------------------------------- */

/* Cut at a character's edge; control characters, which a terminal would obey, become '?'. */
static void copy_text(char *out, size_t room, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    if (length >= room) {
        length = room - 1;
        while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--;
    }
    for (size_t i = 0; i < length; i++)
        out[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i];
    out[length] = 0;
}

static void text_of(const json_t *o, const char *key, char *out, size_t room)
{
    copy_text(out, room, json_string_value(json_object_get(o, key)));
}

/* A number, or a decimal as text; NaN for anything else. */
static double real_of(const json_t *x)
{
    decimal d;
    double value = NAN;
    const char *text = json_string_value(x);
    if (text)
        return decimal_parse(text, strlen(text), '.', &d, &value) == DECIMAL_NONE ? NAN : value;
    return json_is_number(x) ? json_number_value(x) : NAN;
}

static uint64_t count_of(const json_t *o, const char *key)
{
    json_int_t n = json_integer_value(json_object_get(o, key));
    return n > 0 ? (uint64_t)n : 0;
}

static int64_t time_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    int64_t ns;
    int32_t offset;
    return text && time_parse_iso(text, strlen(text), &ns, &offset) ? ns : TIME_NONE;
}

/* "1", or ["1", 5]: names with commas between. */
static void rules_of(const json_t *rules, char *out, size_t room)
{
    out[0] = 0;
    if (json_is_string(rules))
        copy_text(out, room, json_string_value(rules));
    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *x = json_array_get(rules, i);
        char name[24];
        if (json_is_string(x))
            copy_text(name, sizeof name, json_string_value(x));
        else
            snprintf(name, sizeof name, "%lld", (long long)json_integer_value(x));
        size_t at = strlen(out);
        snprintf(out + at, room - at, "%s%s", at ? "," : "", name);
    }
}

/* -- characteristics ----------------------------------------------------------------------------- */

static watch_row *row_of(const watch_model *m, uint32_t number)
{
    for (size_t i = 0; i < m->rows; i++)
        if (m->row[i].number == number)
            return &m->row[i];
    return NULL;
}

static void take_spark(watch_row *r, const json_t *spark, const json_t *signals)
{
    size_t n = json_array_size(spark), from = n > WATCH_SPARK ? n - WATCH_SPARK : 0;
    r->spark_count = (int)(n - from);
    r->spark_signals = 0;
    for (size_t i = from; i < n; i++)
        r->spark[i - from] = real_of(json_array_get(spark, i));
    for (size_t i = 0; i < json_array_size(signals); i++) {
        json_int_t at = json_integer_value(json_array_get(signals, i)) - (json_int_t)from;
        if (at >= 0 && at < r->spark_count)
            r->spark_signals |= 1u << at;
    }
}

static void take_row(watch_row *r, const json_t *o)
{
    const json_t *live = json_object_get(o, "live");
    *r = (watch_row){.number = (uint32_t)count_of(o, "number"), .time = TIME_NONE};
    text_of(o, "path", r->path, sizeof r->path);
    text_of(o, "unit", r->unit, sizeof r->unit);
    if (!json_is_object(live))
        live = o;
    text_of(live, "state", r->limits, sizeof r->limits);
    r->value = real_of(json_object_get(live, "value"));
    r->lcl = real_of(json_object_get(live, "lcl"));
    r->center = real_of(json_object_get(live, "center"));
    r->ucl = real_of(json_object_get(live, "ucl"));
    r->time = time_of(live, "time");
    r->open_alarms = (uint32_t)count_of(live, "open_alarms");
    r->stop_alarms = (uint32_t)count_of(live, "stop_alarms");
    r->silent_alarms = (uint32_t)count_of(live, "silent_alarms");
    r->is_stale = json_is_true(json_object_get(live, "stale"));
    rules_of(json_object_get(live, "rules"), r->rules, sizeof r->rules);
    take_spark(r, json_object_get(live, "spark"), json_object_get(live, "spark_signals"));
}

bool watch_take_rows(watch_model *m, const json_t *page, bool is_first)
{
    const json_t *list = json_object_get(page, "characteristics");
    if (!json_is_array(list))
        return false;
    if (is_first)
        m->rows = 0;
    for (size_t i = 0; i < json_array_size(list) && m->rows < WATCH_ROWS; i++)
        take_row(&m->row[m->rows++], json_array_get(list, i));
    m->is_cut = m->rows == WATCH_ROWS && json_is_string(json_object_get(page, "next"));
    return true;
}

uint32_t watch_take_point(watch_model *m, const json_t *event, bool *is_shown)
{
    uint32_t number = (uint32_t)count_of(event, "characteristic");
    watch_row *r = row_of(m, number);
    *is_shown = r != NULL;
    if (!r)
        return number;
    r->value = real_of(json_object_get(event, "value"));
    r->lcl = real_of(json_object_get(event, "lcl"));
    r->center = real_of(json_object_get(event, "center"));
    r->ucl = real_of(json_object_get(event, "ucl"));
    r->time = time_of(event, "time");
    r->is_stale = false;
    rules_of(json_object_get(event, "rules"), r->rules, sizeof r->rules);
    if (r->spark_count == WATCH_SPARK) {
        memmove(r->spark, r->spark + 1, (WATCH_SPARK - 1) * sizeof *r->spark);
        r->spark_signals >>= 1;
        r->spark_count--;
    }
    r->spark_signals |= (uint32_t)(r->rules[0] != 0) << r->spark_count;
    r->spark[r->spark_count++] = r->value;
    return number;
}

/* -- alarms and sources -------------------------------------------------------------------------- */

static void take_alarm(const watch_model *m, watch_alarm *a, const json_t *o)
{
    const watch_row *r = row_of(m, (uint32_t)count_of(o, "characteristic"));
    *a = (watch_alarm){.value = real_of(json_object_get(o, "value"))};
    text_of(o, "path", a->path, sizeof a->path);
    if (!a->path[0] && r)
        copy_text(a->path, sizeof a->path, r->path);
    text_of(o, "state", a->state, sizeof a->state);
    rules_of(json_object_get(o, "rule"), a->rule, sizeof a->rule);
    a->sign = json_is_true(json_object_get(o, "stop")) ? WATCH_STOP
              : strcmp(a->rule, "no-data") == 0        ? WATCH_NO_DATA
                                                       : WATCH_CHECK;
    a->time = time_of(o, "time");
    a->known = time_of(o, "known");
}

bool watch_take_alarms(watch_model *m, const json_t *answer)
{
    const json_t *list = json_object_get(answer, "alarms");
    if (!json_is_array(list))
        return false;
    m->alarms = 0;
    m->open_alarms = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        const char *state = json_string_value(json_object_get(o, "state"));
        if (state && (strcmp(state, "closed") == 0 || strcmp(state, "withdrawn") == 0))
            continue;
        m->open_alarms++;
        if (m->alarms < WATCH_ALARMS)
            take_alarm(m, &m->alarm[m->alarms++], o);
    }
    return true;
}

static void take_source(watch_source *s, const json_t *o)
{
    *s = (watch_source){.received = count_of(o, "received"),
                        .stored = count_of(o, "stored"),
                        .duplicates = count_of(o, "duplicates"),
                        .conflicts = count_of(o, "conflicts"),
                        .refused = count_of(o, "refused"),
                        .pending = count_of(o, "pending"),
                        .is_stale = json_is_true(json_object_get(o, "stale"))};
    text_of(o, "source", s->name, sizeof s->name);
    if (!s->name[0])
        text_of(o, "name", s->name, sizeof s->name);
    text_of(o, "state", s->state, sizeof s->state);
}

bool watch_take_sources(watch_model *m, const json_t *answer)
{
    const json_t *list = json_object_get(answer, "sources");
    if (!json_is_array(list))
        return false;
    m->sources = 0;
    for (size_t i = 0; i < json_array_size(list) && m->sources < WATCH_SOURCES; i++)
        take_source(&m->source[m->sources++], json_array_get(list, i));
    return true;
}

/* -- what it means ------------------------------------------------------------------------------- */

watch_state watch_state_of(const watch_row *r)
{
    if (r->stop_alarms > 0)
        return WATCH_STOP;
    if (r->open_alarms > r->silent_alarms || r->rules[0])
        return WATCH_CHECK;
    if (r->time == TIME_NONE || r->is_stale || isnan(r->value))
        return WATCH_NO_DATA;
    if (r->open_alarms > 0)
        return WATCH_CHECK;
    return !strcmp(r->limits, "analysis") || !strcmp(r->limits, "proposed") ? WATCH_NO_LIMITS : WATCH_OK;
}

bool watch_is_conserved(const watch_source *s)
{
    return s->received == s->stored + s->duplicates + s->conflicts + s->refused + s->pending;
}

static int by_urgency(const void *a, const void *b)
{
    const watch_row *x = a, *y = b;
    watch_state s = watch_state_of(x), t = watch_state_of(y);
    return s != t ? (s > t) - (s < t) : strcmp(x->path, y->path);
}

size_t watch_sort(watch_model *m, uint32_t number)
{
    qsort(m->row, m->rows, sizeof *m->row, by_urgency);
    const watch_row *r = row_of(m, number);
    return r ? (size_t)(r - m->row) : 0;
}
