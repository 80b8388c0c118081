# steps.sh - what the tests by the real binary share. Sourced; $coopair is the binary, $work a folder that goes with the test.
work=$(mktemp -d)
nodes=()
unset COOPAIR_HOME NOTIFY_SOCKET XDG_RUNTIME_DIR
export HOME=$work NO_COLOR=1
: >"$work/in"
trap '[ ${#nodes[@]} -eq 0 ] || kill -9 "${nodes[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT

fail() { echo "FAILED: $*"; exit 1; }
# expect CODE COMMAND...: its output is in $work/out and $work/err; standard input is $work/in
expect() {
    local want=$1 got=0
    shift
    "$@" >"$work/out" 2>"$work/err" <"$work/in" || got=$?
    [ "$got" -eq "$want" ] || { cat "$work/out" "$work/err"; fail "exit $got instead of $want: ${*##*/}"; }
}
says() { grep -qF -- "$1" "$work/${2:-out}" || { cat "$work/out" "$work/err"; fail "\"$1\" is not in ${2:-out}"; }; }
quiet() { [ ! -s "$work/err" ] || { cat "$work/err"; fail "words on stderr"; }; }
field() { grep -o "\"$1\":[^,}]*" "$work/out" | head -n 1 | sed 's/^[^:]*://; s/"//g'; }
# until_says TEXT COMMAND...: asked again until it says so; a slow machine only makes it take longer
until_says() {
    local text=$1 tries=0
    shift
    while :; do
        expect 0 "$@"
        ! grep -qF -- "$text" "$work/out" || return 0
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || { cat "$work/out"; fail "\"$text\" never came"; }
        sleep 0.2
    done
}
# start COMMAND...: a node that has said it is ready; its line is in $work/out, what it says on stderr in $work/log
start() {
    [ -p "$work/ready" ] || mkfifo "$work/ready"
    "$@" >"$work/ready" 2>>"$work/log" &
    nodes+=($!)
    timeout 60 head -n 1 "$work/ready" >"$work/out"
    says '"ready":true'
}
# finish SIGNAL CODE: the node started first ends with this exit code
finish() {
    local got=0
    kill "-$1" "${nodes[0]}"
    wait "${nodes[0]}" 2>/dev/null || got=$?
    nodes=("${nodes[@]:1}")
    [ "$got" -eq "$2" ] || fail "exit $got instead of $2 after SIG$1"
}
