/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const fate_names[] = {
    [FATE_STORED] = "stored", [FATE_LATE] = "stored", [FATE_DUPLICATE] = "duplicate",
    [FATE_CONFLICT] = "conflict"};

void verdicts_done(verdicts *v)
{
    free(v->line);
    free(v->fate);
    buf_done(&v->refusals);
    *v = (verdicts){0};
}

static bool make_room(verdicts *v, size_t more)
{
    size_t wanted = v->rows + more;
    if (wanted <= v->room)
        return true;
    size_t room = wanted * 2;
    uint32_t *line = realloc(v->line, room * sizeof *line);
    if (line)
        v->line = line;
    uint8_t *fate = realloc(v->fate, room);
    if (fate)
        v->fate = fate;
    if (!line || !fate)
        return false;
    v->room = room;
    return true;
}

static void count(verdicts *v, uint8_t fate)
{
    v->stored += fate == FATE_STORED || fate == FATE_LATE;
    v->late += fate == FATE_LATE;
    v->duplicates += fate == FATE_DUPLICATE;
    v->conflicts += fate == FATE_CONFLICT;
}

void verdicts_take(verdicts *v, const parcel *p)
{
    if (p->status != ASSAY_OK) {
        v->trouble = p->err;
        v->trouble.code = p->status;
        return;
    }
    size_t n = p->rows->n, keep = v->with_rows && v->rows < VERDICTS_MAX ? n : 0;
    if (keep > VERDICTS_MAX - v->rows)
        keep = VERDICTS_MAX - v->rows;
    if (keep && !make_room(v, keep))
        keep = 0;
    for (size_t i = 0; i < n; i++) {
        count(v, p->fate[i]);
        if (i < keep) {
            v->line[v->rows] = (uint32_t)p->rows->record[i];
            v->fate[v->rows++] = p->fate[i];
        }
    }
    v->received += n;
    v->commit = p->commit > v->commit ? p->commit : v->commit;
}

void verdicts_refuse(verdicts *v, uint64_t line, const char *reason, const char *expected,
                     const char *found, size_t length)
{
    v->received++;
    v->refused++;
    if (!v->first[0])
        snprintf(v->first, sizeof v->first, "line %llu: %s: found \"%.*s\", expected %s",
                 (unsigned long long)line, reason, (int)(length > 40 ? 40 : length), found,
                 expected);
    if (!v->with_rows || v->told++ >= VERDICT_REFUSALS)
        return;
    buf *out = &v->refusals;
    buf_addf(out, "%s{\"line\": %llu, \"verdict\": \"refused\", \"reason\": ",
             out->length ? ", " : "", (unsigned long long)line);
    json_quote(out, reason, strlen(reason));
    buf_add_text(out, ", \"expected\": ");
    json_quote(out, expected, strlen(expected));
    buf_add_text(out, ", \"found\": ");
    json_quote(out, found, length > 80 ? 80 : length);
    buf_add_char(out, '}');
}

static void write_rows(const verdicts *v, json *j)
{
    json_key(j, "rows");
    json_array(j);
    for (size_t i = 0; i < v->rows; i++) {
        json_flat_object(j);
        json_member_unsigned(j, "line", v->line[i]);
        json_member_text(j, "verdict", fate_names[v->fate[i]]);
        if (v->fate[i] == FATE_LATE)
            json_member_bool(j, "late", true);
        json_end(j);
    }
    if (v->refusals.length)
        json_raw(j, buf_text(&v->refusals));
    json_end(j);
    uint64_t left_out = v->received - v->rows - (v->told < VERDICT_REFUSALS ? v->told : VERDICT_REFUSALS);
    if (left_out)
        json_member_unsigned(j, "rows_left_out", left_out);
}

void verdicts_write(const verdicts *v, json *j)
{
    json_member_unsigned(j, "received", v->received);
    json_member_unsigned(j, "stored", v->stored);
    json_member_unsigned(j, "late", v->late);
    json_member_unsigned(j, "duplicates", v->duplicates);
    json_member_unsigned(j, "conflicts", v->conflicts);
    json_member_unsigned(j, "refused", v->refused);
    json_member_unsigned(j, "commit", v->commit);
    if (v->with_rows)
        write_rows(v, j);
}
