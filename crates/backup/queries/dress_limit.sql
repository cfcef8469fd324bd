-- The statements that limit the connections of a database and comment on it.
SELECT format('ALTER DATABASE %I CONNECTION LIMIT %s', $1::text, $2::bigint) AS "limit",
       format('COMMENT ON DATABASE %I IS %L', $1::text, $3::text) AS comment;
