//! Texts in place of a document: what an error says about each, and what to do.
//!
//! A text is recognised only after it could not be read, so that good documents pay nothing. The
//! error never quotes it: most of these texts are secrets.

mod base64_content;
mod recognise;

use self::base64_content::Base64Content;
use super::with_text;

/// The document that a text is read as. It decides the advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    CredentialFile,
    /// A credential file from `data` of a Kubernetes Secret, decoded from base64 once.
    SecretData,
    /// A credential file that is the plain text of a value in a Kubernetes Secret.
    SecretText,
    /// A definition or the configuration of a platform.
    Definition,
}

/// A format other than the JSON that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OtherFormat {
    // JSON that is not quite JSON.
    Comments,
    DoubleBraces,
    EscapedQuotes,
    NoBraces,
    NoQuotes,
    ShellQuotes,
    SingleQuotes,
    TypographicQuotes,

    // Configuration.
    ContainerdConfig,
    ContainerdHosts,
    Kubeconfig,
    KubernetesYaml,
    RegistriesConf,
    RegistriesYaml,
    Toml,
    Yaml,

    // Other credentials.
    AuthValue,
    AwsCredentials,
    BareToken,
    Certificate,
    Htpasswd,
    HttpHeader,
    Netrc,
    Npmrc,
    Pem,
    PrivateKey,
    SshPrivateKey,
    UserAndPassword,

    // A way to the file instead of the file.
    Base64,
    /// Base64 of base64 of the file, or deeper.
    Base64Again,
    Command,
    Encrypted,
    Html,
    LfsPointer,
    Path,
    Script,
    ShellVariable,
    Unexpanded,
    Url,
    Xml,
}

const GIVE_CONFIG_JSON: &str = "give a config.json, which docker login HOST writes";

impl OtherFormat {
    /// Returns the problem, which goes before the position, and the advice. Returns `None` if the
    /// advice does not fit the document that is expected.
    pub(super) fn texts(self, expected: Expected) -> Option<(&'static str, &'static str)> {
        let of_any_document = self.texts_of_any_document(expected);
        match expected {
            Expected::Definition => of_any_document,
            _ => of_any_document.or_else(|| self.texts_of_credential_file()),
        }
    }

    fn texts_of_any_document(self, expected: Expected) -> Option<(&'static str, &'static str)> {
        const YAML: &str = "this is YAML, not JSON,";
        const TO_JSON: &str = "turn it into JSON first";

        Some(match self {
            OtherFormat::Comments => {
                ("the JSON begins with a comment, which JSON does not have,", "remove all comments")
            }
            OtherFormat::DoubleBraces => {
                ("the JSON begins with {{, as a template does,", "fill the template in first")
            }
            OtherFormat::EscapedQuotes => {
                ("the JSON has backslashes before its quotes,", "remove these backslashes")
            }
            OtherFormat::NoQuotes => (
                "the JSON has a name without double quotes,",
                "put the quotes back; a shell removes them from JSON that is not in single quotes",
            ),
            OtherFormat::ShellQuotes => {
                ("the JSON is in the quotes of a shell,", "remove the outer quotes")
            }
            OtherFormat::SingleQuotes => {
                ("the JSON has single quotes,", "write double quotes in their place")
            }
            OtherFormat::TypographicQuotes => {
                ("the JSON has typographic quotes,", "write plain double quotes in their place")
            }

            OtherFormat::Yaml => (YAML, TO_JSON),
            OtherFormat::KubernetesYaml | OtherFormat::Kubeconfig | OtherFormat::RegistriesYaml
                if expected == Expected::Definition =>
            {
                (YAML, TO_JSON)
            }
            OtherFormat::KubernetesYaml => {
                (YAML, "for a Secret, take kubectl get secret NAME -o json")
            }

            OtherFormat::Base64 | OtherFormat::Base64Again => self.texts_of_base64(expected),
            OtherFormat::Encrypted => ("the file is encrypted,", "decrypt it first"),
            OtherFormat::Html => (
                "this is an HTML page, not JSON,",
                "it may be an error or login page that was downloaded in place of the file; \
                 download the file again",
            ),
            OtherFormat::Xml => (
                "this is XML, not JSON,",
                "it may be an error that was downloaded in place of the file; download the file again",
            ),
            OtherFormat::LfsPointer => {
                ("this is a pointer of Git LFS to the file,", "run git lfs pull")
            }
            OtherFormat::Path => {
                ("this looks like a path, not a file,", "give the content of the file at that path")
            }
            OtherFormat::ShellVariable => (
                "this is a variable or a flag with its value, not a file,",
                "give only the JSON after the =",
            ),
            OtherFormat::Unexpanded => (
                "this is the name of a variable or of a command, not its value,",
                "expand it first",
            ),
            OtherFormat::Url => (
                "this is a URL, and nothing is fetched from it,",
                "give the content of the file itself",
            ),
            _ => return None,
        })
    }

    fn texts_of_base64(self, expected: Expected) -> (&'static str, &'static str) {
        const AGAIN: &str = "this is encoded in base64 more than once,";
        const ENCODE_ONCE: &str =
            "encode the file once; kubectl create secret generic with --from-file does it";

        let is_once = self == OtherFormat::Base64;
        match expected {
            Expected::SecretData if is_once => {
                ("the file is encoded in base64 twice,", ENCODE_ONCE)
            }
            Expected::SecretData => ("the file is encoded in base64 more than twice,", ENCODE_ONCE),
            Expected::SecretText if is_once => (
                "this is base64, and stringData takes the file itself,",
                "put the file there, or its base64 into data",
            ),
            Expected::CredentialFile | Expected::Definition if is_once => {
                ("this is base64, not JSON,", "decode it once, as base64 -d does")
            }
            _ => (AGAIN, "decode it with base64 -d until it is JSON"),
        }
    }

    fn texts_of_credential_file(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            OtherFormat::NoBraces => {
                ("the outer braces of the JSON are missing,", "put { before it and } after it")
            }
            OtherFormat::ContainerdConfig => {
                ("this is containerd's config.toml, not a credential file,", GIVE_CONFIG_JSON)
            }
            OtherFormat::ContainerdHosts => {
                ("this is containerd's hosts.toml, not a credential file,", GIVE_CONFIG_JSON)
            }
            OtherFormat::Kubeconfig => (
                "this is a kubeconfig, with credentials of a cluster and not of a registry,",
                "take a pull Secret, from kubectl create secret docker-registry or kubectl get \
                 secret NAME -o json",
            ),
            OtherFormat::RegistriesConf => {
                ("this is a registries.conf, which holds no credentials,", GIVE_CONFIG_JSON)
            }
            OtherFormat::RegistriesYaml => (
                "this is the registries.yaml of K3s or RKE2, not a credential file,",
                GIVE_CONFIG_JSON,
            ),
            OtherFormat::Toml => {
                ("this is a TOML or INI file, not a credential file,", GIVE_CONFIG_JSON)
            }

            OtherFormat::AuthValue => {
                ("this is base64 of user:password, not a credential file,", GIVE_CONFIG_JSON)
            }
            OtherFormat::AwsCredentials => (
                "this is AWS's credentials file, not one for a registry,",
                "take the config.json that aws ecr get-login-password | docker login \
                 --username AWS --password-stdin HOST writes",
            ),
            OtherFormat::BareToken => (
                "this looks like a bare token or password, not a credential file,",
                "docker login --username USER --password-stdin HOST makes a config.json of it",
            ),
            OtherFormat::Certificate => (
                "this is a certificate, not a credential file,",
                "give a config.json; the CA of a registry belongs in /etc/docker/certs.d/HOST/ca.crt",
            ),
            OtherFormat::Htpasswd => (
                "this is an htpasswd file, which is for a registry's own server,",
                GIVE_CONFIG_JSON,
            ),
            OtherFormat::HttpHeader => {
                ("this is an HTTP header, not a credential file,", GIVE_CONFIG_JSON)
            }
            OtherFormat::Netrc => {
                ("this is a .netrc, not a credential file for registries,", GIVE_CONFIG_JSON)
            }
            OtherFormat::Npmrc => {
                ("this is an .npmrc, not a credential file for images,", GIVE_CONFIG_JSON)
            }
            OtherFormat::Pem => ("this is a PEM file, not a credential file,", GIVE_CONFIG_JSON),
            OtherFormat::PrivateKey => (
                "this is a private key, not a credential file,",
                "a client key belongs in /etc/docker/certs.d/HOST/ as NAME.key, next to NAME.cert",
            ),
            OtherFormat::SshPrivateKey => {
                ("this is an SSH private key, which no registry takes,", GIVE_CONFIG_JSON)
            }
            OtherFormat::UserAndPassword => (
                "this looks like user:password, not a credential file,",
                "docker login --username USER --password-stdin HOST makes a config.json of it",
            ),

            OtherFormat::Command => (
                "this is a command, not what it writes,",
                "run it, and give the config.json that it writes",
            ),
            OtherFormat::Script => ("this is a script, not a credential file,", GIVE_CONFIG_JSON),
            _ => return None,
        })
    }
}

/// Returns the problem of JSON that is not an object, for an error of a credential file.
pub(crate) fn non_object_problem(json: &str) -> &'static str {
    const HOLDS_JSON: &str = "the JSON is not an object but a text that holds the file; take it out of \
                              its quotes, such as with jq -r .";
    const HOLDS_BASE64: &str = "the JSON is not an object but a text in base64; decode it, such as with \
                                jq -r . and base64 -d";

    let json = json.trim();
    if json.starts_with('[') {
        return "the JSON is not an object but a list; give the object in it, such as {\"auths\": {…}}";
    }
    let problem = with_text(json, |text| match text.trim_start() {
        text if text.starts_with(['{', '"']) => Some(HOLDS_JSON),
        text => match Base64Content::of(text)? {
            Base64Content::Document { .. } => Some(HOLDS_BASE64),
            Base64Content::UserAndPassword => None,
        },
    });
    problem
        .flatten()
        .unwrap_or("the JSON is not an object; a credential file looks like {\"auths\": {…}}")
}
