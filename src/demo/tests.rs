#![cfg(target_os = "linux")]

use super::*;

use crate::config::OwnAddress;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

async fn hear(stream: &mut TcpStream) -> Value {
    let length = stream.read_u32().await.unwrap();
    let mut content = vec![0; length as usize];
    stream.read_exact(&mut content).await.unwrap();
    serde_json::from_slice(&content).unwrap()
}

async fn say(stream: &mut TcpStream, content: &str) {
    let mut frame = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
    frame.extend(content.bytes());
    stream.write_all(&frame).await.unwrap();
}

/// He is a node like any other: seen from outside, with nothing but the specification.
#[tokio::test]
async fn the_friend_is_a_real_node() {
    let test = async {
        let [ours, his] = addresses().unwrap();
        let policy = Policy {
            networks: vec![NETWORK.parse().unwrap()],
            max_frame: 1024 * 1024,
            receipts: false,
        };
        let person = tokio::net::TcpListener::bind((ours.ip(), PORT))
            .await
            .unwrap();
        let (inbox, friend) = start_friend(policy, ours, his);
        // He dials the person in his address book, from his own address.
        let (mut link, from) = person.accept().await.unwrap();
        assert_eq!(from.ip(), his.ip());
        let handshake = hear(&mut link).await;
        assert_eq!(handshake["status"], 1);
        assert_eq!(handshake["alias"], node::ALIAS);

        say(&mut link, r#"{"status":1,"status-message":""}"#).await;
        assert!(
            hear(&mut link).await["message"]
                .as_str()
                .unwrap()
                .contains("Hello")
        );
        say(&mut link, r#"{"message":"a poem, please"}"#).await;
        let poem = hear(&mut link).await;
        assert_eq!(poem["message"].as_str().unwrap().lines().count(), 4);
        say(&mut link, r#"{"message":"go away"}"#).await;
        assert!(hear(&mut link).await["message"].is_string());
        let away = hear(&mut link).await;
        assert_eq!(away["status"], 2);
        assert_eq!(away["status-message"], "gone fishing");

        assert!(inbox.send(Input::Stop).await.is_ok());
        assert_eq!(hear(&mut link).await["status"], 0);
        drop(link);
        friend.await.unwrap();
    };
    LocalSet::new().run_until(test).await;
}

#[test]
fn what_it_prints_names_the_port_that_it_got() {
    let [ours, his] = ["127.1.2.1", "127.1.2.2"].map(|text| text.parse().unwrap());
    let usual = introduction(6667, ours, his);
    assert!(usual.contains("irssi -c localhost -p 6667\n"));
    assert!(usual.contains("weechat irc://localhost\n"));
    assert!(!usual.contains("taken"));
    let other = introduction(6668, ours, his);
    assert!(other.contains("irssi -c localhost -p 6668\n"));
    assert!(other.contains("weechat irc://localhost/6668\n"));
    assert!(other.contains("(Port 6667 is taken, so this is 6668.)"));
}

#[test]
fn its_files_are_good_ones() {
    let folder = tempfile::tempdir().unwrap();
    let [ours, his] = ["127.1.2.1", "127.1.2.2"].map(|text| text.parse().unwrap());
    let paths = write_files(folder.path(), ours, his).unwrap();
    let files::Contents { config, book, .. } = files::read_both(&paths).unwrap();
    assert_eq!(config.enclave.address, OwnAddress::Given(ours));
    assert_eq!(book.contacts.len(), 1);
    assert_eq!(book.contacts[0].nick.as_str(), "JohnSmith");
    assert!(!book.derived);
}

#[tokio::test]
async fn a_second_demo_takes_the_next_port() {
    let (first, _listeners) = open_door().await.unwrap();
    let (second, _more) = open_door().await.unwrap();
    assert!(second > first);
}
