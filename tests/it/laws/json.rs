//! A naive JSON parser without a library, as a reference that no feature of `serde_json` changes.

pub enum Json {
    Null,
    /// A number or a boolean.
    Other,
    Text(String),
    List(Vec<Json>),
    /// Members in the order written, duplicates included.
    Object(Vec<(String, Json)>),
}

/// Reads a document; `None` for anything out of the ordinary: a fault, a lone surrogate, more than
/// 100 levels.
pub fn read(document: &[u8]) -> Option<Json> {
    let text = document.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(document);
    let mut reader = Reader { rest: std::str::from_utf8(text).ok()? };
    let json = reader.value(0)?;
    reader.skip_space();
    reader.rest.is_empty().then_some(json)
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn takes(&mut self, token: &str) -> bool {
        self.skip_space();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        if depth > 100 {
            return None;
        }
        match () {
            () if self.takes("null") => Some(Json::Null),
            () if self.takes("true") || self.takes("false") => Some(Json::Other),
            () if self.rest.starts_with('"') => self.text().map(Json::Text),
            () if self.takes("[") => {
                let mut items = Vec::new();
                self.list("]", |reader| {
                    items.push(reader.value(depth + 1)?);
                    Some(())
                })?;
                Some(Json::List(items))
            }
            () if self.takes("{") => {
                let mut members = Vec::new();
                self.list("}", |reader| {
                    reader.skip_space();
                    let name = reader.text()?;
                    reader.takes(":").then_some(())?;
                    members.push((name, reader.value(depth + 1)?));
                    Some(())
                })?;
                Some(Json::Object(members))
            }
            () => self.number(),
        }
    }

    fn list(&mut self, end: &str, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        if self.takes(end) {
            return Some(());
        }
        loop {
            item(self)?;
            if self.takes(end) {
                return Some(());
            }
            self.takes(",").then_some(())?;
        }
    }

    fn number(&mut self) -> Option<Json> {
        let end = self.rest.find(|c: char| !"+-.0123456789eE".contains(c));
        let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        let digits = number.strip_prefix('-').unwrap_or(number);
        let starts_well = digits.starts_with(|c: char| c.is_ascii_digit())
            && (!digits.starts_with('0') || !digits[1..].starts_with(|c: char| c.is_ascii_digit()));
        let dots_well = !digits.ends_with('.') && !digits.contains(".e") && !digits.contains(".E");
        let value: f64 = number.parse().ok().filter(|_| starts_well && dots_well)?;
        value.is_finite().then_some(Json::Other)
    }

    fn text(&mut self) -> Option<String> {
        let mut units: Vec<u16> = Vec::new();
        let mut chars = self.rest.strip_prefix('"')?.chars();
        loop {
            match chars.next()? {
                '"' => break,
                '\0'..='\x1F' => return None,
                '\\' => units.push(match chars.next()? {
                    'u' => {
                        let (digits, rest) = chars.as_str().split_at_checked(4)?;
                        let all_digits = digits.bytes().all(|b| b.is_ascii_hexdigit());
                        chars = rest.chars();
                        all_digits.then(|| u16::from_str_radix(digits, 16).ok())??
                    }
                    'b' => 8,
                    'f' => 12,
                    'n' => 10,
                    'r' => 13,
                    't' => 9,
                    c @ ('"' | '\\' | '/') => c as u16,
                    _ => return None,
                }),
                c => units.extend(c.encode_utf16(&mut [0; 2]).iter()),
            }
        }
        self.rest = chars.as_str();
        String::from_utf16(&units).ok()
    }
}
