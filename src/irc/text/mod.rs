//! What may stand inside a line, and how text of any length becomes lines.

use std::borrow::Cow;

pub use ctcp::{Spoken, action, strip_ctcp};
pub use quote::quote_for_display;
pub use split::{MINIMUM_ROOM, split};

mod ctcp;
mod quote;
mod split;

/// Whether any byte of a text is such. It does not stop at the first, and so looks at many
/// at a time: most texts that are looked at have none.
pub fn any_byte(text: &str, is_such: impl Fn(u8) -> bool) -> bool {
    text.bytes()
        .fold(false, |found, byte| found | is_such(byte))
}

/// Whether text may stand inside a line as it is: it has no CR, LF or NUL.
pub fn is_clean(text: &str) -> bool {
    !any_byte(text, |byte| matches!(byte, b'\0' | b'\r' | b'\n'))
}

/// Text as it may stand inside a line: NUL is dropped, CR and LF become spaces. The one
/// gate; all else, formatting codes too, is the writer's own affair.
pub fn clean(text: &str) -> Cow<'_, str> {
    if is_clean(text) {
        return Cow::Borrowed(text);
    }
    let mut clean = text.replace('\0', "");
    if clean.contains(['\r', '\n']) {
        clean = clean.replace("\r\n", " ").replace(['\r', '\n'], " ");
    }
    Cow::Owned(clean)
}

/// The beginning of a text, at most `room` bytes, cut between two characters.
pub fn cut(text: &str, room: usize) -> &str {
    let mut end = room.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The lines of a message, divided at LF, CR LF or CR, each of them clean.
///
/// A line end at the very end of the message ends the line before it and does not begin
/// another. Empty text has no lines.
pub fn lines(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(['\r', '\n']).unwrap_or(rest.len());
        let line = clean(&rest[..end]);
        rest = &rest[end..];
        rest = rest
            .strip_prefix("\r\n")
            .or_else(|| rest.strip_prefix(['\r', '\n']))
            .unwrap_or(rest);
        Some(line)
    })
}

/// Puts words into lines of at most `room` bytes, as many as fit into each; at least one
/// line, which may be empty. A word longer than the room has a line to itself.
pub fn pack<T: AsRef<str>>(
    words: impl IntoIterator<Item = T>,
    separator: &str,
    room: usize,
) -> Vec<String> {
    let mut lines = vec![];
    let mut line = String::new();
    for word in words {
        let word = word.as_ref();
        if !line.is_empty() {
            if line.len() + separator.len() + word.len() > room {
                lines.push(std::mem::take(&mut line));
            } else {
                line.push_str(separator);
            }
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &str) -> Vec<String> {
        lines(text).map(Cow::into_owned).collect()
    }

    #[test]
    fn every_newline_divides_and_no_gap_is_lost() {
        assert_eq!(all("a\nb\r\nc\rd"), ["a", "b", "c", "d"]);
        assert_eq!(all("a\n\n\r\nb\n"), ["a", "", "", "b"]);
        assert_eq!(all("a\0b\n\0"), ["ab", ""]);
        assert_eq!(all("\n"), [""]);
        assert_eq!(all("x"), ["x"]);
        assert!(all("").is_empty());
    }

    #[test]
    fn clean_text_holds_no_line_end_and_no_nul() {
        assert_eq!(clean("a\r\nb\nc\rd\0e"), "a b c de");
        assert!(matches!(
            clean("\u{2}bold\u{1}"),
            Cow::Borrowed("\u{2}bold\u{1}")
        ));
    }

    #[test]
    fn words_are_packed() {
        assert_eq!(
            pack(["a", "bb", "ccc", "dddddd", "e"], ", ", 5),
            ["a, bb", "ccc", "dddddd", "e"]
        );
        assert_eq!(pack::<&str>([], " ", 5), [""]);
    }

    proptest! {
        #[test]
        fn lines_lose_only_nul(text in "[a\r\n\0é ]{0,20}") {
            let lines = all(&text);
            prop_assert!(lines.iter().all(|line| !line.contains(['\r', '\n', '\0'])));
            let letters = |text: &str| text.replace([' ', '\r', '\n', '\0'], "");
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
