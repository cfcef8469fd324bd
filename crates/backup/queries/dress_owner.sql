-- The statement that gives a database to its owner.
SELECT format('ALTER DATABASE %I OWNER TO %I', $1::text, $2::text) AS statement;
