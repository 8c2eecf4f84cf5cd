/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurements to ISO/TR 11462-5 (AQDEF) files: .dfq, or .dfd with .dfx.
 *
 *     aqdef_write_begin("out.dfq", list, n, &options, &w, &err);
 *     aqdef_write_rows(w, batch, dictionaries, &err);      as often as there are rows
 *     aqdef_write_end(w, &err);
 *
 * The file appears under its name only when it is whole: it is written beside it, synced and
 * renamed, because consumers watch folders. A path that ends in .dfd puts the values into the
 * .dfx beside it; "-" is standard output.
 *
 * Rows. In records mode, rows whose characteristics follow each other in the order of the file
 * (by part, then as listed) make one record; the first that does not begins the next. So rows
 * sorted by time and then by characteristic give one line per part measured, and rows of one
 * characteristic after another give one line per value: the same model either way.
 *
 * What comes back. Reading the file gives the same characteristics, free fields and rows, except
 * that times are whole seconds, a status that is neither valid nor without value comes back as
 * marked, and contexts the format does not know (station, stage, part, group) stay behind.
 * The handle owns all memory; the arguments are needed only during the calls, the
 * characteristics until aqdef_write_begin has returned.
 */
#ifndef READ_WRITE_H
#define READ_WRITE_H

#include "model/characteristic.h"
#include "model/measurement.h"

typedef enum {
    AQDEF_RECORDS, /* one line per record, fields divided by DC4 and SI */
    AQDEF_FIELDS,  /* one line per key of a value */
} aqdef_mode;

typedef struct {
    aqdef_mode mode;
    const char *zone; /* of the wall times; NULL: the offset of each row, UTC where it has none */
    bool is_cp1252;   /* UTF-8 otherwise; what the code page lacks becomes '?' */
} aqdef_write_options;

typedef struct aqdef_writer aqdef_writer;

/* Writes the header. Errors: ASSAY_SHAPE for more than 65535 characteristics, ASSAY_IO,
 * ASSAY_FULL, ASSAY_NOT_FOUND for a zone that is not known, ASSAY_MEMORY. */
ASSAY_MUST_USE assay_status aqdef_write_begin(const char *path, const characteristic *const *list,
                                              size_t n, const aqdef_write_options *options,
                                              aqdef_writer **out, assay_err *err);
/* `characteristic` of a row is its place in `list`; dictionaries[kind] may be NULL where the
 * batch has no such column. ASSAY_DOMAIN for a place outside the list. */
ASSAY_MUST_USE assay_status aqdef_write_rows(aqdef_writer *w, const measurement_batch *rows,
                                             const dictionary *const dictionaries[CONTEXT_COUNT],
                                             assay_err *err);
/* Last record, sync, rename. Frees the handle whatever comes out; on failure nothing appears. */
ASSAY_MUST_USE assay_status aqdef_write_end(aqdef_writer *w, assay_err *err);
/* Give up: nothing appears. Accepts NULL. */
void aqdef_write_abort(aqdef_writer *w);

#endif
