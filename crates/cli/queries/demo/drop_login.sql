-- It owns nothing, so nothing is in the way.
DROP ROLE IF EXISTS agentflow_demo
