#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A badge that another issuer gave, as evidence in a form: judged, kept as a finding. Prints TAP."""
import hashlib
import json
import pathlib

from drive import ROOT, play, refused, same


class Issuer:
    """Another association, with its own database. host "": a did:key."""

    def __init__(self, d, host="other.example"):
        self.d, self.db = d, str(pathlib.Path(d.folder.name, f"issuer-{host or 'key'}"))
        d.run("init", self.db)
        for use in ("credential", "rsa"):
            d.run("signer", "add", self.db + "-keys", use, "other", "-q")
        d.run("credential", "issuer", self.db, "--name", "Other Association", *(["--host", host] if host else []), "-q")
        d.run("credential", "achievement", self.db, "belt", "--name", "Green belt", "--description", "d", "--criteria", "c", "-q")
        self.id = d.run("credential", "issue", self.db, "belt", "--name", "Hong", "-q").strip()
        self.document = self.db + ".did"
        pathlib.Path(self.document).write_text(d.run("credential", "document", self.db))

    def file(self, form):
        path = f"{self.db}.{form}"
        self.d.run("credential", "export", self.db, self.id, "--output", path)
        return path

    def act(self, what):
        self.d.run("credential", what, self.db, self.id, "--why", "test", "-q")


def begin(d):
    if "haneul" not in d.parties:
        d.run("round", "publish", d.path, ROOT / "test/programmes/badge.yaml")
        d.party("haneul")
    return d.open("x.merit", "haneul")


def give(d, case, path, *more, seal="true"):
    return d.ask("case", "fill", case, "form=merit", "values.note=n", f"seal={seal}", "--badge", f"proof={path}", *more,
                 by="haneul")


def proof_in(d, case):
    """What the case shows of the field, however deep it lies."""
    def find(x):
        if isinstance(x, dict):
            if isinstance(x.get("proof"), dict) and "sha256" in x["proof"]:
                return x["proof"]
            x = list(x.values())
        return next((found for one in x if (found := find(one))), None) if isinstance(x, list) else None
    return find(d.show(case, by="haneul"))


def in_every_form_it_is_judged_and_its_finding_is_kept(d):
    other = Issuer(d)
    d.on("2027-01-01")
    for form in ("json", "jws", "png", "svg", "zip"):
        case = begin(d)
        # A ZIP brings the documents with it.
        give(d, case, other.file(form), *([] if form == "zip" else ["--with", other.document]))
        found = proof_in(d, case)
        same((found["issuer"], found["issuer_name"], found["achievement"]),
             ("did:web:other.example", "Other Association", "Green belt"))
        same((found["verdict"], found["reason"]), ("valid", "fine") if form == "zip" else ("open", "status-unknown"))
        same(len(found["sha256"]), 64)
        if form in ("json", "jws"):
            same(found["sha256"], hashlib.sha256(pathlib.Path(other.file(form)).read_bytes()).hexdigest())
        assert "credential" not in found and "Hong" not in json.dumps(d.show(case)), "the badge was kept"
        same(d.show(case)["outcome"], "pass")
        assert d.replays(case)


def a_did_key_needs_no_document(d):
    other = Issuer(d, host="")
    d.on("2027-01-01")
    case = begin(d)
    give(d, case, other.file("json"))
    assert proof_in(d, case)["issuer"].startswith("did:key:z6Mk")


def a_bad_one_is_refused_and_named(d):
    other, stranger = Issuer(d), Issuer(d, host="stranger.example")
    d.on("2027-01-01")
    case, good = begin(d), other.file("json")
    bad = pathlib.Path(d.folder.name, "bad.json")
    bad.write_text(pathlib.Path(good).read_text().replace("Hong", "Kang"))
    refused(lambda: give(d, case, bad, "--with", other.document), "proof: the badge \"Green belt\" of Other Association is "
            "refused: the signature does not hold")
    refused(lambda: give(d, case, good), "the issuer's keys are not at hand")
    refused(lambda: give(d, case, good, "--with", stranger.document), "the issuer's keys are not at hand")
    bad.write_text('{"a": 1}')
    refused(lambda: give(d, case, bad), "no verifiable credential")
    refused(lambda: give(d, case, bad.with_name("none")), "cannot open")
    for act, word in (("suspend", "it is suspended"), ("revoke", "it was revoked")):
        other.act(act)
        refused(lambda: give(d, case, other.file("zip")), f"is refused: {word}")
    d.on("2020-01-01")
    refused(lambda: give(d, case, good, "--with", other.document), "it is not valid yet")
    same(d.show(case)["stage"], "apply")


def nobody_writes_a_finding_by_hand(d):
    other = Issuer(d)
    d.on("2027-01-01")
    case = begin(d)
    made_up = {"name": "b.json", "sha256": "0" * 64, "issuer": "did:web:other.example", "verdict": "valid"}
    refused(lambda: d.fill(case, "merit", {"proof": made_up}, by="haneul"), "proof: a badge was expected")
    refused(lambda: d.fill(case, "merit", {"proof": "b.json"}, by="haneul"), "proof: a badge was expected")
    # What was found for a draft may be sent back with it, unchanged.
    give(d, case, other.file("zip"), seal="false")
    found = proof_in(d, case)
    refused(lambda: d.fill(case, "merit", {"proof": {**found, "issuer": "did:web:me"}}, by="haneul"), "a badge was expected")
    other_one = {"name": "c.json", "credential": pathlib.Path(other.file("json")).read_text(),
                 "documents": [pathlib.Path(other.document).read_text()]}
    d.fill(case, "merit", {"note": "n", "proof": found, "more": [other_one, other_one]}, by="haneul")
    same(d.show(case)["outcome"], "pass")


play(in_every_form_it_is_judged_and_its_finding_is_kept, a_did_key_needs_no_document, a_bad_one_is_refused_and_named,
     nobody_writes_a_finding_by_hand)
