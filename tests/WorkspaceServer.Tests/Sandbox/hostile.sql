-- Hostile statements, one a line, under headings "== family: expected". Expected: refused | bounded | harmless.
-- $T is a folder that stays empty, $D the workspace's file, $O another workspace's file. \0, \n and \uXXXX are characters.
-- <<N|text>> and <<N|text|between>> repeat text N times; in it # is the count from 1 and @ the count from 0.

== writes: refused
INSERT INTO vouchers (id) VALUES (1)
INSERT OR REPLACE INTO parties (id, name) VALUES ('P1', 'x')
REPLACE INTO parties (id) VALUES ('P1')
INSERT INTO parties SELECT * FROM parties RETURNING id
INSERT INTO parties DEFAULT VALUES
UPDATE parties SET name = 'x'
UPDATE parties SET name = 'x' RETURNING secret_pan
UPDATE main.parties SET secret_pan = secret_pan RETURNING secret_pan
UPDATE vouchers SET amount = 0 WHERE id = 1
UPDATE OR FAIL vouchers SET id = 1
DELETE FROM vouchers
DELETE FROM main.parties WHERE secret_pan LIKE 'C%' RETURNING *
WITH doomed AS (SELECT id FROM vouchers) DELETE FROM vouchers WHERE id IN doomed
WITH x AS (SELECT 1) UPDATE vouchers SET amount = 0
WITH x AS (SELECT 1) INSERT INTO vouchers (id) SELECT 1
INSERT INTO vouchers (id) VALUES (1) ON CONFLICT DO UPDATE SET amount = 0
CREATE TABLE t (x)
CREATE TABLE t AS SELECT * FROM parties
CREATE TABLE IF NOT EXISTS vouchers (x)
CREATE INDEX i ON vouchers (day)
CREATE UNIQUE INDEX IF NOT EXISTS main.i ON vouchers (id)
CREATE VIEW v AS SELECT * FROM main.salaries
CREATE TRIGGER g AFTER INSERT ON vouchers BEGIN DELETE FROM parties; END
CREATE VIRTUAL TABLE f USING fts5(x)
CREATE VIRTUAL TABLE f USING fts5vocab('parties_fts', 'row')
CREATE VIRTUAL TABLE r USING rtree(id, a, b)
CREATE VIRTUAL TABLE d USING dbstat
CREATE VIRTUAL TABLE p USING sqlite_dbpage
DROP TABLE vouchers
DROP TABLE IF EXISTS no_such_table
DROP VIEW parties
DROP VIEW temp.parties
DROP INDEX "_ws_key_parties.id"
ALTER TABLE vouchers RENAME TO x
ALTER TABLE vouchers ADD COLUMN x
ALTER TABLE parties DROP COLUMN secret_pan
ALTER TABLE parties RENAME COLUMN secret_pan TO city2
REINDEX
REINDEX vouchers
ANALYZE
ANALYZE vouchers
ANALYZE sqlite_schema
VACUUM
VACUUM main
UPDATE sqlite_schema SET sql = 'x'
DELETE FROM sqlite_stat1
INSERT INTO _ws_table (name) VALUES ('x')
UPDATE _ws_table SET schema = '{}'
DELETE FROM _ws_load

== files: refused
VACUUM INTO '$T/vacuum.db'
VACUUM main INTO '$T/vacuum-main.db'
VACUUM INTO 'file:$T/vacuum-uri.db?mode=rwc'
VACUUM INTO printf('%s/vacuum-printf.db', '$T')
ATTACH '$T/attached.db' AS a
ATTACH DATABASE '$T/attached-key.db' AS a KEY ''
ATTACH '$O' AS other
ATTACH '$D' AS self KEY ''
ATTACH ':memory:' AS m
ATTACH '' AS empty
ATTACH 'file:$T/uri.db?mode=rwc&vfs=unix-none' AS a
ATTACH '/etc/passwd' AS p
DETACH main
DETACH DATABASE temp
SELECT load_extension('$T/x.so')
SELECT load_extension('libc.so.6', 'system')
SELECT writefile('$T/written.txt', 'x')
SELECT readfile('/etc/passwd')
SELECT * FROM fsdir('/')
SELECT edit('x')
SELECT sqlite3_backup('$T/backup.db')
SELECT * FROM csv WHERE filename = '/etc/passwd'
SELECT * FROM zipfile('$T/z.zip')
SELECT fts3_tokenizer('simple')
SELECT fts3_tokenizer('simple', x'4141414141414141')
SELECT fts5(NULL)

== cipher: refused
PRAGMA cipher_log = '$T/cipher.log'
PRAGMA cipher_log('$T/cipher-call.log')
PRAGMA main.cipher_log = '$T/cipher-main.log'
PRAGMA cipher_log_level = TRACE
PRAGMA cipher_log_source = ANY
PRAGMA cipher_profile = '$T/profile.log'
PRAGMA cipher_profile('$T/profile-call.log')
PRAGMA cipher_export
PRAGMA cipher_migrate
PRAGMA cipher_settings
PRAGMA cipher_default_settings
PRAGMA cipher_salt
PRAGMA cipher_version
PRAGMA cipher_provider
PRAGMA cipher_status
PRAGMA cipher_integrity_check
PRAGMA cipher_memory_security = OFF
PRAGMA cipher_plaintext_header_size = 32
PRAGMA cipher_default_page_size = 1024
PRAGMA cipher_add_random = "x'00'"
PRAGMA cipher_fips_status
PRAGMA cipher_test_on
PRAGMA cipher_store_pass = 1
PRAGMA key = 'x'
PRAGMA key = "x'00'"
PRAGMA rekey = 'x'
PRAGMA main.rekey = ''
PRAGMA hexkey = '00'
PRAGMA hexrekey = '00'
PRAGMA textkey = 'x'
PRAGMA kdf_iter = 1
PRAGMA codec_salt
SELECT sqlcipher_export('main')
SELECT sqlcipher_export('main', 'temp')
SELECT sqlcipher_vle_cipher(1)
SELECT * FROM pragma_cipher_salt
SELECT * FROM pragma_key
SELECT cipher_salt FROM pragma_cipher_salt()

== pragmas: refused
PRAGMA query_only = OFF
PRAGMA query_only
PRAGMA writable_schema = ON
PRAGMA writable_schema = RESET
PRAGMA trusted_schema = ON
PRAGMA temp_store_directory = '$T'
PRAGMA data_store_directory = '$T'
PRAGMA data_version
PRAGMA main.data_version
PRAGMA user_version = 99
PRAGMA user_version
PRAGMA application_id = 1
PRAGMA schema_version = 1
PRAGMA journal_mode = DELETE
PRAGMA journal_mode = OFF
PRAGMA locking_mode = EXCLUSIVE
PRAGMA wal_checkpoint(TRUNCATE)
PRAGMA wal_autocheckpoint = 1
PRAGMA incremental_vacuum(1)
PRAGMA auto_vacuum = FULL
PRAGMA optimize
PRAGMA integrity_check
PRAGMA quick_check
PRAGMA foreign_key_check
PRAGMA table_info(parties)
PRAGMA table_xinfo(parties)
PRAGMA table_list
PRAGMA index_list(parties)
PRAGMA index_xinfo("_ws_key_parties.id")
PRAGMA database_list
PRAGMA function_list
PRAGMA module_list
PRAGMA pragma_list
PRAGMA collation_list
PRAGMA compile_options
PRAGMA stats
PRAGMA soft_heap_limit = 0
PRAGMA hard_heap_limit = 0
PRAGMA cache_size = 1000000
PRAGMA mmap_size = 1000000000
PRAGMA threads = 8
PRAGMA shrink_memory
PRAGMA lock_status
PRAGMA temp_store = 1
PRAGMA case_sensitive_like = ON
PRAGMA no_such_pragma

== schema: refused
SELECT * FROM sqlite_schema
SELECT * FROM sqlite_master
SELECT sql FROM main.sqlite_schema
SELECT count(*) FROM main.sqlite_master
SELECT name FROM sqlite_temp_schema
SELECT sql FROM sqlite_temp_master
SELECT sql FROM temp.sqlite_schema
SELECT 1 FROM sqlite_schema
SELECT rowid FROM sqlite_schema
SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE sql LIKE '%secret%')
SELECT * FROM "sqlite_schema"
SELECT * FROM [sqlite_master]
SELECT * FROM SQLITE_MASTER
SELECT * FROM sqlite_sequence
SELECT * FROM sqlite_stat1
SELECT stat FROM main.sqlite_stat1 WHERE tbl = 'salaries'
SELECT sample FROM sqlite_stat4
SELECT * FROM main.sqlite_stat4
SELECT count(*) FROM sqlite_stat4
SELECT * FROM dbstat
SELECT * FROM dbstat('main')
SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE
SELECT * FROM sqlite_dbpage
SELECT data FROM sqlite_dbpage('main') WHERE pgno = 2
SELECT * FROM sqlite_stmt
SELECT * FROM bytecode('SELECT secret_pan FROM parties')
SELECT * FROM tables_used('SELECT * FROM parties')
SELECT * FROM sqlite_memstat
SELECT * FROM carray(0, 1)
SELECT 1 FROM parties WHERE EXISTS (SELECT 1 FROM pragma_table_info('parties') WHERE name = 'secret_pan')
SELECT 1 FROM parties WHERE EXISTS (SELECT 1 FROM pragma_table_info('salaries'))
SELECT count(*) FROM (SELECT 1 FROM dbstat('main'))
SELECT * FROM generate_series(1, 2)
SELECT * FROM pragma_table_info('parties')
SELECT name FROM pragma_table_xinfo('parties')
SELECT count(*) FROM pragma_table_info('salaries')
SELECT * FROM pragma_table_list
SELECT * FROM pragma_database_list
SELECT file FROM pragma_database_list()
SELECT * FROM pragma_index_list('parties')
SELECT * FROM pragma_function_list
SELECT * FROM pragma_module_list
SELECT * FROM pragma_compile_options
SELECT * FROM pragma_user_version
SELECT * FROM parties, pragma_table_info('parties')
SELECT * FROM _ws_table
SELECT schema FROM _ws_table
SELECT 1 FROM _ws_table
SELECT * FROM main._ws_load
SELECT EXISTS (SELECT * FROM _ws_table)
EXPLAIN SELECT * FROM parties
EXPLAIN QUERY PLAN SELECT * FROM parties
EXPLAIN DELETE FROM vouchers
SELECT sqlite_compileoption_get(1)
SELECT sqlite_compileoption_used('HAS_CODEC')
SELECT sqlite_version()
SELECT sqlite_source_id()
SELECT sqlite_offset(name) FROM parties
SELECT sqlite_log(1, 'x')
SELECT last_insert_rowid()
SELECT changes(), total_changes()

== hidden columns: refused
SELECT secret_pan FROM parties
SELECT "secret_pan" FROM parties
SELECT [secret_pan] FROM parties
SELECT `secret_pan` FROM parties
SELECT SECRET_PAN FROM PARTIES
SELECT parties.secret_pan FROM parties
SELECT main.parties.secret_pan FROM main.parties
SELECT temp.parties.secret_pan FROM temp.parties
SELECT main.parties.name FROM parties
SELECT secret_pan FROM main.parties
SELECT * FROM main.parties
SELECT p.* FROM main.parties p
SELECT * FROM "main"."parties"
SELECT * FROM main . parties
SELECT * FROM main/**/./**/parties
SELECT x FROM (SELECT secret_pan AS x FROM main.parties)
WITH p AS (SELECT * FROM main.parties) SELECT * FROM p
WITH p(a, b, c, d, e, f) AS (SELECT * FROM main.parties) SELECT d FROM p
WITH p AS MATERIALIZED (SELECT * FROM main.parties) SELECT 1 FROM p
WITH p AS NOT MATERIALIZED (SELECT secret_pan s FROM main.parties) SELECT count(*) FROM p
SELECT name FROM parties WHERE secret_pan = 'CANARYPAN1'
SELECT count(*) FROM main.parties WHERE secret_pan LIKE 'C%'
SELECT count(*) FROM main.parties WHERE secret_pan GLOB 'C*'
SELECT name FROM main.parties WHERE substr(secret_pan, 1, 1) = 'C'
SELECT name FROM main.parties WHERE secret_limit > 5
SELECT name FROM main.parties WHERE (name, secret_pan) = ('x', 'y')
SELECT name FROM main.parties WHERE (id, secret_limit) IN (VALUES ('P1', 918273645))
SELECT EXISTS (SELECT 1 FROM main.parties WHERE secret_pan IS NOT NULL)
SELECT (SELECT secret_pan FROM main.parties LIMIT 1)
SELECT name FROM parties p WHERE 'CANARYPAN1' IN (SELECT secret_pan FROM main.parties)
SELECT name FROM parties p WHERE (SELECT q.secret_limit FROM main.parties q WHERE q.id = p.id) > 0
SELECT name FROM main.parties ORDER BY secret_pan
SELECT name FROM main.parties ORDER BY secret_limit DESC LIMIT 1
SELECT name FROM parties ORDER BY secret_pan
SELECT name FROM parties ORDER BY lower(secret_pan)
SELECT count(*) FROM main.parties GROUP BY secret_pan
SELECT name FROM main.parties GROUP BY name HAVING max(secret_limit) > 1
SELECT max(secret_limit) FROM main.parties
SELECT group_concat(secret_pan) FROM main.parties
SELECT json_group_array(secret_pan) FROM main.parties
SELECT json_object('x', secret_pan) FROM main.parties
SELECT count(*) FILTER (WHERE secret_limit > 0) FROM main.parties
SELECT sum(balance) OVER (ORDER BY secret_pan) FROM main.parties
SELECT row_number() OVER (PARTITION BY secret_pan) FROM main.parties
SELECT lag(secret_pan) OVER (ORDER BY id) FROM main.parties
SELECT count(*) OVER w FROM main.parties WINDOW w AS (ORDER BY secret_limit)
SELECT CASE WHEN secret_pan > 'C' THEN 1 ELSE 0 END FROM main.parties
SELECT iif(secret_limit > 1, 1, 0) FROM main.parties
SELECT 1 / (secret_limit - 918273645) FROM main.parties
SELECT abs(CASE WHEN secret_pan LIKE 'C%' THEN -9223372036854775808 END) FROM main.parties
SELECT json_extract(secret_pan, '$') FROM main.parties
SELECT json(secret_pan) FROM main.parties
SELECT unistr(secret_pan) FROM main.parties
SELECT a.secret_pan FROM parties a JOIN parties b ON a.id = b.id
SELECT a.name FROM main.parties a JOIN main.parties b ON a.secret_pan = b.secret_pan
SELECT a.name FROM main.parties a JOIN main.parties b USING (secret_pan)
SELECT a.name FROM parties a JOIN main.parties b USING (secret_pan)
SELECT a.id FROM main.parties a NATURAL JOIN main.parties b
SELECT count(*) FROM (SELECT 'CANARYPAN1' AS secret_pan) NATURAL JOIN main.parties
SELECT count(*) FROM (SELECT 'CANARYPAN1' AS secret_pan) LEFT JOIN main.parties USING (secret_pan)
SELECT x.secret_pan FROM (SELECT 1) LEFT JOIN main.parties x
SELECT secret_pan FROM (SELECT name FROM parties) FULL JOIN main.parties
SELECT name FROM parties UNION SELECT secret_pan FROM main.parties
SELECT name FROM parties UNION ALL SELECT secret_pan FROM main.parties
SELECT 'CANARYPAN1' INTERSECT SELECT secret_pan FROM main.parties
SELECT 'CANARYPAN1' EXCEPT SELECT secret_pan FROM main.parties
SELECT name FROM parties UNION SELECT name FROM main.parties ORDER BY secret_pan
VALUES ((SELECT secret_pan FROM main.parties))
SELECT * FROM json_each((SELECT json_group_array(secret_pan) FROM main.parties))
SELECT value FROM main.parties, json_each(json_array(secret_pan))
SELECT * FROM main.parties NOT INDEXED
WITH RECURSIVE r(x) AS (SELECT secret_pan FROM main.parties UNION SELECT x FROM r) SELECT x FROM r
SELECT DISTINCT secret_pan FROM main.parties
SELECT typeof(secret_pan), length(secret_pan) FROM main.parties
SELECT hex(secret_pan) FROM main.parties
SELECT quote(secret_pan) FROM main.parties
SELECT coalesce(NULL, secret_pan) FROM main.parties
SELECT secret_pan COLLATE NOCASE FROM main.parties
SELECT CAST(secret_pan AS BLOB) FROM main.parties
SELECT secret_pan || '' FROM main.parties
SELECT secret_pan -> '$' FROM main.parties
SELECT name FROM main.parties LIMIT (SELECT secret_limit FROM main.parties)
SELECT name FROM parties LIMIT 1 OFFSET (SELECT secret_limit FROM main.parties)
SELECT name FROM parties WHERE rowid = 1
SELECT _rowid_ FROM parties
SELECT oid FROM temp.parties
SELECT name FROM parties INDEXED BY "_ws_key_parties.id"
SELECT secret_pan AS name FROM parties
SELECT name AS n FROM main.parties p ORDER BY p.secret_limit
SELECT count(secret_pan) FROM main.parties
SELECT * FROM (main.parties)
SELECT * FROM (SELECT * FROM (SELECT * FROM main.parties))
SELECT (SELECT p.secret_pan) FROM main.parties p
SELECT (SELECT max(x) FROM (SELECT p.secret_limit AS x)) FROM main.parties p
SELECT name FROM main.parties WHERE name MATCH 'x'
SELECT iif(random() = 0, secret_pan, 'x') FROM main.parties
SELECT id FROM main.parties NATURAL JOIN (VALUES ('CANARYPAN1'))
SELECT 1 FROM main.parties WHERE 0 AND secret_pan
SELECT id FROM main.parties INDEXED BY "_ws_ref_parties.secret_pan"
SELECT name FROM main.parties
SELECT main.parties.name FROM main.parties
SELECT rowid FROM main.parties
SELECT count(*) FROM main.parties
SELECT count(*) FROM main.parties NATURAL JOIN (SELECT 1 AS secret_pan)
SELECT count(*) FROM main.parties NATURAL JOIN (SELECT 1 AS zzz)
SELECT count(*) FROM "main".parties
SELECT count(*) FROM 'main'."parties"
SELECT count(*) FROM [MAIN] . parties
SELECT count(*) FROM main/**/.parties
SELECT count(*) FROM main--\n.parties
SELECT count(*) FROM main\ufeff.parties
SELECT name FROM main.parties ORDER BY 1
SELECT * FROM parties WHERE id IN (SELECT id FROM main.parties)

== hidden columns: harmless
SELECT * FROM parties
SELECT * FROM temp.parties
SELECT p.*, q.* FROM parties p, parties q
SELECT * FROM parties NATURAL JOIN parties AS other
SELECT 'secret' FROM parties
SELECT name, count(*) FROM parties GROUP BY 1 ORDER BY 2
WITH parties AS (SELECT 1 AS secret_pan) SELECT secret_pan FROM parties
SELECT (SELECT * FROM (SELECT name FROM parties LIMIT 1))
SELECT * FROM (SELECT * FROM parties) UNION ALL SELECT * FROM parties

== hidden tables: refused
WITH salaries(x) AS (VALUES (1), (2)) SELECT count(*) FROM salaries
SELECT * FROM salaries
SELECT 1 FROM salaries
SELECT count(*) FROM salaries
SELECT count(*) FROM main.salaries
SELECT * FROM temp.salaries
SELECT rowid FROM salaries
SELECT * FROM "SALARIES"
SELECT EXISTS (SELECT 1 FROM salaries)
SELECT EXISTS (SELECT NULL FROM main.salaries WHERE 0)
SELECT (SELECT count(*) FROM salaries)
SELECT name FROM parties WHERE id IN salaries
SELECT 1 IN (SELECT 1 FROM salaries)
SELECT * FROM parties JOIN salaries
SELECT parties.* FROM parties, salaries
SELECT parties.id FROM parties LEFT JOIN salaries ON 0
SELECT parties.id FROM parties LEFT JOIN (SELECT 1 FROM salaries) ON 1
SELECT parties.id FROM parties NATURAL JOIN salaries
SELECT parties.id FROM parties CROSS JOIN salaries
WITH s AS (SELECT * FROM salaries) SELECT * FROM s
WITH s AS (SELECT 1 FROM salaries) SELECT count(*) FROM s
WITH RECURSIVE s(x) AS (SELECT net_pay FROM salaries UNION SELECT x FROM s) SELECT * FROM s
SELECT 1 UNION SELECT 1 FROM salaries
SELECT 1 EXCEPT SELECT net_pay FROM salaries
SELECT 1 WHERE (SELECT 1 FROM salaries)
SELECT 1 LIMIT (SELECT count(*) FROM salaries)
SELECT 1 FROM parties GROUP BY (SELECT max(net_pay) FROM salaries)
SELECT sum(1) FILTER (WHERE EXISTS (SELECT 1 FROM salaries)) FROM parties
SELECT sum(1) OVER (ORDER BY (SELECT 1 FROM salaries)) FROM parties
SELECT CASE WHEN 0 THEN (SELECT 1 FROM salaries) END
SELECT 1 FROM salaries WHERE 0
SELECT 1 FROM salaries LIMIT 0
SELECT max(rowid) FROM salaries
SELECT min(net_pay), max(net_pay) FROM main.salaries
SELECT * FROM salaries INDEXED BY "_ws_key_salaries.employee"
WITH salaries AS (SELECT * FROM main.salaries) SELECT * FROM salaries
WITH a AS (SELECT * FROM b), b AS (SELECT * FROM salaries) SELECT * FROM a
SELECT 1 FROM (SELECT 1 FROM salaries s JOIN parties p)
SELECT * FROM salaries_fts
SELECT count(*) FROM salaries_fts
SELECT count(*) FROM salaries_fts WHERE salaries_fts MATCH 'canary*'
SELECT 1 FROM salaries_fts_docsize

SELECT name FROM parties WHERE EXISTS (SELECT 1 FROM salaries)
SELECT name FROM parties p WHERE EXISTS (SELECT 1 FROM salaries s WHERE s.employee = p.id)
SELECT name FROM parties p WHERE NOT EXISTS (SELECT * FROM salaries)
SELECT name FROM parties p WHERE EXISTS (SELECT 1 FROM salaries s WHERE s.rowid = p.balance)
SELECT name FROM parties p WHERE EXISTS (SELECT 1 FROM main.salaries WHERE p.id = 'P1')
SELECT p.id FROM parties p LEFT JOIN salaries s ON s.employee = p.id
SELECT p.id FROM parties p LEFT JOIN (SELECT DISTINCT 1 AS x FROM salaries) ON x = p.balance
SELECT count(*) FROM (SELECT 1 FROM salaries UNION ALL SELECT 1 FROM salaries)
SELECT sum(x) FROM (SELECT 1 AS x FROM parties UNION ALL SELECT 1 FROM salaries)
SELECT 1 FROM parties HAVING (SELECT count(*) FROM salaries) > 0
SELECT max(balance) OVER (ROWS (SELECT count(*) FROM salaries) PRECEDING) FROM parties
SELECT 1 IN _ws_load
SELECT (1, 2, 3) IN _ws_load
SELECT ('CANARYPANEMPLOYEE1', 918273645) IN salaries
SELECT ('CANARYPANEMPLOYEE1', 918273645) IN (SELECT * FROM main.salaries)
SELECT name FROM parties WHERE (name, balance) IN salaries
SELECT count(*) FROM parties, (salaries)
SELECT count(*) FROM (parties CROSS JOIN salaries)
SELECT count(*) FROM (parties LEFT JOIN (salaries JOIN parties b) ON 0)
VALUES (1), ((SELECT count(*) FROM salaries))
SELECT * FROM parties WHERE rowid IN (SELECT rowid FROM salaries)
WITH RECURSIVE r AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM r, salaries LIMIT 3) SELECT * FROM r
WITH r AS NOT MATERIALIZED (SELECT 1 FROM salaries) SELECT EXISTS (SELECT 1 FROM r)
SELECT count(*) FROM salaries_fts('canary*')
SELECT 1 FROM parties WHERE EXISTS (SELECT 1 FROM salaries_fts('canary*'))

== hidden tables: harmless
SELECT 1 ORDER BY (SELECT 1 FROM salaries)
WITH s AS (SELECT * FROM salaries) SELECT 1
WITH salaries AS (SELECT 1 AS x) SELECT * FROM salaries
SELECT salaries.x FROM (SELECT 1 AS x) AS salaries
SELECT 'salaries'

== joins by name: refused
SELECT n.secret_limit FROM (SELECT 918273645 AS secret_limit) n JOIN main.parties USING (secret_limit)
WITH RECURSIVE n(secret_limit) AS (SELECT 918273600 UNION ALL SELECT secret_limit + 1 FROM n LIMIT 100) SELECT n.secret_limit FROM n JOIN main.parties USING (secret_limit)
WITH RECURSIVE n(secret_limit) AS (SELECT 918273600 UNION ALL SELECT secret_limit + 1 FROM n LIMIT 100) SELECT secret_limit FROM n NATURAL JOIN main.parties
SELECT count(*) FROM main.parties NATURAL JOIN (SELECT 'CANARYPAN1' AS secret_pan)
SELECT count(*) FROM main.parties RIGHT JOIN (SELECT 'CANARYPAN1' AS secret_pan) USING (secret_pan)
SELECT count(*) FROM (SELECT 'CANARYPAN1' AS secret_pan) FULL JOIN main.parties USING (secret_pan)
SELECT count(*) FROM (SELECT 1 AS a) LEFT JOIN (main.parties a JOIN main.parties b USING (secret_pan))
SELECT count(*) FROM (SELECT 'x' AS secret_pan) a NATURAL FULL JOIN (SELECT 'y' AS secret_pan) b NATURAL FULL JOIN main.parties
SELECT EXISTS (SELECT 1 FROM (SELECT 918273645 AS net_pay) NATURAL JOIN salaries)
SELECT count(*) FROM (SELECT 918273645 AS net_pay) NATURAL JOIN main.salaries
WITH RECURSIVE n(net_pay) AS (SELECT 918273600 UNION ALL SELECT net_pay + 1 FROM n LIMIT 100) SELECT n.net_pay FROM n JOIN salaries USING (net_pay)
SELECT count(*) FROM salaries a NATURAL JOIN salaries b
SELECT count(*) FROM (SELECT 'table' AS type) NATURAL JOIN sqlite_schema
SELECT count(*) FROM (SELECT 'salaries' AS name) NATURAL JOIN sqlite_master
SELECT count(*) FROM (SELECT 'salaries' AS name) NATURAL JOIN main.sqlite_schema
SELECT name FROM (SELECT 'parties' AS name) JOIN temp.sqlite_schema USING (name)
SELECT count(*) FROM (SELECT 'salaries' AS tbl) NATURAL JOIN sqlite_stat1
SELECT count(*) FROM (SELECT 'salaries' AS tbl) JOIN sqlite_stat4 USING (tbl)
SELECT count(*) FROM (SELECT 'salaries' AS name) NATURAL JOIN _ws_table
SELECT count(*) FROM (SELECT 1 AS number) NATURAL JOIN main._ws_load
SELECT count(*) FROM (SELECT 'salaries' AS name) NATURAL JOIN dbstat
SELECT count(*) FROM (SELECT 1 AS pgno) NATURAL JOIN sqlite_dbpage
SELECT count(*) FROM (SELECT 'secret_pan' AS name) NATURAL JOIN pragma_table_info('parties')
SELECT count(*) FROM (SELECT 'salaries' AS name) JOIN pragma_table_list USING (name)
SELECT count(*) FROM (SELECT 1 AS id) NATURAL JOIN parties_fts_data
SELECT count(*) FROM (SELECT 1 AS segid) JOIN vouchers_fts_idx USING (segid)
SELECT count(*) FROM (SELECT 'CANARYPAN1' AS secret_pan) NATURAL JOIN parties_fts
SELECT count(*) FROM (SELECT 'canary*' AS parties_fts) JOIN parties_fts USING (parties_fts)
SELECT count(*) FROM (SELECT 'secret_pan: canarypan1' AS parties_fts) CROSS JOIN parties_fts USING (parties_fts)
SELECT count(*) FROM (SELECT 'canary*' AS salaries_fts) JOIN salaries_fts USING (salaries_fts)

== joins by name: harmless
SELECT count(*) FROM parties a JOIN parties b USING (id, name)
SELECT count(*) FROM parties a NATURAL JOIN parties b
SELECT id, a.name FROM parties a LEFT JOIN parties b USING (id) FULL JOIN (SELECT 'P3' AS id) USING (id)
SELECT count(*) FROM vouchers JOIN (SELECT 7 AS id) USING (id)
WITH a AS (SELECT 1 AS x), b AS (SELECT 1 AS x) SELECT x FROM a NATURAL JOIN b
SELECT key FROM json_each('[1]') a JOIN json_each('[2]') b USING (key)

== full text: refused
SELECT * FROM parties_fts
SELECT count(*) FROM parties_fts
SELECT count(*) FROM parties_fts('canary*')
SELECT 1 FROM parties WHERE EXISTS (SELECT 1 FROM parties_fts('canary*'))
SELECT 1 FROM parties p WHERE EXISTS (SELECT 1 FROM parties_fts('canary*') f WHERE f.rowid = p.balance)
SELECT count(*) FROM (SELECT 1 FROM parties_fts('secret_pan: canary*'))
SELECT p.id FROM parties p LEFT JOIN parties_fts('canary*') ON 1
SELECT EXISTS (SELECT 1 FROM vouchers_fts('rent') JOIN parties_fts('canary*'))
SELECT 1 IN (SELECT 1 FROM parties_fts('canary*'))
SELECT rowid FROM parties_fts WHERE parties_fts MATCH 'secret_pan: CANARY*'
SELECT rowid FROM parties_fts('CANARY*')
SELECT name FROM parties_fts('CANARY*')
SELECT highlight(parties_fts, 2, '[', ']') FROM parties_fts WHERE parties_fts MATCH 'canary*'
SELECT snippet(parties_fts, -1, '[', ']', '', 8) FROM parties_fts('canary*')
SELECT bm25(parties_fts) FROM parties_fts('canary*')
SELECT parties_fts FROM parties_fts
SELECT rank FROM parties_fts('canary*')
SELECT p.name FROM main.parties p JOIN parties_fts f ON f.rowid = p.rowid WHERE f.secret_pan MATCH 'canary*'
SELECT * FROM main.parties_fts
SELECT * FROM parties_fts_data
SELECT block FROM parties_fts_data
SELECT term FROM parties_fts_idx
SELECT * FROM parties_fts_docsize
SELECT * FROM parties_fts_config
SELECT * FROM parties_fts_content
SELECT * FROM vouchers_fts_data
SELECT count(*) FROM vouchers_fts_idx
SELECT * FROM vouchers_fts_config
SELECT 1 FROM main.vouchers_fts_docsize
INSERT INTO vouchers_fts(vouchers_fts) VALUES ('rebuild')
INSERT INTO vouchers_fts(vouchers_fts) VALUES ('optimize')
INSERT INTO vouchers_fts(vouchers_fts) VALUES ('delete-all')
INSERT INTO vouchers_fts(vouchers_fts) VALUES ('integrity-check')
INSERT INTO vouchers_fts(vouchers_fts, rank) VALUES ('rank', 'bm25(10.0)')
INSERT INTO vouchers_fts(vouchers_fts, rank) VALUES ('automerge', 8)
INSERT INTO vouchers_fts(vouchers_fts, rowid, narration) VALUES ('delete', 1, 'x')
DELETE FROM vouchers_fts
SELECT * FROM fts5vocab
SELECT * FROM fts5vocab('parties_fts', 'row')
SELECT fts5_decode(id, block) FROM vouchers_fts_data
SELECT fts5_get_locale(vouchers_fts, 0) FROM vouchers_fts
SELECT fts5_locale('en', 'x')
SELECT fts5_insttoken('x')
SELECT fts5_source_id()
SELECT fts5_expr('a AND b')
SELECT rowid FROM vouchers_fts WHERE rank MATCH 'load_extension()' AND vouchers_fts MATCH 'rent' ORDER BY rank
SELECT rowid FROM vouchers_fts WHERE vouchers_fts MATCH '"unclosed'
SELECT rowid FROM vouchers_fts WHERE vouchers_fts MATCH 'secret_pan: x'
SELECT rowid FROM vouchers_fts WHERE vouchers_fts MATCH '<<5000|(>>a<<5000|)>>'

== full text: harmless
SELECT count(*) FROM vouchers_fts WHERE vouchers_fts MATCH 'rent'
SELECT v.id FROM vouchers_fts f JOIN vouchers v ON v.rowid = f.rowid WHERE f.narration MATCH 'rent' LIMIT 3
SELECT rowid FROM vouchers_fts WHERE vouchers_fts MATCH 'rent' ORDER BY rank LIMIT 1
SELECT * FROM vouchers_fts WHERE vouchers_fts MATCH '*id'
SELECT * FROM vouchers_fts WHERE vouchers_fts MATCH '*reads'
SELECT snippet(vouchers_fts, 0, '<', '>', '', 64) FROM vouchers_fts('rent') LIMIT 1

== temp shadowing: refused
CREATE TEMP TABLE parties AS SELECT * FROM main.parties
CREATE TEMP TABLE vouchers (x)
CREATE TEMP VIEW salaries2 AS SELECT * FROM main.salaries
CREATE TEMPORARY VIEW parties AS SELECT * FROM main.parties
CREATE TABLE temp.x (y)
CREATE VIEW temp.v AS SELECT * FROM main.parties
CREATE TEMP TRIGGER g INSTEAD OF INSERT ON parties BEGIN SELECT 1; END
INSERT INTO temp.parties (id) VALUES ('x')
UPDATE temp.parties SET name = 'x'
DELETE FROM temp.parties
ALTER TABLE temp.parties RENAME TO x
DROP TABLE temp.parties

== stacked: refused
SELECT 1; SELECT 2
SELECT 1; DELETE FROM vouchers
SELECT 1;;;; DROP TABLE vouchers
SELECT 1; -- \nDELETE FROM vouchers
SELECT 1; /* */ PRAGMA cipher_log = '$T/stacked.log'
SELECT 1; ATTACH '$T/stacked.db' AS a
SELECT 1; VACUUM INTO '$T/stacked-vacuum.db'
SELECT 1\0; DELETE FROM vouchers
\0SELECT 1
SELECT 1;\0DELETE FROM vouchers
SELECT '\0'
SELECT 1;\u00a0DELETE FROM vouchers
SELECT 1;\u2028DELETE FROM vouchers
SELECT 1;\u3000DELETE FROM vouchers
SELECT 1;\ufeffDELETE FROM vouchers
SELECT 1; \u200b
SELECT\u00a01
SELECT 1 /* ; */ ; COMMIT
SELECT 1; SELECT
SELECT 1; garbage
SELECT 1; '
SELECT 1; EXPLAIN SELECT 1
; DELETE FROM vouchers
-- \nDELETE FROM vouchers
/* only a comment */
;
;;;
\n\n
SELECT 1; SAVEPOINT s
SELECT 1; <<10000|;>> DELETE FROM vouchers
SELECT <<100001|1>>

== stacked: harmless
SELECT 1;
SELECT 1 ; ; ;
SELECT 1; -- nothing follows
SELECT 1; /* nothing follows
\ufeffSELECT 1
SELECT 1; /* DELETE FROM vouchers; */
SELECT ';DELETE FROM vouchers;--'
SELECT 1 -- ; DELETE FROM vouchers

== transactions: refused
BEGIN
BEGIN IMMEDIATE
BEGIN EXCLUSIVE TRANSACTION
COMMIT
END
END TRANSACTION
ROLLBACK
ROLLBACK TRANSACTION TO x
SAVEPOINT s
RELEASE s
RELEASE SAVEPOINT s
ROLLBACK TO s

== functions and parameters: refused
SELECT no_such_function(1)
SELECT randomblob(10)
SELECT zeroblob(10)
SELECT zeroblob(900000000)
SELECT soundex('x')
SELECT system('id')
SELECT median(amount) FROM vouchers
SELECT rtreecheck('x')
SELECT rtreenode(2, x'00')
SELECT rtreedepth(x'00')
SELECT geopoly_area('x')
SELECT sqlite_rename_table(0, 0, 0, 0, 0, 0, 0)
SELECT sqlite_rename_column(1, 2, 3, 4, 5, 6, 7, 8, 9)
SELECT sqlite_drop_column(0, 1, 2)
SELECT sqlite_fail('x', 'y')
SELECT sqlite_add_constraint('a', 'b', 1)
SELECT sqlite_filestat('main')
SELECT subtype('x')
SELECT eval('SELECT 1')
SELECT sha1('x')
SELECT decimal_sum(1)
SELECT regexp('a', 'b')
SELECT 'a' REGEXP 'b'
SELECT unknown(1)
SELECT ?
SELECT ?1
SELECT :name
SELECT @name
SELECT $name
SELECT ?201
SELECT name FROM parties WHERE id = ?
SELECT RAISE(ABORT, 'x')
SELECT 1 FROM vouchers WHERE nosuch(secret_pan)
SELECT "no such text"
SELECT count(*) FROM vouchers WHERE narration MATCH 'x'
SELECT sum(<<128|1|,>>)
SELECT coalesce(<<200|1|,>>)

== errors: refused
SELECT json('not json')
SELECT json_extract('{', '$.a')
SELECT abs(-9223372036854775808)
SELECT sum(x) FROM (SELECT 9223372036854775807 AS x UNION ALL SELECT 1)
SELECT * FROM
SELECT name FROM parties p WHERE p.secret = 1
SELECT name FROM parties a, parties b
SELECT * FROM no_such_table
SELECT * FROM main.no_such_table
SELECT * FROM no_such_schema.parties
SELECT 'a' LIKE 'b' ESCAPE 'cc'
SELECT printf('%s')  FROM (SELECT secret_pan FROM parties)
SELECT 1 ORDER BY 2
SELECT name FROM parties GROUP BY 9
SELECT 1 UNION SELECT 1, 2
VALUES (1, 2), (3)
SELECT (SELECT 1, 2)
SELECT count(*) OVER (ROWS BETWEEN -1 PRECEDING AND CURRENT ROW) FROM vouchers
SELECT ntile(0) OVER () FROM parties
SELECT cast(

== parser: refused
SELECT 1 IN (<<15000|#|,>>)
SELECT <<50000|(>>1<<50000|)>>
SELECT <<99|(SELECT >>1<<99|)>>
SELECT <<5000|NOT >>1
SELECT <<9000|- >>1
SELECT 1<<20000| + 1>>
SELECT <<3000|CASE WHEN 1 THEN >>1<<3000| END>>
SELECT <<201|1|, >>
SELECT <<201|@ AS c@|, >>
SELECT * FROM <<65|(SELECT 1) t#|, >>
SELECT 1<<60| UNION ALL SELECT #>>
SELECT 1<<60| UNION SELECT #>>
SELECT <<60|p#.*|, >> FROM <<60|parties p#|, >>
WITH <<300|c# AS (SELECT * FROM c@)|, >> SELECT * FROM c300
SELECT '<<100001|x>>'
SELECT x'<<49999|00>>0'
SELECT "<<90000|x>>"
SELECT 1 AS <<60|x#(>>
SELECT <<1000|json_array(>>1<<1000|)>>
SELECT <<9000|abs(>>1
SELECT 'x' LIKE '<<200|%a>>'
SELECT 'x' GLOB '<<200|*a>>'
SELECT 'x' LIKE printf('%0200d', 1)
SELECT <<400|1 IN (>>1<<400|)>>

== parser: harmless
SELECT * FROM <<1000|(>>vouchers<<1000|)>>
SELECT <<200|1|, >>
SELECT '<<90000|x>>' = ''
SELECT 1<<49| UNION ALL SELECT #>>
SELECT count(*) FROM (VALUES <<5000|(#)|, >>)
SELECT <<90|(>>1<<90|)>>
SELECT json('<<500|[>><<500|]>>')
WITH <<100|c# AS (SELECT #)|, >> SELECT * FROM c100

== compile bombs: bounded
WITH t0 AS (SELECT 1 AS x), <<24|t# AS (SELECT a.x + b.x AS x FROM t@ a, t@ b)|, >> SELECT x FROM t24
WITH t0(x) AS (SELECT 1), <<30|t#(x) AS (SELECT x FROM t@ UNION ALL SELECT x FROM t@)|, >> SELECT count(*) FROM t30
WITH t0(x) AS (SELECT id FROM vouchers), <<20|t#(x) AS (SELECT a.x FROM t@ a JOIN t@ b USING (x))|, >> SELECT count(*) FROM t20
WITH t0 AS (SELECT 1 AS x), <<40|t# AS (SELECT x + x AS x FROM t@)|, >> SELECT x FROM t40
WITH t0 AS (SELECT 1 AS x), <<25|t# AS (SELECT (SELECT x FROM t@) + (SELECT x FROM t@) AS x)|, >> SELECT x FROM t25
SELECT count(*) FROM vouchers v0, <<40|vouchers v#|, >> WHERE <<40|v@.id = v#.id| AND >>
SELECT 1 FROM <<20|parties p#|, >> WHERE <<15|(p1.id = 'a' OR p2.id = 'b')| AND >>

== processor bombs: bounded
WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n
WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT 1 FROM n) SELECT x FROM n WHERE x = 2
SELECT count(*) FROM vouchers a, vouchers b, vouchers c
SELECT max(a.id + b.id) FROM vouchers a CROSS JOIN vouchers b CROSS JOIN parties
SELECT a.id FROM vouchers a, vouchers b ORDER BY a.amount + b.amount LIMIT 1
SELECT count(*) FROM vouchers a JOIN vouchers b ON a.narration LIKE '%' || b.narration || '%'
SELECT count(*) FROM vouchers a WHERE NOT EXISTS (SELECT 1 FROM vouchers b WHERE b.amount > a.amount + 1e9)
SELECT sum(amount) OVER (ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) FROM vouchers
SELECT max(narration) OVER (ORDER BY id ROWS BETWEEN 40000 PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM vouchers
WITH RECURSIVE n(x) AS (SELECT 1 UNION SELECT x * 1103515245 % 2147483647 FROM n) SELECT count(*) FROM n
WITH RECURSIVE s(l, c) AS (SELECT '<<81|.>>', 0 UNION ALL SELECT l, c + 1 FROM s, (VALUES (1), (2), (3))) SELECT count(*) FROM s
SELECT count(*) FROM vouchers a, vouchers b, json_each('[1,2,3]') j, json_each('[1,2,3]') k
SELECT count(*) FROM vouchers_fts a, vouchers_fts b WHERE a.vouchers_fts MATCH 'rent' AND b.vouchers_fts MATCH 'rent'
SELECT count(*) FROM vouchers_fts, vouchers_fts('r* OR <<2000|a#*| OR >>')
SELECT count(*) FROM (SELECT DISTINCT a.amount * b.amount FROM vouchers a, vouchers b)

== string bombs: bounded
WITH RECURSIVE a(t) AS (SELECT printf('%01000000d', 0)) SELECT count(*) FROM vouchers, a WHERE instr(t, printf('%0400000d', 1)) > 0
WITH a(t) AS (SELECT printf('%01000000d', 0)) SELECT length(replace(t, '0', '00')) FROM a
WITH a(t) AS (SELECT printf('%0900000d', 0)) SELECT length(replace(t, printf('%0400000d', 1), 'x')) FROM a
WITH a(t) AS (SELECT printf('%01000000d', 0)) SELECT count(*) FROM a, vouchers WHERE t LIKE '%<<45|0_>>1'
WITH a(t) AS (SELECT printf('%01000000d', 0)) SELECT count(*) FROM a WHERE t GLOB '<<33|*0>>1*'
WITH a(t) AS (SELECT printf('%01000000d', 0)) SELECT count(*) FROM a, vouchers v WHERE trim(t, '0' || v.id) = ''
WITH a(t) AS (SELECT printf('%0500000d', 0)) SELECT sum(length(hex(t))) FROM a, vouchers
WITH a(t) AS (SELECT printf('%01000000d', 0)) SELECT sum(length(upper(t || id))) FROM a, vouchers
SELECT sum(json_array_length(j)) FROM (SELECT '[' || trim(replace(printf('%0300000d', 0), '0', '0,'), ',') || ']' AS j), vouchers
SELECT printf('%.1000000f', 1e300) || printf('%1000000s', 'x')
SELECT printf('%*d', 2147483647, 1)
SELECT printf('%.*f', 2147483647, 1.0)
SELECT length(group_concat(printf('%01000d', id))) FROM vouchers
SELECT hex(hex(hex(printf('%0400000d', 1))))
SELECT format('%.1000000s%.1000000s', printf('%01000000d', 1), 'x')
SELECT char(<<120|65|,>>) || printf('%1099999c', 'x')
SELECT concat(<<100|printf('%099999d', 1)|, >>)
SELECT concat_ws(printf('%090000d', 1), <<100|'x'|, >>)
SELECT unhex(printf('%01000000d', 0))
SELECT json_array(<<100|printf('%099999d', 1)|, >>)
SELECT json_pretty('<<400|[>><<400|]>>', printf('%010000d', 1))
SELECT quote(printf('%01000000d', 1)) || quote(printf('%01000000d', 1))
SELECT json_patch('{"a":' || json_quote(printf('%0900000d', 1)) || '}', '{"b":' || json_quote(printf('%0900000d', 1)) || '}')

== memory bombs: bounded
WITH RECURSIVE n(x, t) AS (SELECT 1, 'x' UNION ALL SELECT x + 1, t || t FROM n WHERE x < 40) SELECT max(length(t)) FROM n
WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000) SELECT length(json_group_array(printf('%0900d', x))) FROM n
WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000) SELECT x, printf('%0900d', x) AS t FROM n ORDER BY t DESC
WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000) SELECT length(json_group_object(x, printf('%0900d', x))) FROM n
WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000) SELECT length(jsonb_group_array(printf('%0900d', x))) FROM n
WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000) SELECT count(DISTINCT printf('%0900d', x)) FROM n
WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000) SELECT length(group_concat(printf('%0900d', x), '')) FROM n
WITH RECURSIVE n(x) AS (SELECT printf('%01000000d', 1) UNION ALL SELECT x || '' FROM n) SELECT count(*) FROM n WHERE x < '0'
WITH RECURSIVE n(x, t) AS (SELECT 1, printf('%0100000d', 1) UNION ALL SELECT x + 1, printf('%0100000d', x) FROM n, (VALUES (1), (2))) SELECT count(*) FROM n
WITH a AS MATERIALIZED (SELECT v.id, printf('%02000d', v.id) AS t FROM vouchers v) SELECT count(*) FROM a x JOIN a y ON x.t = y.t
SELECT a.narration || b.narration AS t FROM vouchers a, vouchers b GROUP BY t ORDER BY count(*)
SELECT first_value(printf('%09000d', id)) OVER (ORDER BY amount ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM vouchers
SELECT id, json_group_array(printf('%0500d', id)) OVER (ORDER BY id) FROM vouchers
SELECT id, printf('%0100000d', id) FROM vouchers
SELECT <<60|printf('%01000000d', #)|, >>
SELECT <<200|printf('%01000000d', #)|, >>
WITH a(t) AS (SELECT printf('%01000000d', 1)) SELECT <<200|t|, >> FROM a
WITH a(t) AS MATERIALIZED (SELECT printf('%01000000d', 1)) SELECT <<200|t|, >> FROM a
WITH a(t) AS (SELECT unhex(printf('%01000000d', 0))) SELECT <<200|t|, >> FROM a
SELECT <<200|t|, >> FROM (SELECT max(printf('%01000000d', id)) AS t FROM vouchers WHERE id < 3)
SELECT * FROM (SELECT printf('%01000000d', 1)), <<63|(SELECT printf('%01000000d', #)) t#|, >>
SELECT value FROM json_each('[' || trim(replace(printf('%0300000d', 0), '0', '0,'), ',') || ']') ORDER BY value
SELECT fullkey, path, json FROM json_tree('[' || trim(replace(printf('%0300000d', 0), '0', '0,'), ',') || ']')
SELECT json_set('{}', <<60|'$.a#', printf('%0999999d', #)|, >>)
SELECT x'<<45000|00>>', <<199|x''|, >> FROM vouchers
