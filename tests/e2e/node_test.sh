#!/usr/bin/env bash
# One home from its making to a kill -9, by the real binary: what is said, with which exit code, and what is left behind.
#   node_test.sh BUILD
set -euo pipefail
coopair=$1/coopair
work=$(mktemp -d)
home=$work/home
node=
unset COOPAIR_HOME NOTIFY_SOCKET XDG_RUNTIME_DIR
export HOME=$work
trap '[ -z "$node" ] || kill -9 "$node" 2>/dev/null || true; rm -rf "$work"' EXIT

fail() { echo "FAILED: $*"; exit 1; }
# expect CODE COMMAND...: its output is in $work/out and $work/err
expect() {
    local want=$1 got=0
    shift
    "$@" >"$work/out" 2>"$work/err" </dev/null || got=$?
    [ "$got" -eq "$want" ] || { cat "$work/out" "$work/err"; fail "exit $got instead of $want: ${*##*/}"; }
}
says() { grep -qF -- "$1" "$work/${2:-out}" || { cat "$work/out" "$work/err"; fail "\"$1\" is not in ${2:-out}"; }; }
quiet() { [ ! -s "$work/err" ] || { cat "$work/err"; fail "words on stderr"; }; }
field() { grep -o "\"$1\":[^,}]*" "$work/out" | head -n 1 | sed 's/^[^:]*://; s/"//g'; }
# start OPTIONS...: a node that has said it is ready; its line is in $work/out
start() {
    [ -p "$work/ready" ] || mkfifo "$work/ready"
    "$coopair" run --home "$home" --json "$@" >"$work/ready" 2>"$work/log" &
    node=$!
    timeout 60 head -n 1 "$work/ready" >"$work/out"
    says '"ready":true'
}
# finish SIGNAL CODE: the node ends with this exit code
finish() {
    local got=0
    kill "-$1" "$node"
    wait "$node" 2>/dev/null || got=$?
    node=
    [ "$got" -eq "$2" ] || fail "exit $got instead of $2 after SIG$1"
}

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
start --listen 127.0.0.1:0 --no-lan
address=$(field listen)
[[ $address =~ ^127\.0\.0\.1:[0-9]+$ ]] || fail "listens at $address"
[ "$(stat -c %a "$home/control")" = 600 ] || fail "mode of the control socket"
expect 0 "$coopair" status --home "$home" --json
quiet
[ "$(field running)" = true ] && [ "$(field pid)" = "$node" ] && [ "$(field listen)" = "$address" ] || fail "status"
[ "$(field trouble)" = null ] || fail "trouble"
expect 0 "$coopair" peers --home "$home" --json
key=$(field link_key)
COOPAIR_HOME=$home expect 0 "$coopair" status
expect 0 "$coopair" doctor --home "$home"

echo "- a second node on the same folder, and a first one on the same port, are refused in words"
expect 75 "$coopair" run --home "$home"
says "process $node" err
expect 0 "$coopair" init --home "$work/other"
expect 75 "$coopair" run --home "$work/other" --listen "$address" --no-lan
says "$address" err
expect 1 "$coopair" run --home "$work/other" --listen "localhost:0" --no-lan
says "not an address" err

echo "- SIGTERM and SIGINT end it cleanly"
finish TERM 0
[ ! -e "$home/control" ] || fail "the control socket is left behind"
[ ! -s "$work/log" ] || { cat "$work/log"; fail "words on stderr"; }
start --listen 127.0.0.1:0 --no-lan
finish INT 0

echo "- kill -9 leaves nothing in the way, and the home is the same"
start --listen 127.0.0.1:0 --no-lan
finish KILL 137
[ -e "$home/control" ] || fail "a killed node cannot tidy up: the test is wrong"
expect 3 "$coopair" status --home "$home"
start --listen 127.0.0.1:0 --no-lan
expect 0 "$coopair" peers --home "$home" --json
[ "$(field link_key)" = "$key" ] || fail "another link key after a restart"
finish TERM 0

echo "- the port is drawn once and stays"
start --no-lan
first=$(field listen)
finish TERM 0
start --no-lan
[ "${first##*:}" = "$(field listen | sed 's/.*://')" ] || fail "another port"
finish TERM 0

echo "- the supervisor is told, and a home without any network starts"
NOTIFY_SOCKET=$work/nobody start --no-lan
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
