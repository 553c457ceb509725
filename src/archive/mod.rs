//! `docker.tar.gz` -> the credential files in it, read as a stream, in memory, never unpacked.
//!
//! The headers are walked here, block by block: the iterator of `tar` reads the longest name that
//! an archive claims into memory, 64 MiB out of 65 KB, before a caller sees the member, and takes
//! numbers and extended headers that GNU tar takes otherwise. What an archive yields here is what
//! `tar` would leave on disk; where programs differ, it is refused.

mod gunzip;
mod header;
mod stream;

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher, RandomState};

use self::header::{BLOCK, Described, Extensions, Header, Kind, Pax};
use self::stream::{Failure, Stream, is_gzip};
use crate::error::{ArchiveProblem, Error};
use crate::file_names::{CONFIG_JSON, DOCKERCFG};
use crate::level::Location;
use crate::limits::Limits;
use crate::secret::SecretBytes;

/// The longest name or extended header that is read; extended attributes stay below this.
const LONGEST_EXTENSION: u64 = 1 << 20;

/// The longest path that can be unpacked. Linux takes 4,096 bytes, of which one is the NUL behind
/// it.
const LONGEST_PATH: usize = 4095;

/// As much of a name as is shown.
const LONGEST_SHOWN: usize = 255;

/// A credential file found in an archive.
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) bytes: SecretBytes,
}

/// Whether bytes are to be read as an archive: gzip, or a first block that is a tar header.
pub(crate) fn is_archive(bytes: &[u8]) -> bool {
    is_gzip(bytes)
        || bytes.first_chunk::<BLOCK>().is_some_and(|block| Header::read(block).is_some())
}

/// The credential files in an archive, `.docker/config.json` first; the last of a name wins, as
/// when `tar` unpacks.
///
/// # Errors
///
/// A damaged archive, a refused member, a limit, and neither file in it.
pub(crate) fn read(
    bytes: &[u8],
    location: &Location,
    limits: &Limits,
) -> Result<Vec<Member>, Error> {
    let most = limits.effective_archive_bytes();
    if bytes.len() as u64 > most {
        return Err(Failure::limit("archive_bytes", most).into_error(location));
    }
    let unpacked = is_gzip(bytes)
        .then(|| gunzip::unpack_small(bytes, limits.archive_unpacked_bytes))
        .flatten();
    let stream = Stream::new(bytes, unpacked.as_ref(), limits);
    let walk = Walk { stream, found: Found::default(), links: None };
    walk.run().map_err(|failure| failure.into_error(location))
}

/// What is in a file that is compressed with gzip, and is no archive.
///
/// # Errors
///
/// A damaged stream, and a limit.
pub(crate) fn gunzip(
    bytes: &[u8],
    location: &Location,
    limits: &Limits,
) -> Result<SecretBytes, Error> {
    let most = limits.effective_file_bytes();
    if let Some(unpacked) = gunzip::unpack_small(bytes, most.min(limits.archive_unpacked_bytes)) {
        return Ok(unpacked);
    }
    let mut stream = Stream::packed(bytes, limits);
    let mut unpacked = SecretBytes::default();
    loop {
        let piece = stream.piece(usize::MAX).map_err(|failure| failure.into_error(location))?;
        if piece.is_empty() {
            return Ok(unpacked);
        }
        unpacked.extend(piece);
        if unpacked.as_slice().len() as u64 > most {
            return Err(Failure::limit("file_bytes", most).into_error(location));
        }
    }
}

/// A name as it would be unpacked.
struct UnpackedPath<'n> {
    parts: Vec<&'n [u8]>,
    /// It got there by `..`.
    climbs: bool,
    /// It ends in `/` or `/.`, so that it can only be a directory.
    names_directory: bool,
}

impl<'n> UnpackedPath<'n> {
    fn of(name: &'n [u8]) -> Self {
        let mut path = UnpackedPath { parts: Vec::new(), climbs: false, names_directory: true };
        for part in name.split(|b| *b == b'/') {
            path.names_directory = matches!(part, b"" | b"." | b"..");
            match part {
                b"" | b"." => {}
                b".." => {
                    path.climbs = true;
                    path.parts.pop();
                }
                part => path.parts.push(part),
            }
        }
        path
    }

    /// The credential file that this is, or leads to the inside of.
    fn target(&self) -> Option<Target> {
        let target = |file, inside: &[&[u8]]| Target { file, inside: !inside.is_empty() };
        match &*self.parts {
            [b".docker", b"config.json", inside @ ..] => Some(target(CONFIG_JSON, inside)),
            [b".dockercfg", inside @ ..] => Some(target(DOCKERCFG, inside)),
            _ => None,
        }
    }
}

struct Target {
    file: &'static str,
    inside: bool,
}

/// What stands under the name of a credential file so far.
#[derive(Default)]
struct Slot {
    file: Option<SecretBytes>,
    is_directory: bool,
}

#[derive(Default)]
struct Found {
    config_json: Slot,
    dockercfg: Slot,
    near_miss: Option<String>,
    docker_link: Option<DockerLink>,
}

/// `.docker` itself is a link, as managers of home directories make it.
struct DockerLink {
    /// What it leads to could be in the archive, under another name.
    links_inside: bool,
}

struct Walk<'a> {
    stream: Stream<'a>,
    found: Found,
    /// Hardly any archive has links.
    links: Option<Links>,
}

/// Links through which a later member could be written under another name. Kept as keyed hashes of
/// their paths, so that every prefix of a path is told in one pass over it.
#[derive(Default)]
struct Links {
    hasher: RandomState,
    paths: HashSet<u64>,
}

impl Links {
    fn add(&mut self, path: &UnpackedPath<'_>) {
        let mut hasher = self.hasher.build_hasher();
        path.parts.iter().for_each(|part| Self::hash(&mut hasher, part));
        self.paths.insert(hasher.finish());
    }

    fn is_above(&self, path: &UnpackedPath<'_>) -> bool {
        let Some((_, above)) = path.parts.split_last() else { return false };
        let mut hasher = self.hasher.build_hasher();
        above.iter().any(|part| {
            Self::hash(&mut hasher, part);
            self.paths.contains(&hasher.finish())
        })
    }

    fn hash(hasher: &mut impl Hasher, part: &[u8]) {
        hasher.write(part);
        hasher.write_u8(b'/');
    }
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
            match header.kind {
                Kind::LongName => extensions.add_gnu_name(&self.read_extension(header.size)?)?,
                Kind::LongLink => {
                    extensions.add_gnu_link(self.read_extension(header.size)?);
                }
                Kind::Extended => {
                    extensions.add_pax(Pax::read(&self.read_extension(header.size)?)?)?;
                }
                Kind::GlobalExtended => {
                    // Such a header speaks of every member after it; nobody packs credentials so.
                    let pax = Pax::read(&self.read_extension(header.size)?)?;
                    if pax.path.is_some() || pax.size.is_some() {
                        return Err(ArchiveProblem::Ambiguous.into());
                    }
                }
                _ => {
                    let described = std::mem::take(&mut extensions).apply(&header)?;
                    self.member(&header, &described)?;
                }
            }
        }
        self.stream.drain()?;
        self.finish()
    }

    /// The next header; `None` at the end of the archive.
    fn next_header(&mut self, first: bool) -> Result<Option<Header>, Failure> {
        let cut_short = self.stream.cut_short();
        let piece = self.stream.piece(BLOCK)?;
        let block = match piece.first_chunk::<BLOCK>() {
            Some(block) => block,
            None if piece.is_empty() => return Ok(None),
            None if first => return Err(ArchiveProblem::NotTar.into()),
            None => return Err(cut_short.into()),
        };
        if *block == [0; BLOCK] {
            return Ok(None);
        }
        match Header::read(block) {
            Some(header) => Ok(Some(header?)),
            None if first => Err(ArchiveProblem::NotTar.into()),
            None => Err(ArchiveProblem::Tar.into()),
        }
    }

    fn member(&mut self, header: &Header, member: &Described) -> Result<(), Failure> {
        let Described { ref name, size, links_inside } = *member;
        let path = UnpackedPath::of(name);
        let without_data = match header.kind {
            Kind::Directory | Kind::SymbolicLink | Kind::HardLink | Kind::Device => true,
            // As old tars write it, a name that ends in a slash is a directory.
            Kind::Regular => path.names_directory,
            _ => false,
        };
        if without_data && size > 0 {
            // Programs disagree whether data follows.
            return Err(ArchiveProblem::Ambiguous.into());
        }
        // What has a longer path cannot be unpacked, so nothing comes of it.
        let is_unpacked = name.len() <= LONGEST_PATH;
        let target = path.target().filter(|_| is_unpacked);
        if header.kind == Kind::Sparse && target.as_ref().is_none_or(|target| target.inside) {
            self.read_sparse_map(header, size)?;
        }
        if is_unpacked {
            self.note_links(header.kind, &path, links_inside)?;
        }
        let Some(Target { file, inside }) = target else {
            self.found.note_near_miss(name);
            return self.stream.skip(size);
        };
        let refused = |why| Err(ArchiveProblem::Member { member: file, why }.into());
        match header.kind {
            _ if inside => self.found.slot(file).is_directory = true,
            _ if path.climbs => return refused("its path climbs by \"..\""),
            Kind::Regular if !path.names_directory => return self.keep(file, size),
            Kind::Regular | Kind::Directory | Kind::ListedDirectory => {
                self.found.slot(file).is_directory = true;
            }
            Kind::SymbolicLink | Kind::HardLink => return refused("it is a link"),
            Kind::Device => return refused("it is a device or a pipe"),
            Kind::Sparse => return refused("it is a sparse file"),
            _ => return refused("it is no regular file"),
        }
        self.stream.skip(size)
    }

    /// Keeps track of links, and refuses what would be written through one.
    fn note_links(
        &mut self,
        kind: Kind,
        path: &UnpackedPath<'_>,
        links_inside: bool,
    ) -> Result<(), Failure> {
        if self.links.as_ref().is_some_and(|links| links.is_above(path)) {
            return Err(ArchiveProblem::Ambiguous.into());
        }
        if kind == Kind::HardLink || (kind == Kind::SymbolicLink && links_inside) {
            self.links.get_or_insert_default().add(path);
        }
        if *path.parts != [b".docker"] {
            return Ok(());
        }
        match kind {
            Kind::SymbolicLink => self.found.docker_link = Some(DockerLink { links_inside }),
            Kind::Directory | Kind::ListedDirectory => {}
            Kind::Regular if path.names_directory => {}
            // Nothing can be unpacked below it.
            _ => return Err(ArchiveProblem::Ambiguous.into()),
        }
        Ok(())
    }

    fn keep(&mut self, file: &'static str, size: u64) -> Result<(), Failure> {
        let limit = self.stream.limits.effective_file_bytes();
        if size > limit {
            return Err(Failure::limit("file_bytes", limit));
        }
        // What a header claims need not be there.
        let room = size.min(self.stream.expected() as u64) as usize;
        let mut bytes = SecretBytes::with_capacity(room);
        self.stream.each_piece(size, |piece| bytes.extend(piece))?;
        self.found.slot(file).file = Some(bytes);
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

    /// Reads the blocks by which an old GNU sparse header goes on, which its size does not count.
    /// One whose pieces are not as long as its data would make GNU tar read on into the next
    /// member.
    fn read_sparse_map(&mut self, header: &Header, size: u64) -> Result<(), Failure> {
        let mut map = header.sparse_map()?;
        while map.more {
            let cut_short = self.stream.cut_short();
            let block = self.stream.piece(BLOCK)?.first_chunk().ok_or(cut_short)?;
            map.add_block(block)?;
        }
        if map.bytes == size { Ok(()) } else { Err(ArchiveProblem::Ambiguous.into()) }
    }

    fn finish(self) -> Result<Vec<Member>, Failure> {
        let Found { config_json, dockercfg, mut near_miss, docker_link } = self.found;
        if let Some(DockerLink { links_inside }) = docker_link {
            near_miss = Some(".docker (a link)".to_owned());
            if links_inside && config_json.file.is_none() && dockercfg.file.is_some() {
                let why = "its directory .docker is a link";
                return Err(ArchiveProblem::Member { member: CONFIG_JSON, why }.into());
            }
        }
        let mut members = Vec::new();
        for (name, slot) in [(CONFIG_JSON, config_json), (DOCKERCFG, dockercfg)] {
            match slot {
                Slot { file: Some(_), is_directory: true } => {
                    let why = "it is a file and a directory";
                    return Err(ArchiveProblem::Member { member: name, why }.into());
                }
                Slot { file: Some(bytes), .. } => members.push(Member { name, bytes }),
                Slot { file: None, .. } => {}
            }
        }
        if members.is_empty() {
            return Err(ArchiveProblem::Missing { near_miss }.into());
        }
        Ok(members)
    }
}

impl Found {
    fn slot(&mut self, file: &'static str) -> &mut Slot {
        if file == CONFIG_JSON { &mut self.config_json } else { &mut self.dockercfg }
    }

    /// Remembers the first member that someone may have meant as a credential file.
    fn note_near_miss(&mut self, path: &[u8]) {
        let last = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
        let meant = [&b"config.json"[..], b".dockercfg", b"dockercfg", b"auth.json"];
        if self.near_miss.is_none() && meant.contains(&last) && path.len() <= LONGEST_SHOWN {
            self.near_miss = Some(String::from_utf8_lossy(path).into_owned());
        }
    }
}
