/// How the pixels of a picture become tokens: one per square patch, after some that stand for the whole picture.
public struct PatchGrid: Sendable, Equatable {
    /// Height and width in pixels of the pictures that the positions were learned on.
    public var size: Int
    /// Height and width in pixels of a patch.
    public var patch: Int
    /// Tokens before the patches: a class token, a distillation token, registers.
    public var leadingTokens: Int
    /// Whether pictures of another size are read too, with the positions interpolated.
    public var adapts = false

    /// Patches along a side of `length` pixels; what is left of a patch is not seen.
    public func patches(_ length: Int) -> Int { length / patch }

    /// Tokens of a picture of the learned size.
    public var tokens: Int { tokens(height: size, width: size) }

    /// Tokens of a picture.
    public func tokens(height: Int, width: Int) -> Int { leadingTokens + patches(height) * patches(width) }

    /// Whether a picture of this size can be read.
    public func reads(height: Int, width: Int) -> Bool {
        adapts ? patches(height) > 0 && patches(width) > 0 : height == size && width == size
    }
}
