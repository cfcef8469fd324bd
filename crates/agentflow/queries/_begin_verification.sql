BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- A chain is read in the order of its numbers, through their index and without a sort; how many read at once is decided
-- by the verifier.
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SET LOCAL enable_sort = off;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;

-- Nothing in another schema may stand in for what is verified, nor for what verifies it.
SET LOCAL search_path = pg_catalog, public, pg_temp;
