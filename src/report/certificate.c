/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/certificate.h"

#include "base/jcs.h"
#include "ledger/badge.h"
#include "ledger/vc.h"
#include "report/attach.h"

#include <cairo-pdf.h>
#include <jansson.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

/* -- words ------------------------------------------------------------------------------------ */

typedef enum { EN, KO, ZH, LANGUAGES } tongue;
typedef enum {
    CERTIFICATE,
    CERTIFIES,
    HAS,
    AWARDED,
    FROM,
    UNTIL,
    BY,
    NUMBER,
    CHECK,
    CARRIES,
    WORDS
} word;

static const char *const words[LANGUAGES][WORDS] = {
    [EN] = {"Certificate", "This certifies that", "has earned", "Given", "Valid from", "until",
            "Issued by", "No.", "Check it here",
            "This file carries the signed credential as an attachment (credential.json)."},
    [KO] = {"증서", "", "위 사람에게 다음을 수여합니다", "수여일", "유효 시작", "만료", "발급 기관",
            "번호", "진위 확인",
            "이 파일에는 서명된 자격 증명(credential.json)이 첨부되어 있습니다."},
    [ZH] = {"证书", "兹证明", "荣获", "颁发日期", "生效日期", "有效期至", "颁发机构", "编号",
            "在此查验", "本文件附有经签名的凭证 (credential.json)。"},
};
static const char *const fonts[LANGUAGES] = {"Noto Sans, Noto Sans CJK KR, sans-serif",
                                             "Noto Sans CJK KR, sans-serif",
                                             "Noto Sans CJK SC, sans-serif"};
static const char *const serifs[LANGUAGES] = {"Noto Serif, Noto Serif CJK KR, serif",
                                              "Noto Serif CJK KR, Noto Sans CJK KR, serif",
                                              "Noto Serif CJK SC, Noto Sans CJK SC, serif"};

static tongue tongue_of(const char *language)
{
    if (!language || !*language)
        language = getenv("LC_ALL");
    if (!language || !*language)
        language = getenv("LC_MESSAGES");
    if (!language || !*language)
        language = getenv("LANG");
    return !language                         ? EN
           : strncmp(language, "ko", 2) == 0 ? KO
           : strncmp(language, "zh", 2) == 0 ? ZH
                                             : EN;
}

/* A day as people of the language write it. */
static void day_text(tongue t, const char *iso, char out[40])
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    int year = 0, month = 0, day = 0;
    *out = '\0';
    if (sscanf(iso, "%4d-%2d-%2d", &year, &month, &day) != 3 || month < 1 || month > 12)
        return;
    if (t == EN)
        snprintf(out, 40, "%d %s %d", day, months[month - 1], year);
    else if (t == KO)
        snprintf(out, 40, "%d년 %d월 %d일", year, month, day);
    else
        snprintf(out, 40, "%d年%d月%d日", year, month, day);
}

/* -- what is shown ------------------------------------------------------------------------------
 */

typedef struct {
    json_t *credential;
    badge_view view;
    tongue t;
    char from[40], until[40], given[40], check[800];
} shown;

/* Where an https credential can be checked: the page of its own host. */
static void check_address(const badge_view *v, char out[800])
{
    const char *path = strstr(v->id, "/credentials/");
    *out = '\0';
    if (strncmp(v->id, "https://", 8) == 0 && path)
        snprintf(out, 800, "%.*s/verify?id=%.100s", (int)(path - v->id), v->id, path + 13);
}

static assay_status read_shown(const char *text, size_t length, const char *language, shown *out,
                               assay_err *err)
{
    shown s = {.t = tongue_of(language)};
    assay_status status = jcs_read(text, length, &s.credential, err);
    if (!status)
        status = badge_read(s.credential, &s.view, err);
    if (status) {
        json_decref(s.credential);
        return status;
    }
    day_text(s.t, vc_text(s.credential, "validFrom"), s.from);
    day_text(s.t, vc_text(s.credential, "validUntil"), s.until);
    day_text(s.t, vc_text(s.credential, "awardedDate"), s.given);
    check_address(&s.view, s.check);
    *out = s;
    return ASSAY_OK;
}

/* -- strokes ------------------------------------------------------------------------------------
 */

typedef struct {
    double r, g, b;
} color;
static const color deep = {0.08, 0.22, 0.38}, gold = {0.72, 0.56, 0.22}, ink = {0.12, 0.12, 0.14},
                   soft = {0.38, 0.38, 0.42}, white = {1, 1, 1};

static void use(cairo_t *cr, color c)
{
    cairo_set_source_rgb(cr, c.r, c.g, c.b);
}

typedef struct {
    const char *font;
    double size, width; /* of the column; lines are broken in it */
    bool is_bold;
    int lines; /* at most so many; the last ends with dots */
    PangoAlignment align;
    color color;
} type;

/* Text whose column begins at x; returns its height. */
static double write_text(cairo_t *cr, const char *text, double x, double y, const type *t)
{
    int height = 0;
    if (!*text)
        return 0;
    PangoLayout *layout = pango_cairo_create_layout(cr);
    PangoFontDescription *font = pango_font_description_from_string(t->font);
    pango_font_description_set_absolute_size(font, t->size * PANGO_SCALE);
    pango_font_description_set_weight(font, t->is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_width(layout, (int)(t->width * PANGO_SCALE));
    pango_layout_set_height(layout, -t->lines);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, t->align);
    pango_layout_set_text(layout, text, -1);
    pango_layout_get_size(layout, NULL, &height);
    use(cr, t->color);
    cairo_move_to(cr, x, y);
    pango_cairo_show_layout(cr, layout);
    pango_font_description_free(font);
    g_object_unref(layout);
    return (double)height / PANGO_SCALE;
}

/* The largest size at which a name still stands on one line. */
static double fitting(cairo_t *cr, const char *text, const type *t, double least)
{
    double size = t->size;
    for (; size > least; size *= 0.94) {
        int width = 0;
        PangoLayout *layout = pango_cairo_create_layout(cr);
        PangoFontDescription *font = pango_font_description_from_string(t->font);
        pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
        pango_font_description_set_weight(font,
                                          t->is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
        pango_layout_set_font_description(layout, font);
        pango_layout_set_text(layout, text, -1);
        pango_layout_get_size(layout, &width, NULL);
        pango_font_description_free(font);
        g_object_unref(layout);
        if (width <= t->width * PANGO_SCALE)
            break;
    }
    return size;
}

static bool draw_qr(cairo_t *cr, const char *text, double x, double y, double side)
{
    QRcode *qr = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (!qr)
        return false;
    double cell = side / (qr->width + 8); /* four cells of quiet around */
    use(cr, white);
    cairo_rectangle(cr, x, y, side, side);
    cairo_fill(cr);
    use(cr, (color){0, 0, 0});
    for (int row = 0; row < qr->width; row++)
        for (int i = 0; i < qr->width; i++)
            if (qr->data[row * qr->width + i] & 1)
                cairo_rectangle(cr, x + (i + 4) * cell, y + (row + 4) * cell, cell, cell);
    cairo_fill(cr);
    QRcode_free(qr);
    return true;
}

/* -- the certificate ------------------------------------------------------------------------------
 */

enum { PAGE_WIDTH = 842, PAGE_HEIGHT = 595, EDGE = 28, SIDE = 96 }; /* points */

static void draw_frame(cairo_t *cr)
{
    use(cr, deep);
    cairo_set_line_width(cr, 3);
    cairo_rectangle(cr, EDGE, EDGE, PAGE_WIDTH - 2 * EDGE, PAGE_HEIGHT - 2 * EDGE);
    cairo_stroke(cr);
    use(cr, gold);
    cairo_set_line_width(cr, 0.8);
    cairo_rectangle(cr, EDGE + 7, EDGE + 7, PAGE_WIDTH - 2 * (EDGE + 7),
                    PAGE_HEIGHT - 2 * (EDGE + 7));
    cairo_stroke(cr);
}

static void draw_head(cairo_t *cr, const shown *s)
{
    const char *const *w = words[s->t];
    type t = {serifs[s->t], 40, PAGE_WIDTH - 2 * SIDE, true, 1, PANGO_ALIGN_CENTER, deep};
    double y = 66;
    y += write_text(cr, w[CERTIFICATE], SIDE, y, &t) + 2;
    use(cr, gold);
    cairo_set_line_width(cr, 1.2);
    cairo_move_to(cr, PAGE_WIDTH / 2.0 - 60, y + 6);
    cairo_line_to(cr, PAGE_WIDTH / 2.0 + 60, y + 6);
    cairo_stroke(cr);
}

static double centred(cairo_t *cr, const char *text, double y, double size, bool is_bold, int lines,
                      color c, const char *font)
{
    type t = {font, size, PAGE_WIDTH - 2 * SIDE, is_bold, lines, PANGO_ALIGN_CENTER, c};
    if (lines == 1)
        t.size = fitting(cr, text, &t, size / 3);
    return write_text(cr, text, SIDE, y, &t);
}

static void draw_middle(cairo_t *cr, const shown *s)
{
    const char *const *w = words[s->t];
    const char *sans = fonts[s->t], *serif = serifs[s->t];
    double y = 148;
    if (*s->view.holder) {
        y += *w[CERTIFIES] ? centred(cr, w[CERTIFIES], y, 14, false, 1, soft, sans) + 8 : 16;
        y += centred(cr, s->view.holder, y, 34, true, 1, ink, serif) + 10;
        y += centred(cr, w[HAS], y, 14, false, 1, soft, sans) + 8;
    } else {
        y += 26;
    }
    y += centred(cr, s->view.name, y, 28, true, 1, deep, serif) + 12;
    y += centred(cr, s->view.description, y, 13, false, 3, ink, sans) + 6;
    centred(cr, s->view.criteria, y, 11, false, 2, soft, sans);
}

static double pair(cairo_t *cr, const shown *s, const char *name, const char *value, double y)
{
    type label = {fonts[s->t], 10, 90, false, 1, PANGO_ALIGN_LEFT, soft};
    type text = {fonts[s->t], 12, 380, false, 1, PANGO_ALIGN_LEFT, ink};
    if (!*value)
        return 0;
    write_text(cr, name, 66, y + 1.5, &label);
    return write_text(cr, value, 66 + 96, y, &text) + 4;
}

static void draw_foot(cairo_t *cr, const shown *s)
{
    const char *const *w = words[s->t];
    double y = 424;
    char number[120];
    const char *last = strrchr(s->view.id, *s->view.id == 'u' ? ':' : '/');
    snprintf(number, sizeof number, "%.100s", last ? last + 1 : s->view.id);
    y += pair(cr, s, w[BY], *s->view.issuer_name ? s->view.issuer_name : s->view.issuer, y);
    y += pair(cr, s, w[AWARDED], s->given, y);
    if (strcmp(s->given, s->from) != 0)
        y += pair(cr, s, w[FROM], s->from, y);
    y += pair(cr, s, w[UNTIL], s->until, y);
    y += pair(cr, s, w[NUMBER], *s->view.license_number ? s->view.license_number : number, y);
    type small = {fonts[s->t], 8.5, 460, false, 2, PANGO_ALIGN_LEFT, soft};
    write_text(cr, w[CARRIES], 66, 530, &small);
}

static void draw_check(cairo_t *cr, const shown *s)
{
    enum { QR = 104 };
    double x = PAGE_WIDTH - 66 - QR;
    type label = {fonts[s->t], 11, QR + 40, true, 1, PANGO_ALIGN_CENTER, deep};
    type address = {fonts[EN], 6.5, QR + 60, false, 3, PANGO_ALIGN_CENTER, soft};
    if (!*s->check || !draw_qr(cr, s->check, x, 404, QR))
        return;
    write_text(cr, words[s->t][CHECK], x - 20, 508, &label);
    write_text(cr, s->check, x - 30, 525, &address);
}

static cairo_status_t take_bytes(void *context, const unsigned char *bytes, unsigned length)
{
    buf_add(context, bytes, length);
    return ((buf *)context)->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

static assay_status draw_pdf(const shown *s, buf *out, assay_err *err)
{
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(take_bytes, out, PAGE_WIDTH, PAGE_HEIGHT);
    cairo_t *cr = cairo_create(surface);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, s->view.name);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, s->view.issuer_name);
    draw_frame(cr);
    draw_head(cr, s);
    draw_middle(cr, s);
    draw_foot(cr, s);
    draw_check(cr, s);
    cairo_show_page(cr);
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    bool failed = out->failed || cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS;
    cairo_surface_destroy(surface);
    return failed ? assay_fail(err, ASSAY_MEMORY, 0, "the certificate cannot be drawn") : ASSAY_OK;
}

assay_status certificate_pdf(const char *text, size_t length, const char *language, buf *out,
                             assay_err *err)
{
    shown s;
    buf pdf = BUF_INIT;
    assay_status status = read_shown(text, length, language, &s, err);
    if (status)
        return status;
    status = draw_pdf(&s, &pdf, err);
    if (!status)
        status = pdf_attach(&pdf, "credential.json", "application/json", text, length, err);
    if (!status)
        buf_add(out, pdf.data, pdf.length);
    if (!status && out->failed)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a certificate");
    buf_done(&pdf);
    json_decref(s.credential);
    return status;
}

/* -- the badge
 * --------------------------------------------------------------------------------------- */

enum { BADGE = 512 };

/* A scalloped disc. */
static void star_path(cairo_t *cr, double outer, double inner, int points)
{
    for (int i = 0; i < 2 * points; i++) {
        double angle = M_PI * i / points, r = i % 2 ? inner : outer;
        cairo_line_to(cr, BADGE / 2.0 + r * sin(angle), BADGE / 2.0 - r * cos(angle));
    }
    cairo_close_path(cr);
}

static void draw_badge(cairo_t *cr, const shown *s)
{
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    star_path(cr, 250, 228, 36);
    use(cr, gold);
    cairo_fill(cr);
    cairo_arc(cr, BADGE / 2.0, BADGE / 2.0, 214, 0, 2 * M_PI);
    use(cr, deep);
    cairo_fill(cr);
    cairo_arc(cr, BADGE / 2.0, BADGE / 2.0, 198, 0, 2 * M_PI);
    use(cr, gold);
    cairo_set_line_width(cr, 3);
    cairo_stroke(cr);
    type name = {serifs[s->t], 50, 320, true, 3, PANGO_ALIGN_CENTER, white};
    type by = {fonts[s->t], 22, 280, false, 2, PANGO_ALIGN_CENTER, {0.93, 0.86, 0.68}};
    if (strlen(s->view.name) > 40)
        name.size = 36;
    cairo_push_group(cr);
    double height = write_text(cr, s->view.name, 96, 0, &name);
    cairo_pattern_destroy(cairo_pop_group(cr));
    double y = BADGE / 2.0 - height / 2 - 24;
    y += write_text(cr, s->view.name, 96, y, &name) + 14;
    write_text(cr, s->view.issuer_name, 116, y, &by);
}

static assay_status badge_png(const shown *s, buf *out, assay_err *err)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, BADGE, BADGE);
    cairo_t *cr = cairo_create(surface);
    draw_badge(cr, s);
    cairo_destroy(cr);
    cairo_status_t drawn = cairo_surface_write_to_png_stream(surface, take_bytes, out);
    cairo_surface_destroy(surface);
    return drawn == CAIRO_STATUS_SUCCESS
               ? ASSAY_OK
               : assay_fail(err, ASSAY_MEMORY, 0, "the badge cannot be drawn");
}

/* Letters are kept as text: whoever shows it has fonts. */
static assay_status badge_svg(const shown *s, buf *out, assay_err *err)
{
    buf_addf(out,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
             "height=\"%d\"><title>",
             BADGE, BADGE, BADGE, BADGE);
    buf_add_xml(out, s->view.name);
    buf_add_text(out, "</title><polygon fill=\"#b88f38\" points=\"");
    for (int i = 0; i < 72; i++) {
        double angle = M_PI * i / 36, r = i % 2 ? 228 : 250;
        buf_addf(out, "%s%.1f,%.1f", i ? " " : "", BADGE / 2.0 + r * sin(angle),
                 BADGE / 2.0 - r * cos(angle));
    }
    buf_add_text(out, "\"/><circle cx=\"256\" cy=\"256\" r=\"214\" fill=\"#143861\"/>"
                      "<circle cx=\"256\" cy=\"256\" r=\"198\" fill=\"none\" stroke=\"#b88f38\" "
                      "stroke-width=\"3\"/><g text-anchor=\"middle\" fill=\"#fff\" "
                      "font-family=\"Noto Serif, Noto Serif CJK KR, Noto Serif CJK SC, serif\">");
    size_t length = strlen(s->view.name);
    buf_addf(out, "<text x=\"256\" y=\"262\" font-size=\"%d\" font-weight=\"bold\"%s>",
             length > 40   ? 26
             : length > 20 ? 36
                           : 50,
             length > 18 ? " textLength=\"330\" lengthAdjust=\"spacingAndGlyphs\"" : "");
    buf_add_xml(out, s->view.name);
    buf_addf(out, "</text><text x=\"256\" y=\"312\" font-size=\"20\" fill=\"#eddcae\"%s>",
             strlen(s->view.issuer_name) > 28
                 ? " textLength=\"280\" lengthAdjust=\"spacingAndGlyphs\""
                 : "");
    buf_add_xml(out, s->view.issuer_name);
    buf_add_text(out, "</text></g></svg>\n");
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a badge") : ASSAY_OK;
}

assay_status certificate_badge(const char *text, size_t length, const char *language, bool is_svg,
                               buf *out, assay_err *err)
{
    shown s;
    buf plain = BUF_INIT;
    assay_status status = read_shown(text, length, language, &s, err);
    if (status)
        return status;
    if (is_svg)
        status = badge_svg(&s, &plain, err);
    else
        status = badge_png(&s, &plain, err);
    if (!status)
        status = is_svg ? badge_bake_svg(buf_text(&plain), plain.length, text, length, out, err)
                        : badge_bake_png(plain.data, plain.length, text, length, out, err);
    buf_done(&plain);
    json_decref(s.credential);
    return status;
}
