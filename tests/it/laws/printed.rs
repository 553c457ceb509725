//! Collects everything that is printed about an input, in every form.

use std::fmt::{Debug, Write};

use regcred::{CredentialFile, Error, ImageRef, Resolver};

#[derive(Debug, Default, PartialEq)]
pub struct Printed(pub String);

impl Printed {
    pub fn debug(&mut self, value: &impl Debug) {
        let _ = writeln!(self.0, "{value:?}");
    }

    pub fn error(&mut self, error: &Error) {
        self.debug(error);
        let mut next: Option<&dyn std::error::Error> = Some(error);
        while let Some(error) = next {
            let _ = writeln!(self.0, "{error}\n{error:?}");
            next = error.source();
        }
    }

    pub fn resolver(&mut self, resolver: &Resolver) {
        self.debug(resolver);
        for warning in resolver.warnings() {
            let _ = writeln!(self.0, "{warning:?}\n{warning}");
        }
        for image in ["reg.io/team/app", "other.io/app", "nginx", "host.io/x"] {
            let image = ImageRef::parse(image).unwrap();
            let explained = resolver.explain(&image);
            self.debug(&explained);
            let json = serde_json::to_string(&explained).unwrap();
            let _ = writeln!(self.0, "{explained}\n{json}");
            for auth in resolver.resolve_all(&image) {
                self.debug(&auth);
                self.debug(&auth.credential());
                self.debug(auth.origin());
                let _ = writeln!(self.0, "{}\n{}", auth.origin(), auth.server_address());
            }
        }
    }

    /// Adds everything printed about one file, given in every way.
    pub fn file(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        for strict in [false, true] {
            for builder in [
                Resolver::builder().task_secret(bytes),
                Resolver::builder().agent_flag(&*text),
                Resolver::builder().agent_flag(format!("//c\n{text}")),
                Resolver::builder().agent_flag(format!("file:{text}")),
            ] {
                let builder = if strict { builder.strict() } else { builder };
                self.debug(&builder);
                match builder.build() {
                    Ok(resolver) => self.resolver(&resolver),
                    Err(error) => self.error(&error),
                }
            }
        }
        self.credential_file(&CredentialFile::parse(bytes));
    }

    pub fn credential_file(&mut self, file: &Result<CredentialFile, Error>) {
        match file {
            Ok(file) => {
                self.debug(file);
                for entry in file.entries() {
                    self.debug(&entry);
                }
                for warning in file.warnings() {
                    let _ = writeln!(self.0, "{warning}\n{warning:?}");
                }
            }
            Err(error) => self.error(error),
        }
    }

    /// Asserts that no eight bytes of a secret appear.
    #[track_caller]
    pub fn holds_none_of(&self, secrets: &[&str], input: &[u8]) {
        for secret in secrets {
            for piece in secret.as_bytes().windows(8).step_by(4) {
                let piece = std::str::from_utf8(piece).unwrap();
                if let Some(line) = self.0.lines().find(|line| line.contains(piece)) {
                    let input = String::from_utf8_lossy(input);
                    panic!("{piece:?} of {secret:?} is shown in {line:?}, from\n{input}");
                }
            }
        }
    }
}
