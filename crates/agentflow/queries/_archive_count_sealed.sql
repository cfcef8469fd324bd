SELECT count(*)
FROM pg_temp.archive_sealed
WHERE table_name = $1 AND column_name = $2
