#!/usr/bin/env bash
# Three homes as three machines: two of one local network find each other by a code without an address, the third is beyond a router and comes
# by the address in the code; an address changes, a cable is pulled and put back.
#   network_test.sh BUILD
set -euo pipefail
if [ "${2:-}" != inside ]; then
    command -v ip nsenter unshare >/dev/null && unshare -rnm true 2>/dev/null || { echo "skipped: no network namespaces here"; exit 77; }
    exec unshare -rnm --kill-child --pid --fork --mount-proc "$0" "$1" inside
fi
coopair=$1/coopair
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"
declare -A place

# machine NAME NETWORK HOST: its own stack, 10.0.NETWORK.HOST, plugged into the router's bridge of that network
machine() {
    unshare -n sleep infinity &
    place[$1]=$!
    until ! [ "/proc/${place[$1]}/ns/net" -ef /proc/self/ns/net ]; do :; done
    ip link add "port-$1" type veth peer name eth0 netns "${place[$1]}"
    ip link set "port-$1" master "lan$2" up
    at "$1" ip link set lo up
    at "$1" ip address add "10.0.$2.$3/24" dev eth0
    at "$1" ip link set eth0 up
    at "$1" ip route add default via "10.0.$2.1"
}
at() { nsenter --target "${place[$1]}" --net "${@:2}"; }
run() { start nsenter --target "${place[$1]}" --net "$coopair" run --home "$work/$1" --json; }

for lan in 1 2; do
    ip link add "lan$lan" type bridge
    ip address add "10.0.$lan.1/24" dev "lan$lan"
    ip link set "lan$lan" up
done
echo 1 >/proc/sys/net/ipv4/ip_forward
machine ada 1 2
machine ben 1 3
machine eve 2 2
for name in ada ben eve; do
    expect 0 "$coopair" init --home "$work/$name"
done

echo "- a code made while no node runs has no address: on the same network it is enough"
expect 0 "$coopair" group create --home "$work/ada" --good pellets --zone fr:insee:44109 --title Pellets --json
[ "$(field address)" = "" ] || fail "an address of a node that does not run: $(field address)"
code=$(field code)
run ada
[[ $(field listen) == 10.0.1.2:* ]] || fail "neighbours are told to dial $(field listen)"
run ben
expect 0 "$coopair" group join "$code" --home "$work/ben"
until_says "registry: 2 so far" "$coopair" round list --home "$work/ada"

echo "- from beyond the router it is not; one made while the node runs says where to dial"
run eve
expect 0 "$coopair" group join "$code" --home "$work/eve"
expect 0 "$coopair" peers --home "$work/eve"
says "No neighbour yet"
expect 0 "$coopair" group invite --home "$work/ada" --json
[[ $(field address) == 10.0.1.2:* ]] || fail "the code holds $(field address)"
expect 0 "$coopair" group join "$(field code)" --home "$work/eve"
until_says "registry: 3 so far" "$coopair" round list --home "$work/ben"

echo "- who came by one address is told of the others: all three are linked"
until_says '"links":2' "$coopair" status --home "$work/ben" --json
until_says '"links":2' "$coopair" status --home "$work/eve" --json

echo "- a restarted home at another address is found again"
finish TERM 0
at ada ip address flush dev eth0
at ada ip address add 10.0.1.9/24 dev eth0
at ada ip route add default via 10.0.1.1
run ada
[[ $(field listen) == 10.0.1.9:* ]] || fail "neighbours are told to dial $(field listen)"
until_says '"links":2' "$coopair" status --home "$work/eve" --json
until_says '"links":2' "$coopair" status --home "$work/ada" --json

echo "- what is said while a cable is out is heard when it is back"
ip link set port-eve down
expect 0 "$coopair" round create --home "$work/ada" --good electricity --zone fr:insee:44109 --title Power
until_says "Power: registry; registry: 2 so far" "$coopair" round list --home "$work/ben"
expect 0 "$coopair" round list --home "$work/eve"
! grep -q Power "$work/out" || fail "heard through no cable"
ip link set port-eve up
until_says "Power: registry; registry: 3 so far" "$coopair" round list --home "$work/ada"

for name in ada ben eve; do
    finish TERM 0
done
[ ! -s "$work/log" ] || { cat "$work/log"; fail "words on stderr of a node"; }
echo "all as it should be"
