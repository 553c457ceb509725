//! How much of anything a source may hold before it is refused.

/// Upper bounds on what is read and kept, so that no input can exhaust the memory of a runtime.
///
/// Everything past a limit is an [`Error::Limit`](crate::Error::Limit) that names the limit and its
/// value; nothing of that source is kept. The defaults are far above any file seen in the field and
/// small enough that a hostile one does no lasting harm. However far a limit is raised, no size
/// that an input merely claims becomes an allocation.
///
/// Each limit holds for one file, one archive or one definition. A [`Resolver`](crate::Resolver)
/// takes any number of them: who builds it from sources of others bounds their number too. Memory,
/// and the time of a lookup among patterns, add up.
///
/// ```
/// let mut limits = regcred::Limits::default();
/// limits.file_bytes = 64 * 1024;
/// let resolver = regcred::Resolver::builder().limits(limits).build();
/// # assert!(resolver.is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one credential file, also of one inside an archive. Default 16 MiB. Values above
    /// 512 MiB count as 512 MiB.
    pub file_bytes: u64,
    /// Entries in one credential file: keys under `auths` or at the top of a `.dockercfg`, and keys
    /// under `credHelpers`. Default 1,000,000. However short it is, each takes some 110 bytes of
    /// memory, and up to some 350 where there is something to warn of.
    pub file_entries: u64,
    /// Keys whose host holds a `*` in one credential file. Default 1,000, far above the one or two
    /// that Secrets for Kubernetes have. A lookup tries them one by one: some 9 ns each,
    /// and some 4 us each for patterns of 200 characters that are made to that end.
    pub file_patterns: u64,
    /// Bytes of an archive as it comes, that is, compressed. Default 16 MiB. Values above 1 GiB
    /// count as 1 GiB, since a file is read into memory before it is unpacked.
    pub archive_bytes: u64,
    /// Bytes that an archive may unpack to, headers and other members included. Default 64 MiB.
    pub archive_unpacked_bytes: u64,
    /// Members of an archive, extended headers included. Default 10,000.
    pub archive_entries: u64,
    /// Bytes of a definition or a list of them ([`marathon`](crate::marathon)). Default 4 MiB, some
    /// thousands of apps. One of that size that is made to that end takes up to 900 MiB of memory.
    pub definition_bytes: u64,
    /// Containers in a definition, refused ones and apps without an image included. Default 10,000.
    pub definition_containers: u64,
    /// Local files that are read in place of fetching them into one sandbox. More credential files
    /// than that are an error. Archives of the application's own are looked into as far as this
    /// leaves room, the last ones first; the rest is a [`Warning`](crate::Warning). Default 16.
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

impl Limits {
    /// Positions in a credential file are kept in 32 bits; this leaves room for what normalising
    /// adds.
    const FILE_BYTES_CEILING: u64 = 512 << 20;

    const ARCHIVE_BYTES_CEILING: u64 = 1 << 30;

    pub(crate) fn effective_archive_bytes(&self) -> u64 {
        self.archive_bytes.min(Self::ARCHIVE_BYTES_CEILING)
    }

    pub(crate) fn effective_file_bytes(&self) -> u64 {
        self.file_bytes.min(Self::FILE_BYTES_CEILING)
    }
}
