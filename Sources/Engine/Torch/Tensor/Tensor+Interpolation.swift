extension Tensor {
    private static let bicubicOperator = Operator("upsample_bicubic2d")
    private static let smoothBicubicOperator = Operator("_upsample_bicubic2d_aa")

    /// A map [items, channels, height, width] in another height and width, by bicubic interpolation between the elements' centres.
    ///
    /// - Parameter smoothed: whether a map that gets smaller is averaged over what each new element covers (anti-aliasing).
    public func resized(height: Int, width: Int, smoothed: Bool = false) -> Tensor {
        let resize = smoothed ? Self.smoothBicubicOperator : Self.bicubicOperator
        return resize(.tensor(self), .ints([height, width]), .bool(false), .none, .none)
    }
}
