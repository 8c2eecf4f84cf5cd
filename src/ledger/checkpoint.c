/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/checkpoint.h"

#include "base/base64.h"
#include "base/text.h"
#include "ledger/merkle.h"

#include <string.h>

void checkpoint_write(const checkpoint *c, buf *out)
{
    buf_addf(out, "%s\n%llu\n", c->origin, (unsigned long long)c->size);
    base64_add(out, c->root.bytes, sizeof c->root.bytes, BASE64_STANDARD);
    buf_add_char(out, '\n');
}

bool ledger_number(const char *text, size_t length, uint64_t *out)
{
    uint64_t n = 0;
    if (!length || length > 19 || (text[0] == '0' && length > 1))
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        n = 10 * n + (uint64_t)(text[i] - '0');
    }
    if (n > MERKLE_SIZE_MAX)
        return false;
    *out = n;
    return true;
}

/* Text of one line: a NUL would end it for one reader and not for another. */
static bool is_origin(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return false;
    return length && utf8_valid(text, length) == length;
}

static assay_status bad(uint64_t line, const char *why, assay_err *err)
{
    assay_status status = assay_fail(err, ASSAY_FORMAT, 0, "not a checkpoint: %s", why);
    if (err)
        err->line = line;
    return status;
}

/* The next line without its newline; false at the end, and for a line that has none. */
static bool next_line(const char **at, const char *end, const char **line, size_t *length)
{
    const char *stop = *at < end ? memchr(*at, '\n', (size_t)(end - *at)) : NULL;
    if (!stop)
        return false;
    *line = *at;
    *length = (size_t)(stop - *at);
    *at = stop + 1;
    return true;
}

assay_status checkpoint_parse(const char *text, size_t length, checkpoint *out, assay_err *err)
{
    const char *at = text, *end = text + length, *line;
    size_t n, used;
    checkpoint c = {.size = 0};
    if (!next_line(&at, end, &line, &n) || n >= sizeof c.origin || !is_origin(line, n))
        return bad(1, "no origin", err);
    memcpy(c.origin, line, n);
    if (!next_line(&at, end, &line, &n) || !ledger_number(line, n, &c.size))
        return bad(2, "no size", err);
    if (!next_line(&at, end, &line, &n) ||
        !base64_read(line, n, BASE64_STANDARD, c.root.bytes, sizeof c.root.bytes, &used) ||
        used != 32)
        return bad(3, "no root of 32 bytes in base64", err);
    for (uint64_t row = 4; at < end; row++)
        if (!next_line(&at, end, &line, &n) || !n)
            return bad(row, "an extension line is empty", err);
    *out = c;
    return ASSAY_OK;
}
