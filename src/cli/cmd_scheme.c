/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schemes of programmes: prove one, read one as a rule book, try one out. */
#include "cli/verbs.h"

#include "cli/scheme_simulate.h"
#include "report/report.h"
#include "scheme/show.h"

#include <string.h>
#include <unistd.h>

/* A file, or the name of a scheme that ships. */
static const char *path_of(const char *operand, char *room, size_t size)
{
    if (access(operand, F_OK) == 0 || !scheme_shipped(operand, room, size))
        return operand;
    return room;
}

/* -- lint ----------------------------------------------------------------------------------------
 */

static void fault_json(json *j, const scheme_fault *f)
{
    json_flat_object(j);
    json_member_text(j, "code", f->code);
    json_member_unsigned(j, "line", f->at.line);
    json_member_unsigned(j, "column", f->at.column);
    json_member_text(j, "message", f->message);
    if (f->expected)
        json_member_text(j, "expected", f->expected);
    if (f->hint)
        json_member_text(j, "hint", f->hint);
    json_end(j);
}

static void tell_faults(cli *c, json *j, const char *path, const scheme_faults *faults,
                        const scheme *s, const char *error)
{
    if (!cli_has(c, OPT_JSON)) {
        for (size_t i = 0; i < faults->count; i++)
            scheme_fault_text(faults, i, &c->out);
        if (faults->is_cut)
            buf_addf(&c->out, _("%s: more faults than %d\n"), path, SCHEME_FAULTS_MOST);
        if (s)
            buf_addf(&c->out, _("%s: %s is total\n"), path, s->item.id);
        return;
    }
    json_object(j);
    json_member_text(j, "file", path);
    if (s)
        json_member_text(j, "scheme", s->item.id);
    if (error)
        json_member_text(j, "error", error);
    json_member_bool(j, "total", s != NULL);
    json_key(j, "faults");
    json_array(j);
    for (size_t i = 0; i < faults->count; i++)
        fault_json(j, &faults->fault[i]);
    json_end(j);
    json_end(j);
}

/* True: total. */
static bool lint_one(cli *c, json *j, const char *operand)
{
    char room[4096];
    scheme *s = NULL;
    scheme_faults faults;
    const char *path = path_of(operand, room, sizeof room);
    assay_status status = scheme_load(path, &s, &faults, &c->err);
    bool is_unread = status != ASSAY_OK && status != ASSAY_FORMAT;
    if (is_unread && !cli_has(c, OPT_JSON))
        cli_fail(c, status);
    else
        tell_faults(c, j, path, &faults, s, is_unread ? c->err.message : NULL);
    scheme_faults_done(&faults);
    scheme_free(s);
    return status == ASSAY_OK;
}

static int lint(cli *c)
{
    json j;
    bool is_total = true;
    if (cli_has(c, OPT_JSON)) {
        cli_json_begin(c, &j);
        json_object(&j);
        json_key(&j, "schemes");
        json_array(&j);
    }
    for (int i = 1; i < c->operand_count; i++)
        is_total &= lint_one(c, &j, c->operand[i]);
    int code = is_total ? EXIT_FINE : EXIT_FAILED;
    if (!cli_has(c, OPT_JSON))
        return code;
    json_end(&j);
    json_end(&j);
    return cli_json_end(c, &j, code);
}

/* -- show ----------------------------------------------------------------------------------------
 */

/* A scheme that is total, or its faults on standard error. */
static scheme *open_scheme(cli *c, const char *operand, int *code)
{
    char room[4096];
    scheme *s = NULL;
    scheme_faults faults;
    buf text = BUF_INIT;
    assay_status status = scheme_load(path_of(operand, room, sizeof room), &s, &faults, &c->err);
    *code = EXIT_FINE;
    for (size_t i = 0; i < faults.count; i++)
        scheme_fault_text(&faults, i, &text);
    if (text.length)
        cli_remark(c, "%.*s", (int)text.length - 1, buf_text(&text));
    if (status == ASSAY_NOT_FOUND)
        assay_hint(&c->err, _("assay scheme list tells those that ship"));
    if (status != ASSAY_OK)
        *code = cli_fail(c, status);
    buf_done(&text);
    scheme_faults_done(&faults);
    return s;
}

static int show(cli *c)
{
    int code;
    scheme *s = open_scheme(c, c->operand[1], &code);
    if (!s)
        return code;
    buf page = BUF_INIT;
    const char *file = cli_text(c, OPT_HTML, NULL);
    if (cli_has(c, OPT_JSON))
        scheme_show_json(s, &c->out);
    else if (file)
        scheme_show_html(s, cli_language(c), strcmp(file, "-") == 0 ? &c->out : &page);
    else
        scheme_show_text(s, cli_language(c), c->width, &c->out);
    if (file && strcmp(file, "-") != 0 && !cli_has(c, OPT_JSON)) {
        assay_status status = report_write(file, buf_text(&page), page.length, &c->err);
        code = status == ASSAY_OK ? EXIT_FINE : cli_fail(c, status);
    }
    buf_done(&page);
    scheme_free(s);
    return code;
}

/* -- list ----------------------------------------------------------------------------------------
 */

typedef struct {
    cli *c;
    json j;
    term_table table;
    size_t count;
    bool is_broken;
} listing;

static void list_scheme(listing *l, const scheme *s, const char *path)
{
    cli *c = l->c;
    const char *name = scheme_word(&s->item, cli_language(c));
    if (!cli_has(c, OPT_JSON)) {
        table_cell(&l->table, s->item.id);
        table_cell(&l->table, s->rev);
        table_cellf(&l->table, "%zu", s->stage_count);
        table_cell(&l->table, name);
        return;
    }
    json_flat_object(&l->j);
    json_member_text(&l->j, "scheme", s->item.id);
    json_member_text(&l->j, "rev", s->rev);
    json_member_text(&l->j, "name", name);
    json_member_unsigned(&l->j, "stages", s->stage_count);
    json_member_unsigned(&l->j, "assumed", s->assumed_count);
    json_member_text(&l->j, "file", path);
    json_end(&l->j);
}

static bool list_one(void *context, const char *path)
{
    listing *l = context;
    scheme *s = NULL;
    scheme_faults faults;
    if (scheme_load(path, &s, &faults, &l->c->err) == ASSAY_OK) {
        list_scheme(l, s, path);
        l->count++;
    } else {
        l->is_broken = true;
        cli_remark(l->c, "%s", l->c->err.message);
    }
    scheme_faults_done(&faults);
    scheme_free(s);
    return true;
}

static int list(cli *c)
{
    static const bool is_right[] = {false, false, true, false};
    const char *head[] = {_("scheme"), _("revision"), _("stages"), _("name")};
    listing l = {.c = c};
    table_init(&l.table, 4, is_right, head);
    cli_list_begin(c, &l.j, "schemes", NULL);
    scheme_shipped_each(list_one, &l);
    int code = cli_list_end(c, &l.j, &l.table, l.count, _("no schemes"));
    table_done(&l.table);
    return l.is_broken ? EXIT_FAILED : code;
}

/* -- the verb
 * -------------------------------------------------------------------------------------- */

static int try_out(cli *c)
{
    int code;
    scheme *s = open_scheme(c, c->operand[1], &code);
    if (s)
        code = scheme_simulate(c, s);
    scheme_free(s);
    return code;
}

int cmd_scheme(cli *c)
{
    static const struct {
        const char *word, *operands;
        int least, most;
        int (*run)(cli *c);
    } actions[] = {{"lint", "FILE...", 2, 64, lint},
                   {"show", "FILE", 2, 2, show},
                   {"list", "", 1, 1, list},
                   {"simulate", "FILE", 2, 2, try_out}};
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(actions[i].word, c->operand[0]) != 0)
            continue;
        if (c->operand_count >= actions[i].least && c->operand_count <= actions[i].most)
            return actions[i].run(c);
        return cli_fail(c, *actions[i].operands
                               ? cli_usage(c, _("assay scheme %s takes %s"), actions[i].word,
                                           actions[i].operands)
                               : cli_usage(c, _("assay scheme %s takes no FILE"), actions[i].word));
    }
    cli_usage(c, _("\"%s\" is nothing to do with a scheme"), c->operand[0]);
    return cli_fail(c, assay_hint(&c->err, "lint, show, list, simulate"));
}
