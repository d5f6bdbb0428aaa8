//! What goes on between two quiet points, all at the same time.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::link::End;
use crate::node::{Mood, Node, now};
use crate::world::{Files, UNJUDGED, World};
use crate::{client, stranger};

/// How many of each do something at the same time.
const CLIENTS: usize = 6;
const CONTACTS: usize = 6;
const STRANGERS: usize = 3;

/// The most that a contact says in one go.
const FLOOD: usize = 800;

/// The longest rest of anybody between two things.
const REST: Duration = Duration::from_millis(150);

/// How long one who does not read does not.
const STUCK: Duration = Duration::from_millis(1500);

/// What was done, all in all.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// Lives of clients.
    pub clients: usize,
    /// Things that contacts did.
    pub contacts: usize,
    /// Visits of strangers.
    pub strangers: usize,
    /// Reloads.
    pub reloads: usize,
}

/// Has all of them live for so long. What they are in the middle of when it ends is dropped,
/// and so are the connections that it had.
pub async fn live(world: &World, time: Duration, done: &std::cell::RefCell<Done>) {
    let (stop, stopped) = watch::channel(false);
    let clients = (0..CLIENTS).map(|_| {
        again(stopped.clone(), || async {
            done.borrow_mut().clients += 1;
            client::live(world).await
        })
    });
    let contacts = (0..CONTACTS).map(|_| {
        again(stopped.clone(), || async {
            done.borrow_mut().contacts += 1;
            let node = fastrand::choice(&world.nodes).unwrap();
            act(world, node).await
        })
    });
    let strangers = (0..STRANGERS).map(|_| {
        again(stopped.clone(), || async {
            done.borrow_mut().strangers += 1;
            stranger::visit(world).await
        })
    });
    let reloads = async {
        while !*stopped.borrow() {
            world.reload(&Files::other(world.nodes.len())).await;
            done.borrow_mut().reloads += 1;
            rest(REST * 8).await;
        }
    };
    let ends = async {
        sleep(time).await;
        stop.send_replace(true);
    };
    tokio::join!(
        all(clients.collect()),
        all(contacts.collect()),
        all(strangers.collect()),
        reloads,
        ends
    );
}

/// Drives all of them, until all have ended.
async fn all<F: Future<Output = ()>>(futures: Vec<F>) {
    let mut futures: Vec<_> = futures.into_iter().map(|one| Some(Box::pin(one))).collect();
    std::future::poll_fn(|context| {
        for slot in &mut futures {
            if let Some(future) = slot
                && future.as_mut().poll(context).is_ready()
            {
                *slot = None;
            }
        }
        match futures.iter().all(Option::is_none) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
}

/// The same again and again, with rests, until it is to stop.
async fn again<F: Future<Output = io::Result<()>>>(
    mut stopped: watch::Receiver<bool>,
    what: impl Fn() -> F,
) {
    let for_ever = async {
        loop {
            // An error is the end of a connection, which all here may have to expect.
            let _ = what().await;
            rest(REST).await;
        }
    };
    tokio::select! {
        () = for_ever => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
}

/// People do not do everything at once.
async fn rest(most: Duration) {
    sleep(most.mul_f64(fastrand::f64())).await;
}

/// One of the things that a contact may do.
async fn act(world: &World, node: &Rc<Node>) -> io::Result<()> {
    match fastrand::u8(0..20) {
        0..4 => (0..fastrand::usize(1..6)).for_each(|_| node.write("mix")),
        4 | 5 => {
            for _ in 0..fastrand::usize(1..FLOOD) {
                node.write("a flood of words that goes on and on");
            }
        }
        6 => node.write(&"long mix ".repeat(fastrand::usize(1..800))),
        7 => node.write("mix\nof\n\nlines\n"),
        8 => {
            let status = fastrand::u8(1..4);
            let text = ["", "lunch", "back at two"];
            node.say(&json!({"status": status, "timestamp": now(),
                "status-message": fastrand::choice(text)}));
            node.say(&json!({"alias": format!("Alias {}", world.next()), "timestamp": now()}));
        }
        9 => {
            for typing in ["active", "paused", "active", "done"] {
                node.say(&json!({"tags": {"typing": typing}, "timestamp": now()}));
            }
            node.say(&json!({"tags": {"draft/react": "👍", "draft/reply": "c1"},
                "id": node.other_id(), "timestamp": now()}));
        }
        10 => node.end(End::Close),
        11 => node.end(End::Reset),
        12 => {
            let goodbye = json!({"status": 0, "status-message": "bye", "timestamp": now()});
            node.say(&goodbye);
            node.end(End::Half);
        }
        13 | 14 => node.dial().await?,
        15 => {
            // Whoever answers hears of it twice.
            let (one, other) = tokio::join!(node.dial(), node.dial());
            one.and(other)?;
        }
        16 => garbage(node),
        17 => {
            node.set_paused(true);
            sleep(STUCK).await;
            node.set_paused(false);
        }
        18 => {
            let mood = [Mood::Friendly, Mood::Closed, Mood::Forgetful];
            node.set_mood(fastrand::choice(mood).unwrap());
        }
        _ => {
            let keeper = &world.keeper;
            let unjudged = fastrand::usize(0..UNJUDGED);
            for command in ["cancel", "forget", "remove"] {
                if fastrand::bool() {
                    keeper.send(&format!("PRIVMSG enclave :{command} p{unjudged}"));
                }
            }
            keeper.send(&world.words());
            keeper.send("PRIVMSG enclave :reconnect\r\nAWAY :a while\r\nAWAY");
        }
    }
    Ok(())
}

fn garbage(node: &Node) {
    let frames: [&[u8]; 8] = [
        b"\0\0\0\x02{}",
        b"\0\0\0\0",
        b"\0\0\0\x08not json",
        b"\0\0\0\x0f{\"status\":\"away\"",
        b"\0\0\0\x10{\"received\":[1]}",
        b"\0\0\0\x04\xff\xfe\0{",
        b"\0\0\0\x09{\"tags\":3",
        // Longer than any frame may be.
        b"\x7f\xff\xff\xffabc",
    ];
    node.send(fastrand::choice(frames).unwrap());
}
