//! A stranger's words, shown among our own.

/// Makes text safe to show within a line of ours: on one line, with nothing that formats,
/// reverses, hides or controls, at most `columns` characters. Text that was cut ends in `…`.
pub fn quote_for_display(text: &str, columns: usize) -> String {
    let mut quoted = String::new();
    let mut shown = 0;
    // Where to cut, once there turns out to be one character too many.
    let mut cut = 0;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\u{3}' => skip_colour(&mut rest, 2, |c| c.is_ascii_digit()),
            '\u{4}' => skip_colour(&mut rest, 6, |c| c.is_ascii_hexdigit()),
            _ => {}
        }
        let c = match c {
            '\r' if rest.as_str().starts_with('\n') => continue,
            '\r' | '\n' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
            c if is_unseen(c) => continue,
            c => c,
        };
        if shown == columns {
            quoted.truncate(cut);
            if columns > 0 {
                quoted.push('…');
            }
            break;
        }
        cut = quoted.len();
        quoted.push(c);
        shown += 1;
    }
    quoted
}

/// Passes over what follows a colour code: a colour, and one for the background behind a
/// comma.
fn skip_colour(rest: &mut std::str::Chars<'_>, longest: usize, is_digit: fn(&char) -> bool) {
    let digits = |text: &str| text.chars().take(longest).take_while(is_digit).count();
    let text = rest.as_str();
    let front = digits(text);
    if front == 0 {
        return;
    }
    let mut length = front;
    if let Some(behind) = text[front..].strip_prefix(',') {
        let back = digits(behind);
        if back > 0 {
            length += 1 + back;
        }
    }
    // All of them are ASCII, so that bytes are characters.
    *rest = text[length..].chars();
}

/// Control characters, formatting codes among them, and characters that show nothing or
/// change the direction of what follows.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formatting_and_trickery_are_gone() {
        for (text, quoted) in [
            ("hi\r\nthere\tyou\n", "hi there you "),
            ("\u{2}b\u{2} \u{1d}i\u{1f}u\u{16}r\u{f}", "b iur"),
            ("\u{3}4,12red\u{3}, \u{3}123\u{3}5,x", "red, 3,x"),
            ("\u{4}ff0000,00ff00x\u{4}ff", "x"),
            ("a\u{202e}b\u{200b}c\u{feff}d\u{1b}[31m", "abcd[31m"),
            ("\u{1}ACTION x\u{1}", "ACTION x"),
            ("😀 ü 王", "😀 ü 王"),
        ] {
            assert_eq!(quote_for_display(text, 80), quoted, "{text:?}");
        }
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        assert_eq!(quote_for_display("abcdef", 6), "abcdef");
        assert_eq!(quote_for_display("abcdefg", 6), "abcde…");
        assert_eq!(quote_for_display("abcdef\u{200b}\u{2}", 6), "abcdef");
        assert_eq!(quote_for_display("ab", 0), "");
        assert_eq!(quote_for_display("王王", 1), "…");
    }

    proptest! {
        #[test]
        fn what_is_shown_fits_and_is_harmless(text in "[\\PC\u{0}-\u{1f}\u{202a}-\u{202e}0-9,]{0,60}", columns in 0..20usize) {
            let quoted = quote_for_display(&text, columns);
            prop_assert!(quoted.chars().count() <= columns);
            prop_assert!(!quoted.chars().any(is_unseen));
            prop_assert_eq!(quote_for_display(&quoted, columns), quoted);
        }
    }
}
