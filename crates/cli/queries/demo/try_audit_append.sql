SELECT audit_append($1, ARRAY[gen_random_uuid()], ARRAY['{}'])
