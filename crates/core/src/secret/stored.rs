use crate::words::words;

words!(
    /// What kind of secret of a tenant was rotated.
    SecretKind, "secret_type" {
        /// A key for a provider of models.
        ProviderKey = "provider_key",
        /// The credentials of a connector.
        ConnectorCredential = "connector_credential",
        /// A key that a service of the tenant presents.
        ApiKey = "api_key",
        /// What posts to the webhook of a team are signed with.
        WebhookSecret = "webhook_secret",
    }
);

words!(
    /// What is known about a stored secret.
    ValidationStatus, "validation_status" {
        /// Nothing yet.
        Pending = "pending",
        /// It was accepted when it was last tried.
        Valid = "valid",
        /// It does not look like one, or was not accepted when it was last tried.
        Invalid = "invalid",
    }
);

words!(
    /// How a stored secret was checked.
    ValidationTest, "validation_test" {
        /// Whether it looks like one.
        Syntax = "syntax",
        /// Whether it is accepted where it is for.
        CallTest = "call_test",
        /// Whether there is something left to use it for.
        QuotaCheck = "quota_check",
    }
);

words!(
    /// What a check of a stored secret came to.
    CheckResult, "result" {
        /// It is good.
        Pass = "pass",
        /// It is not accepted.
        Fail = "fail",
        /// It could not be told.
        Error = "error",
    }
);
