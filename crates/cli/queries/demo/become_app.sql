-- From login role to runtime role.
SET LOCAL ROLE af_app
