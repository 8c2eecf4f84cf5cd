Pictures and reports of chart, capability and pareto: what report writes.

# --output writes what assay report writes, and the exit code is the verdict
$ assay chart $DATA/csv/ccxbar-iso.csv -n 5 --output chart.svg
written: chart.svg
[3]
$ assay report $DATA/csv/ccxbar-iso.csv -n 5 -o report.svg && cmp chart.svg report.svg
written: report.svg
$ assay chart $DATA/csv/ccxbar-iso.csv -n 5 --output chart.html -q
[3]
$ assay report $DATA/csv/ccxbar-iso.csv -n 5 -o report.html -q && cmp chart.html report.html
$ for e in png pdf xlsx; do assay chart $DATA/csv/ccxbar-iso.csv -n 5 --output chart.$e -q; head -c 4 chart.$e | tr -c 'A-Z%' .; echo; done
.PNG
%PDF
PK..
# the signals stand at the foot of the page, where something can draw it
$ command -v pdftoppm >/dev/null || { echo drawn; exit; }; pdftoppm -gray -r 72 -y 732 -W 400 -H 40 chart.pdf | tail -c 16000 | tr -d '\377' | wc -c | grep -qx 0 || echo drawn
drawn
# of capability the picture is the histogram
$ assay capability $DATA/csv/ccxbar-iso.csv -n 5 --lsl 20 --usl 28 --output h.svg; grep -o '<title>[^<]*' h.svg | head -1
written: h.svg
<title>Histogram
$ assay capability $DATA/csv/ccxbar-iso.csv -n 5 --lsl 20 --usl 28 --output h.png -q; head -c 4 h.png | tr -c 'A-Z' .
.PNG
# a Pareto chart is a picture
$ printf 'cause\nscratch\ndent\nscratch\n' > causes.csv; assay pareto causes.csv --category cause --output p.svg && grep -c scratch p.svg
written: p.svg
1
$ assay pareto causes.csv --category cause --output p.png -q && head -c 4 p.png | tr -c 'A-Z' .
.PNG
$ assay pareto causes.csv --category cause --output p.pdf
assay: a Pareto chart is a picture: p.pdf is not
hint: .svg, .png
[2]
# an ending nobody knows is told before anything is read
$ assay chart nothing.csv --output chart.gif
assay: chart.gif does not end in a known form
hint: .html, .pdf, .xlsx, .svg, .png
[2]
$ assay chart $DATA/csv/ccxbar-iso.csv --output chart.svg --json
assay: --output writes a picture or a report, --json and --csv do not
[2]
# a report of several characteristics holds the full capability of each
$ assay report $SAMPLE/plant.csv --specs $SAMPLE/plant-limits.csv -o all.html -q; grep -c 'moments do not tell' all.html
0
[1]
$ assay capability $SAMPLE/plant.csv | tail -2
In short: intervals, distribution and ppm stand on the page of one
characteristic, in --json and in assay report.
