#!/usr/bin/env bash
# Builds the native SQLCipher library (libe_sqlite3.so) from one pinned npm package.
#
#   ops/sqlcipher/build.sh OUTPUT_FILE
#
# The package's own install scripts never run; the package and the one C file that is compiled are checked against
# the hashes below. A distributor may set WORKSPACE_SQLCIPHER_SOURCE to a folder that holds an amalgamation
# (sqlite3.c and sqlite3.h) of SQLCipher 4.14 or newer; then nothing is fetched and no hash is checked.
set -euo pipefail

package='@journeyapps/sqlcipher@6.0.0'
package_sha512='YmWSQIR4cnv+5L38lYJoS/dIF/+bEZBaACATbeTyq4XKjMHcxdIlFnElBLiIqa9rwseOIimIYjudgOOCovud3Q=='
source_sha256='2ba87bbc92caf02c0ac640198c537c24bdda899a18bbba289f3d3f44d56795e4'

fail() { echo "sqlcipher: $*" >&2; exit 1; }

[ $# -eq 1 ] || fail "usage: build.sh OUTPUT_FILE"
output=$1
mkdir -p "$(dirname "$output")"

# One build at a time: several projects may ask for the library in the same moment.
exec 9>"$output.lock"
flock 9
[ ! "$output" -nt "${BASH_SOURCE[0]}" ] || exit 0

command -v gcc >/dev/null || fail "gcc is missing. Run: ops/bootstrap.sh build"
[ -f /usr/include/openssl/evp.h ] || fail "OpenSSL's headers are missing. Run: ops/bootstrap.sh build"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -n "${WORKSPACE_SQLCIPHER_SOURCE:-}" ]; then
    source=$WORKSPACE_SQLCIPHER_SOURCE
    [ -f "$source/sqlite3.c" ] || fail "WORKSPACE_SQLCIPHER_SOURCE has no sqlite3.c: $source"
else
    command -v npm >/dev/null || fail "npm is missing. Run: ops/bootstrap.sh build"
    echo "sqlcipher: fetching $package"
    (cd "$work" && npm pack "$package" --ignore-scripts --silent >/dev/null) || fail "npm could not fetch $package."
    tarball=$(find "$work" -maxdepth 1 -name '*.tgz')
    [ "$(openssl dgst -sha512 -binary "$tarball" | base64 -w0)" = "$package_sha512" ] ||
        fail "the package $package is not the one that was reviewed (SHA-512 differs). Nothing was built."
    tar -xzf "$tarball" -C "$work" package/deps/sqlcipher-amalgamation
    source=$work/package/deps/sqlcipher-amalgamation
    echo "$source_sha256  $source/sqlite3.c" | sha256sum --check --quiet ||
        fail "sqlite3.c is not the file that was reviewed (SHA-256 differs). Nothing was built."
fi

# SQLite does not tell its authorizer about columns that are read only because USING or NATURAL JOIN compares them, and then
# the table may not be reported at all: a query could find hidden values by joining guesses to them. These three lines, one
# after each place where such a column is looked up (sqlite3ProcessJoin), report them like any other column.
read_left='if( db->xAuth \&\& pE1 ) sqlite3AuthRead(pParse, pE1, pSrc->a[iLeft].pSTab->pSchema, pSrc);'
read_right='if( db->xAuth \&\& pE2 ) sqlite3AuthRead(pParse, pE2, pRightTab->pSchema, pSrc);'
sed -e "s/^ *sqlite3SrcItemColumnUsed(&pSrc->a\[iLeft\], iLeftCol);$/&\n$read_left/" \
    -e "s/^ *sqlite3SrcItemColumnUsed(pRight, iRightCol);$/&\n$read_right/" "$source/sqlite3.c" > "$work/sqlite3.c"
[ "$(grep -c '^if( db->xAuth && pE[12] ) sqlite3AuthRead' "$work/sqlite3.c")" -eq 3 ] ||
    fail "sqlite3ProcessJoin in this SQLCipher has changed; look at it before you build. Nothing was built."

flags=(
    # What makes it SQLCipher.
    -DHAVE_STDINT_H=1 -DSQLITE_HAS_CODEC -DSQLCIPHER_CRYPTO_OPENSSL -DSQLITE_TEMP_STORE=2 -DSQLITE_THREADSAFE=1
    -DSQLITE_EXTRA_INIT=sqlcipher_extra_init -DSQLITE_EXTRA_SHUTDOWN=sqlcipher_extra_shutdown
    -DSQLCIPHER_LOG_LEVEL_DEFAULT=SQLCIPHER_LOG_ERROR
    # Hardening: no key in a URI, no double-quoted strings, no extensions, no plaintext left in free pages.
    -DSQLITE_USE_URI=0 -DSQLITE_DQS=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_SHARED_CACHE
    -DSQLITE_SECURE_DELETE -DSQLITE_LIKE_DOESNT_MATCH_BLOBS -DSQLITE_ENABLE_API_ARMOR
    # Lean handles.
    -DSQLITE_DEFAULT_PCACHE_INITSZ=0 '-DSQLITE_DEFAULT_LOOKASIDE=1200,20'
    # Features. MEMSTATUS stays on: sqlite3_hard_heap_limit64 needs it.
    -DSQLITE_DEFAULT_MEMSTATUS=1
    -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_RTREE -DSQLITE_ENABLE_STAT4 -DSQLITE_ENABLE_DBSTAT_VTAB
    -DSQLITE_ENABLE_MATH_FUNCTIONS -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_SNAPSHOT
    -DSQLITE_ENABLE_PREUPDATE_HOOK -DSQLITE_ENABLE_SESSION
)
echo "sqlcipher: compiling (about 40 seconds, once)"
gcc -O2 -fPIC -shared -fstack-protector-strong -D_FORTIFY_SOURCE=2 -w "${flags[@]}" \
    -I "$source" "$work/sqlite3.c" -o "$output.part" \
    -Wl,-z,relro,-z,now,-z,noexecstack -lcrypto -lpthread -ldl -lm ||
    fail "the compiler failed; see its message above."
strip --strip-unneeded "$output.part"
mv "$output.part" "$output"
echo "sqlcipher: built $output"
