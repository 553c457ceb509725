//! Round trip: an exported file answers like the resolver it is from, and reaches no further.

use regcred::{AuthConfig, Client, Error, Export, ImageRef, Resolver};

pub const CLIENTS: [Client; 5] =
    [Client::Docker, Client::Podman, Client::Kubelet, Client::Mesos, Client::Regcred];

/// Asserts the law for an export of `images`. None of `all` may get a credential that is not for it.
pub fn law(resolver: &Resolver, images: &[ImageRef<'_>], all: &[ImageRef<'_>]) {
    for client in CLIENTS {
        let export = match resolver.export(images, client) {
            Ok(export) => export,
            Err(Error::Export { .. }) => {
                // Every scope and every credential can be expressed here, but for what is blocked.
                let is_blocked = |image| resolver.explain(image).is_blocked();
                let is_refused = client != Client::Regcred || images.iter().any(is_blocked);
                assert!(is_refused, "{client}: {images:?}");
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        for (form, file) in forms(&export) {
            let exported = Resolver::builder().task_secret(file).build();
            let exported = exported.unwrap_or_else(|error| panic!("{client}, {form}: {error}"));
            for image in images {
                assert!(
                    is_same(resolver.resolve(image), exported.resolve(image)),
                    "{client}, {form}: {image}"
                );
            }
            for image in all {
                let Some(found) = exported.resolve(image) else { continue };
                let mut may_have = resolver.resolve_all(image);
                let is_allowed = may_have.any(|auth| auth.credential() == found.credential());
                assert!(is_allowed, "{client}, {form}: {image} has {:?} of others", found.origin());
            }
        }
    }
}

fn is_same(one: Option<AuthConfig>, other: Option<AuthConfig>) -> bool {
    one.as_ref().map(AuthConfig::credential) == other.as_ref().map(AuthConfig::credential)
}

/// The export in every form that it can have.
fn forms(export: &Export) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![("config.json", export.config_json())];
    forms.extend(export.dockercfg().ok().map(|file| (".dockercfg", file)));
    let secret = export.kubernetes_secret("pull").expect("a good name");
    forms.push(("a Secret", secret));
    forms
}
