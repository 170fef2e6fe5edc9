import CTorch

extension Tensor {
    private static let linearOperator = Operator("linear")
    private static let layerNormOperator = Operator("layer_norm")
    private static let embeddingOperator = Operator("embedding")
    private static let reluOperator = Operator("relu")
    private static let geluOperator = Operator("gelu")
    private static let convolutionOperator = Operator("conv2d")
    private static let rowConvolutionOperator = Operator("conv1d")
    private static let siluOperator = Operator("silu")

    /// x Wᵀ + b over the last dimension.
    ///
    /// - Parameters:
    ///   - weight: [outputs, inputs].
    ///   - bias: [outputs].
    package func linear(_ weight: Tensor, _ bias: Tensor? = nil) -> Tensor {
        Self.linearOperator(.tensor(self), .tensor(weight), .tensor(bias))
    }

    /// (x - mean) / sqrt(variance + epsilon) · weight + bias over the last dimension.
    package func layerNorm(_ weight: Tensor, _ bias: Tensor, epsilon: Double) -> Tensor {
        Self.layerNormOperator(
            .tensor(self), .ints([size(-1)]), .tensor(weight), .tensor(bias), .double(epsilon))
    }

    /// The rows of this table [entries, width] that `indices` name, in a new last dimension.
    package func embedding(_ indices: Tensor) -> Tensor { Self.embeddingOperator(.tensor(self), .tensor(indices)) }

    /// max(x, 0).
    package func relu() -> Tensor { Self.reluOperator(.tensor(self)) }

    /// x / (1 + exp(-x)).
    package func silu() -> Tensor { Self.siluOperator(.tensor(self)) }

    /// x Φ(x), with the error function or, when `approximate`, with its tanh form.
    package func gelu(approximate: Bool = false) -> Tensor {
        Self.geluOperator(.tensor(self), .text(approximate ? "tanh" : "none"))
    }

    /// Two-dimensional convolution of [items, channels, height, width] with `weight` [outputs, channels, height, width].
    package func convolution(_ weight: Tensor, _ bias: Tensor?, stride: Int) -> Tensor {
        Self.convolutionOperator(.tensor(self), .tensor(weight), .tensor(bias), .ints([stride, stride]))
    }

    /// One-dimensional convolution of [items, channels, length] with `weight` [outputs, channels / groups, kernel] and zeros around.
    package func rowConvolution(_ weight: Tensor, _ bias: Tensor?, padding: Int, groups: Int = 1) -> Tensor {
        Self.rowConvolutionOperator(
            .tensor(self), .tensor(weight), .tensor(bias), .ints([1]), .ints([padding]), .ints([1]), .int(groups))
    }
}

extension Tensor {
    private static let dropoutOperator = Operator("dropout")

    /// Zeroes elements with a probability and scales the others by 1 / (1 - probability).
    package func dropout(_ probability: Double) -> Tensor {
        Self.dropoutOperator(.tensor(self), .double(probability), .bool(true))
    }

    /// The same in a fraction of the time, for float32 on the processor: the random state gives one seed, from which the fate of every
    /// element follows.
    package func fastDropout(_ probability: Double) -> Tensor {
        guard device == .cpu, dtype == .float32 else { return dropout(probability) }
        guard let factors = ctorch.dropout_factors(Int64(count), probability) else {
            Failure.report()
            return .missing()
        }
        return self * Tensor(owning: factors).reshaped(shape)
    }
}

extension Tensor {
    private static let bicubicOperator = Operator("upsample_bicubic2d")
    private static let smoothBicubicOperator = Operator("_upsample_bicubic2d_aa")
    private static let bilinearOperator = Operator("upsample_bilinear2d")

    /// A map [items, channels, height, width] in another height and width, by bicubic interpolation between the elements' centres.
    ///
    /// - Parameter smoothed: whether a map that gets smaller is averaged over what each new element covers (anti-aliasing).
    package func resized(height: Int, width: Int, smoothed: Bool = false) -> Tensor {
        let resize = smoothed ? Self.smoothBicubicOperator : Self.bicubicOperator
        return resize(.tensor(self), .ints([height, width]), .bool(false), .none, .none)
    }

    /// The same by bilinear interpolation.
    package func linearlyResized(height: Int, width: Int) -> Tensor {
        Self.bilinearOperator(.tensor(self), .ints([height, width]), .bool(false), .none, .none)
    }
}
