#!/bin/sh
# Makes node/sample/*.csv from the folder of 301 Swiss households (CC BY-SA 4.0, see node/sample/README.md).
#   tests/tools/sample.sh ../shared/data/households node/sample
# The choice is drawn once and for all: of the homes that qualify, the 44 whose name has the smallest checksum with the seed.
set -eu
from=$1 to=$2 homes=44 weeks=6 seed=coopair-1
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Qualifies: never negative, no quarter hour above 60 kWh, between 5 and 60 kWh a day, not mostly zero.
awk -F, 'NR > 1 && $6 >= 5 && $6 <= 60 && $7 >= 0 && $8 <= 60 && $9 < 0.5 { print $1 }' "$from/ch_households.csv" |
while read -r home; do
    echo "$(printf '%s %s' $seed "$home" | cksum | cut -d' ' -f1) $home"
done | sort -n | head -n $homes | cut -d' ' -f2 | sort > "$work/chosen"

rm -f "$to"/H*.csv
while read -r home; do
    { head -n 1 "$from/ch_15min_kwh.csv"; grep "^$home," "$from/ch_15min_kwh.csv" | sort | head -n $weeks; } | tr -d '\r' > "$to/$home.csv"
done < "$work/chosen"

# The same readings of the first home as Enedis writes them: half hours, mean W, stamped at their end with the offset (+01:00: winter time
# throughout), a byte order mark, and a start announced a month too early, as real exports do.
first=$(head -n 1 "$work/chosen")
awk -F, '
    function next_day() { if (++d > days[m]) { d = 1; m++ } }
    BEGIN {
        split("31 28 31 30 31 30 31 31 30 31 30 31", days, " ")
        printf "\357\273\277Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;"
        print "Etape metier;Unite;Pas en minutes"
        print "00000000000000;Courbe de charge;29/09/2018;10/12/2018;Energie active;Consommation;Comptage Brut;W;"
        print "Horodate;Valeur"
    }
    NR > 1 {
        split($2, date, "-"); m = date[2] + 0; d = date[3] + 0
        for (i = 0; i < 672; i += 2) {
            half = i % 96 / 2 + 1
            if (half == 48) { next_day(); half = 0 }
            printf "2018-%02d-%02dT%02d:%02d:00+01:00;%.0f\n", m, d, half / 2, half % 2 * 30, ($(i + 3) + $(i + 4)) * 2000
        }
    }' "$to/$first.csv" > "$to/enedis_half_hour.csv"
