//! Recognition of other formats by their first lines, in linear time. Nothing of the text is kept.

use super::OtherFormat;
use super::base64_content::Base64Content;
use crate::image::is_scheme;

impl OtherFormat {
    /// Returns the format of a text that could not be read as JSON.
    pub(in crate::json) fn of(text: &str) -> Option<Self> {
        let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
        let text = text.trim_end();
        if let Some(inside) = text.strip_prefix('{') {
            return broken_object(inside.trim_start());
        }
        by_start(text)
            .or_else(|| by_comment(text))
            .or_else(|| pem(text))
            .or_else(|| base64(text))
            .or_else(|| assignment(text))
            .or_else(|| reference(text))
            .or_else(|| other_credentials(text))
            .or_else(|| toml(text))
            .or_else(|| yaml(text))
            .or_else(|| token(text))
    }
}

/// The number of lines that are looked at. Those that decide are near the top.
const LINES: usize = 40;

/// Returns the first lines that are neither blank nor a comment, with their indentation.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let is_content = |line: &&str| !matches!(line.trim_start().as_bytes(), [] | [b'#', ..]);
    text.lines().filter(is_content).take(LINES)
}

fn starts_with_any(text: &str, starts: &[&str]) -> bool {
    starts.iter().any(|start| text.starts_with(start))
}

/// Recognises the usual reasons for which an object is not JSON, by the text after its brace.
fn broken_object(inside: &str) -> Option<OtherFormat> {
    match inside.chars().next()? {
        '{' => Some(OtherFormat::DoubleBraces),
        '\\' => Some(OtherFormat::EscapedQuotes),
        '\'' => Some(OtherFormat::SingleQuotes),
        '“' | '”' | '„' | '«' | '»' => Some(OtherFormat::TypographicQuotes),
        '/' | '#' => Some(OtherFormat::Comments),
        c if c.is_ascii_alphabetic() => Some(OtherFormat::NoQuotes),
        _ => None,
    }
}

fn by_start(text: &str) -> Option<OtherFormat> {
    const HTML: [&str; 4] = ["<!doctype html", "<html", "<head", "<body"];
    #[rustfmt::skip]
    const TABLE: [(&[&str], OtherFormat); 10] = [
        (&["<?xml", "<!--", "<Error>"], OtherFormat::Xml),
        (&["version https://git-lfs"], OtherFormat::LfsPointer),
        (&["$ANSIBLE_VAULT;", "age-encryption.org/", "ENC["], OtherFormat::Encrypted),
        (&["Certificate:"], OtherFormat::Certificate),
        (&["#!"], OtherFormat::Script),
        (&["docker login ", "podman login ", "aws ecr ", "kubectl ", "curl ", "echo "], OtherFormat::Command),
        (&["Authorization:", "X-Registry-Auth:", "Basic ", "Bearer "], OtherFormat::HttpHeader),
        (&["'{", "\"{\""], OtherFormat::ShellQuotes),
        (&["\"auths\""], OtherFormat::NoBraces),
        (&["<no value>", "${", "$("], OtherFormat::Unexpanded),
    ];
    let is_html = HTML
        .iter()
        .any(|start| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)));
    if is_html {
        return Some(OtherFormat::Html);
    }
    let (_, format) = TABLE.iter().find(|(starts, _)| starts_with_any(text, starts))?;
    Some(*format)
}

/// Recognises comments before JSON. Lines of an `.npmrc` begin like a comment.
fn by_comment(text: &str) -> Option<OtherFormat> {
    let first = lines(text).next()?;
    if first.starts_with("//") && first.contains(":_") || first.starts_with("_auth") {
        return Some(OtherFormat::Npmrc);
    }
    let is_comment = text.starts_with("/*")
        || text.starts_with("//") && text.contains('\n')
        || text.starts_with('#') && first.trim_start().starts_with('{');
    is_comment.then_some(OtherFormat::Comments)
}

/// Recognises PEM by its first label. Tools write text before it.
fn pem(text: &str) -> Option<OtherFormat> {
    let labels = text.lines().take(LINES).filter_map(|line| line.strip_prefix("-----BEGIN "));
    let mut labels = labels.map(|line| line.split_once("-----").map_or(line, |(label, _)| label));
    // `openssl ecparam` writes them before the key.
    let label = labels.find(|label| !label.ends_with("PARAMETERS"))?;
    Some(match label {
        "CERTIFICATE" | "TRUSTED CERTIFICATE" | "X509 CERTIFICATE" => OtherFormat::Certificate,
        "OPENSSH PRIVATE KEY" => OtherFormat::SshPrivateKey,
        "PGP MESSAGE" | "AGE ENCRYPTED FILE" | "PKCS7" | "CMS" => OtherFormat::Encrypted,
        label if label.ends_with("PRIVATE KEY") => OtherFormat::PrivateKey,
        _ => OtherFormat::Pem,
    })
}

fn base64(text: &str) -> Option<OtherFormat> {
    Some(match Base64Content::of(text)? {
        Base64Content::Document { layers: 1 } => OtherFormat::Base64,
        Base64Content::Document { .. } => OtherFormat::Base64Again,
        Base64Content::UserAndPassword => OtherFormat::AuthValue,
    })
}

/// Recognises a variable or a flag with its value: `DOCKER_AUTH_CONFIG={…`, `export NAME=…`.
fn assignment(text: &str) -> Option<OtherFormat> {
    let line = lines(text).next()?;
    let keyword = ["export ", "set ", "$env:", "--"].iter().find(|word| line.starts_with(**word));
    let keyword = keyword.copied().unwrap_or_default();
    let (name, value) = line.get(keyword.len()..)?.split_once('=')?;
    let (name, value) =
        if keyword == "$env:" { (name.trim_end(), value.trim_start()) } else { (name, value) };
    let is_name = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    let is_upper_case = name.bytes().all(|b| !b.is_ascii_lowercase());
    let has_value = !matches!(value.as_bytes(), [] | [b'=', ..]);
    let is_json = value.trim_start_matches(['\'', '"']).starts_with('{');
    (is_name && has_value && (is_json || is_upper_case || !keyword.is_empty()))
        .then_some(OtherFormat::ShellVariable)
}

/// Recognises one line that leads to the file: a path, a URL, a variable.
fn reference(text: &str) -> Option<OtherFormat> {
    const DIRECTORIES: [&str; 5] = ["/", "~/", "./", "../", "file://"];
    const NAMES: [&str; 4] = [".json", ".dockercfg", ".tar.gz", "docker_credentials"];

    if text.contains(['\n', '{', '"']) {
        return None;
    }
    let is_word = !text.contains(char::is_whitespace);
    let has_drive =
        matches!(text.as_bytes(), [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic());
    let is_variable = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
    };
    let in_percent = || text.strip_prefix('%')?.strip_suffix('%');
    if text.strip_prefix('$').or_else(in_percent).is_some_and(is_variable) {
        Some(OtherFormat::Unexpanded)
    } else if starts_with_any(text, &DIRECTORIES)
        || has_drive
        || is_word && NAMES.iter().any(|name| text.ends_with(name))
    {
        Some(OtherFormat::Path)
    } else {
        let (scheme, _) = text.split_once("://")?;
        (is_word && is_scheme(scheme)).then_some(OtherFormat::Url)
    }
}

/// Recognises files with credentials for other programs, by their first line that is no comment.
fn other_credentials(text: &str) -> Option<OtherFormat> {
    const HASHES: [&str; 8] = ["$2y$", "$2a$", "$2b$", "$apr1$", "$1$", "$5$", "$6$", "{SHA}"];

    let first = lines(text).next()?;
    let mut words = lines(text).flat_map(str::split_ascii_whitespace);
    let netrc = match (words.next()?, words.next()) {
        ("machine", Some(_)) => words.next(),
        ("default", second) => second,
        _ => None,
    };
    if matches!(netrc, Some("login" | "password" | "account")) {
        return Some(OtherFormat::Netrc);
    }
    let (_, hash) = first.split_once(':')?;
    starts_with_any(hash, &HASHES).then_some(OtherFormat::Htpasswd)
}

/// Recognises TOML and INI files by the names that they are known for, or by a table.
fn toml(text: &str) -> Option<OtherFormat> {
    #[rustfmt::skip]
    const TABLE: [(&[&str], OtherFormat); 4] = [
        (&["unqualified-search-registries", "[[registry", "[registries.", "short-name-mode"],
            OtherFormat::RegistriesConf),
        (&["[host.", "server = "], OtherFormat::ContainerdHosts),
        (&["version = ", "root = ", "imports = ", "disabled_plugins", "[plugins", "[grpc]"],
            OtherFormat::ContainerdConfig),
        (&["aws_access_key_id", "aws_secret_access_key", "aws_session_token"], OtherFormat::AwsCredentials),
    ];
    let is_pair =
        |line: &str| line.split_once('=').is_some_and(|(name, _)| is_bare_name(name.trim()));
    let is_table = |line: &str| {
        let name = line.trim_end().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '['))
    };
    let mut next = lines(text).map(str::trim_start);
    let (first, second) = (next.next()?, next.next().unwrap_or_default());
    if !is_pair(first) && !(is_table(first) && (is_pair(second) || is_table(second))) {
        return None;
    }
    let known = lines(text).map(str::trim_start).find_map(|line| {
        TABLE.iter().find(|(starts, _)| starts_with_any(line, starts)).map(|(_, format)| *format)
    });
    known.or_else(|| is_table(first).then_some(OtherFormat::Toml))
}

fn is_bare_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
}

/// Recognises YAML by the usual first fields, or by two lines that belong together.
fn yaml(text: &str) -> Option<OtherFormat> {
    const KUBECONFIG: [&str; 3] = ["clusters:", "contexts:", "current-context:"];
    const FIRST: [&str; 6] = ["---", "%YAML", "auths:", "id:", "cluster_", "- "];

    let is_marker = |line: &&str| starts_with_any(line, &["---", "%YAML"]);
    let mut content = lines(text).filter(|line| !is_marker(line));
    let (first, second) = (content.next().unwrap_or_default(), content.next());
    let is_field = |line: &str| {
        let field = line.trim().strip_suffix(':').or_else(|| Some(line.trim().split_once(": ")?.0));
        field.is_some_and(|name| !name.is_empty() && !name.contains([' ', '{', '=']))
    };
    let is_item = |line: &str| line.trim_start().starts_with("- ");
    let is_kubernetes = starts_with_any(first, &["apiVersion:", "kind:"]);
    let is_yaml = is_kubernetes
        || starts_with_any(lines(text).next()?, &FIRST)
        || is_field(first) && second.is_some_and(|line| is_field(line) || is_item(line));
    if !is_yaml {
        return None;
    }
    let is_kubeconfig = |line: &str| {
        let kind = line.strip_prefix("kind:").map(|kind| kind.trim().trim_matches(['"', '\'']));
        kind == Some("Config") || starts_with_any(line, &KUBECONFIG)
    };
    Some(match () {
        () if lines(text).any(is_kubeconfig) => OtherFormat::Kubeconfig,
        () if is_kubernetes => OtherFormat::KubernetesYaml,
        () if starts_with_any(first, &["mirrors:", "configs:"]) => OtherFormat::RegistriesYaml,
        () => OtherFormat::Yaml,
    })
}

/// Recognises one word that may be a token or a password, with or without a user name.
fn token(text: &str) -> Option<OtherFormat> {
    let is_token = text.bytes().all(|b| b.is_ascii_graphic() && !b"{}[]\"`<>,\\".contains(&b))
        && text.bytes().any(|b| b.is_ascii_alphanumeric());
    let format =
        if text.contains(':') { OtherFormat::UserAndPassword } else { OtherFormat::BareToken };
    is_token.then_some(format)
}
