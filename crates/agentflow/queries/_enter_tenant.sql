SELECT public.enter_tenant($1)
