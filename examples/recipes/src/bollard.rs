//! `bollard`, a client of Docker's API.

use bollard::auth::DockerCredentials;
use regcred::AuthConfig;

/// Returns the fields that `bollard` sends as `X-Registry-Auth`.
///
/// `bollard` encodes that header itself. A program that sends it takes
/// [`AuthConfig::x_registry_auth`] instead.
pub fn docker_credentials(auth: &AuthConfig) -> DockerCredentials {
    DockerCredentials {
        username: auth.username().map(str::to_owned),
        password: auth.password().map(str::to_owned),
        identitytoken: auth.identity_token().map(str::to_owned),
        registrytoken: auth.registry_token().map(str::to_owned),
        serveraddress: Some(auth.server_address().to_owned()),
        ..DockerCredentials::default()
    }
}
