#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""libassay serves others: each header stands alone in C17 and C++, and an installed library runs.

    libassay.py PROGRAM DATA SOURCE BUILD [--sanitized]
"""
import csv
import os
import pathlib
import re
import shutil
import subprocess
import sys

from tap import Proof, same

C_FLAGS = "-std=c17 -pedantic -Wall -Wextra -Wconversion -Wshadow -Werror".split()
CPP_FLAGS = "-std=c++11 -pedantic -Wall -Wextra -Wconversion -Wshadow -Werror -x c++".split()
COMPILERS = (("gcc", C_FLAGS), ("clang", C_FLAGS), ("g++", CPP_FLAGS), ("clang++", CPP_FLAGS))


def call(*command, **options):
    done = subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120, check=False, **options)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def headers_alone(proof, source, compiler, flags):
    if not shutil.which(compiler):
        proof.skip(f"each header alone, twice, is {flags[0][5:]} for {compiler}", "it is not installed")
        return
    alone = pathlib.Path(proof.path("alone.c"))
    for header in sorted((source / "include/assay").glob("*.h")):
        alone.write_text(f"#include <assay/{header.name}>\n" * 2, encoding="utf-8")
        proof.check(f"{header.name} alone, twice, is {flags[0][5:]} for {compiler}",
                    lambda: not call(compiler, *flags, "-fsyntax-only", "-I", source / "include", alone))


def symbols_of(library):
    lines = call("nm", "-D", "--defined-only", library).splitlines()
    return {line.split()[-1].partition("@")[0] for line in lines}


def promised(source):
    """Functions that the public headers declare."""
    found = set()
    for header in (source / "include/assay").glob("*.h"):
        for text in re.findall(r"^ASSAY_PUBLIC ([^;]*);", header.read_text(encoding="utf-8"), re.M):
            found.add(re.search(r"\b(assay_\w+)(?=\(|$|\[)", text.split("(")[0] + "(").group(1))
    return found


def installed(proof, build):
    root = pathlib.Path(proof.path("root"))
    call("meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", root)
    return root, next(root.rglob("assay.pc")).parent


def consumer(proof, source, data, root, pkgconfig, compiler, flags):
    environment = {**os.environ, "PKG_CONFIG_PATH": str(pkgconfig), "PKG_CONFIG_SYSROOT_DIR": str(root)}
    wanted = call("pkg-config", "--cflags", "--libs", "assay", env=environment).split()
    program = proof.path("consumer")
    # What follows the source must be read as a library again, not as C++.
    call(compiler, *flags, source / "test/proof/consumer.c", "-x", "none", *wanted, "-o", program)
    with open(data / "csv/ccxbar-iso.csv", encoding="utf-8") as file:
        readings = [row["thickness_um"] for row in csv.DictReader(file)]
    seen = call(program, input=" ".join(text.replace(".", "") for text in readings),
                env={**os.environ, "LD_LIBRARY_PATH": str(pkgconfig.parent)}).split()
    chart = proof.answer("chart", str(data / "csv/ccxbar-iso.csv"), "-n", "5", "--rules", "1")
    location, spread = chart["location"], chart["spread"]
    signals = sum(bool(point["rules"]) for part in (location, spread) for point in part["points"])
    first = location["points"][0]
    return same([float(word) for word in seen],
                [location["center"], first["lcl"], first["ucl"], spread["points"][0]["ucl"], signals])


def main():
    proof = Proof(sys.argv[1])
    data, source, build = (pathlib.Path(word).resolve() for word in sys.argv[2:5])
    for compiler, flags in COMPILERS:
        headers_alone(proof, source, compiler, flags)
    root, pkgconfig = installed(proof, build)
    library = pkgconfig.parent / "libassay.so"
    proof.check("the library exports what its headers declare, and nothing else",
                lambda: same(sorted(symbols_of(library)), sorted(promised(source))))
    for compiler, flags in (("gcc", C_FLAGS), ("g++", CPP_FLAGS)):
        sentence = f"a consumer built by {compiler} and pkg-config draws the chart of the program"
        if "--sanitized" in sys.argv or not shutil.which(compiler):
            proof.skip(sentence, "not with this compiler or under sanitizers")
            continue
        proof.check(sentence, lambda: consumer(proof, source, data, root, pkgconfig, compiler, flags))
    proof.check("the installed program tells its version",
                lambda: "assay" in call(next(root.rglob("bin/assay")), "version",
                                        env={**os.environ, "LD_LIBRARY_PATH": str(pkgconfig.parent)}))
    proof.end()


main()
