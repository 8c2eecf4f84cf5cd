Capability and description.

# a process that is not stable has a performance, and exit code 3
$ assay capability $DATA/csv/ccxbar-iso.csv -n 5 --lsl 20 --usl 28 --target 24
thickness [µm]
process performance

  readings               100
  mean                   23.726
  sd within              0.881 (R̄/d2)
  sd overall             1.007
  limits                 20.00 … 28.00, target 24.00
  distribution           normal, A² 1.508, p 0.0007

Indices, with 95 % intervals (process not stable: performance only)
  Cp       1.513   1.267 … 1.758
  Cpk      1.409   1.171 … 1.647
  Pp       1.324   1.140 … 1.508
  Ppk      1.233   1.050 … 1.417
  Cpm      1.277   1.101 … 1.453

Out of tolerance (ppm)         below       above       total
  observed                       0.0         0.0         0.0
  expected, within              11.8         0.6        12.4
  expected, overall            107.6        10.9       118.6

         20.00 ╌╌╌╌╌╌╌╌╌╌ LSL
         21.95 ████████████▌ 6
         22.45 ███████████████████████████████▎ 15
         22.95 █████████████████████████████████████████████▊ 22
         23.45 ████████████████████████████████████████████████████ 25
         23.95 █████████████████████████████▏ 14
         24.45 ████████████████▋ 8
         24.95 ██████████▍ 5
         25.45 ████▏ 2
         25.95 ████▏ 2
         26.45  0
         26.95  0
         27.45 ██▏ 1
         28.00 ╌╌╌╌╌╌╌╌╌╌ USL

◆ not stable: 2 points signal
[3]

# every index carries its interval, and what does not exist says why
$ assay capability $DATA/csv/ccxbar-iso.csv -n 5 --usl 28 --json | python3 -c 'import json,sys; a=json.load(sys.stdin); print(a["cp"], a["why"]["cp"], a["cpk"] == a["cpu"], a["lsl"], a["why"]["lsl"], a["ci"]["cpu"])'
None no lower limit True None not given [1.3457054765448895, 1.8860464179675878]

# stable but not capable is exit code 4
$ seq 1 200 | awk 'BEGIN{srand(1); print "x"} {printf "%.3f\n", 10 + ($1*7919%101-50)/100}' | assay capability - --value x --rules 1 --lsl 9.9 --usl 10.1 --csv | cut -d, -f1,3,15,16,27,28
characteristic,n,lsl,usl,stable,rule_1
x,200,9.9,10.1,yes,0

# a natural bound is no limit
$ assay capability $DATA/csv/ccxbar-iso.csv -n 5 --usl 28 --lsl 0 --natural lower --json | python3 -c 'import json,sys; a=json.load(sys.stdin); print(a["lsl"], a["why"]["lsl"], a["cpl"])'
None natural bound None

# limits of many characteristics come from a table
$ assay capability $SAMPLE/plant.csv --specs $SAMPLE/plant-limits.csv
characteristic               n        sd    Cp   Cpk   Ppk  signals  verdict
line 1/housing/bore        200   0.01044  3.34  3.06  1.17       35  not stable
line 1/housing/length      200    0.0108  1.57  1.55  1.53        0  capable
line 2/pump/torque         200     0.382  1.12  0.95  0.74       14  not stable
line 2/pump/leak pressure  200    0.0275  1.94  1.93  1.81        2  not stable
line 3/shaft/roundness     200  0.001190     –  2.13  2.11        0  capable

In short: intervals, distribution and ppm stand on the page of one
characteristic, in --json and in assay report.
[3]

# a description in full
$ assay describe $DATA/csv/ccxbar-iso.csv
thickness [µm]

  n                      100
  mean                   23.726
  standard deviation     1.0069
  minimum                22.1
  first quartile         23.10
  median                 23.65
  third quartile         24.25
  maximum                27.8
  skewness               1.1587
  kurtosis (excess)      2.2484
  autocorrelation, lag 1 0.0025
  runs about median, p   0.6877
  runs up and down, p    0.7445

         21.95 ██████▊ 3
         22.35 ███████████████████████████████▋ 14
         22.75 ██████████████████████▋ 10
         23.15 ████████████████████████████████████████▊ 18
         23.55 ████████████████████████████████████████████████████ 23
         23.95 ████████████████████████▉ 11
         24.35 ███████████▎ 5
         24.75 ██████████████████▏ 8
         25.15 ██████▊ 3
         25.55 ████▌ 2
         25.95  0
         26.35 ████▌ 2
         26.75  0
         27.15  0
         27.55 ██▎ 1

# certified figures: mean and standard deviation of the lithography data
$ assay describe $DATA/csv/nist-LITHOGRA.DAT '#4' --json | python3 -c 'import json,sys; a=json.load(sys.stdin); print(a["n"], a["sd"], a["mean"])'
450 0.6937559038725326 2.5322843444444443

# what is counted has no capability of measured values: told
$ printf 'lot,result\nA,OK\nA,NG\nB,OK\nB,OK\n' | assay capability - 2>&1 >/dev/null | tail -1
note: result holds counts, and capability indices are of measured values: assay chart shows the share that does not conform

# signs between thousands that may be decimal signs are refused, and how to write the number is told
$ printf 'lot,len\nA,1234.5\nB,"1,200"\nC,1250\n' | LANGUAGE=zh assay describe - 2>&1 >/dev/null
1/3 行被拒绝：
  not-a-number：1 行，首见于第 3 行，列 len：见到 "1,200"，应为 不带千位分隔符的数字, 如 1200.5

# totals below the table are no measurements
$ printf '일자,길이\n2026-01-01,10.1\n2026-01-02,10.2\n합계,20.3\n' | LANGUAGE=ko assay capability - 2>&1 >/dev/null
1/3행 거부:
  summary-row: 1건, 처음은 4행, 열 일자: "합계" 발견, 여러 값의 합계나 평균이 아닌 측정값 이어야 함

# a unit behind each number is told, and where it belongs
$ printf 'lot,len\nA,12.5 mm\nB,12.6 mm\n' | assay capability -
assay: standard input has no column of numbers: line 2, column 2 has "12.5 mm"
hint: write the unit into the column's name, as in "length [mm]", and numbers below it
[1]

# equal readings have no index, but out of tolerance they are not capable
$ printf 'v\n5\n5\n5\n5\n' | assay capability - --lsl 6 --usl 10 | tail -2
○ stability not known: no spread: all readings within the subgroups are equal
◆ not capable (< 1.33)
$ printf 'v\n5\n5\n5\n5\n' | assay capability - --lsl 6 --usl 10 --json >/dev/null
[4]
$ printf 'v\n7\n7\n7\n7\n' | assay capability - --lsl 6 --usl 10 --json >/dev/null

# the heading tells the confidence that was asked for
$ assay capability $DATA/csv/ccxbar-iso.csv -n 5 --lsl 18 --usl 29 --confidence 0.9 | grep intervals
Indices, with 90 % intervals (process not stable: performance only)
