Evidence: what a change did, computed from the store, sealed, verified. The figures of the first
three computations are R's 4.2.2 (t.test, poisson.test, prop.test) on the same NIST data.

# measured, counted and judged data of NIST (CCXBAR, CCU, CCP) as measurements
$ awk 'NR>25 {printf "{\"characteristic\":\"flaws\",\"kind\":\"defects\",\"value\":%s,\"size\":%d,\"time\":\"2026-03-%02dT08:00:00Z\"}\n",$1,$2*100,$3}' $DATA/csv/nist-CCU.DAT > u.ndjson
$ awk 'NR>25 {printf "{\"characteristic\":\"scrap\",\"kind\":\"defectives\",\"value\":%s,\"size\":%d,\"time\":\"2026-03-%02dT08:00:00Z\"}\n",$1,$2,$3}' $DATA/csv/nist-CCP.DAT > p.ndjson
$ assay import plant.assay $DATA/csv/ccxbar-iso.csv u.ndjson p.ndjson -q; echo before=2026-01-05T07:00:00Z..2026-01-05T08:11:00Z after=2026-01-05T08:11:00Z..2026-01-06 > halves; echo before=2026-03-01..2026-03-11 after=2026-03-11..2026-04-01 > march
$DATA/csv/ccxbar-iso.csv: 100 received = 100 stored + 0 duplicates + 0 conflicts + 0 refused
u.ndjson: 20 received = 20 stored + 0 duplicates + 0 conflicts + 0 refused
p.ndjson: 20 received = 20 stored + 0 duplicates + 0 conflicts + 0 refused
# a shift of the mean, with the saving exact: 0.536 x 1000 x 8
$ assay evidence compute plant.assay thickness $(cat halves) claim=mean value=0.4 unit_cost=8 volume=1000 currency=KRW sum=3000
thickness (µm) · mean
  before  2026-01-05 07:00:00Z – 2026-01-05 08:11:00Z
    n 50 · mean 23.458 · s 0.688414 · r1 -0.123064 · stable (0/10)
  after  2026-01-05 08:11:00Z – 2026-01-06 00:00:00Z
    n 50 · mean 23.994 · s 1.19496 · r1 -0.0465216 · stable (0/10)
  claimed   0.4
  computed  0.536 [0.147748, 0.924252] (0.95) · p 0.00743348 · welch
    mean after - mean before; two independent samples, variances not assumed equal
  saving   1000 × 8 = 4288 KRW [1182, 7394] · claimed 3000
  → shown: the data bear the claim out
# a rate of counts
$ assay evidence compute plant.assay flaws $(cat march) claim=count unit_cost=3.20 volume=5000 currency=USD step=0.01
flaws · count
  before  2026-03-01 00:00:00Z – 2026-03-11 00:00:00Z
    n 10 · 43/2200 = 0.0195455 · r1 0.053411 · stable (0/10)
  after  2026-03-11 00:00:00Z – 2026-04-01 00:00:00Z
    n 10 · 55/2425 = 0.0226804 · r1 0.313126 · stable (0/10)
  claimed   lower
  computed  1.16039 [0.764507, 1.77156] (0.95) · p 0.480628 · poisson-conditional
    rate after / rate before; counts over exposure: exact, given their sum
  saving   5000 × 3.20 = -50.16 USD [-189.61, 90.51]
  → not shown: no effect can be told from chance
# a share of nonconforming pieces, and a doubt said aloud
$ assay evidence compute plant.assay scrap $(cat march) claim=nonconforming better=higher
scrap · nonconforming
  before  2026-03-01 00:00:00Z – 2026-03-11 00:00:00Z
    n 10 · 238/2413 = 0.0986324 · r1 -0.0747277 · stable (0/10)
  after  2026-03-11 00:00:00Z – 2026-04-01 00:00:00Z
    n 10 · 227/2265 = 0.100221 · r1 -0.190348 · not stable (1/10)
  claimed   higher
  computed  0.00158834 [-0.0155627, 0.0188303] (0.95) · p 0.856012 · score
    share after - share before; two shares
  ! the period after is not stable: its chart signals
  → not shown: no effect can be told from chance
# a claim too large for its data
$ assay evidence compute plant.assay thickness $(cat halves) claim=mean value=1.5 --lang ko | tail -1
  → 작음: 효과는 있으나 주장보다 작음
# undefined is undefined, with its reason
$ assay evidence compute plant.assay thickness $(cat halves) claim=cpk --json | grep -o '"effect":null\|"why":{[^}]*}\|"outcome":"undefined"' | sort -u
"effect":null
"outcome":"undefined"
"why":{"df":"no limit","effect":"no limit","high":"no limit","low":"no limit","p":"no limit","statistic":"no limit"}
"why":{"index":"no limit"}
$ assay evidence compute plant.assay thickness before=2025-01-01..2025-02-01 after=2026-01-01..2026-02-01 claim=mean better=lower | grep computed
  computed  - (no values) · p - · welch
# several characteristics at once: p after Holm
$ assay evidence compute plant.assay thickness $(cat halves) claim=sd --json > sd.json; sed 's/W0/V0/; s/W100/V100/; s/thickness_um/width_um/' $DATA/csv/ccxbar-iso.csv > w.csv; assay import plant.assay w.csv -q; assay evidence compute plant.assay thickness width $(cat halves) claim=mean better=higher --json | grep -o '"p[_holm]*":"[0-9.]*"'
w.csv: 100 received = 100 stored + 0 duplicates + 0 conflicts + 0 refused
"p":"0.00743347555"
"p_holm":"0.0148669511"
"p":"0.00743347555"
"p_holm":"0.0148669511"
# what cannot be claimed is refused, with the way to mend it
$ assay evidence compute plant.assay thickness $(cat halves) claim=count
assay: evidence: thickness cannot carry a claim of count
hint: it is measured: claim mean, sd, cpk, ppk or nonconforming
[1]
$ assay evidence compute plant.assay thickness $(cat halves) claim=mean
assay: evidence: is a lower mean better, or a higher one?
hint: say which is better, or the shift claimed with its sign
[2]
$ assay evidence compute plant.assay thickness before=2026-01-01..2026-01-05 after=2026-01-04..2026-01-06 claim=mean better=lower
assay: evidence: the periods before and after overlap
hint: the period after begins where the one before ends, or later
[1]
$ assay evidence compute plant.assay thickness $(cat halves) claim=sd unit_cost=1 volume=1 currency=KRW
assay: evidence: a change of sd has no price per piece
hint: claim the nonconforming share that follows from it
[1]
$ assay evidence compute plant.assay thickness $(cat halves) claim=mean value=0.4 better=lower
assay: evidence: 0.4 is claimed, but lower is said to be better
[1]
$ assay evidence compute plant.assay thickness claim=mean
assay: before= is missing
hint: diameter claim=mean before=2026-01-01..2026-02-01 after=2026-02-01..2026-03-01 value=-0.3
[2]
$ assay evidence compute plant.assay thickness $(cat halves) claim=taste
assay: "taste" cannot be claimed
hint: claim=mean, sd, cpk, ppk, nonconforming, count, grr
[2]
$ assay evidence compute plant.assay '{"claim": "mean", "colour": 1}'
assay: evidence: the claim has no member "colour"
[1]
$ assay evidence compute plant.assay nothing $(cat halves) claim=mean better=lower
assay: there is no characteristic "nothing"
hint: assay list shows what there is; large and small letters differ
[1]
# one processor or many: the same bytes
$ assay evidence compute plant.assay thickness $(cat halves) claim=mean value=0.4 --json > many; taskset -c 0 assay evidence compute plant.assay thickness $(cat halves) claim=mean value=0.4 --json > one; cmp one many
# sealed in one record, with its chart
$ assay evidence seal plant.assay thickness $(cat halves) claim=mean value=0.4 --case 000102030405060708090a0b0c0d0e0f --field effect --by-whom kim --json --output chart.svg | grep -o '"record": [0-9]*, "commit": [0-9]*\|"chart":"[0-9a-f]*"' > sealed; cut -d'"' -f4 sealed | tail -1; sha256sum chart.svg | cut -c1-64
dbb9a37d1c041f13dd6553188d6b7353efc6d00d631e96cefbb22ad1556a71f3
dbb9a37d1c041f13dd6553188d6b7353efc6d00d631e96cefbb22ad1556a71f3
$ assay evidence show plant.assay | tail -1 | sed 's/20[0-9-]*/DATE/'
5  DATE  kim  mean   0.4      shown
$ assay log plant.assay --type case.evidence --csv | cut -d, -f4
type
case.evidence
# it comes out again, byte for byte
$ N=$(grep -o 'record": [0-9]*' sealed | cut -d' ' -f2); echo $N > n; assay evidence verify plant.assay $N | sed "s/#$N/#N/"
#N: computed again as of commit 4, the same bytes
  the data are what they were
# a correction after sealing is found and named, with who and why; so are an exclusion, a late value and another limit
$ assay correct plant.assay thickness 24.9 --at 3 --why 'typed 22.9' --by-whom lee -q; assay exclude plant.assay thickness --at 98 --why 'gauge dropped' --by-whom lee -q; printf 'serial,timestamp,thickness_um\nW200,2026-01-05T08:30:30Z,24.1\n' > late.csv; assay import plant.assay late.csv -q --source late; assay specify plant.assay thickness --usl 28 -q --by-whom lee
late.csv: 1 received = 1 stored + 0 duplicates + 0 conflicts + 0 refused
$ assay evidence verify plant.assay | sed "s/#[0-9]*/#N/"; echo ${PIPESTATUS[0]}
#N: computed again as of commit 4, the same bytes
  thickness: another limit · none → 28 · lee (#N)
  thickness: corrected · 2026-01-05 07:23:00Z · W003 · 23.7 → 24.9 · lee (#N): typed 22.9
  thickness: added late · 2026-01-05 08:30:30Z · W200 · - → 24.1
  thickness: excluded · 2026-01-05 08:58:00Z · W098 · 25.0 → 25.0 · lee (#N): gauge dropped
  thickness: computed today 0.494 · p 0.0137174 → shown: the data bear the claim out
1
$ assay evidence verify plant.assay --json | grep -o '"same": [a-z]*\|"data_same": [a-z]*\|"counts": .*}'
"same": true
"data_same": false
"counts": {"added": 1, "corrected": 1, "excluded": 1, "included": 0, "disputed": 0, "gone": 0, "limit": 1}
# what is shown and verified keeps to its schema: one, and all, with what changed since
$ for a in show verify; do for n in '' $(cat n); do assay evidence $a plant.assay $n --json | $VALID $SCHEMA/evidence-$a.json; done; done
valid
valid
valid
valid
# the name of a characteristic may change, what was sealed stays
$ assay rename plant.assay thickness 'line 4/wafer/thickness' -q; assay evidence verify plant.assay $(cat n) | head -1 | sed "s/#[0-9]*/#N/"
#N: computed again as of commit 4, the same bytes
# sealed figures are those of the day: the chart and the text come again
$ assay evidence show plant.assay $(cat n) --output again.svg | grep computed; cmp chart.svg again.svg
  computed  0.536 [0.147748, 0.924252] (0.95) · p 0.00743348 · welch
#5: computed again as of commit 4, the same bytes
  line 4/wafer/thickness: computed today 0.494 · p 0.0137174 → shown: the data bear the claim out
# no such record
$ assay evidence verify plant.assay 1
assay: record 1 is no evidence
hint: list all evidence: assay evidence show DB
[1]
$ assay evidence verify plant.assay one
assay: "one" is not the number of a record
hint: assay evidence show plant.assay
[2]
$ assay evidence burn plant.assay
assay: evidence has no action burn
hint: compute, seal, show, verify
[2]
# one period against a bar: Ppk is (23.726 - 20) / 3 / 1.006907, Cpk with mean range / d2 of 20 x 5; intervals by Bissell
$ assay specify plant.assay width --lsl 20 --usl 28 -q --by-whom lee; echo period=2026-01-05T07:00:00Z..2026-01-06 > whole; assay evidence compute plant.assay width $(cat whole) claim=ppk value=1
width (µm) · ppk
  period  2026-01-05 07:00:00Z – 2026-01-06 00:00:00Z
    n 100 · mean 23.726 · s 1.00691 · Ppk 1.23348 · r1 0.00245809 · not stable (2/20)
  claimed   1
  computed  1.23348 [1.04967, 1.41729] (0.95) · p 0.0127899 · bissell
    Ppk; one index against its bar, by normal approximation
  ! the period is not stable: its chart signals
  → shown: the data bear the claim out
$ assay evidence compute plant.assay width $(cat whole) claim=cpk value=1.67 --lang ko
width (µm) · cpk
  기간  2026-01-05 07:00:00Z – 2026-01-06 00:00:00Z
    n 100 · 평균 23.726 · s 1.00691 · Cpk 1.40917 · r1 0.00245809 · 불안정 (2/20)
  주장  1.67
  계산  1.40917 [1.17099, 1.64735] (0.95) · p 0.0318452 · bissell
    Cpk; 한 지수를 기준값과 비교, 정규 근사
  ! 기간이 안정하지 않음: 관리도에 신호가 있습니다
  → 반대: 기준값에 못 미치며 우연이 아님
$ assay evidence compute plant.assay width $(cat whole) claim=cpk
assay: evidence: one period needs a bar above 0 to be held against
hint: value=1.67
[2]
# a gauge study: the 10 parts, 3 appraisers and 3 trials of AIAG, MSA 4th edition; Minitab prints 27.86 percent, 4 categories
$ echo 0.29 0.41 0.64 0.08 0.25 0.07 0.04 -0.11 -0.15 -0.56 -0.68 -0.58 -0.47 -1.22 -0.68 -1.38 -1.13 -0.96 1.34 1.17 1.27 1.19 0.94 1.34 0.88 1.09 0.67 0.47 0.5 0.64 0.01 1.03 0.2 0.14 0.2 0.11 -0.8 -0.92 -0.84 -0.56 -1.2 -1.28 -1.46 -1.07 -1.45 0.02 -0.11 -0.21 -0.2 0.22 0.06 -0.29 -0.67 -0.49 0.59 0.75 0.66 0.47 0.55 0.83 0.02 0.01 0.21 -0.31 -0.2 -0.17 -0.63 0.08 -0.34 -0.46 -0.56 -0.49 2.26 1.99 2.01 1.8 2.12 2.19 1.77 1.45 1.87 -1.36 -1.25 -1.31 -1.68 -1.62 -1.5 -1.49 -1.77 -2.16 | awk '{for (i = 0; i < 90; i++) printf "{\"characteristic\":\"gap\",\"value\":%s,\"serial\":\"P%d\",\"operator\":\"%s\",\"time\":\"2026-03-02T%02d:%02d:00Z\"}\n", $(i + 1), i / 9, substr("ABC", int(i % 9 / 3) + 1, 1), 8 + i / 60, i % 60}' > gap.ndjson; assay import plant.assay gap.ndjson -q; assay evidence compute plant.assay gap period=2026-03-02..2026-03-03 claim=grr value=30
gap.ndjson: 90 received = 90 stored + 0 duplicates + 0 conflicts + 0 refused
gap · grr
  period  2026-03-02 00:00:00Z – 2026-03-03 00:00:00Z
    n 90 · mean 0.00144444 · s 1.03124 · r1 0.779633! · unknown (0/0)
    10 parts, 3 operators, 3 trials · ndc 4
  claimed   30
  computed  27.8607 [-, -] (0.95) · p - · anova
    gauge R&R, percent of the total variation; crossed study, parts and operators random; no interval is computed
  ! fewer than 5 distinct categories: the gauge cannot tell parts apart
  → shown: the data bear the claim out
$ assay evidence compute plant.assay gap period=2026-03-02..2026-03-03 claim=grr value=10 --json | grep -o '"outcome":"[a-z ]*"\|"gauge":{[^}]*}' | sort -u
"gauge":{"ndc":"4","operators":3,"parts":10,"trials":3}
"outcome":"not shown"
$ assay specify plant.assay gap --lsl -4 --usl 4 -q --by-whom lee; assay evidence compute plant.assay gap period=2026-03-02..2026-03-03 claim=grr value=30 basis=tolerance --lang zh | sed -n '4,7p'
    10 个零件，3 名测量者，3 次重复 · ndc 4
  主张  30
  计算  22.6779 [-, -] (0.95) · p - · anova
    测量系统变异（R&R），占公差的百分比; 交叉研究，零件和测量者为随机因素；不计算区间
# a study that lacks a cell has no figure, and says so
$ assay evidence compute plant.assay gap period=2026-03-02..2026-03-02T09:00:00Z claim=grr value=30 | grep 'computed\|→'
  computed  - (not every operator measured every part equally often) · p - · anova
    gauge R&R, percent of the total variation; crossed study, parts and operators random; no interval is computed
  → undefined: these data give no answer
$ assay evidence compute plant.assay gap before=2026-03-02..2026-03-03 after=2026-03-03..2026-03-04 claim=grr value=30
assay: evidence: a gauge study has one period
hint: period=2026-03-02..2026-03-03 value=10
[2]
$ assay evidence compute plant.assay gap period=2026-03-02..2026-03-03 claim=mean value=30
assay: evidence: a claim of mean compares two periods
hint: of one period claim cpk, ppk or grr
[1]
