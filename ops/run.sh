#!/usr/bin/env bash
# make run: builds the server if anything changed, then starts it with sample books and lets an MCP client ask it a question.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

server=artifacts/bin/WorkspaceServer/release/workspace-server
home=${DEMO_HOME:-artifacts/run}

if [ ! -x "$server" ] || [ -n "$(find src ops/sqlcipher -newer "$server" -type f \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.sql' -o -name '*.sh' \) -print -quit)" ]; then
    echo "Building the server (the first time takes about a minute) ..."
    dotnet build src/WorkspaceServer -c Release --nologo -v minimal -clp:NoSummary
    touch "$server"
fi

exec "$server" --home "$home" demo "$@"
