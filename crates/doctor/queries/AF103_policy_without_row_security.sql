-- Policies of tables on which row-level security is off: they do nothing.
SELECT object, 'row-level security of the table is not enabled' AS detail
FROM policies
WHERE NOT relrowsecurity
