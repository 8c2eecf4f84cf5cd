/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks of whole rows. UTF-8 is read straight into the block; other encodings pass through the
 * source buffer, and a block keeps those bytes so that any row's edge can be found again in the
 * source: line ends correspond one to one. */
#include "read/csv.h"

#include <stdlib.h>
#include <string.h>

void csv_block_done(csv_block *b)
{
    free(b->memory);
    buf_done(&b->source);
    free(b->characteristic);
    free(b->time);
    free(b->mantissa);
    free(b->offset_s);
    free(b->exponent);
    free(b->decimals);
    free(b->status);
    free(b->size);
    free(b->record);
    free(b->end);
    free(b->line);
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        free(b->context[kind]);
    for (int list = 0; list < CONTEXT_COUNT + 1; list++)
        free(b->fresh[list]);
    free(b->notes);
    csv_block_forget(b);
    *b = (csv_block){0};
}

void csv_block_forget(csv_block *b)
{
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        dictionary_free(b->retired[kind]);
        b->retired[kind] = NULL;
    }
}

/* Keeps the text that is there. */
bool csv_block_reserve_text(csv_block *b, size_t room)
{
    if (room <= b->room)
        return true;
    char *memory = realloc(b->memory, room + 2 * csv_pad);
    if (!memory)
        return false;
    if (!b->memory)
        memset(memory, '\n', csv_pad);
    b->memory = memory;
    b->text = memory + csv_pad;
    b->room = room;
    return true;
}

static bool column_reserve(void *column, size_t rows, size_t size)
{
    void **at = column;
    free(*at);
    *at = malloc(rows * size);
    return *at != NULL;
}

bool csv_block_reserve_rows(csv_block *b, size_t rows, uint32_t contexts, bool has_offset,
                            bool has_size)
{
    if (rows <= b->rows_room)
        return true;
    b->rows_room = 0;
    bool is_good = column_reserve(&b->characteristic, rows, 4) &&
                   column_reserve(&b->time, rows, 8) && column_reserve(&b->mantissa, rows, 8) &&
                   column_reserve(&b->exponent, rows, 1) && column_reserve(&b->decimals, rows, 1) &&
                   column_reserve(&b->status, rows, 1) && column_reserve(&b->record, rows, 4) &&
                   column_reserve(&b->end, rows, 4) &&
                   (!has_offset || column_reserve(&b->offset_s, rows, 4)) &&
                   (!has_size || column_reserve(&b->size, rows, 4));
    for (int kind = 0; is_good && kind < CONTEXT_COUNT; kind++) {
        if (contexts & 1u << kind)
            is_good = column_reserve(&b->context[kind], rows, 4);
    }
    if (is_good)
        b->rows_room = rows;
    return is_good;
}

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a block of rows");
}

/* -- source bytes -- */

static size_t unit_of(const csv_input *in)
{
    return in->encoding == ENCODING_UTF16LE || in->encoding == ENCODING_UTF16BE ? 2 : 1;
}

static bool is_line_end(const char *p, text_encoding e, bool is_cr)
{
    char line = is_cr ? '\r' : '\n';
    if (e == ENCODING_UTF16LE)
        return p[0] == line && p[1] == 0;
    if (e == ENCODING_UTF16BE)
        return p[0] == 0 && p[1] == line;
    return p[0] == line;
}

/* Behind the last line end of bytes[0..length), or 0. */
static size_t last_line_end(const csv_input *in, const char *bytes, size_t length)
{
    size_t unit = unit_of(in);
    if (unit == 1) {
        const char *end = memrchr(bytes, in->is_cr ? '\r' : '\n', length);
        return end ? (size_t)(end - bytes) + 1 : 0;
    }
    for (size_t at = length & ~(size_t)1; at >= 2; at -= 2) {
        if (is_line_end(bytes + at - 2, in->encoding, in->is_cr))
            return at;
    }
    return 0;
}

uint64_t csv_source_offset(const csv_block *b, text_encoding e, bool is_cr, size_t at)
{
    if (at >= b->length)
        return b->offset + b->source_length;
    if (!b->source.data)
        return b->offset + at;
    uint64_t lines = 0;
    for (size_t i = 0; i < at; i++)
        lines += b->text[i] == '\n';
    size_t unit = e == ENCODING_UTF16LE || e == ENCODING_UTF16BE ? 2 : 1, place = 0;
    while (lines > 0 && place + unit <= b->source.length) {
        lines -= is_line_end(b->source.data + place, e, is_cr);
        place += unit;
    }
    return b->offset + place;
}

/* -- filling -- */

/* How much to ask for: a small file needs no room for a piece. */
static size_t piece_of(const csv_input *in)
{
    const source *s = in->in;
    uint64_t left = s->size > s->offset ? s->size - s->offset : 0;
    if (s->is_pipe || !s->size || left >= csv_piece)
        return csv_piece;
    return left < csv_piece_least ? csv_piece_least : (size_t)left;
}

/* Bytes until there is a line end and a piece is full, or the source pauses or ends. `bytes` is the
 * carry so far and grows. */
static assay_status bytes_fill(csv_input *in, buf *bytes, assay_err *err)
{
    size_t seen = 0;
    bool has_line = false;
    while (!in->is_ended) {
        size_t piece = piece_of(in), got;
        if (!buf_reserve(bytes, piece))
            return no_memory(err);
        assay_status status = source_read(in->in, bytes->data + bytes->length, piece, &got, err);
        if (status != ASSAY_OK)
            return status;
        bytes->length += got;
        in->is_ended = got == 0;
        has_line = has_line || last_line_end(in, bytes->data + seen, bytes->length - seen) > 0;
        seen = bytes->length & ~(size_t)1;
        bool is_live = in->in->is_pipe && got > 0;
        if (has_line && (is_live || bytes->length >= csv_piece / 2))
            break;
        if (bytes->length > (size_t)csv_line_max * unit_of(in))
            break;
    }
    return ASSAY_OK;
}

static assay_status convert(const csv_input *in, const char *bytes, size_t length, csv_block *b,
                            assay_err *err)
{
    transcoder *t;
    buf text = BUF_INIT;
    assay_status status = transcoder_open(in->encoding, &t, err);
    if (status != ASSAY_OK)
        return status;
    status = transcoder_feed(t, bytes, length, true, &text, err);
    b->broken = transcoder_broken(t);
    transcoder_close(t);
    if (status == ASSAY_OK && !csv_block_reserve_text(b, text.length + 1))
        status = no_memory(err);
    if (status == ASSAY_OK) {
        memcpy(b->text, buf_text(&text), text.length);
        b->length = text.length;
        for (size_t i = 0; in->is_cr && i < b->length; i++)
            b->text[i] = b->text[i] == '\r' ? '\n' : b->text[i];
    }
    buf_done(&text);
    return status;
}

/* The end of the last whole row; 0 when the one row there is is cut off. */
static size_t rows_cut(const csv_input *in, const csv_block *b)
{
    size_t last = b->length;
    if (in->delimiter == ' ' || !memchr(b->text, '"', b->length))
        return last;
    for (size_t at = 0; at < b->length;) {
        if (!in->is_ended && csv_row_is_open(b->text, at, b->length, in->delimiter))
            return at;
        at = csv_row_end(b->text, at, b->length, in->delimiter);
    }
    return last;
}

/* A row longer than the bound: drop what is there and go on dropping up to its end. */
static void skip_begin(csv_input *in, csv_block *b, buf *bytes)
{
    b->has_long_line = true;
    b->source_length = bytes->length;
    in->offset += bytes->length;
    bytes->length = 0;
    in->is_skipping = true;
}

static assay_status skip_go_on(csv_input *in, assay_err *err)
{
    while (in->is_skipping && !in->is_ended) {
        assay_status status = bytes_fill(in, &in->carry, err);
        if (status != ASSAY_OK)
            return status;
        size_t unit = unit_of(in), at = 0;
        while (at + unit <= in->carry.length &&
               !is_line_end(in->carry.data + at, in->encoding, in->is_cr))
            at += unit;
        bool is_found = at + unit <= in->carry.length;
        size_t drop = is_found ? at + unit : at;
        memmove(in->carry.data, in->carry.data + drop, in->carry.length - drop);
        in->carry.length -= drop;
        in->offset += drop;
        in->is_skipping = !is_found;
    }
    return ASSAY_OK;
}

static void block_clear(csv_block *b)
{
    b->length = 0;
    b->source_length = 0;
    b->broken = 0;
    b->has_quotes = b->is_last = b->has_long_line = false;
    b->n = 0;
    b->given = 0;
    b->source.length = 0;
}

/* Take bytes[0..cut) into the block as UTF-8 rows and leave the rest as carry. */
static assay_status block_take(csv_input *in, csv_block *b, size_t cut, assay_err *err)
{
    bool is_plain = in->encoding == ENCODING_UTF8 && !in->is_cr;
    if (is_plain) {
        if (!csv_block_reserve_text(b, cut + 1))
            return no_memory(err);
        memcpy(b->text, in->carry.data, cut);
        b->length = cut;
    } else {
        assay_status status = convert(in, in->carry.data, cut, b, err);
        if (status != ASSAY_OK)
            return status;
        buf_clear(&b->source);
        buf_add(&b->source, in->carry.data, cut);
        if (b->source.failed)
            return no_memory(err);
    }
    b->offset = in->offset;
    b->source_length = cut;
    if (b->length > 0 && b->text[b->length - 1] != '\n')
        b->text[b->length++] = '\n';
    size_t rows = rows_cut(in, b);
    if (rows == 0 && b->length > csv_line_max)
        rows = b->length; /* an open quote over the bound means nothing: rows_parse refuses its line */
    if (rows < b->length) {
        uint64_t end = csv_source_offset(b, in->encoding, in->is_cr, rows);
        b->source_length = end - b->offset;
        b->length = rows;
    }
    return ASSAY_OK;
}

/* UTF-8 without quotes from a file needs no buffer between: a piece is read behind the carry, and
 * what follows its last line end is the next carry. Anything else is put back into the carry and
 * left to the general way: *is_taken stays false. */
static assay_status take_straight(csv_input *in, csv_block *b, bool *is_taken, assay_err *err)
{
    size_t carried = in->carry.length, piece = piece_of(in), got, cut;
    if (!csv_block_reserve_text(b, carried + piece + 1))
        return no_memory(err);
    memcpy(b->text, buf_text(&in->carry), carried);
    assay_status status = source_read(in->in, b->text + carried, piece, &got, err);
    if (status != ASSAY_OK)
        return status;
    in->is_ended = got == 0;
    in->has_quotes = memchr(b->text, '"', carried + got) != NULL;
    cut = in->has_quotes || in->is_ended ? 0 : last_line_end(in, b->text, carried + got);
    if (cut == 0)
        buf_add(&in->carry, b->text + carried, got);
    else {
        buf_clear(&in->carry);
        buf_add(&in->carry, b->text + cut, carried + got - cut);
        b->offset = in->offset;
        b->length = b->source_length = cut;
        in->offset += cut;
        *is_taken = true;
    }
    return in->carry.failed ? no_memory(err) : ASSAY_OK;
}

static bool goes_straight(const csv_input *in)
{
    return in->encoding == ENCODING_UTF8 && !in->is_cr && !in->has_quotes && !in->in->is_pipe &&
           !in->is_ended && !in->is_skipping && in->carry.length < csv_piece;
}

assay_status csv_input_take(csv_input *in, csv_block *b, assay_err *err)
{
    block_clear(b);
    if (goes_straight(in)) {
        bool is_taken = false;
        assay_status status = take_straight(in, b, &is_taken, err);
        if (status != ASSAY_OK || is_taken)
            return status;
    }
    for (;;) {
        assay_status status = skip_go_on(in, err);
        if (status == ASSAY_OK)
            status = bytes_fill(in, &in->carry, err);
        if (status != ASSAY_OK)
            return status;
        buf *bytes = &in->carry;
        b->offset = in->offset;
        if (bytes->length == 0)
            return ASSAY_OK;
        size_t cut = in->is_ended ? bytes->length : last_line_end(in, bytes->data, bytes->length);
        if (cut == 0) {
            skip_begin(in, b, bytes);
            return ASSAY_OK;
        }
        status = block_take(in, b, cut, err);
        if (status != ASSAY_OK)
            return status;
        size_t used = (size_t)b->source_length;
        memmove(bytes->data, bytes->data + used, bytes->length - used);
        bytes->length -= used;
        in->offset += used;
        b->is_last = in->is_ended && bytes->length == 0;
        if (b->length > 0)
            break;
        /* one quoted row fills the piece: read on */
    }
    b->has_quotes = memchr(b->text, '"', b->length) != NULL;
    return ASSAY_OK;
}
