/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a record of a case must say so that folding it means something.
 *
 * Acts write nothing else; a log may come from elsewhere (restored, mended by hand, by another
 * program), and all that reads a state relies on what stands here. Members that are not named are
 * kept and mean nothing. */
#include "scheme/case_inner.h"

#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *type;
    const char *members; /* name:kind, `?` after it: may be absent */
} shape;

/* Kinds: t text, w time, d id of an object, h digest, i whole number from 0, n exact number, b yes or
 * no, o object, l list, T list of texts, O list of objects, M object of lists of texts, X object of
 * texts, J list of judges. */
static const shape shapes[] = {
    {"case.opened", "at:w scheme:h scheme_id:t rev:t round:d? party:d? members:T? title:t? place:t? "
                    "named:M? from:o? key_word:t?"},
    {"case.advanced", "at:w from:t? to:t? outcome:t? due:w? opens:w? why:t?"},
    {"case.waits", "at:w stage:t"},
    {"case.late", "at:w stage:t"},
    {"case.cut", "at:w stage:t"},
    {"case.form", "at:w form:t stage:t visit:i by:t? values:o? sealed:t? owner:d? final:b?"},
    {"case.sheet", "at:w stage:t judge:t visit:i answers:o? why_na:X? notes:X?"},
    {"case.sheet.final", "at:w stage:t judge:t visit:i"},
    {"case.assigned", "at:w stage:t judges:J"},
    {"case.vote", "at:w stage:t visit:i by:t choice:t why:t?"},
    {"case.signed", "at:w stage:t visit:i by:t? role:t? why:t?"},
    {"case.done", "at:w stage:t visit:i by:t? role:t? why:t?"},
    {"case.exam", "at:w stage:t visit:i bank:t percent:n topics:o?"},
    {"case.seen", "at:w stage:t visit:i by:t? ids:T sealed:t"},
    {"case.decided", "at:w stage:t gate:t? visit:i outcome:t reasons:O? inputs:o? results:o? facts:o? "
                     "vote:o? band:t? title:t? why:t?"},
    {"case.objection", "at:w kind:t n:i stage:t? visit:i? ground:t? title:t? "
                       "sealed:t"},
    {"case.answered", "at:w objection:i upheld:b why:t"},
    {"case.hearing", "at:w title:t held:w why:t"},
    {"case.note", "at:w sealed:t"},
    {"case.named", "at:w role:t party:d"},
    {"case.evidence", "claim:o outcome:t? results:O"},
    {"case.money", "at:w money:t kind:t amount:n currency:t? line:t? milestone:t? purpose:t? why:t?"},
    {"case.published", "at:w publish:t stage:t visit:i since:w? until:w?"},
    {"case.reminded", "at:w kind:t stage:t visit:i"},
    {"case.withdrawn", "at:w from:t? why:t?"},
    {"title.given", "at:w title:t n:i until:w?"},
    {"title.", "at:w title:t n:i state:t until:w? bar_until:w? why:t? stage:t?"}, /* the others */
};

/* -- kinds ------------------------------------------------------------------------------------- */

static bool are_texts(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_string(json_array_get(list, i)))
            return false;
    return json_is_array(list);
}

static bool are_objects(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_object(json_array_get(list, i)))
            return false;
    return json_is_array(list);
}

static bool are_judges(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *j = json_array_get(list, i);
        if (!text_of(j, "judge") || !json_is_integer(json_object_get(j, "order")))
            return false;
    }
    return json_is_array(list);
}

static bool all_members(const json_t *o, bool (*is)(const json_t *))
{
    const char *name;
    json_t *item;
    json_object_foreach((json_t *)o, name, item)
        if (!is(item))
            return false;
    return json_is_object(o);
}

static bool is_text(const json_t *v)
{
    return json_is_string(v);
}

static bool is_digest(const char *text)
{
    return text && strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static bool is_of_kind(const json_t *v, const char *name, const json_t *in, char kind)
{
    object_id id;
    switch (kind) {
    case 't':
        return json_is_string(v);
    case 'w':
        return when_of(in, name) != TIME_NONE;
    case 'd':
        return id_read(json_string_value(v), &id);
    case 'h':
        return is_digest(json_string_value(v));
    case 'i':
        return json_is_integer(v) && json_integer_value(v) >= 0;
    case 'n':
        return number_read(v).kind == VALUE_NUMBER;
    case 'b':
        return json_is_boolean(v);
    case 'o':
        return json_is_object(v);
    case 'l':
        return json_is_array(v);
    case 'T':
        return are_texts(v);
    case 'O':
        return are_objects(v);
    case 'J':
        return are_judges(v);
    case 'M':
        return all_members(v, are_texts);
    case 'X':
        return all_members(v, is_text);
    default:
        return false;
    }
}

static const char *kind_word(char kind)
{
    switch (kind) {
    case 't':
        return "a text";
    case 'w':
        return "a time";
    case 'd':
        return "an id";
    case 'h':
        return "a SHA-256 in hexadecimal";
    case 'i':
        return "a whole number from 0";
    case 'n':
        return "an exact number";
    case 'b':
        return "true or false";
    case 'T':
        return "a list of texts";
    case 'O':
        return "a list of objects";
    case 'J':
        return "a list of judges";
    case 'M':
        return "an object of lists of texts";
    case 'X':
        return "an object of texts";
    case 'l':
        return "a list";
    default:
        return "an object";
    }
}

/* -- records ------------------------------------------------------------------------------------ */

static assay_status tell(const char *type, const char *name, const json_t *found, char kind,
                         assay_err *err)
{
    char *text = found ? json_dumps(found, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    assay_fail(err, ASSAY_DAMAGED, 0, _("%s: %s: found %.60s, expected %s"), type, name,
               text ? text : "nothing", kind_word(kind));
    free(text);
    return ASSAY_DAMAGED;
}

static const shape *shape_of(const char *type)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (strcmp(shapes[i].type, type) == 0)
            return &shapes[i];
    bool is_title = strncmp(type, "title.", 6) == 0;
    return is_title ? &shapes[sizeof shapes / sizeof *shapes - 1] : NULL;
}

assay_status case_shape_check(const char *type, const json_t *payload, assay_err *err)
{
    const shape *s = shape_of(type);
    char name[24];
    for (const char *at = s ? s->members : ""; *at;) {
        size_t n = strcspn(at, ":");
        char kind = at[n + 1];
        bool may_lack = at[n + 2] == '?';
        memcpy(name, at, n);
        name[n] = 0;
        const json_t *v = json_object_get(payload, name);
        if (v ? !is_of_kind(v, name, payload, kind) : !may_lack)
            return tell(type, name, v, kind, err);
        at += n + 2 + may_lack;
        at += *at == ' ';
    }
    return ASSAY_OK;
}
