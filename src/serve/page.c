/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/page.h"

#include "page_css.h"
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

const char *page_language_name(request *r)
{
    static const char *const names[] = {[LANGUAGE_EN] = "en", [LANGUAGE_KO] = "ko",
                                        [LANGUAGE_ZH] = "zh"};
    const char *wished = request_query(r, "language");
    for (size_t i = 0; wished && i < sizeof names / sizeof *names; i++)
        if (strcmp(wished, names[i]) == 0)
            return names[i];
    return names[page_language(r)];
}

const char *page_word(language l, word_id id)
{
    return words[id][l];
}

void page_begin(buf *out, language l, word_id title)
{
    buf_addf(out,
             "<!doctype html><html lang=\"%s\"><head><meta charset=\"utf-8\">"
             "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
             "<meta name=\"color-scheme\" content=\"light dark\">"
             "<title>%s · Assay</title><link rel=\"stylesheet\" href=\"/page.css\"></head><body>"
             "<header><a class=\"brand\" href=\"/\">Assay</a></header><main><h1>%s</h1>",
             tags[l], page_word(l, title), page_word(l, title));
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

/* A path of this server only: "//host" and "/\\host" are another's. */
const char *page_next(const char *next)
{
    bool is_own = next && next[0] == '/' && next[1] != '/' && strlen(next) <= PAGE_NEXT_MAX;
    for (const char *p = next; is_own && *p; p++)
        is_own = *p != '\\' && (unsigned char)*p > ' ';
    return is_own ? next : "/";
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
