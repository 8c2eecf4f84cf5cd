# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of an exam for tests: every text of theirs has a word that stands nowhere else."""
SECRET = "Geheimfrage"
KEYS = {}


def rows():
    """(id, topic, kind, points, text, key, tolerance, guide, a, b, c, d)"""
    out = []
    for k in range(9):
        out.append((f"s{k}", "spc", "single", "1", f"{SECRET} spc {k}: which one?", "abcd"[k % 4], "", "",
                    f"{SECRET} a{k}", f"{SECRET} b{k}", f"{SECRET} c{k}", f"{SECRET} d{k}"))
    for k in range(3):
        out.append((f"m{k}", "tools", "multi", "2", f"{SECRET} tools {k}: which ones?", "a,c", "", "",
                    f"{SECRET} e{k}", f"{SECRET} f{k}", f"{SECRET} g{k}", ""))
        out.append((f"n{k}", "tools", "number", "2", f"{SECRET} tools number {k}?", f"{k}.5", "0.1", "", "", "", "", ""))
    for k in range(3):
        out.append((f"h{k}", "essay", "hand", "4", f"{SECRET} essay {k}: explain", "", "", f"{SECRET} guide {k}", "", "", "", ""))
    return out


def table():
    lines = ["id,topic,kind,points,text,key,tolerance,guide,a,b,c,d"]
    for row in rows():
        KEYS[row[0]] = row[5]
        lines.append(",".join(f'"{x}"' for x in row))
    return "\n".join(lines) + "\n"


def right(item):
    return KEYS[item] or "an explanation in many words"


def wrong(item):
    return {"s": "abcd"[("abcd".index(KEYS[item]) + 1) % 4] if item[0] == "s" else "", "m": "b", "n": "99",
            "h": "no idea"}[item[0]]
