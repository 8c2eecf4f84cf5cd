# SPDX-License-Identifier: GPL-3.0-or-later
"""What the proofs share: sentences counted as TAP, the program run, a folder that goes away."""
import json
import os
import subprocess
import sys
import tempfile


class Proof:
    def __init__(self, program):
        self.program = os.path.abspath(program)
        self.said = []
        self.folder = tempfile.TemporaryDirectory(prefix="assay-proof-")
        self.place = self.folder.name

    def path(self, name):
        return os.path.join(self.place, name)

    def run(self, *arguments, environment=None, stdin=None, codes=(0, 3, 4)):
        """Standard output of `assay arguments`; any other exit code than `codes` is an error."""
        done = subprocess.run([self.program, *arguments], cwd=self.place, input=stdin,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})},
                              timeout=120, check=False)
        if done.returncode not in codes:
            raise RuntimeError(f"assay {' '.join(arguments)}: exit {done.returncode}: "
                               f"{done.stderr.decode(errors='replace').strip()}")
        return done.stdout

    def answer(self, *arguments, **options):
        return json.loads(self.run(*arguments, "--json", **options))

    def check(self, sentence, test):
        """`test()` returns None or True when the sentence holds, else what was seen instead."""
        try:
            seen = test()
        except (RuntimeError, KeyError, ValueError, OSError, subprocess.SubprocessError) as fault:
            seen = f"{type(fault).__name__}: {fault}"
        good = seen is None or seen is True
        self.said.append(("ok" if good else "not ok", sentence, None if good else str(seen)))

    def skip(self, sentence, reason):
        self.said.append(("ok", f"{sentence} # skip {reason}", None))

    def end(self):
        print(f"1..{len(self.said)}")
        for number, (verdict, sentence, seen) in enumerate(self.said, 1):
            print(verdict, number, "-", sentence)
            for line in (seen or "").splitlines():
                print("#", line)
        self.folder.cleanup()
        sys.exit(any(verdict != "ok" for verdict, _, _ in self.said))


def same(seen, expected):
    return None if seen == expected else f"expected {expected}\nseen     {seen}"
