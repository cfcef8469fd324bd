-- The database of `af demo --keep`, on the local server.
CREATE DATABASE agentflow_demo
