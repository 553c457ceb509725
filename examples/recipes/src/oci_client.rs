//! `oci-client`, a client of registries.

use oci_client::secrets::RegistryAuth;
use regcred::{AuthConfig, Credential};

/// Returns the credential of an image, as `resolve` found it.
///
/// `RegistryAuth` has no refresh token. A registry that gives out identity tokens takes one as the
/// password of the user that the entry names, which is the all-zero id for Azure's registries.
pub fn registry_auth(auth: Option<&AuthConfig>) -> RegistryAuth {
    match auth.map(AuthConfig::credential) {
        Some(Credential::Basic { username, password }) => {
            RegistryAuth::Basic(username.to_owned(), password.to_owned())
        }
        Some(Credential::IdentityToken { token, username }) => {
            let user = username.unwrap_or("00000000-0000-0000-0000-000000000000");
            RegistryAuth::Basic(user.to_owned(), token.to_owned())
        }
        Some(Credential::RegistryToken { token }) => RegistryAuth::Bearer(token.to_owned()),
        _ => RegistryAuth::Anonymous,
    }
}
