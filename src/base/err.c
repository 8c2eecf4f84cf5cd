/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assay/err.h>

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *name, *text;
} status_list[] = {
#define X(code, name, text) {name, text},
    ASSAY_STATUS_LIST(X)
#undef X
};

enum { status_count = sizeof status_list / sizeof *status_list };

const char *assay_status_name(assay_status code)
{
    return (unsigned)code < status_count ? status_list[code].name : "unknown";
}

const char *assay_status_text(assay_status code)
{
    return (unsigned)code < status_count ? status_list[code].text : "unknown status";
}

assay_status assay_fail(assay_err *err, assay_status code, size_t at, const char *format, ...)
{
    if (!err)
        return code;
    *err = (assay_err){.code = code, .at = at};
    va_list args;
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    utf8_tidy(err->message);
    return code;
}

assay_status assay_hint(assay_err *err, const char *format, ...)
{
    if (!err)
        return ASSAY_DOMAIN;
    va_list args;
    va_start(args, format);
    vsnprintf(err->hint, sizeof err->hint, format, args);
    va_end(args);
    utf8_tidy(err->hint);
    return err->code;
}
