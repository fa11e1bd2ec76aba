#!/usr/bin/env bash
# Looks for texts that look like a secret, and names the place and the kind, never the text.
#
#   ops/hooks/secret-scan.sh                      everything that is tracked, as it is staged
#   ops/hooks/secret-scan.sh --staged FILE...     these files, as they are staged
#   ops/hooks/secret-scan.sh FILE...              these files, as they are on disk
#
# A line that only looks like a secret says so: secret-scan:ok REASON. Exit code 1: something was found.
set -euo pipefail

# Kind | extended regular expression
patterns=(
    'AWS access key|(AKIA|ASIA)[0-9A-Z]{16}'
    'AWS secret key|aws_secret_access_key["'\'' ]*[=:]["'\'' ]*[A-Za-z0-9/+]{40}'
    'private key|-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----'
    'age identity|AGE-SECRET-KEY-(PQ-)?1[0-9A-Za-z]{20}'
    'token of this server|wsp_[a-z]+_[0-9A-Za-z]{30}'
    'JSON Web Token|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10}'
    'token of a code host|(gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{40}|glpat-[0-9A-Za-z_-]{20})'
    'token of a package registry|(npm_[0-9A-Za-z]{36}|oy2[a-z0-9]{43})'
    'token of a chat service|xox[abeprs]-[0-9A-Za-z-]{20}'
    'key of a cloud service|(AIza[0-9A-Za-z_-]{35}|sk-ant-[0-9A-Za-z_-]{20})'
    'key of a payment service|((sk|rk)_live_[0-9A-Za-z]{16}|rzp_live_[0-9A-Za-z]{14})'
    'webhook secret|whsec_[A-Za-z0-9+/=]{24}'
)
# NAME=value lines, as in an env file or a shell script; awk then measures how random the value is.
assignment='^[[:space:]]*(export[[:space:]]+)?[A-Z][A-Z0-9]*(_[A-Za-z0-9_]+)?[[:space:]]*=[[:space:]]*["'\'']?[A-Za-z0-9+/_.~=-]{12}'

staged='' files=()
if [ "${1-}" = --staged ] || [ $# -eq 0 ]; then
    staged=1
    [ $# -eq 0 ] || shift
fi
files=("$@")

# Lines as PATH:NUMBER:TEXT. Both greps answer 1 when nothing matches, and more when something is wrong.
find_lines() {
    local code=0
    if [ -n "$staged" ]; then
        git grep --cached --full-name -nIE -e "$1" -- "${files[@]}" || code=$?
    else
        grep -nHIE -e "$1" -- "${files[@]}" || code=$?
    fi
    [ "$code" -le 1 ] || { echo "secret-scan: could not read the files" >&2; exit 2; }
}

found=''
report() {
    local line
    while IFS= read -r line; do
        [[ $line =~ secret-scan:ok[[:space:]]+[^[:space:]] ]] && continue
        found=1
        echo "secret-scan: $(cut -d: -f1,2 <<<"$line"): looks like a $1" >&2
    done <<<"$2"
}

for entry in "${patterns[@]}"; do
    lines=$(find_lines "${entry#*|}")
    [ -z "$lines" ] || report "${entry%%|*}" "$lines"
done

# Shannon entropy in bits per character: English words stay under 3.5, random base64 of 32 characters is above 4,
# random hex cannot pass 4. A name that speaks of a secret makes less enough.
random_values=$(find_lines "$assignment" | awk '
    {
        text = $0
        sub(/^[^:]*:[0-9]+:/, "", text)
        name = text; sub(/=.*/, "", name); gsub(/^[ \t]*(export[ \t]+)?|[ \t]+$/, "", name)
        value = text; sub(/^[^=]*=[ \t]*/, "", value); sub(/^["\47]/, "", value)
        if (!match(value, /^[A-Za-z0-9+\/_.~=-]+/)) next
        value = substr(value, 1, RLENGTH)
        if (value ~ /^(\/|\.|https?:)/ || value ~ /^[A-Za-z]+([._\/-][A-Za-z0-9]+)*\.[a-z]{2,5}$/) next
        delete seen; bits = 0; n = length(value)
        for (i = 1; i <= n; i++) seen[substr(value, i, 1)]++
        for (c in seen) bits -= seen[c] / n * log(seen[c] / n) / log(2)
        secret = toupper(name) ~ /KEY|SECRET|TOKEN|PASSW|PWD|CREDENTIAL/
        hex = value ~ /^[0-9a-fA-F]+$/
        if ((secret && n >= 12 && bits >= 3.2 && value ~ /[0-9]/) || (n >= 24 && bits >= 4.2 && value ~ /[0-9]/) || (hex && n >= 32 && bits >= 3.2)) print
    }')
[ -z "$random_values" ] || report "secret: a random value is set" "$random_values"

[ -z "$found" ] || {
    echo "secret-scan: take it out and, if it was ever real, replace it. Not a secret? Add to the line: secret-scan:ok REASON" >&2
    exit 1
}
