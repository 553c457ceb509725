//! A server that records the credentials it is sent: a registry with its token server, a proxy for
//! any host name, and the daemon that `docker pull` asks.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::Value;

use crate::http::{Request, Response, Server};

/// The way in which a registry asks for a credential.
#[derive(Clone, Copy)]
pub enum Challenge {
    Basic,
    /// Sends the client to the token server, which takes identity tokens, too.
    Bearer,
}

pub struct Recorder {
    server: Server,
    log: Arc<Mutex<Vec<Request>>>,
}

impl Recorder {
    pub fn start(challenge: Challenge) -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        let requests = log.clone();
        let server = Server::start(move |request| {
            requests.lock().expect("no thread panics with the log").push(request.clone());
            respond(request, challenge)
        });
        Recorder { server, log }
    }

    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// Returns the requests since the last call.
    pub fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut *self.log.lock().expect("no thread panics with the log"))
    }

    /// Returns the last credential that was sent since the last call, in one word. `-` if requests
    /// were sent without any, `None` if no request was sent.
    pub fn credential(&self) -> Option<String> {
        let requests: Vec<_> = self.requests().into_iter().filter(is_pull).collect();
        let sent = requests.iter().rev().find_map(credential);
        sent.or_else(|| (!requests.is_empty()).then(|| "-".to_owned()))
    }
}

/// Returns whether a client has got so far that it would send a credential.
fn is_pull(request: &Request) -> bool {
    let path = &request.path;
    path.starts_with("/v2/") || path.starts_with("/token") || path.contains("/images/create")
}

fn respond(request: &Request, challenge: Challenge) -> Response {
    let host = request.header("Host").unwrap_or_default();
    match &*request.path {
        // Clients try TLS first, and fall back if they are told that it does not matter.
        _ if request.method == "CONNECT" => Response::new("502 Bad Gateway", ""),
        path if path.ends_with("/_ping") => {
            let mut pong = Response::new("200 OK", "OK");
            pong.headers.push("Api-Version: 1.41".to_owned());
            pong
        }
        path if path.ends_with("/info") => {
            Response::new("200 OK", r#"{"IndexServerAddress": "https://index.docker.io/v1/"}"#)
        }
        path if path.ends_with("/auth") => {
            Response::new("200 OK", r#"{"Status": "Login Succeeded"}"#)
        }
        path if path.starts_with("/token") => Response::new("200 OK", r#"{"token": "granted"}"#),
        path if path.starts_with("/v2/") => {
            let mut refusal = Response::new("401 Unauthorized", "");
            refusal.headers.push("Docker-Distribution-Api-Version: registry/2.0".to_owned());
            refusal.headers.push(match challenge {
                Challenge::Basic => "WWW-Authenticate: Basic realm=\"recorder\"".to_owned(),
                Challenge::Bearer => {
                    format!("WWW-Authenticate: Bearer realm=\"http://{host}/token\",service=\"r\"")
                }
            });
            refusal
        }
        _ => Response::new("404 Not Found", r#"{"message": "recorded"}"#),
    }
}

/// Returns the credential of a request in one word: `user:password`, `identity:token`,
/// `registry:token`.
fn credential(request: &Request) -> Option<String> {
    if let Some(header) = request.header("X-Registry-Auth") {
        return engine_credential(&engine_auth(header));
    }
    let form = request.body.split('&');
    if let Some(token) = form.clone().find_map(|field| field.strip_prefix("refresh_token=")) {
        return Some(format!("identity:{token}"));
    }
    let header = request.header("Authorization")?;
    let Some(pair) = header.strip_prefix("Basic ") else {
        // The token that the token server has granted is not a credential of a file.
        return header
            .strip_prefix("Bearer ")
            .filter(|token| *token != "granted")
            .map(|token| format!("registry:{token}"));
    };
    let decoded = STANDARD.decode(pair).unwrap_or_else(|error| panic!("{header}: {error}"));
    let pair = String::from_utf8_lossy(&decoded).into_owned();
    // Podman sends an empty pair if it has no credential.
    Some(pair).filter(|pair| pair != ":")
}

/// Decodes a header `X-Registry-Auth`.
pub fn engine_auth(header: &str) -> Value {
    let json = URL_SAFE.decode(header).unwrap_or_else(|error| panic!("{header}: {error}"));
    let json = String::from_utf8_lossy(&json);
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn engine_credential(auth: &Value) -> Option<String> {
    let field = |name: &str| auth.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let pair = || {
        let (user, password) = (field("username"), field("password"));
        let is_given = user.is_some() || password.is_some();
        is_given.then(|| format!("{}:{}", user.unwrap_or_default(), password.unwrap_or_default()))
    };
    field("registrytoken")
        .map(|token| format!("registry:{token}"))
        .or_else(|| field("identitytoken").map(|token| format!("identity:{token}")))
        .or_else(pair)
        .or_else(|| field("auth").map(|text| format!("undecoded:{text}")))
}
