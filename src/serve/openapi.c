/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/openapi.h"

#include "base/json.h"
#include "schemas.h"
#include "serve/reply.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *schema, *text;
} params[] = {
#define PARAM(name, schema, text) {#name, schema, text},
#include "params.def"
#undef PARAM
};

static bool takes_json(const char *what)
{
    return isupper((unsigned char)what[0]); /* the name of a schema */
}

/* -- parameters -------------------------------------------------------------------------------- */

static void write_path_params(json *j, const char *path)
{
    for (const char *p = path; (p = strchr(p, '{')) != NULL; p++) {
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(p + 1, "}"), p + 1);
        json_flat_object(j);
        json_member_text(j, "name", name);
        json_member_text(j, "in", "path");
        json_member_bool(j, "required", true);
        json_key(j, "schema");
        json_raw(j, "{\"type\":\"string\"}");
        json_end(j);
    }
}

static void write_param(json *j, const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        if (strlen(params[i].name) != length || strncmp(params[i].name, name, length) != 0)
            continue;
        json_flat_object(j);
        json_member_text(j, "name", params[i].name);
        json_member_text(j, "in", "query");
        json_member_text(j, "description", params[i].text);
        json_key(j, "schema");
        json_raw(j, params[i].schema);
        json_end(j);
    }
}

static void write_params(json *j, const route *r)
{
    json_key(j, "parameters");
    json_array(j);
    write_path_params(j, r->path);
    for (const char *p = r->params; *p; p += strspn(p, " ")) {
        size_t length = strcspn(p, " ");
        write_param(j, p, length);
        p += length;
    }
    json_end(j);
}

/* -- bodies and answers -------------------------------------------------------------------------- */

static void write_form(json *j, const char *what)
{
    char reference[128];
    json_key(j, takes_json(what) ? "application/json" : what);
    json_flat_object(j);
    if (takes_json(what)) {
        snprintf(reference, sizeof reference, "{\"$ref\":\"#/components/schemas/%s\"}", what);
        json_key(j, "schema");
        json_raw(j, reference);
    }
    json_end(j);
}

/* Schemas and media types with blanks between. */
static void write_content(json *j, const char *forms)
{
    char what[96];
    json_key(j, "content");
    json_flat_object(j);
    for (const char *p = forms; *p; p += strspn(p, " ")) {
        size_t length = strcspn(p, " ");
        snprintf(what, sizeof what, "%.*s", (int)length, p);
        write_form(j, what);
        p += length;
    }
    json_end(j);
}

static void write_answer(json *j, int status, const char *what)
{
    char key[8];
    snprintf(key, sizeof key, "%d", status);
    json_key(j, key);
    json_flat_object(j);
    json_member_text(j, "description", status < 300 ? "done" : status == 304 ? "unchanged" : reply_title((unsigned)status));
    if (*what)
        write_content(j, what);
    json_end(j);
}

static void write_problem(json *j, int status)
{
    char key[8];
    snprintf(key, sizeof key, "%d", status);
    json_key(j, key);
    json_raw(j, status == 304 ? "{\"description\":\"unchanged\"}"
                              : "{\"$ref\":\"#/components/responses/Problem\"}");
}

static bool is_among(const int *list, int n, int status)
{
    for (int i = 0; i < n; i++)
        if (list[i] == status)
            return true;
    return false;
}

/* Its own statuses, and those that any route of its kind may give. */
static int list_statuses(const route *r, int list[static 24])
{
    int n = 0;
    const int body[] = {400, 413, 415}, known[] = {401, 403}, any[] = {500, 503};
    for (const char *p = r->statuses; *p; p += strcspn(p, " "), p += strspn(p, " "))
        list[n++] = atoi(p);
    for (int i = 0; i < 3 && (*r->takes || r->way == ROUTE_STREAM); i++)
        if (!is_among(list, n, body[i]))
            list[n++] = body[i];
    for (int i = 0; i < 2 && r->scope != ROUTE_OPEN; i++)
        list[n++] = known[i];
    if (*r->params && !is_among(list, n, 400))
        list[n++] = 400;
    for (int i = 0; i < 2; i++)
        if (!is_among(list, n, any[i]))
            list[n++] = any[i];
    return n;
}

static void write_answers(json *j, const route *r)
{
    int list[24], n = list_statuses(r, list);
    const char *what = strchr(r->gives, ' ');
    json_key(j, "responses");
    json_object(j);
    write_answer(j, atoi(r->gives), what ? what + 1 : "");
    for (int i = 0; i < n; i++)
        write_problem(j, list[i]);
    json_end(j);
}

static const char *scope_word(const route *r)
{
    return r->scope == ROUTE_OPEN ? "open" : r->scope == ROUTE_ANY ? "any" : scope_name((scope)r->scope);
}

static void write_security(json *j, const route *r)
{
    json_key(j, "security");
    json_raw(j, r->scope == ROUTE_OPEN ? "[]" : "[{\"bearer\":[]},{\"session\":[]}]");
    json_member_text(j, "x-assay-scope", scope_word(r));
}

static void write_operation(json *j, const route *r)
{
    char method[8] = "";
    for (size_t i = 0; r->method[i] && i < sizeof method - 1; i++)
        method[i] = (char)tolower((unsigned char)r->method[i]);
    json_key(j, method);
    json_object(j);
    json_member_text(j, "operationId", r->id);
    json_member_text(j, "summary", r->summary);
    write_security(j, r);
    write_params(j, r);
    if (*r->takes) {
        json_key(j, "requestBody");
        json_flat_object(j);
        json_member_bool(j, "required", true);
        write_content(j, r->takes);
        json_end(j);
    }
    write_answers(j, r);
    json_end(j);
}

/* -- the whole ------------------------------------------------------------------------------------ */

static bool is_first_of_path(size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(route_table[k].path, route_table[i].path) == 0)
            return false;
    return true;
}

static void write_paths(json *j)
{
    json_key(j, "paths");
    json_object(j);
    for (size_t i = 0; i < route_count; i++) {
        if (!is_first_of_path(i))
            continue;
        json_key(j, route_table[i].path);
        json_object(j);
        for (size_t k = i; k < route_count; k++)
            if (strcmp(route_table[k].path, route_table[i].path) == 0)
                write_operation(j, &route_table[k]);
        json_end(j);
    }
    json_end(j);
}

static void write_components(json *j)
{
    buf schemas = BUF_INIT;
    buf_add(&schemas, schemas_json, schemas_json_size);
    json_key(j, "components");
    json_object(j);
    json_key(j, "securitySchemes");
    json_raw(j, "{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},\"session\":{\"type\":"
                "\"apiKey\",\"in\":\"cookie\",\"name\":\"__Host-assay\"}}");
    json_key(j, "responses");
    json_raw(j, "{\"Problem\":{\"description\":\"a problem (RFC 9457)\",\"content\":{\"application/"
                "problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}}");
    json_key(j, "schemas");
    json_raw(j, buf_text(&schemas));
    json_end(j);
    buf_done(&schemas);
}

void openapi_write(buf *out)
{
    json j;
    json_init(&j, out, NULL, NULL);
    json_object(&j);
    json_member_text(&j, "openapi", "3.1.0");
    json_key(&j, "info");
    json_raw(&j, "{\"title\":\"Assay\",\"version\":\"1\",\"license\":{\"name\":\"GPL-3.0-or-later\","
                 "\"identifier\":\"GPL-3.0-or-later\"}}");
    write_paths(&j);
    write_components(&j);
    json_end(&j);
    json_done(&j);
}
