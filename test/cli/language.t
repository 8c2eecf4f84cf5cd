Words in three languages; data in none.

# Korean
$ assay signals $DATA/csv/ccxbar-iso.csv -n 5 --lang ko
thickness
  X̄-R · n 5 · 부분군 20개 · 군내 σ 0.881 (R̄/d2) · 규칙 nelson · 해석용
        20  2026-01-05 08:56:00  위치          25.36  1점이 3 σ 를 벗어남
        20  2026-01-05 08:56:00  산포           5.10  관리한계를 벗어남

이상 신호 2개, 특성 1/1개 관리이탈
[3]
# Chinese
$ assay signals $DATA/csv/ccxbar-iso.csv -n 5 --lang zh
thickness
  X̄-R · n 5 · 20 个子组 · 组内 σ 0.881 (R̄/d2) · 准则 nelson · 分析用
        20  2026-01-05 08:56:00  位置          25.36  1 点超出 3 σ
        20  2026-01-05 08:56:00  离散           5.10  超出控制限

2 个信号，1/1 个特性失控
[3]
# errors too
$ assay chart nowhere.csv --typ p --lang ko
assay: assay chart 에는 --typ 옵션이 없습니다
도움말: --type 말씀입니까? assay help chart 에 모두 나옵니다
[2]
# JSON is the same in all languages
$ for l in en ko zh; do assay capability $DATA/csv/ccxbar-iso.csv -n 5 --lsl 20 --usl 28 --lang $l --json | md5sum; done | sort -u | wc -l
1
# the language of the environment counts when none is asked for
$ LC_ALL=ko_KR.UTF-8 assay help | head -1
assay: 게이지 파일에서 판정까지, 품질 통계
