SELECT enter_tenant($1)
