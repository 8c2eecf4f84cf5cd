/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of measurements in the browser: what it is taken for, its first rows, what of it cannot be
 * read; corrected until it is right; then imported. Looking reads at most PREVIEW_ROWS of it. */
#include "read/workbook.h"
#include "report/answer.h"
#include "serve/body.h"
#include "serve/gate.h"
#include "serve/reply.h"
#include "serve/staged.h"

#include "base/i18n.h"
#include "base/text.h"
#include "base/utf8.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PREVIEW_ROWS = 200000,
    SHOWN_ROWS = 40,
    SHOWN_LINES = 12,
    SHOWN_CHARACTERISTICS = 200,
    COLUMNS_MAX = 200,
    HEAD_BYTES = 4096,
    BATCH_ROWS = 4096,
};

/* -- the first lines as they are written -------------------------------------------------------------- */

static text_encoding encoding_of(const char *dialect, const char *head, size_t n)
{
    text_encoding found;
    char name[40];
    size_t mark = 0;
    const char *at = strstr(dialect, "encoding=");
    if (at) {
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 9, ";"), at + 9);
        if (encoding_from_name(name, &found))
            return found;
    }
    return encoding_guess(head, n, false, &mark);
}

static void write_lines(json *j, const char *text)
{
    const char *p = *text == '\xEF' && strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? text + 3 : text;
    for (int lines = 0; *p && lines < SHOWN_LINES; lines++) {
        char line[400];
        size_t length = strcspn(p, "\r\n");
        snprintf(line, sizeof line, "%.*s", (int)(length < 399 ? length : 399), p);
        json_text(j, line);
        p += length;
        p += *p == '\r';
        p += *p == '\n';
    }
}

static void add_head(const staged *f, const char *dialect, buf *text)
{
    char head[HEAD_BYTES];
    transcoder *t = NULL;
    int fd = open(f->path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, head, sizeof head) : 0;
    if (fd >= 0)
        close(fd);
    if (n > 0 && !read_sign(head, (size_t)n) &&
        transcoder_open(encoding_of(dialect, head, (size_t)n), &t, NULL) == ASSAY_OK)
        (void)!transcoder_feed(t, head, (size_t)n, false, text, NULL);
    transcoder_close(t);
}

/* A sheet of a workbook is shown as the text it is read as, with the names of all. */
static void write_head(json *j, const staged *f, const char *dialect)
{
    buf text = BUF_INIT;
    workbook_sheet book = {0};
    if (workbook_look(f->path, f->settings.dialect, &book, &text, NULL) != ASSAY_OK && !book.count)
        add_head(f, dialect, &text);
    json_key(j, "head");
    json_array(j);
    write_lines(j, buf_text(&text));
    json_end(j);
    json_key(j, "sheets");
    json_flat_array(j);
    const char *name = buf_text(&book.names);
    for (size_t i = 0; i < book.count; i++, name += strlen(name) + 1)
        json_text(j, name);
    json_end(j);
    json_member_unsigned(j, "sheet", book.count ? book.chosen + 1 : 0);
    workbook_sheet_done(&book);
    buf_done(&text);
}

/* -- what the reader makes of it ----------------------------------------------------------------------- */

typedef struct {
    reader *reader;
    measurement_batch *batch;
    uint64_t *counts; /* by characteristic */
    size_t count_room;
    buf shown; /* JSON of the first rows */
    uint64_t rows;
    bool is_all;
} look;

static void add_row(look *l, json *j, size_t i)
{
    const measurement_batch *b = l->batch;
    size_t n;
    const characteristic *const *list = reader_characteristics(l->reader, &n);
    json_flat_object(j);
    json_member_unsigned(j, "line", reader_line(l->reader, b, i));
    json_member_text(j, "characteristic", list[b->characteristic[i]]->path);
    answer_time(j, "time", b->time[i], b->offset ? b->offset[i] : TIME_OFFSET_NONE);
    json_key(j, "value");
    if ((b->status[i] & STATUS_MASK) == STATUS_NO_VALUE)
        json_null(j);
    else if (b->status[i] & STATUS_RAW)
        json_real(j, batch_value(b, i));
    else
        json_decimal(j, b->mantissa[i], b->exponent[i], b->decimals ? b->decimals[i] : 0);
    for (int k = 0; k < CONTEXT_COUNT; k++)
        if (b->context[k] && b->context[k][i])
            json_member_text(j, context_name((context_kind)k),
                             dictionary_text(reader_dictionary(l->reader, (context_kind)k),
                                             b->context[k][i], NULL));
    json_end(j);
}

static bool count_row(look *l, size_t i)
{
    uint32_t code = l->batch->characteristic[i];
    if (code >= l->count_room) {
        size_t room = 2 * (size_t)code + 64;
        uint64_t *grown = realloc(l->counts, room * sizeof *grown);
        if (!grown)
            return false;
        memset(grown + l->count_room, 0, (room - l->count_room) * sizeof *grown);
        l->counts = grown;
        l->count_room = room;
    }
    l->counts[code]++;
    return true;
}

static assay_status read_rows(look *l, assay_err *err)
{
    json j;
    assay_status status = ASSAY_OK;
    json_init(&j, &l->shown, NULL, NULL);
    json_array(&j);
    while (l->rows < PREVIEW_ROWS && status == ASSAY_OK) {
        status = reader_next(l->reader, l->batch, err);
        l->is_all = status == ASSAY_OK && l->batch->n == 0;
        if (status != ASSAY_OK || l->is_all)
            break;
        for (size_t i = 0; i < l->batch->n && status == ASSAY_OK; i++, l->rows++) {
            if (l->rows < SHOWN_ROWS)
                add_row(l, &j, i);
            if (!count_row(l, i))
                status = assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
        }
    }
    json_end(&j);
    json_done(&j);
    return status;
}

static void write_columns(json *j, const reader *r)
{
    read_column columns[COLUMNS_MAX];
    size_t n = reader_columns(r, columns, COLUMNS_MAX);
    json_key(j, "columns");
    json_array(j);
    for (size_t i = 0; i < n; i++) {
        json_flat_object(j);
        json_member_unsigned(j, "field", columns[i].field);
        json_member_text(j, "name", columns[i].name);
        json_member_text(j, "role", columns[i].role);
        json_end(j);
    }
    json_end(j);
}

static void write_characteristics(json *j, const look *l)
{
    size_t n;
    const characteristic *const *list = reader_characteristics(l->reader, &n);
    json_key(j, "characteristics");
    json_array(j);
    for (size_t i = 0; i < n && i < SHOWN_CHARACTERISTICS; i++) {
        characteristic c = *list[i];
        const characteristic *said = reader_said(l->reader, i);
        if (said)
            (void)characteristic_complete(&c, said);
        json_flat_object(j);
        json_member_text(j, "path", c.path);
        json_member_text(j, "unit", c.unit);
        answer_quantity(j, "nominal", &c.nominal, BOUND_LIMIT);
        answer_quantity(j, "lower", &c.lower, c.lower_kind);
        answer_quantity(j, "upper", &c.upper, c.upper_kind);
        json_member_unsigned(j, "n", i < l->count_room ? l->counts[i] : 0);
        json_end(j);
    }
    json_end(j);
    json_member_unsigned(j, "characteristic_count", n);
}

typedef struct {
    json *j;
    const char *path;
} comparing;

static void write_difference(void *context, property p, const char *said, const char *own)
{
    const comparing *c = context;
    char text[400];
    snprintf(text, sizeof text, _("%s of %s: %s in the file, %s stored: what is stored stays"),
             property_words(p), c->path, said, own);
    utf8_tidy(text);
    json_text(c->j, text);
}

static void write_not_yours(const comparing *c)
{
    char text[400];
    snprintf(text, sizeof text, _("what the file says of %s beside its values is taken only from who may "
                                  "define characteristics"), c->path);
    utf8_tidy(text);
    json_text(c->j, text);
}

/* Where the file says of a characteristic what is stored otherwise, or what the asker may not say. */
static void write_differences(request *r, json *j, const staged *f, const look *l)
{
    size_t n;
    const char *under = f->settings.under;
    const characteristic *const *list = reader_characteristics(l->reader, &n);
    store *s = reader_says(l->reader) ? reader_here(r->server, NULL) : NULL;
    for (size_t i = 0; s && i < n && i < SHOWN_CHARACTERISTICS; i++) {
        stored_characteristic stored;
        buf path = BUF_INIT;
        buf_addf(&path, "%s%s%s", under, *under ? "/" : "", list[i]->path);
        catalog *c = r->server->catalog;
        uint32_t number = catalog_number(c, catalog_find(c, buf_text(&path), path.length));
        const characteristic *said = reader_said(l->reader, i);
        comparing both = {j, buf_text(&path)};
        if (said && number && gate_may(r, both.path) &&
            store_characteristic_at(s, number, &stored, NULL) == ASSAY_OK) {
            characteristic_compare(&stored.definition, said, write_difference, &both);
            if (!identity_may(&r->who, SCOPE_ENGINEER, both.path) &&
                characteristic_complete(&stored.definition, said))
                write_not_yours(&both);
        }
        buf_done(&path);
    }
}

static void write_tally(request *r, json *j, const staged *f, const look *l)
{
    reader_tally_t t;
    reader_tally(l->reader, &t);
    json_member_unsigned(j, "received", t.received);
    json_member_unsigned(j, "given", t.given);
    json_member_unsigned(j, "refused", t.refused);
    json_member_bool(j, "is_all", l->is_all);
    json_key(j, "refusals");
    json_array(j);
    for (size_t i = 0; i < t.refusal_count; i++) {
        const refusal *x = &t.refusals[i];
        json_flat_object(j);
        json_member_text(j, "reason", x->reason);
        json_member_unsigned(j, "count", x->count);
        json_member_unsigned(j, "line", x->line);
        json_member_unsigned(j, "field", x->field);
        json_member_text(j, "column", x->column);
        json_member_text(j, "found", x->found);
        json_member_text(j, "expected", _(x->expected));
        json_end(j);
    }
    json_end(j);
    json_key(j, "warnings");
    json_array(j);
    for (size_t i = 0; i < t.warning_count; i++)
        json_text(j, t.warnings[i]);
    write_differences(r, j, f, l);
    json_end(j);
}

static void write_preview(request *r, json *j, const staged *f, const look *l)
{
    buf words = BUF_INIT;
    json_key(j, "preview");
    json_object(j);
    reader_describe(l->reader, &words);
    json_member_text(j, "dialect", reader_dialect(l->reader));
    json_member_text(j, "words", buf_text(&words));
    write_columns(j, l->reader);
    write_head(j, f, reader_dialect(l->reader));
    write_characteristics(j, l);
    json_key(j, "rows");
    json_raw(j, buf_text(&l->shown));
    write_tally(r, j, f, l);
    json_end(j);
    buf_done(&words);
}

/* Of a file that cannot be read as it is set: its lines, so that one sees why. */
static void write_lines_alone(json *j, const staged *f)
{
    json_key(j, "preview");
    json_object(j);
    json_member_text(j, "dialect", f->settings.dialect);
    json_member_text(j, "words", "");
    static const char *const empty[] = {"columns", "characteristics", "rows", "refusals", "warnings"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        json_key(j, empty[i]);
        json_flat_array(j);
        json_end(j);
    }
    write_head(j, f, f->settings.dialect);
    static const char *const none[] = {"received", "given", "refused"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        json_member_unsigned(j, none[i], 0);
    json_member_bool(j, "is_all", false);
    json_end(j);
}

/* -- the answer ------------------------------------------------------------------------------------------ */

static void write_settings(json *j, const staged_settings *s)
{
    json_key(j, "settings");
    json_object(j);
#define X(name) json_member_text(j, #name, s->name);
    STAGED_SETTINGS(X)
#undef X
    json_member_bool(j, "wide", s->wide);
    json_end(j);
}

static void write_state(request *r, json *j, staged *f)
{
    staging *g = r->server->staging;
    staging_lock(g);
    json_member_text(j, "state", staged_state_name(f->state));
    json_key(j, "progress");
    json_flat_object(j);
    json_member_unsigned(j, "at", f->at);
    json_member_unsigned(j, "rows", f->rows);
    json_member_unsigned(j, "stored", f->stored);
    json_member_unsigned(j, "duplicates", f->duplicates);
    json_member_unsigned(j, "conflicts", f->conflicts);
    json_member_unsigned(j, "refused", f->refused);
    json_end(j);
    json_key(j, "brought");
    json_array(j);
    for (size_t i = 0; i < f->number_count && f->state == STAGED_DONE; i++) {
        const catalog *c = r->server->catalog;
        json_flat_object(j);
        json_member_unsigned(j, "number", f->numbers[i]);
        json_member_text(j, "path", catalog_path(c, catalog_of_number(c, f->numbers[i])));
        json_end(j);
    }
    json_end(j);
    staging_unlock(g);
}

static assay_status open_look(look *l, const staged *f, assay_err *err)
{
    read_options options;
    staged_options(&f->settings, &options);
    assay_status status = reader_open(f->path, &options, &l->reader, err);
    if (status == ASSAY_OK)
        status = batch_new(BATCH_ROWS, reader_contexts(l->reader), &l->batch, err);
    return status == ASSAY_OK ? read_rows(l, err) : status;
}

/* The reader names the file where it lies; people know it by its name. */
static const char *said_of(const staged *f, const assay_err *err)
{
    const char *at = strstr(err->message, f->path);
    return at ? at + strlen(f->path) + strspn(at + strlen(f->path), ": ") : err->message;
}

static void answer(request *r, unsigned status, staged *f, bool with_preview)
{
    assay_err err = {0};
    look l = {.shown = BUF_INIT};
    assay_status found = with_preview ? open_look(&l, f, &err) : ASSAY_OK;
    json *j = reply_json(r, status);
    json_object(j);
    json_member_text(j, "id", f->id);
    json_member_text(j, "name", f->name);
    json_member_unsigned(j, "bytes", f->bytes);
    write_settings(j, &f->settings);
    write_state(r, j, f);
    staging_lock(r->server->staging);
    const char *trouble = found != ASSAY_OK ? said_of(f, &err) : *f->trouble ? f->trouble : NULL;
    json_member_text(j, "trouble", trouble);
    staging_unlock(r->server->staging);
    json_member_text(j, "hint", found != ASSAY_OK && *err.hint ? err.hint : NULL);
    if (with_preview && found == ASSAY_OK)
        write_preview(r, j, f, &l);
    else if (with_preview)
        write_lines_alone(j, f);
    json_end(j);
    reply_end(r, j);
    reader_close(l.reader);
    batch_free(l.batch);
    free(l.counts);
    buf_done(&l.shown);
}

static bool is_waiting(request *r, const staged *f)
{
    staging_lock(r->server->staging);
    bool is_free = f->state == STAGED_WAITING || f->state == STAGED_FAILED;
    staging_unlock(r->server->staging);
    return is_free;
}

/* -- handlers --------------------------------------------------------------------------------------------- */

void api_import_make(request *r)
{
    staged *f = staged_keep(r);
    if (!f)
        return;
    answer(r, 201, f, true);
    staged_release(r->server->staging, f);
}

void api_import_show(request *r)
{
    staged *f = staged_find(r);
    if (!f)
        return;
    answer(r, 200, f, is_waiting(r, f));
    staged_release(r->server->staging, f);
}

static bool take_setting(request *r, const char *name, char *place)
{
    const char *text = body_text(r, name, false);
    if (text && strlen(text) >= STAGED_TEXT)
        body_fault(r, name, "%s has more than %d bytes", name, STAGED_TEXT - 1);
    else if (text)
        snprintf(place, STAGED_TEXT, "%s", text);
    return body_is_fine(r);
}

static bool is_source(const char *name)
{
    size_t n = strlen(name);
    return n > 0 && n < 64 &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

static bool take_settings(request *r, staged_settings *s)
{
#define X(name) #name " "
    if (!body_read(r, STAGED_SETTINGS(X) "wide"))
        return false;
#undef X
    bool is_fine = true;
#define X(name) is_fine = is_fine && take_setting(r, #name, s->name);
    STAGED_SETTINGS(X)
#undef X
    body_flag(r, "wide", &s->wide);
    if (is_fine && !is_source(s->source))
        body_fault(r, "source", "source has 1 to 63 of letters, digits, . _ -");
    return body_is_fine(r);
}

void api_import_set(request *r)
{
    staged *f = staged_find(r);
    if (!f)
        return;
    staged_settings wished = f->settings;
    if (!is_waiting(r, f))
        reply_problem(r, 409, NULL, _("this file is imported already"), NULL);
    else if (take_settings(r, &wished)) {
        staging_lock(r->server->staging);
        f->settings = wished;
        staging_unlock(r->server->staging);
        answer(r, 200, f, true);
    }
    staged_release(r->server->staging, f);
}

void api_import_commit(request *r)
{
    assay_err err;
    staged *f = staged_find(r);
    if (!f)
        return;
    f->who = r->who;
    if (staged_import(r->server, f, &err) == ASSAY_OK)
        answer(r, 202, f, false);
    else
        reply_error(r, &err);
    staged_release(r->server->staging, f);
}

void api_import_drop(request *r)
{
    staged *f = staged_find(r);
    if (!f)
        return;
    if (staged_drop(r->server->staging, f))
        reply_none(r, 204);
    else
        reply_problem(r, 409, NULL, _("the file is being imported"), _("wait until it is done"));
    staged_release(r->server->staging, f);
}
