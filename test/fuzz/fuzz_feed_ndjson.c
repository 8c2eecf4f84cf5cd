/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_both_ways(FEED_NDJSON, data, size);
    return 0;
}
