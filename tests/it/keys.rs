//! DESIGN 3.2: keys and the scopes they mean.

use regcred::{ImageRef, Level, Resolver, WarningKind};

use crate::support::{answer, config, secret};

#[test]
fn a_key_covers_what_it_means_and_nothing_else() {
    // key, images covered, images not covered, rule
    #[rustfmt::skip]
    let table: &[(&str, &[&str], &[&str], &str)] = &[
        ("quay.io", &["quay.io/a", "quay.io/a/b:1", "QUAY.io/a", "quay.io:443/a"], &["quay.io:80/a", "nquay.io/a", "quay.io.evil.com/a", "a.quay.io/a", "a"], "Docker: the host"),
        ("https://quay.io", &["quay.io/a"], &["a"], "3.2.1: the scheme is dropped"),
        ("HTTP://quay.io", &["quay.io/a"], &["a"], "3.2.1: in any case"),
        ("https://quay.io/", &["quay.io/a"], &[], "3.2.3: an empty path"),
        ("https://quay.io/v1/", &["quay.io/a"], &[], "3.2.3: API root, Docker before 1.7"),
        ("https://quay.io/v2", &["quay.io/a", "quay.io/v2ray/core"], &[], "3.2.3: API root without slash"),
        ("quay.io/v1/", &["quay.io/a"], &[], "3.2.3: API root, Mesos"),
        ("quay.io/v1", &["quay.io/v1/a", "quay.io/v1"], &["quay.io/a", "quay.io/v1a"], "3.2.3: a namespace, podman"),
        ("https://quay.io//v2/", &["quay.io/a"], &[], "Mesos: empty segments count for nothing"),
        ("https://quay.io/v1/team", &["quay.io/v1/team/a"], &["quay.io/team/a", "quay.io/a"], "3.2.3: the path is not cut"),
        ("quay.io/team", &["quay.io/team", "quay.io/team/a", "quay.io/team/b/c"], &["quay.io/teams", "quay.io/teams/a", "quay.io/a", "quay.io/tea", "quay.io/b/team"], "3.2.3: whole segments (kubelet compares bytes)"),
        ("https://quay.io/team/", &["quay.io/team/a"], &["quay.io/a"], "3.2.3: alike with scheme and slash"),
        ("quay.io//team//app", &["quay.io/team/app"], &["quay.io/team/b"], "empty segments count for nothing"),
        ("quay.io:5000", &["quay.io:5000/a", "quay.io:05000/a"], &["quay.io/a", "quay.io:500/a"], "3.1: ports are numbers"),
        ("quay.io:0443", &["quay.io/a"], &["quay.io:80/a"], "3.2.2: 443 is no port"),
        ("http://quay.io:80", &["quay.io:80/a"], &["quay.io/a"], "Mesos: the scheme implies no port"),
        ("QUAY.IO/team", &["quay.io/team/a"], &[], "3.2.2: hosts in lower case"),
        ("[::1]:5000", &["[::1]:5000/a"], &["[::1]/a", "[::2]:5000/a"], "Docker: IPv6"),
        ("https://[FD00::1]/v2/", &["[fd00::1]/a"], &[], "Docker: IPv6, case"),
        ("docker.io", &["a", "team/a", "docker.io/a/b", "index.docker.io/a", "registry-1.docker.io/a"], &["quay.io/a", "localhost/a", "Foo/a", "docker.io:5000/a"], "3.2.2: one registry"),
        ("index.docker.io", &["a"], &["localhost/a"], "kubelet"),
        ("https://registry-1.docker.io/v2/", &["a"], &[], "nerdctl"),
        ("https://index.docker.io/v1/", &["a"], &["docker.io.evil.com/a", "notdocker.io/a", "evil.com/docker.io"], "Docker"),
        ("index.docker.io/v1", &["a"], &[], "3.2.3: on Docker Hub an API root without slash"),
        ("INDEX.docker.io:443/v1/", &["a"], &[], "3.2.2"),
        ("docker.io/library", &["nginx", "library/nginx"], &["team/a"], "3.2.3: the normalised repository, podman"),
        ("docker.io/library/nginx", &["nginx:1", "docker.io/nginx"], &["nginxs", "library/nginx2"], "3.2.3"),
        ("https://index.docker.io/v1/access-token", &[], &["a", "team/a"], "Docker Desktop's pseudo key"),
        ("https://index.docker.io/v1/refresh-token", &[], &["a"], "Docker Desktop's pseudo key"),
        ("hub.docker.com", &[], &["a"], "no name of the Hub's registry"),
        ("https://docker.io.evil.example/", &[], &["a"], "never by substring (Mesos does)"),
        ("localhost", &["localhost/a", "Localhost/a"], &["a", "localhost:5000/a"], "Docker"),
        ("build", &["Build/a", "build:443/a"], &["build/a"], "Docker: build/a is on the Hub"),
        ("*.example.com", &["a.example.com/x", "A.example.com/x"], &["a.b.example.com/x", "example.com/x", "a.example.com:5000/x"], "3.2.4, kubelet"),
        ("*.*.example.com", &["a.b.example.com/x"], &["a.example.com/x"], "3.2.4"),
        ("PRE*.Example.com", &["prefix.example.com/x"], &["example.com/x"], "3.2.2: patterns in lower case"),
        ("pre*.example.com", &["pre.example.com/x", "prefix.example.com/x"], &["apre.example.com/x"], "3.2.4: inside a label"),
        ("a*b*c.example.com", &["abc.example.com/x", "a-bb-cc.example.com/x"], &["acb.example.com/x", "ab.c.example.com/x"], "3.2.4"),
        ("*.dkr.ecr.*.amazonaws.com", &["1234.dkr.ecr.eu-west-1.amazonaws.com/x"], &["1234.dkr.ecr.amazonaws.com/x"], "docker/cli#2928"),
        ("*.example.com:5000/team", &["a.example.com:5000/team/x"], &["a.example.com:5000/x", "a.example.com/team/x"], "3.2.4: only the host"),
        ("*.docker.io", &["a.docker.io/x"], &["x", "index.docker.io/x", "registry-1.docker.io/x"], "3.2.4: never the Hub"),
        ("docker.*", &["docker.com/x"], &["x"], "3.2.4: never the Hub"),
        ("*.io:5000", &["docker.io:5000/x", "reg.io:5000/x"], &["docker.io/x", "x"], "3.2.2: another port is not Docker Hub"),
        ("a**.example.com", &["ab.example.com/x"], &["b.example.com/x"], "3.2.4: two * are one"),
        ("*.example.com/team", &["a.example.com/team/x", "a.example.com/team"], &["a.example.com/teams", "a.example.com/x"], "3.2.3: whole segments under a pattern too"),
        ("*.example.com:443", &["a.example.com/x"], &["a.example.com:5000/x"], "3.2.2: 443 is no port"),
        ("https://*.example.com/v1/", &["a.example.com/x"], &[], "3.2.3: API root"),
        ("https://reg.io/v1", &["reg.io/x", "reg.io/v1x"], &[], "3.2.3: API root without slash"),
        ("reg.io:0", &["reg.io:0/x", "reg.io:00/x"], &["reg.io/x"], "3.1: 0 is a number"),
        ("registry-with-a-long-name-*.example.com", &["REGISTRY-with-a-long-NAME-1.EXAMPLE.com/x"], &[], "3.2.2: hosts in lower case"),
        ("*", &["localhost/x", "Build/x"], &["x", "quay.io/x"], "3.2.4: one label"),
        ("reg.io:65535", &["reg.io:65535/x"], &["reg.io/x", "reg.io:65534/x"], "3.2.1: the last port"),
        ("index.docker.io/v2", &["a"], &[], "3.2.3: on Docker Hub an API root without slash"),
        ("x*ab*cd*y.example.io", &["xabcdy.example.io/x", "x-ab-cd-y.example.io/x"], &["xcdaby.example.io/x", "xaby.example.io/x"], "3.2.4: the pieces in their order"),
        ("x*ab*ba*y.example.io", &["xabbay.example.io/x"], &["xabay.example.io/x"], "3.2.4: two pieces share no character"),
        ("a*b*b.example.io", &["abb.example.io/x"], &["ab.example.io/x"], "3.2.4: a piece shares none with the end"),
        ("ab*ba.example.io", &["abba.example.io/x"], &["aba.example.io/x"], "3.2.4: nor does the beginning"),
        ("docker.io:5000/v1", &["docker.io:5000/v1/a"], &["docker.io:5000/a", "a"], "3.2.3: another port is not Docker Hub"),
        ("Docker.io:5000/v1", &["docker.io:5000/v1/a"], &["docker.io:5000/a", "a"], "3.2.3: another port is not Docker Hub"),
        ("index.docker.io:5000/v2", &["index.docker.io:5000/v2/a"], &["index.docker.io:5000/a", "a"], "3.2.3: another port is not Docker Hub"),
        ("https://bücher.example/", &["xn--bcher-kva.example/x"], &[], "3.2.1: IDNA"),
        ("https://ＱＵＡＹ.io", &["quay.io/x"], &[], "3.2.1: IDNA folds full-width letters"),
        ("https://quаy.io", &["xn--quy-7cd.io/x"], &["quay.io/x"], "3.2.1: a Cyrillic а is another host"),
    ];
    for (key, covered, not_covered, rule) in table {
        let resolver = secret(config(&[(key, "u")])).unwrap();
        for image in *covered {
            assert_eq!(answer(&resolver, image), "u:p", "{key} should cover {image}: {rule}");
        }
        for image in *not_covered {
            assert_eq!(answer(&resolver, image), "-", "{key} should not cover {image}: {rule}");
        }
        assert!(resolver.warnings().is_empty(), "{key}: {:?}", resolver.warnings());
    }
}

/// However many segments a path has, and however many keys are beside it.
#[test]
fn a_path_of_any_depth_is_covered() {
    let others: Vec<String> = (0..20).map(|n| format!("other{n}.io/a")).collect();
    for depth in [1, 2, 29, 30, 31, 32, 33, 34, 62, 63, 64, 65, 96] {
        let path = vec!["a"; depth].join("/");
        let key = format!("reg.io/{path}");
        for beside in [&[][..], &others] {
            let keys: Vec<(&str, &str)> =
                beside.iter().chain([&key]).map(|key| (&**key, "u")).collect();
            let resolver = secret(config(&keys)).unwrap();
            let above = path.strip_suffix("/a").unwrap_or("x");
            for (repository, expected) in [
                (path.clone(), "u:p"),
                (format!("{path}/app"), "u:p"),
                (format!("{path}b"), "-"),
                (format!("{above}/b"), "-"),
            ] {
                let image = format!("reg.io/{repository}");
                assert_eq!(answer(&resolver, &image), expected, "{key} for {image}");
            }
        }
    }
}

#[test]
fn a_key_that_can_match_nothing_is_left_out_and_warned_of() {
    // key, why, as it is shown, rule
    #[rustfmt::skip]
    let table = [
        ("user@quay.io", "user info", "…@quay.io", "3.2.1"),
        ("https://user:word@quay.io/team", "user info", "https://…@quay.io/team", "3.2.1"),
        ("https://quay.io@evil.com/", "user info", "https://…@evil.com/", "3.2.1"),
        ("https://quay.io/?token=word", "query", "https://quay.io/…", "3.2.1"),
        ("quay.io#word", "fragment", "quay.io…", "3.2.1"),
        (" quay.io", "white space", " quay.io", "3.2.1"),
        ("quay.io\n", "white space", "quay.io\\n", "3.2.1"),
        ("quay.io\0", "control", "quay.io\\0", "3.2.1"),
        ("quаy.io", "outside ASCII", "quаy.io", "3.2.1: bare keys are not put through IDNA"),
        ("https://xn--quay-.bücher.example", "outside ASCII", "https://xn--quay-.bücher.example", "3.2.1: Punycode of plain ASCII is no name (CVE-2024-12224)"),
        ("https://quay.io/тeam", "outside ASCII", "https://quay.io/тeam", "3.2.1"),
        ("", "no host", "", "docker/cli#3022"),
        ("https://", "no host", "https://", "3.2.1"),
        ("//quay.io", "no host", "//quay.io", "Mesos"),
        ("://quay.io", "no host", "://quay.io", "half a scheme"),
        ("*_x.quay.io", "valid registry name", "*_x.quay.io", "no image can name it"),
        (":5000", "no host", ":5000", "3.2.1"),
        ("quay.io:", "port", "quay.io:…", "3.2.1"),
        ("quay.io:x", "port", "quay.io:…", "3.2.1"),
        ("quay.io:65536", "port", "quay.io:65536", "3.2.1"),
        ("quay.io:*", "port", "quay.io:…", "3.2.4: no other glob"),
        ("ftp://quay.io", "scheme", "ftp://quay.io", "3.2.1: http and https alone"),
        ("quay.io.", "valid registry name", "quay.io.", "no image can name it"),
        ("quay_io", "valid registry name", "quay_io", "no image can name it"),
        ("https://::1:5000/v2/", "valid registry name", "https://…/v2/", "brackets are due"),
        ("quay.io%2eevil", "valid registry name", "…", "no escapes"),
        ("https://user:word%40quay.io", "port", "https://…", "an escaped @"),
        ("https://user:word＠quay.io", "port", "https://…@quay.io", "another @"),
        ("https://word:12345678/v1/", "port", "https://…/v1/", "digits, but no port"),
        ("word%3Aword%40quay.io", "valid registry name", "…", "all of it escaped"),
        ("ssh://word:word/quay.io", "scheme", "ssh://…/quay.io", "another scheme"),
        ("https:/word:word/quay.io", "port", "…/…", "half a scheme"),
        ("quay.io/word:word", "valid repository name", "quay.io/…", "a colon in the path"),
        ("https://[::1]word", "port", "https://…", "text behind an address"),
        ("[::1]:5000/Team", "valid repository name", "[::1]:5000/Team", "an address and its port"),
        ("user:word", "port", "…", "no @ at all"),
        ("https://user:word/quay.io", "port", "https://…/quay.io", "no @ at all"),
        ("https://quay.io/@word", "valid repository name", "https://quay.io/…", "an @ in the path"),
        ("https://quay.io/team%3Ft=word", "valid repository name", "https://quay.io/team…", "an escaped ?"),
        ("https://quay.io/team;t=word", "valid repository name", "https://quay.io/team…", "no sign of a path"),
        ("https://quay.io/team&t=word", "valid repository name", "https://quay.io/team…", "no sign of a path"),
        ("quay.io/team=word", "valid repository name", "quay.io/team…", "no sign of a path"),
        ("https://quay.io/team？word", "outside ASCII", "https://quay.io/team…", "another ?"),
        ("https://quay.io/team＃word", "outside ASCII", "https://quay.io/team…", "another #"),
        ("quay.io;word", "valid registry name", "quay.io…", "no sign of a host"),
        ("quay.io&word", "valid registry name", "quay.io…", "no sign of a host"),
        ("quay.io=word", "valid registry name", "quay.io…", "no sign of a host"),
        ("quay.io？word", "outside ASCII", "quay.io…", "another ?"),
        ("quay.io＃word", "outside ASCII", "quay.io…", "another #"),
        ("[a-z].io", "valid registry name", "…", "3.2.4: no other glob"),
        ("quay.io/*/app", "valid repository name", "quay.io/*/app", "3.2.4: no other glob"),
        ("quay.io/Team", "valid repository name", "quay.io/Team", "no image can name it"),
        ("quay.io/../team", "valid repository name", "quay.io/../team", "no image can name it"),
    ];
    for (key, why, shown, rule) in table {
        let resolver = secret(config(&[(key, "u")])).unwrap();
        assert_eq!(answer(&resolver, "quay.io/team/app"), "-", "{key:?}, {rule}");
        let [warning] = resolver.warnings() else { panic!("{key:?}: {:?}", resolver.warnings()) };
        assert!(matches!(warning.kind(), WarningKind::UnmatchableKey(_)), "{key:?}, {rule}");
        let text = warning.to_string();
        assert!(text.contains(why), "{key:?} should say {why:?}: {text}, {rule}");
        assert!(text.contains(&format!("\"{shown}\"")), "{key:?} shown {shown:?}: {text}, {rule}");
        assert!(!text.contains("word"), "{text}");

        let strict = Resolver::builder().task_secret(config(&[(key, "u")])).strict().build();
        let error = strict.expect_err(key).to_string();
        assert!(error.contains(why) && error.contains("task secret"), "{key:?}: {error}");
    }
}

#[test]
fn a_registry_is_looked_up_by_any_spelling_and_for_itself_alone() {
    let file = config(&[
        ("https://index.docker.io/v1/", "hub"),
        ("quay.io/team", "team"),
        ("quay.io", "quay"),
        ("*.example.com", "any"),
        ("only.io/team", "only"),
        ("*.port.dev:5000", "port"),
        ("broken.io", "broken"),
        ("xn--bcher-kva.example", "idna"),
    ]);
    let broken = r#""broken.io": 1, "*.broken.io": "#;
    let resolver = secret(file.replace(r#""broken.io": "#, broken)).unwrap();
    // server, answer
    let table = [
        ("docker.io", "hub"),
        ("https://index.docker.io/v1/", "hub"),
        ("registry-1.docker.io", "hub"),
        ("quay.io", "quay"),
        ("HTTPS://QUAY.IO:443/v2/", "quay"),
        ("quay.io/team", "quay"),
        ("quay.io/Any/path_at_all", "quay"),
        ("https://quay.io:443/x?y", "quay"),
        ("a.example.com", "any"),
        ("only.io", "-"),
        ("a.example.com:5000", "-"),
        ("a.port.dev:5000", "port"),
        ("a.port.dev", "-"),
        ("broken.io", "-"),
        ("example.com", "-"),
        ("*.example.com", "-"),
        ("bücher.example", "idna"),
        ("https://BÜCHER.example/v2/", "idna"),
        ("xn--bcher-kva.example", "idna"),
        ("quay.io:5000", "-"),
        ("user@quay.io", "-"),
        ("", "-"),
    ];
    for (server, user) in table {
        let auth = resolver.resolve_registry(server);
        assert_eq!(auth.as_ref().and_then(|a| a.username()).unwrap_or("-"), user, "{server:?}");
    }
}

#[test]
fn a_scoped_key_never_answers_for_a_registry() {
    let resolver = Resolver::builder()
        .add(Level::TaskSecret, config(&[("quay.io/team", "u")]))
        .build()
        .unwrap();
    assert!(resolver.resolve_registry("quay.io").is_none());
    assert!(resolver.resolve_registry("quay.io/team").is_none());
    assert!(resolver.resolve(&ImageRef::parse("quay.io/team").unwrap()).is_some());
}
