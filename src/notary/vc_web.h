/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Documents of issuers (did:web) and status lists as their issuer publishes them now, for vc_verify.
 *
 * Over HTTPS, with a certificate for that host; at most three redirects, 256 KiB and eight seconds.
 * Whoever wrote a credential names these addresses: private networks are not asked unless told so.
 * What was fetched lately (VC_WEB_FRESH_S) is taken from the cache. */
#ifndef NOTARY_VC_WEB_H
#define NOTARY_VC_WEB_H

#include "ledger/vc_verify.h"

enum { VC_WEB_FRESH_S = 300, VC_WEB_MOST = 8 };

typedef struct {
    const char *cache; /* a directory, made when needed; NULL: none */
    const char *ca;    /* a file of certificates that count instead of the system's; NULL */
    bool with_private; /* ask in private networks too, and through proxies of the environment */
    bool is_offline;   /* ask nobody: "not checked" is what the reasons say */
} vc_web_options;

/* `o` and what it names must outlive it. */
typedef struct {
    const vc_web_options *o;
    buf text[VC_WEB_MOST]; /* what was fetched in its life, for whoever keeps it */
    size_t count;
    buf missed[VC_WEB_MOST]; /* addresses that gave nothing, each with its reason, NULs behind */
    size_t missed_count;
} vc_web;
void vc_web_done(vc_web *w);
/* `context` is w. Never more than VC_WEB_MOST addresses are asked. */
vc_sources vc_web_sources(vc_web *w, int64_t now);

#endif
