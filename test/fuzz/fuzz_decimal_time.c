/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, times, zone rules and encodings: what is read must be written and read back the same. */
#include "base/decimal.h"
#include "base/text.h"
#include "base/time.h"
#include "read/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void number(const char *text, size_t size)
{
    decimal d;
    double raw, again_raw;
    char out[64];
    decimal_kind kind = decimal_parse(text, size, '.', &d, &raw);
    if (kind == DECIMAL_NONE)
        return;
    if (kind == DECIMAL_OK) {
        decimal again;
        size_t length = decimal_format(d.mantissa, d.exponent, d.decimals, out, sizeof out);
        if (length >= sizeof out || decimal_parse(out, length, '.', &again, &again_raw) != DECIMAL_OK ||
            again_raw != raw)
            abort();
    }
    size_t length = double_format(raw, out, sizeof out);
    if (length >= 32 || strtod(out, NULL) != raw)
        abort();
}

static void instant(const char *text, size_t size)
{
    int64_t ns, again;
    int32_t offset;
    char out[40];
    for (int form = CSV_DATE_ISO; form < CSV_DATE_COUNT; form++) {
        if (!csv_time_parse((csv_date)form, text, size, &ns, &offset) || ns == TIME_NONE)
            continue;
        size_t length = time_format(ns, TIME_OFFSET_NONE, out, sizeof out);
        if (!time_parse_iso(out, length, &again, &offset) || again != ns)
            abort();
    }
    csv_clock_parse(text, size, &ns);
}

static void encoded(const uint8_t *data, size_t size)
{
    transcoder *t;
    buf out = BUF_INIT;
    size_t mark, half = size / 2;
    text_encoding e = encoding_guess((const char *)data, size, true, &mark);
    if (transcoder_open((text_encoding)(1 + data[0] % (ENCODING_COUNT - 1)), &t, NULL) != ASSAY_OK)
        return;
    if (transcoder_feed(t, (const char *)data, half, false, &out, NULL) != ASSAY_OK ||
        transcoder_feed(t, (const char *)data + half, size - half, true, &out, NULL) != ASSAY_OK ||
        utf8_valid(buf_text(&out), out.length) != out.length)
        abort();
    if (text_fit(buf_text(&out), out.length, (size_t)e) > out.length)
        abort();
    text_width((const char *)data, size);
    transcoder_close(t);
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    switch (data[0] & 3) {
    case 0:
        number((const char *)data + 1, size - 1);
        break;
    case 1:
        instant((const char *)data + 1, size - 1);
        break;
    default:
        encoded(data + 1, size - 1);
        break;
    }
    return 0;
}
