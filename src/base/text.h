/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text: UTF-8 inside, other encodings at the door, and its width on a terminal.
 *
 * Nothing here depends on the locale.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/buf.h"
#include "base/utf8.h"

#include <assay/err.h>

#include <stdint.h>

/* Columns on a terminal: 0 for combining signs, 2 for Hangul, Han, Kana and wide symbols. */
int codepoint_width(uint32_t c);
size_t text_width(const char *text, size_t n);
/* Bytes of the longest start that is at most `columns` wide. */
size_t text_fit(const char *text, size_t n, size_t columns);
/* "0" .. "65535": getaddrinfo takes more and wraps it round. */
bool text_is_port(const char *text);

#define ENCODING_LIST(X)                                                                           \
    X(UTF8, "utf-8", "UTF-8")                                                                      \
    X(UTF16LE, "utf-16le", "UTF-16LE")                                                             \
    X(UTF16BE, "utf-16be", "UTF-16BE")                                                             \
    X(CP949, "cp949", "UHC")                                                                       \
    X(GB18030, "gb18030", "GB18030")                                                               \
    X(CP1252, "cp1252", "CP1252")

typedef enum {
#define X(code, name, iconv_name) ENCODING_##code,
    ENCODING_LIST(X)
#undef X
    ENCODING_COUNT
} text_encoding;

const char *encoding_name(text_encoding e);
/* Accepts the names above and the usual others ("euc-kr", "gbk", "latin1", "utf-16"). */
bool encoding_from_name(const char *name, text_encoding *out);

/* Which encoding the bytes are in: by byte order mark (*mark is its length), by valid UTF-8, by
 * zero bytes, else by the shape of the bytes above 127. `is_all`: nothing follows. */
text_encoding encoding_guess(const char *bytes, size_t n, bool is_all, size_t *mark);

/* A stream of bytes turned into UTF-8. What cannot be converted becomes U+FFFD and is counted.
 * (UTF-8 itself passes as iconv lets it: check it with utf8_valid.) */
typedef struct transcoder transcoder;
ASSAY_MUST_USE assay_status transcoder_open(text_encoding from, transcoder **out, assay_err *err);
void transcoder_close(transcoder *t);
/* Convert in[0..n) onto `out`; a character cut off at the end is kept for the next call, or
 * counted as broken when `is_last`. */
ASSAY_MUST_USE assay_status transcoder_feed(transcoder *t, const char *in, size_t n, bool is_last,
                                            buf *out, assay_err *err);
uint64_t transcoder_broken(const transcoder *t);

#endif
