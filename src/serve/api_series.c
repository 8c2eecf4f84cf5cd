/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The measurements of a characteristic, all of them or drawn together to so many columns of a
 * picture: least and greatest value of each, so that no extreme is ever lost. */
#include "serve/columns.h"
#include "serve/figures.h"
#include "serve/reply.h"
#include "serve/staged.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 10000, PAGE_MOST = 100000, BINARY_MOST = 4 << 20, PIXELS_MOST = 8192 };
/* From so many rows a column of the picture on, summaries are asked instead of rows. */
enum { SUMMARY_FROM = 1 << 16 };

typedef struct {
    stored_characteristic characteristic;
    store *store;
    store_range range;
    uint64_t total; /* rows in the range */
    const char *format;
    grid table;
} drawing;

static void set_value(grid *t, int at, const measurement_batch *b, size_t i)
{
    if ((b->status[i] & STATUS_MASK) == STATUS_NO_VALUE)
        grid_set_decimal(t, at, 0, COLUMNS_NONE, 0);
    else if (b->status[i] & STATUS_RAW)
        grid_set_decimal(t, at, b->mantissa[i], COLUMNS_REAL, 0);
    else
        grid_set_decimal(t, at, b->mantissa[i], b->exponent[i],
                          b->decimals ? b->decimals[i] : 0);
}

/* -- rows ---------------------------------------------------------------------------------------- */

static bool begin_rows(grid *t, uint64_t room)
{
    return grid_begin(t, room) && grid_column(t, "time", COLUMN_TIME) &&
           grid_column(t, "value", COLUMN_DECIMAL) && grid_column(t, "status", COLUMN_COUNT);
}

static void take_row(drawing *d, const measurement_batch *b, size_t i)
{
    grid *t = &d->table;
    grid_set(t, 0, b->time[i]);
    set_value(t, 1, b, i);
    grid_set(t, 2, b->status[i] & STATUS_MASK);
    t->rows++;
}

/* Rows skip .. skip + wanted - 1 go into the table; where it is full, `pour` makes it empty again. */
typedef assay_status pour_rows(drawing *d, void *context, assay_err *err);
static assay_status read_rows(drawing *d, uint64_t skip, uint64_t wanted, pour_rows *pour,
                              void *context, assay_err *err)
{
    cursor *c = NULL;
    measurement_batch b = {0};
    d->range.all_status = true;
    assay_status status = cursor_open(d->store, d->characteristic.number, &d->range, &c, err);
    while (status == ASSAY_OK && wanted > 0) {
        status = cursor_next(c, &b, err);
        if (status != ASSAY_OK || b.n == 0)
            break;
        size_t from = skip < b.n ? (size_t)skip : b.n;
        skip -= from;
        for (size_t i = from; i < b.n && wanted > 0 && status == ASSAY_OK; i++, wanted--) {
            take_row(d, &b, i);
            if (d->table.rows == d->table.room && pour)
                status = pour(d, context, err);
        }
    }
    cursor_close(c);
    return status;
}

static bool make_rows(request *r, drawing *d, uint64_t skip, uint64_t wanted, uint64_t *next)
{
    assay_err err;
    grid *t = &d->table;
    assay_status status = !begin_rows(t, wanted) ? assay_fail(&err, ASSAY_MEMORY, 0, "out of memory")
                          : wanted               ? read_rows(d, skip, wanted, NULL, NULL, &err)
                                                 : ASSAY_OK;
    *next = d->total > skip + t->rows && t->rows ? skip + t->rows : 0;
    if (status != ASSAY_OK)
        reply_error(r, &err);
    return status == ASSAY_OK;
}

/* -- more rows than a page, as CSV: by way of a file, in the memory of one page ------------------- */

typedef struct {
    FILE *file;
    bool has_names;
} csv_file;

static assay_status pour_csv(drawing *d, void *context, assay_err *err)
{
    csv_file *f = context;
    buf text = BUF_INIT;
    grid_csv(&d->table, !f->has_names, &text);
    bool is_fine = !text.failed && fwrite(text.data, 1, text.length, f->file) == text.length;
    buf_done(&text);
    d->table.rows = 0;
    f->has_names = true;
    return is_fine ? ASSAY_OK
                   : assay_fail(err, ASSAY_FULL, 0, "the rows do not fit on the server's disk");
}

static assay_status write_csv(drawing *d, uint64_t skip, uint64_t wanted, FILE *to, assay_err *err)
{
    csv_file f = {.file = to};
    if (!begin_rows(&d->table, PAGE))
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    assay_status status = read_rows(d, skip, wanted, pour_csv, &f, err);
    if (status == ASSAY_OK && d->table.rows > 0)
        status = pour_csv(d, &f, err);
    if (status == ASSAY_OK && fflush(to) != 0)
        status = assay_fail(err, ASSAY_FULL, 0, "the rows do not fit on the server's disk");
    return status;
}

/* The file has no name any more: it goes when it is sent. */
static FILE *open_nameless(request *r)
{
    char path[4200];
    staging_room(r->server->staging, path, sizeof path);
    FILE *f = fopen(path, "w+e");
    if (f)
        unlink(path);
    return f;
}

static void answer_csv_file(request *r, FILE *f)
{
    long size = ftell(f);
    int own = fcntl(fileno(f), F_DUPFD_CLOEXEC, 0);
    r->reply.ready = size >= 0 && own >= 0 ? MHD_create_response_from_fd64((uint64_t)size, own) : NULL;
    if (!r->reply.ready) {
        if (own >= 0)
            close(own);
        reply_problem(r, 503, NULL, "the rows cannot be sent", NULL);
        return;
    }
    r->reply.status = 200;
    reply_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "text/csv; charset=utf-8");
    reply_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    reply_header(r, "X-Content-Type-Options", "nosniff");
}

static void answer_many(request *r, drawing *d, uint64_t skip, uint64_t wanted)
{
    assay_err err;
    FILE *f = open_nameless(r);
    assay_status status = f ? write_csv(d, skip, wanted, f, &err)
                            : assay_fail(&err, ASSAY_IO, 0, "no room to write the rows to");
    if (status == ASSAY_OK)
        answer_csv_file(r, f);
    else
        reply_error(r, &err);
    if (f)
        fclose(f);
}

/* -- columns of a picture ------------------------------------------------------------------------ */

typedef struct {
    int64_t first, last; /* times */
    uint64_t n;
    int64_t low, high;
    int low_exponent, high_exponent, decimals;
    double low_value, high_value;
} pixel;

static void pixel_take(pixel *p, const measurement_batch *b, size_t i)
{
    double x = batch_value(b, i);
    int exponent = b->status[i] & STATUS_RAW ? COLUMNS_REAL : b->exponent[i];
    if (p->n == 0)
        p->first = b->time[i];
    p->last = b->time[i];
    if (b->decimals && b->decimals[i] > p->decimals)
        p->decimals = b->decimals[i];
    if (p->n == 0 || x < p->low_value) {
        p->low_value = x;
        p->low = b->mantissa[i];
        p->low_exponent = exponent;
    }
    if (p->n == 0 || x > p->high_value) {
        p->high_value = x;
        p->high = b->mantissa[i];
        p->high_exponent = exponent;
    }
    p->n++;
}

static void pixel_end(grid *t, pixel *p)
{
    if (p->n == 0 || t->rows == t->room)
        return;
    grid_set(t, 0, p->first);
    grid_set(t, 1, p->last);
    grid_set(t, 2, (int64_t)p->n);
    grid_set_decimal(t, 3, p->low, p->low_exponent, p->decimals);
    grid_set_decimal(t, 4, p->high, p->high_exponent, p->decimals);
    t->rows++;
    *p = (pixel){0};
}

/* Column k holds the rows from k total / pixels on: equal shares in order of production. */
static assay_status pixels_from_rows(drawing *d, uint64_t pixels, assay_err *err)
{
    cursor *c = NULL;
    measurement_batch b = {0};
    pixel p = {0};
    uint64_t row = 0, end = 0, k = 0;
    assay_status status = cursor_open(d->store, d->characteristic.number, &d->range, &c, err);
    while (status == ASSAY_OK) {
        status = cursor_next(c, &b, err);
        if (status != ASSAY_OK || b.n == 0)
            break;
        for (size_t i = 0; i < b.n; i++, row++) {
            if (row >= end) {
                pixel_end(&d->table, &p);
                end = (uint64_t)((unsigned __int128)d->total * ++k / pixels);
                end = end > row ? end : row + 1;
            }
            pixel_take(&p, &b, i);
        }
    }
    pixel_end(&d->table, &p);
    cursor_close(c);
    return status;
}

/* Column k holds an equal share of the time; chunks that lie within one are not unpacked. */
static assay_status pixels_from_summaries(drawing *d, const store_summary *all, uint64_t pixels,
                                          assay_err *err)
{
    __int128 span = (__int128)all->last_time - all->first_time + 1;
    for (uint64_t k = 0; k < pixels; k++) {
        store_range part = d->range;
        store_summary s;
        part.from = (int64_t)(all->first_time + span * (int64_t)k / (int64_t)pixels);
        part.to = (int64_t)(all->first_time + span * (int64_t)(k + 1) / (int64_t)pixels);
        assay_status status = store_summarise(d->store, d->characteristic.number, &part, &s, err);
        if (status != ASSAY_OK)
            return status;
        pixel p = {s.first_time, s.last_time, s.n, s.min, s.max, s.exponent, s.exponent,
                   s.exponent < 0 ? -s.exponent : 0, 0, 0};
        pixel_end(&d->table, &p);
    }
    return ASSAY_OK;
}

static bool make_pixels(request *r, drawing *d, const store_summary *all, uint64_t pixels)
{
    assay_err err;
    grid *t = &d->table;
    bool has_room = grid_begin(t, pixels) && grid_column(t, "from", COLUMN_TIME) &&
                    grid_column(t, "to", COLUMN_TIME) && grid_column(t, "n", COLUMN_COUNT) &&
                    grid_column(t, "min", COLUMN_DECIMAL) &&
                    grid_column(t, "max", COLUMN_DECIMAL);
    bool is_large = d->total / pixels >= SUMMARY_FROM && all->first_time != TIME_NONE &&
                    all->raw == 0;
    d->total = all->n + all->raw;
    assay_status status = !has_room  ? assay_fail(&err, ASSAY_MEMORY, 0, "out of memory")
                          : is_large ? pixels_from_summaries(d, all, pixels, &err)
                                     : pixels_from_rows(d, pixels, &err);
    if (status != ASSAY_OK)
        reply_error(r, &err);
    return status == ASSAY_OK;
}

/* -- the answer ---------------------------------------------------------------------------------- */

static void answer_json(request *r, const drawing *d, uint64_t next)
{
    char cursor_text_room[24];
    json *j = reply_json(r, 200);
    json_object(j);
    json_member_text(j, "characteristic", d->characteristic.definition.path);
    json_member_text(j, "unit", d->characteristic.definition.unit);
    json_member_unsigned(j, "total", d->total);
    grid_json(&d->table, j);
    decimal_format((int64_t)next, 0, 0, cursor_text_room, 24);
    json_member_text(j, "next", next ? cursor_text_room : NULL);
    json_end(j);
    reply_end(r, j);
}

static void answer(request *r, const drawing *d, uint64_t next)
{
    buf out = BUF_INIT;
    if (strcmp(d->format, "json") == 0) {
        answer_json(r, d, next);
        return;
    }
    bool is_csv = strcmp(d->format, "csv") == 0;
    if (is_csv)
        grid_csv(&d->table, true, &out);
    else
        grid_binary(&d->table, &out);
    reply_bytes(r, 200, is_csv ? "text/csv; charset=utf-8" : "application/vnd.assay.columns", &out);
}

static bool take_format(request *r, drawing *d)
{
    d->format = request_query(r, "format");
    if (!d->format)
        d->format = request_accepts(r, "Accept", "application/vnd.assay.columns") ? "binary"
                    : request_accepts(r, "Accept", "text/csv")                    ? "csv"
                                                                                  : "json";
    if (strcmp(d->format, "json") == 0 || strcmp(d->format, "csv") == 0 ||
        strcmp(d->format, "binary") == 0)
        return true;
    reply_bad_query(r, "format", d->format, "json, csv or binary");
    return false;
}

static uint64_t rows_of(const store_summary *s)
{
    return s->n + s->raw + s->marked + s->no_value + s->bad + s->excluded + s->conflicts;
}

/* Rows skip .. skip + *wanted - 1 of those that are there. CSV may be as long as it is. */
static bool take_page(request *r, const drawing *d, uint64_t *skip, uint64_t *wanted)
{
    bool is_binary = strcmp(d->format, "binary") == 0, is_csv = strcmp(d->format, "csv") == 0;
    *skip = 0;
    *wanted = is_binary ? BINARY_MOST : PAGE;
    if (!request_count(r, "limit", 1, is_csv ? UINT64_MAX : is_binary ? BINARY_MOST : PAGE_MOST, wanted) ||
        !request_count(r, "cursor", 0, UINT64_MAX, skip))
        return false;
    uint64_t left = d->total > *skip ? d->total - *skip : 0;
    *wanted = *wanted < left ? *wanted : left;
    return true;
}

static void answer_page(request *r, drawing *d)
{
    uint64_t skip, wanted, next = 0;
    if (!take_page(r, d, &skip, &wanted))
        return;
    if (wanted > (strcmp(d->format, "binary") == 0 ? BINARY_MOST : PAGE_MOST))
        answer_many(r, d, skip, wanted);
    else if (make_rows(r, d, skip, wanted, &next))
        answer(r, d, next);
}

void api_series(request *r)
{
    assay_err err;
    drawing d = {0};
    store_summary all;
    uint64_t pixels = 0;
    if (!characteristic_find(r, request_part(r, 0), &d.store, &d.characteristic) ||
        !range_take(r, &d.range) || !take_format(r, &d) ||
        !request_count(r, "columns", 1, PIXELS_MOST, &pixels))
        return;
    d.range.all_status = false;
    if (store_summarise(d.store, d.characteristic.number, &d.range, &all, &err) != ASSAY_OK) {
        reply_error(r, &err);
        return;
    }
    d.total = rows_of(&all);
    if (!pixels)
        answer_page(r, &d);
    else if (make_pixels(r, &d, &all, pixels))
        answer(r, &d, 0);
    grid_done(&d.table);
}
