#!/usr/bin/env bash
# Publishes the server for linux-x64, with its runtime and everything beside it, as one archive with checksums.
#
#   ops/package.sh      writes artifacts/package/workspace-server-VERSION-linux-x64.tar.gz and SHA256SUMS
#
# Times and owners in the archive are fixed, so that two builds of one commit can be compared.
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
(cd "$out" && sha256sum "$name.tar.gz" >SHA256SUMS)
echo "package: $out/$name.tar.gz ($(du -h "$out/$name.tar.gz" | cut -f1))"
