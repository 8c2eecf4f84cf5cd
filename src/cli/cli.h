/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every verb gets: its options and operands as given, a place for errors, a way out.
 *
 * Data goes to standard output, talk to standard error. A verb returns its exit code; for a
 * failure it returns cli_fail(c, status), which says what, where and how to mend.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/buf.h"
#include "base/json.h"
#include "base/i18n.h"
#include "report/term.h"
#include "signal/signal.h"

#include <assay/err.h>

#include <stdbool.h>
#include <stddef.h>

enum { EXIT_FINE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_UNSTABLE = 3, EXIT_NOT_CAPABLE = 4 };

typedef enum {
    OPT_NONE,
#define OPTION(id, name, letter, value, choices, text) OPT_##id,
#include "options.def"
#undef OPTION
    OPT_COUNT
} option_id;

typedef struct {
    const char *name;
    char letter;         /* 0: none */
    const char *value;   /* NULL: a flag */
    const char *choices; /* words separated by |; NULL: any */
    const char *text;
} option;
extern const option option_table[OPT_COUNT];

typedef struct cli cli;
typedef struct {
    const char *name, *operands;
    int least, most;
    const char *summary, *text, *examples;
    const unsigned char *options; /* of option_id, ended by OPT_NONE */
    int (*run)(cli *c);
} verb;
extern const verb verb_table[];
extern const size_t verb_count;
const verb *verb_find(const char *name);
bool verb_takes(const verb *v, option_id id);

struct cli {
    const verb *verb;
    const char *given[OPT_COUNT]; /* NULL: not given; "" for flags */
    char **operand;
    int operand_count;
    assay_err err;
    buf out;
    bool has_color, is_terminal;  /* of standard output */
    int width;
};

/* -- talk (talk.c) --------------------------------------------------------------------- */

/* Tell c->err on standard error; the exit code for `status`. */
int cli_fail(cli *c, assay_status status);
assay_status cli_usage(cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cli_remark(const cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Opens a database, and tells on standard error what was found beside it. */
ASSAY_MUST_USE assay_status cli_open(cli *c, const char *path, store_mode mode, store **out);
void cli_told(const store *s);
/* Write c->out to standard output. False (and told) when that fails. */
bool cli_flush(cli *c);
void cli_json_begin(cli *c, json *j);
int cli_json_end(cli *c, json *j, int code);
/* A list: objects under one key of JSON, else lines of CSV below `csv` (NULL: the verb has none),
 * else the rows of a table, or the sentence `nothing` where there are none. */
void cli_list_begin(cli *c, json *j, const char *key, const char *csv);
int cli_list_end(cli *c, json *j, const term_table *table, size_t count, const char *nothing);

/* -- options (values.c) ------------------------------------------------------------------ */

bool cli_has(const cli *c, option_id id);
const char *cli_text(const cli *c, option_id id, const char *otherwise);
/* Leave *out alone when the option was not given; ASSAY_USAGE for what is no number. */
ASSAY_MUST_USE assay_status cli_real(cli *c, option_id id, double *out);
ASSAY_MUST_USE assay_status cli_count(cli *c, option_id id, uint64_t *out);
ASSAY_MUST_USE assay_status cli_decimal(cli *c, option_id id, quantity *out);
ASSAY_MUST_USE assay_status cli_time(cli *c, option_id id, int64_t *out);

/* -- parsing (args.c) -------------------------------------------------------------------- */

ASSAY_MUST_USE assay_status cli_parse(cli *c, int argc, char **argv);
/* The name nearest to `word`, or NULL when none is near. `name_at` ends with NULL. */
const char *nearest_name(const char *word, const char *(*name_at)(size_t i, const void *context),
                         const void *context);

/* -- language, help ---------------------------------------------------------------------- */

void language_set(const char *lang); /* NULL: by the environment */
const char *cli_language(const cli *c); /* "en", "ko", "zh": of what is told */
void help_overview(buf *out);
void help_verb(const verb *v, buf *out);
void help_man(const verb *v, buf *out); /* NULL: the page of assay itself */
void help_completion(const char *shell, buf *out);

/* -- source and analysis (input.c, plan.c) --------------------------------------------- */

ASSAY_MUST_USE assay_status input_request(cli *c, uint32_t contexts, series_request *out);
ASSAY_MUST_USE assay_status input_open(cli *c, uint32_t contexts, bool with_time,
                                        series_set **out);
/* Tell on standard error what was refused and warned while reading. */
void input_remarks(cli *c, const series_set *set);
void input_refusals(cli *c, const reader_tally_t *tally);
void input_reading(cli *c, read_options *out);
unsigned cli_threads(cli *c);

/* Contexts a chart needs: subgroup keys unless -n is given, stages when asked for. */
uint32_t input_chart_contexts(const cli *c);
/* A usage error that names the characteristics when there are several and none was named. */
ASSAY_MUST_USE assay_status input_need_one(cli *c, const series_set *set);
term cli_term(const cli *c);
const char *cli_actor(const cli *c); /* --by-whom, else the login name */
/* The end of a change: its commit, or what was wrong. */
int cli_done(cli *c, assay_status status, uint64_t commit);
/* Commit the change of a person, or drop it when `status` is an error; close, tell the commit. */
int cli_finish(cli *c, store *db, store_tx *tx, assay_status status);
/* CSV: a cell with its comma or line end; NaN is an empty cell. */
void csv_text(buf *out, const char *text, bool is_last);
void csv_real(buf *out, double value, bool is_last);
void csv_unsigned(buf *out, uint64_t value, bool is_last);
void csv_time(buf *out, int64_t time, int32_t offset, bool is_last);

/* -- pictures and reports (cmd_report.c) ------------------------------------------------ */

typedef enum { OUTPUT_CHART, OUTPUT_HISTOGRAM } output_picture;
/* What --output asks for: a document of all, or a picture of one characteristic. The exit code says
 * the verdict. */
int output_write(cli *c, output_picture picture);
int output_pareto(cli *c, const char *const *labels, const double *counts, size_t n,
                  size_t vital_few);

/* Options of charts and capability, one for each series (the table of --specs differs). */
typedef struct {
    arena memory;
    analysis_options *item;
    const analysis_options **of_series;
    bool has_specs;
    limits_history limits;
} analysis_plan;
ASSAY_MUST_USE assay_status plan_make(cli *c, const series_set *set, bool with_capability,
                                      analysis_plan *out);
void plan_done(analysis_plan *p);
/* The stored chart that the options ask for. */
limits_wanted plan_limits_wanted(const cli *c, const series_request *request,
                                 const analysis_options *o, chart_definition *room);
/* The options alone, as one item. */
ASSAY_MUST_USE assay_status plan_base(cli *c, analysis_plan *out);
/* Are they right, before anything is read? */
ASSAY_MUST_USE assay_status plan_check(cli *c);

#endif
