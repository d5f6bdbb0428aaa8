//! SASL as IRC carries it (IRCv3 `sasl-3.1`): mechanisms, and responses in pieces.

use std::fmt;

use base64ct::{Base64, Encoding};

/// How long a piece of a response is unless it is the last, characters.
const PIECE: usize = 400;

/// The longest response taken, characters of Base64. A password is not longer than this.
const RESPONSE: usize = 4 * PIECE;

/// The mechanisms offered, as they are listed.
pub const MECHANISMS: &str = "EXTERNAL,PLAIN";

/// How a client shows who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// With a password (RFC 4616).
    Plain,
    /// With the certificate of its connection (RFC 4422, appendix A).
    External,
}

impl Mechanism {
    /// The mechanism of that name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("PLAIN") {
            Some(Self::Plain)
        } else if name.eq_ignore_ascii_case("EXTERNAL") {
            Some(Self::External)
        } else {
            None
        }
    }
}

/// What one more piece of a response makes of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// More is to come.
    More,
    /// This is all of it, decoded.
    Whole(Vec<u8>),
    /// It is longer than what is taken.
    TooLong,
    /// It is no Base64.
    Garbled,
}

/// A response on its way in. Shows nothing of itself.
#[derive(Default)]
pub struct Response(String);

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Response(…)")
    }
}

impl Response {
    /// Adds a piece, as it stands behind AUTHENTICATE.
    pub fn add(&mut self, piece: &str) -> Piece {
        if piece != "+" {
            if piece.len() > PIECE || self.0.len() + piece.len() > RESPONSE {
                return Piece::TooLong;
            }
            self.0.push_str(piece);
            if piece.len() == PIECE {
                return Piece::More;
            }
        }
        match Base64::decode_vec(&std::mem::take(&mut self.0)) {
            Ok(response) => Piece::Whole(response),
            Err(_) => Piece::Garbled,
        }
    }
}

/// The password in a response of the mechanism PLAIN: `authzid NUL authcid NUL password`.
/// Whose it is does not matter where there is one person.
pub fn plain_password(response: &[u8]) -> Option<&str> {
    let mut parts = response.splitn(3, |byte| *byte == 0);
    let password = parts.nth(2)?;
    str::from_utf8(password)
        .ok()
        .filter(|password| !password.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification() {
        let mut response = Response::default();
        let Piece::Whole(whole) = response.add("amlsbGVzAGppbGxlcwBzZXNhbWU=") else {
            panic!("it is whole");
        };
        assert_eq!(plain_password(&whole), Some("sesame"));
    }

    #[test]
    fn pieces_are_put_together() {
        let password = "x".repeat(500);
        let encoded = Base64::encode_string(format!("\0me\0{password}").as_bytes());
        let mut response = Response::default();
        assert_eq!(response.add(&encoded[..400]), Piece::More);
        let Piece::Whole(whole) = response.add(&encoded[400..]) else {
            panic!("it is whole");
        };
        assert_eq!(plain_password(&whole), Some(password.as_str()));
    }

    #[test]
    fn a_last_piece_of_full_length_is_followed_by_a_plus() {
        let encoded = Base64::encode_string(&[b'a'; 300]);
        assert_eq!(encoded.len(), 400);
        let mut response = Response::default();
        assert_eq!(response.add(&encoded), Piece::More);
        assert_eq!(response.add("+"), Piece::Whole(vec![b'a'; 300]));
        assert_eq!(response.add("+"), Piece::Whole(Vec::new()));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let long = "A".repeat(400);
        let mut response = Response::default();
        assert_eq!(response.add(&format!("{long}A")), Piece::TooLong);
        for _ in 0..4 {
            assert_eq!(response.add(&long), Piece::More);
        }
        assert_eq!(response.add("AAAA"), Piece::TooLong);
        assert_eq!(Response::default().add("no base64!"), Piece::Garbled);
        for bad in [&b""[..], b"password", b"a\0b", b"a\0b\0", b"a\0b\0\xff"] {
            assert_eq!(plain_password(bad), None, "{bad:?}");
        }
    }
}
