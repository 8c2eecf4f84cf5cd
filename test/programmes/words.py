#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the shipped schemes call things, in three languages. Prints TAP."""
import json

from drive import ROOT, play, same

NAMED = ("forms", "rules", "stages", "roles", "tallies", "gates", "bands", "titles", "measures", "money", "publications")
# One id, another thing: a grant's recipient is no laureate, a talk's minutes are no protocol.
MEANT = {
    "subsidy": {"recipient": ("보조사업자", "受补助方"), "receipt": ("영수증", "票据"), "material": ("재료비", "材料费")},
    "cluster": {"order": ("수주 내역", "订单")},
    "kr-contest": {"minutes": ("발표 시간 (분)", "发表时间（分钟）"), "office": ("사무간접", "办公")},
    "kr-award": {"president": ("대통령", "总统")},
    "8d": {"field": ("시장", "市场"), "line": ("생산 라인", "生产线"), "medium": ("보통", "中")},
    "asq": {"master": ("석사", "硕士")},
    "audit": {"safety": ("안전", "安全"), "measures": ("조치 내용", "处理措施")},
    "kr-sq": {"survey": ("고객 조사", "顾客调查")},
    "cluster-attraction": {"site": ("부지", "用地")},
}


def shown(d, name):
    return json.loads(d.run("scheme", "show", ROOT / "schemes" / f"{name}.yaml", "--json"))


def things(x):
    """Everything with an id below x, fields and choices too."""
    if isinstance(x, dict):
        if "id" in x:
            yield x
        x = list(x.values())
    if isinstance(x, list):
        for one in x:
            yield from things(one)


def every_thing_of_every_scheme_has_a_name_in_three_languages(d):
    nameless = []
    for path in sorted((ROOT / "schemes").glob("*.yaml")):
        book = shown(d, path.stem)
        for part in NAMED:
            nameless += [f"{path.stem}: {part} {x['id']}" for x in things(book.get(part))
                         if not all((x.get("name") or {}).get(lang) for lang in ("ko", "en", "zh"))]
    same(nameless, [])


def a_word_says_what_it_means_in_its_own_scheme(d):
    for name, words in MEANT.items():
        book = list(things(shown(d, name)))
        for word, said in words.items():
            found = {(x["name"]["ko"], x["name"]["zh"]) for x in book if x["id"] == word and isinstance(x.get("name"), dict)}
            same((name, word, found), (name, word, {said}))


play(every_thing_of_every_scheme_has_a_name_in_three_languages, a_word_says_what_it_means_in_its_own_scheme)
