What a person gets for a slip.

# a verb that is nearly right
$ assay capabilty parts.csv
assay: there is no verb capabilty
hint: did you mean capability? assay help lists all
[2]
# an option that is nearly right
$ assay chart parts.csv --subgrop day
assay: assay chart has no option --subgrop
hint: did you mean --subgroup? assay help chart lists all
[2]
# an option without its value
$ assay chart parts.csv -n
assay: -n needs a value
[2]
# a number that is none
$ assay chart parts.csv -n five
assay: --n is not a whole number: "five"
hint: --n N: readings per subgroup
[2]
# a chart that does not exist
$ assay chart $DATA/csv/ccxbar-iso.csv --type xbar_r
assay: there is no chart xbar_r
hint: did you mean xbar-r? auto, xbar-r, xbar-s, i-mr, median, ewma, cusum, run, p, np, c, u
[2]
# a choice that is none
$ assay chart parts.csv --sigma rbarr
assay: --sigma does not take rbarr
hint: one of: rbar, sbar, pooled, pooled-unbiased, mvlue-r, mvlue-s, mr, median-mr, mssd, overall
[2]
# a missing operand
$ assay chart
assay: assay chart needs SOURCE [CHAR]
hint: usage: assay chart SOURCE [CHAR] [options]; assay help chart shows examples
[2]
# too many operands
$ assay list a.csv b.csv
assay: assay list does not take b.csv
hint: usage: assay list SOURCE [options]; assay help list shows examples
[2]
# a file that is not there
$ assay chart nowhere.csv
assay: cannot open nowhere.csv: No such file or directory
[1]
# several characteristics and none named
$ assay chart $SAMPLE/plant.csv
assay: $SAMPLE/plant.csv has 5 characteristics: name one
hint: line 1/housing/bore, line 1/housing/length, line 2/pump/torque, line 2/pump/leak pressur, line 3/shaft/roundness
[2]
# a characteristic that is not there
$ assay chart $SAMPLE/plant.csv borre
assay: $SAMPLE/plant.csv has no characteristic borre
hint: there is: line 1/housing/bore, line 1/housing/length, line 2/pump/torque, line 2/pump/leak pressure, line 3/shaft/roundness
[1]
# a range is a matter of databases
$ assay chart $DATA/csv/ccxbar-iso.csv --last 10
assay: --last needs a database
hint: assay import plant.assay $DATA/csv/ccxbar-iso.csv
[2]
# limits the wrong way round
$ assay capability $DATA/csv/ccxbar-iso.csv -n 5 --lsl 28 --usl 20
assay: the lower limit 28 is not below the upper one 20
[2]
# a subgroup that cannot be excluded
$ assay chart $DATA/csv/ccxbar-iso.csv -n 5 --exclude 21
assay: there is no subgroup 21 to exclude: 20 in all
[1]
# the version
$ assay --version
assay 0.1.0
# help opens with examples
$ assay help arl
assay arl: average run length of a chart

Examples
  assay arl --type rules --rules western-electric --shift 0
      how often a false alarm comes
  assay arl --type ewma --lambda 0.1 --limit 2.7 --shift 1
      of an EWMA chart
  assay arl --type cusum --k 0.5 --h 5 --shift 1
      of a CUSUM

Usage
  assay arl [options]

  How many points until a signal when the mean is off by --shift standard
  deviations of the plotted statistic. Types: ewma, cusum, rules.

Options
  -t, --type TYPE         kind of chart
  --lambda L              weight of an EWMA (0.2)
  --limit K               width of EWMA limits in standard deviations (3)
  --limits FORM           EWMA limits exact in time or asymptotic: exact,
                          asymptotic
  -k, --k K               reference value of a CUSUM (0.5)
  --h H                   decision interval of a CUSUM (5)
  --fir F                 head start of a CUSUM (0)
  --sided SIDES           one or both sides (two): one, two
  --rules SET             run rules: nelson (default), nelson-1984,
                          western-electric, aiag, westgard, none, or a list
                          (1,2,5 or 2of3>2,8side)
  --shift D               shift of the mean in standard deviations of the
                          plotted statistic
  --json                  the answer as JSON (never translated)
  --csv                   the answer as comma-separated values
  --lang LANG             language of words: en, ko, zh
  --color WHEN            colour (auto: on a terminal without NO_COLOR): auto,
                          always, never
  --width COLUMNS         width of terminal charts
  --help                  this help
# every verb has its help, its page and its completion
$ for v in $(assay help | awk '/^Verbs/{on=1;next} /^$/{on=0} on{print $1}'); do assay help $v >/dev/null || echo "$v: no help"; assay help $v --man | head -2 | grep -q TH || echo "$v: no page"; assay $v --help > /dev/null || echo "$v: no --help"; done; assay help --completion bash | bash -n; assay help --completion zsh | head -1
#compdef assay
# a number outside its range on the command line is usage, and the range is named
$ assay arl --type ewma --lambda 2
assay: lambda 2 is outside 0.001 .. 1
[2]
# figures stay when only the histogram cannot be made
$ printf 'v\n1e308\n-1e308\n5\n' | assay describe - --json | grep -oE '"median": 5,|"histogram": [a-z]+,|have no usable bins'
"median": 5,
"histogram": null,
have no usable bins
# colour on a terminal, unless it is not wanted there
$ for wish in '' 1; do TERM=xterm NO_COLOR=$wish script -qec "assay chart $DATA/csv/ccxbar-iso.csv -n 5" /dev/null | grep -q "$(printf '\033')\[" && echo coloured || echo plain; done
coloured
plain
