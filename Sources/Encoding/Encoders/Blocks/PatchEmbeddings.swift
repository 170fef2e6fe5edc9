import Torch

/// The patches of a picture as token states: each patch's pixels through one linear map.
struct PatchProjection {
    let weight: Tensor
    let bias: Tensor?
    let grid: PatchGrid

    /// Asks for `weight` [width, 3, patch, patch] and, unless `bias` is false, `bias`.
    init(_ parameters: Parameters, _ grid: PatchGrid, width: Int, bias: Bool = true) throws {
        weight = try parameters("weight", [width, 3, grid.patch, grid.patch], .normal(0.02), decays: true)
        self.bias = bias ? try parameters("bias", [width], .zeros) : nil
        self.grid = grid
    }

    /// Normalised pixels [items, 3, height, width] as states [items, patches, width], row by row.
    func callAsFunction(_ pixels: Tensor) -> Tensor {
        let (height, width) = (pixels.size(2), pixels.size(3))
        precondition(grid.reads(height: height, width: width), "pixels \(pixels.shape), expected \(grid.size) x \(grid.size)")
        let map = pixels.to(weight.dtype).convolution(weight, bias, stride: grid.patch)
        return map.reshaped([pixels.size(0), weight.size(0), -1]).transposed(1, 2)
    }
}

/// The embeddings of a picture of the learned size: [leading tokens, patches W + b] + positions.
struct PictureEmbeddings: EncoderPart {
    /// What stands for the whole picture, each [width] or [1, 1, width].
    var leadingTokens: [Tensor] = []
    let patches: PatchProjection
    /// Learned positions of all tokens, [tokens, width] or [1, tokens, width]; nil where blocks know them by themselves.
    var positions: Tensor?
    /// A norm of the sum.
    var norm: (any TokenMap)?

    func callAsFunction(_ pixels: Tensor, dropout: EncoderDropout) -> Tensor {
        let states = patches(pixels)
        let leading = leadingTokens.map { $0.expanded([pixels.size(0), 1, states.size(2)]).to(states.dtype) }
        let tokens = Tensor.concatenated(leading + [states], along: 1)  // [items, tokens, width]
        let placed = positions.map { tokens + $0 } ?? tokens
        return dropout(norm?(placed) ?? placed)
    }
}

/// How the pixels of a picture become tokens: one per square patch, after some that stand for the whole picture.
package struct PatchGrid: Sendable, Equatable {
    /// Height and width in pixels of the pictures that the positions were learned on.
    package var size: Int
    /// Height and width in pixels of a patch.
    package var patch: Int
    /// Tokens before the patches: a class token, a distillation token, registers.
    package var leadingTokens: Int
    /// Whether pictures of another size are read too, with the positions interpolated.
    package var adapts = false

    /// No encoder may have more patches along a side: the memory of attention grows with the fourth power.
    static let largestSide = 256

    /// Patches along a side of `length` pixels; what is left of a patch is not seen.
    package func patches(_ length: Int) -> Int { length / patch }

    /// Tokens of a picture of the learned size.
    package var tokens: Int { tokens(height: size, width: size) }

    /// Tokens of a picture.
    package func tokens(height: Int, width: Int) -> Int { leadingTokens + patches(height) * patches(width) }

    /// Whether a picture of this size can be read.
    package func reads(height: Int, width: Int) -> Bool {
        adapts ? patches(height) > 0 && patches(width) > 0 : height == size && width == size
    }
}

extension ConfigurationFile {
    /// The patches of `image_size` and `patch_size`.
    ///
    /// - Parameters:
    ///   - leadingTokens: tokens before the patches.
    ///   - size: what is meant where `image_size` is missing; nil: it must be there.
    ///   - patch: what is meant where `patch_size` is missing; nil: it must be there.
    ///   - adapts: whether pictures of another size are read too.
    func grid(leadingTokens: Int, size: Int? = nil, patch: Int? = nil, adapts: Bool = false) throws -> PatchGrid {
        let (size, patch) = (try side("image_size", default: size), try side("patch_size", default: patch))
        guard size >= patch else { throw error("patch_size", "is \(patch), larger than image_size \(size)") }
        guard size / patch <= PatchGrid.largestSide else {
            throw error("patch_size", "is \(patch): more than \(PatchGrid.largestSide) patches along image_size \(size)")
        }
        let channels = try self.size("num_channels", default: 3)
        guard channels == 3 else { throw error("num_channels", "is \(channels), pictures have 3") }
        return PatchGrid(size: size, patch: patch, leadingTokens: leadingTokens, adapts: adapts)
    }

    /// A height that is a width too: a number, or two equal ones.
    func side(_ key: String, default usual: Int? = nil) throws -> Int {
        guard has(key), let sides = try? optional(key, [Int].self, "two numbers") else { return try size(key, default: usual) }
        guard sides.count == 2, sides[0] == sides[1], (1...65_536).contains(sides[0]) else {
            throw error(key, "is \(sides), expected the side of a square")
        }
        return sides[0]
    }
}

extension ConfigurationKeys {
    /// The keys that the families of vision transformers share.
    static let picture =
        common
        + ConfigurationKeys(
            read: """
                attention_probs_dropout_prob head_dim hidden_act hidden_dropout_prob hidden_size image_size layer_norm_eps \
                num_attention_heads num_channels num_hidden_layers patch_size
                """)
}
