//! One long line into several that fit.

/// The least room a piece is given, bytes: that of any one character in UTF-8.
pub const MINIMUM_ROOM: usize = 4;

/// How far back from the end of the room a cut is looked for that does not take a written
/// sign apart, bytes. Longer signs are not honest writing.
const LONGEST_SIGN: usize = 64;

/// Divides a line into pieces of at most `room` bytes (taken as [`MINIMUM_ROOM`] if it is
/// less): behind a space where there is one, else between two written signs, else
/// between two characters. A space stays at the end of its piece, so the pieces
/// put together are the line. None is empty.
pub fn split(line: &str, room: usize) -> impl Iterator<Item = &str> {
    let room = room.max(MINIMUM_ROOM);
    let mut rest = line;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, after) = rest.split_at(cut(rest, room));
        rest = after;
        Some(piece)
    })
}

/// Where to cut so that at most `room` bytes come before it.
fn cut(text: &str, room: usize) -> usize {
    if text.len() <= room {
        return text.len();
    }
    let mut end = room;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    if let Some(space) = text[..end].rfind(' ') {
        return space + 1;
    }
    let mut at = end;
    while at > 0 && end - at <= LONGEST_SIGN {
        if !is_within_sign(text, at) {
            return at;
        }
        at -= text[..at].chars().next_back().map_or(1, char::len_utf8);
    }
    end
}

/// Whether the characters on both sides of `at` are written as one sign: a letter and its
/// accent, an emoji and its skin, the people of a family, the letters of a flag.
fn is_within_sign(text: &str, at: usize) -> bool {
    let (before, after) = text.split_at(at);
    let (Some(previous), Some(next)) = (before.chars().next_back(), after.chars().next()) else {
        return false;
    };
    let is_flag_letter = |c: &char| ('\u{1f1e6}'..='\u{1f1ff}').contains(c);
    if is_flag_letter(&next) && is_flag_letter(&previous) {
        let letters = before.chars().rev().take_while(is_flag_letter);
        return letters.count() % 2 == 1;
    }
    previous == '\u{200d}' || joins_previous(next)
}

/// Whether a character belongs to the one before it: joiners, variation selectors, skin
/// tones, tags, and the combining marks of the common scripts. Not the whole of
/// Unicode's rule: where it misses one, an accent ends up on the next line.
fn joins_previous(c: char) -> bool {
    matches!(c,
        '\u{200c}'..='\u{200d}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0100}'..='\u{e01ef}'
        | '\u{1f3fb}'..='\u{1f3ff}'
        | '\u{e0020}'..='\u{e007f}'
        | '\u{0300}'..='\u{036f}'
        | '\u{0483}'..='\u{0489}'
        | '\u{0591}'..='\u{05bd}'
        | '\u{05bf}'..='\u{05c7}'
        | '\u{064b}'..='\u{065f}'
        | '\u{0670}'
        | '\u{0900}'..='\u{0903}'
        | '\u{093a}'..='\u{093c}'
        | '\u{093e}'..='\u{094f}'
        | '\u{0981}'..='\u{0983}'
        | '\u{09bc}'..='\u{09cd}'
        | '\u{0bbe}'..='\u{0bcd}'
        | '\u{0e31}'
        | '\u{0e33}'..='\u{0e3a}'
        | '\u{0e47}'..='\u{0e4e}'
        | '\u{0eb1}'
        | '\u{0eb3}'..='\u{0ebc}'
        | '\u{1160}'..='\u{11ff}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{3099}'..='\u{309a}'
        | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pieces(line: &str, room: usize) -> Vec<&str> {
        split(line, room).collect()
    }

    #[test]
    fn cuts_behind_spaces_where_there_are_some() {
        assert_eq!(pieces("one two three", 8), ["one two ", "three"]);
        assert_eq!(pieces("one two three", 7), ["one ", "two ", "three"]);
        assert_eq!(pieces("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(pieces("      ", 4), ["    ", "  "]);
        assert_eq!(pieces("exact", 5), ["exact"]);
        assert!(pieces("", 5).is_empty());
    }

    #[test]
    fn written_signs_stay_whole_where_there_is_room() {
        for sign in [
            "e\u{301}",
            "👍🏽",
            "👩\u{200d}👩\u{200d}👧",
            "❤\u{fe0f}",
            "🇩🇪",
            "ก\u{e33}\u{e49}",
        ] {
            let line = sign.repeat(200);
            for room in 380..420 {
                for piece in pieces(&line, room) {
                    assert_eq!(piece.replace(sign, ""), "", "{sign} at {room}");
                }
            }
        }
    }

    #[test]
    fn a_sign_without_end_is_cut_all_the_same() {
        let zalgo = "\u{301}".repeat(10_000);
        assert!(pieces(&zalgo, 400).iter().all(|piece| piece.len() == 400));
        let flags = "🇩".repeat(10_000);
        assert!(pieces(&flags, 400).len() <= 101);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_each_piece_fits(
            line in "\\PC{0,60}|[a-z ]{0,80}|[\u{301}\u{200d}\u{1f1e9}👩é ]{0,60}",
            room in 0..40usize,
        ) {
            let pieces = pieces(&line, room);
            prop_assert_eq!(&pieces.concat(), &line);
            prop_assert!(pieces.iter().all(|piece| !piece.is_empty()));
            prop_assert!(pieces.iter().all(|piece| piece.len() <= room.max(MINIMUM_ROOM)));
        }
    }
}
