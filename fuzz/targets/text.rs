//! Text of any length and kind as it is shown: cut into lines, quoted, made a nick.

#![no_main]

use enclave_irc::columns;
use enclave_irc::irc::nick::{Folded, Nick, derive};
use enclave_irc::irc::text::{
    MINIMUM_ROOM, Spoken, action, clean, cut, lines, pack, quote_for_display, split, strip_ctcp,
};
use enclave_irc::nearest::nearest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&first, bytes)) = input.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(bytes);
    let room = usize::from(first);
    assert_lines(&text, room);
    assert_quoted(&text, room % 90);

    let beginning = cut(&text, room);
    assert!(beginning.len() <= room && text.starts_with(beginning));
    assert!(text.len() - beginning.len() < 4 || beginning.len() + 4 > room);
    assert!(columns::width(&columns::cut(&text, room)) <= room);

    if let Spoken::Action(_) | Spoken::Ctcp(_) = Spoken::parse(&text) {
        assert!(text.starts_with('\u{1}'));
    }
    let bare = strip_ctcp(&text);
    assert!(!bare.contains('\u{1}'));
    assert_eq!(Spoken::parse(&action(&text)), Spoken::Action(&bare));

    let nick = derive(&text, |_| false);
    assert_eq!(Nick::new(nick.as_str()), Some(nick.clone()));
    let taken = |other: &Folded| *other == nick.folded();
    let other = derive(&text, taken);
    assert!(Nick::new(other.as_str()).is_some() && other.folded() != nick.folded());
    nearest(&text, ["accept", "add", "block", "contacts"]);
});

fn assert_lines(text: &str, room: usize) {
    let mut all = String::new();
    for line in lines(text) {
        assert!(!line.contains(['\r', '\n', '\0']));
        let pieces: Vec<&str> = split(&line, room).collect();
        assert_eq!(pieces.concat(), line);
        for piece in &pieces {
            assert!((1..=room.max(MINIMUM_ROOM)).contains(&piece.len()));
        }
        for packed in pack(line.split(' '), " ", room) {
            assert!(packed.len() <= room || !packed.contains(' '));
        }
        all.push_str(&line);
    }
    let letters = |text: &str| text.replace(['\r', '\n', '\0', ' '], "");
    assert_eq!(letters(&all), letters(text), "something was lost");
    assert!(!clean(text).contains(['\r', '\n', '\0']));
    assert_eq!(letters(&clean(text)), letters(text));
}

fn assert_quoted(text: &str, columns: usize) {
    let quoted = quote_for_display(text, columns);
    assert!(quoted.chars().count() <= columns);
    assert!(!quoted.chars().any(char::is_control));
    assert!(!quoted.contains(['\u{202e}', '\u{200b}', '\u{2028}', '\u{feff}']));
    assert_eq!(quote_for_display(&quoted, columns), quoted);
}
