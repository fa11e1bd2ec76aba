#!/usr/bin/env bash
# Makes the README's pictures: ops/picture/dashboard.png of two pages as the tests draw them, and ops/picture/first-answer.png of
# what `make run` really prints, drawn as a terminal window.
# Needs chromium and fonts with Devanagari: ops/bootstrap.sh picture
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

command -v chromium >/dev/null || { echo "picture: chromium is missing. Run: ops/bootstrap.sh picture" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Arguments: a page, the picture's name, its width and its height.
draw() {
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run --disable-background-networking --disable-component-update \
        --disable-sync --user-data-dir="$work/profile" --force-device-scale-factor=2 --window-size="$3,$4" \
        --screenshot="$work/picture.png" "file://$1" 2>"$work/chromium.log" >/dev/null || { cat "$work/chromium.log" >&2; exit 1; }
    mv "$work/picture.png" "ops/picture/$2"
    echo "picture: wrote ops/picture/$2"
}

echo "picture: drawing the pages (a minute or two)"
SCREENSHOTS="$work/pages" ops/test.sh --projects WorkspaceServer.EndToEnd --only Browser.PagesTests >"$work/tests.log" || { cat "$work/tests.log" >&2; exit 1; }
cp ops/picture/dashboard.html "$work"
cp "$work/pages/w-overview-1440-light.png" "$work/desk.png"
cp "$work/pages/w-client-390-dark.png" "$work/phone.png"
draw "$work/dashboard.html" dashboard.png 1240 790

echo "picture: running the demo"
DEMO_HOME="$work/books" ops/run.sh --once --set Server:Url=http://127.0.0.1:8080 >"$work/output.txt"
sed -i "s#$work/books#./artifacts/run#; s#127.0.0.1:[0-9]*#127.0.0.1:8080#" "$work/output.txt"

escape() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'; }
{
    cat ops/picture/head.html
    printf '<span class="prompt">$</span> <b>make run</b>\n'
    escape <"$work/output.txt"
    printf '\n<span class="prompt">$</span> <b>claude mcp add --transport http books http://127.0.0.1:8080/mcp --header "Authorization: Bearer TOKEN"</b>\n'
    printf '</pre></main></body></html>\n'
} >"$work/page.html"
draw "$work/page.html" first-answer.png 980 445
