/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An incremental update (ISO 32000-1, 7.5.6): three objects behind the end of the file, the
 * catalogue anew, and a table that points back to the first one. */
#include "report/attach.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    unsigned long root, info, size, xref;
    bool has_info;
} trailer;

static assay_status odd(assay_err *err)
{
    return assay_fail(err, ASSAY_UNSUPPORTED, 0, "the PDF is not of the form cairo writes");
}

/* The number behind the last `key` of the file. */
static bool last_number(const buf *pdf, const char *key, unsigned long *out)
{
    size_t n = strlen(key);
    for (size_t i = pdf->length; i-- > 0;)
        if (pdf->length - i > n && memcmp(pdf->data + i, key, n) == 0) {
            *out = strtoul(pdf->data + i + n, NULL, 10);
            return true;
        }
    return false;
}

static bool read_trailer(const buf *pdf, trailer *out)
{
    trailer t;
    bool is_table = last_number(pdf, "startxref", &t.xref) && t.xref + 4 < pdf->length &&
                    memcmp(pdf->data + t.xref, "xref", 4) == 0;
    t.has_info = is_table && last_number(pdf, "/Info ", &t.info);
    *out = t;
    return is_table && last_number(pdf, "/Root ", &out->root) &&
           last_number(pdf, "/Size ", &out->size);
}

/* What stands between << and the last >> of an object. */
static bool object_body(const buf *pdf, unsigned long number, const char **from, size_t *length)
{
    char head[40];
    snprintf(head, sizeof head, "\n%lu 0 obj", number);
    const char *at = memmem(pdf->data, pdf->length, head, strlen(head));
    const char *end = at ? memmem(at, pdf->length - (size_t)(at - pdf->data), "endobj", 6) : NULL;
    const char *open = end ? memmem(at, (size_t)(end - at), "<<", 2) : NULL;
    const char *close = open ? end - 1 : NULL;
    while (close && close > open && (close[0] != '>' || close[-1] != '>'))
        close--;
    if (!close || close - 1 <= open + 2)
        return false;
    *from = open + 2;
    *length = (size_t)(close - 1 - *from);
    return true;
}

static size_t begin_object(buf *out, size_t base, unsigned long number)
{
    size_t at = base + out->length;
    buf_addf(out, "%lu 0 obj\n", number);
    return at;
}

assay_status pdf_attach(buf *pdf, const char *name, const char *type, const void *bytes,
                        size_t length, assay_err *err)
{
    trailer t;
    const char *catalog;
    size_t catalog_length, at[3];
    buf out = BUF_INIT;
    if (!read_trailer(pdf, &t) || !object_body(pdf, t.root, &catalog, &catalog_length))
        return odd(err);
    unsigned long file = t.size, spec = t.size + 1;
    buf_add_char(&out, '\n');
    at[0] = begin_object(&out, pdf->length, t.root);
    buf_add_text(&out, "<<");
    buf_add(&out, catalog, catalog_length);
    buf_addf(&out,
             " /Names << /EmbeddedFiles << /Names [(%s) %lu 0 R] >> >> /AF [%lu 0 R] >>\n"
             "endobj\n",
             name, spec, spec);
    at[1] = begin_object(&out, pdf->length, file);
    buf_add_text(&out, "<< /Type /EmbeddedFile /Subtype /");
    for (const char *p = type; *p; p++)
        if (*p == '/')
            buf_add_text(&out, "#2F");
        else
            buf_add_char(&out, *p);
    buf_addf(&out, " /Length %zu /Params << /Size %zu >> >>\nstream\n", length, length);
    buf_add(&out, bytes, length);
    buf_add_text(&out, "\nendstream\nendobj\n");
    at[2] = begin_object(&out, pdf->length, spec);
    buf_addf(&out,
             "<< /Type /Filespec /F (%s) /UF (%s) /AFRelationship /Data /EF << /F %lu 0 R "
             "/UF %lu 0 R >> >>\nendobj\n",
             name, name, file, file);
    size_t xref = pdf->length + out.length;
    buf_addf(&out, "xref\n%lu 1\n%010zu 00000 n \n%lu 2\n%010zu 00000 n \n%010zu 00000 n \n",
             t.root, at[0], file, at[1], at[2]);
    buf_addf(&out, "trailer\n<< /Size %lu /Root %lu 0 R", spec + 1, t.root);
    if (t.has_info)
        buf_addf(&out, " /Info %lu 0 R", t.info);
    buf_addf(&out, " /Prev %lu >>\nstartxref\n%zu\n%%%%EOF\n", t.xref, xref);
    buf_add(pdf, buf_text(&out), out.length);
    bool failed = out.failed || pdf->failed;
    buf_done(&out);
    return failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a PDF") : ASSAY_OK;
}
