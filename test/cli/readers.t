The same measurements through every door.

# comma, semicolon with decimal comma, wide, AQDEF in both modes, QIF, a workbook: the same chart
$ for f in csv/ccxbar-iso.csv csv/ccxbar-german-cp1252.csv csv/ccxbar-wide-utf16.tsv dfq/one-dataset/ccxbar-record-mode.dfq dfq/one-dataset/ccxbar-kfield-mode.dfq dfq/one-dataset/ccxbar.dfd qif/ccxbar.qif xlsx/ccxbar.xlsx; do assay chart $DATA/$f --zone Europe/Berlin -n 5 --csv 2>&1 | cut -d, -f2,3,5-9 | md5sum; done | sort | uniq -c | awk '{print $1}'
8
# and one series digest in the database for the forms with times and serials
$ for f in csv/ccxbar-iso.csv csv/ccxbar-german-cp1252.csv dfq/one-dataset/ccxbar-record-mode.dfq dfq/one-dataset/ccxbar-kfield-mode.dfq xlsx/ccxbar.xlsx; do rm -f d.assay*; assay import d.assay $DATA/$f --zone Europe/Berlin -q >/dev/null; assay show d.assay --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["digest"]["series"])'; done | sort -u | wc -l
1

# the digest of values and order holds for the form without them too
$ for f in csv/ccxbar-iso.csv csv/ccxbar-wide-utf16.tsv qif/ccxbar.qif; do rm -f d.assay*; assay import d.assay $DATA/$f -q >/dev/null; assay show d.assay --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["digest"]["values"])'; done | sort -u | wc -l
1

# out as AQDEF and in again: the same series
$ rm -f d.assay* e.assay*; assay import d.assay $DATA/csv/ccxbar-iso.csv -q > /dev/null; assay export d.assay --as dfq -o d.dfq; assay import e.assay d.dfq -q | cut -d: -f2; for f in d e; do assay show $f.assay --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["digest"]["series"])'; done | sort -u | wc -l
 100 received = 100 stored + 0 duplicates + 0 conflicts + 0 refused
1

# how a file is read
$ assay show $DATA/csv/ccxbar-german-cp1252.csv --zone Europe/Berlin
Stärke
  unit               µm
  measurements       100

place  time                       value  serial  status
   91  2026-01-05T09:51:00+01:00   26.4  W091
   92  2026-01-05T09:52:00+01:00   24.4  W092
   93  2026-01-05T09:53:00+01:00   22.1  W093
   94  2026-01-05T09:54:00+01:00   26.4  W094
   95  2026-01-05T09:55:00+01:00   23.2  W095
   96  2026-01-05T09:56:00+01:00   27.8  W096
   97  2026-01-05T09:57:00+01:00   22.7  W097
   98  2026-01-05T09:58:00+01:00   25.0  W098
   99  2026-01-05T09:59:00+01:00   25.9  W099
  100  2026-01-05T10:00:00+01:00   25.4  W100

How the file is read
delimited text: cp1252, fields apart by semicolon, decimal comma, names in line 2
  value: column 4, Stärke [µm]
  time: column 3, Datum/Uhrzeit
    as day.month.year, zone Europe/Berlin
  serial: column 1, Prüfling
  subgroup: column 2, Tag

# out in any form and in again: the same series and the same unit
$ for form in csv ndjson dfq; do rm -f f.assay*; assay export d.assay --as $form -o f.$form; assay import f.assay f.$form -q > /dev/null; assay show f.assay --json | python3 -c 'import json,sys; a=json.load(sys.stdin); print(a["digest"]["series"], a["unit"])'; done | uniq -c | awk '{print $1, $3}'; rm -f d.assay* e.assay*; assay import d.assay $DATA/csv/ccxbar-iso.csv -q >/dev/null; assay show d.assay | grep -c $(assay show f.assay | grep -o '[0-9a-f]\{64\}' | head -1)
3 µm
1
# each row keeps the offset it was written with, over a change of the clocks
$ printf 'time,value\n2026-10-25 01:30,1\n2026-10-25 02:30,2\n2026-10-25 02:30,3\n2026-10-25 03:30,4\n' > dst.csv; rm -f d.assay*; assay import d.assay dst.csv --zone Europe/Berlin -q > /dev/null; assay show d.assay --csv; assay list dst.csv --zone Europe/Berlin --csv; assay chart d.assay -n 1 --csv | head -3
place,time,value,serial,status
1,2026-10-25T01:30:00+02:00,1,,valid
2,2026-10-25T02:30:00+02:00,2,,valid
3,2026-10-25T02:30:00+02:00,3,,valid
4,2026-10-25T03:30:00+01:00,4,,valid
path,unit,kind,n,first,last,lsl,usl,limits
value,,variable,4,2026-10-25T01:30:00+02:00,2026-10-25T03:30:00+01:00,,,
characteristic,chart,index,time,n,value,center,lcl,ucl,excluded,rules
value,location,1,2026-10-25T01:30:00+02:00,1,1,2.5,-0.15868077635827404,5.158680776358274,,
value,location,2,2026-10-25T02:30:00+02:00,1,2,2.5,-0.15868077635827404,5.158680776358274,,

# a workbook: its cover is passed over, rows have the numbers that Excel shows
$ rm -f d.assay*; assay import d.assay $DATA/xlsx/ccxbar.xlsx --zone Europe/Berlin 2>&1 | sed "s#$DATA/##"
xlsx/ccxbar.xlsx: sheet "Messwerte" of an Excel workbook, names in line 2
  value: column 4, Stärke [µm]
  time: column 3, Datum/Uhrzeit
    as year-month-day, ISO 8601, zone Europe/Berlin
  serial: column 1, Prüfling
  subgroup: column 2, Tag
xlsx/ccxbar.xlsx: 100 received = 100 stored + 0 duplicates + 0 conflicts + 0 refused
# the same from standard input, with the sheet by its name or number: duplicates
$ assay import d.assay - --dialect sheet=messwerte --zone Europe/Berlin -q < $DATA/xlsx/ccxbar.xlsx; assay describe - --dialect sheet=2 < $DATA/xlsx/ccxbar.xlsx | grep -c '100'
-: 100 received = 0 stored + 100 duplicates + 0 conflicts + 0 refused
1
$ assay list $DATA/xlsx/ccxbar.xlsx --dialect sheet=Blatt3 2>&1 | sed "s#$DATA/##"
assay: xlsx/ccxbar.xlsx has no sheet "Blatt3"
hint: its sheets: "Deckblatt", "Messwerte"
# each sheet is a content of its own: a second one brings its rows, all of them those that are missing
$ rm -f d.assay*; cp $DATA/xlsx/sheets.xlsx s.xlsx; assay import d.assay s.xlsx -q; assay import d.assay s.xlsx --dialect 'sheet=*' 2>&1 | grep -v 'names in line\|value:' | LC_ALL=C sort; assay list d.assay --csv | cut -d, -f1,4
s.xlsx: 20 received = 20 stored + 0 duplicates + 0 conflicts + 0 refused
s.xlsx[Cover] is passed over: s.xlsx has no column of numbers
s.xlsx[Mon]: 20 received = 0 stored + 20 duplicates + 0 conflicts + 0 refused
s.xlsx[Notes] is passed over: s.xlsx has no column of numbers
s.xlsx[Tue]: 20 received = 20 stored + 0 duplicates + 0 conflicts + 0 refused
path,n
bore,40

# values without times beside their header are the same rows by either name
$ rm -f d.assay*; printf 'K0100 1\nK1001/1 4711\nK2002/1 Bore\n' > u.dfd; printf '10.01\n10.02\n10.03\n' > u.dfx; assay import d.assay u.dfd u.dfx -q
u.dfd: 3 received = 3 stored + 0 duplicates + 0 conflicts + 0 refused
u.dfx: 3 received = 0 stored + 3 duplicates + 0 conflicts + 0 refused
