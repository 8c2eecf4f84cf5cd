/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts are told by being valid UTF-8 without control characters: HTML and SVG are texts here, so
 * that no browser runs what somebody sent. Office documents are zip archives that say early what
 * they hold. */
#include "scheme/file_type.h"

#include "base/text.h"

#include <string.h>

enum { TYPES = 15, TEXT_AT = 13, UNKNOWN = 14 };

static const struct {
    file_type type;
    size_t length; /* of the magic at the start, '?' is any byte; 0: a word somewhere in a zip */
    const char *magic;
} types[TYPES] = {
    {{"image/png", ".png", true, true}, 8, "\x89PNG\r\n\x1a\n"},
    {{"image/jpeg", ".jpg", true, true}, 3, "\xff\xd8\xff"},
    {{"image/gif", ".gif", true, true}, 4, "GIF8"},
    {{"image/webp", ".webp", true, true}, 12, "RIFF????WEBP"},
    {{"image/heic", ".heic", true, false}, 12, "\0???ftypheic"},
    {{"application/pdf", ".pdf", false, false}, 5, "%PDF-"},
    {{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx", false,
      false},
     0,
     "word/"},
    {{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx", false, false},
     0,
     "xl/"},
    {{"application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx", false,
      false},
     0,
     "ppt/"},
    {{"application/hwp+zip", ".hwpx", false, false}, 0, "application/hwp+zip"},
    {{"application/zip", ".zip", false, false}, 4, "PK\x03\x04"},
    {{"application/x-ole-storage", "", false, false}, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"},
    {{"video/mp4", ".mp4", false, false}, 8, "\0???ftyp"},
    {{"text/plain", ".txt", false, false}, 0, NULL},
    {{"application/octet-stream", "", false, false}, 0, NULL},
};

static bool begins(const char *head, size_t length, const char *magic, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (i >= length || (magic[i] != '?' && magic[i] != head[i]))
            return false;
    return true;
}

static bool holds(const char *head, size_t length, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= length; i++)
        if (memcmp(head + i, word, n) == 0)
            return true;
    return false;
}

/* A character that the end of the head cuts does not count. */
static bool is_text(const char *head, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char b = (unsigned char)head[i];
        if ((b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f') || b == 127)
            return false;
    }
    return length && utf8_valid(head, length) + 3 >= length;
}

file_type file_type_of(const void *bytes, size_t length)
{
    const char *head = bytes;
    length = length < FILE_TYPE_HEAD ? length : FILE_TYPE_HEAD;
    bool is_zip = length >= 4 && memcmp(head, "PK\x03\x04", 4) == 0;
    for (size_t i = 0; i < TEXT_AT; i++) {
        size_t n = types[i].length;
        bool is = n ? begins(head, length, types[i].magic, n)
                    : is_zip && holds(head, length, types[i].magic);
        if (is)
            return types[i].type;
    }
    return types[is_text(head, length) ? TEXT_AT : UNKNOWN].type;
}

file_type file_type_named(const char *type)
{
    for (size_t i = 0; type && i < TYPES; i++)
        if (strcmp(types[i].type.type, type) == 0)
            return types[i].type;
    return types[UNKNOWN].type;
}
