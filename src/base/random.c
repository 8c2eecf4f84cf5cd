/* SPDX-License-Identifier: GPL-3.0-or-later */
/* getrandom(2): no file descriptor to exhaust, no state to fork. */
#include "base/random.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

assay_status random_bytes(void *out, size_t length, assay_err *err)
{
    unsigned char *next = out;
    while (length) {
        ssize_t got = getrandom(next, length, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return assay_fail(err, ASSAY_IO, 0, "the kernel gives no random bytes: %s",
                              strerror(errno));
        next += got;
        length -= (size_t)got;
    }
    return ASSAY_OK;
}
