#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes rational.csv: operation, a, b, answer, by Python's fractions and decimal (seed 20260101)."""
import decimal
import random
from fractions import Fraction

MOST = 2**127
random.seed(20260101)
decimal.getcontext().prec = 400


def text(f):
    den, places = f.denominator, 0
    twos = fives = 0
    while den % 2 == 0:
        den, twos = den // 2, twos + 1
    while den % 5 == 0:
        den, fives = den // 5, fives + 1
    places = max(twos, fives)
    if den != 1 or places > 38 or abs(f) * 10**places >= MOST:
        return f"{f.numerator}/{f.denominator}"
    whole, sign = abs(f.numerator) * 10**places // f.denominator, "-" if f < 0 else ""
    digits = str(whole).rjust(places + 1, "0")
    return sign + (digits if places == 0 else digits[:-places] + "." + digits[-places:])


def draw(bits):
    kind = random.randrange(4)
    sign = random.choice((-1, 1))
    if kind == 0:
        return sign * Fraction(random.getrandbits(bits), 10 ** random.randrange(0, bits // 5 + 1))
    if kind == 1:
        return Fraction(sign * random.getrandbits(bits))
    if kind == 2:
        return sign * Fraction(random.getrandbits(bits) + 1, random.getrandbits(bits) + 1)
    return sign * Fraction(random.randrange(0, 40), random.randrange(1, 13))


def fits(f):
    return abs(f.numerator) < MOST and f.denominator < MOST


def rounded(f, step, how):
    steps = f / step
    number = (decimal.Decimal(steps.numerator) / decimal.Decimal(steps.denominator))
    exact = Fraction(number) == steps
    if not exact and how in ("ROUND_HALF_UP", "ROUND_HALF_EVEN"):
        assert steps.denominator > 2
    return Fraction(int(number.to_integral_value(rounding=getattr(decimal, how)))) * step


print("operation,a,b,answer")
wanted = 0
while wanted < 900:
    bits = random.choice((8, 20, 40, 60, 62))
    a, b = draw(bits), draw(bits)
    op = random.choice("+-*/<rehct")
    try:
        if op == "+":
            answer = a + b
        elif op == "-":
            answer = a - b
        elif op == "*":
            answer = a * b
        elif op == "/":
            answer = a / b
        elif op == "<":
            answer = Fraction((a > b) - (a < b))
        else:
            b = random.choice((Fraction(1), Fraction(1, 100), Fraction(5), Fraction(1, 4), Fraction(1, 3)))
            how = {"r": "ROUND_HALF_UP", "h": "ROUND_HALF_UP", "e": "ROUND_HALF_EVEN",
                   "c": "ROUND_CEILING", "t": "ROUND_DOWN"}[op]
            if random.random() < .5:  # ties on purpose
                a = b * (2 * random.randrange(-50, 50) + 1) / 2
            answer = rounded(a, b, how)
    except ZeroDivisionError:
        continue
    if fits(a) and fits(b) and fits(answer):
        print(op.replace("r", "h"), text(a), text(b), text(answer), sep=",")
        wanted += 1
