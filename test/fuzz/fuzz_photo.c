/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A photo from outside: what is left of it is never longer, is one again, and nothing more goes out of it. */
#include "scheme/photo.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    buf once = BUF_INIT, twice = BUF_INIT;
    if (photo_strip(data, size, &once, NULL) == ASSAY_OK) {
        if (once.length > size || photo_strip(once.data, once.length, &twice, NULL) != ASSAY_OK)
            abort();
        if (twice.length != once.length || memcmp(once.data, twice.data, once.length) != 0)
            abort();
    }
    buf_done(&once);
    buf_done(&twice);
    return 0;
}
