//! DESIGN 6: without a feature, its input gets an error or a warning that names the feature.

use regcred::Resolver;

use crate::support::{answer, config};

#[cfg(not(feature = "archive"))]
mod without_archive {
    use std::fs;

    use regcred::{ArchiveProblem, CredentialFile, Error, Level, Limits, ResolverBuilder};

    use super::*;
    use crate::marathon::{agent, app_with, no_secrets, only};
    use crate::support::archive::{file, gzip, tar};

    fn names_the_feature(error: &Error) -> bool {
        let is_problem =
            matches!(error, Error::Archive { problem: ArchiveProblem::NeedsFeature, .. });
        is_problem && error.to_string().contains("without its feature \"archive\"")
    }

    #[test]
    fn an_archive_is_an_error_wherever_it_is_given() {
        let scratch = tempfile::tempdir().unwrap();
        let path = |name: &str| scratch.path().join(name);
        let plain = tar(&[file(".docker/config.json", &config(&[("reg.io", "u")]))]);
        let base = Resolver::builder().cluster_file_if_exists("/missing").build().unwrap();
        let mut wrong = Vec::new();
        for archive in [gzip(&plain), plain, b"\x1F\x8B".to_vec()] {
            fs::write(path("docker.tar.gz"), &archive).unwrap();
            // source, builder
            #[rustfmt::skip]
            let table: [(&str, ResolverBuilder); 5] = [
                ("task secret", Resolver::builder().task_secret(&*archive)),
                ("sandbox HOME", Resolver::builder().sandbox_home(scratch.path())),
                ("agent flag", Resolver::builder().agent_flag(path("docker.tar.gz").to_str().unwrap())),
                ("cluster file", Resolver::builder().cluster_file(path("docker.tar.gz"))),
                ("cluster file", Resolver::builder().add(Level::ClusterFile, &*archive)),
            ];
            for (source, builder) in table {
                let weaker = builder.add(Level::ClusterFile, config(&[("reg.io", "weaker")]));
                match weaker.base(&base).build() {
                    Err(error)
                        if names_the_feature(&error) && error.to_string().starts_with(source) => {}
                    other => wrong.push(format!("{source}: {other:?}")),
                }
            }
            let read = CredentialFile::parse(&archive).map(|file| file.format());
            if !matches!(&read, Err(error) if names_the_feature(error)) {
                wrong.push(format!("CredentialFile::parse: {read:?}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn a_fetched_archive_of_credentials_is_an_error_and_any_other_a_warning() {
        let scratch = tempfile::tempdir().unwrap();
        let json = config(&[("reg.io", "u")]);
        // name, content, what is expected in place of an error
        #[rustfmt::skip]
        let table = [
            ("docker.tar.gz", gzip(&tar(&[file(".dockercfg", &json)])), None),
            (".dockercfg.gz", gzip(json.as_bytes()), None),
            ("app.tar.gz", gzip(&tar(&[file(".dockercfg", &json)])), Some("agent:p")),
        ];
        for (name, content, expected) in table {
            let path = scratch.path().join(name);
            fs::write(&path, content).unwrap();
            let fetch = format!(r#""fetch": [{{"uri": "file://{}"}}]"#, path.display());
            let resolver =
                only(&app_with(&fetch)).resolver(&agent(), Limits::default(), no_secrets);
            match (resolver, expected) {
                (Err(error), None) => assert!(names_the_feature(&error), "{name}: {error}"),
                (Ok(resolver), Some(expected)) => {
                    assert_eq!(answer(&resolver, "reg.io/app"), expected, "{name}");
                    let [warning] = resolver.warnings() else {
                        panic!("{:?}", resolver.warnings())
                    };
                    let warning = warning.to_string();
                    assert!(warning.contains("without its feature \"archive\""), "{warning}");
                }
                (other, _) => panic!("{name}: {other:?}"),
            }
        }
    }
}

#[cfg(not(feature = "url"))]
mod without_url {
    use std::fs;

    use regcred::{CredentialFile, Error, KeyProblem, WarningKind};

    use super::*;
    use crate::support::secret;

    /// A warning would let the second key, or a weaker level, answer for the host of the first.
    #[test]
    fn an_international_host_in_a_key_is_an_error() {
        let keys = [("https://bücher.example/v1/", "u"), ("xn--bcher-kva.example", "own")];
        let error = secret(config(&keys)).unwrap_err();
        assert!(matches!(error, Error::Key { problem: KeyProblem::NeedsFeature, .. }), "{error}");
        assert!(error.to_string().contains("without its feature \"url\""), "{error}");
        let file = CredentialFile::parse(config(&keys[..1]).as_bytes()).unwrap();
        let [warning] = file.warnings() else { panic!("{:?}", file.warnings()) };
        assert_eq!(*warning.kind(), WarningKind::UnmatchableKey(KeyProblem::NeedsFeature));
        let bare = secret(config(&[("bücher.example", "u")])).unwrap();
        let unmatchable = WarningKind::UnmatchableKey(KeyProblem::NonAscii);
        assert_eq!(*bare.warnings()[0].kind(), unmatchable, "no feature reads a bare one");
    }

    #[test]
    fn a_file_url_is_a_plain_path_or_an_error() {
        let scratch = tempfile::tempdir().unwrap();
        let file = scratch.path().join("docker config.json");
        fs::write(&file, config(&[("reg.io", "u")])).unwrap();
        let path = file.to_str().unwrap();
        for url in [format!("file://{path}"), format!("FILE://{path}"), format!("\n file://{path}")]
        {
            let resolver = Resolver::builder().agent_flag(&*url).build().unwrap();
            assert_eq!(answer(&resolver, "reg.io/app"), "u:p", "{url}");
        }
        let others = [
            format!("file://{}", path.replace(' ', "%20")),
            format!("file://localhost{path}"),
            format!("file://{path}?x"),
            format!("file://{path}#x"),
            format!("file://{path} "),
            format!("file:///x/..{path}"),
            format!("file:///.{path}"),
            "file://etc/docker.json".into(),
            "file:///etc\\docker.json".into(),
            "file://".into(),
        ];
        for url in others {
            let error = Resolver::builder().agent_flag(&*url).build().expect_err(&url).to_string();
            assert!(error.contains("without its feature \"url\""), "{url}: {error}");
        }
    }
}
