#!/usr/bin/env bash
# The primary paths that a restore drill tries on the restored server; restore-drill reads this file. Each is a function that fails if the path does.
# (grep reads to the end rather than with -q: the writer of a broken pipe would fail, and with it the path.)
# It may use: $url of the server, $home (removed afterwards), $identity, $agent, and alone (a verb of the restored server). Secrets go through files only.
# shellcheck disable=SC2154 # restore-drill sets these.
set -euo pipefail

# The one list of paths, in the order in which they are tried: a feature that has a primary path adds its function below, and its name here. "start" is restore-drill's own.
# shellcheck disable=SC2034 # restore-drill goes through it.
paths=(start sign_in mcp_question pairing sync oauth_and_pkce csv_export audit_verify backup_of_the_restored doctor)

# What does not need the restored tables is tried by the server's own smoke test, as every hour on the real one; csv_export gives out a restored table.
smoke_tests() {
    [ -s "$home/smoke.json" ] || alone smoke --url "$url" --set "Server:PublicUrl=$url" --agent "$agent" --with-data --json >"$home/smoke.json" 2>"$home/smoke.log" || true
}
worked() {
    smoke_tests
    tr -d ' \n' <"$home/smoke.json" | grep "\"name\":\"$1\",\"passed\":true" >/dev/null || { cat "$home/smoke.json" >>"$home/smoke.log"; return 1; }
}
sign_in() { worked sign_in; }
pairing() { worked pairing; }
sync() { worked sync; }
oauth_and_pkce() { worked oauth_and_pkce; }
csv_export() { worked csv_export; }

mcp_question() {
    local workspace
    workspace=$(alone workspace list --json | sed -n 's/^ *"id": "\([0-9a-f]*\)",\{0,1\}$/\1/p' | head -1)
    alone token create -w "$workspace" --name drill --days 1 --out "$home/token" >/dev/null
    alone ask --url "$url/mcp" --token-file "$home/token" "SELECT 1" | grep '^1 row,' >/dev/null
}

audit_verify() { alone audit verify >"$home/audit.log"; }

backup_of_the_restored() {
    # The running server may be making one by itself at this moment; then this waits.
    local _
    for _ in $(seq 1 100); do
        ! alone backup run >"$home/backup.log" 2>&1 || break
        sleep 0.2
    done
    alone backup verify --identity "$identity" >>"$home/backup.log"
}

# The clock is the drill machine's own, and no part of what came back.
doctor() {
    alone doctor --thorough >"$home/doctor.log" || { grep '│ FAIL' "$home/doctor.log" >/dev/null && ! grep '│ FAIL' "$home/doctor.log" | grep -v '│ clock' >/dev/null; }
}
