//! A stream of frames in arbitrary pieces, under a limit that may change on the way.

#![no_main]

use bytes::{Buf, BytesMut};
use enclave_irc::enclave::codec::{FrameCodec, HEADER};
use libfuzzer_sys::fuzz_target;
use tokio_util::codec::Decoder;

fuzz_target!(|input: &[u8]| {
    let Some((&first, rest)) = input.split_first() else {
        return;
    };
    let limit = usize::from(first);
    let (pieces, stream) = rest.split_at(rest.len().min(1 + limit % 16));
    let (expected, is_bad) = plainly(stream, limit);

    let mut codec = FrameCodec::new(limit);
    let mut buffer = BytesMut::new();
    let mut frames = expected.iter();
    let mut rest = stream;
    let mut failed = false;
    for piece in pieces.iter().cycle() {
        let (now, later) = rest.split_at(rest.len().min(1 + usize::from(*piece)));
        rest = later;
        buffer.extend_from_slice(now);
        let room = buffer.capacity();
        loop {
            match codec.decode(&mut buffer) {
                Ok(Some(frame)) => assert_eq!(frames.next().copied(), Some(&*frame)),
                Ok(None) => break,
                Err(_) => {
                    failed = true;
                    break;
                }
            }
        }
        assert!(buffer.capacity() <= room, "it has taken memory");
        // What waits is one frame that is not whole.
        assert!(failed || buffer.remaining() < HEADER + limit);
        if failed || rest.is_empty() {
            break;
        }
    }
    if !pieces.is_empty() {
        assert_eq!(failed, is_bad);
        assert_eq!(frames.next(), None);
    }
});

/// What the specification says, said once more: the frames of a stream that is there as a
/// whole, and whether it ends in one that is too long.
fn plainly(mut stream: &[u8], limit: usize) -> (Vec<&[u8]>, bool) {
    let mut frames = Vec::new();
    while stream.len() >= HEADER {
        let length = u64::from(stream[0]) << 24
            | u64::from(stream[1]) << 16
            | u64::from(stream[2]) << 8
            | u64::from(stream[3]);
        if length > limit as u64 {
            return (frames, true);
        }
        let length = length as usize;
        if stream.len() < HEADER + length {
            break;
        }
        frames.push(&stream[HEADER..HEADER + length]);
        stream = &stream[HEADER + length..];
    }
    (frames, false)
}
