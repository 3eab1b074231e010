//! The version of what is kept: it follows from the code that makes it, so that no change of that code can be forgotten.
//!
//! A test holds that every file of the lowerings stands here.

const fn mix(mut hash: u64, text: &[u8]) -> u64 {
    let mut rest = text;
    // By eight bytes: the compiler walks through all of it.
    while let Some((eight, after)) = rest.split_first_chunk::<8>() {
        hash = (hash ^ u64::from_le_bytes(*eight)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        rest = after;
    }
    while let Some((one, after)) = rest.split_first() {
        hash = (hash ^ *one as u64).wrapping_mul(0x0000_0100_0000_01b3);
        rest = after;
    }
    hash ^ text.len() as u64
}

const START: u64 = 0xcbf2_9ce4_8422_2325;

macro_rules! hashes {
    ($($path:literal),+ $(,)?) => { &[$(const { mix(START, include_bytes!($path)) }),+] };
}

/// What summaries are made by.
const CODE: &[u64] = hashes![
    "segment.rs",
    "standing.rs",
    "../../effects/summary.rs",
    "../../effects/summarise.rs",
    "../../effects/summarise/relations.rs",
    "../../effects/summarise/sites.rs",
    "../../effects/summarise/terms.rs",
    "../../effects/stores.rs",
    "../../effects/relations.rs",
    "../../lang/written.rs",
    "../../effects/context.rs",
    "../../effects/channels.rs",
    "../../effects/local.rs",
    "../../effects/paths.rs",
    "../../effects/rest.rs",
    "../../effects/words.rs",
    "../../effects/modules.rs",
    "../../effects/lookup.rs",
    "../../effects/memo.rs",
    "../../effects/table.rs",
    "../../effects/turns.rs",
    "../../effects/python.rs",
    "../../effects/python/clients.rs",
    "../../effects/python/orm.rs",
    "../../effects/python/returns.rs",
    "../../effects/python/standard.rs",
    "../../effects/swift/mod.rs",
    "../../effects/typescript.rs",
    "../../effects/typescript/blocking.rs",
    "../../effects/typescript/queries.rs",
    "../../effects/typescript/records.rs",
    "../../effects/typescript/requests.rs",
    "../../lang/builder.rs",
    "../../lang/bytes.rs",
    "../../lang/flat.rs",
    "../../lang/mod.rs",
    "../../lang/names.rs",
    "../../lang/python/assign.rs",
    "../../lang/python/chains.rs",
    "../../lang/python/classes.rs",
    "../../lang/python/collections.rs",
    "../../lang/python/control.rs",
    "../../lang/python/depth.rs",
    "../../lang/python/exprs.rs",
    "../../lang/python/imports.rs",
    "../../lang/python/items.rs",
    "../../lang/python/mod.rs",
    "../../lang/python/patterns.rs",
    "../../lang/python/places.rs",
    "../../lang/python/strings.rs",
    "../../lang/python/types.rs",
    "../../lang/rust/closures.rs",
    "../../lang/rust/control.rs",
    "../../lang/rust/depth.rs",
    "../../lang/rust/expand.rs",
    "../../lang/rust/exprs.rs",
    "../../lang/rust/items.rs",
    "../../lang/rust/macros.rs",
    "../../lang/rust/mod.rs",
    "../../lang/rust/patterns.rs",
    "../../lang/rust/tokens.rs",
    "../../lang/rust/types.rs",
    "../../lang/scope.rs",
    "../../lang/source.rs",
    "../../lang/component.rs",
    "../../lang/tally.rs",
    "../../lang/template.rs",
    "../../lang/typescript/calls.rs",
    "../../lang/typescript/classes.rs",
    "../../lang/typescript/components.rs",
    "../../lang/typescript/control.rs",
    "../../lang/typescript/depth.rs",
    "../../lang/typescript/exprs.rs",
    "../../lang/typescript/functions.rs",
    "../../lang/typescript/lines.rs",
    "../../lang/typescript/loops.rs",
    "../../lang/typescript/mod.rs",
    "../../lang/typescript/modules.rs",
    "../../lang/typescript/objects.rs",
    "../../lang/typescript/patterns.rs",
    "../../lang/typescript/scripts.rs",
    "../../lang/typescript/statics.rs",
    "../../lang/typescript/types.rs",
    "../../lang/unit.rs",
    "../../effects/jvm/mod.rs",
    "../../effects/jvm/web.rs",
    "../../effects/jvm/words.rs",
    "../../lang/java/control.rs",
    "../../lang/java/exprs.rs",
    "../../lang/java/items.rs",
    "../../lang/java/kinds.rs",
    "../../lang/java/mod.rs",
    "../../lang/java/recursion.rs",
    "../../lang/java/types.rs",
    "../../lang/jvm.rs",
    "../../lang/kotlin/chains.rs",
    "../../lang/kotlin/control.rs",
    "../../lang/kotlin/exprs.rs",
    "../../lang/kotlin/items.rs",
    "../../lang/kotlin/kinds.rs",
    "../../lang/kotlin/mod.rs",
    "../../lang/kotlin/properties.rs",
    "../../lang/kotlin/types.rs",
    "../../lang/swift/calls.rs",
    "../../lang/swift/closures.rs",
    "../../lang/swift/control.rs",
    "../../lang/swift/exprs.rs",
    "../../lang/swift/items.rs",
    "../../lang/swift/members.rs",
    "../../lang/swift/mod.rs",
    "../../lang/swift/patterns.rs",
    "../../lang/swift/types.rs",
    "../../lang/tree.rs",
    "../../effects/dart.rs",
    "../../effects/go.rs",
    "../../lang/dart/control.rs",
    "../../lang/dart/exprs.rs",
    "../../lang/dart/items.rs",
    "../../lang/dart/mod.rs",
    "../../lang/dart/params.rs",
    "../../lang/go/control.rs",
    "../../lang/go/exprs.rs",
    "../../lang/go/items.rs",
    "../../lang/go/mod.rs",
    "../../lang/go/statements.rs",
    "../../lang/go/types.rs",
];

/// The version.
pub(super) fn version() -> u64 {
    let start = mix(START, env!("CARGO_PKG_VERSION").as_bytes());
    CODE.iter().fold(start, |hash, part| hash.rotate_left(5) ^ part)
}
