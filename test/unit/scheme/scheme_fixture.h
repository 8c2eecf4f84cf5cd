/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scheme from a text, and a scope whose values are told by name. */
#ifndef TEST_SCHEME_FIXTURE_H
#define TEST_SCHEME_FIXTURE_H

#include "check.h"
#include "scheme/scheme.h"

typedef struct {
    const char *word;
    value value;
} fact;

typedef struct {
    scheme *scheme;
    arena memory;
    const fact *fact;
    size_t facts;
    expr_scope scope;
} fixture;

static inline void fixture_get(void *context, const expr_name *name, value *out)
{
    const fixture *f = context;
    for (size_t i = 0; i < f->facts; i++)
        if (strcmp(f->fact[i].word, name->word) == 0)
            *out = f->fact[i].value;
}

static inline scheme *scheme_from(const char *text)
{
    scheme *s = NULL;
    scheme_faults faults;
    assay_err err = {0};
    buf told = BUF_INIT;
    assay_status status = scheme_read("test.yaml", text, strlen(text), &s, &faults, &err);
    for (size_t i = 0; i < faults.count; i++)
        scheme_fault_text(&faults, i, &told);
    if (status != ASSAY_OK)
        fail_msg("%s\n%s", err.message, buf_text(&told));
    buf_done(&told);
    scheme_faults_done(&faults);
    return s;
}

/* `f` must stay where it is: its scope points to it. */
static inline void fixture_open(fixture *f, const char *text)
{
    *f = (fixture){.scheme = scheme_from(text)};
    arena_init(&f->memory);
    f->scope = (expr_scope){.scheme = f->scheme, .memory = &f->memory, .get = fixture_get, .context = f};
}

static inline void fixture_close(fixture *f)
{
    arena_done(&f->memory);
    scheme_free(f->scheme);
}

static inline value num(const char *text)
{
    assay_rational r;
    assay_err err = {0};
    assert_ok(assay_rational_parse(text, strlen(text), &r, &err), err);
    return value_number(r);
}

static inline value day(const char *text)
{
    int64_t seconds;
    bool has_time;
    assert_true(date_parse(text, strlen(text), &seconds, &has_time));
    return has_time ? value_instant(seconds) : value_day(seconds);
}

#define assert_value(v, text)                                                                      \
    do {                                                                                           \
        buf check_b = BUF_INIT;                                                                    \
        value_format((v), &check_b);                                                               \
        assert_string_equal(buf_text(&check_b), text);                                             \
        buf_done(&check_b);                                                                        \
    } while (0)

#endif
