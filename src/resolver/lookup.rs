//! The lookup for callers that run credential helpers: what answers, in which order.

use std::cmp::Reverse;
use std::fmt;
use std::sync::Arc;

use super::Resolver;
use crate::auth::AuthConfig;
use crate::error::{EntryProblem, Warning, WarningKind};
use crate::file::{EntryState, File};
use crate::image::ImageRef;
use crate::index::Layer;
use crate::key::Scope;
use crate::level::{Level, Location};
use crate::redact::{Shown, ShownHelper};

/// The answer of [`Resolver::lookup`], for callers that may run credential helpers.
///
/// ```
/// use regcred::{ImageRef, Level, Lookup, Resolver};
///
/// let file = r#"{"credHelpers": {"gcr.io": "gcloud"}}"#;
/// let resolver = Resolver::builder().add(Level::AgentFlag, file).build()?;
/// match resolver.lookup(&ImageRef::parse("gcr.io/project/app")?) {
///     Lookup::Found(auth) => println!("{:?}", auth.username()),
///     Lookup::Helper(request) => {
///         assert_eq!((request.helper(), request.server_url()), ("gcloud", "gcr.io"));
///         assert!(matches!(request.next(), Lookup::Anonymous)); // if gcloud knows nothing
///     }
///     Lookup::Blocked(warning) => eprintln!("not pulled: {warning}"),
///     Lookup::Anonymous => println!("pulled anonymously"),
///     _ => unreachable!("an answer of a later version"),
/// }
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Lookup {
    /// A credential in a file.
    Found(AuthConfig),
    /// A credential helper has to be asked.
    Helper(HelperRequest),
    /// The best match is malformed. The warning says why. Nothing else is used instead.
    Blocked(Warning),
    /// No file has a credential, and no file names a helper.
    Anonymous,
}

/// Writes the answer for a log: the origin of a credential, the helper to ask, the problem, or
/// `anonymous`.
impl fmt::Display for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lookup::Found(auth) => auth.origin().fmt(f),
            Lookup::Helper(request) => {
                let (helper, server) = (ShownHelper(request.helper()), Shown(request.server_url()));
                write!(f, "{}: {helper}, server {server}", request.location())
            }
            Lookup::Blocked(warning) => warning.fmt(f),
            Lookup::Anonymous => f.write_str("anonymous"),
        }
    }
}

/// A credential helper to ask for an image's registry: the program `docker-credential-NAME`, named
/// by `credHelpers` or `credsStore` of a file.
///
/// [`next`](Self::next) is the answer if the helper has no credential. `Debug` shows a name only if
/// it is in lower case, because people write passwords in its place.
///
/// ```
/// use regcred::{ImageRef, Level, Lookup, Resolver};
///
/// let file = r#"{"credsStore": "pass", "auths": {"docker.io": {"auth": "dXNlcjpwYXNz"}}}"#;
/// let resolver = Resolver::builder().add(Level::UserConfigJson, file).build()?;
/// let Lookup::Helper(request) = resolver.lookup(&ImageRef::parse("nginx")?) else { panic!() };
/// assert_eq!(request.helper(), "pass");
/// assert_eq!(request.server_url(), "https://index.docker.io/v1/");
/// assert_eq!(request.location().level(), Some(Level::UserConfigJson));
/// assert!(matches!(request.next(), Lookup::Found(_))); // if pass knows nothing
/// # Ok::<(), regcred::Error>(())
/// ```
#[derive(Clone)]
pub struct HelperRequest {
    steps: Arc<[Step]>,
    /// The position of this request's step, a [`Step::Helper`].
    at: usize,
    server_url: Arc<str>,
}

/// One step of a lookup.
enum Step {
    /// A helper of a file: of a key of `credHelpers`, or of `credsStore`.
    Helper {
        layer: Arc<Layer>,
        file: usize,
        key: Option<usize>,
    },
    Found(AuthConfig),
    Blocked(Warning),
}

impl Resolver {
    /// Returns what answers for `image` if credential helpers may be run.
    ///
    /// Inside a level the order is Docker's: `credHelpers` for that registry, otherwise
    /// `credsStore`, then `auths`. Keys of `credHelpers` match like those of `auths`; an empty name
    /// means that the file itself has the credential. Docker stops at the helper. Here the `auths`
    /// of the level and then weaker levels follow, as in podman, so that a credential which
    /// [`resolve`](Self::resolve) finds is never lost because helpers may run.
    ///
    /// A helper that a task names, in its secret or its sandbox, is never returned, because the
    /// caller would run a program of the task's choice; [`warnings`](Self::warnings) and `explain`
    /// report it.
    ///
    /// ```
    /// # use regcred::{ImageRef, Level, Lookup, Resolver};
    /// let file = r#"{"credsStore": "pass"}"#;
    /// let user = Resolver::builder().add(Level::UserConfigJson, file).build()?;
    /// let task = Resolver::builder().task_secret(file).build()?;
    /// let image = ImageRef::parse("quay.io/app")?;
    /// assert!(matches!(user.lookup(&image), Lookup::Helper(_)));
    /// assert!(matches!(task.lookup(&image), Lookup::Anonymous)); // a task's helper is not run
    /// # Ok::<(), regcred::Error>(())
    /// ```
    #[must_use]
    pub fn lookup(&self, image: &ImageRef<'_>) -> Lookup {
        let matches = self.matches(image);
        let layers = self.layers();
        let best = matches.first().and_then(|(layer, rank, found)| {
            let layer = layers.get(*layer)?;
            let step = if found.usable {
                Step::Found(AuthConfig::new(layer.clone(), found.file, found.entry))
            } else {
                Step::Blocked(blocked(layer.files.get(found.file as usize)?, found.entry)?)
            };
            Some((rank.level, step))
        });
        let weakest = best.as_ref().map_or(Level::UserDockercfg, |(level, _)| *level);
        let levels = Level::ALL.into_iter().take_while(|level| *level <= weakest);
        let helpers = levels.filter_map(|level| helper(&layers, level, image));
        let steps = helpers.chain(best.map(|(_, step)| step)).collect();
        Lookup::at(steps, 0, image.server_url().into())
    }
}

impl Resolver {
    /// Returns the credential that pulls `image`, asking credential helpers through a closure. It is for
    /// programs that hold the credentials of a helper themselves, or start it in their own way.
    ///
    /// This follows [`lookup`](Self::lookup) to its end. `ask` returns the credential that
    /// [`HelperRequest::credential`] makes of the helper's answer, or `None` if the helper has none.
    ///
    /// # Errors
    ///
    /// The first error of `ask`. No other credential is used instead.
    ///
    /// ```
    /// use std::convert::Infallible;
    /// use regcred::{HelperRequest, ImageRef, Level, Resolver};
    ///
    /// let file = r#"{"credsStore": "vault"}"#;
    /// let resolver = Resolver::builder().add(Level::AgentFlag, file).build()?;
    /// let vault = |request: &HelperRequest| {
    ///     assert_eq!((request.helper(), request.server_url()), ("vault", "reg.io"));
    ///     Ok::<_, Infallible>(request.credential("user", "pass"))
    /// };
    /// let auth = resolver.resolve_with(&ImageRef::parse("reg.io/app")?, vault).unwrap();
    /// assert_eq!(auth.expect("a credential").username(), Some("user"));
    /// # Ok::<(), regcred::Error>(())
    /// ```
    pub fn resolve_with<E>(
        &self,
        image: &ImageRef<'_>,
        mut ask: impl FnMut(&HelperRequest) -> Result<Option<AuthConfig>, E>,
    ) -> Result<Option<AuthConfig>, E> {
        let mut lookup = self.lookup(image);
        loop {
            lookup = match lookup {
                Lookup::Found(auth) => return Ok(Some(auth)),
                Lookup::Blocked(_) | Lookup::Anonymous => return Ok(None),
                Lookup::Helper(request) => match ask(&request)? {
                    Some(auth) => return Ok(Some(auth)),
                    None => request.next(),
                },
            }
        }
    }

    /// Returns the problem of the entry that blocks an image, if one does.
    pub(crate) fn blocked_by(&self, image: &ImageRef<'_>) -> Option<EntryProblem> {
        let matches = self.matches(image);
        let (layer, _, best) = matches.first().filter(|(.., best)| !best.usable)?;
        let layers = self.layers();
        let entry = layers.get(*layer)?.files.get(best.file as usize)?.entry(best.entry)?;
        match entry.state {
            EntryState::Malformed(problem) => Some(problem),
            _ => None,
        }
    }
}

/// Returns the warning about a malformed entry.
fn blocked(file: &File, entry: u32) -> Option<Warning> {
    let entry = file.entries.get(entry as usize)?;
    let EntryState::Malformed(problem) = entry.state else { return None };
    let kind = WarningKind::MalformedEntry(problem);
    Some(Warning::new(&file.location, Some(file.text(entry.key)), kind))
}

/// Returns the helper that a level has for an image.
fn helper(layers: &[Arc<Layer>], level: Level, image: &ImageRef<'_>) -> Option<Step> {
    let host = image.registry_parts().host().to_ascii_lowercase();
    let files = || layers.iter().flat_map(|layer| layer.files_that_offer_helpers(level));
    let keys = files().flat_map(|(layer, number, file)| {
        let keys = file.helper_keys.iter().enumerate();
        keys.filter_map(move |(key, held)| Some((layer, number, (key, held), held.scope()?)))
    });
    let covering = keys.filter(|(.., scope)| scope.covers(image, &host));
    let rank = |scope: &Scope<'_>| {
        let literals = scope.literals.map(Reverse);
        (literals.is_some(), literals, Reverse(scope.path.len()), scope.spelling)
    };
    let (layer, file, key) = match covering.min_by_key(|(.., scope)| rank(scope)) {
        // An empty name: the file itself has the credential.
        Some((_, _, (_, held), _)) if held.helper.is_empty() => return None,
        Some((layer, file, (key, _), _)) => (layer, file, Some(key)),
        None => {
            let (layer, number, _) = files().find(|(.., file)| file.store_helper.is_some())?;
            (layer, number, None)
        }
    };
    Some(Step::Helper { layer: layer.clone(), file, key })
}

impl Lookup {
    fn at(steps: Arc<[Step]>, at: usize, server_url: Arc<str>) -> Self {
        match steps.get(at) {
            Some(Step::Helper { .. }) => Lookup::Helper(HelperRequest { steps, at, server_url }),
            Some(Step::Found(auth)) => Lookup::Found(auth.clone()),
            Some(Step::Blocked(warning)) => Lookup::Blocked(warning.clone()),
            None => Lookup::Anonymous,
        }
    }
}

impl HelperRequest {
    fn step(&self) -> Option<(&File, &str)> {
        let step = self.steps.get(self.at);
        debug_assert!(matches!(step, Some(Step::Helper { .. })), "a request is for a helper");
        let Some(Step::Helper { layer, file, key }) = step else { return None };
        let file = layer.files.get(*file)?;
        let helper = match key {
            Some(key) => &file.helper_keys.get(*key)?.helper,
            None => file.store_helper.as_ref()?,
        };
        Some((file, helper))
    }

    /// The name of the helper: `ecr-login` for the program `docker-credential-ecr-login`.
    ///
    /// It consists of ASCII letters, digits, `.`, `_` and `-`. Any other name is returned as `…`, and
    /// there is no program of that name.
    #[must_use]
    pub fn helper(&self) -> &str {
        self.step().map_or("", |(_, helper)| helper)
    }

    /// The server to ask for, as Docker sends it: the registry as the image spells it, `quay.io` or
    /// `reg.io:5000`, and `https://index.docker.io/v1/` for Docker Hub.
    #[must_use]
    pub fn server_url(&self) -> &str {
        &self.server_url
    }

    /// The file that names the helper.
    #[must_use]
    pub fn location(&self) -> &Location {
        self.step().map_or(&Location::UNKNOWN, |(file, _)| &file.location)
    }

    /// Returns a credential that the helper gave, for a caller that asks it in its own way.
    ///
    /// The user name `<token>` marks the secret as an identity token, as in Docker. Empty texts are no
    /// credential. The texts are copied, and the copies are wiped like those of a file.
    ///
    /// ```
    /// use regcred::{ImageRef, Level, Lookup, Resolver};
    ///
    /// let file = r#"{"credsStore": "vault"}"#;
    /// let resolver = Resolver::builder().add(Level::AgentFlag, file).build()?;
    /// let image = ImageRef::parse("reg.io/app")?;
    /// let Lookup::Helper(request) = resolver.lookup(&image) else { panic!() };
    /// let auth = request.credential("user", "pass").expect("a credential");
    /// assert_eq!(auth.password(), Some("pass"));
    /// assert_eq!(auth.origin().to_string(), r#"agent flag: the helper "vault", server "reg.io""#);
    /// # Ok::<(), regcred::Error>(())
    /// ```
    #[must_use]
    pub fn credential(&self, username: &str, secret: &str) -> Option<AuthConfig> {
        let server = self.server_url();
        let location = self.location().clone();
        let file = File::given_by(self.helper(), location, server, username, secret)?;
        Some(AuthConfig::new(Layer::new(Vec::new(), vec![file]), 0, 0))
    }

    /// Returns what answers if the helper has no credential: the files of its level, then weaker
    /// levels and their helpers.
    #[must_use]
    pub fn next(&self) -> Lookup {
        Lookup::at(self.steps.clone(), self.at + 1, self.server_url.clone())
    }
}

impl fmt::Debug for HelperRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let HelperRequest { steps: _, at: _, server_url } = self;
        f.debug_struct("HelperRequest")
            .field("helper", &format_args!("{}", ShownHelper(self.helper())))
            .field("server_url", server_url)
            .field("location", &format_args!("{}", self.location()))
            .finish()
    }
}
