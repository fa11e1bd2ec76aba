#!/usr/bin/env bash
# Runs the attacks of the test suite with more cases: requests over raw sockets, JSON-RPC messages, SQL from a grammar, the written
# corpora, testssl.sh against nginx.conf, races for one code or refresh token (40 of 50 clients each), and kill -9 in the middle of syncs, backups, restores and key rotations. What fails prints its seed and case; the
# same seed makes the same cases.
#
#   ATTACK_CASES   requests and messages together (100000); a tenth as many statements
#   ATTACK_KILLS   kills, broken connections, full disks and clocks that jump while an agent syncs (100)
#   ATTACK_BACKUP_KILLS      kills in the middle of backups, restores and key rotations, and as many of rotations alone (50)
#   ATTACK_BACKUP_SEQUENCES  orders of writes and backups, each restored at every moment (40)
#   ATTACK_BOOKS_SCALE       size of the sample books that are backed up while writers run; 20 makes a million rows (20)
#   ATTACK_SEED    another seed makes other cases (today's date)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export ATTACK_CASES=${ATTACK_CASES:-100000} ATTACK_KILLS=${ATTACK_KILLS:-100} ATTACK_SEED=${ATTACK_SEED:-$(date +%Y%m%d)}
export ATTACK_BACKUP_KILLS=${ATTACK_BACKUP_KILLS:-50} ATTACK_BACKUP_SEQUENCES=${ATTACK_BACKUP_SEQUENCES:-40} ATTACK_BOOKS_SCALE=${ATTACK_BOOKS_SCALE:-20}
# Not named WORKSPACE_…: those are settings of the server, which refuses the ones that it does not know.
export ATTACK_STATEMENTS=${ATTACK_STATEMENTS:-$((ATTACK_CASES / 10))}
echo "attack: $ATTACK_CASES requests and messages, $ATTACK_STATEMENTS statements, ATTACK_SEED=$ATTACK_SEED"
exec ops/test.sh --projects "WorkspaceServer.Tests WorkspaceServer.EndToEnd" --only "Attack. SyncAttack SyncChaos MalformedCalls GeneratedSql HostileSql Injection HostileNames OAuthToken BackupCrash KeyRotationCrash SimulatedNights PinnedDatabase EdgeScan RestoreEquality"
