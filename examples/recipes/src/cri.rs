//! The `AuthConfig` of Kubernetes' Container Runtime Interface, which kubelet sends to a runtime with
//! `PullImageRequest`.

/// The message as code generated from `k8s.io/cri-api` (`runtime.v1.AuthConfig`) has it. Generating it
/// here would need `protoc`.
#[derive(Clone, Default)]
pub struct AuthConfig {
    pub username: String,
    pub password: String,
    pub auth: String,
    pub server_address: String,
    pub identity_token: String,
    pub registry_token: String,
}

/// Returns the fields of a credential. kubelet sends the user name and password in plain text, and
/// leaves `auth` empty.
pub fn auth_config(auth: &regcred::AuthConfig) -> AuthConfig {
    let text = |field: Option<&str>| field.unwrap_or_default().to_owned();
    AuthConfig {
        username: text(auth.username()),
        password: text(auth.password()),
        auth: String::new(),
        server_address: auth.server_address().to_owned(),
        identity_token: text(auth.identity_token()),
        registry_token: text(auth.registry_token()),
    }
}
