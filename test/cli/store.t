The database.

# an import accounts for every row
$ assay import plant.assay $DATA/csv/ccxbar-iso.csv
$DATA/csv/ccxbar-iso.csv: delimited text: utf-8, fields apart by comma, decimal point, names in line 1
  value: column 4, thickness_um
  time: column 3, timestamp
    as year-month-day, ISO 8601, zone UTC unless written
  serial: column 1, serial
  subgroup: column 2, day
$DATA/csv/ccxbar-iso.csv: 100 received = 100 stored + 0 duplicates + 0 conflicts + 0 refused
# the second time every row is a duplicate
$ assay import plant.assay $DATA/csv/ccxbar-iso.csv -q
$DATA/csv/ccxbar-iso.csv: 100 received = 0 stored + 100 duplicates + 0 conflicts + 0 refused
# nor does the name of the file make another measurement of it
$ cp $DATA/csv/ccxbar-iso.csv march.csv; cp march.csv march2.csv; assay import twice.assay march.csv march2.csv -q
march.csv: 100 received = 100 stored + 0 duplicates + 0 conflicts + 0 refused
march2.csv: 100 received = 0 stored + 100 duplicates + 0 conflicts + 0 refused
# two gauges that say so are two sources
$ assay import two.assay march.csv -q --source press-7; assay import two.assay march2.csv -q --source press-8
march.csv: 100 received = 100 stored + 0 duplicates + 0 conflicts + 0 refused
march2.csv: 100 received = 100 stored + 0 duplicates + 0 conflicts + 0 refused
# what is in it
$ assay list plant.assay
characteristic  unit  kind        n  first       last        LSL  USL
thickness       µm    variable  100  2026-01-05  2026-01-05
# the chart of the database is the chart of the file
$ assay chart plant.assay thickness -n 5 --csv > a.csv; assay chart $DATA/csv/ccxbar-iso.csv -n 5 --csv > b.csv; cmp a.csv b.csv
# a change without a reason is refused
$ assay exclude plant.assay thickness --at 96
assay: --why is missing: a change needs its reason
hint: --why 'gauge dropped'
[2]
# an exclusion is kept with who and why
$ assay exclude plant.assay thickness --at 100 --why 'gauge dropped' --by-whom kim
done in commit 3
$ assay show plant.assay thickness --last 2
thickness
  unit               µm
  measurements       100
  series digest      d6f66e067e4bfcab557c7c27e09db411249c8dbe784c2e6b9aa52bb3a86add31
  values digest      f4268a8e0ab7c0f66e99aba9eaf1b72fdd38f53b7d50c5e19afbca44e837452e

place  time                  value  serial  status
   99  2026-01-05T08:59:00Z   25.9  W099
  100  2026-01-05T09:00:00Z   25.4  W100    excluded
# and can be taken back
$ assay include plant.assay thickness --at 100 --why 'part was good' --by-whom kim
done in commit 4
# a correction keeps the place
$ assay correct plant.assay thickness 25.6 --at 100 --why 'typed 25.4' --by-whom kim
done in commit 5
$ assay show plant.assay thickness --last 1 --csv
place,time,value,serial,status
100,2026-01-05T09:00:00Z,25.6,W100,valid
# as it was before
$ assay show plant.assay thickness --last 1 --csv --as-of 1
place,time,value,serial,status
100,2026-01-05T09:00:00Z,25.4,W100,valid
# limits are set by a person
$ assay specify plant.assay thickness --lsl 20 --usl 28 --target 24 -n 5
$ assay list plant.assay --csv
path,unit,kind,n,first,last,lsl,usl,limits
thickness,µm,variable,100,2026-01-05T07:21:00Z,2026-01-05T09:00:00Z,20,28,
# the records tell who and why
$ assay log plant.assay --csv | grep -c kim
3
# everything is verified
$ assay check plant.assay -q | cut -d, -f1
plant.assay: clean
# a copy, and back again
$ assay backup plant.assay copy.assay -q && assay restore copy.assay back.assay -q && assay chart back.assay thickness -n 5 --csv | tail -1
thickness,spread,20,2026-01-05T08:56:00Z,5,5.1,2.05,0,4.3347232474465835,,1
# a backup never overwrites
$ assay restore copy.assay plant.assay
assay: plant.assay is already there
hint: choose another name
[1]
# an existing file is not made a database
$ assay init plant.assay
assay: plant.assay is already there
hint: it is a database: assay list shows what is in it
[1]
# a dry run stores nothing
$ assay import new.assay --dry-run $DATA/csv/ccxbar-iso.csv -q; test -e new.assay
$DATA/csv/ccxbar-iso.csv: dry run over 100 measurements of 1 characteristic, 0 refused
  thickness [µm]
[1]
# bad rows cost only themselves
$ printf 'time,value\n2026-01-05T07:21:00Z,1.5\n2026-01-05T07:22:00Z,abc\nyesterday,1.7\n' > bad.csv; assay import bad.assay bad.csv
bad.csv: delimited text: utf-8, fields apart by comma, decimal point, names in line 1
  value: column 2, value
  time: column 1, time
    as year-month-day, ISO 8601, zone UTC unless written
  not-a-number: 1, first at line 3, column value: found "abc", expected a number such as 24.5
  not-a-date: 1, first at line 4, column time: found "yesterday", expected year-month-day, ISO 8601
bad.csv: 3 received = 1 stored + 0 duplicates + 0 conflicts + 2 refused
# strict stops at the first
$ assay import strict.assay bad.csv --strict -q
assay: cannot read bad.csv: line 3, field 2 (value): not-a-number ("abc"), expected a number such as 24.5
hint: without --strict such a row is counted, shown and left out
[1]
# export gives back what came in
$ assay export back.assay thickness | head -3
characteristic,time,value,unit,serial,subgroup,status
thickness,2026-01-05T07:21:00Z,24.5,µm,W001,1,
thickness,2026-01-05T07:22:00Z,22.4,µm,W002,1,
# a value that contradicts a stored one waits for a person
$ sed 's/24.5$/24.9/' $DATA/csv/ccxbar-iso.csv > again.csv; assay import plant.assay again.csv -q
again.csv: 100 received = 0 stored + 98 duplicates + 2 conflicts + 0 refused
$ assay conflicts plant.assay
id  characteristic  time                  serial  second value
 1  thickness       2026-01-05T07:21:00Z  W001            24.9
 2  thickness       2026-01-05T08:04:00Z  W044            24.9
# who decides says why
$ assay decide plant.assay 1 --keep second
assay: --why is missing: a change needs its reason
hint: --why 'sent twice'
[2]
$ assay decide plant.assay 1 --keep second --why 'first was a typing error' --by-whom kim
done in commit 8
$ assay conflicts plant.assay --csv
id,characteristic,time,serial,value
2,thickness,2026-01-05T08:04:00Z,W044,24.9
# another path, the same characteristic
$ assay rename plant.assay thickness 'line 1/wafer/thickness'
$ assay list plant.assay --csv | tail -1 | cut -d, -f1,4
line 1/wafer/thickness,99
# a person's name goes for good
$ assay forget plant.assay kim; assay log plant.assay --csv | grep -c kim
done in commit 10
0
[1]

# a damaged chunk is named by whatever reads it, and nothing crashes
$ (echo value; seq 9000) > many.csv; assay import hurt.assay many.csv --compact -q; python3 -c "import sqlite3; d = sqlite3.connect('hurt.assay'); d.execute('update chunk_values set data = zeroblob(length(data)) where id = (select max(id) from chunk_values)'); d.commit()"
many.csv: 9000 received = 9000 stored + 0 duplicates + 0 conflicts + 0 refused
$ assay describe hurt.assay
assay: chunk * of characteristic 1 is damaged: *
hint: assay check names everything that is damaged; a backup has it whole
[1]

# a name that is not there says where the names stand
$ assay describe hurt.assay Value
assay: there is no characteristic "Value"
hint: assay list shows what there is; large and small letters differ
[1]
# an import that was interrupted accounts for the whole file in the end
$ awk 'BEGIN{print "time,value,serial"; for(i=0;i<1000000;i++) printf "%d,%s,S%d\n", 1700000000+i, i%1000==7?"x":i%100/10, i%5000}' > big.csv; timeout -s INT 0.3 assay import cut.assay big.csv -q >cut.txt 2>&1; assay import cut.assay big.csv 2>&1 | grep -oE '[0-9]+ received|[0-9]+ refused|not-a-number: [0-9]+'
not-a-number: 1000
1000000 received
1000 refused
# what is left of one is no measurement, and can be dropped
$ assay init left.assay; timeout -s INT 0.25 assay import left.assay big.csv -q >cut.txt 2>&1; assay check left.assay | grep -cE ' 0 measurements|999000'; assay import left.assay --discard; assay check left.assay | grep -c 'rows of an import'; assay import left.assay big.csv -q | grep -oE '[0-9]+ received'
1
0
1000000 received
# values too far apart for one exponent count all the same
$ printf 'characteristic,time,value\nw,2026-01-01T00:00:00Z,1e300\nw,2026-01-01T00:00:01Z,1e-300\nw,2026-01-01T00:00:02Z,4\n' > far.csv && assay import far.assay far.csv -q && assay list far.assay --csv | cut -d, -f1-4
far.csv: 3 received = 3 stored + 0 duplicates + 0 conflicts + 0 refused
path,unit,kind,n
w,,variable,3
