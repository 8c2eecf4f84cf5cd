The transparency log of a database, from the first key to a receipt that verifies offline.

$ assay init plant.assay && printf 'x\n1\n2\n' > a.csv && assay import plant.assay a.csv --quiet
a.csv: 2 received = 2 stored + 0 duplicates + 0 conflicts + 0 refused
$ assay ledger status plant.assay
assay: the database has no ledger
hint: assay ledger init DB --origin ledger.example.org/2026
[1]
$ assay ledger init plant.assay
assay: a ledger needs a name: --origin
hint: --origin ledger.example.org/2026
[2]
$ assay ledger init plant.assay --origin 'two words'
assay: "two words" cannot be the name of a key
[1]
$ assay ledger init plant.assay --origin ledger.test/plant
plant.assay has the ledger ledger.test/plant; assay serve signs what comes, assay ledger sign what is there
$ assay ledger init plant.assay --origin ledger.test/other
assay: the database has a ledger: ledger.test/plant
hint: assay ledger status tells about it
[1]
$ assay ledger prove plant.assay 1
assay: record 1 is not in a signed tree yet
[1]
$ assay ledger sign plant.assay
2 entries are signed
$ assay ledger verify plant.assay
plant.assay: clean, 2 entries signed, 2 records
# a receipt, with and without knowing whom to trust
$ assay ledger prove plant.assay 1 -o one.tlog-proof && head -1 one.tlog-proof
c2sp.org/tlog-proof@v1
$ assay verify one.tlog-proof > out; echo $?; head -2 out
3
holds by the key that the file names itself: entry 0 of ledger.test/plant
  type         characteristic.defined
$ (echo "log $(assay signer show plant.assay-keys | cut -c13-)"; echo quorum none) > policy
$ assay verify one.tlog-proof --policy policy | grep -c 'names it itself'
0
[1]
$ assay verify one.tlog-proof --policy policy --json | grep -E 'verdict|trusted|quorum|index|payload_state'
  "verdict": "proven",
  "trusted": true,
  "quorum": true,
  "index": 0,
  "payload_state": "proven",
$ sed 's/^index 0/index 1/' one.tlog-proof > other.tlog-proof; assay verify other.tlog-proof --policy policy
assay: the proof does not hold: it leads to another root
[1]
$ assay verify a.csv
assay: a.csv is nothing that can be verified
hint: a receipt (.tlog-proof), or a credential (.json, .jws, .png, .svg, .pdf, .zip)
[1]
# free text may name people: it is shown where it was asked for
$ assay ledger prove plant.assay 2 -o two.tlog-proof && assay verify two.tlog-proof --policy policy | grep -E 'payload|withheld'
  payload      {"before":null,"kind":"ledger"}
  withheld     after, id, why (fixed then, not shown here)
$ assay ledger prove plant.assay 2 --with-texts -o two.tlog-proof && assay verify two.tlog-proof --policy policy | grep -cE 'a ledger was begun|withheld'
1
$ assay ledger prove plant.assay 2 --without-payload -o two.tlog-proof && assay verify two.tlog-proof --policy policy | grep payload
  payload      not in this file: only that it was fixed then
# every answer about a receipt keeps to its schema: trusted or not, withheld or whole
$ for f in one two; do for p in '' '--policy policy'; do assay verify $f.tlog-proof $p --json | $VALID $SCHEMA/verify.json; done; done
valid
valid
valid
valid
# plain files, for any static host
$ assay ledger export plant.assay public && find public -type f | sort
2 entries are in public
public/checkpoint
public/keys
public/tile/0/000.p/2
public/tile/entries/000.p/2
$ head -2 public/checkpoint
ledger.test/plant
2
# a key for the log, and a new one
$ assay signer add plant.assay-keys log ledger.test/plant && assay signer show plant.assay-keys | grep -c retired
plant.assay-keys signs with a new key for log; restart the signer that holds it
1
$ assay verify one.tlog-proof --policy policy > out && head -1 out
proven: entry 0 of ledger.test/plant
$ assay signer add plant.assay-keys king x
assay: "king" is no use of a key
hint: log, witness, credential, rsa
[2]
$ chmod 644 plant.assay-keys && assay ledger sign plant.assay
assay: plant.assay-keys holds keys and others may read or write it (mode 644)
hint: chmod 600 plant.assay-keys
[1]
