#!/usr/bin/env bash
# The first evening of a home without neighbours, by the real binary: what is forgotten, wrong and right, and what the home says then.
#   alone_test.sh BUILD SOURCE
set -euo pipefail
coopair=$1/coopair
source=$2
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"
home=$work/home
unset LANG LC_ALL LC_MESSAGES
umask 077
# telegram DAY COUNTER: of the P1 port, at six in the evening, without the sum that old meters do not have
telegram() {
    printf '/ISk5\\2MT382-1000\r\n\r\n0-0:1.0.0(2503%02d180000W)\r\n0-0:96.1.1(4142)\r\n1-0:1.8.1(%06d.000*kWh)\r\n' "$1" "$2"
    printf '0-1:24.2.1(2503%02d180000W)(%05d.000*m3)\r\n!\r\n' "$1" "$1"
}

echo "- what is forgotten or wrong is said with the next step"
expect 4 "$coopair" import --home "$home" "$source/node/sample/H013.csv"
says "coopair init" err
expect 0 "$coopair" init --home "$home"
expect 4 "$coopair" usage --home "$home"
says "coopair import" err
expect 2 "$coopair" imprt
says "unknown command imprt; see: coopair --help" err
expect 2 "$coopair" import --home "$home" --nothing x
expect 1 "$coopair" import --home "$home" "$work/not-there"
: >"$work/empty.csv"
expect 1 "$coopair" import --home "$home" "$work/empty.csv"
says "empty" err
printf '# A text, with commas\nand more of it, but no table\n' >"$work/notes.md"
expect 1 "$coopair" import --home "$home" "$work/notes.md"
if grep -qF -- --map "$work/err"; then fail "a text is taken for a table"; fi

echo "- of a folder what is good is taken, and what is not is named"
mkdir "$work/files"
cp "$source/node/sample/enedis_half_hour.csv" "$work/files"
printf '\377\330\377\340 not a table' >"$work/files/photo.jpg"
expect 1 "$coopair" import --home "$home" "$work/files"
says "photo.jpg: not a file coopair knows: it is a picture" err
says "readings"
expect 0 "$coopair" usage --home "$home"
says "kWh"
expect 0 env LC_ALL=fr_FR.UTF-8 "$coopair" usage --home "$home"
says "compteur"

echo "- a telegram a day gives days, and gas once its heat value is said"
mkdir "$work/telegrams"
for day in 1 2 3 4 5 6; do telegram $day $((3000 + 24 * day)) >"$work/telegrams/$day.txt"; done
expect 0 "$coopair" import --home "$home" "$work/telegrams/3.txt"
says "days       none yet"
expect 0 "$coopair" import --home "$home" "$work/telegrams"
says "gas.kwh_per_m3"
expect 0 "$coopair" usage --home "$home" --meter "AB daily" --by day
says "24.0 kWh"
expect 1 "$coopair" config set --home "$home" gas.kwh_per_m3 much
expect 0 "$coopair" config set --home "$home" gas.kwh_per_m3 11,25
expect 0 "$coopair" import --home "$home" --json "$work/telegrams"
says '"quantity":"gas register"'
expect 0 "$coopair" export "$work/export" --home "$home"
grep -qx '2025-03-02T23:00:00Z,86400,11250.000' "$work"/export/series-*.csv || fail "a day of gas is a cubic metre of it"
grep -qx '2025-03-01T17:00:00Z,60,1000.000' "$work"/export/series-*.csv || fail "the counter of gas is kept in litres"
expect 0 "$coopair" erase --home "$home" --series "AB daily" --yes
expect 4 "$coopair" usage --home "$home" --meter "AB daily"

echo "- an archive put into the watched folder is taken by itself, and what is no good is told"
mkdir "$work/inbox"
expect 0 "$coopair" config set --home "$home" import.folder "$work/inbox"
start "$coopair" run --home "$home" --json --listen 127.0.0.1:0 --no-lan
base64 -d >"$work/inbox/night.zip" <<'END'
UEsDBBQAAAAIAAAAIVzr57ue/QEAAI0WAAAJAAAAY29uc28uY3N2hZbNihRhEATv+xh7dYUvq6fnZ+c1hL2LCiJ40vd38TTVZRjQzCWzJw4NUfnl6+ffv+7f
vv+8/3h7qlXbx5X359Nar3+fDyvvv/eebA/J83rZ13p+4sZjkvav/3o3yI1yg9xSbiG3lFvI3ZS7IXdT7obck3JPyD0p94TcXbk7cnfl7sg9K/eM3LNyz8i9
KPeC3ItyL8i9KveK3Ktyr8i9KfeG3Jtyb8TNMu6h0RPhBn0V9dWh0RPjoq+ivgr6KuqroK+ivgr6KuqroK+ivgr6KuqroK+ivgr6KuqroK+ivgr6KuqroK+i
vgr6KuqroK+ivgr6KuqroK+ivgr6KuqroK9KfXVo9ES4hb4q9dWh0RPjoq9KfVXoq1JfFfqq1FeFvir1VYGv6riOx7uj0ZP/ckfjMZHvOxo9MS5839L9PBo9
MS5839L9PBo9MS5/X7lHo9ET48I9Kt3Po9ET48I9Kt3Po9ET48I9Kt3Po9ET48I9Kt3Po9ET48I9Kt3Po9ET48I9Kt3Po9ET4dJ+Lt3Po9ET46KvbD+PRk+M
i76y/TwaPTEu+sr282j0xLjoK9vPo9ET46KvbD+PRk+Mi76y/TwaPTEu+sr282j0xLjoK9vPo9ET46KvbD+PRk+ES/u5dD+PRk+Mi76y/TwaPTEu+sr282j0
xLjgq4328x9QSwECFAMUAAAACAAAACFc6+e7nv0BAACNFgAACQAAAAAAAAAAAAAAgAEAAAAAY29uc28uY3N2UEsFBgAAAAABAAEANwAAACQCAAAAAA==
END
cp "$work/files/photo.jpg" "$work/inbox"
until_says "1 files taken in by themselves, 1 not" "$coopair" status --home "$home"
says "photo.jpg: not a file coopair knows"
expect 0 "$coopair" usage --home "$home" --meter linky --by day
says "12.0 kWh"
finish TERM 0
echo "all well"
