#!/usr/bin/env bash
# Publishes the server for linux-x64, with its runtime and everything beside it, and the agent for Windows, with checksums.
#
#   ops/package.sh [--server]   writes workspace-server_VERSION_amd64.deb, workspace-server-VERSION-linux-x64.tar.gz,
#                               workspace-agent-VERSION-win-x64.zip and SHA256SUMS into artifacts/package; --server: without the agent for Windows
#
# The agent for Linux is in the server's package, for the restore drill.
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
# No debug information, which is not shipped: it holds paths of generated sources, and the programs would differ from folder to folder by its checksum.
dotnet publish src/WorkspaceServer -c Release -r linux-x64 --self-contained -p:DebugType=none --nologo -v minimal -o "$out/$name/bin"
rm -f "$out/$name"/bin/*.pdb "$out/$name"/bin/*.dbg "$out/$name"/bin/*.xml
for part in workspace-server workspace-sandbox libe_sqlite3.so; do
    [ -f "$out/$name/bin/$part" ] || { echo "package: $part was not published" >&2; exit 1; }
done
ops/publish-agent.sh "$out/$name/bin/agent" linux-x64
"$out/$name/bin/agent/workspace-agent" --version >/dev/null || { echo "package: the published agent does not start" >&2; exit 1; }
"$out/$name/bin/workspace-server" version >/dev/null || { echo "package: the published server does not start" >&2; exit 1; }
cp -R LICENSE nginx.conf keys.example ops/install ops/nginx ops/runbooks ops/drill ops/monitoring "$out/$name/"

deb=workspace-server_${version}_amd64.deb
root=$out/deb
"$out/$name/install/files.sh" "$out/$name/bin" "$root"
install -D -m 0644 LICENSE "$root/usr/share/doc/workspace-server/copyright"
install -d "$root/DEBIAN"
install -m 0755 ops/install/debian/* "$root/DEBIAN/"
cat >"$root/DEBIAN/control" <<CONTROL
Package: workspace-server
Version: $version
Architecture: amd64
Maintainer: Workspace Server <packages@workspace-server.invalid>
Section: net
Priority: optional
Installed-Size: $(find "$root/usr" -type f -printf '%s\n' | awk '{ kib += int(($1 + 1023) / 1024) } END { print kib }')
Depends: libc6, libstdc++6, libssl3, zlib1g, ca-certificates, tzdata, systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles
Recommends: nginx, curl, openssl
Description: Books of a business, kept encrypted and asked by AI clients
 One SQLCipher file per workspace, an MCP endpoint with OAuth, a dashboard, and backups that are proved by restoring them.
CONTROL
find "$root" -exec touch -h -d "@$(git log -1 --format=%ct)" {} +
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) dpkg-deb --root-owner-group -Zxz --build "$root" "$out/$deb" >/dev/null
rm -rf "${out:?}/deb"

tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct)" -C "$out" -cf - "$name" | gzip -9n >"$out/$name.tar.gz"
rm -rf "${out:?}/$name"

made=("$deb" "$name.tar.gz")
if [ "${1-}" != --server ]; then
    agent=workspace-agent-$version-win-x64
    echo "package: publishing $agent"
    ops/publish-agent.sh "$out/$agent"
    cp LICENSE "$out/$agent/LICENSE.txt"
    find "$out/$agent" -exec touch -d "@$(git log -1 --format=%ct)" {} +
    (cd "$out" && TZ=UTC zip -q -X -r "$agent.zip" "$agent")
    rm -rf "${out:?}/$agent"
    made+=("$agent.zip")
fi

(cd "$out" && sha256sum "${made[@]}" >SHA256SUMS)
for archive in "${made[@]}"; do
    echo "package: $out/$archive ($(du -h "$out/$archive" | cut -f1))"
done
