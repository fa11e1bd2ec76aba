#!/usr/bin/env bash
# Publishes the server for linux-x64, with its runtime and everything beside it, and the agent for Windows, as archives with checksums.
#
#   ops/package.sh      writes workspace-server-VERSION-linux-x64.tar.gz, workspace-agent-VERSION-win-x64.zip and SHA256SUMS
#                       into artifacts/package
#
# Times and owners in the archives are fixed, so that two builds of one commit can be compared.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=$(sed -nE 's#.*<Version>(.*)</Version>.*#\1#p' src/Directory.Build.props)
name=workspace-server-$version-linux-x64
out=artifacts/package
rm -rf "$out"
mkdir -p "$out/$name/bin"

echo "package: publishing $name"
dotnet publish src/WorkspaceServer -c Release -r linux-x64 --self-contained --nologo -v minimal -o "$out/$name/bin"
rm -f "$out/$name"/bin/*.pdb "$out/$name"/bin/*.dbg "$out/$name"/bin/*.xml
for part in workspace-server workspace-sandbox libe_sqlite3.so; do
    [ -f "$out/$name/bin/$part" ] || { echo "package: $part was not published" >&2; exit 1; }
done
"$out/$name/bin/workspace-server" version >/dev/null || { echo "package: the published server does not start" >&2; exit 1; }
cp -R LICENSE nginx.conf keys.example "$out/$name/"

tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct)" -C "$out" -cf - "$name" | gzip -9n >"$out/$name.tar.gz"
rm -rf "${out:?}/$name"

agent=workspace-agent-$version-win-x64
echo "package: publishing $agent"
ops/publish-agent.sh "$out/$agent"
cp LICENSE "$out/$agent/LICENSE.txt"
find "$out/$agent" -exec touch -d "@$(git log -1 --format=%ct)" {} +
(cd "$out" && TZ=UTC zip -q -X -r "$agent.zip" "$agent")
rm -rf "${out:?}/$agent"

(cd "$out" && sha256sum "$name.tar.gz" "$agent.zip" >SHA256SUMS)
for archive in "$name.tar.gz" "$agent.zip"; do
    echo "package: $out/$archive ($(du -h "$out/$archive" | cut -f1))"
done
