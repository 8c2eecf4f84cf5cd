A plant that is not there, and what it goes through.

# the same seed gives the same readings, another seed others
$ for run in 1.a 1.b 2.a; do assay simulate plant - --start 2026-01-05 --seconds 900 --seed ${run%.*} > plant.$run; done; cmp plant.1.a plant.1.b; cmp -s plant.1.a plant.2.a || echo other
other
# each source in the order of its times, in the form of line protocol
$ head -n 2 plant.1.a
machining/shaft,serial=shaft-000001,unit=mm,batch=1 diameter=19.995 1767571200000000000
machining/shaft,serial=shaft-000002,unit=mm,batch=1 diameter=19.999 1767571202000000000
$ grep -c moulding plant.1.a
360
# the gauge of the screws sticks for two minutes
$ awk -F'[ =]' '/^assembly/ {t = $NF / 1e9 - 1767571200; if (t >= 240 && t < 360) print $(NF-1)}' plant.1.a | sort -u | wc -l
1
# the tester of the seals is silent for two minutes
$ awk '/^tester/ {t = $NF / 1e9 - 1767571200; if (t >= 480 && t < 600) n++} END {print n + 0}' plant.1.a
0
# a calm plant has no such troubles
$ assay simulate plant - --start 2026-01-05 --seconds 900 --calm | grep -c tester
225
# ten times as fast: ten times as many readings in the time of the source
$ assay simulate plant - --start 2026-01-05 --seconds 90 --speed 10 | wc -l
1305
# as NDJSON it can be imported, twice is once
$ assay simulate plant - --start 2026-01-05 --seconds 60 --ndjson > p.ndjson; assay import p.assay p.ndjson -q; assay import p.assay p.ndjson -q; assay list p.assay --width 100 | cut -c1-44
p.ndjson: 89 received = 89 stored + 0 duplicates + 0 conflicts + 0 refused
p.ndjson: 89 received = 0 stored + 89 duplicates + 0 conflicts + 0 refused
characteristic            unit    kind
machining/shaft/diameter  mm      variable
moulding/housing/weight   g       variable
assembly/screw/torque     Nm      variable
tester/seal/leak          ml/min  variable
# at the pace of the plant it ends by itself
$ assay simulate plant - --seconds 0.3 --speed 100 | awk 'END {print (NR > 20)}'
1
# an address that is none
$ assay simulate plant nowhere
assay: no address to send to: "nowhere"
hint: 127.0.0.1:8089, http://127.0.0.1:8080, or - for standard output
[2]
$ assay simulate bakery -
assay: there is no simulation of "bakery"
hint: assay simulate plant 127.0.0.1:8089
[2]
$ assay simulate plant - --speed 0
assay: --speed must be above 0 and at most 1000000
[2]
