//! `docker.tar.gz` -> the credential files in it, read as a stream, in memory, never unpacked.
//!
//! The headers are walked here, block by block, with `tar`'s own parser for each: the iterator of
//! `tar` reads the longest name that an archive claims into memory, 64 MiB out of 65 KB, before a
//! caller sees the member, and splits extended headers at newlines where GNU tar counts bytes.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use tar::{EntryType, Header};

use crate::error::{ArchiveProblem, Error};
use crate::level::Place;
use crate::limits::Limits;
use crate::secret::SecretBytes;

const CONFIG_JSON: &str = ".docker/config.json";
const DOCKERCFG: &str = ".dockercfg";
const BLOCK: usize = 512;

/// The longest name or extended header that is read: a path past 4 KiB cannot be unpacked, and
/// extended attributes stay below this.
const LONGEST_EXTENSION: u64 = 1 << 20;

/// A credential file found in an archive.
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) bytes: SecretBytes,
}

/// Whether bytes are to be read as an archive: gzip, or a first block that is a tar header.
pub(crate) fn is_archive(bytes: &[u8]) -> bool {
    is_gzip(bytes) || bytes.first_chunk::<BLOCK>().is_some_and(|block| header_of(block).is_some())
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1F, 0x8B])
}

/// The credential files in an archive, `.docker/config.json` first; the last of a name wins, as when
/// `tar` unpacks.
///
/// # Errors
///
/// A damaged archive, a refused member, a limit, and neither file in it.
pub(crate) fn read(bytes: &[u8], place: &Place, limits: &Limits) -> Result<Vec<Member>, Error> {
    if bytes.len() as u64 > limits.archive_bytes {
        return Err(Failure::limit("archive_bytes", limits.archive_bytes).into_error(place));
    }
    let gzip = is_gzip(bytes);
    let source: Box<dyn Read + '_> =
        if gzip { Box::new(MultiGzDecoder::new(bytes)) } else { Box::new(bytes) };
    let stream = Stream { source, gzip, left: limits.archive_unpacked_bytes, limits };
    Walk { stream, found: Found::default() }.run().map_err(|failure| failure.into_error(place))
}

enum Failure {
    Archive(ArchiveProblem),
    Limit { limit: &'static str, value: u64 },
}

impl Failure {
    fn limit(limit: &'static str, value: u64) -> Self {
        Failure::Limit { limit, value }
    }

    fn member(member: &'static str, why: &'static str) -> Self {
        Failure::Archive(ArchiveProblem::Member { member, why })
    }

    fn into_error(self, place: &Place) -> Error {
        let place = place.clone();
        match self {
            Failure::Archive(problem) => Error::Archive { place, problem },
            Failure::Limit { limit, value } => Error::Limit { place, limit, value },
        }
    }
}

impl From<ArchiveProblem> for Failure {
    fn from(problem: ArchiveProblem) -> Self {
        Failure::Archive(problem)
    }
}

/// The unpacked bytes, counted. `Read::take` could not tell a limit from an end.
struct Stream<'a> {
    source: Box<dyn Read + 'a>,
    gzip: bool,
    left: u64,
    limits: &'a Limits,
}

impl Stream<'_> {
    /// Fills as much of `buffer` as there is left to read.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Failure> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.source.read(rest) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(ArchiveProblem::Gzip.into()),
            }
        }
        match self.left.checked_sub(filled as u64) {
            Some(left) => self.left = left,
            None => return Err(self.over_limit()),
        }
        Ok(filled)
    }

    fn over_limit(&self) -> Failure {
        Failure::limit("archive_unpacked_bytes", self.limits.archive_unpacked_bytes)
    }

    fn fill_whole(&mut self, buffer: &mut [u8]) -> Result<(), Failure> {
        if self.fill(buffer)? == buffer.len() { Ok(()) } else { Err(self.cut_short()) }
    }

    fn cut_short(&self) -> Failure {
        if self.gzip { ArchiveProblem::Gzip.into() } else { ArchiveProblem::Tar.into() }
    }

    /// Hands `size` bytes, and the padding to the next block, to `take` piece by piece.
    fn each_piece(&mut self, size: u64, mut take: impl FnMut(&[u8])) -> Result<(), Failure> {
        if size > self.left {
            return Err(self.over_limit());
        }
        let mut buffer = zeroize::Zeroizing::new([0; 8 * 1024]);
        let (mut content, mut padding) = (size, size.next_multiple_of(BLOCK as u64) - size);
        while content + padding > 0 {
            let wanted = (content + padding).min(buffer.len() as u64) as usize;
            let piece = buffer.get_mut(..wanted).unwrap_or_default();
            self.fill_whole(piece)?;
            let of_content = content.min(wanted as u64);
            take(piece.get(..of_content as usize).unwrap_or_default());
            content -= of_content;
            padding -= wanted as u64 - of_content;
        }
        Ok(())
    }

    /// Reads what follows the end of the archive, so that a damaged stream does not pass for a whole one.
    fn drain(&mut self) -> Result<(), Failure> {
        let mut buffer = [0; 8 * 1024];
        while self.fill(&mut buffer)? > 0 {}
        Ok(())
    }
}

/// Which of the two files a path means once unpacked, and whether it climbed there by `..`.
struct Target {
    name: &'static str,
    climbs: bool,
}

impl Target {
    fn of(path: &[u8]) -> Option<Self> {
        let mut parts: Vec<&[u8]> = Vec::new();
        let mut climbs = false;
        for part in path.split(|b| *b == b'/') {
            match part {
                b"" | b"." => {}
                b".." => {
                    climbs = true;
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        let name = match *parts {
            [b".docker", b"config.json"] => CONFIG_JSON,
            [b".dockercfg"] => DOCKERCFG,
            _ => return None,
        };
        Some(Target { name, climbs })
    }
}

/// What extended headers say about the member that follows them.
#[derive(Default)]
struct Extensions {
    gnu_name: Option<Vec<u8>>,
    pax_name: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
    sparse_name: Option<Vec<u8>>,
}

impl Extensions {
    fn read_pax(&mut self, mut records: &[u8]) -> Result<(), Failure> {
        while !records.is_empty() {
            let (key, value, rest) = pax_record(records).ok_or(ArchiveProblem::Tar)?;
            records = rest;
            match key {
                b"path" => self.pax_name = Some(value.to_vec()),
                b"size" => {
                    let text = std::str::from_utf8(value).ok();
                    self.size = Some(text.and_then(|t| t.parse().ok()).ok_or(ArchiveProblem::Tar)?);
                }
                b"GNU.sparse.name" => {
                    self.sparse = true;
                    self.sparse_name = Some(value.to_vec());
                }
                _ if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
        }
        Ok(())
    }
}

/// One record, `LENGTH KEY=VALUE\n`, and the rest. The length counts; a value may hold newlines.
fn pax_record(records: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = records.iter().take(20).position(|b| *b == b' ')?;
    let length: usize = std::str::from_utf8(records.get(..space)?).ok()?.parse().ok()?;
    let (record, rest) = records.split_at_checked(length)?;
    let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|b| *b == b'=')?;
    Some((record.get(..equals)?, record.get(equals + 1..)?, rest))
}

#[derive(Default)]
struct Found {
    config_json: Option<SecretBytes>,
    dockercfg: Option<SecretBytes>,
    near_miss: Option<String>,
}

struct Walk<'a> {
    stream: Stream<'a>,
    found: Found,
}

impl Walk<'_> {
    fn run(mut self) -> Result<Vec<Member>, Failure> {
        let mut extensions = Extensions::default();
        let most = self.stream.limits.archive_entries;
        let mut entries = 0;
        while let Some(header) = self.next_header(entries == 0)? {
            if entries == most {
                return Err(Failure::limit("archive_entries", most));
            }
            entries += 1;
            let size = header.entry_size().map_err(|_| ArchiveProblem::Tar)?;
            match header.entry_type().as_byte() {
                b'L' => {
                    let name = self.read_extension(size)?;
                    let end = name.iter().position(|b| *b == 0).unwrap_or(name.len());
                    extensions.gnu_name = Some(name.get(..end).unwrap_or_default().to_vec());
                }
                b'K' => drop(self.read_extension(size)?),
                // Solaris's 'X' is read as POSIX's 'x', as GNU tar does.
                b'x' | b'X' => extensions.read_pax(&self.read_extension(size)?)?,
                b'g' => {
                    // Such a header speaks of every member after it; nobody packs credentials so.
                    let mut global = Extensions::default();
                    global.read_pax(&self.read_extension(size)?)?;
                    if global.pax_name.is_some() || global.size.is_some() || global.sparse {
                        return Err(ArchiveProblem::Ambiguous.into());
                    }
                }
                _ => {
                    let extensions = std::mem::take(&mut extensions);
                    let size = extensions.size.unwrap_or(size);
                    self.member(&header, size, extensions)?;
                }
            }
        }
        self.stream.drain()?;
        self.finish()
    }

    /// The next header; `None` at the end of the archive.
    fn next_header(&mut self, first: bool) -> Result<Option<Header>, Failure> {
        let mut block = [0; BLOCK];
        match self.stream.fill(&mut block)? {
            0 => return Ok(None),
            BLOCK => {}
            _ if first => return Err(ArchiveProblem::NotTar.into()),
            _ => return Err(self.stream.cut_short()),
        }
        if block.iter().all(|b| *b == 0) {
            return Ok(None);
        }
        match header_of(&block) {
            Some(header) => Ok(Some(header)),
            None if first => Err(ArchiveProblem::NotTar.into()),
            None => Err(ArchiveProblem::Tar.into()),
        }
    }

    fn member(
        &mut self,
        header: &Header,
        size: u64,
        extensions: Extensions,
    ) -> Result<(), Failure> {
        let kind = header.entry_type();
        let sparse = extensions.sparse || kind.is_gnu_sparse();
        // The path of a sparse member in a POSIX archive is a stand-in for its name.
        let names = [extensions.sparse_name, extensions.gnu_name, extensions.pax_name];
        let mut names = names.iter().flatten();
        let short_name = header.path_bytes();
        let name: &[u8] = names.next().map_or(&short_name, Vec::as_slice);
        if names.any(|other| *other != name) && !sparse {
            return Err(ArchiveProblem::Ambiguous.into());
        }
        let without_data = kind.is_dir()
            || kind.is_hard_link()
            || kind.is_symlink()
            || kind.is_fifo()
            || kind.is_character_special()
            || kind.is_block_special();
        if without_data && size > 0 {
            // GNU tar and libarchive disagree whether data follows.
            return Err(ArchiveProblem::Ambiguous.into());
        }
        let target = Target::of(name);
        if kind.is_gnu_sparse() {
            self.skip_sparse_map(header)?;
        }
        let Some(Target { name: target, climbs }) = target else {
            self.found.note_near_miss(name);
            return self.stream.each_piece(size, |_| ());
        };
        if climbs {
            return Err(Failure::member(target, "its path climbs by \"..\""));
        }
        if sparse {
            return Err(Failure::member(target, "it is a sparse file"));
        }
        match kind {
            // As old tars write it, a name that ends in a slash is a directory.
            EntryType::Regular | EntryType::Continuous if !name.ends_with(b"/") => {
                self.keep(target, size)
            }
            EntryType::Regular | EntryType::Continuous | EntryType::Directory => {
                self.stream.each_piece(size, |_| ())
            }
            EntryType::Symlink | EntryType::Link => Err(Failure::member(target, "it is a link")),
            EntryType::Fifo | EntryType::Char | EntryType::Block => {
                Err(Failure::member(target, "it is a device or a pipe"))
            }
            _ => Err(Failure::member(target, "it is no regular file")),
        }
    }

    fn keep(&mut self, target: &'static str, size: u64) -> Result<(), Failure> {
        let limit = self.stream.limits.effective_file_bytes();
        if size > limit {
            return Err(Failure::limit("file_bytes", limit));
        }
        // What a header claims is not yet there: start small.
        let mut bytes = SecretBytes::with_capacity(size.min(64 * 1024) as usize);
        self.stream.each_piece(size, |piece| bytes.extend(piece))?;
        match target {
            CONFIG_JSON => self.found.config_json = Some(bytes),
            _ => self.found.dockercfg = Some(bytes),
        }
        Ok(())
    }

    /// The data of a header that extends the next one.
    fn read_extension(&mut self, size: u64) -> Result<Vec<u8>, Failure> {
        if size > LONGEST_EXTENSION {
            return Err(ArchiveProblem::LongHeader.into());
        }
        let mut data = Vec::new();
        self.stream.each_piece(size, |piece| data.extend_from_slice(piece))?;
        Ok(data)
    }

    /// The blocks by which an old GNU sparse header goes on; they are not counted in its size.
    fn skip_sparse_map(&mut self, header: &Header) -> Result<(), Failure> {
        let mut more = header.as_gnu().is_some_and(|header| header.isextended != [0]);
        let mut block = [0; BLOCK];
        while more {
            self.stream.fill_whole(&mut block)?;
            more = block[504] != 0;
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<Member>, Failure> {
        let Found { config_json, dockercfg, near_miss } = self.found;
        let members: Vec<Member> = [(CONFIG_JSON, config_json), (DOCKERCFG, dockercfg)]
            .into_iter()
            .filter_map(|(name, bytes)| Some(Member { name, bytes: bytes? }))
            .collect();
        if members.is_empty() {
            return Err(ArchiveProblem::Missing { near_miss }.into());
        }
        Ok(members)
    }
}

impl Found {
    /// Remembers the first member that someone may have meant as a credential file.
    fn note_near_miss(&mut self, path: &[u8]) {
        let last = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
        let meant = [&b"config.json"[..], b".dockercfg", b"dockercfg", b"auth.json"];
        if self.near_miss.is_none() && meant.contains(&last) {
            self.near_miss = Some(String::from_utf8_lossy(path).into_owned());
        }
    }
}

/// A block read as a header, if its checksum says that it is one.
fn header_of(block: &[u8; BLOCK]) -> Option<Header> {
    let header = Header::from_byte_slice(block).clone();
    let (before, rest) = block.split_at(148);
    let after = rest.get(8..)?;
    let sum = |bytes: &[u8]| bytes.iter().map(|b| u32::from(*b)).sum::<u32>();
    (header.cksum().ok()? == sum(before) + 8 * u32::from(b' ') + sum(after)).then_some(header)
}
