use agentflow_core::random::Generator;
use agentflow_postgres::testing::TestServer;
use futures::future::join_all;
use tokio::net::TcpListener;

use super::*;
use crate::error::Error;

/// Accepts and never says a word, as long as it is kept.
async fn silent() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

fn connector(text: &str) -> Connector {
    let conninfo = Conninfo::parse(text, &|_| None).unwrap();
    Connector::new(&conninfo, Arc::new(Generator::seeded(1))).unwrap()
}

/// What is told of why it failed.
async fn refusal(connector: &Connector) -> String {
    Error::from_connect(connector.open().await.unwrap_err()).to_string()
}

/// The server of the tests with these hosts before its own, and with further options.
async fn behind(hosts: &str, options: &str) -> Connector {
    let url = TestServer::shared().await.admin_url().replacen('@', &format!("@{hosts},"), 1);
    let mark = if url.contains('?') { '&' } else { '?' };
    connector(&format!("{url}{mark}{options}"))
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_when_its_time_is_over() {
    let (_silent, port) = silent().await;
    for mode in ["disable", "prefer"] {
        let text = format!("host=127.0.0.1 port={port} user=app connect_timeout=1 sslmode={mode}");
        assert_eq!(
            refusal(&connector(&text)).await,
            "failed to connect to PostgreSQL: no answer within 1 s (connect_timeout)"
        );
    }
}

#[tokio::test]
async fn a_host_that_hangs_does_not_keep_us_from_the_next_one() {
    let (_silent, port) = silent().await;
    let connector = behind(&format!("127.0.0.1:{port}"), "connect_timeout=1").await;
    let (client, _) = connector.open().await.unwrap();
    // What is connected may take as long as it likes.
    client.batch_execute("SELECT pg_sleep(1.1)").await.unwrap();
}

#[tokio::test]
async fn a_host_that_hangs_does_not_keep_us_from_the_others_where_they_come_in_any_order() {
    let (_silent, port) = silent().await;
    // Both by its number and by a name, which has to be looked up.
    for host in ["127.0.0.1", "localhost"] {
        let options = "connect_timeout=1&load_balance_hosts=random";
        let connector = behind(&format!("{host}:{port}"), options).await;
        for opened in join_all((0..16).map(|_| connector.open())).await {
            opened.unwrap();
        }
    }
}

#[test]
fn places_come_in_any_order_where_that_is_wanted_and_else_in_theirs() {
    let firsts = |connector: &Connector| -> Vec<usize> {
        (0..30).map(|_| connector.in_order(vec![0, 1, 2])[0]).collect()
    };
    let at_random = firsts(&connector("host=a,b load_balance_hosts=random"));
    assert!((0..3).all(|place| at_random.contains(&place)), "{at_random:?}");
    assert_eq!(firsts(&connector("host=a,b")), [0; 30]);
}

#[tokio::test]
async fn a_host_without_an_address_is_told_without_a_word_of_a_server() {
    // Longer than a part of a name may be: nobody is asked for it.
    let host = "a".repeat(64);
    let told = refusal(&connector(&format!("host={host}.invalid user=app"))).await;
    let expected = "failed to connect to PostgreSQL: failed to lookup address information";
    assert!(told.starts_with(expected), "{told}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_socket_file_beside_other_hosts_is_not_asked_for_tls() {
    let server = TestServer::shared().await;
    let (client, _) = connector(server.admin_url()).open().await.unwrap();
    let folder = client.query_one("SHOW unix_socket_directories", &[]).await.unwrap();
    let folder = folder.get::<_, String>(0);
    let mut conninfo = Conninfo::parse(server.admin_url(), &|_| None).unwrap();
    let port = conninfo.driver.get_ports()[0];
    let mut by_socket = without_place(&conninfo.driver);
    by_socket.host_path(folder).port(port).ssl_mode(SslMode::Disable);
    if by_socket.connect(NoTls).await.is_err() {
        // It is elsewhere, or lets nobody in like that.
        return;
    }
    conninfo.driver = by_socket;
    conninfo.driver.host("127.0.0.1").ssl_mode(SslMode::Require);
    Connector::new(&conninfo, Arc::new(Generator::seeded(1))).unwrap().open().await.unwrap();
}

#[test]
fn each_host_is_asked_with_all_that_was_said() {
    let said = "user=app password=x dbname=d options='-c a=b' application_name=tool sslnegotiation=direct \
                tcp_user_timeout=3 keepalives=0 keepalives_idle=4 keepalives_interval=5 keepalives_retries=6 \
                target_session_attrs=read-write channel_binding=disable sslmode=require";
    let of = |places: &str| Conninfo::parse(&format!("{places} {said}"), &|_| None).unwrap().driver;
    let two = each_host(&of("host=one.example,two.example port=1,2 hostaddr=10.0.0.1,10.0.0.2"));
    let expected = [
        of("host=one.example port=1 hostaddr=10.0.0.1"),
        of("host=two.example port=2 hostaddr=10.0.0.2"),
    ];
    assert_eq!(two, expected);
    let ports: Vec<_> =
        each_host(&of("host=a,b port=7")).iter().map(|it| it.get_ports().to_vec()).collect();
    assert_eq!(ports, [[7], [7]]);
    let at_random = ["host=a load_balance_hosts=random", "host=b load_balance_hosts=random"];
    assert_eq!(each_host(&of("host=a,b load_balance_hosts=random")), at_random.map(of));
    // Together, for the driver to refuse them.
    let together = "host=a,b port=1,2,3";
    assert_eq!(each_host(&of(together)), [of(together)]);
}
