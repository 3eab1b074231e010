//! TypeScript's and JavaScript's: the browser, React, Angular, Vue, Svelte, Node's emitters.

use super::{Kept, Lifetime, Memory, On, Owners};
use crate::effects::words::List;
use crate::model::severity::Confidence::{Low, Medium};

/// Objects that live as long as the page or the process.
const GLOBALS: List = &[
    "window",
    "document",
    "globalThis",
    "self",
    "global",
    "process",
    "screen",
    "visualViewport",
    "navigator",
    "matchMedia",
    "speechSynthesis",
    "chrome",
    "browser",
    "ipcRenderer",
];

/// Methods that end a subscription or connection.
const ENDED: List = &[
    "unsubscribe",
    "remove",
    "cancel",
    "close",
    "dispose",
    "destroy",
    "off",
    "disconnect",
    "abort",
    "stop",
    "terminate",
    "unbind",
    "return",
    "complete",
    "clear",
];

#[rustfmt::skip]
const UNDONE: List = &[
    "off", "removeListener", "removeAllListeners", "removeEventListener", "unsubscribe", "un", "unbind", "unlisten", "unobserve",
    "offAny", "removeObserver", "unregister", "removeHandler",
];

pub(super) static MEMORY: Memory = Memory {
    lifetimes: &[
        Lifetime {
            kind: Kept::Listener,
            calls: &["addEventListener"],
            on: On::Global(GLOBALS),
            undone: &["removeEventListener"],
            ended: ENDED,
            confidence: Medium,
        },
        Lifetime {
            kind: Kept::Listener,
            calls: &["on", "addListener", "prependListener"],
            on: On::Global(GLOBALS),
            undone: UNDONE,
            ended: ENDED,
            confidence: Medium,
        },
        Lifetime {
            kind: Kept::Listener,
            calls: &["on", "addListener", "addEventListener"],
            on: On::Outliving,
            undone: UNDONE,
            ended: ENDED,
            confidence: Medium,
        },
        Lifetime {
            kind: Kept::Timer,
            calls: &["setInterval"],
            on: On::Plain(GLOBALS),
            undone: &[],
            ended: &["close", "clear"],
            confidence: Medium,
        },
        Lifetime {
            kind: Kept::Subscription,
            calls: &["WebSocket", "EventSource", "BroadcastChannel", "MutationObserver", "PerformanceObserver"],
            on: On::Made,
            undone: &[],
            ended: ENDED,
            confidence: Medium,
        },
        Lifetime {
            kind: Kept::Subscription,
            calls: &["IntersectionObserver", "ResizeObserver"],
            on: On::Made,
            undone: &[],
            ended: &["disconnect", "unobserve"],
            confidence: Low,
        },
        Lifetime {
            kind: Kept::Subscription,
            calls: &["subscribe"],
            on: On::Outliving,
            undone: &["unsubscribe", "removeChannel"],
            ended: ENDED,
            confidence: Medium,
        },
        Lifetime {
            kind: Kept::Subscription,
            calls: &["subscribe"],
            on: On::Endless {
                fields: &[],
                calls: &["interval", "fromEvent", "fromEventPattern", "select", "webSocket"],
            },
            undone: &["unsubscribe"],
            ended: ENDED,
            confidence: Medium,
        },
        Lifetime {
            kind: Kept::Subscription,
            calls: &["subscribe"],
            on: On::Endless { fields: &["valueChanges", "statusChanges"], calls: &[] },
            undone: &["unsubscribe"],
            ended: ENDED,
            confidence: Low,
        },
    ],
    owners: Owners {
        effects: &[
            "useEffect",
            "useLayoutEffect",
            "useInsertionEffect",
            "useIsomorphicLayoutEffect",
            "useMount",
            "onMount",
            "onMounted",
            "createEffect",
        ],
        bases: &["Component", "PureComponent", "HTMLElement", "LitElement"],
        notes: &["Component", "Directive", "customElement"],
        methods: &["componentDidMount", "connectedCallback", "ngOnInit", "ngAfterViewInit"],
        files: &[".vue", ".svelte"],
        roots: &["App", "AppComponent", "MyApp", "RootComponent"],
        functions: &[".tsx", ".jsx"],
    },
    options: &["once", "signal"],
    ends: &[
        "take",
        "first",
        "last",
        "takeUntil",
        "takeUntilDestroyed",
        "takeWhile",
        "untilDestroyed",
        "single",
        "toPromise",
        "add",
        "addSubscription",
        "untilComponentDestroyed",
        "takeUntilUnmount",
    ],
    makers: &["create", "new", "make", "build", "clone"],
    finders: &["use", "getInstance", "inject", "getContext"],
    own: &["useRef", "useMemo", "useState", "useCallback", "useReducer", "useId", "useForm"],
    flows: &["pipe", "asObservable", "channel"],
    cared_for: &["params", "queryParams", "paramMap", "queryParamMap", "data", "fragment", "url", "title", "current"],
    given: &["props", "context"],
    parts_are_lent: false,
};
