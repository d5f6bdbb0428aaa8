//! WHO, WHOX.

use super::*;

fn linked() -> (World, ClientId) {
    let mut world = World::new();
    let alice = world.attached("alice", "");
    world.online(JOHN);
    world.packet(JOHN, r#"{"status":2}"#);
    world.heard(alice);
    (world, alice)
}

#[test]
fn who_of_the_channel_lists_who_is_in_it() {
    let (mut world, alice) = linked();
    world.say(alice, "WHO &Enclave");
    assert_eq!(
        world.heard(alice),
        [
            ":enclave.local 352 alice &enclave alice localhost enclave.local alice H :0 alice",
            ":enclave.local 352 alice &enclave enclave enclave.local enclave.local enclave H@B \
             :0 Commands: /msg enclave help",
            ":enclave.local 352 alice &enclave enclave fc00::1 enclave.local John G :0 John Smith",
            ":enclave.local 315 alice &Enclave :End of WHO list",
        ]
    );
    world.say(alice, "PART &enclave");
    world.heard(alice);
    world.say(alice, "WHO &enclave");
    assert_eq!(
        world.heard(alice).len(),
        3,
        "it is not in the channel itself"
    );
    world.say(alice, "WHO alice");
    assert_eq!(
        world.heard(alice)[0],
        ":enclave.local 352 alice * alice localhost enclave.local alice H :0 alice"
    );
}

#[test]
fn whox_gives_the_fields_asked_for_in_their_order() {
    let (mut world, alice) = linked();
    // As gamja asks.
    world.say(alice, "WHO John %tfhnrua,0");
    assert_eq!(
        world.heard(alice),
        [
            ":enclave.local 354 alice 0 enclave fc00::1 John G fc00::1 :John Smith",
            ":enclave.local 315 alice John :End of WHO list",
        ]
    );
    world.pass(Duration::from_secs(7));
    world.say(alice, "WHO alice %rolatdifsnhuc,1234");
    assert_eq!(
        world.heard(alice)[0],
        ":enclave.local 354 alice 0 &enclave alice 255.255.255.255 localhost enclave.local \
         alice H 0 7 fc00::5 n/a alice"
    );
    world.say(alice, "WHO * o%n");
    assert_eq!(world.heard(alice).len(), 1, "there are no operators");
}

/// The nicks in the lines of an answer.
fn nicks(world: &mut World, client: ClientId, line: &str) -> Vec<String> {
    world.say(client, line);
    let mut heard = world.heard(client);
    let end = heard.pop().unwrap();
    assert!(end.ends_with(" :End of WHO list"), "{end}");
    let nick = |line: &String| {
        assert!(line.starts_with(":enclave.local 352 alice "), "{line}");
        line.split(' ').nth(7).unwrap().to_owned()
    };
    heard.iter().map(nick).collect()
}

#[test]
fn a_mask_is_held_against_every_part_of_who_is_online() {
    let (mut world, alice) = linked();
    for (mask, found) in [
        ("j*n", &["John"][..]),
        ("JOHN", &["John"]),
        ("fc00::1", &["John"]),
        ("*smith", &["John"]),
        ("*!enclave@fc00::*", &["John"]),
        ("localhost", &["alice"]),
        // An own client's account is our address.
        ("fc00::5", &["alice"]),
        ("fc00::?", &["alice", "John"]),
        // A nick before a user name.
        ("enclave", &["enclave"]),
        ("encl*", &["enclave", "John"]),
        ("nobody", &[]),
        // Mary is offline.
        ("Mary", &[]),
        ("fc00::9", &[]),
        ("#elsewhere", &[]),
        ("*", &["alice", "enclave", "John"]),
        ("0", &["alice", "enclave", "John"]),
    ] {
        assert_eq!(
            nicks(&mut world, alice, &format!("WHO {mask}")),
            found,
            "{mask}"
        );
    }
    let everybody = ["alice", "enclave", "John"];
    assert_eq!(nicks(&mut world, alice, "WHO"), everybody);
    assert!(nicks(&mut world, alice, "WHO * o").is_empty());
    assert!(nicks(&mut world, alice, "WHO &enclave o").is_empty());
}

#[test]
fn flags_tell_who_is_away_has_voice_or_is_a_program() {
    let (mut world, alice) = linked();
    world.online(MARY);
    world.say(alice, "AWAY :lunch");
    world.heard(alice);
    world.say(alice, "WHO * %nf");
    assert_eq!(
        world.heard(alice),
        [
            ":enclave.local 354 alice alice G",
            ":enclave.local 354 alice enclave H@B",
            ":enclave.local 354 alice John G",
            ":enclave.local 354 alice Mary H+",
            ":enclave.local 315 alice * :End of WHO list",
        ]
    );
}

#[test]
fn each_field_of_whox_alone() {
    let (mut world, alice) = linked();
    world.packet(JOHN, r#"{"status":1,"status-message":""}"#);
    world.heard(alice);
    let all = [
        ('t', "7"),
        ('c', "&enclave"),
        ('u', "enclave"),
        ('i', "fc00::1"),
        ('h', "fc00::1"),
        ('s', "enclave.local"),
        ('n', "John"),
        ('f', "H+"),
        ('d', "0"),
        ('l', "0"),
        ('a', "fc00::1"),
        ('o', "n/a"),
        ('r', ":John Smith"),
    ];
    for (field, value) in all {
        world.say(alice, &format!("WHO John %{field},7"));
        let line = format!(":enclave.local 354 alice {value}");
        assert_eq!(world.heard(alice)[0], line, "{field}");
    }
    let values = all.map(|(_, value)| value).join(" ");
    // Whatever the order they are asked in; twice, or unknown, is nothing more.
    for fields in ["tcuihsnfdlaor", "roaldfnshiuct", "ttXcuihszznfdlaor9"] {
        world.say(alice, &format!("WHO John %{fields},7"));
        assert_eq!(
            world.heard(alice)[0],
            format!(":enclave.local 354 alice {values}"),
            "{fields}"
        );
    }
}

#[test]
fn a_token_is_up_to_three_digits() {
    let (mut world, alice) = linked();
    for (token, given) in [
        (",1", "1"),
        (",007", "007"),
        (",999", "999"),
        (",1000", "0"),
        (",1a", "0"),
        (",-1", "0"),
        (",1,2", "0"),
        (",", "0"),
        ("", "0"),
    ] {
        world.say(alice, &format!("WHO John %tn{token}"));
        let line = format!(":enclave.local 354 alice {given} John");
        assert_eq!(world.heard(alice)[0], line, "{token}");
    }
    world.say(alice, "WHO John %n,42");
    assert_eq!(world.heard(alice)[0], ":enclave.local 354 alice John");
}
