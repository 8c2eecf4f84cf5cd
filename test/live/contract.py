# SPDX-License-Identifier: GPL-3.0-or-later
"""The API does what its OpenAPI document says: every operation is called, every answer is one that is
documented, every JSON body has the shape that is documented."""
import base64
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

from server import ASSAY, Server, run, wait_for

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None),
         "number": (int, float), "integer": int}
S = Server()
API = json.loads(S.ask("GET", "/api/v1/openapi.json", token=None).body)
OPERATIONS = {op["operationId"]: (method.upper(), path, op)
              for path, methods in API["paths"].items() for method, op in methods.items()}
CALLED = {}


def resolve(x):
    while "$ref" in x:
        at = API
        for part in x["$ref"][2:].split("/"):
            at = at[part]
        x = at
    return x


def is_of(value, name):
    return isinstance(value, TYPES[name]) and not (name in ("number", "integer") and isinstance(value, bool))


def faults(value, schema, path="$"):
    schema = resolve(schema)
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{path}: {value!r} is none of {schema['enum']}"]
    names = schema.get("type", list(TYPES))
    if not any(is_of(value, n) for n in ([names] if isinstance(names, str) else names)):
        return [f"{path}: {value!r} is not {names}"]
    found = []
    if isinstance(value, dict):
        found += [f"{path}: {k} is missing" for k in schema.get("required", ()) if k not in value]
        for k, inner in value.items():
            found += faults(inner, schema.get("properties", {}).get(k, {}), f"{path}.{k}")
    if isinstance(value, list):
        for i, inner in enumerate(value):
            found += faults(inner, schema.get("items", {}), f"{path}[{i}]")
    return found


def call(name, *parts, expect=None, body=None, query="", headers=(), **rest):
    method, template, op = OPERATIONS[name]
    path = template
    for part in parts:
        path = re.sub(r"\{[a-z]+\}", str(part), path, count=1)
    answer = S.ask(method, path + query, body, headers=headers, **rest)
    CALLED.setdefault(name, set()).add(answer.status)
    documented = op["responses"].get(str(answer.status))
    assert documented is not None, f"{name}: {answer.status} is not documented: {answer}"
    if expect:
        assert answer.status == expect, (name, answer)
    documented = resolve(documented)
    kind = (answer.headers.get("Content-Type") or "").split(";")[0]
    if answer.body:
        assert kind in documented.get("content", {}) or answer.status >= 400, f"{name}: {kind} is not documented"
    if kind.endswith("json") and kind in documented.get("content", {}):
        schema = documented["content"][kind].get("schema")
        found = faults(answer.json(), schema) if schema else []
        assert not found, f"{name}: {found[:5]}"
    if answer.status >= 400 and kind == "application/problem+json":
        assert answer.json()["status"] == answer.status
    return answer


def fill():
    rows = [{"characteristic": f"a/{n}", "time": f"2026-01-01T00:{i // 60:02}:{i % 60:02}Z", "value": 10 + i % 7 / 10}
            for i in range(120) for n in ("bore", "length")]
    call("measurements", expect=200, body="".join(json.dumps(r) + "\n" for r in rows))


def measurements_come_in():
    "every way in takes measurements and says what became of them"
    fill()
    line = "shaft,site=a value=24.50 1700000000000000000\n"
    for name in ("write", "write_influx1", "write_influx2"):
        call(name, expect=204, body=line, query="?precision=ns")
        call(name, expect=400, body=line + "shaft value=x 1\n")
        call(name, expect=400, body=line, query="?precision=years")
    array = [{"characteristic": "shaft/a", "time": f"2025-01-01T00:00:0{i}Z", "value": value} for i, value in enumerate((1.5, "x", 2.5))]
    told = call("measurements", expect=200, body=json.dumps(array, indent=1), headers={"Content-Type": "application/json"}).json()
    assert {r["line"]: r["verdict"] for r in told["rows"]} == {1: "stored", 2: "refused", 3: "stored"}, told
    call("measurements", expect=400, body="{}", query="?source=no+blanks")
    call("measurements", expect=415, body="{}", headers={"Content-Encoding": "br"})


def characteristics_are_told():
    "characteristics, their series, charts, capability and limits"
    page = call("characteristics", expect=200, query="?limit=1").json()
    assert page["next"] and page["total"] == 3
    call("characteristics", expect=400, query="?limit=0")
    call("characteristics", expect=400, query="?sort=colour")
    assert call("characteristics", query="?search=bore").json()["total"] == 1
    outlook = call("outlook", expect=200).json()
    assert outlook["total"] == 3 and outlook["path"][0] == "a/bore" and outlook["pending"] == 0, outlook
    call("sparks", expect=400, query="?numbers=one")
    assert [s["number"] for s in call("sparks", expect=200, query="?numbers=1,2,99").json()["sparks"]] == [1, 2]
    tag = call("definition", 1, expect=200).headers["ETag"]
    call("definition", 1, expect=304, headers={"If-None-Match": tag})
    call("definition", 99, expect=404)
    call("definition", "a%2Fbore", expect=200)
    call("definition_change", 1, expect=428, body={"unit": "mm"})
    call("definition_change", 1, expect=412, body={"unit": "mm"}, headers={"If-Match": '"1"'})
    call("definition_change", 1, expect=204, body={"unit": "mm", "lower": "9.50", "upper": 10.70}, headers={"If-Match": tag})
    assert b'"lower": 9.50' in call("definition", 1).body
    fault = call("definition_change", 1, expect=422, body={"lower": 11, "upper": 10}, headers={"If-Match": "*"})
    assert fault.json()["errors"][0]["pointer"] == "/lower"
    call("definition_change", 1, expect=422, body={"colour": 1}, headers={"If-Match": "*"})
    call("definition_change", 1, expect=400, body="{", headers={"If-Match": "*"})
    assert b'"value": [10.0, 10.1,' in call("series", 1, expect=200, query="?limit=5").body
    assert call("series", 1, query="?columns=10").json()["n"] == [12] * 10
    call("series", 1, expect=200, query="?format=csv")
    assert call("series", 1, expect=200, query="?format=binary").body[:4] == b"ASCL"
    call("series", 1, expect=400, query="?from=yesterday")
    call("chart", 1, expect=200, query="?n=5")
    call("chart", 1, expect=400, query="?type=pie")
    whole, few = (call("chart", 1, expect=200, query=f"?n=1&{q}").json() for q in ("columns=200", "columns=10&window=11:110"))
    assert len(whole["location"]["points"]) == 120 and "columns" not in whole["location"]
    assert few["window"] == {"from": 11, "to": 110} and few["location"]["columns"]["index"] == list(range(11, 111, 10))
    values = [p["value"] for p in whole["location"]["points"]]
    assert few["location"]["columns"]["max"] == [max(values[i:i + 10]) for i in range(10, 110, 10)]
    assert few["location"]["columns"]["min"] == [min(values[i:i + 10]) for i in range(10, 110, 10)]
    marked = [p["index"] for p in whole["location"]["points"] if p["rules"] and 10 < p["index"] <= 110]
    told = [p["index"] for p in few["location"]["points"]]
    assert few["location"]["marked"] == len(marked) and set(told) <= set(marked) and told == sorted(told)
    assert len(told) == len({(i - 11) // 10 for i in marked}) # one of each column that has any
    call("chart", 1, expect=400, query="?columns=10&window=5:4")
    for picture, begins in (("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF")):
        assert begins in call("chart", 1, expect=200, query=f"?picture={picture}").body[:200]
    call("chart", 1, expect=400, query="?picture=gif")
    described = call("describe", 1, expect=200).json()
    assert described["n"] == 120 and sum(described["histogram"]["counts"]) == 120
    call("describe", 99, expect=404)
    call("contexts", 1, expect=200)
    call("contexts", 99, expect=404)
    assert [r["type"] for r in call("history", 1, expect=200).json()["records"]][-1] == "characteristic.changed"
    call("history", 99, expect=404)
    call("capability", 1, expect=200, query="?n=5")
    alone, outlook = call("capability", 1).json(), call("outlook").json()
    assert (alone["ppk"], alone["cpk"]) == (outlook["ppk"][0], outlook["cpk"][0]) and alone["ppk"], (alone, outlook)
    for name in ("ppk", "cpk"):
        assert (alone["ci"][name] or [None])[0] == outlook[name + "_low"][0], (name, alone["ci"], outlook)
    call("live", 1, expect=200)
    call("live", "a%2Fbore", expect=200)
    call("live", "nobody", expect=404)
    call("charts", 1, expect=200)
    call("due", expect=200)


def points_are_talked_of():
    "notes of points, and answers to them: added, never changed"
    first = call("point_note", 1, expect=201, body={"place": 3, "text": "lamp was off"}).json()["sequence"]
    second = call("point_note", 1, expect=201, body={"place": 3, "to": first, "text": "no, it was on"}).json()["sequence"]
    call("point_note", 1, expect=422, body={"place": 3})
    call("point_note", 1, expect=422, body={"text": "where?"})
    call("point_note", 1, expect=422, body={"place": 3, "text": "x" * 3000})
    call("point_note", 1, expect=404, body={"place": 99999, "text": "nowhere"})
    call("point_note", 99, expect=404, body={"place": 1, "text": "x"})
    call("point_notes", 99, expect=404)
    notes = call("point_notes", 1, expect=200).json()
    assert notes["total"] == 2 and [n["sequence"] for n in notes["notes"]] == [first, second], notes
    assert notes["notes"][0]["note"]["time"] == call("series", 1, query="?limit=3").json()["time"][2], notes
    assert notes["notes"][1]["note"]["to"] == first and all(n["by"] and n["time"] for n in notes["notes"]), notes
    page = call("report", expect=200).body.decode()
    told = re.findall(r"<th scope=row>(\w)</th><td class=n>(\d+)</td>.*?<td>([^<]*)</td></tr>", page)
    assert told[:2] == [("a", "3", "lamp was off"), ("a", "3", "no, it was on")] and ">a</text>" in page, told


def every_row_goes_out_as_csv():
    "more rows than a page as CSV: each of them once, in order"
    wanted, start = 120_003, 1_790_000_000_000
    for at in range(0, wanted, 20_001):
        rows = "".join(f'{{"characteristic":"a/many","time":{start + i},"value":{i % 997 / 100:.2f}}}\n' for i in range(at, min(at + 20_001, wanted)))
        call("measurements", body=rows, query="?totals=1")
    many = {c["path"]: c["number"] for c in call("characteristics", query="?search=a/many").json()["characteristics"]}["a/many"]
    lines = call("series", many, expect=200, query="?format=csv&limit=1000000000000").body.decode().splitlines()
    assert lines[0] == "time,value,status" and len(lines) == wanted + 1, len(lines)
    assert [row.split(",")[1] for row in lines[1:]] == [f"{i % 997 / 100:.2f}" for i in range(wanted)]
    part = call("series", many, expect=200, query="?format=csv&limit=110000&cursor=5").body.decode().splitlines()
    assert part == lines[:1] + lines[6:110_006]
    call("series", many, expect=400, query="?limit=110000")


def changes_are_decided():
    "limits, amendments, conflicts and records"
    call("limits_freeze", 1, expect=422, query="?n=5", body={})
    call("limits_freeze", 1, expect=201, query="?n=5&phase1=1:20", body={"why": "start"})
    name = call("limits", 1, expect=200).json()["limits"][0]["name"]
    call("limits_retire", 1, expect=404, body={"chart": "none", "why": "x"})
    call("limits_retire", 1, expect=204, body={"chart": name, "why": "new tool"})
    call("amend", 1, expect=422, body={"place": 1, "action": "burn", "why": "x"})
    call("amend", 1, expect=200, body={"place": 1, "action": "exclude", "why": "dropped"})
    call("amend", 1, expect=200, body={"place": 2, "action": "correct", "value": "10.15", "why": "typo"})
    call("measurements", body='{"characteristic":"a/length","time":"2026-01-01T00:00:05Z","value":99}\n')
    found = call("conflicts", expect=200).json()["conflicts"]
    assert len(found) == 1
    call("conflict_decide", 12345, expect=404, body={"keep": "first", "why": "x"})
    call("conflict_decide", found[0]["id"], expect=422, body={"keep": "both", "why": "x"})
    call("conflict_decide", found[0]["id"], expect=200, body={"keep": "first", "why": "sent by mistake"})
    page = call("records", expect=200, query="?limit=2").json()
    call("records", expect=200, query=f"?limit=2&cursor={page['next']}")
    newest = call("records", expect=200, query="?limit=3&before=end").json()
    every = call("records", expect=200, query="?limit=1000").json()["records"]
    assert [r["sequence"] for r in newest["records"]] == [r["sequence"] for r in every][-3:], newest
    before = call("records", expect=200, query=f"?limit=3&before={newest['earlier']}").json()["records"]
    assert [r["sequence"] for r in before] == [r["sequence"] for r in every][-6:-3], before
    call("records", expect=400, query="?before=yesterday")


def an_alarm_is_worked_on():
    "an alarm, its steps and their versions"
    call("limits_freeze", 2, expect=201, query="?n=1&phase1=1:100", body={"why": "start"})
    chart = call("charts", 2).json()["charts"][0]["chart"]
    call("chart_state_put", "0" * 32, expect=404, body={"state": "alerting"}, headers={"If-None-Match": "*"})
    call("chart_state_put", chart, expect=204, body={"state": "alerting"}, headers={"If-None-Match": "*"})
    for i in range(100):
        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{i:03}Z"
        call("measurements", body=json.dumps({"characteristic": "a/length", "time": now, "value": 50}) + "\n")
        alarms = call("alarms", expect=200, query="?open=1").json()["alarms"]
        if alarms:
            break
        time.sleep(0.1)
    assert alarms, (chart, call("charts", 2).body, call("live", 2).body)
    alarm = alarms[0]["id"]
    shown = call("alarm", alarm, expect=200)
    call("alarm", alarm, expect=304, headers={"If-None-Match": shown.headers["ETag"]})
    call("alarm", "0" * 32, expect=404)
    call("alarm_step", alarm, expect=428, body={"step": "acknowledged"})
    call("alarm_step", alarm, expect=412, body={"step": "acknowledged"}, headers={"If-Match": '"77"'})
    call("alarm_step", alarm, expect=422, body={"step": "sleep"}, headers={"If-Match": "*"})
    call("alarm_step", alarm, expect=200, body={"step": "acknowledged", "note": "coming"}, headers={"If-Match": "*"})
    call("alarm_step", alarm, expect=409, body={"step": "closed"}, headers={"If-Match": "*"})
    call("alarm_tick", alarm, body={"step": "1", "answer": "yes"}, headers={"If-Match": "*"})

    pareto = call("pareto", expect=200).json()
    assert pareto["total"] >= 1 and sum(c["weight"] for c in pareto["categories"]) == pareto["total"], pareto
    assert call("pareto", expect=200, query="?of=rule&from=2030-01-01T00:00:00Z").json()["categories"] == []
    call("pareto", expect=200, query="?of=characteristic&under=a/")
    call("pareto", expect=400, query="?of=colour")
    drawn = call("drawing", "pareto", expect=200, query="?link=/pareto?of=rule&language=en").json()
    assert sum(int(r[1]) for r in drawn["rows"]) == pareto["total"], drawn
    call("drawing", "pareto", expect=200, query="?link=/pareto&picture=svg")
    call("drawing", "pareto", expect=400, query="?link=elsewhere")
    call("drawing", "scatter", expect=404, query="?link=/scatter/1")

def documents_have_versions():
    "documents are made, changed and removed by version"
    good = {"plan": {"characteristic": "*", "rule": "*", "steps": []},
            "list": {"for": "cause", "characteristic": "*", "items": ["tool", "material"]},
            "sampling": {"characteristic": "a/bore", "every_s": 3600},
            "chart_state": {"state": "in force"}, "proposal": {}, "channel": {}, "station": {}, "gauge": {}}
    many = {"plan": "plans", "list": "lists", "sampling": "samplings", "chart_state": "chart_states",
            "proposal": "proposals", "channel": "channels", "station": "stations", "gauge": "gauges"}
    for one, document in good.items():
        call(many[one], expect=200)
        call(one, "nothing", expect=404)
        call(f"{one}_put", "x1", expect=428, body=document)
        call(f"{one}_delete", "x1", expect=428)
        call(f"{one}_delete", "x1", headers={"If-Match": "*"})
    tag = call("list_put", "causes", expect=204, body=good["list"], headers={"If-None-Match": "*"}).headers["ETag"]
    call("list_put", "causes", expect=412, body=good["list"], headers={"If-None-Match": "*"})
    assert call("list", "causes", expect=200).headers["ETag"] == tag
    call("list", "causes", expect=304, headers={"If-None-Match": tag})
    call("list_put", "causes", expect=204, body={**good["list"], "items": ["tool"]}, headers={"If-Match": tag})
    call("list_put", "causes", expect=412, body=good["list"], headers={"If-Match": tag})
    call("list_put", "bad%20name", expect=422, body=good["list"], headers={"If-None-Match": "*"})
    call("list_delete", "causes", expect=204, headers={"If-Match": "*"})


def channels_keep_their_secret():
    "a channel's secret is stored apart and told to nobody"
    hook = {"type": "webhook", "url": "http://127.0.0.1:9/x"}
    call("channel_put", "mes", expect=204, body={**hook, "secret": "hush-hush"}, headers={"If-None-Match": "*"})
    call("channel_put", "bad", expect=422, body={"type": "pigeon"}, headers={"If-None-Match": "*"})
    shown = call("channel", "mes", expect=200)
    assert shown.json()["document"] == hook, shown
    states = call("channel_states", expect=200)
    assert b"hush" not in shown.body + states.body + call("records", query="?limit=1000").body
    call("channel_delete", "mes", expect=204, headers={"If-Match": "*"})


def sources_are_told():
    "sources with their accounts, refusals, and settings that are checked"
    call("sources", expect=200)
    shown = call("source", "http", expect=200).json()
    assert shown["refusals"][0]["reason"] == "not-a-number", shown
    call("source", "nobody", expect=404)
    line = {"door": "line", "listen": "127.0.0.1:0"}
    call("source_check", "l1", expect=204, body=line)
    call("source_check", "l1", expect=422, body={"door": "window"})
    call("source_put", "l1", expect=422, body={"door": "window"}, headers={"If-None-Match": "*"})
    call("source_put", "l1", expect=204, body=line, headers={"If-None-Match": "*"})
    call("source_command", "l1", expect=422, body={})
    call("source_command", "l1", expect=422, body={"metric": "x"}, query="?why=a+line+takes+no+orders")
    call("source_command", "nobody", expect=404, body={}, query="?why=x")
    call("source_delete", "l1", expect=204, headers={"If-Match": "*"})


def people_come_and_go():
    "people, sessions, tokens, one-time codes and invitations"
    kim = {"grants": "engineer@a", "why": "new"}
    call("person_put", "kim", expect=428, body=kim)
    call("person_put", "kim", expect=204, body=kim, headers={"If-None-Match": "*"})
    call("person_put", "kim", expect=422, body={**kim, "grants": "king"}, headers={"If-Match": "*"})
    call("person_put", "kim", expect=422, body={**kim, "password": "short"}, headers={"If-Match": "*"})
    call("people", expect=200)
    code = call("person_invite", "kim", expect=201).json()["code"]
    call("invitation_accept", expect=404, token=None, body={"code": "0" * 32, "password": "long enough it is"})
    call("invitation_accept", expect=200, token=None, body={"code": code, "password": "long enough it is"})
    call("session_begin", expect=422, token=None, body={"account": "kim"})
    call("session_begin", expect=401, token=None, body={"account": "kim", "password": "wrong"})
    login = call("session_begin", expect=200, token=None, body={"account": "kim", "password": "long enough it is"})
    cookie = {"Cookie": login.headers["Set-Cookie"].split(";")[0]}
    session = {**cookie, "X-Assay-CSRF": login.json()["csrf"]}
    call("me", expect=200, token=None, headers=cookie)
    call("me", expect=401, token=None)
    call("me", expect=401, token="nonsense")
    call("totp_begin", expect=403, token=None, headers=cookie)
    call("totp_begin", expect=200, token=None, headers=session)
    call("totp_confirm", token=None, headers=session, body={"code": "000000"})
    call("totp_end", expect=204, token=None, headers=session)
    call("person_totp_end", "kim", expect=204)
    token = call("token_make", expect=201, token=None, headers=session, body={"scopes": "read"}).json()
    call("token_make", expect=422, token=None, headers=session, body={"scopes": "rule"})
    assert len(call("tokens", expect=200, token=None, headers=cookie).json()["items"]) == 1
    call("token_revoke", "0" * 32, expect=404, token=None, headers=session)
    call("token_revoke", token["id"], expect=204, token=None, headers=session)
    call("me", expect=401, token=token["token"])
    call("session_end", expect=204, token=None, headers=session)
    call("me", expect=401, token=None, headers=cookie)
    call("person_erase", "kim", expect=204)


STATION = {"name": "Bore", "site": "a", "items": [{"characteristic": "a/bore", "gauge": "g1", "low": 5, "high": 20}],
           "scans": [{"kind": "lot", "prefix": "L-"}], "reasons": ["part missing"]}


def studied_gauge():
    rows = [{"characteristic": "a/grr", "time": f"2026-02-01T00:{i:02}:00Z", "value": f"{10 + (i % 3) / 10 + (i // 3 % 2) / 100:.2f}",
             "part": f"p{i % 3}", "operator": f"o{i // 3 % 2}", "gauge": "g1"} for i in range(12)]
    call("measurements", expect=200, body="".join(json.dumps(r) + "\n" for r in rows))
    wish = {"gauge": "g1", "kind": "crossed", "characteristic": "a/grr", "tolerance": 1}
    looked = call("gauge_study_make", expect=200, body=wish).json()
    assert looked["id"] is None and looked["study"]["result"]["parts"] == 3, looked
    kept = call("gauge_study_make", expect=200, body={**wish, "keep": True, "why": "yearly"}).json()
    assert call("gauge_study", kept["id"], expect=200).json()["study"]["readings"][0] == ["p0", "o0", "10.00"]
    listed = call("gauge_studies", expect=200, query="?gauge=g1").json()["studies"]
    assert [s["id"] for s in listed] == [kept["id"]] and "readings" not in listed[0]["study"], listed
    assert call("gauge_studies", expect=200, query="?gauge=g2").json()["studies"] == []
    call("gauge_study", "none", expect=404)
    for wrong in ({"gauge": "g9"}, {"characteristic": "a/none"}, {"file": "f" * 32}):
        call("gauge_study_make", expect=404, body={**wish, **wrong})
    for wrong in ({"kind": "moon"}, {"characteristic": ""}, {"kind": "type-1"}, {"tolerance": 0}, {"last": 7}, {"part": "batch"}, {"from": "soon"}):
        call("gauge_study_make", expect=422, body={**wish, **wrong})
    one = call("gauge_study_make", expect=200, body={**wish, "kind": "type-1", "reference": "10.1"}).json()
    assert one["study"]["result"]["n"] == 12 and one["study"]["reference"] == "10.1", one


def a_station_is_worked_at():
    "stations, gauges, badges, undoing, calls, notes"
    new = {"If-None-Match": "*"}
    call("station_put", "s1", expect=204, body=STATION, headers=new)
    call("station_put", "s2", expect=422, body={**STATION, "items": [{"characteristic": "a/bore", "low": 2, "high": 1}]}, headers=new)
    call("station_put", "s2", expect=422, body={**STATION, "scans": [{"kind": "moon", "prefix": "x"}]}, headers=new)
    call("gauge_put", "g1", expect=204, body={"name": "Plug", "due": "2026-12-31", "studies": []}, headers=new)
    call("gauge_put", "g2", expect=422, body={"name": "Plug", "due": "soon"}, headers=new)
    call("person_put", "lee", expect=204, body={"grants": "operator", "name": "Lee", "why": "new"}, headers=new)
    call("badge", expect=404, body={"code": "B-1001", "station": "s1"})
    made = call("badge_make", expect=201, body={"account": "lee", "code": "B-1001", "label": "blue"}).json()["id"]
    call("badge_make", expect=409, body={"account": "demo", "code": "B-1001"})
    call("badge_make", expect=404, body={"account": "nobody", "code": "B-1002"})
    call("badge_make", expect=422, body={"account": "lee", "code": "x"})
    assert b"B-1001" not in call("badges", expect=200).body + call("records", query="?limit=1000").body
    who = call("badge", expect=200, body={"code": "B-1001", "station": "s1"}).json()
    assert who["account"] == "lee" and who["scopes"] == ["read", "measure", "act"], who
    now = S_now()
    row = {"characteristic": "a/bore", "time": now, "value": "10.5", "operator": "lee", "gauge": "g1"}
    call("measurements", expect=200, body=json.dumps(row) + "\n", query="?source=station-s1")
    use = call("gauge_use", "g1", expect=200).json()
    assert use["stations"][0]["characteristic"] == "a/bore" and use["seen"][0]["path"] == "a/bore", use
    call("gauge_use", "g7", expect=404)
    studied_gauge()
    mine = {"X-Assay-Badge": "B-1001"}
    call("undo", 1, expect=409, body={"time": now, "why": "slipped"})
    call("undo", 1, expect=404, body={"time": S_now(1), "why": "slipped"}, headers=mine)
    call("undo", 1, expect=409, body={"time": "2026-01-01T00:00:00Z", "why": "slipped"}, headers=mine)
    call("undo", 1, expect=422, body={"time": now}, headers=mine)
    call("undo", 1, expect=200, body={"time": now, "why": "slipped", "value": "10.4"}, headers=mine)
    call("undo", 1, expect=200, body={"time": now, "why": "slipped"}, headers=mine)
    call("undo", 1, expect=404, body={"time": now, "why": "slipped"}, headers=mine)
    last = call("records", query="?limit=1000&type=measurement.amended").json()["records"]
    assert not last or last[-1]["actor"] == "lee", last[-1]
    call("undo", 1, expect=403, body={"time": now, "why": "x"}, headers={"X-Assay-Badge": "B-0000"})
    call("characteristics", expect=403, headers={"X-Assay-Badge": "B-0000"})
    help_wanted = call("call_make", expect=201, body={"station": "s1", "kind": "maintenance", "text": "chuck"}, headers=mine).json()["id"]
    call("call_make", expect=422, body={"station": "s1", "kind": "party"})
    call("call_make", expect=404, body={"station": "s9", "kind": "help"})
    waiting = call("calls", expect=200).json()["items"]
    assert waiting[0]["document"]["by"] == "lee" and waiting[0]["document"]["site"] == "a", waiting
    call("call_answer", help_wanted, expect=204, body={"note": "changed"})
    call("call_answer", help_wanted, expect=404, body={"note": "changed"})
    assert call("calls").json()["items"] == []
    for i in range(3):
        call("note_make", expect=201, body={"station": "s1", "text": f"note {i}"})
    call("note_make", expect=422, body={"station": "s1", "text": "x" * 3000})
    call("note_make", expect=404, body={"station": "s7", "text": "x"})
    notes = call("notes", expect=200, query="?station=s1&limit=2").json()["items"]
    assert [n["document"]["text"] for n in notes] == ["note 2", "note 1"], notes
    call("badge_end", made, expect=204)
    call("badge_end", made, expect=404)
    call("characteristics", expect=403, headers=mine)
    health = call("health", expect=200).json()
    assert health["database_bytes"] > 0 and health["memory_bytes"] > 0


def a_control_plan_is_taken_over():
    "a control plan: sent, compared with what is stored, taken over"
    octets = {"Content-Type": "application/octet-stream"}
    rows = "part,characteristic,unit,nominal,tolerance,frequency,gauge\na,bore,mm,10,±0.5,30 min,G1\na,new,mm,5,±0.1,1/h,G2\na,bad,mm,x,,,\n"
    call("control_plan_make", expect=422, body=b"nothing", headers=octets)
    f = call("control_plan_make", expect=201, body=rows.encode(), query="?name=plan.csv", headers=octets).json()
    assert [r["state"] for r in f["rows"]] == ["changed", "new", "wrong"], f
    assert f["rows"][2]["faults"][0]["column"] == "nominal" and f["rows"][2]["faults"][0]["found"] == "x", f
    call("control_plan_show", f["id"], expect=200, query="?under=site")
    done = call("control_plan_commit", f["id"], expect=200).json()
    assert (done["new"], done["changed"], done["wrong"], done["samplings"]) == (1, 1, 1, 2), done
    call("control_plan_commit", f["id"], expect=404)
    shown = call("definition", "a%2Fbore").json()
    assert (shown["lower"], shown["upper"], shown["nominal"]) == (9.5, 10.5, 10), shown
    assert call("definition", "a%2Fnew", expect=200).json()["upper"] == 5.1
    assert any(d["path"] == "a/new" for d in call("due").json()["due"])
    again = call("control_plan_make", expect=201, body=rows.encode(), headers=octets).json()
    assert [r["state"] for r in again["rows"]] == ["same", "same", "wrong"], again
    call("control_plan_drop", again["id"], expect=204)
    call("control_plan_show", again["id"], expect=404)


def a_report_is_made():
    "a report of a stretch of time, as HTML, PDF and XLSX, in three languages"
    span = "?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&under=a/"
    pages = {x: call("report", expect=200, query=f"{span}&language={x}&title=Shift").body.decode() for x in ("en", "ko", "zh")}
    assert "관리" in pages["ko"] and "管" in pages["zh"] or pages["ko"] != pages["zh"], pages["ko"][:3000]
    assert len(set(pages.values())) == 3 and "<title>Shift" in pages["en"]
    assert call("report", expect=200, query=span + "&form=pdf").body[:5] == b"%PDF-"
    assert call("report", expect=200, query=span + "&form=xlsx").body[:2] == b"PK"
    call("report", expect=400, query=span + "&form=stone")
    call("report", expect=422, query="?from=1999-01-01T00:00:00Z&to=1999-01-02T00:00:00Z")


def a_file_is_looked_at_and_imported():
    "a file of measurements: sent, set, imported, dropped"
    octets = {"Content-Type": "application/octet-stream"}
    call("import_make", expect=422, body=b"", headers=octets)
    f = call("import_make", expect=201, body="x;y\n1,5;2\n", query="?name=a.csv", headers=octets).json()
    call("import_show", f["id"], expect=200)
    call("import_show", "nothing", expect=404)
    call("import_set", f["id"], expect=200, body={"dialect": "delimiter=;;decimal=,", "column_value": "#1"})
    call("import_set", f["id"], expect=200, body={"dialect": "delimiter=what"})
    call("import_set", f["id"], expect=422, body={"moon": 1})
    call("import_commit", f["id"], expect=202)
    for _ in range(200):
        state = call("import_show", f["id"], expect=200).json()["state"]
        if state != "running":
            break
        time.sleep(0.02)
    assert state == "failed", state
    call("import_set", f["id"], expect=200, body={"dialect": ""})
    call("import_commit", f["id"], expect=202)
    for _ in range(200):
        if call("import_show", f["id"], expect=200).json()["state"] == "done":
            break
        time.sleep(0.02)
    call("import_commit", f["id"], expect=409)
    call("import_drop", f["id"], expect=204)
    call("import_drop", f["id"], expect=404)


def S_now(seconds=0):
    now = time.time() + seconds
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03}Z"


def the_rest_answers():
    "health, metrics, pages"
    for name in ("livez", "readyz", "openapi", "page_login", "page_css", "page_welcome"):
        call(name, expect=200, token=None)
    call("metrics", expect=200)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    call("page_login_do", expect=401, token=None, headers=form, body="account=x&password=y")
    call("page_login_do", expect=403, token=None, headers={**form, "Sec-Fetch-Site": "cross-site"}, body="account=x&password=y")
    come = call("page_login_do", expect=303, token=None, headers=form, body=f"account=demo&password={S.password}")
    cookie = {"Cookie": come.headers["Set-Cookie"].split(";")[0]}
    csrf = call("me", expect=200, token=None, headers=cookie).json()["csrf"]
    call("page_logout", expect=403, token=None, headers={**form, **cookie}, body="csrf=no")
    call("page_logout", expect=303, token=None, headers={**form, **cookie}, body=f"csrf={csrf}")
    call("me", expect=401, token=None, headers=cookie)
    call("page_welcome_do", expect=404, token=None, headers=form, body="code=x&password=long+enough+it+is")


def screens_are_served():
    "the page of a screen comes after logging in; its files may be kept for ever; unknown addresses are 404"
    asked = S.ask("GET", "/overview?group=line%201", token=None)
    assert asked.status == 303 and asked.headers["Location"] == "/login?next=/overview%3Fgroup%3Dline%25201", asked.headers
    login = S.ask("GET", asked.headers["Location"], token=None).body.decode()
    back = re.search('name="next" value="([^"]*)"', login)[1]
    assert back == "/overview?group=line%201", back
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for target, goes in ((back, back), ("//evil.example/", "/"), ("https://evil.example/", "/"), ("/\\evil.example", "/"), ("", "/")):
        body = urllib.parse.urlencode({"account": "demo", "password": S.password, "next": target})
        come = S.ask("POST", "/login", body, token=None, headers=form)
        assert come.status == 303 and come.headers["Location"] == goes, (target, come.headers["Location"])
    cookie = {"Cookie": come.headers["Set-Cookie"].split(";")[0]}
    page = S.ask("GET", "/overview", token=None, headers=cookie)
    text, policy = page.body.decode(), page.headers["Content-Security-Policy"]
    assert page.status == 200 and page.headers["Cache-Control"] == "no-cache", page.headers
    assert S.ask("GET", "/overview", token=None, headers={**cookie, "If-None-Match": page.headers["ETag"]}).status == 304
    import_map = re.search('<script type="importmap">(.*?)</script>', text)[1].encode()
    assert base64.b64encode(hashlib.sha256(import_map).digest()).decode() in policy and "unsafe" not in policy, policy
    main = re.search('src="(/web/[0-9a-f]+/main.js)"', text)[1]
    packed = S.ask("GET", main, token=None, headers={"Accept-Encoding": "gzip"})
    plain = S.ask("GET", main, token=None)
    assert gzip.decompress(packed.body) == plain.body and b"start" in plain.body
    assert "immutable" in plain.headers["Cache-Control"] and plain.headers["Content-Type"].startswith("text/javascript")
    for path in ("/nowhere", "/overview/", "/web/" + "0" * 16 + "/main.js", main + "x", "/web/", "/web/../routes.def"):
        assert S.ask("GET", path, headers=cookie).status == 404, path
    assert S.ask("POST", "/overview", token=None, headers=cookie).status == 405


def methods_are_told():
    "OPTIONS and 405 name the methods of a path; HEAD is GET without its body"
    told = S.ask("OPTIONS", "/api/v1/alarms", token=None)
    assert told.status == 204 and told.headers["Allow"] == "GET, HEAD, OPTIONS", told.headers
    wrong = S.ask("DELETE", "/api/v1/alarms")
    assert wrong.status == 405 and "GET" in wrong.headers["Allow"]
    assert S.ask("GET", "/api/v2/alarms").status == 404
    head = S.ask("HEAD", "/api/v1/alarms")
    assert head.status == 200 and head.body == b"" and int(head.headers["Content-Length"]) > 2


def the_ledger_is_told():
    "the log, an entry with its proof, receipts, a receipt read in words, the witness"
    global S
    plain = {"Content-Type": "text/plain"}
    assert call("ledger_show", expect=404, token=None)
    kept = S
    S = Server.__new__(Server)
    S.home = tempfile.mkdtemp(prefix="assay-")
    S.database, S.options = os.path.join(S.home, "plant.assay"), ["--demo"]
    try:
        trust = os.path.join(S.home, "logs")
        for command in (["init", S.database], ["ledger", "init", S.database, "--origin", "contract.test/1"],
                        ["signer", "add", S.database + "-keys", "witness", "contract.test"]):
            subprocess.run([ASSAY, *command], check=True, capture_output=True)
        shown = subprocess.run([ASSAY, "signer", "show", S.database + "-keys"], capture_output=True, text=True).stdout
        with open(trust, "w") as f:
            f.write(f"log {shown.split()[1]}\nquorum none\n")
        subprocess.run([ASSAY, "ledger", "cosign", S.database, trust], check=True, capture_output=True)
        S.start()
        wait_for(lambda: call("ledger_checkpoint", token=None).status == 200)
        assert call("ledger_show", expect=200, token=None).json()["origin"] == "contract.test/1"
        shown = call("ledger_show", token=None).json()
        assert shown["policy"].startswith("log contract.test/1+") and shown["policy"].endswith("quorum none\n"), shown
        assert shown["newest"]["type"], shown
        call("ledger_entry", 0, expect=200, token=None)
        call("ledger_entry", 99999, expect=404, token=None)
        assert call("ledger_entry", 0, token=None).json()["proof"]
        receipt = call("ledger_entry_receipt", 0, expect=200, token=None).body
        assert call("ledger_record_receipt", 1, expect=200).body.startswith(b"c2sp.org/tlog-proof@v1")
        call("ledger_record_receipt", 99999, expect=404)
        assert call("ledger_verify", body=receipt, headers=plain, expect=200, token=None).json()["verdict"] == "proven"
        assert call("ledger_verify", body=b"x", headers=plain, expect=200, token=None).json()["verdict"] == "refused"
        note = call("ledger_checkpoint", expect=200, token=None).body
        seen = call("witness_add", body=b"old 0\n\n" + note, headers=plain, expect=200, token=None)
        assert "contract.test" in seen.body.decode()
        call("witness_add", body=b"old", headers=plain, expect=400, token=None)
        call("witness_seen", hashlib.sha256(b"contract.test/1").hexdigest(), expect=200, token=None)
        call("witness_seen", "0" * 64, expect=404, token=None)
    finally:
        S.close()
        S = kept


def staff_gives_and_takes(first):
    """Credentials over HTTP: given to one and to many, each step of one's life, its papers."""
    assert [a["id"] for a in call("achievements", expect=200).json()["items"]] == ["master"]
    page = call("credentials", expect=200, query="?limit=1").json()
    assert len(page["credentials"]) == 1 and page["next"] == page["credentials"][0]["id"], page
    rest = call("credentials", expect=200, query="?cursor=" + page["next"]).json()
    assert rest["credentials"] and rest["next"] is None and page["next"] not in [c["id"] for c in rest["credentials"]], rest
    assert S.ask("GET", "/api/v1/credentials?limit=0").status == 400
    wish = {"achievement": "master", "holder": "Park", "title": "case-7/1", "until": "2099-01-01", "why": "won it"}
    made = call("credential_issue", expect=201, body=wish).json()["credentials"]
    assert call("credential_issue", expect=201, body=wish).json()["credentials"] == made, "the same title again"
    call("credential_issue", expect=404, body={"achievement": "none", "why": "x"})
    call("credential_issue", expect=422, body={"achievement": "master"})
    for wrong, place in (({"until": "soon"}, "/until"), ({"colour": "red"}, "/colour"), ({"holder": 7}, "/holder"), ({"batch": []}, "/batch")):
        assert call("credential_issue", expect=422, body={"achievement": "master", "why": "x", **wrong}).json()["errors"][0]["pointer"] == place, wrong
    rows = [{"holder": "A", "email": "a@x.example"}, {"holder": "B", "from": "2026-01-01", "until": "2020-01-01"}]
    before = len(call("credentials").json()["credentials"])
    refused = call("credential_issue", body={"achievement": "master", "why": "x", "batch": rows}).json()
    assert refused["errors"][0]["pointer"] == "/batch/1" and "nothing was issued" in refused["detail"], refused
    assert len(call("credentials").json()["credentials"]) == before
    rows[1]["until"] = "2090-01-01"
    both = call("credential_issue", expect=201, body={"achievement": "master", "why": "x", "batch": rows}).json()["credentials"]
    assert len(set(both)) == 2
    wait_for(lambda: call("credential_show", both[1]).json()["signed"])
    call("credential_show", "x", expect=404)
    shown = call("credential_show", first, expect=200)
    assert shown.json()["state"] == "valid" and shown.headers["ETag"] == '"1"'
    because = {"step": "suspend", "why": "under review"}
    call("credential_step", first, expect=428, body=because)
    call("credential_step", first, expect=412, body=because, headers={"If-Match": '"9"'})
    version = {"If-Match": '"1"'}
    call("credential_step", first, expect=422, body={"step": "suspend"}, headers=version)
    call("credential_step", first, expect=422, body={**because, "step": "eat"}, headers=version)
    call("credential_step", "x", expect=404, body=because, headers=version)
    after = call("credential_step", first, expect=200, body=because, headers=version)
    assert after.json()["state"] == "suspended" and after.headers["ETag"] == '"2"', after
    anyhow = {"If-Match": "*"}
    call("credential_step", first, expect=409, body=because, headers=anyhow)
    call("credential_step", first, expect=200, body={**because, "step": "reinstate"}, headers=anyhow)
    renewed = call("credential_step", first, expect=200, body={"step": "renew", "why": "again", "until": "2098-01-01"}, headers=anyhow)
    assert renewed.json()["until"].startswith("2098"), renewed
    wait_for(lambda: call("credential_show", first).json()["signed"])
    for ending, start in (("pdf", b"%PDF"), ("zip", b"PK")):
        assert S.ask("GET", f"/credentials/{first}.{ending}", token=None).body.startswith(start), ending
    whole = os.path.join(S.home, "one.zip")
    with open(whole, "wb") as f:
        f.write(S.ask("GET", f"/credentials/{first}.zip", token=None).body)
    said = json.loads(subprocess.run([ASSAY, "verify", whole, S.database, "--offline", "--json"], capture_output=True, text=True).stdout)
    assert said["verdict"] == "valid" and said["decision_proven"], said
    call("credential_step", first, expect=200, body={**because, "step": "revoke"}, headers=anyhow)
    call("credential_step", first, expect=200, body={**because, "step": "forget"}, headers=anyhow)
    state = call("credential_show", first, expect=200).json()
    assert state["state"] == "revoked" and state["forgotten"], state
    late = subprocess.run([ASSAY, "--lang", "en", "credential", "suspend", S.database, made[0], "--why", "x"], capture_output=True, text=True)
    assert late.returncode == 1 and "POST /api/v1/credentials" in late.stderr, late
    for words in (("init", S.database, "--origin", "x"), ("cosign", S.database, os.devnull)):
        late = subprocess.run([ASSAY, "--lang", "en", "ledger", *words], capture_output=True, text=True)
        assert late.returncode == 1 and "being written by process" in late.stderr and "stop it" in late.stderr, late


def credentials_are_shown_and_judged():
    "an issuer's document and keys, a credential in every form, its status, a verdict, a signature made later"
    global S
    raw = {"Content-Type": "application/octet-stream"}
    for name, part in (("did_document", ()), ("credential", ("x",)), ("credential_status", ("s1",))):
        call(name, *part, expect=404, token=None)
    kept = S
    S = Server.__new__(Server)
    S.home = tempfile.mkdtemp(prefix="assay-")
    S.database, S.options, S.process = os.path.join(S.home, "plant.assay"), ["--demo"], None
    keys = S.database + "-keys"

    def assay(*command):
        return subprocess.run([ASSAY, *command], check=True, capture_output=True, text=True).stdout.strip()

    def issue(name):
        return assay("credential", "issue", S.database, "master", "--name", name)

    try:
        assay("init", S.database)
        assay("ledger", "init", S.database, "--origin", "contract.test/2")
        for use in ("credential", "rsa"):
            assay("signer", "add", keys, use, "issuer")
        assay("credential", "issuer", S.database, "--name", "Association", "--host", "contract.test")
        assay("credential", "achievement", S.database, "master", "--name", "품질명장", "--description", "D", "--criteria", "C")
        signed = issue("Kim")
        os.rename(keys, keys + ".away")
        later = issue("Lee")
        os.rename(keys + ".away", keys)
        S.start()
        document = call("did_document", expect=200, token=None).json()
        assert document["id"] == "did:web:contract.test" and len(document["verificationMethod"]) == 2
        print_of = next(m for m in document["verificationMethod"] if "publicKeyJwk" in m)["id"].split("#")[1]
        assert call("credential_key", print_of, expect=200, token=None).json()["kty"] == "RSA"
        call("credential_key", "x", expect=404, token=None)
        assert call("credential_achievement", "master", expect=200, token=None).json()["type"] == ["Achievement"]
        call("credential_achievement", "none", expect=404, token=None)
        assert "encodedList" in call("credential_status", "s1", expect=200, token=None).json()["credentialSubject"]
        call("credential_status", "s9", expect=404, token=None)
        call("credential", "00000000-0000-4000-8000-000000000000", expect=404, token=None)
        call("credential", signed + ".exe", expect=404, token=None)
        plain = call("credential", signed, expect=200, token=None).body
        assert S.ask("GET", f"/credentials/{signed}.pdf?lang=ko", token=None).body.startswith(b"%PDF")
        wait_for(lambda: S.ask("GET", f"/credentials/{signed}.tlog-proof", token=None).status == 200)
        for ending in ("json", "jws", "svg", "png"):
            shown = S.ask("GET", f"/credentials/{signed}.{ending}", token=None)
            assert shown.status == 200 and shown.headers["Access-Control-Allow-Origin"] == "*", ending
            began = time.monotonic()
            said = call("credential_verify", body=shown.body, headers=raw, expect=200, token=None).json()
            assert said["verdict"] == "valid" and said["credential"]["holder"] == "Kim", (ending, said)
            assert time.monotonic() - began < 3, "a verdict takes milliseconds"
        changed = plain.replace(b"Kim", b"Kin")
        said = call("credential_verify", body=changed, headers=raw, expect=200, token=None).json()
        assert (said["verdict"], said["reason"]) == ("invalid", "signature-wrong"), said
        call("credential_verify", body=b"hello", headers=raw, expect=422, token=None)
        wait_for(lambda: S.ask("GET", f"/credentials/{later}", token=None).status == 200)
        staff_gives_and_takes(signed)
    finally:
        S.close()
        S = kept


def a_programme_is_run():
    "a scheme, a round, its parties and cases, titles and what the public sees of them"
    yaml = {"Content-Type": "application/yaml"}
    with open(os.path.join(os.path.dirname(__file__), "../programmes/contest.yaml"), "rb") as f:
        text = f.read()
    assert call("scheme_lint", expect=200, body=text, headers=yaml).json()["is_total"]
    fault = call("scheme_lint", expect=200, body=text + b"colour: red\n", headers=yaml).json()["faults"][0]
    assert fault["code"] and fault["line"] > 60, fault
    digest = call("scheme_publish", expect=201, body=text, headers=yaml).json()["digest"]
    call("scheme_publish", expect=409, body=text + b"# another text\n", headers=yaml)
    call("scheme_publish", expect=400, body=b"scheme: x", headers=yaml)
    assert call("schemes", expect=200).json()["schemes"][0]["digest"] == digest
    assert call("scheme", "x.contest", expect=200).body == text
    call("scheme", "x.none", expect=404)
    rules = call("scheme_rules", "x.contest@1", expect=200).json()
    assert [s["id"] for s in rules["stages"]] == ["apply", "talk", "notice", "award"], rules
    assert rules["forms"][0]["fields"][0]["name"]["zh"] == "课题", rules["forms"]
    call("scheme_rules", "x.none", expect=404)
    book = call("scheme_book", "x.contest", expect=200, query="?language=ko").body.decode()
    assert "시험 경진대회" in book and "<script" not in book
    call("scheme_book", "x.none", expect=404)
    preview = call("scheme_preview", expect=200, body=text.replace(b"contest for tests", b"another name"), headers=yaml)
    assert "another name" in preview.body.decode() and len(call("schemes").json()["schemes"]) == 1
    call("scheme_preview", expect=422, body=b"scheme: x", headers=yaml)
    shelf = call("schemes_public", expect=200, token=None).json()["schemes"]
    assert [s["id"] for s in shelf] == ["x.contest"] and "leader" not in shelf[0]["fields"], shelf
    made = call("round_open", expect=201, body={"scheme": "x.contest", "name": "r1"}).json()["id"]
    call("round_open", expect=409, body={"scheme": "x.contest", "name": "r1"})
    call("round_open", expect=400, body={"scheme": "x.contest", "name": "R 1"})
    assert call("rounds", expect=200).json()["rounds"][0]["id"] == made
    call("round", "none", expect=404)
    assert call("round", "r1", expect=200).json()["phase"] == "open"
    firm = call("party_make", expect=201, body={"kind": "firm", "name": "Hansol", "code": "F-1"}).json()["id"]
    call("party_make", expect=409, body={"kind": "firm", "name": "Hansol", "code": "F-1"})
    call("party_make", expect=400, body={"kind": "robot", "name": "R"})
    team = call("party_make", expect=201, body={"kind": "team", "name": "Blue", "size": "small"}).json()["id"]
    who = call("party_make", expect=201, body={"kind": "person", "name": "Kim"}).json()["id"]
    call("party_change", who, expect=200, body={"name": "Kim Ha-neul", "account": "haneul"})
    call("party_change", "none", expect=404, body={"name": "x"})
    call("party_step", who, "relate", expect=204, body={"relation": "employed", "to": firm})
    call("party_step", who, "juggle", expect=404, body={})
    call("party_step", who, "consent", expect=204, body={"to": "publication"})
    assert call("parties", expect=200, query="?kind=firm&search=hansol").json()["parties"][0]["id"] == firm
    assert call("party", who, expect=200).json()["name"] == "Kim Ha-neul"
    assert call("party_export", who, expect=200).json()["records"]
    call("me_party", expect=404)
    call("party_change", who, expect=200, body={"badge": "CARD-7"})
    call("party_change", firm, expect=422, body={"badge": "CARD-8"})
    call("party_make", expect=409, body={"kind": "person", "name": "Lee", "badge": "CARD-7"})
    at_kiosk = {"X-Assay-Kiosk": "CARD-7"}
    assert call("me_party", expect=200, headers=at_kiosk).json() == {"id": who, "kind": "person", "name": "Kim Ha-neul"}
    call("me_party", expect=404, headers={"X-Assay-Kiosk": "CARD-9"})
    call("parties", expect=404, headers=at_kiosk)
    call("party_export", who, expect=404, headers=at_kiosk)
    wish = {"round": made, "party": team, "key": "once"}
    case = call("case_open", expect=201, body=wish).json()["case"]
    assert call("case_open", expect=201, body=wish).json()["case"] == case
    call("case_open", expect=422, body={"scheme": "x.contest", "party": team})
    call("case_open", expect=404, body={"scheme": "x.none", "party": team})
    assert call("cases", expect=200, query="?scheme=x.contest").json()["cases"][0]["id"] == case
    call("cases", expect=400, query="?cursor=zz")
    assert call("case_show", case, expect=200).json()["stage"] == "apply"
    call("case_show", "0" * 32, expect=404)
    assert call("case_history", case, expect=200).json()["events"][0]["type"] == "case.opened"
    assert call("case_act", case, "name", expect=200, body={"role": "judge", "party": who}).json()["stage"] == "apply"
    call("case_act", case, "dance", expect=404, body={})
    call("case_act", case, "score", expect=422, body={"scores": {}})
    octets = {"Content-Type": "application/octet-stream"}
    call("case_file_make", "0" * 32, expect=404, body=b"%PDF-", query="?field=theme", headers=octets)
    call("case_file_make", case, expect=400, body=b"%PDF-", headers=octets)
    call("case_file_make", case, expect=422, body=b"%PDF-", query="?form=paper&field=theme", headers=octets)
    call("case_file", case, "0" * 32, expect=404)
    claim = {"field": "effect", "claim": "mean", "characteristics": ["a/bore"], "better": "lower",
             "before": {"from": "2026-01-01", "to": "2026-01-02"}, "after": {"from": "2026-01-02", "to": "2026-01-03"}}
    call("case_evidence_make", case, expect=404, body=claim)
    call("case_evidence_make", case, expect=400, body={"claim": "colour"})
    assert call("case_evidence_list", case, expect=200).json()["evidence"] == []
    call("case_evidence_list", "0" * 32, expect=404)
    call("case_evidence", case, 1, expect=404)
    call("case_evidence_chart", case, 1, expect=404)
    call("case_drawing", case, "paper", "theme", expect=404)
    call("case_story", case, expect=200)
    call("case_story", "0" * 32, expect=404)
    assert call("case_funnel", expect=200, query="?round=r1").json()["stages"][0]["count"] == 1
    call("case_queue", query="?state=todo")
    call("round_statistics", "r1", expect=404, query="?stage=apply")
    call("round_statistics", "r1", expect=200, query="?stage=talk")
    call("round_step", "r1", "assign", expect=404, body={"stage": "talk"})
    call("round_step", "r1", "seed", expect=204, body={"public": "lottery 7"})
    call("round_step", "r1", "dance", expect=404, body={})
    assert call("titles", expect=200, query="?scheme=x.contest").json()["titles"] == []
    call("title_issue", expect=404, body={"scheme": "x.contest", "why": "x"})
    call("title_issue", expect=422, body={"scheme": "x.contest"})
    assert call("money", expect=200, query="?scheme=x.contest").json()["money"] == []
    assert call("money_sums", expect=200, query="?scheme=x.contest").json()["sums"] == []
    assert call("measures", "x.contest", expect=200).json()["measures"] == []
    call("measure_put", "x.contest", expect=404, body={"measure": "m", "value": "1"})
    assert call("roll", expect=200, query="?scheme=x.contest", token=None).json()["titles"] == []
    call("roll", expect=404, query="?scheme=x.none", token=None)
    call("roll_statistics", expect=200, query="?scheme=x.contest", token=None)
    assert call("notices", expect=200, token=None).json()["notices"] == []
    call("notice_object", "0" * 32, expect=404, body={"text": "no"}, token=None)
    assert b'"line":"round"' in call("round_export", "r1", expect=200, token=None).body
    call("round_export", "none", expect=404, token=None)
    alarms = call("alarms").json()["alarms"]
    call("alarm_case", "none", expect=404, body={})
    call("alarm_case", alarms[0]["id"], expect=400, body="")
    got = call("alarm_case", alarms[0]["id"], expect=201, body={"round": made, "party": team}).json()
    assert call("case_show", got["case"]).json()["from"]["alarm"] == alarms[0]["id"]
    call("party_erase", who, expect=204, query="?why=asked")
    call("party_erase", firm, expect=422)


def an_exam_is_held():
    "a bank is filled, forms are drawn and rated, an exam is sat and marked"
    folder = os.path.join(os.path.dirname(__file__), "../programmes")
    sys.path.insert(0, folder)
    from exam_items import right, table
    bank, binary = ("x.master", "written"), {"Content-Type": "application/octet-stream"}
    with open(os.path.join(folder, "exam.yaml"), "rb") as f:
        call("scheme_publish", expect=201, body=f.read(), headers={"Content-Type": "application/yaml"})
    me = call("party_make", expect=201, body={"kind": "person", "name": "Demo", "account": "demo"}).json()["id"]
    other = call("party_make", expect=201, body={"kind": "person", "name": "Other", "code": "other"}).json()["id"]
    call("exam_items", *bank, expect=400, body=b"a,b\n1,2\n", headers=binary)
    assert call("exam_items", *bank, expect=200, body=table().encode(), headers=binary).json()["taken"] == 18
    call("exam_step", *bank, "dance", expect=404, body={})
    assert call("exam_step", *bank, "draw", expect=200, body={}).json()["forms"] == 2
    call("exam_rating", *bank, expect=404)  # not appointed yet
    call("party_step", me, "appoint", expect=204, body={"scheme": "x.master", "role": "examiner"})
    items = call("exam_rating", *bank, expect=200).json()["items"]
    call("exam_step", *bank, "rate", expect=204, body={"ratings": {i["id"]: "0.6" for i in items}})
    call("exam_step", *bank, "cut", expect=200, body={})
    case = call("case_open", expect=201, body={"scheme": "x.master", "party": me}).json()["case"]
    call("case_act", case, "fill", expect=200, body={"form": "apply", "values": {"years": "9"}, "seal": True})
    assert call("sitting", case, expect=200).json()["state"] == "ready"
    call("sitting_step", case, "answers", expect=422, body={"answers": []})
    paper = call("sitting_step", case, "start", expect=200, body={}).json()["paper"]
    said = [{"n": n + 1, "item": q["item"], "answer": right(q["item"])} for n, q in enumerate(paper)]
    assert call("sitting_step", case, "answers", expect=200, body={"answers": said}).json()["confirmed"] == 6
    call("sitting_step", case, "answers", expect=409, body={"answers": [{**said[0], "answer": "z"}]})
    assert call("sitting_step", case, "finish", expect=200, body={}).json()["state"] == "marking"
    assert call("exam_marking", *bank, expect=200).json()["scripts"] == []  # nobody marks his own
    assert call("exam", *bank, expect=200).json()["sittings"]["marking"] == 1
    call("exam", "x.master", "none", expect=404)
    assert other


def anybody_complains():
    "without an account a case is opened, its receipt shows it, and nothing else does"
    with open(os.path.join(os.path.dirname(__file__), "../../schemes/complaint.yaml"), "rb") as f:
        call("scheme_publish", expect=201, body=f.read(), headers={"Content-Type": "application/yaml"})
    shelf = {s["id"]: s["is_for_everybody"] for s in call("schemes_public", expect=200, token=None).json()["schemes"]}
    assert shelf["customer.complaint"] and not shelf["x.contest"], shelf
    assert call("scheme_rules_public", "customer.complaint", expect=200, token=None).json()["forms"]
    call("scheme_rules_public", "x.contest", expect=404, token=None)
    said = {"scheme": "customer.complaint", "name": "Park", "values": {"what": "A lid.", "remedy_sought": "refund", "contact": "p@x.kr"}}
    call("case_open_public", expect=404, body={**said, "scheme": "x.contest"}, token=None)
    call("case_open_public", expect=422, body={**said, "values": {"what": "A lid."}}, token=None)
    made = call("case_open_public", expect=201, body=said, token=None).json()
    call("case_receipt", expect=404, body={"receipt": "none"}, token=None)
    call("case_receipt", expect=422, body={}, token=None)
    view = call("case_receipt", expect=200, body={"receipt": made["receipt"].lower()}, token=None).json()
    assert (view["id"], view["stage"], view["name"], view["forms"][0]["values"]["what"]) == (made["case"], "receive", "Park", "A lid."), view
    call("case_receipt_act", "note", expect=200, body={"receipt": made["receipt"], "said": {"text": "Still broken."}}, token=None)
    call("case_receipt_act", "decide", expect=422, body={"receipt": made["receipt"], "said": {"outcome": "pass", "why": "x"}}, token=None)
    call("case_receipt_act", "note", expect=404, body={"receipt": made["receipt"][:-1] + "!", "said": {"text": "x"}}, token=None)
    seen = call("case_show", made["case"], expect=200).json()
    assert [n["text"] for n in seen["notes"]] == ["Still broken."] and made["receipt"] not in json.dumps(seen), seen
    assert made["receipt"] not in S.ask("GET", f"/api/v1/parties/{seen['party']}").body.decode()
    while call("case_open_public", body=said, token=None).status == 201:
        pass
    call("case_open_public", expect=429, body=said, token=None)


def a_meeting_is_held():
    "a meeting is opened, people are present, an item is moved and decided"
    with open(os.path.join(os.path.dirname(__file__), "../programmes/meeting.yaml"), "rb") as f:
        call("scheme_publish", expect=201, body=f.read(), headers={"Content-Type": "application/yaml"})
    me = call("party", "demo", expect=200).json()["id"]
    call("party_step", me, "appoint", expect=204, body={"scheme": "x.meeting", "role": "board"})
    case = call("case_open", expect=201, body={"scheme": "x.meeting", "party": "other"}).json()["case"]
    call("meeting_open", expect=404, body={"scheme": "x.meeting", "role": "none", "title": "t"})
    made = call("meeting_open", expect=201, body={"scheme": "x.meeting", "role": "board", "title": "t"}).json()
    assert [a["case"] for a in made["agenda"]] == [case], made
    call("meeting_step", made["id"], "decide", expect=422, body={"case": case})
    call("meeting_step", made["id"], "present", expect=200, body={})
    call("meeting_step", made["id"], "dance", expect=404, body={})
    for language, word in (("en", "Minutes"), ("ko", "회의록"), ("zh", "会议纪要")):
        pdf = call("meeting_minutes", made["id"], expect=200, query=f"?language={language}").body
        assert pdf.startswith(b"%PDF"), pdf[:80]
        if shutil.which("pdftotext"):
            text = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
            assert word in text and "t" in text, text
    call("meeting_minutes", "0" * 32, expect=404)
    call("case_act", case, "vote", expect=200, body={"choice": "yes"})
    assert call("meeting", made["id"], expect=200).json()["quorum"]["present"] == 1
    call("meeting_step", made["id"], "sign", expect=422, body={})  # there are no minutes yet
    keeper = call("party_make", expect=201, body={"kind": "person", "name": "Keeper"}).json()["id"]
    digest = call("meeting_step", made["id"], "end", expect=200, body={"chair": me, "keeper": keeper}).json()["minutes"]["digest"]
    call("meeting_step", made["id"], "sign", expect=409, body={"digest": "0" * 64})
    signed = call("meeting_step", made["id"], "sign", expect=200, body={"digest": digest}).json()["minutes"]
    assert signed["signatures"][0]["digest"] == digest and not signed["confirmed"], signed
    call("meeting_step", made["id"], "sign", expect=409, body={})
    assert call("meetings", expect=200).json()["meetings"][0]["id"] == made["id"]
    call("meeting", "0" * 32, expect=404)


def nothing_was_left_out():
    "every operation of the document was called, but the endless one"
    assert set(OPERATIONS) - set(CALLED) == {"events"}, set(OPERATIONS) - set(CALLED)


try:
    run(measurements_come_in, characteristics_are_told, points_are_talked_of, changes_are_decided, an_alarm_is_worked_on,
        documents_have_versions, channels_keep_their_secret, sources_are_told, people_come_and_go,
        a_station_is_worked_at, a_file_is_looked_at_and_imported, a_report_is_made, a_control_plan_is_taken_over,
        the_rest_answers, screens_are_served, methods_are_told,
        the_ledger_is_told, credentials_are_shown_and_judged, a_programme_is_run, an_exam_is_held,
        anybody_complains, a_meeting_is_held, every_row_goes_out_as_csv, nothing_was_left_out)
finally:
    S.close()
