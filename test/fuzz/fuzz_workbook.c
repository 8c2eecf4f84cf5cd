/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurements in a workbook. The first byte chooses: the bytes of a file, or its parts' XML, each
 * ended by a NUL, put into a zip that is whole: its checksums would keep the fuzzer from everything
 * behind it. */
#include "../unit/read/workbook_made.h"
#include "fuzz_reader.h"

static void read_file(const void *bytes, size_t size)
{
    const read_options options = {.threads = 1};
    source in = fuzz_source("x.xlsx", bytes, size);
    reader *r;
    assay_err err = {0};
    assay_status status = xlsx_reader_open(&in, &options, &r, &err);
    HOLDS(status == ASSAY_OK || *err.message);
    if (status == ASSAY_OK)
        fuzz_drain(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { PARTS = 5 };
    static const char *const names[PARTS] = {"xl/worksheets/sheet1.xml", "xl/workbook.xml",
                                             "xl/styles.xml", "xl/sharedStrings.xml",
                                             "xl/_rels/workbook.xml.rels"};
    workbook_part parts[PARTS];
    size_t n = 0, length = 0;
    if (size < 2)
        return 0;
    if (data[0] & 1) {
        read_file(data + 1, size - 1);
        return 0;
    }
    const char *at = (const char *)data + 1, *end = (const char *)data + size;
    for (; n < PARTS && at < end; n++) {
        size_t part = strnlen(at, (size_t)(end - at));
        parts[n] = (workbook_part){names[n], at, part};
        at += part + 1;
    }
    void *bytes = workbook_make(parts, n, &length);
    if (bytes)
        read_file(bytes, length);
    free(bytes);
    return 0;
}
