//! A small HTTP client for the side door of the lab: one request a connection, JSON both ways.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value as Json;

const PATIENCE: Duration = Duration::from_secs(120);

/// Status and body of the answer. Panics where there is none.
pub fn ask(method: &str, url: &str, headers: &[(&str, &str)], body: &Json) -> (u16, Json) {
    let address = url.strip_prefix("http://").unwrap_or_else(|| panic!("{url} is not http"));
    let (host, path) = address.split_at(address.find('/').unwrap_or(address.len()));
    let mut stream = TcpStream::connect(host).unwrap_or_else(|error| panic!("{url}: {error}"));
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    head += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).unwrap_or_else(|error| panic!("{url}: {error}"));
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap_or_else(|error| panic!("{method} {url}: {error}"));
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{method} {url}: {answer:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.unwrap_or_else(|| panic!("{method} {url}: {head}"));
    (status, serde_json::from_str(body).unwrap_or(Json::Null))
}
