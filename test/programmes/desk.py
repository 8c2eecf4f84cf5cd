# SPDX-License-Identifier: GPL-3.0-or-later
"""The real binary on a database of its own: what the tests of programmes share."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from drive import holds

HERE = pathlib.Path(__file__).resolve().parent
ASSAY = os.environ.get("ASSAY", str(HERE.parent.parent / "build/src/cli/assay"))


class Refused(Exception):
    """The binary said no; str() is what it said."""


class Desk:
    def __init__(self, scheme=None):
        self.folder = tempfile.mkdtemp(prefix="assay-programme-")
        self.db = f"{self.folder}/p.assay"
        self.run("init", self.db, as_json=False)
        if scheme:
            self.run("round", "publish", self.db, str(scheme))

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *words, as_json=True, by="desk", text=None):
        command = [ASSAY, *[str(w) for w in words]]
        if as_json:
            command += ["--json"]
        if as_json and words[0] in ("case", "round", "party", "title"):
            command += ["--by-whom", by]
        got = subprocess.run(command, input=text, capture_output=True, text=True,
                             env={**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": ""})
        if got.returncode:
            raise Refused(" ".join((got.stderr + " " + got.stdout).split()))
        if not as_json or not got.stdout.strip():
            return got.stdout
        return holds(words[0], str(words[1]), json.loads(got.stdout))

    def party(self, *words, **more):
        return self.run("party", *words, **more)

    def add(self, **said):
        return self.party("add", self.db, json.dumps(said))["party"]

    def add_many(self, people):
        """[{ref, kind, name, ...}] -> nothing; each is found by its code."""
        lines = "".join(json.dumps(p) + "\n" for p in people)
        path = f"{self.folder}/people.ndjson"
        pathlib.Path(path).write_text(lines)
        return self.party("import", self.db, path)["parties"]

    def case(self, action, *words, who=None, on=None, view=None):
        more = (["--as-party", who] if who else []) + (["--on", on] if on else []) + \
               (["--view", view] if view else [])
        said = [json.dumps(w) if isinstance(w, dict) else w for w in words]
        return self.run("case", action, self.db, *said, *more, by=who or "desk")

    def round(self, action, *words, on=None, **more):
        said = [json.dumps(w) if isinstance(w, dict) else w for w in words]
        return self.run("round", action, self.db, *said, *(["--on", on] if on else []), **more)

    def title(self, action, *words, view=None, on=None):
        said = [json.dumps(w) if isinstance(w, dict) else w for w in words]
        more = (["--view", view] if view else []) + (["--on", on] if on else [])
        return self.run("title", action, self.db, *said, *more)

    def refused(self, call, *words, **more):
        """What is said when a call is refused; fails when it is not."""
        try:
            call(*words, **more)
        except Refused as e:
            return str(e)
        raise AssertionError(f"{words} was not refused")


def story(tests):
    """Runs (name, function) pairs; TAP on standard output."""
    print(f"1..{len(tests)}")
    failed = 0
    for n, test in enumerate(tests, 1):
        try:
            test()
            print(f"ok {n} - {test.__name__}", flush=True)
        except Exception as e:  # told as a diagnostic
            failed += 1
            import traceback
            print(f"not ok {n} - {test.__name__}")
            for line in traceback.format_exc().splitlines()[-12:] + str(e).splitlines():
                print("#", line)
    print(f"# {len(tests) - failed} passed, {failed} failed")
    sys.exit(failed > 0)
