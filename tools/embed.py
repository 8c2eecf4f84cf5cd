#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""embed.py IN OUT NAME: a file as a C byte array NAME and its length NAME_size."""
import sys

source, target, name = sys.argv[1:4]
data = open(source, "rb").read()
rows = [", ".join(map(str, data[i:i + 20])) for i in range(0, len(data), 20)]
with open(target, "w", encoding="ascii") as out:
    out.write(f"static const unsigned char {name}[] = {{\n" + ",\n".join(rows) + "};\n")
    out.write(f"enum {{ {name}_size = sizeof {name} }};\n")
