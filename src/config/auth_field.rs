//! The `auth` field: base64 of `user:password`.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::error::EntryProblem;
use crate::secret::{SecretBytes, SecretText, Span};

/// The standard alphabet, padded or not, unused bits unchecked, as Docker and kubelet together
/// accept it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes base64 in which CR, LF, tab and space count for nothing.
pub(super) fn decode_base64(text: &[u8]) -> Option<SecretBytes> {
    let is_space = |b: &u8| matches!(b, b'\r' | b'\n' | b'\t' | b' ');
    let compact;
    let text = if text.iter().any(is_space) {
        let mut copy = SecretBytes::with_capacity(text.len());
        text.split(is_space).for_each(|piece| copy.extend(piece));
        compact = copy;
        compact.as_slice()
    } else {
        text
    };
    decode(&BASE64, text)
}

fn decode(engine: &GeneralPurpose, text: &[u8]) -> Option<SecretBytes> {
    let mut bytes = SecretBytes::zeros(base64::decoded_len_estimate(text.len()));
    // The error would quote a byte.
    let len = engine.decode_slice(text, bytes.as_mut_slice()).ok()?;
    bytes.truncate(len);
    Some(bytes)
}

/// Whether an `auth` is what registries take as it stands: padded base64 of `user:password` on one line,
/// in whatever encoding.
pub(crate) fn is_strict_auth(auth: &str) -> bool {
    decode(&STANDARD, auth.as_bytes()).is_some_and(|bytes| bytes.as_slice().contains(&b':'))
}

/// User name and password out of a non-empty `auth`, added to `secrets`.
///
/// Split at the first colon; NULs around the password are trimmed, as Docker writes them on some
/// systems.
pub(super) fn decode_auth(
    auth: &str,
    secrets: &mut SecretText,
) -> Result<(Span, Span), EntryProblem> {
    let bytes = decode_base64(auth.as_bytes()).ok_or(EntryProblem::AuthNotBase64)?;
    let text = std::str::from_utf8(bytes.as_slice()).map_err(|_| EntryProblem::AuthNotUtf8)?;
    let (username, password) = text.split_once(':').ok_or(EntryProblem::AuthWithoutColon)?;
    Ok((secrets.push(username), secrets.push(password.trim_matches('\0'))))
}
