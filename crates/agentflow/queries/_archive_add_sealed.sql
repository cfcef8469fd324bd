INSERT INTO pg_temp.archive_sealed (table_name, column_name, row_id, value)
VALUES ($1, $2, $3, $4)
