#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the gauge to the credential: readings, sealed evidence, a decision, its title, its proof. Prints TAP."""
import json
import pathlib
import subprocess

from circle_data import finished, korean
from drive import play, same


def issuer(d):
    keys = d.path + "-keys"
    for words in ("credential i", "rsa i", "log ledger.flow.example/1"):
        d.run("signer", "add", keys, *words.split(), "-q")
    d.run("ledger", "init", d.path, "--origin", "ledger.flow.example/1", "-q")
    d.run("credential", "issuer", d.path, "--name", "Quality Association", "--host", "q.example", "-q")


def credentials(d):
    return [line.split(",")[:4] for line in d.run("credential", "list", d.path, "--csv").split()[1:]]


def verify(d, *words):
    """Exit code and what is said."""
    done = subprocess.run([d.program, "verify", *words, "--json"], text=True, capture_output=True, timeout=60)
    return done.returncode, json.loads(done.stdout)


def verdict(d, path):
    done = subprocess.run([d.program, "verify", path, d.path], text=True, capture_output=True, timeout=60)
    return done.stdout.splitlines()[0]


def export(d, credential):
    path = d.path + ".zip"
    d.run("credential", "export", d.path, credential, "--output", path)
    return path


def records(d, kind):
    return json.loads(d.run("log", d.path, "--type", kind, "--json"))["records"]


def title_act(d, case, act, **said):
    d.act(case, act, {"title": "finished", "why": "for the test", **said})


def a_reading_becomes_a_credential_that_everybody_can_check(d):
    issuer(d)
    case = finished(d)
    (credential, achievement, state, title), = credentials(d)
    same((achievement, state, title), ("kr-circle-finished", "valid", f"{case}/1"))
    d.run("ledger", "sign", d.path, "-q")
    code, said = verify(d, export(d, credential), d.path)
    same((code, said["verdict"], said["decision_proven"]), (0, "valid", True))
    d.run("check", d.path)


def given_in_the_commit_of_its_title_and_rests_on_its_decision(d):
    issuer(d)
    finished(d)
    given, issued = records(d, "title.given")[0], records(d, "credential.issued")[0]
    same(issued["commit"], given["commit"])
    decided = records(d, "case.decided")[-1]
    same(issued["payload"]["rests_on"], decided["sequence"])
    d.run("ledger", "sign", d.path, "-q")
    proof, policy = d.path + ".tlog-proof", d.path + ".policy"
    d.run("ledger", "prove", d.path, decided["sequence"], "-o", proof)
    log, = [k.split()[1] for k in d.run("signer", "show", d.path + "-keys").splitlines() if k.startswith("log ")]
    pathlib.Path(policy).write_text(f"log {log}\nquorum none\n")
    code, said = verify(d, proof, "--policy", policy)
    same((code, said["verdict"], said["trusted"]), (0, "proven", True))


def what_becomes_of_the_title_becomes_of_the_credential(d):
    issuer(d)
    case = finished(d)
    path = export(d, credentials(d)[0][0])
    title_act(d, case, "suspend")
    same(verdict(d, path), "not valid: it is suspended")
    title_act(d, case, "reinstate")
    same(verdict(d, path), "valid")
    d.on("2026-05-01").act(case, "hearing", {"title": "finished", "held": "2026-05-01", "why": "heard"})
    title_act(d, case, "revoke", ground="false_record")
    same(credentials(d)[0][2], "revoked")
    same(verdict(d, path), "not valid: it was revoked")
    d.act(case, "appeal", {"title": "finished", "text": "we did it"}, by="blue_speaker")
    d.act(case, "answer", {"objection": 1, "upheld": True, "why": "they did"})
    same(sorted(c[2] for c in credentials(d)), ["revoked", "valid"])  # a new one; what was revoked stays so
    same(verdict(d, path), "not valid: it was revoked")
    new, = [c[0] for c in credentials(d) if c[2] == "valid"]
    same(verdict(d, export(d, new)), "valid")


def without_an_issuer_the_title_stands_alone_and_it_is_said(d):
    case = finished(d)
    same(d.show(case)["titles"][0]["state"], "valid")
    same(credentials(d), [])
    told = subprocess.run([d.program, "title", "list", d.path, "kr.circle"], text=True, capture_output=True, timeout=60)
    assert "no issuer" in told.stderr, told
    issuer(d)
    title_act(d, case, "suspend")
    same(credentials(d), [])
    return case


def titles_from_before_the_issuer_get_theirs_when_asked_for(d):
    case = without_an_issuer_the_title_stands_alone_and_it_is_said(d)
    issue = {"why": "the issuer is there now"}
    same(d.ask("title", "issue", "kr.circle", json.dumps(issue)), {"issued": [], "more": False})  # it is suspended
    title_act(d, case, "reinstate")
    same(d.ask("title", "issue", "kr.circle", json.dumps({**issue, "title": "other"}))["issued"], [])
    given, = d.ask("title", "issue", "kr.circle", json.dumps(issue))["issued"]
    same((given["case"], given["n"], given["title"]), (case, 1, "finished"))
    same(credentials(d), [[given["credential"], "kr-circle-finished", "valid", f"{case}/1"]])
    same(d.ask("title", "issue", "kr.circle", json.dumps(issue))["issued"], [])
    since = json.loads(d.run("credential", "show", d.path, given["credential"], "--json"))["from"]
    same(since[:10], d.show(case)["titles"][0]["at"][:10])
    same(verdict(d, export(d, given["credential"])), "valid")


play(a_reading_becomes_a_credential_that_everybody_can_check, given_in_the_commit_of_its_title_and_rests_on_its_decision,
     what_becomes_of_the_title_becomes_of_the_credential, without_an_issuer_the_title_stands_alone_and_it_is_said,
     titles_from_before_the_issuer_get_theirs_when_asked_for)
