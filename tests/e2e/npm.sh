# Sourced by the tests that use npm packages. Packages are installed by name and pinned version into the build folder, never into the tree;
# where npm or its registry is out of reach the test is skipped (exit code 77) with the reason printed.
npm_or_skip() { # FOLDER PACKAGE@VERSION...
    local folder=$1
    shift
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        echo "SKIPPED: node and npm are not installed here"
        exit 77
    fi
    mkdir -p "$folder"
    cd "$folder"
    [ -e package.json ] || echo '{"private":true}' > package.json
    if ! npm ls "$@" >/dev/null 2>&1 && ! timeout 120 npm install --no-audit --no-fund --silent "$@" >npm.log 2>&1; then
        echo "SKIPPED: npm cannot install $* here"
        exit 77
    fi
}
