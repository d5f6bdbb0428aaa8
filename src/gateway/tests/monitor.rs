//! MONITOR, sentence by sentence.

use super::*;

use super::super::commands::MONITOR_LIMIT;

const JOHN_ONLINE: &str = ":enclave.local 730 alice :John!enclave@fc00::1";

fn watching(list: &str) -> (World, ClientId) {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.say(alice, "PART &enclave");
    world.say(alice, &format!("MONITOR + {list}"));
    world.heard(alice);
    (world, alice)
}

fn list(world: &mut World, client: ClientId) -> Vec<String> {
    world.say(client, "MONITOR L");
    let mut heard = world.heard(client);
    let end = heard.pop().unwrap();
    assert_eq!(end, ":enclave.local 733 alice :End of MONITOR list");
    let names = heard.iter().flat_map(|line| {
        let names = line.strip_prefix(":enclave.local 732 alice :").unwrap();
        names.split(',').map(str::to_owned)
    });
    names.collect()
}

#[test]
fn what_is_added_is_told_whether_it_is_online() {
    let (mut world, alice) = watching("x");
    world.online(JOHN);
    world.say(alice, "MONITOR + john,Mary,nobody");
    assert_eq!(
        world.heard(alice),
        [JOHN_ONLINE, ":enclave.local 731 alice :Mary,nobody"]
    );
    world.say(alice, "MONITOR + ALICE,Enclave");
    assert_eq!(
        world.heard(alice),
        [":enclave.local 730 alice :alice!alice@localhost,enclave!enclave@enclave.local"]
    );
}

#[test]
fn a_target_in_the_list_is_not_added_again() {
    let (mut world, alice) = watching("John,mary,MARY");
    world.say(alice, "MONITOR + JOHN,Mary");
    assert!(world.heard(alice).is_empty());
    world.say(alice, "MONITOR + JOHN,bob,BOB");
    assert_eq!(world.heard(alice), [":enclave.local 731 alice :bob"]);
    assert_eq!(list(&mut world, alice), ["bob", "John", "mary"]);
    world.online(JOHN);
    assert_eq!(world.heard(alice), [JOHN_ONLINE], "once");
}

#[test]
fn masks_and_impossible_nicks_are_refused_without_the_rest() {
    let (mut world, alice) = watching("x");
    let long = "n".repeat(31);
    let targets = format!("*!*@fc00::1,J?hn,*,1st,-a,&enclave,a b,é,,{long},John,a.b,");
    world.say(alice, &format!("MONITOR + :{targets}"));
    assert_eq!(world.heard(alice), [":enclave.local 731 alice :John"]);
    assert_eq!(list(&mut world, alice), ["John", "x"]);
    world.say(alice, "MONITOR + *");
    assert!(world.heard(alice).is_empty());
}

#[test]
fn removing_and_clearing_say_nothing_and_end_it() {
    let (mut world, alice) = watching("John,Mary,bob");
    world.say(alice, "MONITOR - JOHN,nobody,,*");
    assert!(world.heard(alice).is_empty());
    assert_eq!(list(&mut world, alice), ["bob", "Mary"]);
    world.online(JOHN);
    assert!(world.heard(alice).is_empty());
    world.say(alice, "MONITOR c");
    assert!(world.heard(alice).is_empty());
    assert!(list(&mut world, alice).is_empty());
    world.online(MARY);
    assert!(world.heard(alice).is_empty());
}

#[test]
fn status_tells_of_each_and_an_empty_list_of_none() {
    let (mut world, alice) = watching("mary,JOHN,enclave");
    world.online(JOHN);
    world.heard(alice);
    for line in ["MONITOR S", "monitor s"] {
        world.say(alice, line);
        assert_eq!(
            world.heard(alice),
            [
                ":enclave.local 730 alice :enclave!enclave@enclave.local,John!enclave@fc00::1",
                ":enclave.local 731 alice :mary",
            ]
        );
    }
    world.say(alice, "MONITOR C");
    world.say(alice, "MONITOR S");
    assert!(world.heard(alice).is_empty());
}

#[test]
fn without_targets_or_with_another_modifier_it_is_refused() {
    let (mut world, alice) = watching("x");
    for line in [
        "MONITOR",
        "MONITOR +",
        "MONITOR + :",
        "MONITOR -",
        "MONITOR X a",
        "MONITOR :",
    ] {
        world.say(alice, line);
        let heard = world.heard(alice);
        assert_eq!(heard.len(), 1, "{line}: {heard:?}");
        assert!(
            heard[0].contains(" 461 alice MONITOR :"),
            "{line}: {heard:?}"
        );
    }
}

#[test]
fn lists_take_as_few_lines_as_they_can() {
    let (mut world, alice) = watching("x");
    world.say(alice, "MONITOR C");
    let nicks: Vec<String> = (0..100).map(|number| format!("nick{number:02}")).collect();
    world.say(alice, &format!("MONITOR + {}", nicks.join(",")));
    let offline = world.heard(alice);
    world.say(alice, "MONITOR L");
    let mut listed = world.heard(alice);
    listed.pop();
    for lines in [offline, listed] {
        let (last, full) = lines.split_last().unwrap();
        for line in full {
            // One name more, and CR LF would have been beyond 512 bytes.
            assert!(line.len() <= 510, "{line}");
            assert!(line.len() + ",nick00".len() > 510, "{line}");
        }
        assert!(last.len() <= 510);
        let names = lines.iter().flat_map(|line| line.rsplit(':').next());
        let names: Vec<&str> = names.flat_map(|names| names.split(',')).collect();
        assert_eq!(names, nicks);
    }
}

#[test]
fn a_full_list_names_the_limit_and_what_did_not_fit_as_sent() {
    let (mut world, alice) = watching("x");
    world.say(alice, "MONITOR C");
    let nicks: Vec<String> = (0..MONITOR_LIMIT - 1).map(|n| format!("n{n}")).collect();
    for some in nicks.chunks(50) {
        world.say(alice, &format!("MONITOR + {}", some.join(",")));
    }
    world.heard(alice);
    world.say(alice, "MONITOR + N1,Last,n2,One,*,TWO");
    let full = format!(":enclave.local 734 alice {MONITOR_LIMIT} One,TWO :Monitor list is full.");
    assert_eq!(
        world.heard(alice),
        [":enclave.local 731 alice :Last", full.as_str()]
    );
    assert_eq!(list(&mut world, alice).len(), MONITOR_LIMIT);
    // Lines of their own where they are too many for one; none is cut.
    let long: Vec<String> = (0..40)
        .map(|n| format!("{}{n:02}", "z".repeat(28)))
        .collect();
    world.say(alice, &format!("MONITOR + {}", long.join(",")));
    let refused = world.heard(alice);
    assert!(refused.len() > 1);
    let names: Vec<&str> = (refused.iter())
        .map(|line| line.strip_suffix(" :Monitor list is full.").unwrap())
        .flat_map(|line| line.rsplit(' ').next().unwrap().split(','))
        .collect();
    assert_eq!(names, long);
    world.say(alice, "MONITOR - n0");
    world.say(alice, "MONITOR + One");
    assert_eq!(world.heard(alice), [":enclave.local 731 alice :One"]);
}

#[test]
fn who_comes_goes_and_is_renamed_is_told_at_once() {
    let (mut world, alice) = watching("john,johnny");
    world.online(JOHN);
    assert_eq!(world.heard(alice), [JOHN_ONLINE]);
    world.event(Event::BookRead(Ok(Book {
        contacts: vec![contact("Johnny", JOHN), contact("Mary", MARY)],
        ..Book::default()
    })));
    assert_eq!(
        world.heard(alice),
        [
            ":enclave.local 731 alice :John",
            ":enclave.local 730 alice :Johnny!enclave@fc00::1"
        ]
    );
    world.packet(JOHN, r#"{"status":0}"#);
    assert_eq!(world.heard(alice), [":enclave.local 731 alice :Johnny"]);
    world.online(JOHN);
    world.heard(alice);
    world.event(Event::BookRead(Ok(Book {
        contacts: vec![contact("Mary", MARY)],
        ..Book::default()
    })));
    assert_eq!(world.heard(alice), [":enclave.local 731 alice :Johnny"]);
}

#[test]
fn a_notice_is_no_part_of_a_labelled_answer() {
    let mut world = World::new();
    let alice = world.attached("alice", "batch labeled-response");
    world.say(alice, "PART &enclave");
    world.say(alice, "MONITOR + John");
    world.online(JOHN);
    world.heard(alice);
    // Going dark, which this asks for, takes John away before it is answered.
    world.say(alice, "@label=7 PRIVMSG enclave :status offline bye");
    let heard = world.heard(alice);
    assert!(
        heard.contains(&":enclave.local 731 alice :John".to_owned()),
        "{heard:?}"
    );
    assert!(heard.iter().any(|line| line.contains("label=7")));
}
