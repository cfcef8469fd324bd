use std::future::Future;

use crate::error::Result;

/// How often a transaction is tried anew that another was in the way of.
const AGAIN: usize = 3;

/// Makes a transaction, and makes it anew when another was in its way: a deadlock is one that somebody has to give up, and
/// nothing was done then.
pub(super) async fn again<T, F>(attempt: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut tries = 0;
    loop {
        match attempt().await {
            Err(error) if error.is_in_the_way() && tries < AGAIN => tries += 1,
            answer => return answer,
        }
    }
}
