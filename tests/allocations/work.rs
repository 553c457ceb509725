//! The work that is measured: each operation of the crate on inputs of any size.

use std::fmt::{Debug, Display, Write};
use std::fs;

use regcred::mesos::{self, DockerRegistry};
use regcred::{
    Client, CredentialFile, ImageRef, Level, Limits, Resolver, ResolverBuilder, certs, dcos,
    marathon,
};

use crate::config;
use crate::shapes::{AUTH, IMAGE, all, archives, cased, definitions, each, files, images, pairs};

/// Counts a piece of work, given its name.
pub type Meter<'m> = &'m mut dyn FnMut(&str, &mut dyn FnMut());

/// A builder without a limit on patterns.
fn unbounded() -> ResolverBuilder {
    let mut limits = Limits::default();
    limits.file_patterns = u64::MAX;
    Resolver::builder().limits(limits)
}

/// All operations on a credential file.
fn file(text: &str, meter: Meter<'_>) {
    let image = ImageRef::parse(IMAGE).unwrap();
    let mut bytes = Some(text.as_bytes().to_vec());
    let mut built = None;
    meter("built", &mut || built = Some(unbounded().task_secret(bytes.take().unwrap()).build()));
    if let Ok(resolver) = built.as_ref().unwrap() {
        meter("looked up", &mut || look_up(resolver, &image));
        meter("explained", &mut || explain(resolver, &image));
        if !resolver.warnings().is_empty() {
            meter("warnings printed", &mut || show(resolver.warnings()));
            meter("built strictly", &mut || drop(unbounded().task_secret(text).strict().build()));
        }
    }
    meter("dropped", &mut || drop(built.take()));
    meter("read alone", &mut || {
        if let Ok(file) = CredentialFile::parse(text.as_bytes()) {
            write!(Written(0), "{file:?}").unwrap();
            file.entries().for_each(|entry| write!(Written(0), "{entry:?}").unwrap());
        }
    });
    meter("read as a parameter", &mut || {
        drop(
            dcos::Parameters::new([("cluster_docker_credentials", text)]).map(|p| format!("{p:?}")),
        );
    });
    let place = tempfile::NamedTempFile::new().unwrap();
    fs::write(&place, text).unwrap();
    meter("checked as a cluster file", &mut || {
        show_one(&dcos::check_file(&place, Limits::default()));
    });
}

fn look_up(resolver: &Resolver, image: &ImageRef<'_>) {
    let found = (resolver.resolve(image), resolver.resolve_all(image).count());
    drop((found, resolver.resolve_registry(image.registry())));
}

fn explain(resolver: &Resolver, image: &ImageRef<'_>) {
    let explanation = resolver.explain(image);
    show_one(&explanation);
    drop(serde_json::to_string(&explanation));
}

/// Counts the bytes that are written. A growing `String` would add copies of its own.
struct Written(usize);

impl Write for Written {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

fn show_one(what: &(impl Display + Debug)) {
    write!(Written(0), "{what}{what:?}").unwrap();
}

fn show(all: &[impl Display + Debug]) {
    all.iter().for_each(show_one);
}

/// All operations on an image or a registry.
fn image(text: &str, meter: Meter<'_>) {
    let file = config(
        ["registry.io", "*.registry.io", "*u*u*u*b.registry.io", "*.*.registry.io/team"]
            .map(str::to_owned)
            .into_iter(),
    );
    let resolver = unbounded().task_secret(file).build().unwrap();
    meter("parsed", &mut || {
        if let Ok(image) = ImageRef::parse(text) {
            show_one(&image);
            assert_eq!(image, image.clone());
        }
        drop(ImageRef::parse_with_default("a", text).map(|image| image.to_string()));
        drop(DockerRegistry::parse(text).map(|registry| format!("{registry:?}")));
        drop(
            DockerRegistry::parse(&format!("https://{text}"))
                .map(|registry| format!("{registry:?}")),
        );
    });
    meter("looked up", &mut || {
        if let Ok(image) = ImageRef::parse(text) {
            look_up(&resolver, &image);
        }
        drop(resolver.resolve_registry(text));
    });
    meter("explained", &mut || {
        if let Ok(image) = ImageRef::parse(text) {
            explain(&resolver, &image);
        }
    });
    meter("certificates looked up", &mut || drop(certs::find(text, ["."])));
}

fn archive(bytes: &[u8], meter: Meter<'_>) {
    let mut limits = Limits::default();
    limits.archive_entries = u64::MAX;
    meter("unpacked", &mut || drop(Resolver::builder().limits(limits).task_secret(bytes).build()));
}

fn definition(text: &str, n: usize, meter: Meter<'_>) {
    let mut limits = Limits::default();
    limits.definition_containers = u64::MAX;
    let agent = Resolver::builder().build().unwrap();
    meter("read", &mut || {
        for container in marathon::containers(text.as_bytes(), limits).unwrap_or_default() {
            match container {
                Ok(container) => {
                    show(container.warnings());
                    drop(format!("{container:?}"));
                    container.fetch().iter().for_each(show_one);
                }
                Err(error) => show_one(&error),
            }
        }
    });
    // Only the definitions that use the secret once get a long one.
    let asked = text.matches(r#""secret":"#).count();
    let secret = all(if asked == 1 { n } else { 1 }, "1", |n| format!("reg{n}.io"));
    let store = |_: &str| Ok(secret.clone().into_bytes());
    meter("resolved", &mut || {
        for answer in
            marathon::resolvers(text.as_bytes(), &agent, limits, store).unwrap_or_default()
        {
            match answer {
                Ok(resolved) => {
                    show(resolved.resolver.warnings());
                    explain(&resolved.resolver, &ImageRef::parse(IMAGE).unwrap());
                }
                Err(error) => show_one(&error),
            }
        }
    });
}

/// Resolvers with many sources, and with many bases.
fn layers(n: usize, meter: Meter<'_>) {
    let image = ImageRef::parse(IMAGE).unwrap();
    let file = |n: usize| all(1, AUTH, |_| cased("sub.registry.io", n));
    let secrets = (0..n).fold(Resolver::builder(), |builder, n| builder.task_secret(file(n)));
    let singles: Vec<Resolver> =
        (0..n).map(|n| unbounded().task_secret(file(n)).build().unwrap()).collect();
    let bases = singles.iter().fold(Resolver::builder(), ResolverBuilder::base);
    let empty = (0..n).fold(Resolver::builder(), |builder, _| builder.task_secret("{}"));
    for (what, builder) in [("secrets", secrets), ("bases", bases), ("empty secrets", empty)] {
        let (mut builder, mut built) = (Some(builder), None);
        meter(&format!("{what}: built"), &mut || built = builder.take().unwrap().build().ok());
        let resolver = built.as_ref().unwrap();
        meter(&format!("{what}: looked up"), &mut || look_up(resolver, &image));
        meter(&format!("{what}: explained"), &mut || explain(resolver, &image));
        meter(&format!("{what}: dropped"), &mut || drop(built.take()));
    }
    let mut top = None;
    meter("layers: built", &mut || {
        let mut below = Resolver::builder().build().unwrap();
        for number in 0..n {
            below = Resolver::builder()
                .add(Level::AgentFlag, file(number))
                .base(&below)
                .build()
                .unwrap();
        }
        top = Some(below);
    });
    let resolver = top.as_ref().unwrap();
    meter("layers: looked up", &mut || look_up(resolver, &image));
    meter("layers: explained", &mut || explain(resolver, &image));
    meter("layers: dropped", &mut || drop(top.take()));
}

fn settings(n: usize, meter: Meter<'_>) {
    let config = format!(
        "{{{}\"x\":1}}",
        each(n, |n| format!(r#""x{n}":"{n}","cluster_docker_credentials":{{"auths":{{}}}},"#))
    );
    meter("a configuration", &mut || drop(dcos::Parameters::from_json(config.as_bytes())));
    meter("one parameter repeated", &mut || {
        drop(dcos::Parameters::new((0..n).map(|_| ("cluster_docker_credentials", "{}"))));
    });
    let flag = all(n, AUTH, |n| cased("https://docker.io/a", n));
    meter("an agent flag", &mut || {
        show(&mesos::check_docker_config(&flag, Limits::default()).unwrap());
    });
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join(".dockercfg"), all(n, "1", |n| format!("reg{n}.io"))).unwrap();
    meter("a sandbox", &mut || {
        show(Resolver::builder().sandbox_home(home.path()).build().unwrap().warnings());
    });
    let directory = home.path().join("registry.io");
    fs::create_dir(&directory).unwrap();
    for number in 0..n {
        for name in ["crt", "cert", "key", "txt"] {
            fs::write(directory.join(format!("{number}.{name}")), "").unwrap();
        }
    }
    meter("certificates", &mut || {
        let found = certs::find("registry.io", [home.path()]).unwrap();
        assert_eq!((found.authorities().len(), found.clients().len()), (n, n));
    });
}

/// Does all operations on all inputs of size `n`.
pub fn measure(n: usize, meter: Meter<'_>) {
    for (shape, text) in files(n) {
        file(&text, &mut |step, work| meter(&format!("file, {shape}: {step}"), work));
    }
    for (shape, text) in images(n) {
        image(&text, &mut |step, work| meter(&format!("image, {shape}: {step}"), work));
    }
    for (shape, file, name) in pairs(n) {
        let resolver = unbounded().task_secret(file).build().unwrap();
        let image = ImageRef::parse(&name).unwrap();
        meter(&format!("{shape}: looked up"), &mut || look_up(&resolver, &image));
        meter(&format!("{shape}: explained"), &mut || explain(&resolver, &image));
    }
    for (shape, bytes) in archives(n / 2) {
        archive(&bytes, &mut |step, work| meter(&format!("archive, {shape}: {step}"), work));
    }
    for (shape, text) in definitions(n) {
        definition(&text, n, &mut |step, work| {
            meter(&format!("definition, {shape}: {step}"), work)
        });
    }
    layers(n, &mut |step, work| meter(&format!("layered, {step}"), work));
    settings(n, &mut |step, work| meter(&format!("settings, {step}"), work));
    exports(n, &mut |step, work| meter(&format!("exported, {step}"), work));
}

/// Exports of many images: of a registry each, of a namespace each, of Docker Hub's look-alikes.
fn exports(n: usize, meter: Meter<'_>) {
    type Key = fn(usize) -> String;
    let shapes: [(&str, Key); 4] = [
        ("registries", |n| format!("reg{n}.io")),
        ("namespaces", |n| format!("reg.io/team{n}")),
        ("names in one another", |n| format!("reg.io/{}", "a".repeat(1 + n % 200))),
        ("look-alikes", |n| format!("docker.io.reg{n}.io")),
    ];
    for (shape, key) in shapes {
        let keys: Vec<String> = (0..n).map(key).collect();
        let resolver =
            Resolver::builder().task_secret(config(keys.iter().cloned())).build().unwrap();
        let names: Vec<String> = keys.iter().map(|key| format!("{key}/app")).collect();
        let images: Vec<_> = names.iter().map(|name| ImageRef::parse(name).unwrap()).collect();
        for client in [Client::Docker, Client::Podman, Client::Kubelet, Client::Mesos] {
            meter(&format!("{shape}, {client}"), &mut || {
                if let Ok(export) = resolver.export(&images, client) {
                    drop((export.config_json(), export.dockercfg(), format!("{export:?}")));
                }
            });
        }
    }
}
