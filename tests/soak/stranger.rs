//! What those do who are not in the address book, and what the person does about them.

use std::io;
use std::net::SocketAddrV4;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::node::now;
use crate::support::peer::frame;
use crate::world::World;

/// How long a stranger waits for an answer.
const WAIT: Duration = Duration::from_secs(2);

/// One stranger's visit.
pub async fn visit(world: &World) -> io::Result<()> {
    let address = world.network.address();
    let mut stream = dial(SocketAddrV4::new(address, 0), world.mesh()).await?;
    match fastrand::u8(0..8) {
        // Says nothing.
        0 => return Ok(()),
        1 => {
            let _ = timeout(WAIT, stream.read(&mut [0; 64])).await;
            return Ok(());
        }
        // More than is held of one.
        2 => {
            for number in 0..40 {
                let words = format!("{number} {}", "much ado ".repeat(300));
                say(&mut stream, &json!({"message": words, "timestamp": now()})).await?;
            }
        }
        3 => stream.write_all(b"\x7f\xff\xff\xff and more").await?,
        4 => stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await?,
        _ => {
            let number = world.next();
            let hello = json!({"status": 1, "alias": format!("Guest {number}"),
                "message": "let me in", "timestamp": now(), "features": ["receipts"],
                "id": format!("g{number}")});
            say(&mut stream, &hello).await?;
            // To be asked about, it has to have been heard; what is not known yet is refused.
            let _ = timeout(WAIT / 4, stream.read(&mut [0; 64])).await;
            let keeper = &world.keeper;
            match fastrand::u8(0..6) {
                0 => keeper.send(&format!("PRIVMSG enclave :reject {address}")),
                1 => keeper.send(&format!("PRIVMSG enclave :block {address}")),
                2 | 3 => {
                    let guest = format!("guest{number}");
                    keeper.send(&format!("PRIVMSG enclave :accept {address} {guest}"));
                    world.guests.borrow_mut().push(guest.clone());
                    be_guest(&mut stream, world, &guest).await?;
                }
                _ => {}
            }
        }
    }
    let _ = timeout(WAIT, stream.read(&mut [0; 64])).await;
    Ok(())
}

/// Talks a little, having been let in.
async fn be_guest(stream: &mut TcpStream, world: &World, guest: &str) -> io::Result<()> {
    if timeout(WAIT, stream.read(&mut [0; 1024])).await.is_err() {
        return Ok(());
    }
    for number in 0..fastrand::usize(1..20) {
        let id = format!("g{number} of {guest}");
        let words = json!({"message": "thank you", "id": id, "timestamp": now()});
        say(stream, &words).await?;
    }
    world.keeper.send(&format!("PRIVMSG {guest} :welcome"));
    let _ = timeout(WAIT, stream.read(&mut [0; 1024])).await;
    if fastrand::bool() {
        let keeper = &world.keeper;
        keeper.send(&format!("PRIVMSG enclave :cancel {guest}"));
        keeper.send(&format!("PRIVMSG enclave :remove {guest}"));
    }
    Ok(())
}

async fn dial(from: SocketAddrV4, to: SocketAddrV4) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(from.into())?;
    let stream = socket.connect(to.into()).await?;
    if fastrand::bool() {
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
    }
    Ok(stream)
}

async fn say(stream: &mut TcpStream, packet: &serde_json::Value) -> io::Result<()> {
    stream
        .write_all(&frame(packet.to_string().as_bytes()))
        .await
}
