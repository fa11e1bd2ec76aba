#!/usr/bin/env bash
# make drill: makes sample books and a backup of them, brings both back from nothing as ops/drill/restore-drill does for a real server, and removes everything.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

for project in WorkspaceServer WorkspaceServer.Agent; do
    dotnet build "src/$project" -c Release --nologo -v quiet -clp:NoSummary
done
server=artifacts/bin/WorkspaceServer/release/workspace-server
work=$(mktemp -d "${TMPDIR:-/tmp}/sample-drill-XXXXXX")
trap 'rm -rf "$work"' EXIT

printf '{}\n' >"$work/settings.json"
run() { "$server" --home "$work/home" --config "$work/settings.json" "$@"; }
run init --yes >/dev/null
run workspace create Books --sample >/dev/null
run backup configure --new-identity "$work/backup.key" >/dev/null
recipient=$(sed -n 's/^# public key: //p' "$work/backup.key")
printf '{ "Backup": { "Recipients": ["%s"], "Directory": "%s" } }\n' "$recipient" "$work/store" >"$work/settings.json"
run backup run >/dev/null
ops/drill/restore-drill --identity "$work/backup.key" --master-key "$work/home/keys/master.key" --settings "$work/settings.json" --out artifacts/drill
