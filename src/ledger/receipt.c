/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/receipt.h"

#include "base/base64.h"
#include "ledger/checkpoint.h"

#include <string.h>

#define HEAD "c2sp.org/tlog-proof@v1\n"

void receipt_write(const receipt *r, buf *out)
{
    buf_add_text(out, HEAD);
    if (r->extra) {
        buf_add_text(out, "extra ");
        buf_add(out, r->extra, r->extra_length);
        buf_add_char(out, '\n');
    }
    buf_addf(out, "index %llu\n", (unsigned long long)r->index);
    for (size_t i = 0; i < r->proof.count; i++) {
        base64_add(out, r->proof.hash[i].bytes, 32, BASE64_STANDARD);
        buf_add_char(out, '\n');
    }
    buf_add_char(out, '\n');
    buf_add(out, r->note, r->note_length);
}

static assay_status bad(uint64_t line, const char *why, assay_err *err)
{
    assay_status status = assay_fail(err, ASSAY_FORMAT, 0, "not a receipt: %s", why);
    if (err)
        err->line = line;
    return status;
}

typedef struct {
    const char *at, *end;
    uint64_t row;
} lines;

static bool next_line(lines *l, const char **line, size_t *length)
{
    const char *stop = l->at < l->end ? memchr(l->at, '\n', (size_t)(l->end - l->at)) : NULL;
    if (!stop)
        return false;
    *line = l->at;
    *length = (size_t)(stop - l->at);
    l->at = stop + 1;
    l->row++;
    return true;
}

static bool starts(const char *line, size_t length, const char *word)
{
    size_t n = strlen(word);
    return length >= n && memcmp(line, word, n) == 0;
}

static assay_status parse_proof(lines *l, receipt *r, assay_err *err)
{
    const char *line;
    size_t length, used;
    while (next_line(l, &line, &length)) {
        if (!length)
            return ASSAY_OK;
        if (r->proof.count == MERKLE_PROOF_MAX)
            return bad(l->row, "more than 63 hashes", err);
        if (!base64_read(line, length, BASE64_STANDARD, r->proof.hash[r->proof.count++].bytes, 32,
                         &used) ||
            used != 32)
            return bad(l->row, "a hash is not 32 bytes in base64", err);
    }
    return bad(l->row, "no empty line before the checkpoint", err);
}

static bool is_base64(const char *text, size_t length)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    for (size_t i = 0; i < length; i++)
        if (!text[i] || !strchr(letters, text[i]))
            return false;
    return length % 4 == 0 && length <= RECEIPT_EXTRA_MAX;
}

assay_status receipt_parse(const char *bytes, size_t length, receipt *out, assay_err *err)
{
    lines l = {bytes, bytes + length, 0};
    receipt r = {.index = 0};
    const char *line;
    size_t n;
    if (!next_line(&l, &line, &n) || n != strlen(HEAD) - 1 || memcmp(line, HEAD, n) != 0)
        return bad(1, "its first line is not c2sp.org/tlog-proof@v1", err);
    bool is_there = next_line(&l, &line, &n);
    if (is_there && starts(line, n, "extra ")) {
        r.extra = line + 6;
        r.extra_length = n - 6;
        if (!is_base64(r.extra, r.extra_length))
            return bad(l.row, "its extra line is not base64", err);
        is_there = next_line(&l, &line, &n);
    }
    if (!is_there || !starts(line, n, "index ") || !ledger_number(line + 6, n - 6, &r.index))
        return bad(l.row, "no index", err);
    assay_status status = parse_proof(&l, &r, err);
    if (status)
        return status;
    r.note = l.at;
    r.note_length = (size_t)(l.end - l.at);
    *out = r;
    return ASSAY_OK;
}
