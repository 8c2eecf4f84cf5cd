/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the readers of the formats share: the table of operations and the bookkeeping.
 *
 * A reader of a format embeds `struct reader` as its first member and fills `ops`:
 *
 *     typedef struct { reader base; ... } aqdef_reader;
 *     static const reader_ops aqdef_ops = {.size = sizeof(aqdef_reader), .open = aqdef_begin, ...};
 */
#ifndef READ_READER_PRIV_H
#define READ_READER_PRIV_H

#include "base/arena.h"
#include "read/read.h"
#include "read/source.h"

typedef struct {
    size_t size; /* of the reader, which begins as zeros */
    /* What the format needs before its first row; `base` is ready. When it fails, `close` follows. */
    assay_status (*open)(reader *r, const read_options *options, assay_err *err);
    /* Fill out (n is 0, room > 0). Leave n at 0 only at the end of the source. Count with
     * reader_received / reader_refuse; rows given out are counted by reader.c. Keep `offset`. */
    assay_status (*next)(reader *r, measurement_batch *out, assay_err *err);
    /* reader_drain, rows given out counted too. NULL: by way of `next`. */
    assay_status (*drain)(reader *r, reader_taker *take, void *context, assay_err *err);
    /* Go on from byte `offset`; `record` records lie before it. NULL: cannot resume. */
    assay_status (*resume)(reader *r, uint64_t offset, uint64_t record, assay_err *err);
    void (*describe)(const reader *r, buf *out); /* in words, lines ended by \n */
    void (*close)(reader *r);                    /* what the format added; base lives on */
    size_t (*columns)(const reader *r, read_column *out, size_t room); /* NULL: it has none */
    const characteristic *(*said)(const reader *r, size_t index); /* NULL: nothing */
    uint64_t (*line)(const reader *r, size_t row); /* NULL: that of the record */
} reader_ops;

struct reader {
    const reader_ops *ops;
    source in;
    const source *content; /* of reader_content; NULL: `in` as it was named */
    const char *sheet; /* of the workbook that `in` was; NULL: it was none */
    bool is_strict;
    uint32_t forgets; /* read_options.forgets */
    bool is_started;   /* reader_next was called */
    bool has_properties; /* reader_said may say something */
    arena texts;       /* lives as long as the reader */
    buf dialect;       /* in the form read_options.dialect takes */
    uint64_t offset;   /* bytes consumed by what was given out */
    uint64_t record;   /* records before `offset`; 0: not kept, that of the last row given */
    uint32_t contexts; /* bit set of the kinds it can give; dictionaries exist for these */
    dictionary *dictionaries[CONTEXT_COUNT];
    characteristic **characteristics;
    size_t characteristic_count, characteristic_room;
    uint64_t received, given, refused;
    refusal *refusals;
    size_t refusal_count;
    const char **warnings;
    size_t warning_count;
};

enum { reader_refusals_max = 64, reader_warnings_max = 64 };

/* Takes `in` over, also when it fails. */
ASSAY_MUST_USE assay_status reader_open_as(const reader_ops *ops, source *in, const read_options *options,
                                           reader **out, assay_err *err);
/* Make the dictionaries of these kinds and add them to r->contexts. */
ASSAY_MUST_USE assay_status reader_use_contexts(reader *r, uint32_t contexts, assay_err *err);
/* Append a characteristic (copied); its index is what batches carry. */
ASSAY_MUST_USE assay_status reader_characteristic_add(reader *r, const characteristic *c,
                                                      uint32_t *index, assay_err *err);
/* n rows or values seen. */
void reader_received(reader *r, uint64_t n);

/* Where and why something was refused. */
typedef struct {
    const char *reason; /* stable word */
    uint64_t line;
    uint32_t field;     /* from 1; 0: the whole line */
    const char *column; /* or NULL */
    const char *found;  /* NULL: nothing to show */
    size_t found_length;
    const char *expected;
} refusal_case;

/* Count one refused row. An error only when the reader is strict, or memory is short. */
ASSAY_MUST_USE assay_status reader_refuse(reader *r, const refusal_case *c, assay_err *err);
/* A fact about the file as a whole; equal ones are kept once. */
void reader_warn(reader *r, const char *format, ...) ASSAY_PRINTF(2, 3);

/* Refuses what cannot be measurements, by the bytes it begins with. `head` has been read. */
ASSAY_MUST_USE assay_status source_refuse_other(const source *in, assay_err *err);

/* The formats. `head` of the source has been read. */
ASSAY_MUST_USE assay_status csv_open(source *in, const read_options *options, reader **out,
                                     assay_err *err);
ASSAY_MUST_USE assay_status aqdef_open(source *in, const read_options *options, reader **out,
                                       assay_err *err);
ASSAY_MUST_USE assay_status ndjson_open(source *in, const read_options *options, reader **out,
                                        assay_err *err);
ASSAY_MUST_USE assay_status calypso_open(source *in, const read_options *options, reader **out,
                                         assay_err *err);
bool looks_like_calypso(const char *head, size_t length);
ASSAY_MUST_USE assay_status xlsx_reader_open(source *in, const read_options *options, reader **out,
                                             assay_err *err);
ASSAY_MUST_USE assay_status qif_open(source *in, const read_options *options, reader **out,
                                     assay_err *err);

#endif
