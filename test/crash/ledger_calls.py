#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A ledger killed at its file calls, one after the other.

    ledger_calls.py CRASH_LEDGER KILLS

strace kills a child at the n-th call of each kind (open, write, fsync, rename ...), for every n it
makes, or evenly chosen ones when KILLS (0: all) are fewer. Each time what it had told is judged.
Prints TAP; skips where there is no strace or it may not trace.
"""
import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile

LEDGER, KILLS = sys.argv[1], int(sys.argv[2])
LOOPS = "4"
CALLS = ("openat", "write", "pwrite64", "read", "pread64", "fsync", "fdatasync", "syncfs", "rename", "mkdir", "unlink",
         "rmdir", "close", "fcntl", "flock", "ftruncate", "newfstatat", "fstat", "lseek", "getdents64", "statfs")


def trace(home, *options):
    return subprocess.run(["strace", "-f", "-qq", *options, LEDGER, "child", os.path.join(home, "plant.assay"), LOOPS],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)


def copy(base, home):
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(base, home)


with tempfile.TemporaryDirectory(prefix="assay-calls-") as folder:
    base, home, log = (os.path.join(folder, n) for n in ("base", "run", "log"))
    os.mkdir(base)
    subprocess.run([LEDGER, "base", os.path.join(base, "plant.assay")], check=True)
    copy(base, home)
    if not shutil.which("strace") or trace(home, "-o", log, "-e", "trace=" + ",".join(CALLS)).returncode:
        print("1..0 # SKIP no strace here, or it may not trace")
        sys.exit()
    counts = collections.Counter(re.findall(r"^\d+ +(\w+)\(", open(log).read(), re.M))
    points = [(name, n) for name in CALLS for n in range(1, counts[name] + 1)]
    if 0 < KILLS < len(points):
        points = [points[i * len(points) // KILLS] for i in range(KILLS)]
    failed = killed = 0
    for name, n in points:
        copy(base, home)
        done = trace(home, "-o", "/dev/null", "-e", "trace=" + name, "-e", f"inject={name}:signal=SIGKILL:when={n}")
        killed += done.returncode != 0
        judged = subprocess.run([LEDGER, "judge", os.path.join(home, "plant.assay")], input=done.stdout,
                                stdout=subprocess.PIPE)
        if judged.returncode:
            failed += 1
            print(f"# {name} {n}: {judged.stdout.decode()}", end="")
    print(f"# {sum(counts.values())} calls of {len([c for c in CALLS if counts[c]])} kinds, {killed} kills")
    print("1..1")
    print("not ok" if failed else "ok", f"1 - killed at its file calls, nothing is lost or contradicted ({failed} failed)")
    sys.exit(bool(failed))
