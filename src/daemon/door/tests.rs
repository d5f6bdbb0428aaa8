use std::net::SocketAddr;

use rustix::process::geteuid;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::LocalSet;

use super::porter::who;
use super::*;
use crate::daemon::input::{self, Input};
use crate::irc::listener::{Origin, Place};
use crate::irc::stream::Stream;

const POLICY: Policy = Policy {
    allow: Allow::SameUser,
    has_key: false,
    sites: Vec::new(),
    identity: None,
};

const WITH_PASSWORD: Policy = Policy {
    allow: Allow::SameUser,
    has_key: true,
    sites: Vec::new(),
    identity: None,
};

async fn door(address: &str) -> Door {
    let address: Address = address.parse().unwrap();
    Door {
        listener: bind(&address).await.unwrap().remove(0),
        transport: Transport::Plain,
        hosts: Vec::new(),
    }
}

fn porter(policy: Policy, inbox: &Inbox) -> Porter {
    let policy = Rc::new(RefCell::new(Rc::new(policy)));
    Porter::new(policy, "enclave.local", inbox, true)
}

fn tcp(peer: &str, local: &str) -> Place {
    let [peer, local]: [SocketAddr; 2] = [peer, local].map(|end| end.parse().unwrap());
    Place::Tcp { peer, local }
}

/// Another user than the one who runs the tests, and not root.
fn another_user() -> Place {
    let uid = geteuid().as_raw() + 1;
    Place::Unix { uid: Some(uid) }
}

#[tokio::test]
async fn our_own_connection_is_let_in_and_trusted() {
    let inside = async {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("irc");
        let tcp = door("127.0.0.1:0").await;
        let address = tcp.listener.local_address().unwrap();
        let unix = door(&format!("unix:{}", socket.display())).await;
        let (inbox, mut inputs) = input::channel();
        let _doors = Doors::attend(vec![tcp, unix], POLICY, "here", &inbox);

        let _tcp = TcpStream::connect(address).await.unwrap();
        let Some(Input::Client { origin, .. }) = inputs.recv().await else {
            panic!("not let in over TCP");
        };
        assert!(matches!(origin.place, Place::Tcp { local, .. } if local == address));
        assert!(origin.trusted);
        let _unix = UnixStream::connect(&socket).await.unwrap();
        let Some(Input::Client { origin, .. }) = inputs.recv().await else {
            panic!("not let in over the unix socket");
        };
        let uid = Some(geteuid().as_raw());
        assert_eq!(origin, Origin::trusted(Place::Unix { uid }));
    };
    LocalSet::new().run_until(inside).await;
}

/// Who connects and closes at once leaves a socket that claims to be root's.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn who_cannot_be_told_is_not_trusted() {
    let inside = async {
        let door = door("127.0.0.1:0").await;
        let address = door.listener.local_address().unwrap();
        drop(TcpStream::connect(address).await.unwrap());
        let (_, place) = door.listener.accept().await;
        let reason = who(place, &POLICY, true).await.doubt.unwrap();
        assert!(reason.contains("gone already"), "{reason}");
    };
    LocalSet::new().run_until(inside).await;
}

#[tokio::test]
async fn nobody_from_elsewhere_is_trusted_whoever_is_allowed() {
    let anyone = Policy {
        allow: Allow::Anyone,
        ..POLICY
    };
    for place in [
        tcp("192.0.2.1:5", "192.0.2.2:6667"),
        tcp("[fc00::1]:5", "[fc00::2]:6667"),
        // From one of our own addresses to itself: the program may be a forwarder.
        tcp("192.0.2.2:5", "192.0.2.2:6667"),
        tcp("127.0.0.1:5", "192.0.2.2:6667"),
        tcp("192.0.2.1:5", "127.0.0.1:6667"),
    ] {
        for can_be_told in [true, false] {
            assert!(
                who(place, &anyone, can_be_told).await.doubt.is_some(),
                "{place}"
            );
        }
    }
    assert!(
        who(tcp("127.0.0.1:5", "127.0.0.1:6"), &anyone, true)
            .await
            .doubt
            .is_none()
    );
    assert!(who(another_user(), &anyone, true).await.doubt.is_none());
}

/// Without a password everybody on this machine is let in, which is said at the start; with
/// one there is no need for that.
#[tokio::test]
async fn where_users_cannot_be_told_apart_a_password_tells() {
    let here = tcp("127.0.0.1:5", "127.0.0.1:6");
    assert!(who(here, &POLICY, false).await.doubt.is_none());
    assert!(who(here, &WITH_PASSWORD, false).await.doubt.is_some());
}

#[tokio::test]
async fn another_user_is_refused_in_irc() {
    let inside = async {
        let root = Place::Unix { uid: Some(0) };
        assert!(who(root, &POLICY, true).await.doubt.is_none());
        let (inbox, mut inputs) = input::channel();
        let porter = porter(POLICY, &inbox);
        drop(inbox);
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let turned_away = porter.receive(
            Stream::Unix(ours),
            another_user(),
            Transport::Plain,
            &[],
            (),
        );
        let heard = async {
            let mut heard = String::new();
            theirs.read_to_string(&mut heard).await.unwrap();
            drop(theirs);
            heard
        };
        let ((), heard) = tokio::join!(turned_away, heard);
        let lines: Vec<&str> = heard.split_terminator("\r\n").collect();
        assert!(lines[0].starts_with(":enclave.local 464 * :"), "{heard}");
        assert!(lines[1].starts_with("ERROR :"), "{heard}");
        assert_eq!(lines.len(), 2);
        assert!(inputs.recv().await.is_none());
    };
    LocalSet::new().run_until(inside).await;
}

#[tokio::test]
async fn another_user_comes_in_to_show_a_password_where_there_is_one() {
    let (inbox, mut inputs) = input::channel();
    let porter = porter(WITH_PASSWORD, &inbox);
    let (ours, _theirs) = UnixStream::pair().unwrap();
    (porter.receive(
        Stream::Unix(ours),
        another_user(),
        Transport::Plain,
        &[],
        (),
    ))
    .await;
    let Some(Input::Client { origin, .. }) = inputs.recv().await else {
        panic!("not let in");
    };
    assert!(!origin.trusted);
}

/// Until something has come about.
async fn until(mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    };
    let patience = std::time::Duration::from_secs(10);
    tokio::time::timeout(patience, waiting).await.unwrap();
}

/// Nobody takes those who have been let in: as many as wait for that, and as many as are being
/// looked at, are taken from the kernel, and no more.
#[tokio::test]
async fn few_are_looked_at_at_one_time() {
    let inside = async {
        let tcp = door("127.0.0.1:0").await;
        let address = tcp.listener.local_address().unwrap();
        let (inbox, mut inputs) = input::channel();
        let porter = porter(POLICY, &inbox);
        let places = porter.at_the_door();
        let attending = tokio::task::spawn_local(porter.attend(tcp));
        let mut clients = Vec::new();
        for _ in 0..input::WAITING + 40 {
            clients.push(TcpStream::connect(address).await.unwrap());
        }
        until(|| inbox.capacity() == 0 && places() == 0).await;
        let mut let_in = 0;
        while let_in < clients.len() {
            assert!(matches!(inputs.recv().await, Some(Input::Client { .. })));
            let_in += 1;
        }
        until(|| places() > 0).await;
        attending.abort();
    };
    LocalSet::new().run_until(inside).await;
}

#[cfg(feature = "websocket")]
#[tokio::test]
async fn handshakes_are_bounded_and_one_of_too_many_makes_room() {
    let inside = async {
        let door = Door {
            transport: Transport::WebSocket,
            ..door("127.0.0.1:0").await
        };
        let address = door.listener.local_address().unwrap();
        let (inbox, _inputs) = input::channel();
        tokio::task::spawn_local(porter(POLICY, &inbox).attend(door));
        let mut clients = Vec::new();
        for _ in 0..65 {
            clients.push(TcpStream::connect(address).await.unwrap());
        }
        // They are looked up in any order, so it need not be the one that connected first.
        let open = |client: &&TcpStream| client.try_read(&mut [0]).is_err();
        until(|| clients.iter().filter(open).count() == 64).await;
    };
    LocalSet::new().run_until(inside).await;
}

/// The keys at the doors change while they are open; without a new certificate the old one
/// stays.
#[tokio::test]
async fn a_new_policy_holds_for_the_next_client() {
    let inside = async {
        let tcp = door("127.0.0.1:0").await;
        let (inbox, _inputs) = input::channel();
        let doors = Doors::attend(vec![tcp], POLICY, "here", &inbox);
        #[cfg(feature = "tls")]
        {
            let (certificate, key) = crate::irc::tls::tests::pair();
            let identity = Identity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
            let shown = identity.fingerprint();
            doors.set_policy(Policy {
                identity: Some(identity),
                ..POLICY
            });
            doors.set_policy(WITH_PASSWORD);
            let kept = doors.policy.borrow().identity.clone();
            assert_eq!(kept.map(|kept| kept.fingerprint()), Some(shown));
        }
        doors.set_policy(WITH_PASSWORD);
        assert!(doors.policy.borrow().has_key);
    };
    LocalSet::new().run_until(inside).await;
}

/// Somebody may hold all handshakes by connecting and saying nothing; the person comes in, and
/// so does whoever is neither of the two.
#[cfg(feature = "websocket")]
#[tokio::test]
async fn silent_connections_do_not_close_a_door_to_others() {
    let inside = async {
        let (inbox, mut inputs) = input::channel();
        let porter = porter(WITH_PASSWORD, &inbox);
        let mut held = Vec::new();
        let come = async |place: Place| {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let theirs = TcpStream::connect(listener.local_addr().unwrap());
            let (theirs, ours) = tokio::join!(theirs, listener.accept());
            let ours = Stream::Tcp(ours.unwrap().0);
            let porter = porter.clone();
            tokio::task::spawn_local(async move {
                (porter.receive(ours, place, Transport::WebSocket, &[], ())).await;
            });
            theirs.unwrap()
        };
        let eve = another_user();
        for _ in 0..200 {
            held.push(come(eve).await);
        }
        let bob = tcp("192.0.2.7:5", "192.0.2.2:6667");
        let us = Place::Unix {
            uid: Some(geteuid().as_raw()),
        };
        let (mut bob, mut us) = (come(bob).await, come(us).await);
        for _ in 0..200 {
            held.push(come(eve).await);
        }
        for stream in [&mut bob, &mut us] {
            let request = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\
                Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
            stream.write_all(request.as_bytes()).await.unwrap();
            assert!(matches!(inputs.recv().await, Some(Input::Client { .. })));
        }
    };
    LocalSet::new().run_until(inside).await;
}

/// Each door needs nothing from the others while it waits.
#[tokio::test]
async fn many_doors_are_all_attended() {
    let inside = async {
        let mut doors = Vec::new();
        for _ in 0..20 {
            doors.push(door("127.0.0.1:0").await);
        }
        let addresses: Vec<_> = (doors.iter())
            .filter_map(|door| door.listener.local_address())
            .collect();
        let (inbox, mut inputs) = input::channel();
        let _doors = Doors::attend(doors, POLICY, "here", &inbox);
        for address in addresses {
            let _client = TcpStream::connect(address).await.unwrap();
            assert!(matches!(inputs.recv().await, Some(Input::Client { .. })));
        }
    };
    LocalSet::new().run_until(inside).await;
}
