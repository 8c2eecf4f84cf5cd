/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/page.h"

#include "page_css.h"
#include "serve/gate.h"
#include "serve/reply.h"

#include <string.h>

static const char *const words[WORD_COUNT][3] = {
#define WORD(id, en, ko, zh) [WORD_##id] = {en, ko, zh},
#include "words.def"
#undef WORD
};
static const char *const tags[] = {"en", "ko", "zh-CN"};

/* The first of ours that the browser lists; they list what they like best first. */
language page_language(const request *r)
{
    const char *text = request_header(r, MHD_HTTP_HEADER_ACCEPT_LANGUAGE);
    for (const char *p = text; p && *p; p += strcspn(p, ","), p += strspn(p, ", ")) {
        if (strncasecmp(p, "ko", 2) == 0)
            return LANGUAGE_KO;
        if (strncasecmp(p, "zh", 2) == 0)
            return LANGUAGE_ZH;
        if (strncasecmp(p, "en", 2) == 0)
            return LANGUAGE_EN;
    }
    return LANGUAGE_EN;
}

const char *page_word(language l, word_id id)
{
    return words[id][l];
}

void html_text(buf *out, const char *text)
{
    for (const char *p = text ? text : ""; *p;) {
        size_t plain = strcspn(p, "<>&\"'");
        buf_add(out, p, plain);
        p += plain;
        if (*p)
            buf_add_text(out, *p == '<'   ? "&lt;"
                              : *p == '>' ? "&gt;"
                              : *p == '&' ? "&amp;"
                              : *p == '"' ? "&quot;"
                                          : "&#39;");
        p += *p != 0;
    }
}

static void add_person(buf *out, const request *r, language l)
{
    if (!r->is_known)
        return;
    buf_add_text(out, "<form method=\"post\" action=\"/logout\"><span class=\"who\">");
    html_text(out, *r->who.name ? r->who.name : r->who.account);
    buf_addf(out, "</span><input type=\"hidden\" name=\"csrf\" value=\"%s\"><button>%s</button></form>",
             r->who.csrf, page_word(l, WORD_LOGOUT));
}

void page_begin(buf *out, const request *r, language l, word_id title, int refresh_s)
{
    buf_addf(out,
             "<!doctype html><html lang=\"%s\"><head><meta charset=\"utf-8\">"
             "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
             "<meta name=\"color-scheme\" content=\"light dark\">",
             tags[l]);
    if (refresh_s)
        buf_addf(out, "<meta http-equiv=\"refresh\" content=\"%d\">", refresh_s);
    buf_addf(out,
             "<title>%s · Assay</title><link rel=\"stylesheet\" href=\"/page.css\"></head><body>"
             "<header><a class=\"brand\" href=\"/\">Assay</a>",
             page_word(l, title));
    add_person(out, r, l);
    buf_addf(out, "</header><main><h1>%s</h1>", page_word(l, title));
}

void page_end(request *r, unsigned status, buf *out)
{
    buf_add_text(out, "</main></body></html>\n");
    reply_bytes(r, status, "text/html; charset=utf-8", out);
    reply_header(r, "Content-Security-Policy",
                 "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
                 "frame-ancestors 'none'");
    reply_header(r, "Referrer-Policy", "no-referrer");
}

void page_go(request *r, const char *path)
{
    reply_none(r, 303);
    reply_header(r, MHD_HTTP_HEADER_LOCATION, path);
}

void api_page_css(request *r)
{
    buf css = BUF_INIT;
    buf_add(&css, page_css, page_css_size);
    reply_bytes(r, 200, "text/css; charset=utf-8", &css);
}

/* -- forms ---------------------------------------------------------------------------------------- */

const char *form_field(request *r, const char *name)
{
    size_t length = strlen(name);
    const char *p = buf_text(&r->body);
    while (*p) {
        size_t field = strcspn(p, "&");
        if (field > length && strncmp(p, name, length) == 0 && p[length] == '=')
            return request_decode(r, p + length + 1, field - length - 1);
        p += field + (p[field] == '&');
    }
    return "";
}
