The same measurements through every door.

# comma, semicolon with decimal comma, wide, AQDEF in both modes: the same chart
$ for f in csv/ccxbar-iso.csv csv/ccxbar-german-cp1252.csv csv/ccxbar-wide-utf16.tsv dfq/one-dataset/ccxbar-record-mode.dfq dfq/one-dataset/ccxbar-kfield-mode.dfq dfq/one-dataset/ccxbar.dfd; do assay chart $DATA/$f --zone Europe/Berlin -n 5 --csv 2>&1 | cut -d, -f2,3,5-9 | md5sum; done | sort | uniq -c | awk '{print $1}'
6
# and one series digest in the database for the forms with times and serials
$ for f in csv/ccxbar-iso.csv csv/ccxbar-german-cp1252.csv dfq/one-dataset/ccxbar-record-mode.dfq dfq/one-dataset/ccxbar-kfield-mode.dfq; do rm -f d.assay*; assay import d.assay $DATA/$f --zone Europe/Berlin -q >/dev/null; assay show d.assay --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["digest"]["series"])'; done | sort -u | wc -l
1

# the digest of values and order holds for the form without them too
$ for f in csv/ccxbar-iso.csv csv/ccxbar-wide-utf16.tsv; do rm -f d.assay*; assay import d.assay $DATA/$f -q >/dev/null; assay show d.assay --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["digest"]["values"])'; done | sort -u | wc -l
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
