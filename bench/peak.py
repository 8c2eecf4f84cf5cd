#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""peak.py FILE COMMAND...: runs it and writes its peak resident memory in MiB to FILE."""
import resource
import subprocess
import sys

code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w", encoding="ascii") as out:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, file=out)
sys.exit(code)
