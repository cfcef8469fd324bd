-- Hands the password to the next statement, because CREATE ROLE takes no parameters.
SELECT set_config('agentflow.demo_password', $1, false)
