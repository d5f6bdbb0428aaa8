//! `enclave-irc demo`: a gateway, and a friend to talk to.
//!
//! Nothing in it is pretended. The gateway is the one that everybody runs, on files in a
//! temporary folder. [`friend`] is a program, but he sits at a [`node`] of his own, and
//! the two reach each other as any two nodes do: by TCP, on port 7776 of their own
//! addresses. Those are two of the sixteen million that every Linux machine has for
//! talking to itself.

pub mod friend;
pub mod node;

use std::fs;
use std::io::{ErrorKind, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, anyhow};
use tokio::task::spawn_local;

use crate::cli::Exit;
use crate::config::{Listen, Paths};
use crate::daemon::door::Door;
use crate::daemon::driver::{Driver, PeerSide};
use crate::daemon::input::{self, Inbox, Input};
use crate::daemon::signals::{HangUp, Signals};
use crate::daemon::start::{Failure, Prepared, serve};
use crate::daemon::timepiece::Timepiece;
use crate::daemon::watch::{Search, Watch};
use crate::daemon::{door, files, logging, run_local};
use crate::enclave::PORT;
use crate::enclave::address::Address;
use crate::enclave::mesh::Policy;

use node::FriendNode;

/// The first port to try for IRC clients, the one that everybody expects, and how many
/// after it: a real gateway, another demo, another IRC server may be there.
const IRC_PORTS: std::ops::RangeInclusive<u16> = 6667..=6697;

/// How many pairs of addresses to try. Of 64,000 pairs hardly one is ever taken.
const PAIRS: usize = 16;

/// The networks of the demo: only this machine.
const NETWORK: &str = "127.0.0.0/8";

/// Runs the demo until it is told to stop.
pub fn run() -> Exit {
    logging::start("warn");
    let exit = match try_run() {
        Ok(()) => Exit::Done,
        Err(failure) => failure.report(),
    };
    logging::finish();
    exit
}

fn try_run() -> Result<(), Failure> {
    let [ours, his] = addresses()?;
    // Removed when this function is left.
    let folder = tempfile::Builder::new()
        .prefix("enclave-irc-demo-")
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir()
        .context("cannot make a temporary folder; is TMPDIR writable?")?;
    let paths = write_files(folder.path(), ours, his)
        .with_context(|| format!("cannot write to {}", folder.path().display()))?;
    let contents = files::read_both(&paths).map_err(Failure::Wrong)?;
    let enclave = &contents.config.enclave;
    let policy = Policy {
        networks: enclave.networks.clone(),
        max_frame: enclave.max_frame,
        // He keeps nothing, so he confirms nothing.
        receipts: false,
    };
    let prepared = Prepared::prepare(paths, contents)?;
    run_local(async {
        let signals = Signals::listen().context("cannot listen to signals")?;
        let (port, doors) = open_door().await?;
        let (inbox, inputs) = input::channel();
        spawn_local(signals.pass_on(inbox.clone(), HangUp::Stop));
        let (friend_inbox, friend) = start_friend(policy, ours, his);
        print(&introduction(port, ours, his));
        let ended = serve(prepared, doors, inbox, inputs).await;
        // He says goodbye too; the gateway does not hear it any more.
        let _ = friend_inbox.send(Input::Stop).await;
        let _ = friend.await;
        ended
    })?;
    folder
        .close()
        .context("cannot remove the temporary folder")?;
    print("The demo has ended, and left nothing behind.");
    Ok(())
}

/// Says it, if anybody is there to read it.
fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn start_friend(
    policy: Policy,
    person: Address,
    his: Address,
) -> (Inbox, tokio::task::JoinHandle<()>) {
    let (inbox, inputs) = input::channel();
    let peers = PeerSide {
        port: PORT,
        freebind: false,
        watch: Watch::new(Search {
            networks: policy.networks.clone(),
            fixed: Some(his),
            interface: None,
        }),
    };
    let node = FriendNode::new(policy, person, fastrand::u64(..));
    let driver = Driver::new(node, Timepiece::start(), peers, &inbox, inputs);
    let running = spawn_local(async {
        if let Err(error) = driver.run().await {
            tracing::error!("the friend's node has failed: {error}");
        }
    });
    (inbox, running)
}

/// Two addresses of this machine on which nobody uses the Enclave port.
fn addresses() -> anyhow::Result<[Address; 2]> {
    let mut last_error = None;
    for _ in 0..PAIRS {
        let (third, second) = (fastrand::u8(1..=254), fastrand::u8(1..=254));
        let pair = [1, 2].map(|last| Ipv4Addr::new(127, second, third, last));
        match pair.map(|ip| TcpListener::bind((ip, PORT))) {
            [Ok(_), Ok(_)] => return Ok(pair.map(|ip| Address::from(IpAddr::from(ip)))),
            [Err(error), _] | [_, Err(error)] => last_error = Some(error),
        }
    }
    let remedy = match last_error.as_ref().map(std::io::Error::kind) {
        Some(ErrorKind::AddrInUse) => {
            format!("something on this machine has port {PORT} on all addresses; stop it first")
        }
        Some(ErrorKind::AddrNotAvailable) => {
            "the demo needs two loopback addresses beside 127.0.0.1, which only Linux has by itself; here, give them with: ifconfig lo0 alias 127.X.Y.Z".to_owned()
        }
        _ => "the system does not let us listen on its loopback addresses".to_owned(),
    };
    Err(match last_error {
        Some(error) => anyhow!(error).context(remedy),
        None => anyhow!(remedy),
    })
}

/// The same files as anybody has.
fn write_files(folder: &Path, ours: Address, his: Address) -> std::io::Result<Paths> {
    let paths = Paths {
        config: folder.join("config.toml"),
        config_is_named: true,
        contacts: folder.join("contacts.toml"),
        state_dir: folder.join("state"),
    };
    let config = format!("[enclave]\naddress = \"{ours}\"\nnetworks = [\"{NETWORK}\"]\n");
    fs::write(&paths.config, config)?;
    let contacts = format!(
        "[[contact]]\nname = \"John Smith\"\naddress = \"{his}\"\nnick = \"{}\"\n",
        node::ALIAS
    );
    fs::write(&paths.contacts, contacts)?;
    Ok(paths)
}

/// Opens the door for IRC clients, on the first port that is free.
async fn open_door() -> Result<(u16, Vec<Door>), Failure> {
    let mut last_error = None;
    for port in IRC_PORTS {
        match door::open(&[Listen::localhost(port)]).await {
            Ok(doors) => return Ok((port, doors)),
            Err(error) => last_error = Some(error),
        }
    }
    Err(match last_error {
        Some(error) => error.into(),
        None => anyhow!("no port to listen on").into(),
    })
}

fn introduction(port: u16, ours: Address, his: Address) -> String {
    let taken = if port == *IRC_PORTS.start() {
        String::new()
    } else {
        format!(
            "\n(Port {} is taken, so this is {port}.)\n",
            IRC_PORTS.start()
        )
    };
    let option = if port == *IRC_PORTS.start() {
        String::new()
    } else {
        format!("/{port}")
    };
    let friend = node::ALIAS;
    format!(
        "A gateway is running on localhost:{port}, and {friend} is running a node of his own.
You are {ours}, he is {his}; what you say goes to port {PORT} there.
{taken}
Connect an IRC client, in another terminal:

  irssi -c localhost -p {port}
  weechat irc://localhost{option}

and type there:

  /msg {friend} hi               he answers; \"help\" tells what he can do
  /msg {friend} poem             a message of several lines
  /msg {friend} go away          watch him in &enclave, then /whois {friend}
  /msg {friend} come back
  /away lunch                     he sees it; /away alone brings you back
  /msg enclave help               what else there is

Ctrl-C ends the demo. Nothing of it is kept."
    )
}

#[cfg(test)]
mod tests;
