//! Traits of public types, and the documented program.

use regcred::*;

#[test]
fn every_public_type_is_send_and_sync() {
    fn check<T: Send + Sync>() {}
    check::<ArchiveProblem>();
    check::<AuthConfig>();
    check::<Credential<'_>>();
    check::<CredentialFile>();
    check::<EntryProblem>();
    check::<Error>();
    check::<Explanation>();
    check::<FileEntry<'_>>();
    check::<Format>();
    check::<ImageRef<'_>>();
    check::<InvalidImageRef>();
    check::<KeyProblem>();
    check::<Level>();
    check::<Limits>();
    check::<Origin>();
    check::<OtherRegistries>();
    check::<Location>();
    check::<Resolver>();
    check::<ResolverBuilder>();
    check::<Warning>();
    check::<WarningKind>();
    check::<certs::Certificates>();
    check::<certs::ClientCertificate>();
    check::<dcos::FileCheck>();
    check::<dcos::ParameterProblem>();
    check::<dcos::Parameters>();
    check::<marathon::Container>();
    check::<marathon::Fetch>();
    check::<marathon::FetchKind>();
    check::<marathon::FetchProblem>();
    check::<marathon::PullConfig>();
    check::<marathon::Resolved>();
    check::<marathon::Rule>();
    check::<marathon::Violation>();
    check::<mesos::Containerizer>();
    check::<mesos::DockerRegistry>();
    check::<mesos::Pitfall>();
}

#[test]
fn debug_of_a_builder_counts_its_sources() {
    let builder = Resolver::builder().task_secret("{}").agent_flag("{}").strict();
    let shown = format!("{builder:?}");
    assert!(shown.contains("sources: 2") && shown.contains("strict: true"), "{shown}");
}

#[test]
fn error_types_implement_std_error() {
    fn check<T: std::error::Error + 'static>() {}
    check::<Error>();
    check::<InvalidImageRef>();
    check::<EntryProblem>();
    check::<KeyProblem>();
    check::<ArchiveProblem>();
    check::<dcos::ParameterProblem>();
    check::<mesos::Pitfall>();
    check::<marathon::FetchProblem>();
    check::<marathon::Rule>();
    check::<marathon::Violation>();
    fn copy<T: Copy>() {}
    copy::<InvalidImageRef>();
    fn one_error_for_both(image: &str) -> Result<Option<AuthConfig>, Error> {
        let resolver = Resolver::builder().build()?;
        Ok(resolver.resolve(&ImageRef::parse(image)?))
    }
    assert!(one_error_for_both("nginx").unwrap().is_none());
    assert!(matches!(one_error_for_both("Nginx"), Err(Error::Image(_))));
}

/// The program of the design's page, as a user would write it.
#[test]
fn the_documented_program_compiles_and_answers() {
    let home = tempfile::tempdir().unwrap();
    let cluster = home.path().join("docker_credentials");
    std::fs::write(&cluster, "{}").unwrap();
    let agent = Resolver::builder()
        .agent_flag(r#"{"auths": {"registry.example.com:5000/team": {"auth": "dTpw"}}}"#)
        .cluster_file(&cluster)
        .cluster_file_if_exists(dcos::CLUSTER_FILE.to_owned() + ".missing")
        .build()
        .unwrap();
    let resolver = Resolver::builder()
        .task_secret(b"{}".to_vec())
        .task_secret("{}")
        .sandbox_home(home.path())
        .add(Level::ClusterFile, *b"{}")
        .base(&agent)
        .limits(Limits::default())
        .strict()
        .build()
        .unwrap();
    let image = ImageRef::parse("registry.example.com:5000/team/app:1.4").unwrap();
    let auth = resolver.resolve(&image).unwrap();
    match auth.credential() {
        Credential::Basic { username, password } => assert_eq!((username, password), ("u", "p")),
        Credential::IdentityToken { token, .. } => panic!("{token}"),
        Credential::RegistryToken { token } => panic!("{token}"),
        _ => panic!(),
    }
    let text = format!("{resolver:?}");
    assert_eq!(text, "Resolver { sources: 7, files: 5, entries: 1, warnings: 0 }");
    assert!(resolver.explain(&image).to_string().contains("registry.example.com:5000/team"));
}
