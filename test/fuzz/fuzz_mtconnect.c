/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first byte chooses: a document, or the body of a stream in pieces of that size. Parts do not
 * depend on the pieces. */
#include "fuzz_reader.h"

#include "base/hash.h"
#include "read/mtconnect.h"

static void on_header(void *context, const mtconnect_header *h)
{
    *(uint64_t *)context += h->instance + h->first + h->next;
}

static void on_observation(void *context, const mtconnect_observation *o)
{
    HOLDS(strlen(o->item) < 256 && o->value);
    *(uint64_t *)context += o->sequence + strlen(o->value);
}

static void on_text(void *context, const char *a, const char *b)
{
    *(uint64_t *)context += strlen(a) + strlen(b);
}

static bool on_part(void *context, const char *part, size_t length)
{
    uint64_t *sum = context;
    *sum = *sum * 31 + hash64(part, length) + 1;
    mtconnect_events events = {on_header, on_observation, on_text, on_text, sum};
    *sum += mtconnect_read("part", part, length, &events, NULL) == ASSAY_OK;
    return true;
}

static uint64_t in_pieces(const char *text, size_t length, size_t piece, assay_status *status)
{
    uint64_t sum = 0;
    mtconnect_parts *p;
    HOLDS(mtconnect_parts_new("multipart/mixed;boundary=b", on_part, &sum, &p, NULL) == ASSAY_OK);
    *status = ASSAY_OK;
    for (size_t at = 0; at < length && *status == ASSAY_OK; at += piece)
        *status = mtconnect_parts_take(p, text + at, length - at < piece ? length - at : piece, NULL);
    mtconnect_parts_free(p);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    const char *text = (const char *)data + 1;
    uint64_t sum = 0;
    if (data[0] < 128) {
        on_part(&sum, text, size - 1);
        return 0;
    }
    assay_status first, second;
    uint64_t a = in_pieces(text, size - 1, data[0] & 63 ? data[0] & 63 : 1, &first);
    uint64_t b = in_pieces(text, size - 1, size, &second);
    HOLDS(first != ASSAY_OK || second != ASSAY_OK || a == b);
    return 0;
}
