-- The statement that takes back what was set for the sessions that fill a database.
SELECT format('ALTER ROLE %I IN DATABASE %I RESET ALL', session_user, $1::text) AS statement;
