/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a target holds true of every input; what is not so ends the process, with NDEBUG too. */
#ifndef FUZZ_CHECK_H
#define FUZZ_CHECK_H

#include "base/buf.h"

#include <assay/err.h>
#include <stdlib.h>
#include <string.h>

static inline void check(bool is_true)
{
    if (!is_true)
        abort();
}

static inline void same(const buf *again, const char *text, size_t length)
{
    check(again->length == length && memcmp(buf_text(again), text, length) == 0);
}

/* Was it taken? What is refused says why. */
static inline bool taken(assay_status status, const assay_err *err)
{
    check(!status || (err->code == status && *err->message));
    return !status;
}

#endif
