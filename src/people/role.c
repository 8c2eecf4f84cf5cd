/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Roles and what each may do. */
#include "people/people.h"

#include <string.h>

static const char *const role_names[ROLE_COUNT] = {
#define X(code, name) [ROLE_##code] = name,
    ROLE_LIST(X)
#undef X
};
static const char *const scope_names[SCOPE_COUNT] = {
#define X(code, name) [SCOPE_##code] = name,
    SCOPE_LIST(X)
#undef X
};

enum {
    MAY_READ = 1 << SCOPE_READ,
    MAY_MEASURE = 1 << SCOPE_MEASURE,
    MAY_ACT = 1 << SCOPE_ACT,
    MAY_ENGINEER = 1 << SCOPE_ENGINEER,
    MAY_CLOSE = 1 << SCOPE_CLOSE,
    MAY_AUDIT = 1 << SCOPE_AUDIT,
    MAY_ADMIN = 1 << SCOPE_ADMIN,
};

static const uint32_t allowed[ROLE_COUNT] = {
    [ROLE_OPERATOR] = MAY_READ | MAY_MEASURE | MAY_ACT,
    [ROLE_ENGINEER] = MAY_READ | MAY_MEASURE | MAY_ACT | MAY_ENGINEER | MAY_CLOSE,
    [ROLE_MANAGER] = MAY_READ | MAY_ACT | MAY_ENGINEER | MAY_CLOSE | MAY_AUDIT,
    [ROLE_EXAMINER] = MAY_READ,
    [ROLE_AUDITOR] = MAY_READ | MAY_AUDIT,
    [ROLE_ADMINISTRATOR] = MAY_READ | MAY_AUDIT | MAY_ADMIN,
};

static int place_of(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

bool role_from_name(const char *name, role *out)
{
    int i = place_of(role_names, ROLE_COUNT, name);
    if (i >= 0)
        *out = (role)i;
    return i >= 0;
}

const char *scope_name(scope s)
{
    return scope_names[s];
}

bool scope_from_name(const char *name, scope *out)
{
    int i = place_of(scope_names, SCOPE_COUNT, name);
    if (i >= 0)
        *out = (scope)i;
    return i >= 0;
}

bool role_allows(role r, scope s)
{
    return allowed[r] >> s & 1;
}
