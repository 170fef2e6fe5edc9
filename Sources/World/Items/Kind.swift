/// What a thing is.
enum Kind: Int, CaseIterable, Sendable {
    case mug, teapot, vase, bowl, lamp, armchair, cushion, clock
    case jumper, boot, hat, tote, backpack, umbrella, notebook, plant

    /// The words a title has for it.
    var nouns: [String] {
        switch self {
        case .mug: ["mug", "cup", "beaker"]
        case .teapot: ["teapot", "tea pot", "brewing pot"]
        case .vase: ["vase", "flower vase", "bud vase"]
        case .bowl: ["bowl", "serving bowl", "dish"]
        case .lamp: ["lamp", "table lamp", "light"]
        case .armchair: ["armchair", "easy chair", "reading chair"]
        case .cushion: ["cushion", "pillow", "throw pillow"]
        case .clock: ["clock", "wall clock", "timepiece"]
        case .jumper: ["jumper", "sweater", "pullover"]
        case .boot: ["boots", "ankle boots", "pair of boots"]
        case .hat: ["hat", "brimmed hat", "sun hat"]
        case .tote: ["tote", "shoulder bag", "shopper"]
        case .backpack: ["backpack", "rucksack", "daypack"]
        case .umbrella: ["umbrella", "brolly", "parasol"]
        case .notebook: ["notebook", "journal", "diary"]
        case .plant: ["plant pot", "planter", "flowerpot"]
        }
    }

    /// The materials a title may name. No taste depends on them: they are the words an encoder has to look past.
    var materials: [String] {
        switch self {
        case .mug, .teapot, .bowl: ["stoneware", "porcelain", "enamel", "earthenware"]
        case .vase, .plant: ["terracotta", "glass", "ceramic", "concrete"]
        case .lamp, .clock: ["brass", "oak", "steel", "bamboo"]
        case .armchair: ["oak and linen", "velvet", "rattan", "beech"]
        case .cushion, .jumper: ["wool", "cotton", "linen", "cashmere"]
        case .boot: ["leather", "suede", "rubber", "felt"]
        case .hat: ["straw", "felt", "wool", "canvas"]
        case .tote, .backpack: ["canvas", "leather", "nylon", "hemp"]
        case .umbrella: ["nylon", "cotton", "silk", "polyester"]
        case .notebook: ["paper", "leather-bound", "linen-bound", "cardboard"]
        }
    }

    /// What people look for after they bought this.
    var companions: [Kind] {
        switch self {
        case .mug: [.teapot, .bowl]
        case .teapot: [.mug, .bowl]
        case .vase: [.plant, .lamp]
        case .bowl: [.vase, .mug]
        case .lamp: [.armchair, .clock]
        case .armchair: [.cushion, .lamp]
        case .cushion: [.armchair, .vase]
        case .clock: [.notebook, .lamp]
        case .jumper: [.boot, .hat]
        case .boot: [.umbrella, .backpack]
        case .hat: [.jumper, .tote]
        case .tote: [.notebook, .umbrella]
        case .backpack: [.boot, .notebook]
        case .umbrella: [.hat, .jumper]
        case .notebook: [.backpack, .mug]
        case .plant: [.teapot, .tote]
        }
    }
}
