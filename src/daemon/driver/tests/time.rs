//! Deadlines, and the end.

use std::time::Instant;

use super::*;

#[tokio::test]
async fn deadlines_are_kept_as_they_come_and_go() {
    local(async {
        let middle = Scripted::default();
        let (inbox, driver) = running(&middle);
        let mut client = attach(&inbox).await;
        let alarms = || {
            let happened = middle.happened();
            happened.iter().filter(|what| *what == "alarm").count()
        };
        for count in 1..=2 {
            client.write_all(b"ALARM\r\n").await.unwrap();
            while alarms() < count {
                tokio::task::yield_now().await;
            }
        }
        drop(client);
        assert!(inbox.send(Input::Stop).await.is_ok());
        driver.await.unwrap();
        assert_eq!(alarms(), 2);
    })
    .await;
}

/// A mistake elsewhere costs time then, but not the person's words.
#[tokio::test]
async fn a_deadline_that_is_always_over_keeps_nobody_from_being_heard() {
    local(async {
        let middle = Scripted::default();
        let (inbox, driver) = running(&middle);
        let mut client = attach(&inbox).await;
        client.write_all(b"CIRCLE\r\nhello\r\n").await.unwrap();
        assert_eq!(hear(&mut client).await, "you: hello\r\n");
        drop(client);
        assert!(inbox.send(Input::Stop).await.is_ok());
        driver.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn goodbyes_are_out_before_the_end() {
    local(async {
        let middle = Scripted::default();
        let (inbox, driver) = running(&middle);
        let mut client = attach(&inbox).await;
        client.write_all(b"hello\r\n").await.unwrap();
        hear(&mut client).await;
        assert!(inbox.send(Input::Stop).await.is_ok());
        assert_eq!(hear(&mut client).await, "ERROR :the end\r\n");
        assert!(!driver.is_finished());
        drop(client);
        driver.await.unwrap();
    })
    .await;
}

/// A client that neither reads nor closes must not hold up whoever has asked twice.
#[tokio::test]
async fn told_twice_to_stop_it_stops_at_once() {
    local(async {
        let middle = Scripted::default();
        let (inbox, driver) = running(&middle);
        let mut client = attach(&inbox).await;
        client.write_all(b"hello\r\n").await.unwrap();
        hear(&mut client).await;
        let before = Instant::now();
        assert!(inbox.send(Input::Stop).await.is_ok());
        assert!(inbox.send(Input::Stop).await.is_ok());
        driver.await.unwrap();
        assert!(before.elapsed() < Duration::from_secs(2));
    })
    .await;
}
