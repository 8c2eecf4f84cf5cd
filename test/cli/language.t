Words in three languages; data in none.

# Korean
$ assay signals $DATA/csv/ccxbar-iso.csv -n 5 --lang ko
thickness  X̄-R · n 5 · 20 subgroups · σ within 0.881 (R̄/d2) · rules nelson
      20  2026-01-05T08:56:00Z      location     25.36  1 point beyond 3 σ
      20  2026-01-05T08:56:00Z      spread        5.10  beyond the control limits

2 signals, 1 of 1 characteristics out of control
[3]
# Chinese
$ assay signals $DATA/csv/ccxbar-iso.csv -n 5 --lang zh
thickness  X̄-R · n 5 · 20 subgroups · σ within 0.881 (R̄/d2) · rules nelson
      20  2026-01-05T08:56:00Z      location     25.36  1 point beyond 3 σ
      20  2026-01-05T08:56:00Z      spread        5.10  beyond the control limits

2 signals, 1 of 1 characteristics out of control
[3]
# errors too
$ assay chart nowhere.csv --typ p --lang ko
assay: assay chart has no option --typ
hint: did you mean --type? assay help chart lists all
[2]
# JSON is the same in all languages
$ for l in en ko zh; do assay capability $DATA/csv/ccxbar-iso.csv -n 5 --lsl 20 --usl 28 --lang $l --json | md5sum; done | sort -u | wc -l
1
# the language of the environment counts when none is asked for
$ LC_ALL=ko_KR.UTF-8 assay help | head -1
assay: quality statistics from the gauge file to the verdict
