/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A photo of somebody unknown, without what it tells beside the picture: place, time, camera, thumbnail,
 * comments (EXIF, XMP, IPTC), and whatever follows its end. */
#ifndef SCHEME_PHOTO_H
#define SCHEME_PHOTO_H

#include "base/buf.h"

#include <assay/err.h>

/* JPEG and PNG; the picture's own bytes stay as they are, and what is kept keeps its order.
 * Errors  ASSAY_FORMAT  another kind of file, or a picture that is not whole */
ASSAY_MUST_USE assay_status photo_strip(const void *bytes, size_t length, buf *out, assay_err *err);

#endif
