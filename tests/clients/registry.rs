//! Debian's `docker-registry` on loopback, with user names and passwords in an htpasswd file.

use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;

use crate::http;
use crate::program::{Service, program, put, read, run, scratch, service};

/// The image that every registry has.
pub const REPOSITORY: &str = "team/app";
pub const TAG: &str = "1";

/// The user who pushes the image. A pull with this pair has the right credential.
pub const OWNER: (&str, &str) = ("owner", "owner-password");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Plain,
    Tls,
    /// TLS that demands a client certificate.
    MutualTls,
}

pub const TRANSPORTS: [Transport; 3] = [Transport::Plain, Transport::Tls, Transport::MutualTls];

pub struct Registry {
    service: Service,
    transport: Transport,
    scratch: TempDir,
}

impl Registry {
    /// Starts a registry with an image, that `OWNER` and further users can pull.
    pub fn start(transport: Transport, users: &[(&str, &str)]) -> Self {
        let scratch = scratch();
        let directory = scratch.path();
        let entries: String =
            [OWNER].iter().chain(users).map(|user| htpasswd(directory, user)).collect();
        put(directory, "htpasswd", entries);
        let mut tls = json!({});
        if transport != Transport::Plain {
            write_certificates(directory);
            tls["certificate"] = json!(directory.join("server.crt"));
            tls["key"] = json!(directory.join("server.key"));
        }
        if transport == Transport::MutualTls {
            tls["clientcas"] = json!([directory.join("ca.crt")]);
        }
        let service = Service::start(directory, |address| {
            // JSON is YAML.
            let configuration = json!({
                "version": 0.1,
                "storage": {"filesystem": {"rootdirectory": directory.join("storage")}},
                "http": {"addr": address, "tls": tls, "secret": "of no use with one registry"},
                "auth": {"htpasswd": {"realm": "registry", "path": directory.join("htpasswd")}},
            });
            let path = put(directory, "registry.yml", configuration.to_string());
            let mut command = service("docker-registry", directory);
            command.arg("serve").arg(path);
            command
        });
        let registry = Registry { service, transport, scratch };
        registry.push_image();
        registry
    }

    /// The host and port, as in an image.
    pub fn host(&self) -> &str {
        &self.service.address
    }

    pub fn image(&self) -> String {
        format!("{}/{REPOSITORY}:{TAG}", self.host())
    }

    /// Returns a file of the registry: `ca.crt`, `client.crt` and `client.key`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// Returns the names that a client needs in its directory of certificates, each with the file
    /// that it has here.
    pub fn certificates(&self) -> &'static [(&'static str, &'static str)] {
        const ALL: [(&str, &str); 3] =
            [("ca.crt", "ca.crt"), ("client.cert", "client.crt"), ("client.key", "client.key")];
        match self.transport {
            Transport::Plain => &[],
            Transport::Tls => &ALL[..1],
            Transport::MutualTls => &ALL,
        }
    }

    pub fn is_plain(&self) -> bool {
        self.transport == Transport::Plain
    }

    fn push_image(&self) {
        let home = scratch();
        let archive = put(home.path(), "image.tar", image_archive());
        let certificates = home.path().join("certificates");
        for (name, file) in self.certificates() {
            put(&certificates, name, read(&self.file(file)));
        }
        let mut push = program("skopeo", home.path());
        push.args(["--insecure-policy", "copy", "--dest-creds"]);
        push.arg(format!("{}:{}", OWNER.0, OWNER.1));
        match self.is_plain() {
            true => push.arg("--dest-tls-verify=false"),
            false => push.arg("--dest-cert-dir").arg(&certificates),
        };
        push.arg(format!("docker-archive:{}", archive.display()));
        push.arg(format!("docker://{}", self.image()));
        run(&mut push, "").success("skopeo cannot push");
    }

    /// Sends a request with this header `Authorization` for the manifest of the image over a plain
    /// connection, and returns the response.
    pub fn manifest(&self, authorization: Option<&str>) -> String {
        http::send(self.host(), &self.manifest_request(authorization))
    }

    pub fn manifest_request(&self, authorization: Option<&str>) -> String {
        let accepted = "application/vnd.docker.distribution.manifest.v2+json";
        let mut headers = vec![("Accept", accepted)];
        headers.extend(authorization.map(|value| ("Authorization", value)));
        http::request("GET", &format!("/v2/{REPOSITORY}/manifests/{TAG}"), self.host(), &headers)
    }
}

/// Returns a line of an htpasswd file, with bcrypt.
fn htpasswd(directory: &Path, (user, password): &(&str, &str)) -> String {
    let mut command = program("htpasswd", directory);
    run(command.args(["-niB", user]), password).success("htpasswd").trim().to_owned() + "\n"
}

/// Returns an image with one empty layer, as `docker save` writes it.
fn image_archive() -> Vec<u8> {
    // The digest of a tar archive without members: 1,024 zeros.
    let digest = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
    let configuration = json!({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": [digest]},
        "history": [{"created": "2020-01-01T00:00:00Z"}],
    });
    let manifest = json!([{"Config": "image.json", "RepoTags": [], "Layers": ["layer.tar"]}]);
    let files = [
        ("manifest.json", manifest.to_string().into_bytes()),
        ("image.json", configuration.to_string().into_bytes()),
        ("layer.tar", vec![0; 1024]),
    ];
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, &*content).expect("a member in memory");
    }
    archive.into_inner().expect("an archive in memory")
}

/// Writes a private CA, and a certificate of it for the server and for a client.
fn write_certificates(directory: &Path) {
    put(directory, "openssl.cnf", "[req]\ndistinguished_name = name\n[name]\n");
    let write = |name: &str, options: &[&str]| {
        let mut command = program("openssl", directory);
        command.args(["req", "-x509", "-config", "openssl.cnf", "-days", "2", "-nodes"]);
        command.args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]);
        command.args(["-subj", &format!("/CN={name}"), "-keyout", &format!("{name}.key")]);
        command.args(["-out", &format!("{name}.crt")]).args(options);
        run(&mut command, "").success("openssl cannot write a certificate");
    };
    write("ca", &["-addext", "basicConstraints=critical,CA:TRUE"]);
    let signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-addext", "basicConstraints=CA:FALSE"];
    let with = |extension| [&signed[..], &["-addext", extension]].concat();
    write("server", &with("subjectAltName=IP:127.0.0.1"));
    write("client", &with("extendedKeyUsage=clientAuth"));
}
