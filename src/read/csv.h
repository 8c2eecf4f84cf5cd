/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the CSV reader and how they meet.
 *
 *   csv_dialect  how the text is written: encoding, delimiter, decimal sign, dates, header
 *   csv_layout   what each column is
 *   csv_input    cuts the source into blocks that begin and end at a row's edge, as UTF-8
 *   csv_index    where delimiters and line ends stand in a block without quotes
 *   csv_marks    the same as bits
 *   csv_fast     rows of the plain long form from their marks, portable and for AVX2
 *   csv_even     what holds for all rows of a block
 *   csv_rows     rows of one block -> columns of one csv_block; pure, so that any thread may do it
 *   csv_pool     blocks parsed by several threads, handed out in order
 *   csv          the reader: opens, hands out, resumes, describes
 */
#ifndef READ_CSV_H
#define READ_CSV_H

#include "base/text.h"
#include "model/property.h"
#include "read/reader_priv.h"

enum {
    csv_line_max = 1 << 20,       /* bytes of one row */
    csv_quoted_max = 64 * 1024,   /* bytes between two quotes */
    csv_fields_max = 65536,
    csv_piece = 128 * 1024,       /* what one block reads: text and columns stay in the second-level cache */
    csv_piece_least = 4096,
    csv_pad = 64,                 /* readable bytes before and behind a block's text */
};

/* -- dialect -- */

#define CSV_DATE_LIST(X)                                                                           \
    X(NONE, "none", N_("no dates"))                                                                \
    X(ISO, "iso", N_("year-month-day, ISO 8601"))                                                  \
    X(DMY, "dmy", N_("day.month.year"))                                                            \
    X(MDY, "mdy", N_("month/day/year"))                                                            \
    X(YMD, "ymd", N_("year/month/day"))                                                            \
    X(S, "s", N_("seconds since 1970"))                                                            \
    X(MS, "ms", N_("milliseconds since 1970"))                                                     \
    X(US, "us", N_("microseconds since 1970"))                                                     \
    X(NS, "ns", N_("nanoseconds since 1970"))                                                      \
    X(EXCEL, "excel", N_("days of Excel, 1 is 1900-01-01"))                                        \
    X(DIGITS, "digits", N_("year, month, day and time of day in digits alone"))

typedef enum {
#define X(code, name, text) CSV_DATE_##code,
    CSV_DATE_LIST(X)
#undef X
    CSV_DATE_COUNT
} csv_date;

typedef enum { CSV_LAYOUT_AUTO, CSV_LAYOUT_LONG, CSV_LAYOUT_SUBGROUP, CSV_LAYOUT_WIDE } csv_shape;

typedef struct {
    text_encoding encoding;
    size_t mark;     /* bytes of the byte order mark */
    char delimiter;  /* ' ': runs of blanks */
    char decimal;    /* '.' or ',' */
    csv_date date;
    char zone[64];   /* of times without offset; "" : not named, UTC assumed */
    bool has_header; /* names in the line before the data */
    bool is_cr;      /* lines end with CR alone */
    uint32_t skip;   /* lines before the header, or before the data without one */
    csv_shape shape;
    char sheet[80]; /* of a workbook whose text this is, where one was asked for */
    char property[PROPERTY_COUNT][80]; /* its column, or "none"; "": guessed by its name */
} csv_dialect;

enum { /* which members a dialect string pinned */
    CSV_PIN_ENCODING = 1,
    CSV_PIN_DELIMITER = 2,
    CSV_PIN_DECIMAL = 4,
    CSV_PIN_DATE = 8,
    CSV_PIN_ZONE = 16,
    CSV_PIN_HEADER = 32,
    CSV_PIN_SKIP = 64,
    CSV_PIN_SHAPE = 128,
    CSV_PIN_PROPERTY = 256,
    CSV_PIN_SHEET = 512,
};

/* "delimiter=;;decimal=,;date=dmy": keys in any order; the members not named stay. */
ASSAY_MUST_USE assay_status csv_dialect_parse(const char *text, csv_dialect *out, unsigned *pinned,
                                              assay_err *err);
void csv_dialect_write(const csv_dialect *d, buf *out);
const char *csv_date_text(csv_date date);

/* -- a first look -- */

typedef struct {
    const char *text;
    uint32_t length;
} csv_field;

typedef struct {
    csv_field *fields;
    uint32_t count;
    uint64_t line; /* from 0 */
} csv_line;

/* The head of the source as rows of fields, for guessing. Memory is the arena's. */
typedef struct {
    csv_line header;     /* count 0: none */
    csv_line *rows;      /* data rows */
    size_t row_count;
    uint32_t columns;
    uint64_t data_line;  /* physical lines before the data */
} csv_sample;

/* Guess what is not pinned from the head (UTF-8), and take the sample apart. */
ASSAY_MUST_USE assay_status csv_sample_take(arena *a, const char *head, size_t length, bool is_all,
                                            unsigned pinned, csv_dialect *d, csv_sample *out,
                                            assay_err *err);

/* -- layout -- */

typedef struct {
    uint32_t field;
    context_kind kind;
} csv_context;

#define CSV_NO_FIELD UINT32_MAX

typedef struct {
    uint32_t columns;
    const char **names;      /* [columns] as written; NULL without a header */
    uint32_t time, clock, characteristic, size; /* fields or CSV_NO_FIELD */
    uint32_t property[PROPERTY_COUNT];                 /* the same */
    uint32_t (*own)[PROPERTY_COUNT]; /* [value_count] the same of "width_LSL" beside "width"; NULL: no such column */
    bool has_properties;
    uint8_t size_decimals;
    characteristic_kind kind; /* where a column names characteristics: theirs */
    bool are_verdicts;        /* the values are words such as OK and NG */
    uint32_t *values;        /* [value_count] */
    uint32_t *value_code;    /* [value_count] characteristic of each when there is no column of them */
    uint32_t value_count;
    csv_context contexts[CONTEXT_COUNT];
    uint32_t context_count;
} csv_layout;

/* Decide the roles; adds the characteristics that columns stand for to the reader. */
ASSAY_MUST_USE assay_status csv_layout_make(reader *r, const read_options *options,
                                            csv_dialect *d, const csv_sample *sample,
                                            csv_layout *out, assay_err *err);

typedef enum {
    ROLE_NONE, ROLE_VALUE, ROLE_CHARACTERISTIC, ROLE_TIME, ROLE_CLOCK, ROLE_SIZE,
    ROLE_PROPERTY, ROLE_CONTEXT
} csv_role;

/* What a column of this usual name is, in English, Korean, Chinese or German; `kind` is a property or a
 * context_kind. */
csv_role csv_name_role(const char *name, size_t length, int *kind);
/* "Stärke [µm]" -> "Stärke" and "µm"; unit empty if there is none. Both point into the arena. */
void csv_name_split(arena *a, const char *name, const char **bare, const char **unit);
/* Small letters and digits alone, without a unit in brackets behind them where `is_bare`; length 0: too long. */
csv_field csv_name_plain(arena *a, const char *name, bool is_bare);
/* Is it the other name and a property's, both plain: "width_LSL" of "width", "길이 (하한)" of "길이 (mm)"? */
bool csv_name_says_of(csv_field name, csv_field other, property *out);
bool csv_name_is_defects(const char *name); /* nonconformities, of which one item may have many */
bool csv_name_is_nonconforming(const char *name); /* "NG": 1 is an item that does not conform, 0 one that does */
/* "Total", "평균", "最大值": the row is no measurement but sums several up. */
bool csv_is_summary(const char *text, size_t length);
/* What inspection found of one item: 0 "OK", 1 "NG" and the like in four languages, -1 no verdict. */
int csv_verdict(const char *text, size_t length);
bool csv_name_equal(const char *a, const char *b); /* but for case, blanks and signs */

/* -- input -- */

typedef struct {
    const char *text;
    uint32_t length;
} csv_text;

typedef struct {
    const char *reason, *expected;
    uint64_t count;
    uint32_t line;   /* within the block, from 0 */
    uint32_t field;  /* from 1 */
    char found[64];
    uint32_t found_length;
} csv_refusal;

/* What a property column says of a characteristic for the first time, and what other than that for
 * the first time: so it is known whether all rows agree. */
typedef struct {
    uint32_t code; /* worker's code - 1; 0 without a column of characteristics */
    property is;
    uint32_t line; /* within the block, from 0 */
    csv_text text;
} csv_note;

enum { csv_block_refusals = 16 };

/* A stretch of whole rows, and what they said. */
typedef struct {
    /* the text */
    char *memory;        /* csv_pad + room + csv_pad */
    size_t room;
    char *text;          /* memory + csv_pad; ends with \n */
    size_t length;
    uint64_t offset;     /* of its first byte in the source */
    uint64_t source_length;
    buf source;          /* source bytes, when they are not UTF-8 with \n */
    uint64_t broken;     /* characters that could not be converted */
    bool has_quotes, is_last;
    bool has_long_line;  /* one row over csv_line_max was dropped behind it */
    /* the rows */
    size_t n, rows_room;
    uint32_t *characteristic; /* worker's code - 1, or index when columns are characteristics */
    int64_t *time, *mantissa;
    int32_t *offset_s;
    int8_t *exponent;
    uint8_t *decimals, *status;
    uint32_t *size;
    uint32_t *record;    /* within the block, from 0 */
    uint32_t *end;       /* of its row in text */
    uint32_t *line;      /* [line_room] within the block, from 0, when rows may span lines */
    size_t line_room;
    bool has_lines;
    uint32_t *context[CONTEXT_COUNT];
    bool has_status, has_folded;
    bool is_even;        /* see measurement_batch */
    uint64_t received, records, lines;
    csv_refusal refusals[csv_block_refusals];
    uint32_t refusal_count;
    uint32_t strict_row; /* rows before the first refusal when strict */
    /* texts its worker saw for the first time, in order of code */
    csv_text *fresh[CONTEXT_COUNT + 1]; /* contexts, characteristics */
    uint32_t fresh_count[CONTEXT_COUNT + 1], fresh_room[CONTEXT_COUNT + 1];
    uint32_t fresh_first[CONTEXT_COUNT + 1];
    csv_note *notes;
    uint32_t note_count, note_room;
    /* its worker counts anew from this block on; what earlier blocks point into, to be freed */
    dictionary *retired[CONTEXT_COUNT];
    unsigned worker;
    size_t given;        /* rows handed out */
    uint64_t out_of_memory;
} csv_block;

enum { CSV_FRESH_CHARACTERISTIC = CONTEXT_COUNT };

void csv_block_done(csv_block *b);
void csv_block_forget(csv_block *b); /* frees what is retired */
bool csv_block_reserve_text(csv_block *b, size_t room);
bool csv_block_reserve_rows(csv_block *b, size_t rows, uint32_t contexts, bool has_offset,
                            bool has_size);

typedef struct {
    source *in;
    text_encoding encoding;
    bool is_cr;
    char delimiter;
    buf carry;       /* source bytes read but not yet in a block */
    uint64_t offset; /* of the first byte of carry */
    bool is_ended;
    bool is_skipping; /* inside a row that is too long */
    bool has_quotes;  /* some were seen */
} csv_input;

/* The next block of whole rows; block->length == 0 at the end. One thread at a time. */
ASSAY_MUST_USE assay_status csv_input_take(csv_input *in, csv_block *block, assay_err *err);
/* Where in the source the text position lies; it must be a row's edge. */
uint64_t csv_source_offset(const csv_block *b, text_encoding e, bool is_cr, size_t at);

/* End (behind the line end) of the row that begins at `from`; length when it is cut off. */
size_t csv_row_end(const char *text, size_t from, size_t length, char delimiter);
/* The row that begins at `from` ends inside an open quote. */
bool csv_row_is_open(const char *text, size_t from, size_t length, char delimiter);

/* -- index -- */

/* Positions of `delimiter` and '\n', ascending; `out` has room for length + 64. */
typedef size_t csv_index_fn(const char *text, size_t length, char delimiter, uint32_t *out);
csv_index_fn csv_index_scalar, csv_index_avx2;
csv_index_fn *csv_index_best(void);

/* Where delimiters, line ends and all marks (these, the decimal sign, '-', CR) stand, as bits: bit
 * i % 64 of word i / 64 for byte i, ceil(length / 64) words each. `text` is readable for csv_pad bytes
 * behind its end. */
typedef struct {
    uint64_t *delimiters, *lines, *cuts;
} csv_marks;

typedef void csv_marks_fn(const char *text, size_t length, char delimiter, char point,
                          const csv_marks *out);
csv_marks_fn csv_marks_scalar, csv_marks_sse2, csv_marks_avx2;

/* Instruction sets: 0 any processor, 1 the least of its family, 2 AVX2 and BMI2. The highest that
 * this one has, up to `level`. */
enum { csv_levels = 3 };
csv_marks_fn *csv_marks_at(unsigned level);

/* Are the rows of a block (n >= 1, none with a status or a size) as measurement_batch.is_even says? */
typedef bool csv_even_fn(const csv_block *b);
csv_even_fn *csv_even_at(unsigned level);

/* -- rows -- */

typedef struct {
    const csv_dialect *dialect;
    const csv_layout *layout;
    const zone *zone;     /* NULL: UTC, offset unknown */
    bool is_strict;
    uint32_t contexts, forgets;
} csv_plan;

typedef struct csv_worker csv_worker;
ASSAY_MUST_USE assay_status csv_worker_new(const csv_plan *plan, unsigned number, csv_worker **out,
                                           assay_err *err);
void csv_worker_free(csv_worker *w);
/* Parse the text of a block into its columns. */
void csv_rows_parse(csv_worker *w, csv_block *block);

/* A time in a form of dates; *offset_s TIME_OFFSET_NONE: wall time. */
bool csv_time_parse(csv_date form, const char *text, size_t length, int64_t *ns,
                    int32_t *offset_s);
bool csv_clock_parse(const char *text, size_t length, int64_t *ns); /* since midnight */
/* A decimal that is kept exactly. False: it is none. */
bool csv_quantity(const csv_text *text, char sign, quantity *out);
/* As decimal_parse, but thousands may be apart: "1,234.5", "1.234,5", "1'234.5". */
decimal_kind csv_number_parse(const char *text, size_t length, char sign, decimal *out, double *raw);
/* An empty field or one of the usual words for a missing value. */
bool csv_is_missing(const char *text, size_t length);
/* "inf", "-NaN", "#DIV/0!": where a number was meant to be and is none. */
bool csv_is_not_finite(const char *text, size_t length);

#endif
