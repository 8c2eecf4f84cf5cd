/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Unpredictable bytes from the kernel. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <assay/err.h>

#include <stddef.h>

ASSAY_MUST_USE assay_status random_bytes(void *out, size_t length, assay_err *err);

#endif
