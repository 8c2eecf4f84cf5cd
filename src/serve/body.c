/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/body.h"

#include "base/utf8.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* reply.h brings base/json.h, which does not go together with jansson.h. */
void reply_problem(request *r, unsigned status, const char *pointer, const char *detail,
                   const char *hint);

enum { DEEPEST = 32 };

void body_free(struct body *b)
{
    json_decref((json_t *)b);
}

bool body_is_fine(const request *r)
{
    return !r->reply.status;
}

void body_fault(request *r, const char *name, const char *format, ...)
{
    char detail[300], pointer[80] = "";
    va_list args;
    if (!body_is_fine(r))
        return;
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    utf8_tidy(detail);
    if (name)
        snprintf(pointer, sizeof pointer, "/%s", name);
    reply_problem(r, 422, pointer, detail, NULL);
}

static bool is_among(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *p = names; length && (p = strstr(p, name)) != NULL; p += length)
        if ((p == names || p[-1] == ' ') && (p[length] == ' ' || !p[length]))
            return true;
    return false;
}

/* jansson reads without end into the depth; we do not. */
static bool is_too_deep(const buf *text)
{
    int depth = 0, deepest = 0;
    bool in_text = false;
    for (size_t i = 0; i < text->length; i++) {
        char c = text->data[i];
        if (in_text && c == '\\')
            i++;
        else if (c == '"')
            in_text = !in_text;
        else if (!in_text && (c == '{' || c == '['))
            deepest = ++depth > deepest ? depth : deepest;
        else if (!in_text && (c == '}' || c == ']'))
            depth--;
    }
    return deepest > DEEPEST;
}

static json_t *parse(request *r)
{
    json_error_t fault = {0};
    char detail[300];
    if (r->body.length == 0)
        return json_object();
    json_t *root = is_too_deep(&r->body)
                       ? NULL
                       : json_loadb(r->body.data, r->body.length, JSON_REJECT_DUPLICATES, &fault);
    if (json_is_object(root))
        return root;
    if (root)
        snprintf(detail, sizeof detail, "the body is no JSON object");
    else
        snprintf(detail, sizeof detail, "the body is no JSON: line %d, column %d: %.160s",
                 fault.line, fault.column, *fault.text ? fault.text : "too deep");
    json_decref(root);
    reply_problem(r, 400, "", detail, NULL);
    return NULL;
}

bool body_read(request *r, const char *names)
{
    json_t *root = parse(r);
    const char *name;
    json_t *value;
    if (!root)
        return false;
    r->parsed = (struct body *)root;
    json_object_foreach (root, name, value)
        if (names && !is_among(names, name))
            body_fault(r, name, "there is no member \"%.60s\" here, expected: %s", name, names);
    return body_is_fine(r);
}

static json_t *member(const request *r, const char *name)
{
    return json_object_get((json_t *)r->parsed, name);
}

bool body_has(const request *r, const char *name)
{
    return member(r, name) != NULL;
}

const char *body_text(request *r, const char *name, bool is_needed)
{
    const json_t *value = member(r, name);
    const char *text = json_string_value(value);
    if (text && (*text || !is_needed))
        return text;
    if (value && !json_is_string(value))
        body_fault(r, name, "%s must be a text", name);
    else if (is_needed)
        body_fault(r, name, "%s is missing", name);
    return is_needed ? "" : NULL;
}

void body_count(request *r, const char *name, uint64_t least, uint64_t most, uint64_t *value)
{
    const json_t *given = member(r, name);
    if (!given)
        return;
    json_int_t n = json_integer_value(given);
    if (!json_is_integer(given) || n < 0 || (uint64_t)n < least || (uint64_t)n > most)
        body_fault(r, name, "%s must be a whole number from %llu to %llu", name,
                   (unsigned long long)least, (unsigned long long)most);
    else
        *value = (uint64_t)n;
}

void body_flag(request *r, const char *name, bool *value)
{
    const json_t *given = member(r, name);
    if (!given)
        return;
    if (!json_is_boolean(given))
        body_fault(r, name, "%s must be true or false", name);
    else
        *value = json_is_true(given);
}

/* The digits of a number as they were sent: its member stands once in the outermost object, and a
 * text cannot hold its name between plain quotes. */
static size_t digits_of(const request *r, const char *name, const char **at)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%.50s\"", name);
    for (const char *p = buf_text(&r->body); (p = strstr(p, quoted)) != NULL; p++) {
        const char *after = p + strlen(quoted);
        after += strspn(after, " \t\r\n");
        if (*after != ':' || (p > r->body.data && p[-1] == '\\'))
            continue;
        *at = after + 1 + strspn(after + 1, " \t\r\n");
        return strspn(*at, "+-.0123456789eE");
    }
    return 0;
}

void body_decimal(request *r, const char *name, decimal *value, bool *is_given, bool *is_null)
{
    const json_t *given = member(r, name);
    const char *text = json_string_value(given);
    size_t length = text ? strlen(text) : json_is_number(given) ? digits_of(r, name, &text) : 0;
    *is_null = json_is_null(given);
    if (!given || *is_null)
        return;
    if (decimal_parse(text ? text : "", length, '.', value, NULL) == DECIMAL_OK)
        *is_given = true;
    else
        body_fault(r, name, "%s must be a number of at most 18 digits", name);
}

const size_t *body_counts(request *r, const char *name, size_t *n)
{
    const json_t *list = member(r, name);
    *n = 0;
    if (!list)
        return NULL;
    size_t *out = request_room(r, (json_array_size(list) + 1) * sizeof *out);
    for (size_t i = 0; out && i < json_array_size(list); i++) {
        json_int_t value = json_integer_value(json_array_get(list, i));
        if (value < 0 || !json_is_integer(json_array_get(list, i)))
            body_fault(r, name, "%s must be a list of whole numbers", name);
        out[(*n)++] = (size_t)value;
    }
    if (!json_is_array(list))
        body_fault(r, name, "%s must be a list of whole numbers", name);
    return out;
}

const char *body_secret(request *r)
{
    const char *text = body_text(r, "secret", false);
    const char *kept = text ? request_copy(r, text, strlen(text)) : NULL;
    json_object_del((json_t *)r->parsed, "secret");
    return kept;
}

bool body_dump(const request *r, const char *name, buf *out)
{
    const json_t *value = name ? member(r, name) : (json_t *)r->parsed;
    char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    if (text)
        buf_add_text(out, text);
    free(text);
    return text != NULL;
}
