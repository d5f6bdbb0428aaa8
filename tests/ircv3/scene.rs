//! The real thing behind a transcript: the binary, its clients, and one contact's node.

use std::collections::VecDeque;
use std::time::Duration;

use crate::support::friend::ALIAS;
use crate::support::{Client, Daemon, Link, Network, Peer, Setup};
use crate::transcript::pattern::Bindings;
use crate::transcript::script::Voice;
use crate::transcript::{Stage, play};

/// What the contact's node says that it knows in most transcripts.
pub const FEATURES: &[&str] = &["receipts", "tags"];

/// How long to look for a packet that nobody mentioned: what there is is there already.
const GLANCE: Duration = Duration::from_millis(1);

/// A gateway whose only contact is John Smith, known as `<john>` by his address, and alice's
/// clients, all of which call themselves alice.
pub struct Scene {
    gateway: Option<Daemon>,
    peer: Peer,
    link: Option<Link>,
    clients: Vec<Actor>,
    bindings: Bindings,
    /// The client that has spoken last, while nobody knows that it was heard.
    unheard: Option<usize>,
}

/// One of the clients.
struct Actor {
    client: Client,
    /// What it was sent and the transcript has not asked for.
    said: VecDeque<String>,
    registered: bool,
}

impl Scene {
    /// A gateway, and John Smith's node, which is not there.
    pub fn alone() -> Self {
        Self::with(|setup| setup)
    }

    /// The same with something more in the configuration.
    pub fn with(more: impl Fn(Setup) -> Setup) -> Self {
        let network = Network::new();
        // It is John Smith who calls: so nothing depends on when the gateway does.
        let peer = Peer::silent(&network, network.address());
        let setup = Setup::on(&network)
            .set("enclave", &format!("alias = \"{ALIAS}\""))
            .contact("John Smith", peer.address);
        let mut bindings = Bindings::new();
        bindings.bind("john", &peer.address.to_string());
        bindings.bind("host", &setup.address.to_string());
        Self {
            gateway: Some(Daemon::start(more(setup))),
            peer,
            link: None,
            clients: Vec::new(),
            bindings,
            unheard: None,
        }
    }

    /// The usual beginning: John Smith is there and available, his node knows [`FEATURES`],
    /// and a client with these capabilities has seen him come.
    pub fn of(capabilities: &[&str]) -> Self {
        Self::of_features(FEATURES, capabilities)
    }

    /// The usual beginning with a node that knows these features.
    pub fn of_features(features: &[&str], capabilities: &[&str]) -> Self {
        let mut scene = Self::alone();
        scene.client(capabilities);
        scene.john_comes(features);
        scene
    }

    /// John Smith's node calls the gateway and says that it knows these features, and all
    /// clients see him come.
    pub fn john_comes(&mut self, features: &[&str]) {
        self.john_comes_unseen(features);
        for actor in &mut self.clients {
            actor.client.expect("JohnSmith's voice", |line| {
                line.command == "MODE" && line.raw.contains("+v JohnSmith")
            });
        }
        self.forget();
    }

    /// The same, but what the clients see of it is for the transcript.
    pub fn john_comes_unseen(&mut self, features: &[&str]) {
        let features = serde_json::to_string(features).unwrap();
        self.john_comes_saying(&format!(
            r#"{{"status":1,"status-message":"","features":{features}}}"#
        ));
    }

    /// John Smith's node calls the gateway with this handshake, and has read the gateway's.
    pub fn john_comes_saying(&mut self, handshake: &str) {
        let mut link = self.peer.dial(self.gateway());
        link.send(handshake);
        let handshake = link.read_json();
        assert!(handshake["status"].is_u64(), "{handshake}");
        self.link = Some(link);
    }

    /// John Smith's node says that it goes, and all clients see him leave.
    pub fn john_leaves(&mut self) {
        let mut link = self.link.take().expect("a link");
        link.send(r#"{"status":0}"#);
        for actor in &mut self.clients {
            actor
                .client
                .expect("him leave", |line| line.is("QUIT", "JohnSmith"));
        }
        self.forget();
    }

    /// One more of alice's clients, registered, with these capabilities, which has read all
    /// that it was told at first.
    pub fn client(&mut self, capabilities: &[&str]) {
        self.attach("alice", capabilities);
        self.forget();
    }

    /// One more client, by this user name, that has registered; what it is told behind the
    /// MOTD is for the transcript.
    pub fn newcomer(&mut self, user: &str, capabilities: &[&str]) {
        self.attach(user, capabilities);
    }

    fn attach(&mut self, user: &str, capabilities: &[&str]) {
        let mut client = self.gateway().connect();
        client.send("CAP LS 302");
        client.send("NICK alice");
        client.send(&format!("USER {user} 0 * :Alice Liddell"));
        for some in capabilities.chunks(8) {
            client.send(&format!("CAP REQ :{}", some.join(" ")));
            let answer = client.expect("an answer to CAP REQ", |line| {
                line.command == "CAP" && line.parameter(1) != "LS"
            });
            assert_eq!(answer.parameter(1), "ACK", "{answer}");
        }
        client.send("CAP END");
        client.expect("the end of the MOTD", |line| {
            ["376", "422"].contains(&line.command.as_str())
        });
        self.clients.push(Actor {
            client,
            said: VecDeque::new(),
            registered: true,
        });
    }

    /// One more connection, on which nothing has been said.
    pub fn stranger(&mut self) {
        let client = self.gateway().connect();
        self.clients.push(Actor {
            client,
            said: VecDeque::new(),
            registered: false,
        });
    }

    /// A client goes, with a word.
    pub fn leaves(&mut self, number: usize) {
        let actor = self.clients.remove(number - 1);
        actor.client.quit("gone");
        self.forget();
    }

    /// Ends the gateway politely and starts it again; nobody is there then.
    pub fn restart(&mut self) {
        self.clients.clear();
        self.link = None;
        self.unheard = None;
        let setup = self.gateway.take().expect("a gateway").stop();
        self.gateway = Some(Daemon::again(setup));
    }

    /// Passes over all that any client has been told.
    pub fn forget(&mut self) {
        self.unheard = None;
        for actor in &mut self.clients {
            actor.said.clear();
            if actor.registered {
                actor.client.settle();
            }
        }
    }

    /// Has `<name>` stand for a text.
    pub fn bind(&mut self, name: &str, text: &str) {
        self.bindings.bind(name, text);
    }

    /// What `<name>` stands for.
    pub fn bound(&self, name: &str) -> &str {
        self.bindings.get(name).expect("it has been met")
    }

    /// Plays a transcript; panics where something else is said.
    #[track_caller]
    pub fn play(&mut self, text: &str) {
        let mut bindings = self.bindings.clone();
        let played = play(self, &mut bindings, text);
        self.bindings = bindings;
        if let Err(why) = played {
            panic!("{why}");
        }
    }

    fn gateway(&self) -> &Daemon {
        self.gateway.as_ref().expect("a gateway")
    }

    fn link(&mut self) -> &mut Link {
        self.link.as_mut().expect("John Smith is not there")
    }

    fn actor(&mut self, number: usize) -> &mut Actor {
        &mut self.clients[number - 1]
    }

    /// Waits until what a client sent has been dealt with: it and others who speak after it
    /// are on different connections, of which the gateway may read any first.
    fn hear(&mut self) {
        if let Some(number) = self.unheard.take() {
            let actor = self.actor(number);
            if actor.registered {
                let lines = actor.client.settle();
                actor.said.extend(lines.into_iter().map(|line| line.raw));
            }
        }
    }
}

impl Stage for Scene {
    fn send_line(&mut self, client: usize, line: &[u8]) {
        if self.unheard != Some(client) {
            self.hear();
        }
        self.unheard = Some(client);
        self.actor(client)
            .client
            .send_bytes(&[line, b"\r\n"].concat());
    }

    fn next_line(&mut self, client: usize, wanted: &str) -> Result<String, String> {
        let actor = self.actor(client);
        let line = match actor.said.pop_front() {
            Some(line) => line,
            None => actor.client.expect(wanted, |_| true).raw,
        };
        if line.starts_with(":enclave.local 001 ") {
            actor.registered = true;
        }
        Ok(line)
    }

    fn send_packet(&mut self, packet: &str) {
        self.hear();
        self.link().send(packet);
    }

    fn next_packet(&mut self, wanted: &str) -> Result<String, String> {
        match self.link().read_within(crate::support::PATIENCE) {
            Ok(Some(packet)) => Ok(packet),
            Ok(None) => Err(format!("the connection ended before {wanted}")),
            Err(()) => Err(format!("{wanted} did not come")),
        }
    }

    fn rest(&mut self) -> Vec<(Voice, String)> {
        self.unheard = None;
        let mut rest = Vec::new();
        for (index, actor) in self.clients.iter_mut().enumerate() {
            if actor.registered {
                let lines = actor.client.settle();
                actor.said.extend(lines.into_iter().map(|line| line.raw));
            }
            let lines = actor.said.drain(..);
            rest.extend(lines.map(|line| (Voice::Server(index + 1), line)));
        }
        if let Some(link) = &mut self.link {
            while let Ok(Some(packet)) = link.read_within(GLANCE) {
                rest.push((Voice::Gateway, packet));
            }
        }
        rest
    }
}
