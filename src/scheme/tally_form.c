/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers to a form: means, top boxes, NPS, ballots; and what names ask of a tally. */
#include "scheme/tally_inner.h"

#include "base/i18n.h"

#include <string.h>

/* Items of a sheet: the fields of the survey's scale, or the one field. */
static size_t items(const scheme_tally *t)
{
    size_t n = 0;
    if (t->field)
        return 1;
    while (n < t->form->field_count && t->form->field[n].kind == FIELD_SCALE)
        n++;
    return n;
}

static assay_status short_of_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
}

/* -- means of items ---------------------------------------------------------------------------- */

static assay_sheet sheet_mean(const tally_sheet *sheet, size_t n)
{
    assay_sheet s = {.state = ASSAY_SHEET_NOT_APPLICABLE, .score = assay_rational_of(0)};
    int64_t given = 0;
    s.weight = sheet->weight.kind == VALUE_NUMBER ? sheet->weight.as.number : assay_rational_of(1);
    for (size_t i = 0; i < n; i++) {
        if (sheet->answer[i].kind == VALUE_NA)
            continue;
        if (sheet->answer[i].kind != VALUE_NUMBER ||
            assay_rational_add(s.score, sheet->answer[i].as.number, &s.score, NULL) != ASSAY_OK) {
            s.state = ASSAY_SHEET_MISSING;
            return s;
        }
        given++;
    }
    if (given && assay_rational_div(s.score, assay_rational_of(given), &s.score, NULL) == ASSAY_OK)
        s.state = ASSAY_SHEET_GIVEN;
    return s;
}

static assay_status run_means(const tally_input *in, arena *memory, tally_result *out,
                              assay_err *err)
{
    size_t n = in->assigned > in->sheet_count ? in->assigned : in->sheet_count;
    assay_sheet *sheet = arena_array(memory, assay_sheet, n + 1);
    void *scratch = arena_alloc(memory, 1, assay_tally_scratch_size(n) + 1);
    assay_tally_rule rule = tally_rule_of(in->tally);
    assay_tally t;
    if (!sheet || !scratch)
        return short_of_memory(err);
    for (size_t i = 0; i < n; i++)
        sheet[i] = i < in->sheet_count ? sheet_mean(&in->sheet[i], items(in->tally))
                                       : (assay_sheet){.state = ASSAY_SHEET_MISSING};
    assay_status status = assay_tally_sheets(sheet, n, &rule, scratch, NULL, &t, err);
    if (status != ASSAY_OK)
        return status;
    out->exact = t.why ? VALUE_NONE : value_number(t.unrounded);
    out->reason = t.why;
    out->used = t.used;
    out->dropped = t.given - t.used;
    return ASSAY_OK;
}

/* -- shares of answers ---------------------------------------------------------------------------
 */

static bool reaches(value answer, int64_t bar)
{
    return assay_rational_compare(answer.as.number, assay_rational_of(bar)) >= 0;
}

/* +1, 0, -1 for one answer: in the top boxes; promoter, detractor. */
static int64_t vote_of(const scheme_tally *t, value answer)
{
    if (t->method == TALLY_TOP_BOX) {
        const scheme_field *f = t->field ? t->field : &t->form->field[0];
        return reaches(answer, f->high - t->cut + 1);
    }
    return reaches(answer, 9) ? 1 : reaches(answer, 7) ? 0 : -1;
}

/* Percent of all answers given. */
static assay_status run_shares(const tally_input *in, tally_result *out, assay_err *err)
{
    const scheme_tally *t = in->tally;
    int64_t sum = 0, given = 0;
    bool is_missing = in->assigned > in->sheet_count;
    for (size_t i = 0; i < in->sheet_count; i++) {
        bool is_used = false;
        for (size_t k = 0; k < items(t); k++) {
            value a = in->sheet[i].answer[k];
            is_missing |= a.kind == VALUE_MISSING;
            if (a.kind != VALUE_NUMBER)
                continue;
            sum += vote_of(t, a);
            given++;
            is_used = true;
        }
        out->used += is_used;
    }
    assay_rational share;
    if (t->missing == SHEETS_ALL && is_missing)
        out->reason = "a sheet is missing";
    else if (t->missing == SHEETS_NEED && out->used < (size_t)t->need)
        out->reason = "too few sheets";
    else if (given == 0)
        out->reason = "no sheets";
    else if (assay_rational_ratio((assay_int128)100 * sum, given, &share, err) != ASSAY_OK)
        return ASSAY_LIMIT;
    else
        out->exact = value_number(share);
    return ASSAY_OK;
}

/* -- ballots -------------------------------------------------------------------------------------
 */

static size_t choice_of(const scheme_field *f, const char *id)
{
    size_t i = 0;
    while (i < f->choice_count && strcmp(f->choice[i].id, id) != 0)
        i++;
    return i;
}

/* The number of a ballot: weights of yes, or of the first choice where there is no yes. */
static assay_status run_ballots(const tally_input *in, arena *memory, tally_result *out,
                                assay_err *err)
{
    const scheme_field *f = in->tally->field;
    size_t yes = choice_of(f, "yes");
    assay_rational sum = assay_rational_of(0);
    out->choice = arena_array(memory, tally_choice, f->choice_count + 1);
    out->choice_count = f->choice_count;
    if (!out->choice)
        return short_of_memory(err);
    for (size_t i = 0; i < f->choice_count; i++)
        out->choice[i].choice = f->choice[i].id;
    for (size_t i = 0; i < in->sheet_count; i++) {
        value a = in->sheet[i].answer[0], w = in->sheet[i].weight;
        size_t k = a.kind == VALUE_TEXT ? choice_of(f, a.as.text) : f->choice_count;
        if (k == f->choice_count)
            continue;
        out->choice[k].count++;
        out->cast++;
        if (k == (yes < f->choice_count ? yes : 0) &&
            assay_rational_add(sum, w.kind == VALUE_NUMBER ? w.as.number : assay_rational_of(1),
                               &sum, err) != ASSAY_OK)
            return ASSAY_LIMIT;
    }
    out->used = out->cast;
    out->exact = value_number(sum);
    return ASSAY_OK;
}

assay_status tally_form(const tally_input *in, arena *memory, tally_result *out, assay_err *err)
{
    switch (in->tally->method) {
    case TALLY_TOP_BOX:
    case TALLY_NPS:
        return run_shares(in, out, err);
    case TALLY_BALLOTS:
        return run_ballots(in, memory, out, err);
    default:
        return run_means(in, memory, out, err);
    }
}

/* -- names ---------------------------------------------------------------------------------------
 */

static size_t count_of(const tally_result *r, const char *choice)
{
    for (size_t i = 0; i < r->choice_count; i++)
        if (strcmp(r->choice[i].choice, choice) == 0)
            return r->choice[i].count;
    return 0;
}

static value ratio(size_t part, size_t whole)
{
    assay_rational r;
    if (whole == 0 || assay_rational_ratio((int64_t)part, (int64_t)whole, &r, NULL) != ASSAY_OK)
        return VALUE_NONE;
    return value_number(r);
}

static value ballot_part(const tally_result *r, const char *part)
{
    size_t yes = count_of(r, "yes");
    if (strcmp(part, "cast") == 0)
        return value_whole((int64_t)r->cast);
    if (strcmp(part, "eligible") == 0)
        return r->eligible ? value_whole((int64_t)r->eligible) : VALUE_NONE;
    if (strcmp(part, "turnout") == 0)
        return ratio(r->cast, r->eligible);
    if (strcmp(part, "share") == 0)
        return ratio(yes, yes + count_of(r, "no"));
    return value_whole((int64_t)count_of(r, part));
}

value tally_value(const tally_result *r, const expr_name *name)
{
    if (name->kind == NAME_TALLY)
        return name->text ? ballot_part(r, name->text) : r->number;
    if (name->kind != NAME_NODE || !r->rubric || !r->node || name->part >= r->rubric->node_count)
        return VALUE_NONE;
    const char *what = name->text ? name->text : "points";
    return strcmp(what, "possible") == 0  ? r->possible[name->part]
           : strcmp(what, "share") == 0   ? r->share[name->part]
           : strcmp(what, "answers") == 0 && r->answers ? r->answers[name->part]
           : strcmp(what, "repeats") == 0 && r->repetitions ? r->repetitions[name->part]
                                          : r->node[name->part];
}
