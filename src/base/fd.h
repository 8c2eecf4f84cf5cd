/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Descriptors of files, pipes and terminals. */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <stdbool.h>
#include <stddef.h>

/* All of it, however many calls it takes. false: errno says why not. */
bool fd_write(int fd, const void *bytes, size_t length);

#endif
