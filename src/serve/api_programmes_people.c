/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parties; titles, notices, money, measures; what is for everybody. */
#include "serve/programme.h"

#include <string.h>

/* -- parties ---------------------------------------------------------------------------------------------- */

static assay_status find(ask *a, object_id *out, assay_err *err)
{
    return party_find(a->s, request_part(a->r, 0), out, err);
}

/* The desk and who it is; for everybody else there is no such party. A badge at a kiosk may be a found
 * one: it opens nobody's record. */
static assay_status find_own(ask *a, object_id *out, assay_err *err)
{
    assay_status status = find(a, out, err);
    bool is_own = memcmp(out, &a->who.party, sizeof *out) == 0 && !ask_badge(a);
    return status ? status : is_own ? ASSAY_OK : ask_desk(a, err);
}

static assay_status parties(ask *a, assay_err *err)
{
    assay_status status = ask_desk(a, err);
    return status ? status
                  : party_list(a->s, request_query(a->r, "kind"), request_query(a->r, "search"),
                               request_query(a->r, "cursor"), ask_limit(a), true, &a->out, err);
}

static assay_status show(ask *a, assay_err *err)
{
    object_id id;
    assay_status status = find_own(a, &id, err);
    return status ? status : party_show(a->s, &id, true, &a->out, err);
}

static assay_status show_own(ask *a, assay_err *err)
{
    static const object_id nobody;
    if (memcmp(&a->who.party, &nobody, sizeof nobody) == 0)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "your account belongs to no person of the programmes");
    assay_status status = party_show(a->s, &a->who.party, true, &a->out, err);
    if (!status && ask_badge(a))
        status = party_card(&a->out, err);
    return status;
}

static assay_status export(ask *a, assay_err *err)
{
    object_id id;
    assay_status status = find_own(a, &id, err);
    return status ? status : case_export_party(a->desk, &id, &a->who, &a->out, err);
}

static assay_status make(ask *a, assay_err *err)
{
    object_id id;
    assay_status status = ask_desk(a, err);
    if (!status)
        status = party_add(a->tx, a->s, buf_text(&a->said), a->who.account, &id, err);
    return status ? status : party_show(a->s, &id, true, &a->out, err);
}

static assay_status change_party(ask *a, assay_err *err)
{
    object_id id;
    assay_status status = ask_desk(a, err);
    if (!status)
        status = find(a, &id, err);
    if (!status)
        status = party_change(a->tx, a->s, &id, buf_text(&a->said), a->who.account, err);
    return status ? status : party_show(a->s, &id, true, &a->out, err);
}

static assay_status merge(ask *a, const object_id *id, assay_err *err)
{
    object_id other;
    const char *name = body_text(a->r, "other", true), *why = body_text(a->r, "why", false);
    assay_status status = party_find(a->s, name ? name : "", &other, err);
    return status ? status
                  : party_merge(a->tx, a->s, id, &other, why ? why : "", a->who.account, err);
}

static assay_status step(ask *a, assay_err *err)
{
    object_id id;
    const char *name = request_part(a->r, 1), *said = buf_text(&a->said);
    bool is_consent = strcmp(name, "consent") == 0 || strcmp(name, "dissent") == 0;
    assay_status status = is_consent ? find_own(a, &id, err) : ask_desk(a, err);
    if (!status && !is_consent)
        status = find(a, &id, err);
    if (status)
        return status;
    if (is_consent)
        return party_consent(a->tx, a->s, &id, said, *name == 'c', a->who.account, err);
    if (strcmp(name, "relate") == 0)
        return party_relate(a->tx, a->s, &id, said, a->who.account, err);
    if (strcmp(name, "appoint") == 0)
        return party_appoint(a->tx, a->s, &id, said, a->who.account, err);
    if (strcmp(name, "merge") == 0)
        return merge(a, &id, err);
    return assay_fail(err, ASSAY_NOT_FOUND, 0, "\"%.40s\" is nothing done with a party", name);
}

static assay_status erase(ask *a, assay_err *err)
{
    object_id id;
    const char *why = request_query(a->r, "why");
    assay_status status = find_own(a, &id, err);
    return status ? status : party_erase(a->tx, a->s, &id, why ? why : "", a->who.account, err);
}

void api_parties(request *r)
{
    programme_read(r, parties);
}

void api_party(request *r)
{
    programme_read(r, show);
}

void api_me_party(request *r)
{
    programme_read(r, show_own);
}

void api_party_export(request *r)
{
    programme_read(r, export);
}

void api_party_make(request *r)
{
    programme_write(r, 201, make);
}

void api_party_change(request *r)
{
    programme_write(r, 200, change_party);
}

void api_party_step(request *r)
{
    programme_write(r, 200, step);
}

void api_party_erase(request *r)
{
    programme_write_bytes(r, 200, erase);
}

/* -- titles, money, measures --------------------------------------------------------------------------------- */

static assay_status titles(ask *a, assay_err *err)
{
    object_id party;
    const char *name = request_query(a->r, "party");
    title_query q = {.scheme = request_query(a->r, "scheme"),
                     .title = request_query(a->r, "title"),
                     .state = request_query(a->r, "state"),
                     .place = request_query(a->r, "place"),
                     .search = request_query(a->r, "search"),
                     .mark = request_query(a->r, "cursor"),
                     .limit = ask_limit(a)};
    assay_status status = name ? party_find(a->s, name, &party, err) : ASSAY_OK;
    if (name)
        q.party = &party;
    return status ? status : title_list(a->desk, &q, &a->who, &a->out, err);
}

static assay_status issue(ask *a, assay_err *err)
{
    assay_status status = ask_desk(a, err);
    return status ? status
                  : title_issue(a->desk, a->tx, buf_text(&a->said), &a->who, &a->out, err);
}

static assay_status counts(ask *a, assay_err *err)
{
    const char *name = request_query(a->r, "scheme");
    return title_statistics(a->desk, name ? name : "", &a->out, err);
}

static assay_status money(ask *a, assay_err *err)
{
    const char *name = request_query(a->r, "scheme");
    return money_list(a->desk, name ? name : "", request_query(a->r, "cursor"), ask_limit(a),
                      &a->who, &a->out, err);
}

static assay_status sums(ask *a, assay_err *err)
{
    const char *name = request_query(a->r, "scheme");
    return money_sums(a->desk, name ? name : "", &a->who, &a->out, err);
}

static assay_status measures(ask *a, assay_err *err)
{
    return measure_tree(a->desk, request_part(a->r, 0), &a->who, &a->out, err);
}

static assay_status measure(ask *a, assay_err *err)
{
    return measure_put(a->desk, a->tx, request_part(a->r, 0), buf_text(&a->said), &a->who, err);
}

static assay_status notices(ask *a, assay_err *err)
{
    return notice_list(a->desk, request_query(a->r, "scheme"), request_query(a->r, "cursor"),
                       ask_limit(a), &a->who, &a->out, err);
}

static assay_status object(ask *a, assay_err *err)
{
    object_id id;
    assay_status status = ask_id(a, 0, &id, err);
    return status ? status
                  : notice_object(a->desk, a->tx, &id, buf_text(&a->said), &a->who, &a->out, err);
}

void api_titles(request *r)
{
    programme_read(r, titles);
}

void api_title_issue(request *r)
{
    programme_write(r, 200, issue);
}

void api_money(request *r)
{
    programme_read(r, money);
}

void api_money_sums(request *r)
{
    programme_read(r, sums);
}

void api_measures(request *r)
{
    programme_read(r, measures);
}

void api_measure_put(request *r)
{
    programme_write(r, 200, measure);
}

enum { LOOKS_A_MINUTE = 120, OBJECTIONS_A_MINUTE = 6 };

void api_roll(request *r)
{
    programme_read_public(r, LOOKS_A_MINUTE, titles);
}

void api_roll_statistics(request *r)
{
    programme_read_public(r, LOOKS_A_MINUTE, counts);
}

void api_notices(request *r)
{
    programme_read_public(r, LOOKS_A_MINUTE, notices);
}

void api_notice_object(request *r)
{
    programme_write_public(r, 201, OBJECTIONS_A_MINUTE, object);
}
