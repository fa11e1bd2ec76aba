#!/usr/bin/env bash
# The primary paths that a restore drill tries on the restored server; restore-drill reads this file. Each is a function that fails if the path does.
# (grep reads to the end rather than with -q: the writer of a broken pipe would fail, and with it the path.)
# It may use: $url of the server, $home (removed afterwards), $identity, $agent, and alone (a verb of the restored server). Secrets go through files only.
# shellcheck disable=SC2154 # restore-drill sets these.
set -euo pipefail

# The one list of paths, in the order in which they are tried: a feature that has a primary path adds its function below, and its name here. "start" is restore-drill's own.
# shellcheck disable=SC2034 # restore-drill goes through it.
paths=(start sign_in mcp_question pairing sync oauth_and_pkce csv_export audit_verify backup_of_the_restored doctor)

page() { curl -s -b "$home/cookies" -c "$home/cookies" -H 'Accept: text/html' "$url$1"; }

# submit PAGE_WITH_THE_FORM PATH FIELD...: sends a form as a browser does; prints where it leads.
submit() {
    local from=$1 path=$2 token fields=()
    shift 2
    token=$(page "$from" | grep -o 'name="__RequestVerificationToken"[^>]*value="[^"]*"' | head -1 | sed 's/.*value="//; s/"$//')
    for field in "$@"; do fields+=(--data-urlencode "$field"); done
    curl -s -o "$home/page.html" -w '%{redirect_url}' -b "$home/cookies" -c "$home/cookies" -H 'Accept: text/html' -H "Origin: $url" -H 'Sec-Fetch-Site: same-origin' \
        --data-urlencode "__RequestVerificationToken=$token" "${fields[@]}" "$url$path"
}

# A person who is added, chooses a password by the link, and signs in with it; owner of a workspace that is the drill's own.
sign_in() {
    local email=drill@drill.invalid
    (umask 077; head -c 24 /dev/urandom | base64 | tr -d '\n' >"$home/password")
    alone user create "$email" --name Drill --json | grep -o 'token=[A-Za-z0-9_-]*' | sed 's/^token=//' | tr -d '\n' >"$home/link"
    drilled=$(alone workspace create "Restore drill" --json | sed -n 's/^ *"id": "\([0-9a-f]*\)",\{0,1\}$/\1/p' | head -1)
    alone member add "$email" --workspace "$drilled" --role owner >/dev/null
    [ "$(submit /sign-in /choose-password "token@$home/link" "password@$home/password")" = "$url/sign-in" ] || return 1
    submit /sign-in /sign-in "email=$email" "password@$home/password" >/dev/null
    page "/w/$drilled" | grep 'Restore drill' >/dev/null
}

mcp_question() {
    local workspace
    workspace=$(alone workspace list --json | sed -n 's/^ *"id": "\([0-9a-f]*\)",\{0,1\}$/\1/p' | head -1)
    alone token create -w "$workspace" --name drill --days 1 --out "$home/token" >/dev/null
    alone ask --url "$url/mcp" --token-file "$home/token" "SELECT 1" | grep '1 rows' >/dev/null
}

pairing() {
    alone pairing create --workspace "$drilled" --name drill --out "$home/pair.txt" >/dev/null
    "$agent" --home "$home/agent" pair --url "$url" --token-file "$home/pair.txt" --name drill >"$home/agent.log" 2>&1
}

sync() {
    mkdir -p "$home/books"
    printf 'id,amount\n1,4000.25\n2,321.25\n' >"$home/books/drill.csv"
    "$agent" --home "$home/agent" source add files "$home/books" --yes >"$home/agent.log" 2>&1 \
        && "$agent" --home "$home/agent" sync --once >>"$home/agent.log" 2>&1
}

# A client registers itself, the person says yes, the code is worth a token only with its verifier (RFC 7636), and the token reads what the agent sent.
oauth_and_pkce() {
    local redirect=http://127.0.0.1:9/callback verifier challenge client query code
    verifier=$(head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n')
    challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d '=\n')
    client=$(curl -s -H 'Content-Type: application/json' "$url/oauth/register" \
        -d "{\"client_name\": \"Restore drill\", \"redirect_uris\": [\"$redirect\"], \"token_endpoint_auth_method\": \"none\"}" | grep -o '"client_id": *"[^"]*"' | sed 's/.*"\([^"]*\)"$/\1/')
    query="/oauth/authorize?response_type=code&client_id=$client&redirect_uri=$redirect&code_challenge=$challenge&code_challenge_method=S256&state=drill&scope=tables:read&resource=$url/mcp"
    code=$(submit "$query" "$query" decision=allow "workspace=$drilled" tables_read=true days=7 rows=1000 | sed -n 's/.*[?&]code=\([^&]*\).*/\1/p')
    exchange "$client" "$redirect" "$code" "not-$verifier" | grep '"error": *"invalid_grant"' >/dev/null || return 1
    code=$(submit "$query" "$query" decision=allow "workspace=$drilled" tables_read=true days=7 rows=1000 | sed -n 's/.*[?&]code=\([^&]*\).*/\1/p')
    (umask 077; exchange "$client" "$redirect" "$code" "$verifier" | grep -o '"access_token": *"[^"]*"' | sed 's/.*"\([^"]*\)"$/\1/' >"$home/access")
    alone ask --url "$url/mcp" --token-file "$home/access" "SELECT sum(amount) AS amount FROM drill" | grep '4321.5' >/dev/null
}

# exchange CLIENT REDIRECT CODE VERIFIER
exchange() {
    (umask 077; printf 'grant_type=authorization_code&client_id=%s&redirect_uri=%s&code=%s&code_verifier=%s' "$@" >"$home/exchange")
    curl -s -H 'Content-Type: application/x-www-form-urlencoded' --data "@$home/exchange" "$url/oauth/token"
}

# A table that was restored goes out as CSV through the page's own endpoint: a line of names, and as many rows as the table has.
csv_export() {
    local workspace table=drill found=$drilled rows
    for workspace in $(alone workspace list --json | sed -n 's/^ *"id": "\([0-9a-f]*\)",\{0,1\}$/\1/p'); do
        [ "$workspace" != "$drilled" ] || continue
        table=$(alone table list -w "$workspace" --json | sed -n 's/^ *"name": "\([a-z0-9_]*\)",\{0,1\}$/\1/p' | head -1)
        [ -z "$table" ] || { found=$workspace; break; }
    done
    # All of them are empty: then the table that the agent sent.
    [ -n "$table" ] || table=drill
    rows=$(alone query -w "$found" --json "SELECT count(*) FROM $table" | tr -d ' \n' | sed -n 's/.*"rows":\[\["\{0,1\}\([0-9]*\).*/\1/p')
    [ "$found" = "$drilled" ] || alone member add drill@drill.invalid --workspace "$found" --role owner >/dev/null
    page "/w/$found/tables/$table/export" >"$home/export.csv"
    # A cell may have line ends within its quotation marks (RFC 4180). A file has at most 1,000,000 rows.
    [ "$(awk '{ marks += gsub(/"/, "") } marks % 2 == 0 { lines++ } END { print lines + 0 }' "$home/export.csv")" = "$((1 + (rows > 1000000 ? 1000000 : rows)))" ]
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
