/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first byte chooses how to read, the rest is the file. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    read_options options = {.strict = data[0] & 1,
                            .zone = data[0] & 2 ? "Europe/Berlin" : NULL,
                            .dialect = data[0] & 4 ? "encoding=cp850" : NULL};
    source in = fuzz_source(data[0] & 8 ? "x.dfx" : "x.dfq", data + 1, size - 1);
    reader *r;
    if (aqdef_open(&in, &options, &r, NULL) == ASSAY_OK)
        fuzz_drain(r);
    return 0;
}
