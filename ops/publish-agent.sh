#!/usr/bin/env bash
# Publishes the agent with its runtime inside: for Windows as one file, for Linux with its native libraries beside it, so that it unpacks nothing when it starts.
#
#   ops/publish-agent.sh OUT [win-x64|linux-x64]      writes OUT/workspace-agent.exe, or OUT/workspace-agent and its libraries
#
# The file for Windows is compressed: an uncompressed single file does not start under Wine, which the tests run it with.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ $# -eq 1 ] || [ $# -eq 2 ] || { echo "usage: ops/publish-agent.sh OUT [win-x64|linux-x64]" >&2; exit 2; }
out=$1 system=${2:-win-x64}
case $system in
    win-x64) program=workspace-agent.exe own=true ;;
    linux-x64) program=workspace-agent own=false ;;
    *) echo "publish-agent: the agent is published for win-x64 and linux-x64" >&2; exit 2 ;;
esac
rm -rf "$out"
dotnet publish src/WorkspaceServer.Agent -c Release -r "$system" --self-contained --nologo -v minimal -o "$out" \
    -p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true -p:IncludeNativeLibrariesForSelfExtract=$own -p:DebugType=none
rm -f "$out"/*.xml
[ -f "$out/$program" ] || { echo "publish-agent: $program was not published" >&2; exit 1; }
[ $own = false ] || [ "$(ls "$out")" = "$program" ] || { echo "publish-agent: more than one file was published" >&2; exit 1; }
