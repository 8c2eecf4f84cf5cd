/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Care of a database: check, compact, backup, restore, log. */
#include "cli/verbs.h"

#include "report/answer.h"
#include "scheme/case.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    cli *c;
    buf findings; /* NUL-separated */
    size_t count;
} checking;

static void note_finding(const char *what, void *context)
{
    checking *k = context;
    buf_add(&k->findings, what, strlen(what) + 1);
    k->count++;
    if (cli_has(k->c, OPT_JSON))
        return;
    char told[800];
    i18n_retell(what, told, sizeof told);
    fprintf(stderr, "assay: %s: %s\n", k->c->operand[0], told);
}

static int check_json(checking *k, const store_check_t *found, int code)
{
    json j;
    const char *finding = buf_text(&k->findings);
    cli_json_begin(k->c, &j);
    json_object(&j);
    json_member_bool(&j, "clean", code == EXIT_FINE);
    json_member_unsigned(&j, "measurements", found->measurements);
    json_member_unsigned(&j, "unfinished", found->unfinished);
    json_member_unsigned(&j, "chunks", found->chunks);
    json_member_unsigned(&j, "records", found->records);
    json_member_unsigned(&j, "damaged", found->damaged);
    json_member_unsigned(&j, "file_bytes", found->file_bytes);
    json_member_unsigned(&j, "value_bytes", found->value_bytes);
    json_member_unsigned(&j, "time_bytes", found->time_bytes);
    json_member_unsigned(&j, "context_bytes", found->context_bytes);
    json_key(&j, "findings");
    json_array(&j);
    for (size_t i = 0; i < k->count; i++, finding += strlen(finding) + 1)
        json_text(&j, finding);
    json_end(&j);
    json_end(&j);
    return cli_json_end(k->c, &j, code);
}

static void check_words(cli *c, const store_check_t *f, bool is_clean)
{
    double per = f->measurements ? (double)(f->value_bytes + f->time_bytes) / (double)f->measurements : 0;
    buf_addf(&c->out, _("%s: %s, %llu measurements in %llu chunks, %llu records, %.1f MB"),
             c->operand[0], is_clean ? _("clean") : _("damaged"), (unsigned long long)f->measurements,
             (unsigned long long)f->chunks, (unsigned long long)f->records,
             (double)f->file_bytes / 1e6);
    if (per > 0)
        buf_addf(&c->out, _(", %.2f bytes per measurement (time and value)"), per);
    buf_add_char(&c->out, '\n');
    if (f->unfinished)
        buf_addf(&c->out, _("  and %llu rows of an import that is not finished (assay import %s "
                            "--discard drops them)\n"),
                 (unsigned long long)f->unfinished, c->operand[0]);
}

/* Lists and decisions of programmes against their records. */
static assay_status check_cases(store *db, checking *k, assay_err *err)
{
    desk *d = NULL;
    uint64_t cases, damaged;
    assay_status status = desk_open(db, &d, err);
    if (status == ASSAY_OK)
        status = desk_check(d, note_finding, k, &cases, &damaged, err);
    desk_close(d);
    return status;
}

int cmd_check(cli *c)
{
    store *db = NULL;
    store_check_t found = {0};
    checking k = {.c = c};
    assay_status status = store_open(c->operand[0], STORE_READ, &db, &c->err);
    if (status == ASSAY_OK)
        status = store_check(db, note_finding, &k, &found, &c->err);
    if (status == ASSAY_OK && found.damaged == 0)
        status = check_cases(db, &k, &c->err);
    store_close(db);
    bool is_told = status == ASSAY_OK || status == ASSAY_DAMAGED;
    int code = status == ASSAY_OK && found.damaged == 0 && k.count == 0 ? EXIT_FINE : EXIT_FAILED;
    if (!is_told)
        code = cli_fail(c, status);
    else if (cli_has(c, OPT_JSON))
        code = check_json(&k, &found, code);
    else
        check_words(c, &found, code == EXIT_FINE);
    buf_done(&k.findings);
    return code;
}

int cmd_compact(cli *c)
{
    store *db = NULL;
    assay_status status = cli_open(c, c->operand[0], STORE_WRITE, &db);
    if (status == ASSAY_OK)
        status = store_compact(db, NULL, NULL, &c->err);
    store_close(db);
    return status == ASSAY_OK ? EXIT_FINE : cli_fail(c, status);
}

int cmd_backup(cli *c)
{
    store *db = NULL;
    assay_status status = store_open(c->operand[0], STORE_READ, &db, &c->err);
    if (status == ASSAY_OK)
        status = store_backup(db, c->operand[1], &c->err);
    store_close(db);
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    cli_remark(c, _("%s is a verified copy of %s"), c->operand[1], c->operand[0]);
    return EXIT_FINE;
}

int cmd_restore(cli *c)
{
    assay_status status = ASSAY_OK;
    if (access(c->operand[1], F_OK) == 0) {
        status = assay_fail(&c->err, ASSAY_EXISTS, 0, "%s is already there", c->operand[1]);
        assay_hint(&c->err, _("choose another name"));
    }
    if (status == ASSAY_OK)
        status = store_restore(c->operand[0], c->operand[1], &c->err);
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    cli_remark(c, _("%s is restored from %s"), c->operand[1], c->operand[0]);
    return EXIT_FINE;
}

/* -- log ------------------------------------------------------------------------------------------ */

typedef struct {
    cli *c;
    json j;
    term_table table;
    uint64_t skip;
} logging;

static bool count_record(const record *r, void *context)
{
    (void)r;
    ++*(uint64_t *)context;
    return true;
}

static void record_json(json *j, const record *r)
{
    char hex[33];
    for (int i = 0; i < 16; i++)
        snprintf(hex + 2 * i, 3, "%02x", r->object.bytes[i]);
    json_flat_object(j);
    json_member_unsigned(j, "sequence", r->sequence);
    json_member_unsigned(j, "commit", r->commit);
    answer_time(j, "time", r->time, TIME_OFFSET_NONE);
    json_member_text(j, "type", r->type);
    json_member_text(j, "actor", r->actor);
    json_member_text(j, "object", hex);
    if (r->payload) {
        json_key(j, "payload");
        json_raw(j, r->payload);
    } else
        json_member_null(j, "payload", "erased");
    json_end(j);
}

static bool write_record(const record *r, void *context)
{
    logging *l = context;
    char time[40];
    if (l->skip > 0) {
        l->skip--;
        return true;
    }
    if (cli_has(l->c, OPT_JSON)) {
        record_json(&l->j, r);
        return true;
    }
    time_format(r->time, 0, time, sizeof time);
    if (cli_has(l->c, OPT_CSV)) {
        buf *out = &l->c->out;
        csv_unsigned(out, r->sequence, false);
        csv_unsigned(out, r->commit, false);
        csv_text(out, time, false);
        csv_text(out, r->type, false);
        csv_text(out, r->actor, false);
        csv_text(out, r->payload, true);
        return true;
    }
    table_cellf(&l->table, "%llu", (unsigned long long)r->sequence);
    time[19] = 0;
    table_cell(&l->table, time);
    table_cell(&l->table, r->type);
    table_cell(&l->table, r->actor ? r->actor : "");
    table_cell(&l->table, r->payload ? r->payload : _("erased"));
    return true;
}

static assay_status log_all(logging *l, store *db)
{
    cli *c = l->c;
    uint64_t last = 0, total = 0;
    const char *type = c->given[OPT_TYPE];
    assay_status status = cli_count(c, OPT_LAST, &last);
    if (status == ASSAY_OK && last)
        status = store_record_heads(db, type, 0, count_record, &total, &c->err);
    l->skip = last && total > last ? total - last : 0;
    return status == ASSAY_OK ? store_records(db, type, 0, write_record, l, &c->err) : status;
}

int cmd_log(cli *c)
{
    static const bool is_right[] = {true, false, false, false, false};
    const char *head[] = {"#", _("time (UTC)"), _("type"), _("by"), _("what")};
    store *db = NULL;
    logging l = {.c = c};
    bool is_json = cli_has(c, OPT_JSON);
    table_init(&l.table, 5, is_right, head);
    cli_list_begin(c, &l.j, "records", "sequence,commit,time,type,actor,payload\n");
    assay_status status = cli_open(c, c->operand[0], STORE_READ, &db);
    if (status == ASSAY_OK)
        status = log_all(&l, db);
    store_close(db);
    if (status == ASSAY_OK && !is_json && !cli_has(c, OPT_CSV)) {
        term t = cli_term(c);
        table_write(&t, &l.table, &c->out);
    }
    table_done(&l.table);
    if (status != ASSAY_OK) {
        buf_clear(&c->out);
        return cli_fail(c, status);
    }
    if (!is_json)
        return EXIT_FINE;
    json_end(&l.j);
    json_end(&l.j);
    return cli_json_end(c, &l.j, EXIT_FINE);
}
