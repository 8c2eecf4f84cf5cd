#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""peak.py FILE COMMAND...: runs it and writes three figures to FILE: seconds of wall time from its
start to its end, seconds of CPU, and its peak resident memory in MiB."""
# What started this program (a shell that looks for python) may have left children's time behind.
import resource
import subprocess
import sys
import time

before = resource.getrusage(resource.RUSAGE_CHILDREN)
begin = time.monotonic()
code = subprocess.call(sys.argv[2:])
wall = time.monotonic() - begin
used = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
with open(sys.argv[1], "w", encoding="ascii") as out:
    print(f"{wall:.3f} {cpu:.3f} {used.ru_maxrss // 1024}", file=out)
sys.exit(code)
