# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes x roles x two sites, made from the OpenAPI document: nobody sees or changes what is not theirs."""
import json
import re

from server import Server, run

S = Server()
API = json.loads(S.ask("GET", "/api/v1/openapi.json", token=None).body)
# What a role may do, stated a second time on purpose: as people expect it.
SCOPES = {"operator": {"read", "measure", "act"},
          "engineer": {"read", "measure", "act", "engineer", "close"},
          "quality-manager": {"read", "act", "engineer", "close", "audit"},
          "examiner": {"read"},
          "auditor": {"read", "audit"},
          "administrator": {"read", "audit", "admin"}}
NEEDS_ALL_SITES = re.compile(r"/metrics|/api/v1/(people|badges|health|records|sources|channels|channel-states|chart-states|proposals|achievements)|/api/v1/credentials(?!/verify)")
CHANGES_NEED_ALL_SITES = re.compile(r"/api/v1/(plans|lists|samplings)")
SECRET = "forbidden-fruit"  # stands in every path, value's source and reason of site b
TOKENS = {}


def setup():
    rows = [{"characteristic": f"{site}/{name}", "time": f"2026-01-01T00:00:{i:02}Z", "value": 10 + i % 5}
            for site, name in (("a", "bore"), ("b", SECRET)) for i in range(30)]
    answer = S.measure(rows)
    assert answer.json()["stored"] == 60, answer
    for site in "ab":
        name = "bore" if site == "a" else SECRET
        S.measure([{"characteristic": f"{site}/{name}", "time": "2026-01-01T00:00:03Z", "value": 77}])
    made = [S.ask("PUT", f"/api/v1/{kind}/of-{site}", {"name": f"{SECRET if site == 'b' else 'bore'}", "site": site, "items": []},
                  headers={"If-None-Match": "*"}).status for kind in ("stations", "gauges") for site in "ab"]
    assert made == [204] * 4, made
    for site in "ab*":
        path = {"a": "a/bore", "b": f"b/{SECRET}", "*": "*"}[site]
        for kind, document in (("plans", {"rule": "*"}), ("lists", {"for": "cause", "items": [SECRET if site == "b" else "tool"]}), ("samplings", {"every_s": 3600})):
            answer = S.ask("PUT", f"/api/v1/{kind}/of-{'all' if site == '*' else site}", {"characteristic": path, **document}, headers={"If-None-Match": "*"})
            assert answer.status == 204, answer
    for kind in ("calls", "notes"):
        answer = S.ask("POST", f"/api/v1/{kind}", {"station": "of-b", "text": SECRET, **({"kind": "help"} if kind == "calls" else {})})
        assert answer.status == 201, answer
    for role in SCOPES:
        TOKENS[role] = S.person(f"{role}-a", f"{role}@a")
        TOKENS[role + "*"] = S.person(f"{role}-all", role)


def numbers():
    return {row["path"][0]: row["number"] for row in S.get("/api/v1/characteristics")["characteristics"]}


def operations():
    for path, methods in API["paths"].items():
        for method, op in methods.items():
            if op["operationId"] != "events" and not path.startswith(("/api/v1/session", "/api/v1/me", "/login", "/logout")):
                yield method.upper(), path, op


BODIES = {"definition_change": {"unit": "stolen"}, "amend": {"place": 1, "action": "exclude", "why": "x"}, "point_note": {"place": 1, "text": SECRET},
          "limits_freeze": {"why": "x"}, "limits_retire": {"chart": "x", "why": "x"},
          "conflict_decide": {"keep": "second", "why": "x"}, "alarm_step": {"step": "acknowledged"},
          "alarm_tick": {"step": "1", "answer": "yes"}, "person_put": {"why": "x", "grants": "administrator"},
          "token_make": {"scopes": "read"}, "undo": {"time": "2026-01-01T00:00:00Z", "why": "x"},
          "station_put": {"name": SECRET, "site": "b", "items": []}, "gauge_put": {"name": "x", "site": "b"},
          "badge_make": {"account": "x", "code": "B-77"}, "badge": {"code": "B-77"},
          "credential_issue": {"achievement": "x", "why": "x"}, "credential_step": {"step": "revoke", "why": "x"},
          "call_make": {"station": "of-b", "kind": "help", "text": SECRET}, "note_make": {"station": "of-b", "text": SECRET}}


def try_it(method, path, op, token, of_site):
    """The route with everything it names belonging to one site."""
    conflicts = {c["path"][0]: c["id"] for c in S.get("/api/v1/conflicts")["conflicts"]}
    if "/characteristics/" in path:
        path = path.replace("{id}", str(NUMBERS[of_site]))
    path = path.replace("/conflicts/{id}", f"/conflicts/{conflicts.get(of_site, 99)}")
    path = re.sub(r"\{[a-z]+\}", "x1", path)
    body = BODIES.get(op["operationId"], {} if "requestBody" in op else None)
    query = ""
    if op["operationId"].startswith("write"):
        body = f"{of_site}/new value=1 1\n"
    if op["operationId"] == "measurements":
        body = json.dumps({"characteristic": f"{of_site}/new", "time": "2026-02-01T00:00:00Z", "value": 1}) + "\n"
    return S.ask(method, path + query, body, token=token, headers={"If-Match": "*"})


def state_of_b():
    n = NUMBERS["b"]
    keep = [S.ask("GET", f"/api/v1/characteristics/{n}{rest}").body
            for rest in ("", "/limits", "/series", "/notes")]
    paths = [r["path"] for r in S.get("/api/v1/characteristics?search=b/")["characteristics"]]
    keep += [S.ask("GET", f"/api/v1/{kind}").body for kind in ("calls", "notes", "stations", "gauges", "plans", "lists", "samplings")]
    return keep, paths, len([c for c in S.get("/api/v1/conflicts")["conflicts"] if c["path"].startswith("b/")])


def nobody_unknown_gets_in():
    "without a login every route but the open ones answers 401"
    for method, path, op in operations():
        answer = try_it(method, path, op, None, "a")
        is_open = op["x-assay-scope"] == "open"
        assert is_open or answer.status == 401, (method, path, answer)
        assert SECRET.encode() not in answer.body, (method, path)


def roles_do_what_they_may():
    "a role without the scope of a route is refused with 403, one with it is not"
    for role, scopes in SCOPES.items():
        for method, path, op in operations():
            wanted = op["x-assay-scope"]
            if wanted in ("open", "any") or op["operationId"] == "person_erase":
                continue
            if wanted in scopes and method != "GET":
                continue  # what it may do is shown by the contract's test; here it would change the plant
            answer = try_it(method, path, op, TOKENS[role + "*"], "a")
            assert (answer.status == 403) == (wanted not in scopes), (role, method, path, answer)


def sites_are_apart():
    "0 reads and 0 writes across sites: nothing of site b is seen or changed by roles at site a"
    before = state_of_b()
    tried = 0
    for role in SCOPES:
        for method, path, op in operations():
            if op["x-assay-scope"] == "any" and method != "GET":
                continue
            answer = try_it(method, path, op, TOKENS[role], "b")
            tried += 1
            assert SECRET.encode() not in answer.body, (role, method, path, answer)
            if "/characteristics/" in path and op["x-assay-scope"] in SCOPES[role]:
                assert answer.status == 404, (role, method, path, answer)
            if NEEDS_ALL_SITES.match(path) or (method != "GET" and CHANGES_NEED_ALL_SITES.match(path)):
                assert answer.status == 403, (role, method, path, answer)
    assert state_of_b() == before
    print(f"# {tried} requests across sites")


def own_site_is_seen():
    "the same people see and change their own site"
    row = S.get("/api/v1/characteristics", token=TOKENS["engineer"])
    assert [r["path"] for r in row["characteristics"] if r["path"].startswith("b")] == [] and row["total"] >= 1
    n = NUMBERS["a"]
    for rest in ("", "/series", "/chart", "/capability", "/limits", "/live", "/charts", "/notes"):
        assert S.ask("GET", f"/api/v1/characteristics/{n}{rest}", token=TOKENS["engineer"]).status == 200, rest
    for kind in ("plans", "lists", "samplings"):
        seen = [d["id"] for d in S.get(f"/api/v1/{kind}", token=TOKENS["operator"])["items"]]
        assert seen == ["of-a", "of-all"], (kind, seen)
        assert S.ask("GET", f"/api/v1/{kind}/of-b", token=TOKENS["operator"]).status == 404
    answer = S.ask("PATCH", f"/api/v1/characteristics/{n}", {"unit": "mm"}, token=TOKENS["engineer"], headers={"If-Match": "*"})
    assert answer.status == 204, answer


def refused_rows_are_accounted():
    "rows for another site are refused by name and counted"
    answer = S.measure([{"characteristic": "b/x", "time": "2026-03-01T00:00:00Z", "value": 1},
                        {"characteristic": "a/x", "time": "2026-03-01T00:00:00Z", "value": 1}],
                       token=TOKENS["operator"], query="?source=gate").json()
    assert (answer["stored"], answer["refused"]) == (1, 1), answer
    assert [r["reason"] for r in answer["rows"] if r["verdict"] == "refused"] == ["not-your-site"]
    account = S.account("gate")
    assert (account["received"], account["refused"]) == (2, 1), account


try:
    setup()
    NUMBERS = numbers()
    run(nobody_unknown_gets_in, roles_do_what_they_may, sites_are_apart, own_site_is_seen,
        refused_rows_are_accounted)
finally:
    S.close()
