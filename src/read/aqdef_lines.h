/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of a source, whatever ends them: CR LF, LF, CR, or the end of the source.
 *
 * A byte order mark is taken off; UTF-16 comes out as UTF-8. One buffer that grows with the
 * longest line, up to AQDEF_LINE_MAX.
 */
#ifndef READ_AQDEF_LINES_H
#define READ_AQDEF_LINES_H

#include "read/source.h"

typedef struct {
    source *in;
    char *data;
    size_t begin, end, room;
    size_t line_feed; /* place of the next LF at or behind `begin`; end: none known */
    size_t searched;
    uint64_t number;  /* of the line given last, from 1 */
    uint64_t taken;   /* bytes (as UTF-8) of the lines given so far */
    bool is_wide, is_big_endian, is_all_read, has_begun;
    unsigned char half[4]; /* bytes of a UTF-16 character that is not complete */
    size_t half_length;
} aqdef_lines;

/* `in` has its head read. Starts at its first byte, also when it was read before. */
ASSAY_MUST_USE assay_status aqdef_lines_open(aqdef_lines *l, source *in, assay_err *err);
void aqdef_lines_close(aqdef_lines *l); /* not the source */

/* *text is NULL at the end; valid until the next call. */
ASSAY_MUST_USE assay_status aqdef_lines_next(aqdef_lines *l, const char **text, size_t *length,
                                             assay_err *err);

/* A pipe is read twice too: its bytes go to a temporary file first. */
ASSAY_MUST_USE assay_status aqdef_spool(source *in, assay_err *err);

#endif
