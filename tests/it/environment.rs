//! DESIGN 3.6.5: the user's environment, each link of the chain a level of its own.

use std::ffi::OsStr;
use std::process::Command;

use regcred::{Environment, Level, Resolver, WarningKind};
use tempfile::TempDir;

use crate::support::{Named, answer, check_rows, config, image_ref, put, user};

/// The levels of a user, strongest first, each with its file below a home directory.
const FILES: [(Level, &str); 5] = [
    (Level::RegistryAuthFile, "registry/auth.json"),
    (Level::RuntimeAuthFile, "run/containers/auth.json"),
    (Level::UserAuthFile, "xdg/containers/auth.json"),
    (Level::UserConfigJson, "docker/config.json"),
    (Level::UserDockercfg, ".dockercfg"),
];

/// A home directory with the credential files given, and the variables that name them all.
fn home(files: &[&str]) -> (TempDir, Environment) {
    let home = tempfile::tempdir().unwrap();
    for name in files {
        put(&home, name, user(name));
    }
    let at = |name: &str| home.path().join(name);
    let environment = Environment::empty()
        .var("REGISTRY_AUTH_FILE", at("registry/auth.json"))
        .var("XDG_RUNTIME_DIR", at("run"))
        .var("XDG_CONFIG_HOME", at("xdg"))
        .var("DOCKER_CONFIG", at("docker"))
        .home(home.path());
    (home, environment)
}

fn resolver(environment: Environment) -> Resolver {
    Resolver::builder().environment(environment).build().unwrap()
}

#[test]
fn each_link_is_weaker_than_the_one_before() {
    let names = FILES.map(|(_, name)| name);
    for (n, (level, name)) in FILES.into_iter().enumerate() {
        let (_home, environment) = home(&names[n..]);
        let found = resolver(environment).resolve(&image_ref("reg.io/a")).unwrap();
        assert_eq!((found.origin().level(), found.username()), (level, Some(name)));
        assert!(found.origin().to_string().starts_with(&format!("{level}, ")));
    }
    let (_home, environment) = home(&names);
    let environment = environment.var("DOCKER_AUTH_CONFIG", user("variable"));
    let found = resolver(environment).resolve(&image_ref("reg.io/a")).unwrap();
    assert_eq!(found.origin().to_string(), "DOCKER_AUTH_CONFIG: key \"reg.io\"");
}

/// A user's files are the weakest: a cluster's own sources win against them.
#[test]
fn a_cluster_wins_against_its_user() {
    let (_home, environment) = home(&["docker/config.json"]);
    let resolver = Resolver::builder().environment(environment);
    let resolver = resolver.add(Level::ClusterFile, user("cluster")).build().unwrap();
    assert_eq!(answer(&resolver, "reg.io/a"), "cluster:p");
}

#[test]
fn unset_variables_have_the_defaults_of_docker_and_podman() {
    // file, variables set, user found
    let table: &[(&str, Named<'_>, &str)] = &[
        (".docker/config.json", &[], ".docker/config.json:p"),
        (".config/containers/auth.json", &[], ".config/containers/auth.json:p"),
        (".dockercfg", &[], ".dockercfg:p"),
        (".docker/config.json", &[("DOCKER_CONFIG", "")], ".docker/config.json:p"),
        (
            ".config/containers/auth.json",
            &[("XDG_CONFIG_HOME", "")],
            ".config/containers/auth.json:p",
        ),
        // Docker's own directory replaces the one in the home directory, podman's does too.
        (".docker/config.json", &[("DOCKER_CONFIG", "/missing")], "-"),
        (".config/containers/auth.json", &[("XDG_CONFIG_HOME", "/missing")], "-"),
        // `.dockercfg` is read from the home directory alone.
        (".dockercfg", &[("DOCKER_CONFIG", "/missing")], ".dockercfg:p"),
        ("config.json", &[], "-"),
        (".docker/config.json", &[("HOME", "/missing")], "-"),
        (
            ".docker/config.json",
            &[("UNKNOWN", "x"), ("REGISTRY_AUTH_FILE", "")],
            ".docker/config.json:p",
        ),
    ];
    check_rows(table, |(file, variables, expected)| {
        let home = tempfile::tempdir().unwrap();
        put(&home, file, user(file));
        let environment = Environment::empty().home(home.path());
        let environment = variables.iter().fold(environment, |e, (name, value)| e.var(name, value));
        assert_eq!(answer(&resolver(environment), "reg.io/a"), *expected, "{file} {variables:?}");
    });
}

#[test]
fn a_broken_file_is_an_error_that_names_it() {
    for (level, name) in FILES {
        let (home, environment) = home(&[]);
        put(&home, name, "{");
        let error = Resolver::builder().environment(environment).build().unwrap_err().to_string();
        let expected = format!("{level}, {}: ", home.path().join(name).display());
        assert!(error.starts_with(&expected), "{error}");
    }
    let environment = Environment::empty().var("DOCKER_AUTH_CONFIG", "hunter2!").home("/missing");
    assert!(!format!("{environment:?}").contains("hunter2"), "{environment:?}");
    let error = Resolver::builder().environment(environment).build().unwrap_err().to_string();
    assert!(error.starts_with("DOCKER_AUTH_CONFIG: "), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn a_page_lists_the_links_of_the_chain_that_were_looked_at() {
    let (home, environment) = home(&["docker/config.json"]);
    let environment = environment.var("REGISTRY_AUTH_FILE", "").var("XDG_RUNTIME_DIR", "");
    let page = resolver(environment).explain(&image_ref("quay.io/a")).to_string();
    let page = page.replace(home.path().to_str().unwrap(), "/home/u");
    assert_eq!(
        page,
        "\
quay.io/a
  registry quay.io, repository a
  podman user file, /home/u/xdg/containers/auth.json: the file does not exist
  Docker config.json, /home/u/docker/config.json, a config.json with 1 key: none for this image
  Docker .dockercfg, /home/u/.dockercfg: the file does not exist
  hint: no key in any source is for the registry quay.io, only for \"reg.io\"; log in: docker --config \
         /home/u/docker login quay.io
  answer: none"
    );
    let nothing = resolver(Environment::empty().home("/home/nobody"));
    let page = nothing.explain(&image_ref("quay.io/a")).to_string();
    assert!(
        page.contains(
            "create it: podman login --authfile /home/nobody/.docker/config.json quay.io\n"
        ),
        "{page}"
    );
    assert!(page.contains("hint: no credential file was found at any level\n"), "{page}");
}

#[test]
fn an_environment_without_a_home_directory_is_a_warning() {
    let resolver = resolver(Environment::empty().var("DOCKER_AUTH_CONFIG", user("u")));
    let [warning] = resolver.warnings() else { panic!("{:?}", resolver.warnings()) };
    assert_eq!(warning.kind(), &WarningKind::HomeUnset);
    assert_eq!(answer(&resolver, "reg.io/a"), "u:p");
}

#[test]
fn an_environment_can_be_a_base() {
    let (_home, environment) = home(&["docker/config.json"]);
    let base = resolver(environment);
    let over = Resolver::builder().task_secret(config(&[("quay.io", "task")])).base(&base);
    let over = over.build().unwrap();
    assert_eq!(answer(&over, "quay.io/a"), "task:p");
    assert_eq!(answer(&over, "reg.io/a"), "docker/config.json:p");
}

#[test]
fn levels_parse_from_their_names() {
    check_rows(Level::ALL, |level| {
        assert_eq!(level.to_string().parse(), Ok(level));
        assert_eq!(level.to_string().to_uppercase().parse(), Ok(level));
    });
    check_rows(["", "task", "TaskSecret", "task secret "], |name| {
        assert!(name.parse::<Level>().is_err(), "{name}");
    });
}

#[test]
fn files_can_be_given_at_any_level() {
    let directory = tempfile::tempdir().unwrap();
    put(&directory, "auth.json", user("u"));
    let (file, missing) = (directory.path().join("auth.json"), directory.path().join("missing"));
    check_rows(Level::ALL, |level| {
        let resolver = Resolver::builder().file(level, &file).file_if_exists(level, &missing);
        let resolver = resolver.build().unwrap();
        let found = resolver.resolve(&image_ref("reg.io/a")).unwrap();
        assert_eq!((found.origin().level(), found.origin().file()), (level, Some(&*file)));
        let error = Resolver::builder().file(level, &missing).build().unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("{level}, {}: cannot read it", missing.display())),
            "{error}"
        );
    });
}

/// The variables of this process are set in a process of their own.
#[test]
fn from_env_reads_the_variables_of_the_process() {
    const CHILD: &str = "REGCRED_TEST_CHILD";
    if std::env::var_os(CHILD).is_some() {
        let resolver = Resolver::from_env().unwrap();
        let warns = |resolver: &Resolver| {
            resolver.warnings().iter().any(|w| w.kind() == &WarningKind::HomeUnset)
        };
        println!("answer {} {}", answer(&resolver, "reg.io/a"), warns(&resolver));
        let given = Environment::from_process().home("/home/nobody");
        let given = Resolver::builder().environment(given).build().unwrap();
        assert!(!warns(&given), "a home directory that is given");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    put(&home, ".docker/config.json", user("home"));
    put(&home, "other/config.json", user("other"));
    let other = home.path().join("other");
    let json = user("variable");
    // variables, answer
    type Variables<'a> = &'a [(&'a str, &'a OsStr)];
    let table: &[(Variables<'_>, &str)] = &[
        (&[("HOME", home.path().as_os_str())], "answer home:p false"),
        (
            &[("HOME", home.path().as_os_str()), ("DOCKER_CONFIG", other.as_os_str())],
            "answer other:p false",
        ),
        (
            &[("HOME", home.path().as_os_str()), ("DOCKER_AUTH_CONFIG", json.as_ref())],
            "answer variable:p false",
        ),
        (&[("DOCKER_CONFIG", other.as_os_str())], "answer other:p true"),
        (&[("HOME", "".as_ref()), ("DOCKER_CONFIG", other.as_os_str())], "answer other:p true"),
    ];
    check_rows(table, |(variables, expected)| {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "environment::from_env_reads_the_variables_of_the_process"]);
        child.args(["--nocapture"]).env_clear().env(CHILD, "1").envs(variables.iter().copied());
        let output = String::from_utf8(child.output().unwrap().stdout).unwrap();
        // On Windows, the home directory does not come from a variable.
        let expected = if cfg!(unix) { expected } else { expected.trim_end_matches(" true") };
        assert!(output.contains(expected), "{variables:?}: {output}");
    });
}

/// JSON that was put into a variable for a path must not be shown.
#[test]
fn a_credential_in_place_of_a_path_is_not_shown() {
    let json = user("hunter2");
    for name in
        ["REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "DOCKER_CONFIG", "HOME"]
    {
        let environment = Environment::empty().home("/nowhere").var(name, json.clone());
        let secret = crate::support::base64("hunter2:p");
        assert!(!format!("{environment:?}").contains(&secret), "{environment:?}");
        let error = Resolver::builder().environment(environment).build().unwrap_err().to_string();
        assert!(error.contains("it is not shown"), "{error}");
        assert!(!error.contains(&secret), "{error}");
    }
    for level in Level::ALL {
        let built = [
            Resolver::builder().file(level, &json),
            Resolver::builder().file_if_exists(level, &json),
        ];
        for builder in built {
            let error = builder.build().unwrap_err().to_string();
            assert!(!error.contains(&crate::support::base64("hunter2:p")), "{error}");
        }
    }
}

#[test]
fn a_home_that_is_not_a_directory_has_no_files() {
    let directory = tempfile::tempdir().unwrap();
    put(&directory, "file", "");
    let file = directory.path().join("file");
    let of_home = resolver(Environment::empty().var("DOCKER_AUTH_CONFIG", user("u")).home(&file));
    assert_eq!(answer(&of_home, "reg.io/a"), "u:p");
    assert!(!of_home.is_stale());
    assert_eq!(answer(&resolver(Environment::empty().home("")), "reg.io/a"), "-");
    // Docker's variable names a directory. The file itself was meant to be read.
    put(&directory, "config.json", user("u"));
    let environment =
        Environment::empty().var("DOCKER_CONFIG", directory.path().join("config.json"));
    let error = Resolver::builder().environment(environment.home("/nowhere")).build().unwrap_err();
    assert!(error.to_string().contains("DOCKER_CONFIG and HOME name directories"), "{error}");
}
