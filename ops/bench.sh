#!/usr/bin/env bash
# make bench: measures in Release, on the real files and workers, and prints one row for each figure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dotnet build tests/WorkspaceServer.Benchmarks -c Release --nologo -v quiet -clp:NoSummary
exec artifacts/bin/WorkspaceServer.Benchmarks/release/WorkspaceServer.Benchmarks "$@"
