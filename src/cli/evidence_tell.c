/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence for people. Programs get the sealed text itself. */
#include "cli/evidence_words.h"

#include "report/evidence.h"
#include "report/report.h"

#include <stdio.h>
#include <string.h>

static const char *figure(assay_figure f, char room[static 32])
{
    if (f.why)
        return "-";
    snprintf(room, 32, "%.6g", f.value == 0 ? 0 : f.value);
    return room;
}

/* -- the claim and what was computed ------------------------------------------------------------- */

static void period(buf *out, const evidence_period *p)
{
    char text[2][40];
    words_time(p->from, TIME_OFFSET_NONE, text[0], sizeof text[0]);
    words_time(p->to, TIME_OFFSET_NONE, text[1], sizeof text[1]);
    buf_addf(out, "%s – %s", text[0], text[1]);
}

static const char *stability(analysis_verdict v)
{
    return v == VERDICT_FINE ? _("stable") : v == VERDICT_UNSTABLE ? _("not stable") : _("unknown");
}

static void tell_side(buf *out, const evidence *e, const evidence_item *item, bool is_after)
{
    char room[32];
    const evidence_side *s = is_after ? &item->after : &item->before;
    buf_addf(out, "  %s  ", e->claim.is_single ? _("period") : is_after ? _("after") : _("before"));
    period(out, is_after ? &e->claim.after : &e->claim.before);
    buf_addf(out, "\n    n %llu", (unsigned long long)s->n);
    if (s->out)
        buf_addf(out, " (+%llu %s)", (unsigned long long)s->out, _("that do not count"));
    if (item->kind == KIND_VARIABLE) {
        buf_addf(out, " · %s %s", _("mean"), figure(s->mean, room));
        buf_addf(out, " · s %s", figure(s->sd, room));
    }
    if (e->claim.kind == EVIDENCE_CPK || e->claim.kind == EVIDENCE_PPK)
        buf_addf(out, " · %s %s", e->claim.kind == EVIDENCE_CPK ? "Cpk" : "Ppk",
                 figure(s->index, room));
    if (e->claim.kind == EVIDENCE_NONCONFORMING || e->claim.kind == EVIDENCE_COUNT) {
        char inspected[64];
        decimal_format(s->inspected.mantissa, s->inspected.exponent, s->inspected.decimals,
                       inspected, sizeof inspected);
        buf_addf(out, " · %llu/%s = %s", (unsigned long long)s->events, inspected,
                 figure(s->rate, room));
    }
    buf_addf(out, " · r1 %s%s", figure(s->autocorrelation, room), s->is_dependent ? "!" : "");
    buf_addf(out, " · %s (%zu/%zu)\n", stability(s->stability), s->signals, s->subgroups);
}

static void tell_study(buf *out, const evidence *e, const evidence_item *item)
{
    char room[32];
    if (e->claim.kind != EVIDENCE_GRR)
        return;
    buf_addf(out, _("    %zu parts, %zu operators, %zu trials"), item->parts, item->operators,
             item->trials);
    buf_addf(out, " · ndc %s\n", figure(item->ndc, room));
}

static void tell_effect(buf *out, const evidence *e, const evidence_item *item)
{
    char room[3][32];
    const char *confidence = e->claim.confidence;
    buf_addf(out, "  %s  %s\n", _("claimed "), e->claim.claimed ? e->claim.claimed
                                               : e->claim.better < 0 ? _("lower")
                                                                     : _("higher"));
    buf_addf(out, "  %s  %s", _("computed"), figure(item->effect, room[0]));
    if (item->effect.why)
        buf_addf(out, " (%s)", words_why(item->effect.why));
    else
        buf_addf(out, " [%s, %s] (%s)", figure(item->low, room[1]), figure(item->high, room[2]),
                 confidence);
    buf_addf(out, " · p %s · %s", figure(item->p, room[0]), item->test);
    if (e->claim.count > 1 && !item->p.why)
        buf_addf(out, " · p %s %.6g", _("after Holm"), item->p_holm);
    buf_addf(out, "\n    %s; %s\n", _(evidence_effect_is(&e->claim)), _(item->test_why));
}

static void tell_saving(buf *out, const evidence *e, const evidence_item *item)
{
    const evidence_money *m = &e->claim.money;
    if (!m->unit_cost)
        return;
    buf_addf(out, "  %s   %s × %s = ", _("saving"), m->volume, m->unit_cost);
    if (!item->saving)
        buf_addf(out, "- (%s)", words_why(item->saving_why));
    else
        buf_addf(out, "%s %s", item->saving, m->currency);
    if (item->saving_low)
        buf_addf(out, " [%s, %s]", item->saving_low, item->saving_high);
    if (m->claimed)
        buf_addf(out, " · %s %s", _("claimed"), m->claimed);
    buf_add_char(out, '\n');
}

/* Of one period that did not reach its bar. */
static const char *missed_words(const evidence_claim *claim, evidence_outcome o)
{
    return o == EVIDENCE_AGAINST        ? _("against: the bar is not met, and not by chance")
           : claim->kind == EVIDENCE_GRR ? _("not shown: above the bar")
                                         : _("not shown: chance is not ruled out");
}

static const char *outcome_words(const evidence_claim *claim, evidence_outcome o)
{
    if (claim->is_single && (o == EVIDENCE_NOT_SHOWN || o == EVIDENCE_AGAINST))
        return missed_words(claim, o);
    switch (o) {
    case EVIDENCE_SHOWN:
        return _("shown: the data bear the claim out");
    case EVIDENCE_SMALLER:
        return _("smaller: an effect is there, but less than claimed");
    case EVIDENCE_NOT_SHOWN:
        return _("not shown: no effect can be told from chance");
    case EVIDENCE_AGAINST:
        return _("against: the data changed the other way");
    default:
        return _("undefined: these data give no answer");
    }
}

void evidence_tell(cli *c, const evidence *e)
{
    buf *out = &c->out;
    for (size_t i = 0; i < e->claim.count; i++) {
        const evidence_item *item = &e->item[i];
        buf_addf(out, "%s%s%s%s%s · %s\n", i ? "\n" : "", item->path,
                 item->unit && *item->unit ? " (" : "", item->unit ? item->unit : "",
                 item->unit && *item->unit ? ")" : "", evidence_kind_name(e->claim.kind));
        if (!e->claim.is_single)
            tell_side(out, e, item, false);
        tell_side(out, e, item, true);
        tell_study(out, e, item);
        tell_effect(out, e, item);
        tell_saving(out, e, item);
        for (size_t k = 0; k < item->doubts; k++)
            buf_addf(out, "  ! %s\n", _(item->doubt[k]));
        buf_addf(out, "  → %s\n", outcome_words(&e->claim, item->outcome));
    }
}

/* -- what changed since ---------------------------------------------------------------------------- */

static const char *change_words(evidence_change_kind kind)
{
    switch (kind) {
    case CHANGE_ADDED:
        return _("added late");
    case CHANGE_CORRECTED:
        return _("corrected");
    case CHANGE_EXCLUDED:
        return _("excluded");
    case CHANGE_INCLUDED:
        return _("taken in again");
    case CHANGE_DISPUTED:
        return _("in conflict with another value");
    case CHANGE_GONE:
        return _("gone");
    default:
        return _("another limit");
    }
}

static void tell_change(buf *out, const evidence_change *x)
{
    char time[40] = "";
    if (x->time != TIME_NONE)
        words_time(x->time, TIME_OFFSET_NONE, time, sizeof time);
    buf_addf(out, "  %s: %s", x->path, change_words(x->kind));
    if (*time)
        buf_addf(out, " · %s", time);
    if (*x->serial)
        buf_addf(out, " · %s", x->serial);
    if (*x->was || *x->is)
        buf_addf(out, " · %s → %s", *x->was ? x->was : "-", *x->is ? x->is : "-");
    if (*x->by)
        buf_addf(out, " · %s (#%llu)", x->by, (unsigned long long)x->sequence);
    if (*x->why)
        buf_addf(out, ": %s", x->why);
    buf_add_char(out, '\n');
}

static void tell_now(buf *out, const evidence_check *check)
{
    const evidence *e = &check->now;
    for (size_t i = 0; i < e->claim.count; i++) {
        char room[2][32];
        buf_addf(out, "  %s: %s %s · p %s → %s\n", e->item[i].path, _("computed today"),
                 figure(e->item[i].effect, room[0]), figure(e->item[i].p, room[1]),
                 outcome_words(&e->claim, e->item[i].outcome));
    }
}

static void tell_check(buf *out, const evidence_check *check)
{
    unsigned long long sequence = check->record.sequence;
    if (check->is_erased) {
        buf_addf(out, _("#%llu: the sealed text was erased; nothing to compare with"), sequence);
        buf_add_char(out, '\n');
        return;
    }
    if (check->is_same)
        buf_addf(out, _("#%llu: computed again as of commit %llu, the same bytes"), sequence,
                 (unsigned long long)check->record.claim.as_of);
    else
        buf_addf(out, _("#%llu: not the same bytes: %s"), sequence, check->differs);
    buf_add_char(out, '\n');
    if (!check->is_method_same)
        buf_addf(out, "  %s: %s → %s\n", _("another method"), check->record.method, EVIDENCE_METHOD);
    if (check->is_data_same) {
        buf_addf(out, "  %s\n", _("the data are what they were"));
        return;
    }
    for (size_t i = 0; i < check->changes; i++)
        tell_change(out, &check->change[i]);
    uint64_t all = 0;
    for (int k = 0; k < CHANGE_COUNT; k++)
        all += check->count[k];
    if (all > check->changes)
        buf_addf(out, P_("  and %llu more change\n", "  and %llu more changes\n",
                         (unsigned long)(all - check->changes)),
                 (unsigned long long)(all - check->changes));
    tell_now(out, check);
}

int evidence_tell_check(cli *c, json *j, const evidence_check *check)
{
    if (j)
        report_evidence_check(j, check);
    else
        tell_check(&c->out, check);
    return check->is_same && check->is_data_same ? EXIT_FINE : EXIT_FAILED;
}
