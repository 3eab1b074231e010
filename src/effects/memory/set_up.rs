//! Names of functions that run when something is set up, not each time that it is used.

/// Words of such names, in whatever language.
#[rustfmt::skip]
const SET_UP: [&str; 21] = [
    "main", "new", "init", "initialize", "setup", "start", "run", "serve", "launch", "bootstrap", "register", "install",
    "load", "build", "configure", "default", "listen", "subscribe", "boot", "startup", "with",
];

/// More of them, where objects are made by functions of these names and handlers are called otherwise.
const OF_OBJECTS: [&str; 6] = ["constructor", "define", "create", "attach", "use", "preload"];

/// Whether a function of such a name sets something up: `start_server`, by words between underscores.
pub(crate) fn is_set_up(name: &str) -> bool {
    name.split('_').any(|word| SET_UP.contains(&word))
}

/// The same for names in whatever spelling (`startServer`), in languages with constructors.
pub(super) fn is_of_objects(name: &str) -> bool {
    let mut word = String::new();
    let mut words = Vec::new();
    for next in name.chars() {
        if (next == '_' || next.is_uppercase()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if next != '_' {
            word.extend(next.to_lowercase());
        }
    }
    words.push(word);
    words.iter().map(String::as_str).any(|word| SET_UP.contains(&word) || OF_OBJECTS.contains(&word))
}
