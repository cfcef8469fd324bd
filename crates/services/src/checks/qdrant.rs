//! Whether Qdrant answers, is ready, and takes our key.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use futures::FutureExt;
use reqwest::{Client, Response, StatusCode, header::HeaderValue, redirect};
use secrecy::ExposeSecret;
use serde::Deserialize;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    fault::{Fault, Kind},
    foreign::MAX_ANSWER,
    guide::Guide,
    name::Name,
    pace::{Pace, Tried},
    report::Service,
    settings::QdrantSettings,
    tls,
};

/// How long it takes to see whether a server that was not done in time says anything.
const PROBE: Duration = Duration::from_millis(500);

/// The page that says who answers.
#[derive(Deserialize)]
struct Root {
    title: String,
    version: Option<String>,
}

/// Its version, where it tells it.
pub(crate) type Told = Option<String>;

pub(crate) async fn ask(settings: &QdrantSettings, pace: &Pace) -> Tried<Told> {
    let has_answered = AtomicBool::new(false);
    let work = || {
        has_answered.store(false, Ordering::Relaxed);
        try_once(settings, pace.left(), &has_answered).boxed()
    };
    let mut tried = pace.attempt(Fault::silent, work).await;
    if let Err(fault) = &mut tried.result
        && fault.kind == Kind::Silent
        && (has_answered.load(Ordering::Relaxed) || begins_to_answer(settings).await)
    {
        *fault = fault.clone().made_slow();
    }
    tried
}

/// Whether anything comes back at all, which the client of HTTP tells only of an answer whose head is there. Of TLS nothing is known.
async fn begins_to_answer(settings: &QdrantSettings) -> bool {
    if settings.url.scheme() != "http" {
        return false;
    }
    let place = settings.place();
    let look = async {
        let mut stream = TcpStream::connect(&place.shown).await?;
        let question = format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", place.shown);
        stream.write_all(question.as_bytes()).await?;
        stream.read(&mut [0]).await
    };
    matches!(timeout(PROBE, look).await, Ok(Ok(1..)))
}

pub(crate) fn service(tried: Tried<Told>, settings: &QdrantSettings, guide: &Guide) -> Service {
    let place = settings.place();
    match tried.result {
        Ok(version) => {
            let name = version.as_ref().map_or("Qdrant".to_owned(), |it| format!("Qdrant {it}"));
            let mut service = Service::available(format!("{name} at {}", place.shown))
                .with_latency(tried.latency);
            service.version = version;
            if settings.url.scheme() == "http" && !place.is_local && settings.key.is_some() {
                let warning =
                    "the key of Qdrant goes over the network in the clear; use https in QDRANT_URL";
                service.warnings.push(warning.to_owned());
            }
            service
        }
        Err(fault) => guide.down(Name::Qdrant, &place, &fault),
    }
}

async fn try_once(
    settings: &QdrantSettings,
    left: Duration,
    has_answered: &AtomicBool,
) -> Result<Told, Fault> {
    let client = client(settings, left).await?;
    reach(settings, left).await?;
    let root = get(&client, settings, "", left).await?;
    has_answered.store(true, Ordering::Relaxed);
    let version = match root.status() {
        StatusCode::OK => read_root(root).await?,
        status => return Err(refused(status, settings)),
    };
    let ready = get(&client, settings, "readyz", left).await?;
    match ready.status() {
        // Before 1.3 there was no such page.
        StatusCode::OK | StatusCode::NOT_FOUND => {}
        StatusCode::SERVICE_UNAVAILABLE => {
            return Err(Fault::new(
                Kind::Starting,
                "is there, and not all of its shards are ready",
            ));
        }
        status => return Err(refused(status, settings)),
    }
    // The pages above are for everybody; this one wants the key.
    let list = get(&client, settings, "collections", left).await?;
    match list.status() {
        StatusCode::OK => Ok(version),
        status => Err(refused(status, settings)),
    }
}

/// Whether something takes connections at all, which errors of HTTP do not tell from a silence in TLS.
async fn reach(settings: &QdrantSettings, left: Duration) -> Result<(), Fault> {
    let place = settings.place();
    let connected = timeout(left.mul_f64(0.45), TcpStream::connect(&place.shown)).await;
    match connected {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => {
            Err(Fault::of_io(&error).unwrap_or_else(|| Fault::new(Kind::Other, error.to_string())))
        }
        Err(_) => Err(Fault::unreachable(left)),
    }
}

/// Of our own TLS, straight to the server, and no further than it.
async fn client(settings: &QdrantSettings, left: Duration) -> Result<Client, Fault> {
    let is_encrypted = settings.url.scheme() == "https";
    let tls = if is_encrypted { tls::with_roots().await? } else { tls::without_roots()? };
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(redirect::Policy::none())
        // Shorter than what is left of the try, so that it is told that it was TLS.
        .connect_timeout(left.mul_f64(0.45))
        .build()
        .map_err(|error| Fault::new(Kind::Other, error.to_string()))
}

async fn get(
    client: &Client,
    settings: &QdrantSettings,
    page: &str,
    left: Duration,
) -> Result<Response, Fault> {
    let mut request = client.get(settings.page(page));
    if let Some(key) = &settings.key
        && let Ok(mut value) = HeaderValue::from_str(key.expose_secret())
    {
        value.set_sensitive(true);
        request = request.header("api-key", value);
    }
    let is_encrypted = settings.url.scheme() == "https";
    request.send().await.map_err(|error| of_http(&error, is_encrypted, left))
}

async fn read_root(mut response: Response) -> Result<Told, Fault> {
    let foreign = || Fault::new(Kind::Foreign, "what answers there is no Qdrant");
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER {
            return Err(foreign());
        }
    }
    let root: Root = serde_json::from_slice(&body).map_err(|_| foreign())?;
    if root.title.to_lowercase().contains("qdrant") { Ok(root.version) } else { Err(foreign()) }
}

fn refused(status: StatusCode, settings: &QdrantSettings) -> Fault {
    let said = match (status, &settings.key) {
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, None) => {
            format!("asks for an API key, and none is set ({})", status.as_u16())
        }
        (StatusCode::UNAUTHORIZED, Some(_)) => "does not accept the API key (401)".to_owned(),
        (StatusCode::FORBIDDEN, Some(_)) => {
            "does not let this API key list collections (403)".to_owned()
        }
        (StatusCode::BAD_REQUEST, _) if settings.url.scheme() == "http" => {
            let said = "answers with status 400, as a server with TLS does to http://";
            return Fault::new(Kind::Tls, said);
        }
        (StatusCode::NOT_FOUND, _) => {
            return Fault::new(Kind::Foreign, "what answers there is no Qdrant (404)");
        }
        (status, _) if status.is_redirection() => {
            return Fault::new(
                Kind::Foreign,
                format!("sends us elsewhere ({}), which Qdrant does not", status.as_u16()),
            );
        }
        (
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT,
            _,
        ) => {
            let said =
                format!("a proxy answers that there is no server behind it ({})", status.as_u16());
            return Fault::new(Kind::Starting, said);
        }
        _ => return Fault::new(Kind::Other, format!("answers with status {}", status.as_u16())),
    };
    Fault::new(Kind::Credentials, said)
}

/// That it takes connections was seen before.
fn of_http(error: &reqwest::Error, is_encrypted: bool, left: Duration) -> Fault {
    if let Some(reason) = tls::reason(error) {
        return Fault::new(Kind::Tls, format!("TLS failed: {reason}"));
    }
    if error.is_connect() && is_encrypted {
        return Fault::new(Kind::Tls, "takes the connection and does not answer in TLS");
    }
    if error.is_timeout() {
        return Fault::silent(left);
    }
    // What speaks no HTTP; among it a server that wants TLS.
    Fault::of_network(error).unwrap_or_else(|| {
        let said = "what answers there speaks no HTTP";
        let wants_tls = "; a server with TLS takes https:// only";
        Fault::new(Kind::Foreign, format!("{said}{}", if is_encrypted { "" } else { wants_tls }))
    })
}
