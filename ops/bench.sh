#!/usr/bin/env bash
# make bench: measures what ships, on real files and workers, beside its peers, and prints one row for each figure.
#
#   ops/bench.sh [NAME...]                without names: everything, into tests/WorkspaceServer.Benchmarks/RESULTS.md
#   ops/bench.sh --write FILE NAME...     replaces the rows of these measurements in the file
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dotnet build tests/WorkspaceServer.Benchmarks -c Release --nologo -v quiet -clp:NoSummary
dotnet publish src/WorkspaceServer -c Release -r linux-x64 --self-contained --nologo -v quiet -o artifacts/bench/server
[ $# -gt 0 ] || set -- --write tests/WorkspaceServer.Benchmarks/RESULTS.md
exec artifacts/bin/WorkspaceServer.Benchmarks/release/WorkspaceServer.Benchmarks "$@"
