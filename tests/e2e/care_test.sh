#!/usr/bin/env bash
# A home is backed up, lost and brought back, by the real binary, beside a running node and without one.
#   care_test.sh BUILD SOURCE
set -euo pipefail
coopair=$1/coopair
source=$2
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"
home=$work/home
umask 077
run() { start "$coopair" run --home "$home" --json --listen 127.0.0.1:0 --no-lan; }
echo "correct horse battery" >"$work/passphrase"
echo "another one entirely" >"$work/wrong"

expect 0 "$coopair" init --home "$home"
expect 0 "$coopair" import --home "$home" "$source/node/sample/H013.csv"
expect 0 "$coopair" group create --home "$home" --good pellets --pace street --zone fr:insee:44109 --title Pellets

echo "- the sheet is printed, and proved by two groups that are asked for"
expect 0 "$coopair" identity sheet --home "$home" --qr
expect 0 "$coopair" identity sheet --home "$home"
cp "$work/out" "$work/printed"
sed -n 's/^ *\([1-8]\)   \(.*\)/\2/p' "$work/out" >"$work/sheet"
[ "$(wc -l <"$work/sheet")" = 8 ] || fail "a sheet has 8 groups"
expect 7 "$coopair" identity prove --home "$home"
mkfifo "$work/typed"
"$coopair" identity prove --home "$home" <"$work/typed" >"$work/out" 2>"$work/asked" &
prover=$!
exec 3>"$work/typed"
for turn in 1 2; do
    for _ in $(seq 500); do
        [ "$(grep -o 'group [1-8]' "$work/asked" | wc -l)" -ge $turn ] && break
        sleep 0.02
    done
    group=$(grep -o 'group [1-8]' "$work/asked" | sed -n "${turn}s/group //p")
    sed -n "${group}p" "$work/sheet" >&3
done
exec 3>&-
wait $prover || fail "the right groups do not prove the sheet"
expect 0 "$coopair" doctor --home "$home"
says "sheet proved"

echo "- a backup beside a running node; doctor and status know of it"
run
expect 0 "$coopair" backup "$work/backup" --home "$home" --passphrase-file "$work/passphrase" --json
says '"ok":true'
expect 0 "$coopair" status --home "$home"
says "backup   made"
expect 0 "$coopair" doctor --home "$home"
says "backup                 made"
finish TERM 0
chmod 644 "$work/passphrase"
expect 5 "$coopair" backup "$work/backup" --home "$home" --passphrase-file "$work/passphrase"
says "chmod 600" err
chmod 600 "$work/passphrase"
echo short >"$work/short"
expect 1 "$coopair" backup "$work/backup" --home "$home" --passphrase-file "$work/short"
expect 5 "$coopair" backup "$work/backup" --home "$home"
says "--passphrase-file" err
if grep -qa H013 "$work/backup"; then fail "a meter's name in the clear"; fi

echo "- the home is lost, and comes back whole"
expect 0 "$coopair" journal --home "$home" --json
cp "$work/out" "$work/journal"
cp "$home/key" "$work/key"
mv "$home" "$work/lost"
expect 7 "$coopair" restore "$work/backup" --home "$home" --passphrase-file "$work/wrong"
head -c 2000 "$work/backup" >"$work/cut"
expect 7 "$coopair" restore "$work/cut" --home "$home" --passphrase-file "$work/passphrase"
says "cut off" err
expect 1 "$coopair" restore "$work/sheet" --home "$home" --passphrase-file "$work/passphrase"
says "not a backup" err
[ ! -e "$home" ] || fail "a failed restore left something"
expect 0 "$coopair" restore "$work/backup" --home "$home" --passphrase-file "$work/passphrase"
expect 1 "$coopair" restore "$work/backup" --home "$home" --passphrase-file "$work/passphrase"
cmp "$home/key" "$work/key"
expect 0 "$coopair" journal --home "$home" --json
cmp "$work/out" "$work/journal"
expect 0 "$coopair" profile show --home "$home"
says H013
expect 0 "$coopair" doctor --home "$home"
run
expect 0 "$coopair" round list --home "$home"
says Pellets
finish TERM 0

echo "- the same under the sheet, and the sheet alone"
expect 0 "$coopair" backup "$work/nightly" --home "$home" --recovery
cp "$work/sheet" "$work/in"
expect 0 "$coopair" restore "$work/nightly" --home "$work/third"
cmp "$work/third/key" "$work/key"
for written in sheet printed; do
    expect 0 "$coopair" identity recover --home "$work/fourth-$written" --sheet-file "$work/$written"
    cmp "$work/fourth-$written/key" "$work/key"
done
sed -i '3s/^./x/' "$work/sheet"
expect 1 "$coopair" identity recover --home "$work/fifth" --sheet-file "$work/sheet"
says "group 3" err
[ ! -e "$work/fifth" ] || fail "a wrong sheet made something"

echo "- everything leaves in open formats, exactly, beside a running node"
expect 0 "$coopair" import --home "$home" "$source/node/sample/H004.csv"
run
expect 0 "$coopair" export "$work/export" --home "$home" --json
says '"readings":8064'
expect 1 "$coopair" export "$work/export" --home "$home"
says "already" err
finish TERM 0
for name in README.txt series.json groups.json rounds.json journal.json series-1.csv series-2.csv; do
    [ -s "$work/export/$name" ] || fail "$name is not in the export"
done
grep -q Pellets "$work/export/rounds.json" || fail "the round is not in the export"
csv=$work/export/$(tr -d ' \n' <"$work/export/series.json" | grep -o '"meter":"H013"[^}]*' | grep -o 'series-[0-9]*.csv')
[ "$(wc -l <"$csv")" = 4033 ] || fail "not 4032 readings and a header"
[ "$(awk -F, 'NR > 1 { sub(/\./, "", $3); sum += $3 } END { printf "%d", sum }' "$csv")" = 1713315000 ] || fail "another sum than the import said"
[ "$(ls "$work" | grep -c '^export')" = 1 ] || fail "half an export is left behind"

echo "- a meter is erased after a question, and the rest stays"
expect 5 "$coopair" erase --series H013 --home "$home"
says "not confirmed" err
expect 0 "$coopair" erase --series H013 --home "$home" --yes
says "4 032"
expect 4 "$coopair" erase --series H013 --home "$home" --yes
expect 2 "$coopair" erase --home "$home"
expect 2 "$coopair" erase --home "$home" --series H004 --everything
run
expect 0 "$coopair" doctor --home "$home"
says H004
if grep -q H013 "$work/out"; then fail "H013 is still there"; fi
expect 75 "$coopair" erase --everything --home "$home" --yes
expect 0 "$coopair" erase --series H004 --home "$home" --yes
expect 0 "$coopair" round list --home "$home"
says Pellets
finish TERM 0

echo "- everything is erased"
expect 0 "$coopair" erase --everything --home "$home" --yes
[ ! -e "$home" ] || fail "the home is still there"
expect 4 "$coopair" erase --everything --home "$home" --yes
echo "all well"
