//! Profiles that Go's `pprof` left behind: what functions hold on the heap, how many goroutines wait in them, and which grew
//! most from one profile to the next.
//!
//! Reads the format `profile.proto` (gzip over protocol buffers), the fields that count. Never runs anything; sizes are
//! bounded, since a profile is data.

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::GzDecoder;

use super::{Measurement, Subject, percentiles};

/// Larger profiles are not unpacked.
const LARGEST: u64 = 64 << 20;
/// Functions that hold less than the first so many are not told of.
const MOST_FUNCTIONS: usize = 200;
/// So many functions that grew are named.
const NAMED: usize = 3;
/// A smaller growth is chance.
const LEAST_GROWTH: f64 = 1024.0;

/// What is read of a profile, with the unit of its numbers: what is kept, never what went through.
const KINDS: [(&str, &str); 3] = [("inuse_space", "B"), ("goroutine", "goroutines"), ("inuse_objects", "objects")];

/// One profile: what each function has of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The file.
    pub path: String,
    kind: &'static str,
    unit: &'static str,
    /// When it was taken.
    time: i64,
    /// Function and its file → value of all samples that it stands in.
    functions: BTreeMap<(String, String), f64>,
}

/// Reads a profile. `Ok(None)` where it is of no kind that counts; else what is wrong with it as a fragment.
pub fn read(path: &str, bytes: &[u8]) -> Result<Option<Profile>, &'static str> {
    let plain = unpacked(bytes)?;
    let message = Message::of(&plain).ok_or("it is no profile")?;
    match message.kind() {
        None => Ok(None),
        Some(kind) => message.profile(path, kind).map(Some).ok_or("it is cut short"),
    }
}

fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes.to_vec());
    }
    let mut plain = Vec::new();
    let read = GzDecoder::new(bytes).take(LARGEST + 1).read_to_end(&mut plain);
    read.map_err(|_| "it cannot be unpacked")?;
    if plain.len() as u64 > LARGEST { Err("it is too large") } else { Ok(plain) }
}

/// What profiles of the same kind say together: numbers of functions, and a sentence on those that grew most.
pub fn together(mut profiles: Vec<Profile>) -> (Vec<Measurement>, Vec<String>) {
    profiles.sort_by(|a, b| (a.kind, a.time, &a.path).cmp(&(b.kind, b.time, &b.path)));
    let (mut found, mut notes) = (Vec::new(), Vec::new());
    for same in profiles.chunk_by(|a, b| a.kind == b.kind) {
        let (Some(first), Some(last)) = (same.first(), same.last()) else { continue };
        let mut largest: Vec<(&(String, String), f64)> =
            last.functions.iter().map(|(name, value)| (name, *value)).collect();
        largest.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        for (name, most) in largest.into_iter().take(MOST_FUNCTIONS) {
            let all = same.iter().map(|profile| profile.functions.get(name).copied().unwrap_or_default()).collect();
            let grown = most - first.functions.get(name).copied().unwrap_or_default();
            let sign = if grown < 0.0 { "-" } else { "+" };
            let over = match same.len() {
                1 => String::new(),
                n => format!(" ({sign}{} over {n} profiles)", amount(grown.abs(), last.unit)),
            };
            let label = format!("{} of `{}`{over}", last.kind, short(&name.0));
            let measured = percentiles(label, last.unit, all, &last.path);
            let subject = Subject::Code { function: short(&name.0).to_owned(), file: name.1.clone() };
            found.extend(measured.map(|measured| Measurement { subject, measured }));
        }
        notes.extend(growth(first, last));
    }
    (found, notes)
}

/// The functions that grew most.
fn growth(first: &Profile, last: &Profile) -> Option<String> {
    if first.path == last.path {
        return None;
    }
    let grown = |(name, value): (&(String, String), &f64)| {
        (short(&name.0).to_owned(), value - first.functions.get(name).copied().unwrap_or_default())
    };
    let floor = if last.unit == "B" { LEAST_GROWTH } else { 1.0 };
    let mut all: Vec<(String, f64)> = last.functions.iter().map(grown).filter(|(_, by)| *by >= floor).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let named: Vec<String> =
        all.iter().take(NAMED).map(|(name, by)| format!("`{name}` by {}", amount(*by, last.unit))).collect();
    let (kind, from, to) = (last.kind, &first.path, &last.path);
    (!named.is_empty()).then(|| format!("most growth of {kind} from `{from}` to `{to}`: {}", named.join(", ")))
}

/// A function without its package's path, and without the closures inside of it.
fn short(name: &str) -> &str {
    let name = name.rsplit('/').next().unwrap_or(name);
    let end = name.match_indices(".func").find(|(at, _)| name[at + 5..].starts_with(|c: char| c.is_ascii_digit()));
    end.map_or(name, |(at, _)| &name[..at])
}

fn amount(number: f64, unit: &str) -> String {
    if unit != "B" {
        return format!("{number:.0} {unit}");
    }
    match number {
        n if n >= 1e6 => format!("{:.1} MB", n / 1e6),
        n if n >= 1e3 => format!("{:.1} KB", n / 1e3),
        n => format!("{n:.0} B"),
    }
}

/// A number that was counted; past 2^53 the last digits are nobody's business.
#[expect(clippy::cast_precision_loss, reason = "these are shown with a few digits")]
fn float(number: u64) -> f64 {
    number.cast_signed() as f64
}

/// A profile as it is written.
#[derive(Debug, Default)]
struct Message {
    /// Of each kind of value: its name's place among the texts.
    types: Vec<u64>,
    samples: Vec<(Vec<u64>, Vec<u64>)>,
    /// Location → functions, the innermost first.
    locations: BTreeMap<u64, Vec<u64>>,
    /// Function → name, file.
    functions: BTreeMap<u64, (u64, u64)>,
    texts: Vec<String>,
    time: i64,
}

/// A field: its number, and a number or bytes.
enum Field<'b> {
    Number(u64, u64),
    Bytes(u64, &'b [u8]),
}

impl Message {
    fn of(bytes: &[u8]) -> Option<Message> {
        let mut message = Message::default();
        each(bytes, &mut |field| {
            match field {
                Field::Bytes(1, inner) => message.types.push(number_of(inner, 1)?),
                Field::Bytes(2, inner) => message.samples.push((numbers_of(inner, 1)?, numbers_of(inner, 2)?)),
                Field::Bytes(4, inner) => {
                    let mut functions = Vec::new();
                    each(inner, &mut |field| {
                        if let Field::Bytes(4, line) = field {
                            functions.push(number_of(line, 1)?);
                        }
                        Some(())
                    })?;
                    message.locations.insert(number_of(inner, 1)?, functions);
                }
                Field::Bytes(5, inner) => {
                    let places = (number_of(inner, 2)?, number_of(inner, 4)?);
                    message.functions.insert(number_of(inner, 1)?, places);
                }
                Field::Bytes(6, text) => message.texts.push(String::from_utf8_lossy(text).into_owned()),
                Field::Number(9, time) => message.time = time.cast_signed(),
                _ => {}
            }
            Some(())
        })?;
        (!message.types.is_empty() && !message.texts.is_empty()).then_some(message)
    }

    fn text(&self, at: u64) -> &str {
        usize::try_from(at).ok().and_then(|at| self.texts.get(at)).map_or("", String::as_str)
    }

    /// The first kind of value that counts: its place among them, its name and its unit.
    fn kind(&self) -> Option<(usize, &'static str, &'static str)> {
        let names: Vec<&str> = self.types.iter().map(|at| self.text(*at)).collect();
        KINDS.iter().find_map(|(kind, unit)| Some((names.iter().position(|n| n == kind)?, *kind, *unit)))
    }

    /// What each function has of a kind; none where the message is torn.
    fn profile(&self, path: &str, (at, kind, unit): (usize, &'static str, &'static str)) -> Option<Profile> {
        let mut functions: BTreeMap<(String, String), f64> = BTreeMap::new();
        for (places, values) in &self.samples {
            let value = *values.get(at)?;
            let mut seen: Vec<u64> = places.iter().filter_map(|at| self.locations.get(at)).flatten().copied().collect();
            // A function that calls itself holds it once.
            seen.sort_unstable();
            seen.dedup();
            for function in seen {
                let (name, file) = self.functions.get(&function).copied().unwrap_or_default();
                let key = (self.text(name).to_owned(), self.text(file).to_owned());
                *functions.entry(key).or_default() += float(value);
            }
        }
        functions.retain(|(name, _), value| !name.is_empty() && *value > 0.0);
        Some(Profile { path: path.to_owned(), kind, unit, time: self.time, functions })
    }
}

/// Goes over the fields of a message; none where it is torn.
fn each<'b>(bytes: &'b [u8], take: &mut dyn FnMut(Field<'b>) -> Option<()>) -> Option<()> {
    let mut at = 0;
    while at < bytes.len() {
        let (tag, next) = varint(bytes, at)?;
        at = next;
        match tag & 7 {
            0 => {
                let (number, next) = varint(bytes, at)?;
                at = next;
                take(Field::Number(tag >> 3, number))?;
            }
            1 => at = at.checked_add(8)?,
            2 => {
                let (length, next) = varint(bytes, at)?;
                let end = next.checked_add(usize::try_from(length).ok()?)?;
                take(Field::Bytes(tag >> 3, bytes.get(next..end)?))?;
                at = end;
            }
            5 => at = at.checked_add(4)?,
            _ => return None,
        }
    }
    Some(())
}

/// A number of a message; 0 where it is not there.
fn number_of(bytes: &[u8], wanted: u64) -> Option<u64> {
    let mut found = 0;
    each(bytes, &mut |field| {
        if let Field::Number(number, value) = field
            && number == wanted
        {
            found = value;
        }
        Some(())
    })?;
    Some(found)
}

/// Numbers of a message, packed or one by one.
fn numbers_of(bytes: &[u8], wanted: u64) -> Option<Vec<u64>> {
    let mut found = Vec::new();
    each(bytes, &mut |field| {
        match field {
            Field::Number(number, value) if number == wanted => found.push(value),
            Field::Bytes(number, packed) if number == wanted => {
                let mut at = 0;
                while at < packed.len() {
                    let (value, next) = varint(packed, at)?;
                    found.push(value);
                    at = next;
                }
            }
            _ => {}
        }
        Some(())
    })?;
    Some(found)
}

fn varint(bytes: &[u8], from: usize) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for n in 0..10 {
        let byte = *bytes.get(from.checked_add(n)?)?;
        value |= u64::from(byte & 0x7f).checked_shl(7 * n as u32)?;
        if byte & 0x80 == 0 {
            return Some((value, from + n + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A field of bytes.
    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(bytes.len()).unwrap()], bytes].concat()
    }

    /// A heap profile in which one function holds so many bytes (below 128).
    fn heap(held: u8, time: u8) -> Vec<u8> {
        let texts =
            ["", "inuse_space", "bytes", "example.com/shop/store.(*Repo).Load.func1", "/src/shop/store/orders.go"];
        let texts = texts.iter().flat_map(|text| field(6, text.as_bytes()));
        let mut message = [field(1, &[8, 1, 16, 2]), field(2, &[10, 1, 7, 18, 1, held]), vec![72, time]].concat();
        message.extend(field(4, &[&[8, 7][..], &field(4, &[8, 9])].concat()));
        message.extend(field(5, &[8, 9, 16, 3, 32, 4]));
        message.extend(texts);
        message
    }

    #[test]
    fn functions_hold_what_their_samples_say() {
        let profile = read("pprof/a.pb", &heap(100, 1)).unwrap().unwrap();
        assert_eq!((profile.kind, profile.unit, profile.time), ("inuse_space", "B", 1));
        assert_eq!(profile.functions.values().copied().collect::<Vec<_>>(), [100.0]);
        let (found, notes) = together(vec![profile]);
        assert_eq!(found[0].measured.name, "inuse_space of `store.(*Repo).Load`");
        assert_eq!((found[0].measured.p50, found[0].measured.p95, notes.len()), (Some(100.0), None, 0));
    }

    #[test]
    fn growth_is_from_the_earliest_to_the_latest() {
        let all = [("b", 120, 9), ("a", 20, 1), ("c", 60, 5)]
            .map(|(path, held, time)| read(path, &heap(held, time)).unwrap().unwrap());
        let (found, notes) = together(all.to_vec());
        assert_eq!(found[0].measured.name, "inuse_space of `store.(*Repo).Load` (+100 B over 3 profiles)");
        assert_eq!((found[0].measured.p50, found[0].measured.source.as_str()), (Some(60.0), "b"));
        assert_eq!(notes, Vec::<String>::new(), "so little is chance");
    }

    #[test]
    fn what_is_no_profile_says_why() {
        for bytes in [&b"text"[..], &[0x1f, 0x8b, 1], &[], &[10, 200]] {
            assert!(read("x", bytes).is_err(), "{bytes:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), at in 0..60_usize, byte in proptest::num::u8::ANY) {
            let _ = read("x", &bytes);
            let mut torn = heap(100, 1);
            torn[at] = byte;
            if let Ok(Some(profile)) = read("x", &torn) {
                let _ = together(vec![profile.clone(), profile]);
            }
        }
    }
}
