//! The client that is there all the time. It is shown everything that is said, in both
//! directions and by whichever client, and types what the person types.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::spawn_local;
use tokio::time::timeout;

use crate::ledger::Ledger;
use crate::node::numbered;
use crate::support::{Line, PATIENCE};
use crate::wire::Wire;

/// What the person is called.
pub const NICK: &str = "alice";

/// What is asked of the store may have to wait until all texts are indexed.
const STORE_PATIENCE: Duration = Duration::from_secs(120);

/// The client.
pub struct Keeper {
    orders: UnboundedSender<String>,
    heard: RefCell<Vec<String>>,
    changed: Notify,
    asked: Cell<u32>,
    leaves: Cell<bool>,
}

impl Keeper {
    /// Attaches; everything that it sees of the mix goes into the ledger.
    pub async fn attach(door: SocketAddr, ledger: Rc<RefCell<Ledger>>) -> Rc<Self> {
        let mut wire = Wire::tcp(door, false).await.unwrap();
        let wants = "echo-message message-tags server-time";
        wire.register(NICK, "keeper", wants).await.unwrap();
        wire.settle().await.unwrap();
        let (orders, to_obey) = unbounded_channel();
        let keeper = Rc::new(Self {
            orders,
            heard: RefCell::default(),
            changed: Notify::new(),
            asked: Cell::new(0),
            leaves: Cell::new(false),
        });
        spawn_local(Rc::clone(&keeper).live(wire, to_obey, ledger));
        keeper
    }

    async fn live(
        self: Rc<Self>,
        wire: Wire,
        mut orders: UnboundedReceiver<String>,
        ledger: Rc<RefCell<Ledger>>,
    ) {
        let (mut reader, mut writer) = wire.split();
        let writes = async {
            while let Some(order) = orders.recv().await {
                writer.send(&order).await.expect("the keeper stays");
            }
        };
        let reads = async {
            loop {
                let line = match reader.line().await {
                    Ok(line) => line,
                    Err(_) if self.leaves.get() => return,
                    Err(error) => panic!("the keeper was thrown out: {error}"),
                };
                if line.command == "PING" {
                    self.send(&format!("PONG :{}", line.text()));
                }
                self.hear(&line, &ledger);
            }
        };
        tokio::select! {
            () = writes => {}
            () = reads => {}
        }
    }

    /// Is to be thrown out now: the gateway ends.
    pub fn leave(&self) {
        self.leaves.set(true);
    }

    fn hear(&self, line: &Line, ledger: &RefCell<Ledger>) {
        match line.command.as_str() {
            "PRIVMSG" | "NOTICE" if line.nick() == "enclave" => {
                self.heard.borrow_mut().push(line.text().to_owned());
            }
            "PONG" | "251" => {
                let text = format!("{} {}", line.command, line.text());
                self.heard.borrow_mut().push(text);
            }
            "PRIVMSG" => {
                if let Some((number, from)) = numbered(line.text(), "c") {
                    ledger.borrow_mut().show(from, number);
                } else if let Some((number, to)) = numbered(line.text(), "w") {
                    ledger.borrow_mut().accept(number, to);
                }
            }
            _ => return,
        }
        self.changed.notify_waiters();
    }

    /// Says a line.
    pub fn send(&self, line: &str) {
        // It fails when the run is over.
        let _ = self.orders.send(line.to_owned());
    }

    /// Asks the control contact something; returns what it says then, up to the first line
    /// that `wanted` takes.
    pub async fn ask(&self, command: &str, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let start = self.heard.borrow().len();
        self.send(&format!("PRIVMSG enclave :{command}"));
        self.heard_since(start, command, wanted).await
    }

    /// What is heard from now on until `wanted` takes a line, after `act`.
    pub async fn after(&self, act: impl FnOnce(), wanted: &str) -> Vec<String> {
        let start = self.heard.borrow().len();
        act();
        self.heard_since(start, wanted, |text| text.contains(wanted))
            .await
    }

    async fn heard_since(
        &self,
        start: usize,
        what: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> Vec<String> {
        let mut looked = start;
        let deadline = Instant::now() + STORE_PATIENCE;
        loop {
            let changed = self.changed.notified();
            {
                let heard = self.heard.borrow();
                let found = heard[looked..].iter().position(|text| wanted(text));
                if let Some(found) = found {
                    return heard[start..=looked + found].to_vec();
                }
                looked = heard.len();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let waited = timeout(left, changed).await;
            assert!(
                waited.is_ok(),
                "waited for an answer to {what:?}, but heard {:?}",
                &self.heard.borrow()[start..]
            );
        }
    }

    /// All that was said before now has been answered.
    pub async fn settle(&self) {
        self.asked.set(self.asked.get() + 1);
        let token = format!("keeper-{}", self.asked.get());
        let ping = format!("PING {token}");
        self.after(|| self.send(&ping), &token).await;
    }

    /// Says something to the control contact until its answer is this one: nothing else tells
    /// when it is.
    pub async fn ask_until(&self, command: &str, answer: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + 3 * PATIENCE;
        loop {
            let start = self.heard.borrow().len();
            self.send(&format!("PRIVMSG enclave :{command}"));
            self.settle().await;
            if self.heard.borrow()[start..].iter().any(|text| answer(text)) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "{command}: {:?}",
                &self.heard.borrow()[start..]
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// How many contacts are online, as the gateway tells.
    pub async fn online(&self) -> usize {
        let found = self.after(|| self.send("LUSERS"), "251 ").await;
        let text = found.last().expect("the line that was waited for");
        let online = text.split(' ').nth(1);
        online.and_then(|online| online.parse().ok()).expect(text)
    }

    /// Forgets what it has heard: nobody waits for it any more.
    pub fn forget(&self) {
        self.heard.borrow_mut().clear();
    }
}
