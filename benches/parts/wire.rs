//! Parts that speak one protocol: packets and frames as peers know them, lines as clients do.

use std::hint::black_box;

use bytes::{BufMut, BytesMut};
use serde_json::Value;
use tokio_util::codec::Decoder;

use enclave_irc::clock::Timestamp;
use enclave_irc::enclave::codec::{FrameCodec, MAX_FRAME};
use enclave_irc::enclave::packet::Packet;
use enclave_irc::irc::capability::Capabilities;
use enclave_irc::irc::codec::{Line, LineCodec};
use enclave_irc::irc::reply::{Reply, Source};
use enclave_irc::irc::request::Request;
use enclave_irc::irc::text;

use crate::measure::{Contest, OPERATIONS, Part};

/// What people write, about as long as most of it.
pub const TEXT: &str = "Are you coming over on Saturday? We could make the small boat ready.";

/// What a message is known by.
const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

pub fn contests() -> Vec<Contest> {
    let packet = message();
    let frame = packet.to_frame().slice(4..);
    let received = receipt(ID).to_frame().slice(4..);
    let line = format!("@+draft/reply={ID} PRIVMSG JohnSmith :{TEXT}");
    let long = [TEXT; 60].join(" ");
    vec![
        Contest::new(
            "a message into a frame",
            0.6,
            move || each(|| packet.to_frame().len() > TEXT.len()),
            json(),
        ),
        Contest::new("a frame out of a stream", 0.12, Frames::new(), json()),
        Contest::new(
            "a message out of its frame",
            1.2,
            move || each(|| Packet::parse(black_box(&frame)).is_ok_and(|it| it.message.is_some())),
            json(),
        ),
        Contest::new(
            "a receipt out of its frame",
            1.0,
            move || {
                each(|| Packet::parse(black_box(&received)).is_ok_and(|it| it.received.is_some()))
            },
            json(),
        ),
        Contest::new("a line out of a stream", 0.45, Lines::new(), json()),
        Contest::new(
            "a request out of a line",
            0.6,
            move || {
                each(|| Request::parse(black_box(&line)).is_some_and(|it| it.params.len() == 2))
            },
            json(),
        ),
        Contest::new(
            "a line for a client",
            1.3,
            || each(|| line_for_client().ends_with(b"boat ready.\r\n")),
            json(),
        ),
        Contest::new(
            "4 KiB of text into lines",
            0.3,
            move || each(|| text::split(black_box(&long), 400).count() == 11),
            json(),
        ),
    ]
}

/// Does something as often as it has to be done, and counts successes.
pub fn each(mut operation: impl FnMut() -> bool) -> usize {
    (0..OPERATIONS).filter(|_| operation()).count()
}

/// The yardstick of all that is pure: a packet is read into a tree by `serde_json`, and
/// written again. It does what they do, too: it looks at every byte, branches, allocates and
/// copies, and none of our code is in it.
pub fn json() -> impl Part {
    let frame = message().to_frame().slice(4..);
    move || {
        each(|| {
            let tree: Value = serde_json::from_slice(black_box(&frame)).unwrap();
            serde_json::to_vec(&tree).unwrap().len() == frame.len()
        })
    }
}

fn message() -> Packet {
    Packet {
        message: Some(TEXT.to_owned()),
        timestamp: Some(Timestamp(1_600_000_000_000)),
        id: Some(ID.to_owned()),
        ..Packet::default()
    }
}

/// A contact confirms a message.
pub fn receipt(id: &str) -> Packet {
    Packet {
        timestamp: Some(Timestamp(1_600_000_000_000)),
        received: Some(vec![id.to_owned()]),
        ..Packet::default()
    }
}

fn line_for_client() -> Vec<u8> {
    let source = Source::User {
        nick: "JohnSmith",
        user: "enclave",
        host: "fc5d:baa5:61fc:6ffd:9554:67f0:e290:7535",
    };
    let mut out = Vec::new();
    Reply::from(source, "PRIVMSG", &["alice", black_box(TEXT)])
        .tag("time", Some("2020-09-13T12:26:40.000Z"))
        .tag("msgid", Some(ID))
        .write(Capabilities::all(), &mut out);
    out
}

/// Frames that have arrived at once.
struct Frames {
    arrived: BytesMut,
    codec: FrameCodec,
}

impl Frames {
    fn new() -> Self {
        Self {
            arrived: BytesMut::new(),
            codec: FrameCodec::new(MAX_FRAME),
        }
    }
}

impl Part for Frames {
    fn prepare(&mut self) {
        let packet = message();
        for _ in 0..OPERATIONS {
            packet.encode(&mut self.arrived);
        }
    }

    fn run(&mut self) -> usize {
        let (codec, arrived) = (&mut self.codec, &mut self.arrived);
        each(|| matches!(codec.decode(arrived), Ok(Some(frame)) if frame[0] == b'{'))
    }
}

/// Lines that have arrived at once.
struct Lines {
    arrived: BytesMut,
    codec: LineCodec,
}

impl Lines {
    fn new() -> Self {
        Self {
            arrived: BytesMut::new(),
            codec: LineCodec::default(),
        }
    }
}

impl Part for Lines {
    fn prepare(&mut self) {
        for _ in 0..OPERATIONS {
            self.arrived
                .put_slice(format!("PRIVMSG JohnSmith :{TEXT}\r\n").as_bytes());
        }
    }

    fn run(&mut self) -> usize {
        let (codec, arrived) = (&mut self.codec, &mut self.arrived);
        each(
            || matches!(codec.decode(arrived), Ok(Some(Line::Text(line))) if line.len() > TEXT.len()),
        )
    }
}
