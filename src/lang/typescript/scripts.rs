//! The `<script>` blocks of Vue and Svelte files, every byte where it stood.
//!
//! Owns what in such a file is code. Must not know what the code says.

/// The code of a component file, and whether it is TypeScript.
#[derive(Debug)]
pub(super) struct Script {
    /// As long as the file: what is no code is blank, line ends stay.
    pub(super) text: String,
    /// Whether a block says `lang="ts"`.
    pub(super) typescript: bool,
}

/// Takes the script blocks out of a component file.
pub(super) fn of(file: &str) -> Script {
    let mut text = String::with_capacity(file.len());
    let mut typescript = false;
    let mut kept = 0;
    let mut at = 0;
    while let Some(open) = next_open(file, at) {
        let Some(end) = tag_end(file, open) else { break };
        let tag = &file[open..end];
        let body_end = find_ignoring_case(file, "</script", end).unwrap_or(file.len());
        at = body_end;
        // A block that is loaded from elsewhere, or closes itself, holds nothing.
        if tag.ends_with("/>") {
            at = end;
            continue;
        }
        typescript |= is_typescript(tag);
        blank(&file[kept..end], &mut text);
        text.push_str(&file[end..body_end]);
        // Two blocks are two programs: the second must not go on where the first stopped.
        kept = body_end;
    }
    blank(&file[kept..], &mut text);
    Script { text, typescript }
}

fn next_open(file: &str, mut from: usize) -> Option<usize> {
    loop {
        let open = find_ignoring_case(file, "<script", from)?;
        let comment = file[from..open].rfind("<!--").map(|c| c + from);
        if let Some(comment) = comment
            && !file[comment..open].contains("-->")
        {
            from = comment + file[comment..].find("-->")? + 3;
            continue;
        }
        let after = file.as_bytes().get(open + 7).copied().unwrap_or(b' ');
        if after == b'>' || after == b'/' || after.is_ascii_whitespace() {
            return Some(open);
        }
        from = open + 7;
    }
}

/// The byte after a tag's `>`; quoted attributes may hold one.
fn tag_end(file: &str, open: usize) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in file.bytes().enumerate().skip(open) {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(q), _) if q == byte => quote = None,
            _ => {}
        }
    }
    None
}

fn is_typescript(tag: &str) -> bool {
    let Some((_, value)) = tag.split_once("lang=") else { return false };
    let value = value.trim_start_matches(['"', '\'']);
    ["ts", "typescript"].iter().any(|lang| {
        let rest = value.strip_prefix(lang);
        rest.is_some_and(|rest| rest.starts_with(['"', '\'', ' ', '>', '/', 'x']))
    })
}

fn find_ignoring_case(file: &str, what: &str, from: usize) -> Option<usize> {
    let bytes = file.as_bytes();
    let found = bytes.get(from..)?.windows(what.len()).position(|w| w.eq_ignore_ascii_case(what.as_bytes()));
    found.map(|at| from + at)
}

fn blank(text: &str, out: &mut String) {
    for byte in text.bytes() {
        out.push(if byte == b'\n' || byte == b'\r' { char::from(byte) } else { ' ' });
    }
    // The line break before a closing tag ends the last statement; where there is none, a `;` does.
    if text.starts_with("</") {
        let at = out.len() - text.len();
        out.replace_range(at..=at, ";");
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn code_stays_where_it_stood() {
        let file = "<template>é</template>\n<script setup lang=\"ts\">\nconst a = 1\n</script>\n<style>b</style>\n";
        let script = of(file);
        assert!(script.typescript);
        assert_eq!(script.text.len(), file.len());
        assert_eq!(script.text.find("const"), file.find("const"));
        assert_eq!(script.text.trim_end().trim_end_matches(';').trim(), "const a = 1");
    }

    #[test]
    fn every_block_counts_and_comments_do_not() {
        let file = "<!-- <script>no</script> --><script context='module'>let a = '>'</script><script>b()</script>";
        let script = of(file);
        assert!(!script.typescript);
        assert_eq!(script.text.split_whitespace().collect::<String>(), "leta='>';b();");
        assert!(of("<script src=\"x.js\" />").text.trim().is_empty());
        assert!(of("<p>none</p>").text.trim().is_empty());
        assert_eq!(of("<script>a").text.trim(), "a");
    }
}
