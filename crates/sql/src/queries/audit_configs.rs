// This file was generated with `cornucopia`. Do not modify.

#[derive(Clone, Copy, Debug)]
pub struct LockAuditConfigParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct ConfigureAuditParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::ArraySql<Item = T2>,
    T4: crate::StringSql,
    T5: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub retention_days: i32,
    pub log_level: T1,
    pub mask_sensitive_fields: bool,
    pub masked_fields: T3,
    pub export_enabled: bool,
    pub export_destination: Option<T4>,
    pub entry_id: uuid::Uuid,
    pub record: T5,
}
#[derive(Clone, Copy, Debug)]
pub struct NoteAuditExportParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub exported_at: jiff::Timestamp,
}
#[derive(Debug, Clone, PartialEq)]
pub struct AuditConfig {
    pub retention_days: i32,
    pub log_level: String,
    pub mask_sensitive_fields: bool,
    pub masked_fields: Vec<String>,
    pub export_enabled: bool,
    pub export_destination: Option<String>,
    pub last_export_at: Option<jiff::Timestamp>,
}
pub struct AuditConfigBorrowed<'a> {
    pub retention_days: i32,
    pub log_level: &'a str,
    pub mask_sensitive_fields: bool,
    pub masked_fields: crate::ArrayIterator<'a, &'a str>,
    pub export_enabled: bool,
    pub export_destination: Option<&'a str>,
    pub last_export_at: Option<jiff::Timestamp>,
}
impl<'a> From<AuditConfigBorrowed<'a>> for AuditConfig {
    fn from(
        AuditConfigBorrowed {
            retention_days,
            log_level,
            mask_sensitive_fields,
            masked_fields,
            export_enabled,
            export_destination,
            last_export_at,
        }: AuditConfigBorrowed<'a>,
    ) -> Self {
        Self {
            retention_days,
            log_level: log_level.into(),
            mask_sensitive_fields,
            masked_fields: masked_fields.map(|v| v.into()).collect(),
            export_enabled,
            export_destination: export_destination.map(|v| v.into()),
            last_export_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetAuditPolicy {
    pub log_level: String,
    pub mask_sensitive_fields: bool,
    pub masked_fields: Vec<String>,
}
pub struct GetAuditPolicyBorrowed<'a> {
    pub log_level: &'a str,
    pub mask_sensitive_fields: bool,
    pub masked_fields: crate::ArrayIterator<'a, &'a str>,
}
impl<'a> From<GetAuditPolicyBorrowed<'a>> for GetAuditPolicy {
    fn from(
        GetAuditPolicyBorrowed {
            log_level,
            mask_sensitive_fields,
            masked_fields,
        }: GetAuditPolicyBorrowed<'a>,
    ) -> Self {
        Self {
            log_level: log_level.into(),
            mask_sensitive_fields,
            masked_fields: masked_fields.map(|v| v.into()).collect(),
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct AuditConfigQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<AuditConfigBorrowed, tokio_postgres::Error>,
    mapper: fn(AuditConfigBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> AuditConfigQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(AuditConfigBorrowed) -> R,
    ) -> AuditConfigQuery<'c, 'a, 's, C, R, N> {
        AuditConfigQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, tokio_postgres::Error> {
        let row =
            crate::client::async_::one(self.client, self.query, &self.params, self.cached).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, tokio_postgres::Error> {
        self.iter().await?.try_collect().await
    }
    pub async fn opt(self) -> Result<Option<T>, tokio_postgres::Error> {
        let opt_row =
            crate::client::async_::opt(self.client, self.query, &self.params, self.cached).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok((self.mapper)(extracted))
            })
            .transpose()?)
    }
    pub async fn iter(
        self,
    ) -> Result<
        impl futures::Stream<Item = Result<T, tokio_postgres::Error>> + 'c,
        tokio_postgres::Error,
    > {
        let stream = crate::client::async_::raw(
            self.client,
            self.query,
            crate::slice_iter(&self.params),
            self.cached,
        )
        .await?;
        let mapped = stream
            .map(move |res| {
                res.and_then(|row| {
                    let extracted = (self.extractor)(&row)?;
                    Ok((self.mapper)(extracted))
                })
            })
            .into_stream();
        Ok(mapped)
    }
}
pub struct GetAuditPolicyQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<GetAuditPolicyBorrowed, tokio_postgres::Error>,
    mapper: fn(GetAuditPolicyBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetAuditPolicyQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetAuditPolicyBorrowed) -> R,
    ) -> GetAuditPolicyQuery<'c, 'a, 's, C, R, N> {
        GetAuditPolicyQuery {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, tokio_postgres::Error> {
        let row =
            crate::client::async_::one(self.client, self.query, &self.params, self.cached).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, tokio_postgres::Error> {
        self.iter().await?.try_collect().await
    }
    pub async fn opt(self) -> Result<Option<T>, tokio_postgres::Error> {
        let opt_row =
            crate::client::async_::opt(self.client, self.query, &self.params, self.cached).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok((self.mapper)(extracted))
            })
            .transpose()?)
    }
    pub async fn iter(
        self,
    ) -> Result<
        impl futures::Stream<Item = Result<T, tokio_postgres::Error>> + 'c,
        tokio_postgres::Error,
    > {
        let stream = crate::client::async_::raw(
            self.client,
            self.query,
            crate::slice_iter(&self.params),
            self.cached,
        )
        .await?;
        let mapped = stream
            .map(move |res| {
                res.and_then(|row| {
                    let extracted = (self.extractor)(&row)?;
                    Ok((self.mapper)(extracted))
                })
            })
            .into_stream();
        Ok(mapped)
    }
}
pub struct I64Query<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<i64, tokio_postgres::Error>,
    mapper: fn(i64) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> I64Query<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(i64) -> R) -> I64Query<'c, 'a, 's, C, R, N> {
        I64Query {
            client: self.client,
            params: self.params,
            query: self.query,
            cached: self.cached,
            extractor: self.extractor,
            mapper,
        }
    }
    pub async fn one(self) -> Result<T, tokio_postgres::Error> {
        let row =
            crate::client::async_::one(self.client, self.query, &self.params, self.cached).await?;
        Ok((self.mapper)((self.extractor)(&row)?))
    }
    pub async fn all(self) -> Result<Vec<T>, tokio_postgres::Error> {
        self.iter().await?.try_collect().await
    }
    pub async fn opt(self) -> Result<Option<T>, tokio_postgres::Error> {
        let opt_row =
            crate::client::async_::opt(self.client, self.query, &self.params, self.cached).await?;
        Ok(opt_row
            .map(|row| {
                let extracted = (self.extractor)(&row)?;
                Ok((self.mapper)(extracted))
            })
            .transpose()?)
    }
    pub async fn iter(
        self,
    ) -> Result<
        impl futures::Stream<Item = Result<T, tokio_postgres::Error>> + 'c,
        tokio_postgres::Error,
    > {
        let stream = crate::client::async_::raw(
            self.client,
            self.query,
            crate::slice_iter(&self.params),
            self.cached,
        )
        .await?;
        let mapped = stream
            .map(move |res| {
                res.and_then(|row| {
                    let extracted = (self.extractor)(&row)?;
                    Ok((self.mapper)(extracted))
                })
            })
            .into_stream();
        Ok(mapped)
    }
}
pub struct GetAuditConfigStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_audit_config() -> GetAuditConfigStmt {
    GetAuditConfigStmt(
        "SELECT retention_days, log_level, mask_sensitive_fields, masked_fields, export_enabled, export_destination, last_export_at FROM public.audit_configs WHERE tenant_id = $1",
        None,
    )
}
impl GetAuditConfigStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
    ) -> AuditConfigQuery<'c, 'a, 's, C, AuditConfig, 1> {
        AuditConfigQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<AuditConfigBorrowed, tokio_postgres::Error> {
                    Ok(AuditConfigBorrowed {
                        retention_days: row.try_get(0)?,
                        log_level: row.try_get(1)?,
                        mask_sensitive_fields: row.try_get(2)?,
                        masked_fields: row.try_get(3)?,
                        export_enabled: row.try_get(4)?,
                        export_destination: row.try_get(5)?,
                        last_export_at: row.try_get(6)?,
                    })
                },
            mapper: |it| AuditConfig::from(it),
        }
    }
}
pub struct GetAuditPolicyStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_audit_policy() -> GetAuditPolicyStmt {
    GetAuditPolicyStmt(
        "SELECT log_level, mask_sensitive_fields, masked_fields FROM public.audit_configs WHERE tenant_id = $1",
        None,
    )
}
impl GetAuditPolicyStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
    ) -> GetAuditPolicyQuery<'c, 'a, 's, C, GetAuditPolicy, 1> {
        GetAuditPolicyQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |
                row: &tokio_postgres::Row,
            | -> Result<GetAuditPolicyBorrowed, tokio_postgres::Error> {
                Ok(GetAuditPolicyBorrowed {
                    log_level: row.try_get(0)?,
                    mask_sensitive_fields: row.try_get(1)?,
                    masked_fields: row.try_get(2)?,
                })
            },
            mapper: |it| GetAuditPolicy::from(it),
        }
    }
}
pub struct LockAuditConfigStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_audit_config() -> LockAuditConfigStmt {
    LockAuditConfigStmt(
        "SELECT retention_days, log_level, mask_sensitive_fields, masked_fields, export_enabled, export_destination, last_export_at FROM public.audit_config_lock($1, $2)",
        None,
    )
}
impl LockAuditConfigStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> AuditConfigQuery<'c, 'a, 's, C, AuditConfig, 2> {
        AuditConfigQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<AuditConfigBorrowed, tokio_postgres::Error> {
                    Ok(AuditConfigBorrowed {
                        retention_days: row.try_get(0)?,
                        log_level: row.try_get(1)?,
                        mask_sensitive_fields: row.try_get(2)?,
                        masked_fields: row.try_get(3)?,
                        export_enabled: row.try_get(4)?,
                        export_destination: row.try_get(5)?,
                        last_export_at: row.try_get(6)?,
                    })
                },
            mapper: |it| AuditConfig::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        LockAuditConfigParams,
        AuditConfigQuery<'c, 'a, 's, C, AuditConfig, 2>,
        C,
    > for LockAuditConfigStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a LockAuditConfigParams,
    ) -> AuditConfigQuery<'c, 'a, 's, C, AuditConfig, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct ConfigureAuditStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn configure_audit() -> ConfigureAuditStmt {
    ConfigureAuditStmt("SELECT public.audit_configure( $1, $2, $3, $4, $5, $6, $7, $8, $9 )", None)
}
impl ConfigureAuditStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::StringSql,
        T3: crate::ArraySql<Item = T2>,
        T4: crate::StringSql,
        T5: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        retention_days: &'a i32,
        log_level: &'a T1,
        mask_sensitive_fields: &'a bool,
        masked_fields: &'a T3,
        export_enabled: &'a bool,
        export_destination: &'a Option<T4>,
        entry_id: &'a uuid::Uuid,
        record: &'a T5,
    ) -> I64Query<'c, 'a, 's, C, i64, 9> {
        I64Query {
            client,
            params: [
                tenant_id,
                retention_days,
                log_level,
                mask_sensitive_fields,
                masked_fields,
                export_enabled,
                export_destination,
                entry_id,
                record,
            ],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<
    'c,
    'a,
    's,
    C: GenericClient,
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::ArraySql<Item = T2>,
    T4: crate::StringSql,
    T5: crate::StringSql,
>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ConfigureAuditParams<T1, T2, T3, T4, T5>,
        I64Query<'c, 'a, 's, C, i64, 9>,
        C,
    > for ConfigureAuditStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ConfigureAuditParams<T1, T2, T3, T4, T5>,
    ) -> I64Query<'c, 'a, 's, C, i64, 9> {
        self.bind(
            client,
            &params.tenant_id,
            &params.retention_days,
            &params.log_level,
            &params.mask_sensitive_fields,
            &params.masked_fields,
            &params.export_enabled,
            &params.export_destination,
            &params.entry_id,
            &params.record,
        )
    }
}
pub struct NoteAuditExportStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn note_audit_export() -> NoteAuditExportStmt {
    NoteAuditExportStmt("SELECT FROM public.audit_note_export($1, $2, $3)", None)
}
impl NoteAuditExportStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<'c, 'a, 's, C: GenericClient>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        exported_at: &'a jiff::Timestamp,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, id, exported_at],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        NoteAuditExportParams,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for NoteAuditExportStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a NoteAuditExportParams,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.id, &params.exported_at))
    }
}
