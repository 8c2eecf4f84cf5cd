#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays transcripts: a sentence, a command, what it prints (both streams), its exit code.

    # the second import stores nothing
    $ assay import plant.assay $DATA/csv/ccxbar-iso.csv
    ccxbar-iso.csv: 100 received = 0 stored + 100 duplicates ...
    [0 is not written; others stand alone in brackets]

In expected lines `*` stands for anything. All commands of a file run in one empty folder. With
--update what is printed becomes what is expected (read the difference before it is committed).
Prints TAP.
"""
import fnmatch
import os
import pathlib
import re
import subprocess
import sys
import tempfile

def cases(text):
    """[(sentence, command, expected lines)] and the text around them is kept by `update`."""
    found, sentence, lines = [], "", text.split("\n")
    i = 0
    while i < len(lines):
        if lines[i].startswith("# "):
            sentence = lines[i][2:]
        elif lines[i].startswith("$ "):
            command, start = lines[i][2:], i + 1
            i += 1
            while i < len(lines) and not lines[i].startswith(("$ ", "# ")):
                i += 1
            expected = lines[start:i]
            while expected and not expected[-1].strip():
                expected.pop()
            found.append((sentence or command, command, expected, start, start + len(expected)))
            continue
        i += 1
    return found


def run(command, folder, environment):
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                          stdin=subprocess.DEVNULL, errors="replace")
    lines = done.stdout.replace(environment["DATA"], "$DATA").replace(environment["SAMPLE"], "$SAMPLE").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    lines = [line.rstrip() for line in lines]
    return lines + ([f"[{done.returncode}]"] if done.returncode else [])


def is_same(expected, seen):
    return len(expected) == len(seen) and all(
        e == s or ("*" in e and fnmatch.fnmatchcase(s, re.sub(r"([\[\]?])", r"[\1]", e)))
        for e, s in zip(expected, seen))


def has_terminal():
    """A bare chroot has no pseudo-terminals."""
    try:
        for end in os.openpty():
            os.close(end)
        return True
    except OSError:
        return False


def main():
    program, path = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    data = pathlib.Path(__file__).resolve().parent.parent / "data"
    sample = data.parent.parent / "sample"
    text = path.read_text(encoding="utf-8")
    environment = {"PATH": f"{program.parent}:{os.environ['PATH']}", "DATA": str(data),
                   "SAMPLE": str(sample), "COLUMNS": "80", "HOME": "/nonexistent",
                   "VALID": str(pathlib.Path(__file__).resolve().parent / "schema.py"),
                   "LANG": "C.UTF-8",
                   "SCHEMA": str(data.parent.parent / "docs" / "schema")}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TMPDIR"):
        if name in os.environ:
            environment[name] = os.environ[name]
    played, failed, lines = cases(text), 0, text.split("\n")
    print(f"1..{len(played)}")
    with tempfile.TemporaryDirectory() as folder:
        for number, (sentence, command, expected, start, end) in enumerate(played, 1):
            if "script -qec" in command and not has_terminal():
                print("ok", number, "-", sentence.replace("#", "no."), "# skip no pseudo-terminal here")
                continue
            seen = run(command, folder, environment)
            good = is_same(expected, seen)
            failed += not good
            print("ok" if good else "not ok", number, "-", sentence.replace("#", "no."))
            if not good:
                print(f"# $ {command}")
                for line in expected:
                    print("# expected:", line)
                for line in seen:
                    print("# seen:    ", line)
                lines[start:end] = [(start, seen)] + [None] * (end - start - 1) if end > start else []
                if end == start:
                    lines[start - 1] = (start - 1, [lines[start - 1]] + seen)
    if "--update" in sys.argv:
        out = []
        for line in lines:
            out += line[1] if isinstance(line, tuple) else [] if line is None else [line]
        path.write_text("\n".join(out), encoding="utf-8")
    return failed > 0


sys.exit(main())
