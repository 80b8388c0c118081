#!/usr/bin/env bash
# Two homes on loopback, by the real binary: one makes a group, the other types its code; what each command says and ends with.
#   group_test.sh BUILD
set -euo pipefail
coopair=$1/coopair
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"
a=$work/a
b=$work/b
run() { start "$coopair" run --home "$1" --json --listen 127.0.0.1:0 --no-lan; }

echo "- without a home, or a group, each command says what comes first"
expect 4 "$coopair" group list --home "$a"
says "coopair init" err
expect 0 "$coopair" init --home "$a"
expect 0 "$coopair" init --home "$b"
expect 0 "$coopair" group list --home "$a"
says "coopair group create"
expect 4 "$coopair" group invite --home "$a"
says "coopair group join" err
expect 4 "$coopair" round show --home "$a"
says "coopair round list" err

echo "- a group that lacks something, or breaks a rule, is not made"
expect 2 "$coopair" group create --home "$a" --good pellets
says "--zone" err
expect 2 "$coopair" group create --home "$a" --good pellets --zone z --homes many
expect 1 "$coopair" group create --home "$a" --good gold --zone z
says "pellets, electricity" err
expect 1 "$coopair" group create --home "$a" --good pellets --zone z --floor 3 --json
says '"ok":false'
says '"status":"MALFORMED"'
expect 1 "$coopair" group create --home "$a" --good pellets --zone z --title "$(printf 'two\nlines')"
expect 0 "$coopair" group list --home "$a" --json
says '"groups":[]'

echo "- a home that runs makes a group; its code holds its address"
run "$a"
address=$(field listen)
run "$b"
expect 0 "$coopair" group create --home "$a" --good pellets --pace street --zone fr:insee:44109 --title "Pellets, rue des Lilas"
says "takes homes until"
says "coopair round join"
grep -q '█' "$work/out" || fail "no QR"
expect 0 "$coopair" group invite --home "$a" --no-qr
! grep -q '█' "$work/out" || fail "a QR in spite of --no-qr"
expect 0 "$coopair" group invite "Pellets, rue des Lilas" --home "$a" --json
code=$(field code)
[ "$(field address)" = "$address" ] || fail "the code's address is $(field address), not $address"
expect 4 "$coopair" group invite "Another street" --home "$a"
says "coopair group list" err
expect 1 "$coopair" group invite --address home.example:80 --home "$a"
says "192.0.2.7:4711" err
expect 0 "$coopair" group invite --address 192.0.2.7:80 --home "$a" --json
[ "$(field address)" = 192.0.2.7:80 ] && [ "$(field code)" != "$code" ] || fail "the address given is not in the code"

echo "- a typing error in the code is told from everything else"
for place in 2 9 20; do
    letter=${code:$place:1}
    [ "$letter" != - ] || letter=${code:$((++place)):1}
    other=7
    [ "$letter" != 7 ] || other=8
    expect 1 "$coopair" group join "${code:0:$place}$other${code:$((place + 1))}" --home "$b"
    says "typing error" err
done
expect 1 "$coopair" group join "${code:0:20}" --home "$b"
expect 1 "$coopair" group join hello --home "$b"
expect 2 "$coopair" group join --home "$b"
expect 0 "$coopair" group list --home "$b" --json
says '"groups":[]'

echo "- the right one is taken in small letters and in groups; then the homes find each other and the round"
# shellcheck disable=SC2086 # typed as separate words
expect 0 "$coopair" group join $(tr 'A-Z-' 'a-z ' <<<"$code") --home "$b"
says "now belongs to"
expect 0 "$coopair" group join "$code" --home "$b"
says "already belongs to"
until_says "Pellets, rue des Lilas" "$coopair" round list --home "$b"
until_says "registry: 2 so far" "$coopair" round list --home "$a"
until_says "1 other member met" "$coopair" group show --home "$b"

echo "- a round at its beginning: what is shown, what is kept, what is too early"
until_says "5 more needed" "$coopair" round show --home "$b"
says "This home is enrolled."
expect 0 "$coopair" round show --home "$b" --json
says '"name":"registry","state":"open"'
round=$(field topic)
expect 4 "$coopair" round join "$round" --home "$b" --no-input
says "coopair import" err
expect 5 "$coopair" round join "$round" --home "$b" --quantity Pellets=3000 --quantity "Paid today=900" --no-input
says "nothing was kept" err
expect 0 "$coopair" round join "${round:0:6}" --home "$b" --quantity Pellets=3000 --quantity "Paid today=900" --lot 2:9 --lot 1 --yes
says "3 000 kg"
expect 0 "$coopair" round show --home "$b"
says "lot 2 (from 9 homes), else lot 1"
expect 1 "$coopair" round join --home "$b" --lot 7 --yes
says "lots 1 to 2" err
expect 8 "$coopair" tender show --home "$b"
expect 8 "$coopair" tender export "$round" "$work/tender" --home "$b"
[ ! -e "$work/tender" ] || fail "a folder for a tender that is not there"
expect 8 "$coopair" offer show --home "$b"
expect 8 "$coopair" offer accept --home "$b" --name Ada --address "3 rue des Lilas" --yes
expect 8 "$coopair" offer decline --home "$b"
expect 4 "$coopair" round show ffffffff --home "$b"
expect 1 "$coopair" bid send "$0" --home "$b"
expect 4 "$coopair" bid send "$work/nothing" --home "$b"
expect 4 "$coopair" bid seal --tender "$work/nothing" --prices "$work/nothing" --company C --contact C

echo "- kept is kept: a killed node still means to join"
kill -9 "${nodes[1]}"
wait "${nodes[1]}" 2>/dev/null || true
unset 'nodes[1]'
nodes=("${nodes[@]}")
expect 0 "$coopair" round show --home "$b" # no daemon: the store itself answers
says "lot 2 (from 9 homes), else lot 1"
run "$b"
expect 0 "$coopair" round leave --home "$b"
says "your demand had not left"
expect 0 "$coopair" round show --home "$b"
says "Next: coopair round join"
echo "- the same title twice is a slip; another round of the group needs no new code"
expect 1 "$coopair" group create --home "$a" --good pellets --zone fr:insee:44109 --title "Pellets, rue des Lilas"
says "takes homes already" err
expect 4 "$coopair" round create 0000 --home "$a" --good electricity --zone fr:insee:44109
expect 2 "$coopair" round create --home "$a" --good electricity
expect 0 "$coopair" round create --home "$b" --good electricity --zone fr:insee:44109 --title "Power, rue des Lilas"
says "another round"
until_says "Power, rue des Lilas: registry; registry: 2 so far" "$coopair" round list --home "$a"
expect 0 "$coopair" journal --home "$b"
says "nothing about the home"

finish TERM 0
finish TERM 0
[ ! -s "$work/log" ] || { cat "$work/log"; fail "words on stderr of a node"; }
echo "all as it should be"
