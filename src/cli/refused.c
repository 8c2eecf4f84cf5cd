/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/refused.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS = 7 };

static void add_part(buf *note, const char *text, char end)
{
    for (const char *p = text ? text : ""; *p; p++)
        buf_add_char(note, (unsigned char)*p < ' ' ? ' ' : *p);
    buf_add_char(note, end);
}

void refused_write(const refused *r, buf *note)
{
    for (size_t i = 0; i < r->count; i++) {
        const refusal *x = &r->reason[i];
        buf_addf(note, "%llu\t%llu\t%u\t", (unsigned long long)x->count,
                 (unsigned long long)x->line, x->field);
        add_part(note, x->reason, '\t');
        add_part(note, x->column, '\t');
        add_part(note, x->found, '\t');
        add_part(note, x->expected, '\n');
    }
}

static void add_case(refused *r, const refusal *x)
{
    r->total += x->count;
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->reason[i].reason, x->reason) == 0) {
            r->reason[i].count += x->count;
            return;
        }
    if (r->count < REFUSED_MAX)
        r->reason[r->count++] = *x;
}

/* The line's parts; false when there are not as many. */
static bool split(char *line, char *part[static PARTS])
{
    for (int i = 0; i < PARTS; i++) {
        part[i] = line;
        char *tab = strchr(line, '\t');
        if (!tab && i + 1 < PARTS)
            return false;
        if (tab) {
            *tab = 0;
            line = tab + 1;
        }
    }
    return true;
}

void refused_read(refused *r, const char *note, arena *texts)
{
    for (const char *p = note; p && *p;) {
        size_t length = strcspn(p, "\n");
        char *part[PARTS], *line = arena_text(texts, p, length);
        p += length + (p[length] == '\n');
        if (!line || !split(line, part))
            continue;
        refusal x = {.count = strtoull(part[0], NULL, 10), .line = strtoull(part[1], NULL, 10),
                     .field = (uint32_t)strtoul(part[2], NULL, 10), .reason = part[3],
                     .column = *part[4] ? part[4] : NULL, .found = part[5], .expected = part[6]};
        add_case(r, &x);
    }
}

void refused_add(refused *r, const reader_tally_t *tally)
{
    for (size_t i = 0; i < tally->refusal_count; i++)
        add_case(r, &tally->refusals[i]);
}
