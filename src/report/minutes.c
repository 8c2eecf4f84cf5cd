/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/minutes.h"

#include "base/i18n.h"
#include "report/paper.h"
#include "scheme/tell.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- what was there --------------------------------------------------------------------------------- */

static const char *text_in(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));
    return text ? text : "";
}

static long long count_in(const json_t *o, const char *name)
{
    return json_integer_value(json_object_get(o, name));
}

static const char *name_of(const json_t *shown, const char *party)
{
    size_t i;
    json_t *m;
    json_array_foreach(json_object_get(shown, "members"), i, m)
        if (strcmp(text_in(m, "party"), party) == 0)
            return text_in(m, "name");
    return "";
}

static void put_members(paper *s, const json_t *shown, bool is_here, const char *word)
{
    size_t i;
    json_t *m;
    buf line = BUF_INIT;
    json_array_foreach(json_object_get(shown, "members"), i, m)
        if (json_is_true(json_object_get(m, "here")) == is_here)
            buf_addf(&line, "%s%s", line.length ? ", " : "", *text_in(m, "name") ? text_in(m, "name") : "–");
    paper_pair(s, word, buf_text(&line));
    buf_done(&line);
}

static const char *outcome_word(const char *outcome)
{
    static const struct {
        const char *code, *word;
    } all[] = {{"pass", N_("passed")},       {"passed", N_("passed")},
               {"reject", N_("rejected")},   {"rejected", N_("rejected")},
               {"return", N_("returned with reasons")}, {"suspend", N_("suspended")},
               {"wait", N_("still open")},   {"open", N_("still open")}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].code, outcome) == 0)
            return _(all[i].word);
    return outcome;
}

static void put_votes(paper *s, const json_t *v)
{
    char line[300];
    if (!json_is_object(v))
        return;
    snprintf(line, sizeof line, _("Votes: yes %lld, no %lld, abstained %lld, recused %lld; entitled %lld"),
             count_in(v, "yes"), count_in(v, "no"), count_in(v, "abstain"), count_in(v, "recused"),
             count_in(v, "eligible"));
    paper_put(s, &paper_under, line);
}

static void put_motions(paper *s, const json_t *shown, const json_t *a)
{
    size_t i;
    json_t *m;
    json_array_foreach(json_object_get(a, "motions"), i, m) {
        const char *by = name_of(shown, text_in(m, "by"));
        buf line = BUF_INIT;
        buf_addf(&line, *by ? "%s (%s): %s" : "%s%s: %s", _("Motion"), by, text_in(m, "text"));
        paper_put(s, &paper_under, buf_text(&line));
        buf_done(&line);
    }
}

/* Of a relation its kind alone. */
static const char *relation_word(const char *relation)
{
    static const struct {
        const char *code, *word;
    } all[] = {{"own", N_("acts for the party of the case")},
               {"employs", N_("employment")},
               {"employed", N_("employment")},
               {"works_for", N_("employment")},
               {"owns", N_("ownership")},
               {"kin", N_("kinship")},
               {"mentors", N_("mentor or trainee")},
               {"trains", N_("mentor or trainee")},
               {"supplies", N_("supplier")},
               {"customer_of", N_("customer")},
               {"consults", N_("consultant")},
               {"competes", N_("competitor")},
               {"represents", N_("representation")},
               {"member", N_("membership")},
               {"member_of", N_("membership")},
               {"same_firm", N_("the same firm")},
               {"same_circle", N_("the same circle")}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].code, relation) == 0)
            return _(all[i].word);
    return relation;
}

static void put_tied(paper *s, const json_t *shown, const json_t *a)
{
    size_t i;
    json_t *p;
    buf line = BUF_INIT;
    json_array_foreach(json_object_get(a, "tied"), i, p)
        buf_addf(&line, "%s%s (%s)", line.length ? ", " : "", name_of(shown, text_in(p, "party")),
                 relation_word(text_in(p, "relation")));
    if (line.length) {
        buf all = BUF_INIT;
        buf_addf(&all, "%s: %s", _("Tied to this case, not entitled"), buf_text(&line));
        paper_put(s, &paper_under, buf_text(&all));
        buf_done(&all);
    }
    buf_done(&line);
}

static void put_decision(paper *s, const json_t *d)
{
    char when[40], line[400];
    if (!json_is_object(d)) {
        paper_put(s, &paper_soft, _("Not decided in this meeting."));
        return;
    }
    snprintf(line, sizeof line, "%s: %.100s", _("Decision"), outcome_word(text_in(d, "outcome")));
    paper_style strong = paper_under;
    strong.is_bold = true;
    paper_put(s, &strong, line);
    snprintf(line, sizeof line, _("%s, %lld present"), paper_clock(text_in(d, "at"), when),
             count_in(d, "present"));
    paper_put(s, &paper_soft, line);
}

static void put_agenda(paper *s, const json_t *shown)
{
    size_t i;
    json_t *a;
    paper_put(s, &paper_part, _("Agenda"));
    json_array_foreach(json_object_get(shown, "agenda"), i, a) {
        buf line = BUF_INIT;
        const char *title = text_in(a, "title"), *name = text_in(a, "name");
        const json_t *d = json_object_get(a, "decided");
        buf_addf(&line, "%zu. %s", i + 1, *title ? title : *name ? name : text_in(a, "case"));
        paper_put(s, &paper_item, buf_text(&line));
        if (*title)
            paper_put(s, &paper_soft, name);
        put_motions(s, shown, a);
        put_votes(s, d ? json_object_get(d, "vote") : json_object_get(a, "votes"));
        put_tied(s, shown, d ? d : a);
        put_decision(s, d);
        buf_done(&line);
    }
    if (!i)
        paper_put(s, &paper_under, _("Nothing awaited a vote."));
}

/* "1/2", "0.5" */
static void put_quorum(paper *s, const char *share)
{
    char line[40], *end;
    double part_of = strtod(share, &end);
    if (*end == '/')
        part_of /= strtod(end + 1, NULL);
    snprintf(line, sizeof line, "%.3g %%", 100 * part_of);
    paper_pair(s, _("Quorum"), *share ? line : "");
}

static void put_head(paper *s, const json_t *shown, const char *program, const char *role)
{
    char when[40], line[200];
    const json_t *q = json_object_get(shown, "quorum"), *end = json_object_get(shown, "ended");
    buf title = BUF_INIT;
    buf_addf(&title, "%s · %s", _("Minutes"), s->title);
    paper_put(s, &paper_head, buf_text(&title));
    buf_done(&title);
    s->y += 6;
    paper_pair(s, _("Programme"), program);
    paper_pair(s, _("Body"), role);
    paper_pair(s, _("Opened"), paper_clock(text_in(shown, "at"), when));
    paper_pair(s, _("Ended"), end ? paper_clock(text_in(end, "at"), when) : _("not yet: a draft"));
    paper_pair(s, _("Place"), text_in(shown, "place"));
    paper_put(s, &paper_part, _("Present"));
    snprintf(line, sizeof line, _("%lld of %lld members"), count_in(q, "present"), count_in(q, "members"));
    paper_put(s, &paper_body, line);
    put_quorum(s, text_in(q, "share"));
    put_members(s, shown, true, _("Present"));
    put_members(s, shown, false, _("Absent"));
}

static void put_signature(paper *s, const json_t *o, const char *digest)
{
    char when[40];
    buf line = BUF_INIT;
    const char *as = text_in(o, "as"), *objection = text_in(o, "objection");
    const char *office = strcmp(as, "chair") == 0    ? _("Chair")
                         : strcmp(as, "keeper") == 0 ? _("Keeper of the minutes")
                                                     : _("Member");
    buf_addf(&line, "%s (%s): ", *text_in(o, "name") ? text_in(o, "name") : "–", office);
    if (!*text_in(o, "at"))
        buf_add_text(&line, _("not yet confirmed"));
    else if (strcmp(text_in(o, "digest"), digest) != 0)
        buf_addf(&line, _("answered for other minutes, SHA-256 %s"), text_in(o, "digest"));
    else
        buf_addf(&line, *objection ? _("objected %s: %s") : _("confirmed %s"),
                 paper_clock(text_in(o, "at"), when), objection);
    paper_put(s, &paper_under, buf_text(&line));
    buf_done(&line);
}

/* Who answers for the minutes; room to sign by hand until chair and keeper have. */
static void put_signatures(paper *s, const json_t *shown)
{
    size_t i;
    json_t *o;
    char line[120];
    const json_t *m = json_object_get(shown, "minutes");
    if (json_array_size(json_object_get(m, "signatures"))) {
        paper_put(s, &paper_part, _("Confirmation of the minutes"));
        json_array_foreach(json_object_get(m, "signatures"), i, o)
            put_signature(s, o, text_in(m, "digest"));
        snprintf(line, sizeof line, "SHA-256: %s", text_in(m, "digest"));
        paper_put(s, &paper_soft, line);
    }
    if (!json_is_true(json_object_get(m, "confirmed")))
        paper_signatures(s, 2, (const char *const[]){_("Chair"), _("Keeper of the minutes")});
}

typedef struct {
    const json_t *shown;
    const char *program, *role;
} minutes;

static void write_all(paper *s, void *context)
{
    const minutes *m = context;
    put_head(s, m->shown, m->program, m->role);
    put_agenda(s, m->shown);
    const char *note = text_in(json_object_get(m->shown, "ended"), "note");
    if (*note) {
        paper_put(s, &paper_part, _("Note"));
        paper_put(s, &paper_body, note);
    }
    put_signatures(s, m->shown);
}

assay_status minutes_pdf(const char *shown, const char *program, const char *role, buf *out,
                         assay_err *err)
{
    json_t *o = json_loads(shown, 0, NULL);
    if (!o)
        return assay_fail(err, ASSAY_FORMAT, 0, "a meeting cannot be read");
    minutes m = {o, program, role};
    bool is_fine = paper_pdf(text_in(o, "id"), text_in(o, "title"), write_all, &m, out);
    json_decref(o);
    return is_fine ? ASSAY_OK : assay_fail(err, ASSAY_MEMORY, 0, "the minutes cannot be drawn");
}

assay_status minutes_of(desk *d, const object_id *id, const viewer *who, const char *language,
                        buf *out, assay_err *err)
{
    const scheme *s;
    buf shown = BUF_INIT;
    char program[120], role[120];
    assay_status status = meeting_show(d, id, who, &shown, err);
    tell_member(status ? "{}" : buf_text(&shown), "scheme", program, sizeof program);
    tell_member(status ? "{}" : buf_text(&shown), "role", role, sizeof role);
    if (!status)
        status = desk_scheme(d, program, &s, err);
    if (!status) {
        const scheme_role *acting = scheme_find_role(s, role);
        i18n_borrow(language);
        status = minutes_pdf(buf_text(&shown), scheme_word(&s->item, language),
                             acting ? scheme_word(&acting->item, language) : role, out, err);
        i18n_return();
    }
    buf_done(&shown);
    return status;
}
