# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence over HTTP: a claim computed, sealed, verified; of two periods, of one, of a gauge study; and who may."""
import hashlib
import json
import pathlib
import random
import subprocess

from server import ASSAY, PASSWORD, Server, run

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
STUDY = json.loads((ROOT / "test/golden/stat/msa.json").read_text())[0]  # AIAG MSA, 10 parts, 3 appraisers, 3 trials
SCHEME = pathlib.Path(__file__).with_suffix(".yaml").read_bytes()
S = Server()
SESSIONS, HELD = {}, {}
BEFORE = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}
AFTER = {"from": "2026-02-01T00:00:00Z", "to": "2026-03-01T00:00:00Z"}


def login(name, grants):
    S.ask("PUT", f"/api/v1/people/{name}", {"grants": grants, "password": PASSWORD, "why": "test"}, headers={"If-None-Match": "*"})
    got = S.ask("POST", "/api/v1/session", {"account": name, "password": PASSWORD}, token=None)
    SESSIONS[name] = {"Cookie": got.headers["Set-Cookie"].split(";")[0], "X-Assay-CSRF": got.json()["csrf"]}


def ask(who, method, path, body=None, headers=()):
    return S.ask(method, path, body, token=None, headers={**(SESSIONS[who] if who else {}), **dict(headers)})


def good(who, method, path, body=None, **more):
    answer = ask(who, method, path, body, **more)
    assert answer.status in (200, 201, 204), (who, method, path, answer)
    return answer.json() if answer.body else None


def claim(field, kind, path, seal=False, who="ann", **more):
    said = {"field": field, "claim": kind, "characteristics": [path], **more}
    return ask(who, "POST", f"/api/v1/cases/{HELD['case']}/evidence" + ("?seal=1" if seal else ""), said)


def readings():
    chance = random.Random(4)
    for month, mean in (("01", 10.0), ("02", 9.6)):
        for i in range(60):
            value = mean + (sum(chance.random() for _ in range(12)) - 6) / 10
            yield {"characteristic": "west/bore", "time": f"2026-{month}-{1 + i // 3:02}T{8 + i % 3 * 4:02}:00:00Z", "value": f"{value:.3f}"}
    for k, (part, trial, value) in enumerate((p, c, v) for p, row in enumerate(STUDY["data"]["y"]) for c, v in enumerate(row)):
        yield {"characteristic": "west/gap", "time": f"2026-03-02T{8 + k // 60:02}:{k % 60:02}:00Z", "value": str(value),
               "serial": f"P{part}", "operator": f"O{trial // 3}"}
    yield {"characteristic": "east/secret", "time": "2026-01-02T08:00:00Z", "value": "1.0"}


def set_up():
    "a programme, its people and stored measurements are there"
    login("desk", "quality-manager")
    for name, grants in (("ann", "operator@west"), ("ben", "operator@west")):
        login(name, grants)
    answer = S.measure(readings())
    assert answer.status == 200, answer
    S.stop()
    for words in (["specify", S.database, "west/bore", "--lsl", "9", "--usl", "11"],):
        subprocess.run([ASSAY, *words, "-q"], check=True, capture_output=True)
    S.start()
    for name, grants in (("desk", 0), ("ann", 0), ("ben", 0)):
        login(name, grants)
    good("desk", "POST", "/api/v1/schemes", SCHEME, headers={"Content-Type": "application/yaml"})
    for name in ("ann", "ben"):
        HELD[name] = good("desk", "POST", "/api/v1/parties", {"kind": "person", "name": name, "account": name})["id"]
    HELD["case"] = good("ann", "POST", "/api/v1/cases", {"scheme": "x.proof", "party": HELD["ann"]})["case"]


def a_claim_is_computed_and_nothing_is_kept():
    "a claim is computed beside what is claimed, with interval, p, method and doubts; nothing is kept"
    made = claim("effect", "mean", "west/bore", before=BEFORE, after=AFTER, better="lower", value="-0.3")
    assert made.status == 200, made
    made = made.json()
    r = made["evidence"]["results"][0]
    assert made["record"] is None and made["evidence"]["outcome"] == "shown", made["evidence"]
    assert -0.5 < float(r["effect"]) < -0.3 and float(r["low"]) < float(r["effect"]) < float(r["high"]) and float(r["p"]) < 1e-6
    assert r["test"] == "welch" and r["test_why"] and r["before"]["stability"] == "stable", r
    assert made["chart"].startswith("<svg") or made["chart"].startswith("<?xml"), made["chart"][:40]
    assert hashlib.sha256(made["chart"].encode()).hexdigest() == made["evidence"]["chart"]
    assert good("ann", "GET", f"/api/v1/cases/{HELD['case']}/evidence")["evidence"] == []


def a_capability_is_held_against_its_bar():
    "the capability of one period is held against a bar: shown beyond chance, not shown, against"
    outcomes = {}
    for bar in ("1.33", "3.0", "6.0"):
        e = claim("capability", "ppk", "west/bore", period=BEFORE, value=bar).json()["evidence"]
        r = e["results"][0]
        outcomes[bar] = (e["outcome"], float(r["effect"]), float(r["low"]), float(r["high"]))
        assert "before" not in r and r["period"]["n"] == 60 and r["effect_is"] == "Ppk", r
    print("#", outcomes)
    effect = outcomes["1.33"][1]
    assert outcomes["1.33"][0] == "shown" and outcomes["6.0"][0] == "against"
    assert outcomes["3.0"][0] == "not shown" or abs(effect - 3.0) > 0.6
    refused = claim("capability", "ppk", "west/bore", period=BEFORE)
    assert refused.status == 400 and b"bar" in refused.body, refused
    assert claim("capability", "mean", "west/bore", period=BEFORE, value="1").status == 422
    assert claim("capability", "ppk", "west/bore", period=BEFORE, after=AFTER, value="1").status == 400


def a_gauge_study_comes_out_as_published():
    "a gauge study from the store gives the published figures, and says that it has no interval"
    period = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-03T00:00:00Z"}
    e = claim("gauge", "grr", "west/gap", period=period, value="30").json()["evidence"]
    r = e["results"][0]
    published = dict(STUDY["expected"]["without_interaction"])  # Minitab pools it: p is .974
    assert abs(float(r["effect"]) - published["pct_study_var"]["total_grr"]) < 1e-6, (r, published)
    assert r["gauge"] == {"parts": 10, "operators": 3, "trials": 3, "ndc": str(published["ndc_minitab"])}, r["gauge"]
    assert r["low"] is None and r["p"] is None and e["outcome"] == "shown", e
    assert claim("gauge", "grr", "west/gap", period=period, value="10").json()["evidence"]["outcome"] == "not shown"
    none = claim("gauge", "grr", "west/bore", period=BEFORE, value="10").json()["evidence"]
    assert none["outcome"] == "undefined" and none["results"][0]["why"]["effect"], none
    HELD["study"] = period


def who_may():
    "who may not read the measurements, or has no part in the case, computes and sees nothing"
    assert claim("effect", "mean", "east/secret", before=BEFORE, after=AFTER, better="lower").status == 404
    assert claim("effect", "mean", "west/bore", before=BEFORE, after=AFTER, better="lower", who="ben").status == 404
    assert claim("nothing", "mean", "west/bore", before=BEFORE, after=AFTER, better="lower").status == 404
    assert ask("ben", "GET", f"/api/v1/cases/{HELD['case']}/evidence").status == 404
    assert ask(None, "GET", f"/api/v1/cases/{HELD['case']}/evidence").status == 401


def sealed_evidence_decides_and_is_verified():
    "sealed evidence decides the gate, is verified to the same bytes, and names what changed since"
    for said in (("effect", "mean", "west/bore", {"before": BEFORE, "after": AFTER, "better": "lower", "value": "-0.3"}),
                 ("capability", "ppk", "west/bore", {"period": BEFORE, "value": "1.33"}),
                 ("gauge", "grr", "west/gap", {"period": HELD["study"], "value": "30"})):
        made = claim(*said[:3], seal=True, **said[3])
        assert made.status == 200 and made.json()["record"] > 0, made
        HELD[said[0]] = made.json()["record"]
    listed = good("ann", "GET", f"/api/v1/cases/{HELD['case']}/evidence")["evidence"]
    assert [e["record"] for e in listed] == [HELD[f] for f in ("effect", "capability", "gauge")]
    for record in (HELD["effect"], HELD["capability"], HELD["gauge"]):
        check = good("desk", "GET", f"/api/v1/cases/{HELD['case']}/evidence/{record}")
        assert check["same"] and check["data_same"] and check["method_same"], check
    svg = ask("ann", "GET", f"/api/v1/cases/{HELD['case']}/evidence/{HELD['capability']}/chart")
    assert svg.status == 200 and hashlib.sha256(svg.body).hexdigest() == listed[1]["evidence"]["chart"]
    assert ask("ann", "GET", f"/api/v1/cases/{HELD['case']}/evidence/1").status == 404
    closed = good("ann", "POST", f"/api/v1/cases/{HELD['case']}/acts/fill", {"form": "report", "values": {}, "seal": True})
    assert closed["state"] == "passed", closed
    assert claim("effect", "mean", "west/bore", seal=True, before=BEFORE, after=AFTER, better="lower").status == 422
    S.stop()
    subprocess.run([ASSAY, "exclude", S.database, "west/bore", "--at", "3", "--why", "dropped", "--by-whom", "lee", "-q"], check=True, capture_output=True)
    S.start()
    login("ann", 0)
    check = good("ann", "GET", f"/api/v1/cases/{HELD['case']}/evidence/{HELD['capability']}")
    assert check["same"] and not check["data_same"] and check["counts"]["excluded"] == 1, check
    assert check["changes"][0]["by"] == "lee" and check["changes"][0]["period"] == "only", check["changes"]


def changes_are_told_to_readers():
    "who changed a measurement is told to those who may read it; to others, how many were changed"
    S.stop()
    subprocess.run([ASSAY, "user", S.database, "ann", "--roles", "operator@east"], check=True, capture_output=True)
    S.start()
    login("ann", 0)
    check = good("ann", "GET", f"/api/v1/cases/{HELD['case']}/evidence/{HELD['capability']}")
    assert check["same"] and check["counts"]["excluded"] == 1 and check["changes"] == [], check


try:
    run(set_up, a_claim_is_computed_and_nothing_is_kept, a_capability_is_held_against_its_bar,
        a_gauge_study_comes_out_as_published, who_may, sealed_evidence_decides_and_is_verified,
        changes_are_told_to_readers)
finally:
    S.close()
