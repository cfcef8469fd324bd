//! Somebody is told of each request, by a webhook.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use agentflow::webhook::{Patience, Webhook};

use super::*;

/// What was posted: the id of it, and its body.
type Posted = Arc<Mutex<Vec<(String, Value)>>>;

/// Answers one request after the other, with these statuses and then with 200.
struct Receiver {
    url: String,
    posted: Posted,
}

impl Receiver {
    fn answering(statuses: &'static [u16], meanwhile: impl Fn() + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let posted = Posted::default();
        let log = Arc::clone(&posted);
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                log.lock().unwrap().push(read(&stream));
                meanwhile();
                let status = statuses.get(number).copied().unwrap_or(200);
                let answer = format!(
                    "HTTP/1.1 {status} S\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
                );
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        Self { url, posted }
    }

    fn hook(&self) -> Webhook {
        let (first_delay, timeout) = (Duration::from_millis(1), Duration::from_secs(30));
        let patience = Patience { attempts: 1, first_delay, timeout };
        Webhook::new(&self.url, None).unwrap().with_patience(patience)
    }

    fn posted(&self) -> Vec<(String, Value)> {
        self.posted.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> (String, Value) {
    let mut reader = BufReader::new(stream);
    let (mut id, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end().to_lowercase().split_once(": ") {
            Some(("webhook-id", value)) => value.clone_into(&mut id),
            Some(("content-length", value)) => length = value.parse().unwrap(),
            None if line.trim_end().is_empty() => break,
            _ => (),
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (id, serde_json::from_slice(&body).unwrap())
}

impl Office {
    /// A run that waits at its gate, and that nobody has looked at.
    async fn asked(&self) -> Run {
        let run = self.place.start().await;
        let claim = self.claim().await;
        assert_eq!(self.hold(&self.begin(&claim).await).await, Hold::Waiting);
        run
    }

    async fn tell(&self, claim: &Claim, hook: &Webhook) -> Looked {
        self.tenant.approvals().look(claim, Some(hook), &worker()).await.unwrap()
    }

    /// In how many seconds somebody looks at the run again.
    async fn rests(&self) -> Option<f64> {
        let sql = "SELECT extract(epoch FROM due_at - clock_timestamp())::float8 FROM runs";
        self.superuser.query_one(sql, &[]).await.unwrap().get(0)
    }
}

const DUE: &str = "UPDATE runs SET due_at = clock_timestamp()";

#[tokio::test]
async fn the_hook_is_told_once_what_waits_and_not_what_is_in_it() {
    let office = Office::with(&gate(2, ", expires_after: 1h")).await;
    let receiver = Receiver::answering(&[], || ());
    let run = office.asked().await;
    let hook = receiver.hook();
    assert_eq!(office.tell(&office.claim().await, &hook).await, Looked::Waiting);
    let request = office.request_of(run.id).await;
    assert!(request.notified_at.is_some());
    let posted = receiver.posted();
    assert_eq!(posted[0].0, request.id.to_string());
    assert_eq!(
        posted[0].1,
        json!({
            "event": "approval.requested",
            "tenant_id": office.tenant.id(),
            "workspace_id": office.place.workspace,
            "run_id": run.id,
            "approval_request_id": request.id,
            "workflow": "Refunds",
            "step": "ask",
            "subject": "Pay it?",
            "risk_tier": "high",
            "required_approvers": 2,
            "expires_at": request.expires_at,
        })
    );
    office.sql(DUE).await;
    assert_eq!(office.tell(&office.claim().await, &hook).await, Looked::Waiting);
    assert_eq!(receiver.posted().len(), 1);
    assert!(office.rests().await.is_some_and(|rest| rest > 3000.0), "until it expires");
}

#[tokio::test]
async fn a_hook_that_fails_is_told_again_with_the_same_id() {
    let office = Office::new(1).await;
    let receiver = Receiver::answering(&[500, 404], || ());
    let run = office.asked().await;
    let hook = receiver.hook();
    for failures in 1..=2 {
        assert_eq!(office.tell(&office.claim().await, &hook).await, Looked::Waiting);
        assert_eq!(receiver.posted().len(), failures);
        assert_eq!(office.request_of(run.id).await.notified_at, None);
        let rest = office.rests().await.unwrap();
        assert!(rest > 0.0 && rest <= 30.0, "{rest}");
        office.sql(DUE).await;
    }
    assert_eq!(office.tell(&office.claim().await, &hook).await, Looked::Waiting);
    assert!(office.request_of(run.id).await.notified_at.is_some());
    assert_eq!(office.rests().await, None, "nobody looks before somebody decides");
    let ids: std::collections::BTreeSet<_> =
        receiver.posted().into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_while_the_hook_is_told_goes_on() {
    let office = Office::new(1).await;
    let run = office.asked().await;
    let claim = office.claim().await;
    let id = office.request_of(run.id).await.id;
    let bea = office.approver("Bea").await;
    let (tenant, runtime) = (office.tenant.clone(), tokio::runtime::Handle::current());
    let receiver = Receiver::answering(&[], move || {
        let decided = runtime.block_on(tenant.approvals().decide(id, &approves(bea), &ann()));
        assert_eq!(decided.unwrap().status, ApprovalStatus::Approved);
    });
    let looked = office.tell(&claim, &receiver.hook()).await;
    assert!(matches!(looked, Looked::Passed { .. }), "{looked:?}");
    assert_eq!(receiver.posted().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_worker_claimed_while_the_hook_was_told_is_left_to_it() {
    let office = Office::new(1).await;
    let run = office.asked().await;
    let claim = office.claim().await;
    let (other, runtime) = (office.world.superuser().await, tokio::runtime::Handle::current());
    let receiver = Receiver::answering(&[], move || {
        let claimed = other.batch_execute("UPDATE runs SET fencing = fencing + 1");
        runtime.block_on(claimed).unwrap();
    });
    assert_eq!(office.tell(&claim, &receiver.hook()).await, Looked::Lost);
    assert_eq!(receiver.posted().len(), 1);
    // The other one tells it again, under the same id.
    assert_eq!(office.request_of(run.id).await.notified_at, None);
    assert_eq!(office.tell(&claim, &receiver.hook()).await, Looked::Lost);
    assert_eq!(receiver.posted().len(), 1, "a claim that is lost tells nobody");
}
