//! What IRC clients do: come over whichever door, ask for all there is, flood, misbehave, and
//! go in every way there is.

use std::io;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::support::{Client, tls, web};
use crate::wire::{EVERYTHING, Wire};
use crate::world::World;

/// Names under which clients come again and again.
const DEVICES: [&str; 4] = ["laptop", "phone", "desk", "bouncer"];

/// The most that a client writes in one go.
const FLOOD: usize = 800;

/// How long a client stays that does nothing.
const IDLE: Duration = Duration::from_secs(2);

/// One client's life, from one of the doors. Its errors are those of a connection that the
/// gateway has closed, as it may where a client misbehaves.
pub async fn live(world: &World) -> io::Result<()> {
    match fastrand::u8(0..16) {
        0 => old(world).await,
        1..4 => curious(world).await,
        4 => over_unix(world).await,
        5 | 6 => floods(world).await,
        7 => vanishes_within_a_line(world).await,
        8 => is_reset(world).await,
        9 => does_not_read(world).await,
        10 => never_registers(world).await,
        11 => misbehaves(world).await,
        12 | 13 => is_away_and_back(world).await,
        14 => over_tls(world).await,
        _ => over_websocket(world).await,
    }
}

/// A name that clients have had before, or one that none will have again.
fn name(world: &World) -> String {
    match fastrand::u8(0..4) {
        0 => format!("visitor{}", world.next()),
        _ => fastrand::choice(DEVICES).unwrap().to_owned(),
    }
}

fn nick() -> &'static str {
    fastrand::choice(["alice", "alice_", "Alice"]).unwrap()
}

/// Knows nothing of capabilities, and says goodbye.
async fn old(world: &World) -> io::Result<()> {
    let mut wire = Wire::tcp(world.door, false).await?;
    wire.register(nick(), &name(world), "").await?;
    wire.send("JOIN &enclave\r\nWHO &enclave\r\nNAMES &enclave\r\nLIST\r\nLUSERS\r\nMOTD")
        .await?;
    for _ in 0..fastrand::usize(1..6) {
        wire.send(&world.words()).await?;
    }
    wire.settle().await?;
    leave(wire).await
}

async fn leave(mut wire: Wire) -> io::Result<()> {
    wire.send("QUIT :bye").await?;
    // To the end.
    while wire.line().await.is_ok() {}
    Ok(())
}

/// Asks for everything.
async fn curious(world: &World) -> io::Result<()> {
    let mut wire = Wire::tcp(world.door, fastrand::bool()).await?;
    wire.register(nick(), &name(world), EVERYTHING).await?;
    ask_for_everything(world, &mut wire).await?;
    wire.settle().await?;
    match fastrand::bool() {
        true => leave(wire).await,
        false => Ok(()),
    }
}

async fn ask_for_everything(world: &World, wire: &mut Wire) -> io::Result<()> {
    for _ in 0..fastrand::usize(3..12) {
        let (nick, other) = (world.any_nick(), world.any_nick());
        let lines = match fastrand::u8(0..14) {
            0 => format!("CHATHISTORY LATEST {nick} * {}", fastrand::u32(1..200)),
            1 => "CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z \
                  timestamp=2099-01-01T00:00:00.000Z 50"
                .to_owned(),
            2 => format!("@label={} SEARCH text=mix;limit=20", world.next()),
            3 => format!("MONITOR + {nick},{other},nobody\r\nMONITOR S\r\nMONITOR - {nick}"),
            4 => format!("WHO {nick} %tcuhnfar\r\nWHOIS {nick}\r\nWHOWAS {nick}"),
            5 => "NAMES &enclave\r\nWHO &enclave %n".to_owned(),
            6 => format!("@+typing=active TAGMSG {nick}\r\n@+typing=done TAGMSG {nick}"),
            7 => format!("@+draft/react=:);+draft/reply=nothing TAGMSG {nick}"),
            8 => world.many_lines(),
            9 => format!("MARKREAD {nick}\r\nISON {nick} {other}\r\nUSERHOST {nick}"),
            10 => "PRIVMSG enclave :contacts\r\nPRIVMSG enclave :help\r\nPRIVMSG enclave :log 50"
                .to_owned(),
            11 => format!("PRIVMSG enclave :info {nick}\r\nPRIVMSG enclave :search mix"),
            12 => format!("SETNAME :somebody\r\nNICK {}", self::nick()),
            _ => world.words(),
        };
        wire.send(&lines).await?;
    }
    Ok(())
}

async fn over_unix(world: &World) -> io::Result<()> {
    let mut wire = Wire::unix(&world.socket).await?;
    wire.register(nick(), &name(world), EVERYTHING).await?;
    ask_for_everything(world, &mut wire).await?;
    wire.settle().await
}

/// Writes as fast as it can.
async fn floods(world: &World) -> io::Result<()> {
    let mut wire = Wire::tcp(world.door, fastrand::bool()).await?;
    let wants = "echo-message message-tags";
    wire.register(nick(), &name(world), wants).await?;
    let lines = std::iter::repeat_with(|| world.words()).take(fastrand::usize(1..FLOOD));
    let lines: Vec<String> = lines.collect();
    wire.send(&lines.join("\r\n")).await?;
    match fastrand::bool() {
        true => wire.settle().await,
        // With all of it on its way.
        false => Ok(()),
    }
}

async fn vanishes_within_a_line(world: &World) -> io::Result<()> {
    let mut wire = Wire::tcp(world.door, false).await?;
    wire.register(nick(), &name(world), EVERYTHING).await?;
    let half = "PRIVMSG p1 :this is never";
    wire.send_bytes(half.as_bytes()).await
}

async fn is_reset(world: &World) -> io::Result<()> {
    let mut wire = Wire::tcp(world.door, true).await?;
    wire.register(nick(), &name(world), EVERYTHING).await?;
    ask_for_everything(world, &mut wire).await
}

/// Asks for much and reads nothing; then it reads what there is, or goes.
async fn does_not_read(world: &World) -> io::Result<()> {
    let mut wire = Wire::narrow(world.door)?;
    wire.register(nick(), &name(world), EVERYTHING).await?;
    for _ in 0..100 {
        let nick = world.any_nick();
        let lines = format!("CHATHISTORY LATEST {nick} * 200\r\nNAMES &enclave\r\nWHO &enclave");
        wire.send(&lines).await?;
    }
    // It is doing nothing that is wanted here.
    sleep(IDLE).await;
    match fastrand::bool() {
        true => wire.settle().await,
        false => Ok(()),
    }
}

async fn never_registers(world: &World) -> io::Result<()> {
    let mut wire = Wire::tcp(world.door, fastrand::bool()).await?;
    let lines = [
        "CAP LS 302\r\nNICK alice",
        "PASS wrong",
        "USER a 0 * :a",
        "",
    ];
    wire.send(fastrand::choice(lines).unwrap()).await?;
    sleep(IDLE).await;
    Ok(())
}

async fn misbehaves(world: &World) -> io::Result<()> {
    let mut wire = Wire::tcp(world.door, false).await?;
    match fastrand::u8(0..4) {
        0 => wire.send("GET / HTTP/1.1\r\nHost: localhost\r\n").await?,
        1 => {
            wire.send_bytes(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc")
                .await?
        }
        2 => wire.send(&"x".repeat(10_000)).await?,
        _ => {
            wire.register(nick(), &name(world), EVERYTHING).await?;
            wire.send(&format!("PRIVMSG p1 :{}", "y".repeat(9_000)))
                .await?;
            wire.send_bytes(b"PRIVMSG p1 :\xff\xfe\r\n").await?;
            wire.send("CHATHISTORY LATEST\r\nMONITOR x\r\nBATCH +1 draft/multiline p1\r\nBATCH -2")
                .await?;
            return wire.settle().await;
        }
    }
    // It is hung up on.
    while wire.line().await.is_ok() {}
    Ok(())
}

async fn is_away_and_back(world: &World) -> io::Result<()> {
    let mut wire = Wire::tcp(world.door, false).await?;
    let wants = "away-notify draft/pre-away";
    wire.register(nick(), &name(world), wants).await?;
    for line in ["AWAY :lunch", "AWAY :busy: cooking", "AWAY *", "AWAY"] {
        wire.send(line).await?;
        wire.settle().await?;
    }
    leave(wire).await
}

/// These speak what they speak in a thread of their own.
async fn over_tls(world: &World) -> io::Result<()> {
    let (address, port, name) = (world.address(), world.tls, name(world));
    let (certificate, words) = (world.certificate.clone(), world.words());
    let gives_up = fastrand::u8(0..4) == 0;
    let life = move || {
        let stream = std::net::TcpStream::connect((address, port))?;
        if gives_up {
            // Goes within the handshake.
            return io::Write::write_all(&mut &stream, b"\x16\x03\x01");
        }
        let mut client = tls::client(Box::new(stream), address, &certificate, None)?;
        converse(&mut client, &name, &words);
        Ok(())
    };
    spawn_blocking(life).await.expect("a client over TLS")
}

async fn over_websocket(world: &World) -> io::Result<()> {
    let (address, port, name) = (world.address(), world.websocket, name(world));
    let words = world.words();
    let gives_up = fastrand::u8(0..4) == 0;
    let life = move || {
        let stream = std::net::TcpStream::connect((address, port))?;
        if gives_up {
            return io::Write::write_all(&mut &stream, b"GET / HTTP/1.1\r\nUpgrade: webs");
        }
        let url = format!("ws://{address}:{port}/");
        let (socket, _) =
            tokio_tungstenite::tungstenite::client(url, stream).map_err(io::Error::other)?;
        let mut client = Client::over(Box::new(web::Lines::over(socket, true)));
        converse(&mut client, &name, &words);
        Ok(())
    };
    spawn_blocking(life).await.expect("a client over WebSocket")
}

fn converse(client: &mut Client, name: &str, words: &str) {
    client.send(&format!("NICK alice\r\nUSER {name} 0 * :{name}"));
    client.send(words);
    client.settle();
    client.send("NAMES &enclave");
    client.settle();
}
