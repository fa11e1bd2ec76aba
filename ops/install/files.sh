#!/usr/bin/env bash
# Puts the server's files below a root folder, as the Debian package and the installer both do.
#
#   ops/install/files.sh PROGRAM_FOLDER ROOT
#
# Program, units and what they need go where Debian wants them; what only the machine's owner decides on stays in /usr/share/workspace-server.
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: files.sh PROGRAM_FOLDER ROOT" >&2; exit 2; }
program=$1 root=${2%/}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
above=$(dirname "$here")
# In the repository nginx.conf lies one folder higher than in the archive.
nginx=$above/nginx.conf
[ -e "$nginx" ] || nginx=$(dirname "$above")/nginx.conf

share=$root/usr/share/workspace-server
rm -rf "$root/usr/lib/workspace-server" "$share"
install -d "$root/usr/lib/workspace-server" "$root/usr/bin" "$share"
cp -R "$program/." "$root/usr/lib/workspace-server/"
ln -sfn ../lib/workspace-server/workspace-server "$root/usr/bin/workspace-server"
for unit in workspace-server.service workspace-smoke.service workspace-smoke.timer workspace-drill.service workspace-drill.timer workspace-drill-sample.service workspace-drill-sample.timer; do
    install -D -m 0644 "$here/$unit" "$root/usr/lib/systemd/system/$unit"
done
install -D -m 0644 "$here/sysusers.conf" "$root/usr/lib/sysusers.d/workspace-server.conf"
install -D -m 0644 "$here/tmpfiles.conf" "$root/usr/lib/tmpfiles.d/workspace-server.conf"
install -m 0644 "$nginx" "$share/nginx.conf"
cp -R "$above/nginx" "$above/runbooks" "$above/drill" "$above/monitoring" "$share/"
install -d "$share/install"
cp -R "$here/install.sh" "$here/host" "$share/install/"
chmod -R u=rwX,go=rX "$share" "$root/usr/lib/workspace-server"
