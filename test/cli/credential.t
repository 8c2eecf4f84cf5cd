Credentials: given, shown, suspended, revoked, carried by pictures, and checked by whoever has one.

$ assay init p.assay && assay credential issuer p.assay --name 'Quality Association' --host quality.example
assay: there is no signer at p.assay-keys
hint: assay signer add p.assay-keys credential issuer && assay signer add p.assay-keys rsa issuer
[1]
$ assay signer add p.assay-keys credential issuer --quiet; assay signer add p.assay-keys rsa issuer --quiet
$ assay credential issuer p.assay --name 'Quality Association' --host quality.example --quiet
$ assay credential document p.assay | grep -o '"id":"did:web:[a-z.]*"'
"id":"did:web:quality.example"
$ assay credential issue p.assay quality-master --name Kim
assay: there is no achievement "quality-master"
hint: assay credential achievement DB quality-master --name NAME --description TEXT --criteria TEXT
[1]
$ assay credential achievement p.assay quality-master --name 'National Quality Master' --description 'Proven improvement' --criteria 'Ten verified results' --kind Award --quiet
$ assay credential issue p.assay quality-master --name 'Kim Min-jun' --for title-17 --quiet > id; wc -c < id
37
# the same title again is the same credential
$ assay credential issue p.assay quality-master --name 'Kim Min-jun' --for title-17 --quiet | diff - id
$ assay credential list p.assay --csv | cut -d, -f2-4
achievement,state,title
quality-master,valid,title-17
# every form carries it, and is judged the same
$ for e in json jws svg png pdf zip; do assay credential export p.assay $(cat id) --output b.$e; assay verify b.$e p.assay | head -2; done
valid
National Quality Master
valid
National Quality Master
valid
National Quality Master
valid
National Quality Master
valid
National Quality Master
valid
National Quality Master
# offline, with everything inside; what came with the file is not proven by it
$ assay verify b.zip --offline --json | grep -E 'verdict|not_proven'
  "verdict": "valid",
  "not_proven": ["keys", "holder", "ledger"]
$ assay verify b.zip --offline > /dev/null
[3]
$ assay verify b.zip p.assay > /dev/null
# without keys nothing is decided
$ assay verify b.png --offline | grep -E 'decided|asked'
cannot be decided here: the issuer's keys are not at hand
  - eddsa-jcs-2022: the issuer's keys are not at hand (not checked: https://quality.example/.well-known/did.json is not asked offline)
  - status: the status list is not at hand (not checked: https://quality.example/credentials/status/s1 is not asked offline)
$ assay credential document p.assay > did.json; assay verify b.png --offline --with did.json | grep -E 'decided|revoked'
cannot be decided here: the status list is not at hand
  - that it was not revoked: not checked, for --offline asks nobody
# one changed letter
$ sed 's/Kim Min-jun/Kim Min-jin/' b.json > c.json; assay verify c.json p.assay | head -1
not valid: the signature does not hold: something was changed
$ for f in b.json c.json 'b.pdf --offline' 'b.zip --offline'; do assay verify $f p.assay --json | $VALID $SCHEMA/verify.json; done
valid
valid
valid
valid
$ sed 's/Kim Min-jun/Kim Min-jin/' b.svg > c.svg; assay verify c.svg p.assay | head -1
not valid: the signature does not hold: something was changed
$ python3 -c "s = open('b.jws').read(); i = s.rindex('.') + 9; print(s[:i] + ('B' if s[i] == 'A' else 'A') + s[i + 1:], end='')" > c.jws; assay verify c.jws p.assay | head -1
not valid: the signature does not hold: something was changed
# the certificate carries it too; its page is signed by nobody
$ assay credential export p.assay $(cat id) --output b.pdf --lang ko; head -c 5 b.pdf; grep -ac '/EmbeddedFiles' b.pdf
%PDF-1
$ assay verify b.pdf p.assay | grep -E 'to:|page'
  to: Kim Min-jun
  - that its picture or page shows the same: what is signed stands above
$ sed 's/Kim Min-jun/Kim Min-jin/' b.pdf > c.pdf; assay verify c.pdf p.assay | head -1
not valid: the signature does not hold: something was changed
$ sed 's,/Size [0-9]* >> >>,& /Filter /FlateDecode,' b.pdf > d.pdf; assay verify d.pdf p.assay; grep -a -v '^{' b.pdf > e.pdf; assay verify e.pdf p.assay
assay: the PDF was written anew: its attachments are packed
hint: save its attachment credential.json, and verify that
assay: the PDF carries no credential
[1]
# with a ledger the ZIP proves the decision too, and only its own
$ assay init q.assay && for u in 'credential i' 'rsa i' 'log ledger.q.example/1'; do assay signer add q.assay-keys $u -q; done; assay ledger init q.assay --origin ledger.q.example/1 -q
$ assay credential issuer q.assay --name QA --host q.example -q && assay credential achievement q.assay m --name M --description D --criteria C -q
$ for n in Kim Lee; do assay credential issue q.assay m --name $n -q > $n; done; assay ledger sign q.assay -q
$ for n in Kim Lee; do assay credential export q.assay $(cat $n) --output $n.zip; done; assay verify Kim.zip q.assay | grep -A1 decision
  - its decision stands in the log, *
    entry 5, ledger.q.example/1
$ assay verify Kim.zip q.assay --json | grep -E 'decision|not_proven'
  "decision_proven": true,
  "not_proven": ["holder", "log"]
$ mkdir k l && python3 -m zipfile -e Kim.zip k && python3 -m zipfile -e Lee.zip l && cp l/decision.tlog-proof k && python3 -m zipfile -c mixed.zip k/* && assay verify mixed.zip q.assay | grep 'proof of'
  - proof of the decision: it proves the decision of something else
$ assay verify mixed.zip q.assay > mixed.txt
[1]
# suspended, reinstated, revoked
$ assay credential suspend p.assay $(cat id)
assay: --why is missing: a change needs its reason
[2]
$ assay credential suspend p.assay $(cat id) --why 'under review' --quiet; assay verify b.json p.assay | head -1
not valid: it is suspended
$ assay credential reinstate p.assay $(cat id) --why 'cleared' --quiet; assay verify b.json p.assay | head -1
valid
$ assay credential suspend p.assay $(cat id) --why 'under review' --quiet; assay credential export p.assay $(cat id) --output s.zip; assay verify s.zip --offline | head -1
not valid: it is suspended
$ assay credential revoke p.assay $(cat id) --why 'false claims' --quiet; assay verify b.jws p.assay | head -1
not valid: it was revoked
$ assay verify b.png p.assay --lang ko | head -1; assay verify b.svg p.assay --lang zh | head -1
유효하지 않음: 취소되었음
无效: 已被撤销
# offline too: the ZIP holds the list that tells revoked from suspended
$ assay credential export p.assay $(cat id) --output r.zip; assay verify r.zip --offline | head -1; unzip -Z1 r.zip
not valid: it was revoked
README.txt
credential.json
credential.jws
did.json
status-list.json
status-list-revocation.json
$ assay credential reinstate p.assay $(cat id) --why 'no'
assay: the credential is revoked
[1]
$ assay credential list p.assay --json | grep -o '"state": "[a-z]*"'
"state": "revoked"
# to many at once, or to nobody
$ printf 'name,email,until\nLee,lee@a.example,2030-01-01\nPark,,2020-01-01\n' > people.csv
$ assay credential issue p.assay quality-master --batch people.csv
assay: row 3: it would end before it begins; nothing was issued
[1]
$ assay credential list p.assay --csv | wc -l
2
$ sed -i s/2020/2031/ people.csv; assay credential issue p.assay quality-master --batch people.csv --quiet | wc -l
2
# forgotten: the state stays, the text is gone
$ assay credential forget p.assay $(cat id) --why 'asked for' --quiet; assay credential export p.assay $(cat id)
assay: the text of this credential was erased
[1]
# one that is only ever revoked has no second list
$ assay credential achievement p.assay plain --name 'Plain' --description 'Proven improvement' --criteria 'One verified result' --kind Award --status revocation --quiet
$ assay credential export p.assay $(assay credential issue p.assay plain --name Kim --quiet) --output o.zip; assay verify o.zip p.assay | head -1; unzip -Z1 o.zip | grep list
valid
status-list.json
# what is none
$ echo hello > x; assay verify x
assay: x is nothing that can be verified
hint: a receipt (.tlog-proof), or a credential (.json, .jws, .png, .svg, .pdf, .zip)
[1]
$ echo '{}' > x; assay verify x
assay: this JSON is no verifiable credential: type, issuer and credentialSubject are needed
[1]
$ assay credential dance p.assay
assay: assay credential has no action dance
hint: issuer, document, withdraw, achievement, issue, renew, suspend, reinstate, revoke, forget, list, show, export, sign
[2]
