Accounts of people: made, changed, erased; every change says who and why.

$ assay init plant.assay && assay user plant.assay
no accounts
# a new account needs roles, and only roles there are
$ assay user plant.assay kim --invite
assay: there is no account kim; a new one needs --roles
hint: --roles engineer@plant-a
[2]
$ assay user plant.assay kim --roles king
assay: "king" is not a role
hint: operator, engineer, quality-manager, examiner, auditor, administrator; at one site: engineer@plant-a
[1]
$ assay user plant.assay --roles operator
assay: name the account that changes
[2]
# its password is set with a code
$ assay user plant.assay kim --name '김민준' --roles engineer@plant-a,operator --invite | tr -d '0-9a-f' | wc -c
with this code the password is set at /welcome, once and within an hour
1
$ assay user plant.assay root --roles administrator --by-whom lee --why 'first start'
done in commit 2
$ assay user plant.assay
account  name    roles                      state            codes
kim      김민준  engineer@plant-a,operator  no password yet
root     root    administrator              no password yet
# the last administrator stays
$ assay user plant.assay root --roles operator
assay: root is the last administrator
hint: make somebody else administrator first
[1]
$ assay user plant.assay kim --disable --why 'left the plant'
done in commit 3
$ assay user plant.assay kim --json
{
  "accounts": [
    {"account": "kim", "name": "김민준", "roles": "engineer@plant-a,operator", "state": "disabled", "one_time_codes": false}
  ]
}
$ assay user plant.assay --json | $VALID $SCHEMA/user.json
valid
# who is erased is nowhere
$ assay user plant.assay kim --erase
done in commit 4
$ assay user plant.assay --csv
account,name,roles,state,one_time_codes
root,root,administrator,invited,false
$ assay log plant.assay | grep -c -e kim -e 김민준
0
[1]
$ assay user plant.assay kim
assay: there is no account kim
[1]
