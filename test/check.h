/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmocka with its prerequisites, and checks for real numbers. */
#ifndef TEST_CHECK_H
#define TEST_CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Digits that agree with c: -log10 |q - c| / |c|, at most 16 (NIST's LRE without its cap at 15). */
static inline double check_lre(double q, double c)
{
    if (q == c)
        return 16;
    double error = c == 0 ? fabs(q) : fabs(q - c) / fabs(c);
    double digits = -log10(error);
    return isnan(digits) ? -1 : digits > 16 ? 16 : digits;
}

#define assert_digits(q, c, digits)                                                                \
    do {                                                                                           \
        double check_q = (q), check_c = (c);                                                       \
        if (!(check_lre(check_q, check_c) >= (digits)))                                            \
            fail_msg("%s = %.17g, expected %.17g: %.2f digits, need %g", #q, check_q, check_c,     \
                     check_lre(check_q, check_c), (double)(digits));                               \
    } while (0)

/* cmocka's assert_float_equal rounds to float first; this does not. */
#define assert_within(q, c, tolerance)                                                             \
    do {                                                                                           \
        double check_q = (q), check_c = (c);                                                       \
        if (!(fabs(check_q - check_c) <= (tolerance)))                                             \
            fail_msg("%s = %.17g, expected %.17g within %g", #q, check_q, check_c,                 \
                     (double)(tolerance));                                                         \
    } while (0)

#define assert_ok(call, err)                                                                       \
    do {                                                                                           \
        assay_status check_status = (call);                                                        \
        if (check_status != ASSAY_OK)                                                              \
            fail_msg("%s: %s: %s", #call, assay_status_name(check_status), (err).message);         \
    } while (0)

/* Path of a file under test/data or test/golden; in one static buffer. */
static inline const char *check_path(const char *variable, const char *name)
{
    static char path[4096];
    const char *folder = getenv(variable);
    if (!folder)
        fail_msg("%s is not set", variable);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}
#define check_data(name)   check_path("ASSAY_TEST_DATA", name)
#define check_golden(name) check_path("ASSAY_TEST_GOLDEN", name)

#endif
