Sources: where measurements come from, and the account of what they sent.

$ assay init plant.assay && assay source list plant.assay
no sources
# there is an example of every type of door
$ assay source types | grep -A1 '^line'
line: line protocol or NDJSON over TCP or a Unix socket
  {"door": "line", "listen": "127.0.0.1:8094", "format": "line", "precision": "ns"}
# a source is a name and its settings
$ assay source add plant.assay line-1 door=line listen=127.0.0.1:8094 stale_after_s=60 --by-whom kim --why 'first line'
done in commit 1
$ assay source add plant.assay cell '{"door": "line", "listen": "unix:/run/cell.sock", "format": "ndjson"}' enabled=false
done in commit 2
$ assay source list plant.assay
name    door  enabled
cell    line  no
line-1  line  yes
$ assay source add plant.assay line-1 door=line listen=127.0.0.1:1
assay: the source line-1 is there already
[1]
# one setting changes, the others stay
$ assay source change plant.assay line-1 precision=ms ignore='["host"]' stale_after_s= --why 'the gateway sends ms'
done in commit 3
$ assay source show plant.assay line-1
{
  "door": "line",
  "ignore": [
    "host"
  ],
  "listen": "127.0.0.1:8094",
  "precision": "ms"
}
# what is wrong is named, and nothing changes
$ assay source change plant.assay line-1 precision=min
assay: "precision" is "min", expected one of "ns", "us", "ms", "s"
[2]
$ assay source add plant.assay 'line 2' door=line listen=127.0.0.1:8095
assay: "line 2" is no name of a source: 1 to 63 letters, digits, . _ -
[2]
$ assay source test plant.assay line-2 door=line listen=0.0.0.0:8095
assay: "listen" is beyond loopback (0.0.0.0) without "certificate" and "key"
hint: where the network itself is safe, say "open_plain": true
[2]
$ assay source test plant.assay line-2 door=line listen=0.0.0.0:8095 open_plain=true
the settings of line-2 are right
$ assay source change plant.assay line-3 precision=ms
assay: there is no source line-3
[1]
$ assay source add plant.assay line-3 precision
assay: "precision" is no setting
hint: listen=127.0.0.1:8094, '{"door": "line"}'
[2]
$ assay source add plant.assay line-3
assay: assay source add takes DB NAME SETTING=VALUE...
[2]
$ assay source paint plant.assay
assay: "paint" is nothing to do with a source
hint: add, change, remove, list, show, test, command, types
[2]
# a secret stands beside the settings: shown to nobody, in no record
$ assay source add plant.assay broker door=mqtt broker=mqtt://b.example user=u password=hush mapping='[{"topic": "a/+", "characteristic": "{1}"}]'
done in commit 4
$ assay source change plant.assay broker user=v
done in commit 5
$ assay source show plant.assay broker | grep password
  "password": "(kept)"
$ assay log plant.assay --json | grep -c hush
0
[1]
# every change says who and why
$ assay log plant.assay --json | grep -o '"the gateway sends ms"'
"the gateway sends ms"
$ assay source remove plant.assay cell && assay source list plant.assay --json
done in commit 6
{
  "sources": [
    {"name": "broker", "door": "mqtt", "enabled": true, "version": 2},
    {"name": "line-1", "door": "line", "enabled": true, "version": 2}
  ]
}
$ assay source remove plant.assay cell
assay: there is no source cell
[1]
# nobody has sent anything
$ assay sources plant.assay
no source has sent anything yet
$ assay sources plant.assay --json | $VALID $SCHEMA/sources.json
valid
# a dry run: what would become of a recorded Sparkplug session
$ assay source test plant.assay fab '{"door": "sparkplug", "brokers": [{"host": "broker.plant"}], "mapping": [{"metric": "Thickness", "serial": "Part/Serial", "subgroup": "Subgroup/Day"}]}' --capture $DATA/sparkplug/01-session-real-client.jsonl
104 messages: 100 values, 0 repeated, 0 historical; 0 rebirths would be asked for
Fab1/Gateway7/WaferGauge/Thickness (um): 100, first 24.5, time 2026-01-05T07:21:00Z, serial W001, subgroup 1
left out: Fab1/Gateway7: Node Control/Rebirth
left out: Fab1/Gateway7: Properties/Hardware Make
left out: Fab1/Gateway7: bdSeq
$ assay source test plant.assay fab '{"door": "sparkplug", "brokers": [{"host": "broker.plant"}], "mapping": [{"metric": "OD"}]}' --capture $DATA/sparkplug/03-reorder-gap-wrap-duplicate.jsonl | head -n 1
260 messages: 257 values, 1 repeated, 0 historical; 1 rebirths would be asked for
$ assay source test plant.assay fab '{"door": "sparkplug", "brokers": [{"host": "broker.plant"}], "mapping": [{"metric": "OD", "part": "each"}]}'
assay: "mapping" entry 1: "part" is "each", expected "message", {"change": METRIC} or {"trigger": METRIC}
[2]
$ assay source test plant.assay fab door=line listen=127.0.0.1:9 --capture $DATA/sparkplug/README.md
assay: a capture is played to sources of Sparkplug, not of "line"
[1]

# a port that is none is refused before it wraps round; what is not known is answered with what is
$ assay init ports.assay >/dev/null
$ assay source add ports.assay l door=line listen=127.0.0.1:99999
assay: "listen" is "127.0.0.1:99999", expected address:port or unix:/path
[2]
$ assay source add ports.assay l door=line listen=127.0.0.1:
assay: "listen" is "127.0.0.1:", expected address:port or unix:/path
[2]
$ assay source add ports.assay l door=lines listen=127.0.0.1:8094
assay: "door" is "lines": no such type of source
hint: folder, mtconnect, serial, line, mqtt, mqtt-listen, sparkplug
[2]
$ assay source add ports.assay l door=line listen=127.0.0.1:8094 topics=a 2>&1 | cut -c 1-50
assay: "topics" is not a setting of this door
hint: listen, format, precision, prefix, ignore, m
