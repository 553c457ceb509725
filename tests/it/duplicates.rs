//! DESIGN 3.4: duplicate keys and repeated `auths`.

use regcred::WarningKind;

use crate::support::{answer, check_rows, secret};

#[test]
fn the_last_duplicate_key_wins_and_repeated_auths_are_merged() {
    // document, answers for a.io/x and b.io/x, warnings, rule
    #[rustfmt::skip]
    let table = [
        (r#"{"auths": {"a.io": {"auth": "eDp5"}, "a.io": {"auth": "dTpw"}}}"#, "u:p", "-", 1, "Docker: the last"),
        (r#"{"auths": {"a.io": {"auth": "eDp5"}, "a.io": {}}}"#, "-", "-", 1, "Docker: the last, even if empty"),
        (r#"{"auths": {"a.io": 1, "a.io": {"auth": "dTpw"}}}"#, "u:p", "-", 1, "the malformed one does not count"),
        (r#"{"auths": {"a.io": {"auth": "dTpw"}, "a.io": 1}}"#, "-", "-", 2, "the malformed one counts"),
        (r#"{"auths": {"a.io": {"auth": "dTpw"}}, "auths": {"b.io": {"auth": "eDp5"}}}"#, "u:p", "x:y", 0, "merged"),
        (r#"{"auths": {"a.io": {"auth": "eDp5"}}, "Auths": {"a.io": {"auth": "dTpw"}}}"#, "u:p", "-", 1, "the last"),
        (r#"{"auths": {"a.io": {"auth": "dTpw"}}, "auths": null}"#, "u:p", "-", 0, "Docker: null changes nothing"),
        (r#"{"a.io": {"auth": "eDp5"}, "a.io": {"auth": "dTpw"}}"#, "u:p", "-", 1, "a .dockercfg likewise"),
        (r#"{"a.io": {"auth": "eDp5"}, "a.io": "x"}"#, "-", "-", 2, "a .dockercfg likewise"),
        (r#"{"*.io": {"auth": "eDp5"}, "*.io": {"auth": "dTpw"}}"#, "u:p", "u:p", 1, "patterns likewise"),
    ];
    check_rows(table, |(document, a, b, warnings, rule)| {
        let resolver = secret(document).unwrap();
        assert_eq!(answer(&resolver, "a.io/x"), a, "{document}, {rule}");
        assert_eq!(answer(&resolver, "b.io/x"), b, "{document}, {rule}");
        assert_eq!(resolver.warnings().len(), warnings, "{document}, {:?}", resolver.warnings());
        let strict = regcred::Resolver::builder().task_secret(document).strict().build();
        let malformed = |w: &regcred::Warning| matches!(w.kind(), WarningKind::MalformedEntry(_));
        let malformed = resolver.warnings().iter().any(malformed);
        assert_eq!(strict.is_err(), malformed, "a repeated entry is no defect: {document}");
    });
}
