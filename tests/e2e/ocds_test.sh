#!/usr/bin/env bash
# The OCDS of a finished round is valid OCDS 1.1.5, by the standard's own schemas.
#   ocds_test.sh BUILD SOURCE TENDER-FOLDER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$1 data=$2/../shared/data/ocds tender=$3
. "$here/npm.sh"
if [ ! -r "$data/tools/validate.cjs" ]; then
    echo "SKIPPED: the schemas of the standard are not beside the project ($data)"
    exit 77
fi
npm_or_skip "$build/npm-ocds" ajv@8.20.0 ajv-draft-04@1.0.0 ajv-formats@3.0.1
cp "$data/tools/validate.cjs" .
if node validate.cjs "$data" "$data/examples/invalid-bad-date.json" bids >/dev/null; then
    echo "the validator accepts a package that it must refuse"
    exit 1
fi
node validate.cjs "$data" "$tender/tender.json" bids lots
