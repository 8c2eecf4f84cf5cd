#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts a round again from its public export, independently of the program that ran it.

    assay round export DB ROUND > round.jsonl;  python3 tools/retally.py round.jsonl

Reads rules, sheets and exam results; works out every tally, rank, quota and band with exact
fractions; compares each with what was decided, to the byte. Exit code 0: all the same; 1: something
differs (told line by line); 2: not an export. docs/format/retally.md says what each line holds.
"""
import ast
import collections
import hashlib
import json
import sys
from fractions import Fraction

MISSING, NA = None, "na"


def text_of(x):
    """The one text of a number: plain digits when the fraction ends within 38 places, else n/d."""
    if x is MISSING:
        return None
    places = next((p for p in range(39) if 10**p % x.denominator == 0), None)
    if places is None:
        return f"{x.numerator}/{x.denominator}"
    digits = str(abs(x.numerator) * 10**places // x.denominator).rjust(places + 1, "0")
    return ("-" if x < 0 else "") + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def rounded(x, step, how):
    if x is MISSING or step is None:
        return x
    q = x / step
    floor = q.numerator // q.denominator
    rest = q - floor
    if how == "floor":
        k = floor
    elif how == "ceiling":
        k = floor + (rest > 0)
    elif how == "truncate":
        k = floor + (rest > 0 and q < 0)
    elif rest == Fraction(1, 2):
        k = floor + (floor % 2 if how == "half_even" else q > 0)
    else:
        k = floor + (rest > Fraction(1, 2))
    return k * step


def points(leaf, answer):
    if answer == NA:
        return NA
    if answer in ("", None):
        return MISSING
    if leaf["scale"] == "lookup":
        return Fraction(leaf["levels"][answer]) * Fraction(leaf["points"])
    if leaf["scale"] == "list":
        return Fraction(leaf["levels"][answer])
    return Fraction(answer)


def leaf_total(leaf, answers):
    """(points, possible) of a leaf over its repetitions; None: not answered."""
    given = answers.get(leaf["key"], "")
    got = [points(leaf, a) for a in (given if isinstance(given, list) else [given])]
    if any(g is MISSING for g in got):
        return None
    counted = [g for g in got if g != NA]
    if not counted:
        return Fraction(0), Fraction(0)
    mean = sum(counted, Fraction(0)) / len(counted)
    if leaf.get("repeat_round"):
        mean = rounded(mean, Fraction(leaf["repeat_round"]), "half_up")
    return mean, Fraction(leaf["points"])


def node_total(rubric, node, answers):
    """What a sheet gives a node: awarded / possible x points of the node."""
    awarded = possible = Fraction(0)
    for leaf in rubric["leaves"][node["first"]:node["first"] + node["leaves"]]:
        got = leaf_total(leaf, answers)
        if got is None:
            return MISSING
        awarded += got[0]
        possible += got[1]
    return awarded / possible * Fraction(node["points"]) if possible else MISSING


def official(tally, totals):
    """(exact number, sheets used) of the totals of a node, or MISSING."""
    x = sorted(t for t in totals if t is not MISSING)
    n, method = len(x), tally["method"]
    if not n:
        return MISSING
    if method == "olympic":
        return sum(x[1:-1], Fraction(0)) / (n - 2) if n >= 4 else MISSING
    if method == "trimmed":
        cut = tally["cut"]
        return sum(x[cut:n - cut], Fraction(0)) / (n - 2 * cut) if n > 2 * cut else MISSING
    if method == "mean":
        return sum(x, Fraction(0)) / n
    if method == "median":
        return x[n // 2] if n % 2 else (x[n // 2 - 1] + x[n // 2]) / 2
    return {"sum": sum(x, Fraction(0)), "min": x[0], "max": x[-1]}[method]


def run_tally(book, tally, case):
    """Names -> numbers that this tally gives a case: its id and every node as RUBRIC.NODE."""
    sheets = book.sheets[case, tally["id"]]
    step = Fraction(tally["round"]) if "round" in tally else None
    need = {"all": sheets[0]["assigned"], "need": tally["need"], "given": 1}[tally["missing"]]
    out = {}
    for rubric in {s["rubric"] for s in sheets}:
        r = book.rubrics[rubric]
        for k, node in enumerate(r["nodes"]):
            totals = [node_total(r, node, s["answers"]) for s in sheets]
            value = rounded(official(tally, totals) if len(sheets) >= need else MISSING, step,
                            tally.get("rounding"))
            out[f"{rubric}.{node['id']}"] = value
            if k == 0:
                out[tally["id"]] = value
    return out


class Unknown(Exception):
    """A name or form of expression that this checker does not know."""


def work_out(text, names):
    def walk(node):
        if isinstance(node, ast.Expression):
            return walk(node.body)
        if isinstance(node, ast.Constant):
            return Fraction(str(node.value))
        if isinstance(node, (ast.Name, ast.Attribute)):
            word = ast.unparse(node)
            if word not in names:
                raise Unknown(word)
            return names[word]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -walk(node.operand)
        if isinstance(node, ast.BinOp):
            a, b = walk(node.left), walk(node.right)
            if a is MISSING or b is MISSING:
                return MISSING
            return {ast.Add: lambda: a + b, ast.Sub: lambda: a - b, ast.Mult: lambda: a * b,
                    ast.Div: lambda: a / b if b else MISSING}[type(node.op)]()
        raise Unknown(text)
    try:
        return walk(ast.parse(text, mode="eval"))
    except SyntaxError:
        raise Unknown(text) from None


class Book:
    def __init__(self, path):
        self.rubrics, self.tallies, self.gates = {}, {}, {}
        self.sheets = collections.defaultdict(list)
        self.exams, self.decisions, self.round = {}, [], {}
        self.faults, self.counted, self.skipped = [], collections.Counter(), collections.Counter()
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            try:
                o = json.loads(line)
                kind = o["line"]
            except (ValueError, KeyError, TypeError):
                sys.exit(f"{path}:{number}: not a line of an export")
            if kind == "round":
                self.round = o
            elif kind == "sheet":
                self.sheets[o["case"], o["tally"]].append(o)
            elif kind == "exam":
                self.exams[o["case"], o["bank"]] = Fraction(o["percent"])
            elif kind == "decision":
                self.decisions.append(o)
            else:
                {"rubric": self.rubrics, "tally": self.tallies, "gate": self.gates}[kind][o["id"]] = o
        if not self.round:
            sys.exit("no round in this file")

    def compare(self, what, mine, theirs, kind):
        self.counted[kind] += 1
        if mine != theirs:
            self.faults.append(f"{what}: counted {mine}, decided {theirs}")

    def names(self, case):
        known = {}
        for (c, bank), percent in self.exams.items():
            if c == case:
                known[bank] = known[f"exam.{bank}"] = percent
        for t in self.tallies.values():
            if t["method"] != "expr" and (case, t["id"]) in self.sheets:
                known.update(run_tally(self, t, case))
        for t in self.tallies.values():
            if t["method"] == "expr":
                try:
                    step = Fraction(t["round"]) if "round" in t else None
                    known[t["id"]] = rounded(work_out(t["is"], known), step, t.get("rounding"))
                except Unknown:
                    pass
        return known


def check_draw(book):
    r = book.round
    if "seed" not in r:
        return
    digest = lambda s: hashlib.sha256(s.encode()).hexdigest()
    book.compare("the commitment", digest(r["secret"]), r["commitment"], "draw")
    book.compare("the seed", digest(r["secret"] + r["public"]), r["seed"], "draw")


def check_numbers(book, d, names):
    for tally, told in d.get("results", {}).items():
        if tally in names:
            book.compare(f"{d['case']} {tally}", text_of(names[tally]), told.get("number"), "tallies")
        else:
            book.skipped["tallies"] += 1


def order_key(book, gate, d, names):
    key = [-Fraction(d["rank"])]
    for tie in gate.get("tie", []):
        if tie == "draw":
            seed = book.round.get("seed", "")
            key.append(hashlib.sha256((seed + d["case"]).encode()).hexdigest())
        elif tie != "share":
            value = work_out(tie, names[d["case"]])
            key.append(-value if value is not MISSING else Fraction(10**30))
    return key


def band_of(gate, place, n, rank):
    """The first band that takes it: up to the place where its shares and numbers so far end (shares
    rounded half up there), and from the points it starts at."""
    shares, counts = Fraction(0), 0
    for b in gate["bands"]:
        if "when" in b or "of" in gate:
            raise Unknown(b.get("when", gate.get("of")))
        shares += Fraction(b.get("share", 0))
        counts += b.get("count", 0)
        last = counts + rounded(shares * n, Fraction(1), "half_up")
        open_ended = "share" not in b and "count" not in b
        if (open_ended or place <= last) and rank >= Fraction(b.get("from", rank)):
            return b
    return None


def check_ranks(book, gate, decided, names):
    groups = collections.defaultdict(list)
    for d in decided:
        if gate.get("rank") and "rank" in d:
            try:
                book.compare(f"{d['case']} rank", text_of(work_out(gate["rank"], names[d["case"]])),
                             d["rank"], "ranks")
            except Unknown:
                book.skipped["ranks"] += 1
            groups[json.dumps(d.get("group"))].append(d)
    for members in groups.values():
        try:
            members.sort(key=lambda d: order_key(book, gate, d, names))
        except Unknown as e:
            book.skipped[f"ties by {e}"] += 1
            continue
        keys = [order_key(book, gate, d, names) for d in members]
        for d, key in zip(members, keys):
            place = keys.index(key) + 1  # who ties shares the better place
            try:
                b = band_of(gate, place, len(members), Fraction(d["rank"])) if gate.get("bands") else None
            except Unknown as e:
                book.skipped[f"bands by {e}"] += 1
                continue
            if gate.get("bands"):
                book.compare(f"{d['case']} medal", b and b["id"], d.get("band"), "medals")
            most = gate.get("quota") or gate.get("top")
            if most and "quota_is" not in gate and place > most:
                book.compare(f"{d['case']} passed", False, d["outcome"] == "pass", "places")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    book = Book(sys.argv[1])
    names = {c: book.names(c) for c in {d["case"] for d in book.decisions}}
    check_draw(book)
    for d in book.decisions:
        check_numbers(book, d, names[d["case"]])
    for gate in book.gates.values():
        if gate["is_round"]:
            check_ranks(book, gate, [d for d in book.decisions if d.get("gate") == gate["id"]], names)
    for fault in book.faults:
        print(fault)
    told = ", ".join(f"{n} {kind}" for kind, n in sorted(book.counted.items())) or "nothing"
    print(f"counted again: {told}; {len(book.faults)} differ")
    for what, n in sorted(book.skipped.items()):
        print(f"not counted here: {n} {what}")
    return bool(book.faults)


sys.exit(main())
