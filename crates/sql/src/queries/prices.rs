// This file was generated with `cornucopia`. Do not modify.

#[derive(Debug)]
pub struct InsertPriceBookParams<T1: crate::StringSql> {
    pub tenant_id: uuid::Uuid,
    pub effective_from: jiff::Timestamp,
    pub note: T1,
    pub now: jiff::Timestamp,
}
#[derive(Debug)]
pub struct InsertPricesParams<T1: crate::JsonSql> {
    pub tenant_id: uuid::Uuid,
    pub version: i32,
    pub now: jiff::Timestamp,
    pub prices: T1,
}
#[derive(Clone, Copy, Debug)]
pub struct ListPriceBooksParams {
    pub tenant_id: uuid::Uuid,
    pub now: jiff::Timestamp,
    pub version: Option<i32>,
}
#[derive(Clone, Copy, Debug)]
pub struct PriceVersionAtParams {
    pub tenant_id: uuid::Uuid,
    pub at: jiff::Timestamp,
}
#[derive(Debug, Clone, PartialEq)]
pub struct PriceBookRow {
    pub version: i32,
    pub effective_from: jiff::Timestamp,
    pub note: String,
    pub created_at: jiff::Timestamp,
    pub is_current: bool,
    pub prices: String,
}
pub struct PriceBookRowBorrowed<'a> {
    pub version: i32,
    pub effective_from: jiff::Timestamp,
    pub note: &'a str,
    pub created_at: jiff::Timestamp,
    pub is_current: bool,
    pub prices: &'a str,
}
impl<'a> From<PriceBookRowBorrowed<'a>> for PriceBookRow {
    fn from(
        PriceBookRowBorrowed {
            version,
            effective_from,
            note,
            created_at,
            is_current,
            prices,
        }: PriceBookRowBorrowed<'a>,
    ) -> Self {
        Self {
            version,
            effective_from,
            note: note.into(),
            created_at,
            is_current,
            prices: prices.into(),
        }
    }
}
use crate::client::async_::GenericClient;
use futures::{self, StreamExt, TryStreamExt};
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
pub struct I32Query<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<i32, tokio_postgres::Error>,
    mapper: fn(i32) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> I32Query<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(i32) -> R) -> I32Query<'c, 'a, 's, C, R, N> {
        I32Query {
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
pub struct PriceBookRowQuery<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<PriceBookRowBorrowed, tokio_postgres::Error>,
    mapper: fn(PriceBookRowBorrowed) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> PriceBookRowQuery<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(
        self,
        mapper: fn(PriceBookRowBorrowed) -> R,
    ) -> PriceBookRowQuery<'c, 'a, 's, C, R, N> {
        PriceBookRowQuery {
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
pub struct Optioni32Query<'c, 'a, 's, C: GenericClient, T, const N: usize> {
    client: &'c C,
    params: [&'a (dyn postgres_types::ToSql + Sync); N],
    query: &'static str,
    cached: Option<&'s tokio_postgres::Statement>,
    extractor: fn(&tokio_postgres::Row) -> Result<Option<i32>, tokio_postgres::Error>,
    mapper: fn(Option<i32>) -> T,
}
impl<'c, 'a, 's, C, T: 'c, const N: usize> Optioni32Query<'c, 'a, 's, C, T, N>
where
    C: GenericClient,
{
    pub fn map<R>(self, mapper: fn(Option<i32>) -> R) -> Optioni32Query<'c, 'a, 's, C, R, N> {
        Optioni32Query {
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
pub struct LockPriceBooksStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn lock_price_books() -> LockPriceBooksStmt {
    LockPriceBooksStmt(
        "SELECT pg_advisory_xact_lock(hashtextextended('agentflow price books ' || $1::uuid::text, 0))::text",
        None,
    )
}
impl LockPriceBooksStmt {
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
    ) -> StringQuery<'c, 'a, 's, C, String, 1> {
        StringQuery {
            client,
            params: [tenant_id],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it.into(),
        }
    }
}
pub struct InsertPriceBookStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_price_book() -> InsertPriceBookStmt {
    InsertPriceBookStmt(
        "INSERT INTO public.price_books (tenant_id, version, effective_from, note, created_at) SELECT $1, coalesce(max(b.version), 0) + 1, $2, $3, $4 FROM public.price_books AS b WHERE b.tenant_id = $1 RETURNING version",
        None,
    )
}
impl InsertPriceBookStmt {
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
        effective_from: &'a jiff::Timestamp,
        note: &'a T1,
        now: &'a jiff::Timestamp,
    ) -> I32Query<'c, 'a, 's, C, i32, 4> {
        I32Query {
            client,
            params: [tenant_id, effective_from, note, now],
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
        InsertPriceBookParams<T1>,
        I32Query<'c, 'a, 's, C, i32, 4>,
        C,
    > for InsertPriceBookStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a InsertPriceBookParams<T1>,
    ) -> I32Query<'c, 'a, 's, C, i32, 4> {
        self.bind(client, &params.tenant_id, &params.effective_from, &params.note, &params.now)
    }
}
pub struct InsertPricesStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn insert_prices() -> InsertPricesStmt {
    InsertPricesStmt(
        "INSERT INTO public.prices (tenant_id, price_version, metric_type, metric_name, model, tool, cents, per_quantity, created_at) SELECT $1, $2, item.metric_type, coalesce(item.metric_name, ''), coalesce(item.model, ''), coalesce(item.tool, ''), item.cents, item.per, $3 FROM jsonb_to_recordset($4::jsonb) AS item ( metric_type text, metric_name text, model text, tool text, cents numeric, per bigint )",
        None,
    )
}
impl InsertPricesStmt {
    pub async fn prepare<'a, C: GenericClient>(
        mut self,
        client: &'a C,
    ) -> Result<Self, tokio_postgres::Error> {
        self.1 = Some(client.prepare(self.0).await?);
        Ok(self)
    }
    pub async fn bind<'c, 'a, 's, C: GenericClient, T1: crate::JsonSql>(
        &'s self,
        client: &'c C,
        tenant_id: &'a uuid::Uuid,
        version: &'a i32,
        now: &'a jiff::Timestamp,
        prices: &'a T1,
    ) -> Result<u64, tokio_postgres::Error> {
        crate::client::async_::execute(
            client,
            self.1.as_ref(),
            self.0,
            &[tenant_id, version, now, prices],
        )
        .await
    }
}
impl<'a, C: GenericClient + Send + Sync, T1: crate::JsonSql>
    crate::client::async_::Params<
        'a,
        'a,
        'a,
        InsertPricesParams<T1>,
        std::pin::Pin<
            Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
        >,
        C,
    > for InsertPricesStmt
{
    fn params(
        &'a self,
        client: &'a C,
        params: &'a InsertPricesParams<T1>,
    ) -> std::pin::Pin<
        Box<dyn futures::Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'a>,
    > {
        Box::pin(self.bind(client, &params.tenant_id, &params.version, &params.now, &params.prices))
    }
}
pub struct ListPriceBooksStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn list_price_books() -> ListPriceBooksStmt {
    ListPriceBooksStmt(
        "SELECT b.version, b.effective_from, b.note, b.created_at, b.version = public.price_version_at($1, $2) IS TRUE AS is_current, coalesce( ( SELECT jsonb_agg( jsonb_build_object( 'metric_type', p.metric_type, 'metric_name', nullif(p.metric_name, ''), 'model', nullif(p.model, ''), 'tool', nullif(p.tool, ''), 'cents', p.cents::text, 'per', p.per_quantity ) ORDER BY p.metric_type, p.metric_name, p.model, p.tool ) FROM public.prices AS p WHERE p.tenant_id = $1 AND p.price_version = b.version ), '[]' )::text AS prices FROM public.price_books AS b WHERE b.tenant_id = $1 AND ($3::integer IS NULL OR b.version = $3) ORDER BY b.version DESC",
        None,
    )
}
impl ListPriceBooksStmt {
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
        now: &'a jiff::Timestamp,
        version: &'a Option<i32>,
    ) -> PriceBookRowQuery<'c, 'a, 's, C, PriceBookRow, 3> {
        PriceBookRowQuery {
            client,
            params: [tenant_id, now, version],
            query: self.0,
            cached: self.1.as_ref(),
            extractor:
                |row: &tokio_postgres::Row| -> Result<PriceBookRowBorrowed, tokio_postgres::Error> {
                    Ok(PriceBookRowBorrowed {
                        version: row.try_get(0)?,
                        effective_from: row.try_get(1)?,
                        note: row.try_get(2)?,
                        created_at: row.try_get(3)?,
                        is_current: row.try_get(4)?,
                        prices: row.try_get(5)?,
                    })
                },
            mapper: |it| PriceBookRow::from(it),
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        ListPriceBooksParams,
        PriceBookRowQuery<'c, 'a, 's, C, PriceBookRow, 3>,
        C,
    > for ListPriceBooksStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a ListPriceBooksParams,
    ) -> PriceBookRowQuery<'c, 'a, 's, C, PriceBookRow, 3> {
        self.bind(client, &params.tenant_id, &params.now, &params.version)
    }
}
pub struct PriceVersionAtStmt(&'static str, Option<tokio_postgres::Statement>);
pub fn price_version_at() -> PriceVersionAtStmt {
    PriceVersionAtStmt("SELECT public.price_version_at($1, $2) AS version", None)
}
impl PriceVersionAtStmt {
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
        at: &'a jiff::Timestamp,
    ) -> Optioni32Query<'c, 'a, 's, C, Option<i32>, 2> {
        Optioni32Query {
            client,
            params: [tenant_id, at],
            query: self.0,
            cached: self.1.as_ref(),
            extractor: |row| Ok(row.try_get(0)?),
            mapper: |it| it,
        }
    }
}
impl<'c, 'a, 's, C: GenericClient>
    crate::client::async_::Params<
        'c,
        'a,
        's,
        PriceVersionAtParams,
        Optioni32Query<'c, 'a, 's, C, Option<i32>, 2>,
        C,
    > for PriceVersionAtStmt
{
    fn params(
        &'s self,
        client: &'c C,
        params: &'a PriceVersionAtParams,
    ) -> Optioni32Query<'c, 'a, 's, C, Option<i32>, 2> {
        self.bind(client, &params.tenant_id, &params.at)
    }
}
