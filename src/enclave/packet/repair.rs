//! Making JSON of what is nearly JSON. Only tried after a first reading has failed, so
//! that those who write it well do not pay for it.

/// A copy in which
/// * every byte sequence that is not UTF-8 is U+FFFD,
/// * every escape of a surrogate without its other half is `\ufffd`,
/// * control characters inside strings are escaped (a message with a plain newline in it
///   is what a JSON text put together by hand looks like).
///
/// Whatever else is wrong stays wrong.
pub(super) fn repaired(json: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(json);
    let mut rest = text.as_bytes();
    let mut out = Vec::with_capacity(rest.len());
    let mut in_string = false;
    while let [first, tail @ ..] = rest {
        let kept = match (first, tail) {
            (b'\\', _) => match surrogate_escape(rest) {
                Some(Surrogate::Pair) => 2 * ESCAPE,
                Some(Surrogate::Alone) => {
                    out.extend_from_slice(b"\\ufffd");
                    rest = &rest[ESCAPE..];
                    continue;
                }
                // The character behind a backslash is passed over with it, so that an
                // escaped quotation mark ends nothing.
                None => rest.len().min(2),
            },
            (b'"', _) => {
                in_string = !in_string;
                1
            }
            (control @ 0..0x20, _) if in_string => {
                out.extend_from_slice(b"\\u00");
                out.extend([hex(control >> 4), hex(control & 0xf)]);
                rest = tail;
                continue;
            }
            _ => {
                let is_special = |byte: &u8| matches!(byte, b'\\' | b'"' | 0..0x20);
                1 + tail.iter().position(is_special).unwrap_or(tail.len())
            }
        };
        out.extend_from_slice(&rest[..kept]);
        rest = &rest[kept..];
    }
    out
}

/// Bytes of `\uXXXX`.
const ESCAPE: usize = 6;

enum Surrogate {
    Pair,
    Alone,
}

/// What surrogate escapes the text begins with, if it does.
fn surrogate_escape(text: &[u8]) -> Option<Surrogate> {
    match escaped_unit(text)? {
        0xd800..0xdc00 => match text.get(ESCAPE..).and_then(escaped_unit) {
            Some(0xdc00..0xe000) => Some(Surrogate::Pair),
            _ => Some(Surrogate::Alone),
        },
        0xdc00..0xe000 => Some(Surrogate::Alone),
        _ => None,
    }
}

/// The UTF-16 unit whose escape the text begins with.
fn escaped_unit(text: &[u8]) -> Option<u16> {
    let digits: &[u8; 4] = text.strip_prefix(b"\\u")?.first_chunk()?;
    digits.iter().try_fold(0, |unit, &digit| {
        let value = char::from(digit).to_digit(16)?;
        Some(unit << 4 | value as u16)
    })
}

fn hex(digit: u8) -> u8 {
    b"0123456789abcdef"[usize::from(digit)]
}
