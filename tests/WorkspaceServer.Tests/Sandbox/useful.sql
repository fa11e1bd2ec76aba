-- Statements that an analyst writes, one a line, under headings as in hostile.sql. All must give at least one row.

== windows: harmless
SELECT id, sum(amount) OVER (ORDER BY id) AS running FROM vouchers WHERE id <= 100
SELECT day, avg(sum(amount)) OVER (ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) FROM vouchers GROUP BY day
SELECT id, rank() OVER (PARTITION BY day ORDER BY amount DESC) AS place FROM vouchers WHERE day = '2025-04-02'
SELECT day, total, total - lag(total) OVER (ORDER BY day) FROM (SELECT day, sum(amount) AS total FROM vouchers GROUP BY day)
SELECT ntile(4) OVER (ORDER BY amount), percent_rank() OVER (ORDER BY amount), cume_dist() OVER (ORDER BY amount) FROM vouchers LIMIT 5
SELECT first_value(id) OVER w, last_value(id) OVER w, nth_value(id, 2) OVER w FROM vouchers WINDOW w AS (PARTITION BY day ORDER BY id) LIMIT 5
SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY day ORDER BY amount DESC) AS n FROM vouchers) WHERE n = 1
SELECT sum(amount) FILTER (WHERE id % 2 = 0) OVER (ORDER BY id) FROM vouchers LIMIT 3

== common table expressions: harmless
WITH big AS (SELECT * FROM vouchers WHERE amount > 2000) SELECT count(*), min(amount) FROM big
WITH a AS (SELECT day, sum(amount) AS s FROM vouchers GROUP BY day), b AS (SELECT avg(s) AS mean FROM a) SELECT day FROM a, b WHERE s > mean LIMIT 3
WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100) SELECT sum(x) FROM n
WITH RECURSIVE d(day) AS (SELECT '2025-04-01' UNION ALL SELECT date(day, '+1 day') FROM d WHERE day < '2025-04-30') SELECT d.day, count(v.id) FROM d LEFT JOIN vouchers v USING (day) GROUP BY d.day
WITH RECURSIVE months(m) AS (VALUES ('2025-04') UNION ALL SELECT strftime('%Y-%m', m || '-01', '+1 month') FROM months LIMIT 12) SELECT m FROM months
WITH RECURSIVE f(a, b) AS (SELECT 0, 1 UNION ALL SELECT b, a + b FROM f LIMIT 20) SELECT group_concat(a, ' ') FROM f
WITH once AS MATERIALIZED (SELECT count(*) AS c FROM vouchers) SELECT a.c + b.c FROM once a, once b
WITH RECURSIVE tree(id, parent) AS (VALUES (1, NULL), (2, 1), (3, 2)), up(id, depth) AS (SELECT 3, 0 UNION ALL SELECT parent, depth + 1 FROM tree JOIN up USING (id) WHERE parent IS NOT NULL) SELECT max(depth) FROM up

== json: harmless
SELECT json_extract('{"a":{"b":[1,2]}}', '$.a.b[1]'), '{"a":1}' ->> 'a', '{"a":{"b":2}}' -> '$.a'
SELECT json_group_array(json_object('day', day, 'total', total)) FROM (SELECT day, sum(amount) AS total FROM vouchers GROUP BY day LIMIT 5)
SELECT key, value, type FROM json_each('{"a":1,"b":[2]}')
SELECT fullkey, atom FROM json_tree('{"a":{"b":[1,2,{"c":3}]}}') WHERE atom IS NOT NULL
SELECT json_set('{}', '$.a', 1), json_remove('{"a":1}', '$.a'), json_patch('{"a":1}', '{"b":2}'), json_array_length('[1,2]')
SELECT json_valid('{}'), json_type('[1]', '$[0]'), json_quote('x'), json_pretty('{"a":1}'), json(jsonb('[1]'))
SELECT v.id, j.value FROM vouchers v, json_each(json_array(v.id, v.amount)) j WHERE v.id < 4

== dates and math: harmless
SELECT strftime('%Y-%m', day) AS month, count(*) FROM vouchers GROUP BY month ORDER BY month
SELECT date('2026-01-31', '+1 month'), date('2026-03-31', 'start of month', '-1 day'), julianday('2026-01-02') - julianday('2026-01-01')
SELECT unixepoch('2026-01-01'), datetime(1767225600, 'unixepoch'), time('12:00', '+90 minutes'), timediff('2026-02-01', '2026-01-01')
SELECT date('now') >= '2020-01-01', current_date IS NOT NULL, strftime('%w %j %W', '2026-01-01')
SELECT round(2.567, 2), ceil(1.2), floor(-1.2), trunc(1.9), sqrt(2), pow(2, 10), ln(exp(1)), mod(7, 3), pi()
SELECT sin(0), cos(0), atan2(1, 1), degrees(pi()), radians(180), log10(1000), log2(8), sign(-3), abs(-4)
SELECT 7 / 2, 7 / 2.0, 7 % 3, 1 << 4, 5 & 3, 5 | 3, ~1, CAST('12.5' AS REAL), CAST(12.9 AS INTEGER)

== text: harmless
SELECT upper('x'), lower('X'), substr('abcdef', 2, 3), instr('abc', 'c'), replace('aXb', 'X', '-'), trim('  x '), length('शर्मा')
SELECT printf('%.2f', 1234.5), format('%,d', 1234567), 'a' || 'b', concat('a', NULL, 'b'), concat_ws(', ', 'a', 'b'), quote('it''s')
SELECT count(*) FROM vouchers WHERE narration LIKE '%50 paid'
SELECT '10%' LIKE '10\%' ESCAPE '\', 'a_b' LIKE 'a!_b' ESCAPE '!', 'Abc' GLOB 'A*', 'x' NOT LIKE 'y'
SELECT hex('abc'), unhex('414243'), char(65, 2325), unicode('क'), typeof(x'00'), octet_length('क')
SELECT string_agg(name, '; ' ORDER BY name) FROM parties
SELECT name FROM parties ORDER BY name COLLATE NOCASE DESC

== full text: harmless
SELECT v.id, v.narration FROM vouchers_fts f JOIN vouchers v ON v.rowid = f.rowid WHERE vouchers_fts MATCH 'rent 50' LIMIT 5
SELECT count(*) FROM vouchers_fts WHERE vouchers_fts MATCH 'narration: "rent 7 paid"'
SELECT rowid, bm25(vouchers_fts) FROM vouchers_fts WHERE vouchers_fts MATCH 'rent AND 99' ORDER BY rank LIMIT 3
SELECT highlight(vouchers_fts, 0, '[', ']') FROM vouchers_fts WHERE vouchers_fts MATCH '42' LIMIT 2
SELECT count(*) FROM vouchers_fts('pai* NOT 50')
SELECT count(*) FROM vouchers_fts WHERE vouchers_fts MATCH 'NEAR(rent paid, 2)'

== grouping: harmless
SELECT day, count(*), sum(amount), avg(amount), min(amount), max(amount), total(amount) FROM vouchers GROUP BY day HAVING sum(amount) > 1000 ORDER BY 3 DESC LIMIT 10
SELECT count(*), count(DISTINCT narration), count(*) FILTER (WHERE amount > 100) FROM vouchers
SELECT DISTINCT narration FROM vouchers ORDER BY 1 LIMIT 20
SELECT CASE WHEN amount < 100 THEN 'small' WHEN amount < 1000 THEN 'middle' ELSE 'large' END AS size, count(*) FROM vouchers GROUP BY size
SELECT iif(amount > 100, 'much', 'little') AS how, sum(amount) FROM vouchers GROUP BY 1
SELECT substr(day, 1, 7) AS month, sum(CASE WHEN id % 2 THEN amount END) AS odd, sum(CASE WHEN id % 2 = 0 THEN amount END) AS even FROM vouchers GROUP BY month
SELECT max(amount), day FROM vouchers
SELECT coalesce(NULL, 'x'), nullif(1, 1), ifnull(NULL, 2), max(1, 2), min(1, 2), likely(1), typeof(1.5)

== joins and sets: harmless
SELECT p.name, q.name FROM parties p JOIN parties q ON p.id < q.id
SELECT p.name, count(v.id) FROM parties p LEFT JOIN vouchers v ON v.id = CAST(substr(p.id, 2) AS INTEGER) GROUP BY p.id
SELECT a.id, b.id FROM parties a FULL OUTER JOIN parties b ON a.id = b.id
SELECT a.id FROM parties a RIGHT JOIN parties b USING (id)
SELECT name FROM parties NATURAL JOIN (SELECT 'P1' AS id)
SELECT id FROM parties UNION SELECT 'P9' UNION ALL SELECT 'P9' ORDER BY 1
SELECT id FROM parties INTERSECT SELECT 'P1'
SELECT id FROM parties EXCEPT SELECT 'P1'
SELECT * FROM (VALUES (1, 'a'), (2, 'b'))
VALUES (1, 'a'), (2, 'b')
SELECT name FROM parties WHERE id IN ('P1', 'P2') AND balance BETWEEN 0 AND 100
SELECT name FROM parties p WHERE EXISTS (SELECT 1 FROM vouchers v WHERE v.amount = p.balance)
SELECT name, (SELECT count(*) FROM vouchers v WHERE v.amount < p.balance) AS smaller FROM parties p
SELECT id FROM vouchers v WHERE v.id < 200 AND amount < (SELECT avg(amount) FROM vouchers w WHERE w.day = v.day)
SELECT 1 IS DISTINCT FROM NULL, NULL IS NOT DISTINCT FROM NULL, (1, 2) < (1, 3), 1 IN (SELECT 1)
SELECT name FROM parties WHERE (id, name) IN (SELECT id, name FROM parties) ORDER BY balance DESC NULLS LAST LIMIT 5 OFFSET 1
SELECT count(*) FROM <<30|parties p#| JOIN >> WHERE <<29|p#.id = p30.id| AND >>
SELECT count(*) FROM <<30|(SELECT # AS x) t#|, >>
SELECT <<100|id + # AS c#|, >> FROM vouchers LIMIT 3
SELECT 1 -- a comment
