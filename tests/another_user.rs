//! Somebody else on the same machine, with the door on loopback.
//!
//! It takes a second user, so it runs only when asked for, and only as root:
//!
//! ```text
//! cargo test --test another_user -- --ignored
//! ```

mod support;

use support::{Client, Daemon, Network, Setup, stranger};

const PASSWORD: &str = "correct horse battery";

/// Of [`PASSWORD`]; made small, so that it takes no time.
const HASH: &str =
    "$argon2id$v=19$m=8,t=1,p=1$YzI5dFpYTmhiSFE$ChrvQrBBZlmH+bwD/wiWUP2rjRZlYaomGpKr/0sgMgo";

fn nobody(gateway: &Daemon) -> Client {
    Client::over_unix(stranger::connect(gateway.setup.address, gateway.setup.port))
}

#[test]
#[ignore = "needs root"]
fn without_a_password_another_user_is_refused() {
    let gateway = Daemon::start(Setup::on(&Network::new()));
    let mut eve = nobody(&gateway);
    eve.send("PASS :whatever");
    eve.send("NICK eve");
    eve.send("USER eve 0 * :Eve");
    let heard = eve.expect_end();
    let commands: Vec<&str> = heard.iter().map(|line| line.command.as_str()).collect();
    assert_eq!(commands, ["464", "ERROR"], "{heard:?}");
    gateway.wait_for_output("is not the one who runs this gateway");
    // Who runs it comes in, as ever.
    gateway.client("alice", &[]).settle();
}

#[test]
#[ignore = "needs root"]
fn with_a_password_another_user_is_let_in_who_knows_it() {
    let setup = Setup::on(&Network::new()).set("irc", &format!("password = \"{HASH}\""));
    let gateway = Daemon::start(setup);
    let mut eve = nobody(&gateway);
    eve.send("NICK eve");
    eve.send("USER eve 0 * :Eve");
    let heard = eve.expect_end();
    assert!(heard.iter().any(|line| line.command == "464"), "{heard:?}");
    assert!(heard.iter().all(|line| line.command != "001"), "{heard:?}");

    let mut eve = nobody(&gateway);
    eve.send(&format!("PASS :{PASSWORD}"));
    eve.register("eve", &[]);
    eve.send("PRIVMSG enclave :whoami");
    eve.expect_text("enclave", &gateway.setup.address.to_string());
    eve.quit("bye");
    // Who runs it needs none.
    gateway.client("alice", &[]).settle();
}
