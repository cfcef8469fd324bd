use agentflow_postgres::testing::TestServer;
use tokio::net::TcpListener;

use super::*;

/// Accepts and never says a word, as long as it is kept.
async fn silent() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

fn connector(text: &str) -> Connector {
    Connector::new(&Conninfo::parse(text, &|_| None).unwrap()).unwrap()
}

/// What was said of why it failed.
async fn refusal(connector: &Connector) -> String {
    let error = connector.open().await.unwrap_err();
    std::error::Error::source(&error).unwrap().to_string()
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_when_its_time_is_over() {
    let (_silent, port) = silent().await;
    for mode in ["disable", "prefer"] {
        let text = format!("host=127.0.0.1 port={port} user=app connect_timeout=1 sslmode={mode}");
        assert_eq!(refusal(&connector(&text)).await, "no answer within 1 s (connect_timeout)");
    }
}

#[tokio::test]
async fn a_host_that_hangs_does_not_keep_us_from_the_next_one() {
    let (_silent, port) = silent().await;
    let server = TestServer::shared().await;
    let url = server.admin_url().replacen('@', &format!("@127.0.0.1:{port},"), 1);
    let options = if url.contains('?') { '&' } else { '?' };
    let (client, _) = connector(&format!("{url}{options}connect_timeout=1")).open().await.unwrap();
    // What is connected may take as long as it likes.
    client.batch_execute("SELECT pg_sleep(1.1)").await.unwrap();
}

#[tokio::test]
async fn a_host_without_an_address_is_told() {
    let told = refusal(&connector("host=no-such-host.invalid user=app")).await;
    assert!(told.contains("lookup"), "{told}");
}

#[test]
fn each_host_is_asked_with_all_that_was_said() {
    let said = "user=app password=x dbname=d options='-c a=b' application_name=tool sslnegotiation=direct \
                tcp_user_timeout=3 keepalives=0 keepalives_idle=4 keepalives_interval=5 keepalives_retries=6 \
                target_session_attrs=read-write channel_binding=disable sslmode=require";
    let of = |places: &str| Conninfo::parse(&format!("{places} {said}"), &|_| None).unwrap().driver;
    let two = one_by_one(&of("host=one.example,two.example port=1,2 hostaddr=10.0.0.1,10.0.0.2"));
    let expected = [
        of("host=one.example port=1 hostaddr=10.0.0.1"),
        of("host=two.example port=2 hostaddr=10.0.0.2"),
    ];
    assert_eq!(two, expected);
    let ports: Vec<_> =
        one_by_one(&of("host=a,b port=7")).iter().map(|it| it.get_ports().to_vec()).collect();
    assert_eq!(ports, [[7], [7]]);
    // Together, for the driver to choose among them, or to refuse them.
    for together in ["host=a,b load_balance_hosts=random", "host=a,b port=1,2,3"] {
        assert_eq!(one_by_one(&of(together)), [of(together)], "{together}");
    }
}
