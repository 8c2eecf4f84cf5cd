# SPDX-License-Identifier: GPL-3.0-or-later
"""A blind stage over HTTP: the programme runs, and no read route of the document tells a judge a name
or anybody another's scores."""
import json
import pathlib
import re

from server import PASSWORD, Server, run

S = Server()
API = json.loads(S.ask("GET", "/api/v1/openapi.json", token=None).body)
SCHEME = (pathlib.Path(__file__).resolve().parent.parent / "programmes/contest.yaml").read_bytes()
TEAMS, JUDGES = 3, 6
# Texts that stand in names and personal fields alone; and points nobody else gives.
HIDDEN = ["Hidden Circle", "Hidden Leader", "Hidden Judge"]
SESSIONS, PARTY, CASE = {}, {}, {}


def login(name, grants):
    made = S.ask("PUT", f"/api/v1/people/{name}", {"grants": grants, "password": PASSWORD, "why": "test"},
                 headers={"If-None-Match": "*"})
    assert made.status == 204, made
    got = S.ask("POST", "/api/v1/session", {"account": name, "password": PASSWORD}, token=None)
    SESSIONS[name] = {"Cookie": got.headers["Set-Cookie"].split(";")[0], "X-Assay-CSRF": got.json()["csrf"]}


def ask(who, method, path, body=None, headers=()):
    return S.ask(method, path, body, token=None, headers={**(SESSIONS[who] if who else {}), **dict(headers)})


def good(who, method, path, body=None, status=(200, 201, 204), **more):
    answer = ask(who, method, path, body, **more)
    assert answer.status in status, (who, method, path, answer)
    return answer.json() if answer.body else None


def the_desk_sets_up_a_round():
    "the desk publishes a scheme, opens a round, knows its people; a desk of one place does not"
    login("desk", "quality-manager")
    login("bound", "quality-manager@north")
    login("auditor", "auditor")
    for k in range(TEAMS):
        login(f"leader{k}", "operator")
    for j in range(JUDGES):
        login(f"judge{j}", "examiner")
    faults = good("judge0", "POST", "/api/v1/lint", SCHEME.replace(b"rank: talk", b"rank: walk"),
                  headers={"Content-Type": "application/yaml"})
    assert not faults["is_total"] and faults["faults"][0]["line"] > 1, faults
    good("desk", "POST", "/api/v1/schemes", SCHEME, headers={"Content-Type": "application/yaml"})
    assert ask("bound", "POST", "/api/v1/rounds", {"scheme": "x.contest", "name": "no"}).status == 422
    PARTY["round"] = good("desk", "POST", "/api/v1/rounds", {"scheme": "x.contest", "name": "c26"})["id"]
    for k in range(TEAMS):
        team = good("desk", "POST", "/api/v1/parties", {"kind": "team", "name": f"Hidden Circle {k}",
                                                        "size": "small"})["id"]
        lead = good("desk", "POST", "/api/v1/parties", {"kind": "person", "name": f"Hidden Leader {k}",
                                                        "account": f"leader{k}"})["id"]
        good("desk", "POST", f"/api/v1/parties/{lead}/relate", {"relation": "member", "to": team})
        PARTY[f"team{k}"], PARTY[f"leader{k}"] = team, lead
    for j in range(JUDGES):
        p = good("desk", "POST", "/api/v1/parties", {"kind": "person", "name": f"Hidden Judge {j}",
                                                     "account": f"judge{j}"})["id"]
        good("desk", "POST", f"/api/v1/parties/{p}/appoint", {"scheme": "x.contest", "role": "judge"})
        PARTY[f"judge{j}"] = p


def teams_apply_and_judges_score():
    "teams apply for themselves, judges score what they were given"
    for k in range(TEAMS):
        wish = {"round": PARTY["round"], "party": PARTY[f"team{k}"], "title": f"Hidden Circle {k} talks"}
        assert ask(f"leader{(k + 1) % TEAMS}", "POST", "/api/v1/cases", wish).status == 422
        CASE[k] = good(f"leader{k}", "POST", "/api/v1/cases", wish)["case"]
        good(f"leader{k}", "POST", f"/api/v1/cases/{CASE[k]}/acts/fill",
             {"form": "paper", "values": {"theme": f"Plain theme {k}", "leader": f"Hidden Leader {k}",
                                          "division": "gemba", "saving": "7"}, "seal": True})
    good("desk", "POST", "/api/v1/rounds/c26/assign", {"stage": "talk"})
    scored = 0
    for j in range(JUDGES - 1):  # the last has not scored anything yet
        for q in good(f"judge{j}", "GET", "/api/v1/queue")["cases"]:
            good(f"judge{j}", "POST", f"/api/v1/cases/{q['case']}/acts/score",
                 {"scores": {"theme": "13", "analysis": "31", "effect": f"2{j}"},
                  "notes": {"effect": f"note-of-judge{j}"}, "final": j % 2 == 0})
            scored += 1
    assert scored > TEAMS


def reads():
    """Every GET of the document, with everything it can name put in."""
    ids = [*CASE.values(), *PARTY.values(), "c26", "x.contest", "x1"]
    for path, methods in API["paths"].items():
        op = methods.get("get")
        if not op or op["operationId"] in ("events",) or path.startswith(("/log", "/welcome")):
            continue
        filled = [path]
        for name in re.findall(r"\{([a-z]+)\}", path):
            filled = [f.replace("{" + name + "}", i) for f in filled for i in ids]
        names = [p["name"] for p in op.get("parameters", []) if p["in"] == "query"]
        for f in filled:
            yield op["operationId"], f
            wanted = {"scheme": ["x.contest"], "round": ["c26"], "stage": ["talk"], "due": ["true"],
                      "search": ["Hidden", "hidden circle 0", "hidden leader 0"],
                      "party": [PARTY["team0"], PARTY["leader1"], "judge1"], "state": ["open", "todo", "done"]}
            for name in names:
                for value in wanted.get(name, []):
                    base = "?scheme=x.contest&" if name != "scheme" and "scheme" in names else "?"
                    yield op["operationId"], f + base + f"{name}={value.replace(' ', '%20')}"


def told(who):
    """What this viewer is told by all read routes, as (route, text)."""
    for name, path in reads():
        answer = ask(who, "GET", path)
        assert answer.status < 500, (path, answer)
        yield f"{name} {path}", answer.body.decode(errors="replace")


def no_read_route_tells_a_blind_judge_a_name_or_others_scores():
    "over all read routes a blind judge is told 0 names and 0 scores of others"
    leaks, looked = [], 0
    for j in (0, 1, JUDGES - 1):
        own = {f"judge{j}"}
        for path, text in told(f"judge{j}"):
            looked += 1
            mine = PARTY[f"judge{j}"] in path or path.split()[0] in ("me", "me_party")
            for word in HIDDEN:
                if word in text and not (mine and f"Hidden Judge {j}" in text):
                    leaks.append((f"judge{j}", path, word))
            for other in range(JUDGES):
                if other != j and (f"note-of-judge{other}" in text or f'"effect":"2{other}"' in text):
                    leaks.append((f"judge{j}", path, f"scores of judge{other}"))
        assert own
    print(f"# {looked} answers looked through, {len(leaks)} leaks")
    assert not leaks and looked > 300, leaks[:10]


def nobody_sees_scores_while_a_stage_is_scored():
    "over all read routes nobody at all is told the scores of a stage that is being scored"
    leaks = []
    good("desk", "PATCH", f"/api/v1/parties/{PARTY['leader0']}", {"badge": "CARD-0"})
    SESSIONS["kiosk"] = {**SESSIONS["leader1"], "X-Assay-Kiosk": "CARD-0"}  # a device, and who stands there
    for who in ("desk", "auditor", "leader0", "kiosk", "bound", None):
        for path, text in told(who):
            for j in range(JUDGES):
                if path.split()[0] not in ("records", "record") and \
                        (f"note-of-judge{j}" in text or f'"effect":"2{j}"' in text):
                    leaks.append((who, path))
            if who in (None, "bound") and any(word in text for word in HIDDEN):
                leaks.append((who, path, "name"))
            if who in ("leader0", "kiosk") and "Hidden Leader 1" in text and not path.startswith("me "):
                leaks.append((who, path, "name"))
    assert not leaks, leaks[:10]


def a_case_that_is_not_ones_own_is_not_there():
    "a case of others is not there, and a token that may only read does not act"
    assert ask("leader1", "GET", f"/api/v1/cases/{CASE[0]}").status == 404
    assert ask("leader1", "POST", f"/api/v1/cases/{CASE[0]}/acts/withdraw", {}).status == 404
    assert ask("bound", "GET", f"/api/v1/cases/{CASE[0]}").status == 404
    assert ask("leader1", "GET", f"/api/v1/parties/{PARTY['leader0']}").status == 404
    assert ask(None, "GET", "/api/v1/cases").status == 401
    token = S.ask("POST", "/api/v1/tokens", {"scopes": "read", "days": 1}, token=None,
                  headers=SESSIONS["leader0"]).json()["token"]
    answer = S.ask("POST", f"/api/v1/cases/{CASE[0]}/acts/withdraw", {}, token=token)
    assert answer.status == 403 and b"may only read" in answer.body, answer


def pages(who, path, member, **query):
    """The rows of each page of two, the first page's count."""
    found, count, cursor = [], None, None
    while True:
        words = {**query, "limit": 2, **({"cursor": cursor} if cursor else {})}
        page = good(who, "GET", path + "?" + "&".join(f"{k}={v}" for k, v in words.items()))
        count = count if found else page.get("count")
        found.append(page[member])
        cursor = page["next"]
        if not cursor:
            return found, count


def a_desk_of_one_place_turns_the_pages_of_its_cases():
    "a desk of one place has full pages of its cases, whatever it asks for, and their number"
    c27, made = good("desk", "POST", "/api/v1/rounds", {"scheme": "x.contest", "name": "c27"})["id"], []
    for k in range(6):
        team = good("desk", "POST", "/api/v1/parties", {"kind": "team", "name": f"Circle of c27 {k}", "size": "small"})["id"]
        made.append(good("desk", "POST", "/api/v1/cases", {"round": c27, "party": team, "place": ("north", "south")[k % 2]})["case"])
    for query in ({}, {"scheme": "x.contest"}, {"round": "c27"}, {"state": "open"}, {"scheme": "x.contest", "state": "open"}):
        found, count = pages("bound", "/api/v1/cases", "cases", **query)
        assert [len(page) for page in found] == [2, 1] and count == 3, (query, found, count)
        assert {c["id"] for page in found for c in page} == set(made[::2]), query
    for query in ({"stage": "no"}, {"state": "passed"}, {"round": "c26"}):
        assert pages("bound", "/api/v1/cases", "cases", **query) == ([[]], None), query
    assert pages("desk", "/api/v1/cases", "cases", round="c27")[1] == 6


def meetings_and_records_of_a_type_come_in_pages():
    "meetings and the records of one type come in pages, these from both ends"
    for k in range(3):
        good("desk", "POST", "/api/v1/meetings", {"scheme": "x.contest", "role": "judge", "title": f"m{k}", "cases": []})
    for who in ("desk", "judge0"):
        assert [[m["title"] for m in page] for page in pages(who, "/api/v1/meetings", "meetings")[0]] == [["m2", "m1"], ["m0"]], who
    assert pages("leader0", "/api/v1/meetings", "meetings")[0] == [[]]
    assert [len(page) for page in pages("desk", "/api/v1/records", "records", type="meeting.opened")[0]] == [2, 1]
    last = good("desk", "GET", "/api/v1/records?type=meeting.opened&before=end&limit=2")
    assert len(last["records"]) == 2 and last["earlier"] == str(last["records"][0]["sequence"]), last
    first = good("desk", "GET", f"/api/v1/records?type=meeting.opened&before={last['earlier']}&limit=2")
    assert len(first["records"]) == 1 and first["earlier"] is None, first


def the_public_door_counts_its_guests():
    "the public routes answer so many requests a minute from one network"
    seen = {S.ask("GET", "/api/v1/public/notices", token=None).status for _ in range(140)}
    assert seen == {200, 429}, seen


def an_alarm_that_is_not_there_becomes_no_case():
    "an alarm that is not there becomes no case"
    assert ask("leader0", "POST", "/api/v1/alarms/" + "0" * 32 + "/case", {"scheme": "x.contest"}).status == 404


try:
    run(the_desk_sets_up_a_round, teams_apply_and_judges_score,
        no_read_route_tells_a_blind_judge_a_name_or_others_scores,
        nobody_sees_scores_while_a_stage_is_scored, a_case_that_is_not_ones_own_is_not_there,
        an_alarm_that_is_not_there_becomes_no_case, a_desk_of_one_place_turns_the_pages_of_its_cases,
        meetings_and_records_of_a_type_come_in_pages, the_public_door_counts_its_guests)
finally:
    S.close()
