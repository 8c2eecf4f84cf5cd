/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a signer needs after its start: its socket, its clock, and files of one directory. Landlock
 * (since Linux 5.13) takes the rest of the file system away, seccomp the rest of the kernel. There
 * is no wrapper for Landlock's calls in the C library; their numbers and structs are the kernel's
 * and never change. */
#include "ledger/signer_serve.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    HANDLED = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
              LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
              LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
              LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
              LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
              LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
              LANDLOCK_ACCESS_FS_MAKE_SYM,
    STATE = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
            LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
            LANDLOCK_ACCESS_FS_MAKE_REG
};

static assay_status fail(const char *what, int code, assay_err *err)
{
    return assay_fail(err, ASSAY_IO, 0, "cannot wall the signer in: %s: %s", what, strerror(code));
}

/* *has: false where the kernel does not know Landlock, or does not let it be used. */
static assay_status landlock(const char *state, bool *has, assay_err *err)
{
    struct landlock_ruleset_attr rules = {.handled_access_fs = HANDLED};
    int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
    *has = fd >= 0;
    if (fd < 0)
        return errno == ENOSYS || errno == EOPNOTSUPP ? ASSAY_OK : fail("landlock", errno, err);
    struct landlock_path_beneath_attr beneath = {
        .allowed_access = STATE, .parent_fd = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC)};
    bool is_fine =
        beneath.parent_fd >= 0 &&
        syscall(SYS_landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0 &&
        syscall(SYS_landlock_restrict_self, fd, 0) == 0;
    int code = errno;
    if (beneath.parent_fd >= 0)
        close(beneath.parent_fd);
    close(fd);
    return is_fine ? ASSAY_OK : fail("landlock", code, err);
}

static const int calls[] = {
    SCMP_SYS(accept4),       SCMP_SYS(brk),          SCMP_SYS(clock_gettime), SCMP_SYS(close),
    SCMP_SYS(exit),          SCMP_SYS(exit_group),   SCMP_SYS(fcntl),         SCMP_SYS(flock),        SCMP_SYS(fstat),
    SCMP_SYS(fsync),         SCMP_SYS(futex),        SCMP_SYS(getpid),        SCMP_SYS(getrandom),
    SCMP_SYS(gettimeofday),  SCMP_SYS(lseek),        SCMP_SYS(madvise),       SCMP_SYS(mmap),
    SCMP_SYS(mremap),        SCMP_SYS(munmap),       SCMP_SYS(newfstatat),    SCMP_SYS(openat),
    SCMP_SYS(poll),          SCMP_SYS(ppoll),        SCMP_SYS(read),          SCMP_SYS(recvfrom),
    SCMP_SYS(rename),        SCMP_SYS(renameat),     SCMP_SYS(renameat2),     SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sendto),       SCMP_SYS(sigaltstack),
    SCMP_SYS(write),
};

static assay_status seccomp_all(assay_err *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int code = filter ? 0 : -ENOMEM;
    for (size_t i = 0; i < sizeof calls / sizeof *calls && code == 0; i++)
        code = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
    if (code == 0)
        code = seccomp_load(filter);
    seccomp_release(filter);
    return code == 0 ? ASSAY_OK : fail("seccomp", -code, err);
}

assay_status signer_wall_in(const char *state, signer_walls *out, assay_err *err)
{
    signer_walls w = {.has_seccomp = true};
    const struct rlimit none = {0, 0};
    /* No memory of this process leaves it: no core file, no ptrace by the same user. */
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fail("prctl", errno, err);
    assay_status status = landlock(state, &w.has_landlock, err);
#ifndef __SANITIZE_ADDRESS__
    if (status == ASSAY_OK)
        status = seccomp_all(err);
#else
    w.has_seccomp = false; /* the sanitizer needs calls of its own */
    (void)seccomp_all;
#endif
    if (status == ASSAY_OK)
        *out = w;
    return status;
}
