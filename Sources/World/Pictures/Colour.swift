/// The main colour of a thing.
enum Colour: Int, CaseIterable, Sendable {
    case red, orange, yellow, green, teal, blue, purple, pink, brown, charcoal

    /// The colour as paint.
    var paint: RGB {
        switch self {
        case .red: RGB(0xD1343C)
        case .orange: RGB(0xF08A2C)
        case .yellow: RGB(0xF3CB3A)
        case .green: RGB(0x4C9A4A)
        case .teal: RGB(0x2FA5A0)
        case .blue: RGB(0x3467C2)
        case .purple: RGB(0x7D4BB0)
        case .pink: RGB(0xEE86AE)
        case .brown: RGB(0x8A5A3A)
        case .charcoal: RGB(0x474B57)
        }
    }
}
