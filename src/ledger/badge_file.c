/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The credential that a file carries. A certificate in PDF holds it as an embedded file (ISO 32000-1, 7.11.4):
 * the last object of that type whose stream, as it stands, begins like a credential. What packs its streams
 * anew (no writer of ours does) is told apart from what has none. */
#include "ledger/badge.h"
#include "ledger/jwt.h"

#include "base/i18n.h"

#include <string.h>

bool badge_is_pdf(const void *bytes, size_t length)
{
    return length > 5 && memcmp(bytes, "%PDF-", 5) == 0;
}

bool badge_is_carrier(const buf *file)
{
    const char *bytes = buf_text(file);
    return badge_is_png(bytes, file->length) || badge_is_svg(bytes, file->length) || badge_is_pdf(bytes, file->length);
}

/* -- PDF ----------------------------------------------------------------------------------------- */

typedef struct {
    const char *at;
    size_t length;
} span;

static span last_before(span in, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = in.length >= n ? in.length - n + 1 : 0; i-- > 0;)
        if (memcmp(in.at + i, word, n) == 0)
            return (span){in.at + i, in.length - i};
    return (span){0};
}

static span first_in(span in, const char *word)
{
    const char *found = memmem(in.at, in.length, word, strlen(word));
    return found ? (span){found, in.length - (size_t)(found - in.at)} : (span){0};
}

/* /Length 123, the number itself; "123 0 R" would be another object's. */
static bool length_of(span dictionary, size_t most, size_t *out)
{
    static const char key[] = "/Length ";
    span found = first_in(dictionary, key);
    size_t i = sizeof key - 1, n = 0;
    for (; i < found.length && found.at[i] >= '0' && found.at[i] <= '9' && n <= most; i++)
        n = n * 10 + (size_t)(found.at[i] - '0');
    *out = n;
    return i > sizeof key - 1 && n <= most && !(i + 1 < found.length && found.at[i] == ' ' && found.at[i + 1] == '0');
}

static bool is_credential(span text)
{
    size_t i = 0;
    while (i < text.length && memchr(" \t\r\n", text.at[i], 4))
        i++;
    return (i < text.length && text.at[i] == '{') || jws_is(text.at, text.length);
}

/* The stream of the object in which `type` stands; `before` is the file up to there. */
static bool embedded(span before, span type, bool *is_packed, span *out)
{
    span begin = last_before(before, " obj"), stream = first_in(type, "stream");
    if (!begin.at || !stream.at)
        return false;
    span dictionary = {begin.at, (size_t)(stream.at - begin.at)};
    if (first_in(dictionary, "endobj").at)
        return false;
    if (first_in(dictionary, "/Filter").at) {
        *is_packed = true;
        return false;
    }
    size_t from = strlen("stream");
    from += from < stream.length && stream.at[from] == '\r';
    from += from < stream.length && stream.at[from] == '\n';
    out->at = stream.at + from;
    return length_of(dictionary, stream.length - from, &out->length) && is_credential(*out);
}

assay_status badge_unbake_pdf(const char *pdf, size_t length, buf *out, assay_err *err)
{
    bool is_packed = false;
    span text;
    if (length > BADGE_PICTURE_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "a PDF of %zu bytes; at most %d are read", length, BADGE_PICTURE_MAX);
    if (!badge_is_pdf(pdf, length))
        return assay_fail(err, ASSAY_FORMAT, 0, "not a PDF");
    for (span before = {pdf, length}, type; (type = last_before(before, "/EmbeddedFile")).at;) {
        before.length = (size_t)(type.at - pdf);
        type.length = length - before.length;
        if (embedded(before, type, &is_packed, &text)) {
            buf_add(out, text.at, text.length);
            return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a credential") : ASSAY_OK;
        }
    }
    if (!is_packed)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "the PDF carries no credential");
    assay_fail(err, ASSAY_UNSUPPORTED, 0, "the PDF was written anew: its attachments are packed");
    return assay_hint(err, _("save its attachment credential.json, and verify that"));
}

/* -- of any file ----------------------------------------------------------------------------------- */

assay_status badge_unbake(const buf *file, buf *out, assay_err *err)
{
    const char *bytes = buf_text(file);
    if (badge_is_png(bytes, file->length))
        return badge_unbake_png(bytes, file->length, out, err);
    if (badge_is_svg(bytes, file->length))
        return badge_unbake_svg(bytes, file->length, out, err);
    if (badge_is_pdf(bytes, file->length))
        return badge_unbake_pdf(bytes, file->length, out, err);
    buf_add(out, bytes, file->length);
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a credential") : ASSAY_OK;
}
