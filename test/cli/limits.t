Limits of charts: frozen, signed, versioned; what judges is said.

# nothing is in force at first
$ assay import plant.assay $DATA/csv/ccxbar-iso.csv -q && assay limits plant.assay
$DATA/csv/ccxbar-iso.csv: 100 received = 100 stored + 0 duplicates + 0 conflicts + 0 refused
no limits were frozen
$ assay chart plant.assay thickness -n 5 --json | grep '"limits"'
  "limits": {"state": "analysis", "version": null, "since": null, "by": null, "why": {"version": "no limits in force judge here", "since": "no limits in force judge here", "by": "no limits in force judge here"}},
# a change without a reason is refused, and so is one without a characteristic
$ assay limits plant.assay thickness --freeze
assay: --why is missing: a change needs its reason
hint: --why 'after the new tool'
[2]
$ assay limits plant.assay --freeze --why 'first run'
assay: name the characteristic whose limits change
hint: assay limits plant.assay
[2]
# limits are never typed
$ assay limits plant.assay thickness --freeze --why x --center 24
assay: assay limits has no option --center
hint: assay help limits lists all
[2]
# a file keeps none
$ assay limits $DATA/csv/ccxbar-iso.csv
assay: $DATA/csv/ccxbar-iso.csv is no database: limits are kept in one
hint: assay import plant.assay $DATA/csv/ccxbar-iso.csv
[2]
# limits of the first fifteen subgroups are put in force
$ assay limits plant.assay thickness -n 5 --phase1 1:15 --freeze --by kim --why 'first run'
note: 6 points of these data signal; find the causes and leave them out with --exclude
note: limits provisional: fewer than 20 subgroups
done in commit 2
limits in force: xbar-r n 5 nelson, version 1
  center 23.5013333 · σ 0.705095 (R̄/d2) · n 5 · subgroups used 15/20
# the list tells who, when and why
$ assay limits plant.assay | sed 's/20[0-9-]*/DATE/'
characteristic  chart           v  state     since       by    center  why
thickness       X̄-R n 5 nelson  1  in force  DATE  kim  23.5013  first run
$ assay limits plant.assay --json | $VALID $SCHEMA/limits.json
valid
# a chart of the same kind is judged by them, without being told n
$ assay chart plant.assay thickness --json | tee now.json | $VALID $SCHEMA/chart.json
valid
$ grep -o '"limits": {"state": "in force", "version": 1\|"by": "kim"\|"stable": false' now.json
"limits": {"state": "in force", "version": 1
"by": "kim"
"stable": false
$ assay chart plant.assay thickness | sed -n 2,3p | sed 's/20[0-9]*-[0-9]*-[0-9]*/DATE/'
X̄-R · n 5 · 20 subgroups · σ within 0.705 (R̄/d2) · rules nelson · in force:
version 1, DATE, kim
# they are those of the first fifteen subgroups
$ assay chart plant.assay thickness --csv > frozen.csv; assay chart plant.assay thickness -n 5 --phase1 1:15 --csv > phase.csv; cmp frozen.csv phase.csv
# --recompute takes the limits of the data shown
$ assay chart plant.assay thickness -n 5 --recompute --csv > a.csv; assay chart $DATA/csv/ccxbar-iso.csv -n 5 --csv > b.csv; cmp a.csv b.csv
# limits of subgroups of 5 do not judge individuals, nor limits of all one serial number
$ assay chart plant.assay thickness -n 1 --json | grep -o '"state": "[a-z ]*"'
"state": "analysis"
$ assay chart plant.assay thickness --where serial=W001 --json | grep -o '"state": "[a-z ]*"'
"state": "analysis"
# signals, capability and list keep to them
$ assay signals plant.assay --csv | wc -l; assay signals plant.assay -n 5 --recompute --csv | wc -l
7
3
$ assay capability plant.assay thickness --lsl 20 --usl 28 --json | grep '"center"' | grep -o 'center": [0-9.]*'
center": 23.501333333333335
center": 1.64
$ assay list plant.assay --json | $VALID $SCHEMA/list.json; assay list plant.assay --csv | grep -o 'v1'
valid
v1
# a second version replaces the first, which stays
$ assay limits plant.assay thickness -n 5 --exclude 20 --freeze --by lee --why 'cause of 20 found: tool' -q
limits in force: xbar-r n 5 nelson, version 2
  center 23.64 · σ 0.812352 (R̄/d2) · n 5 · subgroups used 19/20
$ assay limits plant.assay --csv | cut -d, -f2-4,6-
chart,version,state,by,reason,commit,center,sigma,method,n,used
xbar-r n 5 nelson,1,replaced,kim,first run,2,23.501333333333335,0.705094625490226,rbar,5,15
xbar-r n 5 nelson,2,in force,lee,cause of 20 found: tool,3,23.64,0.8123522803305236,rbar,5,19
# the past is judged by what was in force
$ assay chart plant.assay thickness --as-of 2 --json | grep -o '"version": [0-9]*'
"version": 1
$ assay chart plant.assay thickness --as-of 1 --json | grep -o '"state": "[a-z ]*"'
"state": "analysis"
$ assay chart plant.assay thickness --json | grep -o '"version": [0-9]*'
"version": 2
# other types are charts of their own
$ assay limits plant.assay thickness -n 1 --type ewma --lambda 0.1 --freeze --by kim --why 'small drifts' -q
limits in force: ewma lambda 0.1 limit 3, version 1
  center 23.726 · σ 0.905026 (MR̄/d2) · n 1 · subgroups used 100/100
$ assay chart plant.assay thickness --type ewma --json | grep -oE '"chart": "[a-z-]*"|"state": "[a-z ]*"'
"chart": "ewma"
"state": "in force"
$ assay limits plant.assay thickness --retire --by lee --why 'new tool'
assay: 2 charts of thickness are in force: say which by -n, --type, --rules
hint: assay limits plant.assay thickness
[2]
$ assay limits plant.assay thickness -n 5 --retire --by lee --why 'new tool'
done in commit 5
$ assay limits plant.assay thickness --csv | cut -d, -f2-4,6,7
chart,version,state,by,reason
xbar-r n 5 nelson,1,replaced,kim,first run
xbar-r n 5 nelson,2,retired,lee,cause of 20 found: tool
ewma lambda 0.1 limit 3,1,in force,kim,small drifts
$ assay chart plant.assay thickness -n 5 --json | grep -o '"state": "[a-z ]*"'
"state": "analysis"
# what has no limits cannot be frozen
$ assay limits plant.assay thickness -n 1 --type run --freeze --why x
assay: there are no limits to set: a run chart has no limits
[1]
# every change is a record
$ assay log plant.assay --csv | grep -c 'chart.limits'
4
$ assay check plant.assay -q
plant.assay: clean, 100 measurements in 1 chunks, 7 records, * MB, 2.82 bytes per measurement (time and value)
# a budget of false alarms sets the width: beyond 3.5916 come 1 in 3043.7 points, 100 a day for a month
$ assay limits plant.assay thickness -n 5 --rules 1 --budget 'one per month' --per-day 100 --freeze --by kim --why 'agreed' 2>said | head -1; head -1 said
limits in force: xbar-r n 5 1of1>3.592, version 1
100 points a day: one false alarm in 3044 points (in 370.4 before); limits of width 3.592
# the lines stand where the rule looks, and the run length is the one asked for
$ assay chart plant.assay thickness --json | python3 -c 'import json, math, sys; c = json.load(sys.stdin); p = c["location"]["points"][0]; print(round((p["ucl"] - c["location"]["center"]) * math.sqrt(5) / c["sigma"]["value"], 6), round(c["rules"]["arl0"], -1))'
3.592 3050.0
# rules that signal more often by themselves are told, and so are words that are no budget
$ assay limits plant.assay thickness -n 5 --budget 'one per month' --per-day 100 --freeze --why x
assay: no limits keep "one per month" at 100 points a day: the other rules alone signal more often than that
[1]
$ assay limits plant.assay thickness -n 5 --budget 'now and then' --freeze --why x
assay: "now and then" is no budget of false alarms
hint: about one per month; 2 per week; one per 10 shifts
[1]

# verdicts that no lot groups are charted by day, and stay so in force
$ python3 -c 'print("time,verdict"); [print(f"2026-03-{d:02}T08:{i:02}:00+09:00,{chr(78)+chr(71) if (d*7+i)%19==0 else chr(79)+chr(75)}") for d in range(1, 21) for i in range(50)]' > v.csv; rm -f v.assay*; assay import v.assay v.csv -q 2>/dev/null; assay limits v.assay verdict --freeze --why 'phase 1' --json 2>/dev/null | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["name"], d["center"], d["n"])'
v.csv: 1000 received = 1000 stored + 0 duplicates + 0 conflicts + 0 refused
p every 86400 s nelson 0.052 50
$ assay chart v.assay --json 2>/dev/null | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["limits"]["state"], d["subgroups"], d["location"]["points"][0]["n"])'
in force 20 50
