/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gettext knows one language for a process, a server speaks several at once: a borrowed catalogue is
 * read here. The format is GNU's .mo: two tables of lengths and offsets, the texts of the first in
 * ascending order. A catalogue once read stays. */
#include "base/i18n.h"

#include "base/utf8.h"

#include <fcntl.h>
#include <libintl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAGIC = 0x950412de, HEADER = 28, SIZE_MAX_BYTES = 16 << 20 };

typedef struct {
    const char *language, *folder;
    bool is_tried;
    const char *bytes; /* NULL: there is none */
    size_t size;
    uint32_t count, originals, translations; /* offsets of the tables */
} catalogue;

static catalogue all[] = {{.language = "ko", .folder = "ko"}, {.language = "zh", .folder = "zh_CN"}};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local const catalogue *borrowed;
static _Thread_local bool is_plain; /* English: as it is written in the source */

static uint32_t word(const catalogue *c, size_t at)
{
    uint32_t x;
    memcpy(&x, c->bytes + at, sizeof x);
    return x;
}

/* Text i of a table; NULL: it does not lie within the file, or has no end. */
static const char *text_at(const catalogue *c, uint32_t table, uint32_t i)
{
    size_t entry = (size_t)table + 8 * (size_t)i;
    if (entry + 8 > c->size)
        return NULL;
    uint64_t length = word(c, entry), offset = word(c, entry + 4);
    return offset + length < c->size && c->bytes[offset + length] == 0 ? c->bytes + offset : NULL;
}

static bool is_sound(const catalogue *c)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (!text_at(c, c->originals, i) || !text_at(c, c->translations, i))
            return false;
    return true;
}

static void read_catalogue(catalogue *c)
{
    char path[4096];
    struct stat s;
    const char *folder = bindtextdomain("assay", NULL);
    snprintf(path, sizeof path, "%s/%s/LC_MESSAGES/assay.mo", folder ? folder : "", c->folder);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &s) == 0 && s.st_size >= HEADER && s.st_size <= SIZE_MAX_BYTES) {
        c->size = (size_t)s.st_size;
        void *bytes = mmap(NULL, c->size, PROT_READ, MAP_PRIVATE, fd, 0);
        c->bytes = bytes == MAP_FAILED ? NULL : bytes;
    }
    close(fd);
    if (!c->bytes)
        return;
    c->count = word(c, 8);
    c->originals = word(c, 12);
    c->translations = word(c, 16);
    if (word(c, 0) != MAGIC || !is_sound(c))
        c->bytes = NULL;
}

static const catalogue *catalogue_of(const char *language)
{
    const catalogue *found = NULL;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        catalogue *c = &all[i];
        if (strncmp(language, c->language, 2) != 0)
            continue;
        if (!c->is_tried)
            read_catalogue(c);
        c->is_tried = true;
        found = c->bytes ? c : NULL;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

bool i18n_borrow(const char *language)
{
    is_plain = strncmp(language, "en", 2) == 0;
    borrowed = is_plain ? NULL : catalogue_of(language);
    return is_plain || borrowed;
}

void i18n_return(void)
{
    is_plain = false;
    borrowed = NULL;
}

/* NULL: not translated. */
static const char *find(const catalogue *c, const char *text)
{
    uint32_t low = 0, high = c->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const char *here = text_at(c, c->originals, middle);
        int order = strcmp(text, here);
        if (order == 0)
            return text_at(c, c->translations, middle);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *i18n_text(const char *text)
{
    if (is_plain || !*text) /* of "" a catalogue knows its head */
        return text;
    if (!borrowed)
        return dgettext("assay", text);
    const char *found = find(borrowed, text);
    return found && *found ? found : text;
}

/* Korean and Chinese have one form for every number. */
const char *i18n_plural(const char *one, const char *many, unsigned long n)
{
    const char *plain = n == 1 ? one : many;
    if (is_plain)
        return plain;
    if (!borrowed)
        return dngettext("assay", one, many, n);
    const char *found = find(borrowed, one);
    return found && *found ? found : plain;
}

/* -- texts that were made elsewhere
 * ---------------------------------------------------------------- */

enum { ARGUMENTS = 8, FIXED_LEAST = 8, DEPTH = 3 };

typedef struct {
    const char *at;
    size_t length;
    bool is_reason; /* stands behind a colon, or is words at the end: may be a text of its own */
} argument;

/* Behind the conversion at `format`; `which` argument it takes, from 0, where it says so. */
static const char *conversion_end(const char *format, size_t *which)
{
    const char *p = format + 1;
    size_t digits = strspn(p, "0123456789");
    if (digits && p[digits] == '$') {
        *which = strtoul(p, NULL, 10) - 1;
        p += digits + 1;
    }
    p += strspn(p, "-+ #0123456789.*hlqjzt");
    return *p ? p + 1 : p;
}

/* How many bytes `text` shares with the `format` that it was made from, and what was put in
 * between; 0: it was not made from it. */
static size_t fit(const char *format, const char *text, argument *found)
{
    size_t fixed = 0, n = 0;
    for (;;) {
        size_t length = strcspn(format, "%"), rest = strlen(text);
        const char *here = text;
        if (n && format[length])
            here = memmem(text, rest, format, length);
        else if (n && rest > length)
            here = text + rest - length;
        if (!here || strncmp(here, format, length) != 0)
            return 0;
        if (n) {
            found[n - 1].at = text;
            found[n - 1].length = (size_t)(here - text);
            if (!*here)
                found[n - 1].is_reason |= strchr(text, ' ') != NULL;
        }
        fixed += length;
        format += length;
        text = here + length;
        if (!*format)
            return *text ? 0 : fixed;
        if (format[1] == '%' || n == ARGUMENTS)
            return 0;
        found[n].is_reason = length > 1 && memcmp(format - 2, ": ", 2) == 0;
        size_t unused = n++;
        format = conversion_end(format, &unused);
    }
}

typedef struct {
    char *at;
    size_t room; /* with the end */
} place;

static void put(place *to, const char *text, size_t length)
{
    if (length >= to->room)
        length = to->room - 1;
    memcpy(to->at, text, length);
    to->at += length;
    to->room -= length;
    *to->at = '\0';
}

static void retell(const catalogue *c, const char *text, place *to, int depth);

static void fill(const catalogue *c, const char *format, const argument *found, place *to,
                 int depth)
{
    char reason[400];
    for (size_t n = 0; *format; n++) {
        size_t length = strcspn(format, "%"), which = n;
        put(to, format, length);
        format += length;
        if (!*format)
            return;
        format = conversion_end(format, &which);
        const argument *a = &found[which < ARGUMENTS ? which : 0];
        if (a->is_reason && a->length < sizeof reason) {
            memcpy(reason, a->at, a->length);
            reason[a->length] = '\0';
            retell(c, reason, to, depth - 1);
        } else {
            put(to, a->at, a->length);
        }
    }
}

/* Of several formats that fit the one that says most itself is the one it was made from. */
static void retell(const catalogue *c, const char *text, place *to, int depth)
{
    argument found[ARGUMENTS] = {0}, best[ARGUMENTS] = {0};
    const char *same = find(c, text), *translation = NULL;
    size_t most = FIXED_LEAST - 1;
    for (uint32_t i = 0; i < c->count && !same && depth > 0; i++) {
        const char *format = text_at(c, c->originals, i);
        size_t fixed = strchr(format, '%') ? fit(format, text, found) : 0;
        if (fixed <= most)
            continue;
        most = fixed;
        memcpy(best, found, sizeof best);
        translation = text_at(c, c->translations, i);
    }
    if (translation)
        fill(c, translation, best, to, depth);
    else
        put(to, same ? same : text, strlen(same ? same : text));
}

void i18n_retell(const char *text, char *out, size_t room)
{
    const char *language = getenv("LANGUAGE");
    const catalogue *c = is_plain || !*text ? NULL
                         : borrowed         ? borrowed
                         : language         ? catalogue_of(language)
                                            : NULL;
    place to = {out, room};
    if (c)
        retell(c, text, &to, DEPTH);
    else
        put(&to, text, strlen(text));
    out[utf8_valid(out, strlen(out))] = '\0'; /* it may be cut within a character */
}
