use std::{
    convert::Infallible,
    io::{self, Read, Write},
    sync::Arc,
    time::Duration,
};

use agentflow::Store;
use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{ALLOW, CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::{interval, sleep, timeout},
};

use super::Gauges;

const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// What was measured is summed up so often, also where nobody reads it.
const UPKEEP: Duration = Duration::from_secs(5);
/// Nobody is served longer.
const LONGEST: Duration = Duration::from_secs(10);
/// Nobody takes longer to say what it wants.
const LONGEST_REQUEST: Duration = Duration::from_secs(2);
/// Nobody has to ask the database more often at once; the others wait.
const AT_ONCE: usize = 8;
/// Whoever comes when so many are connected is turned away.
const MOST: usize = 64;
/// More than anybody's request is.
const MAX_REQUEST_BYTES: usize = 16 * 1024;
const TOO_MANY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Serves the metrics of this process.
pub(super) struct Server {
    page: PrometheusHandle,
    store: Store,
    gauges: Gauges,
    turns: Semaphore,
}

impl Server {
    pub(super) fn new(page: PrometheusHandle, store: Store, gauges: Gauges) -> Self {
        Self { page, store, gauges, turns: Semaphore::new(AT_ONCE) }
    }

    /// Goes on until it is dropped, and with it every answer.
    pub(super) async fn run(self, listener: TcpListener) {
        let server = Arc::new(self);
        let mut connections = JoinSet::new();
        let mut upkeep = interval(UPKEEP);
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        while connections.try_join_next().is_some() {}
                        if connections.len() < MOST {
                            connections.spawn(Arc::clone(&server).serve(stream));
                        } else {
                            // Nothing can be done for whoever is gone.
                            let _ = turn_away(stream);
                        }
                    }
                    // Such as too many open files: trying at once again would only burn time.
                    Err(error) => {
                        tracing::debug!(%error, "a connection was not accepted");
                        sleep(Duration::from_millis(100)).await;
                    }
                },
                _ = upkeep.tick() => server.page.run_upkeep(),
            }
        }
    }

    async fn serve(self: Arc<Self>, stream: TcpStream) {
        let answer = service_fn(|request| self.answer(request));
        let mut http = http1::Builder::new();
        http.keep_alive(false).timer(TokioTimer::new());
        http.header_read_timeout(LONGEST_REQUEST).max_buf_size(MAX_REQUEST_BYTES);
        let served = timeout(LONGEST, http.serve_connection(TokioIo::new(stream), answer)).await;
        if let Ok(Err(error)) = served {
            tracing::debug!(%error, "somebody who read metrics went away");
        }
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        if ![Method::GET, Method::HEAD].contains(request.method()) {
            let mut refused = response(StatusCode::METHOD_NOT_ALLOWED, TEXT, "GET only\n");
            refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return Ok(refused);
        }
        Ok(match request.uri().path() {
            "/metrics" => {
                self.ask().await;
                response(StatusCode::OK, PROMETHEUS, self.page.render())
            }
            "/healthz" => response(StatusCode::OK, TEXT, "ok\n"),
            "/readyz" if self.ask().await => response(StatusCode::OK, TEXT, "ok\n"),
            "/readyz" => {
                let away = "the database does not answer\n";
                response(StatusCode::SERVICE_UNAVAILABLE, TEXT, away)
            }
            _ => response(StatusCode::NOT_FOUND, TEXT, "/metrics, /healthz or /readyz\n"),
        })
    }

    /// Asks the database when it is somebody's turn: whether it answered.
    async fn ask(&self) -> bool {
        let Ok(_turn) = self.turns.acquire().await else { return false };
        self.gauges.collect(&self.store).await
    }
}

/// At once, for to wait for the request is what there are too many of. What was not read would take the answer along.
fn turn_away(stream: TcpStream) -> io::Result<()> {
    let mut stream = stream.into_std()?;
    let _ = stream.read(&mut [0; 4096]);
    stream.write_all(TOO_MANY)
}

fn response(
    status: StatusCode,
    kind: &'static str,
    body: impl Into<Bytes>,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
