//! How wide text is on a terminal, for tables and for lines that are cut to fit.
//!
//! An estimate: what a character takes is up to the terminal and its fonts. East Asian
//! characters and emoji count two columns, marks that sit on other characters none.

/// The columns a text takes on a terminal.
pub fn width(text: &str) -> usize {
    text.chars().map(of_character).sum()
}

/// The text, cut to at most `columns` columns with an ellipsis where it does not fit.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let mut kept = String::new();
    for character in text.chars() {
        match left.checked_sub(of_character(character)) {
            Some(rest) => left = rest,
            None => break,
        }
        kept.push(character);
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

fn of_character(character: char) -> usize {
    match u32::from(character) {
        // Combining marks, zero-width spaces and joiners, variation selectors.
        0x0300..=0x036F | 0x200B..=0x200F | 0x20D0..=0x20FF | 0xFE00..=0xFE0F => 0,
        // Hangul, CJK, full-width forms, emoji.
        0x1100..=0x115F
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn widths_are_those_of_a_terminal() {
        assert_eq!(width("John"), 4);
        assert_eq!(width("Jürgen"), 6);
        assert_eq!(width("Ju\u{308}rgen"), 6);
        assert_eq!(width("王伟"), 4);
        assert_eq!(width("🎉"), 2);
    }

    #[test]
    fn what_does_not_fit_ends_with_an_ellipsis() {
        assert_eq!(cut("John", 4), "John");
        assert_eq!(cut("Johnny", 4), "Joh…");
        assert_eq!(cut("王伟芳", 4), "王…");
        assert_eq!(cut("Johnny", 0), "");
    }

    proptest! {
        #[test]
        fn a_cut_text_fits(text in any::<String>(), columns in 0usize..20) {
            prop_assert!(width(&cut(&text, columns)) <= columns);
        }
    }
}
