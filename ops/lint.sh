#!/usr/bin/env bash
# Checks what the compiler does not: formatting, shell scripts, secrets. Runs every check, then fails if one failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

failed=''
check() {
    local what=$1
    shift
    if "$@"; then echo "lint: $what: ok"; else failed+=" $what"; echo "lint: $what: FAILED" >&2; fi
}

shell_scripts() { git grep -lE '^#!.*\b(ba)?sh\b' -- ':!*.md' ':!*.cs'; }

check formatting dotnet format WorkspaceServer.sln --verify-no-changes
mapfile -t scripts < <(shell_scripts)
check "shell (${#scripts[@]} scripts)" shellcheck "${scripts[@]}"
check secrets ops/hooks/secret-scan.sh

[ -z "$failed" ] || { echo "lint: failed:$failed. To mend formatting: dotnet format WorkspaceServer.sln" >&2; exit 1; }
