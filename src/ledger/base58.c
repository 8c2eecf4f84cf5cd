/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/base58.h"

#include <assert.h>
#include <string.h>

static const char letters[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

static size_t leading(const uint8_t *bytes, size_t length, uint8_t what)
{
    size_t n = 0;
    while (n < length && bytes[n] == what)
        n++;
    return n;
}

/* number = number * base + digit over digits of `radix`, the least significant first. */
static size_t shift_in(uint8_t *number, size_t count, unsigned radix, unsigned base, unsigned digit)
{
    unsigned carry = digit;
    for (size_t i = 0; i < count; i++) {
        carry += number[i] * base;
        number[i] = (uint8_t)(carry % radix);
        carry /= radix;
    }
    for (; carry; carry /= radix)
        number[count++] = (uint8_t)(carry % radix);
    return count;
}

size_t base58_write(const void *bytes, size_t length, char out[static BASE58_TEXT_MAX + 1])
{
    const uint8_t *in = bytes;
    uint8_t digits[BASE58_TEXT_MAX + 4];
    size_t zeros = leading(in, length, 0), count = 0, used = zeros;
    assert(length <= BASE58_BYTES_MAX);
    for (size_t i = zeros; i < length; i++)
        count = shift_in(digits, count, 58, 256, in[i]);
    memset(out, '1', zeros);
    while (count)
        out[used++] = letters[digits[--count]];
    out[used] = '\0';
    return used;
}

bool base58_read(const char *text, size_t length, void *out, size_t room, size_t *used)
{
    uint8_t digits[BASE58_TEXT_MAX + 4], *to = out;
    if (length > BASE58_TEXT_MAX)
        return false;
    size_t zeros = leading((const uint8_t *)text, length, '1'), count = 0;
    for (size_t i = zeros; i < length; i++) {
        const char *at = text[i] ? strchr(letters, text[i]) : NULL;
        if (!at)
            return false;
        count = shift_in(digits, count, 256, 58, (unsigned)(at - letters));
    }
    if (zeros + count > room)
        return false;
    memset(to, 0, zeros);
    for (size_t i = 0; i < count; i++)
        to[zeros + i] = digits[count - 1 - i];
    *used = zeros + count;
    return true;
}
