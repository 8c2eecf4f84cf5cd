The book of alarms.

# nothing has happened yet
$ assay init plant.assay
$ assay alarms plant.assay
alarms: 0; open: 0
$ assay alarms plant.assay --json | $VALID $SCHEMA/alarms.json
valid
$ assay alarms plant.assay --csv
id,characteristic,state,rule,happened,known,value,hits,stop
# a characteristic that is not there
$ assay alarms plant.assay bore
assay: there is no characteristic "bore"
hint: assay list shows what there is; large and small letters differ
[1]
# what is no database
$ assay alarms no.assay
assay: no.assay: No such file or directory
hint: assay init no.assay makes a new one
[1]
