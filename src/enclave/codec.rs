//! Frames: where on the stream a packet begins and ends (Enclave specification, "Network
//! Protocol"). Four bytes of length, most significant first, then that many bytes.
//!
//! `tokio_util`'s `LengthDelimitedCodec` reads the same format, and the tests hold this
//! one against it. It takes the whole announced length from the allocator when a header
//! arrives, though, and room for the next header behind each frame; with thousands of
//! links, that is memory for bytes that may never come.

use std::fmt;
use std::io;

use bytes::{Buf, BytesMut};
use tokio_util::codec::Decoder;

use crate::pipe::Limited;

/// Bytes of length before the content.
pub const HEADER: usize = 4;

/// The longest content taken from a contact unless configured otherwise, bytes: hours of
/// writing in one message, and still nothing that could exhaust a small machine.
pub const MAX_FRAME: usize = 1024 * 1024;

/// Cuts a stream of bytes into the contents of its frames. Holds no memory of its own,
/// and takes none for a frame before its bytes have come.
#[derive(Clone, Debug)]
pub struct FrameCodec {
    limit: usize,
}

impl FrameCodec {
    /// A codec that takes contents of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit }
    }
}

/// The limit applies to the frame that is arriving, too.
impl Limited for FrameCodec {
    fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }
}

impl Decoder for FrameCodec {
    type Item = BytesMut;
    type Error = BadFrame;

    fn decode(&mut self, source: &mut BytesMut) -> Result<Option<BytesMut>, BadFrame> {
        let Some(&header) = source.first_chunk::<HEADER>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(header);
        let content = usize::try_from(length).unwrap_or(usize::MAX);
        if content > self.limit {
            return Err(BadFrame::TooLong {
                length,
                limit: self.limit,
            });
        }
        if source.len() - HEADER < content {
            return Ok(None);
        }
        source.advance(HEADER);
        Ok(Some(source.split_to(content)))
    }
}

/// Why a stream cannot be read on: after a frame that is not taken, nobody knows where the
/// next one begins. Its display is made for a person.
#[derive(Debug)]
pub enum BadFrame {
    /// The header announces more than is taken.
    TooLong {
        /// What it announces, bytes.
        length: u32,
        /// What is taken, bytes.
        limit: usize,
    },
    /// Reading failed; asked for by [`Decoder`], and of no use where bytes come from a
    /// [`Pipe`](crate::pipe::Pipe).
    Io(io::Error),
}

impl fmt::Display for BadFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length, limit } => {
                write!(f, "a frame of {length} bytes, over the limit of {limit}")
            }
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BadFrame {}

impl From<io::Error> for BadFrame {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use tokio_util::codec::LengthDelimitedCodec;

    /// What a decoder makes of a stream that arrives in these pieces, up to an error.
    fn decoded<D: Decoder<Item = BytesMut>>(
        mut decoder: D,
        pieces: &[&[u8]],
    ) -> (Vec<BytesMut>, bool) {
        let mut source = BytesMut::new();
        let mut frames = Vec::new();
        for piece in pieces {
            source.extend_from_slice(piece);
            loop {
                match decoder.decode(&mut source) {
                    Ok(Some(frame)) => frames.push(frame),
                    Ok(None) => break,
                    Err(_) => return (frames, true),
                }
            }
        }
        (frames, false)
    }

    fn framed(contents: &[Vec<u8>]) -> Vec<u8> {
        let mut stream = Vec::new();
        for content in contents {
            stream.extend_from_slice(&u32::try_from(content.len()).unwrap().to_be_bytes());
            stream.extend_from_slice(content);
        }
        stream
    }

    #[test]
    fn the_example_of_the_specification() {
        let mut stream = vec![0x00, 0x00, 0x01, 0x00];
        stream.extend_from_slice(&[b'x'; 256]);
        let (frames, failed) = decoded(FrameCodec::new(MAX_FRAME), &[&stream]);
        assert_eq!(frames, [[b'x'; 256].as_slice()]);
        assert!(!failed);
    }

    #[test]
    fn an_oversize_header_is_refused_by_name_and_takes_no_memory() {
        let mut source = BytesMut::from([0x00, 0x10, 0x00, 0x01].as_slice());
        let before = source.capacity();
        let error = FrameCodec::new(MAX_FRAME).decode(&mut source).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a frame of 1048577 bytes, over the limit of 1048576"
        );
        assert_eq!(source.capacity(), before);
    }

    #[test]
    fn an_announced_frame_takes_no_memory_before_it_comes() {
        let mut source = BytesMut::from([0x00, 0x10, 0x00, 0x00, b'{'].as_slice());
        let before = source.capacity();
        let mut codec = FrameCodec::new(MAX_FRAME);
        assert!(codec.decode(&mut source).unwrap().is_none());
        assert_eq!(source.capacity(), before);
    }

    #[test]
    fn a_raised_limit_holds_for_the_frame_that_is_arriving() {
        let mut source = BytesMut::from([0, 0, 0, 9, b'1', b'2'].as_slice());
        let mut codec = FrameCodec::new(9);
        assert!(codec.decode(&mut source).unwrap().is_none());
        codec.set_limit(100);
        source.extend_from_slice(b"3456789");
        assert_eq!(
            &codec.decode(&mut source).unwrap().unwrap()[..],
            b"123456789"
        );
    }

    proptest! {
        #[test]
        fn frames_split_anywhere_decode_the_same(
            contents in vec(vec(any::<u8>(), 0..40), 0..6),
            pieces in vec(1..20usize, 0..300),
        ) {
            let stream = framed(&contents);
            let whole = decoded(FrameCodec::new(40), &[&stream]);
            prop_assert_eq!(&whole.0, &contents);
            prop_assert!(!whole.1);
            for at in 0..=stream.len() {
                let (left, right) = stream.split_at(at);
                prop_assert_eq!(&decoded(FrameCodec::new(40), &[left, right]), &whole);
            }
            let mut rest = stream.as_slice();
            let mut cut = Vec::new();
            for size in pieces {
                let (piece, tail) = rest.split_at(size.min(rest.len()));
                cut.push(piece);
                rest = tail;
            }
            cut.push(rest);
            prop_assert_eq!(&decoded(FrameCodec::new(40), &cut), &whole);
        }

        #[test]
        fn any_bytes_decode_as_length_delimited_codec_decodes_them(
            contents in vec(vec(any::<u8>(), 0..30), 0..4),
            junk in vec(0..3u8, 0..40),
        ) {
            let mut stream = framed(&contents);
            stream.extend_from_slice(&junk);
            let theirs = LengthDelimitedCodec::builder().max_frame_length(20).new_codec();
            prop_assert_eq!(
                decoded(FrameCodec::new(20), &[&stream]),
                decoded(theirs, &[&stream])
            );
        }
    }
}
