/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gettext knows one language for a process, a server speaks several at once: a borrowed catalogue is
 * read here. The format is GNU's .mo: two tables of lengths and offsets, the texts of the first in
 * ascending order. A catalogue once read stays. */
#include "base/i18n.h"

#include <fcntl.h>
#include <libintl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
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
