Do judges agree, who is severe, whom can the scores order?

# the published example, in words
$ assay agreement $DATA/judging/shrout-fleiss.csv --case team --judge judge --score points --huber 0
6 cases, 4 judges, 24 sheets; cases without all judges: 0

measure           value          interval       p
ICC(1)           0.1657  -0.1329 … 0.7226  0.1648  each subject has its own judges
ICC(2)           0.2898   0.0188 … 0.7611  0.0001  judges are a sample; agreement counts
ICC(3)           0.7148   0.3425 … 0.9459  0.0001  these judges; consistency counts
ICC(1,k)         0.4428  -0.8844 … 0.9124  0.1648  mean of k judges of its own
ICC(2,k)         0.6201   0.0711 … 0.9272  0.0001  mean of k sampled judges
ICC(3,k)         0.9093   0.6757 … 0.9859  0.0001  mean of these k judges
Kendall W        0.8870                    0.0033  the same order
Fleiss κ        -0.1111                    0.0695  the same score
Krippendorff α   0.1473                            with gaps; distance counts

source  variance     %
case      2.5556  29.0
judge     5.2444  59.5
rest      1.0194  11.6

case  n  estimate  expected rank   band
e     4     7.300           1.28  1 … 2
c     4     6.390           2.21  1 … 3
a     4     5.936           2.76  2 … 4
f     4     4.799           4.11  3 … 5
d     4     4.117           4.88  4 … 6
b     4     3.208           5.75  5 … 6
5 of 15 pairs cannot be ordered; scores that weigh less: 0

judge  n  severity      ±  misfit
J1     6    -2.300  0.685    0.70
J2     6     2.704  0.685    0.60
J3     6     0.928  0.685    0.62
J4     6    -1.332  0.685    1.16

for a mean of reliability 0.80: 9.8 judges a case
# the same in Korean and Chinese
$ assay agreement $DATA/judging/shrout-fleiss.csv --case team --judge judge --score points --lang ko | tail -9
15 쌍 가운데 4 쌍은 순서를 정할 수 없습니다; 점수 4 개는 가중치가 작습니다

심사위원  n  엄격도      ±  부적합도
J1        6  -2.240  0.603      0.93
J2        6   2.826  0.604      0.83
J3        6   1.042  0.603      0.78
J4        6  -1.628  0.610      1.97

평균의 신뢰도 0.80 에 필요한 심사위원: 사례당 9.8 명
$ assay agreement $DATA/judging/shrout-fleiss.csv --case team --judge judge --score points --lang zh | tail -9
15 对中有 4 对无法排序；4 个评分权重降低

评委  n  严格度      ±  不拟合度
J1    6  -2.240  0.603      0.93
J2    6   2.826  0.604      0.83
J3    6   1.042  0.603      0.78
J4    6  -1.628  0.610      1.97

均值信度达到 0.80 所需评委：每案 9.8 名
# the answer keeps to its schema
$ assay agreement $DATA/judging/shrout-fleiss.csv --case team --judge judge --score points --json | $VALID $SCHEMA/agreement.json
valid
$ assay agreement $DATA/judging/shrout-fleiss.csv --case team --judge judge --score points --json | grep -E '"(icc2|kendall_w)'
    "icc2": {"value": 0.28976377952755916, "lower": 0.01878651337471203, "upper": 0.7610843696489529, "p": 0.0001345665164843355},
    "icc2k": {"value": 0.6200505475989893, "lower": 0.07113681530250342, "upper": 0.9272320401677219, "p": 0.0001345665164843355},
  "kendall_w": 0.8870370370370371,
# a missing score is no zero: the case leaves the balanced figures and stays in the model
$ grep -v f,J4 $DATA/judging/shrout-fleiss.csv > gap.csv; assay agreement gap.csv --case team --judge judge --score points --huber 0 | grep -E 'without|ICC.2.|^f|J4'
6 cases, 4 judges, 23 sheets; cases without all judges: 1
ICC(2)           0.3259   0.0234 … 0.8309  0.0003  judges are a sample; agreement counts
ICC(2,k)         0.6591   0.0875 … 0.9516  0.0003  mean of k sampled judges
f     3     4.483           4.35  4 … 6
J4     5    -1.168  0.713    1.21
for a mean of reliability 0.80: 8.3 judges a case
# criteria, order and own region
$ python3 -c 'print("team,judge,criterion,points,place,home"); [print(f"t{t},j{j},{c}", 60+3*t-2*j+(t*7+j*5+i*3)%4+4*(t%4==j%4), (t*3+j)%8+1, t%4==j%4, sep=",") for t in range(8) for j in range(5) for i,c in enumerate(("plan","effect","talk"))]' > criteria.csv; assay agreement criteria.csv --case team --judge judge --score points --criterion criterion --order place --own home | tail -4
for a mean of reliability 0.80: 1.1 judges a case
points a place later: -0.927 (-1.891 … 0.037), p 0.0587
points for one's own: 12.667 (11.682 … 13.652), p < 0.0001
halo, criteria of one judge: 0.882
$ assay agreement criteria.csv --case team --judge judge --score points --criterion criterion --order place --own home --json | $VALID $SCHEMA/agreement.json
valid
# pieces that share no judge are told, and so is a score given twice
$ printf 't,j,x\na,1,3\na,2,4\nb,1,5\nb,2,7\nb,2,6\nc,3,3\nc,4,5\nd,3,8\nd,4,8\n' | assay agreement - --case t --judge j --score x | tail -2
judges and cases fall into 2 pieces: severity and quality cannot be told apart between them
scores that repeat a judge and case: 1; the agreement takes their mean
# too little for a model
$ printf 't,j,x\na,1,3\nb,2,4\n' | assay agreement - --case t --judge j --score x
2 cases, 2 judges, 2 sheets; cases without all judges: 2

measure         value  interval  p
ICC(1)              –               fewer than 2 complete subjects
ICC(2)              –               fewer than 2 complete subjects
ICC(3)              –               fewer than 2 complete subjects
ICC(1,k)            –               fewer than 2 complete subjects
ICC(2,k)            –               fewer than 2 complete subjects
ICC(3,k)            –               fewer than 2 complete subjects
Kendall W           –               fewer than 2 complete subjects
Fleiss κ            –               no complete subject
Krippendorff α      –               no subject has two scores

no model: too few scores, or none that vary beside cases and judges

judges and cases fall into 2 pieces: severity and quality cannot be told apart between them
$ printf 't,j,x\na,1,3\nb,2,4\n' | assay agreement - --case t --judge j --score x --json | $VALID $SCHEMA/agreement.json
valid
# from a database the same words name kept columns
$ assay import judged.assay $DATA/judging/shrout-fleiss.csv --value points --part team --operator judge -q; assay agreement judged.assay points --case part --judge operator --json > stored.json; assay agreement $DATA/judging/shrout-fleiss.csv --case team --judge judge --score points --json > read.json; cmp stored.json read.json && echo the same
$DATA/judging/shrout-fleiss.csv: 24 received = 24 stored + 0 duplicates + 0 conflicts + 0 refused
the same
# what is wrong is named
$ assay agreement $DATA/judging/shrout-fleiss.csv --case team
assay: which columns? --case, --judge and --score
hint: assay help agreement shows examples
[2]
$ assay agreement $DATA/judging/shrout-fleiss.csv --case team --judge referee --score points
assay: $DATA/judging/shrout-fleiss.csv has no column "referee"
hint: columns: team, judge, points
[1]
$ printf 't,j,x,o\na,1,3,first\n' | assay agreement - --case t --judge j --score x --order o
assay: --order: "first" is neither a number nor yes or no
[2]
$ assay agreement $DATA/judging/shrout-fleiss.csv --case team --judge judge --score points --huber -1
assay: Huber's k is -1: 0 for none, 1.345 is usual
[1]
