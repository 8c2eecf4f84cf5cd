/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chunk decoders on hostile bytes, and the packers on hostile rows.
 *
 * The first byte chooses. A body is sealed again with a right checksum, or the fuzzer would never
 * get past it; one choice hands the bytes over as they are. Rows that are packed must return.
 */
#include "store/chunk.h"
#include "store/chunk_codec.h"

#include <stdlib.h>
#include <string.h>

static chunk_codec *codec;
static int64_t number[CHUNK_ROWS], again[CHUNK_ROWS];
static int32_t offset[CHUNK_ROWS];
static int8_t exponent[CHUNK_ROWS];
static uint8_t decimals[CHUNK_ROWS];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode_values(const void *bytes, size_t length)
{
    chunk_values v;
    chunk_groups g;
    if (chunk_values_open(codec, bytes, length, &v, NULL))
        return;
    assay_status status = chunk_values_read(codec, &v, 0, v.n, number, exponent, decimals, NULL);
    if (!status)
        status = chunk_values_read(codec, &v, v.n / 3, v.n / 2, number, NULL, NULL, NULL);
    for (unsigned n = 1; n < 10; n++) {
        chunk_groups_init(&g, n, (int64_t)(n * 1000));
        status = chunk_groups_add(codec, &v, &g, NULL);
    }
}

static void decode_columns(const void *bytes, size_t length)
{
    uint64_t present;
    assay_status status = chunk_columns_present(bytes, length, &present, NULL);
    for (uint8_t id = 0; id < 64; id++) {
        chunk_column column = {.id = id, .bytes = (uint8_t)(1 << (id & 3)), .data = number};
        if (!status && (present >> id & 1) &&
            chunk_columns_unpack(codec, bytes, length, CHUNK_ROWS, &column, 1, NULL))
            return;
    }
}

static void decode_summary(const uint8_t *data, size_t size)
{
    chunk_summary s;
    uint8_t bytes[CHUNK_SUMMARY_MAX];
    if (size + 10 > sizeof bytes)
        return;
    bytes[0] = 'S';
    bytes[1] = CHUNK_VERSION;
    memcpy(bytes + 2, data, size);
    store_le(bytes + 2 + size, kernel_ref.digest(bytes, size + 2, 0), 8);
    if (chunk_summary_unpack(bytes, size + 10, &s, NULL))
        return;
    chunk_summary twice = s;
    if (!chunk_summary_merge(&twice, &s))
        abort();
    chunk_summary_rescale(&twice, twice.exponent - 3);
    chunk_summary_pack(&twice, bytes);
}

static void decode(char kind, const uint8_t *data, size_t size)
{
    if (size < 2)
        return;
    buf bytes = BUF_INIT;
    size_t start = chunk_begin(&bytes);
    buf_add(&bytes, data + 2, size - 2);
    if (!chunk_seal(&bytes, start, kind, load_le(data, 2) % (CHUNK_ROWS + 2), NULL)) {
        if (kind == 'V')
            decode_values(bytes.data, bytes.length);
        else if (kind == 'C')
            decode_columns(bytes.data, bytes.length);
        else if (chunk_times_unpack(codec, bytes.data, bytes.length, CHUNK_ROWS, number, offset, NULL,
                                    NULL) == ASSAY_SHAPE)
            abort();
    }
    buf_done(&bytes);
}

/* Numbers of 1 to 8 bytes each, shifted, with the running sum of those before if asked. */
static size_t numbers_of(const uint8_t *data, size_t size)
{
    unsigned bytes = data[0] % 8 + 1, shift = data[1] % 64;
    size_t n = (size - 2) / bytes;
    n = n < CHUNK_ROWS ? n : CHUNK_ROWS;
    for (size_t i = 0; i < n; i++) {
        uint64_t x = load_le(data + 2 + i * bytes, bytes) << shift;
        number[i] = (int64_t)(x + (i && data[0] & 8 ? (uint64_t)number[i - 1] : 0));
    }
    return n;
}

static void must_return(size_t n)
{
    buf bytes = BUF_INIT;
    chunk_rows rows = {.n = n, .mantissa = number, .finest = CHUNK_FINEST_NONE};
    chunk_column column = {.id = 5, .bytes = 8, .data = number}, read = column;
    chunk_values v;
    read.data = again;
    if (chunk_values_pack(codec, &rows, &bytes, NULL) ||
        chunk_values_open(codec, bytes.data, bytes.length, &v, NULL) ||
        chunk_values_read(codec, &v, 0, n, again, NULL, NULL, NULL) ||
        memcmp(number, again, n * sizeof *number))
        abort();
    buf_clear(&bytes);
    if (chunk_times_pack(codec, number, NULL, n, &bytes, NULL) ||
        chunk_times_unpack(codec, bytes.data, bytes.length, n, again, offset, NULL, NULL) ||
        memcmp(number, again, n * sizeof *number))
        abort();
    buf_clear(&bytes);
    if (chunk_columns_pack(codec, &column, 1, n, &bytes, NULL) ||
        chunk_columns_unpack(codec, bytes.data, bytes.length, n, &read, 1, NULL) ||
        memcmp(number, again, n * sizeof *number))
        abort();
    buf_done(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!codec && chunk_codec_new(&codec, NULL))
        abort();
    if (size < 1)
        return 0;
    switch (data[0] % 8) {
    case 0:
    case 1:
        decode('V', data + 1, size - 1);
        break;
    case 2:
    case 3:
        decode('T', data + 1, size - 1);
        break;
    case 4:
        decode('C', data + 1, size - 1);
        break;
    case 5:
        decode_summary(data + 1, size - 1);
        break;
    case 6:
        decode_values(data + 1, size - 1);
        break;
    default:
        if (size > 4 && numbers_of(data + 1, size - 1))
            must_return(numbers_of(data + 1, size - 1));
    }
    return 0;
}
