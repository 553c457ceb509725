//! `oci-client`, a client of registries.

use oci_client::secrets::RegistryAuth;
use regcred::{AuthConfig, Credential, HelperOptions, ImageRef, Resolver};

/// Returns the credential of the user for an image, credential helpers included.
pub fn auth_of_user(image: &str) -> Result<RegistryAuth, regcred::Error> {
    let image = ImageRef::parse(image)?;
    let auth = Resolver::from_env()?.resolve_with_helpers(&image, &HelperOptions::default())?;
    let login = auth.as_ref().and_then(|auth| auth.login());
    Ok(login.map_or(RegistryAuth::Anonymous, |(user, password)| {
        RegistryAuth::Basic(user.to_owned(), password.to_owned())
    }))
}

/// Returns the credential of an image, as `resolve` found it, registry tokens included.
///
/// `RegistryAuth` has no refresh token. A registry that gives out identity tokens takes one as the
/// password of the user that the entry names, which is the all-zero id for Azure's registries.
pub fn registry_auth(auth: Option<&AuthConfig>) -> RegistryAuth {
    match auth.map(AuthConfig::credential) {
        Some(Credential::RegistryToken { token }) => RegistryAuth::Bearer(token.to_owned()),
        _ => match auth.and_then(AuthConfig::login) {
            Some((user, password)) => RegistryAuth::Basic(user.to_owned(), password.to_owned()),
            None => RegistryAuth::Anonymous,
        },
    }
}
