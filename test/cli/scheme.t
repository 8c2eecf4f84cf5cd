Schemes: proved, read, tried out.

$ assay scheme lint kr-nqm cn-cqo | grep -c 'is total'
2
# every fault with its place; the exit code says that there are some
$ printf 'scheme: x\nrev: 1\nname: x\ncase: firm\nstage:\n  - {id: a, who: nobody, gate: g}\ngate:\n  g: {need: 1 + 1}\n' > bad.yaml; assay scheme lint bad.yaml
bad.yaml:6:18: there is no role nobody
  hint: declare it under role:
bad.yaml:8:13: this is a number (expected: a condition, true or false)
[1]
$ assay scheme lint bad.yaml --json | grep -o '"code": "[a-z-]*", "line": [0-9]*'
"code": "unknown-reference", "line": 6
"code": "type", "line": 8
$ assay scheme show kr-nqm --lang ko | head -1
국가품질명장
$ assay scheme show kr-nqm --lang zh --html book.html && grep -c '<svg' book.html
1
$ assay scheme show nowhere
assay: cannot read nowhere: No such file or directory
hint: assay scheme list tells those that ship
[1]
$ assay scheme list | grep -c 'kr\.nqm'
1
# the same seed, the same answer
$ assay scheme simulate kr-nqm --runs 1 --cases 30 --json > one; assay scheme simulate kr-nqm --runs 1 --cases 30 --json > two; cmp one two && grep -c '"design"' one
12
$ assay scheme simulate kr-nqm --sd 6,5
assay: --sd is not three numbers (cases, judges, rest): "6,5"
[2]
$ assay scheme prove kr-nqm
assay: "prove" is nothing to do with a scheme
hint: lint, show, list, simulate
[2]
