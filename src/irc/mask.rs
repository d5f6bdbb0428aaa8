//! Masks with `*` and `?`, as `WHO` and its like take them (modern IRC, "Wildcard
//! Expressions").

/// Whether `text` fits `mask`: `*` stands for any characters or none, `?` for exactly
/// one, `\*` and `\?` for themselves. ASCII letters match in either case, as under the
/// casemapping `ascii`.
///
/// No recursion and no allocation: when a character fails, only the last `*` is made to
/// take one more, so the work is at worst the product of the two lengths.
pub fn matches(mask: &str, text: &str) -> bool {
    let (mut mask, mut text) = (mask, text);
    // The mask behind the last `*`, and where in the text its try began.
    let mut retry: Option<(&str, &str)> = None;
    loop {
        if let Some(behind) = mask.strip_prefix('*') {
            retry = Some((behind, text));
            mask = behind;
            continue;
        }
        if mask.is_empty() && text.is_empty() {
            return true;
        }
        if let Some((mask_rest, text_rest)) = step(mask, text) {
            (mask, text) = (mask_rest, text_rest);
            continue;
        }
        let Some((behind, began)) = retry else {
            return false;
        };
        let mut later = began.chars();
        if later.next().is_none() {
            return false;
        }
        retry = Some((behind, later.as_str()));
        (mask, text) = (behind, later.as_str());
    }
}

/// Matches one character of the mask that is not `*`, and gives what is left of both.
fn step<'a>(mask: &'a str, text: &'a str) -> Option<(&'a str, &'a str)> {
    let mut mask_rest = mask.chars();
    let mut text_rest = text.chars();
    let (mut wanted, found) = (mask_rest.next()?, text_rest.next()?);
    let any = wanted == '?';
    if wanted == '\\' && mask_rest.as_str().starts_with(['*', '?']) {
        wanted = mask_rest.next()?;
    }
    let fits = any || wanted.eq_ignore_ascii_case(&found);
    fits.then_some((mask_rest.as_str(), text_rest.as_str()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wildcards_case_and_escapes() {
        for (mask, text) in [
            ("", ""),
            ("*", ""),
            ("***", "abc"),
            ("JOHN*", "johnsmith"),
            ("*smith", "JohnSmith"),
            ("j?hn*i*", "JohnSmith"),
            ("?", "é"),
            ("*?b", "ééb"),
            (r"a\*", "a*"),
            (r"a\b", r"A\B"),
            ("*ab", "aab"),
        ] {
            assert!(matches(mask, text), "{mask} {text}");
        }
        for (mask, text) in [
            ("", "a"),
            ("?", ""),
            ("?", "ab"),
            ("*??", "é"),
            (r"a\*", "ab"),
            ("a", ""),
            ("[a]", "{a}"),
            ("a*b", "abc"),
        ] {
            assert!(!matches(mask, text), "{mask} {text}");
        }
    }

    #[test]
    fn a_mask_of_many_stars_does_not_blow_up() {
        assert!(!matches(&"*a".repeat(2000), &"ab".repeat(1500)));
    }

    /// The plain definition, slow but evident.
    fn evident(mask: &[char], text: &[char]) -> bool {
        match (mask.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) => (0..=text.len()).any(|skip| evident(rest, &text[skip..])),
            (Some(('?', rest)), Some((_, after))) => evident(rest, after),
            (Some((wanted, rest)), Some((found, after))) => wanted == found && evident(rest, after),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn matches_what_the_definition_does(mask in "[aé*?]{0,8}", text in "[aéb]{0,8}") {
            let characters: (Vec<char>, Vec<char>) = (mask.chars().collect(), text.chars().collect());
            prop_assert_eq!(matches(&mask, &text), evident(&characters.0, &characters.1));
        }
    }
}
