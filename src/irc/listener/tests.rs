use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

use super::*;

fn tcp(host: &str, port: u16) -> Address {
    let host = host.to_owned();
    Address::Tcp { host, port }
}

#[tokio::test(flavor = "current_thread")]
async fn a_tcp_client_is_accepted_and_known_by_both_ends() {
    let mut doors = bind(&tcp("127.0.0.1", 0)).await.unwrap();
    let door = doors.remove(0);
    let address = door.local_address().unwrap();
    let client = TcpStream::connect(address);
    let (client, (stream, place)) = tokio::join!(client, door.accept());
    let mut client = client.unwrap();
    let peer = client.local_addr().unwrap();
    assert_eq!(
        place,
        Place::Tcp {
            peer,
            local: address
        }
    );
    let Stream::Tcp(mut stream) = stream else {
        panic!("a TCP stream");
    };
    assert!(stream.nodelay().unwrap());
    stream.write_all(b"x").await.unwrap();
    assert_eq!(client.read_u8().await.unwrap(), b'x');
}

#[tokio::test(flavor = "current_thread")]
async fn localhost_is_every_address_it_has_on_one_port() {
    let doors = bind(&tcp("localhost", 0)).await.unwrap();
    let addresses: Vec<_> = doors.iter().filter_map(Listener::local_address).collect();
    assert!(addresses.iter().any(|address| address.is_ipv4()));
    assert!(addresses.iter().all(|address| address.ip().is_loopback()));
    assert!(
        addresses
            .iter()
            .all(|address| address.port() == addresses[0].port())
    );
    for address in addresses {
        TcpStream::connect(address).await.unwrap();
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_port_that_is_taken_is_named_with_the_remedy() {
    let doors = bind(&tcp("127.0.0.1", 0)).await.unwrap();
    let taken = doors[0].local_address().unwrap();
    let error = bind(&tcp("127.0.0.1", taken.port())).await.unwrap_err();
    let error = error.to_string();
    assert!(error.contains(&taken.to_string()), "{error}");
    assert!(
        error.contains("another IRC server") && error.contains("[irc] listen"),
        "{error}"
    );
}

#[tokio::test(flavor = "current_thread")]
async fn an_address_that_is_not_ours_is_an_error_when_it_is_the_only_one() {
    // From the range for documentation, which no machine has.
    let error = bind(&tcp("192.0.2.1", 0)).await.unwrap_err().to_string();
    assert!(
        error.contains("192.0.2.1:0") && error.contains("does not have"),
        "{error}"
    );
}

#[tokio::test(flavor = "current_thread")]
async fn a_unix_socket_is_private_and_cleared_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("irc");
    let address = Address::Unix(path.clone());
    let door = bind(&address).await.unwrap().remove(0);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (client, (_, place)) = tokio::join!(UnixStream::connect(&path), door.accept());
    client.unwrap();
    let uid = rustix::process::getuid().as_raw();
    assert_eq!(place, Place::Unix { uid: Some(uid) });

    let error = bind(&address).await.unwrap_err().to_string();
    assert!(
        error.contains("unix:/") && error.contains("another enclave-irc"),
        "{error}"
    );

    drop(door);
    assert!(!path.exists());
}

#[tokio::test(flavor = "current_thread")]
async fn a_socket_nobody_answers_on_is_replaced_and_another_file_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("irc");
    // The standard library leaves the file behind.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let door = bind(&Address::Unix(path.clone())).await.unwrap();

    // Somebody put something else in its place: not ours to remove.
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "a letter").unwrap();
    drop(door);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "a letter");
    let error = bind(&Address::Unix(path)).await.unwrap_err().to_string();
    assert!(error.contains("something else at that path"), "{error}");

    let nowhere = folder.path().join("no such folder/irc");
    let error = bind(&Address::Unix(nowhere)).await.unwrap_err().to_string();
    assert!(error.contains("the folder must exist"), "{error}");
}

#[test]
fn mapped_addresses_are_shown_as_what_they_are() {
    let mapped = "[::ffff:127.0.0.1]:1".parse().unwrap();
    assert_eq!(canonical(mapped).ip(), IpAddr::V4(Ipv4Addr::LOCALHOST));
}

#[test]
fn a_lack_of_descriptors_is_waited_out_and_a_vanished_client_is_not() {
    use rustix::io::Errno;
    assert!(is_of_client(&Errno::CONNABORTED.into()));
    assert!(!is_of_client(&Errno::MFILE.into()));
    assert!(!is_of_client(&Errno::NFILE.into()));
    assert!(is_lacking(&Errno::AFNOSUPPORT.into()));
    assert!(!is_lacking(&Errno::ADDRINUSE.into()));
}

/// Runs in a process of its own, since the limit holds for the whole process.
#[test]
fn clients_are_accepted_again_when_descriptors_are_free_again() {
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "irc::listener::tests::with_few_descriptors",
            "--ignored",
        ])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&status.stdout);
    assert!(
        status.status.success() && told.contains("1 passed"),
        "{told}"
    );
}

#[tokio::test(flavor = "current_thread")]
#[ignore = "started by the test above"]
async fn with_few_descriptors() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limit = Rlimit {
        current: Some(64),
        maximum: Some(64),
    };
    setrlimit(Resource::Nofile, limit).unwrap();
    let door = bind(&tcp("127.0.0.1", 0)).await.unwrap().remove(0);
    let client = TcpStream::connect(door.local_address().unwrap())
        .await
        .unwrap();
    let mut hoard = Vec::new();
    while let Ok(file) = std::fs::File::open("/dev/null") {
        hoard.push(file);
    }
    let started = std::time::Instant::now();
    let (_, place) = tokio::select! {
        accepted = door.accept() => accepted,
        () = async {
            tokio::time::sleep(ACCEPT_PAUSE / 2).await;
            hoard.clear();
            std::future::pending().await
        } => unreachable!("the future above does not end"),
    };
    assert!(started.elapsed() >= ACCEPT_PAUSE, "it did not pause");
    let Place::Tcp { peer, .. } = place else {
        panic!("a TCP client");
    };
    assert_eq!(peer, client.local_addr().unwrap());
}
