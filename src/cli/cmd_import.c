/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files into the database. What a file holds becomes visible at once, at its end; until then the
 * store keeps it aside, and the same command goes on where an earlier one stopped. */
#include "cli/verbs.h"

#include "base/hash.h"
#include "cli/progress.h"
#include "cli/refused.h"
#include "cli/specs.h"
#include "read/workbook.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    cli *c;
    store *db;             /* NULL: dry run */
    spec_table specs;
    arena memory;
    json j;
    const characteristic **characteristic; /* the reader's, with --under and --specs applied */
    size_t count, room;
} importing;

typedef struct {
    const char *label, *path;  /* path differs from the label for standard input and for a sheet */
    const char *dialect;       /* NULL: as the options say */
    reader *r;
    import *i;
    import_tally tally, resumed;
    refused before, whole; /* before an interruption; and with what followed */
    bool is_again; /* after one the file is read from its start, for what its rows say besides */
    progress bar;
} one_file;

enum { DRY_ROWS = 65536, SAMPLE_BYTES = 1 << 20 };

/* A file of the command line; its path differs from its name for standard input. */
typedef struct {
    const char *name, *path;
    char spooled[64];
    int spool;
} given_file;

/* -- standard input, and the key of a content ------------------------------------------------ */

/* Standard input is kept in a file without a name: its content is its identity, and it can be read
 * like any other. */
static assay_status spool(cli *c, given_file *f)
{
    const char *folder = getenv("TMPDIR");
    static char piece[1 << 16];
    f->spool = open(folder && *folder ? folder : "/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (f->spool < 0)
        return assay_fail(&c->err, ASSAY_IO, 0, _("cannot keep standard input in %s: %s"),
                          folder && *folder ? folder : "/var/tmp", strerror(errno));
    for (;;) {
        ssize_t n = read(STDIN_FILENO, piece, sizeof piece);
        if (n < 0 && errno == EINTR && !is_interrupted())
            continue;
        if (n == 0)
            break;
        if (n < 0 || write(f->spool, piece, (size_t)n) != n)
            return assay_fail(&c->err, errno == ENOSPC ? ASSAY_FULL : ASSAY_IO, 0,
                              _("cannot keep standard input: %s"), strerror(errno));
    }
    snprintf(f->spooled, sizeof f->spooled, "/proc/self/fd/%d", f->spool);
    f->path = f->spooled;
    return ASSAY_OK;
}

/* Head, tail and size: enough to tell one file from another without reading all of it. */
static assay_status content_key(cli *c, const char *path, char out[static 65])
{
    char *piece = malloc(SAMPLE_BYTES);
    hasher *h = NULL;
    sha256 digest;
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    assay_status status = hasher_new(&h, &c->err);
    if (status == ASSAY_OK && (!piece || file < 0 || fstat(file, &about) != 0))
        status = assay_fail(&c->err, ASSAY_IO, 0, _("cannot read %s: %s"), path, strerror(errno));
    if (status == ASSAY_OK) {
        off_t tail = about.st_size > SAMPLE_BYTES ? about.st_size - SAMPLE_BYTES : 0;
        int64_t size = about.st_size;
        ssize_t n = pread(file, piece, SAMPLE_BYTES, 0);
        hasher_begin(h);
        hasher_add(h, &size, sizeof size);
        hasher_add(h, piece, n > 0 ? (size_t)n : 0);
        n = tail ? pread(file, piece, SAMPLE_BYTES, tail) : 0;
        hasher_add(h, piece, n > 0 ? (size_t)n : 0);
        status = hasher_end(h, &digest, &c->err);
    }
    if (status == ASSAY_OK)
        sha256_to_hex(&digest, out);
    if (file >= 0)
        close(file);
    hasher_free(h);
    free(piece);
    return status;
}

/* -- characteristics as they are to be stored -------------------------------------------------- */

static const char *under(importing *m, const char *path)
{
    buf b = BUF_INIT;
    const char *above = m->c->given[OPT_PATH];
    if (!above)
        return path;
    buf_addf(&b, "%s%s%s", above, above[strlen(above) - 1] == '/' ? "" : "/", path ? path : "");
    const char *whole = b.failed ? NULL : arena_text(&m->memory, b.data, b.length);
    buf_done(&b);
    return whole;
}

static bool take_characteristics(importing *m, const reader *r)
{
    size_t n;
    const characteristic *const *list = reader_characteristics(r, &n);
    if (n > m->room) {
        const characteristic **grown = realloc(m->characteristic, 2 * n * sizeof *grown);
        if (!grown)
            return false;
        m->characteristic = grown;
        m->room = 2 * n;
    }
    for (; m->count < n; m->count++) {
        const spec_row *row = specs_find(&m->specs, list[m->count]->path);
        characteristic *own = characteristic_copy(&m->memory, list[m->count]);
        if (!own || !(own->path = under(m, own->path)))
            return false;
        if (row)
            specs_apply(row, own);
        m->characteristic[m->count] = own;
    }
    return true;
}

/* -- the loop ------------------------------------------------------------------------------------ */

static uint64_t records_behind(const reader *r, const measurement_batch *b)
{
    uint64_t known = reader_record(r);
    return known ? known : b->record && b->n ? b->record[b->n - 1] : 0;
}

typedef struct {
    importing *m;
    one_file *f;
    uint64_t rows;
    bool is_enough;
} copying;

static refused refused_so_far(const one_file *f)
{
    reader_tally_t tally;
    refused sum = f->before;
    reader_tally(f->r, &tally);
    refused_add(&sum, &tally);
    return sum;
}

/* What was refused so far is as durable as the rows beside it. */
static assay_status note_refused(one_file *f, assay_err *err)
{
    buf note = BUF_INIT;
    refused sum = refused_so_far(f);
    if (sum.total == 0)
        return ASSAY_OK;
    refused_write(&sum, &note);
    assay_status status = import_note(f->i, buf_text(&note), err);
    buf_done(&note);
    return status;
}

static measurement_batch rows_behind(const measurement_batch *b, uint64_t done)
{
    size_t i = 0;
    while (i < b->n && (b->record ? b->record[i] : b->first_record + i) <= done)
        i++;
    return batch_rest(b, i);
}

/* Any thread of the reader's calls it, one at a time: so all of them read and store in turn. */
static assay_status take_rows(void *context, const measurement_batch *rows, assay_err *err)
{
    copying *c = context;
    importing *m = c->m;
    one_file *f = c->f;
    const dictionary *dictionaries[CONTEXT_COUNT];
    for (int k = 0; k < CONTEXT_COUNT; k++)
        dictionaries[k] = reader_dictionary(f->r, (context_kind)k);
    if (!take_characteristics(m, f->r))
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    measurement_batch rest = f->is_again ? rows_behind(rows, f->resumed.record) : *rows;
    c->rows += rest.n;
    if (f->i && rest.n) {
        assay_status status = note_refused(f, err);
        if (status == ASSAY_OK)
            status = import_append(f->i, &rest, m->characteristic, dictionaries,
                                   reader_offset(f->r), records_behind(f->r, rows), err);
        if (status != ASSAY_OK)
            return status;
    }
    progress_tell(&f->bar, reader_offset(f->r), c->rows);
    if (is_interrupted())
        return assay_fail(err, ASSAY_STOPPED, 0, "stopped");
    c->is_enough = !f->i && c->rows >= DRY_ROWS; /* a dry run looks at the beginning */
    return c->is_enough ? ASSAY_STOPPED : ASSAY_OK;
}

static assay_status copy_rows(importing *m, one_file *f)
{
    copying c = {.m = m, .f = f, .rows = f->resumed.received};
    assay_status status =
        reader_drain(f->r, reader_contexts(f->r), take_rows, &c, &m->c->err);
    return c.is_enough ? ASSAY_OK : status;
}

static assay_status begin_import(importing *m, one_file *f)
{
    char key[65];
    char other[32];
    snprintf(other, sizeof other, "/proc/self/fd/%d", reader_content(f->r));
    assay_status status = content_key(m->c, reader_content(f->r) < 0 ? f->path : other, key);
    if (status != ASSAY_OK)
        return status;
    /* Not the file's name: a renamed copy holds the same measurements. */
    import_options options = {
        .source = cli_text(m->c, OPT_SOURCE, "files"),
        .content = key,
        .label = f->label,
        .actor = cli_actor(m->c),
    };
    status = import_begin(m->db, &options, &f->i, &f->resumed, &m->c->err);
    if (status != ASSAY_OK || f->resumed.offset == 0)
        return status;
    cli_remark(m->c, _("%s: going on behind row %llu"), f->label,
               (unsigned long long)f->resumed.record);
    f->is_again = reader_says(f->r);
    if (f->is_again)
        return ASSAY_OK;
    refused_read(&f->before, import_noted(f->i), &m->memory);
    return reader_resume(f->r, f->resumed.offset, f->resumed.record, &m->c->err);
}

/* -- what is told -------------------------------------------------------------------------------- */

static void tell_guess(importing *m, const one_file *f)
{
    buf text = BUF_INIT;
    reader_describe(f->r, &text);
    size_t end = text.length;
    while (end > 0 && text.data[end - 1] == '\n')
        text.data[--end] = 0;
    cli_remark(m->c, "%s: %s", f->label, buf_text(&text));
    buf_done(&text);
}

static void json_file(importing *m, const one_file *f)
{
    json *j = &m->j;
    json_object(j);
    json_member_text(j, "file", f->label);
    json_member_text(j, "dialect", reader_dialect(f->r));
    json_member_unsigned(j, "received", f->tally.received + f->whole.total);
    json_member_unsigned(j, "before_interruption", f->resumed.received + f->before.total);
    json_member_unsigned(j, "stored", f->tally.stored);
    json_member_unsigned(j, "duplicates", f->tally.duplicates);
    json_member_unsigned(j, "conflicts", f->tally.conflicts);
    json_member_unsigned(j, "refused", f->whole.total);
    json_key(j, "refusals");
    json_array(j);
    for (size_t i = 0; i < f->whole.count; i++) {
        const refusal *r = &f->whole.reason[i];
        json_flat_object(j);
        json_member_text(j, "reason", r->reason);
        json_member_unsigned(j, "count", r->count);
        json_member_unsigned(j, "line", r->line);
        json_member_unsigned(j, "field", r->field);
        json_member_text(j, "found", r->found);
        json_member_text(j, "expected", r->expected);
        json_end(j);
    }
    json_end(j);
    if (m->db)
        json_member_unsigned(j, "commit", f->tally.commit);
    else
        json_member_null(j, "commit", "a dry run stores nothing");
    json_end(j);
}

static void tell_file(importing *m, one_file *f)
{
    reader_tally_t read;
    reader_tally(f->r, &read);
    f->whole = refused_so_far(f);
    if (cli_has(m->c, OPT_JSON)) {
        json_file(m, f);
        return;
    }
    buf *out = &m->c->out;
    if (m->db)
        buf_addf(out,
                 _("%s: %llu received = %llu stored + %llu duplicates + %llu conflicts + %llu refused\n"),
                 f->label, (unsigned long long)(f->tally.received + f->whole.total),
                 (unsigned long long)f->tally.stored, (unsigned long long)f->tally.duplicates,
                 (unsigned long long)f->tally.conflicts, (unsigned long long)f->whole.total);
    else
        buf_addf(out, P_("%s: dry run over %llu measurements of %zu characteristic, %llu refused\n",
                    "%s: dry run over %llu measurements of %zu characteristics, %llu refused\n", m->count),
                 f->label, (unsigned long long)read.given, m->count,
                 (unsigned long long)read.refused);
    if (f->resumed.offset)
        buf_addf(out, _("  of which before the interruption: %llu\n"),
                 (unsigned long long)(f->resumed.received + f->before.total));
    for (size_t i = 0; !m->db && i < m->count && i < 20; i++)
        buf_addf(out, "  %s%s%s%s\n", m->characteristic[i]->path,
                 m->characteristic[i]->unit && *m->characteristic[i]->unit ? " [" : "",
                 m->characteristic[i]->unit ? m->characteristic[i]->unit : "",
                 m->characteristic[i]->unit && *m->characteristic[i]->unit ? "]" : "");
    for (size_t i = 0; i < read.warning_count; i++)
        cli_remark(m->c, "%s %s", _("note:"), read.warnings[i]);
    reader_tally_t whole = {.refusals = f->whole.reason, .refusal_count = f->whole.count};
    input_refusals(m->c, &whole);
    if (f->tally.conflicts)
        cli_remark(m->c, _("conflicts count nowhere until decided: assay log %s --type conflict"),
                   m->c->operand[0]);
}

static void tell_stop(importing *m, const char *label)
{
    assay_hint(&m->c->err, _("the same command goes on here; assay import %s --discard drops what "
                             "%s left"), m->c->operand[0], label);
}

/* -- what rows say of their characteristics ------------------------------------------------------- */

typedef struct {
    cli *c;
    const char *path;
} comparing;

static void tell_difference(void *context, property p, const char *said, const char *own)
{
    const comparing *t = context;
    char text[400];
    snprintf(text, sizeof text, _("%s of %s: %s in the file, %s stored: what is stored stays"),
             property_words(p), t->path, said, own);
    cli_remark(t->c, "%s %s", _("note:"), text);
}

static assay_status specify(importing *m, one_file *f)
{
    assay_status status = ASSAY_OK;
    for (uint32_t i = 0; i < m->count && status == ASSAY_OK; i++) {
        comparing t = {m->c, m->characteristic[i]->path};
        const characteristic *said = reader_said(f->r, i);
        if (said)
            status = import_specify(f->i, i, said, tell_difference, &t, &m->c->err);
    }
    return status;
}

/* -- one file, all files --------------------------------------------------------------------------- */

/* A document may refer to another one that is given in the same command. */
static const char *const *given_files(importing *m)
{
    const char **with = arena_array(&m->memory, const char *, (size_t)m->c->operand_count);
    for (int i = 1; with && i < m->c->operand_count; i++)
        with[i - 1] = m->c->operand[i];
    return with;
}

static assay_status run_file(importing *m, one_file *f)
{
    cli *c = m->c;
    read_options options;
    input_reading(c, &options);
    options.with = given_files(m);
    options.dialect = f->dialect ? f->dialect : options.dialect;
    /* The store keeps these with the rows they belong to; a text a row must not fill memory. */
    options.forgets = 1u << CONTEXT_SERIAL | 1u << CONTEXT_SUBGROUP | 1u << CONTEXT_ORDER | 1u << CONTEXT_NOTE;
    assay_status status = reader_open(f->path, &options, &f->r, &c->err);
    if (status != ASSAY_OK)
        return status;
    tell_guess(m, f);
    if (m->db)
        status = begin_import(m, f);
    progress_begin(&f->bar, f->label, reader_size(f->r), cli_has(c, OPT_QUIET));
    if (status == ASSAY_OK)
        status = copy_rows(m, f);
    if (status == ASSAY_OK && !take_characteristics(m, f->r))
        status = assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
    if (status == ASSAY_OK && f->i)
        status = specify(m, f);
    if (status == ASSAY_OK && f->i)
        status = import_commit(f->i, &f->tally, &c->err);
    progress_end(&f->bar);
    return status;
}

static assay_status import_one(importing *m, one_file f, bool *was_readable)
{
    m->count = 0;
    assay_status status = run_file(m, &f);
    if (status == ASSAY_OK)
        tell_file(m, &f);
    bool is_kept = status == ASSAY_STOPPED || status == ASSAY_FULL || status == ASSAY_IO;
    if (status != ASSAY_OK && f.i && is_kept)
        tell_stop(m, f.label);
    if (f.i)
        import_close(f.i, is_kept); /* kept: resumed by the same command */
    *was_readable = f.r;
    reader_close(f.r);
    return status;
}

/* A workbook, each sheet of it as a file of its own. Covers and notes are passed over. */
static assay_status import_sheets(importing *m, const given_file *g)
{
    static const char every[] = "sheet=*";
    cli *c = m->c;
    const char *dialect = c->given[OPT_DIALECT], *star = strstr(dialect, every), *name;
    workbook_sheet book = {0};
    size_t done = 0;
    assay_status status = workbook_names(g->path, &book, &c->err);
    name = buf_text(&book.names);
    for (size_t i = 0; i < book.count && status == ASSAY_OK; i++, name += strlen(name) + 1) {
        bool was_readable;
        buf label = BUF_INIT, own = BUF_INIT;
        buf_addf(&label, "%s[%s]", g->name, name);
        buf_addf(&own, "%.*ssheet=%zu%s", (int)(star - dialect), dialect, i + 1, star + strlen(every));
        status = import_one(m, (one_file){.label = buf_text(&label), .path = g->path, .dialect = buf_text(&own)},
                            &was_readable);
        bool is_passed = status == ASSAY_FORMAT && !was_readable && (done || i + 1 < book.count);
        if (is_passed)
            cli_remark(c, _("%s is passed over: %s"), buf_text(&label), c->err.message);
        done += status == ASSAY_OK;
        status = is_passed ? ASSAY_OK : status;
        buf_done(&label);
        buf_done(&own);
    }
    workbook_sheet_done(&book);
    return status;
}

static assay_status import_file(importing *m, const char *name)
{
    given_file g = {.name = name, .path = name, .spool = -1};
    bool was_readable, is_every = strstr(cli_text(m->c, OPT_DIALECT, ""), "sheet=*");
    assay_status status = strcmp(name, "-") == 0 ? spool(m->c, &g) : ASSAY_OK;
    if (status == ASSAY_OK)
        status = is_every ? import_sheets(m, &g)
                          : import_one(m, (one_file){.label = name, .path = g.path}, &was_readable);
    if (g.spool >= 0)
        close(g.spool);
    return status;
}

static assay_status import_all(importing *m)
{
    cli *c = m->c;
    assay_status status = ASSAY_OK;
    if (cli_has(c, OPT_SPECS))
        status = specs_read(c->given[OPT_SPECS], &m->memory, &m->specs, &c->err);
    for (int i = 1; i < c->operand_count && status == ASSAY_OK; i++)
        status = import_file(m, c->operand[i]);
    if (status == ASSAY_OK && m->db && cli_has(c, OPT_COMPACT))
        status = store_compact(m->db, NULL, NULL, &c->err);
    return status;
}

static assay_status open_database(importing *m)
{
    cli *c = m->c;
    const char *path = c->operand[0];
    bool is_there = access(path, F_OK) == 0;
    if (is_there && !source_is_database(path)) {
        cli_usage(c, _("%s is not a database"), path);
        return assay_hint(&c->err, _("assay import DB FILE...: the database comes first"));
    }
    if (cli_has(c, OPT_DRY_RUN))
        return ASSAY_OK;
    return cli_open(c, path, is_there ? STORE_WRITE : STORE_CREATE, &m->db);
}

static assay_status check_operands(cli *c)
{
    if (c->operand_count > 1 || cli_has(c, OPT_DISCARD))
        return ASSAY_OK;
    cli_usage(c, _("assay import needs %s"), "FILE");
    return assay_hint(&c->err, "assay import %s parts.csv", c->operand[0]);
}

int cmd_import(cli *c)
{
    importing m = {.c = c};
    bool is_json = cli_has(c, OPT_JSON);
    arena_init(&m.memory);
    stop_on_interrupt();
    assay_status status = check_operands(c);
    if (status == ASSAY_OK)
        status = open_database(&m);
    if (status == ASSAY_OK && m.db && cli_has(c, OPT_DISCARD))
        status = store_import_discard(m.db, &c->err);
    if (is_json) {
        cli_json_begin(c, &m.j);
        json_object(&m.j);
        json_key(&m.j, "files");
        json_array(&m.j);
    }
    if (status == ASSAY_OK)
        status = import_all(&m);
    if (status == ASSAY_OK && is_json) {
        json_end(&m.j);
        json_end(&m.j);
    }
    store_close(m.db);
    free(m.characteristic);
    arena_done(&m.memory);
    if (status != ASSAY_OK) {
        if (is_json)
            buf_clear(&c->out);
        else
            (void)cli_flush(c);
        return cli_fail(c, status);
    }
    return is_json ? cli_json_end(c, &m.j, EXIT_FINE) : EXIT_FINE;
}
