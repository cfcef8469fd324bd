-- Rows are written as they were: no trigger changes them, and none writes others. Foreign keys are triggers too, and so are checked
-- afterwards.
SET LOCAL session_replication_role = replica
