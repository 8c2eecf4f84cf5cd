Columns beside the values say limits, targets, units and parts of their characteristics.

# limits of the rows serve a file as --lsl and --usl would
$ printf '시간,특성,측정값,규격하한,규격상한,목표,단위,품번\n2026-01-01,지름,10.1,9.5,10.5,10,mm,A-1\n2026-01-02,지름,10.2,9.5,10.5,10,mm,A-1\n2026-01-03,길이,5.0,4.5,5.5,,mm,A-1\n2026-01-04,지름,10.0,9.5,10.5,10,mm,A-1\n' > ko.csv; assay capability ko.csv 지름 --csv -q | cut -d, -f1-3,15-17,21
characteristic,unit,n,lsl,usl,target,cpk
지름,mm,3,9.5,10.5,10,1.003003704084901
# and the command line has the last word
$ assay capability ko.csv 지름 --usl 11 --csv -q | cut -d, -f15-17 | tail -1
9.5,11,10
# the guess says which column is what
$ assay import k.assay ko.csv
ko.csv: delimited text: utf-8, fields apart by comma, decimal point, names in line 1
  value: column 3, 측정값
  characteristic: column 2, 특성
  time: column 1, 시간
    as year-month-day, ISO 8601, zone UTC unless written
  lower limit: column 4, 규격하한
  upper limit: column 5, 규격상한
  target: column 6, 목표
  unit: column 7, 단위
  part number: column 8, 품번
ko.csv: 4 received = 4 stored + 0 duplicates + 0 conflicts + 0 refused
# they stand with the characteristic
$ assay list k.assay --csv | cut -d, -f1-4,7-8; assay log k.assay | grep -o 'characteristic.*'
path,unit,kind,n,lsl,usl
지름,mm,variable,3,9.5,10.5
길이,mm,variable,1,4.5,5.5
characteristic.defined  root  {"kind":"variable","lower":"9.5","lowerKind":"limit","name":"지름","partNumber":"A-1","path":"지름","target":"10","unit":"mm","upper":"10.5","upperKind":"limit"}
characteristic.defined  root  {"kind":"variable","lower":"4.5","lowerKind":"limit","name":"길이","partNumber":"A-1","path":"길이","unit":"mm","upper":"5.5","upperKind":"limit"}
# the same bytes of a Korean and of a Chinese spreadsheet
$ iconv -f utf-8 -t cp949 ko.csv > ko949.csv; assay list ko949.csv --csv 2>/dev/null | cut -d, -f1-4,7-8
path,unit,kind,n,lsl,usl
지름,mm,variable,3,9.5,10.5
길이,mm,variable,1,4.5,5.5
$ printf '时间,特性,测量值,规格下限,规格上限,目标,单位,品号\n2026-01-01,直径,10.1,9.5,10.5,10,mm,A-1\n2026-01-02,直径,10.2,9.5,10.5,10,mm,A-1\n' | iconv -f utf-8 -t gb18030 > zh.csv; assay import z.assay zh.csv; assay list z.assay --csv | cut -d, -f1-4,7-8
zh.csv: delimited text: gb18030, fields apart by comma, decimal point, names in line 1
  value: column 3, 测量值
  characteristic: column 2, 特性
  time: column 1, 时间
    as year-month-day, ISO 8601, zone UTC unless written
  lower limit: column 4, 规格下限
  upper limit: column 5, 规格上限
  target: column 6, 目标
  unit: column 7, 单位
  part number: column 8, 品号
zh.csv: 2 received = 2 stored + 0 duplicates + 0 conflicts + 0 refused
path,unit,kind,n,lsl,usl
直径,mm,variable,2,9.5,10.5

# what is stored stays, what it lacks is taken, in a record of its own
$ printf 'time,value\n2026-01-01,10\n' > bare.csv; printf 'time,value,LSL,USL\n2026-01-02,10,9,11\n' > first.csv; printf 'time,value,LSL,USL\n2026-01-03,10,9.0,11.5\n' > other.csv; assay import s.assay bare.csv first.csv -q; assay list s.assay --csv | cut -d, -f7-8; assay import s.assay other.csv 2>&1 | grep -v column; assay list s.assay --csv | cut -d, -f7-8; assay log s.assay | grep -o 'characteristic[^ ]*'
bare.csv: 1 received = 1 stored + 0 duplicates + 0 conflicts + 0 refused
first.csv: 1 received = 1 stored + 0 duplicates + 0 conflicts + 0 refused
lsl,usl
9,11
other.csv: delimited text: utf-8, fields apart by comma, decimal point, names in line 1
    as year-month-day, ISO 8601, zone UTC unless written
note: upper limit of value: 11.5 in the file, 11 stored: what is stored stays
other.csv: 1 received = 1 stored + 0 duplicates + 0 conflicts + 0 refused
lsl,usl
9,11
characteristic.defined
characteristic.changed

# limits that differ within one characteristic name their lines and are not taken
$ printf 'time,characteristic,value,LSL,USL\n2026-01-01,a,10,9,11\n2026-01-02,a,10,9,12\n2026-01-03,b,1,0.5,2\n' > two.csv; assay import t.assay two.csv 2>&1 | grep -v column; assay list t.assay --csv | cut -d, -f1,7-8
two.csv: delimited text: utf-8, fields apart by comma, decimal point, names in line 1
    as year-month-day, ISO 8601, zone UTC unless written
note: upper limit of a: 11 in line 2, 12 in line 3: not taken
two.csv: 3 received = 3 stored + 0 duplicates + 0 conflicts + 0 refused
path,lsl,usl
a,9,
b,0.5,2
# said in the reader's language
$ assay import t.assay two.csv --lang ko; assay import t.assay two.csv --lang zh
two.csv: 구분자 텍스트: utf-8, 필드 구분 쉼표, 소수 기호 점, 이름은 1행
  값: 3열, value
  특성: 2열, characteristic
  시각: 1열, time
    연-월-일, ISO 8601, 시간대 적혀 있지 않으면 UTC
  하한: 4열, LSL
  상한: 5열, USL
알림: 상한 (a): 11 (2행), 12 (3행): 서로 달라 받아들이지 않습니다
two.csv: 받음 3 = 저장 0 + 중복 3 + 충돌 0 + 거부 0
two.csv: 分隔文本：utf-8，字段以逗号分隔，小数符号为点，名称在第 1 行
  值：第 3 列，value
  特性：第 2 列，characteristic
  时间：第 1 列，time
    年-月-日，ISO 8601，时区：未写明则为 UTC
  下限：第 4 列，LSL
  上限：第 5 列，USL
注意： 上限（a）：11（第 2 行），12（第 3 行）：不一致，未采用
two.csv：收到 3 = 存入 0 + 重复 3 + 冲突 0 + 拒绝 0

# a column is pinned or denied with the dialect
$ printf 'a,b,LSL\n10,9.5,1\n11,9.5,2\n' > pin.csv; assay list pin.csv --dialect 'lower=#2' --csv 2>/dev/null | cut -d, -f1,4,7; assay list pin.csv --dialect 'lower=none' --csv | cut -d, -f1,4,7
path,n,lsl
a,2,9.5
path,n,lsl
a,2,
b,2,
LSL,2,

# an interruption takes nothing away of what rows said before it
$ awk 'BEGIN{print "time,value,LSL,serial"; for(i=0;i<600000;i++) printf "%d,%s,%s,S%d\n", 1700000000+i, i%1000==7?"x":i%100/10, i?"":-1, i%5000}' > big.csv; timeout -s INT 0.3 assay import cut.assay big.csv -q >cut.txt 2>&1; assay import cut.assay big.csv 2>&1 | grep -oE '[0-9]+ received|[0-9]+ refused|not-a-number: [0-9]+'; assay list cut.assay --csv | cut -d, -f1,4,7
not-a-number: 600
600000 received
600 refused
path,n,lsl
value,599400,-1
