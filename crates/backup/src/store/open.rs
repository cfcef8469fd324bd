use std::{str::FromStr, sync::Arc, time::Duration};

use object_store::{
    BackoffConfig, ClientConfigKey, ObjectStore, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    azure::{AzureConfigKey, MicrosoftAzureBuilder},
    gcp::{GoogleCloudStorageBuilder, GoogleConfigKey},
};

use super::{
    bucket::Bucket,
    fault::{self, Where},
};
use crate::{
    error::{Error, Result},
    location::{Cloud, Location},
};

const OPEN: &str = "open the backup store";

/// A part may take hours on a slow line: what counts is that something comes. Each can be set otherwise, as in `AWS_READ_TIMEOUT`.
const CLIENT: [(ClientConfigKey, &str); 3] = [
    (ClientConfigKey::Timeout, "86400s"),
    (ClientConfigKey::ReadTimeout, "60s"),
    (ClientConfigKey::ConnectTimeout, "10s"),
];

/// An address that is wrong is told of in seconds, and not in minutes.
fn retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(5),
            base: 2.0,
        },
        max_retries: 5,
        retry_timeout: Duration::from_secs(120),
    }
}

/// Where credentials are looked up: names and values, as the environment has them.
pub(super) type Variables = [(String, String)];

pub(super) fn bucket(
    location: &Location,
    cloud: Cloud,
    name: &str,
    prefix: &str,
    variables: &Variables,
) -> Result<Bucket> {
    let place = Where { location: location.to_string(), bucket: name.to_owned(), cloud };
    let store = match cloud {
        Cloud::S3 => s3(name, variables),
        Cloud::Google => google(name, variables),
        Cloud::Azure => azure(name, variables),
    };
    let store = store.map_err(|error| fault::error(OPEN, &place, &error))?;
    let prefix = object_store::path::Path::parse(prefix).map_err(|error| {
        let input = agentflow::core::InvalidInput::new("backup location", error);
        Error::InvalidInput { operation: OPEN, input }
    })?;
    Ok(Bucket { store, prefix, place })
}

/// The variables of a cloud whose names are settings of its client; others are for other programs.
fn settings<K: FromStr>(cloud: Cloud, variables: &Variables) -> Vec<(K, &str)> {
    let key = |name: &String| {
        if name.starts_with(cloud.variables()) {
            name.to_ascii_lowercase().parse().ok()
        } else {
            None
        }
    };
    variables.iter().filter_map(|(name, value)| Some((key(name)?, value.as_str()))).collect()
}

fn variable<'a>(variables: &'a Variables, name: &str) -> Option<&'a str> {
    variables.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
}

fn s3(name: &str, variables: &Variables) -> object_store::Result<Arc<dyn ObjectStore>> {
    let ours = CLIENT.map(|(key, value)| (AmazonS3ConfigKey::Client(key), value));
    let mut builder = AmazonS3Builder::new();
    for (key, value) in ours.into_iter().chain(settings(Cloud::S3, variables)) {
        builder = builder.with_config(key, value);
    }
    Ok(Arc::new(builder.with_bucket_name(name).with_retry(retry()).build()?))
}

fn google(name: &str, variables: &Variables) -> object_store::Result<Arc<dyn ObjectStore>> {
    let ours = CLIENT.map(|(key, value)| (GoogleConfigKey::Client(key), value));
    let mut builder = GoogleCloudStorageBuilder::new();
    if let Some(path) = variable(variables, "SERVICE_ACCOUNT") {
        builder = builder.with_service_account_path(path);
    }
    for (key, value) in ours.into_iter().chain(settings(Cloud::Google, variables)) {
        builder = builder.with_config(key, value);
    }
    Ok(Arc::new(builder.with_bucket_name(name).with_retry(retry()).build()?))
}

fn azure(name: &str, variables: &Variables) -> object_store::Result<Arc<dyn ObjectStore>> {
    let ours = CLIENT.map(|(key, value)| (AzureConfigKey::Client(key), value));
    let mut builder = MicrosoftAzureBuilder::new();
    for (key, value) in ours.into_iter().chain(settings(Cloud::Azure, variables)) {
        builder = builder.with_config(key, value);
    }
    if let Some(endpoint) = variable(variables, "IDENTITY_ENDPOINT") {
        builder = builder.with_msi_endpoint(endpoint);
    }
    Ok(Arc::new(builder.with_container_name(name).with_retry(retry()).build()?))
}
