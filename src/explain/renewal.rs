//! Credentials that expire: the time that they contain, and the command that renews them. Nothing
//! is asked over the network.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::de::MapAccess;

use super::login::Login;
use crate::auth::Credential;
use crate::file::{File, decode_base64, decode_base64url};
use crate::image::ImageRef;
use crate::json::{self, Members, Mode, Sink};

/// A service that gives out credentials which expire.
struct Service {
    /// The kind of the credential and its lifetime.
    lifetime: &'static str,
    /// The command that prints a new one.
    prints: String,
    /// The user name that belongs to it.
    username: &'static str,
}

/// Returns the hint for a credential that has expired, or that expires soon after it is given out
/// and does not say when.
pub(super) fn hint(
    file: &File,
    credential: Credential<'_>,
    image: &ImageRef<'_>,
    login: Login<'_>,
) -> Option<String> {
    let service = service(&image.registry_parts().host().to_ascii_lowercase(), credential);
    let place = Some(&file.location);
    let (lifetime, renewal) = match service {
        Some(Service { lifetime, prints, username }) => {
            let login = login.with_password_of(prints, username);
            (Some(lifetime), login.advice("remove the entry and log in with a new one", place))
        }
        None => (None, login.advice("remove the entry and log in again", place)),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    match (expiry(credential), lifetime) {
        (Some(expiry), _) if expiry <= now => Some(format!(
            "the {} expired on {}, and registries refuse an expired one even for public images; \
             {renewal}",
            credential.secret_name(),
            utc(expiry)
        )),
        (None, Some(lifetime)) => {
            Some(format!("{lifetime}, and this one does not say since when; {renewal}"))
        }
        _ => None,
    }
}

/// Returns the service that gave out a credential, as far as the registry and the user name show
/// it.
fn service(host: &str, credential: Credential<'_>) -> Option<Service> {
    const NO_USER: &str = "00000000-0000-0000-0000-000000000000";

    let username = match credential {
        Credential::Basic { username, .. } => Some(username),
        Credential::IdentityToken { username, .. } => username,
        Credential::RegistryToken { .. } => None,
    };
    let is_token = matches!(credential, Credential::IdentityToken { .. });
    let is_below = |domain: &str| host.strip_suffix(domain).is_some_and(|h| h.ends_with('.'));
    match username {
        Some("AWS") if host == "public.ecr.aws" => Some(Service {
            lifetime: "a password of Amazon ECR is valid for 12 hours",
            prints: "aws ecr-public get-login-password --region us-east-1".to_owned(),
            username: "AWS",
        }),
        Some("AWS") => Some(Service {
            lifetime: "a password of Amazon ECR is valid for 12 hours",
            prints: format!("aws ecr get-login-password --region {}", ecr(host)?.region),
            username: "AWS",
        }),
        Some("oauth2accesstoken")
            if host == "gcr.io" || is_below("gcr.io") || host.ends_with("-docker.pkg.dev") =>
        {
            Some(Service {
                lifetime: "an access token of Google Cloud is valid for an hour",
                prints: "gcloud auth print-access-token".to_owned(),
                username: "oauth2accesstoken",
            })
        }
        user if ["azurecr.io", "azurecr.cn", "azurecr.us"].into_iter().any(is_below)
            && (is_token || user == Some(NO_USER)) =>
        {
            Some(Service {
                lifetime: "a token of Azure's az acr login is valid for 3 hours",
                prints: format!(
                    "az acr login --name {} --expose-token --output tsv --query accessToken",
                    host.split('.').next().unwrap_or_default()
                ),
                username: NO_USER,
            })
        }
        _ => None,
    }
}

/// The parts of a host of Amazon ECR: `123456789012.dkr.ecr.eu-west-1.amazonaws.com`.
pub(super) struct Ecr<'h> {
    region: &'h str,
    /// The host for any account and region.
    pub(super) pattern: String,
}

/// Returns the parts of a host in lower case, if it is one of Amazon ECR.
pub(super) fn ecr(host: &str) -> Option<Ecr<'_>> {
    let (account, rest) = host.split_once('.')?;
    let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    let (service, rest) = ["dkr.ecr", "dkr.ecr-fips", "dkr-ecr", "dkr-ecr-fips"]
        .into_iter()
        .find_map(|service| Some((service, rest.strip_prefix(service)?.strip_prefix('.')?)))?;
    let (region, domain) = rest.split_once('.')?;
    let is_amazon = matches!(domain, "amazonaws.com" | "amazonaws.com.cn" | "on.aws");
    let pattern = format!("*.{service}.*.{domain}");
    (is_account && is_amazon).then_some(Ecr { region, pattern })
}

/// Returns the time in seconds since 1970 at which a credential expires, if it contains it: as
/// `exp` of a JSON Web Token, or as `expiration` of a password of Amazon ECR.
fn expiry(credential: Credential<'_>) -> Option<u64> {
    let secret = match credential {
        Credential::Basic { password, .. } => password,
        Credential::IdentityToken { token, .. } | Credential::RegistryToken { token } => token,
    };
    let mut parts = secret.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(header), Some(claims), Some(_), None) => {
            decode_base64url(header).filter(|header| header.as_slice().starts_with(b"{"))?;
            member(decode_base64url(claims)?.as_slice(), "exp")
        }
        // Every such password begins with the base64 of `{"payload":`.
        (Some(password), None, None, None) if password.starts_with("eyJ") => {
            member(decode_base64(password.as_bytes())?.as_slice(), "expiration")
        }
        _ => None,
    }
}

/// Returns a number of seconds in a JSON object.
fn member(json: &[u8], name: &str) -> Option<u64> {
    let json = std::str::from_utf8(json).ok().filter(|json| json.starts_with('{'))?;
    let mut seconds = None;
    json::read(json, Mode::Apart, Seconds { name, seconds: &mut seconds }).ok()?;
    seconds
}

struct Seconds<'s> {
    name: &'s str,
    seconds: &'s mut Option<u64>,
}

impl<'de> Sink<'de> for Seconds<'_> {
    fn object<A: MapAccess<'de>>(self, members: &mut Members<'de, A>) -> Result<(), A::Error> {
        while let Some(is_it) = members.next_key(|name| name == self.name)? {
            let value = members.raw()?;
            if is_it {
                // Only years that a calendar shows with four digits.
                let seconds = value.parse::<f64>().ok().filter(|s| (0.0..2.5e11).contains(s));
                *self.seconds = seconds.map(|seconds| seconds as u64);
            }
        }
        Ok(())
    }
}

/// Returns a time as a date of the Gregorian calendar, `2026-11-26 10:00 UTC`.
fn utc(seconds: u64) -> String {
    let (days, minutes) = (seconds / 86_400, seconds % 86_400 / 60);
    // Counted from 0000-03-01, so that a leap day is the last day of a year. 400 years have 146,097
    // days.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Months from March have 153 days in five.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = 400 * era + year + next_year;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", minutes / 60, minutes % 60)
}
