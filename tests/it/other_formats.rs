//! DESIGN 3.7: the error for another file in place of a credential file says what was given, and what
//! to do.

use regcred::{CredentialFile, Error, Limits, dcos, marathon};

use crate::laws::printed::Printed;
use crate::support::{base64, check_rows, config, quote, secret};

const CONFIG_JSON: &str = "give a config.json, which docker login HOST writes";

/// A word that stands for a secret in every text.
const CANARY: &str = "Zw4Tmf8Rcx3Lhd6";

/// Asserts the error for a file in each way in which it can be given, and returns its text.
fn check(document: &str, problem: &str, advice: &str) {
    let first_line = document.lines().next().unwrap_or_default();
    for space in ["", "\u{FEFF}", "\n \r\n", "\u{FEFF}\n"] {
        let spaced = format!("{space}{document}\n");
        let error = CredentialFile::parse(spaced.as_bytes()).expect_err(first_line);
        let Error::Syntax { line, .. } = error else { panic!("{first_line}: {error}") };
        assert_ne!(line, 0, "{first_line}: {error}");
        let text = error.to_string();
        assert!(
            text.starts_with(&format!("credential file: {problem} at line "))
                && text.ends_with(&format!("; {advice}")),
            "{space:?}{first_line}: {problem:?}, {advice:?}, not {text}"
        );
    }
    let error = secret(document).expect_err(first_line).to_string();
    assert!(error.starts_with(&format!("task secret: {problem} at line ")), "{error}");
    let mut printed = Printed::default();
    printed.file(document.as_bytes());
    printed.holds_none_of(&[CANARY], document.as_bytes());
}

#[test]
fn keys_and_encrypted_files_are_named() {
    let pem = |label: &str| format!("-----BEGIN {label}-----\n{CANARY}\n-----END {label}-----");
    const CA: &str =
        "give a config.json; the CA of a registry belongs in /etc/docker/certs.d/HOST/ca.crt";
    const CERTIFICATE: &str = "this is a certificate, not a credential file,";
    const CLIENT_KEY: &str =
        "a client key belongs in /etc/docker/certs.d/HOST/ as NAME.key, next to NAME.cert";
    const PRIVATE_KEY: &str = "this is a private key, not a credential file,";
    const PEM: &str = "this is a PEM file, not a credential file,";
    const ENCRYPTED: &str = "the file is encrypted,";
    // document, problem, advice
    #[rustfmt::skip]
    let table = [
        (pem("CERTIFICATE"), CERTIFICATE, CA),
        (pem("TRUSTED CERTIFICATE"), CERTIFICATE, CA),
        (pem("X509 CERTIFICATE"), CERTIFICATE, CA),
        (format!("Certificate:\n    Data:\n        Version: 3\n{}", pem("CERTIFICATE")), CERTIFICATE, CA),
        (format!("Bag Attributes\n    localKeyID: 01\n{}", pem("CERTIFICATE")), CERTIFICATE, CA),
        (format!("# CA of reg.io\n{}", pem("CERTIFICATE")), CERTIFICATE, CA),
        (format!("-----BEGIN CERTIFICATE-----\\n{CANARY}"), CERTIFICATE, CA),
        (pem("PRIVATE KEY"), PRIVATE_KEY, CLIENT_KEY),
        (pem("RSA PRIVATE KEY"), PRIVATE_KEY, CLIENT_KEY),
        (pem("ENCRYPTED PRIVATE KEY"), PRIVATE_KEY, CLIENT_KEY),
        (format!("{}\n{}", pem("EC PARAMETERS"), pem("EC PRIVATE KEY")), PRIVATE_KEY, CLIENT_KEY),
        (pem("OPENSSH PRIVATE KEY"), "this is an SSH private key, which no registry takes,", CONFIG_JSON),
        (pem("CERTIFICATE REQUEST"), PEM, CONFIG_JSON),
        (pem("PUBLIC KEY"), PEM, CONFIG_JSON),
        (pem("PGP PUBLIC KEY BLOCK"), PEM, CONFIG_JSON),
        (pem("PGP MESSAGE"), ENCRYPTED, "decrypt it first"),
        (pem("AGE ENCRYPTED FILE"), ENCRYPTED, "decrypt it first"),
        (format!("age-encryption.org/v1\n-> X25519 {CANARY}"), ENCRYPTED, "decrypt it first"),
        (format!("$ANSIBLE_VAULT;1.1;AES256\n{CANARY}"), ENCRYPTED, "decrypt it first"),
        (format!("ENC[AES256_GCM,data:{CANARY},type:str]"), ENCRYPTED, "decrypt it first"),
    ];
    check_rows(table, |(document, problem, advice)| check(&document, problem, advice));
}

#[test]
fn encrypted_bytes_are_named() {
    let table: [&[u8]; 2] = [b"age-encryption.org/v1\n-> X25519 x\n\xFF", b"\0GITCRYPT\0\xFF"];
    check_rows(table, |document| {
        let error = CredentialFile::parse(document).expect_err("an error");
        assert!(matches!(error, Error::Encoding { .. }), "{error}");
        let expected = "credential file: the file is encrypted; decrypt it first";
        assert_eq!(error.to_string(), expected);
    });
}

#[test]
fn configuration_in_yaml_is_named() {
    const SECRET: &str = "for a Secret, take kubectl get secret NAME -o json";
    const TO_JSON: &str = "turn it into JSON first";
    const YAML: &str = "this is YAML, not JSON,";
    const KUBECONFIG: &str =
        "this is a kubeconfig, with credentials of a cluster and not of a registry,";
    const PULL_SECRET: &str = "take a pull Secret, from kubectl create secret docker-registry or kubectl \
                               get secret NAME -o json";
    const REGISTRIES: &str = "this is the registries.yaml of K3s or RKE2, not a credential file,";
    // document, problem, advice
    #[rustfmt::skip]
    let table = [
        ("apiVersion: v1\nkind: Secret\ndata:\n  x: Zw4Tmf8Rcx3Lhd6", YAML, SECRET),
        ("kind: Secret\napiVersion: v1", YAML, SECRET),
        ("---\napiVersion: v1\nkind: Secret", YAML, SECRET),
        ("# made by kubectl\n---\n# again\napiVersion: v1", YAML, SECRET),
        ("apiVersion: v1\nkind: ConfigMap\ndata: {}", YAML, SECRET),
        ("apiVersion: v1", YAML, SECRET),
        ("---\nauths: {}", YAML, TO_JSON),
        ("--- # comment\nauths: {}", YAML, TO_JSON),
        ("%YAML 1.2\n---\nx: 1", YAML, TO_JSON),
        ("auths:\n  reg.io:\n    auth: Zw4Tmf8Rcx3Lhd6", YAML, TO_JSON),
        ("# comment\nauths:\n  reg.io: {}", YAML, TO_JSON),
        ("quay.io:\n  auth: Zw4Tmf8Rcx3Lhd6", YAML, TO_JSON),
        ("username: u\npassword: Zw4Tmf8Rcx3Lhd6", YAML, TO_JSON),
        ("imagePullSecrets:\n- name: x", YAML, TO_JSON),
        ("- auths:\n    reg.io: {}", YAML, TO_JSON),
        ("apiVersion: v1\nkind: Config\npreferences: {}\nusers:\n- name: Zw4Tmf8Rcx3Lhd6", KUBECONFIG, PULL_SECRET),
        ("apiVersion: v1\nclusters:\n- cluster:\n    server: https://k8s", KUBECONFIG, PULL_SECRET),
        ("current-context: prod\nclusters: []", KUBECONFIG, PULL_SECRET),
        ("---\n# mine\nkind: \"Config\"\napiVersion: v1", KUBECONFIG, PULL_SECRET),
        ("mirrors:\n  docker.io:\n    endpoint: []", REGISTRIES, CONFIG_JSON),
        ("configs:\n  reg.io:\n    auth:\n      password: Zw4Tmf8Rcx3Lhd6", REGISTRIES, CONFIG_JSON),
    ];
    check_rows(table, |(document, problem, advice)| check(document, problem, advice));
}

#[test]
fn configuration_in_toml_is_named() {
    const REGISTRIES: &str = "this is a registries.conf, which holds no credentials,";
    const CONTAINERD: &str = "this is containerd's config.toml, not a credential file,";
    const HOSTS: &str = "this is containerd's hosts.toml, not a credential file,";
    const TOML: &str = "this is a TOML or INI file, not a credential file,";
    const AWS: &str = "this is AWS's credentials file, not one for a registry,";
    const ECR: &str = "take the config.json that aws ecr get-login-password | docker login --username \
                       AWS --password-stdin HOST writes";
    let long_header = "# For more information, see containers-registries.conf(5).\n#\n".repeat(60);
    // document, problem, advice
    #[rustfmt::skip]
    let table = [
        ("unqualified-search-registries = [\"docker.io\"]".into(), REGISTRIES, CONFIG_JSON),
        (format!("{long_header}unqualified-search-registries = []"), REGISTRIES, CONFIG_JSON),
        ("[[registry]]\nlocation = \"reg.io\"".into(), REGISTRIES, CONFIG_JSON),
        ("[registries.search]\nregistries = ['docker.io']".into(), REGISTRIES, CONFIG_JSON),
        ("version = 2\n[plugins]".into(), CONTAINERD, CONFIG_JSON),
        ("root = \"/var/lib/containerd\"\nstate = \"/run\"".into(), CONTAINERD, CONFIG_JSON),
        ("disabled_plugins = [\"cri\"]".into(), CONTAINERD, CONFIG_JSON),
        ("[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/etc\"".into(), CONTAINERD, CONFIG_JSON),
        ("[plugins]\n  [plugins.cri]\n".into(), CONTAINERD, CONFIG_JSON),
        ("server = \"https://reg.io\"\n\n[host.\"https://mirror\"]".into(), HOSTS, CONFIG_JSON),
        ("[storage]\ndriver = \"overlay\"".into(), TOML, CONFIG_JSON),
        (format!("[default]\nusername={CANARY}"), TOML, CONFIG_JSON),
        (format!("[default]\naws_access_key_id = {CANARY}\naws_secret_access_key = {CANARY}"), AWS, ECR),
    ];
    check_rows(table, |(document, problem, advice)| check(&document, problem, advice));
}

#[test]
fn credentials_for_other_programs_are_named() {
    const NETRC: &str = "this is a .netrc, not a credential file for registries,";
    const HTPASSWD: &str = "this is an htpasswd file, which is for a registry's own server,";
    const NPMRC: &str = "this is an .npmrc, not a credential file for images,";
    const HEADER: &str = "this is an HTTP header, not a credential file,";
    const AUTH: &str = "this is base64 of user:password, not a credential file,";
    const TOKEN: &str = "this looks like a bare token or password, not a credential file,";
    const PASSWORD: &str = "this looks like user:password, not a credential file,";
    const LOGIN: &str =
        "docker login --username USER --password-stdin HOST makes a config.json of it";
    // document, problem, advice
    #[rustfmt::skip]
    let table = [
        (format!("machine reg.io login u password {CANARY}"), NETRC, CONFIG_JSON),
        (format!("# mine\nmachine reg.io\n  login u\n  password {CANARY}"), NETRC, CONFIG_JSON),
        (format!("default login u password {CANARY}"), NETRC, CONFIG_JSON),
        (format!("u:$2y$05${CANARY}"), HTPASSWD, CONFIG_JSON),
        (format!("# users\nu:$apr1${CANARY}\nv:$apr1$x"), HTPASSWD, CONFIG_JSON),
        (format!("u:{{SHA}}{CANARY}="), HTPASSWD, CONFIG_JSON),
        (format!("//npm.pkg.github.com/:_authToken={CANARY}\nregistry=x"), NPMRC, CONFIG_JSON),
        (format!("_auth={CANARY}\nalways-auth=true"), NPMRC, CONFIG_JSON),
        (format!("Authorization: Basic {CANARY}"), HEADER, CONFIG_JSON),
        (format!("X-Registry-Auth: {CANARY}"), HEADER, CONFIG_JSON),
        (format!("Bearer {CANARY}"), HEADER, CONFIG_JSON),
        (base64(format!("u:{CANARY}")), AUTH, CONFIG_JSON),
        (base64(format!("AWS:{}", CANARY.repeat(100))), AUTH, CONFIG_JSON),
        (CANARY.into(), TOKEN, LOGIN),
        (format!("ghp_{CANARY}"), TOKEN, LOGIN),
        (format!("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.{CANARY}"), TOKEN, LOGIN),
        (format!("12345{CANARY}"), TOKEN, LOGIN),
        // It decodes to a brace.
        ("e3b0c44298fc1c149afbf4c8996fb924".into(), TOKEN, LOGIN),
        (format!("u:{CANARY}"), PASSWORD, LOGIN),
        (format!("u@x.io:{CANARY}!/?"), PASSWORD, LOGIN),
    ];
    check_rows(table, |(document, problem, advice)| check(&document, problem, advice));
}

#[test]
fn a_way_to_the_file_is_named() {
    let file = format!(r#"{{"auths": {{"reg.io": {{"username": "u", "password": "{CANARY}"}}}}}}"#);
    let once = base64(&file);
    let wrapped: Vec<&str> =
        once.as_bytes().chunks(20).map(|line| std::str::from_utf8(line).unwrap()).collect();
    const BASE64: &str = "this is base64, not JSON,";
    const DECODE: &str = "decode it once, as base64 -d does";
    const AGAIN: &str = "this is encoded in base64 more than once,";
    const DECODE_ALL: &str = "decode it with base64 -d until it is JSON";
    const HTML: &str = "this is an HTML page, not JSON,";
    const PAGE: &str = "it may be an error or login page that was downloaded in place of the file; \
                        download the file again";
    const XML: &str = "this is XML, not JSON,";
    const MESSAGE: &str =
        "it may be an error that was downloaded in place of the file; download the file again";
    const VARIABLE: &str = "this is a variable or a flag with its value, not a file,";
    const AFTER_SIGN: &str = "give only the JSON after the =";
    const PATH: &str = "this looks like a path, not a file,";
    const CONTENT: &str = "give the content of the file at that path";
    const URL: &str = "this is a URL, and nothing is fetched from it,";
    const ITSELF: &str = "give the content of the file itself";
    const NAME: &str = "this is the name of a variable or of a command, not its value,";
    const COMMAND: &str = "this is a command, not what it writes,";
    const RUN: &str = "run it, and give the config.json that it writes";
    // document, problem, advice
    #[rustfmt::skip]
    let table = [
        (once.clone(), BASE64, DECODE),
        (wrapped.join("\r\n"), BASE64, DECODE),
        (base64("{}"), BASE64, DECODE),
        (base64("{\n\t\"auths\": {}\n}"), BASE64, DECODE),
        (base64(format!("{{{}}}", " ".repeat(200))), BASE64, DECODE),
        // docker.tar.gz
        (base64([0x1F, 0x8B, 8, 0, 0, 0, 0, 0]), BASE64, DECODE),
        (base64(&once), AGAIN, DECODE_ALL),
        (base64(format!("{}\n", wrapped.join("\n"))), AGAIN, DECODE_ALL),
        (base64(base64(&once)), AGAIN, DECODE_ALL),
        (format!("<!DOCTYPE html>\n<html>{CANARY}"), HTML, PAGE),
        ("<HTML><body>404".into(), HTML, PAGE),
        ("<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied".into(), XML, MESSAGE),
        (format!("version https://git-lfs.github.com/spec/v1\noid sha256:{CANARY}"),
            "this is a pointer of Git LFS to the file,", "run git lfs pull"),
        (format!("DOCKER_AUTH_CONFIG={file}"), VARIABLE, AFTER_SIGN),
        (format!("# for CI\nDOCKER_AUTH_CONFIG='{file}'\nOTHER=1"), VARIABLE, AFTER_SIGN),
        (format!("export TOKEN={CANARY}"), VARIABLE, AFTER_SIGN),
        (format!("REGISTRY=reg.io\nPASSWORD={CANARY}"), VARIABLE, AFTER_SIGN),
        (format!("$env:DOCKER_AUTH_CONFIG = '{file}'"), VARIABLE, AFTER_SIGN),
        (format!("--docker_config={file}"), VARIABLE, AFTER_SIGN),
        ("/etc/mesosphere/docker_credentials".into(), PATH, CONTENT),
        ("/home/me/My Files/x".into(), PATH, CONTENT),
        ("~/.docker/config.json".into(), PATH, CONTENT),
        ("file:///root/.dockercfg".into(), PATH, CONTENT),
        (r"C:\Users\me\.docker\config.json".into(), PATH, CONTENT),
        ("config.json".into(), PATH, CONTENT),
        ("docker.tar.gz".into(), PATH, CONTENT),
        (format!("https://u:{CANARY}@git.example.com"), URL, ITSELF),
        ("$DOCKER_AUTH_CONFIG".into(), NAME, "expand it first"),
        ("${DOCKER_AUTH_CONFIG}".into(), NAME, "expand it first"),
        ("$(cat ~/.docker/config.json)".into(), NAME, "expand it first"),
        ("%DOCKER_AUTH_CONFIG%".into(), NAME, "expand it first"),
        (format!("docker login -u u -p {CANARY} reg.io"), COMMAND, RUN),
        (format!("#!/bin/sh\ndocker login -p {CANARY}"), "this is a script, not a credential file,", CONFIG_JSON),
    ];
    check_rows(table, |(document, problem, advice)| check(&document, problem, advice));
}

#[test]
fn a_usual_mistake_in_json_is_named() {
    const COMMENT: &str = "the JSON begins with a comment, which JSON does not have,";
    const NO_COMMENTS: &str = "remove all comments";
    const NO_QUOTES: &str = "the JSON has a name without double quotes,";
    const SHELL: &str =
        "put the quotes back; a shell removes them from JSON that is not in single quotes";
    const TEMPLATE: &str = "the JSON begins with {{, as a template does,";
    const SINGLE: &str = "the JSON has single quotes,";
    const DOUBLE: &str = "write double quotes in their place";
    const TYPOGRAPHIC: &str = "the JSON has typographic quotes,";
    const ESCAPED: &str = "the JSON has backslashes before its quotes,";
    const OUTER: &str = "the JSON is in the quotes of a shell,";
    // document, problem, advice
    #[rustfmt::skip]
    let table = [
        ("// mine\n{\"auths\": {}}", COMMENT, NO_COMMENTS),
        ("/* mine */ {\"auths\": {}}", COMMENT, NO_COMMENTS),
        ("# mine\n{\"auths\": {}}", COMMENT, NO_COMMENTS),
        ("{ # mine\n  \"auths\": {}}", COMMENT, NO_COMMENTS),
        ("{\n  // mine\n  \"auths\": {}}", COMMENT, NO_COMMENTS),
        ("{auths:{reg.io:{auth:Zw4Tmf8Rcx3Lhd6}}}", NO_QUOTES, SHELL),
        ("{'auths': {}}", SINGLE, DOUBLE),
        ("{“auths”: {}}", TYPOGRAPHIC, "write plain double quotes in their place"),
        (r#"{\"auths\": {}}"#, ESCAPED, "remove these backslashes"),
        ("'{\"auths\": {}}'", OUTER, "remove the outer quotes"),
        ("\"{\"auths\": {}}\"", OUTER, "remove the outer quotes"),
        ("{{ .Values.dockerConfig }}", TEMPLATE, "fill the template in first"),
        ("\"auths\": {\"reg.io\": {}}", "the outer braces of the JSON are missing,", "put { before it and } after it"),
    ];
    check_rows(table, |(document, problem, advice)| check(document, problem, advice));
}

#[test]
fn other_texts_keep_the_error_of_their_json() {
    // document, error
    #[rustfmt::skip]
    let table = [
        ("hello world", "invalid JSON at line 1, column 1"),
        ("Zw4Tmf8Rcx3Lhd6\nZw4Tmf8Rcx3Lhd6", "invalid JSON at line 1"),
        ("{\"auths\":{\"reg.io\":{\"auth\":\"Zw4Tmf8Rcx3Lhd6\"}}", "the JSON ends too early"),
        ("[{\"auths\":{}},Zw4Tmf8Rcx3Lhd6]", "invalid JSON"),
        ("[1, 2", "the JSON ends too early"),
        ("[\"a\"]\nx = 1", "text after the end"),
        ("{\"auths\":{}}Zw4Tmf8Rcx3Lhd6", "text after the end"),
        (",{}", "invalid JSON"),
        ("-", "the JSON ends too early"),
        ("Zw4Tmf8Rcx3Lhd6: not found", "invalid JSON"),
        ("u:{Zw4Tmf8Rcx3Lhd6}", "invalid JSON"),
    ];
    check_rows(table, |(document, expected)| {
        let error = CredentialFile::parse(document.as_bytes()).expect_err(document);
        assert!(matches!(error, Error::Syntax { .. }), "{document}: {error}");
        assert!(error.to_string().contains(expected), "{document}: {error}");
        assert!(!error.to_string().contains(CANARY), "{document}: {error}");
    });
}

#[test]
fn json_that_is_not_an_object_says_what_to_take_out_of_it() {
    let file = config(&[("reg.io", CANARY)]);
    const TEXT: &str = "the JSON is not an object but a text that holds the file; take it out of its \
                        quotes, such as with jq -r . (line 1, column 1)";
    const BASE64: &str = "the JSON is not an object but a text in base64; decode it, such as with jq -r . \
                          and base64 -d (line 1, column 1)";
    const LIST: &str = "the JSON is not an object but a list; give the object in it, such as \
                        {\"auths\": {…}} (line 1, column 1)";
    const OTHER: &str = "the JSON is not an object; a credential file looks like {\"auths\": {…}} (line \
                         1, column 1)";
    // document, problem
    let table = [
        (quote(&file), TEXT),
        (quote(&format!(" {file}\n")), TEXT),
        (quote(&quote(&file)), TEXT),
        (quote(&base64(&file)), BASE64),
        (quote(&base64(base64(&file))), BASE64),
        (format!("[{file}]"), LIST),
        ("[]".into(), LIST),
        (quote(CANARY), OTHER),
        (quote(""), OTHER),
        ("7".into(), OTHER),
        ("null".into(), OTHER),
    ];
    check_rows(table, |(document, problem)| {
        let error = CredentialFile::parse(document.as_bytes()).expect_err(&document);
        assert!(matches!(error, Error::NotACredentialFile { .. }), "{document}: {error}");
        assert_eq!(error.to_string(), format!("credential file: {problem}"), "{document}");
    });
}

/// A definition is not a credential file, so no advice for one is given.
#[test]
fn definitions_get_only_advice_that_fits_them() {
    const YAML: &str = "this is YAML, not JSON, at line 1, column 1; turn it into JSON first";
    let app = base64(r#"{"id": "/a"}"#);
    // document, error
    #[rustfmt::skip]
    let table = [
        ("apiVersion: v1\nkind: Pod", YAML),
        ("apiVersion: v1\nkind: Config", YAML),
        ("id: /a\ncontainer: {}", YAML),
        ("---\nid: /a", "this is YAML, not JSON, at line 1, column 2; turn it into JSON first"),
        ("<!doctype html>", "this is an HTML page, not JSON, at line 1, column 1; it may be"),
        (&app, "this is base64, not JSON, at line 1, column 1; decode it once"),
        ("/etc/app.json", "this looks like a path"),
        ("{id: /a}", "the JSON has a name without double quotes, at line 1, column 2; put the quotes back"),
        ("$ANSIBLE_VAULT;1.1", "the file is encrypted, at line 1, column 1; decrypt it first"),
        ("-----BEGIN CERTIFICATE-----", "invalid JSON at line 1, column 2; check it"),
        ("version = 2\n[plugins]", "invalid JSON at line 1"),
        ("machine reg.io login u", "invalid JSON at line 1"),
        (CANARY, "invalid JSON at line 1"),
    ];
    check_rows(table, |(document, expected)| {
        let app = marathon::containers(document.as_bytes(), Limits::default());
        let app = app.expect_err(document).to_string();
        assert!(app.starts_with(&format!("definition: {expected}")), "{document}: {app}");
        let parameters = dcos::Parameters::from_json(document.as_bytes());
        let parameters = parameters.expect_err(document).to_string();
        assert!(parameters.contains(expected), "{document}: {parameters}");
        assert!(!app.contains("credential") && !app.contains("registry"), "{document}: {app}");
    });
}

#[test]
fn json_objects_are_never_another_format() {
    let table = [
        "{}",
        "{\"clusters\": [], \"kind\": \"Config\"}",
        "{\"type\": \"service_account\", \"private_key\": \"-----BEGIN PRIVATE KEY-----\"}",
        "{\"kind\": \"List\", \"items\": []}",
        "{\"sops\": {}}",
    ];
    check_rows(table, |document| {
        let file = CredentialFile::parse(document.as_bytes())
            .unwrap_or_else(|e| panic!("{document}: {e}"));
        assert_eq!(file.entries().count(), 0, "{document}");
    });
}
