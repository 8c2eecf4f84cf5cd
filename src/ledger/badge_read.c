/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/badge.h"

#include "base/hash.h"
#include "ledger/vc.h"

#include <jansson.h>
#include <string.h>

static const json_t *first_of(const json_t *value)
{
    return json_is_array(value) ? json_array_get(value, 0) : value;
}

static const json_t *achievement_of(const json_t *credential)
{
    return json_object_get(json_object_get(credential, "credentialSubject"), "achievement");
}

/* A name in the clear among the identities; else one that the subject itself has. */
static const char *holder_of(const json_t *subject)
{
    const json_t *list = json_object_get(subject, "identifier");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (strcmp(vc_text(item, "identityType"), "name") == 0 &&
            !json_is_true(json_object_get(item, "hashed")))
            return vc_text(item, "identityHash");
    }
    return vc_text(subject, "name");
}

static badge_view view_of(const json_t *credential)
{
    const json_t *subject = json_object_get(credential, "credentialSubject");
    const json_t *achievement = achievement_of(credential);
    const json_t *criteria = json_object_get(achievement, "criteria");
    badge_view v = {
        .id = vc_text(credential, "id"),
        .issuer = vc_issuer(credential),
        .issuer_name = vc_text(json_object_get(credential, "issuer"), "name"),
        .name = vc_text(achievement, "name"),
        .description = vc_text(achievement, "description"),
        .criteria = vc_text(criteria, "narrative"),
        .type = vc_text(achievement, "achievementType"),
        .subject = vc_text(subject, "id"),
        .holder = holder_of(subject),
        .license_number = vc_text(subject, "licenseNumber"),
        .evidence = vc_text(first_of(json_object_get(credential, "evidence")), "id"),
        .is_endorsement = vc_has_type(credential, "EndorsementCredential"),
        .endorsement = vc_text(subject, "endorsementComment"),
    };
    if (!*v.name)
        v.name = vc_text(credential, "name");
    if (!*v.criteria)
        v.criteria = vc_text(criteria, "id");
    return v;
}

static assay_status wrong(const char *what, assay_err *err)
{
    return assay_fail(err, ASSAY_FORMAT, 0, "not the form of Open Badges 3.0: %s", what);
}

static assay_status check_achievement(const json_t *a, assay_err *err)
{
    const json_t *criteria = json_object_get(a, "criteria");
    if (!json_is_object(a) || !vc_has_type(a, "Achievement"))
        return wrong("credentialSubject.achievement is no Achievement", err);
    if (!*vc_text(a, "id") || !*vc_text(a, "name") || !*vc_text(a, "description"))
        return wrong("the achievement needs id, name and description", err);
    if (!*vc_text(criteria, "id") && !*vc_text(criteria, "narrative"))
        return wrong("the achievement's criteria need id or narrative", err);
    return ASSAY_OK;
}

static assay_status check_badge(const json_t *credential, assay_err *err)
{
    const json_t *subject = json_object_get(credential, "credentialSubject");
    const json_t *context = json_object_get(credential, "@context");
    const char *second = json_string_value(json_array_get(context, 1));
    if (!second || strncmp(second, "https://purl.imsglobal.org/spec/ob/v3p0/", 40) != 0)
        return wrong("the second @context is not that of Open Badges 3.0", err);
    if (!*vc_text(credential, "id") || !*vc_text(credential, "validFrom"))
        return wrong("id and validFrom are needed", err);
    if (!vc_has_type(subject, "AchievementSubject"))
        return wrong("credentialSubject is no AchievementSubject", err);
    if (!*vc_text(subject, "id") && !json_array_size(json_object_get(subject, "identifier")))
        return wrong("credentialSubject needs id or identifier", err);
    if (json_is_array(json_object_get(credential, "credentialStatus")))
        return wrong("there is more than one credentialStatus", err);
    return check_achievement(achievement_of(credential), err);
}

static assay_status check_endorsement(const json_t *credential, assay_err *err)
{
    const json_t *subject = json_object_get(credential, "credentialSubject");
    if (!vc_has_type(subject, "EndorsementSubject") || !*vc_text(subject, "id"))
        return wrong("credentialSubject is no EndorsementSubject with an id", err);
    return ASSAY_OK;
}

assay_status badge_read(const json_t *credential, badge_view *out, assay_err *err)
{
    *out = view_of(credential);
    if (out->is_endorsement)
        return check_endorsement(credential, err);
    if (vc_has_type(credential, "OpenBadgeCredential") ||
        vc_has_type(credential, "AchievementCredential"))
        return check_badge(credential, err);
    return assay_fail(err, ASSAY_UNSUPPORTED, 0, "a credential, but no Open Badge");
}

const json_t *badge_endorsement_at(const json_t *credential, size_t i)
{
    static const char *const members[] = {"endorsement", "endorsementJwt"};
    const json_t *holders[] = {credential, achievement_of(credential),
                               json_object_get(credential, "issuer")};
    for (size_t h = 0; h < 3; h++)
        for (size_t m = 0; m < 2; m++) {
            const json_t *list = json_object_get(holders[h], members[m]);
            size_t n = json_array_size(list);
            if (i < n)
                return json_array_get(list, i);
            i -= n;
        }
    return NULL;
}

bool badge_is_holder(const json_t *credential, const char *email)
{
    const json_t *list =
        json_object_get(json_object_get(credential, "credentialSubject"), "identifier");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        buf text = BUF_INIT;
        sha256 digest;
        char hex[65] = "";
        buf_addf(&text, "%s%s", email, vc_text(item, "salt"));
        if (!text.failed && sha256_of(text.data, text.length, &digest, NULL) == ASSAY_OK)
            sha256_to_hex(&digest, hex);
        buf_done(&text);
        const char *said = vc_text(item, "identityHash");
        if (json_is_true(json_object_get(item, "hashed")) && strncmp(said, "sha256$", 7) == 0 &&
            strcmp(said + 7, hex) == 0)
            return true;
    }
    return false;
}
