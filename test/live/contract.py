# SPDX-License-Identifier: GPL-3.0-or-later
"""The API does what its OpenAPI document says: every operation is called, every answer is one that is
documented, every JSON body has the shape that is documented."""
import json
import re

from server import Server, run

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
    call("measurements", expect=400, body="{}", query="?source=no+blanks")
    call("measurements", expect=415, body="{}", headers={"Content-Encoding": "br"})


def characteristics_are_told():
    "characteristics, their series, charts, capability and limits"
    page = call("characteristics", expect=200, query="?limit=1").json()
    assert page["next"] and page["total"] == 3
    call("characteristics", expect=400, query="?limit=0")
    call("characteristics", expect=400, query="?sort=colour")
    assert call("characteristics", query="?search=bore").json()["total"] == 1
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
    call("capability", 1, expect=200, query="?n=5")
    call("live", 1, expect=200)
    call("live", "a%2Fbore", expect=200)
    call("live", "nobody", expect=404)
    call("charts", 1, expect=200)
    call("due", expect=200)


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


def an_alarm_is_worked_on():
    "an alarm, its steps and their versions"
    call("limits_freeze", 2, expect=201, query="?n=1&phase1=1:100", body={"why": "start"})
    chart = call("charts", 2).json()["charts"][0]["chart"]
    call("chart_state_put", chart, expect=204, body={"state": "alerting"}, headers={"If-None-Match": "*"})
    import time
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


def documents_have_versions():
    "documents are made, changed and removed by version"
    good = {"plan": {"characteristic": "*", "rule": "*", "steps": []},
            "list": {"for": "cause", "characteristic": "*", "items": ["tool", "material"]},
            "sampling": {"characteristic": "a/bore", "every_s": 3600},
            "chart_state": {"state": "in force"}, "proposal": {}, "channel": {}}
    many = {"plan": "plans", "list": "lists", "sampling": "samplings", "chart_state": "chart_states",
            "proposal": "proposals", "channel": "channels"}
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


def the_rest_answers():
    "health, metrics, pages"
    for name in ("livez", "readyz", "openapi", "page_login", "page_css", "page_welcome"):
        call(name, expect=200, token=None)
    call("metrics", expect=200)
    call("page_overview", expect=303, token=None)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    call("page_login_do", expect=401, token=None, headers=form, body="account=x&password=y")
    call("page_login_do", expect=403, token=None, headers={**form, "Sec-Fetch-Site": "cross-site"}, body="account=x&password=y")
    come = call("page_login_do", expect=303, token=None, headers=form, body=f"account=demo&password={S.password}")
    cookie = {"Cookie": come.headers["Set-Cookie"].split(";")[0]}
    page = call("page_overview", expect=200, token=None, headers={**cookie, "Accept-Language": "ko"})
    assert "현황" in page.body.decode() and "bore" in page.body.decode()
    call("page_logout", expect=403, token=None, headers={**form, **cookie}, body="csrf=no")
    csrf = re.search('name="csrf" value="([0-9a-f]+)"', page.body.decode())[1]
    call("page_logout", expect=303, token=None, headers={**form, **cookie}, body=f"csrf={csrf}")
    call("page_overview", expect=303, token=None, headers=cookie)
    call("page_welcome_do", expect=404, token=None, headers=form, body="code=x&password=long+enough+it+is")


def methods_are_told():
    "OPTIONS and 405 name the methods of a path; HEAD is GET without its body"
    told = S.ask("OPTIONS", "/api/v1/alarms", token=None)
    assert told.status == 204 and told.headers["Allow"] == "GET, HEAD, OPTIONS", told.headers
    wrong = S.ask("DELETE", "/api/v1/alarms")
    assert wrong.status == 405 and "GET" in wrong.headers["Allow"]
    assert S.ask("GET", "/api/v2/alarms").status == 404
    head = S.ask("HEAD", "/api/v1/alarms")
    assert head.status == 200 and head.body == b"" and int(head.headers["Content-Length"]) > 2


def nothing_was_left_out():
    "every operation of the document was called, but the endless one"
    assert set(OPERATIONS) - set(CALLED) == {"events"}, set(OPERATIONS) - set(CALLED)


try:
    run(measurements_come_in, characteristics_are_told, changes_are_decided, an_alarm_is_worked_on,
        documents_have_versions, channels_keep_their_secret, sources_are_told, people_come_and_go, the_rest_answers, methods_are_told,
        nothing_was_left_out)
finally:
    S.close()
