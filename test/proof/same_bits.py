#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same question gives the same bytes on every processor and with any number of threads.

Each question is asked plainly, then with the maths library's FMA and AVX2 variants off
(GLIBC_TUNABLES), with one and two threads, from a compacted database, and, where qemu-user is
installed, on an emulated processor without AVX, so that every kernel takes its baseline form.
    same_bits.py PROGRAM DATA [--sanitized]
"""
import os
import pathlib
import random
import shutil
import subprocess
import sys

from tap import Proof

PLAIN_MATHS = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA"}
EMULATOR = ("qemu-x86_64", "-cpu", "Nehalem")
GAUGE = ("gauge", "rr.csv", "--value", "value", "--part", "part", "--operator", "operator",
         "--tolerance", "8")
ONE_TYPE = "wafer.csv thickness -n 5 --lsl 20 --usl 28".split()
WAFER = {
    "X-bar-R chart": ("chart", *ONE_TYPE[:4]),
    "X-bar-S chart": ("chart", *ONE_TYPE[:4], "--type", "xbar-s"),
    "I-MR chart": ("chart", "wafer.csv", "thickness", "-n", "1"),
    "median chart": ("chart", *ONE_TYPE[:4], "--type", "median"),
    "EWMA chart": ("chart", "wafer.csv", "thickness", "-n", "1", "--type", "ewma"),
    "CUSUM chart": ("chart", "wafer.csv", "thickness", "-n", "1", "--type", "cusum", "--fir", "2.5"),
    "probability limits": ("chart", *ONE_TYPE[:4], "--probability-limits"),
    "capability": ("capability", *ONE_TYPE),
    "capability by Weibull": ("capability", *ONE_TYPE, "--distribution", "weibull"),
    "capability by the best family": ("capability", *ONE_TYPE, "--distribution", "auto"),
    "description": ("describe", "wafer.csv", "thickness"),
    "one-way ANOVA": ("anova", "rr.csv", "--value", "value", "--by", "operator"),
    "gauge study": GAUGE,
    "run length of an EWMA": ("arl", "--type", "ewma", "--lambda", "0.1", "--limit", "2.7",
                              "--shift", "0.5"),
    "run length of a CUSUM": ("arl", "--type", "cusum", "--k", "0.5", "--h", "5", "--shift", "1"),
    "run length of rules": ("arl", "--type", "rules", "--rules", "western-electric", "--shift", "0"),
}
MANY = {
    "charts of many characteristics": ("chart", "{}", "--all", "-n", "5"),
    "capability of many": ("capability", "{}", "-n", "5", "--specs", "limits.csv"),
    "description of many": ("describe", "{}"),
    "signals of many": ("signals", "{}", "-n", "5"),
}


def write_gauge(path):
    source = random.Random(1)
    with open(path, "w", encoding="utf-8") as out:
        print("part,operator,value", file=out)
        for part in range(10):
            for operator in "ABC":
                for _ in range(3):
                    value = 20 + part * 0.7 + ord(operator) * 0.05 + source.gauss(0, 0.2)
                    print(f"{part},{operator},{value:.3f}", file=out)


def write_many(path, limits, rows=60000, kinds=8):
    """Interleaved, with unequal digits, gaps and a shift near the end: big enough to be shared out."""
    source = random.Random(2)
    with open(path, "w", encoding="utf-8") as out:
        print("characteristic,value", file=out)
        for row in range(rows):
            kind = row % kinds
            value = 10 ** (kind % 4) * (1 + 0.01 * source.gauss(0, 1) + (row > rows * 0.97) * 0.01)
            print(f"c{kind},{value:.{3 + kind % 3}f}", file=out)
    with open(limits, "w", encoding="utf-8") as out:
        print("characteristic,nominal,lsl,usl", file=out)
        for kind in range(kinds):
            unit = 10 ** (kind % 4)
            print(f"c{kind},{unit},{unit * 0.95},{unit * 1.05}", file=out)


def emulated(proof, arguments):
    done = subprocess.run([*EMULATOR, proof.program, *arguments], cwd=proof.place, timeout=300,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
                          env={**os.environ, "LC_ALL": "C.UTF-8"})
    return done.stdout


def compare(proof, sentence, plain, ask):
    def test():
        seen = ask()
        if seen == plain and plain:
            return None
        pairs = zip(plain.decode().splitlines(), seen.decode().splitlines())
        lines = [f"{a}\n{b}" for a, b in pairs if a != b]
        return "\n".join(lines[:4]) or f"{len(plain)} and {len(seen)} bytes"
    proof.check(sentence, test)


def prove(proof, name, question, with_emulator, has_threads):
    question = (*question, "--json")
    plain = proof.run(*question)
    compare(proof, f"{name}: the same without FMA and AVX2 in the maths library", plain,
            lambda: proof.run(*question, environment=PLAIN_MATHS))
    if has_threads:
        for threads in ("1", "2", "3"):
            compare(proof, f"{name}: the same with {threads} threads", plain,
                    lambda: proof.run(*question, "--threads", threads))
    if with_emulator:
        compare(proof, f"{name}: the same on a processor without AVX", plain,
                lambda: emulated(proof, question))
    return plain


def main():
    proof, data = Proof(sys.argv[1]), pathlib.Path(sys.argv[2])
    with_emulator = shutil.which(EMULATOR[0]) is not None and "--sanitized" not in sys.argv
    shutil.copy(data / "csv/ccxbar-iso.csv", proof.path("wafer.csv"))
    write_gauge(proof.path("rr.csv"))
    write_many(proof.path("many.csv"), proof.path("limits.csv"))
    proof.run("import", "many.assay", "many.csv", "--quiet", "--compact")
    for name, question in WAFER.items():
        prove(proof, name, question, with_emulator, False)
    for name, question in MANY.items():
        of_file = tuple(word.format("many.csv") for word in question)
        of_base = tuple(word.format("many.assay") for word in question)
        plain = prove(proof, f"{name}, file", of_file, with_emulator, True)
        prove(proof, f"{name}, database", of_base, with_emulator, True)
        compare(proof, f"{name}: the database says what the file says", plain,
                lambda: proof.run(*of_base, "--json"))
    if not with_emulator:
        proof.skip("the same on a processor without AVX", "qemu-x86_64 is not here, or sanitizers are")
    proof.end()


main()
