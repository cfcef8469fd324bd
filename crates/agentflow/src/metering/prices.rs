use agentflow_core::{
    audit::{Actor, Event, Resource},
    metering::{MetricType, Price, PriceBook},
};
use agentflow_sql::queries::prices as sql;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Metering;
use crate::{
    error::{Error, Result},
    input::{known, stored_json},
    scope::TenantTx,
    settle::settle,
    store::Handle,
};

/// The prices of a tenant: versions, each complete, of which one holds at each moment.
#[derive(Debug, Clone)]
pub struct Prices(Handle);

/// A price book that was published. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedPrices {
    /// 1, 2, 3 … within the tenant.
    pub version: i32,
    /// What it says.
    #[serde(flatten)]
    pub book: PriceBook,
    /// Whether it is the one that holds now.
    pub is_current: bool,
    /// When it was published.
    pub created_at: Timestamp,
}

/// A price, as the database holds it.
#[derive(Deserialize)]
struct StoredPrice {
    metric_type: String,
    metric_name: Option<String>,
    model: Option<String>,
    tool: Option<String>,
    cents: Decimal,
    per: u64,
}

impl Metering {
    /// The prices of the tenant.
    pub fn prices(&self) -> Prices {
        Prices(self.0.clone())
    }
}

impl Prices {
    /// Publishes a book, which gets the next version. It is used for whatever happens from its time on, until that of the next
    /// book; of two with the same time, the higher version is used. What is stored already keeps its costs until it is
    /// [rated anew](Metering::rerate). Fails with [`Error::InvalidInputs`], which names all that is wrong with it.
    pub async fn publish(&self, book: &PriceBook, by: &Actor) -> Result<PublishedPrices> {
        const OPERATION: &str = "publish prices";
        book.check().map_err(Error::all_invalid(OPERATION))?;
        let (tenant, now) = (self.0.tenant.as_uuid(), self.0.shared.now());
        let tx = self.0.begin(OPERATION).await?;
        let locked = sql::lock_price_books().bind(&tx, tenant).one().await;
        let (tx, _) = settle(OPERATION, tx, locked).await?;
        let inserted = sql::insert_price_book()
            .bind(&tx, tenant, &book.effective_from, &book.note, &now)
            .one()
            .await;
        let (tx, version) = settle(OPERATION, tx, inserted).await?;
        let rows = rows_of(&book.prices);
        let inserted = sql::insert_prices()
            .bind(&tx, tenant, &version, &now, &tokio_postgres::types::Json(&rows))
            .await;
        let (tx, _) = settle(OPERATION, tx, inserted).await?;
        let (tx, published) = reread(OPERATION, &self.0, tx, version, now).await?;
        let event =
            Event::new("price_book.published", Resource::new("price_book", version), by.clone())
                .with_detail("effective_from", book.effective_from.to_string())
                .with_detail("prices", book.prices.len())
                .with_detail("note", book.note.clone());
        tx.audit_and_commit(&event).await?;
        Ok(published)
    }

    /// A version, if there is one.
    pub async fn get(&self, version: i32) -> Result<Option<PublishedPrices>> {
        Ok(self.read("get prices", Some(version)).await?.pop())
    }

    /// Every version, the newest first.
    pub async fn list(&self) -> Result<Vec<PublishedPrices>> {
        self.read("list prices", None).await
    }

    /// The version that holds now, if one does.
    pub async fn current(&self) -> Result<Option<PublishedPrices>> {
        const OPERATION: &str = "get the prices of today";
        let now = self.0.shared.now();
        let flight = self.0.flight(OPERATION).await?;
        let version =
            sql::price_version_at().bind(&flight, self.0.tenant.as_uuid(), &now).one().await;
        match flight.land(version).await? {
            Some(version) => Ok(self.read(OPERATION, Some(version)).await?.pop()),
            None => Ok(None),
        }
    }

    async fn read(
        &self,
        operation: &'static str,
        version: Option<i32>,
    ) -> Result<Vec<PublishedPrices>> {
        let now = self.0.shared.now();
        let flight = self.0.flight(operation).await?;
        let rows = sql::list_price_books()
            .bind(&flight, self.0.tenant.as_uuid(), &now, &version)
            .all()
            .await;
        flight.land(rows).await?.into_iter().map(published).collect()
    }
}

async fn reread(
    operation: &'static str,
    handle: &Handle,
    tx: TenantTx,
    version: i32,
    now: Timestamp,
) -> Result<(TenantTx, PublishedPrices)> {
    let row = sql::list_price_books()
        .bind(&tx, handle.tenant.as_uuid(), &now, &Some(version))
        .one()
        .await;
    let (tx, row) = settle(operation, tx, row).await?;
    crate::settle::settle_with(tx, published(row)).await
}

fn rows_of(prices: &[Price]) -> serde_json::Value {
    let row = |price: &Price| {
        json!({
            "metric_type": price.metric_type,
            "metric_name": price.metric_name,
            "model": price.model,
            "tool": price.tool,
            "cents": price.cents.to_string(),
            "per": price.per,
        })
    };
    prices.iter().map(row).collect()
}

fn published(row: sql::PriceBookRow) -> Result<PublishedPrices> {
    let version = row.version;
    let stored: Vec<StoredPrice> = stored_json("prices", "cents", version, &row.prices)?;
    let prices = stored.into_iter().map(|price| {
        Ok(Price {
            metric_type: known::<MetricType>("prices", "metric_type", version, &price.metric_type)?,
            metric_name: price.metric_name,
            model: price.model,
            tool: price.tool,
            cents: price.cents.normalize(),
            per: price.per,
        })
    });
    Ok(PublishedPrices {
        version,
        book: PriceBook {
            effective_from: row.effective_from,
            note: row.note,
            prices: prices.collect::<Result<_>>()?,
        },
        is_current: row.is_current,
        created_at: row.created_at,
    })
}
