use std::{path::Path, sync::Arc};

use agentflow::core::backup::Part;
use futures::{StreamExt, TryStreamExt};
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};

use super::{
    Entry, EntryKind, PartReader,
    fault::{self, Where},
    folder::{READ, WRITE},
    upload,
};
use crate::error::{Error, Fault, Result};

/// A prefix of an object store.
#[derive(Clone)]
pub(super) struct Bucket {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) prefix: object_store::path::Path,
    pub(super) place: Where,
}

impl Bucket {
    fn key(&self, operation: &'static str, path: &str) -> Result<object_store::path::Path> {
        let input =
            |error: object_store::path::Error| agentflow::core::InvalidInput::new("path", error);
        let path = object_store::path::Path::parse(path)
            .map_err(|error| Error::InvalidInput { operation, input: input(error) })?;
        Ok(self.prefix.parts().chain(path.parts()).collect())
    }

    fn error(
        &self,
        operation: &'static str,
    ) -> impl Fn(object_store::Error) -> Error + Send + 'static {
        let place = self.place.clone();
        move |error| fault::error(operation, &place, &error)
    }

    /// None where the object is not there; the bucket must be.
    fn found<T>(&self, result: object_store::Result<T>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error @ object_store::Error::NotFound { .. })
                if !fault::is_bucket_missing(&error) =>
            {
                Ok(None)
            }
            Err(error) => Err(self.error(READ)(error)),
        }
    }

    pub(super) async fn names(&self) -> Result<Vec<String>> {
        let listed = self.store.list_with_delimiter(Some(&self.prefix)).await;
        let listed = listed.map_err(self.error(READ))?;
        let names =
            listed.common_prefixes.iter().filter_map(|it| it.filename().map(ToOwned::to_owned));
        Ok(names.collect())
    }

    /// The length of what is there; none if nothing is.
    pub(super) async fn length(&self, path: &str) -> Result<Option<u64>> {
        let head = self.store.head(&self.key(READ, path)?).await;
        Ok(self.found(head)?.map(|object| object.size))
    }

    pub(super) async fn entries(&self, id: &str) -> Result<Vec<Entry>> {
        let folder = self.key(READ, id)?;
        self.store
            .list(Some(&folder))
            .map(|object| {
                let object = object.map_err(self.error(READ))?;
                let name = object.location.prefix_match(&folder).map(|parts| {
                    parts.map(|part| part.as_ref().to_owned()).collect::<Vec<_>>().join("/")
                });
                let name = name.unwrap_or_else(|| object.location.to_string());
                Ok(Entry { name, bytes: object.size, kind: EntryKind::File })
            })
            .try_collect()
            .await
    }

    pub(super) async fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>> {
        let got = self.store.get(&self.key(READ, path)?).await;
        let Some(got) = self.found(got)? else { return Ok(None) };
        let length = usize::try_from(got.meta.size).unwrap_or(usize::MAX);
        fault::refuse_longer(path, length, limit)?;
        let mut stream = got.into_stream();
        let mut bytes = Vec::with_capacity(length);
        while let Some(chunk) = stream.next().await {
            bytes.extend_from_slice(&chunk.map_err(self.error(READ))?);
            fault::refuse_longer(path, bytes.len(), limit)?;
        }
        Ok(Some(bytes))
    }

    pub(super) async fn reader(&self, path: &str) -> Result<Option<PartReader>> {
        let got = self.store.get(&self.key(READ, path)?).await;
        let Some(got) = self.found(got)? else { return Ok(None) };
        Ok(Some(PartReader::chunks(path.to_owned(), got.into_stream(), self.error(READ))))
    }

    pub(super) async fn put_bytes(&self, path: &str, bytes: Vec<u8>) -> Result<()> {
        let key = self.key(WRITE, path)?;
        let put = self.store.put(&key, PutPayload::from(bytes)).await;
        put.map(drop).map_err(self.error(WRITE))
    }

    pub(super) async fn put_file(
        &self,
        path: &str,
        local: &Path,
        expected: Option<&Part>,
        on: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<()> {
        let key = self.key(WRITE, path)?;
        let put = upload::file(self.store.as_ref(), &key, local, expected, on).await;
        put.map_err(|trouble| match trouble {
            upload::Trouble::Local(error) => Error::io(WRITE, local)(error),
            upload::Trouble::Store(error) => self.error(WRITE)(error),
            upload::Trouble::Other(reason) => Error::Corrupt {
                operation: WRITE,
                what: local.display().to_string(),
                faults: vec![Fault::new(path, reason)],
            },
        })
    }

    pub(super) async fn remove(&self, path: &str) -> Result<()> {
        let removed = self.store.delete(&self.key(WRITE, path)?).await;
        match removed {
            Err(error @ object_store::Error::NotFound { .. })
                if !fault::is_bucket_missing(&error) =>
            {
                Ok(())
            }
            other => other.map_err(self.error(WRITE)),
        }
    }
}
