CREATE TEMPORARY TABLE archive_sealed (
    table_name  text  NOT NULL,
    column_name text  NOT NULL,
    row_id      uuid  NOT NULL,
    value       bytea NOT NULL,
    PRIMARY KEY (table_name, column_name, row_id)
) ON COMMIT DROP
