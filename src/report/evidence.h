/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of evidence, whose digest is sealed with it. */
#ifndef REPORT_EVIDENCE_H
#define REPORT_EVIDENCE_H

#include "base/buf.h"
#include "base/json.h"
#include "report/canvas.h"
#include "scheme/evidence.h"

/* Standalone SVG: before, after, the change, what was claimed. An evidence_drawing. */
void report_evidence_svg(const evidence *e, buf *svg);
/* The same strokes on any canvas of that size. */
double report_evidence_width(const evidence *e);
double report_evidence_height(const evidence *e);
void report_evidence_on(const evidence *e, canvas *c);

/* Members of an object: record, commit, time, case, by, evidence (the sealed text; null: erased). */
void report_evidence_record(json *j, const evidence_record *r);
/* An object: is it what was sealed, and what has changed since? */
void report_evidence_check(json *j, const evidence_check *check);

#endif
