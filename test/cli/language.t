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
# rules of one's own are called so
$ for l in ko zh; do assay signals $DATA/csv/ccxbar-iso.csv -n 5 --rules 1 --lang $l | sed -n 2p; done
  X̄-R · n 5 · 부분군 20개 · 군내 σ 0.881 (R̄/d2) · 규칙 직접 선택 · 해석용
  X̄-R · n 5 · 20 个子组 · 组内 σ 0.881 (R̄/d2) · 准则 自选 · 分析用
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
# what the store and the reader refuse, in the reader's words; the reason is a word of its own
$ printf 'value\n1.5\n2.5\nx\n' > w.csv; echo x > x.assay; for l in ko zh; do assay import w.assay w.csv --lang $l -q 2>/dev/null; assay chart w.assay nothing --lang $l; assay list w.csv --lang $l --strict; assay check x.assay --lang $l; assay list w.csv --lang $l 2>&1 | grep not-a; done
w.csv: 받음 3 = 저장 2 + 중복 0 + 충돌 0 + 거부 1
assay: 특성 "nothing" 은(는) 없습니다
도움말: assay list 로 있는 것을 볼 수 있습니다; 대소문자를 가립니다
assay: w.csv: 읽을 수 없습니다. 4행, 1번째 필드 (value): not-a-number ("x"), 있어야 할 것: 24.5 같은 숫자
도움말: --strict 가 없으면 그런 행은 세어 보이고 뺍니다
assay: x.assay: Assay 데이터베이스가 아닙니다
  not-a-number: 1건, 처음은 4행, 열 value: "x" 발견, 24.5 같은 숫자 이어야 함
w.csv：收到 3 = 存入 0 + 重复 2 + 冲突 0 + 拒绝 1
assay: 没有特性 "nothing"
提示： assay list 显示现有特性；区分大小写
assay: 无法读取 w.csv：第 4 行，第 1 字段（value）：not-a-number ("x")，应为 如 24.5 的数字
提示： 没有 --strict 时，这样的行会计数、显示并略去
assay: x.assay 不是 Assay 数据库
  not-a-number：1 行，首见于第 4 行，列 value：见到 "x"，应为 如 24.5 的数字
# what a program reads is not translated
$ for l in en ko zh; do assay import w.assay w.csv --json --lang $l 2>/dev/null | grep -o '"expected":.*'; done | sort | uniq -c | awk '{$1=$1; print}'
3 "expected": "a number such as 24.5"}
# what mends it is said in the reader's words
$ for l in ko zh; do assay import z.assay $DATA/csv/ccxbar-iso.csv --zone Nowhere/X -q --lang $l; assay user w.assay kim --roles boss --lang $l; assay serve w.assay --listen 0.0.0.0:0 --lang $l; done 2>&1 | grep -v '^assay'
도움말: Europe/Berlin, Asia/Seoul, UTC, +09:00 같은 이름입니다
도움말: operator, engineer, quality-manager, examiner, auditor, administrator; 한 사업장만: engineer@plant-a
도움말: --tls-cert 와 --tls-key, 또는 TLS 를 맡는 프록시 뒤에서 --open-plain
提示： 名称形如 Europe/Berlin、Asia/Seoul、UTC 或 +09:00
提示： operator, engineer, quality-manager, examiner, auditor, administrator；仅限某一厂区：engineer@plant-a
提示： --tls-cert 与 --tls-key，或在负责 TLS 的代理之后用 --open-plain
# the statistics know no language; who shows what they say does
$ for l in ko zh; do assay chart z.assay thickness --rules x --lang $l; assay source add z.assay q '{"door": "mqtt", "broker": "mqtt://h:1", "mapping": [{"topic": 5}]}' --why x --lang $l; done
assay: 규칙 "x" 은(는) 없습니다
도움말: 규칙 묶음 (nelson, western-electric, aiag, westgard, none), 번호 1-8, 또는 2of3>2, 8side, 6trend, 14alternate, 15within1, 8outside1 같은 것
assay: mapping[0].topic 이(가) 5 입니다: 있어야 할 것: 글
assay: 没有准则 "x"
提示： 准则组 (nelson, western-electric, aiag, westgard, none)、编号 1-8，或如 2of3>2, 8side, 6trend, 14alternate, 15within1, 8outside1
assay: mapping[0].topic 为 5：应为 文本
[1]
