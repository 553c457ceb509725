//! Traits of public types, and the documented program.

use std::path::Path;

use regcred::*;

use crate::support::{answer, check_rows, put, user};

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
    check::<FileKind>();
    check::<Limit>();
    check::<FileEntry<'_>>();
    check::<Format>();
    check::<ImageRef<'_>>();
    check::<ImageRefBuf>();
    check::<InvalidImageRef>();
    check::<KeyProblem>();
    check::<AgentFlag>();
    check::<EntryState>();
    check::<HelperRequest>();
    check::<Home>();
    check::<LiveResolver>();
    check::<Lookup>();
    check::<UnknownLevel>();
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

/// `?` works for everything that a program does, helpers included.
#[test]
#[cfg(feature = "helper")]
fn one_error_for_the_whole_program() {
    fn program(image: &str) -> Result<Option<AuthConfig>, Error> {
        let file = r#"{"credsStore": "no/such"}"#;
        let resolver = Resolver::builder().add(Level::UserConfigJson, file).build()?;
        Ok(resolver.resolve_with_helpers(&ImageRef::parse(image)?, &HelperOptions::default())?)
    }
    let error = program("nginx").unwrap_err();
    assert!(matches!(error, Error::Helper(_)));
    assert_eq!(error.location().and_then(Location::level), Some(Level::UserConfigJson));
    assert!(std::error::Error::source(&error).is_none(), "{error}");
}

/// Two answers from one key have equal origins, in different resolvers, too.
#[test]
fn origins_are_equal_by_level_file_and_key() {
    let resolver = |level| Resolver::builder().add(level, user("u")).build().unwrap();
    let origin = |level| resolver(level).resolve_registry("reg.io").unwrap().origin().clone();
    assert_eq!(origin(Level::TaskSecret), origin(Level::TaskSecret));
    assert_ne!(origin(Level::TaskSecret), origin(Level::AgentFlag));
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

/// The argument of `home` and `agent_flag` in every form that people have it in.
#[test]
fn paths_are_given_as_people_have_them() {
    let home = tempfile::tempdir().unwrap();
    put(&home, ".docker/config.json", user("home"));
    put(&home, "flag.json", user("flag"));
    let (path, text) = (home.path(), home.path().to_str().unwrap());
    let flag = path.join("flag.json");
    let builder = Resolver::builder;
    let rows: [(&str, ResolverBuilder, &str); 14] = [
        ("&str", builder().home(text), "home:p"),
        ("String", builder().home(text.to_owned()), "home:p"),
        ("&Path", builder().home(path), "home:p"),
        ("PathBuf", builder().home(path.to_path_buf()), "home:p"),
        ("&OsStr", builder().home(path.as_os_str()), "home:p"),
        ("Option of OsString", builder().home(Some(path.as_os_str().to_owned())), "home:p"),
        ("None", builder().home(None), "-"),
        ("flag, &str", builder().agent_flag(flag.to_str().unwrap()), "flag:p"),
        ("flag, URL", builder().agent_flag(format!("file://{}", flag.display())), "flag:p"),
        ("flag, JSON", builder().agent_flag(user("json")), "json:p"),
        ("flag, OsString", builder().agent_flag(flag.clone().into_os_string()), "flag:p"),
        ("flag, &Path", builder().agent_flag(&*flag), "flag:p"),
        ("flag, &PathBuf", builder().agent_flag(&flag), "flag:p"),
        ("flag, PathBuf", builder().agent_flag(flag.clone()), "flag:p"),
    ];
    check_rows(rows, |(form, builder, expected)| {
        assert_eq!(answer(&builder.build().unwrap(), "reg.io/a"), expected, "{form}");
    });
    // A path is never JSON.
    assert!(builder().agent_flag(Path::new("{}")).build().is_err());
}

#[test]
fn entries_are_listed_with_their_scope_and_state() {
    let task = r#"{"auths": {"https://reg.io/v1/": {"auth": "dTpw"}, "a.io": {}, "b.io": 1, "a.io": {"auth": "dTpw"},
        "user:hunter2@c.io": {"auth": "dTpw"}, "reg.io/X": {}}}"#;
    let base = Resolver::builder().add(Level::ClusterFile, user("u")).build().unwrap();
    let resolver = Resolver::builder().task_secret(task).base(&base).build().unwrap();
    let entry = |entry: FileEntry<'_>| {
        let scope = entry.scope().unwrap_or_else(|| "-".to_owned());
        format!("{}: {} {scope} {}", entry.location(), entry.key(), entry.state())
    };
    let entries: Vec<String> = resolver.entries().map(entry).collect();
    let expected = [
        "task secret: https://reg.io/v1/ reg.io usable",
        "task secret: a.io a.io duplicate",
        "task secret: b.io b.io malformed",
        "task secret: a.io a.io usable",
        "task secret: … - unmatchable",
        "task secret: reg.io/X - unmatchable",
        "cluster file: reg.io reg.io usable",
    ];
    assert_eq!(entries, expected);
}
