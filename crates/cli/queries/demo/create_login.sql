-- An ordinary login role that may become the runtime role, as an application has it.
DO $$
BEGIN
    EXECUTE format(
        'CREATE ROLE agentflow_demo LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD %L IN ROLE af_app',
        current_setting('agentflow.demo_password')
    );
END
$$
