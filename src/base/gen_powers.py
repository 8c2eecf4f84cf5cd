#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""gen_powers.py: 10^k for shortest.c, the 128 highest bits, rounded up: exact where they suffice."""
import sys

FIRST, LAST = -292, 324


def highest_bits(k):
    """The least g >= 10^k / 2^e with 2^127 <= g < 2^128."""
    over, under = 10 ** max(k, 0), 10 ** max(-k, 0)
    shift = 127 - (over.bit_length() - under.bit_length())
    for s in (shift, shift + 1):
        g = -(-(over << max(s, 0)) // (under << max(-s, 0)))
        if g >> 127 == 1:
            return g
    sys.exit(f"10^{k} has no 128 bits")


print(f"enum {{ POWER_FIRST = {FIRST}, POWER_LAST = {LAST} }};")
print("static const struct {\n    uint64_t high, low;\n} powers[] = {")
for power in range(FIRST, LAST + 1):
    g = highest_bits(power)
    print(f"    {{{g >> 64:#018x}u, {g & (1 << 64) - 1:#018x}u}},")
print("};")
