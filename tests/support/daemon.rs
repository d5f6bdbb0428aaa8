//! A gateway: its folder, its configuration, and the real binary running on them.

use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tempfile::TempDir;

use super::PATIENCE;
use super::client::Client;
use super::network::{Network, free_port};
use super::process::Process;

/// A folder with configuration and address book, before and between runs of the program.
pub struct Setup {
    home: TempDir,
    /// The network it is on.
    pub network: Network,
    /// The node's own mesh address; its IRC door is on it too.
    pub address: Ipv4Addr,
    /// The port of its IRC door.
    pub port: u16,
    sections: [(&'static str, String); 4],
    contacts: String,
    unix: bool,
    /// What a shell does before it becomes the program.
    prelude: Option<String>,
}

impl Setup {
    /// A node with an address of its own and an empty address book.
    pub fn on(network: &Network) -> Self {
        let address = network.address();
        let port = free_port();
        let home = tempfile::Builder::new()
            .prefix("enclave-irc-test-")
            .tempdir()
            .unwrap();
        for folder in ["config/enclave-irc", "state", "run"] {
            fs::create_dir_all(home.path().join(folder)).unwrap();
        }
        let enclave = format!(
            "address = \"{address}\"\nport = {}\nnetworks = [\"127.0.0.0/8\"]\n",
            network.port
        );
        let sections = [
            ("enclave", enclave),
            ("irc", String::new()),
            ("store", String::new()),
            ("log", String::new()),
        ];
        Self {
            home,
            network: *network,
            address,
            port,
            sections,
            contacts: String::new(),
            unix: false,
            prelude: None,
        }
    }

    /// Listens for clients on a unix socket in the temporary folder instead of on TCP.
    pub fn unix(mut self) -> Self {
        self.unix = true;
        self
    }

    /// Has a shell do this before it becomes the program.
    pub fn after(mut self, prelude: &str) -> Self {
        self.prelude = Some(prelude.to_owned());
        self
    }

    /// Adds a line to a section of `config.toml`.
    pub fn set(mut self, section: &str, line: &str) -> Self {
        let (_, text) = self
            .sections
            .iter_mut()
            .find(|(name, _)| *name == section)
            .unwrap();
        writeln!(text, "{line}").unwrap();
        self
    }

    /// Believes the addresses of another network than the whole of 127.0.0.0/8.
    pub fn networks(mut self, network: &str) -> Self {
        let (_, text) = &mut self.sections[0];
        *text = text.replace("127.0.0.0/8", network);
        self
    }

    /// Has another `address` than its own: `auto`, say.
    pub fn replace_address(mut self, address: &str) -> Self {
        let own = format!("address = \"{}\"", self.address);
        let (_, text) = &mut self.sections[0];
        *text = text.replace(&own, &format!("address = \"{address}\""));
        self
    }

    /// Adds a contact to `contacts.toml`, without a nick: the program derives one.
    pub fn contact(self, name: &str, address: Ipv4Addr) -> Self {
        self.book(&format!(
            "[[contact]]\nname = \"{name}\"\naddress = \"{address}\"\n"
        ))
    }

    /// Adds text to `contacts.toml`.
    pub fn book(mut self, text: &str) -> Self {
        self.contacts.push_str(text);
        self
    }

    /// The temporary folder, which is HOME to the program.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where the configuration is.
    pub fn configuration(&self) -> PathBuf {
        self.home().join("config/enclave-irc/config.toml")
    }

    /// Where messages are kept, unless the configuration names another place.
    pub fn store(&self) -> PathBuf {
        self.home().join("state/enclave-irc/state.db")
    }

    /// Where the address book is.
    pub fn contacts(&self) -> PathBuf {
        self.home().join("config/enclave-irc/contacts.toml")
    }

    /// The address book once the gateway has written this nick into it.
    pub fn book_with_nick(&self, nick: &str) -> String {
        let nick = format!("nick = \"{nick}\"");
        for _ in 0..1000 {
            let book = fs::read_to_string(self.contacts()).expect("the address book");
            if book.contains(&nick) {
                return book;
            }
            // Nothing tells when a file was written.
            thread::sleep(Duration::from_millis(5));
        }
        panic!("{nick} was not written down");
    }

    /// The unix socket of a [`unix`](Self::unix) setup.
    pub fn socket(&self) -> PathBuf {
        self.home().join("run/irc")
    }

    /// Whether it is a [`unix`](Self::unix) setup.
    pub fn is_unix(&self) -> bool {
        self.unix
    }

    /// Writes both files.
    pub fn write(&self) {
        let mut text = String::new();
        for (name, lines) in &self.sections {
            writeln!(text, "[{name}]\n{lines}").unwrap();
            if *name == "irc" && !lines.contains("listen") {
                let door = match self.unix {
                    true => format!("unix:{}", self.socket().display()),
                    false => format!("{}:{}", self.address, self.port),
                };
                writeln!(text, "listen = [\"{door}\"]\n").unwrap();
            }
        }
        fs::write(self.configuration(), text).unwrap();
        if !self.contacts.is_empty() {
            fs::write(self.contacts(), &self.contacts).unwrap();
        }
    }

    /// The program, with nothing of the environment of the person who runs the tests.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_enclave-irc");
        let mut command = match &self.prelude {
            None => Command::new(program),
            Some(prelude) => {
                let mut shell = Command::new("sh");
                let script = format!("{prelude}; exec \"$0\" \"$@\"");
                shell.arg("-c").arg(script).arg(program);
                shell
            }
        };
        command.args(arguments).env_clear().current_dir(self.home());
        command
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home());
        for (name, folder) in [
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_RUNTIME_DIR", "run"),
        ] {
            command.env(name, self.home().join(folder));
        }
        command
    }

    /// Runs the program with `arguments` until it ends by itself.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        let mut process = Process::start(self.command(arguments));
        let status = process.wait(PATIENCE);
        Ended {
            code: status.code(),
            output: process.output(),
        }
    }
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output and standard error.
    pub output: String,
}

/// A running gateway. Dropping it kills it.
pub struct Daemon {
    // Dropped in this order: the folder can be taken away once nobody writes into it.
    process: Process,
    /// Its folder.
    pub setup: Setup,
}

impl Daemon {
    /// Writes the configuration, starts the program, and waits until its IRC door is open.
    pub fn start(setup: Setup) -> Self {
        setup.write();
        Self::again(setup)
    }

    /// Starts the program on the files as they are.
    pub fn again(setup: Setup) -> Self {
        let process = Process::start(setup.command(&[]));
        let daemon = Self { setup, process };
        let deadline = Instant::now() + PATIENCE;
        while !daemon.door_is_open() {
            assert!(
                !daemon.process.ended() && Instant::now() < deadline,
                "the gateway did not open its door:\n{}",
                daemon.output()
            );
            // Nothing tells us when somebody begins to listen but asking.
            thread::sleep(Duration::from_millis(5));
        }
        daemon
    }

    fn door_is_open(&self) -> bool {
        match self.setup.unix {
            true => UnixStream::connect(self.setup.socket()).is_ok(),
            false => TcpStream::connect((self.setup.address, self.setup.port)).is_ok(),
        }
    }

    /// A connection to another of its doors. They are opened one after the other, and the
    /// program is taken for started when the first is.
    pub fn stream_to(&self, port: u16) -> TcpStream {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match TcpStream::connect((self.setup.address, port)) {
                Ok(stream) => return stream,
                Err(error) => assert!(
                    !self.process.ended() && Instant::now() < deadline,
                    "the gateway did not open its door at {port} ({error}):\n{}",
                    self.output()
                ),
            }
            // Nothing tells us when somebody begins to listen but asking.
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// A client that is connected and has said nothing.
    pub fn connect(&self) -> Client {
        match self.setup.unix {
            true => Client::over_unix(UnixStream::connect(self.setup.socket()).unwrap()),
            false => {
                Client::over_tcp(TcpStream::connect((self.setup.address, self.setup.port)).unwrap())
            }
        }
    }

    /// A client that has registered as `nick` with `capabilities`, and has read everything
    /// that it was told at first.
    pub fn client(&self, nick: &str, capabilities: &[&str]) -> Client {
        let mut client = self.connect();
        client.register(nick, capabilities);
        client
    }

    /// A client that has registered and read to the end of the MOTD.
    pub fn client_unsettled(&self, nick: &str, capabilities: &[&str]) -> Client {
        let mut client = self.connect();
        client.register_only(nick, capabilities);
        client
    }

    /// The process, for what the system can do to one.
    pub fn pid(&self) -> rustix::process::Pid {
        self.process.pid()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        self.process.signal(signal);
    }

    /// Waits for the program's end and returns its exit code.
    pub fn wait(&mut self, patience: Duration) -> Option<i32> {
        self.process.wait(patience).code()
    }

    /// Ends the program politely and returns its folder, to start it again.
    pub fn stop(mut self) -> Setup {
        self.signal(Signal::TERM);
        let status = self.process.wait(PATIENCE);
        assert_eq!(status.code(), Some(0), "{}", self.output());
        self.setup
    }

    /// Ends the program without a word, as a crash does, and returns its folder.
    pub fn kill(mut self) -> Setup {
        self.signal(Signal::KILL);
        self.process.wait(PATIENCE);
        self.setup
    }

    /// How much memory it uses, KiB, where the system tells.
    pub fn memory(&self) -> Option<usize> {
        self.process.memory()
    }

    /// What it has written to standard output and standard error.
    pub fn output(&self) -> String {
        self.process.output()
    }

    /// Waits until the program has written a line that contains `text`.
    pub fn wait_for_output(&self, text: &str) {
        self.process.wait_for(text);
    }
}
