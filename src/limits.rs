//! Every limit on the size of an input, with its default and the reason for it.

use std::fmt;

/// Upper bounds on the size of inputs, so that no input can exhaust the memory of a runtime.
///
/// A source past a limit is an [`Error::Limit`](crate::Error::Limit) that names the limit and its
/// value, and nothing of the source is kept. The defaults are far above any file seen in the field,
/// and a hostile file within them does no lasting harm. However high a limit is set, a size that an
/// input only claims is never allocated.
///
/// Each limit is for one file, one archive or one definition. Memory and the time of a lookup among
/// globs add up over the sources of a [`Resolver`](crate::Resolver), whose number the caller has to
/// bound.
///
/// ```
/// use regcred::{Error, Limit, Limits, Resolver};
///
/// let limits = Limits::default().with_file_bytes(64 * 1024).with_file_entries(1);
/// let file = r#"{"auths": {"a.io": {"auth": "dTpw"}, "b.io": {"auth": "dTpw"}}}"#;
/// let error = Resolver::builder().limits(limits).task_secret(file).build().unwrap_err();
/// assert!(matches!(error, Error::Limit { limit: Limit::FileEntries, value: 1, .. }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one credential file, also of one in an archive. The default is 16 MiB; Kubernetes
    /// allows 1 MiB for a Secret. Values above 512 MiB count as 512 MiB.
    pub file_bytes: u64,
    /// Entries in one credential file: keys under `auths`, at the top of a `.dockercfg` and under
    /// `credHelpers`. The default is 1,000,000. An entry takes about 110 bytes of memory however
    /// short it is, and up to about 350 with a warning.
    pub file_entries: u64,
    /// Keys with `*` in the host in one credential file. The default is 1,000; real Secrets have
    /// one or two. A lookup tries them one by one, in about 9 ns each, or 4 us each for hostile
    /// globs of 200 characters.
    pub file_patterns: u64,
    /// Bytes of an archive as given, that is, compressed. The default is 16 MiB. Values above 1 GiB
    /// count as 1 GiB, because the archive is read into memory before it is unpacked.
    pub archive_bytes: u64,
    /// Bytes of an unpacked archive, with headers and other members. The default is 64 MiB, because
    /// gzip can expand a thousandfold and people archive more than credentials.
    pub archive_unpacked_bytes: u64,
    /// Members of an archive, with extended headers. The default is 10,000. It bounds the work for
    /// members without content, which `archive_unpacked_bytes` alone would not.
    pub archive_entries: u64,
    /// Bytes of a definition or a list of them ([`marathon`](crate::marathon)). The default is
    /// 4 MiB, some thousands of apps. A hostile one of that size takes up to 900 MiB of memory.
    pub definition_bytes: u64,
    /// Containers in a definition, with rejected ones and apps without an image. The default is
    /// 10,000. Each container of an answer takes memory for its id, image and fetched files.
    pub definition_containers: u64,
    /// Local files that are read instead of fetched into one sandbox. The default is 16; a task
    /// needs one or two. More credential files are an error. The application's own archives are
    /// searched as far as the limit allows, the last ones first; the rest is a
    /// [`Warning`](crate::Warning).
    pub fetched_files: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 16 << 20,
            file_entries: 1_000_000,
            file_patterns: 1_000,
            archive_bytes: 16 << 20,
            archive_unpacked_bytes: 64 << 20,
            archive_entries: 10_000,
            definition_bytes: 4 << 20,
            definition_containers: 10_000,
            fetched_files: 16,
        }
    }
}

macro_rules! limits {
    ($($name:ident, $field:ident, $setter:ident;)*) => {
        /// The name of one of the [`Limits`], for a program that raises it.
        ///
        /// `Display` writes the name of the field.
        ///
        /// ```
        /// use regcred::{Error, Limit, Limits, Resolver};
        ///
        /// let limits = Limits::default().with_file_bytes(2);
        /// let error = Resolver::builder().limits(limits).task_secret("{  }").build().unwrap_err();
        /// assert!(matches!(error, Error::Limit { limit: Limit::FileBytes, value: 2, .. }));
        /// assert_eq!(Limit::FileBytes.to_string(), "file_bytes");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Limit {
            $(
                #[doc = concat!("[`Limits::", stringify!($field), "`].")]
                $name,
            )*
        }

        impl fmt::Display for Limit {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self {
                    $(Limit::$name => stringify!($field),)*
                })
            }
        }

        impl Limits {
            $(
                #[doc = concat!("Returns the limits with [`", stringify!($field), "`](Self::", stringify!($field), ") changed.")]
                #[must_use]
                pub fn $setter(self, $field: u64) -> Self {
                    Limits { $field, ..self }
                }
            )*
        }
    };
}

limits! {
    FileBytes, file_bytes, with_file_bytes;
    FileEntries, file_entries, with_file_entries;
    FilePatterns, file_patterns, with_file_patterns;
    ArchiveBytes, archive_bytes, with_archive_bytes;
    ArchiveUnpackedBytes, archive_unpacked_bytes, with_archive_unpacked_bytes;
    ArchiveEntries, archive_entries, with_archive_entries;
    DefinitionBytes, definition_bytes, with_definition_bytes;
    DefinitionContainers, definition_containers, with_definition_containers;
    FetchedFiles, fetched_files, with_fetched_files;
}

impl Limits {
    /// Positions in a credential file have 32 bits. This leaves room for normalised copies.
    const FILE_BYTES_CEILING: u64 = 512 << 20;

    const ARCHIVE_BYTES_CEILING: u64 = 1 << 30;

    pub(crate) fn effective_archive_bytes(&self) -> u64 {
        self.archive_bytes.min(Self::ARCHIVE_BYTES_CEILING)
    }

    pub(crate) fn effective_file_bytes(&self) -> u64 {
        self.file_bytes.min(Self::FILE_BYTES_CEILING)
    }
}

serialize_as_text!(Limit);
