Comparisons, gauge studies, run lengths, Pareto.

# machines compared
$ printf 'machine,x\nA,1.1\nA,1.2\nA,1.3\nB,2.1\nB,2.2\nB,2.3\n' | assay anova - --value x --by machine
source   df        SS        MS        F       p
between   1  1.500000  1.500000  150.000  0.0003
within    4  0.040000  0.010000
total     5  1.540000  0.308000

R² 0.9740, residual sd 0.100000: the means differ (p < 0.05)

machine  n   mean     sd
A        3  1.200  0.100
B        3  2.200  0.100
$ printf 'machine,x\nA,1.1\nA,1.2\nA,1.3\nB,2.1\nB,2.2\nB,2.3\n' | assay anova - --value x --by machine --json
{
  "characteristic": "x",
  "unit": null,
  "by": "machine",
  "n": 6,
  "between": {"df": 1, "ss": 1.5, "ms": 1.5},
  "within": {"df": 4, "ss": 0.04, "ms": 0.01},
  "total": {"df": 5, "ss": 1.54, "ms": 0.308},
  "f": 150,
  "p": 0.00025521674944192687,
  "r_squared": 0.974025974025974,
  "residual_sd": 0.1,
  "groups": [
    {"group": "A", "n": 3, "mean": 1.2, "sd": 0.1},
    {"group": "B", "n": 3, "mean": 2.2, "sd": 0.1}
  ],
  "why": {"unit": "not given"}
}
# a comparison needs its groups
$ assay anova $DATA/csv/ccxbar-iso.csv
assay: --by is missing: which column holds the groups?
[2]
# a type 1 study
$ printf 'x\n10.001\n10.002\n10.003\n10.002\n10.001\n10.003\n10.002\n10.002\n10.001\n10.003\n' | assay gauge - --value x --reference 10.002 --tolerance 0.05
Type 1 gauge study, 10 readings

  mean                           10.00200
  standard deviation             0.000816
  bias                           0.000000
  bias = 0: t                    0.000
  bias = 0: p                    1.0000
  Cg                             2.041
  Cgk                            2.041
  % variation, repeatability     9.80
  % variation, with bias         9.80

the gauge is suitable (Cg and Cgk ≥ 1.33)
# which study?
$ assay gauge $DATA/csv/ccxbar-iso.csv
assay: which study? --part and --operator, or --reference and --tolerance
hint: assay help gauge shows examples
[2]
# repeatability and reproducibility
$ python3 -c 'print("part,who,x"); [print(f"{p},{w},{p*1.0+d:.2f}") for p in range(1,6) for w,o in (("a",0),("b",.02)) for d in (o+.01*((p*7)%3),o-.01)]' | assay gauge - --value x --part part --operator who --tolerance 8
Gauge R&R (crossed): 5 parts, 2 operators, 2 trials

source         df         SS         MS          F         p
part            4  40.040280  10.010070  51904.067  < 0.0001
operator        1   0.002000   0.002000     10.370    0.0062
repeatability  14   0.002700   0.000193
total          19  40.044980   2.107631
the interaction is pooled into the repeatability

source                 variance  % contribution        sd  % study  % tolerance
total gauge R&R       0.0003736            0.01  0.019328     1.22         1.45
  repeatability       0.0001929            0.01  0.013887     0.88         1.04
  reproducibility     0.0001807            0.01  0.013443     0.85         1.01
    operator          0.0001807            0.01  0.013443     0.85         1.01
    operator by part  0.0000000            0.00  0.000000     0.00         0.00
part to part          2.5024693           99.99  1.581919    99.99       118.64
total variation       2.5028429          100.00  1.582038   100.00       118.65

115 distinct categories
# run lengths known to the last digit
$ for r in 1 western-electric; do assay arl --type rules --rules $r --shift 0; done
average run length 370.398347345 (15 digits, Markov chain)
average run length 91.7507731283 (15 digits, Markov chain)
$ assay arl --type cusum --k 0.5 --h 4 --shift 0 --json
{
  "arl": 167.68378881362128,
  "digits": 13.520420880864464,
  "method": "Gauss-Legendre Nystrom"
}
$ assay arl --type ewma --lambda 0.1 --limit 2.7 --shift 1
average run length 9.73001162226 (15 digits, Gauss-Legendre Nystrom)
# the vital few
$ printf 'cause,cost\nscratch,5\ndent,1\nscratch,2\nburr,1\nscratch,1\ndent,3\n' | assay pareto - --category cause
  scratch          3   50.0 %   50.0 %  ████████████████████████████████████████
  dent             2   33.3 %   83.3 %  ██████████████████████████▋
  ╌╌ the vital few end here (80 %)
  burr             1   16.7 %  100.0 %  █████████████▍
$ printf 'cause,cost\nscratch,5\ndent,1\nscratch,2\nburr,1\nscratch,1\ndent,3\n' | assay pareto - --category cause --weight cost --csv
category,weight,share,cumulative,vital
scratch,8,0.6153846153846154,0.6153846153846154,yes
dent,4,0.3076923076923077,0.9230769230769231,yes
burr,1,0.07692307692307693,1,no

# an unfinished study names the cell that lacks readings, not the first that has all
$ python3 -c 'print("p,o,x"); [print(f"{p},{o},{p + k}") for p in range(4) for o in "AB" for k in range(3)]' | head -20 | assay gauge - --value x --part p --operator o
assay: operator 1 measured part 4 1 times, not 3
hint: that is operator "A", part "3": every operator must measure every part equally often
[1]
# without --tolerance it is that of the limits
$ printf 'characteristic,p,o,x\nb,1,A,1\nb,1,B,1\nb,2,A,2\nb,2,B,2.5\n' > t.csv && printf 'characteristic,lower,upper\nb,0,8\n' > t-limits.csv && assay import t.assay t.csv --value x --part p --operator o --specs t-limits.csv -q >/dev/null && assay gauge t.assay b --part part --operator operator --json > a.json && assay gauge t.csv --value x --part p --operator o --tolerance 8 --json > b.json && python3 -c 'import json; a, b = (json.load(open(n))["percent_tolerance"] for n in ("a.json", "b.json")); print(a == b, a["part"] > 50)'
True True
# a tolerance of 0 is none
$ printf 'p,o,x\n1,A,1\n1,B,1\n2,A,2\n2,B,2\n' | assay gauge - --value x --part p --operator o --tolerance 0
assay: tolerance 0 is not above 0
[1]
