CREATE SCHEMA "odd schema";
CREATE TABLE "odd schema"."Odd ""name"" table" (
    id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "a.b" text,
    twice text GENERATED ALWAYS AS ("a.b" || "a.b") STORED
);
INSERT INTO "odd schema"."Odd ""name"" table" ("a.b") SELECT repeat('x', n) FROM generate_series(1, 50) AS n;
CREATE TABLE shop_orders (id serial PRIMARY KEY, odd bigint REFERENCES "odd schema"."Odd ""name"" table", note text NOT NULL);
CREATE INDEX shop_orders_note_idx ON shop_orders (lower(note)) WHERE note <> '';
INSERT INTO shop_orders (odd, note) SELECT n, 'order ' || n FROM generate_series(1, 20) AS n;
CREATE TABLE shop_items (order_id integer NOT NULL REFERENCES shop_orders ON DELETE CASCADE, item text NOT NULL);
INSERT INTO shop_items SELECT n, 'item ' || n FROM generate_series(1, 20) AS n;
CREATE VIEW shop_totals AS SELECT o.id, count(*) AS items FROM shop_orders o JOIN shop_items i ON i.order_id = o.id GROUP BY o.id;
COMMENT ON VIEW shop_totals IS 'How much of everything.';
CREATE FUNCTION shop_first() RETURNS shop_orders LANGUAGE sql AS 'SELECT * FROM shop_orders ORDER BY id LIMIT 1';
ALTER TABLE shop_items ADD CONSTRAINT shop_items_short CHECK (length(item) < 7) NOT VALID;
CREATE UNLOGGED TABLE shop_cache AS SELECT 1 AS one;
CREATE MATERIALIZED VIEW shop_names AS SELECT note FROM shop_orders;
SELECT lo_from_bytea(0, 'a large object');
ALTER TABLE shop_orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY shop_all ON shop_orders USING (EXISTS (SELECT FROM shop_items));
