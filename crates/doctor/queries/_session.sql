-- Only for this transaction, and as a statement that calls nothing: before it, names are found where the database or the role says.
SET LOCAL search_path = pg_catalog, pg_temp
