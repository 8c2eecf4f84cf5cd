/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Titles, what is published of them, money and measures. */
#ifndef SCHEME_TITLE_H
#define SCHEME_TITLE_H

#include "scheme/case.h"

/* A page of titles: {titles: [{title, scheme, state, name, place, given, valid_to, case}], next, count}. For
 * VIEWER_PUBLIC only what a public roll of the scheme shows. */
typedef struct {
    const char *scheme;  /* id; needed but for a party's own */
    const char *title, *state, *place; /* NULL: any */
    const char *search;  /* a name or a word of it */
    const object_id *party;
    const char *mark;
    size_t limit;
} title_query;
ASSAY_MUST_USE assay_status title_list(desk *d, const title_query *q, const viewer *who, buf *out,
                                       assay_err *err);
/* {scheme, title?, why}: a credential for every title that holds and has none, as one given before there
 * was an issuer; at most 200 at once: {issued: [{case, n, title, credential}], more}. */
ASSAY_MUST_USE assay_status title_issue(desk *d, store_tx *tx, const char *said, const viewer *who,
                                        buf *answer, assay_err *err);
/* Notices that are out: {notices: [{notice, case, scheme, since, until, shown: {..}}], next}. */
ASSAY_MUST_USE assay_status notice_list(desk *d, const char *scheme, const char *mark, size_t limit,
                                        const viewer *who, buf *out, assay_err *err);
/* An objection to a notice, by anybody while it is out. */
ASSAY_MUST_USE assay_status notice_object(desk *d, store_tx *tx, const object_id *notice,
                                          const char *said, const viewer *who, buf *answer,
                                          assay_err *err);
/* Counts by place, size of the firm, title (level) and year, rows with fewer than five left out:
 * {statistics: [{by, of, cases, passed, titles}]}. */
ASSAY_MUST_USE assay_status title_statistics(desk *d, const char *scheme, buf *out, assay_err *err);

/* {schemes: [{id, name, titles: [{id, name}], fields: {id: words}}]}: those that publish for everybody. */
ASSAY_MUST_USE assay_status publishing_schemes(desk *d, buf *out, assay_err *err);

/* {money, kind, amount, currency, line, case, at} of a scheme, by line. */
ASSAY_MUST_USE assay_status money_list(desk *d, const char *scheme, const char *mark, size_t limit,
                                       const viewer *who, buf *out, assay_err *err);
/* {sums: [{line or money, currency, kind, count, amount}]} of all its lines; amount null: beyond
 * what is exact. */
ASSAY_MUST_USE assay_status money_sums(desk *d, const char *scheme, const viewer *who, buf *out,
                                       assay_err *err);

/* The goal tree with its newest figures; what a measure calculates is calculated. */
ASSAY_MUST_USE assay_status measure_tree(desk *d, const char *scheme, const viewer *who, buf *out,
                                         assay_err *err);
/* {measure, value, at?, source?}: a figure entered. */
ASSAY_MUST_USE assay_status measure_put(desk *d, store_tx *tx, const char *scheme, const char *said,
                                        const viewer *who, assay_err *err);

#endif
