//! Libraries of which an import may bring everything along, what that costs, and what to import instead.
//!
//! Sizes in bytes, of the version named beside them: a file with that one import, bundled and minified by esbuild 0.28 for
//! browsers (`--bundle --minify --platform=browser --format=esm`, React, Vue and Angular themselves left out), measured in
//! November 2026 from the packages as npm has them. They hold where nothing is installed to be weighed.

/// An import that costs more than this many bytes is worth a finding (contracts 5).
pub const HEAVY: u64 = 30_000;

/// Which imports bring everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// Every one: one file, modules that no bundler takes apart, or side effects.
    Always,
    /// One for what it does when it is loaded: polyfills.
    Effect,
    /// That of its default: it refers to all the rest.
    Default,
    /// Its namespace, where that is used as a value and not only for its members (`Icons[name]`); and these items.
    Escaping(&'static [&'static str]),
}

/// A library.
#[derive(Debug, Clone, Copy)]
pub struct Library {
    /// The module as it is imported.
    pub module: &'static str,
    /// Which imports bring everything.
    pub whole: Whole,
    /// Only versions before this major one; none for all.
    pub before: Option<u32>,
    /// What everything weighs, in bytes.
    pub bytes: u64,
    /// The version that was weighed.
    pub version: &'static str,
    /// What to do instead.
    pub instead: &'static str,
}

const fn always(module: &'static str, bytes: u64, version: &'static str, instead: &'static str) -> Library {
    Library { module, whole: Whole::Always, before: None, bytes, version, instead }
}

const fn effect(module: &'static str, bytes: u64, version: &'static str) -> Library {
    let instead = "import the polyfills that are needed, or let `@babel/preset-env` choose them (`useBuiltIns`)";
    Library { module, whole: Whole::Effect, before: None, bytes, version, instead }
}

const fn default(module: &'static str, bytes: u64, version: &'static str, instead: &'static str) -> Library {
    Library { module, whole: Whole::Default, before: None, bytes, version, instead }
}

const fn icons(module: &'static str, items: &'static [&'static str], bytes: u64, version: &'static str) -> Library {
    let instead = "import the icons that are shown by name: bundlers then leave the others out";
    Library { module, whole: Whole::Escaping(items), before: None, bytes, version, instead }
}

const fn escaping(module: &'static str, bytes: u64, version: &'static str) -> Library {
    let instead = "import what is used by name: bundlers then leave the rest out";
    Library { module, whole: Whole::Escaping(&[]), before: None, bytes, version, instead }
}

const LODASH: &str = "import single functions (`lodash/debounce`), or by name from `lodash-es`";
const DATES: &str = "use `Intl`, or a library of which only what is used is bundled, such as `date-fns` or `dayjs`";
const PARTS: &str = "import the components that are used by name, or let the bundler resolve them";
const AWS: &str = "import the one client that is needed, of version 3 of the library: `@aws-sdk/client-s3`";

/// The libraries, by module.
#[rustfmt::skip]
pub const LIBRARIES: &[Library] = &[
    effect("@babel/polyfill", 90_600, "7.12.1"),
    icons("@ant-design/icons", &[], 1_049_200, "6.3.4"),
    always("@fortawesome/fontawesome-free/js/all", 1_613_400, "7.3.1", "import single icons from `@fortawesome/free-solid-svg-icons`"),
    always("@fortawesome/fontawesome-free/js/all.js", 1_613_400, "7.3.1", "import single icons from `@fortawesome/free-solid-svg-icons`"),
    icons("@fortawesome/free-brands-svg-icons", &["fab"], 594_600, "7.3.1"),
    icons("@fortawesome/free-regular-svg-icons", &["far"], 118_400, "7.3.1"),
    icons("@fortawesome/free-solid-svg-icons", &["fas"], 891_800, "7.3.1"),
    Library { module: "@faker-js/faker", whole: Whole::Escaping(&["faker"]), before: None, bytes: 444_200, version: "10.6.0", instead: "keep made-up data to tests" },
    icons("@heroicons/react/24/outline", &[], 232_200, "2.2.0"),
    icons("@heroicons/react/24/solid", &[], 278_900, "2.2.0"),
    icons("@material-ui/icons", &[], 2_185_900, "4.11.3"),
    icons("@mdi/js", &[], 2_808_700, "7.4.47"),
    icons("@mui/icons-material", &[], 4_407_600, "9.5.0"),
    icons("@phosphor-icons/react", &[], 5_230_100, "2.1.10"),
    icons("@tabler/icons-react", &["icons"], 3_252_600, "3.52.0"),
    escaping("@turf/turf", 531_100, "7.4.0"),
    default("ant-design-vue", 1_484_700, "4.2.6", PARTS),
    always("aws-sdk", 3_321_100, "2.1693.0", AWS),
    effect("babel-polyfill", 90_600, "7.12.1"),
    always("babylonjs", 8_788_200, "9.35.0", "import what is used from `@babylonjs/core`"),
    default("bootstrap-vue", 458_200, "2.23.1", PARTS),
    Library { module: "chart.js", whole: Whole::Always, before: Some(3), bytes: 239_100, version: "2.9.4", instead: "update to version 3 or later and register the parts that are drawn" },
    Library { module: "chart.js", whole: Whole::Escaping(&["registerables"]), before: None, bytes: 206_100, version: "4.6.1", instead: "register the controllers, elements, scales and plugins that are drawn (`Chart.register`)" },
    always("chart.js/auto", 206_100, "4.6.1", "import `Chart` from `chart.js` and register the parts that are drawn"),
    effect("core-js", 294_000, "3.51.0"),
    effect("core-js/actual", 257_300, "3.51.0"),
    effect("core-js/stable", 240_600, "3.51.0"),
    always("crypto-js", 72_800, "4.2.0", "import the one module that is needed (`crypto-js/sha256`), or use the browser's `crypto.subtle`"),
    Library { module: "date-fns", whole: Whole::Always, before: Some(2), bytes: 32_600, version: "1.30.1", instead: "import single functions (`date-fns/format`), or update to version 2 or later" },
    escaping("date-fns", 73_000, "4.4.0"),
    always("echarts", 1_134_300, "6.1.0", "import `echarts/core` and register the charts and components that are drawn (`echarts.use`)"),
    default("element-plus", 1_040_700, "2.14.8", PARTS),
    Library { module: "element-ui", whole: Whole::Default, before: None, bytes: 825_000, version: "2.15.14", instead: PARTS },
    always("faker", 2_101_800, "5.5.3", "keep made-up data to tests"),
    always("feather-icons", 89_100, "4.29.2", "import the icons that are shown, as files or as components"),
    default("firebase", 909_300, "8.10.1", "import `firebase/app` and the services that are used (`firebase/auth`)"),
    always("google-libphonenumber", 582_300, "3.2.47", "use `libphonenumber-js/min`"),
    always("highlight.js", 1_090_100, "11.12.0", "import `highlight.js/lib/core` and register the languages that are shown"),
    always("lodash", 73_800, "4.18.1", LODASH),
    Library { module: "lodash-es", whole: Whole::Default, before: None, bytes: 92_700, version: "4.18.1", instead: "import what is used by name: bundlers then leave the rest out" },
    escaping("lodash-es", 97_900, "4.18.1"),
    always("lodash/fp", 84_200, "4.18.1", "import single functions (`lodash/fp/flow`)"),
    icons("lucide-angular", &["icons"], 454_100, "1.0.0"),
    icons("lucide-react", &["icons"], 717_700, "1.81.0"),
    icons("lucide-vue-next", &["icons"], 573_200, "1.0.0"),
    always("moment", 63_900, "2.31.0", DATES),
    always("moment-timezone", 796_400, "0.5.48", "use `Intl.DateTimeFormat` with a time zone, or `date-fns-tz` or `dayjs`"),
    default("naive-ui", 1_440_900, "2.45.3", PARTS),
    always("node-forge", 297_800, "1.4.3", "use the browser's `crypto.subtle`"),
    always("plotly.js-dist", 4_812_300, "4.1.2", "use a partial bundle, such as `plotly.js-basic-dist-min`"),
    always("plotly.js-dist-min", 4_812_300, "4.1.2", "use a partial bundle, such as `plotly.js-basic-dist-min`"),
    escaping("ramda", 58_200, "0.32.0"),
    icons("react-bootstrap-icons", &[], 3_627_500, "1.11.6"),
    icons("react-icons/fa", &[], 1_309_500, "5.7.0"),
    icons("react-icons/md", &[], 1_936_000, "5.7.0"),
    Library { module: "rxjs", whole: Whole::Always, before: Some(6), bytes: 216_400, version: "5.5.12", instead: "import each operator by its own path, or update to version 6 or later" },
    escaping("rxjs", 66_200, "7.8.2"),
    effect_of_rx("rxjs/Rx"),
    effect_of_rx("rxjs-compat"),
    icons("simple-icons", &[], 5_291_700, "16.37.0"),
    escaping("three", 749_400, "0.187.0"),
    default("vant", 233_300, "4.10.2", PARTS),
    always("validator", 133_500, "13.15.35", "import single checks (`validator/es/lib/isEmail`)"),
    Library { module: "vuetify", whole: Whole::Default, before: Some(3), bytes: 768_100, version: "2.7.2", instead: "import `vuetify/lib` and let `vuetify-loader` bring the components that are used" },
];

/// `rxjs/Rx` is all of it; from version 6 on it is there through `rxjs-compat` only.
const fn effect_of_rx(module: &'static str) -> Library {
    always(module, 186_700, "6.6.7", "import from `rxjs` and `rxjs/operators` what is used")
}

/// The modules of the table, each once: what is worth weighing where it is installed.
pub fn modules() -> Vec<&'static str> {
    let mut modules: Vec<&str> = LIBRARIES.iter().map(|library| library.module).collect();
    modules.dedup();
    modules
}

/// The rows of a module.
pub fn of(module: &str) -> impl Iterator<Item = &'static Library> + '_ {
    LIBRARIES.iter().filter(move |library| library.module == module)
}

#[cfg(test)]
mod tests {
    use super::{HEAVY, LIBRARIES, modules};

    #[test]
    fn the_table_says_nothing_twice_and_nothing_light() {
        let distinct: std::collections::BTreeSet<&str> = modules().into_iter().collect();
        assert_eq!(distinct.len(), modules().len(), "rows of one module stand together");
        for library in LIBRARIES {
            assert!(library.bytes > HEAVY, "{}", library.module);
        }
    }
}
