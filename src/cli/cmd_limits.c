/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits of stored charts: every version there is; a new one from chosen data; the end of one. */
#include "cli/verbs.h"

#include "report/answer.h"
#include "report/report.h"

#include <math.h>
#include <string.h>

/* -- listing ------------------------------------------------------------------------------- */

typedef struct {
    cli *c;
    store *db;
    json j;
    term_table table;
} listing;

enum { COLUMNS = 11 };
static const bool is_right[COLUMNS] = {false, false, true,  false, false, false,
                                       true,  true,  false, true,  false};

/* In a narrow place. */
static const unsigned char drop[COLUMNS] = {0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0};

static const char *path_of(const listing *l, uint32_t number)
{
    static stored_characteristic found;
    return store_characteristic_at(l->db, number, &found, NULL) == ASSAY_OK ? found.definition.path
                                                                           : "";
}

static void write_csv(buf *out, const chart_limits *l, const char *path)
{
    csv_text(out, path, false);
    csv_text(out, l->name, false);
    csv_unsigned(out, l->version, false);
    csv_text(out, answer_limits_state(l->state), false);
    csv_time(out, l->since, TIME_OFFSET_NONE, false);
    csv_text(out, l->by, false);
    csv_text(out, l->why, false);
    csv_unsigned(out, l->commit, false);
    csv_real(out, l->center, false);
    csv_real(out, l->sigma, false);
    csv_text(out, assay_sigma_method_name(l->method), false);
    csv_unsigned(out, l->n, false);
    csv_unsigned(out, l->used, true);
}

/* What distinguishes charts beside their type: rules and filter. */
static const char *rest_of_name(const chart_limits *l)
{
    const char *rest = strchr(l->name, ' ');
    return rest ? rest + 1 : "";
}

static void write_row(listing *l, const chart_limits *x, const char *path)
{
    char since[40];
    term_table *t = &l->table;
    words_time(x->since, TIME_OFFSET_NONE, since, sizeof since);
    since[10] = 0;
    table_cell(t, path);
    table_cellf(t, "%s %s", words_chart(x->definition.chart.type), rest_of_name(x));
    table_cellf(t, "%llu", (unsigned long long)x->version);
    table_cell(t, _(answer_limits_state(x->state)));
    table_cell(t, since);
    table_cell(t, x->by);
    table_cellf(t, "%.6g", x->center);
    table_cell(t, text_real(x->sigma, 4));
    table_cell(t, words_sigma(x->method));
    table_cellf(t, "%llu", (unsigned long long)x->used);
    table_cell(t, x->ended_why ? x->ended_why : x->why);
}

static void begin(listing *l)
{
    cli *c = l->c;
    const char *head[COLUMNS] = {_("characteristic"), _("chart"), "v", _("state"),
                                 _("since"),          _("by"),    _("center"),  "σ",
                                 _("method"),         _("used"),  _("why")};
    table_init(&l->table, COLUMNS, is_right, head);
    l->table.drop = drop;
    cli_list_begin(c, &l->j, "limits",
                   "characteristic,chart,version,state,since,by,reason,commit,center,sigma,method,n,"
                   "used\n");
}

static int list_versions(listing *l, const limits_history *h)
{
    begin(l);
    for (size_t i = 0; i < h->count; i++) {
        const char *path = path_of(l, h->item[i].characteristic);
        if (cli_has(l->c, OPT_JSON))
            answer_limits_version(&l->j, &h->item[i], path);
        else if (cli_has(l->c, OPT_CSV))
            write_csv(&l->c->out, &h->item[i], path);
        else
            write_row(l, &h->item[i], path);
    }
    int code = cli_list_end(l->c, &l->j, &l->table, h->count, _("no limits were frozen"));
    table_done(&l->table);
    return code;
}

static int list(cli *c)
{
    listing l = {.c = c};
    limits_history h = {0};
    stored_characteristic found = {0};
    uint64_t as_of = STORE_NOW;
    assay_status status = cli_count(c, OPT_AS_OF, &as_of);
    if (status == ASSAY_OK)
        status = cli_open(c, c->operand[0], STORE_READ, &l.db);
    if (status == ASSAY_OK && c->operand_count > 1)
        status = store_characteristic_find(l.db, c->operand[1], &found, &c->err);
    if (status == ASSAY_OK)
        status = limits_read(l.db, found.number, as_of, &h, &c->err);
    int code = status == ASSAY_OK ? list_versions(&l, &h) : cli_fail(c, status);
    limits_done(&h);
    store_close(l.db);
    return code;
}

/* -- freezing ------------------------------------------------------------------------------ */

/* The choice of data in the words of the command line. */
static const char *data_of(const cli *c, arena *a)
{
    static const option_id ids[] = {OPT_PHASE1, OPT_EXCLUDE, OPT_FROM, OPT_TO, OPT_LAST, OPT_STAGE};
    buf text = BUF_INIT;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (cli_has(c, ids[i]))
            buf_addf(&text, "%s--%s %s", text.length ? " " : "", option_table[ids[i]].name,
                     c->given[ids[i]]);
    const char *kept = text.failed ? NULL : arena_text(a, buf_text(&text), text.length);
    buf_done(&text);
    return kept ? kept : "";
}

static void remark_doubts(const cli *c, const analysis *a, const chart_limits *draft)
{
    size_t n = a->chart.signals;
    if (n)
        cli_remark(c, P_("note: %zu point of these data signals; find its cause and leave it out "
                         "with --exclude", "note: %zu points of these data signal; find the causes "
                         "and leave them out with --exclude", n), n);
    if (draft->used < 20)
        cli_remark(c, "%s %s", _("note:"), _("limits provisional: fewer than 20 subgroups"));
}

/* The width a budget of false alarms asks for. */
static assay_status keep_budget(cli *c, analysis_options *o, analysis *a)
{
    budget found;
    double per_day = NAN;
    const char *words = cli_text(c, OPT_BUDGET, NULL);
    assay_status status = words ? cli_real(c, OPT_PER_DAY, &per_day) : ASSAY_OK;
    if (!words || status != ASSAY_OK)
        return status;
    status = budget_keep(words, per_day, o, a, &found, &c->err);
    if (status == ASSAY_MISSING)
        return assay_hint(&c->err, "--per-day 24");
    if (status == ASSAY_OK)
        cli_remark(c, _("%.4g points a day: one false alarm in %.4g points (in %.4g before); limits of width %.3f"),
                   found.points_per_day, found.arl, found.arl_now, ceil(found.width * 1000) / 1000);
    return status;
}

/* The data are read, and let go again, before anything is written. */
static assay_status work_out(cli *c, arena *memory, chart_limits *draft)
{
    series_set *set = NULL;
    series_request request;
    analysis_plan plan = {0};
    analysis a = {0};
    assay_status status = input_open(c, input_chart_contexts(c), true, &set);
    if (status == ASSAY_OK)
        status = input_need_one(c, set);
    if (status == ASSAY_OK)
        status = plan_make(c, set, false, &plan);
    if (status == ASSAY_OK)
        status = input_request(c, 0, &request);
    if (status == ASSAY_OK)
        status = analysis_make(set, series_at(set, 0), &plan.item[0], &a, &c->err);
    if (status == ASSAY_OK)
        status = keep_budget(c, &plan.item[0], &a);
    if (status == ASSAY_OK) {
        if (request.range.as_of == STORE_NOW)
            request.range.as_of = store_commit_number(series_store(set));
        status = limits_draft(&a, &plan.item[0], &request, memory, draft, &c->err);
    }
    if (status == ASSAY_OK) {
        draft->data = data_of(c, memory);
        remark_doubts(c, &a, draft);
    }
    analysis_done(&a);
    plan_done(&plan);
    series_close(set);
    return status;
}

static int tell_frozen(cli *c, const chart_limits *l)
{
    if (cli_has(c, OPT_JSON)) {
        json j;
        cli_json_begin(c, &j);
        json_flat_object(&j);
        json_member_unsigned(&j, "commit", l->commit);
        json_member_text(&j, "name", l->name);
        json_member_unsigned(&j, "version", l->version);
        json_member_real(&j, "center", l->center, NULL);
        json_member_real(&j, "sigma", l->sigma, "this chart has no sigma of readings");
        json_member_unsigned(&j, "n", l->n);
        json_end(&j);
        return cli_json_end(c, &j, EXIT_FINE);
    }
    buf_addf(&c->out, _("limits in force: %s, version %llu"), l->name,
             (unsigned long long)l->version);
    buf_addf(&c->out, "\n  %s %.9g · σ %s (%s) · n %u · %s %llu/%llu\n", _("center"), l->center,
             text_real(l->sigma, 6), words_sigma(l->method), l->n, _("subgroups used"),
             (unsigned long long)l->used, (unsigned long long)l->subgroups);
    cli_remark(c, _("done in commit %llu"), (unsigned long long)l->commit);
    return EXIT_FINE;
}

static int freeze(cli *c)
{
    arena memory;
    store *db = NULL;
    chart_limits draft;
    arena_init(&memory);
    c->given[OPT_RECOMPUTE] = "";
    assay_status status = plan_check(c);
    if (status == ASSAY_OK)
        status = work_out(c, &memory, &draft);
    if (status == ASSAY_OK)
        status = cli_open(c, c->operand[0], STORE_WRITE, &db);
    if (status == ASSAY_OK)
        status = limits_freeze(db, &draft, cli_actor(c), c->given[OPT_WHY], &c->err);
    store_close(db);
    int code = status == ASSAY_OK ? tell_frozen(c, &draft) : cli_fail(c, status);
    arena_done(&memory);
    return code;
}

/* -- retiring ------------------------------------------------------------------------------ */

static assay_status choose(cli *c, const limits_history *h, const limits_wanted *wanted,
                           const chart_limits **out)
{
    size_t matches;
    *out = limits_find(h, wanted, &matches);
    if (matches == 1)
        return ASSAY_OK;
    if (matches == 0) {
        assay_fail(&c->err, ASSAY_NOT_FOUND, 0, _("no limits of %s in force suit these options"),
                   c->operand[1]);
        return assay_hint(&c->err, "assay limits %s %s", c->operand[0], c->operand[1]);
    }
    cli_usage(c, _("%zu charts of %s are in force: say which by -n, --type, --rules"), matches,
              c->operand[1]);
    return assay_hint(&c->err, "assay limits %s %s", c->operand[0], c->operand[1]);
}

static assay_status retire_one(cli *c, store *db, uint64_t *commit)
{
    limits_history h = {0};
    stored_characteristic found;
    series_request request;
    analysis_plan plan = {0};
    chart_definition room;
    const chart_limits *l = NULL;
    assay_status status = store_characteristic_find(db, c->operand[1], &found, &c->err);
    if (status == ASSAY_OK)
        status = input_request(c, 0, &request);
    if (status == ASSAY_OK)
        status = plan_base(c, &plan);
    if (status == ASSAY_OK)
        status = limits_read(db, found.number, STORE_NOW, &h, &c->err);
    if (status == ASSAY_OK) {
        limits_wanted wanted = plan_limits_wanted(c, &request, plan.item, &room);
        wanted.characteristic = found.number;
        status = choose(c, &h, &wanted, &l);
    }
    if (status == ASSAY_OK)
        status = limits_retire(db, l, cli_actor(c), c->given[OPT_WHY], commit, &c->err);
    plan_done(&plan);
    limits_done(&h);
    return status;
}

static int retire(cli *c)
{
    store *db = NULL;
    uint64_t commit = 0;
    assay_status status = cli_open(c, c->operand[0], STORE_WRITE, &db);
    if (status == ASSAY_OK)
        status = retire_one(c, db, &commit);
    store_close(db);
    return cli_done(c, status, commit);
}

static assay_status check(cli *c)
{
    bool changes = cli_has(c, OPT_FREEZE) || cli_has(c, OPT_RETIRE);
    if (!source_is_database(c->operand[0])) {
        cli_usage(c, _("%s is no database: limits are kept in one"), c->operand[0]);
        return assay_hint(&c->err, "assay import plant.assay %s", c->operand[0]);
    }
    if (cli_has(c, OPT_FREEZE) && cli_has(c, OPT_RETIRE))
        return cli_usage(c, _("--freeze and --retire exclude each other"));
    if (changes && c->operand_count < 2) {
        cli_usage(c, _("name the characteristic whose limits change"));
        return assay_hint(&c->err, "assay limits %s", c->operand[0]);
    }
    if (changes && !*cli_text(c, OPT_WHY, "")) {
        cli_usage(c, _("--why is missing: a change needs its reason"));
        return assay_hint(&c->err, _("--why 'after the new tool'"));
    }
    return ASSAY_OK;
}

int cmd_limits(cli *c)
{
    assay_status status = check(c);
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    return cli_has(c, OPT_FREEZE) ? freeze(c) : cli_has(c, OPT_RETIRE) ? retire(c) : list(c);
}
