-- Drops an index without blocking readers or writers.
DROP INDEX CONCURRENTLY IF EXISTS {index}
