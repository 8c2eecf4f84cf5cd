/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are no measurements, told by their first bytes: pictures, programs, archives. */
#include "read/reader_priv.h"

#include "base/i18n.h"
#include "read/workbook.h"

#include <string.h>

#define SHEET N_("a workbook of another form than .xlsx")
#define OFFICE N_("an Office document of the old form, or one with a password")

static const struct {
    const char *bytes;
    size_t length;
    const char *what;
} signs[] = {
    {"\x89PNG\r\n", 6, N_("a PNG image")},
    {"\xFF\xD8\xFF", 3, N_("a JPEG image")},
    {"GIF8", 4, N_("a GIF image")},
    {"\x7F"
     "ELF",
     4, N_("a program")},
    {"%PDF-", 5, N_("a PDF document")},
    {"\xD0\xCF\x11\xE0\xA1\xB1", 6, OFFICE},
    {"PK\x03\x04", 4, N_("a ZIP archive")},
    {"\x1F\x8B", 2, N_("a gzip archive")},
    {"\xFD"
     "7zXZ",
     5, N_("an XZ archive")},
    {"\x28\xB5\x2F\xFD", 4, N_("a Zstandard archive")},
};

const char *read_sign(const char *head, size_t n)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (n < signs[i].length || memcmp(head, signs[i].bytes, signs[i].length) != 0)
            continue;
        bool is_zip = signs[i].bytes[0] == 'P';
        return is_zip && memmem(head, n, "opendocument.spreadsheet", 24) ? SHEET
               : is_zip && memmem(head, n, "xl/workbook.bin", 15)        ? SHEET
                                                                           : signs[i].what;
    }
    return NULL;
}

assay_status source_refuse_other(const source *in, assay_err *err)
{
    if (in->head_length == 0 && in->head_is_all)
        return assay_fail(err, ASSAY_FORMAT, 0, _("%s is empty"), in->name);
    const char *what = read_sign(in->head, in->head_length);
    if (!what || looks_like_workbook(in->head, in->head_length))
        return ASSAY_OK;
    assay_fail(err, ASSAY_FORMAT, 0, _("%s looks like %s, not measurements"), in->name, _(what));
    if (strcmp(what, OFFICE) == 0 || strcmp(what, SHEET) == 0)
        assay_hint(err, _("save it as .xlsx without a password, or as CSV UTF-8"));
    else if (strstr(what, "archive"))
        assay_hint(err, _("unpack it first"));
    return ASSAY_FORMAT;
}
