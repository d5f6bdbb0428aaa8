//! One connection with a made-up peer: the bytes that it sends, and what it makes of all
//! that is written to it.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use enclave_irc::enclave::address::Address;
use enclave_irc::enclave::codec::{FrameCodec, HEADER, MAX_FRAME};
use enclave_irc::enclave::packet::{Packet, Status};
use enclave_irc::pipe::Limited;
use serde_json::Value;
use tokio_util::codec::Decoder;

use super::store::Store;

/// What we have said of ourselves on a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub status: Option<Status>,
    pub text: String,
    pub alias: String,
}

/// One connection.
pub struct Connection {
    pub remote: Address,
    /// It is made; otherwise it is being dialled.
    pub is_open: bool,
    /// We have closed our half.
    half_closed: bool,
    is_read: bool,
    codec: FrameCodec,
    buffer: BytesMut,
    /// Bytes written to it, and acknowledged by its kernel.
    pub written: u64,
    pub acknowledged: u64,
    pub told: Told,
}

/// What a peer has said, on whatever connection.
#[derive(Default)]
pub struct Said {
    /// How often each id was said, as that of a message, and confirmed.
    ids: BTreeMap<String, (usize, usize)>,
}

impl Said {
    /// A frame of it is about to be heard.
    pub fn say(&mut self, frame: &[u8]) {
        if let Ok(Packet { id: Some(id), .. }) = Packet::parse(frame) {
            self.ids.entry(id).or_default().0 += 1;
        }
    }
}

impl Connection {
    pub fn new(remote: Address, is_open: bool) -> Self {
        Self {
            remote,
            is_open,
            half_closed: false,
            is_read: false,
            codec: FrameCodec::new(0),
            buffer: BytesMut::new(),
            written: 0,
            acknowledged: 0,
            told: Told::default(),
        }
    }

    /// It is read from now on, up to so long frames.
    pub fn read(&mut self, max_frame: usize) {
        assert!(self.is_open, "it is not there yet");
        assert!(max_frame <= MAX_FRAME);
        self.codec.set_limit(max_frame);
        self.is_read = true;
    }

    /// It is not read any more.
    pub fn pause(&mut self) {
        self.is_read = false;
    }

    /// Nothing is written to it any more.
    pub fn half_close(&mut self) {
        assert!(!self.half_closed, "it is closed already");
        self.half_closed = true;
    }

    /// The peer sends so many bytes more.
    pub fn send(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The peer sends a whole frame.
    pub fn send_frame(&mut self, content: &[u8]) {
        let length = u32::try_from(content.len()).expect("it is not that long");
        self.send(&length.to_be_bytes());
        self.send(content);
    }

    /// The next frame, if there is a whole one and it is read. An error is the end.
    pub fn next(&mut self) -> Result<Option<BytesMut>, ()> {
        if !self.is_open || !self.is_read {
            return Ok(None);
        }
        self.codec.decode(&mut self.buffer).map_err(drop)
    }

    /// Something is written to it.
    pub fn write(&mut self, frame: &Bytes, store: &Store, said: &mut Said) {
        assert!(self.is_open && !self.half_closed, "nothing can be written");
        let (header, content) = frame.split_at(HEADER);
        let length = u32::from_be_bytes(header.try_into().expect("four bytes"));
        assert_eq!(length as usize, content.len());
        assert!(content.len() <= MAX_FRAME, "{} bytes", content.len());
        let is_first = self.written == 0;
        self.written += frame.len() as u64;
        let json: Value = serde_json::from_slice(content).expect("it is JSON");
        assert!(
            json.as_object().is_some_and(|object| object.len() > 1),
            "{json}"
        );
        let packet = Packet::parse(content).expect("it is a packet");
        assert!(packet.timestamp.is_some(), "{json}");
        // Each begins with a handshake. One that is written to again gets another.
        let is_handshake = packet.status.is_some() && packet.status_message.is_some();
        assert!(
            is_handshake || !is_first && packet.features.is_none(),
            "{json}"
        );
        self.hear_presence(&packet);
        if let Some(text) = &packet.message {
            let id = packet.id.as_deref();
            assert!(store.has_own(id, text), "nobody has written that: {json}");
        }
        for id in packet.received.iter().flatten() {
            let known = said.ids.get_mut(id);
            let (said, confirmed) = known.unwrap_or_else(|| panic!("it was not said: {json}"));
            *confirmed += 1;
            assert!(confirmed <= said, "{id} is confirmed again");
            assert!(store.has_durable(id), "{id} is not durable");
        }
    }

    fn hear_presence(&mut self, packet: &Packet) {
        if let Some(status) = packet.status {
            self.told.status = Some(status);
        }
        if let Some(text) = &packet.status_message {
            self.told.text.clone_from(text);
        }
        if let Some(alias) = &packet.alias {
            assert!(!alias.is_empty(), "nobody is called that");
            self.told.alias.clone_from(alias);
        }
    }
}
