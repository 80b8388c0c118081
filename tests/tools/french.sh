#!/bin/sh
# french.sh [FOLDER] - every sentence that node/ looks up has its French, and so has what the rooms below say of a failure (node/
# looks that up by its format); no command says one without looking it up, and there is no French of sentences that nobody says
# any more.
#
# Happy path: says how many sentences there are and ends with 0. Failure: one line per sentence without French (msgcmp), or
# that is printed bare, and 1. What is printed bare is found in cmd_*.c by the literal that follows printf, puts, fputs,
# fprintf, cli_confirm or failure_say: a literal with three letters in a row and a gap, conversions aside, is a sentence; the
# name of a command alone is none.
set -eu
cd "${1:-$(dirname "$0")/../..}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

{
    xgettext -k_ -kN_ -kNN_:1,2 --from-code=UTF-8 --no-location -o "$work/node.pot" node/*/*.c node/*/*.h &&
        xgettext -k -kfailure_say:3 -ktxn_fail:3 -ktxn_fail_code:3 -kenv_explain:3 -kenv_explain_errno:3 -kX:2 --from-code=UTF-8 \
            --no-location --join-existing -o "$work/node.pot" proto/*/*.c crypto/*.c crypto/base.h store/*.c
} 2>"$work/said" || {
    cat "$work/said"
    exit 1
}
msgcmp node/po/fr.po "$work/node.pot" 2>"$work/said" || bad=1
sed -n 's/^.*node.pot:\([0-9]*\): .*/\1/p' "$work/said" | awk '{ print $1 - 2 "," $1 "p" }' >"$work/lines"
[ ! -s "$work/lines" ] || sed -n -f "$work/lines" "$work/node.pot"
[ "$bad" -eq 0 ] || echo "add them to node/po/fr.po"
msgcmp --use-untranslated "$work/node.pot" node/po/fr.po 2>"$work/said" || bad=1
sed -n 's/^node.po.fr.po:\([0-9]*\): .*/\1/p' "$work/said" | while read -r line; do
    echo "nobody says: $(sed -n "$((line - 1)),${line}p" node/po/fr.po | tr '\n' ' ')"
done

for file in node/command/cmd_*.c; do
    tr -s '\n\t ' ' ' <"$file" |
        grep -oE '(printf|puts|fputs|fprintf|cli_confirm|failure_say)\((([a-z&>-]+|STATUS_[A-Z]+), )*"[^"]*"' |
        awk -v file="$file" '{
            text = $0
            sub(/^[^"]*"/, "", text)
            gsub(/%[-+ #0]*[0-9*]*(\.[0-9*]+)?(hh|ll|[hlzjt])?[a-zA-Z]/, " ", text)
            gsub(/\\./, "", text)
            if (text ~ /[A-Za-z][A-Za-z][A-Za-z]/ && text ~ / / && text !~ /^coopair( [a-z]+)*:? *"$/)
                print file ": bare: " $0
        }'
done >"$work/bare"
cat "$work/bare"
[ ! -s "$work/bare" ] || bad=1
[ "$bad" -ne 0 ] || echo "french: $(grep -c '^msgid' "$work/node.pot") sentences, all with their French, none printed bare"
exit "$bad"
