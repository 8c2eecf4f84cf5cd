Every JSON answer keeps to its schema in docs/schema, and no null is without its reason.

# charts
$ assay chart $DATA/csv/ccxbar-iso.csv -n 5 --json | $VALID $SCHEMA/chart.json
valid
$ assay chart $DATA/csv/ccxbar-iso.csv -n 1 --type cusum --json | $VALID $SCHEMA/chart.json
valid
$ assay chart $DATA/csv/ccxbar-iso.csv -n 1 --type ewma --json | $VALID $SCHEMA/chart.json
valid
$ assay chart $DATA/csv/ccxbar-iso.csv -n 1 --type run --json | $VALID $SCHEMA/chart.json
valid
$ assay chart $DATA/csv/ccxbar-iso.csv -n 5 --type median --probability-limits --json | $VALID $SCHEMA/chart.json
valid
$ assay chart $DATA/csv/nist-CCP.DAT --type p --value '#1' --size '#2' --json | $VALID $SCHEMA/chart.json
valid
$ assay chart $DATA/csv/nist-CCC.DAT --type c --value '#1' --json | $VALID $SCHEMA/chart.json
valid
$ printf 'x\n1\n' | assay chart - --json | $VALID $SCHEMA/chart.json
valid
$ assay chart $SAMPLE/plant.csv --all --json | $VALID $SCHEMA/chart.json
valid
# without limits nothing is called stable
$ printf 'x\n1\n' | assay chart - --json | grep '"stable": [ntf]' | grep -o '"stable": [a-z]*,'
"stable": null,
$ printf 'x\n1\n' | assay capability - --lsl 0 --usl 2 --json | tee one.json | grep '"stable": [ntf]' | grep -o '"stable": [a-z]*,'; $VALID $SCHEMA/capability.json < one.json
"stable": null,
valid
$ printf 'x\n1\n' | assay capability - --lsl 0 --usl 2 | grep process
process performance
# capability
$ assay capability $DATA/csv/ccxbar-iso.csv -n 5 --lsl 20 --usl 28 --json | $VALID $SCHEMA/capability.json
valid
$ assay capability $DATA/csv/ccxbar-iso.csv -n 5 --json | $VALID $SCHEMA/capability.json
valid
$ assay capability $DATA/csv/ccxbar-iso.csv -n 5 --usl 28 --distribution auto --json | $VALID $SCHEMA/capability.json
valid
$ assay capability $SAMPLE/plant.csv --specs $SAMPLE/plant-limits.csv --json | $VALID $SCHEMA/capability.json
valid
$ printf 'x\n1\n' | assay capability - --usl 3 --json | $VALID $SCHEMA/capability.json
valid
# the others
$ assay describe $DATA/csv/ccxbar-iso.csv --json | $VALID $SCHEMA/describe.json
valid
$ printf 'x\n1\n' | assay describe - --json | $VALID $SCHEMA/describe.json
valid
$ assay signals $SAMPLE/plant.csv --json | $VALID $SCHEMA/signals.json
valid
$ assay list $SAMPLE/plant.csv --json | $VALID $SCHEMA/list.json
valid
$ assay anova $SAMPLE/plant.csv 'line 1/housing/length' --by machine --json | $VALID $SCHEMA/anova.json
valid
$ printf 'part,who,x\n1,a,1\n1,b,1\n2,a,2\n2,b,2.1\n1,a,1\n1,b,1.1\n2,a,2\n2,b,2\n' | assay gauge - --value x --part part --operator who --json | $VALID $SCHEMA/gauge.json
valid
$ printf 'x\n1\n1.1\n' | assay gauge - --value x --reference 1 --tolerance 2 --json | $VALID $SCHEMA/gauge.json
valid
$ assay arl --type rules --rules aiag --shift 1 --json | $VALID $SCHEMA/arl.json
valid
$ assay arl --type rules --rules none --json | $VALID $SCHEMA/arl.json
valid
$ printf 'cause\na\nb\na\n' | assay pareto - --category cause --json | $VALID $SCHEMA/pareto.json
valid
$ assay import d.assay $DATA/csv/ccxbar-iso.csv -q --json | $VALID $SCHEMA/import.json
valid
$ assay list d.assay --json | $VALID $SCHEMA/list.json
valid
$ assay check d.assay --json | $VALID $SCHEMA/check.json
valid
# programmes: cases, rounds, titles, exams and meetings are held to theirs by test/programmes
$ assay scheme list --json | $VALID $SCHEMA/scheme-list.json
valid
$ for s in kr-nqm cn-cqo vda63 association-election survey; do assay scheme show $s --json | $VALID $SCHEMA/scheme-show.json; done | uniq
valid
$ printf 'scheme: x\nrev: 1\nname: x\ncase: firm\nstage:\n  - {id: a, who: nobody}\n' > bad.yaml; assay scheme lint bad.yaml kr-nqm nowhere --json | $VALID $SCHEMA/scheme-lint.json
valid
$ assay scheme simulate kr-contest --runs 1 --cases 20 --json | $VALID $SCHEMA/scheme-simulate.json
valid
