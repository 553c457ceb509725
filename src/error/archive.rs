//! Problems of archives.

use crate::redact::Shown;

/// The reason why an archive is refused. Each text ends with the remedy, in most cases the command
/// that makes a good archive.
///
/// ```
/// use regcred::{ArchiveProblem, Error, Resolver};
///
/// let cut_short = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
/// let built = Resolver::builder().task_secret(cut_short).build();
/// let Err(Error::Archive { problem, .. }) = built else { panic!() };
/// match problem {
///     ArchiveProblem::Gzip => println!("upload it again"),
///     ArchiveProblem::NeedsFeature => println!("build with the feature `archive`"),
///     other => panic!("{other}"),
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveProblem {
    /// The compressed stream ends early or is damaged.
    #[error(
        "the gzip stream is damaged or cut short; make it again with tar -czf docker.tar.gz .docker"
    )]
    Gzip,
    /// The tar stream ends early or is damaged.
    #[error(
        "the tar archive is damaged or cut short; make it again with tar -czf docker.tar.gz .docker"
    )]
    Tar,
    /// An archive or a gzip file, which is read only with the feature `archive`.
    #[error(
        "it is an archive or a gzip file, and regcred was built without its feature \"archive\"; turn \
         the feature on, or extract the credential file and give that one"
    )]
    NeedsFeature,
    /// A compressed file that is not an archive: `gzip config.json`.
    #[error(
        "it is a gzip file without a tar archive in it; make it with tar -czf docker.tar.gz .docker"
    )]
    NotTar,
    /// A member that different programs unpack differently. Reading it one way could yield another
    /// credential than Docker sees.
    #[error(
        "programs unpack one of its members differently (two names, a link with \
         data, a path through a link, a wrong size); make it again with tar -chzf docker.tar.gz \
         .docker"
    )]
    Ambiguous,
    /// A sparse file in POSIX format, anywhere in the archive.
    #[error("holds a sparse file; make it again without --sparse, tar -czf docker.tar.gz .docker")]
    Sparse,
    /// A name or an extended header of more than 1 MiB.
    #[error(
        "a header in it is longer than 1 MiB; make it again with tar -czf docker.tar.gz .docker"
    )]
    LongHeader,
    /// A credential file that is a link, a device or a sparse member, or whose path contains `..`.
    #[error(
        "its member {member} is refused: {why}; make the archive again, with -h if it is a link: \
         tar -chzf docker.tar.gz .docker"
    )]
    #[non_exhaustive]
    Member {
        /// `.docker/config.json` or `.dockercfg`.
        member: &'static str,
        /// The problem of the member.
        why: &'static str,
    },
    /// An archive without a credential file. In a sandbox, this is a warning.
    #[error(
        "holds neither .docker/config.json nor .dockercfg{}; make it with \
         tar -chzf docker.tar.gz .docker",
        only(near_miss.as_deref())
    )]
    #[non_exhaustive]
    Missing {
        /// A member that was probably meant: `config.json` at the root.
        near_miss: Option<String>,
    },
}

serialize_as_text!(ArchiveProblem);

fn only(near_miss: Option<&str>) -> String {
    near_miss.map_or_else(String::new, |name| {
        format!(", only {}, which Docker does not read", Shown(name))
    })
}
