/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Storing what people configure; from a worker. */
#ifndef SERVE_DOCUMENTS_H
#define SERVE_DOCUMENTS_H

#include "serve/request.h"

/* The body (body_read has been called) becomes the document that the first part of the path names;
 * If-Match and If-None-Match say what it replaces. The answer is left; true: it is stored. */
bool document_put(request *r, const char *kind);
bool document_delete(request *r, const char *kind);

#endif
