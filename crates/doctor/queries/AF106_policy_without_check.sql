-- Policies for writing that do not say which rows may be written: what may be read may be written, whatever USING becomes.
SELECT object, 'it has no WITH CHECK of its own' AS detail
FROM policies
WHERE tenant IS NOT NULL AND polpermissive AND polcmd IN ('*', 'w') AND check_text IS NULL
