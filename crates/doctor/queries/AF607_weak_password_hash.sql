-- How the server hashes new passwords, if not by SCRAM.
SELECT 'password_encryption' AS object, format('it is %s', setting) AS detail
FROM pg_settings
WHERE name = 'password_encryption' AND setting <> 'scram-sha-256'
