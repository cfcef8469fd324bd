// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertRotationParams<
    T1: crate::StringSql,
    T2: crate::StringSql,
    T3: crate::StringSql,
    T4: crate::StringSql,
> {
    pub tenant_id: uuid::Uuid,
    pub id: uuid::Uuid,
    pub secret_type: T1,
    pub secret_id: uuid::Uuid,
    pub old_kms_key_id: Option<T2>,
    pub new_kms_key_id: Option<T3>,
    pub rotated_by: Option<uuid::Uuid>,
    pub rotation_reason: T4,
    pub now: jiff::Timestamp,
}
#[derive(Clone, Copy, Debug)]
pub struct ListRotationsParams {
    pub tenant_id: uuid::Uuid,
    pub secret_id: Option<uuid::Uuid>,
    pub after_id: Option<uuid::Uuid>,
    pub after_created_at: Option<jiff::Timestamp>,
    pub page_size: i64,
}
#[derive(Debug, Clone, PartialEq)]
pub struct ListRotations {
    pub id: uuid::Uuid,
    pub secret_type: String,
    pub secret_id: uuid::Uuid,
    pub old_kms_key_id: Option<String>,
    pub new_kms_key_id: Option<String>,
    pub rotated_by: Option<uuid::Uuid>,
    pub rotation_reason: String,
    pub created_at: jiff::Timestamp,
}
pub struct ListRotationsBorrowed<'a> {
    pub id: uuid::Uuid,
    pub secret_type: &'a str,
    pub secret_id: uuid::Uuid,
    pub old_kms_key_id: Option<&'a str>,
    pub new_kms_key_id: Option<&'a str>,
    pub rotated_by: Option<uuid::Uuid>,
    pub rotation_reason: &'a str,
    pub created_at: jiff::Timestamp,
}
impl<'a> From<ListRotationsBorrowed<'a>> for ListRotations {
    fn from(
        ListRotationsBorrowed {
            id,
            secret_type,
            secret_id,
            old_kms_key_id,
            new_kms_key_id,
            rotated_by,
            rotation_reason,
            created_at,
        }: ListRotationsBorrowed<'a>,
    ) -> Self {
        Self {
            id,
            secret_type: secret_type.into(),
            secret_id,
            old_kms_key_id: old_kms_key_id.map(|v| v.into()),
            new_kms_key_id: new_kms_key_id.map(|v| v.into()),
            rotated_by,
            rotation_reason: rotation_reason.into(),
            created_at,
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
pub struct ListRotationsQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<ListRotationsBorrowed, tokio_postgres::Error>,
    mapper: fn(ListRotationsBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> ListRotationsQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(ListRotationsBorrowed) -> R,
    ) -> ListRotationsQuery<'c, 'a, 's, C, R, N> {
        ListRotationsQuery {
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
pub struct InsertRotationStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_rotation() -> InsertRotationStmt {
    InsertRotationStmt(
        "INSERT INTO public.secret_rotation_log ( tenant_id, id, secret_type, secret_id, old_kms_key_id, new_kms_key_id, rotated_by, rotation_reason, created_at ) VALUES ( $1, $2, $3, $4, $5, $6, (SELECT p.id FROM public.principals AS p WHERE p.tenant_id = $1 AND p.id = $7), $8, $9 )",
        None,
    )
}
impl InsertRotationStmt {
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
        T3: crate::StringSql,
        T4: crate::StringSql,
    >(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        id: &'a uuid::Uuid,
        secret_type: &'a T1,
        secret_id: &'a uuid::Uuid,
        old_kms_key_id: &'a Option<T2>,
        new_kms_key_id: &'a Option<T3>,
        rotated_by: &'a Option<uuid::Uuid>,
        rotation_reason: &'a T4,
        now: &'a jiff::Timestamp,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[
                tenant_id,
                id,
                secret_type,
                secret_id,
                old_kms_key_id,
                new_kms_key_id,
                rotated_by,
                rotation_reason,
                now,
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
    T3: crate::StringSql,
    T4: crate::StringSql,
>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertRotationParams<T1, T2, T3, T4>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertRotationStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertRotationParams<T1, T2, T3, T4>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(
            client,
            &params.tenant_id,
            &params.id,
            &params.secret_type,
            &params.secret_id,
            &params.old_kms_key_id,
            &params.new_kms_key_id,
            &params.rotated_by,
            &params.rotation_reason,
            &params.now,
        ))
    }
}
pub struct ListRotationsStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_rotations() -> ListRotationsStmt {
    ListRotationsStmt(
        "SELECT r.id, r.secret_type, r.secret_id, r.old_kms_key_id, r.new_kms_key_id, r.rotated_by, r.rotation_reason, r.created_at FROM public.secret_rotation_log AS r WHERE r.tenant_id = $1 AND ($2::uuid IS NULL OR r.secret_id = $2) AND ($3::uuid IS NULL OR (r.created_at, r.id) < ($4::timestamptz, $3)) ORDER BY r.created_at DESC, r.id DESC LIMIT $5",
        None,
    )
}
impl ListRotationsStmt {
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
        secret_id: &'a Option<uuid::Uuid>,
        after_id: &'a Option<uuid::Uuid>,
        after_created_at: &'a Option<jiff::Timestamp>,
        page_size: &'a i64,
    ) -> ListRotationsQuery<'c, 'a, 's, C, ListRotations, 5> {
        ListRotationsQuery {
            client,
            params: [tenant_id, secret_id, after_id, after_created_at, page_size],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<ListRotationsBorrowed, tokio_postgres::Error> {
                    Ok(ListRotationsBorrowed {
                        id: row.try_get(0)?,
                        secret_type: row.try_get(1)?,
                        secret_id: row.try_get(2)?,
                        old_kms_key_id: row.try_get(3)?,
                        new_kms_key_id: row.try_get(4)?,
                        rotated_by: row.try_get(5)?,
                        rotation_reason: row.try_get(6)?,
                        created_at: row.try_get(7)?,
                    })
                },
            mapper: |it| ListRotations::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListRotationsParams,
        ListRotationsQuery<'c, 'a, 's, C, ListRotations, 5>,
        C,
    > for ListRotationsStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListRotationsParams,
    ) -> ListRotationsQuery<'c, 'a, 's, C, ListRotations, 5> {
        self.bind(
            client,
            &params.tenant_id,
            &params.secret_id,
            &params.after_id,
            &params.after_created_at,
            &params.page_size,
        )
    }
}
