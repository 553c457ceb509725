//! The `auth` field: base64 of `user:password`.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::error::EntryProblem;
use crate::secret::{SecretBytes, SecretText, Span};

/// The standard alphabet, padded or not, unused bits unchecked, as Docker and kubelet together
/// accept it.
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

/// The alphabet with `-` and `_`. An `auth` in it is malformed, but named.
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// Decodes base64. CR, LF, tab and space in it are ignored.
pub(crate) fn decode_base64(text: &[u8]) -> Option<SecretBytes> {
    let decode = |text: &[u8]| decode(&BASE64, text);
    decode(text).or_else(|| decode(without_spaces(text)?.as_slice()))
}

/// Decodes base64 in the URL-safe alphabet, padded or not.
pub(crate) fn decode_base64url(text: &str) -> Option<SecretBytes> {
    decode(&URL_SAFE, text.as_bytes())
}

/// Returns a copy without white space, if there is any.
fn without_spaces(text: &[u8]) -> Option<SecretBytes> {
    let is_space = |b: &u8| matches!(b, b'\r' | b'\n' | b'\t' | b' ');
    text.iter().any(is_space).then(|| {
        let mut copy = SecretBytes::with_capacity(text.len());
        text.split(is_space).for_each(|piece| copy.extend(piece));
        copy
    })
}

fn decode(engine: &GeneralPurpose, text: &[u8]) -> Option<SecretBytes> {
    let mut bytes = SecretBytes::zeros(base64::decoded_len_estimate(text.len()));
    // The error is dropped: it quotes a byte.
    let len = engine.decode_slice(text, bytes.as_mut_slice()).ok()?;
    bytes.truncate(len);
    Some(bytes)
}

/// The content of an `auth` that can be sent as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthContent {
    UserAndPassword,
    NoPassword,
    /// The user name is `<token>`, so the password is an identity token. Credential helpers write
    /// tokens like this, and `docker login` moves them to `identitytoken`.
    IdentityToken,
}

impl AuthContent {
    /// Returns the content of an `auth` that is padded base64 with a colon in it, on one line and in
    /// any encoding. Returns `None` for any other, which registries refuse.
    pub(crate) fn of(auth: &str) -> Option<Self> {
        let bytes = decode(&STANDARD, auth.as_bytes())?;
        let bytes = bytes.as_slice();
        let (username, rest) = bytes.split_at_checked(bytes.iter().position(|b| *b == b':')?)?;
        Some(match rest {
            [b':', password @ ..] if password.iter().all(|b| *b == 0) => AuthContent::NoPassword,
            _ if username == b"<token>" => AuthContent::IdentityToken,
            _ => AuthContent::UserAndPassword,
        })
    }
}

/// Decodes a non-empty `auth` into the secrets of a file, and returns the user name and the
/// password.
///
/// They are split at the first colon. NULs around the password are trimmed: Docker writes them on
/// some systems.
pub(super) fn decode_auth(
    auth: &str,
    secrets: &mut SecretText,
) -> Result<(Span, Span), EntryProblem> {
    let mut push = |auth: &[u8]| {
        let most = base64::decoded_len_estimate(auth.len());
        secrets.push_decoded(most, |place| BASE64.decode_slice(auth, place).ok())
    };
    let pair = push(auth.as_bytes())
        .or_else(|| push(without_spaces(auth.as_bytes())?.as_slice()))
        .ok_or_else(|| not_base64_problem(auth))?;
    let bytes = secrets.bytes(pair);
    // Usually it is ASCII, which is checked in a tenth of the instructions (-3 % for an entry).
    if !bytes.is_ascii() && std::str::from_utf8(bytes).is_err() {
        return Err(EntryProblem::AuthNotUtf8);
    }
    let colon = bytes.iter().position(|b| *b == b':').ok_or(EntryProblem::AuthWithoutColon)?;
    let is_nul = |b: &&u8| **b == 0;
    let (start, password) = (colon + 1, bytes.get(colon + 1..).unwrap_or_default());
    let nuls = password.iter().take_while(is_nul).count();
    let nuls_at_end = password.iter().skip(nuls).rev().take_while(is_nul).count();
    let password = pair.part(start + nuls, password.len() - nuls - nuls_at_end);
    Ok((pair.part(0, colon), password))
}

/// Returns the problem of an `auth` that is not base64 in the standard alphabet.
fn not_base64_problem(auth: &str) -> EntryProblem {
    if auth.contains(':') {
        return EntryProblem::AuthNotEncoded;
    }
    let decoded = decode_base64url(auth.trim_ascii());
    let is_pair = |bytes: &[u8]| bytes.contains(&b':') && std::str::from_utf8(bytes).is_ok();
    match decoded {
        Some(bytes) if is_pair(bytes.as_slice()) => EntryProblem::AuthUrlSafe,
        _ => EntryProblem::AuthNotBase64,
    }
}
