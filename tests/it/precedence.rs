//! DESIGN 3.6: the order of matching entries.

use regcred::{Level, Resolver, Warning, WarningKind};

use crate::support::{LEVELS, answer, check_rows, config, image_ref, secret, word};

/// A resolver with one file at each level given, in the order given.
fn at_levels(files: &[(Level, &[(&str, &str)])]) -> Resolver {
    let builder = Resolver::builder();
    let add = |builder: regcred::ResolverBuilder, (level, keys): &(Level, &[(&str, &str)])| {
        builder.add(*level, config(keys))
    };
    files.iter().fold(builder, add).build().unwrap()
}

#[test]
fn levels_are_ordered_by_precedence() {
    assert_eq!(Level::ALL[..LEVELS.len()], LEVELS, "a user's levels are weaker than a cluster's");
    assert!(Level::ALL.is_sorted());
    let names: Vec<String> = LEVELS.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["task secret", "sandbox HOME", "agent flag", "cluster file"]);
}

#[test]
fn the_strongest_level_wins_in_any_order_of_calls() {
    check_rows(LEVELS.iter().enumerate(), |(place, strongest)| {
        let mut files: Vec<(Level, &[(&str, &str)])> = vec![(*strongest, &[("reg.io", "strong")])];
        // A weaker level loses, however specific its key is.
        for weaker in &LEVELS[place + 1..] {
            files.push((*weaker, &[("reg.io/team/app", "weak"), ("reg.io", "weak")]));
        }
        assert_eq!(answer(&at_levels(&files), "reg.io/team/app"), "strong:p");
        files.reverse();
        assert_eq!(answer(&at_levels(&files), "reg.io/team/app"), "strong:p");
    });
}

#[test]
fn a_level_without_a_usable_entry_is_skipped() {
    let (secret, cluster) = (Level::TaskSecret, Level::ClusterFile);
    let weak: &[(&str, &str)] = &[("reg.io", "weak")];
    // strong file, answer, rule
    #[rustfmt::skip]
    let table = [
        (r#"{"auths": {"other.io": {"auth": "dTpw"}}}"#, "weak:p", "a miss"),
        (r#"{"auths": {"reg.io": {}}}"#, "weak:p", "an absent entry"),
        (r#"{"auths": {"reg.io/other": {"auth": "dTpw"}}}"#, "weak:p", "out of scope"),
        (r#"{"auths": {"user@reg.io": {"auth": "dTpw"}}}"#, "weak:p", "a key that matches nothing"),
        (r#"{"credsStore": "desktop"}"#, "weak:p", "a helper is not an answer"),
        (r#"{"auths": {"reg.io": {"auth": "!"}}}"#, "-", "3.7: never the next identity down"),
        (r#"{"auths": {"*.io": {"auth": "!"}}}"#, "-", "3.7: not even for a pattern"),
    ];
    check_rows(table, |(strong, expected, rule)| {
        let builder = Resolver::builder().add(secret, strong).add(cluster, config(weak));
        assert_eq!(answer(&builder.build().unwrap(), "reg.io/team/app"), expected, "{rule}");
    });
}

#[test]
fn the_most_specific_key_wins_within_a_level() {
    // keys with the user each is given, image, answer, rule
    type Row<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str);
    #[rustfmt::skip]
    let table: &[Row<'_>] = &[
        (&[("*.reg.io/team", "glob"), ("a.reg.io", "exact")], "a.reg.io/team/app", "exact", "kubelet: exact first"),
        (&[("*a*.*.io", "more stars"), ("ab.*.io", "more letters")], "ab.x.io/app", "more letters",
            "3.6: * is not a letter"),
        (&[("*.reg.io", "short"), ("a*.reg.io", "long")], "ab.reg.io/app", "long", "3.6: more literal characters"),
        (&[("a**.reg.io", "twice"), ("a*.reg.io", "once")], "ab.reg.io/app", "once", "3.6: spelled as its scope"),
        (&[("a*.reg.io", "long"), ("*.reg.io/team", "path")], "ab.reg.io/team/app", "long", "3.6: host before path"),
        (&[("*.reg.io", "short"), ("*.reg.io/team", "path")], "a.reg.io/team/app", "path", "3.6: the longest path"),
        (&[("reg.io", "host"), ("reg.io/a", "a"), ("reg.io/a/b/c", "abc")], "reg.io/a/b/c", "abc",
            "podman: longest path"),
        (&[("reg.io", "host"), ("reg.io/a", "a"), ("reg.io/a/b/c", "abc")], "reg.io/a/b", "a", "podman: longest path"),
        (&[("reg.io", "host"), ("reg.io/a", "a"), ("reg.io/a/b/c", "abc")], "reg.io/b", "host", "podman: the host"),
        (&[("https://reg.io/v1/", "url"), ("reg.io", "bare")], "reg.io/app", "bare", "3.6: spelled as its scope"),
        (&[("REG.io", "upper"), ("reg.io", "bare")], "reg.io/app", "bare", "3.6: spelled as its scope"),
        (&[("reg.io:443", "port"), ("reg.io", "bare")], "reg.io/app", "bare", "3.6: spelled as its scope"),
        (&[("reg.io:05000", "zero"), ("reg.io:5000", "bare")], "reg.io:5000/app", "bare", "3.6: spelled as its scope"),
        (&[("reg.io:5000/", "slash"), ("reg.io:5000", "bare")], "reg.io:5000/app", "bare", "3.6: spelled as its scope"),
        (&[("reg.io/a/", "slash"), ("reg.io/a", "bare")], "reg.io/a/b", "bare", "3.6: spelled as its scope"),
        (&[("https://reg.io", "first"), ("http://reg.io", "second")], "reg.io/app", "first", "3.6: file order"),
        (&[("http://reg.io", "first"), ("https://reg.io", "second")], "reg.io/app", "first", "3.6: file order"),
        (&[("docker.io", "bare"), ("https://index.docker.io/v1/", "docker")], "nginx", "docker",
            "3.6: Docker's spelling"),
        (&[("index.docker.io", "index"), ("docker.io", "bare")], "nginx", "bare", "podman: docker.io first"),
        (&[("https://index.docker.io/v1/", "docker"), ("docker.io/library", "path")], "nginx", "path",
            "3.6: path before spelling"),
        (&[("https://index.docker.io/v1/", "docker"), ("docker.io/team", "path")], "nginx", "docker", "out of scope"),
    ];
    check_rows(table, |(keys, image, expected, rule)| {
        let resolver = secret(config(keys)).unwrap();
        assert_eq!(answer(&resolver, image), format!("{expected}:p"), "{keys:?} {image}: {rule}");
        // The files of one level are one pool.
        let spread = keys.iter().fold(Resolver::builder(), |builder, key| {
            builder.task_secret(config(std::slice::from_ref(key)))
        });
        let spread = spread.build().unwrap();
        assert_eq!(
            answer(&spread, image),
            format!("{expected}:p"),
            "spread, {keys:?} {image}: {rule}"
        );
    });
}

#[test]
fn ties_go_to_the_source_added_first() {
    let one = config(&[("reg.io", "one")]);
    let two = config(&[("reg.io", "two")]);
    let build = |first: &str, second: &str| {
        Resolver::builder().task_secret(first).task_secret(second).build().unwrap()
    };
    assert_eq!(answer(&build(&one, &two), "reg.io/app"), "one:p");
    assert_eq!(answer(&build(&two, &one), "reg.io/app"), "two:p");
    let warnings = build(&one, &two);
    assert!(warnings.warnings().is_empty(), "two files may well name one registry");
}

#[test]
fn equivalent_keys_are_a_warning() {
    let resolver = secret(config(&[
        ("https://reg.io", "url"),
        ("reg.io", "bare"),
        ("reg.io/team", "team"),
        ("*.reg.io", "any"),
        ("https://*.reg.io", "any url"),
        ("REG.io", "upper"),
    ]))
    .unwrap();
    let preferred = |warning: &Warning| match warning.kind() {
        WarningKind::EquivalentKey { preferred, .. } => preferred.to_string(),
        _ => panic!("{warning}"),
    };
    let pairs: Vec<(&str, String)> =
        resolver.warnings().iter().map(|w| (w.key().unwrap(), preferred(w))).collect();
    let [same, any] = ["reg.io", "*.reg.io"].map(str::to_owned);
    assert_eq!(
        pairs,
        [("https://reg.io", same.clone()), ("REG.io", same), ("https://*.reg.io", any)]
    );
    check_rows(resolver.warnings(), |warning| {
        let preferred = &preferred(warning);
        let text = warning.to_string();
        let place = |key: &str| text.find(&format!("{key:?}")).unwrap_or_else(|| panic!("{text}"));
        assert!(place(warning.key().unwrap()) < place(preferred), "which goes first: {text}");
    });
}

/// A base is layered in at the point of the call, and nothing of it is copied or changed.
#[test]
fn each_level_of_a_base_is_merged_with_the_same_level() {
    let agent = at_levels(&[
        (Level::TaskSecret, &[("same.io", "agent")]),
        (Level::AgentFlag, &[("reg.io", "flag"), ("flag.io", "flag")]),
        (Level::ClusterFile, &[("reg.io", "cluster"), ("cluster.io", "cluster")]),
    ]);
    let build = |base_first: bool| {
        let task = Resolver::builder();
        let task = if base_first { task.base(&agent) } else { task };
        let task = task
            .task_secret(config(&[("reg.io", "task"), ("same.io", "task")]))
            .add(Level::ClusterFile, config(&[("reg.io", "late"), ("own.io", "own")]));
        if base_first { task.build().unwrap() } else { task.base(&agent).build().unwrap() }
    };
    check_rows([true, false], |base_first| {
        let task = build(base_first);
        assert_eq!(answer(&task, "reg.io/app"), "task:p");
        assert_eq!(answer(&task, "flag.io/app"), "flag:p");
        assert_eq!(answer(&task, "cluster.io/app"), "cluster:p");
        assert_eq!(answer(&task, "own.io/app"), "own:p");
        assert_eq!(answer(&task, "none.io/app"), "-");
        let expected = if base_first { "agent:p" } else { "task:p" };
        assert_eq!(answer(&task, "same.io/app"), expected, "of equals the one given first");
        let image = image_ref("reg.io/app");
        let all: Vec<String> = task.resolve_all(&image).map(|auth| word(&auth)).collect();
        let last = if base_first { ["cluster:p", "late:p"] } else { ["late:p", "cluster:p"] };
        assert_eq!(all, [["task:p", "flag:p"], last].concat());
    });
    assert_eq!(answer(&agent, "reg.io/app"), "flag:p", "the agent's own is as it was");
    let odd = secret(r#"{"auths": {"u@reg.io": {}}}"#).unwrap();
    let over = Resolver::builder().base(&odd).build().unwrap();
    assert_eq!((odd.warnings().len(), over.warnings().len()), (1, 0), "the base's are the base's");
    let strict = Resolver::builder().base(&odd).strict().build();
    assert!(strict.is_ok(), "a base is as strict as it was built");
    let grandchild = Resolver::builder().base(&build(true)).base(&agent).build().unwrap();
    assert_eq!(answer(&grandchild, "own.io/app"), "own:p");
}

/// The layers of a base keep their order wherever the base is added.
#[test]
fn ties_between_layers_go_to_the_layer_added_first() {
    let tied = |user: &str| config(&[("reg.io", user)]);
    let one = Resolver::builder().task_secret(tied("2")).build().unwrap();
    let two = Resolver::builder().task_secret(tied("1")).base(&one).build().unwrap();
    let three = Resolver::builder().task_secret(tied("0")).base(&two).build().unwrap();
    let image = image_ref("reg.io/app");
    // position of the base, order of the answers
    #[rustfmt::skip]
    let table = [
        ("last", Resolver::builder().task_secret(tied("a")).base(&two), "a 1 2"),
        ("first", Resolver::builder().base(&two).task_secret(tied("a")), "1 2 a"),
        ("between", Resolver::builder().task_secret(tied("a")).base(&two).task_secret(tied("b")), "a 1 2 b"),
        ("before another base", Resolver::builder().base(&two).base(&secret(tied("a")).unwrap()), "1 2 a"),
        ("three layers, first", Resolver::builder().base(&three).task_secret(tied("a")), "0 1 2 a"),
    ];
    check_rows(table, |(place, builder, expected)| {
        let resolver = builder.build().unwrap();
        let all: Vec<String> =
            resolver.resolve_all(&image).map(|auth| auth.username().unwrap().to_owned()).collect();
        assert_eq!(all.join(" "), expected, "the base is added {place}");
        assert_eq!(answer(&resolver, "reg.io/app"), format!("{}:p", all[0]), "{place}");
    });
}

#[test]
fn resolve_all_yields_the_best_match_first_unless_it_is_malformed() {
    let resolver = Resolver::builder()
        .add(Level::ClusterFile, config(&[("*.io", "any"), ("reg.io", "cluster")]))
        .add(
            Level::TaskSecret,
            config(&[("reg.io", "host"), ("reg.io/team", "team"), ("https://reg.io", "url")]),
        )
        .add(Level::AgentFlag, r#"{"auths": {"reg.io": {}}}"#)
        .build()
        .unwrap();
    let all = |resolver: &Resolver, image: &str| -> Vec<String> {
        let image = image_ref(image);
        resolver.resolve_all(&image).map(|auth| word(&auth)).collect()
    };
    assert_eq!(
        all(&resolver, "reg.io/team/app"),
        ["team:p", "host:p", "url:p", "cluster:p", "any:p"]
    );
    assert_eq!(all(&resolver, "reg.io/x"), ["host:p", "url:p", "cluster:p", "any:p"]);
    assert_eq!(all(&resolver, "quay.io/x"), ["any:p"]);
    assert!(all(&resolver, "nginx").is_empty());
    let broken = Resolver::builder()
        .base(&resolver)
        .add(Level::AgentFlag, r#"{"auths": {"reg.io": {"auth": "!"}}}"#)
        .build()
        .unwrap();
    let passed_over = ["host:p", "url:p", "cluster:p", "any:p"];
    assert_eq!(all(&broken, "reg.io/x"), passed_over, "a malformed entry at a weaker level");
    let broken = Resolver::builder()
        .base(&resolver)
        .task_secret(r#"{"auths": {"reg.io/x": {"auth": "!"}}}"#)
        .build()
        .unwrap();
    assert!(all(&broken, "reg.io/x").is_empty(), "never the next identity down");
}
