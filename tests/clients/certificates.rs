//! The certificates that `certs::find` finds, handed to skopeo and openssl for a real registry.

use std::path::Path;

use regcred::{Error, ImageRef, Level, Resolver};

use crate::check_rows::check_rows;
use crate::form::{FORMS, Outcome, Pull, find_certificates};
use crate::program::{program, put, read, run, scratch};
use crate::pull::config;
use crate::registry::{OWNER, Registry, Transport};

#[test]
fn a_registry_is_trusted_with_the_certificates_found() {
    use Outcome::{NoTls, Pulled};
    use Transport::{MutualTls, Tls};
    let registries = [Tls, MutualTls].map(|transport| (transport, Registry::start(transport, &[])));
    let other = Registry::start(Tls, &[]);
    const HALF: &str = "half a pair";
    // transport, files in the directory of the registry, outcome or error
    #[rustfmt::skip]
    let table: &[(Transport, &[&str], Result<Outcome, &str>)] = &[
        (Tls, &["ca.crt"], Ok(Pulled)),
        (Tls, &["other.crt", "ca.crt"], Ok(Pulled)),
        (Tls, &["ca.crt", "client.cert", "client.key"], Ok(Pulled)),
        (Tls, &["other.crt"], Ok(NoTls)),
        (Tls, &[], Ok(NoTls)),
        (Tls, &["ca.crt", "client.cert"], Err(HALF)),
        (Tls, &["ca.crt", "client.key"], Err(HALF)),
        (MutualTls, &["ca.crt", "client.cert", "client.key"], Ok(Pulled)),
        (MutualTls, &["ca.crt"], Ok(NoTls)),
        (MutualTls, &["ca.crt", "client.cert"], Err(HALF)),
        (MutualTls, &["ca.crt", "client.key"], Err(HALF)),
        (MutualTls, &["client.cert", "client.key"], Ok(NoTls)),
    ];
    check_rows(table, |(transport, names, expected)| {
        let row = format!("{transport:?}, {names:?}");
        let (_, registry) = registries.iter().find(|(of, _)| of == transport).expect("a registry");
        let certs_d = scratch();
        let directory = certs_d.path().join(registry.host());
        for name in *names {
            let path = match *name {
                "other.crt" => other.file("ca.crt"),
                "client.cert" => registry.file("client.crt"),
                name => registry.file(name),
            };
            put(&directory, name, read(&path));
        }
        let image = registry.image();
        let image = ImageRef::parse(&image).unwrap_or_else(|error| panic!("{image}: {error}"));
        let certificates = match find_certificates(&image, certs_d.path()) {
            Ok(certificates) => certificates,
            Err(Error::HalfPair { .. }) => {
                assert_eq!(*expected, Err(HALF), "{row}");
                return skopeo_refuses_half_a_pair(&directory, &image);
            }
            Err(error) => panic!("{row}: {error}"),
        };
        let file = config(registry.host(), Some(OWNER));
        let variables = [("REGCRED_AGENT_FLAG", file.clone())];
        let resolver = Resolver::builder().add(Level::TaskSecret, file).build();
        let resolver = resolver.unwrap_or_else(|error| panic!("{row}: {error}"));
        for (name, pull_as) in FORMS {
            let home = scratch();
            let pull = Pull {
                resolver: &resolver,
                variables: &variables,
                image: &image,
                registry,
                certificates: &certificates,
                home: home.path(),
            };
            assert_eq!(Ok(pull_as(&pull)), *expected, "{row}, {name}");
        }
    });
}

#[track_caller]
fn skopeo_refuses_half_a_pair(directory: &Path, image: &ImageRef<'_>) {
    let home = scratch();
    let mut command = program("skopeo", home.path());
    command.args(["inspect", "--no-creds", "--cert-dir"]).arg(directory);
    let ended = run(command.arg(format!("docker://{image}")), "");
    assert!(!ended.is_success && ended.output.contains("missing"), "{image}: {}", ended.output);
}
