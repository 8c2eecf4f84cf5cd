/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chapters of a rule book about people and things: roles, judges, forms, exams, titles, money,
 * measures, publication. */
#include "scheme/show_inner.h"

#include <string.h>

static void line(buf *out)
{
    if (out->length && out->data[out->length - 1] != '\n')
        buf_add_char(out, '\n');
}

static void label(const book *b, buf *out, say word)
{
    line(out);
    buf_addf(out, "%s: ", said(b, word));
}

static void row(const book *b, const scheme_item *item, int depth, buf *text)
{
    if (item->note) {
        line(text);
        buf_add_text(text, item->note);
    }
    book_row(b, item, depth, buf_text(text));
    buf_clear(text);
}

/* What a word names: its label where the scheme has one. */
static const char *name_of_word(const book *b, const char *word)
{
    const scheme *s = b->s;
    const scheme_item *item = (const scheme_item *)scheme_find_role(s, word);
    if (!item)
        item = (const scheme_item *)scheme_find_title(s, word);
    if (!item)
        item = (const scheme_item *)scheme_find_measure(s, word);
    for (size_t i = 0; !item && i < s->party.field_count; i++)
        if (strcmp(s->party.field[i].item.id, word) == 0)
            item = &s->party.field[i].item;
    for (size_t i = 0; !item && i < s->form_count; i++)
        item = (const scheme_item *)scheme_find_field(&s->form[i], word);
    return item ? name_of(b, item) : word;
}

static void say_words(const book *b, buf *out, say word, const char *const *list, size_t n)
{
    if (n == 0)
        return;
    label(b, out, word);
    for (size_t i = 0; i < n; i++)
        buf_addf(out, "%s%s", i ? ", " : "", name_of_word(b, list[i]));
}

static void say_counts(const book *b, buf *out, say word, const scheme_count *list, size_t n)
{
    if (n == 0)
        return;
    label(b, out, word);
    for (size_t i = 0; i < n; i++)
        buf_addf(out, "%s%s %lld", i ? ", " : "", list[i].id, (long long)list[i].count);
}

static void say_optional(const book *b, buf *out, say word, value v)
{
    if (v.kind == VALUE_MISSING)
        return;
    label(b, out, word);
    say_value(b, v, out);
}

static void say_number(const book *b, buf *out, say word, int64_t n)
{
    if (n == 0)
        return;
    label(b, out, word);
    say_value(b, value_whole(n), out);
}

/* -- roles, judges -------------------------------------------------------------------------------
 */

void show_roles(const book *b)
{
    buf text = BUF_INIT;
    book_heading(b, SAY_ROLES);
    for (size_t i = 0; i < b->s->role_count; i++) {
        const scheme_role *r = &b->s->role[i];
        if (r->is_case)
            buf_add_text(&text, said(b, SAY_IS_CASE));
        say_words(b, &text, SAY_COMES_FROM, r->from, r->from_count);
        say_counts(b, &text, SAY_MIX, r->mix, r->mix_count);
        say_counts(b, &text, SAY_SEATS, r->seat, r->seat_count);
        say_optional(b, &text, SAY_OUTSIDE, r->outside);
        say_optional(b, &text, SAY_QUORUM, r->quorum);
        say_optional(b, &text, SAY_TRAINED, r->trained.kind ? r->trained : r->accredited);
        say_number(b, &text, SAY_CALIBRATED, r->calibrated);
        if (r->signs) {
            label(b, &text, SAY_SIGNS);
            buf_add_text(&text, r->signer ? r->signer : said(b, SAY_YES));
        }
        say_number(b, &text, SAY_TIER, r->tier);
        row(b, &r->item, 0, &text);
    }
    book_end(b);
    buf_done(&text);
}

static void say_avoid(const book *b, const scheme_assign *a, buf *out)
{
    if (!a->avoids_relations && !a->avoid_count)
        return;
    label(b, out, SAY_AVOIDS);
    const scheme_party *p = &b->s->party;
    for (size_t i = 0; a->avoids_relations && i < p->relation_count; i++)
        buf_addf(out, "%s%s", i ? ", " : "", p->relation[i]);
    for (size_t i = 0; i < a->avoid_count; i++)
        buf_addf(out, "%s%s", i || a->avoids_relations ? ", " : "", a->avoid[i]);
    if (p->lookback.kind == VALUE_DURATION) {
        buf_addf(out, " (%s ", said(b, SAY_LOOKBACK));
        say_duration(b, p->lookback, out);
        buf_add_char(out, ')');
    }
}

void show_assigns(const book *b)
{
    static const say blind[] = {SAY_BLIND_NONE, SAY_BLIND_SINGLE, SAY_BLIND_DOUBLE};
    buf text = BUF_INIT;
    book_heading(b, SAY_JUDGES);
    for (size_t i = 0; i < b->s->assign_count; i++) {
        const scheme_assign *a = &b->s->assign[i];
        buf_add_text(&text, name_of(b, &a->role->item));
        say_number(b, &text, SAY_PER_CASE, a->per_case);
        if (a->is_all) {
            line(&text);
            buf_add_text(&text, said(b, SAY_EVERYBODY));
        }
        say_number(b, &text, SAY_SAMPLE, a->sample);
        say_number(b, &text, SAY_LOAD, a->load);
        line(&text);
        buf_add_text(&text, said(b, blind[a->blind]));
        say_words(b, &text, SAY_HIDDEN, a->hide, a->hide_count);
        say_avoid(b, a, &text);
        if (a->is_connected) {
            line(&text);
            buf_add_text(&text, said(b, SAY_CONNECTED));
        }
        say_optional(b, &text, SAY_RANDOM, a->random);
        row(b, &a->item, 0, &text);
    }
    book_end(b);
    buf_done(&text);
}

/* -- forms ----------------------------------------------------------------------------------------
 */

static say type_word(field_kind kind)
{
    static const say words[] = {[FIELD_TEXT] = SAY_TYPE_TEXT,
                                [FIELD_INT] = SAY_TYPE_NUMBER,
                                [FIELD_NUM] = SAY_TYPE_NUMBER,
                                [FIELD_MONEY] = SAY_TYPE_MONEY,
                                [FIELD_PERCENT] = SAY_TYPE_PERCENT,
                                [FIELD_BOOL] = SAY_TYPE_BOOL,
                                [FIELD_DATE] = SAY_TYPE_DATE,
                                [FIELD_TIME] = SAY_TYPE_TIME,
                                [FIELD_DURATION] = SAY_TYPE_DURATION,
                                [FIELD_PERIOD] = SAY_TYPE_PERIOD,
                                [FIELD_ENUM] = SAY_TYPE_CHOICE,
                                [FIELD_SET] = SAY_TYPE_SET,
                                [FIELD_SCALE] = SAY_TYPE_NUMBER,
                                [FIELD_FILE] = SAY_TYPE_FILE,
                                [FIELD_PHOTO] = SAY_TYPE_PHOTO,
                                [FIELD_SIGN] = SAY_TYPE_SIGN,
                                [FIELD_PERSON] = SAY_TYPE_PERSON,
                                [FIELD_FIRM] = SAY_TYPE_FIRM,
                                [FIELD_TEAM] = SAY_TYPE_TEAM,
                                [FIELD_REF] = SAY_TYPE_REF,
                                [FIELD_EVIDENCE] = SAY_TYPE_EVIDENCE,
                                [FIELD_CHART] = SAY_TYPE_CHART,
                                [FIELD_CHARACTERISTIC] = SAY_TYPE_CHARACTERISTIC,
                                [FIELD_POINT] = SAY_TYPE_POINT,
                                [FIELD_CONTACT] = SAY_TYPE_CONTACT,
                                [FIELD_BADGE] = SAY_TYPE_BADGE,
                                [FIELD_ROWS] = SAY_TYPE_ROWS};
    return words[kind];
}

static void say_field(const book *b, const scheme_field *f, buf *out)
{
    buf_add_text(out, said(b, type_word(f->kind)));
    if (f->unit)
        buf_addf(out, " (%s)", f->unit);
    if (f->kind == FIELD_SCALE)
        buf_addf(out, " (%lld–%lld)", (long long)f->low, (long long)f->high);
    for (size_t i = 0; i < f->choice_count; i++)
        buf_addf(out, "%s%s", i ? " · " : ": ", name_of(b, &f->choice[i]));
    if (f->is_list)
        buf_addf(out, " · %s", said(b, SAY_LIST));
    if (!f->is_needed && !f->is_list && !f->need)
        buf_addf(out, " · %s", said(b, SAY_OPTIONAL));
    if (f->is_personal)
        buf_addf(out, " · %s", said(b, SAY_PERSONAL));
    if (f->when) {
        label(b, out, SAY_ONLY_WHEN);
        say_expr(b, f->when, out);
    }
    if (f->need || f->check) {
        label(b, out, SAY_NEED);
        say_expr(b, f->need ? f->need : f->check, out);
    }
}

static void show_fields(const book *b, const scheme_field *f, size_t n, int depth)
{
    buf text = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        say_field(b, &f[i], &text);
        row(b, &f[i].item, depth, &text);
        show_fields(b, f[i].row, f[i].row_count, depth + 1);
    }
    buf_done(&text);
}

static void show_form(const book *b, const scheme_form *f)
{
    buf text = BUF_INIT;
    size_t items = 0;
    while (f->is_survey && items < f->field_count && f->field[items].kind == FIELD_SCALE)
        items++;
    /* Items that have no words of their own need no row each. */
    bool is_plain = items && !f->field[0].item.words.en && !f->field[0].item.words.ko &&
                    !f->field[0].item.words.zh;
    if (items)
        buf_addf(&text, "%zu %s (%lld–%lld)", items, said(b, SAY_ITEMS), (long long)f->field[0].low,
                 (long long)f->field[0].high);
    row(b, &f->item, 0, &text);
    buf_done(&text);
    size_t from = is_plain ? items : 0;
    show_fields(b, f->field + from, f->field_count - from, 1);
}

void show_forms(const book *b)
{
    const scheme *s = b->s;
    book_heading(b, SAY_FORMS);
    for (size_t i = 0; i < s->form_count; i++)
        show_form(b, &s->form[i]);
    book_end(b);
    if (s->party.field_count == 0)
        return;
    book_heading(b, SAY_PARTY);
    show_fields(b, s->party.field, s->party.field_count, 0);
    book_end(b);
}

/* -- exams, titles, money -------------------------------------------------------------------------
 */

void show_banks(const book *b)
{
    buf text = BUF_INIT;
    book_heading(b, SAY_EXAMS);
    for (size_t i = 0; i < b->s->bank_count; i++) {
        const scheme_bank *k = &b->s->bank[i];
        buf_addf(&text, "%lld %s · %lld %s", (long long)k->items, said(b, SAY_ITEMS),
                 (long long)k->minutes, said(b, SAY_MINUTES));
        for (size_t t = 0; t < k->topic_count; t++)
            buf_addf(&text, "%s%s %lld", t ? ", " : "\n", k->topic[t].id,
                     (long long)k->topic[t].count);
        label(b, &text, SAY_CUT);
        if (k->is_angoff)
            buf_add_text(&text, said(b, SAY_ANGOFF));
        else
            say_value(b, k->cut, &text);
        say_optional(b, &text, SAY_FLOOR, k->floor);
        say_optional(b, &text, SAY_TOPIC_FLOOR, k->topic_floor);
        say_number(b, &text, SAY_ATTEMPTS, k->attempts);
        if (k->examiner) {
            label(b, &text, SAY_MARKED_BY);
            buf_add_text(&text, name_of(b, &k->examiner->item));
        }
        row(b, &k->item, 0, &text);
    }
    book_end(b);
    buf_done(&text);
}

static void say_revoke(const book *b, const scheme_revoke *r, buf *out)
{
    say_words(b, out, SAY_REVOKED_MUST, r->must, r->must_count);
    say_words(b, out, SAY_REVOKED_MAY, r->may, r->may_count);
    if (r->has_hearing) {
        line(out);
        buf_add_text(out, said(b, SAY_HEARING));
    }
    say_optional(b, out, SAY_BAR, r->bar);
}

void show_titles(const book *b)
{
    buf text = BUF_INIT;
    book_heading(b, SAY_TITLES);
    for (size_t i = 0; i < b->s->title_count; i++) {
        const scheme_title *t = &b->s->title[i];
        label(b, &text, SAY_VALID);
        if (t->is_for_life)
            buf_add_text(&text, said(b, SAY_FOR_LIFE));
        else
            say_duration(b, t->valid, &text);
        say_words(b, &text, SAY_GIVES, t->gives, t->gives_count);
        if (t->needs) {
            label(b, &text, SAY_NEEDS_TITLE);
            buf_add_text(&text, name_of(b, &t->needs->item));
        }
        if (t->duty) {
            label(b, &text, SAY_DUTY);
            buf_add_text(&text, name_of(b, &t->duty->item));
        }
        say_optional(b, &text, SAY_CHECKED, t->check);
        if (t->renew) {
            label(b, &text, SAY_RENEWED);
            say_expr(b, t->renew, &text);
        }
        say_revoke(b, &t->revoke, &text);
        row(b, &t->item, 0, &text);
    }
    book_end(b);
    buf_done(&text);
}

static void say_milestones(const book *b, const scheme_money *m, buf *out)
{
    for (size_t i = 0; i < m->milestone_count; i++) {
        const scheme_milestone *s = &m->milestone[i];
        if (i)
            line(out);
        else
            label(b, out, SAY_MILESTONES);
        buf_addf(out, "%s ", name_of(b, &s->item));
        say_value(b, value_number(s->share), out);
        if (!s->need)
            continue;
        buf_add_text(out, ": ");
        say_expr(b, s->need, out);
    }
}

void show_money(const book *b)
{
    buf text = BUF_INIT;
    book_heading(b, SAY_MONEY);
    for (size_t i = 0; i < b->s->money_count; i++) {
        const scheme_money *m = &b->s->money[i];
        label(b, &text, SAY_AMOUNT);
        say_expr(b, m->amount, &text);
        buf_add_char(&text, ' ');
        for (const char *p = m->currency; p && *p; p++)
            buf_add_char(&text, (char)(*p - 'a' + 'A'));
        say_milestones(b, m, &text);
        if (m->claw_when) {
            label(b, &text, SAY_CLAWBACK);
            say_expr(b, m->claw_when, &text);
            buf_add_text(&text, " (");
            say_value(b, value_number(m->claw_times), &text);
            buf_addf(&text, " %s)", said(b, SAY_TIMES));
        }
        row(b, &m->item, 0, &text);
    }
    book_end(b);
    buf_done(&text);
}

/* -- measures, publication
 * -------------------------------------------------------------------------- */

static int depth_of(const scheme *s, const scheme_measure *m)
{
    int depth = 0;
    for (const scheme_measure *up = m->under; up && depth < (int)s->measure_count; up = up->under)
        depth++;
    return depth;
}

void show_measures(const book *b)
{
    buf text = BUF_INIT;
    book_heading(b, SAY_MEASURES);
    for (size_t i = 0; i < b->s->measure_count; i++) {
        const scheme_measure *m = &b->s->measure[i];
        if (m->is)
            say_expr(b, m->is, &text);
        if (m->source)
            buf_addf(&text, "%s: %s", said(b, SAY_SOURCE), m->source);
        if (m->unit.id)
            buf_addf(&text, " (%s)", name_of(b, &m->unit));
        say_optional(b, &text, SAY_BASELINE, m->baseline);
        say_optional(b, &text, SAY_TARGET, m->target);
        say_optional(b, &text, SAY_BY_DATE, m->by);
        say_optional(b, &text, SAY_PER, m->per);
        row(b, &m->item, depth_of(b->s, m), &text);
    }
    book_end(b);
    buf_done(&text);
}

void show_publications(const book *b)
{
    buf text = BUF_INIT;
    book_heading(b, SAY_PUBLICATION);
    for (size_t i = 0; i < b->s->publish_count; i++) {
        const scheme_publish *p = &b->s->publish[i];
        label(b, &text, SAY_TO);
        buf_add_text(&text, p->is_public ? said(b, SAY_PUBLIC) : "");
        for (size_t k = 0; k < p->to_count; k++)
            buf_addf(&text, "%s%s", k ? ", " : "", name_of(b, &p->to[k]->item));
        say_words(b, &text, SAY_SHOWS, p->show, p->show_count);
        say_words(b, &text, SAY_NEVER_SHOWS, p->hide, p->hide_count);
        say_words(b, &text, SAY_STATISTICS, p->stats, p->stats_count);
        say_optional(b, &text, SAY_EMBARGO, p->embargo);
        row(b, &p->item, 0, &text);
    }
    book_end(b);
    buf_done(&text);
}
