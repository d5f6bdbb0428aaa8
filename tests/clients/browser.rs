//! Chromium, with a page that somebody has put on the web. The page is `page.html`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tempfile::TempDir;

use super::support::network::free_port;
use super::support::process::Process;
use super::support::{Daemon, Network, PATIENCE, Setup};

/// A browser that has opened the page.
struct Browser {
    // Dropped in this order: the browser writes into its folder.
    _process: Process,
    _profile: TempDir,
    told: Receiver<String>,
}

impl Browser {
    /// Opens the page, as one of a site at this address. The pages of ours come from that of the
    /// gateway.
    fn open(site: Ipv4Addr, irc: &str, web: &str) -> Self {
        let page = include_str!("page.html");
        let page = page.replace("//IRC/", &format!("//{irc}/"));
        let page = page.replace("//WEB/", &format!("//{web}/"));
        let listener = TcpListener::bind((site, 0)).unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let (tell, told) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (page, tell) = (page.clone(), tell.clone());
                thread::spawn(move || serve(stream, &page, &tell));
            }
        });
        let profile = tempfile::tempdir().unwrap();
        let mut command = Command::new("chromium");
        command.args([
            "--headless",
            // It does not start as root with one.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ]);
        let folder = profile.path().display();
        command.arg(format!("--user-data-dir={folder}")).arg(url);
        command.env("HOME", profile.path());
        Self {
            _process: Process::start(command),
            _profile: profile,
            told,
        }
    }

    /// What the page tells next.
    fn tells(&self) -> String {
        self.told.recv_timeout(PATIENCE).expect("the page to tell")
    }
}

/// Answers one request: `tell` is what the page tells, and everything else is the page.
fn serve(stream: TcpStream, page: &str, tell: &Sender<String>) {
    let mut reader = BufReader::new(&stream);
    let (mut request, mut length) = (String::new(), 0);
    reader.read_line(&mut request).unwrap_or_default();
    let mut line = String::new();
    while reader
        .read_line(&mut line)
        .is_ok_and(|_| !line.trim().is_empty())
    {
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    if request.contains("/tell") {
        // The test may have ended.
        let _ = tell.send(String::from_utf8(body).unwrap());
    }
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{page}",
        page.len()
    );
    let _ = (&stream).write_all(answer.as_bytes());
}

/// A gateway with a plain door and one for WebSocket, without a password: whoever comes in is
/// in. And where the two are.
fn gateway() -> (Daemon, String, String) {
    let setup = Setup::on(&Network::new());
    let (address, plain, web) = (setup.address, setup.port, free_port());
    let (irc, web) = (format!("{address}:{plain}"), format!("{address}:{web}"));
    let doors = format!("listen = [\"{irc}\", \"ws://{web}\"]");
    (Daemon::start(setup.set("irc", &doors)), irc, web)
}

/// Nobody but the one who asks is there, or was.
fn nobody_has_come(gateway: &Daemon) {
    let mut alice = gateway.client("alice", &[]);
    let clients = alice.ask_service("clients");
    assert!(!clients.contains("WebSocket"), "{clients}");
    let log = gateway.output();
    assert!(!log.contains("evil") && !log.contains("bob"), "{log}");
}

#[test]
#[ignore = "needs chromium"]
fn a_page_of_another_site_reaches_nothing() {
    let (gateway, irc, web) = gateway();
    let site = Network::new().address();
    let browser = Browser::open(site, &irc, &web);
    assert_eq!(browser.tells(), "fetch failed");
    assert_eq!(browser.tells(), "websocket refused");
    gateway.wait_for_output("speaks HTTP");
    gateway.wait_for_output(&format!("it comes from a page of \"http://{site}:"));
    nobody_has_come(&gateway);
}

#[test]
#[ignore = "needs chromium"]
fn a_page_of_ours_gets_in_by_websocket_and_by_nothing_else() {
    let (gateway, irc, web) = gateway();
    let browser = Browser::open(gateway.setup.address, &irc, &web);
    assert_eq!(browser.tells(), "fetch failed");
    assert_eq!(browser.tells(), "websocket welcomed");
    let mut alice = gateway.client("alice", &[]);
    let clients = alice.ask_service("clients");
    assert!(clients.contains("alice"), "{clients}");
    gateway.wait_for_output("speaks HTTP");
}
