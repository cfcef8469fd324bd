-- The statement that renames a database.
SELECT format('ALTER DATABASE %I RENAME TO %I', $1::text, $2::text) AS statement;
