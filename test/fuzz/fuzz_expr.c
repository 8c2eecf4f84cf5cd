/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text as an expression: a fault, or a value when everything is missing, one, or not
 * applicable. */
#include "base/json.h"
#include "scheme/scheme.h"

static const char head[] =
    "scheme: f\nrev: 1\nname: f\ncase: firm\n"
    "party: {fields: {n: num, b: bool, d: date, t: text, e: enum(lo|hi), w: duration}}\n"
    "form: {f: {r: {rows: {a: num, c: bool}}, l: num*}}\nrole: {who: {is: case}}\n"
    "stage: [{id: s, who: who, form: f}]\nrule:\n  tab: {table: {a: 1, b: 2}}\n  x: ";

static void get(void *context, const expr_name *name, value *out)
{
    int turn = *(int *)context;
    (void)name;
    *out = turn == 0 ? VALUE_NONE : turn == 1 ? value_na() : value_whole(1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scheme *s = NULL;
    scheme_faults faults;
    buf text = BUF_INIT;
    buf_add_text(&text, head);
    json_quote(&text, (const char *)data, size);
    buf_add_char(&text, '\n');
    assay_status status = scheme_read("fuzz.yaml", text.data, text.length, &s, &faults, NULL);
    for (int turn = 0; status == ASSAY_OK && turn < 3; turn++) {
        arena memory;
        arena_init(&memory);
        expr_scope scope = {.scheme = s, .memory = &memory, .get = get, .context = &turn};
        buf shown = BUF_INIT;
        value_json(expr_eval(s->rule[s->rule_count - 1].is, &scope), &shown);
        buf_done(&shown);
        arena_done(&memory);
    }
    buf_done(&text);
    scheme_faults_done(&faults);
    scheme_free(s);
    return 0;
}
