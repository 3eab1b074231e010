//! What makes collections larger in each language, what keeps them small, and which of them are shared.

use crate::effects::words::List;
use crate::lang::Language;

/// The vocabulary of growth.
#[derive(Debug)]
pub(crate) struct Growing {
    /// Methods that add to a list, set or map.
    pub adds: List,
    /// Methods that add to a list or text, one more each time.
    pub grows: List,
    /// Methods that make a collection smaller, or that look whether it is large.
    pub bounds: List,
    /// Fields that say how large it is.
    pub measures: List,
    /// Types, constructors and makers of lists.
    pub lists: List,
    /// Types, constructors and makers of maps and sets.
    pub maps: List,
    /// Functions that give a view of the collection that is their first argument.
    pub wrappers: List,
    /// Whether names that are open to other files are rarely touched there.
    pub keeps_to_itself: bool,
    /// Whether what stands in the body of a class is shared by all its objects.
    pub shares_class_body: bool,
    /// Ends of the names of types whose objects are there as long as the program, where their methods handle requests.
    pub servants: List,
    /// Annotations of classes of which there is one object as long as the program runs.
    pub services: List,
    /// Annotations of functions that run for each message or event.
    pub consumers: List,
    /// Beginnings of the modules that a program which serves imports; empty where nearly every program does.
    pub servers: List,
}

/// The vocabulary of a language; none where the rules have their own.
pub(crate) const fn growing(language: Language) -> Option<&'static Growing> {
    match language {
        Language::TypeScript | Language::JavaScript => Some(&SCRIPT),
        Language::Python => Some(&PYTHON),
        Language::Java => Some(&JAVA),
        Language::Kotlin => Some(&KOTLIN),
        Language::Go => Some(&GO),
        Language::Dart => Some(&DART),
        _ => None,
    }
}

#[rustfmt::skip]
static SCRIPT: Growing = Growing {
    adds: &["push", "unshift", "set", "add"],
    grows: &["push", "unshift"],
    bounds: &[
        "pop", "shift", "splice", "delete", "clear", "slice", "filter", "fill", "prune", "evict", "trim",
    ],
    measures: &["length", "size"],
    lists: &["[]", "Array"],
    maps: &["Map", "Set", "{}", "Record"],
    wrappers: &[],
    keeps_to_itself: false,
    shares_class_body: false,
    servants: &[],
    services: &["Injectable", "Controller", "Resolver", "WebSocketGateway", "singleton"],
    consumers: &["MessagePattern", "EventPattern", "SubscribeMessage", "OnEvent", "Cron", "Interval", "Process"],
    servers: &["express", "koa", "fastify", "@nestjs", "ws", "socket.io", "http", "https", "net", "hono", "kafkajs", "amqplib", "bullmq", "discord.js", "@hapi"],
};

#[rustfmt::skip]
static PYTHON: Growing = Growing {
    adds: &["append", "appendleft", "add", "extend", "insert", "setdefault", "update"],
    grows: &["append", "appendleft", "extend", "insert"],
    bounds: &[
        "pop", "popleft", "popitem", "remove", "clear", "discard", "__delitem__", "difference_update", "expire", "evict",
        "intersection_update", "prune",
    ],
    measures: &[],
    lists: &["list", "[]", "deque"],
    maps: &["dict", "set", "defaultdict", "OrderedDict", "Counter"],
    wrappers: &[],
    keeps_to_itself: true,
    shares_class_body: true,
    servants: &[],
    services: &[],
    consumers: &["task", "shared_task", "event", "command", "on_event", "listener", "agent", "subscriber", "message_handler", "consumer"],
    servers: &[
        "flask", "fastapi", "django", "aiohttp", "starlette", "tornado", "celery", "kafka", "aiokafka", "pika", "asyncio",
        "websockets", "discord", "sanic", "quart", "bottle", "grpc", "socketserver", "rest_framework", "litestar", "falcon",
        "telegram", "aiogram", "dramatiq", "nats",
    ],
};

#[rustfmt::skip]
const JVM_BOUNDS: List = &[
    "remove", "removeFirst", "removeLast", "removeAt", "removeIf", "removeAll", "clear", "poll", "pollFirst", "pollLast", "pop",
    "take", "drainTo", "size", "isEmpty", "isNotEmpty", "retainAll", "subList", "evict", "invalidate", "lastIndex", "removeFirstOrNull",
    "removeLastOrNull", "mappingCount", "computeIfPresent", "compute", "iterator", "minusAssign", "set",
];
const JVM_ADDS: List =
    &["add", "addAll", "addFirst", "addLast", "push", "offer", "put", "putIfAbsent", "computeIfAbsent", "getOrPut"];
const JVM_GROWS: List = &["add", "addAll", "addFirst", "addLast", "push", "offer"];
#[rustfmt::skip]
const JVM_SERVICES: List = &[
    "Service", "Component", "RestController", "Controller", "Repository", "Singleton", "ApplicationScoped", "Configuration",
    "ControllerAdvice", "RestControllerAdvice", "WebFilter", "ServerEndpoint",
];
#[rustfmt::skip]
const JVM_CONSUMERS: List = &[
    "KafkaListener", "RabbitListener", "RabbitHandler", "JmsListener", "EventListener", "SqsListener", "StreamListener", "Scheduled",
    "Incoming", "OnMessage", "TransactionalEventListener", "Subscribe", "MessageMapping",
];

static JAVA: Growing = Growing {
    adds: JVM_ADDS,
    grows: JVM_GROWS,
    bounds: JVM_BOUNDS,
    measures: &["length"],
    lists: &[
        "ArrayList",
        "LinkedList",
        "CopyOnWriteArrayList",
        "Vector",
        "ArrayDeque",
        "ConcurrentLinkedQueue",
        "Stack",
    ],
    maps: &[
        "HashMap",
        "ConcurrentHashMap",
        "TreeMap",
        "HashSet",
        "TreeSet",
        "Hashtable",
        "ConcurrentSkipListMap",
        "newKeySet",
        "newHashMap",
        "newConcurrentMap",
    ],
    wrappers: &["synchronizedList", "synchronizedMap", "synchronizedSet", "newSetFromMap"],
    keeps_to_itself: false,
    shares_class_body: false,
    servants: &[],
    services: JVM_SERVICES,
    consumers: JVM_CONSUMERS,
    servers: &[],
};

static KOTLIN: Growing = Growing {
    adds: JVM_ADDS,
    grows: JVM_GROWS,
    bounds: JVM_BOUNDS,
    measures: &["size", "lastIndex", "indices"],
    lists: &[
        "mutableListOf",
        "arrayListOf",
        "ArrayList",
        "LinkedList",
        "CopyOnWriteArrayList",
        "ArrayDeque",
        "ConcurrentLinkedQueue",
        "mutableStateListOf",
    ],
    maps: &[
        "mutableMapOf",
        "hashMapOf",
        "HashMap",
        "ConcurrentHashMap",
        "mutableSetOf",
        "hashSetOf",
        "HashSet",
        "newKeySet",
        "linkedSetOf",
    ],
    wrappers: &["synchronizedList", "synchronizedMap", "synchronizedSet", "newSetFromMap"],
    keeps_to_itself: false,
    shares_class_body: false,
    servants: &[],
    services: JVM_SERVICES,
    consumers: JVM_CONSUMERS,
    servers: &[],
};

static GO: Growing = Growing {
    adds: &["append"],
    grows: &["append"],
    bounds: &[],
    measures: &["len", "cap"],
    lists: &["[]"],
    maps: &["map"],
    wrappers: &[],
    keeps_to_itself: true,
    shares_class_body: false,
    servants: &[
        "Server",
        "Handler",
        "Handlers",
        "Controller",
        "API",
        "Api",
        "App",
        "Hub",
        "Service",
        "Manager",
        "Proxy",
    ],
    services: &[],
    consumers: &[],
    servers: &[
        "net/http",
        "net",
        "google.golang.org/grpc",
        "github.com/gin-gonic",
        "github.com/labstack",
        "github.com/gofiber",
    ],
};

#[rustfmt::skip]
static DART: Growing = Growing {
    adds: &["add", "addAll", "addFirst", "addLast", "insert", "putIfAbsent", "addEntries"],
    grows: &["add", "addAll", "addFirst", "addLast", "insert"],
    bounds: &[
        "remove", "removeAt", "removeLast", "removeFirst", "removeWhere", "removeRange", "clear", "retainWhere", "sublist", "take",
        "removeAll", "update",
    ],
    measures: &["length", "isEmpty", "isNotEmpty"],
    lists: &["List", "[]", "Queue"],
    maps: &["Map", "Set", "HashMap", "HashSet", "LinkedHashMap"],
    wrappers: &[],
    keeps_to_itself: false,
    shares_class_body: false,
    servants: &[],
    services: &["singleton", "lazySingleton", "LazySingleton", "Singleton"],
    consumers: &[],
    servers: &[],
};
