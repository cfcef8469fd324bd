//! Lists that come page by page.

use crate::error::Result;

/// Rows of a page.
pub(crate) const PAGE: u16 = 500;

/// Every row of a list. `page` gives the rows after an id, at most [`PAGE`] of them.
pub(crate) async fn all<T, I>(
    id: impl Fn(&T) -> I,
    page: impl AsyncFn(Option<I>) -> agentflow::Result<Vec<T>>,
) -> Result<Vec<T>> {
    let mut rows = Vec::new();
    loop {
        let next = page(rows.last().map(&id)).await?;
        let is_last = next.len() < usize::from(PAGE);
        rows.extend(next);
        if is_last {
            return Ok(rows);
        }
    }
}
