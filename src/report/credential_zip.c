/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ZIP files in memory, through libzip. */
#include "report/credential_zip.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

enum { MEMBERS_MAX = 64, MEMBER_MAX = 16 << 20, TOTAL_MAX = 64 << 20 };

/* `e`: what libzip says; NULL: memory ended on our side. */
static assay_status fault(const char *what, const zip_error_t *e, assay_err *err)
{
    if (!e || zip_error_code_zip(e) == ZIP_ER_MEMORY)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a ZIP");
    return assay_fail(err, ASSAY_FORMAT, 0, "the ZIP cannot be %s", what);
}

/* -- writing ------------------------------------------------------------------------------- */

static assay_status add_all(zip_t *z, const zip_member *members, size_t count, assay_err *err)
{
    for (size_t i = 0; i < count; i++) {
        const buf *b = members[i].bytes;
        zip_source_t *source = zip_source_buffer(z, buf_text(b), b->length, 0);
        zip_int64_t at = source ? zip_file_add(z, members[i].name, source, ZIP_FL_ENC_UTF_8) : -1;
        if (at < 0) {
            zip_source_free(source);
            return fault("written", zip_get_error(z), err);
        }
        zip_file_set_mtime(z, (zip_uint64_t)at, 315532800, 0); /* 1980: the same bytes each time */
    }
    return ASSAY_OK;
}

static assay_status take(zip_source_t *source, buf *out, assay_err *err)
{
    char piece[8192];
    zip_int64_t n = -1;
    if (zip_source_open(source) != 0)
        return fault("written", zip_source_error(source), err);
    while ((n = zip_source_read(source, piece, sizeof piece)) > 0)
        buf_add(out, piece, (size_t)n);
    zip_source_close(source);
    return n < 0 || out->failed ? fault("written", out->failed ? NULL : zip_source_error(source), err) : ASSAY_OK;
}

assay_status credential_zip_write(const zip_member *members, size_t count, buf *out, assay_err *err)
{
    zip_error_t e;
    zip_error_init(&e);
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &e);
    zip_t *z = source ? zip_open_from_source(source, ZIP_TRUNCATE, &e) : NULL;
    if (!z) {
        zip_source_free(source);
        return fault("written", &e, err);
    }
    zip_source_keep(source);
    assay_status status = add_all(z, members, count, err);
    if (status)
        zip_discard(z);
    else if (zip_close(z) != 0) {
        status = fault("written", zip_get_error(z), err);
        zip_discard(z);
    }
    if (!status)
        status = take(source, out, err);
    zip_source_free(source);
    return status;
}

bool credential_zip_is(const buf *file)
{
    return file->length > 4 && memcmp(file->data, "PK\3\4", 4) == 0;
}

/* -- reading ------------------------------------------------------------------------------- */

static assay_status read_member(zip_t *z, zip_uint64_t i, size_t *total, buf *out,
                                const char **name, assay_err *err)
{
    zip_stat_t stat;
    char piece[8192];
    zip_int64_t n = -1;
    if (zip_stat_index(z, i, 0, &stat) != 0)
        return fault("read", zip_get_error(z), err);
    *name = stat.name;
    zip_file_t *f = zip_fopen_index(z, i, 0);
    if (!f)
        return fault("read", zip_get_error(z), err);
    while (*total <= TOTAL_MAX && out->length <= MEMBER_MAX &&
           (n = zip_fread(f, piece, sizeof piece)) > 0) {
        buf_add(out, piece, (size_t)n);
        *total += (size_t)n;
    }
    assay_status status = out->failed ? fault("read", NULL, err)
                          : n < 0     ? fault("read", zip_file_get_error(f), err)
                          : n > 0 ? assay_fail(err, ASSAY_LIMIT, 0, "the ZIP unpacks to more than is read")
                                  : ASSAY_OK;
    zip_fclose(f);
    return status;
}

assay_status credential_zip_read(const buf *bytes, zip_visitor *visit, void *context,
                                 assay_err *err)
{
    zip_error_t e;
    size_t total = 0;
    assay_status status = ASSAY_OK;
    zip_error_init(&e);
    zip_source_t *source = zip_source_buffer_create(bytes->data, bytes->length, 0, &e);
    zip_t *z = source ? zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &e) : NULL;
    if (!z) {
        zip_source_free(source);
        return fault("read", &e, err);
    }
    zip_int64_t n = zip_get_num_entries(z, 0);
    if (n > MEMBERS_MAX)
        status = assay_fail(err, ASSAY_LIMIT, 0, "a ZIP of more than %d files", MEMBERS_MAX);
    for (zip_int64_t i = 0; i < n && !status; i++) {
        buf member = BUF_INIT;
        const char *name = NULL;
        status = read_member(z, (zip_uint64_t)i, &total, &member, &name, err);
        if (!status && !visit(name, &member, context))
            i = n;
        buf_done(&member);
    }
    zip_discard(z);
    return status;
}
