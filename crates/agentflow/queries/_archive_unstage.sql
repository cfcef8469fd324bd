DROP TABLE pg_temp.archive_stage
