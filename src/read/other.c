/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are no measurements, told by their first bytes: pictures, programs, archives. */
#include "read/reader_priv.h"

#include <string.h>

#define XLSX "an Excel workbook"

static const struct {
    const char *bytes;
    size_t length;
    const char *what;
} signs[] = {
    {"\x89PNG\r\n", 6, "a PNG image"},    {"\xFF\xD8\xFF", 3, "a JPEG image"},
    {"GIF8", 4, "a GIF image"},            {"\x7F" "ELF", 4, "a program"},
    {"%PDF-", 5, "a PDF document"},        {"\xD0\xCF\x11\xE0\xA1\xB1", 6, XLSX},
    {"PK\x03\x04", 4, "a ZIP archive"},    {"\x1F\x8B", 2, "a gzip archive"},
    {"\xFD" "7zXZ", 5, "an XZ archive"},    {"\x28\xB5\x2F\xFD", 4, "a Zstandard archive"},
};

static const char *sign_find(const source *in)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (in->head_length < signs[i].length ||
            memcmp(in->head, signs[i].bytes, signs[i].length) != 0)
            continue;
        bool is_zip = signs[i].bytes[0] == 'P';
        return is_zip && memmem(in->head, in->head_length, "xl/", 3) ? XLSX : signs[i].what;
    }
    return NULL;
}

assay_status source_refuse_other(const source *in, assay_err *err)
{
    if (in->head_length == 0 && in->head_is_all)
        return assay_fail(err, ASSAY_FORMAT, 0, "%s is empty", in->name);
    const char *what = sign_find(in);
    if (!what)
        return ASSAY_OK;
    assay_fail(err, ASSAY_FORMAT, 0, "%s looks like %s, not measurements", in->name, what);
    if (strcmp(what, XLSX) == 0)
        assay_hint(err, "save the sheet as CSV UTF-8");
    else if (strstr(what, "archive"))
        assay_hint(err, "unpack it first");
    return ASSAY_FORMAT;
}
