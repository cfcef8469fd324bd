-- The statement that grants a right on a database.
SELECT format(
           'GRANT %s ON DATABASE %I TO %s%s',
           CASE $3::text WHEN 'CONNECT' THEN 'CONNECT' WHEN 'CREATE' THEN 'CREATE' ELSE 'TEMPORARY' END,
           $1::text,
           CASE WHEN $2::text IS NULL THEN 'PUBLIC' ELSE quote_ident($2::text) END,
           CASE WHEN $4::boolean THEN ' WITH GRANT OPTION' ELSE '' END
       ) AS statement;
