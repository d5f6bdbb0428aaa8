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
            ":enclave.local 352 alice &enclave enclave enclave.local enclave.local enclave H@ \
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
