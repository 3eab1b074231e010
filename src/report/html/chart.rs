//! How long each check took: horizontal bars on one scale, as SVG inside of the page.

use std::time::Duration;

use super::escape::Html;

const WIDTH: f64 = 420.0;
const LABEL: f64 = 112.0;
const VALUE: f64 = 72.0;
const ROW: f64 = 26.0;
const AXIS: f64 = 22.0;

/// The chart; nothing where nothing was timed.
pub(super) fn render(wall: &[(String, Duration)], out: &mut Html) {
    let longest = wall.iter().map(|(_, wall)| milliseconds(*wall)).fold(0.0, f64::max);
    if wall.is_empty() || longest <= 0.0 {
        out.raw("<p class=\"quiet\">The result came from the cache: nothing was timed.</p>");
        return;
    }
    let step = nice_step(longest);
    let top = (longest / step).ceil() * step;
    let x = |value: f64| LABEL + value / top * (WIDTH - LABEL - VALUE);
    let rows = || std::iter::successors(Some(0.0), |y| Some(y + ROW)).zip(wall);
    let height = rows().map(|_| ROW).sum::<f64>() + AXIS;
    out.raw("<svg class=\"chart\" role=\"img\" viewBox=\"0 0 ").show(WIDTH).raw(" ").show(height);
    out.raw("\" aria-label=\"Wall clock of each check in milliseconds: ");
    let spoken: Vec<String> = wall.iter().map(|(name, wall)| format!("{name} {}", told(*wall))).collect();
    out.text(&spoken.join(", ")).raw("\">");
    let mut tick = 0.0;
    while tick <= top + step / 2.0 {
        line(x(tick), height - AXIS, out);
        out.raw("<text class=\"tick\" text-anchor=\"middle\" x=\"").show(tenth(x(tick))).raw("\" y=\"");
        out.show(height - 6.0).raw("\">").text(&plain(tick)).raw("</text>");
        tick += step;
    }
    for (y, (name, wall)) in rows() {
        let value = milliseconds(*wall);
        out.raw("<text x=\"0\" y=\"").show(y + 17.0).raw("\">").text(name).raw("</text>");
        out.raw("<rect class=\"bar\" rx=\"2\" height=\"14\" x=\"").show(LABEL).raw("\" y=\"").show(y + 6.0);
        out.raw("\" width=\"").show(tenth((x(value) - LABEL).max(1.0))).raw("\"/>");
        out.raw("<text class=\"value\" x=\"").show(tenth(x(value).max(LABEL + 1.0) + 6.0)).raw("\" y=\"");
        out.show(y + 17.0).raw("\">").text(&told(*wall)).raw("</text>");
    }
    out.raw("</svg>");
}

fn line(x: f64, bottom: f64, out: &mut Html) {
    let x = tenth(x);
    out.raw("<line class=\"grid\" y1=\"0\" x1=\"").show(x).raw("\" x2=\"").show(x).raw("\" y2=\"").show(bottom);
    out.raw("\"/>");
}

fn milliseconds(wall: Duration) -> f64 {
    wall.as_secs_f64() * 1e3
}

fn told(wall: Duration) -> String {
    let value = milliseconds(wall);
    match value {
        v if v >= 100.0 => format!("{v:.0} ms"),
        v if v >= 0.1 => format!("{v:.1} ms"),
        v => format!("{v:.3} ms"),
    }
}

/// A tick's number, without noughts at its end.
fn plain(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// A step of 1, 2 or 5 times a power of ten that gives at most four ticks above nought.
fn nice_step(longest: f64) -> f64 {
    let power = 10_f64.powf((longest / 4.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|f| f * power).find(|step| step * 4.0 >= longest).unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        for (longest, step) in [(3.9, 1.0), (17.0, 5.0), (75.0, 20.0), (0.011, 0.005), (1000.0, 500.0)] {
            assert!((nice_step(longest) - step).abs() < 1e-9, "{longest}: {}", nice_step(longest));
        }
        assert_eq!(plain(0.01), "0.01");
        assert_eq!(plain(20.0), "20");
    }

    #[test]
    fn what_came_from_the_cache_has_no_clock() {
        let mut out = Html::new();
        render(&[], &mut out);
        assert!(out.finish().contains("from the cache"));
    }
}
