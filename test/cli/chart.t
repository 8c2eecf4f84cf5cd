Control charts from files. Wafer thickness: 20 subgroups of 5, NIST Dataplot CCXBAR.

# subgroup 20 is out in both charts, and the exit code says so
$ assay chart $DATA/csv/ccxbar-iso.csv -n 5
thickness [µm]
X̄-R · n 5 · 20 subgroups · σ within 0.881 (R̄/d2) · rules nelson · analysis

         mean
   25.38 ┤                                                    ◆1
         │                                                   ⡰⠁
         │╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌⡰⠁╌╌ UCL 24.91
         │                                                 ●⠁
         │                                              ⢠●⠉⠁
         │                      ●     ●⡀               ⡠⠃
   23.82 ┤───────────⢠●⡀───────⡰⠁⢣───⡜─⠈⢆─────────⢠●⠉⠒●⠁──────── CL 23.73
         │ ●⡀       ⡰⠁ ⢣      ●⠁  ⢣ ⡜    ●⢄     ⢀●⠁
         │  ⠈⢆ ⡠●⠉⠉●   ⠈⡆⢀⠤●⠉⠉⠁    ●       ●⠒⠒●⠊⠁
         │    ●         ●⠁
         │
   22.53 ┤╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ LCL 22.54
         range
    5.01 ┤                                                   ⣀◆1
         │╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌⢀●⠊╌╌╌ UCL 4.33
         │                                               ●⠁
    2.65 ┤      ●⡀    ●⡀                  ⢀●⠢⣀    ⢀●⡀   ⡜
         │─●⠑⠤⣀⠔⠁⠈⠑●⠔⠊⠁⠈●⢄──────●⠤⣀⡀─────⢀⠎───●⠒⠤●⠊─⠑⡄─⡰⠁─────── CL 2.05
         │    ●           ⠉●⢄⡀ ⡜   ●⠉⠒●⠤⠒●           ⠘●⠁
    0.00 ┤                   ⠈●
          1  2026-01-05T07:21               2026-01-05T08:56  20

◆ not stable: 2 points signal
  1   1 point beyond 3 σ: 1
  by chance one signal in 73 points; a shift of one sd shows after 9.6
[3]

# the limits of the published example come out with all digits
$ assay chart $DATA/csv/ccxbar-iso.csv -n 5 --json | python3 -c 'import json,sys; a=json.load(sys.stdin); print(a["chart"], a["n"], a["subgroups"], a["sigma"], a["location"]["center"], round(a["location"]["lcl"],4), round(a["location"]["ucl"],4), round(a["spread"]["ucl"],3), [(p["index"],p["rules"]) for p in a["location"]["points"] if p["rules"]], a["stable"])'
xbar-r 5 20 {'value': 0.8813682818627825, 'method': 'rbar'} 23.726 22.5435 24.9085 4.335 [(20, [1])] False

# an excluded subgroup stays visible and is out of the limits
$ assay chart $DATA/csv/ccxbar-iso.csv -n 5 --exclude 20 --json | python3 -c 'import json,sys; a=json.load(sys.stdin); print(a["stable"], len(a["location"]["points"]), a["location"]["points"][19]["excluded"], a["stages"][0]["used"])'
False 20 True 19

# phase I says which subgroups the limits come from
$ assay chart $DATA/csv/ccxbar-iso.csv -n 5 --phase1 1:10 --json | python3 -c 'import json,sys; a=json.load(sys.stdin); print(a["stages"][0]["used"])'
10

# the subgroup column gives the same chart as counting
$ assay chart $DATA/csv/ccxbar-iso.csv --subgroup day --csv > a.csv; assay chart $DATA/csv/ccxbar-iso.csv -n 5 --csv > b.csv; cmp a.csv b.csv && head -2 a.csv
characteristic,chart,index,time,n,value,center,lcl,ucl,excluded,rules
thickness,location,1,2026-01-05T07:21:00Z,5,23.58,23.726,22.543520365125573,24.908479634874425,,

# proportions with varying numbers inspected
$ assay chart $DATA/csv/nist-CCP.DAT --type p --value '#1' --size '#2' --rules 1 --csv | tail -3
#1,location,18,,90,0.1,0.09940145361265498,0.004786019019589666,0.1940168882057203,,
#1,location,19,,130,0.09230769230769231,0.09940145361265498,0.020676653410591994,0.17812625381471797,,
#1,location,20,,300,0.08666666666666667,0.09940145361265498,0.047578445797878496,0.15122446142743146,,

# judged items: rows of a lot are one point; without lots those of a day, by the clock on the wall
$ for d in 1 2 3; do for i in 1 2 3 4; do echo "2026-03-0$d 0$((i + 5)):00,L$d,$( ((i % d)) && echo OK || echo NG)"; done; done | sed '1i date,lot,result' > items.csv
$ assay chart items.csv --csv
note: column 3, "result", is read as verdicts: each row is one item, 0 conforming or 1 nonconforming
characteristic,chart,index,time,n,value,center,lcl,ucl,excluded,rules
result,location,1,2026-03-01T06:00:00Z,4,1,0.5833333333333334,0,1,,
result,location,2,2026-03-02T06:00:00Z,4,0.5,0.5833333333333334,0,1,,
result,location,3,2026-03-03T06:00:00Z,4,0.25,0.5833333333333334,0,1,,
$ cut -d, -f1,3 items.csv | assay chart - --zone Asia/Seoul --csv
note: column 2, "result", is read as verdicts: each row is one item, 0 conforming or 1 nonconforming
characteristic,chart,index,time,n,value,center,lcl,ucl,excluded,rules
result,location,1,2026-03-01T06:00:00+09:00,4,1,0.5833333333333334,0,1,,
result,location,2,2026-03-02T06:00:00+09:00,4,0.5,0.5833333333333334,0,1,,
result,location,3,2026-03-03T06:00:00+09:00,4,0.25,0.5833333333333334,0,1,,
$ cut -d, -f3 items.csv | assay chart - -n 6 --type np --csv
note: column 1, "result", is read as verdicts: each row is one item, 0 conforming or 1 nonconforming
note: no lot, subgroup or time groups the items: -n 50 charts the share of each 50
characteristic,chart,index,time,n,value,center,lcl,ucl,excluded,rules
result,location,1,,6,5,3.5,0,6,,
result,location,2,,6,2,3.5,0,6,,
$ cut -d, -f3 items.csv | assay chart - --csv | tail -1
note: column 1, "result", is read as verdicts: each row is one item, 0 conforming or 1 nonconforming
note: no lot, subgroup or time groups the items: -n 50 charts the share of each 50
result,location,12,,1,0,0.5833333333333334,0,1,,
$ sed '3s/NG/rework/' items.csv | LANGUAGE=ko assay chart - --csv | head -2
알림: 3열 "result"을(를) 판정으로 읽습니다: 한 행이 제품 하나이고 적합은 0, 부적합은 1입니다
1/12행 거부:
  not-a-verdict: 1건, 처음은 3행, 열 result: "rework" 발견, OK, NG 같은 판정 이어야 함
characteristic,chart,index,time,n,value,center,lcl,ucl,excluded,rules
result,location,1,2026-03-01T06:00:00Z,3,1,0.5454545454545454,0,1,,

# several counts of a lot are summed
$ printf 'lot,inspected,bad\nA,50,1\nA,30,3\nB,40,0\n' | assay chart - --subgroup lot --csv
characteristic,chart,index,time,n,value,center,lcl,ucl,excluded,rules
bad,location,1,,80,0.05,0.03333333333333333,0,0.09354130622729481,,
bad,location,2,,40,0,0.03333333333333333,0,0.11848026516296534,,

# counts
$ assay chart $DATA/csv/nist-CCC.DAT --type c --value '#1' --rules 1 --json | python3 -c 'import json,sys; a=json.load(sys.stdin); print(a["chart"], a["location"]["center"], a["location"]["ucl"], a["stable"])'
c 5.65 12.780918594402829 False

# EWMA and CUSUM of individuals
$ assay chart $DATA/csv/ccxbar-iso.csv -n 1 --type ewma --lambda 0.1 --json | python3 -c 'import json,sys; a=json.load(sys.stdin); print(a["chart"], a["rules"]["set"], a["stable"])'
ewma beyond limits False
$ assay chart $DATA/csv/ccxbar-iso.csv -n 1 --type cusum --json | python3 -c 'import json,sys; a=json.load(sys.stdin); print(a["chart"], a["cusum"]["k"], a["cusum"]["h"], len(a["cusum"]["points"]))'
cusum 0.5 5 100

# standard input is a source like any other
$ assay chart - -n 5 --csv < $DATA/csv/ccxbar-iso.csv | tail -1
thickness,spread,20,2026-01-05T08:56:00Z,5,5.1,2.05,0,4.3347232474465835,,1

# one reading has no limits, and the reason is told
$ printf 'x\n1.5\n' | assay chart - --value x
x
I-MR · 1 point · rules nelson · analysis · limits provisional: fewer than 20
subgroups

         individual
    1.51 ┤
         │
         │
         │
         │
         │
    1.50 ┤───────────────────────────●────────────────────────── CL 1.50
         │
         │
         │
         │
    1.49 ┤
          1                                                    1

○ stability not known: no moving range: fewer individuals in a row than its span

# a file without rows is told as such
$ printf 'x\n' | assay chart - --value x
x
I-MR · 0 points · rules nelson · analysis · limits provisional: fewer than 20
subgroups

○ stability not known: no data

# signals are listed with their rule in words
$ assay signals $DATA/csv/ccxbar-iso.csv -n 5
thickness
  X̄-R · n 5 · 20 subgroups · σ within 0.881 (R̄/d2) · rules nelson · analysis
        20  2026-01-05 08:56:00  location      25.36  1 point beyond 3 σ
        20  2026-01-05 08:56:00  spread         5.10  beyond the control limits

signals: 2; characteristics out of control: 1 of 1
[3]
$ assay signals $DATA/csv/ccxbar-iso.csv -n 5 --json
{
  "signals": [
    {"characteristic": "thickness", "unit": "µm", "chart": "xbar-r", "part": "location", "index": 20, "time": "2026-01-05T08:56:00Z", "value": 25.36, "lcl": 22.543520365125573, "ucl": 24.908479634874425, "rules": [1]},
    {"characteristic": "thickness", "unit": "µm", "chart": "xbar-r", "part": "spread", "index": 20, "time": "2026-01-05T08:56:00Z", "value": 5.1, "lcl": 0, "ucl": 4.3347232474465835, "rules": [1]}
  ],
  "characteristics": 1,
  "out_of_control": 1,
  "stable": false
}
[3]

# limits start anew at each stage, an excluded point stays with its sign
$ awk 'NR==1{print $0",phase"} NR>1{print $0","(NR<52?"before":"after")}' $DATA/csv/ccxbar-iso.csv > staged.csv; assay chart staged.csv -n 5 --stage phase --exclude 20 --width 90
thickness [µm]
X̄-R · n 5 · 20 subgroups · σ within 0.941 (R̄/d2) · rules nelson · analysis

          before                          after
         mean
   25.38 ┤                               ┊                              ⊗
         │                               ┊╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌⡰⠁╌ UCL 25.10
         │                               ┊                            ⡰⠁
         │                               ┊                           ●⠁
         │╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┊                       ⡠●⠉⠉⠁
         │                           ●   ┊ ●⢄                  ⢀⠜
   23.81 ┤             ⢠●⡄         ⢀⠜ ⢣  ┊───⠣⡀───────────⡠●⠉⠒●⠁────────── CL 23.84
         │─●⡀─────────⡰⠁─⠘⡄───────●⠊───⢣─┊    ●⠑⠢⣀     ⢀●⠊
         │  ⠈⢆  ⢀⠤●⠉⠉●    ⠘●⡠⠔●⠉⠉⠉⠁     ●┊        ●⠒⠒●⠊⠁
         │    ●⠊⠁                        ┊
         │                               ┊
   22.51 ┤╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┊╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ LCL 22.58
         range
    5.01 ┤                               ┊╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌⣀⊗╌ UCL 4.63
         │                               ┊                          ⣀●⠊
         │╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┊                       ⢀●⠊
    2.65 ┤        ●⡀    ●⡀               ┊       ⢀●⠢⣀     ⢀●⡀   ⢀⠎
         │─●⠑⠤⡀⢀⡠⠒⠁⠈⠑●⠔⠊⠁⠈⠑●⢄────────●⠤⣀⡀┊─────⢀⠔⠁───●⠒⠤●⠔⠁─⠑⡄─⢠⠊───────── CL 2.19
         │    ●⠁             ⠉●⠤⣀⡀ ⡠⠊   ●┊ ●⠤⠒●⠁             ⠘●⠃
    0.00 ┤                       ⠈●      ┊
          1  2026-01-05T07:21                         2026-01-05T08:56  20

● stable: no point signals
  by chance one signal in 73 points; a shift of one sd shows after 9.6

# two thousand points: each column shows its smallest and largest
$ seq 1 2000 | awk 'BEGIN{print "x"} {printf "%.2f\n", 5+($1*7919%101)/100}' | assay chart - --value x --rules 1 --width 70
x
I-MR · 2000 points · σ within 0.4317 (MR̄/d2) · rules own · analysis

         individual
   6.809 ┤╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ UCL 6.795
         │
         │
         │⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀
         │⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
         │⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
   5.381 ┤⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿ CL 5.500
         │⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
         │⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉
         │
         │
   4.191 ┤╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ LCL 4.205
         moving range
   1.563 ┤╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ UCL 1.591
         │
         │
   0.827 ┤
         │⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶ CL 0.487
         │⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉
   0.000 ┤
          1                                       2000
          2000 points, smallest and largest of each column shown

● stable: no point signals
  by chance one signal in 370 points; a shift of one sd shows after 43.9

# NO_COLOR and a pipe mean no colour; always means colour
$ assay chart $DATA/csv/ccxbar-iso.csv -n 5 | grep -c $'\033'; assay chart $DATA/csv/ccxbar-iso.csv -n 5 --color always | grep -c $'\033'
0
23

# subgroups by time: 100 readings a minute apart from 07:21, so four, nineteen fives and the one of 09:00
$ assay chart $DATA/csv/ccxbar-iso.csv --every 5min --json | python3 -c 'import json, sys; a = json.load(sys.stdin); p = a["location"]["points"]; print(a["chart"], a["subgroups"], [round(p[i]["n"]) for i in (0, 1, 19, 20)], p[0]["value"], p[1]["time"])'
xbar-r 21 [4, 5, 5, 1] 23.525 2026-01-05T07:25:00Z
$ assay chart $DATA/csv/ccxbar-iso.csv --every soon
assay: --every is no span of time: "soon"
hint: --every 1h; 90s, 10min, 1d
[2]
$ assay chart $DATA/csv/ccxbar-iso.csv --every 1h -n 5
assay: --every cuts by time: it does not go with -n or --subgroup
[2]
$ assay capability $DATA/csv/nist-CCXBAR.DAT --every 1h --lsl 1 --usl 2
assay: subgroups by time need times
[1]

# a null says why, each its own: a moving range needs two, a run chart and a CUSUM have no limits of points
$ printf 'v\n5\n6\n7\n' | assay chart - --type i-mr --json | python3 -c 'import json, sys; p = json.load(sys.stdin)["spread"]["points"][0]; print(p["value"], p["why"]["value"])'
None no moving range: fewer individuals in a row than its span
$ printf 'v\n5\n6\n7\n' | assay chart - --type run --json | python3 -c 'import json, sys; a = json.load(sys.stdin); print({a["location"]["why"]["ucl"], a["location"]["points"][0]["why"]["ucl"], a["stages"][0]["why"]["ucl"]}, a["stages"][0]["why"]["spread_ucl"])'
{'a run chart has no limits'} this chart has none
$ printf 'v\n5\n6\n7\n' | assay chart - --type cusum --json | python3 -c 'import json, sys; a = json.load(sys.stdin); print(a["location"]["points"][0]["why"]["lcl"])'
a CUSUM is judged by its sums
$ printf 'g,v\na,5\nb,6\nb,8\nc,7\nc,8\n' | assay chart - --type xbar-r --value v --subgroup g --json | python3 -c 'import json, sys; p = json.load(sys.stdin)["spread"]["points"][0]; print(p["why"]["value"], "|", p["why"]["ucl"])'
fewer than two readings | fewer than two readings

# a signal counts although a stage that has just begun has no limits yet
$ python3 -c 'for i in range(30): print("v,s" if i == 0 else f"{i % 3 + (20 if i == 25 else 0)},{0 if i < 29 else 1}")' | assay chart - --value v --stage s --rules 1 --width 60 | grep -E '^[○●◆]'
◆ not stable: 3 points signal

# what has 0 for its default in the library is not taken for it here; a share is not a count
$ printf 'v\n5\n6\n7\n' | assay chart - --type ewma --lambda 0
assay: --lambda must be above 0
[2]
$ printf 'v\n5\n6\n7\n' | assay chart - --span 0
assay: --span must be above 0
[2]
$ printf 'v\n0.05\n0.06\n' | assay chart - --type p --size 50
assay: sample 1: 0.05 is not a number of items
[1]

# probability limits are drawn and told wherever they are asked for
$ assay chart $DATA/csv/ccxbar-iso.csv -n 5 --probability-limits --width 70 | grep -o 'P [UL]CL.*'
P UCL 24.91
P LCL 22.54
P UCL 4.74
P LCL 0.35
$ assay chart $DATA/csv/ccxbar-iso.csv -n 5 --probability-limits --csv | sed -n 1,2p
characteristic,chart,index,time,n,value,center,lcl,ucl,probability_lcl,probability_ucl,excluded,rules
thickness,location,1,2026-01-05T07:21:00Z,5,23.58,23.726,22.543520365125573,24.908479634874425,22.543529433678803,24.908470566321196,,
$ assay chart $DATA/csv/ccxbar-iso.csv -n 5 --probability-limits --output p.svg -q; grep -o '>P [UL]CL [^<]*' p.svg
>P UCL 24.91
>P LCL 22.54
>P UCL 4.74
>P LCL 0.35

# a CUSUM's sums are in its table too: they are what it judges by
$ printf 'v\n10\n11\n9\n16\n18\n' | assay chart - --type cusum --center 10 --std-dev 1 --csv | grep sum
v,upper sum,1,,1,0,0,,5,,
v,upper sum,2,,1,0.5,0,,5,,
v,upper sum,3,,1,0,0,,5,,
v,upper sum,4,,1,5.5,0,,5,,1
v,upper sum,5,,1,13,0,,5,,1
v,lower sum,1,,1,0,0,,5,,
v,lower sum,2,,1,0,0,,5,,
v,lower sum,3,,1,0.5,0,,5,,
v,lower sum,4,,1,0,0,,5,,
v,lower sum,5,,1,0,0,,5,,

# a column that is taken for that of the subgroups is said
$ printf 'day,inspected,defectives\n1,100,3\n1,100,2\n2,100,5\n' > p.csv; for o in '' '-n 1' '--subgroup day' --json; do assay chart p.csv --type p --size inspected $o 2>&1 >/dev/null; done
subgroups are the runs of column 1, day: -n, --every or --subgroup cuts otherwise
