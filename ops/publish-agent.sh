#!/usr/bin/env bash
# Publishes the agent for Windows as one file with its runtime inside.
#
#   ops/publish-agent.sh OUT      writes OUT/workspace-agent.exe
#
# The file is compressed: an uncompressed single file does not start under Wine, which the tests run it with.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ $# -eq 1 ] || { echo "usage: ops/publish-agent.sh OUT" >&2; exit 2; }
out=$1
rm -rf "$out"
dotnet publish src/WorkspaceServer.Agent -c Release -r win-x64 --self-contained --nologo -v minimal -o "$out" \
    -p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true -p:IncludeNativeLibrariesForSelfExtract=true -p:DebugType=none
rm -f "$out"/*.xml
[ "$(ls "$out")" = workspace-agent.exe ] || { echo "publish-agent: more than one file was published" >&2; exit 1; }
