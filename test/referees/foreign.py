#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Badges that npm's @digitalbazaar/vc and jose gave (foreign.mjs), judged by our binary: by `assay verify`, and as the
evidence of a form, where the reviewer sees the verdict. Prints TAP.

    foreign.py ASSAY FOLDER"""
import json
import pathlib
import subprocess
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "programmes"))
from drive import ROOT, play, refused, same  # noqa: E402

BADGES = pathlib.Path(sys.argv[2])
sys.argv[2:] = []
# name -> the reason why it is refused, None: it counts; whether all could be asked offline
CASES = {"fine": ("fine", "valid"), "listed": ("fine", "valid"), "revoked": ("revoked", "invalid"),
         "suspended": ("suspended", "invalid"), "expired": ("expired", "invalid"), "unknown": ("issuer-unknown", "open"),
         "changed": ("signature-wrong", "invalid")}


def bundle(name, form):
    """The badge with what its issuer publishes, in one file."""
    path = BADGES / f"{name}-{form}.zip"
    with zipfile.ZipFile(path, "w") as z:
        z.write(BADGES / f"{name}.{form}", f"credential.{form}")
        for beside in ("did.json", "revocation.json", "suspension.json"):
            z.write(BADGES / beside, beside)
    return path


def verify(d, path, *more):
    done = subprocess.run([d.program, "verify", str(path), "--offline", "--json", *map(str, more)], capture_output=True, text=True)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def each_is_judged_as_it_deserves(d):
    published = BADGES / "published.zip"
    with zipfile.ZipFile(published, "w") as z:
        for name in ("did.json", "revocation.json", "suspension.json"):
            z.write(BADGES / name, name)
    for form in ("json", "jws"):
        for name, (reason, verdict) in CASES.items():
            code, found = verify(d, BADGES / f"{name}.{form}", "--with", published)
            same((name, form, found["reason"], found["verdict"]), (name, form, reason, verdict))
            same(code, {"valid": 0, "invalid": 1, "open": 3}[verdict])
    same(verify(d, BADGES / "own.json")[1]["verdict"], "valid")  # a did:key is its own document
    same(verify(d, BADGES / "forged.json", "--with", published)[1]["reason"], "signature-wrong")


def only_what_holds_is_taken_as_evidence_and_the_reviewer_sees_what_was_found(d):
    d.run("round", "publish", d.path, ROOT / "test/programmes/badge.yaml", "--json")
    d.party("haneul")
    words = {"revoked": "it was revoked", "suspended": "it is suspended", "expired": "it has expired",
             "unknown": "the issuer's keys are not at hand", "changed": "the signature does not hold"}
    d.clock = subprocess.run(["date", "-u", "+%Y-%m-%dT%H:%M:%SZ"], capture_output=True, text=True).stdout.strip()
    for form in ("json", "jws"):
        for name in CASES:
            case = d.open("x.merit", "haneul")
            give = lambda: d.ask("case", "fill", case, "form=merit", "values.note=n", "seal=true", "--offline",
                                 "--badge", f"proof={bundle(name, form)}", by="haneul")
            if name in words:
                refused(give, words[name])
                same(d.show(case)["stage"], "apply")
                continue
            give()
            found = d.show(case, view="desk")["forms"][0]["values"]["proof"]
            same((found["issuer"], found["issuer_name"], found["achievement"], found["verdict"], found["reason"]),
                 ("did:web:foreign.example", "Foreign Association", "Green belt", "valid", "fine"))
            assert d.replays(case)


play(each_is_judged_as_it_deserves, only_what_holds_is_taken_as_evidence_and_the_reviewer_sees_what_was_found)
