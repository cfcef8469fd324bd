-- The role of the application, if there is none.
SELECT quote_ident(asked.it ->> 'app_role') AS object, 'there is no such role' AS detail
FROM asked
WHERE asked.app_role IS NULL
