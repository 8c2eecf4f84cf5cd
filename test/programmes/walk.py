# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks one case, or a round of them, from the first stage to the last as its scheme says.

What a form asks is answered with a plain value of its type unless the scenario says otherwise; sheets get
four fifths of the points unless it says otherwise. What matters to a programme stands in its scenario.
"""
import datetime
import re

import yaml

from drive import ROOT

NODE_WORDS = {"total", "points", "scale", "step", "na", "star", "repeat", "round", "name", "note", "anchors"}
PLAIN = {"text": "as measured", "int": "7", "num": "7", "money": "7000", "percent": "50", "bool": True, "date": "2026-03-05",
         "time": "2026-03-05T09:00:00Z", "duration": "3d", "period": {"from": "2026-01-05", "to": "2026-02-05"}, "file": "book.pdf",
         "photo": "photo.jpg", "sign": "signed", "team": "team", "ref": "", "chart": "chart.svg", "characteristic": "line 1/bore",
         "point": "35.1,126.8", "contact": "someone@example.org", "scale": "6", "nps": "9"}


class Scheme:
    def __init__(self, name):
        text = (ROOT / "schemes" / f"{name}.yaml").read_text(encoding="utf-8")
        self.name, self.all = name, yaml.load(text, Loader=yaml.CBaseLoader)
        self.id = self.all["scheme"]
        self.stages = {s["id"]: s for s in self.all["stage"]}
        self.case_role = next((r for r, v in self.all["role"].items() if isinstance(v, dict) and v.get("is") == "case"), None)

    def fields(self, form):
        said = self.all["form"][form]
        said = said.get("fields", said) if isinstance(said.get("fields"), dict) else said
        if isinstance(said.get("scale"), str) and "items" in said:
            items = said["items"]
            names = items if isinstance(items, (dict, list)) else [f"i{i + 1}" for i in range(int(items))]
            return {name: said["scale"] for name in names}
        return said

    def leaves(self, rubric):
        def below(name, node, scale):
            if isinstance(node, dict):
                scale = node.get("scale", scale)
                children = [(k, v) for k, v in node.items() if k not in NODE_WORDS]
                if children:
                    return [leaf for k, v in children for leaf in below(k, v, scale)]
            return [(name, float(node if isinstance(node, str) else node.get("points", 0)), scale)]
        return below(rubric, self.all["rubric"][rubric], None)

    def rubric_of(self, stage):
        said = self.stages[stage].get("rubric")
        return said if isinstance(said, str) or said is None else [c["use"] for c in said]

    def list(self, stage, key):
        said = self.stages[stage].get(key, [])
        return [said] if isinstance(said, str) else said

    def is_round(self, gate):
        g = self.all["gate"][gate]
        bands = g.get("bands") or {}
        return any(k in g for k in ("rank", "quota", "top")) or any(isinstance(b, dict) and ("share" in b or "count" in b)
                                                                    for b in bands.values())


def plain(desk, said):
    """A value of the type a field asks for; None: not needed."""
    if isinstance(said, dict) and "rows" in said:
        return [{k: v for k, v in ((k, plain(desk, t)) for k, t in said["rows"].items()) if v is not None}]
    kind = said.get("type") if isinstance(said, dict) else said
    name = re.match(r"[a-z]+", kind)[0]
    choice = re.match(r"(?:enum|set)\(([^|)]*)", kind)
    if kind.endswith("?") or name in ("ref", "evidence"):
        return None
    value = choice[1] if choice else PLAIN.get(name)
    if name in ("person", "firm"):
        value = desk.parties["witness"]
    if name == "scale":
        value = re.search(r"\.\.(\d+)", kind)[1]
    if name.startswith("likert"):
        value = "6" if kind.startswith("likert7") else "4"
    return [value] if kind.endswith("*") or name == "set" else value


class Walk:
    def __init__(self, desk, name, party=None, answers=None, scores=None, judges=None, points="80", vote="yes", share=0.8,
                 evidence=None, region="South", rubrics=None, changes=()):
        self.d, self.s = desk, Scheme(name)
        self.answers, self.scores, self.judges = answers or {}, scores or {}, judges or {}
        self.points, self.vote, self.share, self.evidence = points, vote, share, evidence or {}
        self.party, self.region, self.rubrics, self.now = party or {}, region, rubrics or {}, datetime.date(2026, 3, 2)
        desk.publish(name, *changes)
        if "witness" not in desk.parties:
            desk.party("witness")
        for role in self.s.all["role"]:
            if role != self.s.case_role:
                for i in range(self.count(role)):
                    desk.appoint(f"{role}{i + 1}", self.s.id, role, trained="2026-01-05", accredited="2026-01-05", calibrated="5",
                                 region="North", **self.judges.get(role, {}))

    def count(self, role):
        needed = [int(a["per_case"]) for a in (self.s.all.get("assign") or {}).values() if a.get("role") == role and "per_case" in a]
        votes = [g for g in (self.s.all.get("gate") or {}).values() if g.get("vote") == role]
        asked = [a for a in (self.s.all.get("assign") or {}).values() if a.get("role") == role and "per_case" not in a]
        return max(needed + [3 for _ in votes] + [6 for _ in asked] + [1])

    # -- one stage ----------------------------------------------------------------------------------------

    def open(self, account="applicant", round=None, **fields):
        kind = {"firm": "firm", "team": "team"}.get(self.s.all["case"], "person")
        self.d.party(account, kind, region=self.region, **{**self.party, **fields})
        more = {"round": round} if round else {}
        if kind != "person":
            self.d.party(f"{account}_speaker")
            self.d.ask("party", "relate", f"{account}_speaker", '{"relation": "represents", "to": "%s"}' % self.d.parties[account])
        return self.d.open(self.s.id, account, by=account if kind == "person" else f"{account}_speaker", **more)

    def actor(self, role, applicant):
        if role == self.s.case_role:
            return applicant
        return f"{role}1"

    def values(self, form, account):
        said = self.answers.get(form, {})
        said = said(account) if callable(said) else said
        filled = {name: plain(self.d, t) for name, t in self.s.fields(form).items()}
        return {k: v for k, v in {**filled, **said}.items() if v is not None}

    def sheet(self, stage, account, judge):
        rubric = self.s.rubric_of(stage)
        if isinstance(rubric, list):
            rubric = self.rubrics[stage](account)
        said = self.scores.get(stage, {})
        said = said(account, judge) if callable(said) else said
        full = {}
        for leaf, points, scale in self.s.leaves(rubric):
            full[leaf] = str(int(points * self.share)) if not scale else "80" if isinstance(scale, str) else "8" if "8" in scale else scale[-1]
        return {**full, **said}

    def do(self, case, stage, applicant):
        """All that the stage waits for."""
        d, s, spec = self.d, self.s, self.s.stages[stage]
        roles = s.list(stage, "who")
        gate = (s.all.get("gate") or {}).get(spec.get("gate"), {})
        if "assign" in spec:
            self.judge(case, stage, applicant)
        if "form" in spec and "assign" not in spec:
            role = roles[0] if roles else s.case_role
            for field in [f for f, t in s.fields(spec["form"]).items() if t == "evidence" or str(t).startswith("evidence")]:
                if self.evidence.get(field) is not False:
                    d.seal(case, field, **(self.evidence.get(field) or {}))
            d.fill(case, spec["form"], self.values(spec["form"], applicant), self.actor(role, applicant))
            for signer in [r for r in roles[1:] if dict(s.all["role"][r] or {}).get("signs") == "1"]:
                d.act(case, "sign", {}, self.actor(signer, applicant))
        if "bank" in spec and d.stage(case) == stage:
            d.act(case, "exam", {"bank": spec["bank"], "percent": self.points})
        if "vote" in gate:
            for i in range(self.count(gate["vote"])):
                if d.stage(case) == stage:
                    d.act(case, "vote", {"choice": self.vote}, f"{gate['vote']}{i + 1}")
        if not any(k in spec for k in ("form", "assign", "bank")) and "vote" not in gate:
            for role in roles:
                if d.stage(case) == stage and d.show(case)["phase"] == "open":
                    d.act(case, "done", {}, self.actor(role, applicant))

    def judge(self, case, stage, applicant):
        d, s, spec = self.d, self.s, self.s.stages[stage]
        a = s.all["assign"][spec["assign"]]
        judges = [f"{a['role']}{i + 1}" for i in range(int(a.get("per_case", self.count(a["role"]))))]
        d.assign(case, *judges)
        self.case = case
        for judge in judges:
            if d.stage(case) != stage:
                break
            if "rubric" in spec:
                d.score(case, self.sheet(stage, applicant, judge), judge)
            else:
                d.fill(case, spec["form"], self.values(spec["form"], judge), judge)

    # -- what came out --------------------------------------------------------------------------------------

    def outcome(self, case):
        """Phase, and {gate: (outcome, band)} of the last time each was passed."""
        seen = self.d.show(case)
        return seen["phase"], {x["gate"]: (x["outcome"], x.get("band")) for x in seen["decisions"] if x.get("gate")}

    def number(self, case, tally):
        """The official number of the last time it was counted."""
        return [x["results"][tally]["number"] for x in self.d.show(case)["decisions"] if tally in x.get("results", {})][-1]

    def reasons(self, case):
        return str(self.d.show(case)["decisions"][-1]["reasons"])

    def titles(self, case):
        return [t["title"] for t in self.d.show(case).get("titles", [])]

    # -- the whole way ----------------------------------------------------------------------------------------

    def walk(self, case, applicant="applicant", most=40, until=None):
        """To the end, or to a round's decision. The stages passed."""
        kind = {"firm": True, "team": True}.get(self.s.all["case"], False)
        speaker = f"{applicant}_speaker" if kind else applicant
        path = []
        for _ in range(most):
            seen = self.d.show(case)
            stage = seen.get("stage")
            if not stage or stage == until or seen["phase"] not in ("open", "returned"):
                break
            if path and path[-1] == stage and seen["phase"] == "returned":
                break
            if not path or path[-1] != stage:
                path.append(stage)
            self.do(case, stage, speaker)
            after = self.d.show(case)
            if after.get("stage") == stage and after["phase"] == "open":
                self.later(400 if "every" in self.s.stages[stage] else 31)
                self.d.ask("case", "tick")
                if self.d.stage(case) == stage and self.waits(case, stage):
                    break
        return path

    def waits(self, case, stage):
        return self.d.show(case)["phase"] == "waiting" or "every" in self.s.stages[stage]

    def round(self, names, most=30):
        """Several cases of one round to the end; decided together where the scheme says so. {name: case}"""
        opened = self.d.ask("round", "open", '{"scheme": "%s", "name": "first", "closes": "2026-03-31"}' % self.s.id)
        cases = {name: self.open(name, round=opened["round"], **(fields or {})) for name, fields in names.items()}
        seeded = False
        for _ in range(most):
            for name, case in cases.items():
                self.walk(case, name)
            seen = {name: self.d.show(case) for name, case in cases.items()}
            waiting = {s["stage"] for s in seen.values() if s["phase"] == "waiting"}
            if not waiting:
                break
            if not seeded:
                self.later(31)
                self.d.ask("round", "seed", "first", "lottery 1107: 3 8 14 21 33 40")
                seeded = True
            for stage in waiting:
                self.d.ask("round", "decide", "first", stage)
        self.cases = cases
        return cases

    def later(self, days):
        self.now += datetime.timedelta(days=days)
        self.d.on(self.now.isoformat())
