// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertRuleParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub name: T1,
    pub expression: T2,
    pub active: bool,
}
#[derive(Clone, Copy, Debug)]
pub struct GetRuleParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct GetRuleByNameParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub name: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct ListRulesParams {
    pub tenant_id: uuid::Uuid,
    pub after_id: Option<uuid::Uuid>,
    pub after_created_at: Option<jiff::Timestamp>,
    pub page_size: i64,
}
#[derive(Debug)]
pub struct UpdateRuleParams<T1: crate::StringSql, T2: crate::StringSql> {
    pub name: T1,
    pub expression: T2,
    pub active: bool,
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct DeactivateRulesParams<T1: crate::ArraySql<Item = uuid::Uuid>> {
    pub tenant_id: uuid::Uuid,
    pub ids: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct DeleteRuleParams {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
}
#[derive(Debug)]
pub struct InsertDerivedFieldParams<T1: crate::StringSql, T2: crate::StringSql, T3: crate::JsonSql>
{
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub name: T1,
    pub expression: T2,
    pub dependencies: T3,
    pub active: bool,
}
#[derive(Debug)]
pub struct UpdateDerivedFieldParams<T1: crate::StringSql, T2: crate::JsonSql, T3: crate::StringSql>
{
    pub expression: T1,
    pub dependencies: T2,
    pub active: bool,
    pub tenant_id: uuid::Uuid,
    pub name: T3,
}
#[derive(Debug)]
pub struct DeactivateDerivedFieldsParams<T1: crate::ArraySql<Item = uuid::Uuid>> {
    pub tenant_id: uuid::Uuid,
    pub ids: T1,
}
#[derive(Debug)]
pub struct DeleteDerivedFieldParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub name: T1,
}
#[derive(Debug)]
pub struct InsertSchemaParams<T1: crate::JsonSql> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub definition: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct ActivateSchemaParams {
    pub tenant_id: uuid::Uuid,
    pub version: i32,
}
#[derive(Clone, Copy, Debug)]
pub struct GetSchemaParams {
    pub tenant_id: uuid::Uuid,
    pub version: i32,
}
#[derive(Debug)]
pub struct InsertSchemaChangeParams<T1: crate::StringSql, T2: crate::StringSql, T3: crate::JsonSql>
{
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub schema_id: uuid::Uuid,
    pub changed_by: T1,
    pub change_type: T2,
    pub rules_recompiled: i32,
    pub rules_failed: i32,
    pub error_details: T3,
}
#[derive(Clone, Copy, Debug)]
pub struct ListSchemaChangesParams {
    pub tenant_id: uuid::Uuid,
    pub after_id: Option<uuid::Uuid>,
    pub after_created_at: Option<jiff::Timestamp>,
    pub page_size: i64,
}
#[derive(Debug, Clone, PartialEq)]
pub struct GetRuleBook {
    pub revision: i64,
    pub schema_id: Option<uuid::Uuid>,
    pub version: Option<i32>,
    pub definition: Option<String>,
    pub derived_fields: String,
    pub rules: String,
}
pub struct GetRuleBookBorrowed<'a> {
    pub revision: i64,
    pub schema_id: Option<uuid::Uuid>,
    pub version: Option<i32>,
    pub definition: Option<&'a str>,
    pub derived_fields: &'a str,
    pub rules: &'a str,
}
impl<'a> From<GetRuleBookBorrowed<'a>> for GetRuleBook {
    fn from(
        GetRuleBookBorrowed {
            revision,
            schema_id,
            version,
            definition,
            derived_fields,
            rules,
        }: GetRuleBookBorrowed<'a>,
    ) -> Self {
        Self {
            revision,
            schema_id,
            version,
            definition: definition.map(|v| v.into()),
            derived_fields: derived_fields.into(),
            rules: rules.into(),
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub id: uuid::Uuid,
    pub name: String,
    pub expression: String,
    pub active: bool,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct RuleBorrowed<'a> {
    pub id: uuid::Uuid,
    pub name: &'a str,
    pub expression: &'a str,
    pub active: bool,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<RuleBorrowed<'a>> for Rule {
    fn from(
        RuleBorrowed { id, name, expression, active, created_at, updated_at }: RuleBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            name: name.into(),
            expression: expression.into(),
            active,
            created_at,
            updated_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct DerivedField {
    pub id: uuid::Uuid,
    pub name: String,
    pub expression: String,
    pub dependencies: String,
    pub active: bool,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
pub struct DerivedFieldBorrowed<'a> {
    pub id: uuid::Uuid,
    pub name: &'a str,
    pub expression: &'a str,
    pub dependencies: &'a str,
    pub active: bool,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}
impl<'a> From<DerivedFieldBorrowed<'a>> for DerivedField {
    fn from(
        DerivedFieldBorrowed {
            id,
            name,
            expression,
            dependencies,
            active,
            created_at,
            updated_at,
        }: DerivedFieldBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            name: name.into(),
            expression: expression.into(),
            dependencies: dependencies.into(),
            active,
            created_at,
            updated_at,
        }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    pub id: uuid::Uuid,
    pub version: i32,
    pub definition: String,
    pub active: bool,
    pub created_at: jiff::Timestamp,
}
pub struct SchemaBorrowed<'a> {
    pub id: uuid::Uuid,
    pub version: i32,
    pub definition: &'a str,
    pub active: bool,
    pub created_at: jiff::Timestamp,
}
impl<'a> From<SchemaBorrowed<'a>> for Schema {
    fn from(
        SchemaBorrowed { id, version, definition, active, created_at }: SchemaBorrowed<'a>,
    ) -> Self {
        Self { id, version, definition: definition.into(), active, created_at }
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaChange {
    pub id: uuid::Uuid,
    pub version: i32,
    pub active: bool,
    pub changed_by: String,
    pub change_type: String,
    pub rules_recompiled: i32,
    pub rules_failed: i32,
    pub error_details: String,
    pub created_at: jiff::Timestamp,
}
pub struct SchemaChangeBorrowed<'a> {
    pub id: uuid::Uuid,
    pub version: i32,
    pub active: bool,
    pub changed_by: &'a str,
    pub change_type: &'a str,
    pub rules_recompiled: i32,
    pub rules_failed: i32,
    pub error_details: &'a str,
    pub created_at: jiff::Timestamp,
}
impl<'a> From<SchemaChangeBorrowed<'a>> for SchemaChange {
    fn from(
        SchemaChangeBorrowed {
            id,
            version,
            active,
            changed_by,
            change_type,
            rules_recompiled,
            rules_failed,
            error_details,
            created_at,
        }: SchemaChangeBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            version,
            active,
            changed_by: changed_by.into(),
            change_type: change_type.into(),
            rules_recompiled,
            rules_failed,
            error_details: error_details.into(),
            created_at,
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
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
pub struct GetRuleBookQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<GetRuleBookBorrowed, tokio_postgres::Error>,
    mapper: fn(GetRuleBookBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> GetRuleBookQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(GetRuleBookBorrowed) -> R,
    ) -> GetRuleBookQuery<'c, 'a, 's, C, R, N> {
        GetRuleBookQuery {
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
pub struct RuleQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<RuleBorrowed, tokio_postgres::Error>,
    mapper: fn(RuleBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> RuleQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(RuleBorrowed) -> R) -> RuleQuery<'c, 'a, 's, C, R, N> {
        RuleQuery {
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
pub struct StringQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<&str, tokio_postgres::Error>,
    mapper: fn(&str) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> StringQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(&str) -> R) -> StringQuery<'c, 'a, 's, C, R, N> {
        StringQuery {
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
pub struct DerivedFieldQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<DerivedFieldBorrowed, tokio_postgres::Error>,
    mapper: fn(DerivedFieldBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> DerivedFieldQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(DerivedFieldBorrowed) -> R,
    ) -> DerivedFieldQuery<'c, 'a, 's, C, R, N> {
        DerivedFieldQuery {
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
pub struct UuidUuidQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<uuid::Uuid, tokio_postgres::Error>,
    mapper: fn(uuid::Uuid) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> UuidUuidQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(uuid::Uuid) -> R) -> UuidUuidQuery<'c, 'a, 's, C, R, N> {
        UuidUuidQuery {
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
pub struct SchemaQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<SchemaBorrowed, tokio_postgres::Error>,
    mapper: fn(SchemaBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> SchemaQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(SchemaBorrowed) -> R) -> SchemaQuery<'c, 'a, 's, C, R, N> {
        SchemaQuery {
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
pub struct SchemaChangeQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<SchemaChangeBorrowed, tokio_postgres::Error>,
    mapper: fn(SchemaChangeBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> SchemaChangeQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(SchemaChangeBorrowed) -> R,
    ) -> SchemaChangeQuery<'c, 'a, 's, C, R, N> {
        SchemaChangeQuery {
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
pub struct LockRulesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_rules() -> LockRulesStmt {
    LockRulesStmt(
        "INSERT INTO public.rule_revisions (tenant_id) VALUES ($1) ON CONFLICT (tenant_id) DO UPDATE SET revision = rule_revisions.revision RETURNING revision",
        None,
    )
}
impl LockRulesStmt {
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
    ) -> I64Query<'c, 'a, 's, C, i64, 1> {
        I64Query {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct GetRuleRevisionStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_rule_revision() -> GetRuleRevisionStmt {
    GetRuleRevisionStmt("SELECT revision FROM public.rule_revisions WHERE tenant_id = $1", None)
}
impl GetRuleRevisionStmt {
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
    ) -> I64Query<'c, 'a, 's, C, i64, 1> {
        I64Query {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct GetRuleBookStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_rule_book() -> GetRuleBookStmt {
    GetRuleBookStmt(
        "SELECT coalesce((SELECT r.revision FROM public.rule_revisions AS r WHERE r.tenant_id = $1), 0) AS revision, s.id AS schema_id, s.version, s.definition::text AS definition, ( SELECT coalesce(json_agg(to_jsonb(d) - 'tenant_id' ORDER BY d.created_at, d.id), '[]') FROM public.derived_fields AS d WHERE d.tenant_id = $1 )::text AS derived_fields, ( SELECT coalesce(json_agg(to_jsonb(r) - 'tenant_id' ORDER BY r.created_at, r.id), '[]') FROM public.rules AS r WHERE r.tenant_id = $1 )::text AS rules FROM (SELECT 1) AS one LEFT JOIN public.schemas AS s ON s.tenant_id = $1 AND s.active",
        None,
    )
}
impl GetRuleBookStmt {
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
    ) -> GetRuleBookQuery<'c, 'a, 's, C, GetRuleBook, 1> {
        GetRuleBookQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<GetRuleBookBorrowed, tokio_postgres::Error> {
                    Ok(GetRuleBookBorrowed {
                        revision: row.try_get(0)?,
                        schema_id: row.try_get(1)?,
                        version: row.try_get(2)?,
                        definition: row.try_get(3)?,
                        derived_fields: row.try_get(4)?,
                        rules: row.try_get(5)?,
                    })
                },
            mapper: |it| GetRuleBook::from(it),
        }
    }
}
pub struct InsertRuleStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_rule() -> InsertRuleStmt {
    InsertRuleStmt(
        "INSERT INTO public.rules (tenant_id, id, name, expression, active, created_at, updated_at) SELECT $1, $2, $3, $4, $5, t, t FROM clock_timestamp() AS t RETURNING id, name, expression, active, created_at, updated_at",
        None,
    )
}
impl InsertRuleStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        name: &'a T1,
        expression: &'a T2,
        active: &'a bool,
    ) -> RuleQuery<'c, 'a, 's, C, Rule, 5> {
        RuleQuery {
            client,
            params: [tenant_id, id, name, expression, active],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<RuleBorrowed, tokio_postgres::Error> {
                Ok(RuleBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    expression: row.try_get(2)?,
                    active: row.try_get(3)?,
                    created_at: row.try_get(4)?,
                    updated_at: row.try_get(5)?,
                })
            },
            mapper: |it| Rule::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertRuleParams<T1, T2>,
        RuleQuery<'c, 'a, 's, C, Rule, 5>,
        C,
    > for InsertRuleStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertRuleParams<T1, T2>,
    ) -> RuleQuery<'c, 'a, 's, C, Rule, 5> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.name,
            &params.expression,
            &params.active,
        )
    }
}
pub struct GetRuleStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_rule() -> GetRuleStmt {
    GetRuleStmt(
        "SELECT id, name, expression, active, created_at, updated_at FROM public.rules WHERE tenant_id = $1 AND id = $2",
        None,
    )
}
impl GetRuleStmt {
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
    ) -> RuleQuery<'c, 'a, 's, C, Rule, 2> {
        RuleQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<RuleBorrowed, tokio_postgres::Error> {
                Ok(RuleBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    expression: row.try_get(2)?,
                    active: row.try_get(3)?,
                    created_at: row.try_get(4)?,
                    updated_at: row.try_get(5)?,
                })
            },
            mapper: |it| Rule::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, GetRuleParams, RuleQuery<'c, 'a, 's, C, Rule, 2>, C>
    for GetRuleStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetRuleParams,
    ) -> RuleQuery<'c, 'a, 's, C, Rule, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct GetRuleByNameStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_rule_by_name() -> GetRuleByNameStmt {
    GetRuleByNameStmt(
        "SELECT id, name, expression, active, created_at, updated_at FROM public.rules WHERE tenant_id = $1 AND name = $2",
        None,
    )
}
impl GetRuleByNameStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        name: &'a T1,
    ) -> RuleQuery<'c, 'a, 's, C, Rule, 2> {
        RuleQuery {
            client,
            params: [tenant_id, name],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<RuleBorrowed, tokio_postgres::Error> {
                Ok(RuleBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    expression: row.try_get(2)?,
                    active: row.try_get(3)?,
                    created_at: row.try_get(4)?,
                    updated_at: row.try_get(5)?,
                })
            },
            mapper: |it| Rule::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetRuleByNameParams<T1>,
        RuleQuery<'c, 'a, 's, C, Rule, 2>,
        C,
    > for GetRuleByNameStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetRuleByNameParams<T1>,
    ) -> RuleQuery<'c, 'a, 's, C, Rule, 2> {
        self.bind(client, &params.tenant_id, &params.name)
    }
}
pub struct ListActiveRulesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_active_rules() -> ListActiveRulesStmt {
    ListActiveRulesStmt(
        "SELECT id, name, expression, active, created_at, updated_at FROM public.rules WHERE tenant_id = $1 AND active ORDER BY created_at, id",
        None,
    )
}
impl ListActiveRulesStmt {
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
    ) -> RuleQuery<'c, 'a, 's, C, Rule, 1> {
        RuleQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<RuleBorrowed, tokio_postgres::Error> {
                Ok(RuleBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    expression: row.try_get(2)?,
                    active: row.try_get(3)?,
                    created_at: row.try_get(4)?,
                    updated_at: row.try_get(5)?,
                })
            },
            mapper: |it| Rule::from(it),
        }
    }
}
pub struct ListRulesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_rules() -> ListRulesStmt {
    ListRulesStmt(
        "SELECT id, name, expression, active, created_at, updated_at FROM public.rules WHERE tenant_id = $1 AND ($2::uuid IS NULL OR (created_at, id) > ($3::timestamptz, $2)) ORDER BY created_at, id LIMIT $4",
        None,
    )
}
impl ListRulesStmt {
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
        after_id: &'a Option<uuid::Uuid>,
        after_created_at: &'a Option<jiff::Timestamp>,
        page_size: &'a i64,
    ) -> RuleQuery<'c, 'a, 's, C, Rule, 4> {
        RuleQuery {
            client,
            params: [tenant_id, after_id, after_created_at, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<RuleBorrowed, tokio_postgres::Error> {
                Ok(RuleBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    expression: row.try_get(2)?,
                    active: row.try_get(3)?,
                    created_at: row.try_get(4)?,
                    updated_at: row.try_get(5)?,
                })
            },
            mapper: |it| Rule::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<'c, 'a, 's, ListRulesParams, RuleQuery<'c, 'a, 's, C, Rule, 4>, C>
    for ListRulesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListRulesParams,
    ) -> RuleQuery<'c, 'a, 's, C, Rule, 4> {
        self.bind(
            client,
            &params.tenant_id,
            &params.after_id,
            &params.after_created_at,
            &params.page_size,
        )
    }
}
pub struct UpdateRuleStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn update_rule() -> UpdateRuleStmt {
    UpdateRuleStmt(
        "UPDATE public.rules SET name = $1, expression = $2, active = $3 WHERE tenant_id = $4 AND id = $5 RETURNING id, name, expression, active, created_at, updated_at",
        None,
    )
}
impl UpdateRuleStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>(
        &'s self,
        client: &'c C,
        name: &'a T1,
        expression: &'a T2,
        active: &'a bool,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
    ) -> RuleQuery<'c, 'a, 's, C, Rule, 5> {
        RuleQuery {
            client,
            params: [name, expression, active, tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row: &tokio_postgres::Row| -> Result<RuleBorrowed, tokio_postgres::Error> {
                Ok(RuleBorrowed {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    expression: row.try_get(2)?,
                    active: row.try_get(3)?,
                    created_at: row.try_get(4)?,
                    updated_at: row.try_get(5)?,
                })
            },
            mapper: |it| Rule::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        UpdateRuleParams<T1, T2>,
        RuleQuery<'c, 'a, 's, C, Rule, 5>,
        C,
    > for UpdateRuleStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a UpdateRuleParams<T1, T2>,
    ) -> RuleQuery<'c, 'a, 's, C, Rule, 5> {
        self.bind(
            client,
            &params.name,
            &params.expression,
            &params.active,
            &params.tenant_id,
            &params.id,
        )
    }
}
pub struct DeactivateRulesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn deactivate_rules() -> DeactivateRulesStmt {
    DeactivateRulesStmt(
        "UPDATE public.rules SET active = false WHERE tenant_id = $1 AND id = ANY ($2::uuid[])",
        None,
    )
}
impl DeactivateRulesStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = uuid::Uuid>>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        ids: &'a T1,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[tenant_id, ids]).await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::ArraySql<Item = uuid::Uuid>>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        DeactivateRulesParams<T1>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for DeactivateRulesStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeactivateRulesParams<T1>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.ids))
    }
}
pub struct DeleteRuleStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_rule() -> DeleteRuleStmt {
    DeleteRuleStmt("DELETE FROM public.rules WHERE tenant_id = $1 AND id = $2 RETURNING name", None)
}
impl DeleteRuleStmt {
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
    ) -> StringQuery<'c, 'a, 's, C, String, 2> {
        StringQuery {
            client,
            params: [tenant_id, id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        DeleteRuleParams,
        StringQuery<'c, 'a, 's, C, String, 2>,
        C,
    > for DeleteRuleStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DeleteRuleParams,
    ) -> StringQuery<'c, 'a, 's, C, String, 2> {
        self.bind(client, &params.tenant_id, &params.id)
    }
}
pub struct InsertDerivedFieldStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_derived_field() -> InsertDerivedFieldStmt {
    InsertDerivedFieldStmt(
        "INSERT INTO public.derived_fields (tenant_id, id, name, expression, dependencies, active) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id, name, expression, dependencies::text, active, created_at, updated_at",
        None,
    )
}
impl InsertDerivedFieldStmt {
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
        T3: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        name: &'a T1,
        expression: &'a T2,
        dependencies: &'a T3,
        active: &'a bool,
    ) -> DerivedFieldQuery<'c, 'a, 's, C, DerivedField, 6> {
        DerivedFieldQuery {
            client,
            params: [tenant_id, id, name, expression, dependencies, active],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<DerivedFieldBorrowed, tokio_postgres::Error> {
                    Ok(DerivedFieldBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        expression: row.try_get(2)?,
                        dependencies: row.try_get(3)?,
                        active: row.try_get(4)?,
                        created_at: row.try_get(5)?,
                        updated_at: row.try_get(6)?,
                    })
                },
            mapper: |it| DerivedField::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::StringSql, T3: crate::JsonSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertDerivedFieldParams<T1, T2, T3>,
        DerivedFieldQuery<'c, 'a, 's, C, DerivedField, 6>,
        C,
    > for InsertDerivedFieldStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertDerivedFieldParams<T1, T2, T3>,
    ) -> DerivedFieldQuery<'c, 'a, 's, C, DerivedField, 6> {
        self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.name,
            &params.expression,
            &params.dependencies,
            &params.active,
        )
    }
}
pub struct UpdateDerivedFieldStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn update_derived_field() -> UpdateDerivedFieldStmt {
    UpdateDerivedFieldStmt(
        "UPDATE public.derived_fields SET expression = $1, dependencies = $2, active = $3 WHERE tenant_id = $4 AND name = $5 RETURNING id, name, expression, dependencies::text, active, created_at, updated_at",
        None,
    )
}
impl UpdateDerivedFieldStmt {
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
        T2: crate::JsonSql,
        T3: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        expression: &'a T1,
        dependencies: &'a T2,
        active: &'a bool,
        tenant_id: &'a uuid::Uuid,
        name: &'a T3,
    ) -> DerivedFieldQuery<'c, 'a, 's, C, DerivedField, 5> {
        DerivedFieldQuery {
            client,
            params: [expression, dependencies, active, tenant_id, name],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<DerivedFieldBorrowed, tokio_postgres::Error> {
                    Ok(DerivedFieldBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        expression: row.try_get(2)?,
                        dependencies: row.try_get(3)?,
                        active: row.try_get(4)?,
                        created_at: row.try_get(5)?,
                        updated_at: row.try_get(6)?,
                    })
                },
            mapper: |it| DerivedField::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql, T2: crate::JsonSql, T3: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        UpdateDerivedFieldParams<T1, T2, T3>,
        DerivedFieldQuery<'c, 'a, 's, C, DerivedField, 5>,
        C,
    > for UpdateDerivedFieldStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a UpdateDerivedFieldParams<T1, T2, T3>,
    ) -> DerivedFieldQuery<'c, 'a, 's, C, DerivedField, 5> {
        self.bind(
            client,
            &params.expression,
            &params.dependencies,
            &params.active,
            &params.tenant_id,
            &params.name,
        )
    }
}
pub struct ListDerivedFieldsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_derived_fields() -> ListDerivedFieldsStmt {
    ListDerivedFieldsStmt(
        "SELECT id, name, expression, dependencies::text, active, created_at, updated_at FROM public.derived_fields WHERE tenant_id = $1 ORDER BY created_at, id",
        None,
    )
}
impl ListDerivedFieldsStmt {
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
    ) -> DerivedFieldQuery<'c, 'a, 's, C, DerivedField, 1> {
        DerivedFieldQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<DerivedFieldBorrowed, tokio_postgres::Error> {
                    Ok(DerivedFieldBorrowed {
                        id: row.try_get(0)?,
                        name: row.try_get(1)?,
                        expression: row.try_get(2)?,
                        dependencies: row.try_get(3)?,
                        active: row.try_get(4)?,
                        created_at: row.try_get(5)?,
                        updated_at: row.try_get(6)?,
                    })
                },
            mapper: |it| DerivedField::from(it),
        }
    }
}
pub struct DeactivateDerivedFieldsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn deactivate_derived_fields() -> DeactivateDerivedFieldsStmt {
    DeactivateDerivedFieldsStmt(
        "UPDATE public.derived_fields SET active = false WHERE tenant_id = $1 AND id = ANY ($2::uuid[])",
        None,
    )
}
impl DeactivateDerivedFieldsStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::ArraySql<Item = uuid::Uuid>>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        ids: &'a T1,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(client, self.1.as_ref(), self.0, &[tenant_id, ids]).await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::ArraySql<Item = uuid::Uuid>>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        DeactivateDerivedFieldsParams<T1>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for DeactivateDerivedFieldsStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a DeactivateDerivedFieldsParams<T1>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.ids))
    }
}
pub struct DeleteDerivedFieldStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn delete_derived_field() -> DeleteDerivedFieldStmt {
    DeleteDerivedFieldStmt(
        "DELETE FROM public.derived_fields WHERE tenant_id = $1 AND name = $2 RETURNING id",
        None,
    )
}
impl DeleteDerivedFieldStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        name: &'a T1,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        UuidUuidQuery {
            client,
            params: [tenant_id, name],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::StringSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        DeleteDerivedFieldParams<T1>,
        UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2>,
        C,
    > for DeleteDerivedFieldStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a DeleteDerivedFieldParams<T1>,
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 2> {
        self.bind(client, &params.tenant_id, &params.name)
    }
}
pub struct DeactivateSchemasStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn deactivate_schemas() -> DeactivateSchemasStmt {
    DeactivateSchemasStmt(
        "UPDATE public.schemas SET active = false WHERE tenant_id = $1 AND active RETURNING id",
        None,
    )
}
impl DeactivateSchemasStmt {
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
    ) -> UuidUuidQuery<'c, 'a, 's, C, uuid::Uuid, 1> {
        UuidUuidQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
pub struct InsertSchemaStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_schema() -> InsertSchemaStmt {
    InsertSchemaStmt(
        "INSERT INTO public.schemas (tenant_id, id, version, definition, active) SELECT $1, $2, coalesce(max(s.version), 0) + 1, $3, true FROM public.schemas AS s WHERE s.tenant_id = $1 RETURNING id, version, definition::text, active, created_at",
        None,
    )
}
impl InsertSchemaStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub fn bind<'c, 'a, 's, C: GenericClient, T1: crate::JsonSql>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        definition: &'a T1,
    ) -> SchemaQuery<'c, 'a, 's, C, Schema, 3> {
        SchemaQuery {
            client,
            params: [tenant_id, id, definition],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<SchemaBorrowed, tokio_postgres::Error> {
                    Ok(SchemaBorrowed {
                        id: row.try_get(0)?,
                        version: row.try_get(1)?,
                        definition: row.try_get(2)?,
                        active: row.try_get(3)?,
                        created_at: row.try_get(4)?,
                    })
                },
            mapper: |it| Schema::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient, T1: crate::JsonSql>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        InsertSchemaParams<T1>,
        SchemaQuery<'c, 'a, 's, C, Schema, 3>,
        C,
    > for InsertSchemaStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertSchemaParams<T1>,
    ) -> SchemaQuery<'c, 'a, 's, C, Schema, 3> {
        self.bind(client, &params.tenant_id, &params.id, &params.definition)
    }
}
pub struct ActivateSchemaStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn activate_schema() -> ActivateSchemaStmt {
    ActivateSchemaStmt(
        "UPDATE public.schemas SET active = true WHERE tenant_id = $1 AND version = $2 RETURNING id, version, definition::text, active, created_at",
        None,
    )
}
impl ActivateSchemaStmt {
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
        version: &'a i32,
    ) -> SchemaQuery<'c, 'a, 's, C, Schema, 2> {
        SchemaQuery {
            client,
            params: [tenant_id, version],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<SchemaBorrowed, tokio_postgres::Error> {
                    Ok(SchemaBorrowed {
                        id: row.try_get(0)?,
                        version: row.try_get(1)?,
                        definition: row.try_get(2)?,
                        active: row.try_get(3)?,
                        created_at: row.try_get(4)?,
                    })
                },
            mapper: |it| Schema::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ActivateSchemaParams,
        SchemaQuery<'c, 'a, 's, C, Schema, 2>,
        C,
    > for ActivateSchemaStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ActivateSchemaParams,
    ) -> SchemaQuery<'c, 'a, 's, C, Schema, 2> {
        self.bind(client, &params.tenant_id, &params.version)
    }
}
pub struct GetActiveSchemaStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_active_schema() -> GetActiveSchemaStmt {
    GetActiveSchemaStmt(
        "SELECT id, version, definition::text, active, created_at FROM public.schemas WHERE tenant_id = $1 AND active",
        None,
    )
}
impl GetActiveSchemaStmt {
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
    ) -> SchemaQuery<'c, 'a, 's, C, Schema, 1> {
        SchemaQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<SchemaBorrowed, tokio_postgres::Error> {
                    Ok(SchemaBorrowed {
                        id: row.try_get(0)?,
                        version: row.try_get(1)?,
                        definition: row.try_get(2)?,
                        active: row.try_get(3)?,
                        created_at: row.try_get(4)?,
                    })
                },
            mapper: |it| Schema::from(it),
        }
    }
}
pub struct GetSchemaStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn get_schema() -> GetSchemaStmt {
    GetSchemaStmt(
        "SELECT id, version, definition::text, active, created_at FROM public.schemas WHERE tenant_id = $1 AND version = $2",
        None,
    )
}
impl GetSchemaStmt {
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
        version: &'a i32,
    ) -> SchemaQuery<'c, 'a, 's, C, Schema, 2> {
        SchemaQuery {
            client,
            params: [tenant_id, version],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<SchemaBorrowed, tokio_postgres::Error> {
                    Ok(SchemaBorrowed {
                        id: row.try_get(0)?,
                        version: row.try_get(1)?,
                        definition: row.try_get(2)?,
                        active: row.try_get(3)?,
                        created_at: row.try_get(4)?,
                    })
                },
            mapper: |it| Schema::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        GetSchemaParams,
        SchemaQuery<'c, 'a, 's, C, Schema, 2>,
        C,
    > for GetSchemaStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a GetSchemaParams,
    ) -> SchemaQuery<'c, 'a, 's, C, Schema, 2> {
        self.bind(client, &params.tenant_id, &params.version)
    }
}
pub struct InsertSchemaChangeStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_schema_change() -> InsertSchemaChangeStmt {
    InsertSchemaChangeStmt(
        "INSERT INTO public.schema_changelog ( tenant_id, id, schema_id, changed_by, change_type, rules_recompiled, rules_failed, error_details ) VALUES ( $1, $2, $3, $4, $5::text::public.schema_change, $6, $7, $8 )",
        None,
    )
}
impl InsertSchemaChangeStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<
        'c,
        'a,
        's,
        C: GenericClient,
        T1: crate::StringSql,
        T2: crate::StringSql,
        T3: crate::JsonSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        schema_id: &'a uuid::Uuid,
        changed_by: &'a T1,
        change_type: &'a T2,
        rules_recompiled: &'a i32,
        rules_failed: &'a i32,
        error_details: &'a T3,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[
                tenant_id,
                id,
                schema_id,
                changed_by,
                change_type,
                rules_recompiled,
                rules_failed,
                error_details,
            ],
        )
        .await
    }
}
impl<
    'a,
    C: GenericClient + Send + Sync,
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::JsonSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertSchemaChangeParams<T1, T2, T3>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertSchemaChangeStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertSchemaChangeParams<T1, T2, T3>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.schema_id,
            &params.changed_by,
            &params.change_type,
            &params.rules_recompiled,
            &params.rules_failed,
            &params.error_details,
        ))
    }
}
pub struct ListSchemaChangesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_schema_changes() -> ListSchemaChangesStmt {
    ListSchemaChangesStmt(
        "SELECT c.id, s.version, s.active, c.changed_by, c.change_type::text, c.rules_recompiled, c.rules_failed, c.error_details::text, c.created_at FROM public.schema_changelog AS c JOIN public.schemas AS s ON s.tenant_id = c.tenant_id AND s.id = c.schema_id WHERE c.tenant_id = $1 AND ($2::uuid IS NULL OR (c.created_at, c.id) < ($3::timestamptz, $2)) ORDER BY c.created_at DESC, c.id DESC LIMIT $4",
        None,
    )
}
impl ListSchemaChangesStmt {
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
        after_id: &'a Option<uuid::Uuid>,
        after_created_at: &'a Option<jiff::Timestamp>,
        page_size: &'a i64,
    ) -> SchemaChangeQuery<'c, 'a, 's, C, SchemaChange, 4> {
        SchemaChangeQuery {
            client,
            params: [tenant_id, after_id, after_created_at, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<SchemaChangeBorrowed, tokio_postgres::Error> {
                    Ok(SchemaChangeBorrowed {
                        id: row.try_get(0)?,
                        version: row.try_get(1)?,
                        active: row.try_get(2)?,
                        changed_by: row.try_get(3)?,
                        change_type: row.try_get(4)?,
                        rules_recompiled: row.try_get(5)?,
                        rules_failed: row.try_get(6)?,
                        error_details: row.try_get(7)?,
                        created_at: row.try_get(8)?,
                    })
                },
            mapper: |it| SchemaChange::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListSchemaChangesParams,
        SchemaChangeQuery<'c, 'a, 's, C, SchemaChange, 4>,
        C,
    > for ListSchemaChangesStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListSchemaChangesParams,
    ) -> SchemaChangeQuery<'c, 'a, 's, C, SchemaChange, 4> {
        self.bind(
            client,
            &params.tenant_id,
            &params.after_id,
            &params.after_created_at,
            &params.page_size,
        )
    }
}
