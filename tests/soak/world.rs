//! A gateway, its files, its contacts, and the person's client that stays.

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::process::Signal;
use tokio::sync::Notify;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

use crate::keeper::Keeper;
use crate::ledger::Ledger;
use crate::node::Node;
use crate::support::network::free_port;
use crate::support::{Daemon, Network, Setup};

/// The first contacts, with whom the person does what loses messages: `cancel`, `forget`.
pub const UNJUDGED: usize = 3;

/// Contacts that are in the address book now and then, and never there.
const GHOSTS: usize = 8;

/// Only what is asked for: what the log of a soak says of hostile peers fills megabytes. And
/// what else the environment is to have, to try something.
fn environment() -> String {
    let more = std::env::var("SOAK_ENVIRONMENT").unwrap_or_else(|_| GIVING_BACK.to_owned());
    format!("export RUST_LOG=error,enclave_irc::daemon::driver=debug {more}")
}

/// The C library of GNU keeps what is freed, as much as the greatest flood has needed, and so
/// hides what grows. With this it gives it back as far as it can: what stays is what is in use.
const GIVING_BACK: &str = "GLIBC_TUNABLES=glibc.malloc.arena_max=1:\
    glibc.malloc.mmap_threshold=65536:glibc.malloc.trim_threshold=65536";

/// What stands in the files.
#[derive(Clone, Debug)]
pub struct Files {
    alias: &'static str,
    grace: &'static str,
    history: &'static str,
    max_frame: &'static str,
    removed: Vec<usize>,
    renamed: Vec<usize>,
    blocked: Vec<usize>,
    ghosts: usize,
}

impl Files {
    /// What stands in them whenever all is quiet.
    pub fn usual() -> Self {
        Self {
            alias: "Alice",
            grace: "2m",
            history: "forever",
            max_frame: "1MiB",
            removed: Vec::new(),
            renamed: Vec::new(),
            blocked: Vec::new(),
            ghosts: 0,
        }
    }

    /// Something else.
    pub fn other(contacts: usize) -> Self {
        let any = |most: usize| {
            let count = fastrand::usize(0..=most);
            std::iter::repeat_with(|| fastrand::usize(0..contacts))
                .take(count)
                .collect()
        };
        let pick = |of: [&'static str; 3]| fastrand::choice(of).unwrap();
        Self {
            alias: pick(["Alice", "Alice Liddell", "A."]),
            grace: pick(["0s", "1s", "2m"]),
            history: pick(["forever", "1h", "none"]),
            max_frame: pick(["1MiB", "2MiB", "64KiB"]),
            removed: any(3),
            renamed: any(4),
            blocked: any(3),
            ghosts: fastrand::usize(0..=GHOSTS),
        }
    }

    fn nick(&self, index: usize) -> String {
        match self.renamed.contains(&index) {
            true => format!("q{index}"),
            false => format!("p{index}"),
        }
    }
}

/// Everything there is.
pub struct World {
    /// The program.
    pub gateway: Daemon,
    /// The mesh.
    pub network: Network,
    /// The plain door,
    pub door: SocketAddr,
    /// a unix socket,
    pub socket: PathBuf,
    /// the port for TLS,
    pub tls: u16,
    /// and that for WebSocket.
    pub websocket: u16,
    /// The gateway's certificate.
    pub certificate: CertificateDer<'static>,
    /// The client that stays.
    pub keeper: Rc<Keeper>,
    /// The contacts.
    pub nodes: Vec<Rc<Node>>,
    /// What was said.
    pub ledger: Rc<RefCell<Ledger>>,
    /// Told whenever something has changed at a node.
    pub changed: Rc<Notify>,
    /// Strangers that were let in.
    pub guests: RefCell<Vec<String>>,
    nicks: RefCell<Vec<String>>,
    ghosts: Vec<Ipv4Addr>,
    written: Cell<u32>,
    counter: Cell<u32>,
}

impl World {
    /// Starts a gateway with so many contacts, who are all there.
    pub async fn start(contacts: usize) -> Self {
        let network = Network::new();
        let setup = Setup::on(&network).after(&environment());
        let address = setup.address;
        let (tls, websocket) = (free_port(), free_port());
        let ledger = Rc::new(RefCell::new(Ledger::default()));
        let changed = Rc::new(Notify::new());
        let mesh = SocketAddrV4::new(address, network.port);
        let node = |index| {
            let (ledger, changed) = (Rc::clone(&ledger), Rc::clone(&changed));
            Node::listen(index, network.address(), mesh, ledger, changed)
        };
        let nodes: Vec<_> = (0..contacts).map(node).collect();
        let ghosts: Vec<_> = (0..GHOSTS).map(|_| network.address()).collect();
        let usual = Files::usual();
        write(
            &setup.configuration(),
            &configuration(&setup, tls, websocket, &usual),
        );
        write(&setup.contacts(), &book(&nodes, &ghosts, &usual));
        let made = setup.run(&["certificate"]);
        assert_eq!(made.code, Some(0), "{made:?}");
        let certificate = setup.configuration().with_file_name("certificate.pem");
        let certificate = CertificateDer::from_pem_file(certificate).unwrap();
        let door = SocketAddr::from((address, setup.port));
        let socket = setup.socket();
        let gateway = tokio::task::spawn_blocking(|| Daemon::again(setup))
            .await
            .unwrap();
        let keeper = Keeper::attach(door, Rc::clone(&ledger)).await;
        Self {
            gateway,
            network,
            door,
            socket,
            tls,
            websocket,
            certificate,
            keeper,
            ledger,
            changed,
            guests: RefCell::default(),
            nicks: RefCell::new((0..contacts).map(|index| usual.nick(index)).collect()),
            nodes,
            ghosts,
            written: Cell::new(0),
            counter: Cell::new(0),
        }
    }

    /// The gateway's address.
    pub fn address(&self) -> Ipv4Addr {
        self.gateway.setup.address
    }

    /// Where it listens for peers.
    pub fn mesh(&self) -> SocketAddrV4 {
        SocketAddrV4::new(self.address(), self.network.port)
    }

    /// Writes the files and has them read, until the gateway says so.
    pub async fn reload(&self, files: &Files) {
        let setup = &self.gateway.setup;
        write(
            &setup.configuration(),
            &configuration(setup, self.tls, self.websocket, files),
        );
        write(&setup.contacts(), &book(&self.nodes, &self.ghosts, files));
        let read = || self.gateway.signal(Signal::HUP);
        self.keeper
            .after(read, "Configuration and address book read again.")
            .await;
        for (index, nick) in self.nicks.borrow_mut().iter_mut().enumerate() {
            *nick = files.nick(index);
        }
    }

    /// A number that nothing else has.
    pub fn next(&self) -> u32 {
        self.counter.set(self.counter.get() + 1);
        self.counter.get()
    }

    /// The nick of some contact.
    pub fn any_nick(&self) -> String {
        fastrand::choice(self.nicks.borrow().iter())
            .unwrap()
            .clone()
    }

    fn any_words(&self) -> (String, String) {
        let index = fastrand::usize(0..self.nodes.len());
        let nick = self.nicks.borrow()[index].clone();
        let filler = "mix and more ".repeat(fastrand::usize(0..12));
        if index < UNJUDGED {
            return (nick, format!("nobody counts {filler}"));
        }
        self.written.set(self.written.get() + 1);
        (nick, format!("w {} {index} {filler}", self.written.get()))
    }

    /// A line that says something to some contact.
    pub fn words(&self) -> String {
        let (nick, words) = self.any_words();
        format!("PRIVMSG {nick} :{words}")
    }

    /// The same, in several lines that are one message.
    pub fn many_lines(&self) -> String {
        let (nick, words) = self.any_words();
        let batch = format!("b{}", self.next());
        format!(
            "BATCH +{batch} draft/multiline {nick}\r\n@batch={batch} PRIVMSG {nick} :{words}\r\n\
             @batch={batch} PRIVMSG {nick} :and more\r\nBATCH -{batch}"
        )
    }
}

fn configuration(setup: &Setup, tls: u16, websocket: u16, files: &Files) -> String {
    let (address, door, port) = (setup.address, setup.port, setup.network.port);
    let socket = setup.socket();
    format!(
        "[enclave]\naddress = \"{address}\"\nport = {port}\nnetworks = [\"127.0.0.0/8\"]\n\
         alias = \"{}\"\ngrace = \"{}\"\nmax_frame = \"{}\"\n\
         [irc]\nlisten = [\"{address}:{door}\", \"unix:{}\", \"tls://{address}:{tls}\", \
         \"ws://{address}:{websocket}\"]\n\
         [store]\nhistory = \"{}\"\n",
        files.alias,
        files.grace,
        files.max_frame,
        socket.display(),
        files.history
    )
}

fn book(nodes: &[Rc<Node>], ghosts: &[Ipv4Addr], files: &Files) -> String {
    let mut book = String::new();
    let mut entry = |name: &str, nick: &str, address: Ipv4Addr, blocked: bool| {
        writeln!(
            book,
            "[[contact]]\nname = \"{name}\"\nnick = \"{nick}\"\naddress = \"{address}\"\n\
             blocked = {blocked}\n"
        )
        .unwrap();
    };
    for node in nodes {
        let index = node.index;
        if !files.removed.contains(&index) {
            let nick = files.nick(index);
            let blocked = files.blocked.contains(&index);
            entry(&format!("Contact {nick}"), &nick, node.address, blocked);
        }
    }
    for (index, address) in ghosts.iter().take(files.ghosts).enumerate() {
        entry(
            &format!("Ghost {index}"),
            &format!("ghost{index}"),
            *address,
            false,
        );
    }
    book
}

/// Writes a file that somebody may be reading.
fn write(path: &Path, text: &str) {
    let beside = path.with_extension("new");
    fs::write(&beside, text).unwrap();
    fs::rename(beside, path).unwrap();
}
