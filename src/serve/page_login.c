/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logging in and out, and the page of a one-time link. A form of another site cannot log anybody in
 * here: browsers say where a form comes from. */
#include "serve/cookie.h"
#include "serve/gate.h"
#include "serve/page.h"
#include "serve/reply.h"

#include <string.h>

static bool comes_from_elsewhere(const request *r)
{
    const char *site = request_header(r, "Sec-Fetch-Site");
    return site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
}

static void add_input(buf *out, language l, word_id label, const char *name, const char *rest)
{
    buf_addf(out, "<label>%s<input name=\"%s\" %s></label>", page_word(l, label), name, rest);
}

static void show_login(request *r, unsigned status, const char *next, int complaint)
{
    buf out = BUF_INIT;
    language l = page_language(r);
    page_begin(&out, l, WORD_LOGIN);
    if (complaint >= 0)
        buf_addf(&out, "<p class=\"wrong\" role=\"alert\">%s</p>", page_word(l, (word_id)complaint));
    buf_add_text(&out, "<form class=\"card\" method=\"post\" action=\"/login\">"
                       "<input type=\"hidden\" name=\"next\" value=\"");
    buf_add_xml(&out, page_next(next));
    buf_add_text(&out, "\">");
    add_input(&out, l, WORD_ACCOUNT, "account", "autocomplete=\"username\" autofocus required");
    add_input(&out, l, WORD_PASSWORD, "password",
              "type=\"password\" autocomplete=\"current-password\" required");
    add_input(&out, l, WORD_CODE, "code", "inputmode=\"numeric\" autocomplete=\"one-time-code\"");
    buf_addf(&out, "<button>%s</button></form>", page_word(l, WORD_LOGIN));
    page_end(r, status, &out);
}

void api_page_login(request *r)
{
    show_login(r, 200, request_query(r, "next"), -1);
}

void api_page_login_do(request *r)
{
    assay_err err;
    const char *next = page_next(form_field(r, "next"));
    if (comes_from_elsewhere(r)) {
        reply_problem(r, 403, NULL, "this form is not of this server", NULL);
        return;
    }
    assay_status status = session_begin(r, form_field(r, "account"), form_field(r, "password"),
                                        form_field(r, "code"), &err);
    if (status == ASSAY_OK)
        page_go(r, next);
    else if (status == ASSAY_BUSY)
        show_login(r, 429, next, WORD_TOO_MANY);
    else if (status == ASSAY_NOT_FOUND || status == ASSAY_MISSING)
        show_login(r, 401, next, WORD_WRONG);
    else
        reply_error(r, &err);
}

void api_page_logout(request *r)
{
    assay_err err;
    gate_recognise(r);
    if (r->is_known && r->who.is_session && !gate_has_csrf(r, form_field(r, "csrf"))) {
        reply_problem(r, 403, NULL, "this form is not of this session", NULL);
        return;
    }
    page_go(r, "/login");
    if (session_end(r, &err) != ASSAY_OK)
        reply_error(r, &err);
}

/* -- a one-time link -------------------------------------------------------------------------------- */

static void show_welcome(request *r, unsigned status, const char *code, int complaint)
{
    buf out = BUF_INIT;
    language l = page_language(r);
    page_begin(&out, l, WORD_WELCOME);
    if (complaint >= 0)
        buf_addf(&out, "<p class=\"wrong\" role=\"alert\">%s</p>", page_word(l, (word_id)complaint));
    buf_addf(&out, "<p>%s</p><form class=\"card\" method=\"post\" action=\"/welcome\">",
             page_word(l, WORD_WELCOME_TEXT));
    buf_add_text(&out, "<input type=\"hidden\" name=\"code\" value=\"");
    buf_add_xml(&out, code);
    buf_add_text(&out, "\">");
    add_input(&out, l, WORD_PASSWORD, "password",
              "type=\"password\" autocomplete=\"new-password\" minlength=\"10\" required autofocus");
    buf_addf(&out, "<button>%s</button></form>", page_word(l, WORD_SAVE));
    page_end(r, status, &out);
}

void api_page_welcome(request *r)
{
    const char *code = request_query(r, "code");
    show_welcome(r, 200, code ? code : "", -1);
}

void api_page_welcome_do(request *r)
{
    assay_err err;
    char account[64];
    const char *code = form_field(r, "code"), *password = form_field(r, "password");
    assay_status status = invitation_accept(r, code, password, account, &err);
    if (status == ASSAY_OK)
        status = session_begin(r, account, password, "", &err);
    if (status == ASSAY_OK)
        page_go(r, "/");
    else if (status == ASSAY_MISSING)
        page_go(r, "/login"); /* the password is set; this account wants a code too */
    else if (status == ASSAY_LIMIT)
        show_welcome(r, 422, code, WORD_PASSWORD_SHORT);
    else if (status == ASSAY_NOT_FOUND)
        show_welcome(r, 404, code, WORD_LINK_OVER);
    else if (status == ASSAY_BUSY)
        show_welcome(r, 429, code, WORD_TOO_MANY);
    else
        reply_error(r, &err);
}
