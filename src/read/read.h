/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From bytes to measurements: the one door of the readers.
 *
 * A reader opens a file or standard input ("-"), guesses what it is unless told, and hands out
 * batches in file order. A bad row costs only itself: it is counted by reason, the first of each
 * reason is kept with line, field, what was found and what was expected, and reading goes on
 * (with `strict` it stops). At the end
 *     rows read = measurements given out + refused,
 * reader_tally tells all of them. Memory is bounded whatever the size of the file.
 */
#ifndef READ_READ_H
#define READ_READ_H

#include "base/buf.h"
#include "model/characteristic.h"
#include "model/measurement.h"
#include "model/property.h"

typedef enum {
    FORMAT_AUTO,
    FORMAT_CSV,
    FORMAT_AQDEF,
    FORMAT_NDJSON,
    FORMAT_QIF,
    FORMAT_CALYPSO,
    FORMAT_XLSX,
    FORMAT_COUNT,
} read_format;

extern const char *const read_format_names[]; /* "auto", "csv", "xlsx" .. by format, NULL behind the last */
read_format read_format_from_name(const char *name); /* FORMAT_AUTO for other names */

/* Which column (by header name, or "#3" by position from 1) plays which role. NULL: guessed for
 * value, characteristic, time, the properties and the context kinds with usual names; "" : none. */
typedef struct {
    const char *value, *characteristic, *time, *size;
    const char *property[PROPERTY_COUNT];
    const char *context[CONTEXT_COUNT];
    bool wide; /* every numeric column not named above is a characteristic */
} read_mapping;

typedef struct {
    read_format format;
    const char *dialect; /* pinned: "encoding=cp949;delimiter=;;decimal=,;date=dmy;header=1" */
    const char *zone;    /* of times without offset; NULL: "UTC" */
    read_mapping mapping;
    bool strict;
    bool follow_pairs; /* .dfd given: read .dfx of the same stem too, and the reverse */
    uint64_t until; /* bytes of the file that count, where more is being written; 0: all */
    const char *const *with; /* paths, NULL-terminated, of files given together with this one: a QIF
                                document may refer to another. NULL: only those beside it. */
    uint32_t forgets; /* bit set of context kinds whose texts may be dropped between two batches:
                         reader_dictionary is then another one from time to time, and the one
                         before lives until the next change. For sources with a text a row. */
    unsigned threads;  /* that parse; 0: one per processor. What is read does not depend on it. */
} read_options;

typedef struct reader reader;

ASSAY_MUST_USE assay_status reader_open(const char *path, const read_options *options,
                                        reader **out, assay_err *err);
/* The format that reader_open would guess. */
ASSAY_MUST_USE assay_status reader_guess(const char *path, read_format *out, assay_err *err);
void reader_close(reader *r);
/* "a PNG image", "an Excel workbook" ..: what begins with these bytes and holds no measurements;
 * NULL: none of those that are known. Marked for translation. */
const char *read_sign(const char *head, size_t n);

/* The next rows into `out` (its previous content is dropped); out->n == 0 at the end.
 * Codes of out->characteristic index reader_characteristics; context codes are of
 * reader_dictionary(r, kind). Both only grow. */
ASSAY_MUST_USE assay_status reader_next(reader *r, measurement_batch *out, assay_err *err);

/* All rows in one go, instead of reader_next: `take` sees them in file order as views of the
 * reader's own columns, without a copy. It is called by one thread at a time, but by any of the
 * reader's; what it returns other than ASSAY_OK ends the reading. Columns that say the usual of
 * every row of a view may be NULL: offset, status, size, record. `contexts` are those wanted.
 * Within the call reader_offset and reader_record are those behind the view. */
typedef assay_status reader_taker(void *context, const measurement_batch *rows, assay_err *err);
ASSAY_MUST_USE assay_status reader_drain(reader *r, uint32_t contexts, reader_taker *take,
                                         void *context, assay_err *err);

const characteristic *const *reader_characteristics(const reader *r, size_t *n);
/* What columns of the rows said so far of a characteristic, by its index: limits, target, unit, part; what
 * rows of one characteristic say differently is warned of and not said. All is known at the end, so that
 * characteristics given out before lack it. A stored definition is completed by it and not changed.
 * NULL: nothing. Lives until the next rows. */
const characteristic *reader_said(const reader *r, size_t index);
bool reader_says(const reader *r); /* there are such columns: reading on from the middle misses some */
const dictionary *reader_dictionary(const reader *r, context_kind kind);
uint32_t reader_contexts(const reader *r); /* bit set of the kinds this source can give */

/* What was guessed, in the form `dialect` takes, and in words for a person. */
const char *reader_dialect(const reader *r);
void reader_describe(const reader *r, buf *out);
/* Of delimited text: each column with its name and what it is taken for. Other formats have none. */
typedef struct {
    uint32_t field;   /* from 1 */
    const char *name; /* NULL: there are no names */
    const char *role; /* "value", "characteristic", "time", "unit", "serial" ...; NULL: none */
} read_column;
size_t reader_columns(const reader *r, read_column *out, size_t room);

/* Bytes of the source consumed by what reader_next has given out so far: a place to go on from.
 * reader_resume must come before the first reader_next. `size` is 0 when not known (a pipe). */
uint64_t reader_offset(const reader *r);
/* Records before reader_offset, where the reader keeps it apart from the last row given; or 0. */
uint64_t reader_record(const reader *r);
/* The line of the source where a row of the batch that reader_next gave last begins, as refusals name
 * it; the number of its record where the source has no lines. 0: not known. */
uint64_t reader_line(const reader *r, const measurement_batch *batch, size_t row);
uint64_t reader_size(const reader *r);
/* The file whose bytes know rows without time again, open as long as the reader, where it is not the one that
 * was named: of a workbook the text of its sheet, of a header (.dfd) the values beside it. Else -1. */
int reader_content(const reader *r);
ASSAY_MUST_USE assay_status reader_resume(reader *r, uint64_t offset, uint64_t record,
                                          assay_err *err);

/* A reason for refusing rows, with its first case. */
typedef struct {
    const char *reason; /* stable word: "not-a-number", "not-a-date", "too-few-fields" ... */
    uint64_t count;
    uint64_t line;
    uint32_t field;        /* from 1; 0: the whole line */
    const char *column;    /* its name, or NULL */
    const char *found;     /* shortened, made printable */
    const char *expected;
} refusal;

typedef struct {
    uint64_t received, given, refused;
    const refusal *refusals;
    size_t refusal_count;
    const char *const *warnings; /* facts about the file as a whole */
    size_t warning_count;
} reader_tally_t;

void reader_tally(const reader *r, reader_tally_t *out);

#endif
