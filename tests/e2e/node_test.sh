#!/usr/bin/env bash
# One home from its making to a kill -9, by the real binary: what is said, with which exit code, and what is left behind.
#   node_test.sh BUILD
set -euo pipefail
coopair=$1/coopair
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"
home=$work/home
run() { start "$coopair" run --home "$home" --json "$@"; }

echo "- before there is a home, each command says how to make one"
expect 4 "$coopair" status --home "$home"
says "coopair init" err
expect 4 "$coopair" run --home "$home"
expect 4 "$coopair" journal --home "$home" --json
says '"ok":false'

echo "- a home is made once, and is nobody else's to read"
expect 0 "$coopair" init --home "$home"
quiet
[ "$(stat -c %a "$home")" = 700 ] && [ "$(stat -c %a "$home/key")" = 600 ] || fail "modes of the home"
before=$(cksum <"$home/key")
expect 1 "$coopair" init --home "$home"
says "already" err
[ "$before" = "$(cksum <"$home/key")" ] || fail "the key file was touched"
chmod 644 "$home/key"
expect 5 "$coopair" status --home "$home"
says "chmod 600" err
chmod 600 "$home/key"

echo "- without a daemon, what the store knows is shown, and the exit code says 3"
expect 3 "$coopair" status --home "$home"
says "coopair run"
expect 3 "$coopair" peers --home "$home"
says "coopair run" err
expect 0 "$coopair" journal --home "$home"

echo "- doctor looks without a daemon: what lacks is a warning, what is broken a failure"
expect 0 "$coopair" doctor --home "$home"
quiet
says "never made"
chmod 644 "$home/key"
expect 1 "$coopair" doctor --home "$home" --json
says '"ok":false'
says "chmod 600"
chmod 600 "$home/key"
expect 1 "$coopair" doctor --home "$work/nowhere"
says "coopair init"

echo "- a node says once that it is ready, and answers"
run --listen 127.0.0.1:0 --no-lan
address=$(field listen)
[[ $address =~ ^127\.0\.0\.1:[0-9]+$ ]] || fail "listens at $address"
[ "$(stat -c %a "$home/control")" = 600 ] || fail "mode of the control socket"
expect 0 "$coopair" status --home "$home" --json
quiet
[ "$(field running)" = true ] && [ "$(field pid)" = "${nodes[0]}" ] && [ "$(field listen)" = "$address" ] || fail "status"
[ "$(field trouble)" = null ] || fail "trouble"
expect 0 "$coopair" peers --home "$home" --json
key=$(field link_key)
COOPAIR_HOME=$home expect 0 "$coopair" status
expect 0 "$coopair" doctor --home "$home"

echo "- a second node on the same folder, and a first one on the same port, are refused in words"
expect 75 "$coopair" run --home "$home"
says "process ${nodes[0]}" err
expect 0 "$coopair" init --home "$work/other"
expect 75 "$coopair" run --home "$work/other" --listen "$address" --no-lan
says "$address" err
expect 1 "$coopair" run --home "$work/other" --listen "localhost:0" --no-lan
says "not an address" err

echo "- SIGTERM and SIGINT end it cleanly"
finish TERM 0
[ ! -e "$home/control" ] || fail "the control socket is left behind"
[ ! -s "$work/log" ] || { cat "$work/log"; fail "words on stderr"; }
run --listen 127.0.0.1:0 --no-lan
finish INT 0

echo "- kill -9 leaves nothing in the way, and the home is the same"
run --listen 127.0.0.1:0 --no-lan
finish KILL 137
[ -e "$home/control" ] || fail "a killed node cannot tidy up: the test is wrong"
expect 3 "$coopair" status --home "$home"
run --listen 127.0.0.1:0 --no-lan
expect 0 "$coopair" peers --home "$home" --json
[ "$(field link_key)" = "$key" ] || fail "another link key after a restart"
finish TERM 0

echo "- the port is drawn once and stays"
run --no-lan
first=$(field listen)
finish TERM 0
run --no-lan
[ "${first##*:}" = "$(field listen | sed 's/.*://')" ] || fail "another port"
finish TERM 0

echo "- the supervisor is told, and a home without any network starts"
NOTIFY_SOCKET=$work/nobody run --no-lan
finish TERM 0

echo "- an answer that cannot be written is not success"
got=0
"$coopair" version --json >/dev/full 2>/dev/null || got=$?
[ "$got" = 1 ] || fail "exit $got with a full standard output"

# every PREFIX...: each command of a family, and those below it
every() {
    local name
    expect 0 "$coopair" "$@" --help
    quiet
    says "usage: coopair${*:+ }$*"
    says_family=$(sed -n '1s/.* COMMAND .*/family/p' "$work/out")
    if [ "$says_family" = family ]; then
        expect 2 "$coopair" "$@"
        expect 2 "$coopair" "$@" no-such-command
        expect 0 "$coopair" "$@" --help
        for name in $(sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' "$work/out"); do
            every "$@" "$name"
        done
    else
        expect 2 "$coopair" "$@" --no-such-option
        says "--help" err
    fi
}
echo "- every command has --help, and refuses what it does not know with exit code 2"
every
echo "all well"
