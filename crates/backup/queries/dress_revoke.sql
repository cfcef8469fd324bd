-- The statement that takes all rights on a database from everybody, and if $2 from its owner, who is the one that asks.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC%s', $1::text, CASE WHEN $2::boolean THEN ', CURRENT_USER' ELSE '' END) AS statement;
