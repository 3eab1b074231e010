//! Days as people write them down: `YYYY-MM-DD`, and whether one is over.

/// Whether a text is a day of the calendar, exactly `YYYY-MM-DD`.
pub fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { *byte == b'-' } else { byte.is_ascii_digit() });
    shape && text.parse::<jiff::civil::Date>().is_ok()
}

/// Whether something that ends with the day `until` still holds `today`: that day is its last. What is no day is over.
pub fn holds(until: &str, today: &str) -> bool {
    // Days of this shape sort as they follow one another.
    is_day(until) && today <= until
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_exactly_one_of_the_calendar() {
        for day in ["2026-01-31", "2024-02-29", "9999-12-31"] {
            assert!(is_day(day), "{day}");
        }
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-5",
            "20260105",
            "26-01-05",
            "2026-01-05T00",
            "",
            "+026-01-05",
            "soon",
            "２026-01-1",
        ] {
            assert!(!is_day(text), "{text}");
        }
    }

    #[test]
    fn the_last_day_counts_and_no_day_is_over() {
        assert!(holds("2026-05-10", "2026-05-10") && holds("2026-05-10", "2026-05-09"));
        assert!(!holds("2026-05-10", "2026-05-11") && !holds("2026-05-32", "2026-05-01"));
    }
}
