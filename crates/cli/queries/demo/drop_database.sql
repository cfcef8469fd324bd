-- The database of an earlier `af demo --keep`.
DROP DATABASE IF EXISTS agentflow_demo WITH (FORCE)
